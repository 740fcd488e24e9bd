/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resources of a heterogeneous job. libslurm's call for them, slurm_allocate_het_job_blocking, has slurmctld tell a port
 * of the client's, where one with a token cannot check what it is told.
 *
 * Rule 1: nothing waits here: slurmctld answers at once that the components are there, and starts none before.
 */
#include <slurm/slurm.h>
#include <stdint.h>

#include "components.h"
#include "message.h"

/* The numbers are the protocol's, the same from 22.05 to 26.05. */
enum { REQUEST_HET_JOB_ALLOCATION = 4025, RESPONSE_HET_JOB_ALLOCATION = 4026 };

int allocate_components(void *components, void **answer)
{
	return message_exchange(REQUEST_HET_JOB_ALLOCATION, components, RESPONSE_HET_JOB_ALLOCATION, answer);
}

resource_allocation_response_msg_t *first_allocation(void *answer)
{
	void *iterator = slurm_list_iterator_create(answer);
	resource_allocation_response_msg_t *first = slurm_list_next(iterator);

	slurm_list_iterator_destroy(iterator);
	return first;
}
