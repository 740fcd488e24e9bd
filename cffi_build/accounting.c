/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of slurmdbd's jobs and steps that are not one member, as derived.c has them for slurmctld's records.
 *
 * Rule 1: what a function reads comes from its row where one member is enough, otherwise from the record that the row
 *         is about; a row of these functions stands in no other table.
 * Rule 2: memory that libslurm gives is returned before the function ends.
 */
#include "codec_derived.h"
#include "accounting.h"
#include "lookup.h"
#include "sequences.h"
#include "slurm_features.h"

#include <math.h>
#include <signal.h>
#include <slurm/slurm.h>
#include <slurm/slurmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define DERIVED(name) const struct derived derived_##name = { .write = write_##name }

static int64_t member(const void *record, const struct codec_row *row)
{
	return codec_load((const char *) record + row->offset, row->storage);
}

/* A text that may be missing, which is null up to v0.0.38. */
static void text(writer_t *w, const struct codec_row *row, const char *found)
{
	if (row->options & OPTION_UNSET_NULL)
		writer_text_or_null(w, found);
	else
		writer_text(w, found);
}

static const char *text_of(const void *record, const struct codec_row *row)
{
	return *(const char *const *) ((const char *) record + row->offset);
}

/* A real number without what stands behind its point. */
static void write_whole(writer_t *w, const void *record, const struct codec_row *row)
{
	double value = codec_load_real((const char *) record + row->offset, row->storage);

	codec_key(w, row);
	writer_integer(w, isfinite(value) && fabs(value) < 0x1p63 ? (int64_t) value : 0);
}
DERIVED(whole);

/* A wait status as versions before v0.0.40 show it. Up to v0.0.38 there is null where no number is. */
static void write_dbd_exit_code(writer_t *w, const void *record, const struct codec_row *row)
{
	uint32_t status = (uint32_t) member(record, row);
	int wait_status = (int) status;
	bool pending = status == NO_VAL;
	bool signalled = !pending && WIFSIGNALED(wait_status);
	int code = pending || signalled ? 0 : WEXITSTATUS(wait_status);

	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "status");
	writer_text(w, pending				    ? "PENDING"
		       : signalled			    ? "SIGNALED"
		       : WIFEXITED(wait_status) && !code ? "SUCCESS"
							    : "ERROR");
	KEY(w, "return_code");
	if ((pending || signalled) && (row->options & OPTION_UNSET_NULL))
		writer_null(w);
	else
		writer_integer(w, code);
	if (signalled) {
		KEY(w, "signal");
		writer_begin_map(w);
		KEY(w, "signal_id");
		writer_integer(w, WTERMSIG(wait_status));
		KEY(w, "name");
		writer_text(w, strsignal(WTERMSIG(wait_status)));
		writer_end_map(w);
	}
	writer_end_map(w);
}
DERIVED(dbd_exit_code);

/* By its name; one that there is not, in v0.0.38 by its id, before not at all, and later as an empty map. */
static void association(writer_t *w, const slurmdb_job_rec_t *job, const struct codec_row *row, bool with_id)
{
	const slurmdb_assoc_rec_t *found = lookup_association(w->lookup, job->associd, job->cluster);

	codec_key(w, row);
	if (!found && (row->options & OPTION_ZERO_NULL)) {
		writer_null(w);
		return;
	}
	writer_begin_map(w);
	if (!found && !(row->options & OPTION_UNSET_NULL)) {
		writer_end_map(w);
		return;
	}
	KEY(w, "account");
	text(w, row, found ? found->acct : NULL);
	KEY(w, "cluster");
	text(w, row, found ? found->cluster : NULL);
	KEY(w, "partition");
	text(w, row, found ? found->partition : NULL);
	KEY(w, "user");
	text(w, row, found ? found->user : NULL);
	if (with_id || !found) {
		KEY(w, "id");
		writer_integer(w, job->associd);
	}
	writer_end_map(w);
}

