/* SPDX-License-Identifier: MIT */
/*
 * The agenda: deeds, who can do them, and their order.
 *
 * Gates are evaluated only where somebody is asked for that the answer can be for, since
 * that reads every packet of a task.
 */

#include "model/agenda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/map.h"
#include "util/path.h"

const char *const deed_names[] = { "request", "decide", "lift", "assign", "accept",
				   "start", "continue", "complete", "unblock" };

struct making {
	const struct board *b;
	const struct graph *g;
	const struct schedule *s;
	const struct agent *agent;
	const struct type *type;
	struct deed *deeds;
	size_t nr;
	unsigned *gravest;
	size_t *because;
	struct emergencies emergencies;
	struct ops_findings *findings;
};

/* Whether the agent that is asked about is one of these. */
static bool may(const struct making *m, const struct names *powers, const struct task *t)
{
	size_t i;

	if (!m->agent)
		return true;
	for (i = 0; i < powers->nr; i++) {
		if (!strcmp(powers->list[i], "assignee") ? t->agent != NONE &&
		    m->b->workers[t->agent].agent == m->agent :
		    agent_holds(m->agent, powers->list[i]))
			return true;
	}
	return false;
}

static const struct names *powers_of(const struct making *m, const char *action)
{
	static const struct names nobody = { NULL, 0 };
	size_t i;

	for (i = 0; m->type && i < m->type->transitions_nr; i++)
		if (!strcmp(m->type->transitions[i].action, action))
			return &m->type->transitions[i].by;
	return &nobody;
}

/* The emergency that refuses a deed, if it is a transition. */
static int find_paused(struct deed *d, const struct making *m, struct ops_error *err)
{
	const struct task *t = &m->b->tasks[d->task];
	struct ops_document *doc;
	int ret;

	if (!m->emergencies.nr || d->powers != powers_of(m, deed_names[d->kind]))
		return 0;
	ret = world_document(&doc, m->b->world, t->path, m->findings, err);
	if (ret == 0)
		d->paused = emergency_refusing(&m->emergencies, deed_names[d->kind], doc);
	return ret;
}

static int add(struct making *m, size_t task, enum deed_kind kind,
	       const struct names *powers, struct ops_error *err)
{
	struct deed *d = &m->deeds[m->nr];
	int ret;

	if (!may(m, powers, &m->b->tasks[task]))
		return 0;
	memset(d, 0, sizeof(*d));
	d->task = task;
	d->kind = kind;
	d->powers = powers;
	d->priority = m->gravest[task];
	d->because = m->because[task];
	ret = find_paused(d, m, err);
	d->waits = d->paused || graph_waits(m->g, task);
	m->nr++;
	return ret;
}

static int add_gate(struct making *m, size_t task, const struct gate_status *s,
		    struct ops_document *d, struct ops_error *err)
{
	struct names *power = arena_alloc(m->b->arena, sizeof(*power));
	enum deed_kind kind = s->state == GATE_REQUESTED ? DEED_DECIDE :
			      s->state == GATE_BLOCKED ? DEED_LIFT : DEED_REQUEST;
	const char *how = NULL;
	size_t nr = m->nr;
	int ret = 0;

	if (!power || names_add(power, m->b->arena, s->gate->power))
		return error_nomem(err);
	if (m->agent && kind == DEED_DECIDE && agent_holds(m->agent, s->gate->power))
		ret = gate_contributor(&how, d, m->b->world, m->b->roster, m->agent,
				       m->findings, err);
	if (ret || how)
		return ret;	/* nobody decides about their own work */
	ret = add(m, task, kind, kind == DEED_REQUEST ? &s->gate->request_by : power, err);
	if (m->nr > nr) {
		m->deeds[nr].gate = s->gate;
		m->deeds[nr].state = s->state;
	}
	return ret;
}

