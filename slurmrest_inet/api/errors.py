# SPDX-License-Identifier: GPL-2.0-or-later
"""Slurm's errors as HTTP statuses, by the release whose slurmrestd an API version imitates."""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import lib, strerror

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Union

    Entry = dict[str, Union[str, int]]

NO_CHANGE_IN_DATA: int = lib.SLURM_NO_CHANGE_IN_DATA
INVALID_QUERY: int = lib.ESLURM_REST_INVALID_QUERY
FAIL_PARSING: int = lib.ESLURM_REST_FAIL_PARSING
INVALID_JOBS_DESC: int = lib.ESLURM_REST_INVALID_JOBS_DESC
INVALID_JOB_ID: int = lib.ESLURM_INVALID_JOB_ID
AUTHENTICATION_ERROR = 1007
"""SLURM_PROTOCOL_AUTHENTICATION_ERROR."""
FLAGS_NO_LIST, FLAGS_INVALID = 9206, 9207
"""ESLURM_DATA_FLAGS_INVALID_TYPE and ESLURM_DATA_FLAGS_INVALID, which 22.05 does not know yet."""

UNANSWERED = (*range(1001, 1005), *range(1800, 1805), *range(5003, 5006), 7000)
"""No connection to slurmctld or slurmdbd, or one that broke or gave nothing."""

_STATUSES: tuple[tuple[Sequence[int], dict[int, int]], ...] = (
    ((NO_CHANGE_IN_DATA,), {2205: 304}),
    ((INVALID_QUERY,), {2205: 400, 2302: 422}),
    ((FAIL_PARSING, INVALID_JOBS_DESC), {2205: 400}),
    ((9003,), {2205: 500, 2302: 200, 2605: 204}),  # ESLURM_REST_EMPTY_RESULT
    ((9204,), {2205: 415}),  # ESLURM_DATA_UNKNOWN_MIME_TYPE
    ((INVALID_JOB_ID,), {2205: 500, 2302: 404}),
    ((AUTHENTICATION_ERROR,), {2205: 500, 2411: 511}),
    ((5004,), {2205: 500, 2411: 504}),  # SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT
    (UNANSWERED, {2205: 500, 2411: 502}),
    # Codes of the HTTP layer, of slurmrestd's own and of authentication, which later releases tell apart.
    ((9006, 11008), {2205: 500, 2511: 404}),
    ((9007, 12004), {2205: 500, 2511: 405}),
    ((6000, 6001, 6008, 6009, 9008), {2205: 500, 2511: 401}),
    ((12007, 12018), {2205: 500, 2511: 400}),
    ((12008, 12012, 12013, 12015), {2205: 500, 2511: 406}),
    ((12014,), {2205: 500, 2511: 417}),
    ((12016,), {2205: 500, 2511: 413}),
    ((12017,), {2205: 500, 2511: 411}),
    ((12019,), {2205: 500, 2511: 415}),
    ((9200, 9216), {2205: 500, 2511: 422}),
    ((9009,), {2205: 500, 2605: 400}),
    ((1,), {2205: 500, 2605: 403}),  # EPERM
    (range(2000, 2186), {2205: 500, 2605: 422}),  # any other of slurmctld's, up to ESLURM_INVALID_SLUID
    (range(7000, 7014), {2205: 500, 2605: 422}),  # any other of slurmdbd's, up to ESLURM_NO_RPC_STATS
)
"""For codes of Slurm, the statuses by the release from which they hold; the first row with a code is its row."""


def status_of(code: int, home: int) -> int:
    """Return the HTTP status for what an operation came to (0: success) in the home release ``home``."""
    if not code:
        return 200
    return next((versions.since(statuses, home) for codes, statuses in _STATUSES if code in codes), 500)


EXPECTED_LIST, EXPECTED_DICT = 9208, 9209
"""ESLURM_DATA_EXPECTED_LIST and ESLURM_DATA_EXPECTED_DICT, likewise."""
BAD_REQUEST = 9009
"""ESLURM_REST_BAD_REQUEST, likewise."""
PARSE_BAD_INPUT = 9216
"""ESLURM_DATA_PARSE_BAD_INPUT, likewise."""
NO_JOB_ID, NEGATIVE_JOB_ID, LARGE_JOB_ID, NO_TASK, BAD_COMPONENT = 2137, 2138, 2139, 2141, 2144

