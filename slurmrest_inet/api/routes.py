# SPDX-License-Identifier: GPL-2.0-or-later
"""Every operation: a method on a path template, the function behind it, and the API versions that have it.

Rule 1: one row an operation; the function is named, not imported, so that a request loads only its own module.
Rule 2: a path stands before those with parameters that it would fit: the first path that fits a request is its path,
        in later dialects the first one that has the method.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any, Callable


class Part(NamedTuple):
    """One member of an answer: its key (a path), the table of its record or records, and whether there may be many."""

    key: str
    table: str
    many: bool = True


class Route(NamedTuple):
    """One operation. ``path`` stands behind the API version; ``{name}`` takes one segment, ``{name:int}`` a number.

    ``function`` is ``module.function`` below ``slurmrest_inet.api``; ``sentence`` says what it does. ``answer`` names
    the tables of what it sends beside meta, errors and warnings, ``query`` that of its parameters (queries.py of the
    schema, or of its slurmdbd, or job_queries.py there), ``body`` that of what it is sent. ``name`` is what documents
    up to v0.0.39 call it, if not after its path; their tag is the side. ``words`` stand for its path in what later
    documents call it.
    """

    method: str
    side: str
    path: str
    function: str
    sentence: str
    answer: tuple[Part, ...] = ()
    query: str | None = None
    body: str | None = None
    name: str | None = None
    words: str | None = None
    since: int = versions.FIRST
    until: int = versions.LAST

    def serves(self, version: int) -> bool:
        """Tell whether the operation is one of an API version that is served."""
        return version in versions.SERVED[self.side] and self.since <= version <= self.until

    def operation_id(self, version: int) -> str:
        """Return what the documents of an API version call the operation."""
        words = self.words or "_".join(segment for segment in self.path.split("/") if segment[0] != "{")
        method = self.method.lower()
        return versions.DIALECTS[version].operation_id.format(
            daemon=versions.DAEMONS.get(self.side),
            side=self.side,
            version=version,
            name=self.name or f"{method}_{words}",
            method=method,
            path=words,
        )


def _of(side: str) -> Callable[..., Route]:
    """Return what makes the rows of a side, whose functions are below its daemon's name."""

    def route(method: str, path: str, function: str, *more: Any, **named: Any) -> Route:
        return Route(method, side, path, f"{versions.DAEMONS[side]}.{function}", *more, **named)

    return route


_slurm, _slurmdb = _of("slurm"), _of("slurmdb")


_STATISTICS = (Part("statistics", "stats_info_response_msg_t", many=False),)
_LICENSES = (Part("licenses", "slurm_license_info_t"),)
_JOBS = (Part("jobs", "slurm_job_info_t"),)
_NODES = (Part("nodes", "node_info_t"),)
_PARTITIONS = (Part("partitions", "partition_info_t"),)
_RESOURCES = (Part("nodes", "node_resource_layout_t"),)
_CONF = (Part("slurm_conf", "slurm_conf_t", many=False), Part("slurm_conf_meta", "slurm_conf_meta", many=False))
_RESERVATIONS = (Part("reservations", "reserve_info_t"),)
_RESERVATIONS_WRITTEN = (Part("reservations", "resv_desc_msg_t"),)
_CLUSTERS = (Part("clusters", "slurmdb_cluster_rec_t"),)
_INSTANCES = (Part("instances", "slurmdb_instance_rec_t"),)
_CONFIG = (
    *(_CLUSTERS[0], Part("tres", "slurmdb_tres_rec_t"), Part("accounts", "slurmdb_account_rec_t")),
    *(Part("users", "slurmdb_user_rec_t"), Part("qos", "slurmdb_qos_rec_t"), Part("wckeys", "slurmdb_wckey_rec_t")),
    *(Part("associations", "slurmdb_assoc_rec_t"), Part("instances", "slurmdb_instance_rec_t")),
)
_DBD_CONF = (Part("slurmdbd_conf", "slurmdbd_conf_t", many=False),)
_DBD_STATISTICS = (Part("statistics", "slurmdb_stats_rec_t", many=False),)
_QOS = (Part("qos", "slurmdb_qos_rec_t"),)
_PAST_JOBS = (Part("jobs", "slurmdb_job_rec_t"),)
_ACCOUNTS = (Part("accounts", "slurmdb_account_rec_t"),)
_ASSOCIATIONS = (Part("associations", "slurmdb_assoc_rec_t"),)
_USERS = (Part("users", "slurmdb_user_rec_t"),)
_WCKEYS = (Part("wckeys", "slurmdb_wckey_rec_t"),)
_SUBMIT: dict[str, Any] = {"body": "job_submit_req", "name": "submit_job"}
_UPDATE: dict[str, Any] = {"body": "job_desc_msg_t", "name": "update_job"}
_ACCOUNTS_SENT: dict[str, Any] = {"body": "accounts_body", "name": "update_account"}
_ACCOUNTS_LATER: dict[str, Any] = {"body": "accounts_body", "name": "update_accounts"}
_CANCEL: dict[str, Any] = {"query": "JOB_DELETE", "name": "cancel_job"}

