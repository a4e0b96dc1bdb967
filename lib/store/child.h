/* SPDX-License-Identifier: MIT */
#ifndef STORE_CHILD_H
#define STORE_CHILD_H

/*
 * Running another program: the one place of the library that starts processes.
 *
 * A program is named with its arguments, one by one: no shell ever sees them.  It
 * has the environment it is given and nothing of ours, no descriptor but its three, no
 * signal handler or mask of ours.  What it prints is bounded, and so is its time.
 */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "store/guard.h"
#include "util/buf.h"

#define CHILD_PATH "/usr/local/bin:/usr/bin:/bin"
#define CHILD_GRACE_MS 2000	/* between TERM and KILL */

struct child_request {
	const char *const *argv;	/* ends with NULL; argv[0] without '/' is looked up */
	const char *const *env;		/* "NAME=value", ends with NULL; NULL: empty */
	const char *path;		/* where to look it up; NULL: CHILD_PATH */
	const char *dir;		/* its working directory; NULL: ours */
	const void *in;			/* its standard input; NULL: nothing */
	size_t in_len;
	size_t max;			/* of standard output, and of standard error, bytes */
	unsigned timeout_ms;		/* 0: none */
	bool talks;			/* its standard error is ours */
	/* Below a guard (store/guard.h): all that descends from it ends with it, and within these
	 * limits.  `marker` is a variable of `env` that no other run has. */
	const struct guard_limits *guard;
	const char *marker;
	bool leaves;			/* it means to leave something running: when it ends by
					   itself, its group is let be */
	bool asks;			/* it stays in our process group, so that it may ask the
					   user on the terminal; it alone is killed then */
};

struct child_result {
	struct buf out, err;		/* at most `max` bytes each */
	int code;			/* its exit status; -1 when a signal ended it */
	int signal;			/* that signal, or 0 */
	unsigned ms;			/* from its start to its end */
	bool timed_out;			/* we ended it */
	bool too_much;			/* it printed more than max, and we ended it */
	bool unguarded;			/* somebody killed its guard: the report below is empty */
	struct guard_report report;	/* with a guard */
};

#define CHILD_POLLS 3

/* One that runs. */
struct child;

/* Zero, with empty buffers. */
void child_result_init(struct child_result *r);
void child_result_release(struct child_result *r);

/*
 * Run it to its end; `result` is initialised and belongs to the caller, whatever is returned.
 * Unless it `asks`, its whole process group is gone afterwards.  Returns 0 however it
 * ended: look at `code`.  OPS_ENOTFOUND: there is no such program; OPS_EENVIRONMENT: it cannot be
 * started; OPS_EIO; OPS_ENOMEM.
 */
int child_run(struct child_result *result, const struct child_request *request,
	      struct ops_error *err);

/*
 * The same for a caller that waits for more than one:
 *
 *	child_start(&child, &result, &request, err);
 *	while (!child_ended(child)) {
 *		wait = child_polls(child, polls);	... poll(polls, CHILD_POLLS, wait) ...
 *		child_step(child, polls);
 *	}
 *	child_finish(child, err);
 *
 * Request and result have to live until child_finish(), which frees the child: it is
 * to be called in any case, and ends a program that still runs.
 */
int child_start(struct child **out, struct child_result *result,
		const struct child_request *request, struct ops_error *err);
/* What to wait for, and how long: ms, or -1. */
int child_polls(const struct child *c, struct pollfd polls[CHILD_POLLS]);
/* Deal with what happened; `polls` is as poll() left it. */
void child_step(struct child *c, const struct pollfd polls[CHILD_POLLS]);
bool child_ended(const struct child *c);
/* Ask it to end: TERM, after the grace KILL. */
void child_stop(struct child *c);
int child_finish(struct child *c, struct ops_error *err);

#endif
