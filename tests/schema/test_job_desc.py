# SPDX-License-Identifier: GPL-2.0-or-later
"""A job's description as a whole: which keys there are, and the members that they become."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurmrest_inet.schema import decode as decoder
from slurmrest_inet.schema.description import describe
from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.schema.model import IN
from slurmrest_inet.schema.options import Host, ImpossibleError
from slurmrest_inet.schema.reading import Fault, Report

_GOVERNORS = frozenset(("CPU_FREQ_ONDEMAND", "CPU_FREQ_PERFORMANCE"))


def _hosts(text: str) -> str:
    return ",".join(sorted(set(text.split(","))))


HOST = Host(
    lambda: "/run",
    1_795_345_200.0,
    _hosts,
    _GOVERNORS,
    gres=("gpu", "mps"),
    cons_tres=True,
    prefix="gres:",
    user=lambda _text: None,
    group=lambda _text: None,
)
DEFAULTS = {
    "contiguous": 0,
    "mail_type": 0,
    "mem_bind_type": 0,
    "task_dist": "SLURM_DIST_UNKNOWN",
    "work_dir": "/run",
    "min_cpus": 1,
    "environment": [],
    "env_size": 0,
}


class RefusedError(Exception):
    """A key that is unknown, disabled, or has a value that it does not take."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def decode(body: dict[str, Any], version: int, host: Host, *, update: bool) -> dict[str, Any]:
    """The members that a body sets."""
    report = Report()
    record = decoder.decode(JOB_DESC, version, body, report, host)
    if report.faults:
        (fault,) = report.faults
        raise RefusedError(fault)
    return describe(record, version, host, update=update)


def _new(version: int = 38, **body: Any) -> dict[str, Any]:
    """What a new job has beyond the defaults."""
    found = decode(body, version, HOST, update=False)
    return {name: value for name, value in found.items() if DEFAULTS.get(name) != value}


def test_an_empty_description() -> None:
    assert decode({}, 38, HOST, update=False) == DEFAULTS
    assert decode({}, 38, HOST, update=True) == {}


def test_that_v0_0_36_names_what_has_no_name() -> None:
    assert _new(36) == {"name": "openapi"}
    assert decode({}, 36, HOST, update=True) == {}


def test_keys() -> None:
    assert len(JOB_DESC.rows_of(36, IN)) == 160
    assert all(row.path == row.path.lower() for row in JOB_DESC.rows)
    hidden = {row.path for row in JOB_DESC.rows_of(38, IN) if row.hidden and row.kind.name != "disabled"}
    assert {"cwd", "job_name", "ntasks", "profile", "umask"} <= hidden


