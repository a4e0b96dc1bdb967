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

#include "view/landing.h"

/* Those that had findings, in order of their ids, and which of them were met. */
struct flagged {
	const struct oid **list;
	bool *met;
	size_t nr, left;
};

static int by_pointed_oid(const void *a, const void *b)
{
	return audit_by_oid(*(const struct oid *const *)a, *(const struct oid *const *)b);
}

static void meet(struct flagged *f, const struct oid *id)
{
	const struct oid **at = bsearch(&id, f->list, f->nr, sizeof(*f->list), by_pointed_oid);

	if (!at || f->met[at - f->list])
		return;
	f->met[at - f->list] = true;
	f->left--;
}

/* Go down the line from `id`, to where it begins or no more of them are looked for. */
static int walk_line(struct flagged *f, struct verifying *v, struct oid id,
		     struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct commit c;
	int ret = arena ? 0 : error_nomem(err);

	while (ret == 0) {
		meet(f, &id);
		arena_clear(arena);
		ret = f->left ? commit_read(&c, v->repo->store, &id, arena, err) : 0;
		if (ret || !f->left || !c.parents_nr || store_is_cut(v->repo->store, &id))
			break;
		id = c.parents[0];
	}
	arena_free(arena);
	return ret;
}

int audit_line_past(unsigned char **out, struct verifying *v, const struct oid *from,
		    struct ops_error *err)
{
	const struct audit_past *p = &v->past;
	struct flagged f = { .nr = p->flagged_nr, .left = p->flagged_nr };
	unsigned char *line = calloc(1, f.nr / 8 + 1);
	size_t i;
	int ret;

	f.list = calloc(f.nr + 1, sizeof(*f.list));
	f.met = calloc(f.nr + 1, sizeof(*f.met));
	ret = line && f.list && f.met ? 0 : error_nomem(err);
	for (i = 0; ret == 0 && i < f.nr; i++)
		f.list[i] = &p->flagged[i];
	if (ret == 0)
		qsort(f.list, f.nr, sizeof(*f.list), by_pointed_oid);
	if (ret == 0)
		ret = walk_line(&f, v, *from, err);
	for (i = 0; ret == 0 && i < f.nr; i++)
		if (f.met[i])
			line[(size_t)(f.list[i] - p->flagged) / 8] |=
				(unsigned char)(1u << (size_t)(f.list[i] - p->flagged) % 8);
	free(f.list);
	free(f.met);
	if (ret) {
		free(line);
		return ret;
	}
	*out = line;
	return 0;
}

void audit_line_begin(struct verifying *v, const char *ref)
{
	v->branch = ref && !strncmp(ref, "refs/heads/", 11) ? ref + 11 : NULL;
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

	if (!v->branch || !v->line || !history_in_line(v->line, j->at) ||
	    !j->commit.parents_nr || !oid_equal(parent, &j->commit.parents[0]))
		return 0;
	ret = landing_read_sides(&l, v->repo, &j->commit, true, err);
	if (ret == 0)
		ret = judge_landing(&l, j->findings, err);
	landing_release(&l);
	return ret;
}
