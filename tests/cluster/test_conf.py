# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmctld's configuration: as the real slurmrestd tells it, whatever it is, and on any release as scontrol does.

Rule 1: the lab has its own slurm.conf again after each test, and slurmctld has read it.
Rule 2: a setting that every release takes is in each variant, so that the releases without an oracle are asked, too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from configuring import configured
from sidebyside import program, wire

from slurmrest_inet.schema.slurm_conf import CONF, META

if TYPE_CHECKING:
    from sidebyside.lab import Lab
    from sidebyside.program import Program

_TRUE = "/bin/true"
ANYWHERE = {
    "AcctGatherNodeFreq": "30",
    "BatchStartTimeout": "11",
    "CompleteWait": "3",
    "CpuFreqDef": "Performance",
    "CpuFreqGovernors": "Performance",
    "DebugFlags": "Backfill,BackfillMap,CPU_Bind,DB_QOS,Gres,NodeFeatures,Protocol,TraceJobs,Steps,Agent,Script",
    "DefCpuPerGPU": "2",
    "DependencyParameters": "disable_remote_singleton,kill_invalid_depend",
    "EioTimeout": "61",
    "EnforcePartLimits": "ANY",
    "Epilog": _TRUE,
    "HealthCheckInterval": "60000",
    "HealthCheckNodeState": "IDLE,CYCLE",
    "HealthCheckProgram": _TRUE,
    "JobRequeue": "0",
    "KillOnBadExit": "1",
    "LaunchParameters": "test_exec,use_interactive_step",
    "LogTimeFormat": "thread_id",
    "MailDomain": "lab.example",
    "MpiParams": "ports=100-200",
    "PriorityDecayHalfLife": "7-1",
    "PriorityFlags": "ACCRUE_ALWAYS,SMALL_RELATIVE_TO_TIME,NO_FAIR_TREE,MAX_TRES",
    "PriorityMaxAge": "UNLIMITED",
    "PriorityUsageResetPeriod": "QUARTERLY",
    "PrivateData": "events,usage",
    "PrologFlags": "Alloc,DeferBatch,X11",
    "PropagatePrioProcess": "2",
    "PropagateResourceLimitsExcept": "NOFILE,CORE",
    "ReconfigFlags": "KeepPartInfo,KeepPartState",
    "ResvOverRun": "UNLIMITED",
    "ReturnToService": "1",
    "SlurmctldDebug": "debug2",
    "SlurmctldSyslogDebug": "error",
    "SrunPortRange": "50000-50100",
    "SuspendTime": "INFINITE",
    "TaskPluginParam": "Cores,Verbose,autobind=threads",
    "X11Parameters": "home_xauthority",
}
VARIANTS: dict[str, dict[str, str | None]] = {
    "many": {
        **ANYWHERE,
        "AccountingStorageEnforce": "safe,nojobs,nosteps,wckeys",
        "AccountingStoreFlags": "job_comment,job_extra,no_stdio",
        "CliFilterParameters": "a,b",
        "DefMemPerCPU": None,
        "DefMemPerNode": "512",
        "Epilog": f"{_TRUE}\nEpilog=/bin/false",
        "EpilogTimeout": "20",
        "HealthCheckTimeout": "33",
        "PreemptExemptTime": "00:10:00",
        "PreemptMode": "SUSPEND,GANG",
        "SelectTypeParameters": "CR_CPU,CR_LLN",
        "SlurmdParameters": "config_overrides,l3cache_as_socket,contain_spank",
        "SuspendExcStates": "DOWN,DRAIN",
    },
    "others": {
        "CommunicationParameters": "EnableIPv6,disable_http,keepaliveinterval=3,keepaliveprobes=4,keepalivetime=5",
        "CpuFreqGovernors": "OnDemand,Performance",
        "DebugFlags": "Accrue,AuditRPCs,BurstBuffer,Cgroup,conmgr,CpuFrequency,Data,DBD_Agent,DB_Archive,DB_Assoc,"
        "DB_Event,DB_Job,DB_Query,DB_Reservation,DB_Resource,DB_Step,DB_TRES,DB_Usage,DB_WCKey,Dependency,Energy,"
        "Federation,Gang,GLOB_SILENCE,Hetjob,Interconnect,JobAccountGather,Namespace,License,Metrics,MPI,Network,"
        "NetworkRaw,NO_CONF_HASH,Power,Priority,Profile,Reservation,Route,Sack,SelectType,Switch,thread,Triggers",
        "DefMemPerCPU": "UNLIMITED",
        "EnforcePartLimits": "ALL",
        "HealthCheckInterval": "60000",
        "HealthCheckNodeState": "ANY,CYCLE",
        "HealthCheckProgram": _TRUE,
        "LogTimeFormat": "rfc5424_ms",
        "MaxMemPerNode": "4000",
        "PreemptMode": "WITHIN,REQUEUE",
        "PreemptType": "preempt/qos",
        "PriorityFlags": "CALCULATE_RUNNING,DEPTH_OBLIVIOUS,INCR_ONLY,NO_NORMAL_ALL,MAX_TRES_GRES",
        "PriorityUsageResetPeriod": "NOW",
        "PrivateData": "jobs,nodes,partitions,reservations",
        "PrologFlags": "Contain,Serial,ForceRequeueOnFail",
        "PropagatePrioProcess": "1",
        "ReconfigFlags": "KeepPowerSaveSettings",
        "ReturnToService": "0",
        "SelectTypeParameters": "CR_Socket_Memory,CR_ONE_TASK_PER_CORE,CR_Pack_Nodes",
        "SlurmdParameters": "numa_node_as_socket,allow_ecores,shutdown_on_reboot",
        "SlurmdSyslogDebug": "quiet",
        "SuspendTime": "-1",
        "TaskPluginParam": "SlurmdOffSpec",
    },
    "few": {
        "CpuFreqGovernors": "UserSpace",
        "HealthCheckInterval": "60000",
        "HealthCheckNodeState": "START_ONLY",
        "HealthCheckProgram": _TRUE,
        "LogTimeFormat": "clock",
        "PreemptMode": "GANG",
        "PreemptType": "preempt/none",
        "PriorityUsageResetPeriod": "YEARLY",
        "PrologFlags": "NoHold,Alloc",
        "SelectTypeParameters": "CR_Core,CR_CORE_DEFAULT_DIST_BLOCK",
        "TaskPluginParam": "None,SlurmdOffSpec",
    },
}


