/* SPDX-License-Identifier: MIT */
/*
 * What came before a commit, out of the store.
 *
 * The order is that of the graph; dates are only what is asked for.
 */
#include "store/past.h"

#include "store/repo.h"
#include "store/snap-kind.h"

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

/* Whether a commit has a file, and its first parent; NULL when there is none here. */
static int step_back(git_commit **parent, bool *has, git_commit *c, const char *path)
{
	git_tree_entry *entry = NULL;
	git_tree *tree = NULL;
	int rc = git_commit_tree(&tree, c);

	*parent = NULL;
	if (rc == 0)
		rc = git_tree_entry_bypath(&entry, tree, path);
	*has = rc == 0;
	git_tree_entry_free(entry);
	git_tree_free(tree);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc == 0 && git_commit_parentcount(c))
		rc = git_commit_parent(parent, c, 0);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static int store_latest(int64_t *out, const struct past *past, const char *path,
			struct ops_error *err)
{
	git_commit *c = NULL, *parent;
	bool has = true, any = false;
	int64_t latest = 0;
	git_oid tip;
	size_t n;
	int rc;

	repo_to_git(&tip, &past->tip);
	rc = git_commit_lookup(&c, past->store->repo, &tip);
	for (n = 0; rc == 0 && c && n < PAST_LOOK_MAX; n++) {
		rc = step_back(&parent, &has, c, path);
		if (rc == 0 && has && (!any || git_commit_time(c) > latest))
			latest = git_commit_time(c);
		any = any || has;
		git_commit_free(c);
		c = parent;
	}
	git_commit_free(c);
	if (rc < 0)
		return repo_fail(err, rc, "cannot walk the history");
	if (!any)
		return error_set(err, OPS_ENOTFOUND, "no commit has '%s'", path);
	*out = latest;
	return 0;
}

void past_of_commit(struct past *out, struct store *s, const struct oid *commit)
{
	out->has = store_has;
	out->latest = store_latest;
	out->store = s;
	out->tip = *commit;
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
