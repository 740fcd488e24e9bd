# SPDX-License-Identifier: GPL-2.0-or-later
"""A second slurmdbd beside the lab's, with a database of its own: one in which there is nothing yet, or a copy.

Rule 1: it is the lab in all but that: the same MariaDB, the same keys and users, so that a token holds for both.
Rule 2: what slurmctld would make known in an empty one, its resources, is put in by SQL, with other ids than in the
        lab.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

from sidebyside import lab as sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab

_SLURMDBD = "/usr/sbin/slurmdbd"
_OF_LAB, _DATABASE = "slurm_acct_db", "slurm_second_db"
_USER = "slurm"
_PATIENCE = 60.0
_RESOURCES = """
insert into slurm_second_db.tres_table (creation_time, type, name) values (1, 'license', 'nowhere');
insert into slurm_second_db.tres_table (creation_time, type, name)
    select 1, type, name from slurm_acct_db.tres_table where id > 1000 and deleted = 0 order by id desc;
"""


@contextlib.contextmanager
def empty(lab: Lab) -> Iterator[Lab]:
    """The lab with another database behind it, which knows its resources and nothing else."""
    with _beside(lab) as second:
        ask_mariadb(lab, _RESOURCES)
        yield second


@contextlib.contextmanager
def copied(lab: Lab, options: str) -> Iterator[Lab]:
    """The lab with a copy of its database behind it, of a slurmdbd with these lines more in slurmdbd.conf."""
    with _beside(lab, _copy, options) as second:
        yield second


def _copy(lab: Lab) -> None:
    dump = ["mariadb-dump", "-S", lab.variables["LAB_MYSQL_SOCKET"], "--single-transaction", _OF_LAB]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
        target = ["mariadb", "-S", lab.variables["LAB_MYSQL_SOCKET"], _DATABASE]
        subprocess.run(target, stdin=source.stdout, check=True)
    assert source.returncode == 0


@contextlib.contextmanager
def _beside(lab: Lab, fill: Callable[[Lab], None] | None = None, options: str = "") -> Iterator[Lab]:
    """The lab with another slurmdbd, whose new database `fill` has filled before it starts."""
    with tempfile.TemporaryDirectory(prefix="slurmrest-dbd-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - instances run as somebody else
        port = _port()
        conf = _changed(lab.conf, folder, "slurm.conf", AccountingStoragePort=port)
        pid_file = f"{os.path.dirname(lab.variables['LAB_LOG_DIR'])}/run/second-slurmdbd.pid"
        changes = {"DbdPort": port, "StorageLoc": _DATABASE, "PidFile": pid_file}
        own = _changed(lab.variables["LAB_SLURMDBD_CONF"], folder, "slurmdbd.conf", **changes)
        with open(own, "a", encoding="utf-8") as file:
            file.write(options)
        os.chmod(own, 0o600)
        shutil.chown(own, _USER, _USER)
        second = lab._replace(variables={**lab.variables, "SLURM_CONF": conf})
        ask_mariadb(lab, f"drop database if exists {_DATABASE}; create database {_DATABASE}")
        if fill is not None:
            fill(lab)
        environment = {**second.environment, "MYSQL_UNIX_PORT": lab.variables["LAB_MYSQL_SOCKET"]}
        with open(os.path.join(folder, "log"), "wb") as log:
            process = subprocess.Popen(
                [_SLURMDBD, "-D"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=environment,
                **sides.as_user(_USER),  # type: ignore[call-overload]
            )  # fmt: skip
        try:
            _await(process, port, log.name)
            yield second
        finally:
            process.terminate()
            process.wait(_PATIENCE)
            ask_mariadb(lab, f"drop database {_DATABASE}")


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _changed(path: str, folder: str, name: str, **values: object) -> str:
    with open(path, encoding="utf-8") as source:
        text = source.read()
    for key, value in values.items():
        text, count = re.subn(rf"(?m)^{key}=.*", f"{key}={value}", text)
        assert count == 1, key
    changed = os.path.join(folder, name)
    with open(changed, "w", encoding="utf-8") as file:
        file.write(text)
    return changed


def _await(process: subprocess.Popen[bytes], port: int, log: str) -> None:
    limit = time.monotonic() + _PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > limit:
            with open(log, encoding="utf-8", errors="replace") as file:
                raise AssertionError(f"the second slurmdbd does not answer:\n{file.read()[-2000:]}")
        time.sleep(0.05)


def ask_mariadb(lab: Lab, statements: str) -> None:
    """Have the lab's MariaDB do something."""
    subprocess.run(["mariadb", "-S", lab.variables["LAB_MYSQL_SOCKET"], "-e", statements], check=True)
