# SPDX-License-Identifier: GPL-2.0-or-later
"""What answers have beside records of tables, and what documents call each answer.

Rule 1: an operation stands here by its function, with the name of its answer by the version from which it holds (that
        of the home release's document), and a table of the members that no `Part` of its route tells.
Rule 2: these tables are made by hand in the operations; the cluster tests hold every answer to the documents.
"""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple

from .model import CSV, NOVAL_32, NOVAL_64, NUMBER, NUMBER_32, TEXT, Kind, Row, Table, listed


class Reply(NamedTuple):
    """What an operation answers with: its name by version, and what no `Part` tells."""

    titles: dict[int, str]
    table: Table | None = None


META = Table(
    "meta",
    (
        Row("plugin/type", None, TEXT, "Type of the plugin that answers"),
        Row("plugin/name", None, TEXT, "Its title"),
        Row("plugin/data_parser", None, TEXT, "Parser of the API version, with its flags", since=39),
        Row("plugin/accounting_storage", None, TEXT, "Plugin that keeps the accounting", since=40),
        Row("client/source", None, TEXT, "Where the client is", since=39),
        Row("client/user", None, TEXT, "User as whom the client asked; empty where only the token knows", since=40),
        Row("client/group", None, TEXT, "Group of that user", since=40),
        Row("command", None, CSV, "Always empty: it is of command-line tools", since=40),
        Row("Slurm/version/major", None, NUMBER, "Year of the release", until=39),
        Row("Slurm/version/minor", None, NUMBER, "Month of the release", until=39),
        Row("Slurm/version/micro", None, NUMBER, "Number of the maintenance release", until=39),
        Row("Slurm/release", None, TEXT, "The release of Slurm", until=39),
        Row("slurm/version/major", None, TEXT, "Year of the release", since=40),
        Row("slurm/version/minor", None, TEXT, "Month of the release", since=40),
        Row("slurm/version/micro", None, TEXT, "Number of the maintenance release", since=40),
        Row("slurm/release", None, TEXT, "The release of Slurm", since=40),
        Row("slurm/cluster", None, TEXT, "Name of the cluster", since=40),
    ),
    {},
)
ERROR = Table(
    "error",
    (
        Row("description", None, TEXT, "What went wrong"),
        Row("error_number", None, NUMBER_32, "Slurm's code for it"),
        Row("error", None, TEXT, "Slurm's sentence for that code"),
        Row("source", None, TEXT, "Where it was noticed: a function, or the place in the body"),
    ),
    {},
)
ERROR_OF_SLURMCTLD = Table(
    "slurmctld_error",
    (
        *ERROR.rows,
        Row("errno", None, NUMBER_32, "Slurm's code, as nodes, partitions and reservations tell it", until=38),
        Row("error_code", None, NUMBER_32, "Slurm's code, as jobs tell it", until=38),
    ),
    {},
)
WARNING = Table(
    "warning",
    (
        Row("description", None, TEXT, "What was passed over"),
        Row("source", None, TEXT, "Where it was noticed: a function, or the place in the body"),
    ),
    {},
)

