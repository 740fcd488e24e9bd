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
connection there are `interim` (1xx answers) and `exit`, the exit status. In a path, "~1" is a slash within a name and
"~0" a tilde (RFC 6901).

Patterns of places: an asterisk stands for anything within one name of a path, two for a path of any depth, which begins
where they stand; what comes before the first slash is never a pattern. `any:` before a pattern means that place of
whichever answer of the connection.
"""

from __future__ import annotations

import fnmatch
import functools
import json
import re
from typing import TYPE_CHECKING, NamedTuple

import yaml
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Callable

    from sidebyside.program import Outcome, Program

    Places = Mapping[str, object]

_ROUNDS = 25
_PATIENCE = 8
_OF_ITS_OWN = ("answer", "exit", "interim")
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
    holds: Callable[[object, str, Places, Places], bool]

    def __repr__(self) -> str:
        return self.text


def matching(text: str, pattern: str) -> Rule:
    """What a regular expression fits."""
    return Rule(text, lambda value, *_: bool(re.fullmatch(pattern, str(value))))


class Difference(NamedTuple):
    """A place where we differ on purpose. In `request` (Case.describe) an asterisk matches anything.

    real, ours: the value there, or a Rule, or MISSING. wavers: the real server says now this, now that to the same
    request; it is asked until it has differed. exits: the exit statuses of the real one and of ours, where they go with
    this difference of `answer`s. versions: those whose home release does so, or, with `releases` (2605), those that
    these releases serve so where another one is their home. seldom: the real server does so on some runs only, by its
    own timing, so that no run has to show it.
    """

    ident: str
    request: str | tuple[str, ...]
    place: str
    real: object
    ours: object
    reason: str
    versions: Sequence[int] = range(36, 46)
    wavers: bool = False
    exits: tuple[int, int] | None = None
    releases: tuple[int, ...] = ()
    seldom: bool = False

    def concerns(self, request: str, version: int) -> bool:
        """Whether this row speaks of that request."""
        requests = (self.request,) if isinstance(self.request, str) else self.request
        return version in self.versions and any(_like(request, one) for one in requests)

    def explains(self, place: str, real: Places, ours: Places) -> bool:
        """Whether this row speaks of that place, and both sides say there what it says."""
        if place == "exit" and self.exits is not None:
            return (real[place], ours[place]) == self.exits and any(
                self.explains(name, real, ours) for name in {*real, *ours} if _is_answer(name)
            )
        return is_at(place, self.place) and _is(self.real, place, real, ours) and _is(self.ours, place, ours, real)


def _like(text: str, pattern: str) -> bool:
    # Only the asterisk is special: a query's question mark and brackets stand for themselves.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def is_at(place: str, pattern: str) -> bool:
    """Whether `pattern`, as above, speaks of that place; raises ValueError if the pattern begins with an asterisk."""
    number, rest = _split(place)
    wanted, pattern = (number, pattern[4:]) if pattern.startswith("any:") else _split(pattern)
    return number == wanted and bool(_expression(pattern).fullmatch(rest))


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    if "*" in pattern.partition("/")[0]:
        raise ValueError(f"{pattern} could speak of any part of an answer")
    words = {"**": ".+", "*": "[^/]*"}
    return re.compile(
        "".join(words.get(part) or re.escape(part) for part in re.split(r"(\*\*|\*)", pattern)), re.DOTALL
    )


def _is(wanted: object, place: str, here: Places, there: Places) -> bool:
    value = here.get(place, MISSING)
    return wanted.holds(value, place, here, there) if isinstance(wanted, Rule) else same(wanted, value)


def same(one: object, other: object) -> bool:
    """Equal in the eyes of a typed client: true is not 1, and neither is 1.0."""
    return type(one) is type(other) and one == other


class Disagreement(NamedTuple):
    """A place where ours is not what the real server says, and no row explains it."""

    place: str
    real: object
    ours: object

    def __str__(self) -> str:
        return f"{self.place}: real {self.real!r}, ours {self.ours!r}"


class Comparison:
    """One request asked of both. Afterwards `needed` has the idents of the rows that explained something."""

    def __init__(self, request: str, version: int, rows: Iterable[Difference]) -> None:
        self._rows = [row for row in rows if row.concerns(request, version)]
        self._heard: list[Places] = []
        self._mine: Places = {}
        self.needed: set[str] = set()

    def run(self, real: Callable[[], Outcome], ours: Callable[[], Outcome]) -> list[Disagreement]:
        """Ask, as often as rule 2 has it; returns what is left unexplained, raises wire.MalformedError about ours."""

        def hear() -> Places:
            self._heard.append(places(real(), strict=False))
            return self._heard[-1]

        hear()
        failing: set[str] | None = None
        for _ in range(_ROUNDS):
            self._mine = places(ours(), strict=True)
            now = self._failing()
            if now:
                hear()
                now = self._failing()
            failing = now if failing is None else failing & now
            if not failing:
                break
            if len(self._heard) > _PATIENCE and not all(map(self._moves, failing)):
                break
        if not failing:
            self._await_wavering(hear)
        last = self._heard[-1]
        return [Disagreement(name, last.get(name, MISSING), self._mine.get(name, MISSING)) for name in failing or ()]

    def _moves(self, name: str) -> bool:
        """Whether asking again can help: the real server's value has not stood still."""
        return any(not same(self._heard[0].get(name, MISSING), one.get(name, MISSING)) for one in self._heard[1:])

    def _failing(self) -> set[str]:
        mine, around = self._mine, self._heard[-2:]
        names = {*mine, *(name for one in around for name in one)}
        answers = {name: (around[-1].get(name, MISSING), mine.get(name, MISSING)) for name in names if _is_answer(name)}
        other = {_split(name)[0] for name, pair in answers.items() if not same(*pair)}
        absent = {_split(name)[0] for name, pair in answers.items() if MISSING in pair}
        failing = set()
        for name in names:
            prefix, place = _split(name)
            if place not in _OF_ITS_OWN and (
                prefix in absent or (prefix in other and place.startswith(_OF_ONE_ANSWER))
            ):
                continue  # it goes with the answer, and that is another one
            value = mine.get(name, MISSING)
            if any(same(one.get(name, MISSING), value) for one in around) or self._between(name, value):
                continue
            found = [row.ident for row in self._rows if row.explains(name, around[-1], mine)]
            self.needed.update(found)
            if not found:
                failing.add(name)
        return failing

    def _between(self, name: str, value: object) -> bool:
        # A list may have grown meanwhile: the first answers need not have that place.
        numbers = [one[name] for one in self._heard if _is_number(one.get(name))]
        if not numbers or not _is_number(value):
            return False
        return min(numbers) <= value <= max(numbers)  # type: ignore[type-var, operator]

    def _await_wavering(self, hear: Callable[[], Places]) -> None:
        for row in self._rows:
            if not row.wavers or row.ident in self.needed:
                continue
            for _ in range(_ROUNDS):
                last = hear()
                if any(row.explains(name, last, self._mine) for name in {*last, *self._mine}):
                    self.needed.add(row.ident)
                    break


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_answer(name: str) -> bool:
    return _split(name)[1] == "answer"


