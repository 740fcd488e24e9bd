# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes: ``node_info_t``."""

from __future__ import annotations

from .model import (
    CSV,
    NOVAL,
    NUMBER,
    NUMBER_64,
    TEXT,
    TEXT_OR_NULL,
    USER,
    USER_OR_EMPTY,
    USER_OR_NULL,
    Row,
    Source,
    Table,
    choice,
    constant,
    derived,
    flags,
    record,
)
from .node_names import NODE_CERT, NODE_STATE_BASE, NODE_STATE_BASE_36, NODE_STATES

ENERGY = Table(
    "acct_gather_energy_t",
    (
        Row("average_watts", "ave_watts", NUMBER, "Mean power (watts)", since=39),
        Row(
            "base_consumed_energy",
            "base_consumed_energy",
            NUMBER_64,
            "Energy until slurmd registered (joules)",
            since=39,
        ),
        Row("consumed_energy", "consumed_energy", NUMBER_64, "Energy since then (joules)", since=39),
        Row("current_watts", "current_watts", NOVAL, "Power at the last reading (watts)", since=39),
        Row(
            "previous_consumed_energy",
            "previous_consumed_energy",
            NUMBER_64,
            "Energy one reading before (joules)",
            since=39,
        ),
        Row("last_collected", "poll_time", NUMBER, "When it was last read (epoch), 0 if never", since=39),
    ),
    skip={
        "last_adjustment": "slurmd's own bookkeeping",
        "slurmd_start_time": "slurmd's own bookkeeping",
    },
)


EXTERNAL_SENSORS = Table(
    "ext_sensors_data_t",
    (
        Row("consumed_energy", "consumed_energy", NOVAL, "Energy (joules)", since=39, until=39),
        Row("temperature", "temperature", NOVAL, "Temperature (degrees Celsius)", since=39, until=39),
        Row(
            "energy_update_time",
            "energy_update_time",
            NUMBER,
            "When it was last read (epoch), 0 if never",
            since=39,
            until=39,
        ),
        Row("current_watts", "current_watts", NUMBER, "Power (watts)", since=39, until=39),
    ),
    skip={},
)

POWER = Table(
    "power_mgmt_data_t",
    (
        Row("maximum_watts", "cap_watts", NOVAL, "Most power that the node may use (watts)", since=39, until=39),
        Row("current_watts", "current_watts", NUMBER, "Power (watts)", since=39, until=39),
        Row("total_energy", "joule_counter", NUMBER_64, "Energy (joules)", since=39, until=39),
        Row("new_maximum_watts", "new_cap_watts", NUMBER, "The most that is to come (watts)", since=39, until=39),
        Row("peak_watts", "max_watts", NUMBER, "Most power that the node can use (watts)", since=39, until=39),
        Row("lowest_watts", "min_watts", NUMBER, "Least power that the node can use (watts)", since=39, until=39),
        Row("new_job_time", "new_job_time", NUMBER, "When it got its last job (epoch), 0 if never", since=39, until=39),
        Row("state", "state", NUMBER, "State of the power (code)", since=39, until=39),
        Row(
            "time_start_day",
            "time_usec",
            NUMBER_64,
            "When it was last read (microseconds since the day began)",
            since=39,
            until=39,
        ),
    ),
    skip={},
)
_NO_NUMBER = '{"set":false,"infinite":false,"number":0}'
_NO_SENSORS = f'{{"consumed_energy":{_NO_NUMBER},"temperature":{_NO_NUMBER},"energy_update_time":0,"current_watts":0}}'
_NO_POWER = (
    f'{{"maximum_watts":{_NO_NUMBER},"current_watts":0,"total_energy":0,"new_maximum_watts":0,"peak_watts":0,'
    '"lowest_watts":0,"new_job_time":0,"state":0,"time_start_day":0}'
)
"""What releases from 24.05 on know of it, in an API version that is older than them."""


def _held(what: str, member: str) -> tuple[Source, str]:
    """Return what jobs hold of a node: a member since 25.05, and before that told by the select plugin's record."""
    return Source("select_nodeinfo", derived(f"node_alloc_{what}", "integer")), member


_DIFFERENCE = derived("difference", "integer")
_IDLE = (Source("select_nodeinfo", derived("node_idle_cpus", "integer")), "alloc_cpus")

