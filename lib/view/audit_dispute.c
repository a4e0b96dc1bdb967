/* SPDX-License-Identifier: MIT */
/*
 * Commits of a key that was revoked since some commit: they were legal when they
 * were made, and somebody else may have made them.  They are marked, and nothing that
 * rests on them is undone: people decide.
 *
 * What is disputed is said by the roster at the end of the range, so a later word
 * about an older commit counts.
 */

#include "view/audit_inside.h"

struct gathering {
	struct map *commits;
	struct arena *arena;
};

static int gather(const struct oid *id, void *payload, struct ops_error *err)
{
	struct gathering *g = payload;
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	return map_put(g->commits, hex, g) ? error_nomem(err) : 0;
}

/* The commits after `since`; when that is not there, all are. */
static int after(struct map **out, struct verifying *v, const struct oid *tip,
		 const char *since, struct ops_error *err)
{
	struct gathering g = { map_new(v->arena), v->arena };
	struct arena *scratch = arena_new();
	struct commit commit;
	struct oid hide;
	int ret = g.commits && scratch ? 0 : error_nomem(err);

	*out = NULL;
	if (ret == 0 && oid_parse(&hide, since) &&
	    commit_read(&commit, v->repo->store, &hide, scratch, NULL) == 0) {
		ret = history_walk(v->repo->store, tip, &hide, false, gather, &g, err);
		*out = g.commits;
	}
	arena_free(scratch);
	return ret;
}

int audit_dispute_begin(struct verifying *v, const struct oid *tip, struct ops_error *err)
{
	const struct roster *roster;
	struct world *world = NULL;
	struct snap *snap = NULL;
	struct disputed *one;
	size_t i, k;
	int ret = audit_world(&world, &snap, v->repo, tip, err);

	if (ret == 0)
		ret = world_roster(&roster, world, err);
	for (i = 0; ret == 0 && i < roster_count(roster); i++) {
		const struct agent *a = roster_at(roster, i);

		for (k = 0; ret == 0 && k < a->keys_nr; k++) {
			if (!a->keys[k].since)
				continue;
			one = arena_alloc(v->arena, sizeof(*one));
			if (!one)
				ret = error_nomem(err);
			else
				ret = after(&one->commits, v, tip, a->keys[k].since, err);
			if (ret == 0 && !v->disputed && !(v->disputed = map_new(v->arena)))
				ret = error_nomem(err);
			if (ret == 0 && map_put(v->disputed, a->keys[k].name, one))
				ret = error_nomem(err);
		}
	}
	world_close(world);
	snap_free(snap);
	return ret;
}

void audit_dispute(struct judged *j)
{
	const struct disputed *one = j->signer.state == SIGNER_GOOD ?
		map_get(j->v->disputed, j->signer.key) : NULL;
	char hex[OID_HEX + 1];

	oid_hex(hex, &j->commit.id);
	if (one && (!one->commits || map_has(one->commits, hex)))
		findings_add(j->findings, "signature.disputed", OPS_WARNING, NULL, 0, 0,
			     "look at what it did, and do it again or undo it",
			     "it is signed with key %s, which was revoked afterwards, since "
			     "before this commit", j->signer.key);
}