static void write_dbd_job_association(writer_t *w, const void *record, const struct codec_row *row)
{
	association(w, record, row, false);
}

static void write_dbd_job_association_40(writer_t *w, const void *record, const struct codec_row *row)
{
	association(w, record, row, true);
}

DERIVED(dbd_job_association);
DERIVED(dbd_job_association_40);

/* How long a job waited from when it might start: until it did, until it ended without, or until now. */
static void write_dbd_planned(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurmdb_job_rec_t *job = record;
	time_t until = job->start == NO_VAL ? job->end : job->start ? job->start : time(NULL);

	codec_key(w, row);
	writer_noval(w, true, false, job->eligible ? until - job->eligible : 0);
}
DERIVED(dbd_planned);

/*
 * One word holds memory by node or by CPU; up to v0.0.39 it is shown without the bit that says which. Up to v0.0.38
 * there is null for what then remains of a word that is unset or infinite.
 */
static void write_dbd_memory(writer_t *w, const void *record, const struct codec_row *row)
{
	uint64_t value = (uint64_t) member(record, row) & ~MEM_PER_CPU;

	codec_key(w, row);
	if ((row->options & OPTION_UNSET_NULL) && value >= (NO_VAL64 & ~MEM_PER_CPU))
		writer_null(w);
	else
		writer_integer(w, (int64_t) value);
}
DERIVED(dbd_memory);

/* Up to v0.0.38 no list is told where there is no node. */
static void write_dbd_step_nodes(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *nodes = text_of(record, row);

	if (!nodes || !*nodes)
		return;
	codec_key(w, row);
	sequence_hosts(w, nodes);
}
DERIVED(dbd_step_nodes);

/* A time that slurmdbd keeps in 32 bits; up to v0.0.38 there is null where it has none. */
static void write_dbd_moment(writer_t *w, const void *record, const struct codec_row *row)
{
	int64_t value = member(record, row);

	codec_key(w, row);
	if (value == NO_VAL || value == INFINITE)
		writer_null(w);
	else
		writer_integer(w, value);
}
DERIVED(dbd_moment);

/* slurmdbd tells no name where the job has no association of its own cluster. */
static void write_dbd_user(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *name = text_of(record, row);

	codec_key(w, row);
	if (name && *name)
		writer_text(w, name);
	else
		codec_user(w, ((const slurmdb_job_rec_t *) record)->uid, false);
}
DERIVED(dbd_user);

/* An asterisk before a key says that nobody asked for it: it is the user's default. */
static void write_dbd_wckey(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *key = text_of(record, row);
	bool assigned = key && *key == '*';

	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "wckey");
	writer_text(w, assigned ? key + 1 : key);
	KEY(w, "flags");
	writer_begin_list(w);
	if (assigned)
		writer_text(w, "ASSIGNED_DEFAULT");
	writer_end_list(w);
	writer_end_map(w);
}
DERIVED(dbd_wckey);

/* The word for a step that is no step of srun's, NULL for one of these. */
static const char *step_word(uint32_t step)
{
	switch (step) {
	case SLURM_BATCH_SCRIPT:
		return "batch";
	case SLURM_EXTERN_CONT:
		return "extern";
	case SLURM_INTERACTIVE_STEP:
		return "interactive";
	case SLURM_PENDING_STEP:
		return "TBD";
	default:
		return NULL;
	}
}

static void write_dbd_step_number(writer_t *w, const void *record, const struct codec_row *row)
{
	uint32_t step = (uint32_t) member(record, row);
	const char *word = step == SLURM_PENDING_STEP ? "pending" : step_word(step);

	codec_key(w, row);
	if (word)
		writer_text(w, word);
	else
		writer_integer(w, step);
}
DERIVED(dbd_step_number);

static void step_text(char *text, size_t size, uint32_t step)
{
	const char *word = step_word(step);

	if (word)
		snprintf(text, size, "%s", word);
	else
		snprintf(text, size, "%u", step);
}