@pytest.mark.parametrize(
    ("body", "members"),
    [
        ({"nodes": "2-4"}, {"min_nodes": 2, "max_nodes": 4}),
        ({"nodes": [2, 4]}, {"min_nodes": 2, "max_nodes": 4}),
        ({"nodes": [2, 0]}, {"min_nodes": 2}),
        ({"nodes": 0}, {"min_nodes": 0, "min_cpus": 0}),
        ({"tasks": 4}, {"num_tasks": 4, "min_cpus": 4, "bitflags": ("JOB_NTASKS_SET",)}),
        ({"cpus_per_task": 2}, {"cpus_per_task": 2, "min_cpus": 2, "bitflags": ("JOB_CPUS_SET",)}),
        ({"memory_per_node": "1G", "memory_per_cpu": 5}, {"pn_min_memory": 1024}),
        ({"memory_per_cpu": "1G"}, {"pn_min_memory": ("MEM_PER_CPU", 1024)}),
        ({"gpus": "2", "memory_per_gpu": 100}, {"tres_per_job": "gres:gpu:2", "mem_per_tres": "gres:gpu:100"}),
        ({"gpus_per_node": 1, "gres": "mps:0"}, {"tres_per_node": "gres:gpu:1,gres:mps:0"}),
        ({"gres": "none"}, {}),
        ({"hold": True, "priority": 5}, {"priority": 0}),
        ({"hold": False}, {"priority": "INFINITE"}),
        ({"priority": "top"}, {"priority": 2**32 - 3}),
        ({"nice": None}, {"nice": ("NICE_OFFSET", 100)}),
        ({"nice": -5}, {"nice": ("NICE_OFFSET", -5)}),
        ({"requeue": False}, {"requeue": 0}),
        ({"requeue": None}, {"requeue": 1}),
        ({"no_requeue": True}, {"requeue": 0}),
        ({"exclusive": True}, {"shared": "JOB_SHARED_NONE"}),
        ({"exclusive": "user"}, {"shared": "JOB_SHARED_USER"}),
        ({"exclusive": "false"}, {}),
        ({"oversubscribe": True}, {"shared": "JOB_SHARED_OK"}),
        ({"no_kill": True}, {"kill_on_node_fail": 0}),
        ({"no_kill": "off"}, {}),
        ({"signal": "USR1@30"}, {"warn_signal": 10, "warn_time": 30, "warn_flags": 0}),
        ({"gres_flags": "enforce-binding"}, {"bitflags": ("GRES_ENFORCE_BIND",)}),
        ({"spread_job": True, "minimum_nodes": False}, {"bitflags": ("SPREAD_JOB",)}),
        ({"kill_on_invalid_dependency": False}, {"bitflags": ("NO_KILL_INV_DEP",)}),
        ({"standard_error": "None"}, {"std_err": "/dev/null"}),
        ({"cwd": "here"}, {"work_dir": "/run/here"}),
        ({"nodelist": "b,a,b"}, {"req_nodes": "a,b"}),
        ({"thread_specification": 2}, {"core_spec": ("CORE_SPEC_THREAD", 2)}),
        ({"argv": ["a", 5, None]}, {"argv": ["a", "5", ""], "argc": 3}),
        ({"begin_time": 1_900_000_000}, {"begin_time": 1_900_000_000}),
        ({"cpu_frequency": "low-high"}, {"cpu_freq_min": "CPU_FREQ_LOW", "cpu_freq_max": "CPU_FREQ_HIGH"}),
        ({"distribution": "plane=4"}, {"plane_size": 4}),
        ({"wait_all_nodes": True}, {"wait_all_nodes": 1}),
        ({"umask": "0777", "test_only": True, "cpu_binding_hint": "x"}, {}),
        ({"": 1}, {}),
        ({"NAME": "a", "job_name": "b"}, {"name": "b"}),
    ],
)
def test_members(body: dict[str, Any], members: dict[str, Any]) -> None:
    assert _new(**body) == members


@pytest.mark.parametrize(
    ("body", "added"),
    [
        ({"name": "n"}, {"SLURM_JOB_NAME": "n"}),
        ({"open_mode": "a"}, {"SLURM_OPEN_MODE": "a"}),
        ({"open_mode": "Truncate"}, {"SLURM_OPEN_MODE": "t"}),
        ({"dependency": "singleton"}, {"SLURM_JOB_DEPENDENCY": "singleton"}),
        ({"profile": "task"}, {"SLURM_PROFILE": "Task"}),
        ({"profile": "x"}, {}),
        ({"account_gather_frequency": 5}, {"SLURM_ACCTG_FREQ": "5"}),
        ({"cpu_frequency": "high"}, {"SLURM_CPU_FREQ_REQ": "High"}),
        ({"get_user_environment": None}, {"SLURM_GET_USER_ENV": "1"}),
        ({"get_user_environment": True}, {"SLURM_GET_USER_ENV": "1"}),
        ({"get_user_environment": False}, {}),
        ({"distribution": "arbitrary", "nodelist": "b,a"}, {"SLURM_ARBITRARY_NODELIST": "a,b"}),
    ],
)
def test_generated_variables(body: dict[str, Any], added: dict[str, str]) -> None:
    found = _new(environment={"A": 1, "SLURM_JOB_NAME": "mine"}, **body)["environment"]
    assert found == [f"{name}={value}" for name, value in {"A": "1", "SLURM_JOB_NAME": "mine", **added}.items()]


def test_that_an_empty_environment_stays_empty() -> None:
    assert decode({"name": "n", "dependency": "singleton"}, 38, HOST, update=False)["environment"] == []


@pytest.mark.parametrize(
    ("version", "key", "kind"),
    [
        (38, "foo", "unknown"),
        (37, "container", "unknown"),
        (38, "standard_in", "unknown"),
        (37, "prefer", "unknown"),
        (38, "msc_label", "unknown"),
        (38, "time minimum", "unknown"),
        (38, "Bell", "disabled"),
        (36, "priority", "disabled"),
        (37, "oversubscribe", "disabled"),
        (38, "Memory_Per_Node", "invalid"),
    ],
)
def test_refusals(version: int, key: str, kind: str) -> None:
    with pytest.raises(RefusedError) as caught:
        decode({key: "x"}, version, HOST, update=False)
    fault = caught.value.fault
    assert (fault.kind, fault.key, fault.lower) == (kind, key, key.lower())


