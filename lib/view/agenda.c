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
	int ret;

	memset(out, 0, sizeof(*out));
	out->view = view;
	ret = sketch ? view_sketch(&out->b, view, findings, err) :
	      view_board(&out->b, view, findings, err);
	if (ret)
		return ret;
	return graph_make(&out->g, out->b, NULL) || schedule_make(&out->s, &out->g) ?
	       error_nomem(err) : 0;
}

/* The board anew, out of the documents: what is wrong with them was said before. */
static int read_again(struct outlook *o, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	size_t nr = o->b->tasks_nr;
	int ret = ignored ? view_board(&o->b, o->view, ignored, err) : error_nomem(err);

	ops_findings_free(ignored);
	return ret == 0 && o->b->tasks_nr != nr ?
	       error_set(err, OPS_EIO, "the tasks could not be read again") : ret;
}

int view_get(const struct task **out, struct outlook *o, size_t at, struct ops_error *err)
{
	int ret = board_get(out, o->b, at, o->b->scratch, err);

	if (ret != OPS_ENOTFOUND)
		return ret;
	ret = read_again(o, err);
	return ret ? ret : board_get(out, o->b, at, o->b->scratch, err);
}

const char *view_day(struct outlook *o, int64_t day)
{
	size_t at = (uint64_t)day % DAYS_KEPT;
	char text[DATE_LEN + 1];

	if (!o->days[at].text || o->days[at].day != day) {
		date_format(text, date_from_days(day));
		o->days[at].text = arena_str(o->view->arena, text);
		o->days[at].day = day;
	}
	return o->days[at].text;
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
	const struct margin *m = &o->s.margins[d->task];
	double days = (double)m->slack / (double)DAY_TICKS;

	if (!o->s.slots[d->task].known) {
		comma(b);
		buf_str(b, "in a cycle, or waits for one");
	} else if (m->latest != NO_POINT) {
		comma(b);
		buf_printf(b, m->slack < 0 ? "%.1f working days late" :
			   "%.1f working days to spare",
			   days < 0 ? -days : days);
	}
}

/* "incident ab12 is open and keeps it from: complete"; "handoff ab12 is open until ..." */
static void say_packet(struct buf *b, const struct deed *d)
{
	const struct deed_record *r = d->record;
	const struct names *blocks = &r->packet->type->packet.blocks;
	const char *random = strrchr(r->packet->id, '-');
	size_t i;

	buf_printf(b, "%s %s is open", r->packet->type->name,
		   random ? random + 1 : r->packet->id);
	if (r->until)
		buf_printf(b, " until %s", r->until);
	for (i = 0; r->blocks && i < blocks->nr && i < NAMES_MAX; i++)
		buf_printf(b, "%s%s", i ? ", " : " and keeps it from: ", blocks->list[i]);
	if (r->blocks && blocks->nr > NAMES_MAX)
		buf_printf(b, " and %zu more", blocks->nr - NAMES_MAX);
}

