# SPDX-License-Identifier: GPL-2.0-or-later
"""What our document says an operation may be answered with, and no test of this folder has seen; each with its reason.

Rule 1: what was seen is what own_document.py has held to the document. Whatever else the document names must be in a
        row, and a row must name nothing that was seen (`seldom`: it depends on the order of the tests).
Rule 2: releases differ in what their Slurm can be brought to say, versions in what becomes of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from own_document import Answered

_VERSIONED = re.compile(r"/(\w+)/v0\.0\.(\d+)/(.*)")


class Unseen(NamedTuple):
    """Statuses that no test sees. ``operations``: a regular expression, of "GET slurm/job/{job_id}".

    releases: those of Slurm (2205) on which that is so, all if none is named. seldom: some runs may see them.
    """

    statuses: tuple[int, ...]
    operations: str
    reason: str
    versions: Sequence[int] = range(36, 46)
    releases: tuple[int, ...] = ()
    seldom: bool = False

    def covers(self, one: Answered, release: int) -> bool:
        """Whether this row speaks of that answer."""
        found = _VERSIONED.fullmatch(one.path)
        return (
            found is not None
            and one.status in self.statuses
            and int(found[2]) in self.versions
            and (not self.releases or release in self.releases)
            and re.fullmatch(self.operations, f"{one.method} {found[1]}/{found[3]}") is not None
        )


_LISTS = r"GET slurm/(jobs|nodes|partitions|reservations|(partition|reservation)/.*)"
_OF_JOBS = r"\w+ slurm/(jobs?(/.*)?|resources/.*)"
_ASKS_NOBODY = r"POST util/.*"
_BY_ERRNO = (
    r"(GET|POST) slurm/job/\{job_id\}|GET slurm/(shares|jobs/state|job/.*/requeue|resources/.*)|POST slurm/jobs/requeue"
)
_SLURMDB = r"\w+ slurmdb/.*"

_NEVER = (
    Unseen((200,), "POST slurmdb/tres", "nobody adds TRES but slurmctld"),
    Unseen((200,), "GET slurmdb/instances?", "the release has none", range(40, 46), (2205,)),
    Unseen((200,), "GET slurm/resources/.*", "the release has no such call", (44, 45), (2205, 2411)),
    Unseen((204, 405, 411), ".*", "no code of Slurm's that stands for it comes to an operation", range(43, 46)),
    Unseen((304,), rf"(?!({_LISTS}|GET slurm/conf)$|(POST|DELETE) slurmdb/).*", "it does not ask for what is new"),
    Unseen((304,), _LISTS, "v0.0.36 does not ask for what is new", (36,)),
    Unseen((304,), "GET slurm/(jobs|conf)", "nothing new is an answer with nothing in it", range(39, 46)),
    Unseen((304,), "GET slurm/partition(s|/.*)", "nothing new is an answer with nothing in it", (39,)),
    Unseen((404,), rf"(?!{_OF_JOBS}).*", "no job is named", range(39, 46)),
    Unseen((403, 502, 504, 511), _ASKS_NOBODY, "no daemon is asked", (44, 45)),
    Unseen((501,), rf"{_ASKS_NOBODY}|GET slurm/(diag|ping)", "no release lacks anything for it"),
)
"""What no request leads to."""

_SELDOM = (
    Unseen((200,), "GET slurmdb/instance", "slurmctld has to have told of an instance", range(40, 46), (2411, 2605)),
    Unseen((200,), "DELETE slurm/node/.*|POST slurm/new/node", "slurmctld of 22.05 may die of it", releases=(2205,)),
    Unseen((304,), r"(POST|DELETE) slurmdb/.*", "slurmdbd has to say that nothing changed"),
    Unseen((403,), rf"(?!{_ASKS_NOBODY}).*", "slurmctld has to say EPERM, as few of its answers do", range(43, 46)),
    Unseen((404,), _OF_JOBS, "slurmctld has to say that there is no such job, and no more than that", range(39, 46)),
    Unseen(
        *((422,), r"GET slurm/(diag|licenses|node/.*|ping)"),
        *("there is hardly anything that could be wrong in it", range(39, 46)),
    ),
    Unseen(
        *((422,), r"GET slurmdb/(accounts?|associations?|clusters?|qos|tres|users)(/\{(account|cluster)_name\})?"),
        *("few of its values can be wrong", range(39, 46)),
    ),
    Unseen(
        *((422,), "GET slurm/(jobs/state|(node|partition|reservation)s|shares)|GET slurmdb/(instances?|(qos|user)/.*)"),
        *("few of its values can be wrong", range(40, 46)),
    ),
    Unseen((422,), r"GET slurm/partition/.*|GET slurmdb/(conf|ping)", "few of its values can be wrong", range(42, 46)),
    Unseen((422,), "POST slurm/job/(submit|allocate)", "its body has to be wrong", range(40, 46)),
    Unseen((422,), r"(GET|POST|DELETE) slurm/job/\{job_id\}", "a job that is none is another fault", (39,)),
    Unseen(
        *((422,), rf"(POST|DELETE) slurm/(job|node|reserv).*|GET slurm/reconfigure|{_SLURMDB}"),
        *("up to v0.0.42 a daemon's refusal is 500", range(39, 43)),
    ),
    Unseen((500,), "GET slurmdb/user/.*", "slurmdbd has to fail", (36,)),
    Unseen((500,), "DELETE slurmdb/associations|POST slurmdb/wckeys", "slurmdbd has to fail", (38,)),
    Unseen((500,), "GET slurm/ping", "it tells who does not answer", range(39, 43)),
    Unseen((500,), "GET .*|POST slurm/job/(submit|allocate)", "a daemon has to fail by itself", range(40, 43)),
    Unseen((501,), rf"(?!{_ASKS_NOBODY}|GET slurm/(diag|ping)).*", "it has to want what the release lacks"),
    Unseen((502, 504, 511), "GET slurm/ping", "it tells who does not answer", range(40, 46)),
    Unseen((502, 504), rf"{_BY_ERRNO}|DELETE slurm/jobs?(/.*)?", "what is left in errno stands for 500", range(40, 46)),
    Unseen((504,), _SLURMDB, "a silent slurmdbd is waited for for minutes", range(40, 46)),
    Unseen((511,), r"\w+ slurm/.*", "libslurm of 22.05 says that it cannot connect", range(40, 46), (2205,)),
    Unseen((511,), _BY_ERRNO, "what is left in errno stands for 500", range(40, 46), (2411, 2605)),
    Unseen((511,), _SLURMDB, "a slurmdbd that refuses cannot be connected with", range(40, 46)),
)
"""What hangs on a daemon, or on a value that other tests may have."""

UNSEEN = (*_NEVER, *(row._replace(seldom=True) for row in _SELDOM))


def troubles(
    documented: Iterable[Answered], seen: Collection[Answered], release: int, rows: Iterable[Unseen] = UNSEEN
) -> Iterator[str]:
    """What neither was seen nor has a row, what has a row and was seen, and rows that name nothing."""
    here = [row for row in rows if not row.releases or release in row.releases]
    needed = set()
    for one in sorted(documented):
        mine = [row for row in here if row.covers(one, release)]
        needed.update(mine)
        if one not in seen and not mine:
            yield f"{one.method} {one.path}: no test sees {one.status}, and no row of unseen.py says why"
        if one in seen:
            for row in mine:
                if not row.seldom:
                    yield f"{one.method} {one.path}: {one.status} was seen, though {row.reason!r}"
    yield from (
        f"{row.statuses} of {row.operations!r}: nothing that is documented" for row in here if row not in needed
    )
