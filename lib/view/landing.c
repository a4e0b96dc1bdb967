/* SPDX-License-Identifier: MIT */
/*
 * Who put what into the line of a protected branch that is about to move.
 *
 * The rules in force are those of the parent, in the branch of state; elsewhere those of
 * the branch of state as it is now.  What is about to be brought has no say about itself.
 */

#include "view/landing.h"

#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "view/view.h"

struct line {
	struct ops_repo *repo;
	struct world *authority;	/* NULL: each commit's parent */
	const char *branch;
	const struct audit_calls *calls;
	struct ops_audit_result *result;
};

static int tell(struct line *l, const struct commit *c, struct arena *arena,
		struct ops_findings *findings)
{
	const char *lf = memchr(c->message, '\n', c->message_len);
	struct ops_audit_commit told = { 0 };
	char hex[OID_HEX + 1];

	oid_hex(hex, &c->id);
	told.commit = hex;
	told.time = c->committer.time;
	told.author = c->author.email;
	told.subject = arena_dup(arena, c->message, lf ? (size_t)(lf - c->message) :
				 c->message_len);
	told.findings = findings;
	l->result->refused++;
	return l->calls->each(&told, l->calls->payload);
}

static int read_side(struct landing_side *side, struct ops_repo *repo, const struct oid *line,
		     const struct oid *other, bool own, struct ops_error *err)
{
	struct store *s = repo->store;
	struct ops_error found = { 0 };
	struct oid base;
	int ret = history_merge_base(&base, s, line, other, &found);

	if (ret == 0)
		ret = snap_of_commit(&side->base, s, &base, err);
	else
		ret = ret == OPS_ENOTFOUND ? snap_of_nothing(&side->base, err) :
		      error_set(err, ret, "%s", found.message);
	if (ret == 0)
		ret = snap_of_commit(&side->tip, s, other, err);
	return ret || !own ? ret : world_open(&side->authority, side->tip, repo->cache, err);
}

int landing_read_sides(struct landing *l, struct ops_repo *repo, const struct commit *c,
		       bool own, struct ops_error *err)
{
	struct landing_side *sides;
	size_t i;
	int ret = 0;

	if (c->parents_nr < 2 || store_is_shallow(repo->store))
		return 0;
	l->sides = sides = calloc(c->parents_nr, sizeof(*sides));
	if (!sides)
		return error_nomem(err);
	for (i = 1; ret == 0 && i < c->parents_nr; i++)
		ret = read_side(&sides[l->sides_nr++], repo, &c->parents[0],
				&c->parents[i], own, err);
	return ret;
}

void landing_release(struct landing *l)
{
	size_t i;

	for (i = 0; i < l->sides_nr; i++) {
		world_close(l->sides[i].authority);
		snap_free(l->sides[i].base);
		snap_free(l->sides[i].tip);
	}
	free((void *)(size_t)l->sides);
}

static int judge_one(struct line *l, const struct commit *c, struct arena *arena,
		     struct ops_error *err)
{
	struct ops_findings *findings = ops_findings_new();
	struct landing landing = { .authority = l->authority, .branch = l->branch,
				   .author = c->author.email,
				   .committer = c->committer.email };
	struct world *own = NULL;
	int ret = findings ? snap_of_commit(&landing.after, l->repo->store, &c->id, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = c->parents_nr ? snap_of_commit(&landing.before, l->repo->store,
						     &c->parents[0], err) :
		      snap_of_nothing(&landing.before, err);
	if (ret == 0 && !l->authority) {
		ret = world_open(&own, landing.before, l->repo->cache, err);
		landing.authority = own;
	}
	if (ret == 0)
		ret = landing_read_sides(&landing, l->repo, c, own != NULL, err);
	if (ret == 0)
		ret = judge_landing(&landing, findings, err);
	if (ret == 0 && ops_findings_refuse(findings))
		ret = tell(l, c, arena, findings);
	landing_release(&landing);
	world_close(own);
	snap_free(landing.before);
	snap_free(landing.after);
	ops_findings_free(findings);
	return ret;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct oid));
}

