/* SPDX-License-Identifier: MIT */
/*
 * Judging merges.
 *
 * A file that a merge took whole from one side was judged there, so only files that
 * equal no parent's are judged as changes of the merge itself, by each parent.
 * But a side may be old: what the merge drops of the other side, commits that an
 * authority allowed which the other side has ended meanwhile, and tasks that came
 * to their end past a block, are findings of the merge.
 */

#include <string.h>

#include "model/packet.h"
#include "view/audit_past_lease.h"
#include "util/path.h"
#include "view/audit_brought.h"
#include "view/audit_dropped.h"
#include "view/audit_inside.h"
#include "view/audit_records.h"
#include "view/audit_sides.h"

/* Commits of the other side, judged by what changed of the authority on this one. */
struct joining {
	struct judged *j;
	struct snap *mine;		/* this side */
	const struct map *authority;	/* paths that changed here */
	struct commit commit;		/* the one at hand */
	struct signer signer;
	struct map *own;		/* of a merge: what it did itself */
	struct world *after;
};

/*
 * Who might do what when a commit of the other side was made: as it was there, so that who was
 * added there may act there, but for what changed on this side.
 */
static int open_authority(struct world **world, struct snap **over, struct snap *there,
			  const struct joining *joining, struct ops_error *err)
{
	int ret = snap_overlay(over, there, err);

	if (ret == 0)
		ret = audit_lay(*over, joining->mine, joining->authority, err);
	return ret ? ret : world_open(world, *over, joining->j->v->repo->cache, err);
}

static int join_by(struct joining *joining, const struct oid *parent,
		   struct ops_findings *found, struct ops_error *err)
{
	struct judge_case c = audit_case(&joining->commit, &joining->signer, joining->own);
	struct world *before = NULL, *authority = NULL;
	struct snap *snap = NULL, *over = NULL;
	int ret = audit_world(&before, &snap, joining->j->v->repo, parent, err);

	if (ret == 0)
		ret = open_authority(&authority, &over, snap, joining, err);
	c.before = before;
	c.after = joining->after;
	c.authority = authority;
	if (ret == 0)
		ret = judge_change(&c, found, err);
	world_close(authority);
	world_close(before);
	snap_free(over);
	snap_free(snap);
	return ret;
}

/* By each of its parents, as it was where it was made. */
static int join_by_all(struct joining *joining, struct ops_findings *found,
		       struct ops_error *err)
{
	const struct commit *commit = &joining->commit;
	struct snap *snap = NULL;
	size_t i;
	int ret = audit_world(&joining->after, &snap, joining->j->v->repo, &commit->id, err);

	if (ret)
		return ret;
	signature_check(&joining->signer, &joining->j->v->repo->verifier, commit);
	for (i = 0; ret == 0 && i < (commit->parents_nr ? commit->parents_nr : 1); i++)
		ret = join_by(joining, commit->parents_nr ? &commit->parents[i] : NULL, found,
			      err);
	world_close(joining->after);
	snap_free(snap);
	return ret;
}

/* The same of a merge; what it only brings is judged as what its sides did. */
static int join_merge(struct joining *joining, struct ops_findings *found,
		      struct ops_error *err)
{
	struct judged *j = joining->j;
	struct ops_findings *first = ops_findings_new();
	struct map *brought, *moved;
	bool unrelated = false;
	int ret = first ? audit_own(&joining->own, j, &joining->commit, err) : error_nomem(err);

	if (ret == 0)
		ret = audit_unrelated(&unrelated, j, &joining->commit, err);
	if (ret == 0)
		ret = audit_moved(&moved, j, &joining->commit, joining->own, err);
	if (ret == 0 && map_count(joining->own))
		ret = join_by_all(joining, first, err);
	if (ret == 0 && !unrelated && ops_findings_refuse(first)) {
		ret = audit_brought(&brought, j, &joining->commit, joining->own, NULL, err);
		if (ret == 0)
			ret = audit_without(&joining->own, j, joining->own, brought, err);
		if (ret == 0 && map_count(joining->own))
			ret = join_by_all(joining, found, err);
	} else if (ret == 0) {
		ops_findings_copy(found, first, NULL);
	}
	ops_findings_free(first);
	return ret;
}

static int join_one(const struct oid *id, void *payload, struct ops_error *err)
{
	struct joining *joining = payload;
	struct judged *j = joining->j;
	struct ops_findings *found = ops_findings_new();
	size_t i;
	int ret = found ? commit_read(&joining->commit, j->v->repo->store, id, j->arena, err) :
		  error_nomem(err);

	/* What merges bring is judged commit by commit; what they add is theirs. */
	joining->own = NULL;
	if (ret == 0)
		ret = joining->commit.parents_nr > 1 ? join_merge(joining, found, err) :
		      join_by_all(joining, found, err);
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++)
		audit_say_joined(j->findings, ops_findings_at(found, i), id,
				 "the rules of what it joins");
	ops_findings_free(found);
	return ret;
}