ROUTES = (
    _slurm("GET", "ping", "diag.ping", "Which slurmctld answer", (Part("pings", "ping"),), name="ping"),
    _slurm("GET", "diag", "diag.diag", "What slurmctld has counted", _STATISTICS, name="diag"),
    _slurm("GET", "licenses", "inventory.licenses", "All licences", _LICENSES, name="slurmctld_get_licenses", since=38),
    _slurm("GET", "shares", "inventory.shares", "Fair shares", (Part("shares/shares", "share_t"),), "SHARES", since=40),
    _slurm("GET", "jobs", "jobs.jobs", "All jobs", _JOBS, "JOBS"),
    _slurm("POST", "job/submit", "job_options.submit", "Submit a job", **_SUBMIT, until=38),
    _slurm("POST", "job/submit", "job_messages.submit", "Submit a job", **_SUBMIT, since=39),
    _slurm("POST", "job/allocate", "job_allocations.allocate", "Allocate a job", body="job_alloc_req", since=41),
    _slurm("GET", "job/{job_id:int}", "jobs.job", "One job", _JOBS, until=36),
    _slurm("GET", "job/{job_id}", "jobs.job", "One job", _JOBS, "JOB", since=37),
    _slurm("POST", "job/{job_id:int}", "job_options.update", "Change a job", **_UPDATE, until=36),
    _slurm("POST", "job/{job_id}", "job_options.update", "Change a job", **_UPDATE, since=37, until=38),
    _slurm("POST", "job/{job_id}", "job_messages.update", "Change a job", **_UPDATE, since=39),
    _slurm("DELETE", "job/{job_id:int}", "job_cancel.cancel", "Signal a job", **_CANCEL, until=36),
    _slurm("DELETE", "job/{job_id}", "job_cancel.cancel", "Signal a job", **_CANCEL, since=37, until=38),
    _slurm("DELETE", "job/{job_id}", "job_signals.cancel", "Signal a job", **_CANCEL, since=39),
    _slurm("GET", "job/{job_id}/requeue", "job_requeue.requeue", "Requeue a job", (), "REQUEUE", since=45),
    _slurm("POST", "jobs/requeue", "job_requeue.requeue_all", "Requeue jobs", body="jobs_requeue", since=45),
    _slurm("DELETE", "jobs", "job_signals.cancel_all", "Signal jobs", body="kill_jobs_msg_t", since=40),
    _slurm("GET", "jobs/state", "jobs.states", "States of jobs", (Part("jobs", "job_state"),), "JOB_STATES", since=40),
    _slurm("GET", "nodes", "inventory.nodes", "All nodes", _NODES, "NODES"),
    _slurm("GET", "node/{node_name}", "inventory.node", "One node", _NODES, "NODE"),
    _slurm("GET", "reconfigure", "reconfiguration.reconfigure", "Read the configuration again", since=40),
    _slurm("GET", "resources/{job_id}", "resources.resources", "Resources of a job", _RESOURCES, since=44),
    _slurm("GET", "conf", "configuration.conf", "How slurmctld is configured", _CONF, "CONF", since=45),
    _slurm("POST", "nodes", "node_writes.update_all", "Change nodes", body="update_node_msg_t", since=40),
    _slurm(
        *("POST", "node/{node_name}", "node_writes.update", "Change a node"),
        body="update_node_msg_t",
        name="update_node",
        since=39,
    ),
    _slurm("DELETE", "node/{node_name}", "node_writes.remove", "Remove a dynamic node", name="delete_node", since=39),
    _slurm("POST", "new/node", "node_writes.create", "Add dynamic nodes", body="new_node", since=44),
    _slurm(
        *("POST", "partitions", "partition_writes.update_all", "Create or change partitions"),
        body="partitions_update",
        since=45,
    ),
    _slurm(
        *("DELETE", "partition/{partition_name}", "partition_writes.remove", "Remove a partition"),
        name="delete_partition",
        since=45,
    ),
    _slurm("GET", "partitions", "inventory.partitions", "All partitions", _PARTITIONS, "PARTITIONS"),
    _slurm("GET", "partition/{partition_name}", "inventory.partition", "One partition", _PARTITIONS, "PARTITIONS"),
    _slurm(
        *("POST", "reservations", "reservation_writes.update_all", "Create or change reservations"),
        *(_RESERVATIONS_WRITTEN, None),
        body="reservations_update",
        since=43,
    ),
    _slurm(
        *("POST", "reservation", "reservation_writes.update", "Create or change a reservation"),
        *(_RESERVATIONS_WRITTEN, None),
        body="resv_desc_msg_t",
        since=43,
    ),
    _slurm(
        *("DELETE", "reservation/{reservation_name}", "reservation_writes.remove", "Remove a reservation"),
        name="delete_reservation",
        since=41,
    ),
    _slurm(
        "GET", "reservations", "inventory.reservations", "All reservations", _RESERVATIONS, "RESERVATIONS", since=37
    ),
    _slurm(
        *("GET", "reservation/{reservation_name}", "inventory.reservation", "One reservation"),
        *(_RESERVATIONS, "RESERVATIONS"),
        since=37,
    ),
    _slurmdb("GET", "clusters", "clusters.list_all", "All clusters", _CLUSTERS, "slurmdbd.CLUSTERS"),
    _slurmdb("POST", "clusters", "cluster_writes.add", "Add clusters", body="clusters_body", name="add_clusters"),
    _slurmdb("DELETE", "cluster/{cluster_name}", "cluster_writes.remove", "Remove a cluster"),
    _slurmdb("GET", "cluster/{cluster_name}", "clusters.get", "One cluster", _CLUSTERS),
    _slurmdb("GET", "instances", "instances.list_all", "All instances", _INSTANCES, "slurmdbd.INSTANCES", since=40),
    _slurmdb("GET", "instance", "instances.get", "One instance", _INSTANCES, "slurmdbd.INSTANCES", since=40),
    _slurmdb("GET", "ping", "daemon.ping", "Which slurmdbd answer", (Part("pings", "slurmdbd_ping"),), since=42),
    _slurmdb("GET", "diag", "daemon.diag", "What slurmdbd has counted", _DBD_STATISTICS, name="diag"),
    _slurmdb(
        *("GET", "config", "config.get", "All that slurmdbd keeps but jobs", _CONFIG[:-1]),
        name="get_db_config",
        until=37,
    ),
    _slurmdb("GET", "config", "config.get", "All that slurmdbd keeps but jobs", _CONFIG[:-1], since=38, until=39),
    _slurmdb("GET", "config", "config.get", "All that slurmdbd keeps but jobs", _CONFIG, since=40, until=44),
    _slurmdb("GET", "config", "config.get", "All that slurmdbd keeps but jobs", _CONFIG[:-1], since=45),
    _slurmdb(
        *("POST", "config", "config_writes.update", "Store all of that"),
        body="config_body",
        name="set_db_config",
        until=37,
    ),
    _slurmdb(
        *("POST", "config", "config_writes.update", "Store all of that"),
        body="config_body",
        name="set_config",
        since=38,
    ),
    _slurmdb("GET", "conf", "daemon.conf", "How slurmdbd is configured", _DBD_CONF, since=45),
    _slurmdb("POST", "tres", "tres.refuse", "Refused by every release", name="update_tres"),
    _slurmdb("GET", "qos", "qos.list_all", "All QOSes", _QOS, "slurmdbd.QOS"),
    _slurmdb("POST", "qos", "qos_writes.update", "Add or change QOSes", body="qos_body", name="update_qos", since=38),
    _slurmdb("DELETE", "qos/{qos_name}", "qos_writes.remove", "Remove a QOS", name="delete_qos", until=39),
    _slurmdb("DELETE", "qos/{qos}", "qos_writes.remove", "Remove a QOS", words="single_qos", since=40),
    _slurmdb(
        "GET", "qos/{qos_name}", "qos.get", "One QOS", _QOS, "slurmdbd.SINGLE_QOS", name="get_single_qos", until=39
    ),
    _slurmdb("GET", "qos/{qos}", "qos.get", "One QOS", _QOS, "slurmdbd.SINGLE_QOS", words="single_qos", since=40),
    _slurmdb("GET", "tres", "tres.list_all", "All trackable resources", (Part("TRES", "slurmdb_tres_rec_t"),)),
    _slurmdb("GET", "jobs", "jobs.list_all", "Jobs that slurmdbd remembers", _PAST_JOBS, "slurmdbd.job_queries.JOBS"),
    _slurmdb("GET", "job/{job_id:int}", "jobs.get", "One job", _PAST_JOBS, until=37),
    _slurmdb("GET", "job/{job_id}", "jobs.get", "One job", _PAST_JOBS, since=38),
    _slurmdb("GET", "accounts", "accounts.list_all", "All accounts", _ACCOUNTS, "slurmdbd.ACCOUNTS"),
    _slurmdb("GET", "account/{account_name}", "accounts.get", "One account", _ACCOUNTS, "slurmdbd.ACCOUNT"),
    _slurmdb("GET", "users", "users.list_all", "All users", _USERS, "slurmdbd.USERS"),
    _slurmdb("GET", "user/{user_name}", "users.get", "One user", _USERS, "slurmdbd.USER", until=39),
    _slurmdb("GET", "user/{name}", "users.get", "One user", _USERS, "slurmdbd.USER", since=40),
    _slurmdb(
        *("GET", "associations", "associations.list_all", "All associations"),
        *(_ASSOCIATIONS, "slurmdbd.ASSOCIATIONS"),
    ),
    _slurmdb("GET", "association", "associations.get", "One association", _ASSOCIATIONS, "slurmdbd.ASSOCIATIONS"),
    _slurmdb("GET", "wckeys", "wckeys.list_all", "All wckeys", _WCKEYS, "slurmdbd.WCKEYS"),
    _slurmdb("GET", "wckey/{wckey}", "wckeys.get", "Wckeys of one name", _WCKEYS, until=39),
    _slurmdb("GET", "wckey/{id}", "wckeys.get", "Wckeys of one name", _WCKEYS, since=40),
    _slurmdb("POST", "accounts", "account_writes.update", "Add or change accounts", **_ACCOUNTS_SENT, until=38),
    _slurmdb("POST", "accounts", "account_writes.update", "Add or change accounts", **_ACCOUNTS_LATER, since=39),
    _slurmdb("DELETE", "account/{account_name}", "account_writes.remove", "Remove an account"),
    _slurmdb("POST", "users", "user_writes.update", "Add or change users", body="users_body", name="update_users"),
    _slurmdb("DELETE", "user/{user_name}", "user_writes.remove", "Remove a user", until=39),
    _slurmdb("DELETE", "user/{name}", "user_writes.remove", "Remove a user", since=40),
    _slurmdb(
        *("POST", "associations", "association_writes.update", "Add or change associations"),
        body="associations_body",
        name="update_associations",
        since=37,
    ),
    _slurmdb(
        *(
            "DELETE",
            "associations",
            "association_writes.remove_all",
            "Remove associations",
            (),
            "slurmdbd.ASSOCIATIONS",
        ),
        since=38,
    ),
    _slurmdb("DELETE", "association", "association_writes.remove", "Remove one", (), "slurmdbd.ASSOCIATIONS"),
    _slurmdb(
        *("POST", "accounts_association", "additions.add_accounts", "Add accounts with their associations"),
        body="accounts_addition",
        since=40,
    ),
    _slurmdb(
        *("POST", "users_association", "additions.add_users", "Add users with their associations"),
        body="users_addition",
        since=40,
    ),
    _slurmdb("POST", "job/{job_id}", "job_changes.update", "Change a job that ended", body="job_modify", since=44),
    _slurmdb("POST", "jobs", "job_changes.update_all", "Change jobs that ended", body="jobs_modify", since=44),
    _slurmdb("POST", "wckeys", "wckey_writes.update", "Add wckeys", body="wckeys_body", name="add_wckeys"),
    _slurmdb("DELETE", "wckey/{wckey}", "wckey_writes.remove", "Remove wckeys of one name", until=39),
    _slurmdb("DELETE", "wckey/{id}", "wckey_writes.remove", "Remove wckeys of one name", since=40),
    Route("POST", "util", "hostnames", "util.hosts.names", "Names of hosts from an expression", body="hostlist"),
    Route("POST", "util", "hostlist", "util.hosts.expression", "An expression from names of hosts", body="hostnames"),
)


def served() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the OpenAPI plugins and of the data parsers that have operations here."""
    every = ((version, route) for version in versions.DIALECTS for route in ROUTES)
    pairs = sorted({(version, route.side) for version, route in every if route.serves(version)})
    plugins = dict.fromkeys(versions.plugin(side, version)[0] for version, side in pairs)
    parsed = (version for version, _ in pairs if not versions.DIALECTS[version].plugin_by_version)
    parsers = dict.fromkeys(f"data_parser/v0.0.{version}" for version in parsed)
    return tuple(plugins), tuple(parsers)
