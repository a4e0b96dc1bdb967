/* SPDX-License-Identifier: MIT */
/*
 * The agenda: deeds, who can do them, and their order.
 *
 * Gates are evaluated only where somebody is asked for that the answer can be for, since
 * that reads every packet of a task.
 */

#include "model/agenda.h"

#include <stdlib.h>
#include <string.h>

#include "model/board_inside.h"
#include "model/handoff.h"

/* What each deed is called, and the action that it ends in, which may be kept from. */
static const struct {
	const char *name, *action;
} kinds[] = {
	{ "request", NULL }, { "decide", NULL }, { "lift", NULL }, { "assign", "assign" },
	{ "accept", "accept" }, { "start", "start" }, { "continue", "submit" },
	{ "complete", "complete" }, { "unblock", "unblock" }, { "edit", NULL },
	{ NULL, NULL }
};

struct making {
	struct board *b;
	const struct graph *g;
	const struct schedule *s;
	const struct agent *agent;
	const struct type *type;
	struct packets open;	/* of the task at hand, when some may be open */
	struct deed *deeds;	/* with `max` a heap, the last of them on top */
	size_t nr, room, all, max;
	bool waiting;
	uint16_t *gravest;
	uint32_t *because;
	struct names *deciders;	/* of each gate: who decides about it */
	struct emergencies emergencies;
	const struct names *accept, *start, *submit, *unblock;	/* who may do these */
	struct ops_findings *findings;
};

