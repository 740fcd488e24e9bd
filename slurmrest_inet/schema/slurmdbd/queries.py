# SPDX-License-Identifier: GPL-2.0-or-later
"""The queries of slurmdbd's side: each a table of Slurm's condition, which slurmdbd is asked with.

Rule 1: the order of rows is that in which slurmrestd reads them.
Rule 2: what is a bit of a flag word in one release and a member in another is a row with a stand-in (model.bit).
"""

from __future__ import annotations

from slurmrest_inet.schema.model import BOOLEAN, IN, TEXT, Kind, Name, Names, Row, Source, Table, choice, flags
from slurmrest_inet.schema.queries import LIST, TIME, TIME_TOLD, listed
from slurmrest_inet.schema.readers import truth
from slurmrest_inet.schema.scalars import to_text

from .conditions import stand_ins
from .names import ADMIN_LEVELS, CLUSTER_FLAGS, QOS_PREEMPT_MODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Reading


def _whole(value: Any, _at: Reading) -> list[str]:
    """One text a parameter, commas and all."""
    return ["" if one is True else to_text(one) for one in (value if isinstance(value, list) else [value])]


_WHOLE = Kind("csv", type="string", read=_whole)


def _repeated(name: str, member: str, doc: str, until: int = 45) -> Row:
    return Row(name, member, _WHOLE, doc, since=40, until=until, way=IN)


def _unquoted(value: Any, at: Reading) -> list[str]:
    """As LIST; slurmrestd 22.05 takes quotation marks off."""
    return [word.strip("\"'") for word in listed(value, at)]


def _nonempty(value: Any, _at: Reading) -> list[str]:
    """What a comma list names; slurmdbd is told of a list without names, too."""
    texts = value if isinstance(value, list) else [value]
    return [word for text in texts for word in to_text(text).split(",") if word]


_NAMES = {40: Kind("csv", type="string", read=_nonempty)}


def _named(name: str, member: str, doc: str, since: int = 40, until: int = 45) -> Row:
    return Row(name, member, LIST._replace(read=_unquoted), doc, since=since, until=until, then=_NAMES, way=IN)


def _flag(value: Any, _at: Reading) -> int:
    """A bit that is a parameter of its own; slurmrestd looks at no type of it."""
    return int(truth(value))


_FLAG = BOOLEAN._replace(read=_flag)


def _listed(name: str, member: str, doc: str, since: int = 40, until: int = 45) -> Row:
    return Row(name, member, LIST, doc, since=since, until=until, way=IN)


def _truth(name: str, member: str | tuple[str | Source, ...], doc: str, since: int = 40, until: int = 45) -> Row:
    return Row(name, member, BOOLEAN, doc, since=since, until=until, way=IN)


_FORMAT = Row("format", "format_list", LIST, "Taken and looked at by nobody", since=40, until=44, way=IN)


def _association_truth(name: str, later: str, member: str, doc: str) -> tuple[Row, Row]:
    """A truth of associations by its name up to v0.0.41, and by what it is called since."""
    members = stand_ins("slurmdb_assoc_cond_t", member)
    return _truth(name, members, doc, until=41), Row(later, members, _FLAG, doc, since=42, way=IN)


_USAGE = (
    Row("usage_end", "usage_end", TIME, f"Until when its use counts: {TIME_TOLD}", since=40, way=IN),
    Row("usage_start", "usage_start", TIME, f"From when on its use counts: {TIME_TOLD}", since=40, way=IN),
)

_TRUTHS = (
    _association_truth("with_usage", "Include usage", "with_usage", "Whether their use is told"),
    _association_truth(
        "with_deleted",
        "Include deleted associations",
        "with_deleted",
        "Whether those that were removed are told, too",
    ),
    _association_truth(
        "only_defaults",
        "Filter to only defaults",
        "only_defs",
        "Whether only users' defaults are told",
    ),
    _association_truth(
        "with_raw_qos",
        "Include the raw QOS or delta_qos",
        "with_raw_qos",
        "Whether QOSes are told as they were given, not as they come to hold",
    ),
    _association_truth(
        "with_sub_accts",
        "Include sub acct information",
        "with_sub_accts",
        "Whether accounts below those that are asked for are told, too",
    ),
    _association_truth(
        "without_parent_info",
        "Exclude parent id/name",
        "without_parent_info",
        "Whether the account above is not told",
    ),
    _association_truth(
        "without_parent_limits",
        "Exclude limits from parents",
        "without_parent_limits",
        "Whether limits are told as they were given, not as they come to hold",
    ),
)
"""In slurmrestd's order; up to v0.0.41 each stands in its place among the parameters, later they are one flag word."""

