# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers that need no request and no session: what is said when there is no other way left, and the date of them all.

Rule 1: complete, with `Connection: close`, and small: they are made before they are needed.
"""

from __future__ import annotations

from time import gmtime, time

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_last_date = (0, "")


def http_date() -> str:
    """Now, as an IMF-fixdate (RFC 9110 section 5.6.7), in English whatever the locale."""
    global _last_date  # noqa: PLW0603 - a busy connection asks several times a second
    second = int(time())
    if _last_date[0] != second:
        now = gmtime(second)
        day = f"{_DAYS[now.tm_wday]}, {now.tm_mday:02} {_MONTHS[now.tm_mon - 1]} {now.tm_year}"
        _last_date = second, f"{day} {now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} GMT"
    return _last_date[1]


def refusal(status: str, text: str, retry_after: int | None = None) -> bytes:
    """An answer of that status and its phrase."""
    retry = "" if retry_after is None else f"Retry-After: {retry_after}\r\n"
    return (
        f"HTTP/1.1 {status}\r\nDate: {http_date()}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
        f"Cache-Control: no-store\r\n{retry}Connection: close\r\n\r\n{text}"
    ).encode()


_lost = (0, b"")


def lost_answer() -> bytes:
    """The answer for the client of a process that ends inside libslurm."""
    global _lost  # noqa: PLW0603 - as above
    http_date()
    if _lost[0] != _last_date[0]:
        _lost = _last_date[0], refusal("500 INTERNAL ERROR", "Internal error")
    return _lost[1]
