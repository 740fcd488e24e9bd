# SPDX-License-Identifier: GPL-2.0-or-later
"""Each operation that is served, tried once in each API version, for --check.

Rule 1: nothing is changed. What would change a job is asked of one that cannot be there (slurm.conf(5), MaxJobId), and
        has to be refused for that reason; of a submission only what is done on this side is tried; of what changes the
        database, a transaction that is taken back.
Rule 2: a read goes the way of a request, by the same function, and its answer is written to the end.
Rule 3: an operation without a trial is a fault of ours, which a test finds.
"""

from __future__ import annotations

import functools
import importlib
import signal

from slurmrest_inet import versions
from slurmrest_inet.api import envelope, selection
from slurmrest_inet.api.call import Call
from slurmrest_inet.api.errors import UNANSWERED, sentence_of
from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.api.sending import send
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.description import describe
from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.schema.reading import Report
from slurmrest_inet.slurm import (
    administration,
    allocations,
    calls,
    codec,
    database,
    job_calls,
    layouts,
    one_signal,
    partitions,
    requests,
    reservations,
    signalling,
    submit_host,
)
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.hosts import Hosts
from slurmrest_inet.slurm.library import SlurmError, ffi, lib, name_of, strerror

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from slurmrest_inet.api.routes import Route
    from slurmrest_inet.schema.reading import Members
    from slurmrest_inet.settings import Settings

NO_NAME = "slurmrest-inet-check"
"""The name of nothing that a cluster has."""
NO_JOB = calls.MAX_JOB_ID - 1
"""An id that slurmctld gives to no job: the largest that MaxJobId allows is below it."""


class FailedError(Exception):
    """A request of this kind would fail; the text says why."""


class RefusedError(FailedError):
    """slurmctld or slurmdbd does not let this user ask it."""


class MissingError(FailedError):
    """The installed release of Slurm cannot do it."""


def trials(settings: Settings, sides: Container[str] = versions.SIDES) -> Iterator[tuple[str, Callable[[], None]]]:
    """Return what is tried: the request as a client would write it, and what tries it. That raises FailedError."""
    for route in ROUTES:
        if route.side not in sides:
            continue
        for version in versions.SERVED[route.side]:
            if route.serves(version) and selection.is_selected(settings, route.side, version):
                path = route.path.replace(":int", "")
                yield f"{route.method} /{route.side}/v0.0.{version}/{path}", functools.partial(_try, route, version)


def _try(route: Route, version: int) -> None:
    try:
        if route.method == "GET" and route.function not in WRITES:
            _read(route, version)
        elif route.side == "slurmdb":
            _take_back()
        else:
            WRITES[route.function](version)
    except FailedError:
        raise
    except RestError as error:
        raise (MissingError if error.status == 501 else FailedError)(error.text) from None
    except SlurmError as error:
        code = error.errno or error.code
        raise (RefusedError if code == lib.ESLURM_ACCESS_DENIED else FailedError)(strerror(code)) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, a request would meet it, and the next one is tried
        raise FailedError(f"{type(error).__name__}: {error}") from None
    finally:
        database.end_request()


def _read(route: Route, version: int) -> None:
    parameters = {}
    for segment in route.path.split("/"):
        if segment[0] == "{":
            name = segment[1:-1].partition(":")[0]
            found = _first(name, route.side)
            if found is None:
                return
            parameters[name] = found
    module, _, function = route.function.rpartition(".")
    operation = getattr(importlib.import_module(f"slurmrest_inet.api.{module}"), function)
    answer = operation(Call(version, parameters, _ASKED.get(route.path, {}), table=route.query))
    document = envelope.Document(answer, {}, version, codec.JSON_COMPACT)
    try:
        if answer.code == lib.ESLURM_ACCESS_DENIED:
            raise RefusedError(strerror(answer.code))
        if answer.code == lib.ESLURM_REST_EMPTY_RESULT:
            return  # a new cluster has none
        if answer.code or answer.errors:
            raise FailedError(sentence_of(answer.code) if answer.code else str(answer.errors[0]))
        for _ in document:
            pass
    finally:
        document.close()


