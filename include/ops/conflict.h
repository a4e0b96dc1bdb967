/* SPDX-License-Identifier: MIT */
#ifndef OPS_CONFLICT_H
#define OPS_CONFLICT_H

/*
 * Conflicts of active tasks: those that can be seen in one state, and those that are
 * being settled on record.  They are settled by the acts "conflict.freeze",
 * "conflict.decide" and "conflict.resume" (change.h).  Since 0.1.
 */

#include "ops/view.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_conflict {
	const char *kind;		/* RESOURCE_CONTENTION, TASK_DISPUTE, DECISION_CONFLICT,
					   PRIORITY_CONFLICT, or one of the configuration */
	const char *state;		/* seen, frozen, decided */
	const char *task, *owner;	/* one side: the frozen one; owner may be NULL */
	const char *with, *with_owner;	/* the other; may be NULL */
	const char *what;		/* in words */
	const char *freeze, *arbitration;	/* ids of packets, or NULL */
	const char *authority;		/* who is the owner by the arbitration; or NULL */
	const char *merge_path, *rationale;	/* of the arbitration, or NULL */
	const char *next;		/* the next step, as a command */
};

/*
 * All conflicts, or those of one task (id, prefix or path).  `more`: there are more than
 * could be listed.  Belongs to the view.  What cannot be read is among the findings.
 * OPS_ENOTFOUND, OPS_EAMBIGUOUS: no such task; OPS_ENOMEM, OPS_EIO.
 */
int ops_view_conflicts(const struct ops_conflict **out, size_t *nr, bool *more,
		       struct ops_view *view, const char *task,
		       struct ops_findings *findings, struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