_LATER = {
    2136: "JobID must not be an empty string",
    NO_JOB_ID: "JobID can not be zero",
    NEGATIVE_JOB_ID: "JobID can not be a negative number",
    LARGE_JOB_ID: "JobID larger than acceptable range",
    NO_TASK: "Job Array ID must not be an empty string",
    BAD_COMPONENT: "HetJob component includes unexpected non-numeric characters",
    2162: "Empty list",
    2164: "Unable to resolve group ID to group name",
    2166: "Unable to resolve user ID to user name",
    2172: "Cannot signal job",
    2173: "Invalid signal jobs request, at least one job id or filter is required.",
    2185: "SLUID is invalid",
    BAD_REQUEST: "Query requirements not met",
    9004: "Missing UNIX user in the system",
    FLAGS_NO_LIST: "Data parser expects flags to be a list",
    FLAGS_INVALID: "Data parser unable to parse invalid flag",
    EXPECTED_LIST: "Data parser expected a list",
    EXPECTED_DICT: "Data parser expected a dictionary or object",
    9210: "Request matched more than one object to modify. Modifications must only apply to a single object. Try "
    "adding more properties to make update match a unique object.",
    9211: "Request matched more than one object to query. Request is limited to query of a single matching object.",
    PARSE_BAD_INPUT: "Request to parse invalid data",
}
"""Sentences on the wire that releases have only later."""

_CODES = {
    "SLURM_SUCCESS": 0,
    "SLURM_ERROR": -1,
    "EINVAL": 22,
    "ESLURM_EMPTY_LIST": 2162,
    "ESLURM_GROUP_ID_UNKNOWN": 2164,
    "ESLURM_USER_ID_UNKNOWN": 2166,
    "ESLURM_INVALID_SLUID": 2185,
    "ESLURM_REST_MISSING_UID": 9004,
    "ESLURM_REST_MISSING_GID": 9005,
    "ESLURM_DATA_FLAGS_INVALID_TYPE": FLAGS_NO_LIST,
    "ESLURM_DATA_FLAGS_INVALID": FLAGS_INVALID,
    "ESLURM_DATA_EXPECTED_LIST": EXPECTED_LIST,
    "ESLURM_DATA_EXPECTED_DICT": EXPECTED_DICT,
    "ESLURM_DATA_AMBIGUOUS_MODIFY": 9210,
    "ESLURM_DATA_AMBIGUOUS_QUERY": 9211,
    "ESLURM_DATA_PARSE_BAD_INPUT": PARSE_BAD_INPUT,
}
"""Codes that no header has by name, or only those of later releases."""


def code_of(name: str) -> int:
    """Return the number of a code in slurm_errno.h, also of one that is younger than the installed release."""
    known = _CODES.get(name)
    return int(getattr(lib, name)) if known is None else known


def sentence_of(code: int) -> str:
    """Return Slurm's sentence for a code, also for one that is younger than the installed release."""
    known = strerror(code)
    return _LATER.get(code, known) if known.startswith("Unknown") else known


def entry(code: int, source: str, description: str | None = None, *, sparse: bool = True) -> Entry:
    """Return an entry of ``errors`` as most operations write it; sparse: what is not known is left out of it."""
    found: Entry = {
        "description": description or "",
        "error_number": code,
        "error": sentence_of(code),
        "source": source,
    }
    if sparse and description is None:
        del found["description"]
    if sparse and not source:
        del found["source"]
    if sparse and not code:
        del found["error_number"], found["error"]
    return found


def coded_entry(sentence: str) -> Entry:
    """Return an entry of ``errors`` as job operations of v0.0.36 write it: its code is always 0."""
    return {"error": sentence, "error_code": 0}


def job_entry(code: int, sentence: str | None = None) -> Entry:
    """Return an entry of ``errors`` as submissions up to v0.0.38 write it."""
    if sentence is None:
        return {"error_code": code, "error": strerror(code)}
    return {"error": sentence, "error_code": code}


def bare_entry(code: int) -> Entry:
    """Return an entry as nodes, partitions and reservations up to v0.0.38 write it."""
    return {"error": strerror(code), "errno": code}
