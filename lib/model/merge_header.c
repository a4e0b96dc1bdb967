/* SPDX-License-Identifier: MIT */
/*
 * Merging headers.
 *
 * The fields that only transitions set are one thing: they are taken from one side, all
 * of them, or are in conflict together, since a status of one side with the assignee of
 * the other is a state that nobody brought about.
 */

#include "model/merge.h"

#include <string.h>

#include "util/map.h"

/* Transitions that may lie between two sides; a longer way is left to people. */
#define STEPS_MAX 4
#define STEPS_TRIED_MAX 10000

static const struct yaml_node *value_of(const struct doc *doc, const char *name)
{
	return doc ? doc_field(doc, name) : NULL;
}

static bool is_authority(const struct merging *g, const char *name)
{
	return *name && ((g->type->status && !strcmp(name, g->type->status)) ||
			 type_guards(g->type, name));
}

/* --- authority --- */

/* Whether any of the fields that only transitions set differs. */
static bool authority_differs(const struct merging *g, const struct doc *a,
			      const struct doc *b)
{
	const struct doc *docs[] = { a, b };
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; docs[k] && i < docs[k]->header->nr; i++) {
			const char *name = docs[k]->header->pairs[i].key->value;

			if (is_authority(g, name) &&
			    !yaml_same(value_of(a, name), value_of(b, name)))
				return true;
		}
	return false;
}

struct way {
	const struct merging *g;
	const struct doc *from, *to;
	const char *avoid;	/* the status of the base: coming back there undoes */
	const struct transition *steps[STEPS_MAX];
	const char *states[STEPS_MAX + 1];
	size_t tried;
};

static const char *status_of(const struct merging *g, const struct doc *doc)
{
	const char *text = doc && g->type->status ? doc_text(doc, g->type->status) : NULL;
	const struct state *state = text ? type_state(g->type, text) : NULL;

	return state ? state->name : text;
}

/* Whether both name somebody, and not the same: two claims.  That one was handed to the
 * other cannot be told from headers alone. */
static bool is_two_claims(const struct way *w, const char *name)
{
	const struct field *f = type_field(w->g->type, name);
	const char *from = doc_text(w->from, name), *to = doc_text(w->to, name);

	return f && f->kind == FIELD_AGENT && from && *from && to && *to;
}

/* Whether a step that counts itself was done. */
static bool counted(const struct way *w, const struct transition *tr)
{
	size_t i;

	for (i = 0; i < tr->sets_nr; i++)
		if (tr->sets[i].kind == SET_INCREMENT &&
		    yaml_same(value_of(w->from, tr->sets[i].field),
			      value_of(w->to, tr->sets[i].field)))
			return false;
	return true;
}

/* Whether the steps set all that differs. */
static bool explains(const struct way *w, size_t nr)
{
	const struct doc *docs[] = { w->from, w->to };
	size_t i, k, s, n;

	for (s = 0; s < nr; s++)
		if (!counted(w, w->steps[s]))
			return false;
	for (k = 0; k < 2; k++)
		for (i = 0; i < docs[k]->header->nr; i++) {
			const char *name = docs[k]->header->pairs[i].key->value;
			bool set = !strcmp(name, w->g->type->status);

			if (!is_authority(w->g, name) ||
			    yaml_same(value_of(w->from, name), value_of(w->to, name)))
				continue;
			if (is_two_claims(w, name))
				return false;
			for (s = 0; s < nr; s++)
				for (n = 0; n < w->steps[s]->sets_nr; n++)
					set = set || !strcmp(w->steps[s]->sets[n].field, name);
			if (!set)
				return false;
		}
	return true;
}

/* Where a transition leads: a state, or what a field of `from` says. */
static const char *target(const struct way *w, const struct transition *tr)
{
	size_t len = strlen(tr->to);
	const char *name;

	if (*tr->to != '{' || len < 3)
		return tr->to;
	name = arena_dup(w->g->m->arena, tr->to + 1, len - 2);
	return name ? doc_text(w->from, name) : NULL;
}

