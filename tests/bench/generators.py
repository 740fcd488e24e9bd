# SPDX-License-Identifier: GPL-2.0-or-later
"""What client generators make of our OpenAPI documents and of the real servers', and how much of it works.

    python tests/bench/generators.py [--version V ...]      a table for RESULTS.md, on standard output

For each API version a lab of its home release is booted; each generator makes a client from the document of either
server there, and the client asks that server for all that can be read. Where no lab is of the home release, ours is
alone, on this machine's own. What a client cannot read, and what a generator warns of, is on standard error. Run it as
root on a machine that has the lab's packages and the extras `clients` and `generators`, with a JRE.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import sys
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/lab"))

import driving
from generated import KINDS
from places import OURS, REAL, cluster, release_of, serving

from slurmrest_inet.versions import DIALECTS, HOME, plugin, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generated import Client, Operation
    from places import Place

_VERSIONS = (38, 39, 40, 41, 42, 45)
_SCHEMAS = r"Unable to (process|parse) schema"
_ANSWERS = r"Cannot parse response"
"""What openapi-python-client says of either that it leaves out."""


class Row(NamedTuple):
    """What a generator made of one document: what it left out, and how many of the GETs its client reads.

    ``left`` counts schemas, answers and operations; nothing where the generator refused the whole document.
    """

    server: str
    generator: str
    left: tuple[int, int, int] | None
    warnings: int
    read: int
    of: int
    why: list[str]


def _document(place: Place) -> dict[str, Any]:
    fields = {"X-SLURM-USER-NAME": "root", "X-SLURM-USER-TOKEN": place.token("root"), "Accept": "application/json"}
    connection = http.client.HTTPConnection(place.url.rpartition("/")[2], timeout=60)
    connection.request("GET", "/openapi/v3", headers=fields)
    found: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return found


def _has(client: Client, operation: Operation) -> bool:
    try:
        client.function(operation)
    except Exception:  # noqa: BLE001 - whatever a generated client raises, it does not have it
        return False
    return True


def _row(kind: type[Client], version: int, server: str, place: Place, folder: str) -> Row:
    client = kind(_document(place), folder, f"{server}_{kind.__name__.lower()}_{version}")
    said = [one for one in client.warnings if not one.endswith(kind.USUAL)]
    names = driving.names(place.run, place.job, "node1", "alice")
    asked = list(driving.readable(client, names))
    try:
        client.connect(place.url, "root", place.token("root"))
    except ImportError:
        return Row(server, kind.NAME, None, len(said), 0, len(asked), said)
    missing = [operation for operation in client.operations.values() if not _has(client, operation)]
    schemas, answers = (sum(bool(re.search(kept, one)) for one in said) for kept in (_SCHEMAS, _ANSWERS))
    reasons = [(operation.path, driving.read(client, operation, values)) for operation, values in asked]
    why = [f"{path}: {reason}" for path, reason in reasons if reason]
    left = (schemas, answers, len(missing))
    return Row(server, kind.NAME, left, len(said), len(asked) - len(why), len(asked), [*said, *why])


def _rows(version: int, folder: str) -> Iterator[Row]:
    release = release_of(version)
    servers = {"slurmrestd": REAL, "ours": OURS} if release == written(HOME[version]) else {"ours": OURS}
    chosen = ",".join(dict.fromkeys(plugin(side, version)[0] for side in ("slurm", "slurmdb")))
    parser = () if DIALECTS[version].plugin_by_version else ("-d", f"data_parser/v0.0.{version}")
    with cluster(release) as (lab, within):
        for server, command in servers.items():
            with serving(lab, within, (*command, "-s", chosen, *parser)) as place:
                for kind in KINDS:
                    yield _row(kind, version, server, place, folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--version", type=int, action="append", choices=sorted(DIALECTS), help="an API version")
    options = parser.parse_args()
    print("| API version | server | generator | left out: schemas, answers, operations | warnings | GETs read |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        for version in options.version or _VERSIONS:
            for row in _rows(version, folder):
                left = "refused" if row.left is None else ", ".join(map(str, row.left))
                begun = f"| v0.0.{version} | {row.server} | {row.generator} | {left}"
                print(f"{begun} | {row.warnings} | {row.read} of {row.of} |", file=sys.__stdout__, flush=True)
                print(*(one[:400] for one in row.why), sep="\n", flush=True)


if __name__ == "__main__":
    main()