/* Whether the agent that is asked about could do anything at the gates of a task. */
static bool concerned(const struct making *m, const struct task *t, const char *after)
{
	size_t i;

	if (!m->agent || may(m, powers_of(m, after), t))
		return true;
	for (i = 0; i < m->b->config->gates_nr; i++) {
		const struct gate *g = &m->b->config->gates[i];

		if (names_have(&g->states, t->status) &&
		    (may(m, &g->request_by, t) || agent_holds(m->agent, g->power)))
			return true;
	}
	return false;
}

/* The first gate of its status that is not approved, or what comes after them all. */
static int add_gated(struct making *m, size_t task, enum deed_kind after,
		     const char *action, struct ops_error *err)
{
	const struct board *b = m->b;
	const struct task *t = &b->tasks[task];
	struct ops_document *const *packets;
	struct ops_document *d = NULL;
	struct gate_status s;
	size_t i, nr;
	int ret;

	if (!concerned(m, t, action))
		return 0;
	ret = world_packets(&packets, &nr, b->world, t->id, m->findings, err);
	for (i = 0; ret == 0 && i < b->config->gates_nr; i++) {
		memset(&s, 0, sizeof(s));
		s.gate = &b->config->gates[i];
		if (!names_have(&s.gate->states, t->status))
			continue;
		/* Where nothing is recorded, nothing was asked. */
		if (nr && !d)
			ret = world_document(&d, b->world, t->path, m->findings, err);
		if (ret == 0 && nr)
			ret = gate_evaluate(&s, s.gate, d, b->world, b->world,
					    m->findings, err);
		if (ret)
			return ret;
		if (s.state != GATE_APPROVED)
			return add_gate(m, task, &s, d, err);
	}
	return ret ? ret : add(m, task, after, powers_of(m, action), err);
}

static int add_task(struct making *m, size_t task, struct ops_error *err)
{
	const struct task *t = &m->b->tasks[task];

	switch (t->work) {
	case WORK_QUEUED:
		return add_gated(m, task, DEED_ASSIGN, "assign", err);
	case WORK_REVIEW:
		return add_gated(m, task, DEED_COMPLETE, "complete", err);
	case WORK_ASSIGNED:
		if (t->accepted)
			return add(m, task, DEED_START, powers_of(m, "start"), err);
		return add(m, task, DEED_ACCEPT, powers_of(m, "accept"), err);
	case WORK_STARTED:
		return add(m, task, DEED_CONTINUE, powers_of(m, "submit"), err);
	case WORK_BLOCKED:
		return add(m, task, DEED_UNBLOCK, powers_of(m, "unblock"), err);
	case WORK_OTHER:
		return 0;
	}
	return 0;
}

/* What waits for a task lends it its priority: from those that nothing waits for, back. */
static void inherit(struct making *m)
{
	const struct graph *g = m->g;
	size_t i, k;

	for (i = 0; i < m->b->tasks_nr; i++) {
		m->gravest[i] = m->b->tasks[i].priority;
		m->because[i] = i;
	}
	for (i = g->order_nr; i > 0; i--) {
		size_t task = g->order[i - 1];

		for (k = g->first[task]; k < g->first[task + 1]; k++)
			if (m->gravest[task] < m->gravest[g->to[k]]) {
				m->gravest[g->to[k]] = m->gravest[task];
				m->because[g->to[k]] = m->because[task];
			}
	}
}