ASSOCIATIONS = Table(
    "slurmdb_assoc_cond_t",
    (
        _named("partition", "partition_list", "Partitions, with commas", since=36, until=39),
        _named("cluster", "cluster_list", "Clusters, with commas", since=36, until=39),
        _named("account", "acct_list", "Accounts, with commas", since=36),
        _named("cluster", "cluster_list", "Clusters, with commas"),
        _named("default_qos", "def_qos_id_list", "QOSes that are a default, with commas"),
        *(later for _, later in _TRUTHS),
        _FORMAT,
        _named("id", "id_list", "Ids, with commas"),
        *(old for old, _ in _TRUTHS if old.path == "only_defaults"),
        _named("parent_account", "parent_acct_list", "Accounts above them, with commas"),
        _named("partition", "partition_list", "Partitions, with commas"),
        _named("qos", "qos_list", "QOSes that their jobs may ask for, with commas"),
        *_USAGE,
        _named("user", "user_list", "Users, with commas", since=36),
        *(old for old, _ in _TRUTHS if old.path != "only_defaults"),
    ),
    skip={},
    view="associations_query",
    parser="ASSOC_CONDITION",
)

_WITH_DELETED, _WITH_ASSOCIATIONS, _WITH_COORDINATORS = (
    stand_ins("slurmdb_account_cond_t", member) for member in ("with_deleted", "with_assocs", "with_coords")
)
_DELETED_TOO = "Whether those that were removed are told, too"
_ASSOCIATIONS_TOO = "Whether their associations are told"
_COORDINATORS_TOO = "Whether coordinators are told"

ACCOUNT = Table(
    "slurmdb_account_cond_t",
    (
        _truth("with_assocs", _WITH_ASSOCIATIONS, _ASSOCIATIONS_TOO),
        _truth("with_coords", _WITH_COORDINATORS, _COORDINATORS_TOO),
        _truth("with_deleted", _WITH_DELETED, _DELETED_TOO, since=38),
    ),
    skip={},
    view="account_query",
    parser="OPENAPI_ACCOUNT_QUERY",
)

ACCOUNTS = Table(
    "slurmdb_account_cond_t",
    (
        _repeated("description", "description_list", "Descriptions"),
        _truth("with_assocs", _WITH_ASSOCIATIONS, _ASSOCIATIONS_TOO, until=40),
        _truth("with_coords", _WITH_COORDINATORS, _COORDINATORS_TOO, until=40),
        _truth("with_deleted", _WITH_DELETED, _DELETED_TOO, since=38, until=40),
        Row("DELETED", _WITH_DELETED, _FLAG, _DELETED_TOO, since=41, way=IN),
        Row("WithAssociations", _WITH_ASSOCIATIONS, _FLAG, _ASSOCIATIONS_TOO, since=41, way=IN),
        Row("WithCoordinators", _WITH_COORDINATORS, _FLAG, _COORDINATORS_TOO, since=41, way=IN),
        Row(
            "NoUsersAreCoords",
            stand_ins("slurmdb_account_cond_t", "users_no_coords"),
            _FLAG,
            "Whether only those are told whose users do not manage them",
            since=41,
            way=IN,
        ),
        Row(
            "UsersAreCoords",
            stand_ins("slurmdb_account_cond_t", "users_are_coords"),
            _FLAG,
            "Whether only those are told whose users all manage them",
            since=41,
            way=IN,
        ),
    ),
    skip={},
    view="accounts_query",
    parser="ACCOUNT_CONDITION",
)

USER = Table(
    "slurmdb_user_cond_t",
    (
        _truth("with_deleted", "with_deleted", _DELETED_TOO, since=38),
        _truth("with_assocs", "with_assocs", _ASSOCIATIONS_TOO),
        _truth("with_coords", "with_coords", "Whether the accounts that they manage are told"),
        _truth("with_wckeys", "with_wckeys", "Whether their wckeys are told"),
    ),
    skip={},
    view="user_query",
    parser="OPENAPI_USER_QUERY",
)

