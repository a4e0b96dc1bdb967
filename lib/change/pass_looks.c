/* SPDX-License-Identifier: MIT */
/*
 * The steps of a pass that only report: progress, bottlenecks, conflicts.
 *
 * They read the board of the tip and change nothing.
 */

#include "change/pass.h"
#include "model/bottleneck.h"
#include "model/conflict.h"
#include "model/emergency.h"
#include "model/schedule.h"
#include "model/waited.h"

/* Why there may be nothing to distribute. */
int pass_paused(struct pass_step *s, struct ops_error *err)
{
	struct emergencies all;
	size_t i;
	int ret = emergencies_find(&all, s->board->world, s->public->findings, err);

	for (i = 0; ret == 0 && i < all.nr; i++) {
		const struct emergency *e = &all.list[i];
		const char *text;

		if (!e->kind || !e->kind->actions.nr)
			continue;
		text = arena_printf(s->arena, "%s is declared, and refuses: %s", e->kind->name,
				    names_text(&e->kind->actions, s->arena, ", "));
		ret = text ? pass_note(s, "paused", e->document->id, text, 0, err) :
		      error_nomem(err);
	}
	return ret;
}

static int look_stalled(struct pass_step *s, const struct task *t, struct ops_error *err)
{
	char since[DATE_TIME_LEN + 1] = "";
	const char *text;
	int64_t sign;
	bool stalled;
	int ret = task_stalled(&stalled, &sign, s->board, t, err);

	if (ret || !stalled)
		return ret;
	if (sign != NO_POINT)
		date_time_format(since, sign);
	text = arena_printf(s->arena, "%s: %s%s", t->assigned_to ? t->assigned_to : "nobody",
			    *since ? "last sign of life " : "no sign of life", since);
	return text ? pass_note(s, "stalled", t->id, text, 0, err) : error_nomem(err);
}

static int look_late(struct pass_step *s, const struct task *t, const struct slot *slot,
		     struct ops_error *err)
{
	char due[DATE_LEN + 1], end[DATE_LEN + 1];
	const char *text;

	if (!slot_is_late(slot, t->due))
		return 0;
	date_format(due, date_from_days(t->due));
	date_format(end, date_from_days(slot_last_day(slot)));
	text = arena_printf(s->arena, "due %s, can be done by %s", due, end);
	return text ? pass_note(s, "late", t->id, text, 0, err) : error_nomem(err);
}

int pass_progress(struct pass_step *s, struct ops_error *err)
{
	const struct board *b = s->board;
	struct schedule schedule;
	struct graph g;
	size_t i, k;
	int ret = graph_make(&g, b, NULL) || schedule_make(&schedule, &g) ?
		  error_nomem(err) : 0;

	for (i = 0; ret == 0 && i < b->tasks_nr; i++) {
		if (b->tasks[i].work == WORK_STARTED)
			ret = look_stalled(s, &b->tasks[i], err);
		if (ret == 0)
			ret = look_late(s, &b->tasks[i], &schedule.slots[i], err);
	}
	for (i = 0; ret == 0 && i < g.cycles_nr; i++) {
		const struct cycle *c = &g.cycles[i];
		const char *text = b->tasks[c->tasks[0]].id;

		for (k = 1; text && k < c->nr && k < 8; k++)
			text = arena_printf(s->arena, "%s -> %s", text,
					    b->tasks[c->tasks[k]].id);
		text = text ? arena_printf(s->arena, "%s -> %s%s", text,
					   k < c->nr ? "... -> " : "",
					   b->tasks[c->tasks[0]].id) : NULL;
		ret = text ? pass_note(s, "cycle", b->tasks[c->tasks[0]].id, text, 0, err) :
		      error_nomem(err);
	}
	return ret;
}

int pass_bottlenecks(struct pass_step *s, struct ops_error *err)
{
	struct bottlenecks all;
	size_t i;
	int ret = bottleneck_find(&all, s->board, s->public->findings, err);

	for (i = 0; ret == 0 && i < all.nr; i++)
		ret = pass_note(s, bottleneck_names[all.list[i].kind], all.list[i].about,
				all.list[i].text, all.list[i].value, err);
	return ret;
}

/* What each is, and how far it is settled. */
static int look_collision(struct pass_step *s, const struct collision *c, struct ops_error *err)
{
	const char *text = arena_printf(s->arena, "%s (%s)", c->what,
					conflict_state_name(c->state));

	return text ? pass_note(s, c->kind, c->task, text, 0, err) : error_nomem(err);
}

int pass_conflicts(struct pass_step *s, struct ops_error *err)
{
	struct collisions all;
	size_t i;
	int ret = conflicts_find(&all, s->board->world, s->public->findings, err);

	for (i = 0; ret == 0 && i < all.nr; i++)
		ret = look_collision(s, &all.list[i], err);
	if (ret == 0 && all.more)
		ret = pass_note(s, "RESOURCE_CONTENTION", "", "and more", 0, err);
	return ret;
}
