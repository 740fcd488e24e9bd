# SPDX-License-Identifier: GPL-2.0-or-later
"""Values of members that stand for none."""

from __future__ import annotations


class _Name(str):
    __slots__ = ()


class _Integer(int):
    pass


UNSET, ZERO = _Name("NO_VAL"), _Integer(0)
"""A value that was not given, and a number that was given as null; where a release of Slurm has no member for them,
there is nothing to set. They are known by being these objects: a client's own text may be NO_VAL, its number 0."""
