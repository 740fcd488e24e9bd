# SPDX-License-Identifier: GPL-2.0-or-later
"""Clusters: ``slurmdb_cluster_rec_t`` (sacctmgr(1), "show cluster")."""

from __future__ import annotations

from slurmrest_inet.schema.model import (
    BOTH,
    NUMBER_16,
    NUMBER_32,
    TEXT,
    TEXT_OR_NULL,
    Name,
    Names,
    Row,
    Table,
    choice,
    constant,
    flags,
    record,
)
from slurmrest_inet.schema.readers import ignored

from . import readers
from .association import ASSOCIATION_SHORT
from .names import CLUSTER_FLAGS

SELECT_PLUGINS = Names(
    "select_plugins",
    (
        Name("SELECT_PLUGIN_CONS_RES", "cons_res"),
        Name("SELECT_PLUGIN_LINEAR", "linear"),
        Name("SELECT_PLUGIN_SERIAL", "serial"),
        Name("SELECT_PLUGIN_CRAY_LINEAR", "cray_linear"),
        Name("SELECT_PLUGIN_CRAY_CONS_RES", "cray_cons_res"),
        Name("SELECT_PLUGIN_CONS_TRES", "cons_tres"),
        Name("SELECT_PLUGIN_CRAY_CONS_TRES", "cray_cons_tres"),
    ),
)

_NO_VERSION = "no API version shows it"

CLUSTER = Table(
    "slurmdb_cluster_rec_t",
    (
        Row("controller/host", "control_host", TEXT, "Address of slurmctld", way=BOTH),
        Row("controller/port", "control_port", NUMBER_32, "Its port", way=BOTH),
        Row("flags", "flags", flags(CLUSTER_FLAGS), "What it is", way=BOTH),
        Row("name", "name", TEXT, "Name", way=BOTH),
        Row("nodes", "nodes", TEXT_OR_NULL, "Its nodes, as a host list", then={39: TEXT}, way=BOTH),
        Row(
            "select_plugin",
            "plugin_id_select",
            choice(SELECT_PLUGINS)._replace(options=("ZERO_NULL",)),
            "Its plugin for choosing resources, gone since 24.05",
            then={39: choice(SELECT_PLUGINS._replace(ident="select_plugins_or_none", otherwise=""))},
            until=39,
        ),
        Row(
            "select_plugin",
            None,
            constant('""')._replace(read=ignored),
            "Its plugin for choosing resources, gone",
            since=40,
            until=44,
            way=BOTH,
        ),
        Row("associations/root", None, constant("null"), "Association of its root, not told", until=38),
        Row(
            "associations/root",
            "root_assoc",
            record("association_short", pointer=True)._replace(read=readers.record_or_none(ASSOCIATION_SHORT)),
            "Association of its root",
            since=39,
            way=BOTH,
        ),
        Row("rpc_version", "rpc_version", NUMBER_16, "Version of its protocol, as Slurm's code", way=BOTH),
        Row("tres", "tres_str", readers.TRES_IDS, "Its resources", way=BOTH),
    ),
    skip={
        "accounting_list": _NO_VERSION,
        "classification": _NO_VERSION,
        "comm_fail_time": "only slurmdbd's own, not sent",
        "control_addr": "the same as control_host",
        "dim_size": _NO_VERSION,
        "dimensions": _NO_VERSION,
        "fed": _NO_VERSION,
        "id": _NO_VERSION,
        "lock": "only slurmdbd's own, not sent",
        "send_rpc": "only slurmdbd's own, not sent",
    },
    parser="CLUSTER_REC",
)
