# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts, or users, that are added together with their associations: accounts_association, users_association.

Rule 1: slurmdbd does it in one call from 23.11 on, and says in a text what it has added; before, `together` puts the
        same together of the calls that there are, in one transaction, and says it in the same words.
Rule 2: as everywhere, an error means that nothing was added.
"""

from __future__ import annotations

from slurmrest_inet.api import lookup
from slurmrest_inet.api.errors import NO_CHANGE_IN_DATA, code_of, sentence_of
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import said, writing
from slurmrest_inet.api.slurmdbd.asking import Asker
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.slurmdbd import additions
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Members, Record


class _Kind(NamedTuple):
    """Accounts, or users.

    key: of the text in answers. table: of the body. part: of the body that holds for each, and its C type. function:
    libslurm's since 23.11. source: the function of slurmrestd's that adds them.
    """

    key: str
    table: Table
    part: str
    struct: str
    function: str
    source: str


_ACCOUNTS = _Kind(
    "added_accounts",
    additions.ACCOUNTS,
    "account",
    "slurmdb_account_rec_t",
    "slurmdb_accounts_add_cond",
    "_add_accounts_association",
)
_USERS = _Kind(
    "added_users",
    additions.USERS,
    "user",
    "slurmdb_user_rec_t",
    "slurmdb_users_add_cond",
    "_add_users_association",
)


def add_accounts(call: Call) -> Answer:
    """POST accounts_association."""
    return _answer(call, _ACCOUNTS)


def add_users(call: Call) -> Answer:
    """POST users_association."""
    return _answer(call, _USERS)


def _answer(call: Call, kind: _Kind) -> Answer:
    report = Report(call)
    try:
        database.connect()
        known = lookup.known()
    except SlurmError as error:
        said.failed(call, report, error, kind.function)
        return report.answer()
    record = writing.whole(call, report, kind.table, known, kind.source, "query parameters")
    if record is None:
        return report.answer()
    condition, each = _members(record, "association_condition"), _members(record, kind.part)
    found = [("", 0)]

    def work(kept: database.Transaction) -> None:
        if kind is _USERS and not _is_for_something(condition, each):
            sentence = "Need name of account(s) or wckey(s) to add"
            report.error(code_of("ESLURM_DATA_AMBIGUOUS_QUERY"), kind.source, sentence)
            return
        missed = call.at(_MISSED) if record.parts.get("association_condition") is None else None
        if missed is not None:
            found[0] = missed, code_of("EINVAL")
        else:
            found[0] = _add(Asker(call, report, kept), kind, condition, each)
        text, errno = found[0]
        if errno == NO_CHANGE_IN_DATA:
            raise SlurmError(-1, errno)
        if errno and kind is _USERS:
            report.error(errno, kind.function, text)
        elif errno:
            report.error(errno, kind.source, f"{kind.function}() failed")

    done = writing.keep(call, report, work, {40: kind.source})
    text, errno = found[0]
    if not (done or errno):
        text = ""  # slurmdbd says that it has added them, and that is not kept
    what = f"{kind.part}s with their associations: {', '.join(_names(condition, kind.part))}"
    return report.answer((kind.key, text), note=writing.note(report, "added", what))


_MISSED = {40: None, 43: "Missing needed association condition to add accounts"}
"""What is said where a body does not say what to add; None: as of one that names nothing."""


def _members(record: Record, part: str) -> Members:
    found: Record | None = record.parts.get(part)
    return {} if found is None else found.members


def _names(condition: Members, part: str) -> list[str]:
    found = condition.get("acct_list" if part == "account" else "user_list")
    return found if isinstance(found, list) else []


def _is_for_something(condition: Members, user: Members) -> bool:
    """Tell whether there is anything that users are added to: where nothing is named, their defaults are."""
    for default, listed in (("default_acct", "acct_list"), ("default_wckey", "wckey_list")):
        if user.get(default) and not condition.get(listed):
            condition[listed] = [str(user[default])]
    return bool(condition.get("acct_list") or condition.get("wckey_list"))


def _add(asker: Asker, kind: _Kind, condition: Members, each: Members) -> tuple[str, int]:
    """Add all; return what slurmdbd says of it, and its code. Raises SlurmError, MissingError."""
    if not hasattr(lib, kind.function):
        from slurmrest_inet.api.slurmdbd import together  # noqa: PLC0415 - of old releases

        text, errno = together.add(asker, kind.part, condition, each)
        return _or_sentence(text, errno), errno
    begin = database.begin("slurmdb_init_add_assoc_cond")
    with Struct("slurmdb_add_assoc_cond_t", None, begin) as asked, Struct(kind.struct) as record:
        asked.fill(condition)
        record.fill(each)
        text, errno = asker.kept.add_together(kind.function, asked, record)
    return _or_sentence(text, errno), errno


def _or_sentence(text: str, errno: int) -> str:
    return text or (sentence_of(errno) if errno else "")
