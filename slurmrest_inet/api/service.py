# SPDX-License-Identifier: GPL-2.0-or-later
"""What a plug-in of a site brings: operations below a path of its own, each with its tables.

Rule 1: values only: api/site_calls.py reads, asks and writes, so that a plug-in's function sees plain values and
        returns some.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Callable, Union

    from slurmrest_inet.schema.model import Table

    Record = Mapping[str, Any]
    Found = Mapping[str, Union[Record, Iterable[Record]]]
    """What a function returns: by the keys of its members a record, or records."""


class Member(NamedTuple):
    """One member of an answer: its key, the table of its record or records, a sentence, whether there may be many."""

    key: str
    table: Table
    sentence: str
    many: bool = True


class Operation(NamedTuple):
    """One method on one path below the service's. ``{name}`` in the path takes one segment.

    ``function`` is called with an `Asked` and returns what was found, by the keys of ``answer``. ``sentence`` says what
    it does. ``query`` and ``body`` (of POST alone, which has no query) are tables. ``parameters`` has a sentence for
    each parameter of the path. ``unconfirmed``: it is called without slurmctld having said that the client is who it
    says, and `Asked.user` is None: for what anybody may know.
    """

    method: str
    path: str
    function: Callable[[Asked], Found]
    sentence: str
    answer: tuple[Member, ...] = ()
    query: Table | None = None
    body: Table | None = None
    parameters: Mapping[str, str] = {}
    unconfirmed: bool = False


class Service(NamedTuple):
    """All that one plug-in adds: operations below ``path`` ("/site/v1"), and the title that answers show in `meta`."""

    path: str
    title: str
    operations: tuple[Operation, ...]


class Asked:
    """One request to an operation.

    user: who asks; slurmctld has said so. parameters: of the path, as texts. query, body: values by the paths of their
    rows; what was not sent is not there.
    """

    def __init__(
        self, user: str | None, parameters: Mapping[str, str], query: Mapping[str, Any], body: Mapping[str, Any]
    ) -> None:
        self.user = user
        self.parameters = parameters
        self.query = query
        self.body = body
        self.warnings: list[tuple[str, str]] = []

    def warn(self, sentence: str, source: str = "") -> None:
        """Tell the client, beside the answer, what was passed over; source: where that stands in the request."""
        self.warnings.append((source, sentence))


class Trouble(Exception):  # noqa: N818 - what a function says to the client, not a fault of it
    """What a function could not do: a sentence for the client, and the HTTP status (400 to 599) of the answer."""

    def __init__(self, sentence: str, status: int = 422, source: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.source = source
