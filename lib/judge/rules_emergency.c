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
#include "util/path.h"

/* What was ended on this side is not asked about by the authority of another one. */
static int leave_ended(struct emergencies *all, struct judging *j)
{
	struct names *unreadable = &all->unreadable;
	size_t i, kept = 0, len;
	const char *stem;
	const char *ended;
	int ret = 0;

	for (i = 0; ret == 0 && i < all->nr; i++) {
		ret = rules_ended_as(&ended, j, all->list[i].document->id, "emergency");
		if (ret == 0 && !ended)
			all->list[kept++] = all->list[i];
	}
	all->nr = kept;
	for (i = kept = 0; ret == 0 && i < unreadable->nr; i++) {
		len = path_stem(unreadable->list[i], &stem);
		stem = arena_dup(j->arena, stem, len);
		ret = stem ? rules_ended_as(&ended, j, stem, "emergency") : OPS_ENOMEM;
		if (ret == 0 && !ended)
			unreadable->list[kept++] = unreadable->list[i];
	}
	unreadable->nr = kept;
	return ret;
}

/* Those in force, read once for all changes of the commit. */
static int find(const struct emergencies **out, struct judging *j)
{
	struct world *w = j->c->authority ? j->c->authority : j->c->before;
	struct emergencies *all = j->emergencies;
	struct ops_findings *ignored;
	int ret;

	if (!all) {
		all = arena_alloc(j->arena, sizeof(*all));
		ignored = ops_findings_new();
		ret = all && ignored ? emergencies_find(all, w, ignored, NULL) : OPS_ENOMEM;
		ops_findings_free(ignored);
		if (ret == 0 && j->c->authority)
			ret = leave_ended(all, j);
		if (ret)
			return ret;
		j->emergencies = all;
	}
	*out = all;
	return 0;
}

static bool same(const struct ops_document *a, const struct ops_document *b,
		 const char *field, bool (*equal)(const char *a, const char *b))
{
	const char *x = document_text(a, field), *y = document_text(b, field);

	return x && y ? equal(x, y) : x == y;
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a, b);
}

/* The same is not declared twice. */
static void rules_once(struct judging *j, const struct ops_document *d,
		       const struct ops_document *other)
{
	if (same(other, d, "Emergency", same_text) && same(other, d, "Task", reference_same) &&
	    same(other, d, "Project", same_text))
		rule_error(j, "emergency.declared", d, "Emergency", "ops emergency status",
			   "it was declared already, and is not ended: '%s'", other->id);
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
	const struct emergencies *all;
	size_t i;
	int ret = find(&all, j);

	if (ret || !name)
		return ret;	/* field.missing says the last */
	for (i = 0; i < all->nr; i++)
		rules_once(j, d, all->list[i].document);
	for (i = 0; i < j->changes_nr; i++)
		if (rules_earlier(&j->changes[i], d))
			rules_once(j, d, j->changes[i].after);
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
	const struct emergencies *all;
	const struct emergency *e;
	size_t i;
	int ret;

	for (i = 0; i < j->config->emergencies.nr; i++)
		if (names_have(&j->config->emergencies.list[i].actions, action))
			break;
	if (i == j->config->emergencies.nr || !type_is(change->type, "task"))
		return 0;
	ret = find(&all, j);
	if (ret)
		return ret;
	for (i = 0; i < all->unreadable.nr; i++)
		rule_error(j, "emergency.unreadable", change->after, change->type->status,
			   arena_printf(j->arena, "ops check %s; mend it in a commit of its own",
					all->unreadable.list[i]),
			   "'%s' waits: '%s' cannot be read, so nobody knows whether it has "
			   "ended", action, all->unreadable.list[i]);
	e = emergency_refusing(all, action, change->before);
	if (e)
		rule_error(j, "emergency.paused", change->after, change->type->status,
			   "ops emergency status; it is refused until that has ended",
			   "'%s' waits while %s is declared ('%s')", action, e->kind->name,
			   e->document->id);
	return 0;
}