static int compare_deeds(const void *a, const void *b, void *payload)
{
	const struct making *m = payload;
	const struct deed *x = a, *y = b;
	const struct slot *s = &m->s->slots[x->task], *t = &m->s->slots[y->task];
	size_t p, q;

	if (x->waits != y->waits)
		return x->waits ? 1 : -1;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if ((s->latest == NO_POINT) != (t->latest == NO_POINT))
		return s->latest == NO_POINT ? 1 : -1;
	if (s->slack != t->slack)
		return s->slack < t->slack ? -1 : 1;
	p = m->g->back_first[x->task + 1] - m->g->back_first[x->task];
	q = m->g->back_first[y->task + 1] - m->g->back_first[y->task];
	if (p != q)
		return p > q ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

int agenda_make(struct agenda *out, const struct graph *g, const struct schedule *s,
		const struct agent *agent, struct ops_findings *findings,
		struct ops_error *err)
{
	const struct board *b = g->b;
	struct making m = { 0 };
	size_t i;
	int ret = 0;

	m.b = b;
	m.g = g;
	m.s = s;
	m.agent = agent;
	m.findings = findings;
	m.type = config_type(b->config, "task");
	m.deeds = arena_array(b->arena, b->tasks_nr + 1, sizeof(*m.deeds));
	m.gravest = arena_array(b->arena, b->tasks_nr + 1, sizeof(*m.gravest));
	m.because = arena_array(b->arena, b->tasks_nr + 1, sizeof(*m.because));
	if (!m.deeds || !m.gravest || !m.because)
		return error_nomem(err);
	inherit(&m);
	ret = emergencies_find(&m.emergencies, b->world, findings, err);
	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		ret = add_task(&m, i, err);
	if (ret)
		return ret;
	qsort_r(m.deeds, m.nr, sizeof(*m.deeds), compare_deeds, &m);
	out->deeds = m.deeds;
	out->nr = m.nr;
	return 0;
}

/* When a packet was made whose kind an assignee makes; NO_POINT for others.  Its name is
 * <YYYYMMDD>T<HHMMSS>Z-<kind>-<random>. */
static int64_t sign_of(const struct board *b, const char *name)
{
	const struct type *kind;
	const char *stem, *end;
	char text[64], time[DATE_TIME_LEN + 1];
	size_t len = path_stem(name, &stem);
	int64_t at;

	for (end = stem + len; end > stem && *end != '-'; end--)
		;
	if (len < 19 || stem[16] != '-' || end <= stem + 17 ||
	    (size_t)(end - stem) - 17 >= sizeof(text))
		return NO_POINT;
	memcpy(text, stem + 17, (size_t)(end - stem) - 17);
	text[end - stem - 17] = '\0';
	kind = config_type(b->config, text);
	if (!kind || !names_have(&kind->create, "assignee"))
		return NO_POINT;
	(void)snprintf(time, sizeof(time), "%.4s-%.2s-%.5s:%.2s:%.3s", stem, stem + 4,
		       stem + 6, stem + 11, stem + 13);
	return date_time_parse(&at, time) ? at : NO_POINT;
}

/* Of which tasks there are packets: one directory tells, instead of one for each task. */
static int read_recorded(struct board *b, struct ops_error *err)
{
	struct map *map = map_new(b->arena);
	struct snap_entry *list;
	size_t i, nr;
	int ret = map ? snap_list(&list, &nr, world_snap(b->world),
				  config_directory(b->config, "packets"), b->arena, err) :
		  error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		if (map_put(map, list[i].name, map))
			ret = error_nomem(err);
	if (ret == 0)
		b->recorded = map;
	return ret;
}

int task_last_sign(int64_t *out, struct board *b, const struct task *t,
		   struct ops_error *err)
{
	struct snap_entry *list;
	const char *dir;
	int64_t sign;
	size_t i, nr = 0;
	int ret = b->recorded ? 0 : read_recorded(b, err);

	if (ret == 0 && map_has(b->recorded, t->id)) {
		dir = arena_printf(b->arena, "%s/%s", config_directory(b->config, "packets"),
				   t->id);
		ret = dir ? snap_list(&list, &nr, world_snap(b->world), dir, b->arena, err) :
		      error_nomem(err);
	}
	if (ret)
		return ret;
	*out = t->started == NO_DAY ? NO_POINT : t->started * DAY_TICKS;
	for (i = 0; i < nr; i++) {
		sign = sign_of(b, list[i].name);
		if (sign > *out)
			*out = sign;
	}
	return 0;
}
