# SPDX-License-Identifier: GPL-2.0-or-later
"""Media types: which one an answer is written in, and how a request's body is read.

Rule 1: names are those of slurmrestd, compared without case, written back as they stand in the lists here.
Rule 2: a body is data, never more: no YAML tag builds an object, no alias multiplies, no number or depth is unbounded.
Rule 3: json and yaml are imported when a body of their kind arrives; most requests have none.
Rule 4: what a body costs is in proportion to its bytes, in memory and in time; what would cost more is refused (413).
"""

from __future__ import annotations

from slurmrest_inet.http import query
from slurmrest_inet.http.dialect import Dialect
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from slurmrest_inet.http.message import Request

JSON = ("application/json", "application/jsonrequest")
FORM = "application/x-www-form-urlencoded"

# A form is what a shell script sends: some options, and a script in one of them.
_FORM_BYTES = 1 << 20
_FORM_PAIRS = 1_000
# How many nodes and ends of nodes a body in YAML may have: each takes a microsecond and 100 bytes.
_EVENTS = 60_000
_BYTES_AN_EVENT = 25
_YAML_TAG = "tag:yaml.org,2002:"


class Media(NamedTuple):
    """What an answer is written in: the Content-Type, and whether that is YAML (it is JSON otherwise)."""

    name: str
    yaml: bool


_PLAIN = Dialect()


def negotiate(request: Request, dialect: Dialect = _PLAIN) -> Media:
    """The media type of the answer (RFC 9110 section 12.5.1): the highest q, among equals the first in the header.

    No Accept and "*/*" mean JSON. Other ranges ("application/*") and unknown types count for nothing, like a type with
    q=0. Raises RestError 415 when no type is left.
    """
    entries = [value for name, value in request.headers if name == b"accept"]
    if not entries:
        return Media(JSON[0], yaml=False)
    yaml = dialect.yaml
    listed = [weigh(entry) for entry in b",".join(entries).decode("latin-1").split(",")]
    named = {name for name, _ in listed}
    best, best_q = "", 0.0
    for name, q in listed:
        if name == "*/*":
            # Stands for what the header does not name itself, so that "application/json;q=0, */*" is YAML.
            name = next((known for known in (JSON[0], yaml[0]) if known not in named), "")  # noqa: PLW2901
        if q > best_q and (name in JSON or name in yaml):
            best, best_q = name, q
    if not best:
        raise dialect.unknown_accept.error("no acceptable media type")
    return Media(best, best in yaml)


def parse_body(request: Request, dialect: Dialect = _PLAIN) -> dict[str, Any] | list[Any] | str:
    """The body as dicts, lists and scalars; the last of equal keys wins. Without a type or a content it is a form.

    Plain YAML scalars stay text (but ~, null and nothing), forms are text throughout: `query.as_int` and its siblings
    read them. Raises RestError: 400 or 415 for an unknown type or a charset other than UTF-8, 400 for whatever does not
    parse, 413 for what would cost more than its size is worth (rule 4).
    """
    body = request.body
    kind = _content_type(request.header(b"content-type"))
    if kind == FORM or not body:
        return dict(_form(body, dialect))
    value: Any
    try:
        if kind in JSON:
            from slurmrest_inet.http import jsonbody  # noqa: PLC0415 - Rule 3

            value = jsonbody.read(body)
        elif kind in dialect.yaml:
            value = _yaml(body)
        else:
            raise dialect.unknown_content_type.error("unknown Content-Type")
    except (ValueError, RecursionError) as error:
        raise dialect.bad_body.error("malformed body") from error
    if not isinstance(value, (dict, list)) and not (isinstance(value, str) and dialect.text_is_body):
        raise dialect.bad_body.error("body is neither an object nor an array")
    return value


def _form(body: bytes, dialect: Dialect) -> dict[str, str | None]:
    if len(body) > _FORM_BYTES or body.count(b"&") + body.count(b";") > _FORM_PAIRS:
        raise RestError(413, "A form has at most 1 MiB and 1000 pairs", reason="form over the limit")
    return query.parse_query(body, dialect)