NODE = Table(
    "node_info_t",
    (
        Row("architecture", "arch", TEXT, "Processor architecture"),
        Row("burstbuffer_network_address", "bcast_address", TEXT, "Address for broadcasts of files"),
        Row("boards", "boards", NUMBER, "Boards"),
        Row("boot_time", "boot_time", NUMBER, "When the node booted (epoch), 0 if that is not known", then={40: NOVAL}),
        Row(
            "tls_cert_last_renewal",
            "cert_last_renewal",
            NOVAL,
            "When its certificate was renewed (epoch), 0 if never",
            since=43,
            release="25.05",
        ),
        Row(
            "cert_flags",
            "cert_flags",
            flags(NODE_CERT),
            "What it has of certificates",
            since=43,
            release="25.05",
        ),
        Row("cluster_name", "cluster_name", TEXT, "Cluster, in a federation", since=39),
        Row("comment", "comment", TEXT, "Comment"),
        Row("cores", "cores", NUMBER, "Cores a socket"),
        Row("specialized_cores", "core_spec_cnt", NUMBER, "Cores that are left to the system", since=39),
        Row("cpu_binding", "cpu_bind", NUMBER, "Default binding of tasks (code)"),
        Row("cpu_load", "cpu_load", NUMBER, "Load average times 100", then={39: NOVAL, 40: NUMBER}),
        Row("extra", "extra", TEXT, "Arbitrary text", since=37),
        Row("free_memory", "free_mem", NUMBER, "Free memory (MiB)", until=38),
        Row("free_mem", "free_mem", NOVAL, "Free memory (MiB)", since=39),
        Row("cpus", "cpus", NUMBER, "CPUs"),
        Row("effective_cpus", "cpus_efctv", NUMBER, "CPUs without those left to the system", since=39),
        Row("specialized_cpus", "cpu_spec_list", TEXT, "CPUs that are left to the system", since=39),
        Row("energy", "energy", record("acct_gather_energy_t", pointer=True), "Energy", since=39),
        Row(
            "external_sensors",
            ("ext_sensors", Source(None, constant(_NO_SENSORS, "object"))),
            record("ext_sensors_data_t", pointer=True),
            "Sensors outside of the node, gone since 24.05",
            since=39,
            until=39,
        ),
        Row("external_sensors", None, constant("{}", "object"), "Sensors, gone since 24.05", since=40, until=44),
        Row(
            "power",
            ("power", Source(None, constant(_NO_POWER, "object"))),
            record("power_mgmt_data_t", pointer=True),
            "Power management, gone since 24.05",
            since=39,
            until=39,
        ),
        Row("power", None, constant("{}", "object"), "Power management, gone since 24.05", since=40, until=44),
        Row(
            "last_busy",
            "last_busy",
            NUMBER,
            "When the node last had work (epoch), 0 if that is not known",
            since=37,
            then={40: NOVAL},
        ),
        Row("features", "features", TEXT, "Features that the node can have", then={39: CSV}),
        Row("active_features", "features_act", TEXT, "Features that the node has now", then={39: CSV}),
        Row("gpu_spec", "gpu_spec", TEXT, "Cores for jobs with GPUs", since=41, release="24.05"),
        Row("gres", "gres", TEXT, "Generic resources"),
        Row("gres_drained", "gres_drain", TEXT, "Generic resources taken out of service"),
        Row("gres_used", "gres_used", TEXT, "Generic resources in use"),
        Row("instance_id", "instance_id", TEXT, "Id of the cloud instance", since=40, release="23.11"),
        Row("instance_type", "instance_type", TEXT, "Type of the cloud instance", since=40, release="23.11"),
        Row("mcs_label", "mcs_label", TEXT, "Multi-category security label"),
        Row("specialized_memory", "mem_spec_limit", NUMBER_64, "Memory for Slurm itself (MiB)", since=39),
        Row("name", "name", TEXT, "Name"),
        Row(
            "next_state_after_reboot",
            "next_state",
            choice(NODE_STATE_BASE_36),
            "State after the reboot to come",
            then={37: choice(NODE_STATE_BASE), 39: flags(NODE_STATES)},
        ),
        Row("address", "node_addr", TEXT, "Address that slurmctld uses"),
        Row("hostname", "node_hostname", TEXT, "Host name"),
        Row(
            "state",
            "node_state",
            choice(NODE_STATE_BASE_36),
            "State, with all that is true of it",
            then={37: choice(NODE_STATE_BASE), 39: flags(NODE_STATES)},
        ),
        Row(
            "state_flags",
            "node_state",
            derived("node_state_flags", "array"),
            "What else is true of the state",
            since=37,
            until=38,
        ),
        Row(
            "next_state_after_reboot_flags",
            "next_state",
            derived("node_state_flags", "array"),
            "What else will be true after the reboot",
            since=37,
            until=38,
        ),
        Row("operating_system", "os", TEXT, "Operating system"),
        Row("owner", "owner", USER_OR_NULL, "The one user who may use the node", then={39: USER_OR_EMPTY}),
        Row("partitions", "partitions", CSV, "Partitions with the node", since=37),
        Row("port", "port", NUMBER, "TCP port of slurmd"),
        Row("real_memory", "real_memory", NUMBER, "Memory (MiB)", then={39: NUMBER_64}),
        Row(
            "res_cores_per_gpu",
            "res_cores_per_gpu",
            NUMBER,
            "Cores for each GPU that other jobs do not get",
            since=41,
            release="24.05",
        ),
        Row("reason", "reason", TEXT, "Why the node is out of service"),
        Row(
            "reason_changed_at",
            "reason_time",
            NUMBER,
            "When the reason was given (epoch), 0 without one",
            then={40: NOVAL},
        ),
        Row(
            "reason_set_by_user",
            "reason_uid",
            USER,
            "Who gave the reason",
            then={39: USER_OR_EMPTY, 45: derived("reason_user")},
            uses=("reason",),
        ),
        Row(
            "resume_after",
            "resume_after",
            NOVAL,
            "When the node is to come back (epoch), 0 if nobody said",
            since=39,
            release="23.02",
        ),
        Row("reservation", "resv_name", TEXT, "Reservation with the node", since=39, release="23.02"),
        Row(
            "slurmd_start_time",
            "slurmd_start_time",
            NUMBER,
            "When slurmd started (epoch), 0 if that is not known",
            then={40: NOVAL},
        ),
        Row("sockets", "sockets", NUMBER, "Sockets"),
        Row(
            "suspend_time",
            "suspend_time",
            NOVAL,
            "Idle seconds before it is powered down",
            since=45,
            release="26.05",
        ),
        Row("threads", "threads", NUMBER, "Threads a core"),
        Row("temporary_disk", "tmp_disk", NUMBER, "Temporary disk (MiB)"),
        Row("weight", "weight", NUMBER, "Scheduling weight: the lowest is used first"),
        Row("tres", "tres_fmt_str", TEXT, "Trackable resources"),
        Row("topology", "topology_str", TEXT, "Where it is in the network", since=43, release="25.05"),
        Row("slurmd_version", "version", TEXT, "Release of slurmd", until=38),
        Row("version", "version", TEXT, "Release of slurmd", since=39),
        Row("alloc_memory", _held("memory", "alloc_memory"), NUMBER, "Memory held by jobs (MiB)", since=37),
        Row("alloc_cpus", _held("cpus", "alloc_cpus"), NUMBER, "CPUs held by jobs", since=37),
        Row("idle_cpus", _IDLE, _DIFFERENCE, "CPUs that no job holds", since=37, until=38, uses=("cpus",)),
        Row("alloc_idle_cpus", _IDLE, _DIFFERENCE, "CPUs that no job holds", since=39, uses=("cpus",)),
        Row(
            "tres_used",
            (
                Source(
                    "select_nodeinfo",
                    derived("node_tres_used", "string", "UNSET_NULL"),
                    then={39: derived("node_tres_used")},
                ),
                "alloc_tres_fmt_str",
            ),
            TEXT_OR_NULL,
            "Trackable resources held by jobs",
            since=37,
            then={39: TEXT},
        ),
        Row(
            "tres_weighted",
            ("select_nodeinfo", Source(None, constant("0.0", "number"))),
            derived("node_tres_weighted", "number"),
            "Number of billed units that jobs hold, where the release tells it, else 0",
            since=37,
            until=44,
        ),
    ),
    skip={
        "parameters": "no API version shows it",
    },
    required="name",
)
