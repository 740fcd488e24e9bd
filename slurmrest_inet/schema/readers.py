# SPDX-License-Identifier: GPL-2.0-or-later
"""How values of each kind are read: the inverse of how answers show them, and what else clients may write.

Rule 1: a reader gets a value and where it stands, and returns what its row's member gets; None: nothing. What cannot
        be read is InvalidError.
Rule 2: sentences are slurmrestd's, because clients compare them.
Rule 3: an unset or infinite number is a name, NO_VAL or INFINITE; only the member knows which number that is. What was
        not given is `UNSET` or `ZERO`, which no text of a client can be.
"""

from __future__ import annotations

from slurmrest_inet.versions import since

from .manner import show
from .model import BOOLEAN, DOUBLE, IN, NUMBER, Kind, Row, Table
from .moments import point_in_time
from .reading import Ended, Fault
from .scalars import InvalidError, infer_scanned, to_integer, to_text, to_truth
from .unset import UNSET, ZERO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reader, Reading, Record
    from .scalars import Number

CONVERSION = "ESLURM_DATA_CONV_FAILED"
_QUERY = "ESLURM_REST_INVALID_QUERY"
_INT64 = 2**63


def text(value: Any, at: Reading) -> str | None:
    """A text, or a scalar as one."""
    at.expect("string", value)
    if value is None and at.manner.typed:
        return None
    return to_text(value, None)


def whole(value: Any) -> int | None:
    """The 64-bit integer that a scalar stands for, null for 0; None for what is none."""
    if isinstance(value, str):
        value = infer_scanned(value)
        return value if type(value) is int else None
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124 - NaN
        return None
    # lrint(3) of what 64 bits do not hold is the smallest of their numbers.
    return to_integer(-_INT64 if isinstance(value, float) and abs(value) >= _INT64 else value)


def real(value: Any) -> float | None:
    """The real number that a scalar stands for, null for 0; None for what is none."""
    if isinstance(value, str):
        value = infer_scanned(value)
        if value is None:
            return None
    if value is None:
        return 0.0
    return None if isinstance(value, bool) or not isinstance(value, (int, float)) else float(value)


def _of_width(value: Any, kind: Kind) -> int | float | None:
    return real(value) if kind.width == DOUBLE else whole(value)


def number(value: Any, at: Reading) -> Number | float:
    """A number; one that a member of 32 bits does not hold is as if none was given, one of 16 loses its high bits."""
    at.expect("number" if at.kind.width == DOUBLE else "integer", value)
    found = _of_width(value, at.kind)
    if found is None:
        raise InvalidError
    if value is None:
        return ZERO
    return UNSET if at.kind.width == 32 and not 0 <= found < 2**32 else found


def boolean(value: Any, at: Reading) -> int:
    """A truth as 0 or 1; nothing is false."""
    at.expect("boolean", value)
    return int(truth(value))


def truth(value: Any) -> bool:
    """The truth that a scalar stands for; beside the words for false, those for nothing are."""
    return to_truth(None if isinstance(value, str) and value.lower() in ("~", "null") else value)


_OBJECT_ROWS = (
    Row("set", "set", BOOLEAN, "Whether there is a number", way=IN),
    Row("infinite", "infinite", BOOLEAN, "Whether it is without bound", way=IN),
)
_NUMBER_OBJECT = Table(
    "number_object",
    (*_OBJECT_ROWS, Row("number", "number", NUMBER._replace(width=64), "The number", way=IN)),
    {},
    parser="UINT64_NO_VAL_STRUCT",
)
_REAL_OBJECT = Table(
    "real_object",
    (*_OBJECT_ROWS, Row("number", "number", NUMBER._replace(width=DOUBLE), "The number", way=IN)),
    {},
    parser="FLOAT64_NO_VAL_STRUCT",
)


