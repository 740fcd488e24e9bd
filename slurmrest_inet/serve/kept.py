# SPDX-License-Identifier: GPL-2.0-or-later
"""What a listener that starts itself anew hands to the program that takes its place: a memory file, and descriptors."""

from __future__ import annotations

import os

from slurmrest_inet.auth.keys import Keys
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from slurmrest_inet.serve.sources import Source

KEPT = "SLURMREST_INET_KEPT"
"""The variable that tells the descriptor of the memory file."""


class Kept(NamedTuple):
    """What a listener that starts anew hands to the one that takes its place (the fields of its memory file)."""

    sockets: tuple[int, ...] = ()
    waiting: tuple[tuple[int, Source], ...] = ()
    refused: tuple[int, ...] = ()  # they may still read their answer
    instances: tuple[tuple[int, Source | None, int], ...] = ()  # process, source, seat
    seats: int = -1
    keys: Keys | None = None
    trial: bool = False

    def connections(self) -> tuple[int, ...]:
        """The descriptors of all connections."""
        return (*(number for number, _source in self.waiting), *self.refused)

    def write(self) -> int:
        """Into a memory file that survives execve(2); its descriptor. Raises OSError."""
        import json  # noqa: PLC0415 - only this case needs it

        keys = None if self.keys is None else [None if key is None else key.hex() for key in self.keys]
        memory = os.memfd_create("kept", 0)
        try:
            os.write(memory, json.dumps({**self._asdict(), "keys": keys}).encode())
            os.lseek(memory, 0, os.SEEK_SET)
        except OSError:
            os.close(memory)
            raise
        return memory


def read_kept(environ: MutableMapping[str, str]) -> Kept | None:
    """What the listener before this one kept; None if this is the first. Takes KEPT out of `environ`.

    Raises StartError: what was installed meanwhile may keep other things.
    """
    number = environ.pop(KEPT, None)
    if number is None:
        return None
    try:
        return _read(number)
    except (OSError, LookupError, TypeError, ValueError):
        raise StartError(
            "What the running listener hands over is not understood: restart it, a reload does not do."
        ) from None


def _read(number: str) -> Kept:
    import json  # noqa: PLC0415 - only this case needs it

    with open(int(number), "rb") as memory:
        values: dict[str, Any] = json.load(memory)
    kept = Kept(**values)
    keys: list[str | None] | None = values.get("keys")
    return kept._replace(
        sockets=tuple(kept.sockets),
        refused=tuple(kept.refused),
        waiting=tuple((descriptor, _source(source)) for descriptor, source in kept.waiting),
        instances=tuple(
            (process, None if source is None else _source(source), seat) for process, source, seat in kept.instances
        ),
        keys=None if keys is None else Keys(*(None if key is None else bytes.fromhex(key) for key in keys)),
    )


def _source(value: Any) -> Source:
    return value if isinstance(value, str) else (value[0], value[1], value[2])
