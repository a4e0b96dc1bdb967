/* SPDX-License-Identifier: MIT */
/*
 * Emergencies: who declares and ends one, that it is declared once, and the acts that
 * wait until it is over.
 *
 * What refuses an act was there before the change: a commit that ends an emergency does
 * nothing that it refused.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/emergency.h"

/* What was ended on this side is not asked about by the authority of another one. */
static int leave_ended(struct emergencies *all, struct judging *j)
{
	struct ops_error ignored = { 0 };
	struct ops_document *d;
	const struct state *state;
	const char *path;
	size_t i, kept = 0;
	int ret;

	for (i = 0; j->c->authority && i < all->nr; i++) {
		d = NULL;
		ret = world_exact_path(&path, j->c->before, all->list[i].document->id,
				       "emergency", &ignored);
		if (ret == 0)
			ret = world_document(&d, j->c->before, path, j->findings, &ignored);
		if (ret == OPS_ENOMEM || ret == OPS_EIO)
			return ret;
		state = d && d->status ? type_state(d->type, d->status) : NULL;
		if (!state || !state->final)
			all->list[kept++] = all->list[i];
	}
	all->nr = j->c->authority ? kept : all->nr;
	return 0;
}

static int find(struct emergencies *out, struct judging *j)
{
	struct world *w = j->c->authority ? j->c->authority : j->c->before;
	struct ops_findings *ignored = ops_findings_new();
	int ret = ignored ? emergencies_find(out, w, ignored, NULL) : OPS_ENOMEM;

	ops_findings_free(ignored);
	return ret ? ret : leave_ended(out, j);
}

static bool same(const struct ops_document *a, const struct ops_document *b,
		 const char *field)
{
	const char *x = document_text(a, field), *y = document_text(b, field);

	return x && y ? !strcmp(x, y) : x == y;
}

/* What its kind asks for. */
static int rules_kind(struct judging *j, struct ops_document *d,
		      const struct emergency_kind *kind)
{
	const char *const *to;
	struct names said = { NULL, 0 };
	size_t i, nr;

	for (i = 0; i < kind->needs.nr; i++)
		if (!document_text(d, kind->needs.list[i]))
			rule_error(j, "emergency.kind", d, NULL, "say which",
				   "%s needs a '%s'", kind->name, kind->needs.list[i]);
	if (document_list(&to, &nr, d, "To"))
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++)
		if (names_add(&said, j->arena, to[i]))
			return OPS_ENOMEM;
	for (i = 0; i < kind->alerts.nr; i++)
		if (!names_have(&said, kind->alerts.list[i]))
			rule_error(j, "emergency.kind", d, "To", "ops emergency declare "
				   "fills it in", "%s alerts '%s', and it is not to them",
				   kind->name, kind->alerts.list[i]);
	return 0;
}

int rules_emergency(struct judging *j, struct ops_document *d)
{
	const char *name = document_text(d, "Emergency");
	const struct emergency_kind *kind = emergency_kind(&j->config->emergencies, name);
	struct emergencies all;
	size_t i;
	int ret = find(&all, j);

	if (ret || !name)
		return ret;	/* field.missing says the last */
	for (i = 0; i < all.nr; i++)
		if (same(all.list[i].document, d, "Emergency") &&
		    same(all.list[i].document, d, "Task") &&
		    same(all.list[i].document, d, "Project"))
			rule_error(j, "emergency.declared", d, "Emergency",
				   "ops emergency status",
				   "it was declared already, and is not ended: '%s'",
				   all.list[i].document->id);
	if (!kind) {
		rule_error(j, "emergency.kind", d, "Emergency",
			   "ops config emergencies lists them", "'%s' is no kind of "
			   "emergency", name);
		return 0;
	}
	rules_need_power(j, NULL, &kind->by, d, d, NULL, "declare it");
	return rules_kind(j, d, kind);
}

void rules_emergency_ends(struct judging *j, struct change *change)
{
	const struct emergency_kind *kind =
		emergency_kind(&j->config->emergencies,
			       document_text(change->before, "Emergency"));

	if (kind)
		rules_need_power(j, NULL, &kind->by, change->after, change->before, NULL,
				 "end it");
}

int rules_paused(struct judging *j, const struct change *change, const char *action)
{
	const struct emergency *e;
	struct emergencies all;
	size_t i;
	int ret;

	for (i = 0; i < j->config->emergencies.nr; i++)
		if (names_have(&j->config->emergencies.list[i].actions, action))
			break;
	if (i == j->config->emergencies.nr || !type_is(change->type, "task"))
		return 0;
	ret = find(&all, j);
	e = ret ? NULL : emergency_refusing(&all, action, change->before);
	if (e)
		rule_error(j, "emergency.paused", change->after, change->type->status,
			   "ops emergency status; it is refused until that has ended",
			   "'%s' waits while %s is declared ('%s')", action, e->kind->name,
			   e->document->id);
	return ret;
}
