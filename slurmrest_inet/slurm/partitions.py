# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm's calls for partitions that are created, changed and deleted.

Rule 1: a request is sent once, and what is not certain to have failed is told as what libslurm says.
Rule 2: who may do it, slurmctld decides: requests carry the client's identity.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.partition_update import PARTITION_UPDATE
from slurmrest_inet.slurm.calls import change, load_partitions
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import lib, name_of

if TYPE_CHECKING:
    from slurmrest_inet.schema.reading import Members


def description(members: Members) -> Struct:
    """An update_part_msg_t with what is given; the rest is unset. Raises MissingError as `Struct.fill`."""
    message = Struct("update_part_msg_t", PARTITION_UPDATE, lib.slurm_init_part_desc_msg)
    message.fill(members)
    return message


def known() -> set[str]:
    """The names of all partitions. Raises SlurmError."""
    with load_partitions(0) as message:
        return {name_of(one.name) for one in message.array[0 : message.count]}


def create(message: Struct) -> None:
    """slurm_create_partition. Raises SlurmError."""
    change(lambda: lib.slurm_create_partition(message.pointer))


def update(message: Struct) -> None:
    """slurm_update_partition. Raises SlurmError."""
    change(lambda: lib.slurm_update_partition(message.pointer))


def delete(name: str) -> None:
    """slurm_delete_partition. Raises SlurmError."""
    message = Struct("delete_part_msg_t")
    message.fill({"name": name})
    with message:
        change(lambda: lib.slurm_delete_partition(message.pointer))
