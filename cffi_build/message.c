/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to slurmctld that libslurm has no call for, sent by hand as Slurm's own commands do.
 *
 * Rule 1: like job_resources.c, this file knows a layout that no installed header confirms, and nothing else does.
 * Rule 2: before a message of that layout is used, libslurm initialises it, and what that leaves is compared.
 */
#include <errno.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "message.h"
#include "slurm_features.h"

/* The number is the protocol's, the same from 22.05 to 26.05. */
enum { RESPONSE_SLURM_RC = 8001 };

/* Slurm's struct up to the last member that is used, and more room than the rest takes. */
struct message {
	slurm_addr_t address;
	void *auth_cred;
	int auth_index;
	uid_t auth_uid;
#ifdef HAS_MEMBER_slurm_msg_auth_gid
	gid_t auth_gid;
#endif
	bool auth_ids_set;
	uid_t restrict_uid;
	bool restrict_uid_set;
	uint32_t body_offset;
	void *buffer;
	void *persistent;
#ifdef HAS_MEMBER_slurm_msg_conn_fd
	int conn_fd;
#endif
#ifdef HAS_MEMBER_slurm_msg_conmgr_fd
	void *conmgr_fd;
#endif
	void *data;
#ifdef HAS_MEMBER_slurm_msg_data_size
	uint32_t data_size;
#endif
	uint16_t flags;
	uint8_t hash_index;
#ifdef HAS_MEMBER_slurm_msg_tls_cert
	char *tls_cert;
	void *conn;
#endif
#ifdef HAS_MEMBER_slurm_msg_conn_is_mtls
	bool conn_is_mtls;
#endif
	uint16_t type;
	uint16_t protocol_version;
	char rest[4096];
};

/* Exported by libslurm, declared in no header. */
extern void slurm_msg_t_init(struct message *message) __attribute__((weak));
extern int slurm_send_recv_controller_msg(struct message *request, struct message *response, void *cluster)
	__attribute__((weak));
extern void slurm_free_return_code_msg(uint32_t *message) __attribute__((weak));

/* Whether libslurm has left in a message of zeros what is known of a new one, and nothing beside it. */
static bool plausible(const struct message *message)
{
#ifdef HAS_MEMBER_slurm_msg_conn_fd
	if (message->conn_fd != -1)
		return false;
#endif
#ifdef HAS_MEMBER_slurm_msg_tls_cert
	if (message->tls_cert || message->conn)
		return false;
#endif
	return message->type == NO_VAL16 && message->protocol_version == NO_VAL16 && !message->data &&
	       !message->buffer && !message->persistent && !message->flags && !message->hash_index;
}

int message_known(void)
{
	struct message message = { .type = 0 };

	if (!slurm_msg_t_init || !slurm_send_recv_controller_msg || !slurm_free_return_code_msg)
		return 0;
	slurm_msg_t_init(&message);
	return plausible(&message);
}

int message_exchange(uint16_t type, void *data, uint16_t wanted, void **answer)
{
	struct message question = { .type = 0 }, response = { .type = 0 };

	if (!message_known()) {
		errno = ESLURM_NOT_SUPPORTED;
		return -1;
	}
	slurm_msg_t_init(&question);
	slurm_msg_t_init(&response);
	question.type = type;
	question.data = data;
	if (slurm_send_recv_controller_msg(&question, &response, NULL) < 0)
		return -1;
	if (response.type == wanted) {
		*answer = response.data;
		return 0;
	}
	errno = SLURM_UNEXPECTED_MSG_ERROR;
	if (response.type == RESPONSE_SLURM_RC && response.data) {
		uint32_t code = *(const uint32_t *) response.data;

		slurm_free_return_code_msg(response.data);
		errno = (int) code;
	}
	return -1;
}
