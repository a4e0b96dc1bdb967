/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_PLANNING_H
#define CHANGE_PLANNING_H

/* What the acts that planning decides share. */

#include "change/change.h"
#include "model/balance.h"
#include "model/plan.h"
#include "model/waited.h"

/* planning_base.c: the state that a decision is made on, and its board. */
struct planning_base {
	struct oid at;
	struct snap *snap;
	struct world *world;
	struct board *board;		/* NULL: none is open */
	struct load_read *loads;	/* the workers' counts as they were read */
	struct ops_findings *aside;	/* what was found wrong while reading it */
	bool told;			/* planning_base_tell() did */
};

/* That of a commit; the one that is open, if it is of that commit.  Statuses as
 * board_read(); closed unless 0. */
int planning_base_open(struct planning_base *base, struct ops_repo *repo,
		       const struct oid *at, struct ops_error *err);
void planning_base_close(struct planning_base *base);
/* Add what could not be read, or does not count, as warnings; once, whatever is opened after. */
void planning_base_tell(struct planning_base *base, struct ops_findings *findings);

/*
 * A decision about many tasks, which as many commits carry out as their messages need, each
 * on the one before.  It is made on the state before them, by the act of the first.
 */
struct planning_run {
	struct board *board;	/* of that state; NULL: the act reads the draft's */
	struct track *track;	/* for acts that need it; or NULL */
	struct plan plan;	/* what was decided: one of these three */
	struct balance balance;
	struct waited waited;
	bool decided;
	size_t at;		/* so much of it is carried out */
	bool full;		/* the rest is for the next commit */
};

struct planning_act {
	struct draft *d;
	const struct ops_request *request;
	struct planning_run *run;
	struct board *board;	/* of the run */
	struct names skip;	/* ids that the request asks to leave out */
	const char *only;	/* the id of the one it is about; or NULL */
	size_t counted;		/* acts that were there before, or are in `named` */
	size_t named;		/* bytes that naming them takes */
};

/* Whether to carry on with item run->at of `nr`.  Not when a message that names one act more
 * might be too long: the rest is left to the next commit. */
bool planning_goes_on(struct planning_act *a, size_t nr);
/* Whether the request leaves a task alone. */
bool planning_skips(const struct planning_act *a, const struct task *t);

typedef int planning_fn(struct planning_act *a, struct ops_error *err);

/* act_mend.c: "plan.unblock", "plan.raise", "plan.investigate". */
planning_fn planning_unblock, planning_raise, planning_investigate;
/* act_reclaim.c: "plan.reclaim". */
planning_fn planning_reclaim;
/* act_breakdown.c: "plan.breakdown". */
planning_fn planning_breakdown;

/*
 * plan_run.c: carry out one of these acts on all it is about, in as many commits as their
 * messages need.  What the judge refuses is left out, and its findings become warnings.
 * `base` is used, and left open for the next one.  Statuses as ops_repo_change().
 */
int planning_change_all(struct ops_outcome **out, const char *action,
			struct ops_findings *findings, struct planning_base *base,
			struct ops_repo *repo, unsigned flags, struct ops_error *err);

#endif
