# SPDX-License-Identifier: GPL-2.0-or-later
"""API versions and releases of Slurm: everything that is known by their numbers alone.

Rule 1: nowhere else is a version or a release compared with a number: it is asked here, or it stands in a table by the
        version from which it holds (`since`). A test looks for such comparisons.
Rule 2: an answer follows the version in the request's target, also one that is made before a path is looked up; where
        none stands there, the newest that is served and that the installed release could know (`home_of`).
Rule 3: imported by the build as well: nothing but Python and values.

A home release, the one whose slurmrestd an API version imitates, is written as year and month: 2205 is Slurm 22.05.
"""

from __future__ import annotations

from slurmrest_inet.http import dialect as http
from slurmrest_inet.http.dialect import Refusal
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

FIRST, LAST = 36, 45
"""The API versions that there are."""

SIDES = ("slurm", "slurmdb", "util")
"""What stands in front of a version in a path: of slurmctld, of slurmdbd, of nobody but libslurm."""

DAEMONS = {"slurm": "slurmctld", "slurmdb": "slurmdbd"}
"""Which daemon a side is about; the others ask none."""

_EVERY = (36, 37, 38, 39, 40, 41, 42, 43, 44, 45)
SERVED = {"slurm": _EVERY, "slurmdb": _EVERY, "util": (44, 45)}
"""Those that have operations here, by side, in order."""

RELEASES = ("22.05", "23.02", "23.11", "24.05", "24.11", "25.05", "25.11", "26.05")
"""The releases of Slurm that this can be built for."""

SONAMES = {
    36: "20.11", 37: "21.08", 38: "22.05", 39: "23.02", 40: "23.11",
    41: "24.05", 42: "24.11", 43: "25.05", 44: "25.11", 45: "26.05",
}  # fmt: skip
"""Every release raises the number in libslurm's SONAME, and slurm_api_version() tells it."""


PLUGINS: dict[str, tuple[int, int | None]] = {
    "rest_auth/local": (2011, None),
    "rest_auth/jwt": (2011, None),
    "openapi/v0.0.35": (2011, 2108),
    **dict.fromkeys(("openapi/v0.0.36", "openapi/dbv0.0.36"), (2011, 2205)),
    **dict.fromkeys(("openapi/v0.0.37", "openapi/dbv0.0.37"), (2108, 2302)),
    **dict.fromkeys(("openapi/v0.0.38", "openapi/dbv0.0.38"), (2205, 2311)),
    **dict.fromkeys(("openapi/v0.0.39", "openapi/dbv0.0.39"), (2302, 2405)),
    **dict.fromkeys(("openapi/slurmctld", "openapi/slurmdbd"), (2311, None)),
    "openapi/util": (2511, None),
    "data_parser/v0.0.39": (2311, 2405),
    "data_parser/v0.0.40": (2311, 2505),
    "data_parser/v0.0.41": (2405, 2511),
    "data_parser/v0.0.42": (2411, 2605),
    "data_parser/v0.0.43": (2505, None),
    "data_parser/v0.0.44": (2511, None),
    "data_parser/v0.0.45": (2605, None),
}
"""slurmrestd's plugins with the first release that has each, and the last, which says that it is deprecated."""


def has_plugin(name: str, release: int) -> bool:
    """Tell whether slurmrestd of a release has a plugin."""
    first, last = PLUGINS[name]
    return first <= release and (last is None or release <= last)


def is_deprecated(name: str, release: int) -> bool:
    """Tell whether a release, or one before it, has deprecated a plugin."""
    last = PLUGINS[name][1]
    return last is not None and last <= release


def deprecates(side: str, version: int, release: int) -> bool:
    """Tell whether a release, or one before it, has deprecated an API version of a side."""
    dialect = DIALECTS[version]
    apart = dialect.plugin_by_version
    return is_deprecated(plugin(side, version)[0] if apart else str(dialect.data_parser).format(version), release)


def written(release: int) -> str:
    """Return 22.05 for 2205."""
    return f"{release // 100}.{release % 100:02d}"


def since(table: dict[int, T], number: int) -> T:
    """Return what holds for a version or release; keys of the table are those from which its values hold, in order."""
    return [value for first, value in table.items() if first <= number][-1]


# What releases of libslurm do otherwise and their headers do not show.
HIDDEN_MEMBERS = {
    ("job_resources", "next_step_node_inx"): 2411,
    ("job_resources", "node_ranks"): 2605,
    ("node_resource_layout", "channel"): 2511,
    ("slurm_msg", "auth_gid"): 2311,
    ("slurm_msg", "conmgr_fd"): 2411,
    ("slurm_msg", "tls_cert"): 2505,
    ("slurm_msg", "conn_is_mtls"): 2511,  # from 25.11.3 on; before, our messages are found to be none
}
"""Members of structs that no header shows, from that release on."""