/* `because`: whose priority it has. */
static const char *reason_of(const struct outlook *o, const struct deed *d,
			     const struct task *t, const struct task *because)
{
	size_t waiting = o->g.back_first[d->task + 1] - o->g.back_first[d->task];
	struct buf b = BUF_INIT;
	const char *text;

	if (d->record)
		say_packet(&b, d);
	if (d->no_due || d->no_prompt)
		buf_printf(&b, "lacks %s, and no gate decides about what changes yet",
			   !d->no_due ? "Prompt" : d->no_prompt ? "Due and Prompt" : "Due");
	if (d->gate && d->kind == DEED_REQUEST && d->state != GATE_NONE)
		buf_printf(&b, "gate '%s' is %s", d->gate->name,
			   gate_state_name((enum gate_state)d->state));
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
	text = buf_failed(&b) ? NULL : arena_str(o->b->scratch, b.data);
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

	if (d->record && d->record->by)
		return d->record->by;
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

static int tell_deed(struct ops_deed *out, struct outlook *o, const struct deed *d,
		     struct ops_error *err)
{
	const struct task *t, *because = NULL;
	int ret;

	arena_clear(o->b->scratch);
	ret = view_get(&t, o, d->task, err);
	if (ret == 0 && d->because != d->task)
		ret = view_get(&because, o, d->because, err);
	if (ret)
		return ret;
	out->task = t->id;
	out->title = t->title;
	out->status = t->status;
	out->priority = t->priority_name;
	out->agent = t->assigned_to;
	out->action = deed_action(d);
	out->type = "task";
	out->packet = d->record ? d->record->packet->id : NULL;
	out->gate = d->gate ? d->gate->name : NULL;
	out->who = who_of(o, d, t);
	out->reason = reason_of(o, d, t, because);
	out->waits = d->waits;
	out->due = t->due == NO_DAY ? NULL : view_day(o, t->due);
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
	struct paper *list = arena_room(arena, p->list, p->nr, &p->room, sizeof(*list));

	if (!list)
		return NULL;
	p->list = list;
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

int view_papers(struct papers *out, struct outlook *o, struct ops_findings *findings,
		struct ops_error *err)
{
	const struct config *config = o->b->config;
	struct collecting c = { out, o };
	size_t i;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (i = 0; ret == 0 && i < config->types_nr; i++)
		if (type_field(&config->types[i], "Next-Review") &&
		    !type_is(&config->types[i], "packet"))
			ret = world_each(o->view->world, &config->types[i], false, false, collect,
					 &c, findings, err);
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

static int tell_paper(struct ops_deed *out, struct outlook *o, const struct paper *p)
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

int ops_agenda_deed(struct ops_deed *out, const struct ops_agenda *agenda, size_t at,
		    struct ops_error *err)
{
	const struct told *t = (const struct told *)agenda;

	if (at < t->deeds_nr)
		return tell_deed(out, t->o, &t->deeds[at], err);
	return tell_paper(out, t->o, &t->papers[at - t->deeds_nr]) ? error_nomem(err) : 0;
}

struct asking {
	const struct ops_agenda **out;
	const char *agent;
	size_t max;
};

/* Of papers those that the agent may review. */
static size_t reviewable(struct papers *p, const struct agent *a)
{
	size_t i, nr = 0;

	for (i = 0; i < p->nr; i++)
		if (!a || may_review(a, &p->list[i]))
			p->list[nr++] = p->list[i];
	return nr;
}

/* The first `max` of what an agent can do. */
static int ask(struct ops_view *view, void *payload, struct ops_findings *findings,
	       struct ops_error *err)
{
	const struct asking *ask = payload;
	struct outlook *o = arena_alloc(view->arena, sizeof(*o));
	struct told *told = arena_alloc(view->arena, sizeof(*told));
	const struct agent *a;
	struct papers papers;
	struct agenda agenda;
	int ret = o && told ? view_outlook(o, view, true, findings, err) : error_nomem(err);

	if (ret)
		return ret;
	a = ask->agent ? roster_agent_named(o->b->roster, ask->agent) : NULL;
	if (ask->agent && !a)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not in the roster", ask->agent);
	ret = agenda_make(&agenda, o->b, &o->g, &o->s,
			  &(struct agenda_wish){ a, ask->max, false }, findings, err);
	if (ret == 0)
		ret = view_papers(&papers, o, findings, err);
	if (ret)
		return ret;
	papers.nr = reviewable(&papers, a);
	*told = (struct told){ { agenda.nr + papers.nr, agenda.all + papers.nr }, o,
			       agenda.deeds, agenda.nr, papers.list };
	if (ask->max && told->public.nr > ask->max)
		told->public.nr = ask->max;
	*ask->out = &told->public;
	return 0;
}

int ops_view_next(const struct ops_agenda **out, struct ops_view *view, const char *agent,
		  size_t max, struct ops_findings *findings, struct ops_error *err)
{
	return view_ask(view, ask, &(struct asking){ out, agent, max }, findings, err);
}
