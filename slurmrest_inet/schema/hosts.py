# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts as one expression and as a list of names: what is sent to have the one made of the other, and what comes back.

Rule 1: either may stand where the other is wanted, and a name may itself be an expression; whether it is one, only
        libslurm can say.
"""

from __future__ import annotations

from .model import IN, Kind, Row, Table
from .readers import of_answers
from .scalars import InvalidError, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reader, Reading

_BAD = "ESLURM_DATA_PARSE_BAD_INPUT"


def _hosts(type_: str) -> Reader:
    """Return the reader of what should be of a type; an expression and a list of names stand for each other."""

    def read(value: Any, at: Reading) -> list[str] | str:
        at.expect(type_, value)
        if value is None:
            return ""
        if isinstance(value, list):
            return [_name(one, at) for one in value]
        if isinstance(value, str):
            return value
        raise InvalidError(f"string expected but got {at.manner.name(value)}", _BAD)

    return read


def _name(value: Any, at: Reading) -> str:
    if isinstance(value, (list, dict)):
        raise InvalidError(f"string expected but got {at.manner.name(value)}", _BAD)
    return to_text(value)


def _table(key: str, kind: Kind, doc: str, name: str) -> Table:
    return Table(key, (Row(key, key, kind, doc, way=IN, required=(44, 45)), *of_answers()), {}, parser=name)


HOSTLIST = _table(
    "hostlist",
    Kind("list_texts", read=_hosts("string")),
    "Hosts as an expression, for example n[1-3,7]",
    "OPENAPI_HOSTLIST_REQ_RESP",
)
HOSTNAMES = _table(
    "hostnames", Kind("list_texts", type="array", read=_hosts("array")), "Names of hosts", "OPENAPI_HOSTNAMES_REQ_RESP"
)
