# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm's calls, but those for jobs: errors become SlurmError, and who frees a message is decided here.

Rule 1: a message belongs to the ``with`` block that loaded it; nothing of it is used afterwards.
Rule 2: no field is copied out to be written; the codec reads the message where it lies.
"""

from __future__ import annotations

import time

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import SlurmError, acts_by_token, chars_of, ffi, lib, text_of

if TYPE_CHECKING:
    from typing import Any, Callable

    from typing_extensions import Self

NO_VAL: int = lib.NO_VAL
MAX_JOB_ID = 0x03FFFFFF
"""Ids have 26 bits; those above them tell the cluster of a federation."""
SHOW_ALL: int = lib.SHOW_ALL
SHOW_DETAIL: int = lib.SHOW_DETAIL
SHOW_MIXED: int = lib.SHOW_MIXED


class Message:
    """One answer of slurmctld: an array of ``count`` structs, written by the table ``struct``: their C type or a view.

    It is freed at the end of its ``with`` block, or by ``close()`` where it outlives the function that loaded it: an
    answer takes its messages along.
    """

    def __init__(self, pointer: Any, free: Callable[[Any], None], struct: str, array: Any, count: int) -> None:
        self._pointer = pointer
        self._free = free
        self.struct = struct
        self.array = array
        self.count = count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def pointer(self) -> Any:
        """The whole message."""
        return self._pointer

    @property
    def stamps(self) -> dict[str, int]:
        """The times (epoch) that the message tells of itself: of the last change, of the last backfill."""
        names = ("last_backfill", "last_update")
        return {name: int(getattr(self._pointer, name)) for name in names if hasattr(self._pointer, name)}

    def close(self) -> None:
        """Give the message back to libslurm; harmless when done twice."""
        if self._pointer != ffi.NULL:
            # Freed here and nowhere else: libslurm's message owns every string in it.
            self._free(self._pointer)
            self._pointer = ffi.NULL
            self.array = ffi.NULL
            self.count = 0


_RECORDS = {
    "job_info_msg_t": ("slurm_job_info_t", "job_array", "record_count", "slurm_free_job_info_msg"),
    "job_state_response_msg_t": (
        "job_state_response_job_t",
        "jobs",
        "jobs_count",
        "slurm_free_job_state_response_msg",
    ),
    "license_info_msg_t": ("slurm_license_info_t", "lic_array", "num_lic", "slurm_free_license_info_msg"),
    "node_info_msg_t": ("node_info_t", "node_array", "record_count", "slurm_free_node_info_msg"),
    "partition_info_msg_t": ("partition_info_t", "partition_array", "record_count", "slurm_free_partition_info_msg"),
    "reserve_info_msg_t": ("reserve_info_t", "reservation_array", "record_count", "slurm_free_reservation_info_msg"),
}
"""Of each message with records: their C type, the members for their array and its length, and what frees it all."""


def load(call: Callable[..., int], message_type: str, *before: Any, after: tuple[Any, ...] = ()) -> Message:
    """Make a call for a message with records; its arguments stand around the pointer that it fills."""
    pointer = _fetch(call, message_type, *before, after=after)
    struct, array, count, free = _RECORDS[message_type]
    return Message(pointer, getattr(lib, free), struct, getattr(pointer, array), getattr(pointer, count))


def _fetch(call: Callable[..., int], message_type: str, *before: Any, after: tuple[Any, ...] = ()) -> Any:
    slot = ffi.new(f"{message_type} **")
    ffi.errno = 0
    code = call(*before, slot, *after)
    if code or slot[0] == ffi.NULL:
        raise SlurmError(code or -1, ffi.errno)
    return slot[0]


def change(call: Callable[[], int]) -> None:
    """Make a call that changes something and tells no more than a code. Raises SlurmError."""
    ffi.errno = 0
    code = call()
    if code:
        raise SlurmError(code, ffi.errno)


def _for_this_thread(flags: int) -> int:
    """SHOW_ flags with which libslurm asks the clusters of a federation only where its threads have a credential."""
    return flags & ~lib.SHOW_FEDERATION if acts_by_token() else flags


def load_nodes(update_time: int, flags: int, partition_flags: int = SHOW_ALL) -> Message:
    """slurm_load_node: every node with its partitions, if any node or any partition changed since ``update_time``.

    Raises SlurmError with NO_CHANGE_IN_DATA only where both say so: slurmctld keeps a time of the last change for
    each of the two tables. The message tells the time at which it was made, and clients ask for what changed since
    then: so partitions are loaded after it.
    """

    def changed_since(moment: int) -> Message:
        return load(lib.slurm_load_node, "node_info_msg_t", moment, after=(_for_this_thread(flags),))

    try:
        nodes = changed_since(update_time)
    except SlurmError as error:
        if not update_time or lib.SLURM_NO_CHANGE_IN_DATA not in (error.code, error.errno):
            raise
        with load_partitions(update_time, partition_flags):
            pass  # it raises the same where these have not changed either
        nodes = changed_since(0)
    if nodes.count:
        _fill_in(nodes, partition_flags)
    return nodes


def _fill_in(nodes: Message, flags: int, *, alone: bool = False) -> None:
    """Nodes do not know their partitions: libslurm fills that in. What goes wrong with these ends the nodes, too.

    ``alone``: the message has one node only.
    """
    try:
        with load_partitions(0, flags) as partitions:
            for partition in partitions.array[0 : partitions.count] if alone else ():
                _show_alone(nodes.array[0].name, partition)
            lib.slurm_populate_node_partitions(nodes.pointer, partitions.pointer)
    except SlurmError:
        nodes.close()
        raise


def load_node(name: str, flags: int, partition_flags: int = SHOW_ALL) -> Message:
    """slurm_load_node_single: one node by name, with its partitions."""
    node = load(lib.slurm_load_node_single, "node_info_msg_t", after=(chars_of(name), flags))
    if node.count:
        _fill_in(node, partition_flags, alone=True)
    return node


def _show_alone(name: Any, partition: Any) -> None:
    """Let a partition's node indexes be those of a message with one node: 0 where it is in the partition, else none.

    They are pairs of slurmctld's own table with a -1 behind the last one, and slurm_populate_node_partitions takes
    them for indexes of the message that it is given.
    """
    if partition.node_inx == ffi.NULL or partition.node_inx[0] < 0:
        return
    nodes = lib.slurm_hostlist_create(partition.nodes)
    if nodes != ffi.NULL and lib.slurm_hostlist_find(nodes, name) >= 0:
        partition.node_inx[0:3] = (0, 0, -1)
    else:
        partition.node_inx[0] = -1
    if nodes != ffi.NULL:
        lib.slurm_hostlist_destroy(nodes)


def load_partitions(update_time: int, flags: int = SHOW_ALL) -> Message:
    """slurm_load_partitions: every partition, if any changed since ``update_time``."""
    return load(lib.slurm_load_partitions, "partition_info_msg_t", update_time, after=(_for_this_thread(flags),))


def load_reservations(update_time: int) -> Message:
    """slurm_load_reservations: every reservation, if any changed since ``update_time``."""
    return load(lib.slurm_load_reservations, "reserve_info_msg_t", update_time)


def confirm() -> None:
    """Have slurmctld look at who asks, with the smallest of the questions that it answers to nobody unknown."""
    load_licenses().close()


def load_licenses() -> Message:
    """slurm_load_licenses: every licence."""
    return load(lib.slurm_load_licenses, "license_info_msg_t", 0, after=(0,))


def load_statistics() -> Message:
    """slurm_get_statistics: slurmctld's counters."""
    request = ffi.new("stats_info_request_msg_t *")
    request.command_id = lib.STAT_COMMAND_GET
    pointer = _fetch(lib.slurm_get_statistics, "stats_info_response_msg_t", after=(request,))
    return Message(pointer, lib.free_statistics, "stats_info_response_msg_t", pointer, 1)


