/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values that are not one member: each function writes its row's key and value, another key beside it, or nothing.
 *
 * Rule 1: what a function reads comes from its row (the member and the first member that it uses) where one is enough.
 * Rule 2: memory that libslurm gives is returned before the function ends.
 */
#include "codec_derived.h"
#include "shares.h"
#include "slurm_features.h"

#include <signal.h>
#include <slurm/slurm.h>
#include <slurm/slurmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define DERIVED(name) const struct derived derived_##name = { .write = write_##name }

static int64_t member(const void *record, const struct codec_row *row)
{
	return codec_load((const char *) record + row->offset, row->storage);
}

static int64_t other_member(const void *record, const struct codec_row *row)
{
	return codec_count(row, record);
}

/* A number that may be missing: by the row's options a number object, or else null or 0 for "missing". */
static void optional(writer_t *w, const struct codec_row *row, bool set, int64_t value)
{
	codec_key(w, row);
	if (row->options & OPTION_NOVAL)
		writer_noval(w, set, false, set ? value : 0);
	else if (set || !(row->options & OPTION_UNSET_NULL))
		writer_integer(w, set ? value : 0);
	else
		writer_null(w);
}

/* slurmrestd up to v0.0.38 looks at another member to see whether this one is set. */
static void write_if_other_is_set(writer_t *w, const void *record, const struct codec_row *row)
{
	codec_key(w, row);
	if (codec_is_unset(other_member(record, row), row->count_storage))
		writer_null(w);
	else
		writer_integer(w, member(record, row));
}
DERIVED(if_other_is_set);

/* Up to v0.0.38 the flags of an association or a wckey tell whether it is the default, which is a member of its own. */
static void write_deleted_or_default(writer_t *w, const void *record, const struct codec_row *row)
{
	_Static_assert((int) SLURMDB_WCKEY_FLAG_DELETED == (int) ASSOC_FLAG_DELETED, "one bit for both");

	codec_key(w, row);
	writer_begin_list(w);
	if (member(record, row) & SLURMDB_WCKEY_FLAG_DELETED)
		writer_text(w, "DELETED");
	if (other_member(record, row) == 1)
		writer_text(w, "DEFAULT");
	writer_end_list(w);
}
DERIVED(deleted_or_default);

/* One word holds cores or threads kept for the system; a bit says which. */
static void write_core_spec(writer_t *w, const void *record, const struct codec_row *row)
{
	int64_t value = member(record, row);

	optional(w, row, value != NO_VAL16 && !(value & CORE_SPEC_THREAD), value);
}
DERIVED(core_spec);

static void write_thread_spec(writer_t *w, const void *record, const struct codec_row *row)
{
	int64_t value = member(record, row);

	optional(w, row, value != NO_VAL16 && (value & CORE_SPEC_THREAD), value & ~CORE_SPEC_THREAD);
}
DERIVED(thread_spec);

/* From v0.0.39 on slurmrestd looks at the bit alone, which the unset value has, too. */
static void write_thread_spec_39(writer_t *w, const void *record, const struct codec_row *row)
{
	int64_t value = member(record, row);

	optional(w, row, value & CORE_SPEC_THREAD, value & ~CORE_SPEC_THREAD);
}
DERIVED(thread_spec_39);

static void write_nice(writer_t *w, const void *record, const struct codec_row *row)
{
	int64_t value = member(record, row);

	optional(w, row, value != NO_VAL && value != (int64_t) NICE_OFFSET, value - (int64_t) NICE_OFFSET);
}
DERIVED(nice);

/* One word holds memory by node or by CPU; the highest bit says which, and 0 that none was asked for. */
static void write_memory_per_node(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row);

	optional(w, row, value && !(value & MEM_PER_CPU), (int64_t) value);
}
DERIVED(memory_per_node);

static void write_memory_per_cpu(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row);

	optional(w, row, value & MEM_PER_CPU, (int64_t) (value & ~MEM_PER_CPU));
}
DERIVED(memory_per_cpu);

