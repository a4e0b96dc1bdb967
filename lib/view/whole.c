/* SPDX-License-Identifier: MIT */
/*
 * What a status says beside single tasks: tasks that were broken down and whose parts are
 * not all done, and acts that are recorded here and not published.
 *
 * Reads only, and asks nobody over the network: what is published is what this clone has
 * seen of it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/size.h"
#include "ops/plan.h"
#include "store/ref.h"
#include "store/upstream.h"
#include "util/map.h"
#include "view/board.h"

#define AHEAD_MAX 100000

struct wholes {
	struct ops_concern *list;
	size_t nr, room;
};

static int add_whole(struct wholes *all, struct board *b, const char *name,
		     struct ops_findings *findings, struct ops_error *err)
{
	struct ops_concern *c;
	struct ops_document *d;
	struct progress p;
	const char *title;
	int ret = world_find(&d, b->world, name, "task", findings, NULL);

	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return error_set(err, ret, "'%s' cannot be read", name);
	if (ret || !d->status || strcmp(d->status, "Superseded"))
		return 0;
	ret = progress_of(&p, b->world, d, findings, err);
	if (ret)
		return ret;
	c = arena_room(b->arena, all->list, all->nr, &all->room, sizeof(*c));
	if (!c)
		return error_nomem(err);
	all->list = c;
	c += all->nr;
	title = document_text(d, "Title");
	memset(c, 0, sizeof(*c));
	c->task = arena_str(b->arena, d->id);
	c->title = arena_str(b->arena, title ? title : "");
	c->status = arena_str(b->arena, d->status);
	c->count = p.parts - p.complete;
	c->what = arena_printf(b->arena, "%.0f %% done: %zu of %zu parts are complete",
			       p.percent, p.complete, p.parts);
	if (!c->task || !c->title || !c->status || !c->what)
		return error_nomem(err);
	all->nr++;
	return 0;
}

int view_wholes(const struct ops_concern **out, size_t *nr, struct board *b,
		struct ops_findings *findings, struct ops_error *err)
{
	struct wholes all = { NULL, 0, 0 };
	struct map *seen = map_new(b->arena);
	const struct task *t;
	struct ops_document *d;
	const char *parent;
	size_t i;
	int ret = seen ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < b->tasks_nr; i++) {
		if (!(b->jobs[i].flags & JOB_PART))
			continue;
		arena_clear(b->scratch);
		ret = board_get(&t, b, i, b->scratch, err);
		if (ret == 0)
			ret = world_document(&d, b->world, t->path, findings, err);
		parent = ret ? NULL : document_text(d, "Parent");
		if (!parent || map_get(seen, parent))
			continue;
		ret = map_put(seen, parent, seen) ? error_nomem(err) :
		      add_whole(&all, b, parent, findings, err);
	}
	*out = all.list;
	*nr = all.nr;
	return ret;
}

/* How many commits the view's has and a ref has not; false when there is no such ref. */
static bool ahead_of(size_t *nr, struct ops_view *view, const char *ref)
{
	struct history h = { .nr = 0 };
	struct oid there;
	bool known = ref_value(&there, view->repo->store, ref, NULL) == 0 &&
		     history_list(&h, view->repo->store, &view->commit, &there, AHEAD_MAX,
				  NULL) == 0;

	if (known)
		*nr = h.nr;
	history_release(&h);
	return known;
}

int ops_view_unpublished(size_t *nr, bool *known, struct ops_view *view,
			 struct ops_error *err)
{
	struct arena *arena = view->arena;
	struct upstream up;
	const char *refs[3];
	size_t i, one;
	int ret = upstream_find(&up, view->repo->store, arena, NULL, NULL);

	*nr = 0;
	*known = false;
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret)
		return 0;	/* there is nowhere to publish to */
	refs[0] = up.fetched;
	refs[1] = up.seen;
	refs[2] = strncmp(up.ref, "refs/heads/", 11) ? up.fetched :
		  arena_printf(arena, "refs/remotes/%s/%s", up.remote, up.ref + 11);
	if (!refs[2])
		return error_nomem(err);
	for (i = 0; i < 3; i++)
		if (ahead_of(&one, view, refs[i])) {
			*nr = *known && *nr < one ? *nr : one;
			*known = true;
		}
	return 0;
}