static void write_dbd_step_parts(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_step_id_t *id = &((const slurmdb_step_rec_t *) record)->step_id;
	char step[16];

	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "job_id");
	writer_integer(w, id->job_id);
	if (id->step_het_comp != NO_VAL) {
		KEY(w, "step_het_component");
		writer_integer(w, id->step_het_comp);
	}
	KEY(w, "step_id");
	step_text(step, sizeof(step), id->step_id);
	writer_text(w, step);
	writer_end_map(w);
}
DERIVED(dbd_step_parts);

static void write_dbd_step_id(writer_t *w, const void *record, const struct codec_row *row)
{
	const slurm_step_id_t *id = &((const slurmdb_step_rec_t *) record)->step_id;
	char step[16], text[64];
	int length;

	step_text(step, sizeof(step), id->step_id);
	length = id->step_het_comp == NO_VAL
			 ? snprintf(text, sizeof(text), "%u.%s", id->job_id, step)
			 : snprintf(text, sizeof(text), "%u.%s+%u", id->job_id, step, id->step_het_comp);
	codec_key(w, row);
	writer_string(w, text, (size_t) length);
}
DERIVED(dbd_step_id);

/*
 * How tasks go to nodes, then to sockets, then to cores (srun(1), --distribution), in the words of libslurm, which has
 * one of them wrong in every release (blocks over sockets, full cycles over cores).
 */
static size_t distribution(char *text, size_t size, uint32_t word)
{
	static const char *const levels[] = { "", "Cyclic", "Block", "FCyclic" };
	uint32_t layout = word & SLURM_DIST_STATE_BASE;
	uint32_t node = layout & 15, socket = layout >> 4 & 15, core = layout >> 8;
	const char *pack = word & SLURM_DIST_PACK_NODES ? ",Pack" : "";
	const char *spread = word & SLURM_DIST_NO_PACK_NODES ? ",NoPack" : "";
	bool levelled = (node == 1 || node == 2) && socket <= 3 && core <= 3 && (socket || !core);
	int length;

	if (levelled && layout == SLURM_DIST_CYCLIC_BLOCK_CFULL)
		length = snprintf(text, size, "CCyclicFCyclic%s%s", pack, spread);
	else if (levelled && socket)
		length = snprintf(text, size, "%c%s%s%s%s", *levels[node], levels[socket], levels[core], pack, spread);
	else
		length = snprintf(text, size, "%s%s%s",
				  levelled			     ? levels[node]
				  : layout == SLURM_DIST_ARBITRARY ? "arbitrary task distribution"
				  : layout == SLURM_DIST_PLANE	     ? "Plane"
								     : "Unknown",
				  pack, spread);
	return (size_t) length;
}

static void write_dbd_distribution(writer_t *w, const void *record, const struct codec_row *row)
{
	char text[64];
	size_t length = distribution(text, sizeof(text), (uint32_t) member(record, row));

	codec_key(w, row);
	writer_string(w, text, length);
}
DERIVED(dbd_distribution);

static const struct {
	uint32_t value;
	const char *word;
} governors[] = {
	{ CPU_FREQ_CONSERVATIVE, "Conservative" }, { CPU_FREQ_PERFORMANCE, "Performance" },
	{ CPU_FREQ_POWERSAVE, "PowerSave" },	   { CPU_FREQ_ONDEMAND, "OnDemand" },
	{ CPU_FREQ_USERSPACE, "UserSpace" },	   { CPU_FREQ_SCHEDUTIL, "SchedUtil" },
	/* Only later versions show these, which are no governors. */
	{ CPU_FREQ_LOW, "Low" },		   { CPU_FREQ_MEDIUM, "Medium" },
	{ CPU_FREQ_HIGH, "High" },		   { CPU_FREQ_HIGHM1, "Highm1" },
	{ 0, "0" },
};

enum { GOVERNORS = 6, FREQUENCIES = sizeof(governors) / sizeof(*governors) };

static const char *governor(uint32_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (value == governors[i].value)
			return governors[i].word;
	return NULL;
}