/*
 * A partition's limits are the same kind of word, and may be unset besides. UNLIMITED has every bit, also the one for
 * CPUs, and so is a large number of MiB by CPU (slurm.conf(5), DefMemPerCPU).
 */
static bool limited(uint64_t value)
{
	return value != NO_VAL64 && (value & ~MEM_PER_CPU);
}

static void write_partition_memory_per_cpu(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row);

	optional(w, row, limited(value) && (value & MEM_PER_CPU), (int64_t) (value & ~MEM_PER_CPU));
}
DERIVED(partition_memory_per_cpu);

static void write_partition_memory_per_node(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row);

	optional(w, row, limited(value) && !(value & MEM_PER_CPU), (int64_t) value);
}
DERIVED(partition_memory_per_node);

/* The same where 0 is a number like any other. */
static void write_memory_by_cpu(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row);

	optional(w, row, value & MEM_PER_CPU, (int64_t) (value & ~MEM_PER_CPU));
}
DERIVED(memory_by_cpu);

static void write_memory_by_node(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row);

	optional(w, row, !(value & MEM_PER_CPU), (int64_t) value);
}
DERIVED(memory_by_node);

/* Up to v0.0.37 a partition has one key for either limit, where -1 is UNLIMITED as for other limits. */
static void partition_memory(writer_t *w, const struct codec_row *row, uint64_t value, bool by_cpu)
{
	bool unlimited = value == INFINITE64;

	optional(w, row, unlimited || !(value & MEM_PER_CPU) == !by_cpu,
		 unlimited ? -1 : (int64_t) (value & ~MEM_PER_CPU));
}

static void write_partition_memory_by_cpu(writer_t *w, const void *record, const struct codec_row *row)
{
	partition_memory(w, row, (uint64_t) member(record, row), true);
}
DERIVED(partition_memory_by_cpu);

static void write_partition_memory_by_node(writer_t *w, const void *record, const struct codec_row *row)
{
	partition_memory(w, row, (uint64_t) member(record, row), false);
}
DERIVED(partition_memory_by_node);

/* slurmctld leaves the name out when the client can look it up. */
static void write_user_name(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *name = *(const char *const *) ((const char *) record + row->offset);

	codec_key(w, row);
	if (name)
		writer_text(w, name);
	else
		codec_user(w, (uint32_t) other_member(record, row), false);
}
DERIVED(user_name);

/* From v0.0.45 on nobody has given a reason where none was given. */
static void write_reason_user(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *reason = ((const node_info_t *) record)->reason;

	codec_key(w, row);
	if (reason && *reason)
		codec_user(w, (uint32_t) member(record, row), true);
	else
		writer_string(w, "", 0);
}
DERIVED(reason_user);

static void write_purge_completed(writer_t *w, const void *record, const struct codec_row *row)
{
	if (!((uint64_t) other_member(record, row) & RESERVE_FLAG_PURGE_COMP))
		return;
	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "time");
	writer_integer(w, member(record, row));
	writer_end_map(w);
}
DERIVED(purge_completed);

/* What of another member this one leaves. */
static void write_difference(writer_t *w, const void *record, const struct codec_row *row)
{
	codec_key(w, row);
	writer_integer(w, other_member(record, row) - member(record, row));
}
DERIVED(difference);

/* Bits without a name are shown as "?", and none at all when even the base state is unknown. */
static void write_node_state_flags(writer_t *w, const void *record, const struct codec_row *row)
{
	uint32_t state = (uint32_t) member(record, row);
	uint32_t rest = state & NODE_STATE_FLAGS;
	bool known = false;

	for (size_t i = 0; i < names_node_state_base.count; i++)
		known |= (state & NODE_STATE_BASE) == names_node_state_base.entries[i].value;
	codec_key(w, row);
	writer_begin_list(w);
	for (size_t i = 0; known && i < names_node_state_flags.count; i++)
		if (rest & names_node_state_flags.entries[i].value) {
			rest &= (uint32_t) ~names_node_state_flags.entries[i].value;
			writer_text(w, names_node_state_flags.entries[i].text);
		}
	for (; known && rest; rest &= rest - 1)
		writer_text(w, "?");
	writer_end_list(w);
}
DERIVED(node_state_flags);

