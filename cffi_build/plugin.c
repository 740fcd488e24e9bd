/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libslurm's plugin for slurmdbd takes from the program that it is loaded into, and libslurm does not have.
 *
 * Rule 1: only what a client's calls come to. A symbol that is missing there ends the process at once, in the middle of
 *         a call and without an answer: the loader does not tell atexit(3).
 * Rule 2: exported, as the extension is loaded so that plugins find its symbols (slurm/library.py).
 */
#include <stdint.h>
#include <stdio.h>

#define EXPORTED __attribute__((visibility("default"), used))

/* Each time a message could not be sent, or its answer was not understood: for libslurm's log. */
EXPORTED char *slurmdbd_msg_type_2_str(int type, int get_enum);

char *slurmdbd_msg_type_2_str(int type, int get_enum)
{
	static char text[32];

	(void) get_enum;
	snprintf(text, sizeof(text), "message %d to slurmdbd", (uint16_t) type);
	return text;
}

/* From 26.05 on, for the answer about slurmdbd.conf, which is left to the end of the process. */
EXPORTED void slurmdbd_free_msg(void *message);

void slurmdbd_free_msg(void *message)
{
	(void) message;
}

EXPORTED void slurmdbd_free_conf(void *conf);

void slurmdbd_free_conf(void *conf)
{
	(void) conf;
}