/* What a side changed of who may do what, by which prompt, of what is waived, or of what has to
 * wait. */
static int find_authority(struct map **out, struct judged *j, const struct map *changed,
			  struct ops_error *err)
{
	const struct config *config;
	const struct type *type;
	struct map *found = map_new(j->arena);
	size_t i;
	int ret = found ? world_config(&config, j->world, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < map_count(changed); i++) {
		const char *path = map_at(changed, i)->key;

		type = config_type_of_path(config, path);
		if (strcmp(path, CONFIG_PATH) &&
		    !path_below(config_directory(config, "agents"), path) &&
		    !(type && (type_is(type, "emergency") || type_is(type, "waiver") ||
			       type_is(type, "prompt"))))
			continue;
		if (map_put(found, path, found))
			ret = error_nomem(err);
	}
	*out = found;
	return ret;
}

/*
 * What arrives late is judged at what it joins: where the authority changed on
 * the side of `mine`, an older one on the other side gives no rights any more.
 */
static int judge_joining(struct judged *j, const struct map *changed, const struct oid *mine,
			 const struct oid *other, struct ops_error *err)
{
	struct joining joining = { .j = j };
	struct map *authority;
	int ret = find_authority(&authority, j, changed, err);

	if (ret || !map_count(authority))
		return ret;
	joining.authority = authority;
	ret = snap_of_commit(&joining.mine, j->v->repo->store, mine, err);
	if (ret == 0)
		ret = history_walk(j->v->repo->store, other, mine, false, join_one,
				   &joining, err);
	snap_free(joining.mine);
	return ret;
}

/* What is open about a document since `mine`, and blocks an act that leads to where the
 * other side brought it.  What was recorded after the end, on one side, is no fault. */
static int find_past_open(struct judged *j, struct ops_document *d, struct map *mine,
			  struct ops_error *err)
{
	struct packets all;
	size_t i, k;
	int ret = world_packets(&all.list, &all.nr, j->world, d->id, j->findings, err);

	for (i = 0; ret == 0 && i < all.nr; i++)
		for (k = 0; k < d->type->transitions_nr; k++) {
			const struct transition *tr = &d->type->transitions[k];

			if (!map_has(mine, all.list[i]->path) || strcmp(tr->to, d->status) ||
			    !packet_blocks(&all, all.list[i], tr->action))
				continue;
			findings_add(j->findings, "packet.open", OPS_ERROR, d->path, 0, 0,
				     "answer it first, and merge then",
				     "the merge ends it while '%s' is open",
				     all.list[i]->id);
			break;
		}
	return ret;
}

/* Whether no act leads to where the document is while that gate is blocked. */
static bool is_barred(const struct ops_document *d, const struct gate *gate)
{
	const struct transition *tr;
	size_t i;

	for (i = 0; i < d->type->transitions_nr; i++) {
		tr = &d->type->transitions[i];
		if (!strcmp(tr->to, d->status) && !tr->unblocked &&
		    !names_have(&tr->gates, gate->name))
			return false;
	}
	return true;
}

/* A task that came to its end on the other side while a gate was blocked here, or a
 * packet open that keeps it from that. */
static int find_past_block(struct judged *j, struct map *changed, struct map *mine,
			   struct ops_error *err)
{
	const struct config *config;
	struct gate_status s;
	size_t i, k;
	int ret = world_config(&config, j->world, err);

	for (i = 0; ret == 0 && i < map_count(changed); i++) {
		const char *path = map_at(changed, i)->key;
		const struct type *type = config_type_of_path(config, path);
		struct ops_document *d;
		const struct state *state;

		if (!type || !type_passes_gates(type) ||
		    world_document(&d, j->world, path, j->findings, NULL))
			continue;
		state = d->status ? type_state(type, d->status) : NULL;
		if (state && state->final)
			ret = find_past_open(j, d, mine, err);
		for (k = 0; ret == 0 && state && state->final && k < config->gates_nr; k++) {
			ret = gate_evaluate(&s, &config->gates[k], d, j->world, j->world,
					    j->findings, err);
			if (ret == 0 && s.state == GATE_BLOCKED && is_barred(d, s.gate))
				findings_add(j->findings, "gate.blocked", OPS_ERROR, path,
					     0, 0, "lift the block first, and merge then",
					     "the merge ends it while gate '%s' is blocked",
					     s.gate->name);
		}
	}
	return ret;
}