#ifdef HAS_FUNCTION_slurm_get_select_nodeinfo
/* Exported by libslurm for everything that it allocates, but in none of its headers. */
extern void slurm_xfree(void **pointer) __attribute__((weak));

static bool node_select(const void *record, const struct codec_row *row, enum select_nodedata_type what, void *into)
{
	dynamic_plugin_data_t *data = *(dynamic_plugin_data_t *const *) ((const char *) record + row->offset);

	return data && slurm_get_select_nodeinfo(data, what, NODE_STATE_ALLOCATED, into) == SLURM_SUCCESS;
}

static uint16_t alloc_cpus(const void *record, const struct codec_row *row)
{
	uint16_t cpus = 0;

	return node_select(record, row, SELECT_NODEDATA_SUBCNT, &cpus) ? cpus : 0;
}

static void write_node_alloc_cpus(writer_t *w, const void *record, const struct codec_row *row)
{
	codec_key(w, row);
	writer_integer(w, alloc_cpus(record, row));
}

static void write_node_idle_cpus(writer_t *w, const void *record, const struct codec_row *row)
{
	codec_key(w, row);
	writer_integer(w, other_member(record, row) - alloc_cpus(record, row));
}

static void write_node_alloc_memory(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t memory = 0;

	codec_key(w, row);
	writer_integer(w, node_select(record, row, SELECT_NODEDATA_MEM_ALLOC, &memory) ? (int64_t) memory : 0);
}

static void write_node_tres_used(writer_t *w, const void *record, const struct codec_row *row)
{
	char *text = NULL;

	codec_key(w, row);
	if (!node_select(record, row, SELECT_NODEDATA_TRES_ALLOC_FMT_STR, &text) || !text) {
		if (row->options & OPTION_UNSET_NULL)
			writer_null(w);
		else
			writer_text(w, "");
		return;
	}
	writer_text(w, text);
	if (slurm_xfree)
		slurm_xfree((void **) &text);
}

static void write_node_tres_weighted(writer_t *w, const void *record, const struct codec_row *row)
{
	double weighted = 0;

	codec_key(w, row);
	writer_real(w, node_select(record, row, SELECT_NODEDATA_TRES_ALLOC_WEIGHTED, &weighted) ? weighted : 0);
}

DERIVED(node_alloc_cpus);
DERIVED(node_idle_cpus);
DERIVED(node_alloc_memory);
DERIVED(node_tres_used);
DERIVED(node_tres_weighted);
#endif

static void write_schedule_cycle_per_minute(writer_t *w, const void *record, const struct codec_row *row)
{
	const stats_info_response_msg_t *stats = record;
	time_t seconds = stats->req_time - stats->req_time_start;

	codec_key(w, row);
	writer_integer(w, seconds > 60 ? (uint32_t) (member(record, row) / (seconds / 60)) : 0);
}
DERIVED(schedule_cycle_per_minute);

/* The signals that Slurm knows by name; it shows others as numbers. */
static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGHUP, "HUP" },   { SIGINT, "INT" },	  { SIGQUIT, "QUIT" }, { SIGABRT, "ABRT" }, { SIGKILL, "KILL" },
	{ SIGALRM, "ALRM" }, { SIGTERM, "TERM" }, { SIGCHLD, "CHLD" }, { SIGUSR1, "USR1" }, { SIGUSR2, "USR2" },
	{ SIGPIPE, "PIPE" }, { SIGURG, "URG" },	  { SIGCONT, "CONT" }, { SIGSTOP, "STOP" }, { SIGTSTP, "TSTP" },
	{ SIGTTIN, "TTIN" }, { SIGTTOU, "TTOU" }, { SIGXCPU, "XCPU" },
};

