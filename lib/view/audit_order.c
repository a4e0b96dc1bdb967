/* SPDX-License-Identifier: MIT */
/*
 * Whether what two sides of a merge did about one document could have been recorded in a row.
 *
 * That one side was first, and then all of the other one, is only two ways of many: between
 * two acts of one side may come some of the other.  Of a acts here and b acts there each place
 * of a table of a+1 by b+1 stands for so many of both done; it can be come to when the last of
 * them is legal there, and the place before it can be come to.  What a side did alone was
 * judged where it was made.
 *
 * Only where the acts of each side are one after the other: of a side that did them side by
 * side no commit says how far it was.
 */
#include "view/audit_order.h"

#include <stdlib.h>

struct acts {
	struct oid *list;		/* the oldest first */
	size_t nr, room;
	bool in_a_row;
};

struct collecting {
	struct audit_asking *r;
	struct acts *acts;
};

static int note_act(const struct oid *id, void *payload, struct ops_error *err)
{
	struct collecting *c = payload;
	struct audit_asking *r = c->r;
	struct acts *acts = c->acts;
	struct ops_error found = { 0 };
	struct commit commit;
	struct oid *list, base;
	int ret;

	arena_clear(r->laying.arena);
	ret = commit_read(&commit, r->j->v->repo->store, id, r->laying.arena, err);
	if (ret == 0)
		ret = audit_ask_whether(r, &commit, err);
	if (ret || !r->makes)
		return ret;
	if (acts->nr) {
		ret = history_merge_base(&base, r->j->v->repo->store, &acts->list[acts->nr - 1],
					 id, &found);
		if (ret && ret != OPS_ENOTFOUND)
			return error_set(err, ret, "%s", found.message);
		acts->in_a_row = acts->in_a_row && ret == 0 &&
				 oid_equal(&base, &acts->list[acts->nr - 1]);
	}
	list = arena_room(r->j->arena, acts->list, acts->nr, &acts->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	acts->list = list;
	acts->list[acts->nr++] = *id;
	return 0;
}

static int collect(struct acts *out, struct audit_asking *r, const struct audit_common *did,
		   const struct oid *tip, const struct oid *hide, struct ops_error *err)
{
	struct collecting c = { r, out };

	*out = (struct acts){ .in_a_row = true };
	r->asked = did;
	return history_walk(r->j->v->repo->store, tip, hide, false, note_act, &c, err);
}

static int add_all(struct map *to, const struct map *from)
{
	size_t i;

	for (i = 0; i < map_count(from); i++)
		if (map_put(to, map_at(from, i)->key, to))
			return OPS_ENOMEM;
	return 0;
}

/* What a side did about one document alone. */
static int about_one(struct audit_common *out, struct audit_asking *r, const char *id,
		     const struct audit_common *all, struct ops_error *err)
{
	struct arena *arena = r->j->arena;
	struct about_one *one = map_get(all->ids, id);

	*out = (struct audit_common){ map_new(arena), map_new(arena), map_new(arena),
				      all->config };
	if (!out->paths || !out->ids || !out->joined)
		return error_nomem(err);
	if (one && (map_put(out->ids, id, one) || add_all(out->paths, one->documents) ||
		    add_all(out->paths, one->records)))
		return error_nomem(err);
	return map_has(all->joined, id) && map_put(out->joined, id, r) ? error_nomem(err) : 0;
}

/* Whether an act of one side is legal where the other one had come as far as that commit. */
static int is_legal(bool *out, struct audit_asking *r, const struct audit_common *did,
		    const struct oid *act, const struct audit_common *other,
		    const struct oid *until, struct ops_error *err)
{
	int ret = audit_ask_after(r, until, other, err);

	r->asked = did;
	ops_findings_clear(r->found);
	if (ret == 0)
		ret = audit_ask(act, r, err);
	*out = ret == 0 && !ops_findings_count(r->found);
	return ret;
}

/* Row by row: `row` is first the places of the acts before. */
static int next_row(bool *row, struct audit_asking *r, const struct audit_common one[2],
		    const struct acts acts[2], size_t at, struct ops_error *err)
{
	const struct oid *a = &acts[0].list[at], *b;
	bool legal;
	size_t k;
	int ret = 0;

	for (k = 1; ret == 0 && k <= acts[1].nr; k++) {
		b = &acts[1].list[k - 1];
		legal = false;
		if (row[k])
			ret = is_legal(&legal, r, &one[0], a, &one[1], b, err);
		if (ret == 0 && !legal && row[k - 1])
			ret = is_legal(&legal, r, &one[1], b, &one[0], a, err);
		row[k] = legal;
	}
	return ret;
}

static int walk_table(bool *out, struct audit_asking *r, const struct audit_common one[2],
		      const struct acts acts[2], struct ops_error *err)
{
	bool *row = arena_array(r->j->arena, acts[1].nr + 1, sizeof(*row));
	size_t i;
	int ret = row ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i <= acts[1].nr; i++)
		row[i] = true;
	for (i = 0; ret == 0 && i < acts[0].nr; i++)
		ret = next_row(row, r, one, acts, i, err);
	*out = ret == 0 && row[acts[1].nr];
	return ret;
}

int audit_order(bool *out, struct audit_asking *r, const char *id,
		const struct audit_acts sides[2], size_t *left, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct audit_common one[2];
	struct acts acts[2];
	size_t i;
	int ret = found ? 0 : error_nomem(err);

	*out = false;
	for (i = 0; ret == 0 && i < 2; i++)
		ret = about_one(&one[i], r, id, sides[i].did, err);
	for (i = 0; ret == 0 && i < 2; i++)
		ret = collect(&acts[i], r, &one[i], sides[i].tip, sides[1 - i].tip, err);
	r->found = found;
	if (ret == 0 && acts[0].in_a_row && acts[1].in_a_row && acts[1].nr &&
	    acts[0].nr <= *left / acts[1].nr) {
		*left -= acts[0].nr * acts[1].nr;
		ret = walk_table(out, r, one, acts, err);
	}
	audit_ask_end(r);
	r->found = NULL;
	ops_findings_free(found);
	return ret;
}
