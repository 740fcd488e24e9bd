/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources of a heterogeneous job, for who listens at no port. See components.c. */

/*
 * Asks for the resources of each of a list of job_desc_msg_t; 0 or -1 with errno. The answer is a list of
 * resource_allocation_response_msg_t, which slurm_list_destroy frees with its items.
 */
int allocate_components(void *components, void **answer);
/* The one of the first component, NULL of an empty list. */
resource_allocation_response_msg_t *first_allocation(void *answer);
