/* SPDX-License-Identifier: MIT */
/*
 * How everything stands: counts, and what somebody should look at.
 *
 * Reads only.  Health is a count and no opinion: the part of the active tasks that are
 * neither blocked, nor stalled, nor late, nor waiting for what will never come.
 */

#include <stdlib.h>
#include <string.h>

#include "util/bitset.h"
#include "view/agenda.h"

#define WIDE 4096		/* tasks, from which on another layout pays */

/* The tasks of a list, in order of path, and the one that was told last. */
struct concerns {
	struct bitset tasks;
	size_t at, task;
};

/* A task that others wait for. */
struct blocker {
	uint32_t task, waiting;
	const char *id;
};

struct report {
	struct ops_status_report public;	/* first */
	struct outlook o;
	size_t max;			/* of what others wait for; 0: all */
	struct concerns concerns[OPS_CONCERN_BROKEN_DOWN];
	struct blocker *most;		/* the first `max`, or all, that most wait for */
	size_t most_nr, most_room;
	const struct ops_concern *wholes;
	struct ops_findings *findings;
};

static bool is_full(const struct report *r, size_t nr)
{
	return r->max && nr >= r->max;
}

static void add_concern(struct report *r, enum ops_concerns list, size_t task)
{
	bitset_add(&r->concerns[list].tasks, task);
	r->public.concerns[list]++;
}

/* Whether it waits for something that will never be complete. */
static bool is_stuck(const struct report *r, size_t task)
{
	const struct board *b = r->o.b;
	size_t i;

	for (i = b->links_first[task]; i < b->links_first[task + 1]; i++)
		if (b->links[i] == LINK_STUCK)
			return true;
	return !r->o.s.slots[task].known;
}

/* Whether a task in progress is stalled; then it is listed. */
static int look_at_progress(bool *stalled, struct report *r, size_t task,
			    struct ops_error *err)
{
	struct board *b = r->o.b;
	int64_t sign;
	int ret = task_last_sign(&sign, b, task, err);

	*stalled = ret == 0 && (sign == NO_POINT ||
				b->now - sign > b->planning->stalled);
	if (*stalled)
		add_concern(r, OPS_CONCERN_STALLED, task);
	return ret;
}

/* What most wait for comes first. */
static int compare_blockers(const void *a, const void *b)
{
	const struct blocker *x = a, *y = b;

	return x->waiting != y->waiting ?
	       (x->waiting < y->waiting) - (x->waiting > y->waiting) : strcmp(x->id, y->id);
}

