# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our OpenAPI documents say otherwise than those of the home releases, each with its reason.

Then, where other releases say otherwise of an API version than its home release does.

Rule 1: a row is as narrow as its reason: versions, places (described.py) with what is said there, as in fnmatch.
Rule 2: a row that no difference needs is a fault. Operations that are not served at all are told by themselves.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple


class Row(NamedTuple):
    """A reason, the first and the last version that it is for, and places as "place | what is said"."""

    reason: str
    versions: tuple[int, int]
    places: tuple[str, ...]

    def fits(self, version: int, text: str) -> bool:
        """Whether it is the reason for what is said somewhere."""
        first, last = self.versions
        return first <= version <= last and any(fnmatchcase(text, place) for place in self.places)


def _each(place: str, said: str, members: str) -> tuple[str, ...]:
    """Places of the members of one schema, or of the parameters of one operation."""
    return tuple(f"{place}{member} | {said}" for member in members.split())


_SENT = "the real server sends it, and its document does not say so"
_TYPE = "the real server sends that type, whatever its document says; a generated client reads ours"
_NEVER = "the real server never sends it"
_READ = "the real server reads it, and its document does not say so"
_IGNORED = "what stands in the query of a POST is not looked at: the body is in its place"
_SWAPPED = "the home release's document has the parameters of clusters at the one cluster, and the other way round"

