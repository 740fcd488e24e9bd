# SPDX-License-Identifier: GPL-2.0-or-later
"""Operations of a site's own at work: who asks is told by slurmctld, the tables read and write, the plug-in finds.

Rule 1: a plug-in's function is called for somebody whom slurmctld knows, unless the operation says that it need not be:
        tokens are carried, not read, so before that anybody could say anything.
Rule 2: what a function does otherwise than its operation tells is an error of ours to the client (500), and never an
        answer.
"""

from __future__ import annotations

import os

from slurmrest_inet.api.call import Call
from slurmrest_inet.api.envelope import Answer, Made
from slurmrest_inet.api.errors import entry
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.service import Asked, Trouble
from slurmrest_inet.api.sites import MANNER
from slurmrest_inet.auth import claims, refuse
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import site as tables
from slurmrest_inet.slurm import calls, library
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from slurmrest_inet.api.service import Member
    from slurmrest_inet.api.sites import Match
    from slurmrest_inet.auth import Identity
    from slurmrest_inet.schema.model import Table

_MISSING = "Unable to tell who asks"


def run(match: Match, identity: Identity, query: dict[str, Any], body: Any, size: int) -> tuple[Answer, int | None]:
    """Call the function of an operation, for which libslurm acts as who asks; the answer, and the status if one is set.

    Raises RestError 401 for who has no name.
    """
    try:
        return _run(match, identity, query, body, size)
    except SystemExit as error:
        # The client is owed an answer, and an instance ends when its connection does.
        raise RuntimeError(f"openapi/{match.site.name} wanted to end the process") from error


def _run(match: Match, identity: Identity, query: dict[str, Any], body: Any, size: int) -> tuple[Answer, int | None]:
    operation = match.operation
    call = Call(MANNER, match.parameters, query, body, size=size)
    report = Report(call)
    try:
        user = None if operation.unconfirmed else _confirmed(identity)
    except SlurmError as error:
        report.error(error.reason, "authentication", _MISSING)
        return report.answer(), None
    told = [_read(call, report, table, value) for table, value in ((operation.query, query), (operation.body, body))]
    if None in told:
        return report.answer(), None
    asked = Asked(user, match.parameters, *(one or {} for one in told))
    try:
        found = operation.function(asked)
    except Trouble as trouble:
        errors = (*report.errors, entry(-1, trouble.source, trouble.sentence, sparse=False))
        return Answer((), errors, -1, warnings=tuple(report.warnings)), _status(trouble)
    for source, sentence in asked.warnings:
        report.warning(source, sentence)
    payload = [(member.key, _payload(member, found[member.key])) for member in operation.answer]
    unknown = set(found) - {member.key for member in operation.answer}
    if unknown:
        raise LookupError(f"{operation.path} answers with what it does not tell of: {min(unknown)}")
    return report.answer(*payload), None


def _status(trouble: Trouble) -> int:
    return trouble.status if 400 <= trouble.status < 600 else 500


def _payload(member: Member, found: Any) -> Any:
    if not member.many:
        return tables.shown(member.table, MANNER, found)
    return Made([tables.shown(member.table, MANNER, record) for record in found])


def _confirmed(identity: Identity) -> str:
    """Return who asks, of whom slurmctld has heard now. Raises SlurmError, and RestError for who has no name."""
    if identity.user_name == "":
        raise refuse("an empty name of a user")
    calls.confirm()
    if identity.user_name is not None:
        return identity.user_name
    if identity.token is not None:
        where = claims.naming(*library.token_settings())
        if not where.told:
            raise refuse("a token without X-SLURM-USER-NAME, and slurm.conf lets an identity in it name another user")
        name = claims.user_of(identity.token, where)
        if name is None:
            raise refuse("the token names no user")
        return name
    import pwd  # noqa: PLC0415 - a user database may be remote: only this case asks it

    return pwd.getpwuid(os.geteuid()).pw_name


def _read(call: Call, report: Report, table: Table | None, value: Any) -> Mapping[str, Any] | None:
    """Return what a table makes of a query or a body; None: the report says what is wrong."""
    if table is None:
        return {}
    from slurmrest_inet.schema import decode, reading  # noqa: PLC0415 - most operations read nothing

    found = reading.Report(size=call.size)
    record = decode.decode(table, MANNER, {} if value is None else value, found, query=value is call.query)
    report.take(found)
    return None if found.faults else record.parts
