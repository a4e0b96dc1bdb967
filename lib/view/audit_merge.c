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
#include "view/audit_inside.h"

#define MERGE_FILES_MAX 1000000	/* on one side; nine objects can make 10^9 */

static int note_path(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload,
		     struct ops_error *err)
{
	(void)before;
	(void)after;
	if (map_count(payload) == MERGE_FILES_MAX)
		return error_set(err, OPS_EREFUSED, "a merge of more than %d files is not "
				 "judged", MERGE_FILES_MAX);
	return map_put(payload, path, payload) ? error_nomem(err) : 0;
}

static int differing(struct map **out, struct judged *j, const struct oid *a,
		     const struct oid *b, struct ops_error *err)
{
	struct snap *x = NULL, *y = NULL;
	struct map *map = map_new(j->arena);
	int ret = map ? snap_of_commit(&x, j->v->repo->store, a, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = snap_of_commit(&y, j->v->repo->store, b, err);
	if (ret == 0)
		ret = snap_diff(x, y, note_path, map, err);
	snap_free(x);
	snap_free(y);
	if (ret == 0)
		*out = map;
	return ret;
}

/* Changes of parent `mine` that the merge took back to what they were. */
static int find_dropped(struct judged *j, struct map *changed, const struct oid *base,
			const struct oid *mine, const struct oid *other,
			struct ops_error *err)
{
	struct map *taken, *unlike, *sides;
	const struct config *config;
	size_t i;
	int ret = world_config(&config, j->world, err);

	if (ret == 0)
		ret = differing(&taken, j, base, &j->commit.id, err);
	if (ret == 0)
		ret = differing(&unlike, j, other, &j->commit.id, err);
	if (ret == 0)
		ret = differing(&sides, j, mine, other, err);
	for (i = 0; ret == 0 && i < map_count(changed); i++) {
		const char *path = map_at(changed, i)->key;

		/* It is as it was at first, or wholly the other side's. */
		if ((map_has(taken, path) &&
		     (map_has(unlike, path) || !map_has(sides, path))) ||
		    (strcmp(path, CONFIG_PATH) && !config_type_of_path(config, path)))
			continue;
		j->touched = true;
		findings_add(j->findings, "merge.dropped", OPS_ERROR, path, 0, 0,
			     "merge again, and keep what both sides did",
			     "the merge takes back what one side did to it");
	}
	return ret;
}

/* Whether some parent has no commit in common with the first one. */
static int is_unrelated(bool *out, struct judged *j, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct oid base;
	size_t i;
	int ret = 0;

	*out = false;
	for (i = 1; ret == 0 && i < j->commit.parents_nr; i++) {
		ret = history_merge_base(&base, j->v->repo->store,
					 &j->commit.parents[0], &j->commit.parents[i],
					 &found);
		if (ret == OPS_ENOTFOUND) {
			*out = true;
			ret = 0;
		}
	}
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* A commit of the other side, judged by the authority of this one. */
struct joining {
	struct judged *j;
	struct world *authority;
};

static int join_one(const struct oid *id, void *payload, struct ops_error *err)
{
	struct joining *joining = payload;
	struct judged *j = joining->j;
	struct judge_case c = { 0 };
	struct world *before = NULL, *after = NULL;
	struct snap *snap_before = NULL, *snap_after = NULL;
	struct ops_findings *found = ops_findings_new();
	struct commit commit;
	struct signer signer;
	char hex[OID_HEX + 1];
	size_t i;
	int ret = found ? commit_read(&commit, j->v->repo->store, id, j->arena, err) :
		  error_nomem(err);

	/* What merges bring is judged commit by commit. */
	if (ret || commit.parents_nr > 1)
		goto out;
	ret = audit_world(&before, &snap_before, j->v->repo,
			  commit.parents_nr ? commit.parents : NULL, err);
	if (ret == 0)
		ret = audit_world(&after, &snap_after, j->v->repo, id, err);
	if (ret)
		goto out;
	c.before = before;
	c.after = after;
	c.authority = joining->authority;
	c.message = commit.message;
	c.message_len = commit.message_len;
	c.author = commit.author.email;
	signature_check(&signer, &j->v->repo->verifier, &commit);
	c.signer = &signer;
	c.now = commit.committer.time;
	c.lenient = true;
	ret = judge_change(&c, found, err);
	oid_hex(hex, id);
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		findings_add(j->findings, f->rule, f->severity, f->path, f->line,
			     f->column, f->remedy, "%s (in %.10s, by the rules of what it "
			     "joins)", f->message, hex);
	}
out:
	world_close(after);
	world_close(before);
	snap_free(snap_after);
	snap_free(snap_before);
	ops_findings_free(found);
	return ret;
}

/* Whether who may do what, or what has to wait, changed on a side. */
static bool changes_authority(const struct config *config, struct map *changed)
{
	const char *agents = config_directory(config, "agents");
	const struct type *type;
	size_t i;

	for (i = 0; i < map_count(changed); i++) {
		type = config_type_of_path(config, map_at(changed, i)->key);
		if (!strcmp(map_at(changed, i)->key, CONFIG_PATH) ||
		    path_below(agents, map_at(changed, i)->key) ||
		    (type && type_is(type, "emergency")))
			return true;
	}
	return false;
}

/*
 * What arrives late is judged at what it joins: when the authority changed on
 * the side of `mine`, an older one on the other side gives no rights any more.
 */
static int judge_joining(struct judged *j, const struct oid *mine,
			 const struct oid *other, struct ops_error *err)
{
	struct joining joining = { j, NULL };
	struct snap *snap = NULL;
	int ret = audit_world(&joining.authority, &snap, j->v->repo, mine, err);

	if (ret == 0)
		ret = history_walk(j->v->repo->store, other, mine, false, join_one,
				   &joining, err);
	world_close(joining.authority);
	snap_free(snap);
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
			if (ret == 0 && s.state == GATE_BLOCKED &&
			    strcmp(d->status, "Cancelled"))
				findings_add(j->findings, "gate.blocked", OPS_ERROR, path,
					     0, 0, "lift the block first, and merge then",
					     "the merge ends it while gate '%s' is blocked",
					     s.gate->name);
		}
	}
	return ret;
}

