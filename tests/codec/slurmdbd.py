# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of slurmdbd's records, as far as they need kinds that no table of slurmctld's does: lists, names by id.

Those of answers change with the API versions; these stay, and stand beside them as views ("probe_...").
"""

from __future__ import annotations

from slurmrest_inet.schema import model
from slurmrest_inet.schema.model import Row, Table

TRES_CONDITION = Table("slurmdb_tres_cond_t", (Row("ids", "id_list", model.LISTED_NUMBERS, "Ids"),), {})
ACCOUNTING = Table(
    "slurmdb_accounting_rec_t",
    (
        Row("allocated/seconds", "alloc_secs", model.NUMBER, "Seconds"),
        Row("id", "id", model.NUMBER, "Id"),
        Row("TRES", "tres_rec", model.record("slurmdb_tres_rec_t"), "Resource"),
    ),
    {},
)
ASSOC_SHORT = Table(
    "slurmdb_assoc_rec_t",
    (
        Row("account", "acct", model.TEXT, "Account"),
        Row("user", "user", model.TEXT, "User"),
        Row("id", "id", model.NUMBER, "Id"),
    ),
    {},
    view="assoc_short",
)
ASSOC = Table(
    "slurmdb_assoc_rec_t",
    (
        Row("accounting", "accounting_list", model.listed("slurmdb_accounting_rec_t"), "Use"),
        Row("account", "acct", model.TEXT, "Account"),
        Row("default/qos", "def_qos_id", model.QOS, "QOS"),
        Row("max/tres/total", "grp_tres", model.TRES, "Resources"),
        Row("id", None, model.own("assoc_short"), "Itself in short"),
        Row("qos", "qos_list", model.QOS_LISTED, "QOSes"),
    ),
    {},
)
QOS = Table(
    "slurmdb_qos_rec_t",
    (
        Row("id", "id", model.NUMBER, "Id"),
        Row("name", "name", model.TEXT, "Name"),
        Row("limits/grace_time", "grace_time", model.NUMBER, "Seconds"),
        Row("limits/max/tres/total", "grp_tres", model.TRES, "Resources"),
        Row("preempt/list", "preempt_bitstr", model.QOS_BITS, "QOSes"),
    ),
    {},
)
COORDINATOR = Table(
    "slurmdb_coord_rec_t",
    (Row("name", "name", model.TEXT, "Name"), Row("direct", "direct", model.BOOLEAN, "Directly")),
    {},
)
ACCOUNT = Table(
    "slurmdb_account_rec_t",
    (
        Row("associations", "assoc_list", model.listed("assoc_short"), "Associations"),
        Row("coordinators", "coordinators", model.listed("slurmdb_coord_rec_t"), "Coordinators"),
        Row("name", "name", model.TEXT, "Name"),
    ),
    {},
)
USER = Table(
    "slurmdb_user_rec_t",
    (
        Row("associations", "assoc_list", model.listed("slurmdb_assoc_rec_t"), "Associations"),
        Row("coordinators", "coord_accts", model.listed("slurmdb_coord_rec_t"), "Accounts"),
        Row("name", "name", model.TEXT, "Name"),
    ),
    {},
)
CLUSTER = Table(
    "slurmdb_cluster_rec_t",
    (
        Row("name", "name", model.TEXT, "Name"),
        Row("features", "fed.feature_list", model.LISTED_TEXTS, "Features in a federation"),
        Row("associations/root", "root_assoc", model.record("assoc_short", pointer=True), "Association"),
        Row("tres", "tres_str", model.TRES, "Resources"),
    ),
    {},
)
STEP = Table(
    "slurmdb_step_rec_t",
    (
        Row("name", "stepname", model.TEXT, "Name"),
        Row("nodes/list", "nodes", model.HOSTS, "Nodes"),
        Row("tres/allocated", "tres_alloc_str", model.TRES, "Resources"),
    ),
    {},
)
JOB_ASSOCIATION = Table(
    "slurmdb_job_rec_t",
    (Row("account", "account", model.TEXT, "Account"), Row("id", "associd", model.NUMBER, "Id")),
    {},
    view="job_association",
)
JOB = Table(
    "slurmdb_job_rec_t",
    (
        Row("association", None, model.own("job_association"), "Association"),
        Row("job_id", "jobid", model.NUMBER, "Id"),
        Row("qos", "qosid", model.QOS, "QOS"),
        Row("steps", "steps", model.listed("slurmdb_step_rec_t"), "Steps"),
        Row("tres/allocated", "tres_alloc_str", model.TRES, "Resources"),
    ),
    {},
)

_TABLES = (
    *(TRES_CONDITION, ACCOUNTING, ASSOC_SHORT, ASSOC, QOS, COORDINATOR, ACCOUNT, USER, CLUSTER, STEP),
    *(JOB_ASSOCIATION, JOB),
)


def _as_probe(table: Table) -> Table:
    """A table under a name of its own, beside the one that answers are written with."""
    known = {one.name for one in _TABLES}
    rows = (
        row._replace(kind=row.kind._replace(record=f"probe_{row.kind.record}")) if row.kind.record in known else row
        for row in table.rows
    )
    return table._replace(rows=tuple(rows), view=f"probe_{table.name}")


SLURMDBD = tuple(map(_as_probe, _TABLES))
