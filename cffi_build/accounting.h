/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Python asks of a list of slurmdbd's jobs; read twice, as codec_api.h is. */

/*
 * The ids of the associations that a list of slurmdb_job_rec_t names, in ascending order and each once, to be freed with
 * job_associations_free(); NULL: no memory.
 */
uint32_t *job_associations(void *jobs, size_t *count);
/* The same of those that no association was looked up for, in the order of the jobs and as often as they name them. */
uint32_t *job_unknown_associations(const lookup_t *lookup, void *jobs, size_t *count);
void job_associations_free(uint32_t *ids);
