/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Submits held batch jobs, each one a record of its own, through libslurm: ten thousand in some ten seconds, where
 * as many sbatch processes would take minutes.
 *
 * usage: submit_many COUNT FOLDER     (as the user who shall own the jobs; SLURM_CONF names the cluster)
 */
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const features[] = { NULL, "fast", "fast&ib", "rack1|rack2" };

static int submit(long index, char *folder)
{
	static char *environment[] = { "PATH=/usr/bin:/bin", "LAB=many" };
	char name[64], comment[96], output[512];
	job_desc_msg_t job;
	submit_response_msg_t *answer = NULL;

	slurm_init_job_desc_msg(&job);
	snprintf(name, sizeof name, "many-%05ld", index);
	snprintf(comment, sizeof comment, "run %ld of a sweep, seed %lx", index, (unsigned long)index * 2654435761UL);
	snprintf(output, sizeof output, "%s/many-%05ld.out", folder, index);
	job.name = name;
	job.comment = comment;
	job.std_out = output;
	job.work_dir = folder;
	job.script = "#!/bin/sh\nexec sleep 60\n";
	job.environment = environment;
	job.env_size = 2;
	job.user_id = getuid();
	job.group_id = getgid();
	job.priority = 0; /* held */
	job.num_tasks = (uint32_t)(1 + index % 4);
	job.min_cpus = job.num_tasks;
	job.time_limit = (uint32_t)(10 + index % 600);
	job.features = (char *)features[index % 4];
	if (index % 3 == 0)
		job.tres_per_node = "gres:gpu:1";
	if (index % 5 == 0)
		job.pn_min_memory = 200 | MEM_PER_CPU;
	if (slurm_submit_batch_job(&job, &answer) != SLURM_SUCCESS) {
		slurm_perror("submit_many");
		return -1;
	}
	slurm_free_submit_response_response_msg(answer);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	slurm_init(NULL);
	for (long index = 0, count = atol(argv[1]); index < count; index++)
		if (submit(index, argv[2]) != 0)
			return 1;
	return 0;
}
