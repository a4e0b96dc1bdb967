/* SPDX-License-Identifier: MIT */
/*
 * The line of the branch whose history is judged: its tip, the first parent of that, and
 * so on.  What stands in it and is no document was put there by somebody who may move the
 * branch, if the parent's configuration protects it.
 *
 * Of a range nothing is asked: it does not say what it is the line of.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

static int line_add(struct verifying *v, const struct oid *id, struct ops_error *err)
{
	if (array_room(&v->line, v->line_nr, &v->line_room, sizeof(*v->line)) < 0)
		return error_nomem(err);
	v->line[v->line_nr++] = *id;
	return 0;
}

int audit_line_begin(struct verifying *v, const char *ref, const struct oid *tip,
		     struct ops_error *err)
{
	/* What was judged before is not again, but for what had findings. */
	const struct oid *end = v->past.usable && !v->past.flagged_nr ? &v->past.tip : NULL;
	struct arena *arena = NULL;
	struct oid id = *tip;
	struct commit c;
	int ret;

	if (!ref || strncmp(ref, "refs/heads/", 11))
		return 0;
	arena = arena_new();
	ret = arena ? 0 : error_nomem(err);
	while (ret == 0 && !(end && oid_equal(&id, end))) {
		arena_clear(arena);
		ret = line_add(v, &id, err);
		if (ret == 0)
			ret = commit_read(&c, v->repo->store, &id, arena, err);
		if (ret || !c.parents_nr || store_is_cut(v->repo->store, &id))
			break;
		id = c.parents[0];
	}
	arena_free(arena);
	if (v->line_nr)
		qsort(v->line, v->line_nr, sizeof(*v->line), audit_by_oid);
	v->branch = ref + 11;
	return ret;
}

int audit_landing(struct judged *j, const struct oid *parent, struct world *before,
		  struct ops_error *err)
{
	const struct verifying *v = j->v;
	struct landing l = { before, world_snap(before), j->snap, v->branch,
			     j->commit.author.email, j->commit.committer.email };

	if (!v->line_nr || !j->commit.parents_nr ||
	    !oid_equal(parent, &j->commit.parents[0]) ||
	    !bsearch(&j->commit.id, v->line, v->line_nr, sizeof(*v->line), audit_by_oid))
		return 0;
	return judge_landing(&l, j->findings, err);
}
