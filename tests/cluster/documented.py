# SPDX-License-Identifier: GPL-2.0-or-later
"""The types of answers as slurmrestd's own document gives them: a client with generated models takes nothing else.

tests/facts/documented-22.05.json has them, by API version, operation and status; tests/facts/make.py made it.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Callable

    from sidebyside.program import Outcome

_FILE = os.path.join(os.path.dirname(__file__), os.pardir, "facts", "documented-22.05.json")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TYPES = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "object": (dict,)}


class Row(NamedTuple):
    """A place where ours is not of the documented type on purpose, of some versions of an operation.

    target, place: regular expressions, of the path with its query and of the place with what is said of it.
    """

    ident: str
    versions: tuple[int, ...]
    target: str
    place: str
    reason: str


ROWS = (
    Row(
        "never-started",
        (36, 37),
        r"slurmdb/jobs?\b.*",
        "body/jobs/[0-9]+/time/start: None is no integer",
        "null where a job never started, as in v0.0.38; the real server has another time there, see dbd-job-start",
    ),
    Row(
        "other-jobs",
        (36, 37),
        "slurmdb/jobs[?].*state=(COMPLETED|cd|f%2CCD|RUNNING|TIMEOUT%2CFAILED)",
        "body/jobs/[0-9]+/(.*: None is no (integer|string|object)|steps/[0-9]+/step/id: [0-9]+ is no string)",
        "each lists other jobs, see dbd-job-states; null and a step as a number are its own way",
    ),
)


def has_a_row(version: int, target: str, trouble: str) -> bool:
    """Whether a row names what is wrong with an answer."""
    return any(
        version in row.versions and re.fullmatch(row.target, target) and re.fullmatch(row.place, trouble)
        for row in ROWS
    )


with open(_FILE, encoding="utf-8") as _source:
    DOCUMENTED: dict[str, dict[str, dict[str, Any]]] = json.load(_source)


def _operation(version: str, method: str, path: str) -> dict[str, Any] | None:
    segments = path.split("/")
    for name, answers in DOCUMENTED.get(version, {}).items():
        verb, _, template = name.partition(" ")
        words = template.split("/")
        fits = all(word[0] == "{" or word == segment for word, segment in zip(words, segments))
        if verb == method and len(words) == len(segments) and fits:
            return answers
    return None


def type_of(version: int, method: str, path: str, status: int) -> Any:
    """The documented type of an answer; None: the document has none. `path` is without the API version: slurm/jobs."""
    answers = _operation(f"v0.0.{version}", method, path)
    if answers is None:
        return None
    return answers.get(str(status), answers.get("default"))


def misfits(type_: Any, value: Any, place: str = "body") -> dict[str, str]:
    """The places of a body that have another type than the document gives, and what they have."""
    if isinstance(type_, dict):
        if not isinstance(value, dict):
            return {place: f"{value!r} is no object"}
        found = {}
        for name, one in value.items():
            found.update(misfits(type_.get(name, type_.get("*", "any")), one, f"{place}/{name}"))
        return found
    if isinstance(type_, list):
        if not isinstance(value, list):
            return {place: f"{value!r} is no list"}
        found = {}
        for index, one in enumerate(value):
            found.update(misfits(type_[0], one, f"{place}/{index}"))
        return found
    if type_ == "any":
        return {}
    fits = isinstance(value, _TYPES[type_]) and (type_ == "boolean") == isinstance(value, bool)
    return {} if fits else {place: f"{value!r} is no {type_}"}


def broken(type_: Any, real: Any, ours: Any) -> list[str]:
    """Where ours is not what the document says and the real server is: there a client breaks that did not before.

    `real` and `ours` are bodies. Strictly, null is of no type, and each place counts for itself. Generated models take
    null for what may be missing, which is everything in these documents; they read a record as a whole or not at all.
    """
    wrong, excused = misfits(type_, ours), misfits(type_, real)
    found = [f"{place}: {what}" for place, what in wrong.items() if place not in excused and _has(real, place)]
    unreadable = {_record(place) for place, what in excused.items() if not what.startswith("None ")}
    for place, what in wrong.items():
        if not what.startswith("None ") and _record(place) not in unreadable:
            found.append(f"{place}, read by a model: {what}")
    return found


def _record(place: str) -> str:
    """The record of a list, or else the member of the document, in which a place is."""
    words = place.split("/")
    return "/".join(words[:3] if len(words) > 2 and words[2].isdigit() else words[:2])


def _has(value: Any, place: str) -> bool:
    for step in place.split("/")[1:]:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and int(step) < len(value):
            value = value[int(step)]
        else:
            return False
    return True


class Pair:
    """One request to both servers, which keeps the last answer of each."""

    def __init__(self, real: Callable[[bytes], Outcome], ours: Callable[[bytes], Outcome], data: bytes) -> None:
        self._exchanges = (real, ours)
        self._data = data
        self._outputs = [b"", b""]

    def _ask(self, index: int) -> Outcome:
        outcome = self._exchanges[index](self._data)
        self._outputs[index] = outcome.output
        return outcome

    def real(self) -> Outcome:
        """Ask the real server."""
        return self._ask(0)

    def ours(self) -> Outcome:
        """Ask ours."""
        return self._ask(1)

    def undocumented(self, method: str, target: str, version: int) -> list[str]:
        """Where ours is not as the document says although the real server's is."""
        real, ours = (_final(read(output)) for read, output in zip((wire.lenient, wire.strict), self._outputs))
        if real is None or ours is None or real.status != ours.status:
            return []  # the real server says something else, so no client has learned to read this from it
        target = target.replace("/{v}/", "/").lstrip("/")
        type_, there, here = type_of(version, method, target.partition("?")[0], ours.status), _body(real), _body(ours)
        if type_ is None or there is None or here is None:
            return []
        return [trouble for trouble in broken(type_, there, here) if not has_a_row(version, target, trouble)]


def _final(answers: Sequence[wire.Answer]) -> wire.Answer | None:
    """The first answer that is no interim one."""
    return next((answer for answer in answers if answer.status >= 200), None)


def _body(answer: wire.Answer) -> Any:
    kind = answer.headers.get("content-type", "")
    if kind == "application/json":
        return json.loads(answer.body.decode("utf-8", "replace"))
    if "yaml" in kind:
        return yaml.load(answer.body.decode("utf-8", "replace"), _LOADER)  # noqa: S506 - a safe one, in C if there is one
    return None
