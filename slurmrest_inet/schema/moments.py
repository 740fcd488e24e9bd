# SPDX-License-Identifier: GPL-2.0-or-later
"""Points in time as sbatch's options write them.

Rule 1: the time of day is a parameter; the time zone is the process's own (tzset(3)), as it is slurmrestd's.
Rule 2: a text is looked at once, whatever stands in it: what reading costs is in proportion to its length.
"""

from __future__ import annotations

import re
import time

_DIGITS = 17
"""As many seconds as there are in the years of localtime(3), which have 32 bits."""
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_DELTA = re.compile(r"[ \t]*(?:([+-])([\d\s]*)(?:(second|minute|hour|day|week)s?)?|\Z)", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)|(?!:))\s*(am|pm)?", re.IGNORECASE | re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d{1,2})", re.ASCII)
# Each field takes two digits where there are two, and gives none back.
_DATE = re.compile(r"(?=(\d\d?))\1[./]?(?=(\d\d?))\2[./]?(?:(\d\d)|(?!\d))", re.ASCII)
_HOURS = {"midnight": 0, "elevenses": 11, "noon": 12, "fika": 15, "teatime": 16}
_DAYS = {"today": 0, "tomorrow": 1}
_WORD = re.compile("|".join((*_DAYS, *_HOURS, "now")), re.IGNORECASE | re.ASCII)


class _Moment:
    """What has been said so far about a point in time."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.date: tuple[int, int, int] | None = None  # year (0: the next such day), month, day
        self.clock: tuple[int, int, int] | None = None

    def local(self, delta: float = 0) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        at = time.localtime(self.now + delta)
        return (at.tm_year, at.tm_mon, at.tm_mday), (at.tm_hour, at.tm_min, at.tm_sec)

    def take(self, text: str, pos: int) -> int:
        """Read what stands at `pos` and return where it ends. Raises ValueError."""
        match = _WORD.match(text, pos)
        if match:
            word = match[0].lower()
            if word == "now":
                return self._now(text, match.end())
            if word in _DAYS:
                self.date = self.local(_DAYS[word] * 86400)[0]
            else:
                self.clock = (_HOURS[word], 0, 0)
            return match.end()
        if not ("0" <= text[pos] <= "9"):
            raise ValueError(text)
        return self._clock(text, pos) if ":" in text[pos + 1 : pos + 3] else self._date(text, pos)

    def _now(self, text: str, pos: int) -> int:
        match = _DELTA.match(text, pos)
        if not match:
            raise ValueError(text)
        delta = 0
        if match[1]:
            digits = "".join(match[2].split())
            number = digits.lstrip("0")
            if not digits or len(number) > _DIGITS or (not match[3] and match.end() < len(text)):
                raise ValueError(text)
            delta = int(number or "0") * (_UNITS[match[3].lower()] if match[3] else 1)
        self.date, self.clock = self.local(-delta if match[1] == "-" else delta)
        return match.end()

    def _clock(self, text: str, pos: int) -> int:
        match = _CLOCK.match(text, pos)
        if not match:
            raise ValueError(text)
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        half = (match[4] or "").lower()
        if hour > 23 or minute > 59 or second > 59 or (half and hour > 12):
            raise ValueError(text)
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0)
        self.clock = (hour, minute, second)
        return match.end()

    def _date(self, text: str, pos: int) -> int:
        match = _ISO.match(text, pos)
        if match:
            year, month, day = int(match[1]), int(match[2]), int(match[3])
        else:
            match = _DATE.match(text, pos)
            if not match:
                raise ValueError(text)
            month, day, year = int(match[1]), int(match[2]), int(match[3] or 0)
            year += 2000 if year else 0
        if not (1 <= month <= 12 and 1 <= day <= 31):
            raise ValueError(text)
        self.date = (year or (self.date[0] if self.date else 0), month, day)
        return match.end()

    def epoch(self, *, past: bool) -> int:
        """The point in time: the next one that fits, or a past one. Raises ValueError when nothing was said."""
        today, this = self.local()
        if self.date is None and self.clock is None:
            raise ValueError
        clock = self.clock or (0, 0, 0)
        date = self.date
        if date is None:
            date = self.local(0 if past or clock[:2] > this[:2] else 86400)[0]
        year, month, day = date
        if not year:
            is_to_come = ((month, day), clock[:2]) > (today[1:], this[:2])
            year = today[0] + (-is_to_come if past else not is_to_come)
        return int(time.mktime((year, month, day, *clock, 0, 0, -1)))


def point_in_time(text: str, now: float, *, past: bool = False) -> int:
    """The epoch of a local time: "2026-11-22T10:00", "16:00", "tomorrow noon", "now+1hour", "1224", "uts1800000000".

    Without a date or a year it is the next such time: sbatch(1), --begin. past: it is today, or the last such day:
    sacct(1), --starttime. Raises ValueError.
    """
    text = text.partition("\n")[0]
    if text[:3].lower() == "uts":
        digits = text[3:]
        if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) < 19 and int(digits) >= 1_000_000):
            raise ValueError(text)
        return int(digits)
    moment = _Moment(now)
    pos = 0
    try:
        while pos < len(text):
            pos = pos + 1 if text[pos] in " \t-T" else moment.take(text, pos)
        return moment.epoch(past=past)
    except (OverflowError, OSError):  # beyond the calendar of localtime(3): OverflowError, or EOVERFLOW
        raise ValueError(text) from None
