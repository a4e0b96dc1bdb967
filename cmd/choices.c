/* SPDX-License-Identifier: MIT */
/*
 * Showing choices of agents.  All numbers are the library's; nothing is computed here.
 */

#include "choices.h"

#include <stdlib.h>

#include "out.h"
#include "util/arena.h"

static const struct out_column choice_columns[] = {
	{ "task", "TASK", SHRINK_LAST },
	{ "priority", "PRIORITY", SHRINK_NEVER },
	{ "verdict", "VERDICT", SHRINK_NEVER },
	{ "agent", "BEST", SHRINK_LAST },
	{ "score", "SCORE", NUMBER },
	{ "reason", "WHY NOT", SHRINK_FIRST },
	{ "sum", NULL, SHRINK_NEVER },
	{ "title", NULL, SHRINK_NEVER },
	{ "type", NULL, SHRINK_NEVER },
};

static const struct out_column candidate_columns[] = {
	{ "agent", "AGENT", SHRINK_LAST },
	{ "score", "SCORE", NUMBER },
	{ "capability", "CAPABLE", NUMBER },
	{ "workload", "FREE", NUMBER },
	{ "performance", "PERFORMS", NUMBER },
	{ "cohesion", "FITS", NUMBER },
	{ "active", "HAS", NUMBER },
	{ "limit", "OF", NUMBER },
	{ "similar", "ENDED", NUMBER },
	{ "completed", "WELL", NUMBER },
	{ "success", NULL, NUMBER },
	{ "efficiency", NULL, NUMBER },
	{ "quality", NULL, NUMBER },
	{ "team", NULL, NUMBER },
	{ "known", NULL, NUMBER },
	{ "excluded", "WHY NOT", SHRINK_FIRST },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *decimal(struct session *s, double n)
{
	return arena_printf(s->arena, "%.4f", n);
}

static const char *whole(struct session *s, unsigned n)
{
	return arena_printf(s->arena, "%u", n);
}

void choices_weights(struct session *s, const struct ops_plan *plan)
{
	out_say(s->out, "score = %s capability + %s workload + %s performance + %s cohesion;"
		" above %s is good enough\n", arena_printf(s->arena, "%g", plan->capability),
		arena_printf(s->arena, "%g", plan->workload),
		arena_printf(s->arena, "%g", plan->performance),
		arena_printf(s->arena, "%g", plan->cohesion),
		arena_printf(s->arena, "%g", plan->threshold));
	out_say(s->out, "tasks of the archive that count: %zu\n", plan->history);
	out_map(s->out, "weights");
	out_number(s->out, "capability", plan->capability);
	out_number(s->out, "workload", plan->workload);
	out_number(s->out, "performance", plan->performance);
	out_number(s->out, "cohesion", plan->cohesion);
	out_end(s->out);
	out_number(s->out, "threshold", plan->threshold);
	out_number(s->out, "history", (double)plan->history);
}

static void show_candidates(struct session *s, const struct ops_choice *c)
{
	out_table(s->out, "candidates", candidate_columns, COUNT(candidate_columns));
	for (size_t i = 0; i < c->candidates_nr; i++) {
		const struct ops_candidate *a = &c->candidates[i];
		const char *cells[COUNT(candidate_columns)] = {
			a->agent, decimal(s, a->score), decimal(s, a->capability),
			decimal(s, a->workload), decimal(s, a->performance),
			decimal(s, a->cohesion), whole(s, a->active), whole(s, a->limit),
			whole(s, a->similar), whole(s, a->completed),
			decimal(s, a->success), decimal(s, a->efficiency),
			decimal(s, a->quality), whole(s, a->team), whole(s, a->known),
			a->excluded,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
}

static void one_members(struct session *s, const struct ops_choice *c)
{
	out_string(s->out, "task", c->task);
	out_string(s->out, "priority", c->priority);
	out_string(s->out, "verdict", c->verdict);
	out_string(s->out, "agent", c->agent);
	if (c->agent)
		out_number(s->out, "score", strtod(decimal(s, c->score), NULL));
	else
		out_string(s->out, "score", NULL);
	out_string(s->out, "reason", c->reason);
	out_string(s->out, "sum", c->sum);
	out_string(s->out, "title", c->title);
	out_string(s->out, "type", c->type);
	if (c->candidates)
		show_candidates(s, c);
}

void choices_one(struct session *s, const char *key, const struct ops_choice *c)
{
	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "%s", c->task);
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, " (%s): %s", c->priority, c->verdict);
	if (c->reason)
		out_say(s->out, ", %s", c->reason);
	else if (c->agent)
		out_say(s->out, " to %s", c->agent);
	out_say(s->out, "\n");
	if (c->sum)
		out_say(s->out, "%s: %s\n", c->agent, c->sum);
	out_map(s->out, key);
	one_members(s, c);
	out_end(s->out);
}

static void show_row(struct session *s, const struct ops_choice *c)
{
	const char *cells[COUNT(choice_columns)] = {
		c->task, c->priority, c->verdict, c->agent,
		c->agent ? decimal(s, c->score) : NULL, c->reason, c->sum, c->title,
		c->type,
	};

	out_row(s->out, cells);
}

void choices_show(struct session *s, const struct ops_plan *plan, bool explain)
{
	if (!plan->nr)
		out_say(s->out, "nothing is queued\n");
	if (explain)
		out_list(s->out, "choices");
	else
		out_table(s->out, "choices", choice_columns, COUNT(choice_columns));
	for (size_t i = 0; i < plan->nr; i++) {
		if (!explain) {
			show_row(s, &plan->choices[i]);
			continue;
		}
		out_say(s->out, "\n");
		choices_one(s, NULL, &plan->choices[i]);
	}
	if (explain)
		out_end(s->out);
	else
		out_table_end(s->out);
}
