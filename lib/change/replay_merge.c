/* SPDX-License-Identifier: MIT */
/*
 * Whether a merge says nothing of its own: then doing its sides again, one commit after
 * the other, is all of it, and the merge itself is left out.
 *
 * What its tree should be is what the merge driver makes of its parents and their base, path by
 * path; of more than two, as git does it, of each and what was made of those before it.  One
 * that differs, which a person resolved otherwise, is not to be left out.
 *
 * Never writes.
 */
#include "change/replay.h"

#include <string.h>

#include "model/merge.h"
#include "util/map.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

/* A parent that is joined to those before it. */
struct step {
	struct snap *base, *theirs;
};

struct joining {
	struct ops_repo *repo;
	struct arena *arena;
	const struct config *config;
	struct snap *ours, *made;
	struct step *steps;
	size_t steps_nr;
	bool documents;		/* nothing but documents and the configuration */
	struct map *odd;	/* paths that are not as expected */
};

struct version {
	struct snap *snap;
	struct snap_entry e;
	bool is;
	bool joined;		/* out of several: it is this text, which no snapshot has */
	struct buf text;
};

/* What stands at a path; one that is not there has no mode that counts. */
static int version_of(struct version *v, struct snap *snap, const char *path,
		      struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = snap_find(&v->e, snap, path, &found);

	v->snap = snap;
	v->is = ret == 0 && v->e.mode != SNAP_DIR;
	return ret == 0 || ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
}

static bool same(const struct version *a, const struct version *b)
{
	if (a->joined || b->joined)
		return false;
	if (!a->is || !b->is)
		return a->is == b->is;
	return a->e.mode == b->e.mode && oid_equal(&a->e.oid, &b->e.oid);
}

/* The text of a version, read into `blob` where it has none of its own. */
static int text_of(struct side *out, struct blob *blob, const struct version *v,
		   const char *path, struct ops_error *err)
{
	int ret = v->is && !v->joined ? snap_read(blob, v->snap, path, FILE_BYTES_MAX, err) : 0;

	if (ret == 0 && v->is)
		*out = v->joined ? (struct side){ v->text.data, v->text.len } :
		       (struct side){ blob->data, blob->len };
	return ret;
}

/* Both changed it: what the driver makes of that; *is: it could. */
static int join_texts(bool *is, struct version *mine, struct joining *j, const char *path,
		      const struct version *base, const struct version *theirs,
		      struct ops_error *err)
{
	const struct version *v[3] = { base, mine, theirs };
	struct merge m = { .arena = j->arena, .text = BUF_INIT };
	struct blob blobs[3] = { { .data = NULL } };
	struct side side[3] = { { NULL, 0 } };
	bool readable;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < 3; i++)
		ret = text_of(&side[i], &blobs[i], v[i], path, err);
	readable = ret != OPS_EINVALID;
	if (ret == 0)
		ret = merge_document(&m, config_type_of_path(j->config, path), side[0], side[1],
				     side[2], merge_flags_at(j->config, path), err);
	*is = ret == 0 && !m.conflicts_nr;
	for (i = 0; i < 3; i++)
		blob_release(&blobs[i]);
	buf_release(&mine->text);
	mine->text = m.text;
	if (!mine->is || (base->is && theirs->is && mine->e.mode == base->e.mode))
		mine->e.mode = theirs->e.mode;
	mine->is = mine->joined = true;
	/* What is too large is not merged by anybody here, so a person did. */
	return readable ? ret : 0;
}

static int join_step(bool *is, struct version *mine, struct joining *j, const char *path,
		     const struct step *step, struct ops_error *err)
{
	struct version base = { .text = BUF_INIT }, theirs = { .text = BUF_INIT };
	int ret = version_of(&base, step->base, path, err);

	if (ret == 0)
		ret = version_of(&theirs, step->theirs, path, err);
	if (ret || same(mine, &theirs) || same(&base, &theirs))
		return ret;
	if (!same(&base, mine))
		return join_texts(is, mine, j, path, &base, &theirs, err);
	*mine = theirs;
	return 0;
}

/* Whether the merge has what was made of its sides. */
static int as_made(bool *is, const struct version *v, struct joining *j, const char *path,
		   struct ops_error *err)
{
	struct version made = { .text = BUF_INIT };
	struct blob blob = { .data = NULL };
	struct side text = { NULL, 0 };
	int ret = version_of(&made, j->made, path, err);

