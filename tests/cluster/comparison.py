# SPDX-License-Identifier: GPL-2.0-or-later
"""One request to the real slurmrestd and to ours, taken apart into named places, each of which must agree.

Rule 1: nothing is left out. A place where the two disagree is covered by a row of `differences.py` that gives both
        values, or it is a failure; so is a row that no request ever needed.
Rule 2: clocks and counters move on between two requests, so a disagreement is asked again, real before and after
        ours. A place agrees when ours gave, in one of the rounds, what the real server gave right before or after, or
        a number between the smallest and the largest that it gave there. A value that stands still must be met exactly.
Rule 3: ours is read strictly. The real server's answer is read as well as it can be, and its malformed framing is a
        place like any other.

Places: `answer` sums an answer up ("200 application/json", "404 text/plain: sentence", "304"). Where that agrees there
are `reason`, `framing` (how the body's end is told) and `body/<path>`; and in any case `version`, `header/<name>` and
`oddities` (what is wrong with the framing). A second answer of the connection has `2:` before its places. Of the whole
connection there are `interim` (1xx answers) and `exit`, the exit status.
"""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, NamedTuple

import yaml
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Callable

    from sidebyside.program import Outcome, Program

_ROUNDS = 25
_OF_ONE_ANSWER = ("reason", "framing", "body", "header/connection")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()
"""What a place holds that only the other side has."""


class Rule(NamedTuple):
    """A value that is described instead of written down: `holds(value, place, this side, the other side)`."""

    text: str
    holds: Callable[[object, str, Mapping[str, object], Mapping[str, object]], bool]

    def __repr__(self) -> str:
        return self.text


class Difference(NamedTuple):
    """A place where we differ on purpose. In `request` (Case.describe) and `place` an asterisk matches anything.

    real, ours: the value there, or a Rule, or MISSING.
    """

    ident: str
    request: str
    place: str
    real: object
    ours: object
    reason: str
    versions: range = range(36, 46)

    def covers(self, request: str, version: int, place: str) -> bool:
        """Whether this row speaks of that place."""
        return version in self.versions and _like(request, self.request) and _like(place, self.place)

    def explains(self, place: str, real: Mapping[str, object], ours: Mapping[str, object]) -> bool:
        """Whether both sides say there what the row says."""
        return _is(self.real, place, real, ours) and _is(self.ours, place, ours, real)


def _like(text: str, pattern: str) -> bool:
    # Only the asterisk is special: a query's question mark and brackets stand for themselves.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def _is(wanted: object, place: str, here: Mapping[str, object], there: Mapping[str, object]) -> bool:
    value = here.get(place, MISSING)
    return wanted.holds(value, place, here, there) if isinstance(wanted, Rule) else same(wanted, value)


def same(one: object, other: object) -> bool:
    """Equal in JSON's eyes: true is not 1, but 1 and 1.0 are one number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


class Disagreement(NamedTuple):
    """A place where ours is not what the real server says, and no row explains it."""

    place: str
    real: object
    ours: object

    def __str__(self) -> str:
        return f"{self.place}: real {self.real!r}, ours {self.ours!r}"


def compare(
    request: str,
    version: int,
    data: bytes,
    real: Callable[[bytes], Outcome],
    ours: Callable[[bytes], Outcome],
    rows: Sequence[Difference],
) -> tuple[list[Disagreement], set[str]]:
    """What remains unexplained, and the rows that were needed. `data` is all that the client sends."""
    heard = [places(real(data), wire.lenient)]
    needed: set[str] = set()
    open_places: set[str] | None = None
    for _ in range(_ROUNDS):
        mine = places(ours(data), wire.strict)
        failing = _failing(request, version, heard, mine, rows, needed)
        if failing:
            heard.append(places(real(data), wire.lenient))
            failing = _failing(request, version, heard, mine, rows, needed)
        open_places = failing if open_places is None else open_places & failing
        if not open_places:
            return [], needed
        if not _moving(heard, open_places):
            break
    last = heard[-1]
    names = sorted(open_places or ())
    return [Disagreement(name, last.get(name, MISSING), mine.get(name, MISSING)) for name in names], needed


def _moving(heard: Sequence[Mapping[str, object]], names: Iterable[str]) -> bool:
    """Whether asking again can help: after three answers the real server's value must have moved at least once."""
    if len(heard) < 4:
        return True
    return all(any(not same(heard[0].get(n, MISSING), one.get(n, MISSING)) for one in heard[1:]) for n in names)