_ASKED = {"association": {"user": "-"}, "instance": {"cluster": "-"}}
"""The queries of operations that tell one record at most: of nobody's, for a cluster has many."""


def _first(parameter: str, side: str) -> str | None:
    """Return what there is to ask for by a path's parameter; None where there is nothing."""
    if parameter == "job_id":
        return _first_job()
    if side == "slurmdb":
        return _first_kept(parameter)
    with _LISTS[parameter]() as message:
        # slurmctld leaves gaps among its nodes.
        names = (one.name for one in message.array[0 : message.count] if one.name != ffi.NULL)
        return next(map(name_of, names), None)


def _first_kept(parameter: str) -> str | None:
    """The same of what slurmdbd keeps. Raises SlurmError."""
    kind, struct = _KEPT[parameter]
    with Struct(f"{struct}_cond_t") as condition:
        if kind == "clusters":
            database.begin("slurmdb_init_cluster_cond")(condition.pointer)
        with database.get(f"slurmdb_{kind}_get", f"{struct}_rec_t", condition) as records:
            names = (name_of(one.name) for one in records)
            return next(filter(None, names), None)


_KEPT = {
    "cluster_name": ("clusters", "slurmdb_cluster"),
    "account_name": ("accounts", "slurmdb_account"),
    **dict.fromkeys(("user_name", "name"), ("users", "slurmdb_user")),
    **dict.fromkeys(("qos_name", "qos"), ("qos", "slurmdb_qos")),
    **dict.fromkeys(("wckey", "id"), ("wckeys", "slurmdb_wckey")),
}
"""By the parameter of a path, what libslurm's function and struct are named after."""


def _take_back() -> None:
    """Ask something in a transaction that is not committed. Raises SlurmError."""
    with database.Transaction() as kept, Struct("slurmdb_tres_cond_t") as condition:
        kept.get("slurmdb_tres_get", "slurmdb_tres_rec_t", condition).close()


_LISTS: dict[str, Callable[[], calls.Message]] = {
    "node_name": lambda: calls.load_nodes(0, calls.SHOW_ALL),
    "partition_name": lambda: calls.load_partitions(0),
    "reservation_name": lambda: calls.load_reservations(0),
}


def _first_job() -> str | None:
    with job_calls.load_jobs(0, calls.SHOW_ALL) as message:
        found = str(message.array[0].job_id) if message.count else None
    if found is None:
        # A job by its id is a call of its own, which an empty cluster has to refuse.
        _refused(lambda: job_calls.load_job(NO_JOB, calls.SHOW_ALL))
    return found


def _refused(request: Callable[[], object]) -> None:
    """Make a request for NO_JOB, which has to fail for that."""
    try:
        request()
    except SlurmError as error:
        if lib.ESLURM_INVALID_JOB_ID in (error.errno, error.code):
            return
        raise
    raise FailedError(f"slurmctld says that there is a job {NO_JOB}")


def _submit_options(version: int) -> None:
    described = {"name": "check", "environment": {"PATH": "/bin"}, "current_working_directory": "/"}
    host = submit_host.host()
    _submit(describe(decode(JOB_DESC, version, described, Report(), host), version, host, update=False))


def _submit_message(version: int) -> None:
    described = {"name": "check", "environment": ["PATH=/bin"], "current_working_directory": "/"}
    _submit(decode(JOB_DESC, version, described, Report(), submit_host.host()).members)


def _allocate(version: int) -> None:
    _submit_message(version)
    _refused(lambda: allocations.is_granted(NO_JOB))


def _submit(members: Members) -> None:
    """A description that was read is filled in, and the answer to it is one that can be read."""
    with requests.job(members):
        pass
    requests.submitted(ffi.new("submit_response_msg_t *"))


