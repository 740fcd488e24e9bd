/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libslurm's calls and structs that have changed their shape between releases (22.05 to 26.05).
 *
 * Rule 1: which shape the installed release has, its headers say (slurm_features.h); no release is named here.
 * Rule 2: what no release has any more is not here: a call without a shape ends the build.
 */
#include <slurm/slurm.h>
#include <slurm/slurmdb.h>
#include <stdint.h>

#include "releases.h"
#include "slurm_features.h"

/* A whole job, as the later releases want it told. */
#define WHOLE_JOB(id) ((slurm_step_id_t) { .job_id = (id), .step_id = NO_VAL, .step_het_comp = NO_VAL })

int load_job(job_info_msg_t **message, uint32_t job_id, uint16_t flags)
{
#ifdef BY_STEP_ID_slurm_load_job
	return slurm_load_job(message, WHOLE_JOB(job_id), flags);
#else
	return slurm_load_job(message, job_id, flags);
#endif
}

int kill_job(uint32_t job_id, uint16_t signal, uint16_t flags)
{
#ifdef BY_STEP_ID_slurm_kill_job
	return slurm_kill_job(WHOLE_JOB(job_id), signal, flags);
#else
	return slurm_kill_job(job_id, signal, flags);
#endif
}

int look_up_allocation(uint32_t job_id, resource_allocation_response_msg_t **answer)
{
#ifdef BY_STEP_ID_slurm_allocation_lookup
	return slurm_allocation_lookup(WHOLE_JOB(job_id), answer);
#else
	return slurm_allocation_lookup(job_id, answer);
#endif
}

void free_conf(slurm_conf_t *conf)
{
#ifdef HAS_FUNCTION_slurm_free_conf
	slurm_free_conf(conf);
#else
	slurm_free_ctl_conf(conf);
#endif
}

/* Exported by libslurm for everything that it allocates, but in none of its headers. */
extern void slurm_xfree(void **pointer) __attribute__((weak));

void free_text(char *text)
{
	if (slurm_xfree)
		slurm_xfree((void **) &text);
}

#ifdef HAS_MEMBER_slurmdbd_conf_t_archive_dir
void free_slurmdbd_conf(void *pointer)
{
	slurmdbd_conf_t *conf = pointer;
	char **const texts[] = {
		&conf->archive_dir, &conf->archive_script, &conf->dbd_addr,	 &conf->dbd_backup,
		&conf->dbd_host,    &conf->default_qos,	   &conf->log_file,	 &conf->parameters,
		&conf->pid_file,    &conf->storage_loc,	   &conf->storage_pass_script, &conf->storage_user,
	};

	if (!slurm_xfree)
		return;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		slurm_xfree((void **) texts[i]);
	slurm_xfree(&pointer);
}
#else
void free_slurmdbd_conf(void *conf)
{
	(void) conf;
}
#endif

/* Exported where slurm_kill_jobs is, in no header. */
extern void slurm_free_kill_jobs_response_msg(void *answer) __attribute__((weak));

void free_kill_jobs_response(void *answer)
{
	if (slurm_free_kill_jobs_response_msg)
		slurm_free_kill_jobs_response_msg(answer);
}

uint32_t submitted_job_id(const submit_response_msg_t *answer)
{
#ifdef HAS_MEMBER_submit_response_msg_t_job_id
	return answer->job_id;
#else
	return answer->step_id.job_id;
#endif
}

uint32_t submitted_step_id(const submit_response_msg_t *answer)
{
#ifdef HAS_MEMBER_submit_response_msg_t_job_id
	return answer->step_id;
#else
	return answer->step_id.step_id;
#endif
}

uint32_t allocated_job_id(const resource_allocation_response_msg_t *answer)
{
#ifdef HAS_MEMBER_resource_allocation_response_msg_t_job_id
	return answer->job_id;
#else
	return answer->step_id.job_id;
#endif
}