static void write_dbd_governors(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *word = governor((uint32_t) member(record, row), GOVERNORS);

	codec_key(w, row);
	writer_begin_list(w);
	if (word)
		writer_text(w, word);
	writer_end_list(w);
}
DERIVED(dbd_governors);

static void write_dbd_governor(writer_t *w, const void *record, const struct codec_row *row)
{
	const char *word = governor((uint32_t) member(record, row), FREQUENCIES);

	codec_key(w, row);
	writer_text(w, word ? word : "Unknown");
}
DERIVED(dbd_governor);

/* What a text "1=2,4=7" has for an id. */
static bool find_count(const char *text, uint32_t id, uint64_t *count)
{
	while (text && *text) {
		char *end;
		unsigned long found = strtoul(text, &end, 10);

		if (end != text && *end == '=' && found == id) {
			text = end + 1;
			*count = strtoull(text, &end, 10);
			return end != text;
		}
		text = strchr(text, ',');
		text = text ? text + 1 : NULL;
	}
	return false;
}

/* The hosts of a list in their order, taken out of it as far as somebody has asked. */
struct hosts {
	hosts_t list;
	char **names;
	size_t count, taken;
};

static bool hosts_open(struct hosts *hosts, const char *text)
{
	int count;

	*hosts = (struct hosts) { .list = text ? slurm_hostlist_create(text) : NULL };
	count = hosts->list ? slurm_hostlist_count(hosts->list) : 0;
	if (count <= 0)
		return true;
	hosts->names = calloc((size_t) count, sizeof(*hosts->names));
	hosts->count = hosts->names ? (size_t) count : 0;
	return hosts->names;
}

/* NULL: the list is shorter. */
static const char *hosts_at(struct hosts *hosts, uint64_t place)
{
	if (place >= hosts->count)
		return NULL;
	for (; hosts->taken <= place; hosts->taken++)
		hosts->names[hosts->taken] = slurm_hostlist_shift(hosts->list);
	return hosts->names[place];
}

static void hosts_close(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->taken; i++)
		free(hosts->names[i]);
	free(hosts->names);
	if (hosts->list)
		slurm_hostlist_destroy(hosts->list);
}

/* The largest or smallest use of each resource by a task, with the node and the task that it was. */
static void extremes(writer_t *w, const struct codec_row *row, const slurmdb_step_rec_t *step, const char *counts,
		     const char *nodes, const char *tasks)
{
	struct hosts hosts;

	w->failed |= !hosts_open(&hosts, counts && *counts ? step->nodes : NULL);
	codec_key(w, row);
	writer_begin_list(w);
	for (const char *word = counts; word; word = strchr(word, ',')) {
		char *end, *type = NULL, *name = NULL;
		uint64_t count, node, task;
		unsigned long id;

		word += *word == ',';
		id = strtoul(word, &end, 10);
		if (!id || id > UINT32_MAX || !find_count(word, (uint32_t) id, &count))
			continue;
		lookup_tres(w->lookup, (uint32_t) id, &type, &name);
		writer_begin_map(w);
		KEY(w, "type");
		text(w, row, type);
		KEY(w, "name");
		text(w, row, name);
		KEY(w, "id");
		writer_integer(w, (int64_t) id);
		KEY(w, "count");
		writer_integer(w, (int64_t) count);
		KEY(w, "task");
		writer_integer(w, find_count(tasks, (uint32_t) id, &task) ? (int64_t) task : 0);
		KEY(w, "node");
		text(w, row, find_count(nodes, (uint32_t) id, &node) ? hosts_at(&hosts, node) : NULL);
		writer_end_map(w);
	}
	writer_end_list(w);
	hosts_close(&hosts);
}

