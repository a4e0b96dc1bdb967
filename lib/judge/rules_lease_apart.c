/* SPDX-License-Identifier: MIT */
/*
 * Leases beside each other: nothing is leased twice, be it in the same commit; and what a
 * commit does to leases, looked up by task and by document.
 *
 * Read once for a judgement.  Of the patterns of many leases only those are compared that
 * begin alike, and no longer than a judgement may take: what is not decided by then is
 * refused (rules_spend()).
 */

#include <string.h>

#include "judge/rules.h"
#include "model/lease.h"
#include "util/map.h"
#include "util/path.h"
#include "util/path_starts.h"

#define OTHERS_SHOWN 5

/* One that is held after the change. */
struct beside {
	struct lease l;
	bool is_new;
	size_t same_task;	/* the next of the same task, plus 1; 0 */
	size_t told;		/* of the one asked about last, plus 1 */
};

struct leasing {
	struct map *held;	/* by id: that were held before */
	struct map *renewed;	/* tasks that get one */
	struct map *places;	/* by path: its place in the list, plus 1 */
	struct map *tokens;	/* by task: the last before, read so far */
	struct beside *list;
	size_t nr;
	struct path_starts starts;
};

static bool is_taken(const struct change *c)
{
	return c->kind == CHANGE_CREATED && c->after && c->after->doc &&
	       type_is(c->type, "lease");
}

/* The ids of those that the change ends. */
static int read_ended(struct map *ended, const struct judging *j)
{
	const struct state *state;
	size_t i;

	for (i = 0; i < j->changes_nr; i++) {
		const struct change *c = &j->changes[i];

		if (!c->before || !c->after || !type_is(c->type, "lease"))
			continue;
		state = c->after->status ? type_state(c->type, c->after->status) : NULL;
		if (state && state->final && map_put(ended, c->after->id, ended))
			return OPS_ENOMEM;
	}
	return 0;
}

/* It goes into the list, which has room. */
static int add_beside(struct leasing *g, struct judging *j, struct map *by_task,
		      const struct lease *l, bool is_new)
{
	size_t *last = l->task ? map_get(by_task, l->task) : NULL, i, *at;
	struct beside *b = &g->list[g->nr++];

	*b = (struct beside){ .l = *l, .is_new = is_new, .same_task = last ? *last : 0 };
	at = arena_alloc(j->arena, sizeof(*at));
	if (!at || map_put(g->places, l->document->path, at))
		return OPS_ENOMEM;
	*at = g->nr;
	if (l->task && map_put(by_task, l->task, at))
		return OPS_ENOMEM;
	for (i = 0; i < l->paths.nr; i++)
		if (path_starts_add(&g->starts, j->arena, l->paths.patterns[i], g->nr - 1))
			return OPS_ENOMEM;
	return 0;
}

static int read_all(struct leasing *g, struct judging *j, const struct leases *held)
{
	struct map *ended = map_new(j->arena), *by_task = map_new(j->arena);
	struct lease l;
	size_t i;

	g->list = arena_array(j->arena, held->nr + j->changes_nr + 1, sizeof(*g->list));
	if (!g->list || !ended || !by_task || read_ended(ended, j))
		return OPS_ENOMEM;
	for (i = 0; i < held->nr; i++)
		if (map_put(g->held, held->list[i].document->id, &held->list[i]) ||
		    (!map_has(ended, held->list[i].document->id) &&
		     add_beside(g, j, by_task, &held->list[i], false)))
			return OPS_ENOMEM;
	for (i = 0; i < j->changes_nr; i++) {
		if (!is_taken(&j->changes[i]))
			continue;
		if (lease_read(&l, j->arena, j->changes[i].after) ||
		    (l.task && map_put(g->renewed, l.task, g)) ||
		    add_beside(g, j, by_task, &l, true))
			return OPS_ENOMEM;
	}
	path_starts_sort(&g->starts);
	return 0;
}

static int leasing(struct leasing **out, struct judging *j)
{
	static const struct leases none = { .nr = 0 };
	struct leasing *g = j->leasing;

	if (!g) {
		g = arena_alloc(j->arena, sizeof(*g));
		if (!g || !(g->held = map_new(j->arena)) ||
		    !(g->renewed = map_new(j->arena)) || !(g->places = map_new(j->arena)) ||
		    !(g->tokens = map_new(j->arena)) ||
		    read_all(g, j, j->leases ? j->leases : &none))
			return OPS_ENOMEM;
		j->leasing = g;
	}
	*out = g;
	return 0;
}

int rules_lease_held(const struct lease **out, struct judging *j, const char *id)
{
	struct leasing *g;
	int ret = leasing(&g, j);

	if (ret == 0)
		*out = map_get(g->held, id);
	return ret;
}

int rules_lease_renewed(bool *out, struct judging *j, const char *task)
{
	struct leasing *g;
	int ret = leasing(&g, j);

	if (ret == 0)
		*out = task && map_has(g->renewed, task);
	return ret;
}

