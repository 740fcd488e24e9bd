# SPDX-License-Identifier: GPL-2.0-or-later
"""QOSes."""

from __future__ import annotations

from cases import Case

CASES = (
    Case("qos", "/slurmdb/{v}/qos"),
    Case("qos in YAML", "/slurmdb/{v}/qos", headers=("Accept: application/x-yaml",)),
    Case("qos as root", "/slurmdb/{v}/qos", credentials=("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")),
    Case("qos with an unknown parameter", "/slurmdb/{v}/qos?foo=1"),
    Case("qos with a parameter without a value", "/slurmdb/{v}/qos?with_deleted"),
    Case("qos that were removed", "/slurmdb/{v}/qos?with_deleted=true"),
    Case("qos that were not removed", "/slurmdb/{v}/qos?with_deleted=false"),
    Case("qos that were removed, by another word", "/slurmdb/{v}/qos?with_deleted=abc"),
    Case("qos that were removed, by its later name", "/slurmdb/{v}/qos?Include%20deleted%20QOS=true"),
    Case("qos by names with a comma", "/slurmdb/{v}/qos?name=low,high"),
    Case("qos by name", "/slurmdb/{v}/qos?name=low%2Chigh"),
    Case("qos by a name that is not there", "/slurmdb/{v}/qos?name=nosuch"),
    Case("qos by no name", "/slurmdb/{v}/qos?name="),
    Case("qos by id", "/slurmdb/{v}/qos?id=1%2C2"),
    Case("qos by an id that is not there", "/slurmdb/{v}/qos?id=99"),
    Case("qos by an id that is a name", "/slurmdb/{v}/qos?id=low"),
    Case("qos by description", "/slurmdb/{v}/qos?description=QOS%20of%20a%20partition"),
    Case("qos by a description that is not there", "/slurmdb/{v}/qos?description=nosuch"),
    Case("qos by how they preempt", "/slurmdb/{v}/qos?preempt_mode=CANCEL"),
    Case("qos by how none preempts", "/slurmdb/{v}/qos?preempt_mode=GANG"),
    Case("qos by an unknown way to preempt", "/slurmdb/{v}/qos?preempt_mode=FOO"),
    Case("qos by no way to preempt", "/slurmdb/{v}/qos?preempt_mode="),
    Case("qos with a format", "/slurmdb/{v}/qos?format=name"),
    Case("qos by name twice", "/slurmdb/{v}/qos?name=low&name=high"),
    Case("one qos", "/slurmdb/{v}/qos/{qos}"),
    Case("a qos that is not there", "/slurmdb/{v}/qos/nosuch"),
    Case("a qos in capitals", "/slurmdb/{v}/qos/NORMAL"),
    Case("a qos by its id", "/slurmdb/{v}/qos/1"),
    Case("qos with a comma", "/slurmdb/{v}/qos/low,high"),
    Case("one qos that may be removed", "/slurmdb/{v}/qos/normal?with_deleted=true"),
    Case("one qos with an unknown parameter", "/slurmdb/{v}/qos/normal?foo=1"),
    Case("one qos by another parameter", "/slurmdb/{v}/qos/normal?name=low"),
    Case("qos, slurmdbd down", "/slurmdb/{v}/qos", setting="dbd-down"),
    Case("one qos, slurmdbd down", "/slurmdb/{v}/qos/normal", setting="dbd-down"),
    Case("qos with a fault, slurmdbd down", "/slurmdb/{v}/qos?preempt_mode=FOO", setting="dbd-down"),
)

DIFFERENCES = ()
