# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies of slurmdbd's POSTs that are wrong, or very long: an error and nothing stored, or success and all stored.

Rule 1: what is stored is asked of MariaDB, where not even a record that is as it was may have been written again.
Rule 2: the real slurmrestd tells what is said of a body that is no list of records; what operations of other forms say
        is compared with their own rows of requests (slurmdbd_addition_steps.py, slurmdbd_config_steps.py,
        test_slurmdbd_job_changes.py, dbd_clusters.py, dbd_tres.py).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import homes
import pytest
from sidebyside import server, wire

from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.schema.model import IN
from slurmrest_inet.schema.slurmdbd.account import ACCOUNT
from slurmrest_inet.schema.slurmdbd.association import ASSOCIATION
from slurmrest_inet.schema.slurmdbd.qos import QOS
from slurmrest_inet.schema.slurmdbd.user import USER
from slurmrest_inet.schema.slurmdbd.wckey import WCKEY
from slurmrest_inet.versions import SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Server

    Bodies = Callable[[str, int], list[bytes]]
    Stored = Callable[[], str]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the lab's database")

_RELEASE = homes.installed()
_HOME = homes.at_home(_RELEASE, "slurmdb")
_JOB = "60000001"
"""One of the lab's past."""
_WHOLE = (b"", b"null", b"5", b'"x"', b"[]", b"[{}]", b"{", b"{}", b'{"nosuch":[]}', b'{"meta":{},"errors":[],"no":1}')
_LISTS = ("null", "5", '"x"', "true", "[]", "{}", "[null]", "[5]", '["x"]', "[[]]", '{"x":{}}', '[{"nosuch":1}]')
_KEYS = {
    "config": "accounts",
    "accounts_association": "association_condition",
    "users_association": "user",
    f"job/{_JOB}": "comment",
    "jobs": "job_id_list",
}
"""Of a part of bodies, where it is not the path."""
_RECORDS = {
    "accounts": (ACCOUNT, 36),
    "users": (USER, 36),
    "associations": (ASSOCIATION, 37),
    "qos": (QOS, 38),
    "wckeys": (WCKEY, 36),
}
"""Paths of records by their tables, and the first version that has them."""


def _bodies(path: str, version: int) -> list[bytes]:
    key = _KEYS.get(path, path)
    key = key.upper() if key in ("qos", "tres") and version < 39 else key
    return [*_WHOLE, *(f'{{"{key}":{one}}}'.encode() for one in _LISTS)]


class Row(NamedTuple):
    """Bodies of which the real one says otherwise: a pattern of paths, values of their list or bodies, and why.

    ours: the status that ours answers.
    """

    path: str
    values: tuple[str, ...]
    versions: range
    ours: int
    why: str


_ANY = ".*"
"""Any path, and values that are a whole body."""
_ROWS = (
    Row(
        _ANY, ('"x"',), range(36, 39), 400, "A text is no body, and is refused; the real one says that it has no list."
    ),
    Row(
        *("users|associations|wckeys", ('[{"nosuch":1}]',), range(38, 39), 400),
        "A record without what it must have is sent to nobody.",
    ),
    Row(
        *("wckeys", ("[null]", "[5]", '["x"]', "[[]]"), range(36, 39), 400),
        "The entry is of another form than others.",
    ),
)


def _row(path: str, version: int, body: bytes) -> Row | None:
    text = body.decode()
    value = text.partition(":")[2][:-1] if text.startswith(f'{{"{path}":') else text
    fitting = (one for one in _ROWS if re.fullmatch(one.path, path) and version in one.versions)
    return next((one for one in fitting if value in one.values and (value == text) is (one.path == _ANY)), None)


def _some(path: str, version: int) -> list[bytes]:
    """Those that every run asks the real one, too."""
    return _bodies(path, version)[::3]


def _posts(version: int) -> list[str]:
    """The paths of all of slurmdbd's POSTs in a version."""
    found = [one for one in ROUTES if (one.method, one.side) == ("POST", "slurmdb") and one.serves(version)]
    return list(dict.fromkeys(re.sub(r"\{[^}]*\}", _JOB, one.path) for one in found))


@pytest.fixture(scope="module")
def listening(lab: Lab) -> Iterator[Server]:
    """Our server."""
    with server.ours(lab, "-a", "jwt") as one:
        yield one


@pytest.fixture(scope="module")
def real(lab: Lab) -> Iterator[list[Server]]:
    """The real one, which is started again when it has died."""
    found = [server.real(lab, "-a", "rest_auth/jwt")]
    yield found
    found[0].end()


def _asked(one: Server, path: str, body: bytes, token: str) -> tuple[int, Any]:
    """Status and document, without what differs by itself; the text where it is none."""
    head = [f"POST /slurmdb/{path} HTTP/1.1", "Host: lab", "X-SLURM-USER-NAME: root", f"X-SLURM-USER-TOKEN: {token}"]
    head += ["Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", "", ""]
    answer = one.ask("\r\n".join(head).encode() + body)
    text = re.sub(r"\(0x[0-9a-f]+\)", "()", answer.body.decode())
    if answer.headers.get("content-type") != "application/json":
        return answer.status, text
    document = json.loads(text)
    del document["meta"]
    return answer.status, document


@pytest.fixture
def stored(lab: Lab) -> Stored:
    """Tells the checksums of all tables that a body could change."""

    def ask(statement: str) -> str:
        command = ["mariadb", "-N", "-S", lab.variables["LAB_MYSQL_SOCKET"], "slurm_acct_db", "-e", statement]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    kinds = "(acct_coord|acct|cluster|qos|tres|user|[a-z]+_assoc|[a-z]+_wckey|[a-z]+_job)_table"
    tables = [one for one in ask("show tables").split() if re.fullmatch(kinds, one)]
    assert len(tables) > len(kinds.split("|"))
    return lambda: ask(f"checksum table {', '.join(tables)}")


