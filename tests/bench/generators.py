# SPDX-License-Identifier: GPL-2.0-or-later
"""What client generators make of our OpenAPI documents and of the real servers', and how much of it works.

    python tests/bench/generators.py [--version V ...]      a table for the README, on standard output

For each API version a lab of its home release is booted; each generator makes a client from the document of either
server there, and the client asks that server for all that can be read. Run it as root on a machine that has the lab's
packages and the extras `clients` and `generators`, with a JRE.
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
from places import OURS, REAL, cluster, serving

from slurmrest_inet.versions import DIALECTS, HOME, plugin, written

if TYPE_CHECKING:
    from generated import Client
    from places import Place

_VERSIONS = (38, 40, 41, 42, 45)
_LEFT = {
    "schemas": r"(?m)^/components/schemas/|Unable to process schema ",
    "answers": r"Cannot parse response ",
    "operations": r"Endpoint will not be generated",
}
"""What openapi-python-client says of each thing that it leaves out."""


class Row(NamedTuple):
    """What a generator made of one document: what it left out, and how many of the GETs its client reads."""

    version: int
    generator: str
    server: str
    left: dict[str, int]
    read: int
    of: int
    why: list[str]


def _document(place: Place, version: int) -> dict[str, Any]:
    fields = {"X-SLURM-USER-NAME": "root", "X-SLURM-USER-TOKEN": place.token("root"), "Accept": "application/json"}
    connection = http.client.HTTPConnection(place.url.rpartition("/")[2], timeout=60)
    connection.request("GET", "/openapi/v3", headers=fields)
    found: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    # 22.05 has all its versions in one document whatever is chosen; generators refuse it for names that repeat.
    found["paths"] = {
        path: one for path, one in found["paths"].items() if f"/v0.0.{version}/" in path or "/v0.0." not in path
    }
    return found


def _row(kind: type[Client], version: int, server: str, place: Place, folder: str) -> Row:
    document = _document(place, version)
    client = kind(document, folder, f"{server}_{kind.__name__.lower()}_{version}")
    said = "\n".join(client.warnings)
    left = {what: len(set(re.findall(rf".*(?:{pattern}).*", said))) for what, pattern in _LEFT.items()}
    names = driving.names(place.run, place.job, "node1", "alice")
    why = []
    with contextlib.suppress(Exception):
        client.connect(place.url, "root", place.token("root"))
    asked = list(driving.readable(client, names))
    for operation, values in asked:
        reason = driving.read(client, operation, values)
        if reason:
            why.append(f"{operation.path}: {reason}")
    return Row(version, kind.NAME, server, left, len(asked) - len(why), len(asked), why)


def _rows(version: int, folder: str) -> list[Row]:
    found = []
    with cluster(written(HOME[version])) as (lab, within):
        chosen = ",".join(dict.fromkeys(plugin(side, version)[0] for side in ("slurm", "slurmdb")))
        parser = () if DIALECTS[version].plugin_by_version else ("-d", f"data_parser/v0.0.{version}")
        for server, command in (("real", REAL), ("ours", OURS)):
            with serving(lab, within, (*command, "-s", chosen, *parser)) as place:
                found += [_row(kind, version, server, place, folder) for kind in KINDS]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--version", type=int, action="append", choices=sorted(DIALECTS), help="an API version")
    options = parser.parse_args()
    print("| API version | generator | document | schemas, answers, operations left out | GETs read |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for version in options.version or _VERSIONS:
            for row in _rows(version, folder):
                left = ", ".join(str(row.left[what]) for what in _LEFT)
                line = f"| v0.0.{row.version} | {row.generator} | {row.server} | {left} | {row.read} of {row.of} |"
                print(line, flush=True)
                print(*row.why, sep="\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
