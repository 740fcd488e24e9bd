/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libslurm's releases call otherwise, by one name here for all of them. See releases.c. */

int load_job(job_info_msg_t **message, uint32_t job_id, uint16_t flags);
int kill_job(uint32_t job_id, uint16_t signal, uint16_t flags);
int look_up_allocation(uint32_t job_id, resource_allocation_response_msg_t **answer);
void free_conf(slurm_conf_t *conf);
/* Frees a text that libslurm gave away. */
void free_text(char *text);
/* Frees the answer of slurmdb_config_get where that is a struct, which libslurm exports nothing for. */
void free_slurmdbd_conf(void *conf);
/* Frees the answer of slurm_kill_jobs. */
void free_kill_jobs_response(void *answer);
uint32_t submitted_job_id(const submit_response_msg_t *answer);
uint32_t submitted_step_id(const submit_response_msg_t *answer);
uint32_t allocated_job_id(const resource_allocation_response_msg_t *answer);
