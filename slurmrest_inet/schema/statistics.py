# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmctld's statistics: ``stats_info_response_msg_t``."""

from __future__ import annotations

from . import messages
from .model import (
    BOOLEAN,
    HOSTS,
    NOVAL,
    NUMBER,
    USER_OR_DIGITS,
    USER_OR_EMPTY,
    Kind,
    Row,
    Table,
    derived,
    each,
    item,
    items,
    quotient,
    quotient_noval,
)


def _schedule_exit(index: int) -> Kind:
    return item(index, "schedule_exit_cnt")


def _bf_exit(index: int) -> Kind:
    return item(index, "bf_exit_cnt")


_STRUCT = "stats_info_response_msg_t"
_COUNT = each(NUMBER)
_TYPE = each(messages.TYPE)
_QUEUE = each(NUMBER, when="rpc_queue_enabled")

RPCS_BY_TYPE = Table(
    _STRUCT,
    (
        Row("message_type", "rpc_type_id", _TYPE, "Type of message", since=38, until=39),
        Row("type_id", "rpc_type_id", _COUNT, "Number of that type in Slurm's protocol", since=38),
        Row("message_type", "rpc_type_id", _TYPE, "Type of message", since=40),
        Row("count", "rpc_type_cnt", _COUNT, "Calls", since=38),
        Row("queued", "rpc_type_queued", _QUEUE, "Calls that wait", since=41, release="24.05"),
        Row("dropped", "rpc_type_dropped", _QUEUE, "Calls that were refused", since=41, release="24.05"),
        Row("cycle_last", "rpc_type_cycle_last", _QUEUE, "Calls in the last cycle", since=41, release="24.05"),
        Row("cycle_max", "rpc_type_cycle_max", _QUEUE, "Most calls in one cycle", since=41, release="24.05"),
        Row(
            "average_time",
            "rpc_type_time",
            each(quotient("rpc_type_cnt")),
            "Mean time of a call (microseconds)",
            since=38,
            until=39,
        ),
        Row("total_time", "rpc_type_time", _COUNT, "Time of all calls (microseconds)", since=38),
        Row(
            "average_time",
            "rpc_type_time",
            each(quotient("rpc_type_cnt")),
            "Mean time of a call (microseconds)",
            since=40,
            then={41: each(quotient_noval("rpc_type_cnt"))},
        ),
    ),
    skip={},
    view="rpcs_by_type",
)

RPCS_BY_USER = Table(
    _STRUCT,
    (
        Row("user", "rpc_user_id", each(USER_OR_DIGITS), "User name", since=38, until=40),
        Row("user_id", "rpc_user_id", _COUNT, "User id", since=38),
        Row("user", "rpc_user_id", each(USER_OR_EMPTY), "User name", since=41),
        Row("count", "rpc_user_cnt", _COUNT, "Calls", since=38),
        Row(
            "average_time",
            "rpc_user_time",
            each(quotient("rpc_user_cnt")),
            "Mean time of a call (microseconds)",
            since=38,
            until=39,
        ),
        Row("total_time", "rpc_user_time", _COUNT, "Time of all calls (microseconds)", since=38),
        Row(
            "average_time",
            "rpc_user_time",
            each(quotient("rpc_user_cnt")),
            "Mean time of a call (microseconds)",
            since=40,
            then={41: each(quotient_noval("rpc_user_cnt"))},
        ),
    ),
    skip={},
    view="rpcs_by_user",
)

PENDING_RPCS = Table(
    _STRUCT,
    (
        Row("type_id", "rpc_queue_type_id", _COUNT, "Number of the type in Slurm's protocol", since=41),
        Row("message_type", "rpc_queue_type_id", _TYPE, "Type of message", since=41),
        Row("count", "rpc_queue_count", _COUNT, "Calls", since=41),
    ),
    skip={},
    view="pending_rpcs",
)

PENDING_RPCS_BY_HOSTS = Table(
    _STRUCT,
    (
        Row("type_id", "rpc_dump_types", _COUNT, "Number of the type in Slurm's protocol", since=41),
        Row("message_type", "rpc_dump_types", _TYPE, "Type of message", since=41),
        Row("count", "rpc_dump_hostlist", each(HOSTS), "Hosts that the call goes to", since=41),
    ),
    skip={},
    view="pending_rpcs_by_hosts",
)

