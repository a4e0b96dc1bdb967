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

/* Where a commit and the side began. */
struct began {
	bool none;
	struct oid at;
};

/* All that the side did about one document. */
static int lay_one(struct laid *laid, const struct laying *l, struct carrying *c,
		   const char *id, const struct about_one *one, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = audit_lay(laid->over, l->snap, one->records, err);

	if (ret || !map_count(one->documents))
		return ret;
	c->only = one->documents;
	c->items = NULL;
	c->nr = c->room = 0;
	c->elsewhere = NULL;
	ret = carry_over(c, &found);
	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return error_set(err, ret, "%s", found.message);
	/* What cannot be joined is as one of them has it. */
	return ret ? audit_lay(laid->over, map_has(l->joined, id) ? laid->snap : l->snap,
			       one->documents, err) : 0;
}

/* Remember it of a commit. */
static int keep_base(struct laying *l, const struct oid *commit, struct began *began,
		     struct ops_error *err)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, commit);
	if (!l->bases && !(l->bases = map_new(l->j->arena)))
		return error_nomem(err);
	return map_put(l->bases, hex, began) ? error_nomem(err) : 0;
}

static int find_base(struct began **out, struct laying *l, const struct oid *commit,
		     struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct began *b;
	char hex[OID_HEX + 1];
	int ret;

	oid_hex(hex, commit);
	if (l->bases && (*out = map_get(l->bases, hex)))
		return 0;
	b = *out = arena_alloc(l->j->arena, sizeof(*b));
	if (!b)
		return error_nomem(err);
	ret = history_merge_base(&b->at, l->j->v->repo->store, l->side, commit, &found);
	if (ret && ret != OPS_ENOTFOUND)
		return error_set(err, ret, "%s", found.message);
	b->none = ret != 0;
	return keep_base(l, commit, b, err);
}

static int open_laid(struct laid *out, struct laying *l, const struct oid *commit,
		     const struct began *began, struct ops_error *err)
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
		ret = began->none ? snap_of_nothing(&c.base, err) :
		      snap_of_commit(&c.base, l->j->v->repo->store, &began->at, err);
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

int audit_laid_open(struct laid *out, struct laying *l, const struct oid *commit,
		    struct ops_error *err)
{
	struct began *began;
	int ret = find_base(&began, l, commit, err);

	return ret ? ret : open_laid(out, l, commit, began, err);
}

/* What it has in common with the side its parent has, too. */
int audit_laid_new(struct laid *out, struct laying *l, const struct commit *commit,
		   struct ops_error *err)
{
	struct began *began;
	int ret = find_base(&began, l, commit->parents_nr == 1 ? &commit->parents[0] :
			    &commit->id, err);

	if (ret == 0 && commit->parents_nr == 1)
		ret = keep_base(l, &commit->id, began, err);
	return ret ? ret : open_laid(out, l, &commit->id, began, err);
}

void audit_laid_release(struct laid *laid)
{
	world_close(laid->world);
	snap_free(laid->over);
	snap_free(laid->snap);
	memset(laid, 0, sizeof(*laid));
}
