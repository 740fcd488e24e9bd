# SPDX-License-Identifier: GPL-2.0-or-later
"""Host lists: expressions as n[1-3,7] in libslurm's memory, which no daemon is asked about.

Rule 1: what an expression means, libslurm says, as it does for Slurm's own commands.
Rule 2: how many hosts it can be, its text says before: libslurm counts in an int, and a few brackets side by side are
        more than any memory holds.
"""

from __future__ import annotations

import re

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import chars_of, ffi, lib, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from typing_extensions import Self

    from slurmrest_inet.slurm.codec import Writer

_ROOM = 4096


def _is_open(expression: str) -> bool:
    """Whether a bracket is not closed: libslurm of 22.05 makes a host of it, later ones refuse it."""
    return expression.rfind("[") > expression.rfind("]")


MOST = 2**22
"""How many hosts a list may have; a cluster has 65,533 at most (slurm.conf(5), "NodeName")."""
_WIDEST = 2**16  # a larger range is none (MAX_RANGE)
_BRACKETS = re.compile(r"\[([^\[\]]*)\]([^\[]*)")


class TooManyError(ValueError):
    """More than `MOST` hosts."""


def bound(expression: str) -> int:
    """Return how many hosts an expression can be at most: brackets side by side multiply."""
    found = expression.partition("[")[0].count(",")
    product = 1
    for match in _BRACKETS.finditer(expression):
        inside, behind = match.groups()
        product *= sum(map(_size, inside.split(",")))
        if found + product > MOST:
            break
        if "," in behind:
            found += product + behind.count(",") - 1
            product = 1
    return found + product


def _size(part: str) -> int:
    """Return how many numbers a range can be."""
    first, dash, last = part.partition("-")
    if not dash:
        return 1
    if first.isdecimal() and last.isdecimal() and len(last) < 18:
        return max(1, min(int(last) - int(first) + 1, _WIDEST))
    return _WIDEST


class Hosts:
    """The hosts of an expression, in its order; the end of its ``with`` block gives them back, or ``close()``.

    Raises ValueError for what is none, TooManyError.

    whole: whether a bracket that is not closed is none on each release, or what libslurm makes of it.
    """

    def __init__(self, expression: str = "", *, whole: bool = True) -> None:
        self._bound = bound(expression)
        if self._bound > MOST:
            raise TooManyError(expression)
        self._list = ffi.NULL if whole and _is_open(expression) else lib.slurm_hostlist_create(chars_of(expression))
        if self._list == ffi.NULL:
            raise ValueError(expression)

    @classmethod
    def of(cls, expressions: list[str]) -> Self:
        """Return the hosts of several expressions, in their order; where one of them is none nobody has to close it.

        Raises ValueError with the one that is none, TooManyError.
        """
        hosts = cls()
        try:
            wrong = next((one for one in expressions if not hosts.add(one)), None)
        except TooManyError:
            hosts.close()
            raise
        if wrong is not None:
            hosts.close()
            raise ValueError(wrong)
        return hosts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def add(self, expression: str) -> bool:
        """Put hosts behind the others; False, and nothing is put there, where the expression names none.

        Raises TooManyError.
        """
        try:
            # libslurm of 23.11 to 25.05 dies of what is none when it is put behind others.
            with Hosts(expression) as more:
                self._bound += more._bound
        except TooManyError:
            raise
        except ValueError:
            return False
        if self._bound > MOST:
            raise TooManyError(expression)
        return bool(lib.slurm_hostlist_push(self._list, chars_of(expression)))

    def __len__(self) -> int:
        return int(lib.slurm_hostlist_count(self._list))

    def __contains__(self, name: Any) -> bool:
        """Tell whether a host is one of them; ``name`` is a ``char *``."""
        return bool(lib.slurm_hostlist_find(self._list, name) >= 0)

    def unite(self) -> None:
        """Sort them, and keep of equal ones one."""
        lib.slurm_hostlist_uniq(self._list)

    def expression(self) -> str:
        """Return the hosts as one expression, in their order."""
        size = _ROOM
        while True:
            buffer = ffi.new("char[]", size)
            if lib.slurm_hostlist_ranged_string(self._list, size, buffer) >= 0:
                return name_of(buffer)
            size *= 4

    def write(self, writer: Writer) -> Iterator[memoryview]:
        """Write the name of each host into the open list and take it out of here; yields the buffer where it is full.

        Names become no objects of Python: a dozen bytes of an expression are 65,536 hosts.
        """
        return writer.hosts(self._list)

    def names(self) -> list[str]:
        """Return the name of each host, and take it out of here."""
        found = []
        while (name := lib.slurm_hostlist_shift(self._list)) != ffi.NULL:
            found.append(name_of(name))
            lib.host_free(name)  # libslurm allocates it for its caller
        return found

    def close(self) -> None:
        """Give the list back to libslurm; harmless when done twice."""
        if self._list != ffi.NULL:
            lib.slurm_hostlist_destroy(self._list)
            self._list = ffi.NULL


def united(expression: str) -> str:
    """Return a host list sorted, and each host once (slurm_hostlist_uniq). Raises ValueError for what is none."""
    with Hosts(expression, whole=False) as hosts:
        hosts.unite()
        return hosts.expression()


def names_of(expression: str) -> list[str]:
    """Return the name of each host; none for what is no host list."""
    try:
        with Hosts(expression, whole=False) as hosts:
            return hosts.names()
    except ValueError:
        return []


def joined(expressions: list[str]) -> str | None:
    """Return one host list of several, in ranges and in their order; None where one of them is none, or too long."""
    try:
        with Hosts.of(expressions) as hosts:
            return hosts.expression()
    except ValueError:
        return None
