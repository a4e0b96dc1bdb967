/* SPDX-License-Identifier: MIT */
/*
 * Ways between the states of a document: the findings for one that is not there, or was
 * gone before, and for a reason that is missing.  An act that cannot be drafted, since it
 * would change nothing, is refused by the same words.
 */

#include <string.h>

#include "judge/rules.h"

static void add_way(struct names *ways, struct arena *arena, const char *command)
{
	if (command && !names_have(ways, command))
		names_add(ways, arena, command);
}

/* Where the document may go from the status it has, for a remedy. */
static const char *ways_from(struct arena *arena, const struct type *t, const char *status)
{
	struct names ways = { NULL, 0 };
	size_t i;

	for (i = 0; status && i < t->transitions_nr; i++)
		if (names_have(&t->transitions[i].from, status))
			add_way(&ways, arena, transition_command(arena, &t->transitions[i], NULL));
	return ways.nr ? arena_printf(arena, "from %s: %s", status,
				      names_text(&ways, arena, ", ")) :
	       "nothing leads out of this status";
}

const char *rules_setters(struct judging *j, const struct type *t, const char *field)
{
	struct names ways = { NULL, 0 };
	size_t i, k;

	for (i = 0; i < t->transitions_nr; i++)
		for (k = 0; k < t->transitions[i].sets_nr; k++)
			if (!strcmp(t->transitions[i].sets[k].field, field) &&
			    t->transitions[i].sets[k].kind != SET_NONE)
				add_way(&ways, j->arena, transition_command(j->arena,
					&t->transitions[i], NULL));
	return ways.nr ? arena_printf(j->arena, "set by %s",
				      names_text(&ways, j->arena, " or ")) : NULL;
}

static const char *rule_of(const struct type *t)
{
	return type_is(t, "task") ? "task.transition" : "doc.transition";
}

void rules_no_way(struct judging *j, const struct change *change)
{
	rule_error(j, rule_of(change->type), change->after, change->type->status,
		   ways_from(j->arena, change->type, change->from),
		   "no transition leads from %s to %s", change->from,
		   change->to ? change->to : "none");
}

bool judge_allows(const struct ops_document *d, const struct transition *tr,
		  struct ops_findings *findings)
{
	struct arena *arena = world_arena(d->world);
	unsigned line, column;
	bool allowed = true;
	size_t i;

	if (!d->status || !names_have(&tr->from, d->status)) {
		document_place(d, d->type->status, &line, &column);
		findings_add(findings, rule_of(d->type), OPS_ERROR, d->path, line, column,
			     ways_from(arena, d->type, d->status),
			     "'%s' leads from %s, and '%s' is %s", tr->action,
			     names_text(&tr->from, arena, " or "), d->id,
			     d->status ? d->status : "without a status");
		return false;
	}
	for (i = 0; i < tr->lacks.nr; i++) {
		if (!document_text(d, tr->lacks.list[i]))
			continue;
		document_place(d, tr->lacks.list[i], &line, &column);
		findings_add(findings, "task.done-already", OPS_ERROR, d->path, line, column,
			     NULL, "'%s' was done already: '%s' is set", tr->action,
			     tr->lacks.list[i]);
		allowed = false;
	}
	return allowed;
}

/* A line "Reason: …" of the message. */
static bool message_reasons(const struct judge_case *c)
{
	const char *at = c->message, *end = c->message + c->message_len, *stop;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		if (stop - at > 8 && !strncmp(at, "Reason: ", 8) &&
		    strspn(at + 8, " \t\r") < (size_t)(stop - at) - 8)
			return true;
	}
	return false;
}

/*
 * A reason that is required is kept: by a field that the transition sets, by the record it
 * makes, or, if it has neither, by the message of its commit, once there is one.
 */
void rules_reason(struct judging *j, const struct change *change)
{
	const struct transition *tr = change->transition;
	size_t i;

	if (!tr->reason || tr->records_nr || !j->c->message || message_reasons(j->c))
		return;
	for (i = 0; i < tr->sets_nr; i++)
		if (tr->sets[i].kind == SET_REASON)
			return;
	rule_error(j, "doc.reason", change->after, change->type->status,
		   "write a line 'Reason: …' into the message",
		   "'%s' needs a reason, and nothing says one", tr->action);
}
