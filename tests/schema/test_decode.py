# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies and queries read by tables: members, faults and warnings. What is right here was seen on slurmrestd 24.11.5.

Those of v0.0.39 are from recordings of 23.02.8.
"""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurmrest_inet.schema import queries, readers
from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.job_desc import JOB_DESC, JOB_SUBMIT_REQ, MOST_COMPONENTS
from slurmrest_inet.schema.manner import show
from slurmrest_inet.schema.model import CSV, DOUBLE, IN, NOVAL_REAL, NUMBER, Kind, Row, Table, flags
from slurmrest_inet.schema.reading import Record, Report
from slurmrest_inet.schema.unset import UNSET, ZERO

MODERN = (39, 40, 41, 42)


class Context(NamedTuple):
    """What a reader asks of the host."""

    now: float = 1_795_345_200.0
    governors: frozenset[str] = frozenset(("CPU_FREQ_PERFORMANCE",))

    @staticmethod
    def user(text: str) -> int | None:
        return {"alice": 61001, "61001": 61001}.get(text)

    group = user


def read(key: str, value: object, version: int = 42) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Members, faults as pointers with sentences and codes, and warnings, of a job with one key."""
    report = Report()
    body = {"environment": ["A=1"], key: value}
    record = decode(JOB_DESC, version, body, report, Context(), pointer="#/job/")
    members = {name: one for name, one in record.members.items() if name not in ("environment", "env_size")}
    return members, [(one.pointer, *one.details) for one in report.faults], report.warnings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, None) for key in ("oom_kill_step", "tasks", "segment_size", "begin_time", "priority")),
        *(("segment_size", value) for value in ({}, {"set": False, "infinite": False, "number": 1})),
    ],
)
def test_that_a_release_without_the_member_knows_what_was_not_given(key: str, value: object) -> None:
    (found,) = read(key, value)[0].values()
    assert any(found is one for one in (UNSET, ZERO))


def test_that_a_text_is_always_given() -> None:
    for text in ("NO_VAL", "", "INFINITE"):
        (found,) = read("container_id", text)[0].values()
        assert type(found) is str


@pytest.mark.parametrize("version", MODERN)
@pytest.mark.parametrize(
    ("key", "value", "members"),
    [
        ("name", "x", {"name": "x"}),
        ("name", None, {}),
        ("tasks", 4, {"num_tasks": 4}),
        ("tasks", 2**32 - 1, {"num_tasks": 2**32 - 1}),
        ("tasks", -3, {"num_tasks": "NO_VAL"}),
        ("tasks", 2**33, {"num_tasks": "NO_VAL"}),
        ("tasks_per_node", -3, {"ntasks_per_node": -3}),
        ("time_limit", None, {"time_limit": "NO_VAL"}),
        ("time_limit", {"set": True, "infinite": False, "number": 30}, {"time_limit": 30}),
        ("time_limit", {"set": False, "number": 30}, {"time_limit": "NO_VAL"}),
        ("time_limit", {"infinite": True}, {"time_limit": "INFINITE"}),
        ("time_limit", {"set": True, "number": 2**40}, {"time_limit": "INFINITE"}),
        ("memory_per_node", {"set": True, "number": 2**40}, {"pn_min_memory": 2**40}),
        ("memory_per_node", {"set": True, "infinite": True}, {"pn_min_memory": 0}),
        ("memory_per_node", "1G", {"pn_min_memory": 1024}),
        ("memory_per_cpu", "2K", {"pn_min_memory": ("MEM_PER_CPU", 1)}),
        ("memory_per_cpu", None, {"pn_min_memory": "NO_VAL"}),
        ("requeue", False, {"requeue": 0}),
        ("hold", True, {"priority": 0}),
        ("hold", False, {"priority": "INFINITE"}),
        ("mail_type", ["end", "TIME=50%"], {"mail_type": (0xF800, "MAIL_JOB_END", "MAIL_JOB_TIME50")}),
        ("mail_type", "BEGIN", {"mail_type": (0xF800, "MAIL_JOB_BEGIN")}),
        ("x11", ["FIRST_NODE"], {"x11": ("X11_FORWARD_FIRST",)}),
        ("mail_type", [], {}),
        ("shared", ["user", "mcs"], {"shared": "JOB_SHARED_MCS"}),
        ("argv", ["a", 5, None, True, 1.5], {"argv": ["a", "5", "", "true", "1.500000"], "argc": 5}),
        ("excluded_nodes", ["a,b", "c"], {"exc_nodes": "a,b,c"}),
        ("nice", -5, {"nice": ("NICE_OFFSET", -5)}),
        ("nice", None, {"nice": ("NICE_OFFSET", 0)}),
        ("core_specification", 2, {"core_spec": 2}),
        ("thread_specification", 2, {"core_spec": ("CORE_SPEC_THREAD", 2)}),
        ("nodes", "2-4", {"min_nodes": 2, "max_nodes": 4}),
        ("nodes", "1k", {"min_nodes": 1024, "max_nodes": 1024}),
        ("kill_warning_signal", "SIGUSR1", {"warn_signal": 10}),
        ("user_id", "alice", {"user_id": 61001}),
        ("job_id", 5, {"job_id": 5}),
        ("cpu_frequency", "low-high:performance", {
            "cpu_freq_min": "CPU_FREQ_LOW", "cpu_freq_max": "CPU_FREQ_HIGH", "cpu_freq_gov": "CPU_FREQ_PERFORMANCE",
        }),
        ("kill_warning_flags", ["ARRAY_TASK"], {"warn_flags": ("KILL_ARRAY_TASK|KILL_JOB_ARRAY",)}),
    ],
)  # fmt: skip
def test_members(key: str, value: object, members: dict[str, Any], version: int) -> None:
    assert read(key, value, version) == (members, [], [])


