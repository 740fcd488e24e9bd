/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written as a list, as far as its items are no records: those the walk writes. */
#ifndef SLURMREST_SEQUENCES_H
#define SLURMREST_SEQUENCES_H

#include <slurm/slurmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec_api.h"

/* A host list of libslurm's: a pointer in every release, but its name moved. */
typedef __typeof__(slurm_hostlist_create(NULL)) hosts_t;

/* The kinds that are lists of plain values; a pointer may be NULL. */
void sequence_csv(writer_t *w, const char *text);
void sequence_texts(writer_t *w, char *const *texts, int64_t count);
void sequence_numbers(writer_t *w, const void *array, uint8_t storage, int64_t count);
void sequence_hosts(writer_t *w, const char *hosts);
void sequence_list_texts(writer_t *w, struct xlist *list);
void sequence_list_numbers(writer_t *w, struct xlist *list);
void sequence_qos(writer_t *w, const char *ids);
void sequence_list_qos(writer_t *w, struct xlist *list, bool sorted);
void sequence_qos_bits(writer_t *w, const int64_t *bits);

/* Calls for each item of a list what writes it, with what it was given, until the buffer is full. */
void sequence_each(writer_t *w, struct xlist *list, void (*write)(writer_t *w, const void *item, const void *with),
		   const void *with);
/* The next resource of "1=2,4=7", with the names that are known; false: there is none. */
bool sequence_next_tres(const lookup_t *lookup, const char **text, slurmdb_tres_rec_t *tres);

#endif
