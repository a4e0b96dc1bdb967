/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_PLANNING_H
#define CHANGE_PLANNING_H

/* What the acts that planning decides share. */

#include "change/change.h"
#include "model/plan.h"

struct planning_act {
	struct draft *d;
	const struct ops_request *request;
	struct board *board;
	struct track *track;
	struct names skip;	/* ids that the request asks to leave out */
	const char *only;	/* the id of the one it is about; or NULL */
	size_t counted;		/* acts that were there before */
};

/* Whether a message that names one act more might be too long: leave the rest to the
 * next commit. */
bool planning_is_full(const struct planning_act *a);
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
 * Statuses as ops_repo_change().
 */
int planning_change_all(struct ops_outcome **out, const char *action,
			struct ops_findings *findings, struct ops_repo *repo,
			unsigned flags, struct ops_error *err);

#endif