/* What `mine` did against what `other` did; `both`: what is asked of two sides at once, too. */
static int judge_pair(struct judged *j, const struct oid *mine, const struct oid *other,
		      bool both, struct ops_error *err)
{
	struct audit_side here = { NULL, 0, NULL }, there = { NULL, 0, NULL };
	int ret = audit_side_read(&here, j, mine, other, err);

	if (ret)
		return ret == OPS_ENOTFOUND ? 0 : ret;
	ret = audit_side_read(&there, j, other, mine, err);
	if (ret == 0)
		ret = audit_dropped(j, &here, mine, other, err);
	if (ret == 0)
		ret = judge_joining(j, here.changed, mine, other, err);
	if (ret == 0)
		ret = audit_past_lease(j, mine, other, here.changed, err);
	if (ret == 0)
		ret = find_past_block(j, there.changed, here.changed, err);
	if (ret == 0 && both)
		ret = audit_records(j, &here, mine, &there, other, err);
	audit_side_release(&here);
	audit_side_release(&there);
	return ret;
}

/* Whether what all sides did can be there at once; but for `own`, of which it was asked. */
static int judge_all_sides(struct judged *j, struct map *own, struct ops_error *err)
{
	size_t i, nr = 0, n = j->commit.parents_nr;
	struct world **worlds = arena_array(j->arena, n, sizeof(*worlds));
	struct snap **snaps = arena_array(j->arena, n, sizeof(*snaps));
	int ret = worlds && snaps ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < n; i++) {
		ret = audit_world(&worlds[i], &snaps[i], j->v->repo, &j->commit.parents[i],
				  err);
		nr += ret == 0;
	}
	if (ret == 0)
		ret = judge_together(j->world, worlds, n, audit_own_file, own, j->findings, err);
	for (i = 0; i < nr; i++) {
		world_close(worlds[i]);
		snap_free(snaps[i]);
	}
	return ret;
}

static int judge_by_all(struct judged *j, struct ops_findings *found, struct ops_error *err)
{
	struct ops_findings *all = j->findings;
	size_t i;
	int ret = 0;

	j->findings = found;
	for (i = 0; ret == 0 && i < j->commit.parents_nr; i++)
		ret = audit_judge_by(j, &j->commit.parents[i], err);
	j->findings = all;
	return ret;
}

/* Of documents that are not as the sides left them: perhaps nobody meant to change any. */
static int tell_own(struct judged *j, const struct ops_findings *found, struct ops_error *err)
{
	const struct config *config;
	size_t i;
	int ret = world_config(&config, j->world, err);

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);
		const char *remedy = f->remedy;

		if (f->severity == OPS_ERROR && f->path && map_has(j->own, f->path) &&
		    config_type_of_path(config, f->path))
			remedy = arena_printf(j->arena, "%s%sif nobody meant to do that here, "
					      TAKE_MERGE_BACK ": ops sync does again what was "
					      "done", remedy ? remedy : "",
					      remedy ? "; or, " : "");
		if (f->remedy && !remedy)
			return error_nomem(err);
		findings_add(j->findings, f->rule, f->severity, f->path, f->line, f->column,
			     remedy, "%s", f->message);
	}
	return ret;
}

/* What differs from all sides is its own change, unless it is no more than what they did. */
static int judge_own(struct judged *j, struct ops_error *err)
{
	struct ops_findings *first = ops_findings_new(), *rest = ops_findings_new();
	struct map *brought;
	int ret = first && rest ? judge_by_all(j, first, err) : error_nomem(err);

	if (ret == 0 && ops_findings_refuse(first) && map_count(j->own)) {
		ret = audit_brought(&brought, j, &j->commit, j->own, j->findings, err);
		if (ret == 0)
			ret = audit_without(&j->own, j, j->own, brought, err);
		if (ret == 0)
			ret = judge_by_all(j, rest, err);
		if (ret == 0 && findings_failed(rest))
			ret = error_nomem(err);
		if (ret == 0)
			ret = tell_own(j, rest, err);
	} else if (ret == 0) {
		ops_findings_copy(j->findings, first, NULL);
	}
	ops_findings_free(rest);
	ops_findings_free(first);
	return ret;
}

int audit_judge_merge(struct judged *j, struct ops_error *err)
{
	size_t i, k, n = j->commit.parents_nr;
	struct map *own = NULL;
	bool unrelated;
	int ret = audit_unrelated(&unrelated, j, &j->commit, err);

	/* A second beginning judged itself by its own law: here all it brings counts. */
	for (i = 0; ret == 0 && unrelated && i < n; i++)
		ret = audit_judge_by(j, &j->commit.parents[i], err);
	if (ret || unrelated)
		return ret;

	ret = audit_own(&own, j, &j->commit, err);
	j->own = own;
	if (ret == 0)
		ret = audit_added(&j->added, j, &j->commit, own, err);
	if (ret == 0)
		ret = audit_moved(&j->moved, j, &j->commit, j->own, err);
	if (ret == 0)
		ret = judge_own(j, err);
	if (ret == 0)
		ret = judge_all_sides(j, own, err);
	for (i = 0; ret == 0 && i < n; i++)
		for (k = 0; ret == 0 && k < n; k++)
			if (i != k)
				ret = judge_pair(j, &j->commit.parents[i],
						 &j->commit.parents[k], i < k, err);
	return ret;
}
