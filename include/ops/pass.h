/* SPDX-License-Identifier: MIT */
#ifndef OPS_PASS_H
#define OPS_PASS_H

/*
 * The orchestration pass: what an Operations Orchestrator does again and again, one step
 * after the other (catalogue F7).
 *
 *	struct ops_pass_options options = { 0 };
 *	ops_repo_pass(&pass, repo, &options, &err);
 *	for (i = 0; i < pass->nr; i++)
 *		... pass->steps[i].name, .state ...
 *	ops_pass_free(pass);
 *
 * Every change is an act of whoever acts, judged and committed like any other.  A pass
 * right after another one changes nothing.  Since 0.1.
 */

#include "ops/change.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Something that a step found and that is for somebody to look at. */
struct ops_pass_note {
	const char *kind;	/* paused, stalled, late, CAPABILITY_GAP, RESOURCE_CONTENTION... */
	const char *about;	/* a task's id, an agent, a department, a capability */
	const char *text;
	double value;		/* of a bottleneck; else 0 */
};

struct ops_pass_step {
	const char *name;	/* recover, distribute, rebalance, dependencies, progress,
				   bottlenecks, conflicts */
	const char *state;	/* changed, nothing; refused: by the judge, all of it; left:
				   others were faster, the next pass does it; failed */
	const char *error;	/* of the last three, why; else NULL */
	const struct ops_act *acts;
	size_t acts_nr;
	const char *const *commits;	/* 40 digits each */
	size_t commits_nr;
	const struct ops_pass_note *notes;
	size_t notes_nr;
	struct ops_findings *findings;	/* what was left out, and what cannot be read */
};

struct ops_pass {
	const struct ops_pass_step *steps;	/* those that were taken, in their order */
	size_t nr;
	size_t acts_nr, commits_nr;
	size_t failed;			/* steps that are refused, left or failed */
	const char *commit;		/* the last one made; NULL: none */
	const char *no_op;		/* the commit that records that nothing was changed; or
					   NULL */
	bool ended;			/* `go_on` said no */
};

struct ops_pass_options {
	unsigned flags;			/* OPS_DRY_RUN: every step decides on the same state */
	const char *const *only;	/* names of steps; none: all */
	size_t only_nr;
	bool record_no_op;		/* if nothing was changed, record that (catalogue B12) */
	bool (*go_on)(void *payload);	/* asked before each step; may be NULL */
	void *payload;
};

/*
 * Make one pass.  A step that is refused, or fails, is reported, and the next one taken.
 * *out is written on 0, and beside an error if something was committed before, which stays
 * so: what was done until then, as far as there was memory for it.  Free it with
 * ops_pass_free().  OPS_EUSAGE: no such step; OPS_EENVIRONMENT: no step could do anything
 * here; OPS_EUNKNOWN: whether the last commit was made; OPS_ENOMEM.
 */
int ops_repo_pass(struct ops_pass **out, struct ops_repo *repo,
		  const struct ops_pass_options *options, struct ops_error *err);
void ops_pass_free(struct ops_pass *pass);	/* NULL is fine */

/* Find tasks whose assignee is gone, and put them back into the queue, as many commits as
 * messages need.  What the judge refuses stays, and its findings become warnings. */
int ops_repo_reclaim(struct ops_outcome **out, struct ops_findings *findings,
		     struct ops_repo *repo, unsigned flags, struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