def noval(value: Any, at: Reading) -> Number | float:
    """A number object, null for one that is not set, or where the version lets it be one, a number."""
    if isinstance(value, dict):
        return number_object(value, at)
    if value is None:
        return UNSET
    if not at.manner.shown:
        at.expect("object", value)
    given, is_taken = value, at.manner.loose or type(value) is int
    if isinstance(value, float) and at.kind.width != DOUBLE:
        # slurmrestd's own way: what stands behind the point is cut, and what is too large for 64 bits is nothing.
        value = int(value) if abs(value) < _INT64 else 0
    found = _of_width(value, at.kind) if is_taken else None
    if found is not None:
        return _saturated(found, at)
    if at.manner.shown:
        raise InvalidError(f"Expected integer but got {show(given)}", CONVERSION)
    raise InvalidError(f"Expected dictionary but got {at.manner.word(given)}", "ESLURM_DATA_EXPECTED_DICT")


def number_object(value: dict[str, Any], at: Reading) -> Number | float:
    """What {set, infinite, number} says; infinite wins."""
    if at.manner.shown:
        table = _REAL_OBJECT if at.kind.width == DOUBLE else _NUMBER_OBJECT
        told: dict[str, Any] = dict(at.inner(table, value).members)
    else:
        told = _told(value, at)
    if told.get("infinite"):
        return "INFINITE"
    return _saturated(told.get("number", 0), at) if told.get("set") else UNSET


def _told(value: dict[str, Any], at: Reading) -> dict[str, Any]:
    """The same object, whose members are not read as values of their own."""
    told: dict[str, Any] = {}
    for name in ("set", "infinite"):
        if isinstance(value.get(name), (list, dict)):
            raise InvalidError(f'Expected bool for "{name}" field but got dictionary', CONVERSION)
        told[name] = truth(value.get(name))
    if "number" in value:
        told["number"] = _of_width(value["number"], at.kind)
        if told["number"] is None:
            raise InvalidError('Expected integer number for "number" field but got dictionary', CONVERSION)
    elif told["set"] and not told["infinite"]:
        raise InvalidError('Expected "number" field when "set"=True but field not present', CONVERSION)
    return told


def _saturated(found: float, at: Reading) -> Number | float:
    """What a number object's number is in a member: beyond its last plain value it is infinite.

    Where sentences show values, 16 bits are cut out of 32.
    """
    width = at.kind.width
    plain = 2 ** (32 if at.manner.shown else width) - 2
    return "INFINITE" if width in (16, 32) and not 0 <= found < plain else found


def timestamp(value: Any, at: Reading) -> Number | float:
    """An epoch, a number object, or a text as sbatch takes it; nothing is unset."""
    if value is None:
        return UNSET
    if isinstance(value, str):
        return _time(value, at)
    if isinstance(value, dict):
        return number_object(value, at)
    found = whole(value)
    if found is None and at.manner.shown:
        raise InvalidError(f"Expected integer but got {show(value)}", CONVERSION)
    if found is None:
        at.expect("object", value)
        raise InvalidError(f"Expected dictionary but got {at.manner.word(value)}", "ESLURM_DATA_EXPECTED_DICT")
    return found


def _time(text: str, at: Reading) -> Number:
    scanned = infer_scanned(text) if at.manner.scanned else text
    if scanned is None:
        return UNSET
    if type(scanned) is int:
        return scanned
    if isinstance(scanned, float) and -1 < scanned < float("inf"):
        return round(scanned)
    try:
        return point_in_time(text, at.context.now)
    except ValueError:
        raise InvalidError(f"Parsing of {text} for timestamp failed", CONVERSION) from None


def moment(value: Any, at: Reading) -> Number | float:
    """A timestamp that must be one."""
    found = timestamp(value, at)
    if found == "NO_VAL":
        raise InvalidError("Invalid or unset timestamp value", CONVERSION)
    return found


