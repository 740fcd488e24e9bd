# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes, partitions and reservations written by the real slurmrestd and by ours: the same answer and the same effect.

Rule 1: each request is made once with either server, on what is as it was. What came of it scontrol says.
Rule 2: where the real server lies, the case says so, and what ours is stands beside its lie; where it does not, a
        difference fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Callable

    from sidebyside.lab import Lab
    from writers import Sides, Told, Writer

    Shown = dict[str, dict[str, str]]


class Inventory(NamedTuple):
    """What requests are about.

    there: for as long as a case takes, what is there before it; nothing of it stays. shown: what scontrol shows, by
    name. lies: what ours is, by a case's lie, given the real answer, ours, and what came of ours. kept: lies that
    change no more than the answer; of all others nothing comes with ours.
    """

    there: Callable[[Lab, Any], AbstractContextManager[None]]
    shown: Callable[[Lab], Shown]
    lies: dict[str, Callable[[Told, Told, Shown], None]]
    kept: str

    def asked(self, lab: Lab, who: Writer, case: Any, version: int) -> tuple[Told, Shown]:
        """The answer, and what came of it."""
        with self.there(lab, case):
            return who.write(case, version), self.shown(lab)

    def untouched(self, lab: Lab, case: Any) -> Shown:
        """What there is before a case."""
        with self.there(lab, case):
            return self.shown(lab)

    def compare(self, sides: Sides, case: Any, version: int) -> None:
        """Fail where the two servers disagree and the case names no lie, or another."""
        lab = sides.lab
        (real, done), (ours, effect) = (self.asked(lab, who, case, version) for who in (sides.real, sides.ours))
        if case.lie is None:
            assert ours == real
            assert effect == done
            return
        assert (ours, effect) != (real, done), "no difference any more"
        self.lies[case.lie](real, ours, effect)
        assert effect == (done if case.lie == self.kept else self.untouched(lab, case))


def flag(real: Told, ours: Told, _effect: Shown) -> None:
    """The lie of a server that goes on after an unknown word: ours says the same of the word, and has done nothing."""
    assert real.status == ours.status == 500
    assert ours.warnings == real.warnings
    assert ours.errors
    assert ours.errors == [one for one in real.errors if one["error_number"] == 9207]
