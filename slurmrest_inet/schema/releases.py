# SPDX-License-Identifier: GPL-2.0-or-later
"""Which constants and members of Slurm's public headers are not in every supported release, by first and last one.

Rule 1: what is not named here is in all of them; so a name that no release has is found by the tests on any release.
Rule 2: only the tests read this; what the installed headers lack, the build sees by itself.
"""

from __future__ import annotations

_CONSTANTS = {
    ("23.02", "25.05"): """
        KILL_NO_CRON
    """,
    ("22.05", "24.05"): """
        CPU_BIND_RANK
    """,
    ("22.05", "22.05"): """
        CTL_CONF_OR CTL_CONF_SJC CTL_CONF_DRJ CTL_CONF_ASRU CTL_CONF_PAM CTL_CONF_WCKEY CTL_CONF_IPV4_ENABLED
        CTL_CONF_IPV6_ENABLED CTL_CONF_SJS CTL_CONF_SJE
        KILL_JOB_ARRAY
        WAIT_BLOCK_D_ACTION WAIT_BLOCK_MAX_ERR
    """,
    ("22.05", "23.02"): """
        JOB_RESIZED RESERVE_FLAG_FIRST_CORES
    """,
    ("22.05", "23.11"): """
        CLUSTER_FLAG_CRAY SELECT_PLUGIN_CRAY_CONS_RES SELECT_PLUGIN_CRAY_CONS_TRES SELECT_PLUGIN_CRAY_LINEAR
        SELECT_PLUGIN_SERIAL SLURM_POWER_FLAGS_LEVEL
        NODE_STATE_NET WAIT_POWER_NOT_AVAIL WAIT_POWER_RESERVED
    """,
    ("22.05", "24.11"): """
        CLUSTER_FLAG_FE WAIT_FRONT_END
    """,
    ("22.05", "25.05"): """
        DEBUG_FLAG_JOB_CONT
        CR_BOARD CR_CORE CR_CORE_DEFAULT_DIST_BLOCK CR_CPU CR_LLN CR_MEMORY CR_ONE_TASK_PER_CORE CR_PACK_NODES
        CR_SOCKET SELECT_PLUGIN_CONS_RES
    """,
    ("23.02", "26.05"): """
        CONF_FLAG_ASRU CONF_FLAG_DRJ CONF_FLAG_ECORE CONF_FLAG_IPV4_ENABLED CONF_FLAG_IPV6_ENABLED CONF_FLAG_L3CSOCK
        CONF_FLAG_NNSOCK CONF_FLAG_OR CONF_FLAG_PAM CONF_FLAG_SJC CONF_FLAG_SJE CONF_FLAG_SJS CONF_FLAG_WCKEY
        DEBUG_FLAG_JOBCOMP LOG_FMT_RFC3339 PROLOG_FLAG_FORCE_REQUEUE_ON_FAIL
        RECONFIG_KEEP_POWER_SAVE_SETTINGS
        CLUSTER_FLAG_REGISTER
        ASSOC_FLAG_NO_UPDATE
        KILL_ARRAY_TASK PART_FLAG_PDOI PART_FLAG_PDOI_CLR
        FAIL_SIGNAL RESERVE_REOCCURRING WAIT_RESV_INVALID
    """,
    ("23.11", "25.05"): """
        CR_LINEAR
    """,
    ("23.11", "26.05"): """
        CONF_FLAG_SHR CONF_FLAG_SJX DEBUG_FLAG_GLOB_SILENCE DEBUG_FLAG_SACK
        ASSOC_FLAG_EXACT
        GRES_ALLOW_TASK_SHARING GRES_MULT_TASKS_PER_SHARING GRES_ONE_TASK_PER_SHARING KILL_JOBS_VERBOSE
        FAIL_CONSTRAINTS QOS_FLAG_PART_QOS QOS_FLAG_RELATIVE RESERVE_TRES_PER_NODE
    """,
    ("24.05", "26.05"): """
        CONF_FLAG_CONTAIN_SPANK DEBUG_FLAG_AUDIT_RPCS DEBUG_FLAG_DBD_AGENT DEBUG_FLAG_TLS PROLOG_FLAG_RUN_IN_JOB
        ASSOC_FLAG_USER_COORD ASSOC_FLAG_USER_COORD_NO SLURMDB_ACCT_FLAG_USER_COORD SLURMDB_ACCT_FLAG_USER_COORD_NO
        SLURMDB_ACCT_FLAG_WASSOC SLURMDB_ACCT_FLAG_WCOORD
        KILL_CRON NODE_STATE_BLOCKED
        JOB_SHARED_TOPO RESERVE_FLAG_NO_USER_DEL RESERVE_FLAG_USER_DEL STEPMGR_ENABLED WAIT_MAX_POWERED_NODES
        WAIT_MPI_PORTS_BUSY WAIT_QOS_MAX_BB_RUN_MINS_PER_ACCT WAIT_QOS_MAX_BB_RUN_MINS_PER_USER
        WAIT_QOS_MAX_BILLING_RUN_MINS_PER_ACCT WAIT_QOS_MAX_BILLING_RUN_MINS_PER_USER
        WAIT_QOS_MAX_CPU_RUN_MINS_PER_ACCT WAIT_QOS_MAX_CPU_RUN_MINS_PER_USER
        WAIT_QOS_MAX_ENERGY_RUN_MINS_PER_ACCT WAIT_QOS_MAX_ENERGY_RUN_MINS_PER_USER
        WAIT_QOS_MAX_GRES_RUN_MINS_PER_ACCT WAIT_QOS_MAX_GRES_RUN_MINS_PER_USER
        WAIT_QOS_MAX_LIC_RUN_MINS_PER_ACCT WAIT_QOS_MAX_LIC_RUN_MINS_PER_USER WAIT_QOS_MAX_MEM_RUN_MINS_PER_ACCT
        WAIT_QOS_MAX_MEM_RUN_MINS_PER_USER WAIT_QOS_MAX_NODE_RUN_MINS_PER_ACCT
        WAIT_QOS_MAX_NODE_RUN_MINS_PER_USER WAIT_QOS_MAX_UNK_RUN_MINS_PER_ACCT
        WAIT_QOS_MAX_UNK_RUN_MINS_PER_USER
    """,
    ("24.11", "26.05"): """
        CONF_FLAG_NO_STDIO DEBUG_FLAG_CONMGR OOM_KILL_STEP
    """,
    ("25.05", "26.05"): """
        DEBUG_FLAG_AUDIT_TLS PRIORITY_FLAGS_MAX_TRES_GRES SLURMD_SPEC_OVERRIDE
        CLUSTER_FLAG_DELETED QOS_FLAG_DELETED
        EXTERNAL_JOB NODE_CERT_TOKEN_SET NODE_STATE_EXTERNAL PREEMPT_MODE_PRIORITY RESERVE_FLAG_FORCE_START
    """,
    ("26.05", "26.05"): """
        CONF_FLAG_DISABLE_HTTP DEBUG_FLAG_THREAD
        JOB_IMPLICIT_MAX_NODES SELECT_NO_DIST_TOPO_BLOCK
        DBD_CONF_FLAG_ALLOW_NO_DEF_ACCT DBD_CONF_FLAG_ALL_RES_ABS DBD_CONF_FLAG_DISABLE_ARCHIVE_COMMANDS
        DBD_CONF_FLAG_DISABLE_COORD_DBD
    """,
    ("25.11", "26.05"): """
        DEBUG_FLAG_METRICS DEBUG_FLAG_NAMESPACE
        SLURMDB_JOB_FLAG_ALTERED
        SELECT_BOARD SELECT_CORE SELECT_CORE_DEFAULT_DIST_BLOCK SELECT_CPU SELECT_LINEAR SELECT_LLN
        SELECT_MEMORY SELECT_ONE_TASK_PER_CORE SELECT_PACK_NODES SELECT_SOCKET
        CONSOLIDATE_SEGMENTS EXPEDITED_REQUEUE JOB_EXPEDITING SELECT_ENFORCE_BINDING_GRES
        SELECT_LL_SHARED_GRES SELECT_MULTIPLE_SHARING_GRES_PJ SELECT_ONE_TASK_PER_SHARING_GRES SPREAD_SEGMENTS
    """,
}

