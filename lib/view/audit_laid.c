/* SPDX-License-Identifier: MIT */
/*
 * The world of a commit of one side of a merge, had the other side done before what it did
 * about some documents.
 *
 * A record, and a document that only the other side changed, is there as that one has it.  A
 * document that both changed is joined, field by field; where both gave a field a value, the
 * commit came later and its value stands, as if the act were done there.
 *
 * Where that cannot be joined the document is as the commit has it.  Where documents lie is
 * said by a configuration, so a new one comes with them.  Never writes.
 */
#include "view/audit_laid.h"

#include <string.h>

#include "change/carry.h"

/* Those of records. */
static int records_of(struct map **out, const struct laying *l, const struct config *config,
		      const struct map *paths, struct ops_error *err)
{
	struct map *records = map_new(l->arena);
	const struct type *type;
	size_t i;

	for (i = 0; records && i < map_count(paths); i++) {
		type = config_type_of_path(config, map_at(paths, i)->key);
		if (type && type_is(type, "packet") &&
		    map_put(records, map_at(paths, i)->key, records))
			records = NULL;
	}
	*out = records;
	return records ? 0 : error_nomem(err);
}

/* What cannot be joined is as one of them has it, and the records are there as well. */
static int lay_apart(struct laid *laid, const struct laying *l, const struct config *config,
		     const char *id, const struct map *paths, struct ops_error *err)
{
	struct map *records;
	int ret;

	if (!map_has(l->joined, id))
		return audit_lay(laid->over, l->snap, paths, err);
	ret = audit_lay(laid->over, laid->snap, paths, err);
	if (ret == 0)
		ret = records_of(&records, l, config, paths, err);
	return ret ? ret : audit_lay(laid->over, l->snap, records, err);
}

/* All that the side did about one document. */
static int lay_one(struct laid *laid, const struct laying *l, struct carrying *c,
		   const char *id, const struct map *paths, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret;

	c->only = paths;
	c->items = NULL;
	c->nr = c->room = 0;
	c->elsewhere = NULL;
	ret = carry_over(c, &found);
	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return error_set(err, ret, "%s", found.message);
	return ret ? lay_apart(laid, l, c->config, id, paths, err) : 0;
}

/* Where the side and the commit began; nothing, where they have nothing in common. */
static int open_base(struct snap **out, const struct laying *l, const struct oid *commit,
		     struct ops_error *err)
{
	struct store *s = l->j->v->repo->store;
	struct ops_error found = { 0 };
	struct oid base;
	int ret = history_merge_base(&base, s, l->side, commit, &found);

	if (ret == 0)
		return snap_of_commit(out, s, &base, err);
	return ret == OPS_ENOTFOUND ? snap_of_nothing(out, err) :
	       error_set(err, ret, "%s", found.message);
}

int audit_laid_open(struct laid *out, const struct laying *l, const struct oid *commit,
		    struct ops_error *err)
{
	struct replayed end = { .config = NULL };
	struct carrying c = { .arena = l->arena, .theirs = l->snap, .documents = true,
			      .later = true, .out = &end };
	struct world *there = NULL;
	size_t i;
	int ret = snap_of_commit(&out->snap, l->j->v->repo->store, commit, err);

	if (ret == 0)
		ret = snap_overlay(&out->over, out->snap, err);
	if (ret == 0)
		ret = open_base(&c.base, l, commit, err);
	if (ret == 0)
		ret = world_open(&there, out->snap, l->j->v->repo->cache, err);
	if (ret == 0)
		ret = world_config(&c.config, l->j->world, err);
	c.world = there;
	c.ours = out->snap;
	c.after = out->over;
	for (i = 0; ret == 0 && i < map_count(l->ids); i++)
		ret = lay_one(out, l, &c, map_at(l->ids, i)->key, map_at(l->ids, i)->value, err);
	if (ret == 0)
		ret = audit_lay(out->over, l->snap, l->config, err);
	world_close(there);
	snap_free(c.base);
	return ret ? ret : world_open(&out->world, out->over, l->j->v->repo->cache, err);
}

void audit_laid_release(struct laid *laid)
{
	world_close(laid->world);
	snap_free(laid->over);
	snap_free(laid->snap);
	memset(laid, 0, sizeof(*laid));
}
