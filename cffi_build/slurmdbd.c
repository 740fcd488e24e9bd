/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of slurmdbd's records that are not one member.
 *
 * Rule 1: as in derived.c: a function writes its row's key and value, or nothing.
 */
#include "codec_derived.h"
#include "slurm_features.h"

#include <slurm/slurm.h>
#include <slurm/slurmdb.h>

#define DERIVED(name) const struct derived derived_##name = { .write = write_##name }

/* Up to v0.0.40 a period in which nothing was rolled up is left out, and the periods are called so. */
static void write_rollups(writer_t *w, const void *record, const struct codec_row *row)
{
	static const char *const types[DBD_ROLLUP_COUNT] = { "internal", "user", "unknown" };
	const slurmdb_rollup_stats_t *stats = ((const slurmdb_stats_rec_t *) record)->dbd_rollup_stats;

	codec_key(w, row);
	writer_begin_list(w);
	for (int i = 0; stats && i < DBD_ROLLUP_COUNT; i++) {
		if (!stats->time_total[i])
			continue;
		writer_begin_map(w);
		KEY(w, "type");
		writer_text(w, types[i]);
		KEY(w, "last_run");
		writer_integer(w, stats->timestamp[i]);
		KEY(w, "last_cycle");
		writer_integer(w, (int64_t) stats->time_last[i]);
		KEY(w, "max_cycle");
		writer_integer(w, (int64_t) stats->time_max[i]);
		KEY(w, "total_time");
		writer_integer(w, (int64_t) stats->time_total[i]);
		KEY(w, "total_cycles");
		writer_integer(w, stats->count[i]);
		KEY(w, "mean_cycles");
		writer_integer(w, stats->count[i] ? (int64_t) (stats->time_total[i] / stats->count[i]) : 0);
		writer_end_map(w);
	}
	writer_end_list(w);
}
DERIVED(rollups);

#ifdef HAS_MEMBER_slurmdbd_conf_t_purge_event
/* After what time something is purged: a number of one unit, and a bit for what becomes of it. */
static void write_purge(writer_t *w, const void *record, const struct codec_row *row)
{
	uint32_t purge = (uint32_t) codec_load((const char *) record + row->offset, row->storage);
	bool set = purge != NO_VAL;
	int64_t number = set ? (int64_t) (purge & SLURMDB_PURGE_BASE) : 0;

	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "set");
	writer_boolean(w, set);
	KEY(w, "hours");
	writer_integer(w, purge & SLURMDB_PURGE_HOURS ? number : 0);
	KEY(w, "days");
	writer_integer(w, purge & SLURMDB_PURGE_DAYS ? number : 0);
	KEY(w, "months");
	writer_integer(w, purge & SLURMDB_PURGE_MONTHS ? number : 0);
	KEY(w, "archive");
	writer_boolean(w, set && (purge & SLURMDB_PURGE_ARCHIVE));
	writer_end_map(w);
}
DERIVED(purge);
#endif