def flags(value: Any, at: Reading, outdated: tuple[str, ...] = ()) -> Number | None:
    """The constants of a list of words, or of one word; None for an empty list. `outdated` words are passed over."""
    if isinstance(value, str):
        words, trouble = [value], f'Parsing single flag "{value}" failed'
    elif isinstance(value, list):
        words, trouble = value, "Parsing flags failed"
    else:
        sentence = f"Expected a List but found a {at.manner.word(value)}"
        raise InvalidError(sentence, "ESLURM_DATA_FLAGS_INVALID_TYPE")
    known: dict[str, list[str]] = {}
    for entry in at.kind.names.at(at.version).entries if at.kind.names else ():
        known.setdefault(entry.text.lower(), []).append(entry.constant)
    taken = ((index, word) for index, word in enumerate(words) if not (isinstance(word, str) and word in outdated))
    found = [name for index, word in taken for name in _flag(word, index, at, known, trouble)]
    if at.kind.names is not None and not (at.kind.names.bits or any(one.mask for one in at.kind.names.entries)):
        return found[-1] if found else None
    return tuple(dict.fromkeys(found)) if found else None


def _flag(word: Any, index: int, at: Reading, known: dict[str, list[str]], trouble: str) -> list[str]:
    behind = f"[{index}]"
    if isinstance(word, (list, dict)) and at.manner.lenient:
        at.warn(f"Ignoring unexpected field of type {at.manner.word(word)}", behind)
        return []
    wanted = to_text(word) if isinstance(word, str) or at.manner.lenient else "(null)"
    found = known.get(wanted.lower())
    if found:
        # A word may stand for several bits; of several constants for one, the installed release has one.
        return found[0].split("|") if len(found) == 1 else ["|".join(found)]
    at.fault(InvalidError(f'Unknown flag "{wanted}"', "ESLURM_DATA_FLAGS_INVALID"), behind)
    if not at.manner.lenient:
        raise InvalidError(trouble, "ESLURM_DATA_FLAGS_INVALID")
    return []


def hosts(value: Any, at: Reading) -> str | None:
    """A list of host lists as one, or one alone; None for nothing and an empty text."""
    at.expect("array", value)
    if value is None or value == "":
        return None
    code = since(_NO_HOSTS, at.version)
    is_list = isinstance(value, list)
    if at.manner.shown and not isinstance(value, (str, list)):
        raise InvalidError(f"string expected but got {at.manner.name(value)}", code)
    words = []
    for one in value if is_list else [value]:
        if isinstance(one, (list, dict)):
            raise InvalidError(f"string expected but got {at.manner.name(one)}", code)
        words.append(to_text(one))
        if at.context.joined(words[-1:]) is None:
            raise InvalidError(f"Invalid {'host' if is_list else 'hostlist'} string: {words[-1]}", code)
    found: str | None = at.context.joined(words)
    return found


_NO_HOSTS = {39: CONVERSION, 44: "ESLURM_DATA_PARSE_BAD_INPUT"}


def csv(value: Any, at: Reading) -> str | None:
    """A list of scalars as one text with commas; a text is taken for such. None for an empty list."""
    at.expect("array", value)
    if isinstance(value, dict):
        value = [f"{name}={to_text(one)}" if not isinstance(one, (list, dict)) else one for name, one in value.items()]
    if not isinstance(value, list):
        return to_text(value)
    if not value:
        return None
    for one in value:
        if isinstance(one, (list, dict)):
            raise InvalidError(f"unable to convert csv entry {at.manner.word(one)} to string", CONVERSION)
    return ",".join(to_text(one) for one in value)


def texts(value: Any, at: Reading) -> list[str] | None:
    """A list of texts; an object is one of NAME=VALUE."""
    at.expect("array", value)
    if value is None:
        return None
    if isinstance(value, dict):
        value, names = list(value.values()), [f"{name}=" for name in value]
    elif isinstance(value, list):
        names = [""] * len(value)
    else:
        raise InvalidError(f"expected a list of strings but got {at.manner.name(value)}", "ESLURM_DATA_EXPECTED_LIST")
    for one in value:
        if isinstance(one, (list, dict)):
            raise InvalidError(f"expected string but got {at.manner.name(one)}", CONVERSION)
    return [name + to_text(one) for name, one in zip(names, value)]


