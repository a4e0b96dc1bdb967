/* SPDX-License-Identifier: MIT */
/*
 * What one side of a merge did to documents, and the merge took back.
 *
 * A document that is wholly as the other side has it lost what this one did, unless the other
 * one did all of that, too: a task that was cancelled by both, a field that both gave one value.
 * That is so when joining what both did, field by field, comes to what the other side has.
 */
#include "view/audit_dropped.h"

#include <string.h>

#include "model/merge.h"
#include "util/path.h"

/* A document as three commits have it. */
struct versions {
	struct snap *snaps[3];		/* where both began, this side, the other one */
	struct blob blobs[3];
};

/* Where a document was in the beginning, if not there: it may have moved since. */
static int find_base(const char **out, struct judged *j, const struct oid *base,
		     const char *path, const struct type *type, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct world *world = NULL;
	struct snap *snap = NULL;
	const char *stem, *was = NULL;
	size_t len = path_stem(path, &stem);
	const char *id = arena_dup(j->arena, stem, len);
	int ret = id ? audit_world(&world, &snap, j->v->repo, base, err) : error_nomem(err);

	if (ret == 0) {
		ret = world_exact_path(&was, world, id, type->name, &found);
		*out = ret == 0 ? arena_str(j->arena, was) : NULL;
		if (ret == 0 && !*out)
			ret = error_nomem(err);
		else if (ret == OPS_ENOMEM || ret == OPS_EIO)
			error_set(err, ret, "%s", found.message);
		else
			ret = 0;
		world_close(world);
		snap_free(snap);
	}
	return ret;
}

/* *there is false for one that is not there, or cannot be read as a document. */
static int read_version(bool *there, struct versions *v, size_t which, struct judged *j,
			const struct oid *id, const char *path, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = snap_of_commit(&v->snaps[which], j->v->repo->store, id, err);

	if (ret)
		return ret;
	ret = path ? snap_read(&v->blobs[which], v->snaps[which], path, DOC_MAX, &found) :
	      OPS_ENOTFOUND;
	*there = ret == 0;
	return ret == OPS_ENOMEM || ret == OPS_EIO ? error_set(err, ret, "%s", found.message) : 0;
}

static int join(bool *within, struct versions *v, struct judged *j, const char *path,
		const struct type *type, bool began, struct ops_error *err)
{
	const struct config *config;
	struct merge m = { .arena = j->arena, .text = BUF_INIT };
	struct side sides[3] = { { NULL, 0 } };
	size_t i;
	int ret = world_config(&config, j->world, err);

	for (i = began ? 0 : 1; i < 3; i++)
		sides[i] = (struct side){ v->blobs[i].data, v->blobs[i].len };
	if (ret == 0)
		ret = merge_document(&m, type, sides[0], sides[1], sides[2],
				     MERGE_ACT | merge_flags_at(config, path), err);
	*within = ret == 0 && !m.conflicts_nr && m.text.len == v->blobs[2].len &&
		  !memcmp(m.text.data, v->blobs[2].data, m.text.len);
	buf_release(&m.text);
	return ret;
}

/* Whether the other side did to a document all that this one did. */
static int is_within(bool *out, struct judged *j, const char *path, const struct oid *base,
		     const struct oid *mine, const struct oid *other, struct ops_error *err)
{
	struct versions v = { .snaps = { NULL } };
	const struct config *config;
	const struct type *type;
	const char *was = path;
	bool began = false, here = false, there = false;
	size_t i;
	int ret = world_config(&config, j->world, err);

	*out = false;
	type = ret == 0 ? config_type_of_path(config, path) : NULL;
	if (!type)
		return ret;
	ret = read_version(&began, &v, 0, j, base, path, err);
	if (ret == 0 && !began && !type_is(type, "packet")) {
		snap_free(v.snaps[0]);
		v.snaps[0] = NULL;
		ret = find_base(&was, j, base, path, type, err);
		if (ret == 0)
			ret = read_version(&began, &v, 0, j, base, was, err);
	}
	if (ret == 0)
		ret = read_version(&here, &v, 1, j, mine, path, err);
	if (ret == 0)
		ret = read_version(&there, &v, 2, j, other, path, err);
	if (ret == 0 && here && there)
		ret = join(out, &v, j, path, type, began, err);
	for (i = 0; i < 3; i++) {
		blob_release(&v.blobs[i]);
		snap_free(v.snaps[i]);
	}
	return ret;
}

/* What a side changed since one of the commits where both began, and the merge took back. */
static int find_taken_back(struct map *dropped, struct judged *j, const struct audit_side *side,
			   const struct oid *base, const struct oid *mine,
			   const struct oid *other, struct ops_error *err)
{
	struct map *since, *taken, *unlike, *sides;
	size_t i;
	int ret = audit_differing(&since, j, base, mine, err);

	if (ret == 0)
		ret = audit_differing(&taken, j, base, &j->commit.id, err);
	if (ret == 0)
		ret = audit_differing(&unlike, j, other, &j->commit.id, err);
	if (ret == 0)
		ret = audit_differing(&sides, j, mine, other, err);
	for (i = 0; ret == 0 && i < map_count(side->changed); i++) {
		const char *path = map_at(side->changed, i)->key;
		bool within = false;

		if (!map_has(since, path))
			continue;
		/* It moved, and what became of it there is judged as the merge's own. */
		if (map_has(j->moved, path))
			continue;
		/* It is as it was at first, or wholly the other side's. */
		if (map_has(taken, path) && (map_has(unlike, path) || !map_has(sides, path)))
			continue;
		if (map_has(taken, path))
			ret = is_within(&within, j, path, base, mine, other, err);
		if (ret == 0 && !within && map_put(dropped, path, dropped))
			ret = error_nomem(err);
	}
	return ret;
}

int audit_dropped(struct judged *j, const struct audit_side *side, const struct oid *mine,
		  const struct oid *other, struct ops_error *err)
{
	struct map *dropped = map_new(j->arena);
	const struct config *config;
	size_t i;
	int ret = dropped ? world_config(&config, j->world, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < side->bases_nr; i++)
		ret = find_taken_back(dropped, j, side, &side->bases[i], mine, other, err);
	for (i = 0; ret == 0 && i < map_count(dropped); i++) {
		const char *path = map_at(dropped, i)->key;

		if (strcmp(path, CONFIG_PATH) && !config_type_of_path(config, path))
			continue;
		j->touched = true;
		findings_add(j->findings, "merge.dropped", OPS_ERROR, path, 0, 0,
			     "merge again, and keep what both sides did; where that cannot "
			     "be, as of one field with two values, " TAKE_MERGE_BACK ": ops "
			     "sync leaves one of them out, and tells whose",
			     "the merge takes back what one side did to it");
	}
	return ret;
}
