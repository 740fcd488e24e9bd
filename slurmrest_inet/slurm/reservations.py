# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm's calls for reservations that are created, changed and deleted, and what a description of one says.

Rule 1: a request is sent once, and what is not certain to have failed is told as what libslurm says.
Rule 2: who may do it, slurmctld decides: requests carry the client's identity.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reservation_update import RESERVATION_UPDATE
from slurmrest_inet.slurm.calls import change, load_reservations
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.hosts import Hosts
from slurmrest_inet.slurm.library import SlurmError, ffi, lib, name_of

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.model import Row
    from slurmrest_inet.schema.reading import Members


def description(members: Members) -> Struct:
    """A resv_desc_msg_t with what is given; the rest is unset. Raises MissingError as `Struct.fill`."""
    message = Struct("resv_desc_msg_t", RESERVATION_UPDATE, lib.slurm_init_resv_desc_msg)
    message.fill(members)
    return message


def known() -> set[str]:
    """The names of all reservations, in small letters. Raises SlurmError."""
    with load_reservations(0) as message:
        return {name_of(one.name).lower() for one in message.array[0 : message.count]}


def create(message: Struct) -> None:
    """slurm_create_reservation. Raises SlurmError."""
    ffi.errno = 0
    # The name that it returns ends with this process: strdup(3) allocates it up to 24.11, xmalloc() in 26.05.
    if lib.slurm_create_reservation(message.pointer) == ffi.NULL:
        raise SlurmError(-1, ffi.errno)


def update(message: Struct) -> None:
    """slurm_update_reservation. Raises SlurmError."""
    change(lambda: lib.slurm_update_reservation(message.pointer))


def delete(name: str) -> None:
    """slurm_delete_reservation. Raises SlurmError."""
    message = Struct("reservation_name_msg_t")
    message.fill({"name": name})
    with message:
        change(lambda: lib.slurm_delete_reservation(message.pointer))


def number(message: Struct, member: str) -> int:
    """A number of a description: up to 23.02 counts are arrays that end with 0."""
    value = getattr(message.pointer, member)
    if isinstance(value, ffi.CData):
        return int(lib.NO_VAL) if value == ffi.NULL else int(value[0])
    return int(value)


def text(message: Struct, member: str) -> str | None:
    """A text of a description, None where it was not given."""
    value = getattr(message.pointer, member, ffi.NULL)
    return None if value == ffi.NULL else name_of(value)


def told(message: Struct, version: int) -> dict[str, Any]:
    """What a description says, by the paths of its rows; resources as the text that they are."""
    return {row.path: _told(message, row, version) for row in RESERVATION_UPDATE.rows_of(version)}


def _told(message: Struct, row: Row, version: int) -> Any:
    (member,) = row.members
    if row.kind.name == "noval":
        return _number_object(number(message, member), row.kind.width)
    if row.kind.names is not None:
        bits = number(message, member)
        words = ((one.text, getattr(lib, one.constant, 0)) for one in row.kind.names.at(version).entries)
        return [word for word, bit in words if bits != lib.NO_VAL64 and bit and bits & bit == bit]
    found = text(message, member) or ""
    if row.kind.name == "hosts":
        return _hosts(found)
    if row.kind.name == "csv":
        return found.split(",") if found else []
    return found


def _number_object(value: int, width: int) -> dict[str, Any]:
    infinite, unset = ((1 << width) - distance == value % (1 << width) for distance in (1, 2))
    return {"set": not infinite and not unset, "infinite": infinite, "number": 0 if infinite or unset else value}


def _hosts(expression: str) -> list[str]:
    with Hosts(expression) as hosts:
        return hosts.names()