def user(value: Any, at: Reading) -> int | None:
    """A user's name or uid."""
    return _identity(value, at, "user", "ESLURM_USER_ID_UNKNOWN")


def group(value: Any, at: Reading) -> int | None:
    """A group's name or gid."""
    return _identity(value, at, "group", "ESLURM_GROUP_ID_UNKNOWN")


def _identity(value: Any, at: Reading, what: str, code: str) -> int | None:
    at.expect("string", value)
    value = value or None if isinstance(value, str) else value
    if value is None and at.manner.shown:
        return None
    if value is None or isinstance(value, (bool, list, dict)):
        shown = f": {show(value)}" if at.manner.shown else f" value type: {at.manner.word(value)}"
        raise InvalidError(f"Invalid {what} field{shown}", CONVERSION)
    found: int | None = getattr(at.context, what)(to_text(round(value) if isinstance(value, float) else value))
    if found is None:
        raise InvalidError(f"Unable to resolve {what}: {to_text(value)}", code)
    return found


class record:  # noqa: N801 - called as the readers beside it are
    """The reader of an object with a table of its own, which the documents look at."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __call__(self, value: Any, at: Reading) -> Any:
        return at.inner(self.table, value)


class records:  # noqa: N801 - as above
    """The reader of a list of such objects; anything but an object is taken for a list of one.

    most: how many there may be; of a longer list none is read.
    """

    def __init__(self, table: Table, most: int) -> None:
        self.table = table
        self.most = most

    def __call__(self, value: Any, at: Reading) -> Any:
        if isinstance(value, dict):
            raise InvalidError("Expected List but found a dictionary", "ESLURM_DATA_EXPECTED_LIST")
        items = value if isinstance(value, list) else [to_text(value)]
        if len(items) > self.most:
            # Both sentence and place are slurmrestd's.
            details = ((f"Refusing HetJob submission too many components: {len(items)} > {self.most}", _QUERY),)
            at.walk.report.fault(Fault("invalid", "_job_post_het_submit", at.key, at.key, details))
            raise Ended
        return [at.inner(self.table, item, f"[{index}]") for index, item in enumerate(items)]


class Listed:
    """The reader of a list of objects with a table of their own."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __call__(self, value: Any, at: Reading) -> list[Record]:
        if isinstance(value, dict):
            raise InvalidError("Expected List but found a dictionary", "ESLURM_DATA_EXPECTED_LIST")
        items = value if isinstance(value, list) else [to_text(value)]
        return [at.inner(self.table, item, f"[{index}]") for index, item in enumerate(items)]


def listed(table: Table) -> Kind:
    """Return the kind of a Slurm list of records that is read as well as written."""
    return Kind("list_records", record=table.name, type="array", read=Listed(table))


def ignored(_value: Any, _at: Reading) -> None:
    """Anything: whatever it is, it is not looked at."""


IGNORED = Kind("ignored", read=ignored)


def of_answers(first: int = 36) -> tuple[Row, ...]:
    """Rows of what an answer has beside its payload: one that is sent back as it came is understood as a body."""
    names = ("meta", "errors", "warnings")
    return tuple(Row(name, None, IGNORED, "Of answers", since=first, way=IN, hidden=True) for name in names)


INVERSE: dict[str, Reader] = {
    "text": text,
    "text_or_null": text,
    "number": number,
    "nullable": number,
    "noval": noval,
    "boolean": boolean,
    "flags": flags,
    "choice": flags,
    "choices": flags,
    "csv": csv,
    "texts": texts,
    "user": user,
    "user_or_empty": user,
    "group": group,
    "group_or_empty": group,
}
"""By the name of a kind."""
