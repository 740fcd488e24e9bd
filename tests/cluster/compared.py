# SPDX-License-Identifier: GPL-2.0-or-later
"""One case, asked of the real server and of ours for each target that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import documented
from comparison import Comparison, expand, message
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases import Case
    from comparison import Difference, Sides


def compare(
    case: Case,
    version: int,
    sides: Sides,
    names: dict[str, list[str]],
    tokens: dict[str, str],
    rows: Iterable[Difference],
) -> set[str]:
    """Fail where the two disagree and no row says so; return the idents of the rows that were needed."""
    troubles, needed = [], set()
    targets = expand(case.target, names)
    for target in targets:
        request = case.describe(target)
        data = data_of(case, target.replace("{v}", f"v0.0.{version}"), tokens)
        comparison = Comparison(request, version, rows)
        heard = documented.Pair(*sides, data)
        try:
            disagreements = comparison.run(heard.real, heard.ours)
        except wire.MalformedError as malformed:
            troubles.append(f"{request}: ours is malformed: {malformed}")
            continue
        needed.update(comparison.needed)
        troubles += [f"{request}: {place}" for place in heard.undocumented(case.method, target, version)]
        troubles += [f"{request}: {disagreement}" for disagreement in disagreements]
    assert targets, "the lab has nothing of that kind"
    assert not troubles, "\n".join(troubles)
    return needed


def data_of(case: Case, target: str, tokens: dict[str, str]) -> bytes:
    """What a connection gets."""
    fields = [line.format_map(tokens) if "{" in line else line for line in (*case.credentials, *case.headers)]
    request = message(case.method, target, case.http, fields, case.body)
    if case.raw is None:
        return request
    parts = {
        "<request>": request,
        "<lf>": request.replace(b"\r\n", b"\n"),
        "<nowhere>": message("GET", "/nope", case.http, fields, b""),
        "<close>": message("GET", target, case.http, [*fields, "Connection: close"], b""),
    }
    data = case.raw.encode("latin-1")
    for name, part in parts.items():
        data = data.replace(name.encode(), part)
    return data
