/* SPDX-License-Identifier: MIT */
/*
 * "plan.reclaim": tasks whose assignee is gone go back to the queue (catalogue B13), with
 * a packet that says whose they were and how they stood.
 *
 * A task that is being handed on to somebody who is there is left to that handoff.
 */

#include <string.h>

#include "change/planning.h"
#include "model/handoff.h"
#include "util/buf.h"

/* Why it is nobody's any more; NULL when it is somebody's. */
static const char *gone(const struct board *b, const struct task *t)
{
	if ((t->work != WORK_ASSIGNED && t->work != WORK_STARTED &&
	     t->work != WORK_BLOCKED) || !t->assigned_to)
		return NULL;
	if (t->agent == NONE)
		return "is not in the roster";
	if (!b->workers[t->agent].agent->active)
		return "is not active";
	return b->workers[t->agent].works ? NULL : "does not work any more";
}

struct taking {
	struct planning_act *a;
	const struct task *task;
	struct packets packets;
	const char *why;
};

/* Whether an open handoff will bring it to somebody; one that cannot is cancelled. */
static int leave_to_handoff(bool *out, struct taking *k, struct ops_error *err)
{
	struct draft *d = k->a->d;
	struct ops_request q = { .action = "handoff.cancel", .target = k->task->path };
	const struct agent *to;
	struct handoff h;

	*out = false;
	handoff_open(&h, &k->packets, d->repo->now);
	if (!h.start)
		return 0;
	to = h.to ? roster_agent_named(d->roster, h.to) : NULL;
	*out = (h.state == HANDOFF_REQUESTED || h.state == HANDOFF_PACKAGED) && to &&
	       to->active && agent_holds(to, "work");
	if (*out)
		return 0;
	q.reason = k->why;
	return act_handoff(d, &q, err);
}

/* How far it was said to be. */
static int say_state(struct buf *out, const struct taking *k)
{
	const struct task *t = k->task;
	const struct ops_document *last = NULL;
	char day[DATE_LEN + 1];
	size_t i;

	buf_printf(out, "%s with %s, who %s.", t->status, t->assigned_to, k->why);
	if (t->started != NO_DAY) {
		date_format(day, date_from_days(t->started));
		buf_printf(out, " Started %s.", day);
	}
	if (t->due != NO_DAY) {
		date_format(day, date_from_days(t->due));
		buf_printf(out, " Due %s.", day);
	}
	if (t->blocked_reason)
		buf_printf(out, " Blocked: %s.", t->blocked_reason);
	for (i = 0; i < k->packets.nr; i++)
		if (!strcmp(k->packets.list[i]->type->name, "checkpoint"))
			last = k->packets.list[i];
	if (last) {
		const char *progress = document_text(last, "Progress");
		const char *gist = packet_gist(k->a->d->arena, last, 200);

		buf_printf(out, " Last checkpoint%s%s%s: %s", progress ? ", " : "",
			   progress ? progress : "", progress ? " %" : "",
			   gist ? gist : last->id);
	}
	return buf_failed(out) ? OPS_ENOMEM : 0;
}

static int reclaim(struct taking *k, struct ops_error *err)
{
	struct draft *d = k->a->d;
	struct ops_setting sections[2] = {
		{ "Current State", NULL },
		{ "Next", "Assign it; the packets and commits that name it say what was done." },
	};
	struct ops_request q = { .action = "reclaim", .target = k->task->path,
				 .sections = sections, .sections_nr = 2 };
	struct buf state = BUF_INIT;
	int ret = say_state(&state, k) ? error_nomem(err) : 0;

	if (ret == 0) {
		sections[0].value = arena_str(d->arena, state.data);
		q.reason = arena_printf(d->arena, "%s %s", k->task->assigned_to, k->why);
		if (!sections[0].value || !q.reason)
			ret = error_nomem(err);
	}
	buf_release(&state);
	if (ret)
		return ret;
	buf_printf(&d->body, "- %s is queued again\n", k->task->id);
	return act_transition(d, &q, err);
}

int planning_reclaim(struct planning_act *a, struct ops_error *err)
{
	struct board *b = a->board;
	int ret = 0;

	for (; ret == 0 && planning_goes_on(a, b->tasks_nr); a->run->at++) {
		struct taking k = { a, &b->tasks[a->run->at], { NULL, 0 }, NULL };
		bool left;

		k.why = gone(b, k.task);
		if (!k.why || planning_skips(a, k.task))
			continue;
		ret = world_packets(&k.packets.list, &k.packets.nr, a->d->now, k.task->id,
				    a->d->findings, err);
		if (ret == 0)
			ret = leave_to_handoff(&left, &k, err);
		if (ret == 0 && !left)
			ret = reclaim(&k, err);
	}
	return ret;
}
