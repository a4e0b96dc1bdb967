/* SPDX-License-Identifier: MIT */
/*
 * Finding conflicts: see conflict.h.
 *
 * Scopes are compared only where one pattern can lead to what another names: their fixed
 * beginnings are sorted, and one must begin with the other.  Nothing here decides who is
 * right.
 */
#include "model/conflict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/board.h"
#include "model/lease.h"
#include "util/map.h"
#include "util/path.h"

struct side {
	const char *id, *owner, *project;
	struct scope scope;
	const char *const *depends;
	size_t depends_nr;
	double impact;
	unsigned priority;
	bool holds, weighed, frozen;
	const struct lease *lease;
};

struct start {		/* of one pattern of one side */
	const char *pattern;
	size_t len, side;
};

struct finding {
	struct collisions *out;
	struct world *world;
	const struct config *config;
	const struct field *priority;
	struct arena *arena;
	struct ops_findings *findings;
	struct leases leases;
	struct side *sides;
	size_t nr, room, found_room;
	struct start *starts;
	size_t starts_nr;
};

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

static int add(struct finding *f, const struct collision *c, struct ops_error *err)
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

static const char *copy(struct arena *arena, const char *text)
{
	return text ? arena_str(arena, text) : NULL;
}

static int read_depends(struct side *s, struct arena *arena, const struct ops_document *d)
{
	const char *const *list;
	const char **own;
	size_t i, nr;

	if (document_list(&list, &nr, d, "Depends-On"))
		return OPS_ENOMEM;
	own = arena_array(arena, nr + 1, sizeof(*own));
	for (i = 0; own && i < nr; i++)
		if (!(own[i] = arena_str(arena, list[i])))
			return OPS_ENOMEM;
	s->depends = own;
	s->depends_nr = nr;
	return own ? 0 : OPS_ENOMEM;
}

static int read_scope(struct side *s, struct finding *f, struct ops_document *d)
{
	struct scope scope;
	const char **own;
	size_t i;

	if (scope_read(&scope, f->arena, f->config, d))
		return OPS_ENOMEM;
	own = arena_array(f->arena, scope.nr + 1, sizeof(*own));
	for (i = 0; own && i < scope.nr; i++)
		if (!(own[i] = arena_str(f->arena, scope.patterns[i])))
			return OPS_ENOMEM;
	s->scope.patterns = own;
	s->scope.nr = scope.nr;
	return own ? 0 : OPS_ENOMEM;
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
			s->priority = (unsigned)i;
			s->weighed = end != impact && !*end;
		}
}

static int take(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct finding *f = payload;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	struct side *s;

	if (!state || state->final)
		return 0;
	f->sides = arena_room(f->arena, f->sides, f->nr, &f->room, sizeof(*f->sides));
	if (!f->sides)
		return error_nomem(err);
	s = &f->sides[f->nr++];
	memset(s, 0, sizeof(*s));
	s->id = arena_str(f->arena, d->id);
	s->owner = copy(f->arena, document_text(d, "Assigned-To"));
	s->project = copy(f->arena, document_text(d, "Project"));
	s->holds = scope_held(f->config, d);
	read_weight(s, f, d);
	return s->id && !read_depends(s, f->arena, d) && !(s->holds && read_scope(s, f, d)) ?
	       0 : error_nomem(err);
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
	return add(f, &c, err);
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
			ret = add(f, &c, err);
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
		return add(f, &c, err);
	}
	return 0;
}

static int look_at_packets(struct finding *f, struct side *s, struct ops_error *err)
{
	const struct ops_document *freeze;
	struct packets all;
	int ret = world_packets(&all.list, &all.nr, f->world, s->id, f->findings, err);

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
			return add(f, &c, err);
		}
		s->lease = l;
	}
	return 0;
}

/* --- two tasks --- */

static int compare_starts(const void *a, const void *b)
{
	const struct start *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->pattern, y->pattern, len);

	if (order)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->side < y->side ? -1 : x->side > y->side;
}