	if (ret == 0 && v->joined)
		ret = text_of(&text, &blob, &made, path, err);
	*is = ret == 0 && (v->joined ? made.is && made.e.mode == v->e.mode &&
			   text.len == v->text.len &&
			   !memcmp(text.text, v->text.data, text.len) : same(v, &made));
	blob_release(&blob);
	return ret == OPS_EINVALID ? 0 : ret;
}

static int one_path(const char *path, const struct snap_entry *before,
		    const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct joining *j = payload;
	struct version v = { .text = BUF_INIT };
	bool is = true;
	size_t i;
	int ret;

	(void)before;
	(void)after;
	if (j->documents && strcmp(path, CONFIG_PATH) && !config_type_of_path(j->config, path))
		return 0;
	ret = version_of(&v, j->ours, path, err);
	for (i = 0; ret == 0 && is && i < j->steps_nr; i++)
		ret = join_step(&is, &v, j, path, &j->steps[i], err);
	if (ret == 0 && is)
		ret = as_made(&is, &v, j, path, err);
	buf_release(&v.text);
	return ret == 0 && !is && map_put(j->odd, path, j->odd) ? error_nomem(err) : ret;
}

static int base_of(struct oid *out, bool *is, struct store *s, const struct oid *a,
		   const struct oid *b, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = history_merge_base(out, s, a, b, &found);

	*is = ret == 0;
	return ret == 0 || ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
}

/* Where a parent left all that were joined before it: the latest commit that it has of one. */
static int open_base(struct snap **out, struct joining *j, const struct commit *c, size_t nr,
		     struct ops_error *err)
{
	struct store *s = j->repo->store;
	struct oid best, base, first;
	bool any = false, is, below;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = base_of(&base, &is, s, &c->parents[i], &c->parents[nr], err);
		if (ret || !is)
			continue;
		below = !any;
		if (any)
			ret = base_of(&first, &below, s, &best, &base, err);
		if (!any || (below && oid_equal(&first, &best)))
			best = base;
		any = true;
	}
	if (ret)
		return ret;
	return any ? snap_of_commit(out, s, &best, err) : snap_of_nothing(out, err);
}

static int open_all(struct joining *j, const struct commit *c, struct world **world,
		    struct ops_error *err)
{
	struct store *s = j->repo->store;
	size_t i, n = c->parents_nr;
	int ret = snap_of_commit(&j->ours, s, &c->parents[0], err);

	j->steps = arena_array(j->arena, n - 1, sizeof(*j->steps));
	if (ret == 0 && !j->steps)
		ret = error_nomem(err);
	for (i = 1; ret == 0 && i < n; i++) {
		struct step *step = &j->steps[j->steps_nr++];

		*step = (struct step){ NULL, NULL };
		ret = open_base(&step->base, j, c, i, err);
		if (ret == 0)
			ret = snap_of_commit(&step->theirs, s, &c->parents[i], err);
	}
	if (ret == 0)
		ret = snap_of_commit(&j->made, s, &c->id, err);
	if (ret == 0)
		ret = world_open(world, j->ours, j->repo->cache, err);
	return ret ? ret : world_config(&j->config, *world, err);
}

int replay_joins(struct map **odd, struct ops_repo *repo, const struct commit *c, bool documents,
		 struct arena *arena, struct ops_error *err)
{
	struct joining j = { .repo = repo, .arena = arena, .documents = documents,
			     .odd = map_new(arena) };
	struct world *world = NULL;
	size_t i;
	int ret;

	*odd = NULL;
	if (c->parents_nr < 2 || c->parents_nr > REPLAY_SIDES_MAX)
		return 0;
	if (!j.odd)
		return error_nomem(err);
	ret = open_all(&j, c, &world, err);
	if (ret == 0)
		ret = snap_diff(j.ours, j.made, one_path, &j, err);
	for (i = 0; ret == 0 && i < j.steps_nr; i++)
		ret = snap_diff(j.steps[i].theirs, j.made, one_path, &j, err);
	*odd = ret == 0 ? j.odd : NULL;
	world_close(world);
	snap_free(j.made);
	for (i = 0; i < j.steps_nr; i++) {
		snap_free(j.steps[i].theirs);
		snap_free(j.steps[i].base);
	}
	snap_free(j.ours);
	return ret;
}
