# SPDX-License-Identifier: GPL-2.0-or-later
"""Slurm's errors as HTTP statuses, by the release whose slurmrestd an API version imitates."""

from __future__ import annotations

from slurmrest_inet.slurm.library import lib, strerror

NO_CHANGE_IN_DATA: int = lib.SLURM_NO_CHANGE_IN_DATA
INVALID_QUERY: int = lib.ESLURM_REST_INVALID_QUERY
FAIL_PARSING: int = lib.ESLURM_REST_FAIL_PARSING
INVALID_JOBS_DESC: int = lib.ESLURM_REST_INVALID_JOBS_DESC
INVALID_JOB_ID: int = lib.ESLURM_INVALID_JOB_ID
CONVERSION_FAILED: int = lib.ESLURM_DATA_CONV_FAILED
FLAGS_NO_LIST, FLAGS_INVALID = 9206, 9207
"""ESLURM_DATA_FLAGS_INVALID_TYPE and ESLURM_DATA_FLAGS_INVALID, which 22.05 does not know yet."""

UNANSWERED = (1001, 1002, 1003, 1004, *range(1800, 1805), 5003, 5004, 5005, 7000)
"""No connection to slurmctld or slurmdbd, or one that broke or gave nothing."""

_ROWS: dict[int, tuple[tuple[int, int], ...]] = {
    NO_CHANGE_IN_DATA: ((0, 304),),
    INVALID_QUERY: ((0, 400), (2302, 422)),
    FAIL_PARSING: ((0, 400),),
    INVALID_JOBS_DESC: ((0, 400),),
    9003: ((0, 500), (2302, 200), (2605, 204)),  # ESLURM_REST_EMPTY_RESULT
    9204: ((0, 415),),  # ESLURM_DATA_UNKNOWN_MIME_TYPE
    2017: ((0, 500), (2302, 404)),  # ESLURM_INVALID_JOB_ID
    1007: ((0, 500), (2411, 511)),  # SLURM_PROTOCOL_AUTHENTICATION_ERROR
    **dict.fromkeys(UNANSWERED, ((0, 500), (2411, 502))),
    5004: ((0, 500), (2411, 504)),  # SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT
}
"""For a Slurm error, the statuses and the releases (year and month) from which they hold."""


def status_of(code: int, home: int) -> int:
    """Return the HTTP status for what an operation came to (0: success) in the home release ``home``."""
    if not code:
        return 200
    status = 500
    for since, value in _ROWS.get(code, ()):
        if home >= since:
            status = value
    return status


_LATER = {
    FLAGS_NO_LIST: "Data parser expects flags to be a list",
    FLAGS_INVALID: "Data parser unable to parse invalid flag",
}
"""Sentences on the wire that releases have only later."""


def sentence_of(code: int) -> str:
    """Return Slurm's sentence for a code, also for one that is younger than the installed release."""
    known = strerror(code)
    return _LATER.get(code, known) if known.startswith("Unknown") else known


def entry(code: int, source: str, description: str | None = None) -> dict[str, str | int]:
    """Return an entry of ``errors`` as most operations up to v0.0.38 write it: what is not known is left out."""
    found: dict[str, str | int] = {}
    if description is not None:
        found["description"] = description
    if code:
        found["error_number"] = code
        found["error"] = strerror(code)
    found["source"] = source
    return found


def coded_entry(sentence: str) -> dict[str, str | int]:
    """Return an entry of ``errors`` as job operations of v0.0.36 write it: its code is always 0."""
    return {"error": sentence, "error_code": 0}


def job_entry(code: int, sentence: str | None = None) -> dict[str, str | int]:
    """Return an entry of ``errors`` as submissions up to v0.0.38 write it."""
    if sentence is None:
        return {"error_code": code, "error": strerror(code)}
    return {"error": sentence, "error_code": code}


def bare_entry(code: int) -> dict[str, str | int]:
    """Return an entry as nodes, partitions and reservations up to v0.0.38 write it."""
    return {"error": strerror(code), "errno": code}