static int list_starts(struct finding *f)
{
	size_t i, k, nr = 0;

	for (i = 0; i < f->nr; i++)
		nr += f->sides[i].scope.nr;
	f->starts = arena_array(f->arena, nr + 1, sizeof(*f->starts));
	if (!f->starts)
		return OPS_ENOMEM;
	for (i = 0; i < f->nr; i++)
		for (k = 0; k < f->sides[i].scope.nr; k++) {
			struct start *s = &f->starts[f->starts_nr++];

			s->pattern = f->sides[i].scope.patterns[k];
			s->len = strcspn(s->pattern, "*?[{");
			s->side = i;
		}
	qsort(f->starts, f->starts_nr, sizeof(*f->starts), compare_starts);
	return 0;
}

static bool waits_for(const struct side *a, const struct side *b)
{
	size_t i;

	for (i = 0; i < a->depends_nr; i++)
		if (reference_same(a->depends[i], b->id))
			return true;
	return false;
}

/* Whether something keeps the two apart in time. */
static bool is_ordered(const struct side *a, const struct side *b)
{
	return a->frozen || b->frozen || waits_for(a, b) || waits_for(b, a);
}

/* Whether `outer` certainly matches all that `inner` does: the same pattern, a path, or a
 * directory with everything below it. */
static bool is_within(const char *outer, const char *inner)
{
	size_t root = path_pattern_root(outer), len = strcspn(inner, "*?[{");
	const char *rest = outer + root;

	if (!strcmp(outer, inner) || (!inner[len] && path_match(outer, inner)))
		return true;
	return (!strcmp(rest, "/") || !strcmp(rest, "/**")) && len > root &&
	       !strncmp(outer, inner, root) && inner[root] == '/';
}

/* Whether a lease of that side keeps everybody else out of one of the two. */
static bool is_leased(const struct side *s, const char *x, const char *y)
{
	size_t i;

	for (i = 0; s->lease && i < s->lease->paths.nr; i++)
		if (is_within(s->lease->paths.patterns[i], x) ||
		    is_within(s->lease->paths.patterns[i], y))
			return true;
	return false;
}

static int meet(struct finding *f, struct map *seen, const struct start *x,
		const struct start *y, struct ops_error *err)
{
	const struct side *a = &f->sides[x->side < y->side ? x->side : y->side];
	const struct side *b = &f->sides[x->side < y->side ? y->side : x->side];
	char example[PATH_MAX_BYTES + 1];
	struct collision c = { .kind = "RESOURCE_CONTENTION", .task = a->id,
			      .owner = a->owner, .with = b->id, .with_owner = b->owner };
	const char *pair;

	if (a == b || !strcmp(a->owner, b->owner) || is_ordered(a, b) ||
	    is_leased(a, x->pattern, y->pattern) || is_leased(b, x->pattern, y->pattern) ||
	    path_overlap(example, x->pattern, y->pattern) == PATHS_APART)
		return 0;
	pair = arena_printf(f->arena, "%s\n%s", a->id, b->id);
	if (!pair)
		return error_nomem(err);
	if (map_has(seen, pair))
		return 0;
	if (map_put(seen, pair, seen))
		return error_nomem(err);
	c.what = *example ? arena_printf(f->arena, "both may change '%s'", example) :
		 "their patterns are too hard to keep apart";
	return add(f, &c, err);
}

static int find_contention(struct finding *f, struct ops_error *err)
{
	struct map *seen = map_new(f->arena);
	size_t i, k;
	int ret = seen && !list_starts(f) ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < f->starts_nr; i++)
		for (k = i + 1; ret == 0 && !f->out->more && k < f->starts_nr &&
		     f->starts[k].len >= f->starts[i].len &&
		     !memcmp(f->starts[k].pattern, f->starts[i].pattern, f->starts[i].len);
		     k++)
			ret = meet(f, seen, &f->starts[i], &f->starts[k], err);
	return ret;
}

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int compare_owners(const void *a, const void *b)
{
	const struct side *const *x = a, *const *y = b;

	return compare_texts((*x)->owner, (*y)->owner);
}

static int compare_projects(const void *a, const void *b)
{
	const struct side *const *x = a, *const *y = b;

	return compare_texts((*x)->project, (*y)->project);
}

