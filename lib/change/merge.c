/* SPDX-License-Identifier: MIT */
/*
 * Merging one document for git's merge driver.
 *
 * Nothing is decided here but which type the file is of; nothing is written.
 */

#include "ops/merge.h"

#include <stdlib.h>
#include <string.h>

#include "model/merge.h"
#include "model/repo.h"

struct merged {
	struct ops_merge public;	/* first: freed by its address */
	struct arena *arena;
	struct buf text;
};

/* The configuration of the tip, else of HEAD, else the built-in one. */
static int open_world(struct world **world, struct snap **snap, struct ops_repo *repo,
		      struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct oid tip;
	int ret = store_tip(&tip, repo->store, &found);

	if (ret == OPS_ENOTFOUND)
		ret = store_resolve(&tip, repo->store, "HEAD", &found);
	if (ret == 0)
		ret = snap_of_commit(snap, repo->store, &tip, err);
	else
		ret = snap_of_nothing(snap, err);
	return ret ? ret : world_open(world, *snap, repo->cache, err);
}

static const char *const kinds[] = {
	[CONFLICT_DOCUMENT] = "document", [CONFLICT_AUTHORITY] = "authority",
	[CONFLICT_FIELD] = "field", [CONFLICT_SECTION] = "section"
};

static int publish(struct ops_merge **out, struct merged *d, const struct merge *m,
		   struct ops_error *err)
{
	struct ops_merge_conflict *list = arena_array(d->arena, m->conflicts_nr + 1,
						      sizeof(*list));
	size_t i;

	if (!list)
		return error_nomem(err);
	for (i = 0; i < m->conflicts_nr; i++) {
		list[i].kind = kinds[m->conflicts[i].kind];
		list[i].name = m->conflicts[i].name;
	}
	d->text = m->text;
	d->public.text = m->text.data;
	d->public.len = m->text.len;
	d->public.conflicts = list;
	d->public.conflicts_nr = m->conflicts_nr;
	*out = &d->public;
	return 0;
}

static struct side side_of(const struct ops_text *v)
{
	struct side side = { v->text, v->text ? v->len : 0 };

	return side;
}

int ops_repo_merge(struct ops_merge **out, struct ops_repo *repo, const char *path,
		   const struct ops_text *base, const struct ops_text *ours,
		   const struct ops_text *theirs, struct ops_error *err)
{
	struct merge m = { .text = BUF_INIT };
	struct merged *d = calloc(1, sizeof(*d));
	const struct config *config;
	struct world *world = NULL;
	struct snap *snap = NULL;
	int ret;

	if (!d)
		return error_nomem(err);
	buf_init(&d->text);
	m.arena = d->arena = arena_new();
	ret = m.arena ? open_world(&world, &snap, repo, err) : error_nomem(err);
	if (ret == 0)
		ret = world_config(&config, world, err);
	if (ret == 0)
		ret = merge_document(&m, config_type_of_path(config, path), side_of(base),
				     side_of(ours), side_of(theirs),
				     merge_flags_at(config, path), err);
	if (ret == 0)
		ret = publish(out, d, &m, err);
	if (ret) {
		buf_release(&m.text);
		ops_merge_free(&d->public);
	}
	world_close(world);
	snap_free(snap);
	return ret;
}

void ops_merge_free(struct ops_merge *merge)
{
	struct merged *d = (struct merged *)merge;

	if (!d)
		return;
	buf_release(&d->text);
	arena_free(d->arena);
	free(d);
}