def test_that_only_the_start_of_a_key_counts() -> None:
    with pytest.raises(RefusedError) as caught:
        decode({"X" * 300: 1}, 38, HOST, update=False)
    assert caught.value.fault.lower == "x" * 255


def test_that_the_first_wrong_key_is_told() -> None:
    with pytest.raises(RefusedError) as caught:
        decode({"tasks": "x", "foo": 1}, 38, HOST, update=False)
    assert caught.value.fault.details == (("Unable to read integer value", "ESLURM_DATA_CONV_FAILED"),)


def test_that_a_list_of_nodes_has_two_details() -> None:
    with pytest.raises(RefusedError) as caught:
        decode({"nodes": ["x", 1]}, 38, HOST, update=False)
    assert [text for text, _ in caught.value.fault.details] == [
        "Invalid node count",
        "Invalid node count specification",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"gres": "foo:1"},
        {"gres": "gpu:"},
        {"gpus": "a:b:c"},
        {"gpus": "tesla:1,1"},
        {"gpus": "5", "gpus_per_node": "2"},
        {"gpus": "1", "nodes": "2"},
        {"gpus_per_socket": "1"},
        {"gpus_per_task": "1"},
        {"gpus_per_task": "3", "gpus": "4"},
        {"gpus_per_task": "1", "gpus": "4", "tasks": 3},
        {"gpus": "1", "cpus_per_gpu": 2, "cpus_per_task": 2},
        {"memory_per_gpu": 100},
        {"ntasks_per_gpu": 2},
        {"ntasks_per_gpu": 2, "tasks": 3},
        {"gres": "gpu:1,mps:1"},
        {"distribution": "arbitrary"},
    ],
)
def test_impossible(body: dict[str, Any]) -> None:
    with pytest.raises(ImpossibleError):
        decode(body, 38, HOST, update=False)


def test_that_later_releases_write_resources_with_a_slash() -> None:
    body = {
        "gpus": "tesla:1",
        "gres": "gpu:1,gres:gpu:2",
        "memory_per_gpu": 5,
        "cpus_per_gpu": 2,
        "gpu_binding": "none",
    }
    members = decode(body, 38, HOST._replace(prefix="gres/", gres=None), update=True)
    assert members == {
        "tres_per_job": "gres/gpu:tesla:1",
        "tres_per_node": "gres/gpu:1,gres/gpu:2",
        "mem_per_tres": "gres/gpu:5",
        "cpus_per_tres": "gres/gpu:2",
        "tres_bind": "gres/gpu:none",
    }


def test_that_resources_need_cons_tres() -> None:
    host = HOST._replace(cons_tres=False)
    assert decode({"gres": "gpu:1"}, 38, host, update=True) == {"tres_per_node": "gres:gpu:1"}
    with pytest.raises(ImpossibleError):
        decode({"gpus": "1"}, 38, host, update=True)


@pytest.mark.parametrize(
    ("body", "members"),
    [
        ({"gpus_per_task": "2", "gpus": "4"}, {"num_tasks": 2}),
        ({"gpus_per_task": "1", "nodes": "2"}, {"num_tasks": 2}),
        ({"gpus_per_node": "2", "gpus": "4"}, {"min_nodes": 2, "max_nodes": 2}),
        ({"gpus": "1", "nodes": "1-2"}, {"max_nodes": 1}),
        ({"ntasks_per_gpu": 2, "gpus": "3"}, {"num_tasks": 6, "ntasks_per_tres": 2}),
        ({"ntasks_per_gpu": 2, "ntasks_per_tres": 3, "gpus": "1"}, {"num_tasks": 3, "ntasks_per_tres": 3}),
        ({"gpus_per_node": "4", "gpus_per_socket": "2", "sockets_per_node": 2}, {"sockets_per_node": 2}),
        ({"gpus_per_node": "4", "gpus_per_task": "2", "tasks": 2}, {"ntasks_per_node": 2}),
    ],
)
def test_what_follows_from_gpus(body: dict[str, Any], members: dict[str, Any]) -> None:
    found = _new(**body)
    assert {name: found[name] for name in members} == members


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from([row.path for row in JOB_DESC.rows_of(38, IN)]), _JSON, max_size=4),
    st.sampled_from([36, 37, 38]),
    st.booleans(),
)
def test_that_anything_is_read_or_refused(body: dict[str, Any], version: int, update: bool) -> None:
    try:
        members = decode(body, version, HOST, update=update)
    except (RefusedError, ImpossibleError):
        return
    for value in members.values():
        assert isinstance(value, (int, str, tuple, list))
