# SPDX-License-Identifier: GPL-2.0-or-later
"""What the largest bodies of each kind cost one instance: CPU per MiB and the most memory it had.

    python tests/bench/bodies.py                 all bodies in all sizes
    python tests/bench/bodies.py --only objects  one of them
    python tests/bench/bodies.py --sizes 1,50    in MiB

Each body goes to an instance of its own, on a pipe and with a token that nobody verified, and is accepted or refused
before slurmctld would be asked: none has to run. Only the table is the result; tests/http/test_media.py asserts what is
refused. Aimed at: 64 MiB and 8 times the body; 100 ms a MiB, the start of the process not counted.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1 << 20
_CONF = "ClusterName=bench\nSlurmctldHost=localhost\nAuthAltTypes=auth/jwt\nAuthType=auth/munge\n"
_JSON, _YAML, _FORM = "application/json", "text/yaml", "application/x-www-form-urlencoded"
_NUMBER = b'{"set":false,"infinite":false,"number":0}'
_RECORD = b'{"account":"physics","cluster":"lab","user":"alice","max":{"jobs":' + _NUMBER + b"}},"


class Body(NamedTuple):
    """A body of any size: what it begins with, what is repeated, what it ends with."""

    name: str
    kind: str
    begin: bytes
    unit: bytes
    end: bytes

    def of(self, size: int) -> bytes:
        """About `size` bytes of it."""
        return self.begin + self.unit * ((size - len(self.begin) - len(self.end)) // len(self.unit)) + self.end


BODIES = (
    Body("text", _JSON, b'{"script":"', b"srun hostname #\\n", b'"}'),
    Body("text, one character of 4 bytes", _JSON, '{"script":"😀'.encode(), b"srun hostname ##", b'"}'),
    Body("text in raw lines, single quotes", _JSON, b"{'script':'", b"srun hostname #\n", b"'}"),
    Body("records", _JSON, b"[", _RECORD, b"{}]"),
    Body("records, a comma too many", _JSON, b"[", _RECORD, b"]"),
    Body("objects", _JSON, b"[", b"{},", b"{}]"),
    Body("arrays", _JSON, b"[", b"[],", b"[]]"),
    Body("numbers", _JSON, b"[", b"1,", b"1]"),
    Body("texts in single quotes", _JSON, b"[", b"'a',", b"'a']"),
    Body("escapes", _JSON, b"[", b'"\\n",', b'""]'),
    Body("comments", _JSON, b"[", b"/**/", b"]"),
    Body("brackets", _JSON, b"", b"[", b""),
    Body("text", _YAML, b"a: |\n", b"  srun hostname #\n", b""),
    Body("items", _YAML, b"", b"- a\n", b""),
    Body("flow", _YAML, b"[", b"{},", b"{}]"),
    Body("pairs", _FORM, b"", b"a%41&", b"a"),
    Body("escapes", _FORM, b"a=", b"%41", b""),
)


class Cost(NamedTuple):
    """Status of the answer, seconds of CPU, bytes of memory at most."""

    status: int
    seconds: float
    memory: int


def _request(body: bytes, kind: str) -> bytes:
    head = (
        "POST /slurm/v0.0.38/job/submit HTTP/1.1\r\nConnection: close\r\nX-SLURM-USER-NAME: nobody\r\n"
        f"X-SLURM-USER-TOKEN: a.b.c\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measure(request: bytes, conf: str, user: str) -> Cost:
    """Give `request` to a new instance."""
    account = pwd.getpwnam(user)
    environment = {"PATH": "/usr/bin:/bin", "SLURM_CONF": conf, "SLURM_JWT": "daemon", "LANG": "C.UTF-8"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "slurmrest_inet", "-a", "rest_auth/jwt"],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
    )

    def feed() -> None:
        try:
            with process.stdin as sink:  # type: ignore[union-attr]
                sink.write(request)
        except BrokenPipeError:  # refused
            pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    answer = process.stdout.read()  # type: ignore[union-attr]
    feeder.join()
    _, _, usage = os.wait4(process.pid, 0)
    found = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", answer)
    return Cost(int(found[1]) if found else 0, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _rows(bodies: list[Body], sizes: list[int], conf: str, user: str) -> Iterator[str]:
    start = min(measure(_request(b"{}", _JSON), conf, user).seconds for _ in range(5))
    for body in bodies:
        for size in sizes:
            data = body.of(size * _MIB)
            cost = measure(_request(data, body.kind), conf, user)
            rate = max(cost.seconds - start, 0) / (len(data) / _MIB) * 1000
            memory, most = cost.memory // _MIB, 64 + 8 * len(data) // _MIB
            kind = body.kind.rpartition("/")[2]
            yield f"| {kind} | {body.name} | {size} | {cost.status} | {rate:.0f} | {memory} | {most} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", help="the bodies whose name has that in it")
    parser.add_argument("--sizes", default="1,8,50", metavar="MIB,...")
    parser.add_argument("--user", default="nobody", help="whom the instances run as")
    given = parser.parse_args()
    bodies = [body for body in BODIES if given.only is None or given.only in body.name]
    with tempfile.NamedTemporaryFile("w", prefix="slurmrest-bench-", suffix=".conf", dir="/var/tmp") as conf:
        conf.write(_CONF)
        conf.flush()
        os.chmod(conf.name, 0o644)  # instances run as somebody else
        print("| type | body | MiB | status | CPU ms/MiB | peak MiB | aim |\n|---|---|---|---|---|---|---|")
        for row in _rows(bodies, [int(size) for size in given.sizes.split(",")], conf.name, given.user):
            print(row, flush=True)


if __name__ == "__main__":
    main()
