# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a job waits or has failed, in words."""

from __future__ import annotations

from .model import Names
from .naming import pairs

_REASON_36 = pairs(
    "job_reason_36",
    """
    WAIT_NO_REASON None
    WAIT_PROLOG Prolog
    WAIT_PRIORITY Priority
    WAIT_DEPENDENCY Dependency
    WAIT_RESOURCES Resources
    WAIT_PART_NODE_LIMIT PartitionNodeLimit
    WAIT_PART_TIME_LIMIT PartitionTimeLimit
    WAIT_PART_DOWN PartitionDown
    WAIT_PART_INACTIVE PartitionInactive
    WAIT_HELD JobHeldAdmin
    WAIT_HELD_USER JobHeldUser
    WAIT_TIME BeginTime
    WAIT_LICENSES Licenses
    WAIT_ASSOC_JOB_LIMIT AssociationJobLimit
    WAIT_ASSOC_RESOURCE_LIMIT AssociationResourceLimit
    WAIT_ASSOC_TIME_LIMIT AssociationTimeLimit
    WAIT_RESERVATION Reservation
    WAIT_NODE_NOT_AVAIL ReqNodeNotAvail
    WAIT_FRONT_END FrontEndDown
    FAIL_DEFER SchedDefer
    FAIL_DOWN_PARTITION PartitionDown
    FAIL_DOWN_NODE NodeDown
    FAIL_BAD_CONSTRAINTS BadConstraints
    FAIL_SYSTEM SystemFailure
    FAIL_LAUNCH JobLaunchFailure
    FAIL_EXIT_CODE NonZeroExitCode
    FAIL_TIMEOUT TimeLimit
    FAIL_INACTIVE_LIMIT InactiveLimit
    FAIL_ACCOUNT InvalidAccount
    FAIL_QOS InvalidQOS
    WAIT_QOS_THRES QOSUsageThreshold
    WAIT_QOS_JOB_LIMIT QOSJobLimit
    WAIT_QOS_RESOURCE_LIMIT QOSResourceLimit
    WAIT_QOS_TIME_LIMIT QOSTimeLimit
    WAIT_BLOCK_MAX_ERR BlockMaxError
    WAIT_BLOCK_D_ACTION BlockFreeAction
    WAIT_CLEANING Cleaning
    WAIT_QOS QOSNotAllowed
    WAIT_ACCOUNT AccountNotAllowed
    WAIT_DEP_INVALID DependencyNeverSatisfied
    WAIT_QOS_GRP_CPU QOSGrpCpuLimit
    WAIT_QOS_GRP_CPU_MIN QOSGrpCPUMinutesLimit
    WAIT_QOS_GRP_CPU_RUN_MIN QOSGrpCPURunMinutesLimit
    WAIT_QOS_GRP_JOB QOSGrpMemLimit
    WAIT_QOS_GRP_MEM QOSGrpMemLimit
    WAIT_QOS_GRP_NODE QOSGrpNodeLimit
    WAIT_QOS_GRP_SUB_JOB QOSGrpSubmitJobsLimit
    WAIT_QOS_GRP_WALL QOSGrpWallLimit
    WAIT_QOS_MAX_CPU_PER_JOB QOSMaxCpuPerJobLimit
    WAIT_QOS_MAX_CPU_MINS_PER_JOB QOSMaxCpuMinutesPerJobLimit
    WAIT_QOS_MAX_NODE_PER_JOB QOSMaxNodePerJobLimit
    WAIT_QOS_MAX_WALL_PER_JOB QOSMaxWallDurationPerJobLimit
    WAIT_QOS_MAX_CPU_PER_USER QOSMaxCpuPerUserLimit
    WAIT_QOS_MAX_JOB_PER_USER QOSMaxJobsPerUserLimit
    WAIT_QOS_MAX_NODE_PER_USER QOSMaxNodePerUserLimit
    WAIT_QOS_MAX_SUB_JOB QOSMaxSubmitJobPerUserLimit
    WAIT_QOS_MIN_CPU QOSMinCpuNotSatisfied
    WAIT_ASSOC_GRP_CPU AssocGrpCpuLimit
    WAIT_ASSOC_GRP_CPU_MIN AssocGrpCPUMinutesLimit
    WAIT_ASSOC_GRP_CPU_RUN_MIN AssocGrpCPURunMinutesLimit
    WAIT_ASSOC_GRP_JOB AssocGrpMemLimit
    WAIT_ASSOC_GRP_MEM AssocGrpMemLimit
    WAIT_ASSOC_GRP_NODE AssocGrpNodeLimit
    WAIT_ASSOC_GRP_SUB_JOB AssocGrpSubmitJobsLimit
    WAIT_ASSOC_GRP_WALL AssocGrpWallLimit
    WAIT_ASSOC_MAX_JOBS AssocMaxJobsLimit
    WAIT_ASSOC_MAX_CPU_PER_JOB AssocMaxCpuPerJobLimit
    WAIT_ASSOC_MAX_CPU_MINS_PER_JOB AssocMaxCpuMinutesPerJobLimit
    WAIT_ASSOC_MAX_NODE_PER_JOB AssocMaxNodePerJobLimit
    WAIT_ASSOC_MAX_WALL_PER_JOB AssocMaxWallDurationPerJobLimit
    WAIT_ASSOC_MAX_SUB_JOB AssocMaxSubmitJobLimit
    WAIT_MAX_REQUEUE JobHoldMaxRequeue
    WAIT_ARRAY_TASK_LIMIT JobArrayTaskLimit
    WAIT_BURST_BUFFER_RESOURCE BurstBufferResources
    WAIT_BURST_BUFFER_STAGING BurstBufferStageIn
    FAIL_BURST_BUFFER_OP BurstBufferOperation
    WAIT_POWER_NOT_AVAIL PowerNotAvail
    WAIT_POWER_RESERVED PowerReserved
    WAIT_ASSOC_GRP_UNK AssocGrpUnknown
    WAIT_ASSOC_GRP_UNK_MIN AssocGrpUnknownMinutes
    WAIT_ASSOC_GRP_UNK_RUN_MIN AssocGrpUnknownRunMinutes
    WAIT_ASSOC_MAX_UNK_PER_JOB AssocMaxUnknownPerJob
    WAIT_ASSOC_MAX_UNK_PER_NODE AssocMaxUnknownPerNode
    WAIT_ASSOC_MAX_UNK_MINS_PER_JOB AssocMaxUnknownMinutesPerJob
    WAIT_ASSOC_MAX_CPU_PER_NODE AssocMaxCpuPerNode
    WAIT_ASSOC_GRP_MEM_MIN AssocGrpMemMinutes
    WAIT_ASSOC_GRP_MEM_RUN_MIN AssocGrpMemRunMinutes
    WAIT_ASSOC_MAX_MEM_PER_JOB AssocMaxMemPerJob
    WAIT_ASSOC_MAX_MEM_PER_NODE AssocMaxMemPerNode
    WAIT_ASSOC_MAX_MEM_MINS_PER_JOB AssocMaxMemMinutesPerJob
    WAIT_ASSOC_GRP_NODE_MIN AssocGrpNodeMinutes
    WAIT_ASSOC_GRP_NODE_RUN_MIN AssocGrpNodeRunMinutes
    WAIT_ASSOC_MAX_NODE_MINS_PER_JOB AssocMaxNodeMinutesPerJob
    WAIT_ASSOC_GRP_ENERGY AssocGrpEnergy
    WAIT_ASSOC_GRP_ENERGY_MIN AssocGrpEnergyMinutes
    WAIT_ASSOC_GRP_ENERGY_RUN_MIN AssocGrpEnergyRunMinutes
    WAIT_ASSOC_MAX_ENERGY_PER_JOB AssocMaxEnergyPerJob
    WAIT_ASSOC_MAX_ENERGY_PER_NODE AssocMaxEnergyPerNode
    WAIT_ASSOC_MAX_ENERGY_MINS_PER_JOB AssocMaxEnergyMinutesPerJob
    WAIT_ASSOC_GRP_GRES AssocGrpGRES
    WAIT_ASSOC_GRP_GRES_MIN AssocGrpGRESMinutes
    WAIT_ASSOC_GRP_GRES_RUN_MIN AssocGrpGRESRunMinutes
    WAIT_ASSOC_MAX_GRES_PER_JOB AssocMaxGRESPerJob
    WAIT_ASSOC_MAX_GRES_PER_NODE AssocMaxGRESPerNode
    WAIT_ASSOC_MAX_GRES_MINS_PER_JOB AssocMaxGRESMinutesPerJob
    WAIT_ASSOC_GRP_LIC AssocGrpLicense
    WAIT_ASSOC_GRP_LIC_MIN AssocGrpLicenseMinutes
    WAIT_ASSOC_GRP_LIC_RUN_MIN AssocGrpLicenseRunMinutes
    WAIT_ASSOC_MAX_LIC_PER_JOB AssocMaxLicensePerJob
    WAIT_ASSOC_MAX_LIC_MINS_PER_JOB AssocMaxLicenseMinutesPerJob
    WAIT_ASSOC_GRP_BB AssocGrpBB
    WAIT_ASSOC_GRP_BB_MIN AssocGrpBBMinutes
    WAIT_ASSOC_GRP_BB_RUN_MIN AssocGrpBBRunMinutes
    WAIT_ASSOC_MAX_BB_PER_JOB AssocMaxBBPerJob
    WAIT_ASSOC_MAX_BB_PER_NODE AssocMaxBBPerNode
    WAIT_ASSOC_MAX_BB_MINS_PER_JOB AssocMaxBBMinutesPerJob
    WAIT_QOS_GRP_UNK QOSGrpUnknown
    WAIT_QOS_GRP_UNK_MIN QOSGrpUnknownMinutes
    WAIT_QOS_GRP_UNK_RUN_MIN QOSGrpUnknownRunMinutes
    WAIT_QOS_MAX_UNK_PER_JOB QOSMaxUnknownPerJob
    WAIT_QOS_MAX_UNK_PER_NODE QOSMaxUnknownPerNode
    WAIT_QOS_MAX_UNK_PER_USER QOSMaxUnknownPerUser
    WAIT_QOS_MAX_UNK_MINS_PER_JOB QOSMaxUnknownMinutesPerJob
    WAIT_QOS_MIN_UNK QOSMinUnknown
    WAIT_QOS_MAX_CPU_PER_NODE QOSMaxCpuPerNode
    WAIT_QOS_GRP_MEM_MIN QOSGrpMemoryMinutes
    WAIT_QOS_GRP_MEM_RUN_MIN QOSGrpMemoryRunMinutes
    WAIT_QOS_MAX_MEM_PER_JOB QOSMaxMemoryPerJob
    WAIT_QOS_MAX_MEM_PER_NODE QOSMaxMemoryPerNode
    WAIT_QOS_MAX_MEM_PER_USER QOSMaxMemoryPerUser
    WAIT_QOS_MAX_MEM_MINS_PER_JOB QOSMaxMemoryMinutesPerJob
    WAIT_QOS_MIN_MEM QOSMinMemory
    WAIT_QOS_GRP_NODE_MIN QOSGrpNodeMinutes
    WAIT_QOS_GRP_NODE_RUN_MIN QOSGrpNodeRunMinutes
    WAIT_QOS_MAX_NODE_MINS_PER_JOB QOSMaxNodeMinutesPerJob
    WAIT_QOS_MIN_NODE QOSMinNode
    WAIT_QOS_GRP_ENERGY QOSGrpEnergy
    WAIT_QOS_GRP_ENERGY_MIN QOSGrpEnergyMinutes
    WAIT_QOS_GRP_ENERGY_RUN_MIN QOSGrpEnergyRunMinutes
    WAIT_QOS_MAX_ENERGY_PER_JOB QOSMaxEnergyPerJob
    WAIT_QOS_MAX_ENERGY_PER_NODE QOSMaxEnergyPerNode
    WAIT_QOS_MAX_ENERGY_PER_USER QOSMaxEnergyPerUser
    WAIT_QOS_MAX_ENERGY_MINS_PER_JOB QOSMaxEnergyMinutesPerJob
    WAIT_QOS_MIN_ENERGY QOSMinEnergy
    WAIT_QOS_GRP_GRES QOSGrpGRES
    WAIT_QOS_GRP_GRES_MIN QOSGrpGRESMinutes
    WAIT_QOS_GRP_GRES_RUN_MIN QOSGrpGRESRunMinutes
    WAIT_QOS_MAX_GRES_PER_JOB QOSMaxGRESPerJob
    WAIT_QOS_MAX_GRES_PER_NODE QOSMaxGRESPerNode
    WAIT_QOS_MAX_GRES_PER_USER QOSMaxGRESPerUser
    WAIT_QOS_MAX_GRES_MINS_PER_JOB QOSMaxGRESMinutesPerJob
    WAIT_QOS_MIN_GRES QOSMinGRES
    WAIT_QOS_GRP_LIC QOSGrpLicense
    WAIT_QOS_GRP_LIC_MIN QOSGrpLicenseMinutes
    WAIT_QOS_GRP_LIC_RUN_MIN QOSGrpLicenseRunMinutes
    WAIT_QOS_MAX_LIC_PER_JOB QOSMaxLicensePerJob
    WAIT_QOS_MAX_LIC_PER_USER QOSMaxLicensePerUser
    WAIT_QOS_MAX_LIC_MINS_PER_JOB QOSMaxLicenseMinutesPerJob
    WAIT_QOS_MIN_LIC QOSMinLicense
    WAIT_QOS_GRP_BB QOSGrpBB
    WAIT_QOS_GRP_BB_MIN QOSGrpBBMinutes
    WAIT_QOS_GRP_BB_RUN_MIN QOSGrpBBRunMinutes
    WAIT_QOS_MAX_BB_PER_JOB QOSMaxBBPerJob
    WAIT_QOS_MAX_BB_PER_NODE QOSMaxBBPerNode
    WAIT_QOS_MAX_BB_PER_USER QOSMaxBBPerUser
    WAIT_QOS_MAX_BB_MINS_PER_JOB AssocMaxBBMinutesPerJob
    WAIT_QOS_MIN_BB QOSMinBB
    FAIL_DEADLINE DeadLine
    WAIT_QOS_MAX_BB_PER_ACCT MaxBBPerAccount
    WAIT_QOS_MAX_CPU_PER_ACCT MaxCpuPerAccount
    WAIT_QOS_MAX_ENERGY_PER_ACCT MaxEnergyPerAccount
    WAIT_QOS_MAX_GRES_PER_ACCT MaxGRESPerAccount
    WAIT_QOS_MAX_NODE_PER_ACCT MaxNodePerAccount
    WAIT_QOS_MAX_LIC_PER_ACCT MaxLicensePerAccount
    WAIT_QOS_MAX_MEM_PER_ACCT MaxMemoryPerAccount
    WAIT_QOS_MAX_UNK_PER_ACCT MaxUnknownPerAccount
    WAIT_QOS_MAX_JOB_PER_ACCT MaxJobsPerAccount
    WAIT_QOS_MAX_SUB_JOB_PER_ACCT MaxSubmitJobsPerAccount
    WAIT_PART_CONFIG PartitionConfig
    WAIT_ACCOUNT_POLICY AccountingPolicy
    WAIT_FED_JOB_LOCK FedJobLock
    FAIL_OOM OutOfMemory
    WAIT_PN_MEM_LIMIT MaxMemPerLimit
    WAIT_ASSOC_GRP_BILLING AssocGrpBilling
    WAIT_ASSOC_GRP_BILLING_MIN AssocGrpBillingMinutes
    WAIT_ASSOC_GRP_BILLING_RUN_MIN AssocGrpBillingRunMinutes
    WAIT_ASSOC_MAX_BILLING_PER_JOB AssocMaxBillingPerJob
    WAIT_ASSOC_MAX_BILLING_PER_NODE AssocMaxBillingPerNode
    WAIT_ASSOC_MAX_BILLING_MINS_PER_JOB AssocMaxBillingMinutesPerJob
    WAIT_QOS_GRP_BILLING QOSGrpBilling
    WAIT_QOS_GRP_BILLING_MIN QOSGrpBillingMinutes
    WAIT_QOS_GRP_BILLING_RUN_MIN QOSGrpBillingRunMinutes
    WAIT_QOS_MAX_BILLING_PER_JOB QOSMaxBillingPerJob
    WAIT_QOS_MAX_BILLING_PER_NODE QOSMaxBillingPerNode
    WAIT_QOS_MAX_BILLING_PER_USER QOSMaxBillingPerUser
    WAIT_QOS_MAX_BILLING_MINS_PER_JOB QOSMaxBillingMinutesPerJob
    WAIT_QOS_MAX_BILLING_PER_ACCT MaxBillingPerAccount
    WAIT_QOS_MIN_BILLING QOSMinBilling
    WAIT_RESV_DELETED ReservationDeleted
    """,
)

