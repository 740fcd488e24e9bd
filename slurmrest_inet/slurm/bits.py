# SPDX-License-Identifier: GPL-2.0-or-later
"""Slurm's strings of bits, which libslurm exports nothing for that all releases have: those that are set.

Rule 1: a bitstr_t is a magic word, the number of bits, then 64 bits a word from the lowest up.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import ffi

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def bits_of(bits: Any) -> list[int]:
    """The numbers of the bits that are set, none where there is no string."""
    if bits == ffi.NULL:
        return []
    words = ffi.cast("uint64_t *", bits)
    return [bit for bit in range(words[1]) if words[2 + bit // 64] >> bit % 64 & 1]


def ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers as Slurm writes the tasks of an array: 1-3,7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][-1] == number - 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ",".join("-".join(map(str, span)) for span in spans)
