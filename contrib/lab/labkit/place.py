# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab's folder: where each file lies, what is remembered about it, and the register of all labs of this machine.

Rule 1: a folder is a lab only if lab.json in it says so; nothing else is ever emptied or removed.
Rule 2: lab.json is written before the thing it tells of is done, so that a half-started lab can be cleaned.
Rule 3: the lab.json of a lab in an enclosure is written inside, and its pids mean nothing outside; of the enclosure
tells a file beside the register, which is not seen inside.
Rule 4: the register (/run/slurmrest-labs) only exists while a lab does; an entry whose folder is gone is void.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from labkit.config import Shape
from labkit.process import Identity
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT = "/var/tmp/slurmrest-lab"
CHECKOUT = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../.."))
REGISTER = "/run/slurmrest-labs"
_LONGEST = 107 - len("/munge/munge.socket.lock")  # sun_path, unix(7)


class Place:
    """The paths of one lab, all under `folder`, which is absolute."""

    def __init__(self, folder: str) -> None:
        """`folder` may be relative; LabError when it is too long for the sockets in it."""
        self.folder = os.path.realpath(folder)
        if len(os.fsencode(self.folder)) > _LONGEST:
            raise LabError(f"{self.folder}: the path is too long for Unix sockets in it, at most {_LONGEST} bytes")
        if any(c in self.folder for c in " \t\n'\"#=,%"):
            raise LabError(f"{self.folder}: slurm.conf cannot name a path with blanks, quotes or one of #=,%")

    def __call__(self, *parts: str) -> str:
        """The path of something in the lab."""
        return os.path.join(self.folder, *parts)

    @property
    def slurm_conf(self) -> str:
        """The cluster's slurm.conf."""
        return self("etc", "slurm.conf")

    @property
    def second_conf(self) -> str:
        """The second cluster's slurm.conf, where there is a second one."""
        return self("etc", "second", "slurm.conf")

    @property
    def slurm_key(self) -> str:
        """The key of auth/slurm, where daemons look for it: beside their slurm.conf or slurmdbd.conf."""
        return self("etc", "slurm.key")

    @property
    def jwt_key(self) -> str:
        """The key of auth/jwt, readable by SlurmUser alone."""
        return self("etc", "jwt.key")

    @property
    def munge_socket(self) -> str:
        """The socket of munged."""
        return self("munge", "munge.socket")

    @property
    def mysql_socket(self) -> str:
        """MariaDB's socket, in a folder that SlurmUser alone can enter."""
        return self("db", "mysql.socket")

    @property
    def state_file(self) -> str:
        """What is remembered about the lab."""
        return self("lab.json")

    def log(self, name: str) -> str:
        """The log of one daemon."""
        return self("log", name + ".log")

    def load(self) -> State | None:
        """The lab in this folder, None when there is none."""
        try:
            with open(self.state_file, encoding="utf-8") as file:
                return State(json.load(file))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise LabError(f"{self.state_file} is damaged: {error}") from error

    def save(self, state: State) -> None:
        """Remember the lab."""
        _replace(self.state_file, state.values)

    def remove(self) -> None:
        """Delete the folder; only a lab's. One that is lent to an enclosure can only be emptied."""
        if os.path.exists(self.state_file):
            try:
                shutil.rmtree(self.folder)
            except OSError as error:
                if error.errno != errno.EBUSY:  # all is gone but the mount point itself
                    raise

    def enclosure(self) -> Enclosed | None:
        """The enclosure that this lab lives in, which may have ended; None when it is of this machine's own release."""
        try:
            with open(self._record, encoding="utf-8") as file:
                release, process = json.load(file)
                return Enclosed(release, Identity(*process))
        except FileNotFoundError:
            return None

    def enclosed(self, by: Enclosed | None) -> None:
        """Remember the enclosure, or forget it."""
        with _register():
            if by is None:
                os.unlink(self._record)
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.dirname(self._record))
            else:
                os.makedirs(os.path.dirname(self._record), mode=0o755, exist_ok=True)
                _replace(self._record, by)

    @property
    def _record(self) -> str:
        return os.path.join(REGISTER + ".enclosures", _entry(self.folder))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this lab alone: a second `up` waits for the first."""
        while True:
            with _register() as register:
                path = os.path.join(register, _entry(self.folder) + ".lock")
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _names(path, descriptor):
                break
            os.close(descriptor)
        try:
            yield
        finally:
            os.close(descriptor)
            _tidy()


class Enclosed(NamedTuple):
    """An enclosure that holds a lab: the release it is of, and its first process."""

    release: str
    first: Identity


class State:
    """What lab.json holds, a thin reader over its values."""

    def __init__(self, values: dict[str, Any]) -> None:
        """`values` as in lab.json."""
        self.values = values

    @property
    def stage(self) -> str:
        """`starting`, `up` or `ending`."""
        return str(self.values["stage"])

    @stage.setter
    def stage(self, name: str) -> None:
        self.values["stage"] = name

    @property
    def shape(self) -> Shape:
        """What the lab was asked to be; an earlier checkout knew fewer choices."""
        return Shape(*self.values["sizes"])

    @property
    def ports(self) -> dict[str, int]:
        """TCP port by daemon."""
        return dict(self.values["ports"])

    @property
    def daemons(self) -> dict[str, Identity]:
        """The process of each daemon that was started."""
        return {name: Identity(*one) for name, one in self.values["daemons"].items()}

    def started(self, name: str, process: Identity) -> None:
        """Remember a daemon's process."""
        self.values["daemons"][name] = list(process)

    def ended(self, name: str) -> None:
        """Forget a daemon's process."""
        self.values["daemons"].pop(name, None)


