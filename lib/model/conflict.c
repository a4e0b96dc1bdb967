/* SPDX-License-Identifier: MIT */
/*
 * Finding conflicts: see conflict.h.
 *
 * Here each task is read and what is on record about it; conflict_pairs.c compares two.
 * Nothing here decides who is right.
 */
#include "model/conflict_inside.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

const char *conflict_state_name(enum conflict_state state)
{
	static const char *const names[] = { "seen", "frozen", "decided" };

	return names[state];
}

const struct ops_document *conflict_freeze(const struct packets *all)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (!strcmp(all->list[i]->type->name, FREEZE) &&
		    packet_is_open(all, all->list[i]))
			return all->list[i];
	return NULL;
}

int conflict_add(struct finding *f, const struct collision *c, struct ops_error *err)
{
	struct collision *list;

	if (!c->what)
		return error_nomem(err);
	if (f->out->nr == CONFLICTS_MAX) {
		f->out->more = true;
		return 0;
	}
	list = arena_room(f->arena, f->out->list, f->out->nr, &f->found_room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	f->out->list = list;
	list[f->out->nr++] = *c;
	return 0;
}

/* --- one task --- */

/* The one copy of a word, *ok false when there is no memory. */
static const char *word(bool *ok, struct finding *f, const char *text)
{
	const char *own = text ? map_word(f->words, text) : NULL;

	*ok &= own || !text;
	return own;
}

static void add_texts(struct buf *b, const char *const *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		buf_add(b, list[i], strlen(list[i]) + 1);
}

/* Its id, what it holds, what it depends on. */
static int read_texts(struct side *s, struct finding *f, struct ops_document *d)
{
	struct scope scope = { NULL, 0 };
	const char *const *depends;
	size_t nr;

	arena_clear(f->scratch);
	buf_clear(&f->texts);
	if ((scope_held(f->config, d) && scope_read(&scope, f->scratch, f->config, d)) ||
	    document_list_in(&depends, &nr, f->scratch, d, "Depends-On"))
		return OPS_ENOMEM;
	add_texts(&f->texts, &d->id, 1);
	add_texts(&f->texts, scope.patterns, scope.nr);
	add_texts(&f->texts, depends, nr);
	s->patterns = (uint32_t)scope.nr;
	s->depends = (uint32_t)nr;
	s->id = buf_failed(&f->texts) ? NULL :
		arena_dup(f->arena, f->texts.data, f->texts.len);
	return s->id ? 0 : OPS_ENOMEM;
}

static void read_weight(struct side *s, const struct finding *f,
			const struct ops_document *d)
{
	const char *impact = document_text(d, "Business-Impact");
	const char *priority = document_text(d, "Priority");
	char *end;
	size_t i;

	s->weighed = false;
	if (!impact || !priority || !f->priority)
		return;
	s->impact = strtod(impact, &end);
	for (i = 0; i < f->priority->values.nr; i++)
		if (!strcmp(f->priority->values.list[i], priority)) {
			s->priority = (uint16_t)i;
			s->weighed = end != impact && !*end;
		}
}

/* Room for one more side. */
static struct side *next_side(struct finding *f)
{
	if (array_room(&f->sides, f->nr, &f->room, sizeof(*f->sides)) < 0)
		return NULL;
	memset(&f->sides[f->nr], 0, sizeof(*f->sides));
	return &f->sides[f->nr++];
}

static int take(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct finding *f = payload;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	struct side *s;
	bool ok = true;

	if (!state || state->final)
		return 0;
	s = next_side(f);
	if (!s)
		return error_nomem(err);
	s->owner = word(&ok, f, document_text(d, "Assigned-To"));
	s->project = word(&ok, f, document_text(d, "Project"));
	read_weight(s, f, d);
	return ok && !read_texts(s, f, d) ? 0 : error_nomem(err);
}

/* --- on record --- */

static const struct side *side_of(const struct finding *f, const char *id)
{
	size_t i;

	for (i = 0; id && i < f->nr; i++)
		if (reference_same(f->sides[i].id, id))
			return &f->sides[i];
	return NULL;
}

static int add_recorded(struct finding *f, struct side *s, const struct packets *all,
			const struct ops_document *freeze, struct ops_error *err)
{
	static const char *const arbitration[] = { ARBITRATION };
	struct names kinds = { (const char **)(size_t)arbitration, 1 };
	struct collision c = { .kind = document_text(freeze, "Conflict"), .task = s->id,
			      .owner = s->owner, .freeze = freeze };
	const struct side *other;
	const char *const *with;
	size_t nr;

	if (document_list(&with, &nr, freeze, "With"))
		return error_nomem(err);
	c.kind = c.kind ? c.kind : "";
	c.with = nr ? with[0] : NULL;
	other = side_of(f, c.with);
	c.with_owner = other ? other->owner : NULL;
	c.arbitration = packet_answer(all, freeze, &kinds);
	c.state = c.arbitration ? CONFLICT_DECIDED : CONFLICT_FROZEN;
	c.what = packet_gist(f->arena, freeze, 160);
	s->frozen = true;
	return conflict_add(f, &c, err);
}

static const char *said(const struct ops_document *p)
{
	const char *text = document_text(p, "Decision");
	const struct sections *sections;
	const struct section *one;

	if (text)
		return text;
	sections = doc_sections(p->doc);
	one = sections ? section_find(sections, "CHOSEN") : NULL;
	if (!one)
		return NULL;
	return packet_gist(world_arena(p->world), p, 400);
}

static bool is_decision(const struct ops_document *p)
{
	return !strcmp(p->type->name, "decision") || !strcmp(p->type->name, "answer");
}

/* Two answers of one packet that differ, unless that was settled. */
static int add_decisions(struct finding *f, const struct side *s,
			 const struct packets *all, struct ops_error *err)
{
	size_t i, k, settled = 0;
	int ret = 0;

	for (i = 0; i < all->nr; i++) {
		const char *kind = document_text(all->list[i], "Conflict");

		settled += !strcmp(all->list[i]->type->name, FREEZE) && kind &&
			   !strcmp(kind, "DECISION_CONFLICT");
	}
	for (i = 0; ret == 0 && i < all->nr; i++)
		for (k = 0; ret == 0 && is_decision(all->list[i]) && k < i; k++) {
			const struct ops_document *a = all->list[k], *b = all->list[i];
			const char *x = document_text(a, "Answers");
			const char *y = document_text(b, "Answers"), *p, *q;
			struct collision c = { .kind = "DECISION_CONFLICT", .task = s->id,
					      .owner = document_text(a, "From"),
					      .with_owner = document_text(b, "From") };

			if (!is_decision(a) || !x || !y || strcmp(x, y))
				continue;
			p = said(a);
			q = said(b);
			if (!p || !q || !strcmp(p, q) || !strcmp(p, "Lift") ||
			    !strcmp(q, "Lift"))
				continue;
			if (settled) {
				settled--;
				continue;
			}
			c.what = arena_printf(f->arena, "'%s' is answered by '%s' (%s) and "
					      "'%s' (%s)", x, p, a->id, q, b->id);
			ret = conflict_add(f, &c, err);
		}
	return ret;
}

/* Two handoffs that are open at once, to different agents. */
static int add_handoffs(struct finding *f, const struct side *s,
			const struct packets *all, struct ops_error *err)
{
	const struct ops_document *first = NULL;
	size_t i;

	for (i = 0; i < all->nr; i++) {
		const struct ops_document *p = all->list[i];
		struct collision c = { .kind = "TASK_DISPUTE", .task = s->id };

		if (strcmp(p->type->name, "handoff") || !packet_is_open(all, p))
			continue;
		if (!first) {
			first = p;
			continue;
		}
		c.owner = document_text(first, "To");
		c.with_owner = document_text(p, "To");
		c.what = arena_printf(f->arena, "it is being handed to '%s' and to '%s'",
				      c.owner ? c.owner : "nobody",
				      c.with_owner ? c.with_owner : "nobody");
		return conflict_add(f, &c, err);
	}
	return 0;
}

/* The tasks about which there may be packets: most have none. */
static int find_recorded(struct finding *f, struct ops_error *err)
{
	struct snap_entry *list = NULL;
	size_t i, nr = 0;
	int ret;

	arena_clear(f->scratch);
	ret = snap_list(&list, &nr, world_snap(f->world), config_directory(f->config, "packets"),
			f->scratch, err);
	for (i = 0; ret == 0 && i < nr; i++)
		if (map_put(f->recorded, list[i].name, f->recorded))
			ret = error_nomem(err);
	arena_clear(f->scratch);
	return ret;
}

static int look_at_packets(struct finding *f, struct side *s, struct ops_error *err)
{
	const struct ops_document *freeze;
	struct packets all;
	int ret;

	if (!map_has(f->recorded, s->id))
		return 0;
	ret = world_packets(&all.list, &all.nr, f->world, s->id, f->findings, err);
	if (ret || !all.nr)
		return ret;
	freeze = conflict_freeze(&all);
	if (freeze)
		return add_recorded(f, s, &all, freeze, err);
	ret = add_handoffs(f, s, &all, err);
	return ret ? ret : add_decisions(f, s, &all, err);
}

/* A task with two leases at once, which no act makes. */
static int look_at_leases(struct finding *f, struct side *s, struct ops_error *err)
{
	struct collision c = { .kind = "TASK_DISPUTE", .task = s->id, .owner = s->owner };
	size_t i;

	for (i = 0; i < f->leases.nr; i++) {
		const struct lease *l = &f->leases.list[i];

		if (!l->lives || !l->task || strcmp(l->task, s->id))
			continue;
		if (s->lease && !s->frozen) {
			c.what = arena_printf(f->arena, "it has two leases: '%s' and '%s'",
					      s->lease->document->id, l->document->id);
			return conflict_add(f, &c, err);
		}
		s->lease = l;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct collision *x = a, *y = b;
	int order = strcmp(x->task, y->task);

	if (!order)
		order = strcmp(x->kind, y->kind);
	return order ? order : strcmp(x->with ? x->with : x->what, y->with ? y->with : y->what);
}

int conflicts_find(struct collisions *out, struct world *w, struct ops_findings *findings,
		   struct ops_error *err)
{
	struct finding f = { .out = out, .world = w, .arena = world_arena(w),
			     .findings = findings, .texts = BUF_INIT };
	const struct type *task;
	size_t i;
	int ret = world_config(&f.config, w, err);

	memset(out, 0, sizeof(*out));
	task = ret ? NULL : config_type(f.config, "task");
	if (ret || !task)
		return ret;
	f.priority = type_field(task, "Priority");
	f.scratch = arena_new();
	f.words = map_new(f.arena);
	f.recorded = map_new(f.arena);
	ret = f.scratch && f.words && f.recorded ?
	      world_each(w, task, false, false, take, &f, findings, err) : error_nomem(err);
	if (ret == 0)
		ret = find_recorded(&f, err);
	if (ret == 0)
		ret = leases_held(&f.leases, w, findings, err);
	for (i = 0; ret == 0 && i < f.nr; i++) {
		ret = look_at_packets(&f, &f.sides[i], err);
		if (ret == 0)
			ret = look_at_leases(&f, &f.sides[i], err);
	}
	if (ret == 0)
		ret = conflict_contention(&f, err);
	if (ret == 0)
		ret = conflict_priorities(&f, err);
	if (ret == 0 && out->nr)
		qsort(out->list, out->nr, sizeof(*out->list), compare);
	buf_release(&f.texts);
	arena_free(f.scratch);
	free(f.sides);
	return ret;
}
