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

#include <stdbool.h>
#include <stddef.h>

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
	bool asks;			/* it stays in our process group, so that it may ask the
					   user on the terminal; it alone is killed then */
};

struct child_result {
	struct buf out, err;		/* at most `max` bytes each */
	int code;			/* its exit status; -1 when a signal ended it */
	int signal;			/* that signal, or 0 */
	bool timed_out;			/* we ended it */
	bool too_much;			/* it printed more than max, and we ended it */
};

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

#endif
