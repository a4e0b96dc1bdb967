/* SPDX-License-Identifier: MIT */
/*
 * Conflicts: one side is frozen, somebody who is no side of it names the owner and the
 * way to merge, and with evidence the frozen side goes on.  What a frozen task must not
 * do, the definition of the packet says; see model/conflict.h.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/conflict.h"
#include "util/map.h"

static bool has_ended(const struct ops_document *d)
{
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;

	return !state || state->final;
}

/* --- freeze --- */

/* The others of it are tasks, each one once. */
static int rules_with(struct judging *j, struct ops_document *d,
		      const struct ops_document *task)
{
	struct map *seen = map_new(j->arena);
	const char *const *with;
	struct ops_document *other;
	size_t i, nr;
	int ret = !seen || document_list(&with, &nr, d, "With") ? OPS_ENOMEM : 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = rules_task_named(&other, j, with[i]);
		if (ret == 0 && (!other || !strcmp(other->id, task->id)))
			rule_error(j, "conflict.state", d, "With", NULL,
				   "'%s' is %s", with[i], other ? "the same task" :
				   "no task of that id");
		else if (ret == 0 && map_has(seen, other->id))
			rule_error(j, "conflict.state", d, "With", NULL,
				   "'%s' stands there twice", with[i]);
		else if (ret == 0)
			ret = map_put(seen, other->id, other);
	}
	return ret;
}

static int check_freeze(struct judging *j, struct ops_document *d,
			struct ops_document *task, const struct packets *all)
{
	const char *name = document_text(d, "Conflict");
	const struct conflict_def *kind = conflict_def(&j->config->conflicts, name);

	if (name && !kind)
		rule_error(j, "conflict.kind", d, "Conflict", "ops config conflicts lists them",
			   "'%s' is no kind of conflict", name);
	if (!type_is(task->type, "task") || has_ended(task))
		rule_error(j, "conflict.state", d, "About", NULL,
			   "'%s' is no task that could be frozen", task->id);
	if (conflict_freeze(all) || rules_second(j, d, "About"))
		rule_error(j, "conflict.state", d, "About", "ops conflict show",
			   "'%s' is frozen already", task->id);
	return rules_with(j, d, task);
}

/* --- what answers it --- */

/* The freeze that a packet answers, if it is open. */
static const struct ops_document *open_freeze(struct judging *j, struct ops_document *d,
					      const struct packets *all)
{
	const char *answers = document_text(d, "Answers");
	const struct ops_document *freeze = packet_with_id(all, answers);

	if (freeze && !strcmp(freeze->type->name, FREEZE) && packet_is_open(all, freeze))
		return freeze;
	rule_error(j, "conflict.state", d, "Answers", "ops conflict list",
		   "nothing is frozen by '%s'", answers ? answers : "");
	return NULL;
}

/* Those who have a side in it: the owners of its tasks, all of them. */
struct parties {
	const char *shown[2];		/* the first */
	size_t nr;
	const char *wanted;		/* Department/agent, or NULL; */
	bool has_wanted, acts;		/* whether it is one, and who acts is */
};

static void add_party(struct parties *p, const struct judging *j, const char *owner)
{
	const struct agent *a = owner ? roster_agent_named(j->roster, owner) : NULL;

	if (!owner)
		return;
	if (p->nr < 2)
		p->shown[p->nr] = owner;
	p->nr++;
	p->has_wanted |= p->wanted && !strcmp(p->wanted, owner);
	p->acts |= a && j->c->actor && a->principal == j->c->actor->principal;
}

static int read_parties(struct parties *out, struct judging *j,
			const struct ops_document *freeze, const struct ops_document *task,
			const char *wanted)
{
	const char *const *with;
	struct ops_document *other;
	size_t i, nr;
	int ret = document_list(&with, &nr, freeze, "With") ? OPS_ENOMEM : 0;

	*out = (struct parties){ .wanted = wanted };
	add_party(out, j, document_text(task, "Assigned-To"));
	for (i = 0; ret == 0 && i < nr; i++) {
		ret = rules_task_named(&other, j, with[i]);
		if (ret == 0 && other)
			add_party(out, j, document_text(other, "Assigned-To"));
	}
	return ret;
}

static void rules_arbiter(struct judging *j, struct ops_document *d,
			  const struct parties *parties, const struct conflict_def *kind,
			  struct ops_document *task)
{
	if (kind)
		rules_need_power(j, NULL, &kind->by, d, task, NULL,
				 arena_printf(j->arena, "settle a %s", kind->name));
	if (parties->acts)
		rule_error(j, "conflict.arbiter", d, "From",
			   "let somebody settle it who is no side of it",
			   "'%s' is a side of this conflict", j->c->actor->id);
}