void derived_signal_text(writer_t *w, int number)
{
	char digits[12];

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (signals[i].number == number) {
			writer_text(w, signals[i].name);
			return;
		}
	snprintf(digits, sizeof(digits), "%d", number);
	writer_text(w, digits);
}

/* A wait status (wait(2)), which NO_VAL stands in for before the process has ended. */
static void write_exit_code(writer_t *w, const void *record, const struct codec_row *row)
{
	uint32_t status = (uint32_t) member(record, row);
	int wait_status = (int) status;
	bool exited = status != NO_VAL && WIFEXITED(wait_status);
	bool signalled = status != NO_VAL && WIFSIGNALED(wait_status);
	const char *word = "INVALID";
	int64_t code = (int64_t) status;

	if (status == NO_VAL)
		word = "PENDING";
	else if (exited) {
		code = WEXITSTATUS(wait_status);
		word = code ? "ERROR" : "SUCCESS";
	} else if (signalled)
		word = "SIGNALED";
	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "status");
	writer_begin_list(w);
	writer_text(w, word);
	writer_end_list(w);
	KEY(w, "return_code");
	if (status == NO_VAL || signalled)
		writer_noval(w, false, false, 0);
	else
		writer_noval(w, true, false, code);
	KEY(w, "signal");
	writer_begin_map(w);
	KEY(w, "id");
	writer_noval(w, signalled, false, signalled ? WTERMSIG(wait_status) : 0);
	KEY(w, "name");
	if (signalled)
		derived_signal_text(w, WTERMSIG(wait_status));
	else
		writer_text(w, NULL);
	writer_end_map(w);
	writer_end_map(w);
}
DERIVED(exit_code);

/* libslurm fills in what a path leaves open (%j and such, the default). */
static void job_path(writer_t *w, const void *record, const struct codec_row *row,
		     void (*get)(char *buffer, int size, job_info_t *job))
{
	char path[4096];

	path[0] = '\0';
	/* The record is not changed; the declaration lacks a const. */
	get(path, sizeof(path), (job_info_t *) (uintptr_t) record);
	codec_key(w, row);
	writer_text(w, path);
}

/* The same of a path that was given: no default. */
static void given_path(writer_t *w, const void *record, const struct codec_row *row,
		       void (*get)(char *buffer, int size, job_info_t *job))
{
	if (*(const char *const *) ((const char *) record + row->offset)) {
		job_path(w, record, row, get);
		return;
	}
	codec_key(w, row);
	writer_string(w, "", 0);
}

static void write_job_stderr(writer_t *w, const void *record, const struct codec_row *row)
{
	job_path(w, record, row, slurm_get_job_stderr);
}

static void write_job_stdin(writer_t *w, const void *record, const struct codec_row *row)
{
	job_path(w, record, row, slurm_get_job_stdin);
}

static void write_job_stdout(writer_t *w, const void *record, const struct codec_row *row)
{
	job_path(w, record, row, slurm_get_job_stdout);
}

DERIVED(job_stderr);
DERIVED(job_stdin);
DERIVED(job_stdout);

/* From v0.0.43 on there is a place for the path as it was given, and one for what became of it. */
static void write_given_job_stderr(writer_t *w, const void *record, const struct codec_row *row)
{
	given_path(w, record, row, slurm_get_job_stderr);
}

static void write_given_job_stdin(writer_t *w, const void *record, const struct codec_row *row)
{
	given_path(w, record, row, slurm_get_job_stdin);
}

static void write_given_job_stdout(writer_t *w, const void *record, const struct codec_row *row)
{
	given_path(w, record, row, slurm_get_job_stdout);
}

DERIVED(given_job_stderr);
DERIVED(given_job_stdin);
DERIVED(given_job_stdout);

