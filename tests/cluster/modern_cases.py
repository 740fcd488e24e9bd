# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that only v0.0.40 and later have: parameters with types, job ids as text, more operations."""

from __future__ import annotations

from cases import ALICE, MODERN, NOBODY, READS, Case

# fmt: off
_NEW_READS = ("shares", "jobs/state")
_WITH_FLAGS = ("jobs", "nodes", "partitions", "job/1", "node/node1", "partition/main")
_WITHOUT_FLAGS = ("reservations", "reservation/cores", "licenses", "shares", "jobs/state", "diag", "ping")
_WITH_TIMES = ("nodes", "partitions", "job/1", "node/node1", "partition/main", "reservation/cores")
_FLAGS = (
    "ALL", "DETAIL", "MIXED", "LOCAL", "SIBLING", "FEDERATION", "FUTURE", "all", "All", "aLL", "FOO", "ALLE", "AL",
    "SHOW_ALL", "ALL%2CDETAIL", "ALL%2C", "%2C", "ALL%20", "%20ALL", "ALL+DETAIL", "ALL%0A", "0", "1", "0x1", "-1",
    "1.5", "true", "yes", "no", "null", "~", "~ALL", "%5B%5D", "%22ALL%22", "%C3%BC", "%80",
)
_TIMES = (
    "0", "1", "-1", "-5", "+1", "%201", "1%20", "1000000000", "4000000000", "4000000000.4", "-1.5", "1.5", "0.4",
    "4294967295", "4294967296", "99999999999", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "99999999999999999999", "1e3", "1.0e3", "0x10", "010", "0.0", "-0", "inf", "nan", "infinity", "uts1",
    "uts4000000000", "uts0", "uts", "utsx", "abc", "true", "yes", "no", "on", "off", "null", "~", "~1",
    "2020-01-01", "2090-01-01", "2020-01-01T12%3A00", "2020-01-01T12%3A00%3A00", "2020-01-01T12%3A00%3A00Z",
    "2020-01-01%2012%3A00", "2020-13-01", "2020-02-31", "2020-1-1", "2020-01-01T25%3A00", "20-01-01",
    "01%2F02%2F20", "01%2F02%2F2020", "0102", "010220", "1%2F2", "01.02.20", "12%3A00", "12%3A00%3A30", "12%3A00AM",
    "12%3A00%20pm", "3%20am", "now", "NOW", "Now", "now-1hour", "now-1hours", "now%2B1hour", "now+1hour", "now-60",
    "now%2B60minutes", "now-2days", "now-1weeks", "now-1fortnight", "now-", "now-x", "now-1hour-1", "nowhere",
    "today", "tomorrow", "midnight", "noon", "teatime", "fika", "elevenses", "yesterday", "%5B%5D", "%7B%7D",
    "%22now%22", "%C3%BC", "4294967294", "4e9", "1e", "1E3", ".5", "5.", "0x", "0x1g", "0X10", "-0x10", "%0A1",
    "%09yes", "-inf", "INF", "%20inf", "infx", "1.5x", "--1", "%20%2B1", "1e400", "-0.4", "NULL", "1%2C2",
)
_TELLING_TIMES = (
    "4000000000.4", "4294967294", "4294967295", "9223372036854775807", "-5", "-1.5", "1e3", "0x10", "null",
    "2090-01-01", "now-1hour", "now%2B1hour",
)
_VALUES = (
    "foo", "foo=", "foo=abc", "foo=1", "foo=-1", "foo=1.5", "foo=1e3", "foo=true", "foo=no", "foo=null", "foo=~",
    "foo=%20", "foo=0x10", "foo=99999999999999999999", "foo=1%2C2", "foo=%C3%BC", "foo=inf", "foo=nan",
    "foo=abc&bar=1&baz", "foo=1&foo=abc", "FLAGS=ALL", "flags%20=ALL", "flags%5B%5D=ALL", "Update_Time=1", "%22=1",
    "a%2Fb=1", "a~b=1", "%C3%BC=1", "job_id=1", "users=alice", "flags=ALL&foo=1", "foo=1&update_time=abc",
    "update_time=abc&foo=1", "update_time=abc&flags=FOO", "flags=FOO&update_time=abc",
    "update_time=4000000000&flags=FOO", "flags=FOO&flags=ALL", "flags=ALL&flags=FOO", "flags&flags=ALL",
    "flags=&flags=ALL", "foo=1&bar=2&foo=3", "update_time=a%2F%22b&update_time=%C3%BC&update_time=&update_time",
    "update_time=1&foo=1&update_time=1", "update_time=1&update_time=4000000000", "update_time=4000000000&foo=1",
    "flags", "update_time", "flags=&update_time=",
)
_TELLING_VALUES = (
    "foo&bar=1&baz=", "foo=1&foo=2", "update_time=abc&flags=FOO", "update_time=4000000000&flags=FOO",
    "flags=ALL&flags=FOO", "update_time=1&update_time=2", "flags", "update_time",
)
_STATES = (
    "1", "{job}", "{array}", "{array}_1", "{array}_4", "{array}_999", "{array}_x", "{array}_", "{array}_%5B1-3%5D",
    "{array}_*", "{het}", "{het}%2B0", "{het}%2B1", "{het}%2B9", "{het}%2Bx", "{het}+0", "{job}.0", "{job}.batch",
    "{job}.extern", "{job}.interactive", "{job}.x", "{job}.", "{job}%2C{job}", "{array}_1.batch", "{het}%2B0.0",
    "{array}%2C{array}_1", "1%2C2%2C3", "3%2C2%2C1", "1%2C999999", "1%2Cabc", "abc%2C1", "1%2C%2C2", "%2C", "1%2C",
    "%2C1", "1%202", "1%2C%202", "1;2", "999999", "0", "-1", "+1", "1.5", "1.0", "007", "0x1", "1e1", "abc", "",
    "true", "no", "null", "~", "67108862", "67108863", "67108864", "4294967293", "4294967294", "4294967295",
    "4294967296", "99999999999999999999", "1_4294967294", "1_4294967295", "1_67108864", "%2B1", "1%2B", "1-2",
    "1_4294967296", "1%2B128", "1%2B129", "1%2B4294967296",
    "%5B1%5D", "%5B1%2C2%5D", "%20", "1%00", "%C3%BC",
)
_STATES_QUERIES = (
    "foo=1", "foo", "job_id", "job_id=1&job_id=2", "job_id=1&foo=1", "job_id=abc&foo=1", "foo=1&job_id=abc",
    "flags=ALL", "update_time=1", "JOB_ID=1", "job_id%5B%5D=1", "jobs=1",
)
_JOB_IDS = (
    "{array}_1", "{array}_4", "{array}_%5B1-3%5D", "{array}_*", "{array}_1.batch", "{array}_x", "{array}_",
    "{het}%2B0.batch", "{het}%2B9", "{het}%2Bx", "{het}.0", "1.0", "1.batch", "1.extern", "1.interactive", "1.x",
    "1.", "1..0", "1.0.0", "1.0%2B1", "1.4294967290", "1.4294967295", "1%2C2", "%2B1", "1%2B", "1-2", "_1", "0x1",
    "%201", "1%20", "67108862", "67108863", "67108864", "1_4294967294", "1_67108864", "4294967293", "no", "null",
    "1_4294967296", "1%2B128", "1%2B129", "1%2B4294967296",
    "~", "1_1%2B1", "0_1", "0%2B1", "0.0", "-1_1", "allocate", "%C3%BC",
)
_SHARES = (
    "users=alice", "users=root", "users=nope", "users=", "users", "users=alice%2Cbob", "users=alice&users=bob",
    "users=61001", "users=%2C", "accounts=physics", "accounts=nope", "accounts=", "accounts",
    "accounts=physics%2Coptics", "accounts=1", "accounts=optics&users=alice", "accounts=chemistry&users=alice",
    "users=alice%2C%2Cbob", "users=true", "Users=alice", "flags=ALL", "update_time=1", "foo=1", "users=ALICE",
)
# fmt: on

