/* SPDX-License-Identifier: MIT */
#ifndef OPS_CHANGE_H
#define OPS_CHANGE_H

/*
 * Acts.  Everything that changes state is one call: a list of requests that
 * becomes one commit, or nothing.
 *
 *	struct ops_request request = { .action = "start", .target = "swap-7k2f" };
 *	ops_repo_change(&outcome, findings, repo, &request, 1, 0, &err);
 *
 * The judge decides about the change before anything is written; what it found
 * is in `findings` whatever the status is.
 */

#include "ops/repo.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_setting {
	const char *name, *value;
};

/*
 * One act.  `action` is
 *   "new"		a document of type `target` (task, agent, prompt, policy, or
 *			one of the configuration): fields, sections, `text`, `id`
 *   "edit"		replace the text of document `target` by `text`, or set fields and
 *			sections of it
 *   "review"		a review of document `target`: its dates are set
 *   "flag"		record each document past its review date for governance, once;
 *			`target` NULL = all documents
 *   "key.add", "key.retire", "key.revoke"
 *			of agent `target`: `text` is the key, or (to end it) its name;
 *			key.revoke: what it signed after the commit `to` is disputed
 *   "relocate"	move all documents to where their types' places are now
 *   "checkpoint"	progress of task `target`; fields Progress, Milestone
 *   "gate.request", "gate.approve", "gate.block", "gate.reject", "gate.lift"
 *			of task `target` and `gate`; sections are the request's parts
 *   "plan.assign"	choose for task `target`, or for all that are queued (NULL), and
 *			assign; fields Skip=ID leave tasks out.  See ops_repo_assign()
 *   "plan.rebalance"	move work that is not started from agents that have too much; fields
 *			Skip=ID.  See ops_repo_rebalance()
 *   "plan.unblock", "plan.raise", "plan.investigate", "plan.reclaim"
 *			of task `target`, or of all (NULL): what a pass does about blocked work
 *			and about tasks whose assignee is gone; fields Skip=ID.  See
 *			ops_repo_pass()
 *   "plan.breakdown"	break task `target` down: fields Component="NAME" or "NAME: PATTERN,
 *			PATTERN", else the items of its section of components
 *   "plan.cut"	take the dependency `to` out of task `target`, with a reason
 *   "emergency.declare"	of the kind `target`, with a reason; fields Task, Project
 *   "emergency.end"	the emergency `target`: its id, or its kind if only one is declared
 *   "scope.lock"	a lease of the scope of task `target`: fields Paths, For (a time), and to
 *			renew one Token; leases in the way that are over are ended
 *   "scope.release"	the leases of task `target`, or the lease of that id
 *   "scope.expire"	every lease that is over: its time, or the work on its task
 *   "conflict.freeze"	task `target`: fields Conflict (its kind), With (tasks)
 *   "conflict.decide"	what froze task `target`: fields Owner, Impact, Priority (which the task
 *			gets, too), Escalation, a section Merge Path
 *   "conflict.resume"	task `target`: fields Contract and Regression are paths of files
 *   "taskforce.new"	put agents together for tasks: fields Title, Tasks, Size, Lead, Checkpoints,
 *			Emergency; who is not named is chosen
 *   "packet.KIND"	record a packet of that kind about document `target`: its parts, as
 *			fields, as sections, or as a `text` of named parts; an act's
 *			message is then the id of the packet
 *   "run"	record the result of a run about document `target`: a packet of kind result
 *			as above; what the agent printed, `text` and `text_len`, is kept in a
 *			file beside it, named by `id`, and is its evidence
 *   "synthesize"	record one result of the results of document `target`: those named by
 *			fields Of, or all of which none was made yet
 *   "handoff.start" (`to`), "handoff.package", "handoff.reject", "handoff.extend",
 *			"handoff.cancel" of task `target`: the packets of a handoff, with what
 *			is known filled in; the transition "hand-over" accepts it
 *   "handoff.session"	record what a session leaves to the next: its parts, as for packets,
 *			with a list of Decisions and of Patterns
 *   the name of a transition of the target's type: "assign" (`to`), "accept",
 *			"start", "block", "unblock", "submit", "rework", "complete", "cancel",
 *			for prompts and policies "approve", "revise", "retire", …
 * Unused members are NULL or 0: one that the action has no use for is OPS_EUSAGE, and so is a
 * field or section that stands twice where it has one value.  `target` is a document's id, a
 * unique prefix of it (4 characters or more), or its path.
 */