LOST_MEMBERS = {("slurm_msg", "data_size"): 2405, ("slurm_msg", "conn_fd"): 2505}
"""The same up to the release before that one."""

ENDS_FOR_GOOD = (2405, 2411)
"""Releases in which slurm_init crashes after slurm_fini (their plugin for TLS)."""

GRES_SIGN = {2205: ":", 2311: "/"}
"""What stands between "gres" and the name of a generic resource among TRES."""


# What the layer in front of the operations says, by home release (seen on 22.05.8, 23.02.8, 24.11.5, 25.11.8, 26.05.5).
_UNKNOWN_IN_26_05 = Refusal(
    404,
    "Unable to find requested URL endpoint. Please query the '/openapi/v3' endpoint or visit "
    "'https://slurm.schedmd.com/rest_api.html' for the OpenAPI specification which includes a list of all possible "
    "slurmrestd endpoints.",
)
_HTTP_2205 = http.Dialect()
_HTTP_2411 = _HTTP_2205._replace(
    undefined_method=_HTTP_2205.unknown_path,
    method_chooses=True,
    body_is_query=True,
    text_is_body=True,
    repeats=True,
    yaml=(*_HTTP_2205.yaml, "application/yaml"),
)
HTTP = {
    2205: _HTTP_2205,
    2302: _HTTP_2205._replace(text_is_body=True),
    2411: _HTTP_2411,
    2605: _HTTP_2411._replace(
        head=Refusal(404, ""),
        unknown_method=Refusal(405, "Invalid HTTP method"),
        connect=Refusal(404, "Invalid or unknown URL path"),
        unrouted_method=Refusal(405, "Invalid HTTP method"),
        undefined_method=_UNKNOWN_IN_26_05,
        unknown_path=_UNKNOWN_IN_26_05,
        bad_path=Refusal(404, "Invalid or unknown URL path"),
        bad_query=Refusal(500, "Unspecified error"),
        bad_body=Refusal(400, "Failure during parsing"),
        unknown_content_type=Refusal(415, "MIME type is unknown to any loaded plugins"),
        unknown_accept=Refusal(415, "HTTP Accept header content type is unknown or unsupported"),
        dot_is_nothing=True,
    ),
}

PAYLOAD = "payload"
"""Stands for the members that an operation gives, in the order of an answer's members."""


class Manner(NamedTuple):
    """How an API version reads a body or a query.

    folded: keys may be of any letter case and the first 255 bytes of them count, empty ones count for nothing, values
    are read in the order of the body, and the first fault ends it all. Otherwise values are read in the order of the
    table, and the first one that cannot be read ends its object. unknown: what a key without a row is: a "fault", a
    "warning", or "ignored". typed: a value of another type than the documents say is warned of. shown: sentences show
    the value itself, and a number may stand for its object. loose: so may other numbers than integers, and texts.
    scanned: a text may be a number where a moment is wanted. lenient: a word that is no flag is a fault, and reading
    goes on. plain: pointers are without keys that have other characters than printable ones of ASCII. integer, real:
    what the home release calls JSON's.
    """

    folded: bool = False
    unknown: str = "warning"
    typed: bool = True
    shown: bool = True
    loose: bool = True
    scanned: bool = True
    lenient: bool = True
    plain: bool = False
    integer: str = "64 bit integer"
    real: str = "floating point number"


_READS_38 = Manner(folded=True, unknown="fault", typed=False, shown=False, loose=False, scanned=False, lenient=False)
_READS_41 = Manner(scanned=False)
_READS_40 = _READS_41._replace(shown=False, lenient=False)
_READS_39 = _READS_40._replace(unknown="ignored", loose=False, integer="int 64bits", real="floating point")
_QUERY_38 = _READS_38._replace(folded=False, unknown="ignored")


