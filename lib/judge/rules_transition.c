/* SPDX-License-Identifier: MIT */
/*
 * What a transition needs, as its definition says: power, separation, fields,
 * sections, gates, records made in the same act, and named checks.
 */

#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"
#include "model/depend.h"

/* Within a day: time zones differ, and today is the day of the commit. */
static bool is_today(const struct judging *j, const char *text)
{
	struct date date;
	int64_t days;

	if (!text || !date_parse(&date, text))
		return false;
	days = date_to_days(date) - date_to_days(j->today);
	return days >= -1 && days <= 1;
}

static bool same_names(const struct names *a, const char *const *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr && i < a->nr && names_have(a, list[i]); i++)
		;
	return i == nr && i == a->nr;
}

/* A list that follows from the change itself. Who is blocked need not say by what, as
 * before there was a field for it. */
static const char *list_fault(struct judging *j, const struct change *change,
			      const struct set_rule *set)
{
	struct names wanted = { NULL, 0 };
	const char *const *list;
	size_t nr;
	int ret;

	if (document_list(&list, &nr, change->after, set->field))
		return "a list";
	if (set->kind == SET_OPEN && !nr)
		return NULL;
	ret = set->kind == SET_PARTS ? rules_parts_of(&wanted, j, change) :
	      depend_open(&wanted, j->arena, j->c->before, change->before, j->findings,
			  NULL);
	if (ret)
		return "what can be read";
	if (same_names(&wanted, list, nr))
		return NULL;
	return wanted.nr ? arena_printf(j->arena, "the list %s",
					names_text(&wanted, j->arena, " and ")) :
			   set->kind == SET_PARTS ? "the tasks it is broken down into" :
			   "nothing";
}

/* What a set rule wants, as a phrase, when the value isn't it; else NULL. */
static const char *set_fault(struct judging *j, const struct change *change,
			     const struct set_rule *set)
{
	const char *now = document_text(change->after, set->field);
	const char *was = document_text(change->before, set->field);
	const char *reviewed = document_text(change->after, "Last-Reviewed");
	struct date date;
	char text[DATE_LEN + 1];

	switch (set->kind) {
	case SET_TODAY:
		return is_today(j, now) ? NULL : "today's date";
	case SET_REASON:
		return now ? NULL : "the reason";
	case SET_AGENT:
		return now ? NULL : "an agent (Department/agent)";
	case SET_STATUS:
		return now && !strcmp(now, change->from) ? NULL : "the status before";
	case SET_NONE:
		return now ? "nothing" : NULL;
	case SET_INCREMENT:
		return now && strtol(now, NULL, 10) ==
		       (was ? strtol(was, NULL, 10) : 0) + 1 ? NULL : "one more";
	case SET_NEXT_REVIEW:
		if (!reviewed || !date_parse(&date, reviewed))
			return "the next review date";
		date_format(text, period_add(date, j->config->review));
		return now && !strcmp(now, text) ? NULL :
		       arena_printf(j->arena, "%s (Last-Reviewed and the configured "
				    "period)", text);
	case SET_ACTOR:
		return now && j->c->actor && roster_agent_named(j->roster, now) ==
		       j->c->actor ? NULL : "who does it (Department/agent)";
	case SET_OPEN:
	case SET_PARTS:
		return list_fault(j, change, set);
	case SET_LITERAL:
		return now && !strcmp(now, set->literal) ? NULL : set->literal;
	}
	return NULL;
}

static void rules_sets(struct judging *j, const struct change *change)
{
	const struct transition *tr = change->transition;
	const char *fault;
	size_t i;

	for (i = 0; i < tr->sets_nr; i++) {
		fault = set_fault(j, change, &tr->sets[i]);
		if (fault)
			rule_error(j, "field.guarded", change->after,
				   tr->sets[i].field, NULL,
				   "'%s' must be set to %s by '%s'",
				   tr->sets[i].field, fault, tr->action);
	}
	for (i = 0; i < tr->needs.nr; i++)
		if (!document_text(change->before, tr->needs.list[i]))
			rule_error(j, "field.missing", change->before,
				   tr->needs.list[i], NULL,
				   "'%s' needs a value before '%s'",
				   tr->needs.list[i], tr->action);
	judge_allows(change->before, tr, j->findings);
	rules_reason(j, change);
}