static bool was_there(const struct way *w, size_t nr, const char *state)
{
	size_t i;

	for (i = 0; i <= nr; i++)
		if (!strcmp(w->states[i], state))
			return true;
	return false;
}

/* Whether there is a way from states[nr] to where `to` is. */
static bool leads(struct way *w, size_t nr, const char *goal)
{
	const struct type *t = w->g->type;
	size_t i;

	for (i = 0; nr < STEPS_MAX && i < t->transitions_nr; i++) {
		const struct transition *tr = &t->transitions[i];
		const char *to;

		if (++w->tried > STEPS_TRIED_MAX)
			return false;
		if (!names_have(&tr->from, w->states[nr]) || !(to = target(w, tr)))
			continue;
		w->steps[nr] = tr;
		if (!strcmp(to, goal) && explains(w, nr + 1))
			return true;
		/* One that stays where it is, is a step as well. */
		if ((was_there(w, nr, to) && strcmp(to, w->states[nr])) ||
		    (w->avoid && !strcmp(to, w->avoid)))
			continue;
		w->states[nr + 1] = to;
		if (leads(w, nr + 1, goal))
			return true;
	}
	return false;
}

/* Whether `to` follows from `from` by transitions of the type. */
static bool follows(const struct merging *g, const struct doc *from, const struct doc *to)
{
	struct way w = { .g = g, .from = from, .to = to };
	const char *goal = status_of(g, to);

	w.states[0] = status_of(g, from);
	w.avoid = status_of(g, g->base);
	if (!goal || !w.states[0] || !g->base || !strcmp(goal, w.avoid ? w.avoid : ""))
		return false;
	return leads(&w, 0, goal);
}

static void decide_authority(struct merging *g)
{
	/* An act that is done again is judged as one there: its fields are enough. */
	g->authority = g->flags & MERGE_ACT ? TAKE_EACH : TAKE_OURS;
	if (g->flags & MERGE_ACT || !authority_differs(g, g->ours, g->theirs) ||
	    (g->base && !authority_differs(g, g->base, g->theirs)))
		return;
	g->authority = TAKE_THEIRS;
	if (g->base && !authority_differs(g, g->base, g->ours))
		return;
	if (follows(g, g->ours, g->theirs))
		return;
	g->authority = follows(g, g->theirs, g->ours) ? TAKE_OURS : TAKE_NEITHER;
}

/* --- lists --- */

static bool holds(const struct yaml_node *list, const char *value)
{
	size_t i;

	for (i = 0; list && list->kind == YAML_LIST && i < list->nr; i++)
		if (!strcmp(list->items[i]->value, value))
			return true;
	return false;
}

static bool is_list(const struct yaml_node *v)
{
	size_t i;

	/* Absent and empty are the empty list. */
	if (!v || (v->kind == YAML_SCALAR && !v->len))
		return true;
	for (i = 0; v->kind == YAML_LIST && i < v->nr; i++)
		if (v->items[i]->kind != YAML_SCALAR)
			return false;
	return v->kind == YAML_LIST;
}

static bool is_merged_as_list(const struct merging *g, const char *name)
{
	const struct field *f = type_field(g->type, name);
	const struct yaml_node *b = value_of(g->base, name);
	const struct yaml_node *o = value_of(g->ours, name);
	const struct yaml_node *t = value_of(g->theirs, name);

	return !is_authority(g, name) && (!f || f->kind == FIELD_LIST) &&
	       (o || t) && is_list(b) && is_list(o) && is_list(t) &&
	       ((o && o->kind == YAML_LIST) || (t && t->kind == YAML_LIST)) &&
	       !yaml_same(b, t) && !yaml_same(b, o) && !yaml_same(o, t);
}

