/* SPDX-License-Identifier: MIT */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

/*
 * What is to become of the tasks that nobody has: one after the other, the gravest and
 * then the most urgent first, each by the work that those before it make (catalogue E6).
 */

#include "model/choice.h"

enum verdict {
	PLAN_ASSIGN,		/* somebody is good enough */
	PLAN_ESCALATE,		/* nobody is, and it is of the gravest priority */
	PLAN_QUEUE,		/* nobody is: it stays in the queue */
	PLAN_WAIT		/* it cannot be assigned yet, whoever is there */
};
extern const char *const verdict_names[];

struct plan_row {
	const struct task *task;
	enum verdict verdict;
	struct score best;	/* if has_best */
	bool has_best;
	const char *reason;	/* NULL for PLAN_ASSIGN */
	struct score *table;	/* of all workers, if asked for; else NULL */
};

struct plan {
	struct plan_row *rows;
	size_t nr;
};

struct plan_wish {
	/* The id of one task, or NULL.  It need not be ready: it waits for nothing but the end
	 * of an emergency, and has its best then too. */
	const char *only;
	bool tables;
	const struct names *skip;	/* ids to leave out; or NULL */
};

/* Everything goes into the board's arena; the workers' counts in the board become those
 * after the plan. */
int plan_make(struct plan *out, struct board *b, struct track *track,
	      const struct plan_wish *wish, struct ops_findings *findings,
	      struct ops_error *err);

/* "0.830 = 0.4 x 1.000 + …" */
const char *plan_sum(struct arena *arena, const struct board *b, const struct score *s);

#endif
