/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resources that a job has on each node. libslurm has a call for them from 25.11 on, whose answer no header shows.
 *
 * Rule 1: like job_resources.c, this file knows layouts that no installed header confirms: those of 25.11 and 26.05,
 *         which are the same. Where they are not known, slurmctld is not asked.
 */
#include "bits.h"
#include "codec_derived.h"
#include "resources.h"
#include "slurm_features.h"

#include <errno.h>
#include <inttypes.h>
#include <slurm/slurm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The numbers of the bits that are set, as Slurm writes hosts and tasks (0-3,7), null where none are told apart. */
static void write_gres_index(writer_t *w, const void *record, const struct codec_row *row)
{
	const node_gres_layout_t *gres = record;
	enum { WIDEST_RANGE = 42 }; /* two numbers of 64 bits, and two signs */
	char *text = calloc(bits_count(gres->index) / 2 + 1, WIDEST_RANGE), *end = text;

	codec_key(w, row);
	if (!text || !gres->index) {
		writer_text_or_null(w, NULL);
		free(text);
		return;
	}
	for (uint64_t first = 0, next; first < bits_count(gres->index); first = next + 1) {
		for (next = first; bit_is_set(gres->index, next); next++)
			continue;
		if (next > first)
			end += sprintf(end, "%s%" PRIu64, end == text ? "" : ",", first);
		if (next > first + 1)
			end += sprintf(end, "-%" PRIu64, next - 1);
	}
	writer_text(w, text);
	free(text);
}
extern const struct derived derived_gres_index;
const struct derived derived_gres_index = { .write = write_gres_index };

#if defined(HAS_FUNCTION_slurm_get_resource_layout) && defined(HAS_MEMBER_node_resource_layout_channel)
struct resource_layout {
	struct xlist *nodes;
};

/* Exported by libslurm where it has the call, declared in no header. */
extern void slurm_free_resource_layout_msg(struct resource_layout *answer) __attribute__((weak));

int resources_known(void)
{
	return 1;
}

int resources_load(uint32_t job_id, resource_layout_t **answer)
{
	slurm_step_id_t job = { .job_id = job_id, .step_id = NO_VAL, .step_het_comp = NO_VAL };
	void *found = NULL;
	int code = slurm_get_resource_layout(&job, &found);

	*answer = found;
	return code;
}

void *resources_nodes(const resource_layout_t *answer)
{
	return answer->nodes;
}

void resources_free(resource_layout_t *answer)
{
	if (slurm_free_resource_layout_msg)
		slurm_free_resource_layout_msg(answer);
}
#else
int resources_known(void)
{
	return 0;
}

int resources_load(uint32_t job_id, resource_layout_t **answer)
{
	(void) job_id;
	*answer = NULL;
	errno = ENOSYS;
	return -1;
}

void *resources_nodes(const resource_layout_t *answer)
{
	(void) answer;
	return NULL;
}

void resources_free(resource_layout_t *answer)
{
	(void) answer;
}
#endif
