# SPDX-License-Identifier: GPL-2.0-or-later
"""One value, read alone: what a reader makes of it."""

from __future__ import annotations

from typing import Any, Callable

from slurmrest_inet.schema.scalars import InvalidError

BAD = object()
"""What a reader makes of what cannot be read."""


def read(reader: Callable[[Any], object], value: object) -> object:
    """What `reader` makes of `value`, or BAD."""
    try:
        return reader(value)
    except InvalidError:
        return BAD
