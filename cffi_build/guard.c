/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process's last words: while libslurm works, the client is owed an answer, whatever ends the process.
 *
 * Rule 1: armed only around a call that may end the process: libslurm's fatal() calls exit(), a deadline passes, a
 *         signal comes, libslurm crashes.
 * Rule 2: what runs in a signal handler is async-signal-safe (signal-safety(7)): write, send, poll, _exit.
 * Rule 3: the answer is complete and made beforehand; once any byte of the real answer is out, the guard is disarmed.
 * Rule 4: arming costs no system call: handlers and the timer stay for the life of a connection, and look whether the
 *         guard is armed, and until when.
 * Rule 5: shortly before the deadline a connection to slurmdbd is broken off (lifeline.c): a call that waits there fails
 *         then, and the client learns in its API's words what the last words do not tell.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec_api.h"
#include "lifeline.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 1024, RECORD_MAX = 4096, WRITE_PATIENCE_MS = 2000 };

/* How long before the deadline a connection is broken off: a quarter of the time, but no more than this. */
static const int64_t longest_margin = 5000000;
static const int64_t between_cuts = 50000;

static struct {
	volatile sig_atomic_t armed;
	volatile sig_atomic_t watching; /* between guard_enter and guard_leave */
	volatile sig_atomic_t ticking;	/* the timer was set, for `rings` or before */
	volatile int64_t deadline;	/* of the call, in microseconds of CLOCK_MONOTONIC */
	volatile int64_t margin;
	volatile int64_t rings;
	int descriptor;
	pid_t owner;	    /* a child that libslurm forks must not answer */
	size_t length;
	char answer[ANSWER_MAX];
	size_t record_length; /* the request's line for the log, up to the reason */
	char record[RECORD_MAX];
	bool registered;
} guard = { .descriptor = -1 };

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
enum { FATAL_SIGNALS = sizeof(fatal_signals) / sizeof(*fatal_signals) };
static struct sigaction saved_term;

static void send_answer(void)
{
	size_t done = 0;

	while (done < guard.length) {
		struct pollfd ready = { .fd = guard.descriptor, .events = POLLOUT };
		ssize_t count;

		if (poll(&ready, 1, WRITE_PATIENCE_MS) <= 0)
			return;
		count = write(guard.descriptor, guard.answer + done, guard.length - done);
		if (count > 0)
			done += (size_t) count;
		else if (count < 0 && errno != EINTR && errno != EAGAIN)
			return;
	}
}

/* The line of the request that will never be logged otherwise, in one write: descriptor 2 may be a datagram socket. */
static void log_record(const char *why)
{
	static const char before[] = " why=\"", after[] = "\"\n";
	char line[RECORD_MAX + 256];
	size_t length = 0, reason = strlen(why);
	ssize_t ignored;

	if (!guard.record_length || reason > sizeof(line) - RECORD_MAX - sizeof(before) - sizeof(after))
		return;
	memcpy(line, guard.record, guard.record_length);
	length += guard.record_length;
	memcpy(line + length, before, sizeof(before) - 1);
	length += sizeof(before) - 1;
	memcpy(line + length, why, reason);
	length += reason;
	memcpy(line + length, after, sizeof(after) - 1);
	length += sizeof(after) - 1;
	ignored = write(STDERR_FILENO, line, length);
	(void) ignored;
}

/* True in the one process that owes the answer, once. */
static bool last_words(const char *why)
{
	if (!guard.armed || guard.owner != getpid())
		return false;
	guard.armed = 0;
	send_answer();
	log_record(why);
	return true;
}

static void on_exit_of_libslurm(void)
{
	last_words("Slurm's library ended the process");
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* SIGALRM after so many microseconds, which are at least one: 0 would stop the timer. */
static void ring_after(int64_t microseconds)
{
	struct itimerval timer = { .it_value = { .tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000 } };

	guard.ticking = 1;
	guard.rings = now() + microseconds;
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_deadline(int number)
{
	int64_t left;

	(void) number;
	guard.ticking = 0;
	if (!guard.armed)
		return;
	left = guard.deadline - now();
	if (left > guard.margin) {
		ring_after(left - guard.margin);
	} else if (left > 0) {
		int saved = errno; /* libslurm is in the middle of something */
		int64_t again = lifeline_cut() && left > between_cuts ? between_cuts : left;

		errno = saved;
		ring_after(again);
	} else if (last_words("a call to Slurm took longer than the deadline")) {
		_exit(1);
	}
}

/* Outside of a call it means what it meant before. */
static void on_terminate(int number)
{
	if (guard.armed) {
		last_words("terminated during a call to Slurm");
		_exit(0);
	}
	if (saved_term.sa_handler == SIG_DFL) {
		signal(number, SIG_DFL);
		raise(number);
	} else if (saved_term.sa_handler != SIG_IGN) {
		saved_term.sa_handler(number);
	}
}

static void on_crash(int number)
{
	last_words("a call to Slurm crashed");
	/* The default action again, so that whoever waits sees the signal. */
	signal(number, SIG_DFL);
	raise(number);
}

static void handle(int number, void (*handler)(int), int flags, struct sigaction *saved)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, saved);
}

/* For the life of the process: each of these does what would happen anyway while the guard is not armed. */
static void register_once(void)
{
	if (guard.registered)
		return;
	guard.registered = true;
	atexit(on_exit_of_libslurm);
	handle(SIGALRM, on_deadline, SA_RESTART, NULL);
	for (size_t i = 0; i < FATAL_SIGNALS; i++)
		handle(fatal_signals[i], on_crash, 0, NULL);
}

/* A connection begins in this process. */
void guard_enter(void)
{
	register_once();
	if (guard.watching)
		guard_leave();
	guard.owner = getpid();
	guard.watching = 1;
	handle(SIGTERM, on_terminate, 0, &saved_term);
}

/* It is over: SIGTERM is as before, and no timer runs. */
void guard_leave(void)
{
	const struct itimerval never = { 0 };

	if (!guard.watching)
		return;
	guard.armed = 0;
	guard.watching = 0;
	sigaction(SIGTERM, &saved_term, NULL);
	if (guard.ticking)
		setitimer(ITIMER_REAL, &never, NULL);
	guard.ticking = 0;
}

void guard_arm(int descriptor, const char *answer, size_t length, const char *record, size_t record_length,
	       int milliseconds)
{
	int64_t patience = (int64_t) milliseconds * 1000, begun = now();
	int64_t margin = patience / 4 < longest_margin ? patience / 4 : longest_margin;

	guard.armed = 0;
	guard.descriptor = descriptor;
	guard.length = length < ANSWER_MAX ? length : ANSWER_MAX;
	memcpy(guard.answer, answer, guard.length);
	guard.record_length = record_length < RECORD_MAX ? record_length : RECORD_MAX;
	memcpy(guard.record, record, guard.record_length);
	guard.deadline = begun + patience;
	guard.margin = margin;
	guard.armed = 1;
	/*
	 * A timer of an earlier call rings too early, and is then set for the rest. One that should have rung has been
	 * taken away: a process has a single one, which alarm(2) and setitimer(2) share.
	 */
	if (!guard.ticking || guard.rings <= begun || guard.rings > guard.deadline - margin)
		ring_after(patience - margin);
}

void guard_disarm(void)
{
	guard.armed = 0;
}

/* No new privileges, no dump of a process that holds tokens; 0, or the errno of what failed (prctl(2)). */
int guard_confine(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return errno;
	return 0;
}