USERS = Table(
    "slurmdb_user_cond_t",
    (
        Row("admin_level", "admin_level", choice(ADMIN_LEVELS), "Rights in slurmdbd", since=40, way=IN),
        _named("default_account", "def_acct_list", "Accounts that are a default, with commas"),
        _named("default_wckey", "def_wckey_list", "Wckeys that are a default, with commas"),
        _truth("with_assocs", "with_assocs", _ASSOCIATIONS_TOO),
        _truth("with_coords", "with_coords", "Whether the accounts that they manage are told"),
        _truth("with_deleted", "with_deleted", _DELETED_TOO, since=38),
        _truth("with_wckeys", "with_wckeys", "Whether their wckeys are told"),
        _truth("without_defaults", "without_defaults", "Whether only those without a default account are told"),
    ),
    skip={},
    view="users_query",
    parser="USER_CONDITION",
)

WCKEYS = Table(
    "slurmdb_wckey_cond_t",
    (
        _named("cluster", "cluster_list", "Clusters, with commas"),
        _FORMAT,
        _named("id", "id_list", "Ids, with commas"),
        _named("name", "name_list", "Names, with commas"),
        _truth("only_defaults", "only_defs", "Whether only users' defaults are told"),
        *_USAGE,
        _named("user", "user_list", "Users, with commas"),
        _truth("with_usage", "with_usage", "Whether their use is told"),
        _truth("with_deleted", "with_deleted", _DELETED_TOO),
    ),
    skip={},
    view="wckeys_query",
    parser="WCKEY_CONDITION",
)

INSTANCES = Table(
    "slurmdb_instance_cond_t",
    (
        _listed("cluster", "cluster_list", "Clusters, with commas"),
        _listed("extra", "extra_list", "What nodes were told besides, with commas"),
        _FORMAT,
        _listed("instance_id", "instance_id_list", "Ids that the cloud gave them, with commas"),
        _listed("instance_type", "instance_type_list", "Types that the cloud gave them, with commas"),
        Row("node_list", "node_list", TEXT, "Nodes, as a host list", since=40, way=IN),
        Row("time_end", "time_end", TIME, f"Until when they were there: {TIME_TOLD}", since=40, way=IN),
        Row("time_start", "time_start", TIME, f"From when on they were there: {TIME_TOLD}", since=40, way=IN),
    ),
    skip={},
    view="instances_query",
    parser="INSTANCE_CONDITION",
)

_CLASSIFICATIONS = Names(
    "cluster_classifications",
    (
        Name("SLURMDB_CLASS_NONE", "UNCLASSIFIED"),
        Name("SLURMDB_CLASS_CAPABILITY", "CAPABILITY"),
        Name("SLURMDB_CLASS_CAPACITY", "CAPACITY"),
        Name("SLURMDB_CLASS_CAPAPACITY", "CAPAPACITY"),
    ),
)

CLUSTERS = Table(
    "slurmdb_cluster_cond_t",
    (
        Row("classification", "classification", choice(_CLASSIFICATIONS), "Class of cluster", since=40, way=IN),
        _repeated("cluster", "cluster_list", "Name; may be repeated"),
        _repeated("federation", "federation_list", "Federation; may be repeated"),
        Row("flags", "flags", flags(CLUSTER_FLAGS), "What they are", since=40, way=IN),
        _FORMAT,
        _repeated("rpc_version", "rpc_version_list", "Version of the protocol; may be repeated"),
        *_USAGE,
        _truth("with_deleted", "with_deleted", _DELETED_TOO),
        _truth("with_usage", "with_usage", "Whether their use is told"),
    ),
    skip={},
    view="clusters_query",
    parser="CLUSTER_CONDITION",
)

_DELETED_QOS = stand_ins("slurmdb_qos_cond_t", "with_deleted")

QOS = Table(
    "slurmdb_qos_cond_t",
    (
        _listed("description", "description_list", "Descriptions, with commas"),
        _truth("with_deleted", _DELETED_QOS, _DELETED_TOO, since=38, until=41),
        _truth("Include deleted QOS", _DELETED_QOS, _DELETED_TOO, since=42),
        _listed("id", "id_list", "Ids, with commas"),
        _FORMAT,
        _listed("name", "name_list", "Names, with commas"),
        Row(
            "preempt_mode",
            "preempt_mode",
            flags(QOS_PREEMPT_MODES),
            "How jobs of theirs are preempted",
            since=40,
            way=IN,
        ),
    ),
    skip={},
    view="qos_query",
    parser="QOS_CONDITION",
)

SINGLE_QOS = Table(
    "slurmdb_qos_cond_t",
    (_truth("with_deleted", _DELETED_QOS, _DELETED_TOO, since=38),),
    skip={},
    view="single_qos_query",
    parser="OPENAPI_SLURMDBD_QOS_QUERY",
)
