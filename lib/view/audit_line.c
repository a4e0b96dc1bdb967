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
#include "view/landing.h"

/* The rest of the line, down to where it begins: what had findings is judged again. */
static int line_past(struct verifying *v, struct ops_error *err)
{
	size_t room = v->line.nr;
	struct oid id;
	struct arena *arena = arena_new();
	struct commit c;
	int ret = arena ? 0 : error_nomem(err);

	/* Without anything new the tip is the one that was judged last. */
	id = v->line.nr ? v->line.list[--v->line.nr] : v->past.tip;
	while (ret == 0) {
		if (array_room(&v->line.list, v->line.nr, &room, sizeof(id)) < 0) {
			ret = error_nomem(err);
			break;
		}
		v->line.list[v->line.nr++] = id;
		arena_clear(arena);
		ret = commit_read(&c, v->repo->store, &id, arena, err);
		if (ret || !c.parents_nr || store_is_cut(v->repo->store, &id))
			break;
		id = c.parents[0];
	}
	arena_free(arena);
	return ret;
}

int audit_line_begin(struct verifying *v, const char *ref, struct ops_error *err)
{
	int ret = 0;

	if (!ref || strncmp(ref, "refs/heads/", 11)) {
		v->line.nr = 0;
		return 0;
	}
	if (v->past.usable && v->past.flagged_nr)
		ret = line_past(v, err);
	if (v->line.nr)
		qsort(v->line.list, v->line.nr, sizeof(*v->line.list), audit_by_oid);
	v->branch = ref + 11;
	return ret;
}

int audit_landing(struct judged *j, const struct oid *parent, struct world *before,
		  struct ops_error *err)
{
	const struct verifying *v = j->v;
	struct landing l = { .authority = before, .before = world_snap(before),
			     .after = j->snap, .branch = v->branch,
			     .author = j->commit.author.email,
			     .committer = j->commit.committer.email };
	int ret;

	if (!v->line.nr || !j->commit.parents_nr ||
	    !oid_equal(parent, &j->commit.parents[0]) ||
	    !bsearch(&j->commit.id, v->line.list, v->line.nr, sizeof(*v->line.list),
		     audit_by_oid))
		return 0;
	ret = landing_read_sides(&l, v->repo, &j->commit, true, err);
	if (ret == 0)
		ret = judge_landing(&l, j->findings, err);
	landing_release(&l);
	return ret;
}