def told(who: Program, token: str) -> dict[str, Any]:
    """The configuration that a server tells alice."""
    head = ("GET /slurm/v0.0.45/conf HTTP/1.1", "Host: lab", f"X-SLURM-USER-TOKEN: {token}")
    answer = wire.lenient(who.exchange("\r\n".join((*head, "X-SLURM-USER-NAME: alice", "", "")).encode()).output)[0]
    assert answer.status == 200, answer
    document: dict[str, Any] = json.loads(answer.body)
    assert (document["errors"], document["warnings"]) == ([], [])
    del document["slurm_conf_meta"]["LastUpdate"]  # slurmctld's time of the answer
    return {part: document[part] for part in ("slurm_conf", "slurm_conf_meta")}


@pytest.mark.slurm("== 26.05")
@pytest.mark.parametrize("variant", ["many", *(pytest.param(one, marks=pytest.mark.slow) for one in ("others", "few"))])
def test_as_the_real_server(variant: str, lab: Lab, tokens: dict[str, str]) -> None:
    with configured(lab, VARIANTS[variant]):
        real, ours = (told(start(lab), tokens["alice"]) for start in (program.real, program.ours))
    assert [list(part) for part in real.values()] == [list(part) for part in ours.values()]
    assert real == ours


def test_on_any_release(lab: Lab, tokens: dict[str, str]) -> None:
    """Texts and numbers are those that scontrol shows; what the release does not have is there, and unset."""
    with configured(lab, dict(ANYWHERE)):
        document = told(program.ours(lab), tokens["alice"])
        shown = dict(re.findall(r"(?m)^(\w+) *= (.*)$", lab.run("scontrol", "show", "config")))
    found = document["slurm_conf"]
    assert list(found) == [row.path for row in CONF.rows_of(45)]
    assert {*document["slurm_conf_meta"], "LastUpdate"} == {row.path for row in META.rows_of(45)}
    assert document["slurm_conf_meta"]["SLURM_VERSION"] == shown["SLURM_VERSION"]
    same = [name for name, value in found.items() if isinstance(value, str) and value and value == shown.get(name)]
    same += [name for name, value in found.items() if str(value) == shown.get(name)]
    assert len(set(same)) > 40
    for name in ("MailDomain", "HealthCheckProgram", "PluginDir", "SlurmctldDebug", "AuthAltParameters", "TreeWidth"):
        assert name in same
    assert {
        name: found[name]
        for name in (
            *("CpuFreqDef", "CpuFreqGovernors", "EnforcePartLimits", "Epilog", "HealthCheckNodeState", "JobDefaults"),
            *("JobRequeue", "LogTimeFormat", "PriorityDecayHalfLife", "PriorityFlags", "PrivateData", "SrunPortRange"),
            *("PriorityUsageResetPeriod", "PropagatePrioProcess", "ReconfigFlags", "ReturnToService", "SuspendTime"),
            *("SlurmctldSyslogDebug", "TaskPluginParam", "AcctGatherNodeFreq", "DebugFlags"),
        )
    } == {
        "CpuFreqDef": "Performance",
        "CpuFreqGovernors": ["Performance"],
        "EnforcePartLimits": ["ANY"],
        "Epilog": [_TRUE],
        "HealthCheckNodeState": ["IDLE", "CYCLE"],
        "JobDefaults": [{"type": ["DefCpuPerGPU"], "value": 2}],
        "JobRequeue": False,
        "LogTimeFormat": "thread_id",
        "PriorityDecayHalfLife": "7-01:00:00",
        "PriorityFlags": ["ACCRUE_ALWAYS", "SMALL_RELATIVE_TO_TIME", "MAX_TRES"],
        "PrivateData": ["events", "usage"],
        "SrunPortRange": {"minimum": 50000, "maximum": 50100, "set": True},
        "PriorityUsageResetPeriod": "QUARTERLY",
        "PropagatePrioProcess": "nicer",
        "ReconfigFlags": ["KeepPartInfo", "KeepPartState"],
        "ReturnToService": "non_responsive_only",
        "SuspendTime": {"set": False, "infinite": True, "number": 0},
        "SlurmctldSyslogDebug": "error",
        "TaskPluginParam": ["Cores", "autobind=threads", "Verbose"],
        "AcctGatherNodeFreq": 30,
        "DebugFlags": [
            *("Agent", "Backfill", "BackfillMap", "CPU_Bind", "DB_QOS", "Gres"),
            *("NodeFeatures", "Protocol", "Script", "Steps", "TraceJobs"),
        ],
    }
    assert "AccountingStoragePass" not in found
