/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fair shares. From 23.11 on libslurm has a call for them; before, the message must be sent by hand (message.c).
 *
 * Rule 1: like job_resources.c, this file knows layouts that no installed header confirms, and nothing else does.
 */
#include <errno.h>
#include <slurm/slurm.h>
#include <stdint.h>
#include <stdlib.h>

#include "message.h"
#include "shares.h"

/* Slurm's structs, the same from 22.05 to 26.05. */
struct association {
	uint32_t id;
	char *cluster;
	char *name;
	char *parent;
	char *partition;
	double shares_norm;
	uint32_t shares_raw;
	uint64_t *tres_run_secs;
	uint64_t *tres_grp_mins;
	double usage_efctv;
	double usage_norm;
	uint64_t usage_raw;
	long double *usage_tres_raw;
	double fs_factor;
	double level_fs;
	uint16_t user;
};

struct request {
	void *accounts;
	void *users;
};

struct response {
	void *associations;
	uint64_t total;
	uint32_t tres_cnt;
	char **tres_names;
};

struct shares {
	struct response *response;
	share_t *array;
	size_t count;
};

/* Exported by libslurm where a release has them, declared in no header. */
extern int slurm_associations_get_shares(struct request *request, struct response **response) __attribute__((weak));
extern void slurm_free_shares_response_msg(struct response *response) __attribute__((weak));

enum { REQUEST_SHARE_INFO = 2022, RESPONSE_SHARE_INFO = 2023 };

static int by_message(struct request *request, struct response **response)
{
	void *answer = NULL;
	int code = message_exchange(REQUEST_SHARE_INFO, request, RESPONSE_SHARE_INFO, &answer);

	*response = answer;
	return code;
}

/* A list whose items stay ours. */
static void *list_of(char **words, size_t count)
{
	void *list = count ? slurm_list_create(NULL) : NULL;

	for (size_t i = 0; list && i < count; i++)
		slurm_list_append(list, words[i]);
	return list;
}

static void fill(share_t *share, const struct association *from, const struct response *response)
{
	*share = (share_t) {
		.id = from->id,
		.cluster = from->cluster,
		.name = from->name,
		.parent = from->parent,
		.partition = from->partition,
		.shares_norm = from->shares_norm,
		.shares_raw = from->shares_raw,
		.tres_run_secs = from->tres_run_secs,
		.tres_grp_mins = from->tres_grp_mins,
		.usage_efctv = from->usage_efctv,
		.usage_norm = from->usage_norm,
		.usage_raw = from->usage_raw,
		.usage_tres_raw = from->usage_tres_raw,
		.fs_factor = from->fs_factor,
		.level_fs = from->level_fs,
		.type = from->user,
		.tres_names = response->tres_names,
		.tres_cnt = response->tres_cnt,
	};
}

int shares_load(char **accounts, size_t account_count, char **users, size_t user_count, shares_t **shares)
{
	struct request request = { list_of(accounts, account_count), list_of(users, user_count) };
	struct response *response = NULL;
	shares_t *found = NULL;
	size_t count;
	int code, saved;

	errno = 0;
	code = slurm_associations_get_shares ? slurm_associations_get_shares(&request, &response)
					     : by_message(&request, &response);
	saved = errno;
	if (request.accounts)
		slurm_list_destroy(request.accounts);
	if (request.users)
		slurm_list_destroy(request.users);
	if (code || !response)
		goto out;
	count = response->associations ? (size_t) slurm_list_count(response->associations) : 0;
	found = calloc(1, sizeof(*found));
	if (found)
		found->array = calloc(count + 1, sizeof(*found->array));
	if (!found || !found->array) {
		free(found);
		found = NULL;
		saved = ENOMEM;
		if (slurm_free_shares_response_msg)
			slurm_free_shares_response_msg(response);
		goto out;
	}
	found->response = response;
	if (count) {
		void *iterator = slurm_list_iterator_create(response->associations);
		const struct association *one;

		while (found->count < count && (one = slurm_list_next(iterator)))
			fill(&found->array[found->count++], one, response);
		slurm_list_iterator_destroy(iterator);
	}
out:
	*shares = found;
	errno = saved;
	return found ? 0 : -1;
}

share_t *shares_array(shares_t *shares)
{
	return shares->array;
}

size_t shares_count(const shares_t *shares)
{
	return shares->count;
}

uint64_t shares_total(const shares_t *shares)
{
	return shares->response->total;
}

void shares_free(shares_t *shares)
{
	if (!shares)
		return;
	if (slurm_free_shares_response_msg)
		slurm_free_shares_response_msg(shares->response);
	free(shares->array);
	free(shares);
}