@pytest.mark.parametrize(
    ("key", "value", "members"),
    [
        ("time_limit", 30, {"time_limit": 30}),
        ("time_limit", "0x10", {"time_limit": 16}),
        ("time_limit", -1.5, {"time_limit": "INFINITE"}),
        ("time_limit", 1e300, {"time_limit": 0}),
        ("time_limit", {"set": True}, {"time_limit": 0}),
        ("begin_time", "now+1hour", {"begin_time": 1_795_345_200 + 3600}),
        ("begin_time", 4e9, {"begin_time": 4_000_000_000}),
        ("begin_time", None, {"begin_time": "NO_VAL"}),
        ("distribution", "cyclic:block", {"task_dist": ("SLURM_DIST_CYCLIC_BLOCK",)}),
        ("distribution_plane_size", 70_000, {"plane_size": 70_000}),
        ("nodes", "2,4", {"min_nodes": 2, "max_nodes": 4, "job_size_str": "2,4"}),
        ("nodes", "1-8:2", {"min_nodes": 1, "max_nodes": 7, "job_size_str": "1-8:2"}),
        ("nodes", "16383,1", {"min_nodes": 1, "max_nodes": 16_383, "job_size_str": "16383,1"}),
        ("nodes", "1-5:2", {"min_nodes": 1, "max_nodes": 3, "job_size_str": "1-5:2"}),
        ("nodes", "0, 4", {"min_nodes": 0, "max_nodes": 4, "job_size_str": "0,4"}),
        ("nodes", "3,5-2", {"min_nodes": 3, "max_nodes": 3, "job_size_str": "3"}),
        ("power_flags", {"any": 1}, {}),
    ],
)
@pytest.mark.parametrize("version", [41, 42])
def test_members_of_later_versions(key: str, value: object, members: dict[str, Any], version: int) -> None:
    found, faults, warnings = read(key, value, version)
    assert {name: one for name, one in found.items() if name != "environment"} == members
    assert (faults, warnings) == ([], [])


_REAL = ("number", "floating point number")
_TYPED = "Expected OpenAPI type={} (Slurm type={}) but got OpenAPI type={} (Slurm type={})"