CONSTANTS = {name: span for span, text in _CONSTANTS.items() for name in text.split()}
"""First and last release of each enumerator and macro."""

_MEMBERS = {
    ("acct_gather_energy_t", "24.11", "26.05"): "last_adjustment slurmd_start_time",
    ("ext_sensors_data_t", "22.05", "23.11"): "consumed_energy current_watts energy_update_time temperature",
    ("job_desc_msg_t", "22.05", "22.05"): "select_jobinfo",
    ("job_desc_msg_t", "22.05", "23.11"): "power_flags",
    ("job_desc_msg_t", "22.05", "25.05"): "job_id",
    ("job_desc_msg_t", "23.02", "26.05"): "container_id job_size_str licenses_tot",
    ("job_desc_msg_t", "23.11", "26.05"): "id",
    ("job_desc_msg_t", "24.05", "26.05"): "resv_port_cnt segment_size",
    ("job_desc_msg_t", "24.11", "26.05"): "oom_kill_step",
    ("job_desc_msg_t", "25.05", "26.05"): "alloc_tls_cert",
    ("job_desc_msg_t", "25.11", "26.05"): "step_id",
    ("job_desc_msg_t", "26.05", "26.05"): "container_type mem_update_delay mem_update_margin",
    ("job_state_response_job_t", "23.11", "26.05"): """
        array_job_id array_task_id array_task_id_bitmap het_job_id job_id state
    """,
    ("kill_jobs_msg_t", "25.11", "26.05"): "admin_comment",
    ("kill_jobs_msg_t", "23.11", "26.05"): """
        account flags job_name jobs_array jobs_cnt nodelist partition qos reservation signal state user_id
        user_name wckey
    """,
    ("node_info_t", "22.05", "23.11"): "ext_sensors power",
    ("node_info_t", "22.05", "24.11"): "select_nodeinfo",
    ("node_info_t", "23.02", "26.05"): "resume_after resv_name",
    ("node_info_t", "23.11", "26.05"): "instance_id instance_type",
    ("node_info_t", "24.05", "26.05"): "res_cores_per_gpu gpu_spec",
    ("node_info_t", "25.05", "26.05"): """
        alloc_cpus alloc_memory alloc_tres_fmt_str cert_flags cert_last_renewal topology_str
    """,
    ("node_info_t", "25.11", "26.05"): "parameters",
    ("node_info_t", "26.05", "26.05"): "suspend_time",
    ("partition_info_t", "23.02", "26.05"): "max_cpus_per_socket",
    ("power_mgmt_data_t", "22.05", "23.11"): """
        cap_watts current_watts joule_counter max_watts min_watts new_cap_watts new_job_time state time_usec
    """,
    ("partition_info_t", "25.05", "26.05"): "topology_name",
    ("reserve_info_t", "22.05", "23.11"): "resv_watts",
    ("reserve_info_t", "23.02", "26.05"): "comment",
    ("reserve_info_t", "25.11", "26.05"): "allowed_parts qos",
    ("resv_desc_msg_t", "22.05", "23.11"): "resv_watts",
    ("resv_desc_msg_t", "23.02", "26.05"): "comment",
    ("resv_desc_msg_t", "23.11", "26.05"): "job_ptr",
    ("resv_desc_msg_t", "25.05", "26.05"): "time_force",
    ("resv_desc_msg_t", "25.11", "26.05"): "allowed_parts qos",
    ("slurm_conf_t", "22.05", "22.05"): "launch_type slurmctld_plugstack slurmctld_plugstack_conf",
    ("slurm_conf_t", "22.05", "23.02"): "job_credential_private_key job_credential_public_certificate route_plugin",
    ("slurm_conf_t", "22.05", "23.11"): """
        core_spec_plugin ext_sensors_conf ext_sensors_freq ext_sensors_type power_parameters power_plugin
    """,
    ("slurm_conf_t", "22.05", "24.11"): "get_env_timeout node_prefix prolog_epilog_timeout",
    ("slurm_conf_t", "22.05", "25.05"): "accounting_storage_user job_container_plugin",
    ("slurm_conf_t", "23.02", "26.05"): """
        getnameinfo_cache_timeout max_batch_requeue preempt_params suspend_exc_states
    """,
    ("slurm_conf_t", "24.05", "26.05"): """
        epilog_cnt epilog_slurmctld_cnt hash_plugin prolog_cnt prolog_slurmctld_cnt tls_params tls_type
    """,
    ("slurm_conf_t", "24.11", "26.05"): "certmgr_params certmgr_type cluster_id data_parser_parameters",
    ("slurm_conf_t", "25.05", "26.05"): """
        certgen_params certgen_type epilog_timeout host_unreach_retry_count prolog_timeout
    """,
    ("slurm_conf_t", "25.11", "26.05"): """
        cli_filter_params http_parser_type job_comp_pass_script metrics_type namespace_plugin url_parser_type
    """,
    ("slurm_conf_t", "26.05", "26.05"): """
        health_check_timeout license_params metrics_auth metrics_auth_users metrics_params
        slurmctld_http_auth_params slurmd_http_auth_params
    """,
    ("slurm_job_info_t", "22.05", "22.05"): "select_jobinfo",
    ("slurm_job_info_t", "22.05", "23.11"): "power_flags",
    ("slurm_job_info_t", "22.05", "24.05"): "show_flags",
    ("slurm_job_info_t", "23.02", "26.05"): "container_id extra failed_node job_size_str",
    ("slurm_job_info_t", "24.05", "24.05"): "priority_array_parts",
    ("slurm_job_info_t", "24.05", "26.05"): "priority_array resv_ports",
    ("slurm_job_info_t", "24.11", "26.05"): "oom_kill_step priority_array_names",
    ("slurm_job_info_t", "25.05", "26.05"): "licenses_allocated segment_size",
    ("slurm_job_info_t", "25.11", "26.05"): "step_id submit_line",
    ("slurm_job_info_t", "26.05", "26.05"): """
        container_type exclusive mem_update_delay mem_update_margin oversubscribe
    """,
    ("slurm_license_info_t", "23.02", "26.05"): "last_consumed last_deficit last_update",
    ("slurm_license_info_t", "25.05", "26.05"): "mode nodes",
    ("slurmdb_accounting_rec_t", "24.11", "26.05"): "id_alt",
    ("slurmdb_assoc_rec_t", "22.05", "24.11"): "lft rgt",
    ("slurmdb_assoc_rec_t", "23.02", "26.05"): "comment",
    ("slurmdb_assoc_rec_t", "23.11", "26.05"): "lineage",
    ("slurmdb_assoc_rec_t", "26.05", "26.05"): "usage_het",
    ("slurmdb_cluster_rec_t", "22.05", "23.11"): "plugin_id_select",
    ("slurmdb_cluster_rec_t", "24.11", "26.05"): "id",
    ("slurmdb_instance_rec_t", "23.11", "26.05"): """
        cluster extra instance_id instance_type node_name time_end time_start
    """,
    ("slurmdb_qos_rec_t", "23.11", "26.05"): "relative_tres_cnt",
    ("slurmdb_qos_rec_t", "26.05", "26.05"): "usage_het",
    ("slurmdb_job_rec_t", "22.05", "24.11"): "lft",
    ("slurmdb_job_rec_t", "23.02", "26.05"): "extra failed_node licenses",
    ("slurmdb_job_rec_t", "23.11", "26.05"): "lineage",
    ("slurmdb_job_rec_t", "24.05", "26.05"): "std_err std_in std_out",
    ("slurmdb_job_rec_t", "24.11", "26.05"): "qos_req restart_cnt",
    ("slurmdb_job_rec_t", "25.05", "26.05"): "resv_req segment_size",
    ("slurmdb_job_rec_t", "26.05", "26.05"): "exclusive oversubscribe sluid",
    ("slurmdb_step_rec_t", "25.05", "26.05"): "cwd std_err std_in std_out timelimit",
    ("slurmdbd_conf_t", "26.05", "26.05"): """
        archive_dir archive_script commit_delay dbd_addr dbd_backup dbd_host dbd_port debug_level default_qos
        flags log_file max_purge_limit max_time_range parameters persist_conn_rc_flags pid_file purge_event
        purge_job purge_jobenv purge_jobscript purge_resv purge_step purge_suspend purge_txn purge_usage
        storage_loc storage_pass_script storage_user syslog_debug track_ctld track_wckey
    """,
    ("slurmdb_tres_rec_t", "25.11", "26.05"): "modifier",
    ("slurmdb_user_rec_t", "25.11", "26.05"): "def_qos_id",
    ("update_node_msg_t", "22.05", "25.11"): "reason_uid",
    ("update_node_msg_t", "23.02", "26.05"): "resume_after",
    ("update_node_msg_t", "23.11", "26.05"): "instance_id instance_type",
    ("update_node_msg_t", "24.11", "26.05"): "cert_token",
    ("update_node_msg_t", "25.05", "26.05"): "topology_str",
    ("update_node_msg_t", "26.05", "26.05"): "power_action_name",
    ("stats_info_response_msg_t", "22.05", "25.05"): "parts_packed",
    ("stats_info_response_msg_t", "23.11", "26.05"): "schedule_exit schedule_exit_cnt bf_exit bf_exit_cnt",
    ("stats_info_response_msg_t", "24.05", "26.05"): """
        rpc_queue_enabled rpc_type_queued rpc_type_dropped rpc_type_cycle_last rpc_type_cycle_max
    """,
}

MEMBERS = {(struct, name): (first, last) for (struct, first, last), text in _MEMBERS.items() for name in text.split()}
"""First and last release of each member of a struct."""