def _update(version: int) -> None:
    name = versions.since({36: "job_id", 37: "job_id_str", 40: "job_id"}, version)
    _refused(lambda: requests.update({name: str(NO_JOB) if name == "job_id_str" else NO_JOB}))


def _cancel(version: int) -> None:
    job: int | str = versions.since({36: NO_JOB, 37: str(NO_JOB)}, version)  # type: ignore[assignment]
    versions.since({36: _kill, 40: _signal}, version)(job)


def _kill(job: int | str) -> None:
    _refused(lambda: one_signal.kill(job, signal.SIGCONT))


def _signal_all(_version: int) -> None:
    _signal(NO_JOB)


def _resources(_version: int) -> None:
    _refused(lambda: send(lambda: layouts.load_resources(NO_JOB)))


def _requeue(_version: int) -> None:
    _refused(lambda: requests.requeue(str(NO_JOB), 0))


def _signal(job: int | str) -> None:
    (answer,) = signalling.signal({"jobs_array": [str(job)], "jobs_cnt": 1, "signal": int(signal.SIGCONT)})
    if answer.code != lib.ESLURM_INVALID_JOB_ID:
        raise FailedError(f"slurmctld says that there is a job {job}")


def _name_hosts(_version: int) -> None:
    with Hosts("n[1-3]") as hosts:
        if not hosts.add("n4") or hosts.expression() != "n[1-4]":
            raise FailedError("libslurm does not read host lists")


def _update_node() -> None:
    administration.update_node({"node_names": NO_NAME, "comment": "check"})


def _update_partition() -> None:
    with partitions.description({"name": NO_NAME}) as message:
        partitions.update(message)


def _update_reservation() -> None:
    with reservations.description({"name": NO_NAME}) as message:
        reservations.update(message)


def _refused_by_slurmctld(request: Callable[[], None]) -> None:
    """Make a request for what cannot be there, which slurmctld refuses for that, or because of who asks."""
    try:
        request()
    except SlurmError as error:
        code = error.errno or error.code
        if code not in UNANSWERED:
            return
        raise
    raise FailedError(f"slurmctld says that there is {NO_NAME}")


WRITES = {
    "slurmctld.job_options.submit": _submit_options,
    "slurmctld.job_options.update": _update,
    "slurmctld.job_cancel.cancel": _cancel,
    "slurmctld.job_messages.submit": _submit_message,
    "slurmctld.job_messages.update": _update,
    "slurmctld.job_allocations.allocate": _allocate,
    "slurmctld.node_writes.update": lambda _: _refused_by_slurmctld(_update_node),
    "slurmctld.node_writes.update_all": lambda _: _refused_by_slurmctld(_update_node),
    "slurmctld.node_writes.remove": lambda _: _refused_by_slurmctld(lambda: administration.delete_node(NO_NAME)),
    "slurmctld.node_writes.create": lambda _: administration.node({"extra": f"NodeName={NO_NAME}"}).close(),
    "slurmctld.partition_writes.update_all": lambda _: _refused_by_slurmctld(_update_partition),
    "slurmctld.partition_writes.remove": lambda _: _refused_by_slurmctld(lambda: partitions.delete(NO_NAME)),
    "slurmctld.reservation_writes.update": lambda _: _refused_by_slurmctld(_update_reservation),
    "slurmctld.reservation_writes.update_all": lambda _: _refused_by_slurmctld(_update_reservation),
    "slurmctld.reservation_writes.remove": lambda _: _refused_by_slurmctld(lambda: reservations.delete(NO_NAME)),
    "slurmctld.resources.resources": _resources,
    "slurmctld.reconfiguration.reconfigure": lambda _: None,  # it would be done, or it is for administrators
    "util.hosts.names": _name_hosts,
    "util.hosts.expression": _name_hosts,
    "slurmctld.job_signals.cancel": _cancel,
    "slurmctld.job_signals.cancel_all": _signal_all,
    "slurmctld.job_requeue.requeue": _requeue,
    "slurmctld.job_requeue.requeue_all": _requeue,
}
"""What tries an operation that changes something."""