@pytest.mark.parametrize(
    ("version", "bodies"),
    [
        *((version, _some) for version in _HOME[-1:]),
        *(pytest.param(version, _bodies, marks=pytest.mark.slow) for version in SERVED["slurmdb"]),
    ],
)
def test_that_nothing_is_stored_of_what_is_no_list(
    version: int, bodies: Bodies, listening: Server, stored: Stored, tokens: dict[str, str]
) -> None:
    """On any release, by every POST that there is."""
    for path in _posts(version):
        before = stored()
        for body in bodies(path, version):
            status, document = _asked(listening, f"v0.0.{version}/{path}", body, tokens["root"])
            assert status < 400 or isinstance(document, str) or document["errors"], (path, body)
        assert stored() == before, path


def _cases() -> list[Any]:
    return [
        pytest.param(path, version, marks=[pytest.mark.slow] if version in homes.SLOW["slurmdb"] else [])
        for path, (_, first) in _RECORDS.items()
        for version in _HOME
        if version >= first
    ]


@pytest.mark.parametrize("bodies", [_some, pytest.param(_bodies, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("path", "version"), _cases())
def test_that_both_say_the_same_of_what_is_no_list(
    path: str, version: int, bodies: Bodies, lab: Lab, listening: Server, real: list[Server], tokens: dict[str, str]
) -> None:
    troubles = []
    for body in bodies(path, version):
        target = f"v0.0.{version}/{path}"
        ours = _asked(listening, target, body, tokens["root"])
        try:
            theirs = _asked(real[0], target, body, tokens["root"])
        except (OSError, wire.MalformedError):
            real[0].end()
            real[0] = server.real(lab, "-a", "rest_auth/jwt")
            theirs = (0, None)
        row = _row(path, version, body)
        if row is None and ours != theirs:
            troubles.append(f"{body!r}\n   real {theirs}\n   ours {ours}")
        elif row is not None and (ours[0] != row.ours or ours == theirs):
            troubles.append(f"{body!r}\n   real {theirs}\n   ours {ours}, of which there is a row")
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def nameless(lab: Lab) -> Iterator[None]:
    """What is stored under names of a test is gone afterwards."""
    yield
    for kind, field in (("user", "user"), ("account", "account"), ("qos", "name")):
        names = lab.run("sacctmgr", "-nP", "list", kind, f"format={field}").split()
        written = [one for one in names if re.fullmatch("wrong[0-9]+", one)]
        if written:
            lab.run("sacctmgr", "-i", "delete", kind, f"name={','.join(written)}")


def _nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition("/")
    return {name: _nested(rest, value) if rest else value}


@pytest.mark.usefixtures("nameless")
@pytest.mark.parametrize(
    "path", ["qos", *(pytest.param(one, marks=pytest.mark.slow) for one in _RECORDS if one != "qos")]
)
@pytest.mark.parametrize("version", _HOME[-1:])
def test_that_a_member_of_another_type_is_stored_or_refused(
    version: int, path: str, listening: Server, stored: Stored, tokens: dict[str, str]
) -> None:
    """Each member of a record, with what it is not: whoever is told of a success finds the record."""
    table = _RECORDS[path][0]
    key = path.upper() if path == "qos" and version < 39 else path
    for number, row in enumerate(table.rows_of(version, IN)):
        name = f"wrong{number}"
        record = {"account": "optics", "cluster": "lab", "user": "bob", "partition": name, "name": name}
        record.update({"description": "d", "organization": "o", "id": 0} if path == "accounts" else {})
        record.update(_nested(row.path, [[{"no": [1]}]]))
        before = stored()
        body = json.dumps({key: [record]}).encode()
        status, document = _asked(listening, f"v0.0.{version}/{path}", body, tokens["root"])
        assert (stored() != before) is (status == 200), (row.path, status, document)


_MANY = 5_000
_FEW = 200


@pytest.fixture
def crowd(lab: Lab) -> Iterator[Callable[[], list[str]]]:
    """An account of which alone requests add associations; tells the partitions of these."""

    def told() -> list[str]:
        found = lab.run("sacctmgr", "-nP", "list", "assoc", "account=crowd", "format=partition").split()
        return sorted(one for one in found if one)

    lab.run("sacctmgr", "-i", "add", "account", "crowd", "cluster=lab")
    yield told
    lab.run("sacctmgr", "-i", "delete", "account", "name=crowd")


_COUNTS = pytest.mark.parametrize("count", [_FEW, pytest.param(_MANY, marks=pytest.mark.slow)])


@pytest.mark.parametrize("last", [{}, {"account": "nosuch"}], ids=["well", "refused"])
@_COUNTS
@pytest.mark.parametrize("version", _HOME[-1:])
def test_that_all_of_a_long_body_is_stored_or_nothing(
    version: int, count: int, last: dict[str, Any], crowd: Any, listening: Server, tokens: dict[str, str]
) -> None:
    names = [f"p{number:04}" for number in range(count)]
    records = [{"account": "crowd", "cluster": "lab", "user": "bob", "partition": name} for name in names]
    records[-1].update(last)
    body = json.dumps({"associations": records}).encode()
    status, document = _asked(listening, f"v0.0.{version}/associations", body, tokens["root"])
    if last:
        assert status >= 400
        assert document["errors"]
    else:
        assert (status, document["errors"]) == (200, [])
    assert crowd() == ([] if last else names)