class Dialect(NamedTuple):
    """How an API version says what it says, and how it reads what it is told.

    The fields have the values of v0.0.36, and the comments tell the others'.
    """

    home: int = 2205
    members: tuple[str, ...] = ("meta", "errors", PAYLOAD)
    """Of an answer, in their order."""
    sparse: bool = True
    """What an entry of `errors` or `warnings` has nothing to say for is left out of it; later it is empty."""
    body: Manner = _READS_38
    """How it reads a body."""
    query: Manner = _QUERY_38
    """The same of a query, whose names are never looked up in another letter case."""
    slurmdbd_query: Manner = _QUERY_38
    """The same of one for slurmdbd; v0.0.39 warns of no type there."""
    past_jobs_query: Manner = _READS_38
    """The same of one for the jobs that slurmdbd remembers; up to v0.0.39 its names may be of any letter case."""
    nulls: bool = True
    """A number that is unset or infinite is null; later it is an object that says so, and other kinds are empty."""
    plugin_by_version: bool = True
    """Each version is a plugin of its own; later there is one a side, and data parsers choose the versions."""
    titles: tuple[str, ...] = ("REST", "REST DB")
    """Of the plugins of the sides."""
    minimises: bool = False
    """Documents can be asked for with few references."""
    operation_id: str = "{daemon}_{name}"
    """What documents call an operation: by the daemon, or by version and side, by its old name, or method and path."""
    data_parser: str | None = None
    """What `meta` calls the parser of a version."""
    tells_source: bool = False
    """`meta` says where the client is."""
    tells_cluster: bool = False
    """`meta` says as whom the client asks and which cluster it is, too, and the release in texts instead of numbers."""
    tells_errno: bool = False
    """Where a call for Slurm came to -1, what it left in errno is told instead."""
    dated: bool = False
    """A list tells when it last changed."""
    job_number: bool = True
    """A job's id in a path is a number, and the faults of operations of jobs are entries of a kind of their own."""
    empty_yaml: bool = False
    """A missing text is empty in YAML, too, not null."""

    def reading(self, manner: Manner) -> Dialect:
        """Return a dialect that reads bodies and all queries in one manner, and is otherwise the same."""
        return self._replace(body=manner, query=manner, slurmdbd_query=manner, past_jobs_query=manner)


_36 = Dialect()
_37 = _36._replace(titles=("Slurm OpenAPI", "Slurm OpenAPI DB"), job_number=False)
_38 = _37._replace(operation_id="{side}_v0_0_{version}_{name}")
_39 = _38._replace(
    home=2302,
    members=("meta", "errors", "warnings", PAYLOAD),
    body=_READS_39,
    query=_READS_39,
    slurmdbd_query=_READS_39._replace(typed=False),
    past_jobs_query=_READS_39._replace(typed=False, folded=True, unknown="fault"),
    nulls=False,
    data_parser="v0.0.{}",
    tells_source=True,
)
_40 = _39.reading(_READS_40)._replace(
    home=2411,
    members=(PAYLOAD, "meta", "errors", "warnings"),
    sparse=False,
    plugin_by_version=False,
    titles=("Slurm OpenAPI slurmctld", "Slurm OpenAPI slurmdbd", "Slurm OpenAPI util"),
    operation_id="{side}_v00{version}_{method}_{path}",
    data_parser="data_parser/v0.0.{}",
    tells_cluster=True,
    tells_errno=True,
    dated=True,
    empty_yaml=True,
)
_41 = _40.reading(_READS_41)._replace(minimises=True)
_42 = _41.reading(Manner())
_43 = _42.reading(Manner(plain=True))._replace(home=2605)

DIALECTS = {36: _36, 37: _37, 38: _38, 39: _39, 40: _40, 41: _41, 42: _42, 43: _43, 44: _43, 45: _43}

HOME = {version: dialect.home for version, dialect in DIALECTS.items()}
"""The release whose slurmrestd is the model of an API version."""


def parse(side: str, segment: str) -> int | None:
    """Return 38 for ``v0.0.38``, None for what is no API version that is served on a side."""
    version = _number(segment)
    return version if version in SERVED.get(side, ()) else None


def _number(segment: str) -> int | None:
    prefix, number = segment[:5], segment[5:]
    if prefix != "v0.0." or not (number.isascii() and number.isdigit()) or len(number) != 2:
        return None
    return int(number) if int(number) in DIALECTS else None


def home_of(path: str, unnamed: int) -> int:
    """Return the home release of the API version that stands in a request's path, else of the one for unnamed ones.

    The version need not be served: whoever asks for it expects the words of its release.
    """
    segments = [segment for segment in path.split("/", 4) if segment]
    return HOME[(_number(segments[1]) if len(segments) > 1 else None) or unnamed]


def plugin(side: str, version: int) -> tuple[str, str]:
    """Return the type and the name of the plugin that serves a side (``slurm``, ``slurmdb``…) in an API version."""
    dialect, at = DIALECTS[version], SIDES.index(side)
    title = dialect.titles[at]
    if dialect.plugin_by_version:
        return f"openapi/{('', 'db')[at]}v0.0.{version}", f"{title} v0.0.{version}"
    return f"openapi/{DAEMONS.get(side, side)}", title