_RESULT = Table(
    "job_submit_response_msg",
    (
        Row("job_id", None, NUMBER_32, "Id of the new job"),
        Row("step_id", None, TEXT, "Id of its step"),
        Row("error_code", None, NUMBER_32, "Slurm's code; not 0 where the job was taken with a warning"),
        Row("error", None, TEXT, "Slurm's sentence for that code"),
        Row("job_submit_user_msg", None, TEXT, "What a job_submit plugin says"),
    ),
    {},
)
_SUBMITTED = Table(
    "job_submitted",
    (
        Row("result", None, Kind("own", record=_RESULT.name, type="object"), "The same once more", since=39, until=41),
        Row("job_id", None, NUMBER_32, "Id of the new job"),
        Row("step_id", None, TEXT, "Id of its step", then={39: Kind("either"), 40: TEXT}),
        Row("job_submit_user_msg", None, TEXT, "What a job_submit plugin says"),
    ),
    {},
)
_ALLOCATED = Table(
    "job_allocated",
    (
        Row("job_id", None, NUMBER_32, "Id of the job that has its resources", since=41),
        Row("job_submit_user_msg", None, TEXT, "What a job_submit plugin says", since=41),
    ),
    {},
)
_TASK = Table(
    "job_array_response_msg_entry",
    (
        Row("job_id", None, NUMBER_32, "Id of the job"),
        Row("step_id", None, TEXT, "Id of the task"),
        Row("error", None, TEXT, "Slurm's sentence for what came of it"),
        Row("error_code", None, NUMBER_32, "Slurm's code for what came of it"),
        Row("why", None, TEXT, "What slurmctld says"),
    ),
    {},
)
_LATER_EMPTY = "Always empty"
_UPDATED = Table(
    "job_updated",
    (
        Row(
            "results",
            None,
            Kind("list_records", ("UNSET_NULL",), record=_TASK.name, type="array"),
            "What became of tasks of an array that could not be changed",
            since=39,
        ),
        Row("job_id", None, TEXT, _LATER_EMPTY, since=40, until=41),
        Row("step_id", None, TEXT, _LATER_EMPTY, since=40, until=41),
        Row("job_submit_user_msg", None, TEXT, _LATER_EMPTY, since=40, until=41),
    ),
    {},
)
_KILLED = Table(
    "kill_jobs_resp_job",
    (
        Row("error/string", None, TEXT, "Slurm's sentence for what came of it"),
        Row("error/code", None, NUMBER_32, "Slurm's code for what came of it"),
        Row("error/message", None, TEXT, "What slurmctld says"),
        Row("step_id", None, TEXT, "What was to be signalled"),
        Row("job_id", None, NOVAL_32, "Id of the job, where there is one"),
        Row("federation/sibling", None, TEXT, "Cluster of the federation that has the job"),
    ),
    {},
)
_CANCELLED = Table(
    "job_cancelled",
    (Row("status", None, listed(_KILLED.name), "What came of it, job by job", since=42),),
    {},
)
_REQUEUED = Table(
    "job_requeued", (Row("status", None, listed(_TASK.name), "What became of tasks of an array", since=45),), {}
)
_REQUEUED_ALL = Table(
    "jobs_requeued",
    (Row("status", None, Kind("lists", record=_TASK.name, type="array"), "The same of each array", since=45),),
    {},
)
_CANCELLED_ALL = _CANCELLED._replace(struct="jobs_cancelled", rows=(_CANCELLED.rows[0]._replace(since=40),))
_LAST_UPDATE = Row(
    "last_update", None, NOVAL_64, "Last change of anything in the list (epoch), 0 if that is not known", since=40
)
_DATED = Table("dated", (_LAST_UPDATE,), {})
_JOBS_DATED = Table(
    "jobs_dated",
    (
        Row(
            "last_backfill",
            None,
            NOVAL_64,
            "Last cycle of the backfill scheduler (epoch), 0 before the first",
            since=40,
        ),
        _LAST_UPDATE,
    ),
    {},
)
_SHARES = Table(
    "shares_total", (Row("shares/total_shares", None, NUMBER, "Shares of all associations together", since=40),), {}
)
TABLES = (
    *(_ALLOCATED, _REQUEUED, _REQUEUED_ALL),
    *(
        META,
        ERROR,
        ERROR_OF_SLURMCTLD,
        WARNING,
        _RESULT,
        _SUBMITTED,
        _TASK,
        _UPDATED,
        _KILLED,
        _CANCELLED,
        _CANCELLED_ALL,
    ),
    *(_DATED, _JOBS_DATED, _SHARES),
)


def _removed(what: str, *keys: tuple[str, int, int]) -> Table:
    rows = (Row(key, None, CSV, f"{what}, each as text", since, until) for key, since, until in keys)
    return Table("removed", tuple(rows), {})


