/* SPDX-License-Identifier: MIT */
/*
 * Walks over commits.
 *
 * The order is that of the graph alone, never of dates: those are what their
 * author typed.
 */
#include "store/history.h"

#include "store/repo.h"

int history_walk(struct store *s, const struct oid *tip, const struct oid *hide,
		 bool newest_first,
		 int (*each)(const struct oid *id, void *payload,
			     struct ops_error *err),
		 void *payload, struct ops_error *err)
{
	git_revwalk *walk = NULL;
	struct oid id;
	git_oid oid;
	int rc, git;

	git = git_revwalk_new(&walk, s->repo);
	if (git == 0)
		git = git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL |
				(newest_first ? 0 : GIT_SORT_REVERSE));
	repo_to_git(&oid, tip);
	if (git == 0)
		git = git_revwalk_push(walk, &oid);
	if (git == 0 && hide) {
		repo_to_git(&oid, hide);
		git = git_revwalk_hide(walk, &oid);
	}
	rc = 0;
	while (git == 0 && rc == 0) {
		git = git_revwalk_next(&oid, walk);
		if (git == 0) {
			repo_from_git(&id, &oid);
			rc = each(&id, payload, err);
		}
	}
	if (git < 0 && git != GIT_ITEROVER)
		rc = repo_fail(err, git, "cannot walk the history");
	git_revwalk_free(walk);
	return rc > 0 ? 0 : rc;
}

int history_merge_base(struct oid *out, struct store *s, const struct oid *a,
		       const struct oid *b, struct ops_error *err)
{
	git_oid one, two, base;
	int rc;

	repo_to_git(&one, a);
	repo_to_git(&two, b);
	rc = git_merge_base(&base, s->repo, &one, &two);
	if (rc < 0)
		return repo_fail(err, rc, "cannot find a common ancestor");
	repo_from_git(out, &base);
	return 0;
}
