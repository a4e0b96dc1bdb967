/* SPDX-License-Identifier: MIT */
/*
 * Rules for an agent that a change adds or alters, in the roster as it is
 * afterwards: the chain of command has no cycle and no dangling name, roles and
 * departments are configured, names can be told apart.  And nobody appoints
 * themselves, nor leaves the roster to whoever comes first.
 */

#include <string.h>

#include "judge/rules.h"

/* Nobody gives themselves another role, or takes a limit from themselves: which fields that
 * is, the type says.  Nor do they give themselves all of them at once, by an entry that is
 * another name of theirs. */
static void rules_self(struct judging *j, const struct change *change,
		       const struct roster *after)
{
	const struct field *f = change->type->fields;
	const struct agent *a = j->c->actor, *changed, *now, *self;
	size_t i;

	if (j->genesis || j->bootstrap || !a)
		return;
	changed = change->before ? roster_agent(j->roster, change->before->id) : NULL;
	now = roster_agent(after, change->after->id);
	self = roster_agent(after, a->id);
	if (changed && changed->principal == a->principal) {
		for (i = 0; i < change->type->fields_nr; i++)
			if (f[i].by_others &&
			    !same_field(change->before, change->after, f[i].name))
				rule_error(j, "roster.self", change->after, f[i].name,
					   "let somebody else change it",
					   "'%s' changes their own '%s'", a->id, f[i].name);
	} else if (now && self && now->principal == self->principal) {
		rule_error(j, "roster.self", change->after, NULL, "let somebody else do it",
			   "'%s' would be another name of '%s', who makes it so", now->id,
			   a->id);
	}
}

/* What was revoked stays so for good, in one entry or another. */
static void rules_revoked(struct judging *j, const struct change *change,
			  const struct roster *after)
{
	const struct agent *was = change->before && !j->genesis ?
		roster_agent(j->roster, change->before->id) : NULL;
	size_t i;

	for (i = 0; was && i < was->keys_nr; i++) {
		const struct agent_key *key = &was->keys[i];
		const struct agent_key *now = roster_key(after, key->name);

		if (key->state == KEY_REVOKED && (!now || now->state != KEY_REVOKED))
			rule_error(j, "roster.revoked", change->after, "Former-Keys",
				   "leave its line as it was, and give a new key",
				   "key %s was revoked, and would be so no more", key->name);
	}
}

void rules_roster_kept(struct judging *j, const struct roster *after, const char *path)
{
	if (!roster_anyone_holds(after, "roster"))
		findings_add(j->findings, "roster.nobody", OPS_ERROR, path, 0, 0,
			     "let somebody else hold it first",
			     "nobody would hold the power 'roster' any more");
}

int rules_roster_held(struct judging *j)
{
	const struct roster *after;
	size_t i;
	int ret;

	for (i = 0; i < j->changes_nr; i++)
		if (type_is(j->changes[i].type, "agent"))
			break;
	if (j->genesis || j->bootstrap || (i == j->changes_nr && !j->c->configures))
		return 0;
	ret = world_roster(&after, j->c->after, NULL);
	if (ret == 0)
		rules_roster_kept(j, after, i == j->changes_nr ? CONFIG_PATH :
				  j->changes[i].path);
	return ret;
}

int rules_roster(struct judging *j, struct change *change)
{
	const struct roster *after;
	const struct agent *a;
	int ret = world_roster(&after, j->c->after, NULL);

	if (ret)
		return ret;
	rules_self(j, change, after);
	rules_revoked(j, change, after);
	a = roster_agent(after, change->after->id);
	if (a && !strcmp(a->path, change->after->path))
		roster_check_agent(after, a, j->config, j->findings);
	else if (a)
		rule_error(j, "roster.confusable", change->after, NULL,
			   "choose another name", "'%s' is in the roster already: %s",
			   a->id, a->path);
	return 0;
}
