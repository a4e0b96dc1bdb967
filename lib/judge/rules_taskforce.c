/* SPDX-License-Identifier: MIT */
/*
 * Task forces: who is in one is of the roster, active, and may work; one of them leads.
 */

#include <string.h>

#include "judge/rules.h"

static void rules_member(struct judging *j, struct ops_document *d, const char *field,
			 const char *name)
{
	const struct agent *a = roster_agent_named(j->roster, name);

	if (!a || !a->active || !agent_holds(a, "work"))
		rule_error(j, "taskforce.member", d, field, "ops list --type agent",
			   "'%s' %s", name, !a ? "is not in the roster" :
			   !a->active ? "is not active" :
			   "does not hold the power 'work'");
}

int rules_taskforce(struct judging *j, struct ops_document *d)
{
	const char *lead = document_text(d, "Lead");
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;
	const char *const *members;
	size_t i, k, nr;
	bool leads = false;

	if (!state || state->final)
		return 0;	/* who has gone since is no fault of its end */
	if (document_list(&members, &nr, d, "Members"))
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++) {
		rules_member(j, d, "Members", members[i]);
		leads = leads || (lead && !strcmp(members[i], lead));
		for (k = 0; k < i; k++)
			if (!strcmp(members[i], members[k]))
				rule_error(j, "taskforce.member", d, "Members", NULL,
					   "'%s' stands there twice", members[i]);
	}
	if (lead && !leads)
		rule_error(j, "taskforce.member", d, "Lead", "add them to Members",
			   "'%s' leads it, and is no member", lead);
	return 0;
}
