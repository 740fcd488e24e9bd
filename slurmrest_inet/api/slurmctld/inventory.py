# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmctld has beside jobs: nodes, partitions, reservations, licences and fair shares.

Rule 1: an operation is a row, and only one whose answer has a shape of its own is a function.
"""

from __future__ import annotations

from slurmrest_inet.api import parameters
from slurmrest_inet.api.envelope import Records
from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Fault, Report, unread, unread_time
from slurmrest_inet.api.slurmctld.listing import Listing, Words
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_DETAILS = calls.SHOW_ALL | calls.SHOW_DETAIL
_NODES_SHOWN = {36: _DETAILS, 37: _DETAILS | calls.SHOW_MIXED}
"""v0.0.36 calls a node allocated as soon as one of its CPUs is."""


def _of_partitions(call: Call, flags: int) -> int:
    """Return the flags for the partitions that nodes are in."""
    return call.at({36: calls.SHOW_ALL, 40: flags})


_NO_NODE = Words(missing=Fault(code=lib.ESLURM_INVALID_NODE_NAME))
_NODE_FAILED = Fault("_dump_nodes", "Failure to query node {}")
_NODES_FAILED = Fault("_dump_nodes", "Failure to query nodes")
_NODES_UNREAD = unread("_dump_nodes", "query.")


def _no_nodes(report: Report, name: str | None = None) -> None:
    """Say that there is no such node, which is no error to slurmrestd from 23.02 on."""
    if name is not None:
        report.fault(_NODE_FAILED, 0, name)
    report.warning(None, "No nodes to dump")


nodes = Listing(
    "nodes",
    lambda call, since, flags: calls.load_nodes(since, flags, _of_partitions(call, flags)),
    {
        36: _NO_NODE,
        39: Words(_NODES_FAILED._replace(errno=True), unread_time("_dump_nodes"), empty=_no_nodes, keeps=None),
        40: Words(_NODES_FAILED, _NODES_UNREAD, keeps=False),
    },
    _NODES_SHOWN,
)
node = Listing(
    "nodes",
    lambda call, _, flags: calls.load_node(call.parameters["node_name"], flags, _of_partitions(call, flags)),
    # An unknown node is an entry without a code, and so no error, to slurmrestd from 23.02 on.
    {
        36: _NO_NODE,
        39: Words(_NODE_FAILED._replace(errno=True), empty=_no_nodes, keeps=None),
        40: Words(_NODE_FAILED, _NODES_UNREAD, _NODE_FAILED._replace(code=0), keeps=False),
    },
    _NODES_SHOWN,
)


def _one(kind: str, failed: Fault, source: str, asking: str | None = None) -> Words:
    """Return what v0.0.40 and later say of one record of a list that is loaded whole.

    ``source`` says that there is no such record, ``asking`` that the query cannot be read.
    """
    missing = Fault(source, f"Unable to find {kind} {{}}", INVALID_QUERY)
    return Words(failed, unread(asking or source), missing, keeps=False, only=True)


_NO_PARTITION = Words(missing=Fault(code=lib.ESLURM_INVALID_PARTITION_NAME))
_PARTITIONS_39 = Words(
    Fault("_op_handler_partitions", "Unable to query partitions"),
    unread_time("_op_handler_partitions"),
    unchanged=lambda report, _since: report.answer(("partitions", None)),
    keeps=None,
)
_PARTITIONS_40 = Words(failed=None, unread=unread("op_handler_partitions"), keeps=False)
_PARTITION_FAILED = Fault("op_handler_partition", "Unable to query partitions", decides=True)
_PARTITION_43 = _one("partition", _PARTITION_FAILED._replace(source="_partition_get"), "_partition_get")
partitions = Listing(
    "partitions",
    lambda _, since, flags: calls.load_partitions(since, flags),
    {
        36: _NO_PARTITION,
        39: _PARTITIONS_39,
        40: _PARTITIONS_40,
        43: _PARTITIONS_40._replace(unread=unread("_partitions_get")),
    },
    {36: calls.SHOW_ALL, 40: 0},  # later versions leave out those that are hidden
)
partition = partitions._replace(
    words={
        36: _NO_PARTITION,
        39: _PARTITIONS_39._replace(
            missing=Fault("_op_handler_partitions", "Unable to find partition {}", INVALID_QUERY), only=True
        ),
        40: _one("partition", _PARTITION_FAILED, "op_handler_partition"),
        # An unknown partition is no error to slurmrestd of 26.05.
        43: _PARTITION_43._replace(missing=Fault("_partition_get", "Unable to find partition {}", warns=True)),
    },
    flags={36: calls.SHOW_ALL},
    picked="partition_name",
)

_RESERVATIONS_FAILED = Fault("slurm_load_reservations()", "Unable to query reservations", decides=True)


def _reservations_39(asked: str) -> Words:
    failed = Fault("slurm_load_reservations()", f"Unable to query reservation {asked}", errno=True)
    missing = Fault("_op_handler_reservations", "Unable to find reservation {}", INVALID_QUERY)
    return Words(
        failed, unread_time("_op_handler_reservations"), missing if asked == "{}" else None, keeps=None, only=True
    )


_NO_RESERVATION = Fault(code=lib.ESLURM_RESERVATION_INVALID)
reservations = Listing(
    "reservations",
    lambda _, since, __: calls.load_reservations(since),
    {
        36: Words(),
        39: _reservations_39("(null)"),
        40: Words(_RESERVATIONS_FAILED, unread("op_handler_reservations"), keeps=False),
        43: Words(_RESERVATIONS_FAILED, unread("_get_reservations"), keeps=False),
    },
)
reservation = reservations._replace(
    # slurmrestd hides why it could not ask for one.
    words={
        36: Words(_NO_RESERVATION, missing=_NO_RESERVATION),
        39: _reservations_39("{}"),
        40: _one("reservation", _RESERVATIONS_FAILED, "op_handler_reservation"),
        43: _one("reservation", _RESERVATIONS_FAILED, "_get_single_reservation"),
    },
    picked="reservation_name",
)

_NO_LICENSES = "slurm_load_licenses() was unable to load licenses"
licenses = Listing(
    "licenses",
    lambda *_: calls.load_licenses(),
    {
        38: Words(Fault("slurm_load_licenses", "slurmctld unable to load licenses"), keeps=False),
        39: Words(Fault("_op_handler_licenses", _NO_LICENSES), keeps=False),
        40: Words(Fault("op_handler_licenses", _NO_LICENSES)),
    },
)

_SHARES_FAILED = Fault("_dump_shares", "slurm_associations_get_shares() failed: GET", -1)


def shares(call: Call) -> Answer:
    """GET shares: of all associations, or of those that ``accounts`` and ``users`` (comma lists) name.

    Unlike elsewhere, nothing is said of parameters that are not known, and never why slurmctld could not be asked.
    """
    report = Report(call)
    told = parameters.read(call, report) or {}
    named = ([name for name in told.get(key, ()) if name] for key in ("accounts", "users"))
    try:
        message, total = calls.load_shares(*named)
    except SlurmError as error:
        report.failure(_SHARES_FAILED, error)
        return report.answer()
    return report.answer(("shares", {"shares": Records(message), "total_shares": total}))