static int judge_pair(struct judged *j, const struct oid *mine, const struct oid *other,
		      struct ops_error *err)
{
	const struct config *config;
	struct map *changed, *theirs;
	struct oid base;
	int ret = history_merge_base(&base, j->v->repo->store, mine, other, err);

	if (ret)
		return ret == OPS_ENOTFOUND ? 0 : ret;
	ret = world_config(&config, j->world, err);
	if (ret == 0)
		ret = differing(&changed, j, &base, mine, err);
	if (ret == 0)
		ret = differing(&theirs, j, &base, other, err);
	if (ret == 0)
		ret = find_dropped(j, changed, &base, mine, other, err);
	if (ret == 0 && changes_authority(config, changed))
		ret = judge_joining(j, mine, other, err);
	if (ret == 0)
		ret = audit_past_lease(j, mine, other, changed, err);
	return ret ? ret : find_past_block(j, theirs, changed, err);
}

int audit_judge_merge(struct judged *j, struct ops_error *err)
{
	struct map *differs, *all = NULL;
	size_t i, k, n = j->commit.parents_nr;
	bool unrelated;
	int ret = is_unrelated(&unrelated, j, err);

	/* A second beginning judged itself by its own law: here all it brings counts. */
	for (i = 0; ret == 0 && unrelated && i < n; i++)
		ret = audit_judge_by(j, &j->commit.parents[i], err);
	if (ret || unrelated)
		return ret;

	for (i = 0; ret == 0 && i < n; i++) {
		struct map *both;

		ret = differing(&differs, j, &j->commit.parents[i], &j->commit.id, err);
		if (ret || !all) {
			all = ret ? all : differs;
			continue;
		}
		both = map_new(j->arena);
		for (k = 0; both && k < map_count(all); k++)
			if (map_has(differs, map_at(all, k)->key) &&
			    map_put(both, map_at(all, k)->key, both))
				both = NULL;
		if (!both)
			return error_nomem(err);
		all = both;
	}
	j->own = all;
	for (i = 0; ret == 0 && i < n; i++)
		ret = audit_judge_by(j, &j->commit.parents[i], err);
	for (i = 0; ret == 0 && i < n; i++)
		for (k = 0; ret == 0 && k < n; k++)
			if (i != k)
				ret = judge_pair(j, &j->commit.parents[i],
						 &j->commit.parents[k], err);
	return ret;
}