struct ops_request {
	const char *action;
	const char *target;
	const char *to;		/* assign: agent's id, or Department/agent */
	const char *gate;
	const char *id;		/* new: the id, instead of one made from the title */
	const char *reason;
	const char *text;	/* a whole document */
	size_t text_len;	/* run: its bytes; otherwise 0, it ends with a NUL */
	const char *before;	/* edit of a document: what `text` was made of; OPS_ECHANGED when
				   it is not that any more.  NULL: `text` replaces what is there */
	const struct ops_setting *fields;	/* handoff.session: References: no leaves alone
						   what other files list of it */
	size_t fields_nr;
	const struct ops_setting *sections;
	size_t sections_nr;
	const char *const *evidence;	/* paths of files that are committed */
	size_t evidence_nr;
	const char *at;		/* revision whose files are the evidence; NULL: the tip */
	unsigned line;		/* of a batch: named in errors; 0 = none */
	const char *key;	/* of the first one: as in struct ops_repo_options */
};

enum ops_change_flags {
	OPS_DRY_RUN = 1 << 0	/* decide and judge, write nothing */
};

/* What was done to one document. */
struct ops_act {
	const char *action;
	const char *type;
	const char *id;
	const char *path;	/* where it is now */
	const char *from, *to;	/* status before and after; NULL if it has none */
	const char *message;	/* e.g. the dispatch message of an assignment; or NULL */
	const char *commit;	/* that did it, 40 digits; NULL: none was made */
};

/* The outcome of a call; everything in it belongs to it. */
struct ops_outcome {
	bool committed;		/* false: dry run, or there was nothing to do */
	char commit[41];	/* the last one, where several were made */
	const char *subject;	/* of the commit */
	const char *actor;	/* id in the roster */
	const struct ops_act *acts;
	size_t acts_nr;
	const char *notes;	/* lines for the user, "" when there are none */
};

/*
 * Carry out `nr` requests as one commit.  Returns 0; OPS_EREFUSED or OPS_EINVALID
 * with findings; OPS_ENOTFOUND or OPS_EAMBIGUOUS (a target); OPS_EUSAGE (an
 * unknown action, an argument that can never be right); OPS_EBUSY,
 * OPS_ECHANGED (repeating is safe); OPS_EENVIRONMENT; OPS_EIO (nothing was
 * changed); OPS_EUNKNOWN; OPS_ENOMEM.  Unless 0 (or OPS_EUNKNOWN) nothing was changed.
 * *out is written on 0 only; free it with ops_outcome_free().
 */
int ops_repo_change(struct ops_outcome **out, struct ops_findings *findings,
		    struct ops_repo *repo, const struct ops_request *requests,
		    size_t nr, unsigned flags, struct ops_error *err);

/*
 * Carry out each request as a commit of its own, and wait for the disk once for many of them.
 * `each` is called for all in their order, when what it tells is durable: `outcome` NULL and `err`
 * say why one was not done, which does not stop the others. Returns 0 whatever became of
 * them; OPS_EIO, OPS_EENVIRONMENT, OPS_EUNKNOWN, OPS_EBUSY, OPS_ENOMEM: those that were not
 * told were not done, but for OPS_EUNKNOWN; a negative status of `each`, which ends it.
 */
int ops_repo_change_each(struct ops_repo *repo, const struct ops_request *requests, size_t nr,
			 int (*each)(const struct ops_request *request,
				     const struct ops_outcome *outcome,
				     const struct ops_findings *findings,
				     const struct ops_error *err, void *payload),
			 void *payload, struct ops_error *err);

void ops_outcome_free(struct ops_outcome *outcome);	/* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