_SLURM = "/slurm/{v}/"


def _as(user: str) -> tuple[str, str]:
    return (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {{{user}}}")


def _in_yaml(name: str, target: str, kind: str = "application/yaml") -> Case:
    return Case(name, target, headers=(f"Accept: {kind}",))


def _named(name: str, target: str) -> Case:
    return Case(name, _SLURM + target)


_ANSWERS = (
    *(_named(read, read) for read in _NEW_READS),
    *(_in_yaml(f"{read} in application/yaml", _SLURM + read) for read in (*READS, *_NEW_READS)),
    *(_in_yaml(f"{read} in text/yaml", _SLURM + read, "text/yaml") for read in ("ping", *_NEW_READS)),
    *(
        Case(f"{read} as {user}, v0.0.40", _SLURM + read, credentials=_as(user))
        for user in ("root", "bob")
        for read in (*_NEW_READS, "licenses", "ping", "job/1")
    ),
    *(
        _in_yaml(f"{target} in application/yaml, wrong", _SLURM + target)
        for target in (
            *("job/999999", "job/abc", "node/nope", "partition/nope", "reservation/nope", "jobs?update_time=abc"),
            *("jobs?foo=1", "jobs?flags=FOO", "nodes?update_time=4000000000", "jobs?update_time=4000000000"),
        )
    ),
)

_PARAMETERS = (
    # Lists of partitions and reservations are short: all spellings are tried there, the more telling ones elsewhere.
    *(_named(f"partitions with flags {word!r}", f"partitions?flags={word}") for word in _FLAGS),
    *(_named(f"jobs with flags {word!r}", f"jobs?flags={word}") for word in ("all", "DETAIL", "FEDERATION")),
    *(
        _named(f"{read} with flags {word!r}", f"{read}?flags={word}")
        for read in (*_WITH_FLAGS, *_WITHOUT_FLAGS)
        for word in ("ALL", "MIXED", "FOO", "")
        if read != "partitions"
    ),
    *(
        Case(f"{read} with flags {word!r} as root", f"{_SLURM}{read}?flags={word}", credentials=_as("root"))
        for read in ("partitions", "nodes", "jobs")
        for word in ("ALL", "LOCAL", "MIXED")
    ),
    *(_named(f"reservations since {when!r}, v0.0.40", f"reservations?update_time={when}") for when in _TIMES),
    *(_named(f"jobs since {when!r}, v0.0.40", f"jobs?update_time={when}") for when in _TELLING_TIMES),
    *(
        _named(f"{read} since {when!r}, v0.0.40", f"{read}?update_time={when}")
        for read in _WITH_TIMES
        for when in ("1", "4000000000", "abc", "")
    ),
    *(_named(f"partitions with {query}", f"partitions?{query}") for query in _VALUES),
    *(
        _named(f"{read} with {query}", f"{read}?{query}")
        for read in ("jobs", "nodes", "reservations", "job/1")
        for query in _TELLING_VALUES
    ),
    *(
        _named(f"{read} with {query}", f"{read}?{query}")
        for read in ("job/999999", "node/nope", "partition/nope", "reservation/nope", "licenses", "diag", "ping")
        for query in ("foo=1", "update_time=abc&foo", "flags=FOO")
    ),
    *(_named(f"shares with {query}", f"shares?{query}") for query in _SHARES),
    *(_named(f"states of {word!r}", f"jobs/state?job_id={word}") for word in _STATES),
    *(
        _named(f"states with {query}", f"jobs/state?{query}")
        for query in _STATES_QUERIES
    ),
    *(_named(f"job/{word}, v0.0.40", f"job/{word}") for word in _JOB_IDS),
)  # fmt: skip

_TROUBLES = (
    *(
        Case(f"{read}, slurmctld down", _SLURM + read, setting="down")
        for read in (*_NEW_READS, "jobs/state?job_id=1", "shares?users=alice", "jobs?flags=FOO", "nodes?foo=1")
    ),
    *(
        Case(f"{read}, slurmctld silent", _SLURM + read, setting="silent")
        for read in (*_NEW_READS, "partitions", "partition/main", "reservations", "licenses", "diag", "job/1")
    ),
    *(Case(f"{read}, local", _SLURM + read, credentials=NOBODY, setting="local") for read in _NEW_READS),
    *(
        Case(f"{read}, munged down", _SLURM + read, credentials=NOBODY, setting="unmunged")
        for read in (*_NEW_READS, "nodes", "partitions", "reservations", "licenses", "diag", "job/1", "node/node1")
    ),
    *(
        Case(f"{name} on {read}", _SLURM + read, credentials=lines)
        for name, lines in (
            ("a rubbish token", (ALICE[0], "X-SLURM-USER-TOKEN: x.y.z")),
            ("an expired token", (ALICE[0], "X-SLURM-USER-TOKEN: {expired}")),
            ("alice's token for bob", ("X-SLURM-USER-NAME: bob", ALICE[1])),
            ("root's token for an unknown user", ("X-SLURM-USER-NAME: nope", "X-SLURM-USER-TOKEN: {root}")),
        )
        for read in _NEW_READS
    ),
)

_CONF = (
    *(_named(f"conf{query}", f"conf{query}") for query in ("", "?foo=1", "?update_time=4000000000", "?flags=ALL")),
    *(_named(f"conf?update_time={when}", f"conf?update_time={when}") for when in ("1", "abc", "", "1&update_time=abc")),
    Case("conf in YAML", f"{_SLURM}conf", headers=("Accept: application/x-yaml",)),
    Case("conf as root", f"{_SLURM}conf", credentials=_as("root")),
    Case("conf, slurmctld down", f"{_SLURM}conf", setting="down"),
    Case("conf, local", f"{_SLURM}conf", credentials=NOBODY, setting="local"),
    Case("an expired token on conf", f"{_SLURM}conf", credentials=(ALICE[0], "X-SLURM-USER-TOKEN: {expired}")),
)

_RESOURCES = (
    *(
        _named(f"resources/{word}", f"resources/{word}")
        for word in (
            *("{job}", "{array}", "{array}_1", "{het}", "{het}%2B1", "{job}.0", "{job}_1", "999999", "abc", "0", "-1"),
            *("4294967295", "{job}_", "{array}_%5B1-3%5D", "1e1", "007", "{job}?foo=1", "%2B1"),
        )
    ),
    *(
        Case(f"resources/{word} as root", f"{_SLURM}resources/{word}", credentials=_as("root"))
        for word in ("{job}", "{array}", "{array}_1", "{het}%2B1", "999999")
    ),
    Case("resources in YAML", f"{_SLURM}resources/{{job}}", headers=("Accept: application/x-yaml",)),
    Case("resources, slurmctld down", f"{_SLURM}resources/1", setting="down"),
    Case(
        "an expired token on resources", f"{_SLURM}resources/1", credentials=(ALICE[0], "X-SLURM-USER-TOKEN: {expired}")
    ),
)

MODERN_CASES = (
    *(case._replace(versions=(44, 45)) for case in _RESOURCES),
    *(case._replace(versions=(45,)) for case in _CONF),
    *(case._replace(versions=MODERN, each=True) for case in _ANSWERS),
    *(case._replace(versions=MODERN, by_dialect=True) for case in (*_PARAMETERS, *_TROUBLES)),
)

OPERATIONS = tuple(
    case._replace(versions=MODERN)
    for case in (
        *(_named(read, read) for read in (*READS, *_NEW_READS)),
        *(
            _named(target, target)
            for target in (
                *("job/999999", "job/abc", "node/nope", "partition/nope", "reservation/nope", "jobs?update_time=abc"),
                *("jobs?foo=1", "jobs?flags=FOO", "jobs/state?job_id=1%2C2", "shares?users=alice"),
            )
        ),
    )
)
"""What another release than the home of an API version is asked for a second opinion."""