def weigh(entry: str) -> tuple[str, float]:
    """An entry of Accept or Accept-Encoding: its name in lower case, and its q."""
    name, *parameters = entry.split(";")
    q = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            q = _quality(value.strip())
    return name.strip().lower(), q


def takes_gzip(request: Request) -> bool:
    """Tell whether the client takes gzip (RFC 9110 section 12.5.3)."""
    given = b",".join(value for name, value in request.headers if name == b"accept-encoding").decode("latin-1")
    ranges = dict(weigh(one) for one in given.split(","))
    return ranges.get("gzip", ranges.get("x-gzip", ranges.get("*", 0.0))) > 0


def has_tag(request: Request, tag: str) -> bool:
    """Tell whether If-None-Match names what has this tag (RFC 9110 section 13.1.2)."""
    given = b",".join(value for name, value in request.headers if name == b"if-none-match").decode("latin-1")
    tags = [one.strip() for one in given.split(",")]
    return "*" in tags or tag in (one.removeprefix("W/") for one in tags)


def _quality(text: str) -> float:
    # 0 or 1 and up to three decimals (RFC 9110 section 12.4.2); anything else counts as if it were not there.
    whole, _, decimals = text.partition(".")
    if whole in ("0", "1") and text.isascii() and len(decimals) <= 3 and (not decimals or decimals.isdigit()):
        return min(float(text), 1.0)
    return 1.0


def _content_type(value: bytes | None) -> str:
    if value is None:
        return FORM
    name, _, parameter = value.decode("latin-1").lower().partition(";")
    # UTF-8 is what these types are anyway, and many clients say so.
    if parameter.strip().replace('"', "") not in ("", "charset=utf-8"):
        return ""
    return name.strip()


def _yaml(body: bytes) -> Any:
    try:
        import yaml  # noqa: PLC0415 - Rule 3
    except ImportError:
        raise RestError(415, "YAML bodies need PyYAML on this server", reason="PyYAML is not installed") from None
    from slurmrest_inet.http import jsonbody  # noqa: PLC0415 - Rule 3

    body.decode("utf-8")  # YAML knows other encodings, too
    # Events, not a loader: nothing is built that does not stand in the body.
    parsed = yaml.parse(body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    events = _no_more_than(_EVENTS + len(body) // _BYTES_AN_EVENT, parsed)
    keys: dict[str, str] = {}

    def node(event: Any) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return _yaml_scalar(event.value, event.tag or "", plain=event.implicit[0])
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("alias")  # noqa: TRY004 - what a body does wrong is a ValueError here
        sequence = isinstance(event, yaml.SequenceStartEvent)
        if (event.tag or "!") not in ("!", _YAML_TAG + ("seq" if sequence else "map")):
            raise ValueError(event.tag)
        if sequence:
            items = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(node(item))
            return items
        pairs = {}
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise ValueError("key is no text")  # noqa: TRY004 - as above
            pairs[keys.setdefault(key.value, key.value)] = node(next(events))
        return pairs

    try:
        nodes = [node(event) for event in events if isinstance(event, yaml.NodeEvent)]
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    if len(nodes) != 1:
        raise ValueError("not one document")
    jsonbody.check(nodes[0])
    return nodes[0]


def _no_more_than(count: int, events: Iterator[Any]) -> Iterator[Any]:
    for event in events:
        count -= 1
        if count < 0:
            raise RestError(413, "Request body has too many values for its size", reason="YAML over the limit of nodes")
        yield event


def _yaml_scalar(text: str, tag: str, *, plain: bool) -> query.Scalar:
    if tag in ("", "!", _YAML_TAG + "str"):
        return None if plain and not tag and text in ("", "~", "null", "Null", "NULL") else text
    value = query.infer("" if text in ("~", "null") else text)
    kind = {"null": type(None), "bool": bool, "int": int, "float": float}.get(tag.replace(_YAML_TAG, ""))
    if kind is float and type(value) is int:
        value = float(value)
    if kind is None or type(value) is not kind:
        raise ValueError(tag)
    return value
