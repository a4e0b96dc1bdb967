/* SPDX-License-Identifier: MIT */
#ifndef OPS_TASKFORCE_H
#define OPS_TASKFORCE_H

/*
 * Task forces: agents who do some tasks together, tracked as one.  They are made by the
 * act "taskforce.new", and end by the transition "disband" (change.h).  Since 0.1.
 */

#include "ops/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A task of one. */
struct ops_force_task {
	const char *id;
	const char *status, *agent;	/* NULL: it is not there; nobody's */
	int progress;			/* the highest that was recorded, in per cent; -1: none */
	bool ended;
};

struct ops_taskforce {
	const char *id, *title, *status;
	const char *lead, *members;	/* Department/agent; joined by ", " */
	const char *checkpoints, *emergency;	/* or NULL */
	const struct ops_force_task *tasks;
	size_t tasks_nr, ended;		/* and so many of them have come to an end */
};

/* Those that are active, or (`id` not NULL) the one of an id, a prefix or a path.  Belongs to
 * the view.  OPS_ENOTFOUND, OPS_EAMBIGUOUS; OPS_EUSAGE: it is no task force. */
int ops_view_taskforces(const struct ops_taskforce **out, size_t *nr, struct ops_view *view,
			const char *id, struct ops_findings *findings,
			struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
