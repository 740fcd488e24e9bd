/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrays whose tasks wait in one record, among records of jobs of any struct.
 *
 * Rule 1: this only looks for them: nearly all records are of one job, and there may be a hundred thousand.
 */
#include <slurm/slurm.h>
#include <stddef.h>
#include <stdint.h>

#include "tasks.h"

size_t next_waiting_array(const void *records, size_t stride, size_t from, size_t count, size_t task, size_t bits)
{
	const char *record = (const char *) records + from * stride;

	for (; from < count; from++, record += stride)
		if (*(const uint32_t *) (record + task) >= NO_VAL && *(const void *const *) (record + bits))
			break;
	return from;
}