/* "s" and 13 digits of base 32 without I, L, O and U (Crockford's), from the highest five bits of 65 down; 0 is none. */
static void write_sluid(writer_t *w, const void *record, const struct codec_row *row)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t value = (uint64_t) member(record, row);
	char text[14] = "s";

	codec_key(w, row);
	if (!value) {
		writer_string(w, "", 0);
		return;
	}
	for (size_t i = sizeof(text) - 1; i > 0; i--, value >>= 5)
		text[i] = digits[value & 31];
	writer_string(w, text, sizeof(text));
}
DERIVED(sluid);

/* How many jobs share a CPU; the highest bit, a flag of its own, says whether they must. */
static void write_oversubscribe_jobs(writer_t *w, const void *record, const struct codec_row *row)
{
	codec_key(w, row);
	writer_integer(w, member(record, row) & ~SHARED_FORCE);
}
DERIVED(oversubscribe_jobs);

static void write_partition_oversubscribe(writer_t *w, const void *record, const struct codec_row *row)
{
	int64_t share = member(record, row), jobs = share & ~SHARED_FORCE;
	char text[24];

	codec_key(w, row);
	if (share & SHARED_FORCE)
		snprintf(text, sizeof(text), "FORCE:%d", (int) jobs);
	else if (jobs > 1)
		snprintf(text, sizeof(text), "YES:%d", (int) jobs);
	else
		snprintf(text, sizeof(text), "NO");
	writer_text(w, text);
}
DERIVED(partition_oversubscribe);

/* Whole nodes are told by a count of 0, the other ways by flags; 22.05 knows one of them only. */
static void write_partition_exclusive(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t flags = (uint64_t) other_member(record, row);
	const char *word = "NO";

#ifdef PART_FLAG_EXCLUSIVE_TOPO
	if (flags & PART_FLAG_EXCLUSIVE_TOPO)
		word = "TOPO";
#endif
	if (flags & PART_FLAG_EXCLUSIVE_USER)
		word = "USER";
	if (!member(record, row))
		word = "NODE";
	codec_key(w, row);
	writer_text(w, word);
}
DERIVED(partition_exclusive);

/* 7, the task 8_3 with the id of its own record, or the component 9+1 of the heterogeneous job 8; 7_* for all tasks. */
static void job_id_text(writer_t *w, uint32_t job, uint32_t array, uint32_t task, uint32_t het)
{
	char text[32];
	int length;

	if (het)
		length = snprintf(text, sizeof(text), "%u+%u", job, job - het);
	else if (!array)
		length = snprintf(text, sizeof(text), "%u", job);
	else if (task < NO_VAL)
		length = snprintf(text, sizeof(text), "%u_%u", job, task);
	else
		length = snprintf(text, sizeof(text), "%u_*", job);
	writer_string(w, text, (size_t) length);
}

static void write_job_id_text(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_job_info_t *job = record;

	codec_key(w, row);
	job_id_text(w, job->job_id, job->array_job_id, job->array_task_id, job->het_job_id);
}
DERIVED(job_id_text);

/* v0.0.40 knows a task by the id of its array. */
static void write_job_id_text_40(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_job_info_t *job = record;
	uint32_t array = job->array_job_id;

	codec_key(w, row);
	job_id_text(w, array ? array : job->job_id, array, job->array_task_id, job->het_job_id);
}
DERIVED(job_id_text_40);

#ifdef HAS_MEMBER_job_state_response_job_t_job_id
static void write_job_state_id(writer_t *w, const void *record, const struct codec_row *row)
{
	const job_state_response_job_t *job = record;

	codec_key(w, row);
	job_id_text(w, job->job_id, job->array_job_id, job->array_task_id, job->het_job_id);
}
DERIVED(job_state_id);

static void write_job_state_id_40(writer_t *w, const void *record, const struct codec_row *row)
{
	const job_state_response_job_t *job = record;
	uint32_t array = job->array_job_id;

	codec_key(w, row);
	job_id_text(w, array ? array : job->job_id, array, job->array_task_id, job->het_job_id);
}
DERIVED(job_state_id_40);
#endif