@pytest.mark.parametrize(
    ("key", "value", "members", "wanted", "found"),
    [
        ("name", 5, {"name": "5"}, ("string", "string"), ("integer", "64 bit integer")),
        ("name", 1.5, {"name": "1.500000"}, ("string", "string"), _REAL),
        ("tasks", "2", {"num_tasks": 2}, ("integer format=int32", "64 bit integer"), ("string", "string")),
        ("tasks", 2.5, {"num_tasks": 2}, ("integer format=int32", "64 bit integer"), _REAL),
        ("requeue", "no", {"requeue": 0}, ("boolean", "boolean"), ("string", "string")),
        ("requeue", "~", {"requeue": 0}, ("boolean", "boolean"), ("string", "string")),
        ("requeue", "any", {"requeue": 1}, ("boolean", "boolean"), ("string", "string")),
        ("argv", {"A": 1}, {"argv": ["A=1"], "argc": 1}, ("array", "list"), ("object", "dictionary")),
        ("excluded_nodes", "a,b", {"exc_nodes": "a,b"}, ("array", "list"), ("string", "string")),
    ],
)  # fmt: skip
def test_values_of_another_type(
    key: str, value: object, members: dict[str, Any], wanted: tuple[str, str], found: tuple[str, str]
) -> None:
    text = _TYPED.format(*wanted, *found)
    assert read(key, value, 40) == (members, [], [(f"#/job/{key}/", text)])
    assert read(key, value, 42) == (members, [], [(f"#/job/{key}/", f"{text}: {show(value)}")])
    told = text.replace("64 bit integer", "int 64bits").replace("floating point number", "floating point")
    assert read(key, value, 39) == (members, [], [(f"#/job/{key}/", told)])


