/* SPDX-License-Identifier: MIT */
/*
 * What came before a commit, out of the store.
 *
 * The order is that of the graph; dates are only what is asked for.
 */
#include "store/past.h"

#include <stdlib.h>
#include <string.h>

#include "store/repo.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/map.h"

static int store_has(bool *out, const struct past *past, const struct oid *commit,
		     struct ops_error *err)
{
	struct store *s = past->store;
	git_oid tip, id;
	int rc;

	*out = oid_equal(&past->tip, commit);
	if (*out)
		return 0;
	repo_to_git(&tip, &past->tip);
	repo_to_git(&id, commit);
	if (!git_odb_exists(s->odb, &id))
		return store_is_shallow(s) ? error_set(err, OPS_ENOTFOUND, "this clone is cut "
						       "off before that commit") : 0;
	rc = git_graph_descendant_of(s->repo, &tip, &id);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return repo_fail(err, rc, "cannot walk the history");
	*out = rc == 1;
	return 0;
}

/* What a commit has at a path; zero: nothing. */
struct place {
	git_oid id;
	git_filemode_t mode;
};

static int look_at(struct place *out, git_commit *c, const char *path)
{
	git_tree_entry *entry = NULL;
	git_tree *tree = NULL;
	int rc = git_commit_tree(&tree, c);

	memset(out, 0, sizeof(*out));
	if (rc == 0)
		rc = git_tree_entry_bypath(&entry, tree, path);
	if (rc == 0) {
		out->id = *git_tree_entry_id(entry);
		out->mode = git_tree_entry_filemode(entry);
	}
	git_tree_entry_free(entry);
	git_tree_free(tree);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static bool same_place(const struct place *a, const struct place *b)
{
	return a->mode == b->mode && git_oid_equal(&a->id, &b->id);
}

static int store_latest(int64_t *out, const struct past *past, const char *path,
			struct ops_error *err)
{
	git_commit *c = NULL, *parent;
	struct place is, now = { .mode = 0 };
	int64_t latest = 0;
	git_oid tip;
	size_t n;
	int rc;

	repo_to_git(&tip, &past->tip);
	rc = git_commit_lookup(&c, past->store->repo, &tip);
	for (n = 0; rc == 0 && c && n < PAST_LOOK_MAX; n++) {
		rc = look_at(n ? &is : &now, c, path);
		if (rc || !now.mode || (n && !same_place(&is, &now)))
			break;
		if (!n || git_commit_time(c) > latest)
			latest = git_commit_time(c);
		parent = NULL;
		if (git_commit_parentcount(c))
			rc = git_commit_parent(&parent, c, 0);
		rc = rc == GIT_ENOTFOUND ? 0 : rc;
		git_commit_free(c);
		c = parent;
	}
	git_commit_free(c);
	if (rc < 0)
		return repo_fail(err, rc, "cannot walk the history");
	if (!now.mode)
		return error_set(err, OPS_ENOTFOUND, "no commit has '%s'", path);
	*out = latest;
	return 0;
}

/* Commits still to be looked at; each is put there once. */
struct pending {
	struct arena *arena;
	struct map *seen;
	git_oid *list;
	size_t nr, room;
};

static int put(struct pending *p, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	if (map_has(p->seen, hex))
		return 0;
	if (map_put(p->seen, hex, p) || array_room(&p->list, p->nr, &p->room, sizeof(*id)) < 0)
		return OPS_ENOMEM;
	p->list[p->nr++] = *id;
	return 0;
}

/* One of them, and those that it was made on. */
static int look_back(bool *differs, struct pending *p, struct store *s, const git_oid *id,
		     const char *path, const char *since, const struct place *now,
		     struct ops_error *err)
{
	struct place is, began = { .mode = 0 };
	git_commit *c = NULL;
	unsigned i;
	int ret = 0, rc = git_commit_lookup(&c, s->repo, id);

	if (rc == GIT_ENOTFOUND)
		return 0;	/* where this clone was cut off */
	if (rc == 0)
		rc = look_at(&began, c, since);
	if (rc == 0 && began.mode)
		rc = look_at(&is, c, path);
	if (rc < 0)
		ret = repo_fail(err, rc, "cannot walk the history");
	else if (began.mode && !same_place(&is, now))
		*differs = true;
	for (i = 0; ret == 0 && began.mode && i < git_commit_parentcount(c); i++)
		if (put(p, git_commit_parent_id(c, i)))
			ret = error_nomem(err);
	git_commit_free(c);
	return ret;
}

static int store_changed(bool *out, const struct past *past, const char *path,
			 const char *since, struct ops_error *err)
{
	struct pending p = { .arena = arena_new() };
	git_commit *c = NULL;
	struct place now;
	git_oid id;
	size_t n;
	int ret = 0, rc;

	p.seen = p.arena ? map_new(p.arena) : NULL;
	repo_to_git(&id, &past->tip);
	if (!p.seen || put(&p, &id))
		ret = error_nomem(err);
	rc = ret ? 0 : git_commit_lookup(&c, past->store->repo, &id);
	if (ret == 0 && rc == 0)
		rc = look_at(&now, c, path);
	git_commit_free(c);
	if (rc < 0)
		ret = repo_fail(err, rc, "cannot walk the history");
	*out = false;
	for (n = 0; ret == 0 && !*out && p.nr; n++) {
		id = p.list[--p.nr];
		if (n == PAST_LOOK_MAX)
			*out = true;
		else
			ret = look_back(out, &p, past->store, &id, path, since, &now, err);
	}
	free(p.list);
	arena_free(p.arena);
	return ret;
}

void past_of_commit(struct past *out, struct store *s, const struct oid *commit, int64_t date)
{
	out->has = store_has;
	out->latest = store_latest;
	out->changed = store_changed;
	out->store = s;
	out->tip = *commit;
	out->date = date;
}

const struct past *snap_past(const struct snap *snap)
{
	while (!snap->past.has && snap->base)
		snap = snap->base;
	return snap->past.has ? &snap->past : NULL;
}

void snap_set_past(struct snap *snap, const struct past *past)
{
	snap->past = *past;
}