/* Separation of powers: whoever is related to the document may not do it. */
static int rules_separation(struct judging *j, struct change *change)
{
	const struct transition *tr = change->transition;
	const struct agent *a = j->c->actor;
	const char *owner = document_text(change->before, "Owner");
	const char *assignee = document_text(change->before, "Assigned-To");
	const char *how = NULL, *part;
	const struct agent *other;
	size_t i, k;
	int ret;

	for (i = 0; a && i < tr->not_by.nr; i++) {
		if (!strcmp(tr->not_by.list[i], "owner") && owner) {
			for (k = 0; k < roster_count(j->roster); k++) {
				other = roster_at(j->roster, k);
				if (agent_is_named(other, owner) &&
				    other->principal == a->principal)
					how = "owns it";
			}
		} else if (!strcmp(tr->not_by.list[i], "assignee") && assignee) {
			other = roster_agent_named(j->roster, assignee);
			if (other && other->principal == a->principal)
				how = "is assigned to it";
		} else if (!strcmp(tr->not_by.list[i], "contributor")) {
			ret = gate_contributor(&part, change->before, j->c->before,
					       j->roster, a, j->findings, NULL);
			if (ret)
				return ret;
			how = part ? part : how;
		}
	}
	if (how)
		rule_error(j, "power.own-work", change->after, NULL,
			   "let somebody else do it",
			   "'%s' may not %s: nobody approves their own work, and '%s' "
			   "%s", a->id, tr->action, a->id, how);
	return 0;
}

static bool record_fits(const struct record_rule *rule, const struct ops_document *made,
			const struct ops_document *about)
{
	const char *text;
	size_t i;

	if (!made || !made->doc || strcmp(made->type->name, rule->kind))
		return false;
	text = document_text(made, "About");
	if (!text || strcmp(text, about->id))
		return false;
	for (i = 0; i < rule->with_nr; i++) {
		text = document_text(made, rule->with[i].name);
		if (!text || strcmp(text, rule->with[i].value))
			return false;
	}
	return true;
}

/* Of a merge, which is asked about its own files alone, the record lies among what it takes
 * from another side. */
static int is_brought(bool *out, struct judging *j, const struct record_rule *rule,
		      const struct ops_document *about)
{
	struct ops_document *const *list;
	struct snap_entry entry;
	size_t i, nr;
	int ret = world_packets(&list, &nr, j->c->after, about->id, j->findings, NULL);

	for (i = 0; ret == 0 && !*out && i < nr; i++)
		*out = record_fits(rule, list[i], about) &&
		       snap_find(&entry, world_snap(j->c->before), list[i]->path, NULL) ==
		       OPS_ENOTFOUND;
	return ret;
}

static int has_record(bool *out, struct judging *j, const struct record_rule *rule,
		      const struct ops_document *about)
{
	size_t i;

	*out = false;
	for (i = 0; !*out && i < j->changes_nr; i++)
		*out = j->changes[i].kind == CHANGE_CREATED &&
		       record_fits(rule, j->changes[i].after, about);
	return *out || !j->c->only ? 0 : is_brought(out, j, rule, about);
}

static int rules_records(struct judging *j, const struct change *change)
{
	const struct transition *tr = change->transition;
	bool has;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < tr->records_nr; i++) {
		ret = has_record(&has, j, &tr->records[i], change->after);
		if (ret == 0 && !has)
			rule_error(j, "packet.missing", change->after, change->type->status,
				   arena_printf(j->arena, "%s writes it",
						transition_command(j->arena, tr,
								   change->after->id)),
				   "'%s' must record a %s in the same commit",
				   tr->action, tr->records[i].kind);
	}
	return ret;
}

int rules_transition(struct judging *j, struct change *change)
{
	const struct transition *tr = change->transition;
	const char *what = arena_printf(j->arena, "%s it", tr->action);
	size_t i;
	int ret;

	if (!what)
		return OPS_ENOMEM;
	rules_need_power(j, NULL, &tr->by, change->after, change->before, NULL, what);
	rules_sets(j, change);
	ret = rules_records(j, change);
	if (ret == 0)
		ret = rules_agreed(j, &tr->by, change);
	if (ret == 0)
		ret = rules_separation(j, change);
	for (i = 0; ret == 0 && i < tr->sections.nr; i++)
		ret = rules_section(j, "task.parts", change->after,
				    tr->sections.list[i], tr->action);
	if (ret == 0 && tr->gates.nr)
		ret = rules_gates_approved(j, &tr->gates, change->after, change->after,
					   "gate.missing", tr->action);
	if (ret == 0 && tr->unblocked)
		ret = rules_unblocked(j, &tr->gates, change->after, tr->action);
	if (ret == 0)
		ret = rules_open(j, change, tr->action);
	if (ret == 0)
		ret = rules_paused(j, change, tr->action);
	for (i = 0; ret == 0 && i < tr->checks.nr; i++)
		ret = rules_check(j, change, tr->checks.list[i]);
	return ret;
}