def load_configuration(update_time: int) -> Message:
    """slurm_load_ctl_conf: slurmctld's configuration, if it changed since ``update_time``."""
    pointer = _fetch(lib.slurm_load_ctl_conf, "slurm_conf_t", update_time)
    return Message(pointer, lib.free_conf, "slurm_conf_t", pointer, 1)


def load_shares(accounts: list[str], users: list[str]) -> tuple[Message, int]:
    """Fair shares of these accounts and users, or of all; and how many shares there are in all."""
    kept: list[Any] = []

    def texts(words: list[str]) -> Any:
        kept.extend(map(chars_of, words))
        return ffi.new("char *[]", kept[len(kept) - len(words) :])

    pointer = _fetch(lib.shares_load, "shares_t", texts(accounts), len(accounts), texts(users), len(users))
    message = Message(pointer, lib.shares_free, "share_t", lib.shares_array(pointer), lib.shares_count(pointer))
    return message, int(lib.shares_total(pointer))


def configuration() -> tuple[str, str]:
    """The cluster's name and the accounting plugin, as slurm.conf of this host has them."""
    conf = lib.conf_loaded()
    return text_of(conf.cluster_name), text_of(conf.accounting_storage_type)


def ping_configured() -> list[tuple[str, int, int]]:
    """(host name, code, microseconds) of every slurmctld that slurm.conf of this host names (slurm_ping)."""
    conf = lib.conf_loaded()
    found = []
    for index in range(conf.control_cnt):
        before = time.monotonic()
        code = lib.slurm_ping(index)
        taken = int((time.monotonic() - before) * 1_000_000)
        found.append((text_of(conf.control_machine[index]), code, taken))
    return found


def controllers() -> list[tuple[str, int]]:
    """Return (host name, code) of every slurmctld, the code 0 when it answers a ping (slurm_ping).

    slurmrestd first loads slurmctld's configuration, for the names. A primary slurmctld that answers a ping would give
    that too, and slurm_ping takes its addresses from slurm.conf of this host anyway: the names then come from there,
    for one RPC instead of two. Only when it does not answer is it asked, and its backups, for what is wrong; one that
    lets connect and says nothing is not waited for twice. Raises SlurmError.
    """
    primary = lib.slurm_ping(0)
    if primary and ffi.errno == lib.SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT:
        raise SlurmError(-1, ffi.errno)  # as slurm_load_ctl_conf would say after as long again
    conf = lib.conf_loaded()
    if conf != ffi.NULL and not primary:
        return _pings(conf, primary)
    conf = _fetch(lib.slurm_load_ctl_conf, "slurm_conf_t", 0)
    try:
        return _pings(conf, primary)
    finally:
        lib.free_conf(conf)


def _pings(conf: Any, primary: int) -> list[tuple[str, int]]:
    return [
        (text_of(conf.control_machine[index]), lib.slurm_ping(index) if index else primary)
        for index in range(conf.control_cnt)
    ]
