/* SPDX-License-Identifier: MIT */
/*
 * The agenda in words: what can be done next, by whom, and why it comes first.
 *
 * Reads only.
 */

#include "view/agenda.h"

#include <string.h>

#include "util/buf.h"

#define NAMES_MAX 3		/* agents that are named for a power */

int view_outlook(struct outlook *out, struct ops_view *view,
		 struct ops_findings *findings, struct ops_error *err)
{
	int ret = view_board(&out->b, view, findings, err);

	out->holders_nr = 0;
	if (ret)
		return ret;
	return graph_make(&out->g, out->b, NULL) || schedule_make(&out->s, &out->g) ?
	       error_nomem(err) : 0;
}

static void comma(struct buf *b)
{
	if (b->len)
		buf_str(b, "; ");
}

/* "waits for a, b" */
static void say_waits(struct buf *b, const struct task *t)
{
	size_t i, nr = 0;

	for (i = 0; i < t->depends_nr; i++) {
		const struct dependency *d = &t->depends[i];

		if (d->state == DEPENDS_COMPLETE)
			continue;
		if (!nr)
			comma(b);
		if (nr++ < NAMES_MAX)
			buf_printf(b, "%s%s", nr == 1 ? "waits for " : ", ", d->name);
	}
	if (nr > NAMES_MAX)
		buf_printf(b, " and %zu more", nr - NAMES_MAX);
}

static void say_time(struct buf *b, const struct outlook *o, const struct deed *d)
{
	const struct slot *slot = &o->s.slots[d->task];
	double days = (double)slot->slack / (double)DAY_TICKS;

	if (!slot->known) {
		comma(b);
		buf_str(b, "in a cycle, or waits for one");
	} else if (slot->latest != NO_POINT) {
		comma(b);
		buf_printf(b, slot->slack < 0 ? "%.1f working days late" :
			   "%.1f working days to spare",
			   days < 0 ? -days : days);
	}
}

static const char *reason_of(const struct outlook *o, const struct deed *d)
{
	const struct task *t = &o->b->tasks[d->task];
	size_t waiting = o->g.back_first[d->task + 1] - o->g.back_first[d->task];
	struct buf b = BUF_INIT;
	const char *text;

	if (d->gate && d->kind == DEED_REQUEST && d->state != GATE_NONE)
		buf_printf(&b, "gate '%s' is %s", d->gate->name,
			   gate_state_name(d->state));
	if (t->work == WORK_BLOCKED && t->blocked_reason)
		buf_printf(&b, "blocked: %s", t->blocked_reason);
	if (t->work == WORK_STARTED && t->rework) {
		comma(&b);
		buf_printf(&b, "sent back %u time%s", t->rework, t->rework > 1 ? "s" : "");
	}
	comma(&b);
	buf_str(&b, t->priority_name ? t->priority_name : "no priority");
	if (d->because != d->task)
		buf_printf(&b, ", %s waits for it", o->b->tasks[d->because].id);
	if (d->because != d->task && o->b->tasks[d->because].priority_name)
		buf_printf(&b, " and is %s", o->b->tasks[d->because].priority_name);
	say_time(&b, o, d);
	if (waiting) {
		comma(&b);
		buf_printf(&b, "%zu task%s for it", waiting, waiting > 1 ? "s wait" :
			   " waits");
	}
	if (d->paused) {
		comma(&b);
		buf_printf(&b, "emergency '%s' refuses it", d->paused->document->id);
	}
	if (d->waits)
		say_waits(&b, t);
	text = buf_failed(&b) ? NULL : arena_str(o->b->arena, b.data);
	buf_release(&b);
	return text;
}

/* Some of who hold one of these powers. */
static const char *name_holders(const struct outlook *o, const struct names *powers)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i, k, nr = 0;

	for (k = 0; k < o->b->workers_nr; k++) {
		const struct agent *a = o->b->workers[k].agent;

		for (i = 0; i < powers->nr && a->active; i++)
			if (agent_holds(a, powers->list[i]))
				break;
		if (!a->active || i == powers->nr)
			continue;
		if (nr++ < NAMES_MAX)
			buf_printf(&b, "%s%s", nr == 1 ? "" : ", ", a->id);
	}
	if (nr > NAMES_MAX)
		buf_printf(&b, " and %zu more", nr - NAMES_MAX);
	if (!nr)
		buf_str(&b, "nobody");
	text = buf_failed(&b) ? NULL : arena_str(o->b->arena, b.data);
	buf_release(&b);
	return text;
}

/* The assignee, or who holds the power.  The lists are few, and each is named once. */
static const char *who_of(struct outlook *o, const struct deed *d)
{
	const struct task *t = &o->b->tasks[d->task];
	const char *text;
	size_t i;

	for (i = 0; i < d->powers->nr; i++)
		if (!strcmp(d->powers->list[i], "assignee") && t->assigned_to)
			return t->assigned_to;
	if (!d->powers->nr)
		return "nobody";
	for (i = 0; i < o->holders_nr; i++)
		if (o->holders[i].first == d->powers->list[0] &&
		    o->holders[i].nr == d->powers->nr)
			return o->holders[i].text;
	text = name_holders(o, d->powers);
	if (o->holders_nr < sizeof(o->holders) / sizeof(*o->holders))
		o->holders[o->holders_nr++] = (struct holders){ d->powers->list[0],
								d->powers->nr, text };
	return text;
}

int view_deed(struct ops_deed *out, struct outlook *o, const struct deed *d)
{
	const struct task *t = &o->b->tasks[d->task];
	char due[DATE_LEN + 1];

	out->task = t->id;
	out->title = t->title;
	out->status = t->status;
	out->priority = t->priority_name;
	out->agent = t->assigned_to;
	out->action = deed_names[d->kind];
	out->gate = d->gate ? d->gate->name : NULL;
	out->who = who_of(o, d);
	out->reason = reason_of(o, d);
	out->waits = d->waits;
	out->due = NULL;
	if (t->due != NO_DAY) {
		date_format(due, date_from_days(t->due));
		out->due = arena_str(o->b->arena, due);
	}
	return out->who && out->reason && (out->due || t->due == NO_DAY) ? 0 : OPS_ENOMEM;
}

int ops_view_next(const struct ops_deed **out, size_t *nr, struct ops_view *view,
		  const char *agent, size_t max, struct ops_findings *findings,
		  struct ops_error *err)
{
	const struct agent *a = NULL;
	struct ops_deed *list;
	struct outlook o;
	struct agenda agenda;
	size_t i, told;
	int ret = view_outlook(&o, view, findings, err);

	if (ret)
		return ret;
	a = agent ? roster_agent_named(o.b->roster, agent) : NULL;
	if (agent && !a)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not in the roster", agent);
	ret = agenda_make(&agenda, &o.g, &o.s, a, findings, err);
	if (ret)
		return ret;
	told = max && max < agenda.nr ? max : agenda.nr;
	list = arena_array(o.b->arena, told + 1, sizeof(*list));
	for (i = 0; list && i < told; i++)
		if (view_deed(&list[i], &o, &agenda.deeds[i]))
			return error_nomem(err);
	if (!list)
		return error_nomem(err);
	*out = list;
	*nr = agenda.nr;
	return 0;
}
