/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

/*
 * When work can be done: every task after those it depends on, and every agent one task
 * after the other, on its own days (catalogue F4, B10).
 *
 * Work begins today.  What is in progress, blocked or not begun counts with its whole
 * estimate, what is in review with none, and so does what has no estimate.  An agent that
 * has several tasks to choose from takes the one in progress first, then the gravest, then
 * the one that is due first, then the first by path.  What is nobody's takes the time it
 * takes, beside everything else.
 */

#include "model/graph.h"

#define NO_DRIVER UINT32_MAX

#define SLOT_NOBODY ((1u << 28) - 1)	/* what is left of JOB_NOBODY */

/* In one line of a processor's cache: there may be a hundred thousand, and they are visited in
 * the order of the work. */
struct slot {
	int64_t begin;		/* the earliest; points of time, see calendar.h */
	int64_t end;
	uint32_t driver;	/* what kept it from beginning earlier, or NO_DRIVER */
	uint32_t waits;		/* of the simulation */
	uint32_t row;		/* of the simulation */
	uint32_t agent : 28;	/* among the workers, or SLOT_NOBODY */
	bool known : 1;		/* false: in a cycle, or waits for one */
	bool capacity : 1;	/* not that it depends on it, but whose it is */
};

/* What the due dates leave. */
struct margin {
	int64_t latest;		/* the latest end by which no due date is missed; NO_POINT:
				   no due date waits for it */
	int64_t slack;		/* working ticks from the earliest end to that */
};

struct schedule {
	struct slot *slots;	/* of each task of the board */
	struct margin *margins;	/* the same */
	size_t last;		/* the task that ends last; NONE without tasks */
};

/* In the board's arena.  0 or OPS_ENOMEM. */
int schedule_make(struct schedule *out, const struct graph *g);

/* What kept it from beginning earlier; NONE. */
size_t slot_driver(const struct slot *s);

/* The day of the earliest end. */
int64_t slot_last_day(const struct slot *s);

/* Whether the earliest end is after the task's own due date, a day or NO_DAY. */
bool slot_is_late(const struct slot *s, int64_t due);

#endif