def _replace(path: str, value: Any) -> None:
    """Write JSON so that the file is the old one or the new one, whenever this is interrupted."""
    fresh = path + ".new"
    with open(fresh, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    os.replace(fresh, path)


def _entry(folder: str) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def _names(path: str, descriptor: int) -> bool:
    """Whether `path` still is the open file: whoever held its lock before may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _register() -> Iterator[str]:
    """The register's folder, made and locked."""
    while True:
        with contextlib.suppress(FileExistsError):
            os.mkdir(REGISTER, mode=0o755)
        try:
            descriptor = os.open(REGISTER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _names(REGISTER, descriptor):
            break
        os.close(descriptor)
    try:
        yield REGISTER
    finally:
        os.close(descriptor)


def _tidy() -> None:
    """Remove void entries, unused locks, and the register itself after the last lab."""
    with _register() as register:
        for name in os.listdir(register):
            path = os.path.join(register, name)
            if name.endswith(".lock"):
                descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(path)
                os.close(descriptor)
            elif not os.path.exists(os.path.join(path, "lab.json")):
                os.unlink(path)
        with contextlib.suppress(OSError):
            os.rmdir(register)


@contextlib.contextmanager
def register_of_labs() -> Iterator[Register]:
    """The register, locked; other labs wait meanwhile, so hold it shortly."""
    with _register() as folder:
        yield Register(folder)


class Register:
    """The labs of this machine: one symbolic link for each, to its folder."""

    def __init__(self, folder: str) -> None:
        """Only `register_of_labs` makes one."""
        self._folder = folder

    def others(self, place: Place) -> list[State]:
        """Every lab but this one."""
        found = []
        for name in os.listdir(self._folder):
            if not name.endswith(".lock") and name != _entry(place.folder):
                state = Place(os.path.join(self._folder, name)).load()
                if state is not None:
                    found.append(state)
        return found

    def add(self, place: Place) -> None:
        """Enter this lab."""
        self.drop(place)
        os.symlink(place.folder, os.path.join(self._folder, _entry(place.folder)))

    def drop(self, place: Place) -> None:
        """Strike this lab out."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self._folder, _entry(place.folder)))