#define EXTREMES(which)                                                                                                \
	static void write_dbd_step_##which(writer_t *w, const void *record, const struct codec_row *row)               \
	{                                                                                                              \
		const slurmdb_step_rec_t *step = record;                                                               \
                                                                                                                       \
		extremes(w, row, step, step->stats.tres_usage_##which, step->stats.tres_usage_##which##_nodeid,        \
			 step->stats.tres_usage_##which##_taskid);                                                     \
	}

EXTREMES(in_max)
EXTREMES(in_min)
EXTREMES(out_max)
EXTREMES(out_min)
DERIVED(dbd_step_in_max);
DERIVED(dbd_step_in_min);
DERIVED(dbd_step_out_max);
DERIVED(dbd_step_out_min);

/* What a path may name with patterns (sbatch(1), filename pattern). */
struct named {
	uint32_t job, array, task, step; /* step: NO_VAL where a job is meant */
	const char *user, *name, *nodes, *directory;
};

#ifdef HAS_MEMBER_slurmdb_job_rec_t_segment_size /* as old as these words */
#define NAMES_STEPS 1
#else
#define NAMES_STEPS 0 /* nor nodes */
#endif

enum { LONGEST_PATH = 4096, WIDEST_NUMBER = 10 };

struct path {
	char text[LONGEST_PATH];
	size_t length;
};

static void append(struct path *path, const char *text, size_t length)
{
	size_t room = sizeof(path->text) - path->length;

	length = length < room ? length : room;
	memcpy(path->text + path->length, text, length);
	path->length += length;
}

static void append_number(struct path *path, uint32_t number, int width)
{
	char digits[16];
	int length = snprintf(digits, sizeof(digits), "%0*u", width, number);

	append(path, digits, (size_t) length);
}

static void append_text(struct path *path, const char *text)
{
	if (text)
		append(path, text, strlen(text));
}

static void append_step(struct path *path, uint32_t step)
{
	const char *word = step_word(step);

	if (word)
		append_text(path, word);
	else
		append_number(path, step, 0);
}

static void append_first_node(struct path *path, const char *nodes)
{
	hosts_t hosts = NAMES_STEPS && nodes && *nodes ? slurm_hostlist_create(nodes) : NULL;
	char *first = hosts ? slurm_hostlist_shift(hosts) : NULL;

	append_text(path, first ? first : "(null)"); /* slurmrestd's word for none */
	free(first);
	if (hosts)
		slurm_hostlist_destroy(hosts);
}

/* Appends what one letter behind a percent sign stands for; false: it is none of them. */
static bool append_meant(struct path *path, char letter, int width, const struct named *named)
{
	switch (letter) {
	case 'A':
		append_number(path, named->array ? named->array : named->job, width);
		return true;
	case 'a':
		append_number(path, named->task, width);
		return true;
	case 'b':
		append_number(path, named->task % 10, width);
		return true;
	case 'J':
		append_number(path, named->job, width);
		if (NAMES_STEPS && named->step != NO_VAL) {
			append(path, ".", 1);
			append_step(path, named->step);
		}
		return true;
	case 'j':
		append_number(path, named->job, width);
		return true;
	case 'n':
	case 't':
		append_number(path, 0, width);
		return true;
	case 'N':
		append_first_node(path, named->nodes);
		return true;
	case 's':
		if (NAMES_STEPS)
			append_step(path, named->step == NO_VAL ? SLURM_BATCH_SCRIPT : named->step);
		else
			append_text(path, "(null)");
		return true;
	case 'u':
		append_text(path, named->user);
		return true;
	case 'x':
		append_text(path, named->name);
		return true;
	case '%':
		append(path, "%", 1);
		return true;
	default:
		return false;
	}
}

static void write_expanded(writer_t *w, const struct codec_row *row, const char *text, const struct named *named)
{
	struct path path = { .length = 0 };

	codec_key(w, row);
	if (!text || !*text) {
		writer_text(w, NULL);
		return;
	}
	if (*text != '/' && named->directory) {
		append_text(&path, named->directory);
		append(&path, "/", 1);
	}
	for (const char *at = text; *at; at++) {
		/* A width is digits and nothing else: no blanks before it, and no sign. */
		size_t digits = *at == '%' ? strspn(at + 1, "0123456789") : 0;
		unsigned long width = digits ? strtoul(at + 1, NULL, 10) : 0;
		const char *letter = at + 1 + digits;

		if (*at == '%' && !*letter)
			break;
		if (*at == '%' && append_meant(&path, *letter, width < WIDEST_NUMBER ? (int) width : WIDEST_NUMBER, named))
			at = letter;
		else
			append(&path, at, 1);
	}
	writer_string(w, path.text, path.length);
}

static struct named named_by(const slurmdb_job_rec_t *job, uint32_t step)
{
	if (!job)
		return (struct named) { .step = step };
	return (struct named) {
		.job = job->jobid, .array = job->array_job_id, .task = job->array_task_id, .step = step,
		.user = job->user, .name = job->jobname, .nodes = job->nodes, .directory = job->work_dir,
	};
}

static void in_step(struct named *named, const slurmdb_step_rec_t *step)
{
#if NAMES_STEPS
	named->nodes = step->nodes;
	if (step->cwd)
		named->directory = step->cwd;
#else
	(void) named;
	(void) step;
#endif
}

#define JOB_PATH(name)                                                                                                 \
	static void write_dbd_job_##name(writer_t *w, const void *record, const struct codec_row *row)                 \
	{                                                                                                              \
		struct named named = named_by(record, NO_VAL);                                                         \
                                                                                                                       \
		write_expanded(w, row, text_of(record, row), &named);                                                  \
	}

#define STEP_PATH(name)                                                                                                \
	static void write_dbd_step_##name(writer_t *w, const void *record, const struct codec_row *row)                \
	{                                                                                                              \
		const slurmdb_step_rec_t *step = record;                                                               \
		struct named named = named_by(step->job_ptr, step->step_id.step_id);                                   \
                                                                                                                       \
		in_step(&named, step);                                                                                 \
                                                                                                                       \
		write_expanded(w, row, text_of(record, row), &named);                                                  \
	}

JOB_PATH(stdin)
JOB_PATH(stdout)
JOB_PATH(stderr)
STEP_PATH(stdin)
STEP_PATH(stdout)
STEP_PATH(stderr)
DERIVED(dbd_job_stdin);
DERIVED(dbd_job_stdout);
DERIVED(dbd_job_stderr);
DERIVED(dbd_step_stdin);
DERIVED(dbd_step_stdout);
DERIVED(dbd_step_stderr);

static int by_number(const void *left, const void *right)
{
	uint32_t one = *(const uint32_t *) left, other = *(const uint32_t *) right;

	return (one > other) - (one < other);
}

uint32_t *job_associations(void *jobs, size_t *count)
{
	size_t room;
	void **records = list_items(jobs, &room);
	uint32_t *ids = records ? malloc((room + 1) * sizeof(*ids)) : NULL;

	*count = 0;
	for (size_t i = 0; ids && i < room; i++)
		ids[i] = ((const slurmdb_job_rec_t *) records[i])->associd;
	list_items_free(records);
	if (!ids)
		return NULL;
	qsort(ids, room, sizeof(*ids), by_number);
	for (size_t i = 0; i < room; i++)
		if (!*count || ids[*count - 1] != ids[i])
			ids[(*count)++] = ids[i];
	return ids;
}

uint32_t *job_unknown_associations(const lookup_t *lookup, void *jobs, size_t *count)
{
	size_t room;
	void **records = list_items(jobs, &room);
	uint32_t *ids = records ? malloc((room + 1) * sizeof(*ids)) : NULL;

	*count = 0;
	for (size_t i = 0; ids && i < room; i++) {
		const slurmdb_job_rec_t *job = records[i];

		if (!lookup_association(lookup, job->associd, job->cluster))
			ids[(*count)++] = job->associd;
	}
	list_items_free(records);
	return ids;
}

void job_associations_free(uint32_t *ids)
{
	free(ids);
}
