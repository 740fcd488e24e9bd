# SPDX-License-Identifier: GPL-2.0-or-later
"""Clusters."""

from __future__ import annotations

from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

CLUSTERS = listing.Resource(
    {36: "clusters"},
    "slurmdb_clusters_get",
    "slurmdb_cluster_rec_t",
    "slurmdb_cluster_cond_t",
    source={36: "_dump_clusters"},
    begin="slurmdb_init_cluster_cond",
    query="CLUSTERS",
    tres=True,
)


def list_all(call: Call) -> Answer:
    """GET clusters."""
    return listing.answer(call, CLUSTERS)


def get(call: Call) -> Answer:
    """GET cluster/{cluster_name}. slurmrestd looks at no parameter of it."""
    return listing.answer(call, CLUSTERS, {"cluster_list": [call.parameters["cluster_name"]]}, queried=False)