/* Whether the agent that is asked about is one of these. */
static bool may(const struct making *m, const struct names *powers, size_t task)
{
	uint32_t assignee = m->b->jobs[task].agent;
	size_t i;

	if (!m->agent)
		return true;
	for (i = 0; i < powers->nr; i++) {
		if (!strcmp(powers->list[i], "assignee") ? assignee != JOB_NOBODY &&
		    m->b->workers[assignee].agent == m->agent :
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

/* Whether something that is open about the task keeps it from an action. */
static bool kept_from(const struct making *m, const char *action)
{
	size_t i;

	for (i = 0; action && i < m->open.nr; i++)
		if (packet_blocks(&m->open, m->open.list[i], action))
			return true;
	return false;
}

static struct deed deed_of(const struct making *m, size_t task, enum deed_kind kind,
			   const struct names *powers)
{
	return (struct deed){ .task = (uint32_t)task, .kind = (uint8_t)kind, .powers = powers,
			      .because = m->because[task], .waits = graph_waits(m->g, task) };
}

#define SLACK_BITS 46		/* enough for all ticks of the calendar, and a sign */

/* What does not wait comes first, then the gravest, then what some due date waits for, and of
 * that what has the least slack. */
static uint64_t rank_of(const struct making *m, const struct deed *d)
{
	const struct margin *s = &m->s->margins[d->task];

	return (uint64_t)d->waits << (SLACK_BITS + 17) |
	       (uint64_t)m->gravest[d->task] << (SLACK_BITS + 1) |
	       (uint64_t)(s->latest == NO_POINT) << SLACK_BITS |
	       (uint64_t)(s->slack + (INT64_C(1) << (SLACK_BITS - 1)));
}

const char *deed_action(const struct deed *d)
{
	return d->record ? d->record->action : kinds[d->kind].name;
}

struct asked {
	struct deed *deed;
	const struct emergencies *emergencies;
};

static int ask_emergencies(struct ops_document *task, void *payload, struct ops_error *err)
{
	struct asked *a = payload;

	(void)err;
	if (task->doc)
		a->deed->paused = emergency_refusing(a->emergencies, deed_action(a->deed), task);
	return 0;
}

/* The emergency that refuses a deed, if it is a transition.  The task is looked at, not kept:
 * this may be asked about every one. */
static int find_paused(struct deed *d, const struct making *m, struct ops_error *err)
{
	struct asked asked = { .deed = d, .emergencies = &m->emergencies };
	const struct task *t;
	int ret;

	if (d->powers != powers_of(m, deed_action(d)) ||
	    !emergencies_refuse(&m->emergencies, deed_action(d)))
		return 0;
	arena_clear(m->b->scratch);
	ret = board_get(&t, m->b, d->task, m->b->scratch, err);
	if (ret == 0)
		ret = world_at(m->b->world, m->type, t->path, ask_emergencies, &asked,
			       m->findings, err);
	d->waits = d->waits || d->paused;
	return ret;
}

static int compare_deeds(const void *a, const void *b, void *payload);
/* Put it at a place of the heap, or below it. */
static void sink(struct making *m, size_t at, const struct deed *d)
{
	size_t down;

	while ((down = 2 * at + 1) < m->nr) {
		if (down + 1 < m->nr &&
		    compare_deeds(&m->deeds[down + 1], &m->deeds[down], m) > 0)
			down++;
		if (compare_deeds(&m->deeds[down], d, m) < 0)
			break;
		m->deeds[at] = m->deeds[down];
		at = down;
	}
	m->deeds[at] = *d;
}

/* Count a deed, and keep it if it is among the first that are wanted. */
static int put(struct making *m, struct deed *d, struct ops_error *err)
{
	struct deed *list;
	size_t at;

	m->all++;
	d->rank = rank_of(m, d);
	if (m->max && m->nr == m->max) {
		if (compare_deeds(d, &m->deeds[0], m) < 0)
			sink(m, 0, d);
		return 0;
	}
	list = arena_room(m->b->arena, m->deeds, m->nr, &m->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	m->deeds = list;
	m->deeds[m->nr++] = *d;
	for (at = m->nr == m->max ? m->nr / 2 : 0; at > 0; at--) {
		struct deed one = m->deeds[at - 1];

		sink(m, at - 1, &one);
	}
	return 0;
}

/* A deed of a kind, unless who is asked about cannot, or what is open keeps it from that. */
static int add(struct making *m, struct deed *d, struct ops_error *err)
{
	int ret;

	if (m->waiting && d->kind != DEED_DECIDE && d->kind != DEED_LIFT)
		return 0;
	if ((m->agent && !may(m, d->powers, d->task)) || kept_from(m, kinds[d->kind].action))
		return 0;
	if (!m->emergencies.nr)
		return put(m, d, err);
	ret = find_paused(d, m, err);
	return ret ? ret : put(m, d, err);
}

static int add_plain(struct making *m, size_t task, enum deed_kind kind,
		     const struct names *powers, struct ops_error *err)
{
	struct deed d;

	if (m->waiting || !may(m, powers, task))
		return 0;
	d = deed_of(m, task, kind, powers);
	return add(m, &d, err);
}

static int add_gate(struct making *m, size_t task, const struct gate_status *s,
		    struct ops_document *d, struct world *recorded, struct ops_error *err)
{
	struct names *power = &m->deciders[s->gate - m->b->config->gates];
	enum deed_kind kind = s->state == GATE_REQUESTED ? DEED_DECIDE :
			      s->state == GATE_BLOCKED ? DEED_LIFT : DEED_REQUEST;
	const char *how = NULL;
	struct deed deed;
	int ret = 0;

	if (!power->nr && names_add(power, m->b->arena, s->gate->power))
		return error_nomem(err);
	if (m->agent && kind == DEED_DECIDE && agent_holds(m->agent, s->gate->power))
		ret = gate_contributor(&how, d, recorded, m->b->roster, m->agent,
				       m->findings, err);
	if (ret || how)
		return ret;	/* nobody decides about their own work */
	deed = deed_of(m, task, kind, kind == DEED_REQUEST ? &s->gate->request_by : power);
	deed.gate = s->gate;
	deed.state = (uint8_t)s->state;
	return add(m, &deed, err);
}

/* Whether the agent that is asked about could do anything at the gates of a task. */
static bool concerned(const struct making *m, size_t task, const char *after)
{
	const char *status = work_name((enum work)m->b->jobs[task].work);
	size_t i;

	if (!m->agent || may(m, powers_of(m, after), task))
		return true;
	for (i = 0; i < m->b->config->gates_nr; i++) {
		const struct gate *g = &m->b->config->gates[i];

		if (status && names_have(&g->states, status) &&
		    (may(m, &g->request_by, task) || agent_holds(m->agent, g->power)))
			return true;
	}
	return false;
}

/* A task as a document of a world. */
static int task_document(struct ops_document **out, struct making *m, size_t task,
			 struct world *w, struct ops_error *err)
{
	const struct task *t;
	int ret;

	arena_clear(m->b->scratch);
	ret = board_get(&t, m->b, task, m->b->scratch, err);
	return ret ? ret : world_document(out, w, t->path, m->findings, err);
}

/* The first gate of its status that is not approved, or what comes after them all.  `recorded`:
 * the world that its packets are read from. */
static int pass_gates(struct making *m, size_t task, enum deed_kind after,
		      const char *action, struct world *recorded, struct ops_error *err)
{
	struct board *b = m->b;
	const char *status = work_name((enum work)b->jobs[task].work);
	struct ops_document *const *packets;
	struct ops_document *d = NULL;
	struct gate_status s;
	size_t i, nr = 0;
	const char *id = b->jobs[task].flags & JOB_RECORDED ? board_id(b, task) : NULL;
	int ret = !id && b->jobs[task].flags & JOB_RECORDED ? OPS_ENOTFOUND : 0;

	if (id)
		ret = world_packets(&packets, &nr, recorded, id, m->findings, err);
	for (i = 0; ret == 0 && i < b->config->gates_nr; i++) {
		memset(&s, 0, sizeof(s));
		s.gate = &b->config->gates[i];
		if (!status || !names_have(&s.gate->states, status))
			continue;
		/* Where nothing is recorded, nothing was asked. */
		if (nr && !d)
			ret = task_document(&d, m, task, recorded, err);
		if (ret == 0 && nr)
			ret = gate_evaluate(&s, s.gate, d, recorded, b->world,
					    m->findings, err);
		if (ret)
			return ret;
		if (s.state != GATE_APPROVED)
			return add_gate(m, task, &s, d, recorded, err);
	}
	return ret ? ret : add_plain(m, task, after, powers_of(m, action), err);
}

static int add_gated(struct making *m, size_t task, enum deed_kind after,
		     const char *action, struct ops_error *err)
{
	struct world *w = m->b->world, *once = NULL;
	int ret = 0;

	/* Where nothing is recorded, nothing waits for a decision. */
	if (!concerned(m, task, action) ||
	    (m->waiting && !(m->b->jobs[task].flags & JOB_RECORDED)))
		return 0;
	/* What is open has been read, and stays; the rest is looked at here only. */
	if (!m->open.nr && m->b->jobs[task].flags & JOB_RECORDED)
		ret = world_open_aside(&once, w, err);
	if (ret == 0)
		ret = pass_gates(m, task, after, action, once ? once : w, err);
	world_close(once);
	return ret;
}

static bool is_required(const struct making *m, const char *field, const char *state)
{
	const struct field *f = m->type ? type_field(m->type, field) : NULL;

	return f && (f->required || names_have(&f->required_in, state));
}

/* Whether the header lacks what an assignment needs, and what. */
static bool lacks(bool *due, bool *prompt, const struct making *m, const struct job *j)
{
	size_t i;

	*due = *prompt = false;

	for (i = 0; m->type && i < m->type->transitions_nr; i++)
		if (!strcmp(m->type->transitions[i].action, "assign"))
			break;
	if (!m->type || i == m->type->transitions_nr)
		return false;
	*due = j->due == JOB_NO_DAY && is_required(m, "Due", m->type->transitions[i].to);
	*prompt = !(j->flags & JOB_PROMPT) &&
		  is_required(m, "Prompt", m->type->transitions[i].to);
	return *due || *prompt;
}

static int add_queued(struct making *m, size_t task, struct ops_error *err)
{
	bool due, prompt;
	struct deed d;

	if (!lacks(&due, &prompt, m, &m->b->jobs[task]))
		return add_gated(m, task, DEED_ASSIGN, "assign", err);
	d = deed_of(m, task, DEED_EDIT, &m->type->edit);
	d.no_due = due;
	d.no_prompt = prompt;
	return add(m, &d, err);
}

/* --- what is open --- */

/* Packets are read where the name of one says that it may be open. */
static int read_open(struct making *m, struct board *b, size_t task, struct ops_error *err)
{
	struct snap_entry *list = NULL;
	const struct type *kind;
	const char *id;
	size_t i, nr = 0;
	int ret = 0;

	m->open.nr = 0;
	if (!(b->jobs[task].flags & JOB_RECORDED))
		return 0;
	id = board_id(b, task);
	ret = id ? board_list_recorded(&list, &nr, b, id, err) : OPS_ENOTFOUND;
	for (i = 0; ret == 0 && i < nr; i++) {
		kind = packet_kind_of_file(b->config, list[i].name);
		if (kind && kind->packet.until.nr)
			return world_packets(&m->open.list, &m->open.nr, b->world, id,
					     m->findings, err);
	}
	return ret;
}

static int add_record(struct making *m, size_t task, const struct ops_document *p,
		      const char *action, const struct names *powers, const char *by,
		      const char *until, struct ops_error *err)
{
	struct deed d = deed_of(m, task, DEED_RECORD, powers);
	struct deed_record *record;

	if (m->agent && by ? strcmp(m->agent->id, by) != 0 : !may(m, powers, task))
		return 0;
	record = arena_alloc(m->b->arena, sizeof(*record));
	if (!record)
		return error_nomem(err);
	*record = (struct deed_record){ p, action, until, by,
					packet_blocks(&m->open, p, NULL) };
	d.record = record;
	return put(m, &d, err);
}

/* Whether the agent that is asked about is this one, or another name of the same person. */
static bool is_person(const struct making *m, const char *name)
{
	const struct agent *a = m->agent && name ? roster_agent_named(m->b->roster, name) : NULL;

	return a && a->principal == m->agent->principal;
}

/* Who has the next step of a handoff; a side of it that has none is told how it stands. */
static int add_handoff(struct making *m, size_t task, const struct ops_document *p,
		       struct ops_error *err)
{
	static const char *const owner[] = { "assignee" };
	static const struct names owners = { (const char **)(size_t)owner, 1 }, none = { NULL, 0 };
	const struct type *mediation = config_type(m->b->config, HANDOFF_EXTENSION);
	struct handoff h;

	handoff_read(&h, &m->open, p, m->b->now);
	switch (h.state) {
	case HANDOFF_REQUESTED:
		if (is_person(m, h.to))
			return add_record(m, task, p, "handoff status", &none, m->agent->id,
					  h.deadline, err);
		return add_record(m, task, p, "handoff package", &owners, NULL, h.deadline,
				  err);
	case HANDOFF_PACKAGED:
		return add_record(m, task, p, "handoff accept", &none, h.to, NULL, err);
	case HANDOFF_LATE:
	case HANDOFF_REJECTED:
		/* Neither mediates, whatever their powers. */
		if (is_person(m, h.to) || is_person(m, h.owner))
			return add_record(m, task, p, "handoff status", &none, m->agent->id,
					  h.deadline, err);
		return !mediation ? 0 : add_record(m, task, p, "handoff mediate",
						   &mediation->create, NULL,
						   h.deadline, err);
	default:
		return 0;
	}
}

static int add_open(struct making *m, size_t task, struct ops_error *err)
{
	const struct type *reply;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < m->open.nr; i++) {
		const struct ops_document *p = m->open.list[i];

		if (!packet_is_open(&m->open, p))
			continue;
		reply = config_type(m->b->config, p->type->packet.until.list[0]);
		if (type_is(p->type, HANDOFF))
			ret = add_handoff(m, task, p, err);
		else if (reply && !(names_have(&reply->packet.not_by, "asker") &&
				    is_person(m, document_text(p, "From"))))
			ret = add_record(m, task, p, reply->name, &reply->create, NULL, NULL,
					 err);
	}
	return ret;
}

static int add_work(struct making *m, size_t task, struct ops_error *err)
{
	const struct job *j = &m->b->jobs[task];

	switch ((enum work)j->work) {
	case WORK_QUEUED:
		return add_queued(m, task, err);
	case WORK_REVIEW:
		return add_gated(m, task, DEED_COMPLETE, "complete", err);
	case WORK_ASSIGNED:
		return j->flags & JOB_ACCEPTED ?
		       add_plain(m, task, DEED_START, m->start, err) :
		       add_plain(m, task, DEED_ACCEPT, m->accept, err);
	case WORK_STARTED:
		return add_plain(m, task, DEED_CONTINUE, m->submit, err);
	case WORK_BLOCKED:
		return add_plain(m, task, DEED_UNBLOCK, m->unblock, err);
	case WORK_OTHER:
		return 0;
	}
	return 0;
}

static int add_task(struct making *m, struct board *b, size_t task, struct ops_error *err)
{
	int ret = read_open(m, b, task, err);

	if (ret == 0 && m->open.nr)
		ret = add_open(m, task, err);
	return ret ? ret : add_work(m, task, err);
}

/* --- order --- */

/* What waits for a task lends it its priority: from those that nothing waits for, back. */
static void inherit(struct making *m)
{
	const struct graph *g = m->g;
	size_t i, k;

	for (i = 0; i < m->b->tasks_nr; i++) {
		m->gravest[i] = m->b->jobs[i].priority;
		m->because[i] = (uint32_t)i;
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
	size_t p, q;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	p = m->g->back_first[x->task + 1] - m->g->back_first[x->task];
	q = m->g->back_first[y->task + 1] - m->g->back_first[y->task];
	if (p != q)
		return p > q ? -1 : 1;
	return x->task != y->task ? (x->task > y->task) - (x->task < y->task) :
	       (x->kind == DEED_RECORD) != (y->kind == DEED_RECORD) ?
	       (y->kind == DEED_RECORD) - (x->kind == DEED_RECORD) :
	       x->record ? strcmp(x->record->packet->path, y->record->packet->path) : 0;
}

/* Where every task has its deed there is room for them from the beginning. */
static int expect_all(struct making *m, const struct agenda_wish *wish)
{
	if (wish->agent || wish->max || wish->waiting)
		return 0;
	m->room = m->b->tasks_nr + 1;
	m->deeds = arena_array(m->b->arena, m->room, sizeof(*m->deeds));
	return m->deeds ? 0 : OPS_ENOMEM;
}

int agenda_make(struct agenda *out, struct board *b, const struct graph *g,
		const struct schedule *s, const struct agenda_wish *wish,
		struct ops_findings *findings, struct ops_error *err)
{
	struct making m = { .b = b, .g = g, .s = s, .agent = wish->agent, .max = wish->max,
			    .waiting = wish->waiting,
			    .findings = findings };
	size_t i;
	int ret;

	m.type = config_type(b->config, "task");
	m.gravest = arena_space(b->arena, b->tasks_nr + 1, sizeof(*m.gravest));
	m.because = arena_space(b->arena, b->tasks_nr + 1, sizeof(*m.because));
	m.deciders = arena_array(b->arena, b->config->gates_nr + 1, sizeof(*m.deciders));
	if (!m.gravest || !m.because || !m.deciders || expect_all(&m, wish))
		return error_nomem(err);
	m.accept = powers_of(&m, "accept");
	m.start = powers_of(&m, "start");
	m.submit = powers_of(&m, "submit");
	m.unblock = powers_of(&m, "unblock");
	inherit(&m);
	ret = emergencies_find(&m.emergencies, b->world, findings, err);
	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		ret = add_task(&m, b, i, err);
	if (ret)
		return ret;
	if (m.nr)
		qsort_r(m.deeds, m.nr, sizeof(*m.deeds), compare_deeds, &m);
	*out = (struct agenda){ m.deeds, m.nr, m.all };
	return 0;
}
