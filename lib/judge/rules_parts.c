/* SPDX-License-Identifier: MIT */
/*
 * Named checks about where work goes on: a task that is broken down lives on in its
 * parts, one whose assignee is gone goes back, and one is complete only after what it
 * depends on.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/depend.h"

int rules_parts_of(struct names *out, struct judging *j, const struct change *change)
{
	const char *parent;
	size_t i;

	for (i = 0; i < j->changes_nr; i++) {
		const struct change *c = &j->changes[i];

		if (c->kind == CHANGE_CREATED && c->after && c->after->doc &&
		    type_is(c->after->type, change->type->name) &&
		    (parent = document_text(c->after, "Parent")) &&
		    reference_same(parent, change->before->id) &&
		    names_add(out, j->arena, c->after->id))
			return OPS_ENOMEM;
	}
	return 0;
}

int rules_parts(struct judging *j, struct change *change)
{
	struct names parts = { NULL, 0 };
	int ret = rules_parts_of(&parts, j, change);

	if (ret == 0 && !parts.nr)
		rule_error(j, "task.breakdown", change->after, NULL,
			   arena_printf(j->arena, "ops breakdown %s", change->after->id),
			   "nothing goes on with it: its parts are made in the same act, "
			   "and name it as Parent");
	return ret;
}

int rules_orphaned(struct judging *j, struct change *change)
{
	const char *name = document_text(change->before, "Assigned-To");
	const struct agent *a = name ? roster_agent_named(j->roster, name) : NULL;

	if (a && a->active && agent_holds(a, "work"))
		rule_error(j, "task.orphaned", change->after, NULL,
			   "ops handoff, or ops act reassign while it is not started",
			   "it is in the hands of '%s', who is there", name);
	return 0;
}

int rules_dependencies(struct judging *j, struct change *change)
{
	const char *const *list;
	const char *part, *status;
	size_t i, nr;
	bool done;
	int ret = document_list(&list, &nr, change->after, "Depends-On") ? OPS_ENOMEM : 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = depend_done(&done, &part, &status, j->c->after, list[i], j->findings,
				  NULL);
		if (ret || done)
			continue;
		rule_error(j, "task.dependencies", change->after, "Depends-On",
			   arena_printf(j->arena, "complete %s first", part),
			   "it depends on '%s', %s%s%swhich is %s", list[i],
			   strcmp(part, list[i]) ? "and so on its part '" : "",
			   strcmp(part, list[i]) ? part : "",
			   strcmp(part, list[i]) ? "', " : "", status ? status :
			   "not there");
	}
	return ret;
}