_REMOVED_ACCOUNTS = _removed(
    "Removed associations of the account", ("removed_associations", 36, 38), ("removed_accounts", 39, 45)
)
_NODES = Reply({36: "nodes_response", 40: "openapi_nodes_resp"}, _DATED)
_PARTITIONS = Reply({36: "partitions_response", 40: "openapi_partition_resp"}, _DATED)
_RESERVATIONS = Reply({36: "reservations_response", 40: "openapi_reservation_resp"}, _DATED)
_JOBS = Reply({36: "jobs_response", 40: "openapi_job_info_resp"}, _JOBS_DATED)
_SUBMIT = Reply({36: "job_submission_response", 40: "openapi_job_submit_response"}, _SUBMITTED)
_UPDATE = Reply({36: "job_update_response", 40: "openapi_job_post_response"}, _UPDATED)
_CANCEL = Reply({36: "status", 40: "openapi_resp", 42: "openapi_kill_job_resp"}, _CANCELLED)
_DONE = Reply({39: "status", 40: "openapi_resp"})
_CLUSTERS = Reply({36: "cluster_info", 39: "clusters_info", 40: "openapi_clusters_resp"})
_INSTANCES = Reply({40: "openapi_instances_resp"})
_QOS = Reply({36: "qos_info", 40: "openapi_slurmdbd_qos_resp"})
_PAST_JOBS = Reply({36: "job_info", 40: "openapi_slurmdbd_jobs_resp"})
_ACCOUNTS = Reply({36: "account_info", 40: "openapi_accounts_resp"})
_USERS = Reply({36: "user_info", 40: "openapi_users_resp"})
_ASSOCIATIONS = Reply({36: "associations_info", 40: "openapi_assocs_resp"})
_WCKEYS = Reply({36: "wckey_info", 40: "openapi_wckey_resp"})
_CHANGED_JOBS = Reply(
    {44: "openapi_job_modify_resp"},
    Table("jobs_changed", (Row("results", None, CSV, "The jobs that were changed, in slurmdbd's words"),), {}),
)
_REMOVED_ASSOCIATIONS = Reply(
    {36: "response_association_delete", 38: "response_associations_delete", 40: "openapi_assocs_removed_resp"},
    _removed("Removed associations", ("removed_associations", 36, 45)),
)

