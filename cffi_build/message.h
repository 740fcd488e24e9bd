/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to slurmctld that libslurm has no call for. See message.c. */

/* Whether libslurm's messages are laid out as is known here. */
int message_known(void);
/*
 * Sends a message and waits for the answer of the type that is wanted, which is libslurm's; 0 or -1 with errno, which is
 * slurmctld's code where it refuses. ESLURM_NOT_SUPPORTED: messages are not known.
 */
int message_exchange(uint16_t type, void *data, uint16_t wanted, void **answer);