/* Those that are new: not reachable from `hide`, be it on the line itself or beside it.  In a
 * shallow clone that cannot be told, and the line is followed to where it is cut. */
static int list_new(struct history *out, struct line *l, const struct oid *now,
		    const struct oid *hide, struct ops_error *err)
{
	int ret = history_list(out, l->repo->store, now, hide, OPS_PUSH_COMMITS_MAX, err);

	if (ret == OPS_EREFUSED)
		error_set(err, ret, "more than %d new commits at once: send them in parts",
			  OPS_PUSH_COMMITS_MAX);
	if (ret == 0 && out->nr)
		qsort(out->list, out->nr, sizeof(*out->list), compare);
	return ret;
}

/* From `now` down its first parents, as far as they are new. */
static int walk_line(struct line *l, const struct oid *now, const struct oid *hide,
		     struct ops_error *err)
{
	bool shallow = store_is_shallow(l->repo->store);
	struct arena *arena = arena_new();
	struct history new = { .nr = 0 };
	struct oid id = *now;
	struct commit c;
	size_t seen = 0;
	int ret = !arena ? error_nomem(err) : shallow ? 0 :
		  list_new(&new, l, now, hide, err);

	while (ret == 0 && !oid_equal(&id, hide) && !store_is_cut(l->repo->store, &id) &&
	       (shallow || (new.nr && bsearch(&id, new.list, new.nr, sizeof(id), compare)))) {
		arena_clear(arena);
		if (++seen > OPS_PUSH_COMMITS_MAX)
			ret = error_set(err, OPS_EREFUSED, "more than %d new commits at once: "
					"send them in parts", OPS_PUSH_COMMITS_MAX);
		if (ret == 0)
			ret = commit_read(&c, l->repo->store, &id, arena, err);
		if (ret == 0)
			ret = judge_one(l, &c, arena, err);
		if (ret || !c.parents_nr)
			break;
		id = c.parents[0];
	}
	history_release(&new);
	arena_free(arena);
	return ret;
}

int landing_protects(bool *out, struct ops_repo *repo, const char *ref,
		     struct ops_error *err)
{
	struct snap *snap = NULL;
	struct world *world = NULL;
	struct oid tip;
	int ret;

	*out = false;
	if (strncmp(ref, "refs/heads/", 11))
		return 0;
	ret = store_tip(&tip, repo->store, err);
	if (ret == OPS_ENOTFOUND)
		return 0;
	if (ret == 0)
		ret = snap_of_commit(&snap, repo->store, &tip, err);
	if (ret == 0)
		ret = world_open(&world, snap, repo->cache, err);
	if (ret == 0)
		ret = judge_protects(out, world, ref + 11, err);
	world_close(world);
	snap_free(snap);
	return ret;
}

int landing_check(struct ops_audit_result *result, struct ops_repo *repo, const char *ref,
		  const struct oid *old, const struct oid *now,
		  const struct audit_calls *calls, struct ops_error *err)
{
	const char *state = store_branch(repo->store);
	struct line l = { repo, NULL, ref + 11, calls, result };
	bool own = !state || !strcmp(state, ref);	/* in a rebase none is checked out */
	struct snap *snap = NULL;
	struct oid tip = *old;
	int ret = 0;

	if (!own || oid_is_zero(old))
		ret = store_tip(&tip, repo->store, err);
	if (own && ret == OPS_ENOTFOUND)
		return 0;	/* its beginning has no parent to be judged by */
	if (ret == 0 && !own)
		ret = snap_of_commit(&snap, repo->store, &tip, err);
	if (ret == 0 && !own)
		ret = world_open(&l.authority, snap, repo->cache, err);
	/* A new branch begins where it leaves the state. */
	if (ret == 0)
		ret = walk_line(&l, now, oid_is_zero(old) ? &tip : old, err);
	world_close(l.authority);
	snap_free(snap);
	return ret;
}
