/* SPDX-License-Identifier: MIT */
/*
 * Walks over commits.
 *
 * The order is that of the graph alone, never of dates: those are what their
 * author typed.
 */
#include "store/history.h"

#include <stdlib.h>
#include <string.h>

#include "store/repo.h"
#include "store/seen.h"
#include "util/arena.h"
#include "util/array.h"

int history_walk(struct store *s, const struct oid *tip, const struct oid *hide,
		 bool newest_first,
		 int (*each)(const struct oid *id, void *payload,
			     struct ops_error *err),
		 void *payload, struct ops_error *err)
{
	struct history h = { .nr = 0 };
	size_t i;
	int ret = history_list(&h, s, tip, hide, 0, err);

	for (i = 0; ret == 0 && i < h.nr; i++)
		ret = each(&h.list[newest_first ? h.nr - 1 - i : i], payload, err);
	history_release(&h);
	return ret > 0 ? 0 : ret;
}

struct going_back {
	struct store *store;
	struct seen seen;
	struct oid *queue;
	size_t nr, room;
};

/* Take those of its parents that were not met yet. */
static int queue_parents(struct going_back *g, const struct commit *c, struct ops_error *err)
{
	bool fresh;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < c->parents_nr && !store_is_cut(g->store, &c->id); i++) {
		ret = seen_add(&fresh, &g->seen, g->store, &c->parents[i], err);
		if (ret || !fresh)
			continue;
		if (array_room(&g->queue, g->nr, &g->room, sizeof(*g->queue)) < 0)
			return error_nomem(err);
		g->queue[g->nr++] = c->parents[i];
	}
	return ret;
}

int history_before(struct store *s, const struct oid *list, size_t nr, size_t most,
		   int (*each)(const struct commit *commit, void *payload,
			       struct ops_error *err),
		   void *payload, struct ops_error *err)
{
	struct going_back g = { .store = s };
	struct arena *arena = arena_new();
	struct commit c;
	bool fresh;
	size_t i;
	int ret = arena ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		ret = seen_add(&fresh, &g.seen, s, &list[i], err);
	for (i = 0; ret == 0 && i < nr; i++) {
		arena_clear(arena);
		ret = commit_read(&c, s, &list[i], arena, err);
		if (ret == 0)
			ret = queue_parents(&g, &c, err);
	}
	for (i = 0; ret == 0 && i < g.nr && i < most; i++) {
		arena_clear(arena);
		ret = commit_read(&c, s, &g.queue[i], arena, err);
		if (ret == 0)
			ret = queue_parents(&g, &c, err);
		if (ret == 0)
			ret = each(&c, payload, err);
	}
	seen_release(&g.seen);
	free(g.queue);
	arena_free(arena);
	return ret > 0 ? 0 : ret;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct oid));
}

/* Move to the front of a list what stands in another, sorted one. */
static size_t keep_common(struct history *h, const struct history *other)
{
	size_t i, nr = 0;

	for (i = 0; i < h->nr; i++)
		if (bsearch(&h->list[i], other->list, other->nr, sizeof(*h->list), by_id))
			h->list[nr++] = h->list[i];
	return nr;
}

/* Of common ancestors, sorted, those that none of them descends from come to the front. */
static int keep_best(size_t *nr, struct oid *list, struct store *s, struct ops_error *err)
{
	struct arena *arena = arena_new();
	bool *older = arena ? arena_array(arena, *nr + 1, sizeof(*older)) : NULL;
	struct commit c;
	struct oid *at;
	size_t i, k, best = 0;
	int ret = older ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < *nr; i++) {
		ret = commit_read(&c, s, &list[i], arena, err);
		for (k = 0; ret == 0 && k < c.parents_nr; k++) {
			at = bsearch(&c.parents[k], list, *nr, sizeof(*list), by_id);
			if (at)
				older[at - list] = true;
		}
	}
	for (i = 0; ret == 0 && i < *nr; i++)
		if (!older[i])
			list[best++] = list[i];
	*nr = best;
	arena_free(arena);
	return ret;
}

/* libgit2 looks beyond where a clone was cut off.  All that is common has its ancestors in
 * common as well, so the best are those without a child among them. */
static int bases_in_shallow(struct oid **out, size_t *out_nr, struct store *s,
			    const struct oid *a, const struct oid *b, struct ops_error *err)
{
	struct history one = { .nr = 0 }, two = { .nr = 0 };
	struct oid *list = NULL;
	size_t nr = 0;
	int ret = history_list(&one, s, a, NULL, 0, err);

	if (ret == 0)
		ret = history_list(&two, s, b, NULL, 0, err);
	if (ret == 0) {
		qsort(one.list, one.nr, sizeof(*one.list), by_id);
		nr = keep_common(&two, &one);
		list = nr ? malloc(nr * sizeof(*list)) : NULL;
		if (!nr)
			ret = error_set(err, OPS_EENVIRONMENT, "this clone is shallow, and has no "
					"commit that both sides have in common: git fetch "
					"--unshallow brings what was before");
		else if (!list)
			ret = error_nomem(err);
	}
	if (ret == 0) {
		memcpy(list, two.list, nr * sizeof(*list));
		qsort(list, nr, sizeof(*list), by_id);
		ret = keep_best(&nr, list, s, err);
	}
	history_release(&one);
	history_release(&two);
	if (ret) {
		free(list);
		return ret;
	}
	*out = list;
	*out_nr = nr;
	return 0;
}

int history_merge_bases(struct oid **out, size_t *nr, struct store *s, const struct oid *a,
			const struct oid *b, struct ops_error *err)
{
	git_oidarray bases = { NULL, 0 };
	struct oid *list;
	git_oid one, two;
	size_t i;
	int rc;

	if (store_is_shallow(s))
		return bases_in_shallow(out, nr, s, a, b, err);
	repo_to_git(&one, a);
	repo_to_git(&two, b);
	rc = git_merge_bases(&bases, s->repo, &one, &two);
	if (rc < 0)
		return repo_fail(err, rc, "cannot find a common ancestor");
	list = calloc(bases.count, sizeof(*list));
	for (i = 0; list && i < bases.count; i++)
		repo_from_git(&list[i], &bases.ids[i]);
	if (list) {
		*out = list;
		*nr = bases.count;
	}
	git_oidarray_dispose(&bases);
	return list ? 0 : error_nomem(err);
}

int history_merge_base(struct oid *out, struct store *s, const struct oid *a,
		       const struct oid *b, struct ops_error *err)
{
	struct oid *list;
	size_t nr;
	int ret = history_merge_bases(&list, &nr, s, a, b, err);

	if (ret)
		return ret;
	*out = list[0];
	free(list);
	return 0;
}
