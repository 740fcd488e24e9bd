/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of the daemons' configurations that are not one member.
 *
 * Rule 1: as in derived.c: a function writes its row's key and value, or nothing.
 */
#include "codec_derived.h"
#include "slurm_features.h"

#include <slurm/slurm.h>
#include <stdio.h>

#define DERIVED(name) const struct derived derived_##name = { .write = write_##name }

/* A time in seconds as Slurm writes it: 1-02:03:04. */
static void write_time_range(writer_t *w, const void *record, const struct codec_row *row)
{
	uint32_t seconds = (uint32_t) codec_load((const char *) record + row->offset, row->storage);
	uint32_t days = seconds / 86400;
	char text[32];
	int length = 0;

	codec_key(w, row);
	if (seconds == INFINITE) {
		writer_text(w, "UNLIMITED");
		return;
	}
	if (days)
		length = snprintf(text, sizeof(text), "%u-", days);
	snprintf(text + length, sizeof(text) - (size_t) length, "%02u:%02u:%02u", seconds / 3600 % 24, seconds / 60 % 60,
		 seconds % 60);
	writer_text(w, text);
}
DERIVED(time_range);

static void programs(writer_t *w, const struct codec_row *row, char *const *paths, size_t count)
{
	codec_key(w, row);
	writer_begin_list(w);
	for (size_t i = 0; paths && i < count; i++)
		writer_text(w, paths[i]);
	writer_end_list(w);
}

/* There may be several programs, each with a path of its own, from 24.05 on. */
#ifdef HAS_MEMBER_slurm_conf_t_epilog_cnt
#define PROGRAMS(member) programs(w, row, conf->member, conf->member##_cnt)
#else
#define PROGRAMS(member) programs(w, row, &conf->member, conf->member ? 1 : 0)
#endif

#define WRITE_PROGRAMS(member)                                                                    \
	static void write_conf_##member(writer_t *w, const void *record, const struct codec_row *row) \
	{                                                                                         \
		const slurm_conf_t *conf = record;                                                \
                                                                                                  \
		PROGRAMS(member);                                                                 \
	}

WRITE_PROGRAMS(epilog)
DERIVED(conf_epilog);
WRITE_PROGRAMS(epilog_slurmctld)
DERIVED(conf_epilog_slurmctld);
WRITE_PROGRAMS(prolog)
DERIVED(conf_prolog);
WRITE_PROGRAMS(prolog_slurmctld)
DERIVED(conf_prolog_slurmctld);

/* Which nodes are checked, and when: nodes in any state are not told state by state as well. */
static const struct {
	uint16_t bits;
	const char *word;
} checks[] = {
#ifdef HEALTH_CHECK_START_ONLY
	{ HEALTH_CHECK_START_ONLY, "START_ONLY" },
	{ HEALTH_CHECK_REBOOT_ONLY, "REBOOT_ONLY" },
#endif
	{ HEALTH_CHECK_NODE_ANY, "ANY" },
	{ HEALTH_CHECK_NODE_IDLE, "IDLE" },
	{ HEALTH_CHECK_NODE_ALLOC, "ALLOC" },
	{ HEALTH_CHECK_NODE_MIXED, "MIXED" },
#ifdef HEALTH_CHECK_NODE_NONDRAINED_IDLE
	{ HEALTH_CHECK_NODE_NONDRAINED_IDLE, "NONDRAINED_IDLE" },
#endif
	{ HEALTH_CHECK_CYCLE, "CYCLE" },
};

static void write_conf_health_checks(writer_t *w, const void *record, const struct codec_row *row)
{
	unsigned int value = ((const slurm_conf_t *) record)->health_check_node_state;

	codec_key(w, row);
	writer_begin_list(w);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if ((value & checks[i].bits) != checks[i].bits)
			continue;
		writer_text(w, checks[i].word);
		if (checks[i].bits == HEALTH_CHECK_NODE_ANY)
			value &= ~(unsigned int) HEALTH_CHECK_NODE_ANY;
	}
	writer_end_list(w);
}
DERIVED(conf_health_checks);

/* The first and the last port. */
static void write_conf_ports(writer_t *w, const void *record, const struct codec_row *row)
{
	const uint16_t *ports = ((const slurm_conf_t *) record)->srun_port_range;

	codec_key(w, row);
	writer_begin_map(w);
	KEY(w, "minimum");
	writer_integer(w, ports ? ports[0] : 0);
	KEY(w, "maximum");
	writer_integer(w, ports ? ports[1] : 0);
	KEY(w, "set");
	writer_boolean(w, ports && (ports[0] || ports[1]));
	writer_end_map(w);
}
DERIVED(conf_ports);
