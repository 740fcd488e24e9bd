/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one connection that this process keeps to slurmdbd: which socket it is, and how it is broken off in time.
 *
 * Rule 1: libslurm tells nobody its descriptor, so it is the internet socket that was not there before.
 * Rule 2: once it is broken off, so is each that libslurm opens in its place: it tries again within the same call.
 * Rule 3: lifeline_cut runs in a signal handler: only getsockname and shutdown (signal-safety(7)). A call that waits on
 *         the socket then sees what it sees when slurmdbd ends; libslurm of 22.05 dies of a socket that is shut both ways.
 */
#include <stdbool.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include "lifeline.h"

/* An instance has no more (serve/confine.py). */
enum { DESCRIPTORS = 256, NONE = -1, OPENING = -2 };

static bool there[DESCRIPTORS];
static volatile sig_atomic_t line = NONE;

static bool is_internet(int descriptor)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (getsockname(descriptor, (struct sockaddr *) &address, &length))
		return false;
	return address.ss_family == AF_INET || address.ss_family == AF_INET6;
}

void lifeline_begin(void)
{
	line = NONE;
	for (int i = 0; i < DESCRIPTORS; i++)
		there[i] = is_internet(i);
	line = OPENING;
}

int lifeline_find(void)
{
	static const int on = 1;
	int found = NONE;

	for (int i = 0; i < DESCRIPTORS && found == NONE; i++)
		if (!there[i] && is_internet(i))
			found = i;
	/* libslurm of 22.05 writes a message in two pieces, and the second would wait for slurmdbd to have the first. */
	if (found != NONE)
		setsockopt(found, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	line = found;
	return found;
}

void lifeline_end(void)
{
	line = NONE;
}

bool lifeline_cut(void)
{
	if (line == NONE)
		return false;
	line = OPENING;
	for (int i = 0; i < DESCRIPTORS; i++)
		if (!there[i] && is_internet(i))
			shutdown(i, SHUT_RD);
	return true;
}