@pytest.mark.parametrize(
    ("key", "value", "details"),
    [
        ("tasks", "two", ()),
        ("tasks", "", ()),
        ("tasks", True, ()),
        ("name", ["a"], ()),
        ("requeue", {}, ()),
        ("time_limit", "UNLIMITED", ('Expected integer but got "UNLIMITED"', "ESLURM_DATA_CONV_FAILED")),
        ("time_limit", [30], ("Expected integer but got [30]", "ESLURM_DATA_CONV_FAILED")),
        ("memory_per_node", "x/y", ("Invalid formatted memory size: x/y", "ESLURM_DATA_CONV_FAILED")),
        *(
            (key, text, (f"Memory value {told} equal or larger than {2**63}", "ESLURM_INVALID_TASK_MEMORY"))
            for key in ("memory_per_node", "memory_per_cpu")
            for text, told in (("9007199254740992G", 2**63), ("18014398509481985G", 2**10))
        ),
        ("deadline", None, ("Invalid or unset timestamp value", "ESLURM_DATA_CONV_FAILED")),
        ("begin_time", "abc", ("Parsing of abc for timestamp failed", "ESLURM_DATA_CONV_FAILED")),
        ("mail_type", 1, ("Expected a List but found a 64 bit integer", "ESLURM_DATA_FLAGS_INVALID_TYPE")),
        ("argv", "a", ('expected a list of strings but got "a"', "ESLURM_DATA_EXPECTED_LIST")),
        ("argv", [[]], ("expected string but got []", "ESLURM_DATA_CONV_FAILED")),
        ("excluded_nodes", [{}], ("unable to convert csv entry dictionary to string", "ESLURM_DATA_CONV_FAILED")),
        ("core_specification", 0, ("Invalid core specification 0 <= 0", "ESLURM_INVALID_CORE_CNT")),
        ("thread_specification", 0, ("Invalid thread specification 0<= 0", "ESLURM_BAD_THREAD_PER_CORE")),
        ("thread_specification", 32768, ("Invalid thread specification 32768 >= 32768", "ESLURM_BAD_THREAD_PER_CORE")),
        ("nice", 2**31, ("Nice value not within +/- 2147483645", "ESLURM_INVALID_NICE")),
        ("nodes", "1-9999999:1", ('Unknown format: "1-9999999:1"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", "1,16384", ('Unknown format: "1,16384"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", "3-3:1", ('Unknown format: "3-3:1"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", "1-3:2,7", ('Unknown format: "1-3:2,7"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", "4,", ('Unknown format: "4,"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", "1-8:0", ('Unknown format: "1-8:0"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", "2-1", ('Unknown format: "2-1"', "ESLURM_DATA_CONV_FAILED")),
        ("nodes", ["x"], ("Maximum nodes must be an integer instead of string", "ESLURM_DATA_CONV_FAILED")),
        ("user_id", "nosuch", ("Unable to resolve user: nosuch", "ESLURM_USER_ID_UNKNOWN")),
        ("user_id", True, ("Invalid user field: true", "ESLURM_DATA_CONV_FAILED")),
        ("group_id", "nosuch", ("Unable to resolve group: nosuch", "ESLURM_GROUP_ID_UNKNOWN")),
        ("kill_warning_signal", "FOO", ("Unknown signal (null)", "EINVAL")),
        ("cpu_frequency", "abc", ("Invalid cpu_frequency", "SLURM_ERROR")),
        ("distribution", "foo", ("Invalid distribution specification", "ESLURM_BAD_DIST")),
        ("distribution", "arbitrary", (
            "Arbitrary distribution needs required_nodes to be specified", "ESLURM_BAD_DIST",
        )),
    ],
)  # fmt: skip
def test_faults(key: str, value: object, details: tuple[str, str]) -> None:
    _members, faults, _warnings = read(key, value)
    assert faults == [(f"#/job/{key}/", *([details] if details else []))]


def test_that_sizes_that_repeat_cost_what_their_text_does() -> None:
    text = "1-16383," * 50_000 + "2"
    before = time.thread_time()
    assert read("nodes", text)[0] == {"min_nodes": 1, "max_nodes": 16_383, "job_size_str": text}
    assert time.thread_time() - before < 3  # counted out they are 800 million


def test_flags_that_are_none() -> None:
    unknown = ('Unknown flag "FOO"', "ESLURM_DATA_FLAGS_INVALID")
    members, faults, _ = read("mail_type", ["END", "FOO", []])
    assert (members, faults) == ({"mail_type": (0xF800, "MAIL_JOB_END")}, [("#/job/mail_type[1]/", unknown)])
    failed = ("Parsing flags failed", "ESLURM_DATA_FLAGS_INVALID")
    members, faults, _ = read("mail_type", ["END", "FOO"], 40)
    assert (members, faults) == ({}, [("#/job/mail_type[1]/", unknown), ("#/job/mail_type/", failed)])


def test_words_of_flags_by_version() -> None:
    word = {39: "GRED_BINDING_DISABLED", 40: "GRES_BINDING_DISABLED"}
    assert read("flags", [word[39]], 39)[0] == read("flags", [word[40]], 40)[0] == {"bitflags": ("GRES_DISABLE_BIND",)}
    assert read("flags", [word[39]], 40)[1]
    assert read("flags", [word[40]], 39)[1]


def test_that_the_first_fault_ends_an_object_and_unknown_keys_are_told() -> None:
    report = Report()
    body = {"nosuch": 1, "time_limit": True, "tasks": "two", "name": "n", "more": {"a": [1], "b": {}}, "": None}
    record = decode(JOB_DESC, 42, body, report, Context())
    assert record.members == {}
    assert [fault.pointer for fault in report.faults] == ["#/tasks/"]
    unknown = "Ignoring unknown field {} of type {} in DATA_PARSER_JOB_DESC_MSG"
    assert report.warnings[1:] == [
        ("#/nosuch/", unknown.format('"nosuch"', "64 bit integer")),
        ("#/more/a/", unknown.format('"a"', "list")),
        ("#/", unknown.format('""', "null")),
    ]


def test_that_blanks_around_a_name_are_in_no_pointer() -> None:
    report = Report()
    decode(_QUERY, 42, {" a\n": 1, "b ": {"c\t": 2}, " ": 3, "\u00a0d e": 4, "": 5}, report, Context(), query=True)
    assert [pointer for pointer, _ in report.warnings] == ["#/a/", "#/b/c/", "#//", "#/\u00a0d e/", "#/"]


def test_that_what_is_unknown_may_be_told_by_its_path() -> None:
    report = Report()
    body = {"limit": {"most": 1, "least": 2, "": 3}, "limit/most": 1}
    decode(_QUERY, 42, body, report, Context(), query=True)
    assert [pointer for pointer, _ in report.warnings] == ["#/limit/least/", "#/limit/", "#/limit/most/"]


@pytest.mark.parametrize(
    "body",
    [
        {"k" * 20_000: {f"a{number}": 1 for number in range(2_000)}},
        {"mail_type": ["x"] * 20_000},
        {"mail_type": [[]] * 20_000},
        {"jobs": [{f"a{number}": 1 for number in range(20_000)}]},
    ],
)
def test_that_no_more_is_reported_than_a_body_is_worth(body: dict[str, Any]) -> None:
    table, size = JOB_SUBMIT_REQ if "jobs" in body else JOB_DESC, len(json.dumps(body))
    report = Report(size=size)
    assert decode(table, 42, body, report, Context()) == Record(table.struct, {}, {})
    assert report.full
    assert report.ended
    told = report.warnings + [(one.pointer, *one.details) for one in report.faults]
    assert 0 < len(json.dumps(told)) < 65_536 + 8 * size
    report = Report(size=size)
    decode(JOB_DESC, 42, {"mail_type": ["x", []], "k" * 20_000: {"a": 1}}, report, Context())
    assert (len(report.faults), len(report.warnings), report.full, report.ended) == (1, 2, False, False)


def test_that_empty_objects_below_a_long_key_cost_what_their_text_does() -> None:
    body = {"k" * 500_000: {str(number): {} for number in range(50_000)}}
    before = time.thread_time()
    decode(JOB_DESC, 42, body, Report(), Context())
    assert time.thread_time() - before < 2  # with a pointer for each they come to 25 GB


def test_that_a_fast_parser_does_not_know_where_it_is() -> None:
    report = Report(fast=True)
    decode(JOB_DESC, 42, {"nosuch": 1, "mail_type": ["FOO"], "name": 5}, report, Context())
    assert [fault.pointer for fault in report.faults] == [""]
    assert [pointer for pointer, _ in report.warnings] == [""]


def test_that_v0_0_39_wants_an_environment_and_no_unknown_key_is_told() -> None:
    for body in ({}, {"environment": []}):
        report = Report()
        decode(JOB_DESC, 39, {**body, "nosuch": 1}, report, Context(), pointer="#/job/")
        (fault,) = report.faults
        assert (fault.kind, fault.pointer) == ("missing", "#/job/environment/")
        assert fault.details == (("Missing required field 'environment' in dictionary", "ESLURM_DATA_PATH_NOT_FOUND"),)
        assert report.warnings == []


@pytest.mark.parametrize(
    ("body", "pointer", "sentence"),
    [
        ([], "#/", "Rejecting list when dictionary expected"),
        ({"job": None}, "#/job/", "Rejecting null when dictionary expected"),
        ({"jobs": {}}, "#/jobs/", "Expected List but found a dictionary"),
        ({"jobs": None}, "#/jobs[0]/", "Rejecting string when dictionary expected"),
        ({"jobs": [{}, 5]}, "#/jobs[1]/", "Rejecting 64 bit integer when dictionary expected"),
    ],
)
def test_objects_that_are_none(body: object, pointer: str, sentence: str) -> None:
    report = Report()
    decode(JOB_SUBMIT_REQ, 42, body, report, Context())
    (fault,) = report.faults
    assert (fault.pointer, fault.details[0][0]) == (pointer, sentence)


def test_that_of_too_many_components_none_is_read() -> None:
    report = Report()
    assert decode(JOB_SUBMIT_REQ, 42, {"jobs": [{"tasks": "x"}] * 129}, report, Context()).members == {}
    (fault,) = report.faults
    sentence = "Refusing HetJob submission too many components: 129 > 128"
    assert (fault.pointer, *fault.details) == ("_job_post_het_submit", (sentence, "ESLURM_REST_INVALID_QUERY"))
    jobs = decode(JOB_SUBMIT_REQ, 42, {"jobs": [{}] * 128}, Report(), Context()).members["jobs"]
    assert isinstance(jobs, list)
    assert len(jobs) == MOST_COMPONENTS == 128


def test_components() -> None:
    report = Report()
    body = {"script": "s", "jobs": [{"name": "a"}, {"name": "b", "foo": 1}], "bar": 1}
    record = decode(JOB_SUBMIT_REQ, 42, body, report, Context())
    jobs = record.members["jobs"]
    assert isinstance(jobs, list)
    assert [one.members for one in jobs if isinstance(one, Record)] == [{"name": "a"}, {"name": "b"}]
    assert [pointer for pointer, _ in report.warnings] == ["#/jobs[1]/foo/", "#/bar/"]


_QUERY = Table(
    "query",
    (
        Row("update_time", "update_time", Kind("noval", type="noval", width=64, read=readers.moment), "Since", way=IN),
        Row("flags", "flags", flags(queries.SHOW_FLAGS_39), "What is shown", way=IN),
        Row("users", "users", CSV, "Whose", way=IN),
        Row("limit/most", "most", NUMBER._replace(width=64), "A path", way=IN),
        Row("share", "share", NOVAL_REAL, "A real number", way=IN),
        Row("weight", "weight", NUMBER._replace(width=DOUBLE, type="number"), "Another one", way=IN),
    ),
    {},
    parser="QUERY",
)


@pytest.mark.parametrize(
    ("query", "members"),
    [
        ({"update_time": "1700000000"}, {"update_time": 1_700_000_000}),
        ({"update_time": "uts1700000000"}, {"update_time": 1_700_000_000}),
        ({"flags": ["detail", "ALL"]}, {"flags": ("SHOW_DETAIL", "SHOW_ALL")}),
        ({"limit": {"most": 5}}, {"most": 5}),
        ({"share": 2}, {"share": 2.0}),
        ({"share": {"set": True, "number": 0.25}}, {"share": 0.25}),
        ({"share": None}, {"share": "NO_VAL"}),
        ({"weight": 1.5}, {"weight": 1.5}),
    ],
)
def test_queries(query: object, members: dict[str, Any]) -> None:
    report = Report()
    assert decode(_QUERY, 42, query, report, Context(), query=True).members == members
    assert report.faults == report.warnings == []


def test_queries_with_faults() -> None:
    report = Report()
    decode(_QUERY, 42, {"foo": True, "flags": "x", "update_time": "abc"}, report, Context(), query=True)
    assert [fault.pointer for fault in report.faults] == ["#/update_time/"]
    text = 'Ignoring unknown field "foo" of type boolean in DATA_PARSER_QUERY'
    assert report.warnings == [("#/foo/", text)]


def test_that_old_queries_may_have_any_names() -> None:
    report = Report()
    assert decode(_QUERY, 38, {"foo": "x", "USERS": "a", "": None}, report, query=True).members == {}
    assert report.faults == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.10000000000000001"),
        (2.0, "2.0"),
        (1e30, "1e+30"),
        ({"a/b": [None, True, "ü\n", -5]}, '{"a\\/b":[null,true,"ü\\n",-5]}'),
    ],
)
def test_shown_values(value: object, text: str) -> None:
    assert show(value) == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from([row.path for row in JOB_DESC.rows]), _JSON, max_size=4), st.sampled_from(MODERN)
)
def test_that_anything_is_read_or_refused(body: dict[str, Any], version: int) -> None:
    report = Report()
    decode(JOB_DESC, version, body, report, Context())
    for fault in report.faults:
        assert fault.pointer.startswith("#/")
