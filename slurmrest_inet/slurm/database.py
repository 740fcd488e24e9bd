# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd: the one connection of this process, what is asked on it, and when what was changed there stays.

Rule 1: a connection is opened when a request first needs it, and left with the request. While it is open, slurmdbd
        asks nobody who is behind it, so a token would hold beyond its end; one of its 100 threads waits on it; and the
        tables that were read on it cannot be dropped: nobody could remove a cluster.
Rule 2: what a request changes is committed once, at its end. Whatever fails before that drops the connection, and
        slurmdbd takes back what was not committed when it sees the end of it.
Rule 3: libslurm opens a connection that broke again by itself and says nothing; what was changed on the broken one is
        lost. So within a transaction the socket has to stay the same one, through its commit.
Rule 4: a list that slurmdbd sent belongs to who asked for it, until it is closed.
Rule 5: a request that could not reach slurmdbd does not try again: its time is up, or soon will be.
"""

from __future__ import annotations

import os
import time

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd import conditions
from slurmrest_inet.slurm import codec, library
from slurmrest_inet.slurm.calls import Message
from slurmrest_inet.slurm.fill import MissingError, Struct
from slurmrest_inet.slurm.library import SlurmError, ffi, lib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Any, Callable

    from typing_extensions import Self

    from slurmrest_inet.slurm.fill import Structs


class UnreachableError(SlurmError):
    """No connection to slurmdbd could be opened, or the one that there was is gone; ``errno`` is the reason if any."""

    def __init__(self, errno: int) -> None:
        super().__init__(lib.ESLURM_DB_CONNECTION, errno)


class List:
    """A Slurm list of records of the C type ``struct`` that slurmdbd has sent. A context manager, which frees it."""

    def __init__(self, pointer: Any, struct: str) -> None:
        self.pointer = pointer
        self.struct = struct

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        return 0 if self.pointer == ffi.NULL else int(lib.slurm_list_count(self.pointer))

    def __iter__(self) -> Iterator[Any]:
        """Each record as a pointer, which lives as long as the list."""
        slot = ffi.new("size_t *")
        items = lib.list_items(self.pointer, slot)
        if items == ffi.NULL:
            raise MemoryError
        try:
            found = list(items[0 : slot[0]])
        finally:
            lib.list_items_free(items)
        return (ffi.cast(f"{self.struct} *", item) for item in found)

    def close(self) -> None:
        """Free it with all its records; harmless when done twice."""
        if self.pointer != ffi.NULL:
            lib.slurm_list_destroy(self.pointer)
            self.pointer = ffi.NULL


class Names:
    """Names of resources, QOSes and associations by lists of them, for records that hold their ids (codec.Names)."""

    def __init__(self, lists: Iterable[List]) -> None:
        """Takes the lists over."""
        self._lists = list(lists)
        pointers = {one.struct: one.pointer for one in self._lists}
        structs = ("slurmdb_tres_rec_t", "slurmdb_qos_rec_t", "slurmdb_assoc_rec_t")
        self.lookup = codec.Names(*(pointers.get(struct, ffi.NULL) for struct in structs))

    def close(self) -> None:
        """Free the lists; harmless when done twice."""
        while self._lists:
            self._lists.pop().close()


_connection: Any = ffi.NULL
_socket: tuple[int, int] | None = None
"""The connection's descriptor and the number of the socket behind it, which no other socket has as long as it lives."""

_away = False
"""Whether this request found nobody."""


def end_request() -> None:
    """Leave the connection; the next request tries anew to reach slurmdbd."""
    global _away  # noqa: PLW0603 - see connect
    drop()
    _away = False


def _unreachable(errno: int) -> UnreachableError:
    global _away  # noqa: PLW0603 - see connect
    _away = True
    return UnreachableError(errno)


def connect() -> None:
    """Have a connection. Raises UnreachableError."""
    global _connection, _socket  # noqa: PLW0603 - libslurm's connection is one a process, and these describe it
    if _away:
        raise UnreachableError(0)
    if _connection != ffi.NULL:
        return
    library.before_change(drop)
    lib.lifeline_begin()
    ffi.errno = 0
    opened = lib.slurmdb_connection_get(ffi.new("uint16_t *"))
    errno = ffi.errno
    _socket = _find()
    if opened == ffi.NULL or _socket is None:
        # One without a socket is not given back to libslurm, which would try again to connect.
        lib.lifeline_end()
        raise _unreachable(errno)
    _connection = opened


