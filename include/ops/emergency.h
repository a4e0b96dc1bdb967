/* SPDX-License-Identifier: MIT */
#ifndef OPS_EMERGENCY_H
#define OPS_EMERGENCY_H

/*
 * Emergencies that are declared and not ended: what each refuses, and what there is to
 * do about it, computed from one state.  They are declared and ended by the acts
 * "emergency.declare" and "emergency.end" (change.h).  Since 0.1.
 */

#include "ops/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One row of a list that a kind of emergency shows. */
struct ops_emergency_item {
	const char *list;	/* running, orphaned, backups, best, set-aside, critical-path,
				   parallel */
	const char *task, *status, *agent;	/* status and agent may be NULL */
	const char *what;	/* in words */
};

struct ops_emergency {
	const char *id, *path, *kind, *title;
	const char *task, *project;	/* what it is about; or NULL */
	const char *since, *by;		/* a time; an agent's id */
	const char *to;			/* who is alerted, joined by ", " */
	const char *reason;		/* the beginning of it, on one line */
	const char *refuses;		/* in words; "" when it refuses nothing */
	const char *const *steps;	/* what is to be done */
	size_t steps_nr;
	const struct ops_emergency_item *items;	/* unless asked for: NULL */
	size_t items_nr;
};

/* In order of path.  `lists`: with what their kinds show.  Belongs to the view.  What
 * cannot be read is among the findings.  OPS_ENOMEM, OPS_EIO. */
int ops_view_emergencies(const struct ops_emergency **out, size_t *nr,
			 struct ops_view *view, bool lists,
			 struct ops_findings *findings, struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
