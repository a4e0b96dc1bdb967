/* SPDX-License-Identifier: MIT */
/*
 * Whether a merge says nothing of its own: then doing both its sides again, one commit after
 * the other, is all of it, and the merge itself is left out.
 *
 * What its tree should be is what the merge driver makes of its parents and their base, path by
 * path.  One that differs, which a person resolved otherwise, is not to be left out; nor is
 * one of more than two parents.
 *
 * Never writes.
 */
#include "change/replay.h"

#include <string.h>

#include "model/merge.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

struct joining {
	struct ops_repo *repo;
	struct arena *arena;
	const struct config *config;
	struct snap *base, *ours, *theirs, *made;
	bool documents;		/* nothing but documents and the configuration */
	const char *odd;	/* a path that is not as expected */
};

/* What stands at a path; one that is not there has no mode that counts. */
static int entry_of(struct snap_entry *e, bool *is, struct snap *snap, const char *path,
		    struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = snap_find(e, snap, path, &found);

	*is = ret == 0 && e->mode != SNAP_DIR;
	return ret == 0 || ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
}

struct version {
	struct snap_entry e;
	bool is;
};

static bool same(const struct version *a, const struct version *b)
{
	if (!a->is || !b->is)
		return a->is == b->is;
	return a->e.mode == b->e.mode && oid_equal(&a->e.oid, &b->e.oid);
}

static int text_of(struct blob *out, struct snap *snap, const char *path,
		   const struct version *v, struct ops_error *err)
{
	return v->is ? snap_read(out, snap, path, FILE_BYTES_MAX, err) : 0;
}

/* Both sides changed it: whether the result is what the driver makes of that. */
static int as_merged(bool *is, struct joining *j, const char *path,
		     const struct version v[4], struct ops_error *err)
{
	struct snap *snaps[4] = { j->base, j->ours, j->theirs, j->made };
	struct merge m = { .arena = j->arena, .text = BUF_INIT };
	struct blob text[4] = { { .data = NULL } };
	struct side side[3] = { { NULL, 0 } };
	bool readable;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < 4; i++)
		ret = text_of(&text[i], snaps[i], path, &v[i], err);
	for (i = 0; i < 3; i++)
		if (v[i].is)
			side[i] = (struct side){ text[i].data, text[i].len };
	readable = ret != OPS_EINVALID;
	if (ret == 0)
		ret = merge_document(&m, config_type_of_path(j->config, path), side[0], side[1],
				     side[2], merge_flags_at(j->config, path), err);
	*is = ret == 0 && !m.conflicts_nr && v[3].is && m.text.len == text[3].len &&
	      !memcmp(m.text.data, text[3].data, m.text.len);
	for (i = 0; i < 4; i++)
		blob_release(&text[i]);
	buf_release(&m.text);
	/* What is too large is not merged by anybody here, so a person did. */
	return readable ? ret : 0;
}

static int one_path(const char *path, const struct snap_entry *before,
		    const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct joining *j = payload;
	struct snap *snaps[4] = { j->base, j->ours, j->theirs, j->made };
	struct version v[4];
	bool is = true;
	size_t i;
	int ret = 0;

	(void)before;
	(void)after;
	if (j->documents && strcmp(path, CONFIG_PATH) && !config_type_of_path(j->config, path))
		return 0;
	for (i = 0; ret == 0 && i < 4; i++)
		ret = entry_of(&v[i].e, &v[i].is, snaps[i], path, err);
	if (ret || j->odd)
		return ret;
	if (same(&v[1], &v[2]) || same(&v[0], &v[2]))
		is = same(&v[3], &v[1]);
	else if (same(&v[0], &v[1]))
		is = same(&v[3], &v[2]);
	else
		ret = as_merged(&is, j, path, v, err);
	if (ret == 0 && !is && !(j->odd = arena_str(j->arena, path)))
		ret = error_nomem(err);
	return ret;
}

static int open_all(struct joining *j, const struct commit *c, struct world **world,
		    struct ops_error *err)
{
	struct store *s = j->repo->store;
	struct ops_error found = { 0 };
	struct oid base;
	int ret = history_merge_base(&base, s, &c->parents[0], &c->parents[1], &found);

	if (ret == OPS_ENOTFOUND)
		ret = snap_of_nothing(&j->base, err);
	else
		ret = ret ? error_set(err, ret, "%s", found.message) :
		      snap_of_commit(&j->base, s, &base, err);
	if (ret == 0)
		ret = snap_of_commit(&j->ours, s, &c->parents[0], err);
	if (ret == 0)
		ret = snap_of_commit(&j->theirs, s, &c->parents[1], err);
	if (ret == 0)
		ret = snap_of_commit(&j->made, s, &c->id, err);
	if (ret == 0)
		ret = world_open(world, j->ours, j->repo->cache, err);
	return ret ? ret : world_config(&j->config, *world, err);
}

int replay_joins(bool *out, const char **path, struct ops_repo *repo, const struct commit *c,
		 bool documents, struct arena *arena, struct ops_error *err)
{
	struct joining j = { .repo = repo, .arena = arena, .documents = documents };
	struct world *world = NULL;
	int ret = 0;

	*path = NULL;
	*out = false;
	if (c->parents_nr != 2)
		return 0;
	ret = open_all(&j, c, &world, err);
	if (ret == 0)
		ret = snap_diff(j.ours, j.made, one_path, &j, err);
	if (ret == 0)
		ret = snap_diff(j.theirs, j.made, one_path, &j, err);
	*out = ret == 0 && !j.odd;
	*path = j.odd;
	world_close(world);
	snap_free(j.made);
	snap_free(j.theirs);
	snap_free(j.ours);
	snap_free(j.base);
	return ret;
}