static int check_arbitration(struct judging *j, struct ops_document *d,
			     struct ops_document *task, const struct packets *all)
{
	static const char *const arbitration[] = { ARBITRATION };
	struct names kinds = { (const char **)(size_t)arbitration, 1 };
	const struct ops_document *freeze = open_freeze(j, d, all);
	const char *owner = document_text(d, "Owner");
	const struct conflict_def *kind;
	struct parties parties;
	size_t i;
	int ret;

	if (!freeze)
		return 0;
	kind = conflict_def(&j->config->conflicts, document_text(freeze, "Conflict"));
	if (packet_answer(all, freeze, &kinds) || rules_second(j, d, "Answers"))
		rule_error(j, "conflict.state", d, "Answers", "ops conflict show",
			   "it is decided already: resume it, and freeze again what is not "
			   "settled");
	for (i = 0; kind && i < kind->needs.nr; i++)
		if (!document_text(d, kind->needs.list[i]))
			rule_error(j, "conflict.kind", d, kind->needs.list[i], NULL,
				   "to settle a %s, '%s' has to be said", kind->name,
				   kind->needs.list[i]);
	ret = read_parties(&parties, j, freeze, task, owner);
	if (ret)
		return ret;
	rules_arbiter(j, d, &parties, kind, task);
	if (owner && parties.nr && !parties.has_wanted)
		rule_error(j, "conflict.owner", d, "Owner", NULL,
			   "'%s' is no side of it: %s", owner,
			   parties.nr > 1 ? arena_printf(j->arena, "%s and %s are",
							 parties.shown[0], parties.shown[1]) :
			   arena_printf(j->arena, "%s is", parties.shown[0]));
	return 0;
}

/* Who settles a matter of priorities sets that of the task, as the decision says. */
int rules_prioritised(struct judging *j, struct change *change)
{
	const char *now = document_text(change->after, "Priority");
	const char *about, *said = NULL;
	size_t i;

	for (i = 0; i < j->changes_nr && !said; i++) {
		const struct change *c = &j->changes[i];

		about = c->kind == CHANGE_CREATED && c->after && c->after->doc &&
			!strcmp(c->after->type->name, ARBITRATION) ?
			document_text(c->after, "About") : NULL;
		if (about && !strcmp(about, change->after->id))
			said = document_text(c->after, "Priority");
	}
	if (!said)
		rule_error(j, "conflict.priority", change->after, "Priority",
			   arena_printf(j->arena, "ops conflict decide --priority PRIORITY %s",
					change->after->id),
			   "no decision of the same commit says a priority");
	else if (!now || strcmp(now, said))
		rule_error(j, "conflict.priority", change->after, "Priority",
			   arena_printf(j->arena, "write %s", said),
			   "the decision says %s, and 'Priority' is %s", said,
			   now ? now : "not there");
	return 0;
}

static int check_resume(struct judging *j, struct ops_document *d,
			struct ops_document *task, const struct packets *all)
{
	const struct ops_document *freeze = open_freeze(j, d, all);
	struct parties parties;
	int ret;

	if (!freeze)
		return 0;
	ret = read_parties(&parties, j, freeze, task, NULL);
	if (ret == 0)
		rules_arbiter(j, d, &parties,
			      conflict_def(&j->config->conflicts,
					    document_text(freeze, "Conflict")), task);
	if (ret == 0)
		ret = rules_evidence(j, d, "Contract", 1);
	if (ret == 0)
		ret = rules_evidence(j, d, "Regression", 1);
	return ret;
}

int rules_settling(struct judging *j, struct ops_document *d, struct ops_document *about)
{
	struct packets all;
	int ret = world_packets(&all.list, &all.nr, j->c->before, about->id, j->findings,
				NULL);

	if (ret)
		return ret;
	if (!strcmp(d->type->name, FREEZE))
		return check_freeze(j, d, about, &all);
	if (!strcmp(d->type->name, ARBITRATION))
		return check_arbitration(j, d, about, &all);
	return check_resume(j, d, about, &all);
}

/* --- commits --- */

int rules_frozen(struct judging *j, const struct ops_document *task)
{
	struct packets all;
	size_t i;
	int ret = world_packets(&all.list, &all.nr, j->c->before, task->id, j->findings,
				NULL);

	for (i = 0; ret == 0 && j->touches_others && i < all.nr; i++)
		if (packet_blocks(&all, all.list[i], "commit")) {
			findings_add(j->findings, "scope.frozen", OPS_ERROR, NULL, 0, 0,
				     arena_printf(j->arena, "ops packet show %s; it waits for "
						  "its %s", all.list[i]->id,
						  names_text(&all.list[i]->type->packet.until,
							     j->arena, " or ")),
				     "'%s' is frozen, and the commit is for it", task->id);
			break;
		}
	return ret;
}