def _split(name: str) -> tuple[str, str]:
    """Which answer, and which place of it."""
    number, colon, place = name.partition(":")
    return (number + colon, place) if number.isdigit() and colon else ("", name)


def places(outcome: Outcome, *, strict: bool) -> dict[str, object]:
    """The outcome of one connection by place; raises wire.MalformedError (and what decoders raise) if `strict`."""
    answers = wire.strict(outcome.output) if strict else _joined(wire.lenient(outcome.output))
    # A byte that is no UTF-8 becomes a lone surrogate, which a row can name and ours cannot be.
    errors = "strict" if strict else "surrogateescape"
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
        text = f": {answer.body.decode('utf-8', errors)}" if kind == "text/plain" else ""
        found[prefix + "answer"] = f"{answer.status} {kind}{text}".rstrip()
        found[prefix + "version"] = answer.version
        found[prefix + "reason"] = answer.reason
        found[prefix + "framing"] = _framing(answer)
        found[prefix + "oddities"] = list(answer.oddities)
        found.update((f"{prefix}header/{name}", value) for name, value in headers.items())
        flatten(_body(answer.body.decode("utf-8", errors), kind), prefix + "body", found)
    return found


def _framing(answer: wire.Answer) -> str:
    """How the body's end is told. What fits in the codec's buffer is known as a whole before it is sent."""
    if answer.framing != "chunked":
        return answer.framing
    from slurmrest_inet.slurm.codec import BUFFER_BYTES  # noqa: PLC0415 - the page of differences needs no extension

    return "chunked" if len(answer.body) > BUFFER_BYTES else f"chunked, {len(answer.body)} bytes"


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


def _body(text: str, kind: str) -> object:
    if not text or not kind.endswith(("json", "jsonrequest", "yaml")):
        return text
    if "yaml" in kind:
        return yaml.load(text, _LOADER)  # noqa: S506 - a safe loader, in C where there is one
    return json.loads(text, object_pairs_hook=_without_repetition)


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key twice among {[name for name, _ in pairs]}")
    return found


def flatten(value: object, place: str, found: dict[str, object]) -> None:
    """Put every scalar, empty list and empty map of a value into `found`, by its place."""
    if value and isinstance(value, dict):
        for name, item in value.items():
            flatten(item, f"{place}/{name.replace('~', '~0').replace('/', '~1')}", found)
    elif value and isinstance(value, list):
        for number, item in enumerate(value):
            flatten(item, f"{place}/{number}", found)
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


class Sides(NamedTuple):
    """How the two are asked in one setting."""

    real: Callable[[bytes], Outcome]
    ours: Callable[[bytes], Outcome]


def exchange_with(program: Program, *, own_pipe: bool) -> Callable[[bytes], Outcome]:
    """How `program` is asked."""
    return lambda data: program.exchange(data, own_pipe=own_pipe)
