/* SPDX-License-Identifier: MIT */
/*
 * Every pair of scopes that meet.
 *
 * Scopes are compared one by one only where they begin in the same directory, or with a
 * wildcard, so that many tasks in many places cost little.
 */

#include "model/contention.h"

#include <string.h>

#define FOUND_MAX 1000

struct held {
	const char *id, *owner;
	struct scope scope;
	const char **tops;		/* the first part of each pattern; "" if it is a
					   wildcard */
};

struct gathering {
	struct arena *arena;
	const struct config *config;
	struct held *list;
	size_t nr, room;
};

static const char *top_of(struct arena *arena, const char *pattern)
{
	size_t len = strcspn(pattern, "/");

	return strcspn(pattern, "*?[\\") < len ? "" : arena_dup(arena, pattern, len);
}

static int gather(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct gathering *g = payload;
	struct held *list, *h;
	size_t i;

	if (!scope_held(g->config, d))
		return 0;
	if (g->nr == g->room) {
		g->room = g->room ? 2 * g->room : 64;
		list = arena_array(g->arena, g->room, sizeof(*list));
		if (!list)
			return error_nomem(err);
		if (g->nr)
			memcpy(list, g->list, g->nr * sizeof(*list));
		g->list = list;
	}
	h = &g->list[g->nr++];
	h->id = arena_str(g->arena, d->id);
	h->owner = arena_str(g->arena, document_text(d, "Assigned-To"));
	if (!h->id || !h->owner || scope_read(&h->scope, g->arena, g->config, d))
		return error_nomem(err);
	h->tops = arena_array(g->arena, h->scope.nr + 1, sizeof(*h->tops));
	for (i = 0; h->tops && i < h->scope.nr; i++) {
		h->tops[i] = top_of(g->arena, h->scope.patterns[i]);
		if (!h->tops[i])
			return error_nomem(err);
	}
	return h->tops ? 0 : error_nomem(err);
}

static bool may_meet(const struct held *a, const struct held *b)
{
	size_t i, k;

	for (i = 0; i < a->scope.nr; i++)
		for (k = 0; k < b->scope.nr; k++)
			if (!*a->tops[i] || !*b->tops[k] || !strcmp(a->tops[i], b->tops[k]))
				return true;
	return false;
}

static int compare(struct contentions *out, struct arena *arena, const struct held *a,
		   const struct held *b)
{
	char example[PATH_MAX_BYTES + 1];
	struct contention *c = &out->list[out->nr];

	if (!strcmp(a->owner, b->owner) || !may_meet(a, b) ||
	    scope_meet(example, &a->scope, &b->scope, "**") == PATHS_APART)
		return 0;
	c->a = a->id;
	c->b = b->id;
	c->owner_a = a->owner;
	c->owner_b = b->owner;
	c->example = arena_str(arena, example);
	out->nr++;
	return c->example ? 0 : OPS_ENOMEM;
}

int contention_find(struct contentions *out, struct world *w, struct arena *arena,
		    struct ops_findings *findings, struct ops_error *err)
{
	struct gathering g = { arena, NULL, NULL, 0, 0 };
	struct contentions found = { NULL, 0, false };
	const struct type *task;
	size_t i, k;
	int ret = world_config(&g.config, w, err);

	task = ret ? NULL : config_type(g.config, "task");
	found.list = arena_array(arena, FOUND_MAX + 1, sizeof(*found.list));
	if (ret == 0 && !found.list)
		ret = error_nomem(err);
	if (ret == 0 && task)
		ret = world_each(w, task, false, false, gather, &g, findings, err);
	for (i = 0; ret == 0 && i < g.nr; i++)
		for (k = i + 1; ret == 0 && k < g.nr && !found.more; k++) {
			if (compare(&found, arena, &g.list[i], &g.list[k]))
				ret = error_nomem(err);
			found.more = found.nr == FOUND_MAX;
		}
	if (ret == 0)
		*out = found;
	return ret;
}