_REASON_40 = pairs(
    "job_reason_new_40",
    """
    WAIT_QOS_GRP_JOB QOSGrpJobsLimit
    WAIT_ASSOC_GRP_JOB AssocGrpJobsLimit
    FAIL_SIGNAL RaisedSignal
    WAIT_RESV_INVALID ReservationInvalid
    FAIL_CONSTRAINTS Constraints
    WAIT_QOS_MAX_BB_RUN_MINS_PER_ACCT MaxBBRunMinsPerAccount
    WAIT_QOS_MAX_BILLING_RUN_MINS_PER_ACCT MaxBillingRunMinsPerAccount
    WAIT_QOS_MAX_CPU_RUN_MINS_PER_ACCT MaxCpuRunMinsPerAccount
    WAIT_QOS_MAX_ENERGY_RUN_MINS_PER_ACCT MaxEnergyRunMinsPerAccount
    WAIT_QOS_MAX_GRES_RUN_MINS_PER_ACCT MaxGRESRunMinsPerAccount
    WAIT_QOS_MAX_NODE_RUN_MINS_PER_ACCT MaxNodeRunMinsPerAccount
    WAIT_QOS_MAX_LIC_RUN_MINS_PER_ACCT MaxLicenseRunMinsPerAccount
    WAIT_QOS_MAX_MEM_RUN_MINS_PER_ACCT MaxMemoryRunMinsPerAccount
    WAIT_QOS_MAX_UNK_RUN_MINS_PER_ACCT MaxUnknownRunMinsPerAccount
    WAIT_QOS_MAX_BB_RUN_MINS_PER_USER MaxBBRunMinsPerUser
    WAIT_QOS_MAX_BILLING_RUN_MINS_PER_USER MaxBillingRunMinsPerUser
    WAIT_QOS_MAX_CPU_RUN_MINS_PER_USER MaxCpuRunMinsPerUser
    WAIT_QOS_MAX_ENERGY_RUN_MINS_PER_USER MaxEnergyRunMinsPerUser
    WAIT_QOS_MAX_GRES_RUN_MINS_PER_USER MaxGRESRunMinsPerUser
    WAIT_QOS_MAX_NODE_RUN_MINS_PER_USER MaxNodeRunMinsPerUser
    WAIT_QOS_MAX_LIC_RUN_MINS_PER_USER MaxLicenseRunMinsPerUser
    WAIT_QOS_MAX_MEM_RUN_MINS_PER_USER MaxMemoryRunMinsPerUser
    WAIT_QOS_MAX_UNK_RUN_MINS_PER_USER MaxUnknownRunMinsPerUser
    WAIT_MAX_POWERED_NODES MaxPoweredUpNodes
    WAIT_MPI_PORTS_BUSY MpiPortsBusy
    """,
)

JOB_REASON = Names("job_reason", _REASON_36.entries + _REASON_40.entries)
"""Up to v0.0.39 reasons that are younger have the only words that there are for them."""

JOB_REASON_40 = Names("job_reason_40", _REASON_40.entries + _REASON_36.entries, "InvaildReason")
"""New words win over older ones for the same reason; the last is slurmrestd's spelling, which clients may compare."""

JOB_REASON_43 = Names("job_reason_43", JOB_REASON_40.entries, "InvalidReason")
