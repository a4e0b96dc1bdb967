/* SPDX-License-Identifier: MIT */
#ifndef MODEL_EMERGENCY_H
#define MODEL_EMERGENCY_H

/*
 * Emergencies that are declared and not ended, and what they refuse.
 *
 * A declaration is a document of type `emergency`; its kind is data (emergency_kind.h).
 *
 *	emergencies_find(&list, world, findings, err);
 *	... emergency_refusing(&list, "assign", task) ...
 */

#include "model/world.h"

struct emergency {
	struct ops_document *document;
	const struct emergency_kind *kind;	/* NULL: none of the configuration */
};

struct emergencies {
	struct emergency *list;
	size_t nr;
	struct names unreadable;	/* paths of those of which nobody knows */
};

/* Those of a world, in order of path; they belong to it.  Statuses as world_each(). */
int emergencies_find(struct emergencies *out, struct world *w,
		     struct ops_findings *findings, struct ops_error *err);

/* The first that refuses an action of a task; NULL: none does.  The task that an
 * emergency is about may always go on. */
const struct emergency *emergency_refusing(const struct emergencies *all,
					   const char *action,
					   const struct ops_document *task);

/* Whether any of them refuses that action of some task. */
bool emergencies_refuse(const struct emergencies *all, const char *action);

/* Whether it sets a task aside: whether the task has the values it is for. */
bool emergency_sets_aside(const struct emergency *e, const struct ops_document *task);

#endif