REPLIES = {
    "slurmctld.diag.ping": Reply({36: "pings", 40: "openapi_ping_array_resp"}),
    "slurmctld.diag.diag": Reply({36: "diag", 40: "openapi_diag_resp"}),
    "slurmctld.inventory.licenses": Reply({36: "licenses", 39: "licenses_info", 40: "openapi_licenses_resp"}, _DATED),
    "slurmctld.inventory.shares": Reply({40: "openapi_shares_resp"}, _SHARES),
    "slurmctld.jobs.jobs": _JOBS,
    "slurmctld.jobs.job": _JOBS,
    "slurmctld.jobs.states": Reply({40: "openapi_job_state_resp"}),
    "slurmctld.job_options.submit": _SUBMIT,
    "slurmctld.job_messages.submit": _SUBMIT,
    "slurmctld.job_options.update": _UPDATE,
    "slurmctld.job_messages.update": _UPDATE,
    "slurmctld.job_cancel.cancel": _CANCEL,
    "slurmctld.job_signals.cancel": _CANCEL,
    "slurmctld.job_signals.cancel_all": Reply({40: "openapi_kill_jobs_resp"}, _CANCELLED_ALL),
    "slurmctld.job_allocations.allocate": Reply({41: "openapi_job_alloc_resp"}, _ALLOCATED),
    "slurmctld.job_requeue.requeue": Reply({45: "openapi_job_requeue_resp"}, _REQUEUED),
    "slurmctld.job_requeue.requeue_all": Reply({45: "openapi_jobs_requeue_resp"}, _REQUEUED_ALL),
    **dict.fromkeys(("slurmctld.node_writes.update", "slurmctld.node_writes.remove"), _DONE),
    **dict.fromkeys(("slurmctld.node_writes.update_all", "slurmctld.node_writes.create"), _DONE),
    "slurmctld.reconfiguration.reconfigure": _DONE,
    **dict.fromkeys(
        ("slurmctld.reservation_writes.update", "slurmctld.reservation_writes.update_all"),
        Reply({43: "openapi_reservation_mod_resp"}),
    ),
    "slurmctld.reservation_writes.remove": _DONE,
    **dict.fromkeys(("slurmctld.partition_writes.update_all", "slurmctld.partition_writes.remove"), _DONE),
    "slurmctld.resources.resources": Reply({44: "openapi_resource_layout_resp"}),
    "slurmctld.configuration.conf": Reply({45: "openapi_conf_resp"}),
    "slurmctld.inventory.nodes": _NODES,
    "slurmctld.inventory.node": _NODES,
    "slurmctld.inventory.partitions": _PARTITIONS,
    "slurmctld.inventory.partition": _PARTITIONS,
    "slurmctld.inventory.reservations": _RESERVATIONS,
    "slurmctld.inventory.reservation": _RESERVATIONS,
    "slurmdbd.clusters.list_all": _CLUSTERS,
    "slurmdbd.clusters.get": _CLUSTERS,
    "slurmdbd.cluster_writes.add": Reply({36: "response_cluster_add", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.cluster_writes.remove": Reply(
        {36: "response_cluster_delete", 40: "openapi_clusters_removed_resp"},
        _removed("Removed clusters", ("deleted_clusters", 36, 45)),
    ),
    "slurmdbd.instances.list_all": _INSTANCES,
    "slurmdbd.instances.get": _INSTANCES,
    "slurmdbd.daemon.ping": Reply({40: "openapi_slurmdbd_ping_resp"}),
    "slurmdbd.daemon.diag": Reply({36: "diag", 40: "openapi_slurmdbd_stats_resp"}),
    "slurmdbd.daemon.conf": Reply({40: "openapi_slurmdbd_conf_resp"}),
    "slurmdbd.config.get": Reply({36: "config_info", 40: "openapi_slurmdbd_config_resp"}),
    "slurmdbd.config_writes.update": Reply({36: "config_response", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.tres.refuse": Reply({36: "response_tres", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.tres.list_all": Reply({36: "tres_info", 40: "openapi_tres_resp"}),
    "slurmdbd.qos.list_all": _QOS,
    "slurmdbd.qos.get": _QOS,
    "slurmdbd.qos_writes.update": Reply({36: "response_qos", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.qos_writes.remove": Reply(
        {36: "response_qos_delete", 40: "openapi_slurmdbd_qos_removed_resp"},
        _removed("Removed QOSes", ("removed_qos", 36, 45)),
    ),
    "slurmdbd.jobs.list_all": _PAST_JOBS,
    "slurmdbd.jobs.get": _PAST_JOBS,
    "slurmdbd.accounts.list_all": _ACCOUNTS,
    "slurmdbd.accounts.get": _ACCOUNTS,
    "slurmdbd.users.list_all": _USERS,
    "slurmdbd.users.get": _USERS,
    "slurmdbd.associations.list_all": _ASSOCIATIONS,
    "slurmdbd.associations.get": _ASSOCIATIONS,
    "slurmdbd.wckeys.list_all": _WCKEYS,
    "slurmdbd.wckeys.get": _WCKEYS,
    "slurmdbd.account_writes.update": Reply({36: "account_response", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.account_writes.remove": Reply(
        {36: "response_account_delete", 40: "openapi_accounts_removed_resp"}, _REMOVED_ACCOUNTS
    ),
    "slurmdbd.user_writes.update": Reply({36: "response_user_update", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.user_writes.remove": Reply(
        {36: "response_user_delete", 40: "openapi_users_removed_resp"},
        _removed("Removed users", ("removed_users", 36, 45)),
    ),
    "slurmdbd.association_writes.update": Reply({36: "response_associations", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.association_writes.remove_all": _REMOVED_ASSOCIATIONS,
    "slurmdbd.association_writes.remove": _REMOVED_ASSOCIATIONS,
    "slurmdbd.additions.add_accounts": Reply(
        {40: "openapi_accounts_add_cond_resp_str"},
        Table("accounts_added", (Row("added_accounts", None, TEXT, "What was added, in slurmdbd's words"),), {}),
    ),
    "slurmdbd.additions.add_users": Reply(
        {40: "openapi_users_add_cond_resp_str"},
        Table("users_added", (Row("added_users", None, TEXT, "What was added, in slurmdbd's words"),), {}),
    ),
    "slurmdbd.job_changes.update": _CHANGED_JOBS,
    "slurmdbd.job_changes.update_all": _CHANGED_JOBS,
    "slurmdbd.wckey_writes.update": Reply({36: "response_wckey_add", 39: "status", 40: "openapi_resp"}),
    "slurmdbd.wckey_writes.remove": Reply(
        {36: "response_wckey_delete", 40: "openapi_wckey_removed_resp"},
        _removed("Removed wckeys", ("deleted_wckeys", 36, 45)),
    ),
    "util.hosts.names": Reply(
        {44: "openapi_hostnames_req_resp"}, Table("named", (Row("hostnames", None, CSV, "Names of hosts"),), {})
    ),
    "util.hosts.expression": Reply(
        {44: "openapi_hostlist_req_resp"},
        Table("expressed", (Row("hostlist", None, TEXT, "Hosts as an expression, for example n[1-3,7]"),), {}),
    ),
}
"""By the function of the route."""

ALWAYS: dict[str, tuple[int, tuple[str, ...]]] = {
    "ping": (42, ("responding", "primary")),
    "slurmdbd_ping": (42, ()),
    "job_res": (42, ()),
    "job_res_node": (42, ()),
    "job_res_socket": (42, ()),
    "job_res_core": (42, ()),
    "kill_jobs_resp_job": (40, ()),
    "rpcs_by_type": (42, ()),
    "rpcs_by_user": (42, ()),
    "pending_rpcs": (42, ()),
    "pending_rpcs_by_hosts": (42, ("type_id", "message_type", "count")),
    "slurmdb_rollup_stats_t": (42, ()),
    "wckey_tag": (40, ()),
    "dbd_job_association": (43, ("user",)),
    "step_extreme": (39, ("type",)),
    "accounts_addition_condition": (40, ("accounts",)),
    "node_resource_layout_t": (44, ("node",)),
    "node_gres_layout_t": (44, ("name",)),
}
"""Records of which documents say that they always have these members, all if none is named, from a version on."""

KEYS = {"qos": {36: "QOS", 39: "qos"}, "tres": {36: "TRES", 40: "tres"}}
"""What the members of answers that routes call so are called, by the version from which they are."""

TITLES = {
    "meta": {36: "meta", 40: "openapi_meta"},
    "error": {36: "error", 40: "openapi_error"},
    "slurmctld_error": {36: "error", 40: "openapi_error"},
    "warning": {36: "warning", 40: "openapi_warning"},
    "slurm_job_info_t": {36: "job_response_properties", 39: "job_info"},
    "job_state": {40: "job_state_response_job"},
    "slurm_license_info_t": {36: "license"},
    "acct_gather_energy_t": {36: "acct_gather_energy"},
    "ext_sensors_data_t": {36: "ext_sensors_data"},
    "power_mgmt_data_t": {36: "power_mgmt_data"},
    "node_info_t": {36: "node"},
    "partition_info_t": {36: "partition", 39: "partition_info"},
    "partition_update": {45: "partition_info"},
    "resv_core_spec_t": {36: "reservation_core_spec"},
    "reserve_info_t": {36: "reservation", 39: "reservation_info"},
    "share_t": {36: "assoc_shares_obj_wrap"},
    "share_run_seconds": {36: "shares_uint64_tres"},
    "share_group_minutes": {36: "shares_uint64_tres"},
    "share_usage": {36: "shares_float128_tres"},
    "rpcs_by_type": {36: "diag_rpcm", 39: "stats_msg_rpc_type"},
    "rpcs_by_user": {36: "diag_rpcu", 39: "stats_msg_rpc_user"},
    "pending_rpcs": {36: "stats_msg_rpc_queue"},
    "pending_rpcs_by_hosts": {36: "stats_msg_rpc_dump"},
    "stats_info_response_msg_t": {36: "diag_statistics", 39: "stats_msg"},
    "job_priorities": {36: "part_prio"},
    "ping": {36: "ping", 39: "controller_ping"},
    "slurmdb_tres_rec_t": {36: "tres"},
    "slurmdb_accounting_rec_t": {36: "accounting"},
    "association_short": {36: "association_short_info", 39: "assoc_short"},
    "slurmdb_assoc_usage_t": {36: "association_usage", 39: "assoc_usage"},
    "slurmdb_assoc_rec_t": {36: "association", 39: "assoc"},
    "slurmdb_coord_rec_t": {36: "coordinator_info", 39: "coord"},
    "slurmdb_account_rec_t": {36: "account"},
    "slurmdb_wckey_rec_t": {36: "wckey"},
    "slurmdb_user_rec_t": {36: "user"},
    "slurmdb_qos_rec_t": {36: "qos"},
    "slurmdb_cluster_rec_t": {36: "cluster", 39: "cluster_rec"},
    "slurmdb_instance_rec_t": {36: "instance"},
    "slurmdb_rollup_stats_t": {36: "rollup_stats"},
    "slurmdb_rpc_obj_t": {36: "rpc", 39: "stats_rpc"},
    "calls_by_user": {36: "calls_by_user", 39: "stats_user"},
    "slurmdb_stats_rec_t": {36: "diag_statistics", 39: "stats_rec"},
    "slurmdb_step_rec_t": {36: "job_step", 39: "step"},
    "dbd_job_association": {36: "job_association", 43: "assoc_short_of_job"},
    "job_association": {36: "job_association", 40: "assoc_short_of_job"},
    "slurmdb_job_rec_t": {36: "job"},
    "slurmdbd_conf_t": {36: "slurmdbd_conf"},
    "wckey_tag": {36: "wckey_tag", 40: "wckey_tag_struct"},
    "job_desc_msg_t": {36: "job_properties", 39: "job_desc_msg"},
    "job_submit_req": {36: "job_submission", 40: "job_submit_req"},
    "clusters_body": {36: "clusters_properties", 39: "clusters_info", 40: "openapi_clusters_resp"},
    "qos_body": {36: "update_qos", 40: "openapi_slurmdbd_qos_resp"},
    "config_body": {36: "set_config", 40: "openapi_slurmdbd_config_resp"},
    "accounts_body": {36: "update_account", 39: "account_info", 40: "openapi_accounts_resp"},
    "associations_body": {36: "associations_info", 40: "openapi_assocs_resp"},
    "users_body": {36: "update_users", 40: "openapi_users_resp"},
    "wckeys_body": {36: "wckey_info", 40: "openapi_wckey_resp"},
    "job_resources_36": {36: "job_resources"},
    "job_resources_38": {36: "job_resources", 39: "job_res"},
    "job_res_nodes": {36: "node_allocation", 39: "job_res_nodes"},
}
"""What documents call a table, by the version from which they do; any other by its parser, or its own name."""

NUMBER_OBJECTS = {39: "{}_no_val", 42: "{}_no_val_struct"}
"""The same of number objects, by the word for what they hold."""

PATH_PARAMETERS = {
    "job_id": "Id of the job; where the API version takes text also ARRAY_TASK, HETEROGENEOUS+COMPONENT or ID.STEP",
    "node_name": "Name of the node",
    "partition_name": "Name of the partition",
    "reservation_name": "Name of the reservation",
    "cluster_name": "Name of the cluster",
    "qos_name": "Name of the QOS",
    "qos": "Name of the QOS",
    "account_name": "Name of the account",
    "user_name": "Name of the user",
    "name": "Name of the user",
    "wckey": "Name of the wckey",
    "id": "Name of the wckey",
}
"""A sentence for each parameter of a path."""

STATUSES = {
    2205: (304, 400, 401, 415, 500),
    2302: (304, 400, 401, 404, 415, 422, 500),
    2411: (304, 400, 401, 404, 415, 422, 500, 502, 504, 511),
    2605: (204, 304, 400, 401, 403, 404, 405, 406, 411, 413, 415, 417, 422, 500, 502, 504, 511),
}
"""Beside 200 what an operation's answer may have, by the home release, with that of a refused token (errors.py)."""

NO_CONTENT = {
    204: "There is nothing to tell",
    304: "Nothing changed",
}
"""Those that have no body."""