def drop() -> None:
    """Leave the connection, if there is one; what was not committed is taken back.

    Without a word, and what libslurm knows of it is not freed: slurmdb_connection_close first opens a broken connection
    again, and in later releases wants what only Slurm's own programs have.
    """
    global _connection  # noqa: PLW0603 - see connect
    if _connection != ffi.NULL:
        # One that libslurm has opened again may hold a change, and with it locks in the database.
        _reopened()
        if _socket is not None:
            os.close(_socket[0])
    lib.lifeline_end()
    _connection = ffi.NULL


def _find() -> tuple[int, int] | None:
    descriptor = lib.lifeline_find()
    return None if descriptor < 0 else (descriptor, os.fstat(descriptor).st_ino)


def _is_same() -> bool:
    """Whether the socket is still the one that the connection was opened with."""
    try:
        return _socket is not None and os.fstat(_socket[0]).st_ino == _socket[1]
    except OSError:
        return False


def function(name: str) -> Any:
    """Return one of libslurm's slurmdb_ functions. Raises MissingError where the installed release has none."""
    found = getattr(lib, name, None)
    if found is None:
        raise MissingError(name)
    return found


def _ask(name: str, *arguments: Any) -> tuple[Any, int]:
    """Call a function on the connection; return what it returned and what it left in errno."""
    call = function(name)
    connect()
    ffi.errno = 0
    found = call(_connection, *arguments)
    return found, ffi.errno


def _reopened() -> None:
    """Remember which socket it is that libslurm has opened again, outside of a transaction."""
    global _socket  # noqa: PLW0603 - see connect
    if not _is_same():
        _socket = _find()


def _ask_alone(name: str, *arguments: Any) -> tuple[Any, int]:
    """Call a function that returns a list, outside of a transaction; one that fails takes the connection with it."""
    found, errno = _ask(name, *arguments)
    if found == ffi.NULL:
        drop()
    else:
        _reopened()
    return found, errno


def get(
    name: str,
    struct: str,
    asked: Struct | None = None,
    ask: Callable[..., tuple[Any, int]] = _ask_alone,
) -> List:
    """Return what ``name`` (slurmdb_clusters_get) finds: records of the C type ``struct``. Raises SlurmError.

    asked: a condition; None for a function that takes none. ask: calls it; within a transaction that does
    (`Transaction.get`).
    """
    found, errno = ask(name, *(() if asked is None else (asked.pointer,)))
    if found == ffi.NULL:
        raise _error(-1, errno)
    return List(found, struct)


def _error(code: int, errno: int) -> SlurmError:
    """Return what a failed call comes to: what slurmdbd said, or that nobody said anything."""
    said = code if code not in (0, -1) else errno
    return SlurmError(code, errno) if said not in range(_OF_SLURM) else _unreachable(errno)


_OF_SLURM = 1000
"""Codes from there on are Slurm's (slurm_errno.h), those before it the system's; -1 is Slurm's, too."""


def tres() -> List:
    """slurmdb_tres_get: every trackable resource. Raises SlurmError."""
    with condition("slurmdb_tres_cond_t", "slurmdb_init_tres_cond") as asked:
        return get("slurmdb_tres_get", "slurmdb_tres_rec_t", asked)


def qos() -> List:
    """slurmdb_qos_get: every QOS that is not deleted. Raises SlurmError."""
    with condition("slurmdb_qos_cond_t") as asked:
        return get("slurmdb_qos_get", "slurmdb_qos_rec_t", asked)


def statistics() -> Message:
    """slurmdb_get_stats: slurmdbd's counters. Raises SlurmError."""
    return _record("slurmdb_get_stats", "slurmdb_stats_rec_t", "slurmdb_destroy_stats_rec")


def configuration() -> Message:
    """slurmdb_config_get: how slurmdbd is configured. Raises SlurmError, and MissingError before 26.05."""
    return _record("slurmdb_config_get", "slurmdbd_conf_t", "free_slurmdbd_conf")


def configured() -> dict[str, str]:
    """The same before 26.05: slurmdbd's own texts by name. Raises SlurmError."""
    with get("slurmdb_config_get", "char *") as pairs:
        return {library.text_of(one[0]): library.text_of(one[1]) for one in pairs}


def _record(name: str, struct: str, free: str) -> Message:
    """Return the one record that a function fills in. Raises SlurmError, MissingError."""
    try:
        slot = ffi.new(f"{struct} **")
    except ffi.error:
        raise MissingError(struct) from None
    code, errno = _ask(name, slot)
    if code or slot[0] == ffi.NULL:
        drop()
        raise _error(code, errno)
    _reopened()
    return Message(slot[0], getattr(lib, free), struct, slot[0], 1)


