/* SPDX-License-Identifier: MIT */
#ifndef OPS_SYNC_H
#define OPS_SYNC_H

/*
 * Many clones: what is recorded here becomes published, and what others published
 * comes here.
 *
 * What was recorded here is not merged but done again on top of what the upstream has, act by
 * act, and each is judged there.  Who lost a race is told to whom; what was lost is kept.
 */

#include "ops/audit.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ops_sync_flags {
	OPS_SYNC_CHECK = 1 << 0,	/* only say how things stand */
	OPS_SYNC_DRY_RUN = 1 << 1,	/* do all but publish and move */
	OPS_SYNC_ASKS = 1 << 2,		/* git may ask the user for a password */
	OPS_SYNC_REWRITTEN = 1 << 3	/* take an upstream that was rewritten */
};

struct ops_sync_options {
	const char *remote;		/* NULL: that of the branch of state, or "origin" */
	unsigned flags;
	unsigned timeout_ms;		/* of one question to the remote; 0 = a minute */
	unsigned deadline_ms;		/* after which a lost race is not run again; 0 = a minute */
	/*
	 * Asked whether commits are legal before they come in or go out, by their ids ("" = from
	 * the beginning): those of `to` that `from` has not.  Returns 0 with *verdict written; any
	 * other status ends it with nothing changed.  NULL takes all.
	 */
	int (*judge)(struct ops_verdict *verdict, const char *from, const char *to, void *payload,
		     struct ops_error *err);
	void *payload;
	struct ops_findings *findings;	/* gets what a remote says that takes no push, line by
					   line; NULL: it is in the error alone */
};

/* What became of one commit that was recorded here. */
struct ops_sync_act {
	const char *commit;	/* here */
	const char *published;	/* there; NULL: it is not */
	const char *state;	/* "recorded", "published", "lost", "done": it was already */
	const char *action;	/* NULL: not made by ops */
	const char *actor, *document, *subject;
	const char *why;	/* of a lost one: in a sentence */
	const char *conflict;	/* of a lost one: TASK_DISPUTE if a task was claimed, and
				   RESOURCE_CONTENTION if its files were; or NULL */
	const char *kept;	/* of a lost one: the ref that keeps it */
	const char *winner;	/* of a lost one: whose commit stands there; or NULL */
	const char *winner_actor, *winner_subject;
	const struct ops_findings *findings;	/* of a lost one: the judge's; or NULL */
};

struct ops_sync_outcome {
	const char *remote, *branch;
	/* "published": nothing is recorded here alone; "recorded": something is; "unreachable":
	 * it is not known what the remote has. */
	const char *state;
	char tip[41], upstream[41];	/* "" = there is none */
	size_t ahead, behind;		/* commits, when it ended */
	size_t received;		/* commits that came in */
	unsigned tries;
	const struct ops_sync_act *acts;	/* oldest first */
	size_t acts_nr;
	const char *notes;
};

/*
 * Synchronise the branch of state.  Returns 0, also when acts were lost; OPS_EENVIRONMENT: no
 * upstream, it cannot be reached, a merge in progress, a detached HEAD; OPS_ETIMEOUT;
 * OPS_EREFUSED: unrelated or rewritten histories, a commit that cannot be done again, a file that
 * the user has changed, an upstream that is not legal, or it said no; OPS_EBUSY, OPS_ECHANGED:
 * repeating is safe; OPS_EUNKNOWN: no answer came, so that it is not known whether it is
 * published, and the next call finds out; else as ops_repo_change().  Whatever it
 * returns, nothing that was recorded here is lost.  *out is written on 0 only.
 */
int ops_repo_sync(struct ops_sync_outcome **out, struct ops_repo *repo,
		  const struct ops_sync_options *options, struct ops_error *err);
void ops_sync_free(struct ops_sync_outcome *outcome);	/* NULL is fine */

/* Whether there is somewhere to publish to, and whether git config ops.sync says "auto". */
int ops_repo_publishes(bool *has_upstream, bool *automatic, struct ops_repo *repo,
		       struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
