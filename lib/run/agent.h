/* SPDX-License-Identifier: MIT */
#ifndef RUN_AGENT_H
#define RUN_AGENT_H

/*
 * Running agents: one process tree for one packet, and several of them side by side.
 *
 * An agent reads a packet, JSON, on its standard input.  On standard output it may say how
 * far it is, one JSON object on a line that has a member "progress" (per cent, or text; with
 * a "note" or the name of a "milestone" if it likes), and at last it
 * gives its answer, one JSON object (docs/json/agent-answer.schema.json).  Standard
 * error is for people.  Whatever it does, it ends within its limits with all its
 * descendants (store/guard.h), and the result says what happened.
 *
 *	set = run_set_new(4);
 *	run_set_add(set, &order, err);			... as often as there is work ...
 *	while ((ret = run_set_next(&result, set, err)) == 1) {
 *		... look at result->order->payload; more may be added here ...
 *		run_result_free(result);
 *	}
 *	run_set_free(set);				... ends what still runs ...
 *
 * Everything here is for one thread.  Nothing is written to the repository: what becomes of a
 * result is the caller's act.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/guard.h"
#include "util/buf.h"
#include "util/digest.h"

struct json;

#define RUN_GRACE_MS 400		/* between TERM and KILL */
#define RUN_NOTE_MAX 200		/* bytes of what a line of progress says */

/* What to run.  All of it is the caller's and lives until the result is freed. */
struct run_order {
	const char *agent;		/* id; orders of one agent share `at_once` */
	const char *id;			/* of this run: also the marker of its processes */
	const char *const *argv;	/* ends with NULL; the first is looked up in `path` */
	const char *const *env;		/* "NAME=value", ends with NULL: all it gets */
	const char *path;		/* NULL: CHILD_PATH */
	const char *dir;		/* absolute */
	const char *packet;		/* JSON */
	size_t packet_len;
	unsigned timeout;		/* seconds; 0: none */
	size_t output;			/* bytes of standard output, and of standard error */
	struct guard_limits limits;	/* grace_ms 0: RUN_GRACE_MS */
	unsigned at_once;		/* runs of this agent side by side; 0: any */
	bool plain;			/* a check: its status is its answer, no JSON is asked */
	void *payload;
};

enum run_end {
	RUN_DONE,		/* it answered, whatever the answer is */
	RUN_NO_ANSWER,		/* what it printed is none: `why` */
	RUN_NOT_STARTED,	/* `why` */
	RUN_KILLED,		/* by a signal that was not ours */
	RUN_TIMED_OUT,
	RUN_OUTPUT, RUN_CPU, RUN_MEMORY, RUN_PROCESSES,	/* over that limit */
	RUN_STOPPED,		/* by run_set_free(), or by us */
	RUN_UNGUARDED		/* somebody killed its guard */
};

enum run_status { RUN_COMPLETE, RUN_PARTIAL, RUN_FAILED, RUN_ESCALATED };

struct run_progress {
	unsigned lines;			/* of them there were so many */
	int percent;			/* the last; -1: none was a number */
	char note[RUN_NOTE_MAX + 1];	/* of the last; printable */
	char milestone[RUN_NOTE_MAX + 1];	/* that the last one named; or "" */
};

struct run_result {
	const struct run_order *order;
	enum run_end end;
	enum run_status status;		/* what it comes to: an answer COMPLETE with an exit
					   status that is not 0 has failed */
	int code, signal;		/* exit status, or -1 and the signal */
	char why[1100];			/* in words, when it is not RUN_DONE with status 0; or "" */
	struct json *answer;		/* or NULL; belongs to the result */
	struct buf out, err;		/* what it printed, within the limit */
	char digest[DIGEST_HEX + 1];	/* SHA-256 of out, then err */
	unsigned ms;
	int64_t cpu_ms, memory;		/* memory: bytes, the most that was seen; 0: not looked */
	unsigned stragglers, left;	/* processes it left behind: killed; not to be killed */
	struct run_progress progress;
};

const char *run_end_text(enum run_end end);		/* "timed out", … */
const char *run_status_text(enum run_status status);	/* "COMPLETE", … */
/* "fast" below 10 s, "medium" to a minute, else "slow" (catalogue J6). */
const char *run_class(unsigned ms);

struct run_set;

/* At most `at_once` at a time; 0: as many as there are processors.  NULL: out of memory. */
struct run_set *run_set_new(unsigned at_once);

/* Called for each line of progress, while run_set_next() waits. */
typedef void run_progress_fn(const struct run_order *order,
			     const struct run_progress *progress, void *payload);
void run_set_on_progress(struct run_set *set, run_progress_fn *fn, void *payload);

/* Queue an order: it starts when there is room, within run_set_next().  OPS_ENOMEM. */
int run_set_add(struct run_set *set, const struct run_order *order, struct ops_error *err);

/* Wait until one ends: 1 and its result; 0 when there is none left; OPS_EIO, OPS_ENOMEM. An
 * agent that cannot be started is a result, too. */
int run_set_next(struct run_result **out, struct run_set *set, struct ops_error *err);
/* The same, but 0 also when none that runs ends within so long. */
int run_set_look(struct run_result **out, struct run_set *set, unsigned ms,
		 struct ops_error *err);

/* End what runs, forget what waits; NULL is fine. */
void run_set_free(struct run_set *set);

void run_result_free(struct run_result *result);	/* NULL is fine */

/* One by itself: run_set of one. */
int run_agent(struct run_result **out, const struct run_order *order, struct ops_error *err);

#endif
