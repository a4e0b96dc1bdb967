/* SPDX-License-Identifier: MIT */
/*
 * Rules for an agent that a change adds or alters, in the roster as it is
 * afterwards: the chain of command has no cycle and no dangling name, roles and
 * departments are configured, names can be told apart.
 */

#include <string.h>

#include "judge/rules.h"

int rules_roster(struct judging *j, struct change *change)
{
	const struct roster *after;
	const struct agent *a;
	int ret = world_roster(&after, j->c->after, NULL);

	if (ret)
		return ret;
	a = roster_agent(after, change->after->id);
	if (a && !strcmp(a->path, change->after->path))
		roster_check_agent(after, a, j->config, j->findings);
	else if (a)
		rule_error(j, "roster.confusable", change->after, NULL,
			   "choose another name", "'%s' is in the roster already: %s",
			   a->id, a->path);
	return 0;
}
