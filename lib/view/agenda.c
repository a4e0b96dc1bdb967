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

int view_outlook(struct outlook *out, struct ops_view *view, bool sketch,
		 struct ops_findings *findings, struct ops_error *err)
{
	int ret = sketch ? view_sketch(&out->b, view, findings, err) :
		  view_board(&out->b, view, findings, err);

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

/* "incident ab12 is open and keeps it from: complete"; "handoff ab12 is open until ..." */
static void say_packet(struct buf *b, const struct deed *d)
{
	const struct names *blocks = &d->packet->type->packet.blocks;
	const char *random = strrchr(d->packet->id, '-');
	size_t i;

	buf_printf(b, "%s %s is open", d->packet->type->name,
		   random ? random + 1 : d->packet->id);
	if (d->until)
		buf_printf(b, " until %s", d->until);
	for (i = 0; d->blocks && i < blocks->nr && i < NAMES_MAX; i++)
		buf_printf(b, "%s%s", i ? ", " : " and keeps it from: ", blocks->list[i]);
	if (d->blocks && blocks->nr > NAMES_MAX)
		buf_printf(b, " and %zu more", blocks->nr - NAMES_MAX);
}

/* `because`: whose priority it has. */
static const char *reason_of(const struct outlook *o, const struct deed *d,
			     const struct task *t, const struct task *because)
{
	size_t waiting = o->g.back_first[d->task + 1] - o->g.back_first[d->task];
	struct buf b = BUF_INIT;
	const char *text;

	if (d->packet)
		say_packet(&b, d);
	if (d->lacks)
		buf_printf(&b, "lacks %s, and no gate decides about what changes yet", d->lacks);
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
		buf_printf(&b, ", %s waits for it", because->id);
	if (d->because != d->task && because->priority_name)
		buf_printf(&b, " and is %s", because->priority_name);
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

/* Some of the active agents that fit. */
static const char *name_agents(const struct outlook *o,
			       bool (*fits)(const struct agent *a, const void *payload),
			       const void *payload)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t k, nr = 0;

	for (k = 0; k < o->b->workers_nr; k++) {
		const struct agent *a = o->b->workers[k].agent;

		if (!a->active || !fits(a, payload))
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

static bool holds_one(const struct agent *a, const void *payload)
{
	const struct names *powers = payload;
	size_t i;

	for (i = 0; i < powers->nr; i++)
		if (agent_holds(a, powers->list[i]))
			return true;
	return false;
}

/* The assignee, or who holds the power.  The lists are few, and each is named once. */
static const char *who_of(struct outlook *o, const struct deed *d, const struct task *t)
{
	const char *text;
	size_t i;

	if (d->by)
		return d->by;
	for (i = 0; i < d->powers->nr; i++)
		if (!strcmp(d->powers->list[i], "assignee") && t->assigned_to)
			return t->assigned_to;
	if (!d->powers->nr)
		return "nobody";
	for (i = 0; i < o->holders_nr; i++)
		if (o->holders[i].first == d->powers->list[0] &&
		    o->holders[i].nr == d->powers->nr)
			return o->holders[i].text;
	text = name_agents(o, holds_one, d->powers);
	if (o->holders_nr < sizeof(o->holders) / sizeof(*o->holders))
		o->holders[o->holders_nr++] = (struct holders){ d->powers->list[0],
								d->powers->nr, text };
	return text;
}

int view_deed(struct ops_deed *out, struct outlook *o, const struct deed *d,
	      struct ops_error *err)
{
	const struct task *t, *because = NULL;
	char due[DATE_LEN + 1];
	int ret = board_get(&t, o->b, d->task, err);

	if (ret == 0 && d->because != d->task)
		ret = board_get(&because, o->b, d->because, err);
	if (ret)
		return ret;
	out->task = t->id;
	out->title = t->title;
	out->status = t->status;
	out->priority = t->priority_name;
	out->agent = t->assigned_to;
	out->action = d->action;
	out->type = "task";
	out->packet = d->packet ? d->packet->id : NULL;
	out->gate = d->gate ? d->gate->name : NULL;
	out->who = who_of(o, d, t);
	out->reason = reason_of(o, d, t, because);
	out->waits = d->waits;
	out->due = NULL;
	if (t->due != NO_DAY) {
		date_format(due, date_from_days(t->due));
		out->due = arena_str(o->b->arena, due);
	}
	return out->who && out->reason && (out->due || t->due == NO_DAY) ? 0 :
	       error_nomem(err);
}

/* --- documents under review --- */

/* What brings a document into force, or keeps it there: that sets the next review. */
static const struct transition *review_of(const struct type *type, const char *status)
{
	size_t i, k;

	for (i = 0; i < type->transitions_nr; i++) {
		const struct transition *tr = &type->transitions[i];

		if (!names_have(&tr->from, status))
			continue;
		for (k = 0; k < tr->sets_nr; k++)
			if (tr->sets[k].kind == SET_NEXT_REVIEW)
				return tr;
	}
	return NULL;
}

static struct paper *more_room(struct papers *p, struct arena *arena)
{
	size_t room = p->room ? 2 * p->room : 16;
	struct paper *list;

	if (p->nr < p->room)
		return &p->list[p->nr];
	list = arena_array(arena, room, sizeof(*list));
	if (!list)
		return NULL;
	if (p->nr)
		memcpy(list, p->list, p->nr * sizeof(*list));
	p->list = list;
	p->room = room;
	return &list[p->nr];
}

struct collecting {
	struct papers *papers;
	const struct outlook *o;
};

static int collect(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct collecting *c = payload;
	struct arena *arena = c->o->b->arena;
	const char *next = d->doc ? document_text(d, "Next-Review") : NULL, *title, *owner;
	const struct transition *tr = d->doc && d->status ? review_of(d->type, d->status) : NULL;
	const struct state *state = tr ? type_state(d->type, d->status) : NULL;
	struct paper *p;
	struct date date;
	bool past;

	c->papers->unreadable += !d->doc;
	past = next && date_parse(&date, next) && date_to_days(date) < c->o->b->today;
	if (!state || !(state->initial || past))
		return 0;
	p = more_room(c->papers, arena);
	if (!p)
		return error_nomem(err);
	title = document_text(d, "Title");
	owner = document_text(d, "Owner");
	p->path = arena_str(arena, d->path);
	p->id = arena_str(arena, d->id);
	p->title = arena_str(arena, title ? title : "");
	p->status = state->name;
	p->type = d->type->name;
	p->next_review = arena_str(arena, next ? next : "");
	p->owner = arena_str(arena, owner ? owner : "");
	p->transition = tr;
	p->due = !state->initial;
	c->papers->nr++;
	return p->path && p->id && p->title && p->next_review && p->owner ? 0 : error_nomem(err);
}

int view_papers(struct papers *out, struct outlook *o, struct ops_view *view,
		struct ops_findings *findings, struct ops_error *err)
{
	const struct config *config = o->b->config;
	struct collecting c = { out, o };
	size_t i;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (i = 0; ret == 0 && i < config->types_nr; i++)
		if (type_field(&config->types[i], "Next-Review") &&
		    !type_is(&config->types[i], "packet"))
			ret = world_each(view->world, &config->types[i], false, false, collect, &c,
					 findings, err);
	return ret;
}

/* Nobody reviews what they own. */
static bool may_review(const struct agent *a, const void *payload)
{
	const struct paper *p = payload;

	if (names_have(&p->transition->not_by, "owner") && agent_is_named(a, p->owner))
		return false;
	return holds_one(a, &p->transition->by);
}

int view_paper(struct ops_deed *out, struct outlook *o, const struct paper *p)
{
	memset(out, 0, sizeof(*out));
	out->task = p->id;
	out->title = p->title;
	out->status = p->status;
	out->type = p->type;
	out->action = p->transition->action;
	out->who = name_agents(o, may_review, p);
	out->due = p->due ? p->next_review : NULL;
	out->reason = p->due ? "its review is past, and no work may be based on it" :
		      "nobody approved it yet, and no work may be based on it";
	return out->who ? 0 : OPS_ENOMEM;
}

struct asking {
	const struct ops_deed **out;
	size_t *nr;
	const char *agent;
	size_t max;
};

/* The first `max` of what an agent can do. */
static int ask(struct ops_view *view, void *payload, struct ops_findings *findings,
	       struct ops_error *err)
{
	const struct asking *ask = payload;
	const size_t max = ask->max;
	const struct agent *a = NULL;
	struct ops_deed *list;
	struct outlook o;
	struct papers papers;
	struct agenda agenda;
	size_t i, told;
	int ret = view_outlook(&o, view, true, findings, err);

	if (ret)
		return ret;
	a = ask->agent ? roster_agent_named(o.b->roster, ask->agent) : NULL;
	if (ask->agent && !a)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not in the roster", ask->agent);
	ret = agenda_make(&agenda, o.b, &o.g, &o.s, &(struct agenda_wish){ a, max, false },
			  findings, err);
	if (ret == 0)
		ret = view_papers(&papers, &o, view, findings, err);
	if (ret)
		return ret;
	list = arena_array(o.b->arena, agenda.nr + papers.nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < agenda.nr; i++)
		ret = view_deed(&list[i], &o, &agenda.deeds[i], err);
	for (i = 0, told = agenda.nr; ret == 0 && i < papers.nr; i++) {
		if (a && !may_review(a, &papers.list[i]))
			continue;
		if ((!max || told < max) && view_paper(&list[told++], &o, &papers.list[i]))
			ret = error_nomem(err);
		agenda.all++;
	}
	if (ret)
		return ret;
	*ask->out = list;
	*ask->nr = agenda.all;
	return 0;
}

int ops_view_next(const struct ops_deed **out, size_t *nr, struct ops_view *view,
		  const char *agent, size_t max, struct ops_findings *findings,
		  struct ops_error *err)
{
	return view_ask(view, ask, &(struct asking){ out, nr, agent, max }, findings, err);
}
