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
	struct history h = { .nr = 0 };
	size_t i;
	int ret = history_list(&h, s, tip, hide, 0, err);

	for (i = 0; ret == 0 && i < h.nr; i++)
		ret = each(&h.list[newest_first ? h.nr - 1 - i : i], payload, err);
	history_release(&h);
	return ret > 0 ? 0 : ret;
}

int history_merge_bases(struct oid **out, size_t *nr, struct store *s, const struct oid *a,
			const struct oid *b, struct ops_error *err)
{
	git_oidarray bases = { NULL, 0 };
	struct oid *list;
	git_oid one, two;
	size_t i;
	int rc;

	repo_to_git(&one, a);
	repo_to_git(&two, b);
	rc = git_merge_bases(&bases, s->repo, &one, &two);
	if (rc < 0)
		return repo_fail(err, rc, "cannot find a common ancestor");
	list = calloc(bases.count, sizeof(*list));
	for (i = 0; list && i < bases.count; i++)
		repo_from_git(&list[i], &bases.ids[i]);
	if (list) {
		*out = list;
		*nr = bases.count;
	}
	git_oidarray_dispose(&bases);
	return list ? 0 : error_nomem(err);
}

int history_merge_base(struct oid *out, struct store *s, const struct oid *a,
		       const struct oid *b, struct ops_error *err)
{
	struct oid *list;
	size_t nr;
	int ret = history_merge_bases(&list, &nr, s, a, b, err);

	if (ret)
		return ret;
	*out = list[0];
	free(list);
	return 0;
}