int rules_lease_token(unsigned long *out, struct judging *j, const char *task)
{
	static const struct leases none = { .nr = 0 };
	struct leasing *g;
	unsigned long *last;
	int ret = leasing(&g, j);

	last = ret ? NULL : map_get(g->tokens, task);
	if (ret == 0 && !last) {
		last = arena_alloc(j->arena, sizeof(*last));
		ret = last ? lease_last_token(last, j->c->before,
					      j->leases ? j->leases : &none, task,
					      j->findings, NULL) : OPS_ENOMEM;
		if (ret == 0)
			ret = map_put(g->tokens, task, last);
	}
	if (ret == 0)
		*out = *last;
	return ret;
}

/* --- apart --- */

struct asking {
	struct judging *j;
	struct leasing *g;
	size_t at, shown;
};

static void tell(struct asking *a, const struct lease *other, const char *example, bool same)
{
	struct judging *j = a->j;
	const struct lease *l = &a->g->list[a->at].l;
	const char *what = same ? l->task : example;

	if (++a->shown > OTHERS_SHOWN) {
		if (a->shown == OTHERS_SHOWN + 1)
			rule_error(j, "lease.held", l->document, "Paths", NULL,
				   "others are in its way, too");
		return;
	}
	rule_error(j, "lease.held", l->document, "Paths", lease_is_stale(other, j->c->now) ?
		   "end it in the same commit: ops scope lock does" :
		   "wait for its release, or take other paths",
		   "%s%s%s is leased to '%s' (token %lu) until it is released or expires",
		   *what ? "'" : "some of it", what, *what ? "'" : "",
		   other->task ? other->task : "nobody", other->token);
}

/* Of two in one commit the second is the one too many. */
static bool is_asked(const struct asking *a, size_t other)
{
	const struct beside *b = &a->g->list[other];

	return other != a->at && b->told != a->at + 1 &&
	       (!b->is_new || strcmp(b->l.document->path,
				     a->g->list[a->at].l.document->path) < 0);
}

/* Compare a pattern of it with one of another. */
static void compare(struct asking *a, const char *pattern, const struct path_start *with)
{
	char example[PATH_MAX_BYTES + 1];
	struct beside *b = &a->g->list[with->owner];

	if (!is_asked(a, with->owner) || !rules_spend(a->j, 0) ||
	    path_overlap_within(example, pattern, with->pattern, &a->j->steps) == PATHS_APART ||
	    !rules_spend(a->j, 0))
		return;
	b->told = a->at + 1;
	tell(a, &b->l, example, false);
}

static void look_at_pattern(struct asking *a, const char *pattern)
{
	const struct path_starts *s = &a->g->starts;
	size_t len = path_start_len(pattern), from, end, up;

	path_starts_below(&from, &end, s, pattern, len);
	for (; from < end && a->shown <= OTHERS_SHOWN && rules_spend(a->j, 1); from++)
		compare(a, pattern, &s->list[from]);
	for (up = path_starts_above(s, pattern, len);
	     up && a->shown <= OTHERS_SHOWN && rules_spend(a->j, 1); up = s->list[up - 1].up)
		if (s->list[up - 1].len < len)
			compare(a, pattern, &s->list[up - 1]);
}

int rules_lease_apart(struct judging *j, const struct ops_document *d)
{
	struct asking a = { .j = j };
	struct beside *b;
	const size_t *at;
	size_t i;
	int ret = leasing(&a.g, j);

	at = ret ? NULL : map_get(a.g->places, d->path);
	if (!at)
		return ret;
	a.at = *at - 1;
	b = &a.g->list[a.at];
	for (i = b->same_task; i && a.shown <= OTHERS_SHOWN; i = a.g->list[i - 1].same_task)
		if (is_asked(&a, i - 1)) {
			a.g->list[i - 1].told = *at;
			tell(&a, &a.g->list[i - 1].l, "", true);
		}
	for (i = 0; i < b->l.paths.nr && a.shown <= OTHERS_SHOWN; i++)
		look_at_pattern(&a, b->l.paths.patterns[i]);
	return 0;
}

/* --- files --- */

int rules_lease_files(struct judging *j)
{
	struct path_starts *s = arena_alloc(j->arena, sizeof(*s));
	size_t i, k;

	for (i = 0; s && i < j->leases->nr; i++)
		for (k = 0; j->leases->list[i].lives && k < j->leases->list[i].paths.nr; k++)
			if (path_starts_add(s, j->arena, j->leases->list[i].paths.patterns[k],
					    i))
				return OPS_ENOMEM;
	if (!s)
		return OPS_ENOMEM;
	path_starts_sort(s);
	j->leased = s;
	return 0;
}

const struct lease *rules_lease_of_file(struct judging *j, const char *path,
					const struct lease *mine)
{
	const struct lease *found = NULL, *l;
	size_t up = j->leased ? path_starts_above(j->leased, path, strlen(path)) : 0;

	for (; up; up = j->leased->list[up - 1].up) {
		l = &j->leases->list[j->leased->list[up - 1].owner];
		if (l == mine || (found && found <= l))
			continue;
		if (!rules_spend(j, JUDGE_MATCH_STEPS))
			return NULL;
		if (path_match(j->leased->list[up - 1].pattern, path))
			found = l;
	}
	return found;
}
