/* SPDX-License-Identifier: MIT */
/*
 * The keys of the roster, as plain data.  Whose signature is worth what, is the
 * judge's to say.
 */

#include "view/view.h"

/* What has become of a key: one that any entry revoked is so in all of them. */
static const struct agent_key *in_force(const struct roster *r, const struct agent_key *k)
{
	const struct agent_key *grave = roster_key(r, k->name);

	return grave && grave->state == KEY_REVOKED ? grave : k;
}

int ops_view_keys(const struct ops_key **out, size_t *nr, struct ops_view *view,
		  struct ops_findings *findings, struct ops_error *err)
{
	static const char *const states[] = { [KEY_ACTIVE] = "active",
					      [KEY_RETIRED] = "retired",
					      [KEY_REVOKED] = "revoked" };
	const struct ops_findings *faults;
	const struct roster *roster;
	struct ops_key *list;
	size_t i, k, count = 0;
	int ret = view_say_broken(view, findings, err);

	if (ret == 0)
		ret = world_roster(&roster, view->world, err);
	if (ret)
		return ret;
	faults = roster_findings(roster);
	for (i = 0; i < ops_findings_count(faults); i++) {
		const struct ops_finding *f = ops_findings_at(faults, i);

		findings_add(findings, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s", f->message);
	}
	for (i = 0; i < roster_count(roster); i++)
		count += roster_at(roster, i)->keys_nr;
	list = arena_array(view->arena, count + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	*out = list;
	*nr = count;
	for (i = 0; i < roster_count(roster); i++) {
		const struct agent *a = roster_at(roster, i);

		for (k = 0; k < a->keys_nr; k++, list++) {
			const struct agent_key *is = in_force(roster, &a->keys[k]);

			list->agent = a->id;
			list->name = a->keys[k].name;
			list->text = a->keys[k].text;
			list->state = states[is->state];
			list->since = is->since;
			list->signs = a->active && is->state == KEY_ACTIVE;
		}
	}
	return 0;
}
