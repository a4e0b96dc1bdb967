/* SPDX-License-Identifier: MIT */
/*
 * Reading the agents of a board: what each can do, when, and how much at a time.
 *
 * A value that cannot be understood is a finding and does not count.
 */

#include <stdlib.h>
#include <string.h>

#include "model/board_inside.h"

/* Its own days and hours over those of the configuration. */
static int read_calendar(struct worker *w, struct reading *r, const struct ops_document *d)
{
	struct names days = { NULL, 0 }, away = { NULL, 0 };
	struct calendar *c = &w->calendar;
	const struct yaml_node *node;
	const char *zone, *fault = NULL;
	unsigned line, column;
	size_t i;

	*c = r->b->calendar;
	node = board_value_of(r, d, "Working-Days");
	if (node && field_items(&days, r->b->arena, type_field(d->type, "Working-Days"), node))
		return OPS_ENOMEM;
	if (planning_days(&days))
		c->days = planning_days(&days);
	else if (days.nr)
		fault = "Working-Days";
	if (board_number_of(r, d, "Hours-Per-Day", NULL) > 0)
		c->hours = board_number_of(r, d, "Hours-Per-Day", NULL);
	zone = board_text_of(r, d, "Timezone");
	if (zone && !calendar_zone(&c->zone, zone))
		fault = "Timezone";
	node = board_value_of(r, d, "Away");
	for (i = 0; i < r->b->planning->holidays_nr && node; i++) {
		char text[DATE_LEN + 1];

		date_format(text, date_from_days(r->b->planning->holidays[i]));
		if (names_add(&away, r->b->arena, arena_str(r->b->arena, text)))
			return OPS_ENOMEM;
	}
	if (node) {
		int64_t *off = NULL;
		const char *bad = NULL;
		size_t nr = 0;

		if (field_items(&away, r->b->arena, type_field(d->type, "Away"), node) ||
		    planning_dates(&off, &nr, &bad, r->b->arena, &away))
			return OPS_ENOMEM;
		if (bad)
			fault = "Away";
		else {
			c->off = off;
			c->off_nr = nr;
		}
	}
	if (!fault)
		return 0;
	document_place(d, fault, &line, &column);
	findings_add(r->findings, "field.value", OPS_ERROR, d->path, line, column,
		     !strcmp(fault, "Timezone") ? "write for example +02:00" :
		     !strcmp(fault, "Away") ? "write for example 2026-02-01..2026-02-14" :
		     "write for example [Mon, Tue]",
		     "'%s' cannot be understood; it does not count here", fault);
	return 0;
}

static int read_worker(struct worker *w, struct reading *r, const struct agent *a,
		       struct ops_error *err)
{
	struct ops_document *d;
	bool has;
	int ret = world_document(&d, r->b->world, a->path, r->findings, err);

	if (ret == OPS_EINVALID)
		return 0;	/* it was reported; it takes no work */
	if (ret)
		return ret;
	w->agent = a;
	w->name = arena_printf(r->b->arena, "%s/%s", a->department, a->id);
	w->works = a->active && agent_holds(a, "work");
	w->limit = (unsigned)board_number_of(r, d, "Max-Concurrent", &has);
	if (!has)
		w->limit = r->b->planning->max_concurrent;
	if (!w->name || !board_keep(&w->archetype, r, document_text(d, "Archetype")) ||
	    board_read_skills(&w->skills, &w->skills_nr, r, d, 1) ||
	    read_calendar(w, r, d))
		return error_nomem(err);
	w->today = calendar_today(&w->calendar, r->b->now);
	/* A weekend is no absence: work is given on it too. */
	w->away = w->calendar.off != r->b->calendar.off &&
		  !calendar_works(&(struct calendar){ 0x7f, 1, w->calendar.off,
						      w->calendar.off_nr, 0 }, w->today);
	return 0;
}

int board_read_workers(struct reading *r, struct ops_error *err)
{
	struct board *b = r->b;
	size_t i;
	int ret = 0;

	/* What is wrong with the roster is wrong with every plan. */
	for (i = 0; i < ops_findings_count(roster_findings(b->roster)); i++) {
		const struct ops_finding *f = ops_findings_at(roster_findings(b->roster), i);

		findings_add(r->findings, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s", f->message);
		b->unreadable += f->severity == OPS_ERROR;
	}
	b->workers_nr = roster_count(b->roster);
	b->workers = arena_array(b->arena, b->workers_nr + 1, sizeof(*b->workers));
	if (!b->workers)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < b->workers_nr; i++) {
		b->workers[i].agent = roster_at(b->roster, i);
		b->workers[i].name = b->workers[i].agent->id;
		ret = read_worker(&b->workers[i], r, b->workers[i].agent, err);
	}
	return ret;
}
