/* SPDX-License-Identifier: MIT */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

/*
 * A guard: a small process between us and a program that we do not trust.  It starts
 * the program in a session of its own, and ends with all that descends from it.
 *
 * The promise.  When the program ends, when its time or another limit is over, when we say so, and
 * when we die, however that is: every descendant of it is killed and reaped, also those that made
 * a session of their own or that no parent waits for (the guard is their reaper).  The
 * guard keeps the time itself, so a stopped or busy caller delays nothing.
 *
 * Its limit.  What another process was asked to start (a service manager, a container daemon, cron,
 * a shell on another machine) is no descendant.  And guard and program are of one user: a program
 * that kills the guard gets its first process killed by the kernel; the rest is found by the
 * marker in its environment by us (`child.c`), which one can remove.  No program below a
 * guard can become another user: that is switched off (no_new_privs).
 */

#include <stdint.h>
#include <sys/types.h>

struct guard_limits {
	unsigned grace_ms;	/* between TERM and KILL; the other numbers 0: no limit */
	unsigned cpu_ms;	/* of all of its processes together */
	uint64_t memory;	/* bytes: of the data of each, and of all that is in memory */
	unsigned processes;	/* at once */
};

/* What went over its limit. */
enum guard_over { GUARD_NOTHING, GUARD_TIME, GUARD_TOLD, GUARD_CPU, GUARD_MEMORY,
		  GUARD_PROCESSES };

/* What it says at its end: all zero but `error` when the program could not be started. */
struct guard_report {
	int32_t error;		/* errno, or 0 */
	int32_t status;		/* as of waitpid() */
	int32_t over;		/* enum guard_over: why it was ended */
	uint32_t stragglers;	/* processes that it left behind and that were killed */
	uint32_t left;		/* could not be killed */
	int64_t ms;		/* from the program's start until nothing of it was left */
	int64_t cpu_ms, memory;	/* used: memory is the most that was seen */
};

struct guard_order {
	const char *file, *dir;		/* dir: or NULL */
	char *const *argv, *const *env;
	int fds[3];			/* of the program; each above 2 */
	unsigned timeout_ms;		/* 0: none */
	struct guard_limits limits;
	int nice;			/* filled in */
};

/*
 * Start a guard.  *talk is our end of a socket: the report is read from it, once, when it
 * becomes readable; a byte written to it, or its end, ends the program.  The
 * guard is a child of ours, to be reaped after that.  Returns 0 or an errno.
 */
int guard_start(pid_t *pid, int *talk, const struct guard_order *order);

#endif