def _failing(
    request: str,
    version: int,
    heard: Sequence[Mapping[str, object]],
    mine: Mapping[str, object],
    rows: Sequence[Difference],
    needed: set[str],
) -> set[str]:
    around = heard[-2:]
    other = {prefix for prefix, _ in map(_split, mine) if not same(around[-1].get(prefix + "answer"), mine.get(prefix + "answer"))}
    failing = set()
    for name in {*mine, *(name for one in around for name in one)}:
        prefix, place = _split(name)
        if prefix in other and (place.startswith(_OF_ONE_ANSWER) or prefix + "answer" not in around[-1]) and place != "answer":
            continue  # it goes with the answer, and that is another one
        value = mine.get(name, MISSING)
        if any(same(one.get(name, MISSING), value) for one in around) or _between(name, value, heard):
            continue
        found = [row for row in rows if row.covers(request, version, name) and row.explains(name, around[-1], mine)]
        needed.update(row.ident for row in found)
        if not found:
            failing.add(name)
    return failing


def _split(name: str) -> tuple[str, str]:
    """Which answer, and which place of it."""
    number, colon, place = name.partition(":")
    return (number + colon, place) if number.isdigit() and colon else ("", name)


def _between(name: str, value: object, heard: Sequence[Mapping[str, object]]) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    numbers = [one.get(name) for one in heard]
    if any(isinstance(number, bool) or not isinstance(number, (int, float)) for number in numbers):
        return False
    return min(numbers) <= value <= max(numbers)  # type: ignore[type-var]


def places(outcome: Outcome, read: Callable[[bytes], list[wire.Answer]]) -> dict[str, object]:
    """The outcome of one connection by place; raises wire.Malformed if `read` does."""
    answers = _joined(read(outcome.output))
    found: dict[str, object] = {
        "exit": outcome.status,
        "interim": [answer.status for answer in answers if answer.status < 200],
    }
    for number, answer in enumerate((answer for answer in answers if answer.status >= 200), 1):
        prefix = f"{number}:" if number > 1 else ""
        # The value of Content-Length follows from the body, whose layout is free; reading has checked that it is true.
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        if "connection" in headers:
            headers["connection"] = headers["connection"].lower()  # RFC 9110 section 7.6.1: case-insensitive
        kind = headers.pop("content-type", "")
        text = f": {answer.body.decode()}" if kind == "text/plain" else ""
        found[prefix + "answer"] = f"{answer.status} {kind}{text}".rstrip()
        found[prefix + "version"] = answer.version
        found[prefix + "reason"] = answer.reason
        found[prefix + "framing"] = answer.framing
        found[prefix + "oddities"] = list(answer.oddities)
        found.update((f"{prefix}header/{name}", value) for name, value in headers.items())
        _flatten(_body(answer.body, kind), prefix + "body", found)
    return found


def _joined(answers: Iterable[wire.Answer]) -> list[wire.Answer]:
    """Status lines that follow a head without end are no answers: they become an oddity of the one before."""
    joined: list[wire.Answer] = []
    for answer in answers:
        if joined and "head without end" in joined[-1].oddities:
            note = f"then {answer.version} {answer.status}"
            joined[-1] = joined[-1]._replace(oddities=(*joined[-1].oddities, note))
        else:
            joined.append(answer)
    return joined


def _body(data: bytes, kind: str) -> object:
    if not data or "/" not in kind or kind == "text/plain":
        return data.decode()
    if "yaml" in kind:
        return yaml.load(data, _LOADER)  # noqa: S506 - a safe loader, in C where there is one
    return json.loads(data, object_pairs_hook=_without_repetition)


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key twice among {[name for name, _ in pairs]}")
    return found


def _flatten(value: object, place: str, found: dict[str, object]) -> None:
    if value and isinstance(value, dict):
        for name, item in value.items():
            _flatten(item, f"{place}/{name}", found)
    elif value and isinstance(value, list):
        for number, item in enumerate(value):
            _flatten(item, f"{place}/{number}", found)
    else:
        found[place] = value


def expand(pattern: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    """The targets that `pattern` stands for: {node} becomes each node in turn."""
    for name, values in lists.items():
        if "{" + name + "}" in pattern:
            return [pattern.replace("{" + name + "}", value) for value in values]
    return [pattern]


def message(method: str, target: str, version: str, headers: Iterable[str], body: bytes) -> bytes:
    """A request as bytes."""
    head = "\r\n".join((f"{method} {target} {version}".rstrip(), *headers))
    return head.encode("latin-1") + b"\r\n\r\n" + body


def exchange_with(program: Program, *, own_pipe: bool) -> Callable[[bytes], Outcome]:
    """How `program` is asked."""
    return lambda data: program.exchange(data, own_pipe=own_pipe)
