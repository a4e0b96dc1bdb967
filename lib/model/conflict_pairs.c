/* SPDX-License-Identifier: MIT */
/*
 * Conflicts that are seen in two tasks: scopes that meet, and priorities that contradict what
 * they are for.
 *
 * Scopes are compared only where one pattern can lead to what another names: their fixed
 * beginnings are sorted, and one must begin with the other.
 */
#include "model/conflict_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
	const char *pattern;
	size_t i, k, nr = 0;

	for (i = 0; i < f->nr; i++)
		nr += f->sides[i].patterns;
	f->starts = arena_array(f->arena, nr + 1, sizeof(*f->starts));
	if (!f->starts)
		return OPS_ENOMEM;
	for (i = 0; i < f->nr; i++) {
		pattern = f->sides[i].id;
		for (k = 0; k < f->sides[i].patterns; k++) {
			struct start *s = &f->starts[f->starts_nr++];

			pattern = side_next(pattern);
			s->pattern = pattern;
			s->len = (uint32_t)strcspn(pattern, "*?[{");
			s->side = (uint32_t)i;
		}
	}
	qsort(f->starts, f->starts_nr, sizeof(*f->starts), compare_starts);
	return 0;
}

static bool waits_for(const struct side *a, const struct side *b)
{
	const char *text = a->id;
	uint32_t i;

	for (i = 0; i < a->patterns; i++)
		text = side_next(text);
	for (i = 0; i < a->depends; i++) {
		text = side_next(text);
		if (reference_same(text, b->id))
			return true;
	}
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
	return conflict_add(f, &c, err);
}

int conflict_contention(struct finding *f, struct ops_error *err)
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
	return conflict_add(f, &c, err);
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

int conflict_priorities(struct finding *f, struct ops_error *err)
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