static int set_of(struct doc_edit *edit, struct merging *g, const char *name,
		  struct ops_error *err)
{
	const struct yaml_node *b = value_of(g->base, name);
	const struct yaml_node *o = value_of(g->ours, name);
	const struct yaml_node *t = value_of(g->theirs, name);
	const char **list = arena_array(g->m->arena, (o ? o->nr : 0) + (t ? t->nr : 0) + 1,
					sizeof(*list));
	size_t i, nr = 0;

	if (!list)
		return error_nomem(err);
	for (i = 0; o && o->kind == YAML_LIST && i < o->nr; i++)
		if (!holds(b, o->items[i]->value) || holds(t, o->items[i]->value))
			list[nr++] = o->items[i]->value;
	for (i = 0; t && t->kind == YAML_LIST && i < t->nr; i++)
		if (!holds(b, t->items[i]->value) && !holds(o, t->items[i]->value))
			list[nr++] = t->items[i]->value;
	edit->kind = DOC_SET_LIST;
	edit->name = name;
	edit->values = list;
	edit->nr = nr;
	return 0;
}

int merge_lists(struct merging *g, struct ops_error *err)
{
	const struct doc *docs[] = { g->ours, g->theirs };
	struct doc_edit *edits = arena_array(g->m->arena, g->ours->header->nr +
					     g->theirs->header->nr + 1, sizeof(*edits));
	struct map *seen = g->lists = map_new(g->m->arena);
	struct ops_findings *ignored;
	struct buf text = BUF_INIT;
	const char *copy;
	size_t i, k, nr = 0;
	int ret = edits && seen ? 0 : error_nomem(err);

	for (k = 0; ret == 0 && k < 2; k++)
		for (i = 0; ret == 0 && i < docs[k]->header->nr; i++) {
			const char *name = docs[k]->header->pairs[i].key->value;

			if (map_has(seen, name) || !is_merged_as_list(g, name))
				continue;
			ret = map_put(seen, name, g) ? error_nomem(err) :
			      set_of(&edits[nr++], g, name, err);
		}
	if (ret || !nr)
		return ret;
	ret = doc_edit(&text, g->ours, edits, nr, err);
	copy = ret ? NULL : arena_dup(g->m->arena, text.data, text.len);
	ignored = ops_findings_new();
	if (ret == 0)
		ret = copy && ignored ? doc_parse(&g->ours, g->m->arena, NULL, copy,
						  text.len, 0, ignored, err) :
		      error_nomem(err);
	ops_findings_free(ignored);
	buf_release(&text);
	/* The field is as both want it now; theirs needs no look. */
	return ret;
}

/* --- fields --- */

static void add_piece(struct buf *out, const struct piece *p)
{
	if (p)
		buf_add(out, p->text, p->len);
}