ROWS = (
    Row(
        "an answer that tells what went wrong may lack it, and has the same schema",
        (40, 45),
        ("openapi_*/* required | missing",),
    ),
    Row(
        "what a job is changed with is the same schema, and need not have it",
        (36, 38),
        ("job_properties/environment required | missing",),
    ),
    Row(
        "the real server refuses a body without it, and its document does not say so",
        (38, 38),
        (
            *("association_short_info/* required | extra", "association/* required | extra"),
            "coordinator_info/name required | extra",
            "user/name required | extra",
            "wckey/* required | extra",
        ),
    ),
    Row("meta is in every answer", (36, 38), ("*/meta | extra",)),
    Row(_SENT, (39, 39), ("meta/client | extra", "meta/plugin/data_parser | extra", "wckey_info/warnings | extra")),
    Row(_TYPE, (38, 38), ("meta/Slurm/version/* | string is integer",)),
    Row(
        "one schema for all entries: operations of jobs and of nodes have names of their own for the code",
        (36, 38),
        (*_each("error/", "extra", "description error_number source error_code errno"), "error/errno | missing"),
    ),
    Row("an entry has a description, as the real server sends it", (39, 39), ("warning/warning | missing",)),
    Row(
        "the answer of what has no schema there has one here",
        (36, 38),
        (
            *("associations_info | extra", "clusters_properties | extra", "job_update_response | extra"),
            *("status | extra", "update_account | extra", "update_users | extra", "wckey_info | extra"),
            "set_config | extra",
        ),
    ),
    Row(
        "what was removed is told, and the document does not say so",
        (36, 45),
        (
            *_each("response_account_delete/", "extra", "removed_associations removed_accounts"),
            *("response_association_delete/removed_associations | extra", "response_qos_delete/removed_qos | extra"),
            *("response_user_delete/removed_users | extra", "openapi_users_removed_resp/removed_users | extra"),
            *("response_cluster_delete/deleted_clusters | extra", "response_wckey_delete/deleted_wckeys | extra"),
        ),
    ),
    Row(
        "the answer has a list of clusters under a key, not a cluster's members",
        (36, 38),
        (
            *_each("cluster_info/", "extra", "clusters errors"),
            *_each(
                "cluster_info/", "missing", "associations controller flags name nodes rpc_version select_plugin tres"
            ),
            "clusters_properties/clusters | object is array",
        ),
    ),
    Row(
        _SENT,
        (36, 38),
        (
            *_each("association/max/jobs/", "extra", "per/count per/accruing per/submitted active accruing total"),
            *_each("association/", "extra", "max/tres/group is_default qos"),
            *_each("association_usage/", "extra", "normalized_usage active_jobs"),
            *_each("qos/limits/", "extra", "grace_time max/active_jobs max/tres/total max/jobs/per"),
            *("config_info/clusters | extra", "diag/statistics | extra", "job_association/id | extra"),
            *_each("job_response_properties/", "extra", "tasks_per_node group_name prefer"),
            *("job_resources/allocated_cores | extra", "job_step/nodes/list | extra"),
            *_each("node/", "extra", "comment extra last_busy"),
            *_each("node_allocation/", "extra", "sockets/[*] cpus_used memory_used memory_allocated"),
            *("rollup/total_cycles | extra", "wckey/accounts | extra"),
        ),
    ),
    Row(
        _SENT,
        (39, 39),
        (
            "job_association/id | extra",
            "job_submission_response/result | extra",
            "job_array_response_msg_entry/step_id | extra",
        ),
    ),
    Row(
        "the member has that name on the wire",
        (36, 39),
        tuple(f"{one}_info/{said}" for one in ("config", "tres") for said in ("TRES | extra", "tres | missing")),
    ),
    Row(
        "the member has that name on the wire",
        (36, 38),
        tuple(f"{one}_info/{said}" for one in ("config", "qos") for said in ("QOS | extra", "qos | missing")),
    ),
    Row("a step of srun's has a number, any other a word", (36, 38), ("job_step/step/id | string is any",)),
    Row(
        "the step of a heterogeneous job is told by its number, that of any other by a word",
        (39, 39),
        ("job_submission_response/step_id | string is any",),
    ),
    Row(
        "a job whose association is gone has an empty one",
        (39, 42),
        ("job_association/user required | missing", "assoc_short_of_job/user required | missing"),
    ),
    Row("the member has that name on the wire", (38, 38), ("association/QOS | missing",)),
    Row(
        "each item of a list in the body of POST config is a record, not a list under the same key once more",
        (38, 38),
        (
            *_each("cluster/", "extra", "associations controller flags name nodes rpc_version select_plugin tres"),
            *_each("account/", "extra", "associations coordinators description flags name organization"),
            *("cluster/clusters | missing", "account/accounts | missing"),
        ),
    ),
    Row("the same of its resources", (39, 39), ("tres | array is object",)),
    Row(
        "the member has that name on the wire",
        (37, 38),
        ("partition/min nodes per job | extra", "partition/min_nodes_per_job | missing"),
    ),
    Row(
        "the member has that name on the wire",
        (39, 40),
        ("rollup/last?run | missing", "rollup/last_run | extra", "rollup/last_cycle | extra"),
    ),
    Row(
        _TYPE,
        (36, 38),
        (
            "job_response_properties/* | string is integer",
            "job_response_properties/billable_tres | string is number",
            *("job/allocation_nodes | string is integer", "job_step/task | string is object"),
            *_each("job/het/", "any object is integer", "job_id job_offset"),
            *_each("association_usage/", "integer is number", "normalized_priority raw_usage"),
            "job_resources/allocated_nodes | array is object",
            *("partition/preemption_mode | string is array", "qos/id | string is integer", "tres | array is object"),
            "user/associations | object is array",
        ),
    ),
    Row(
        _NEVER,
        (36, 38),
        (
            *("diag/RPCs | missing", "diag/rollups | missing", "diag/time_start | missing", "diag/users | missing"),
            "wckey/accounting | missing",
            *_each("diag_statistics/", "missing", "bf_last_depth bf_last_depth_try"),
            *_each("node_allocation/", "missing", "sockets/cores cpus memory"),
        ),
    ),
    Row(
        "jobs/state sends ids and states alone: its document has the model of GET jobs there",
        (40, 45),
        (
            *("job_state_response_job/* | missing", "job_state_response_job/state | extra"),
            "job_state_response_job/job_id | integer is string",
            *_each("openapi_job_state_resp/", "missing", "last_backfill last_update"),
        ),
    ),
    Row(
        "allocated nodes have members, of which the document says nothing", (39, 40), ("job_res_nodes | any is object",)
    ),
    Row("power management is gone: nothing is in it", (40, 44), ("reservation_info/watts | object is any object",)),
    Row(
        "what an answer has is taken and means nothing",
        (40, 45),
        tuple(f"openapi_*_add_cond_resp/{name} | missing" for name in ("meta", "errors", "warnings")),
    ),
    Row(
        "what an answer has is taken and means nothing",
        (44, 45),
        tuple(f"openapi_job_modify_req/{name} | missing" for name in ("meta", "errors", "warnings")),
    ),
    Row(
        "a body is not an answer: what is only of answers is taken, and not told",
        (44, 45),
        tuple(f"openapi_create_node_req/{name} | missing" for name in ("meta", "errors", "warnings")),
    ),
    Row(
        "the same of partitions",
        (45, 45),
        tuple(f"openapi_partitions_mod_req/{name} | missing" for name in ("meta", "errors", "warnings")),
    ),
    Row(
        "25.11 and 26.05 serve it in these versions, 24.11 does not",
        (41, 42),
        ("DELETE slurm/reservation/{reservation_name} | extra",),
    ),
    Row("each variable is a text", (36, 38), ("job_properties/environment | any object is object",)),
    Row("a list that is always empty has items of a type", (40, 44), ("job_info/power/flags | any is string",)),
    Row(
        "the least and the most of a resource tell node and task",
        (36, 45),
        _each("step_extreme/", "extra", "task node"),
    ),
    Row(
        "a line of scrontab is refused, whatever is in it",
        (39, 45),
        ("job_desc_msg/crontab/* | missing", "job_desc_msg/crontab/[*] | extra"),
    ),
    Row(
        "power management is gone: it is taken and comes to nothing", (40, 45), ("job_desc_msg/power_flags | missing",)
    ),
    Row(
        _READ,
        (36, 38),
        _each("job_properties/", "extra", "account_gather_frequency cluster_constraint standard_input standard_output"),
    ),
    Row(
        "an option of sbatch's, which is read as text",
        (36, 38),
        _each("job_properties/", "integer is string", "nodes begin_time nice"),
    ),
    Row(
        "an option that the real server refuses (priority of v0.0.36, cpu_binding)",
        (36, 38),
        ("job_properties/cpu_binding | missing", "job_properties/priority | missing"),
    ),
    Row(_READ, (36, 37), _each("GET slurmdb/associations [?]", "extra", "account cluster partition user")),
    Row("nothing must be there: any of the parameters names associations", (36, 37), ("DELETE slurmdb/association *",)),
    Row(
        _READ,
        (41, 45),
        _each(
            "GET slurmdb/jobs [?]",
            "extra",
            "cpus_max cpus_min nodes_max nodes_min submit_time timelimit_max timelimit_min",
        ),
    ),
    Row(
        "the parameter that the real server reads is groups, whatever its document says",
        (36, 39),
        ("GET slurmdb/jobs [?]group | missing", "GET slurmdb/jobs [?]groups | extra"),
    ),
    Row(
        "a number, which the document calls a text",
        (36, 39),
        _each(
            "GET slurmdb/jobs [?]",
            '[[]"query", "string", false] is [[]"query", "integer", false]',
            "cpus_max cpus_min exit_code nodes_max nodes_min",
        ),
    ),
    Row(
        _SWAPPED,
        (40, 45),
        (
            *("GET slurmdb/cluster/* [?]* | missing", "DELETE slurmdb/cluster/* [?]* | missing"),
            *("GET slurmdb/clusters [?]* | extra", "GET slurmdb/clusters [?]update_time | missing"),
        ),
    ),
    Row(_IGNORED, (40, 45), ("POST slurmdb/* [?]* | missing",)),
    Row("every release refuses it, whatever is in the body", (38, 45), ("POST slurmdb/tres body | missing",)),
)


class Elsewhere(NamedTuple):
    """A reason, the documents by release and version that it is for, and places as above, each by its whole name."""

    reason: str
    documents: tuple[tuple[str, int], ...]
    places: tuple[str, ...]


ELSEWHERE = (
    Elsewhere(
        "an operation that 25.05 brought to every version that it serves, not only to its own, v0.0.43",
        (("25.11", 41), ("25.11", 42), ("26.05", 42)),
        ("DELETE slurm/reservation/{reservation_name} | extra",),
    ),
)
"""What documents of other releases have that the home release's lacks ("extra"), lack, or have in another way."""