/* Of equals the first stays before. */
static int look_at_blocker(struct report *r, size_t task, size_t waiting, struct ops_error *err)
{
	struct blocker one = { (uint32_t)task, (uint32_t)waiting, NULL }, *list;
	size_t at;

	r->public.concerns[OPS_CONCERN_WAITED_FOR]++;
	if (is_full(r, r->most_nr) && r->most[r->most_nr - 1].waiting > waiting)
		return 0;
	one.id = board_id(r->o.b, task);
	if (!one.id)
		return OPS_ENOTFOUND;
	if (is_full(r, r->most_nr) && compare_blockers(&one, &r->most[r->most_nr - 1]) >= 0)
		return 0;
	list = arena_room(r->o.b->arena, r->most, r->most_nr, &r->most_room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	r->most = list;
	r->most_nr += !is_full(r, r->most_nr);
	at = r->most_nr - 1;
	for (; r->max && at > 0 && compare_blockers(&one, &list[at - 1]) < 0; at--)
		list[at] = list[at - 1];
	list[at] = one;
	return 0;
}

static void sort_blockers(struct report *r)
{
	if (r->most_nr)
		qsort(r->most, r->most_nr, sizeof(*r->most), compare_blockers);
}

static int look_at(struct report *r, size_t task, struct ops_error *err)
{
	struct ops_status_report *out = &r->public;
	const struct job *j = &r->o.b->jobs[task];
	const struct slot *slot = &r->o.s.slots[task];
	size_t *const counts[] = { &out->queued, &out->assigned, &out->in_progress,
				   &out->review, &out->blocked };
	size_t waiting = r->o.g.back_first[task + 1] - r->o.g.back_first[task];
	bool stalled = false;
	bool late = slot_is_late(slot, j->due == JOB_NO_DAY ? NO_DAY : j->due);
	int ret = 0;

	if (j->work != WORK_OTHER)
		(*counts[j->work])++;
	out->critical += j->priority == 0 && j->flags & JOB_NAMED;
	out->cyclic += !slot->known;
	out->late += late;
	if (j->work == WORK_BLOCKED)
		add_concern(r, OPS_CONCERN_BLOCKED, task);
	if (waiting)
		ret = look_at_blocker(r, task, waiting, err);
	if (ret == 0 && j->work == WORK_STARTED)
		ret = look_at_progress(&stalled, r, task, err);
	if (late)
		add_concern(r, OPS_CONCERN_LATE, task);
	out->troubled += j->work == WORK_BLOCKED || stalled || late || is_stuck(r, task);
	return ret;
}

/* What is past its review; and with what is open the documents that nobody approved, of which
 * the list becomes. */
static int look_at_papers(struct papers *papers, struct report *r, struct ops_error *err)
{
	struct ops_expired *expired;
	size_t i, nr = 0;
	int ret = view_papers(papers, &r->o, r->findings, err);

	if (ret)
		return ret;
	r->public.unreadable += papers->unreadable;
	expired = arena_array(r->o.b->arena, papers->nr + 1, sizeof(*expired));
	if (!expired)
		return error_nomem(err);
	for (i = 0; i < papers->nr; i++) {
		const struct paper *p = &papers->list[i];

		if (p->due)
			expired[r->public.expired_nr++] =
				(struct ops_expired){ p->path, p->next_review };
		else
			papers->list[nr++] = *p;
	}
	papers->nr = nr;
	r->public.expired = expired;
	return 0;
}

/* Deeds of one kind, and papers, as something to be told. */
static const struct ops_agenda *tell(struct report *r, const struct agenda *agenda, bool gates,
				     const struct papers *papers)
{
	struct told *t = arena_alloc(r->o.b->arena, sizeof(*t));
	struct deed *list = arena_array(r->o.b->arena, agenda->nr + 1, sizeof(*list));
	size_t i;

	if (!t || !list)
		return NULL;
	t->o = &r->o;
	t->deeds = list;
	for (i = 0; i < agenda->nr; i++) {
		const struct deed *d = &agenda->deeds[i];
		bool decides = d->kind == DEED_DECIDE || d->kind == DEED_LIFT;

		if (gates ? decides : !decides && d->record)
			list[t->deeds_nr++] = *d;
	}
	t->papers = papers ? papers->list : NULL;
	t->public.nr = t->public.all = t->deeds_nr + (papers ? papers->nr : 0);
	return &t->public;
}

static int look_at_deeds(struct report *r, struct ops_error *err)
{
	const struct agenda_wish waiting = { NULL, 0, true };
	struct agenda agenda;
	struct papers papers;
	int ret = agenda_make(&agenda, r->o.b, &r->o.g, &r->o.s, &waiting, r->findings, err);

	if (ret == 0)
		ret = look_at_papers(&papers, r, err);
	if (ret)
		return ret;
	r->public.gates = tell(r, &agenda, true, NULL);
	r->public.open = tell(r, &agenda, false, &papers);
	return r->public.gates && r->public.open ? 0 : error_nomem(err);
}

static int fill(struct report *r, struct ops_error *err)
{
	struct board *b = r->o.b;
	const struct type *type = config_type(b->config, "task");
	struct ops_status_report *out = &r->public;
	size_t i;
	int ret = 0;

	out->active = b->tasks_nr;
	out->unreadable = b->unreadable;
	for (i = 0; i < OPS_CONCERN_BROKEN_DOWN; i++)
		if (bitset_init(&r->concerns[i].tasks, b->arena, b->tasks_nr + 1))
			return error_nomem(err);
	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		ret = look_at(r, i, err);
	sort_blockers(r);
	if (ret == 0)
		ret = look_at_deeds(r, err);
	if (ret == 0)
		ret = view_wholes(&r->wholes, &out->concerns[OPS_CONCERN_BROKEN_DOWN], b,
				  r->findings, err);
	if (ret)
		return ret;
	/* A commit writes the whole list of a directory that it changes. */
	if (type && type->place && out->active > WIDE && !type_is_sharded(type, type->place))
		out->advice = "so many active tasks in one directory make every commit slow: "
			      "see ops-relocate(1)";
	out->health = out->active ? 1 - (double)out->troubled / (double)out->active : 1;
	return 0;
}

/* --- telling it --- */

static int say_stalled(const char **out, struct report *r, size_t task, struct ops_error *err)
{
	char time[DATE_TIME_LEN + 1];
	int64_t sign;
	int ret = task_last_sign(&sign, r->o.b, task, err);

	if (ret)
		return ret;
	*out = "no sign of life";
	if (sign != NO_POINT) {
		date_time_format(time, sign);
		*out = arena_printf(r->o.b->scratch, "last sign of life %s", time);
	}
	return 0;
}

static const char *say_late(struct report *r, size_t task)
{
	const char *due = view_day(&r->o, r->o.b->jobs[task].due);
	const char *end = view_day(&r->o, slot_last_day(&r->o.s.slots[task]));

	return due && end ? arena_printf(r->o.b->scratch, "due %s, can be done by %s", due,
					 end) : NULL;
}

/* What is told is nearly always the next one. */
static size_t task_of(struct report *r, enum ops_concerns list, size_t at)
{
	struct concerns *all = &r->concerns[list];

	if (list == OPS_CONCERN_WAITED_FOR)
		return r->most[at].task;
	if (at < all->at || !at) {
		all->at = 0;
		all->task = bitset_next(&all->tasks, 0);
	}
	for (; all->at < at; all->at++)
		all->task = bitset_next(&all->tasks, all->task + 1);
	return all->task;
}

int ops_status_concern(struct ops_concern *out, const struct ops_status_report *report,
		       enum ops_concerns list, size_t at, struct ops_error *err)
{
	struct report *r = (struct report *)(size_t)report;
	const struct task *t;
	size_t task;
	int ret;

	if (list == OPS_CONCERN_BROKEN_DOWN) {
		*out = r->wholes[at];
		return 0;
	}
	task = task_of(r, list, at);
	arena_clear(r->o.b->scratch);
	ret = view_get(&t, &r->o, task, err);
	if (ret)
		return ret;
	*out = (struct ops_concern){ .task = t->id, .title = t->title, .status = t->status,
				     .agent = t->assigned_to };
	if (list == OPS_CONCERN_WAITED_FOR)
		out->count = r->most[at].waiting;
	if (list == OPS_CONCERN_BLOCKED)
		out->what = t->blocked_reason ? t->blocked_reason : "without a reason";
	else if (list == OPS_CONCERN_STALLED)
		ret = say_stalled(&out->what, r, task, err);
	else if (list == OPS_CONCERN_LATE)
		out->what = say_late(r, task);
	else
		out->what = arena_printf(r->o.b->scratch, "%zu wait%s for it", out->count,
					 out->count > 1 ? "" : "s");
	return ret ? ret : out->what ? 0 : error_nomem(err);
}

struct asking {
	const struct ops_status_report **out;
	size_t max;
};

static int ask(struct ops_view *view, void *payload, struct ops_findings *findings,
	       struct ops_error *err)
{
	const struct asking *a = payload;
	struct report *r = arena_alloc(view->arena, sizeof(*r));
	int ret = r ? view_outlook(&r->o, view, true, findings, err) : error_nomem(err);

	if (ret)
		return ret;
	r->max = a->max;
	r->findings = findings;
	ret = fill(r, err);
	if (ret == 0)
		*a->out = &r->public;
	return ret;
}

int ops_view_status(const struct ops_status_report **out, struct ops_view *view, size_t max,
		    struct ops_findings *findings, struct ops_error *err)
{
	return view_ask(view, ask, &(struct asking){ out, max }, findings, err);
}