STATISTICS = Table(
    _STRUCT,
    (
        Row(
            "rpcs_by_message_type",
            "rpc_type_id",
            items("rpcs_by_type", "rpc_type_size"),
            "Remote procedure calls by type",
            since=38,
        ),
        Row(
            "rpcs_by_user",
            "rpc_user_id",
            items("rpcs_by_user", "rpc_user_size"),
            "Remote procedure calls by user",
            since=38,
        ),
        Row("parts_packed", "parts_packed", NUMBER, "Whether the parts are packed", until=44),
        Row("req_time", "req_time", NUMBER, "Time of this answer (epoch)", then={40: NOVAL}),
        Row("req_time_start", "req_time_start", NUMBER, "Since when is counted (epoch)", then={40: NOVAL}),
        Row("server_thread_count", "server_thread_count", NUMBER, "Threads that serve calls"),
        Row("agent_queue_size", "agent_queue_size", NUMBER, "Messages that wait for an agent"),
        Row("agent_count", "agent_count", NUMBER, "Agents"),
        Row("agent_thread_count", "agent_thread_count", NUMBER, "Threads of agents"),
        Row("dbd_agent_queue_size", "dbd_agent_queue_size", NUMBER, "Messages that wait for slurmdbd"),
        Row("gettimeofday_latency", "gettimeofday_latency", NUMBER, "1,000 clock readings (microseconds)"),
        Row("schedule_cycle_max", "schedule_cycle_max", NUMBER, "Longest cycle (microseconds)"),
        Row("schedule_cycle_last", "schedule_cycle_last", NUMBER, "Last cycle (microseconds)"),
        Row("schedule_cycle_sum", "schedule_cycle_sum", NUMBER, "Time in all cycles (microseconds)", since=41),
        Row("schedule_cycle_total", "schedule_cycle_counter", NUMBER, "Cycles"),
        Row(
            "schedule_cycle_mean",
            "schedule_cycle_sum",
            quotient("schedule_cycle_counter"),
            "Mean cycle (microseconds)",
        ),
        Row(
            "schedule_cycle_mean_depth",
            "schedule_cycle_depth",
            quotient("schedule_cycle_counter"),
            "Mean number of jobs looked at",
        ),
        Row(
            "schedule_cycle_per_minute",
            "schedule_cycle_counter",
            derived("schedule_cycle_per_minute", "integer"),
            "Cycles a minute",
            uses=("req_time", "req_time_start"),
        ),
        Row("schedule_cycle_depth", "schedule_cycle_depth", NUMBER, "Jobs looked at in all cycles", since=41),
        Row(
            "schedule_exit/end_job_queue",
            "schedule_exit",
            _schedule_exit(0),
            "Cycles that saw every job",
            since=40,
            release="23.11",
        ),
        Row(
            "schedule_exit/default_queue_depth",
            "schedule_exit",
            _schedule_exit(1),
            "Cycles that saw enough jobs",
            since=40,
            release="23.11",
        ),
        Row(
            "schedule_exit/max_job_start",
            "schedule_exit",
            _schedule_exit(2),
            "Cycles that started enough jobs",
            since=40,
            release="23.11",
        ),
        Row(
            "schedule_exit/max_rpc_cnt",
            "schedule_exit",
            _schedule_exit(4),
            "Cycles that gave way to calls",
            since=40,
            release="23.11",
        ),
        Row(
            "schedule_exit/max_sched_time",
            "schedule_exit",
            _schedule_exit(5),
            "Cycles that took too long",
            since=40,
            release="23.11",
        ),
        Row(
            "schedule_exit/licenses",
            "schedule_exit",
            _schedule_exit(3),
            "Cycles that waited for licences",
            since=40,
            release="23.11",
        ),
        Row("schedule_queue_length", "schedule_queue_len", NUMBER, "Jobs that wait"),
        Row("jobs_submitted", "jobs_submitted", NUMBER, "Jobs submitted"),
        Row("jobs_started", "jobs_started", NUMBER, "Jobs started"),
        Row("jobs_completed", "jobs_completed", NUMBER, "Jobs completed"),
        Row("jobs_canceled", "jobs_canceled", NUMBER, "Jobs cancelled"),
        Row("jobs_failed", "jobs_failed", NUMBER, "Jobs failed"),
        Row("jobs_pending", "jobs_pending", NUMBER, "Jobs that wait"),
        Row("jobs_running", "jobs_running", NUMBER, "Jobs that run"),
        Row("job_states_ts", "job_states_ts", NUMBER, "When states were counted (epoch), 0 before", then={40: NOVAL}),
        Row("bf_backfilled_jobs", "bf_backfilled_jobs", NUMBER, "Jobs started by backfill"),
        Row("bf_last_backfilled_jobs", "bf_last_backfilled_jobs", NUMBER, "Jobs started by backfill since midnight"),
        Row("bf_backfilled_het_jobs", "bf_backfilled_het_jobs", NUMBER, "Heterogeneous jobs started by backfill"),
        Row("bf_cycle_counter", "bf_cycle_counter", NUMBER, "Backfill cycles"),
        Row(
            "bf_cycle_mean",
            "bf_cycle_sum",
            quotient("bf_cycle_counter"),
            "Mean backfill cycle (microseconds)",
        ),
        Row(
            "bf_depth_mean",
            "bf_depth_sum",
            quotient("bf_cycle_counter"),
            "Mean number of jobs looked at",
        ),
        Row(
            "bf_depth_mean_try",
            "bf_depth_try_sum",
            quotient("bf_cycle_counter"),
            "Mean number of jobs that could have started",
        ),
        Row("bf_cycle_sum", "bf_cycle_sum", NUMBER, "Time in all backfill cycles (microseconds)", since=39),
        Row("bf_cycle_last", "bf_cycle_last", NUMBER, "Last backfill cycle (microseconds)"),
        Row("bf_cycle_max", "bf_cycle_max", NUMBER, "Longest backfill cycle (microseconds)", until=38),
        Row("bf_cycle_max", "bf_cycle_max", NUMBER, "Longest backfill cycle (microseconds)", since=41),
        Row("bf_exit/end_job_queue", "bf_exit", _bf_exit(0), "Cycles that saw every job", since=40, release="23.11"),
        Row(
            "bf_exit/bf_max_job_start",
            "bf_exit",
            _bf_exit(1),
            "Cycles that started enough jobs",
            since=40,
            release="23.11",
        ),
        Row(
            "bf_exit/bf_max_job_test", "bf_exit", _bf_exit(2), "Cycles that saw enough jobs", since=40, release="23.11"
        ),
        Row("bf_exit/bf_max_time", "bf_exit", _bf_exit(5), "Cycles that took too long", since=40, release="23.11"),
        Row(
            "bf_exit/bf_node_space_size",
            "bf_exit",
            _bf_exit(4),
            "Cycles that filled the table",
            since=40,
            release="23.11",
        ),
        Row(
            "bf_exit/state_changed",
            "bf_exit",
            _bf_exit(3),
            "Cycles that a change of state ended",
            since=40,
            release="23.11",
        ),
        Row("bf_last_depth", "bf_last_depth", NUMBER, "Jobs looked at in the last backfill cycle", since=39),
        Row("bf_last_depth_try", "bf_last_depth_try", NUMBER, "Jobs of these that could have started", since=39),
        Row("bf_depth_sum", "bf_depth_sum", NUMBER, "Jobs looked at in all backfill cycles", since=39),
        Row("bf_depth_try_sum", "bf_depth_try_sum", NUMBER, "Jobs of these that could have started", since=39),
        Row("bf_queue_len", "bf_queue_len", NUMBER, "Jobs that backfill has to look at"),
        Row(
            "bf_queue_len_mean",
            "bf_queue_len_sum",
            quotient("bf_cycle_counter"),
            "Mean number of jobs that backfill has to look at",
        ),
        Row(
            "bf_queue_len_sum", "bf_queue_len_sum", NUMBER, "Jobs that backfill had to look at, in all cycles", since=39
        ),
        Row("bf_table_size", "bf_table_size", NUMBER, "Slots in the backfill table", since=38),
        Row(
            "bf_table_size_mean",
            "bf_table_size_sum",
            quotient("bf_cycle_counter"),
            "Mean number of slots in it",
            since=38,
        ),
        Row("bf_table_size_sum", "bf_table_size_sum", NUMBER, "Slots in it, in all cycles", since=41),
        Row(
            "bf_when_last_cycle",
            "bf_when_last_cycle",
            NUMBER,
            "Last backfill cycle (epoch), 0 before the first",
            then={40: NOVAL},
        ),
        Row("bf_active", "bf_active", BOOLEAN, "Whether backfill runs now"),
        Row(
            "pending_rpcs",
            "rpc_queue_type_id",
            items("pending_rpcs", "rpc_queue_type_count"),
            "Calls that slurmctld has yet to send, by type",
            since=41,
        ),
        Row(
            "pending_rpcs_by_hostlist",
            "rpc_dump_types",
            items("pending_rpcs_by_hosts", "rpc_dump_count"),
            "The same, by the hosts that they go to",
            since=41,
        ),
    ),
    skip={},
)