static bool same_bytes(const struct piece *a, const struct piece *b)
{
	if (!a || !b)
		return a == b;
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

/* The whole hunk is put where its first field stands. */
static int authority(struct buf *out, struct merging *g, const struct piece *base,
		     const struct piece *ours, const struct piece *theirs,
		     const char *name, struct ops_error *err)
{
	/* Here only how it is written differs. */
	if (yaml_same(value_of(g->ours, name), value_of(g->theirs, name))) {
		add_piece(out, same_bytes(base, ours) && theirs ? theirs : ours);
		return 0;
	}
	if (g->authority == TAKE_EACH) {
		const struct yaml_node *b = value_of(g->base, name);

		if (yaml_same(b, value_of(g->theirs, name)))
			add_piece(out, ours);
		else if (yaml_same(b, value_of(g->ours, name)))
			add_piece(out, theirs);
		else if (g->flags & MERGE_OURS_LAST)
			add_piece(out, ours);
		else
			return merge_conflict(g->m, CONFLICT_AUTHORITY, name, err);
		return 0;
	}
	if (g->authority != TAKE_NEITHER) {
		add_piece(out, g->authority == TAKE_THEIRS ? theirs : ours);
		return 0;
	}
	if (!g->hunk_put)
		merge_markers(out, g->hunk_ours.data, g->hunk_ours.len,
			      g->hunk_theirs.data, g->hunk_theirs.len);
	g->hunk_put = true;
	return merge_conflict(g->m, CONFLICT_AUTHORITY, name, err);
}

/* Maps and texts of several lines: line by line, if that reads. */
static int lines_of(struct buf *out, struct merging *g, const struct piece *base,
		    const struct piece *ours, const struct piece *theirs, const char *name,
		    struct ops_error *err)
{
	const struct yaml_node *o = value_of(g->ours, name);
	struct side none = { NULL, 0 };
	struct buf text = BUF_INIT;
	bool clean = false;
	int ret = 0;

	if (ours && theirs && o && o->kind != YAML_SCALAR)
		ret = merge_text(&text, &clean, base ? (struct side){ base->text, base->len } :
				 none, (struct side){ ours->text, ours->len },
				 (struct side){ theirs->text, theirs->len }, err);
	if (ret == 0 && clean) {
		buf_add(out, text.data, text.len);
	} else if (ret == 0 && g->flags & MERGE_OURS_LAST) {
		add_piece(out, ours);
	} else if (ret == 0) {
		merge_markers(out, ours ? ours->text : "", ours ? ours->len : 0,
			      theirs ? theirs->text : "", theirs ? theirs->len : 0);
		ret = merge_conflict(g->m, CONFLICT_FIELD, name, err);
	}
	out->failed = out->failed || text.failed;
	buf_release(&text);
	return ret;
}

static int one_field(struct buf *out, const struct piece *base, const struct piece *ours,
		     const struct piece *theirs, void *payload, struct ops_error *err)
{
	struct merging *g = payload;
	const char *name = ours ? ours->name : theirs->name;
	const struct yaml_node *b = value_of(g->base, name);
	const struct yaml_node *o = value_of(g->ours, name);
	const struct yaml_node *t = value_of(g->theirs, name);

	if (is_authority(g, name))
		return authority(out, g, base, ours, theirs, name, err);
	if (same_bytes(ours, theirs) || same_bytes(base, theirs))
		add_piece(out, ours);
	else if (same_bytes(base, ours))
		add_piece(out, theirs);
	else if (*name && (yaml_same(o, t) || yaml_same(b, t)))
		add_piece(out, ours);
	else if (*name && yaml_same(b, o))
		add_piece(out, theirs);
	else if (!*name)	/* comments: all of them */
		return lines_of(out, g, base, ours, theirs, name, err);
	else if (map_has(g->lists, name))
		add_piece(out, ours);	/* as merge_lists() made it */
	else
		return lines_of(out, g, base, ours, theirs, name, err);
	return 0;
}

/* What stands between the markers: the authority that differs, of each side. */
static void make_hunk(struct merging *g, const struct pieces *ours,
		      const struct pieces *theirs)
{
	const struct pieces *sides[] = { ours, theirs };
	struct buf *hunks[] = { &g->hunk_ours, &g->hunk_theirs };
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < sides[k]->nr; i++) {
			const char *name = sides[k]->list[i].name;

			if (is_authority(g, name) &&
			    !yaml_same(value_of(g->ours, name), value_of(g->theirs, name)))
				add_piece(hunks[k], &sides[k]->list[i]);
		}
}

int merge_header(struct buf *out, struct merging *g, struct ops_error *err)
{
	struct arena *arena = g->m->arena;
	struct pieces base, ours, theirs;

	if ((g->base ? pieces_of_header(&base, arena, g->base) :
	     pieces_of_nothing(&base, arena)) ||
	    pieces_of_header(&ours, arena, g->ours) ||
	    pieces_of_header(&theirs, arena, g->theirs))
		return error_nomem(err);
	decide_authority(g);
	if (g->authority == TAKE_NEITHER)
		make_hunk(g, &ours, &theirs);
	return pieces_merge(out, arena, &base, &ours, &theirs, false, one_field, g, err);
}