/* The graver task of the lesser impact is the other one. */
static int weigh(struct finding *f, const struct side *a, const struct side *b,
		 struct ops_error *err)
{
	struct collision c = { .kind = "PRIORITY_CONFLICT", .task = a->id, .owner = a->owner,
			      .with = b->id, .with_owner = b->owner };

	if (a->impact <= b->impact || a->priority <= b->priority)
		return 0;
	c.what = arena_printf(f->arena, "impact %g is %s, and %g is %s", a->impact,
			      f->priority->values.list[a->priority], b->impact,
			      f->priority->values.list[b->priority]);
	return add(f, &c, err);
}

/* By grade, the least impact of those in a group that are graver. */
static void find_least(double *least, size_t grades, const struct side **list, size_t nr)
{
	size_t i;

	for (i = 0; i <= grades; i++)
		least[i] = HUGE_VAL;
	for (i = 0; i < nr; i++)
		if (list[i]->impact < least[list[i]->priority + 1])
			least[list[i]->priority + 1] = list[i]->impact;
	for (i = 1; i <= grades; i++)
		least[i] = least[i - 1] < least[i] ? least[i - 1] : least[i];
}

/* One with all of its group, but for those of the same owner in a project. */
static int weigh_one(struct finding *f, const struct side **list, size_t nr, size_t at,
		     bool projects, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && !f->out->more && i < nr; i++)
		if (i != at && !(projects && list[at]->owner &&
				 !compare_owners(&list[at], &list[i])))
			ret = weigh(f, list[at], list[i], err);
	return ret;
}

/* Those of one owner, or of one project. */
static int weigh_groups(struct finding *f, const struct side **list, size_t nr,
			bool projects, struct ops_error *err)
{
	int (*order)(const void *a, const void *b) = projects ? compare_projects :
						     compare_owners;
	size_t grades = f->priority ? f->priority->values.nr : 0, i, k, end;
	double *least = arena_array(f->arena, grades + 1, sizeof(*least));
	int ret = least ? 0 : error_nomem(err);

	qsort(list, nr, sizeof(*list), order);
	for (i = 0; ret == 0 && i < nr; i = end) {
		for (end = i + 1; end < nr && !order(&list[i], &list[end]); end++)
			;
		if (!(projects ? list[i]->project : list[i]->owner))
			continue;
		find_least(least, grades, list + i, end - i);
		for (k = i; ret == 0 && k < end; k++)
			if (list[k]->impact > least[list[k]->priority])
				ret = weigh_one(f, list + i, end - i, k - i, projects, err);
	}
	return ret;
}

static int find_priorities(struct finding *f, struct ops_error *err)
{
	const struct side **list = arena_array(f->arena, f->nr + 1, sizeof(*list));
	size_t i, nr = 0;
	int ret;

	if (!list)
		return error_nomem(err);
	for (i = 0; i < f->nr; i++)
		if (f->sides[i].weighed && !f->sides[i].frozen)
			list[nr++] = &f->sides[i];
	ret = weigh_groups(f, list, nr, false, err);
	return ret ? ret : weigh_groups(f, list, nr, true, err);
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
			     .findings = findings };
	const struct type *task;
	size_t i;
	int ret = world_config(&f.config, w, err);

	memset(out, 0, sizeof(*out));
	task = ret ? NULL : config_type(f.config, "task");
	if (ret || !task)
		return ret;
	f.priority = type_field(task, "Priority");
	ret = world_each(w, task, false, false, take, &f, findings, err);
	if (ret == 0)
		ret = leases_held(&f.leases, w, findings, err);
	for (i = 0; ret == 0 && i < f.nr; i++) {
		ret = look_at_packets(&f, &f.sides[i], err);
		if (ret == 0)
			ret = look_at_leases(&f, &f.sides[i], err);
	}
	if (ret == 0)
		ret = find_contention(&f, err);
	if (ret == 0)
		ret = find_priorities(&f, err);
	if (ret == 0 && out->nr)
		qsort(out->list, out->nr, sizeof(*out->list), compare);
	return ret;
}