def pings() -> list[tuple[str, int, int]]:
    """(host name, code, microseconds) of every slurmdbd that slurm.conf of this host names, the code 0 when it answers.

    slurmdb_ping; where the release has none, whether somebody listens there.
    """
    conf = lib.conf_loaded()
    found = []
    for host in (conf.accounting_storage_host, conf.accounting_storage_backup_host):
        if host != ffi.NULL:
            before = time.monotonic()
            code = _ping(host, conf.accounting_storage_port)
            taken = int((time.monotonic() - before) * 1_000_000)
            found.append((library.text_of(host), code, taken))
    return found


def _ping(host: Any, port: int) -> int:
    if hasattr(lib, "slurmdb_ping"):
        code: int = lib.slurmdb_ping(host)
        return code
    import _socket  # noqa: PLC0415 - only older releases need it

    try:
        family, kind, protocol, _, where = _socket.getaddrinfo(ffi.string(host), port, 0, _socket.SOCK_STREAM)[0]
        connection = _socket.socket(family, kind, protocol)
    except OSError as error:
        return error.errno or -1
    try:
        connection.settimeout(lib.conf_loaded().msg_timeout)
        return int(connection.connect_ex(where))
    finally:
        connection.close()


def condition(struct: str, begins: str | None = None) -> Struct:
    """Return a condition that names nothing yet; ``begins`` is libslurm's function that sets it to unset values.

    Raises MissingError where the installed release has no such function.
    """
    return Struct(struct, conditions.TABLES.get(struct), None if begins is None else begin(begins))


def begin(name: str) -> Callable[[Any], None]:
    """Return what sets a struct to what libslurm calls unset, by one of its slurmdb_init_ functions."""
    call = function(name)
    return lambda pointer: call(pointer, False)


def texts(pointer: Any) -> list[str]:
    """Return the texts of a Slurm list of such, which is freed: names of what was changed or removed."""
    with List(pointer, "char") as found:
        return [library.name_of(one) for one in found]


class Transaction:
    """What one request changes. A context manager: what is not committed when its block ends is taken back."""

    def __init__(self) -> None:
        self.function = ""
        """What was called last, for whoever tells of an error."""
        self._open = False
        """Whether something was asked that is not committed."""
        self._socket: tuple[int, int] | None = None
        """That of the connection which it is about, whatever is asked besides (rule 3)."""

    def __enter__(self) -> Self:
        connect()
        self._socket = _socket
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if self._open:
            drop()

    def call(self, name: str, *arguments: Any) -> tuple[Any, int]:
        """Call a function of libslurm on the connection; return what it returned and what it left in errno.

        Raises UnreachableError if libslurm has opened another connection meanwhile.
        """
        self.function = name
        self._open = True
        found, errno = _ask(name, *arguments)
        if _socket != self._socket or not _is_same():
            raise _unreachable(errno)
        return found, errno

    def get(self, name: str, struct: str, asked: Struct | None = None) -> List:
        """As the function of that name, within the transaction: what it has changed so far is seen."""
        return get(name, struct, asked, self.call)

    def add(self, name: str, records: Structs) -> None:
        """slurmdb_*_add of a list of records. Raises SlurmError."""
        code, errno = self.call(name, records.pointer)
        if code:
            # That it went wrong is all that slurmdbd may say: nobody who is away leaves no reason in errno.
            raise SlurmError(code, errno) if code == -1 and not errno else _error(code, errno)

    def change(self, name: str, condition: Struct, record: Struct | None = None) -> list[str]:
        """slurmdb_*_modify with a record, slurmdb_*_remove without one; return what it names. Raises SlurmError."""
        found, errno = self.call(name, condition.pointer, *(() if record is None else (record.pointer,)))
        if found == ffi.NULL or errno >= _OF_SLURM:
            # Of a cluster with jobs, for one, slurmdbd lists these beside its code.
            List(found, "char").close()
            raise _error(-1, errno)
        return texts(found)

    def add_together(self, name: str, condition: Struct, record: Struct) -> tuple[str, int]:
        """slurmdb_*_add_cond; return what slurmdbd says of it, and its code, 0 for success. Raises UnreachableError."""
        found, errno = self.call(name, condition.pointer, record.pointer)
        text = library.name_of(found)
        if found != ffi.NULL:
            lib.free_text(found)
        if errno in range(1, _OF_SLURM) and not text:
            raise _unreachable(errno)
        return text, errno

    def commit(self) -> None:
        """Let it stay. Raises SlurmError; if that is an UnreachableError, it is not known whether it stays."""
        code, errno = self.call("slurmdb_connection_commit", True)
        if code:
            raise _error(code, errno)
        self._open = False
