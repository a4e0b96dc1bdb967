/* SPDX-License-Identifier: MIT */
/*
 * Judging a history: every commit is a change from its parent's world to its
 * own, and the same judge decides about it, whoever made it and with what.
 *
 * Merges are audit_merge.c's.
 *
 * Nothing is believed but trees: trailers are compared with what was done.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "text/message.h"
#include "view/view.h"

int audit_world(struct world **world, struct snap **snap, struct ops_repo *repo,
		const struct oid *commit, struct ops_error *err)
{
	struct snap *s;
	int ret = commit ? snap_of_commit(&s, repo->store, commit, err) :
		  snap_of_nothing(&s, err);

	if (ret)
		return ret;
	ret = world_open(world, s, repo->cache, err);
	if (ret)
		snap_free(s);
	else
		*snap = s;
	return ret;
}

static bool own_file(const char *path, void *payload)
{
	return map_has(payload, path);
}

/* Judge the commit against one parent (NULL: it has none). */
int audit_judge_by(struct judged *j, const struct oid *parent, struct ops_error *err)
{
	struct verifying *v = j->v;
	struct judge_case c = { 0 };
	struct world *before = NULL;
	struct snap *snap = NULL;
	bool kept = parent && v->kept.used && oid_equal(parent, &v->kept.commit);
	int ret = 0;

	if (kept)
		before = v->kept.world;
	else
		ret = audit_world(&before, &snap, v->repo, parent, err);
	if (ret)
		return ret;
	c.before = before;
	c.after = j->world;
	c.message = j->commit.message;
	c.message_len = j->commit.message_len;
	c.author = j->commit.author.email;
	c.signer = &j->signer;
	c.now = j->commit.committer.time;
	c.lenient = true;
	if (j->own) {
		c.only = own_file;
		c.payload = j->own;
	}
	ret = judge_change(&c, j->findings, err);
	if (ret == 0) {
		j->before_ops = c.before_ops;
		j->touched = j->touched || c.changes_nr || c.configures;
		if (c.actor && !j->actor_id) {
			j->actor_id = arena_str(j->arena, c.actor->id);
			j->verified_id = c.verified ? arena_str(j->arena,
								c.verified->id) : NULL;
			if (!j->actor_id || (c.verified && !j->verified_id))
				ret = error_nomem(err);
		}
	}
	/* The world of the commit may lean on this one's roster. */
	if (!kept) {
		world_share_roster(j->world, NULL);
		world_close(before);
		snap_free(snap);
	} else {
		world_share_roster(j->world, NULL);
	}
	return ret;
}

/* One act is one commit: the same Ops-Id twice is a replay. */
static int check_id(struct judged *j, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct message m;
	const char *id, *first;
	char hex[OID_HEX + 1];
	int ret = 0;

	if (!ignored)
		return error_nomem(err);
	if (message_parse(&m, j->arena, j->commit.message, j->commit.message_len,
			  ignored, NULL) == 0 && (id = message_trailer(&m, "Ops-Id"))) {
		first = map_get(j->v->seen, id);
		oid_hex(hex, &j->commit.id);
		if (first)
			findings_add(j->findings, "trailer.replayed", OPS_ERROR, NULL, 0,
				     0, NULL, "its Ops-Id is that of commit %.10s",
				     first);
		else if (map_put(j->v->seen, id, arena_str(j->v->arena, hex)))
			ret = error_nomem(err);
	}
	ops_findings_free(ignored);
	return ret;
}

/* The first line of a message. */
static const char *subject_of(struct judged *j)
{
	const char *end = memchr(j->commit.message, '\n', j->commit.message_len);
	size_t len = end ? (size_t)(end - j->commit.message) : j->commit.message_len;
	const char *text = arena_dup(j->arena, j->commit.message, len);

	return text ? text : "";
}

static int report(struct judged *j)
{
	struct ops_audit_commit c = { 0 };
	char hex[OID_HEX + 1];

	if (!ops_findings_count(j->findings))
		return 0;
	ops_findings_sort(j->findings);
	oid_hex(hex, &j->commit.id);
	c.commit = hex;
	c.time = j->commit.committer.time;
	c.author = j->commit.author.email;
	c.actor = j->actor_id;
	c.verified = j->verified_id;
	c.subject = subject_of(j);
	c.findings = j->findings;
	if (ops_findings_refuse(j->findings))
		j->v->result->refused++;
	return j->v->each(&c, j->v->payload);
}

static void keep(struct verifying *v, struct judged *j)
{
	if (v->kept.used) {
		world_close(v->kept.world);
		snap_free(v->kept.snap);
	}
	v->kept.commit = j->commit.id;
	v->kept.world = j->world;
	v->kept.snap = j->snap;
	v->kept.used = true;
	j->world = NULL;
	j->snap = NULL;
}

static int judge_commit(struct judged *j, const struct oid *id, struct ops_error *err)
{
	struct verifying *v = j->v;
	int ret = commit_read(&j->commit, v->repo->store, id, j->arena, err);

	if (ret == 0)
		ret = audit_world(&j->world, &j->snap, v->repo, id, err);
	if (ret)
		return ret;
	signature_check(&j->signer, v->repo->keys, &j->commit);
	if (j->commit.parents_nr > 1)
		ret = audit_judge_merge(j, err);
	else
		ret = audit_judge_by(j, j->commit.parents_nr ? j->commit.parents : NULL, err);
	if (ret)
		return ret;
	if (j->commit.odd && j->touched)
		findings_add(j->findings, "commit.header", j->commit.parents_nr > 1 ?
			     OPS_WARNING : OPS_ERROR, NULL, 0, 0, NULL,
			     "its header is odd: %s", j->commit.odd);
	audit_dispute(j);
	ret = check_id(j, err);
	if (ret)
		return ret;
	v->result->commits++;
	v->result->prehistory += j->before_ops;
	v->result->judged += j->touched;
	v->result->verified += j->touched && j->verified_id;
	ret = report(j);
	keep(v, j);
	return ret;
}

static int verify_one(const struct oid *id, void *payload, struct ops_error *err)
{
	struct verifying *v = payload;
	struct judged j = { 0 };
	int ret;

	j.v = v;
	j.arena = arena_new();
	j.findings = ops_findings_new();
	ret = j.arena && j.findings ? judge_commit(&j, id, err) : error_nomem(err);
	if (v->result->commits == 1)
		oid_hex(v->result->first, id);
	oid_hex(v->result->last, id);
	if (v->progress && v->result->commits % 64 == 0)
		v->progress(v->result->commits, v->known, v->payload);
	world_close(j.world);
	snap_free(j.snap);
	ops_findings_free(j.findings);
	arena_free(j.arena);
	return ret;
}

struct counted {
	size_t nr, max;		/* max 0: no bound */
};

static int count_one(const struct oid *id, void *payload, struct ops_error *err)
{
	struct counted *c = payload;

	(void)id;
	(void)err;
	return ++c->nr > c->max && c->max;	/* enough is known */
}

/* Whether `tip` has one parent, and that is `hide`. */
static int is_child(bool *out, struct verifying *v, const struct oid *tip,
		    const struct oid *hide, struct ops_error *err)
{
	struct arena *arena;
	struct commit c;
	int ret;

	*out = false;
	if (!hide)
		return 0;
	arena = arena_new();
	if (!arena)
		return error_nomem(err);
	ret = commit_read(&c, v->repo->store, tip, arena, err);
	if (ret == 0)
		*out = c.parents_nr == 1 && oid_equal(&c.parents[0], hide);
	arena_free(arena);
	return ret;
}

/* "A..B", "B", or NULL. */
static int resolve_range(struct oid *tip, struct oid *hide, bool *hides,
			 struct ops_repo *repo, const char *range, struct ops_error *err)
{
	const char *dots = range ? strstr(range, "..") : NULL;
	char *from;
	int ret;

	*hides = false;
	if (!range)
		return view_tip(tip, repo, err);
	if (!dots)
		return store_resolve(tip, repo->store, range, err);
	ret = dots[2] ? store_resolve(tip, repo->store, dots + 2, err) :
	      view_tip(tip, repo, err);
	if (ret || dots == range)
		return ret;
	from = strndup(range, (size_t)(dots - range));
	if (!from)
		return error_nomem(err);
	ret = store_resolve(hide, repo->store, from, err);
	*hides = ret == 0;
	free(from);
	return ret;
}

static int walk(struct verifying *v, const struct oid *tip, const struct oid *hide,
		size_t max, struct ops_error *err)
{
	struct counted c = { 0, max };
	bool child;
	int ret = is_child(&child, v, tip, hide, err);

	if (ret)
		return ret;
	/* The usual case of a hook, and one that a shallow clone can answer. */
	if (child)
		return verify_one(tip, v, err);
	if (v->progress || max)
		ret = history_walk(v->repo->store, tip, hide, false, count_one, &c, err);
	if (ret)
		return ret;
	if (max && c.nr > max)
		return error_set(err, OPS_EREFUSED, "more than %zu new commits at once: "
				 "send them in parts", max);
	v->known = c.nr;
	return history_walk(v->repo->store, tip, hide, false, verify_one, v, err);
}

int audit_range(struct ops_audit_result *result, struct ops_repo *repo,
		const struct oid *tip, const struct oid *hide, size_t max,
		const struct audit_calls *calls, struct ops_error *err)
{
	struct ops_audit_result found = { 0 };
	struct verifying v = { 0 };
	int ret;

	v.repo = repo;
	v.result = &found;
	v.each = calls->each;
	v.progress = calls->progress;
	v.payload = calls->payload;
	v.arena = arena_new();
	v.seen = v.arena ? map_new(v.arena) : NULL;
	ret = v.seen ? audit_dispute_begin(&v, tip, err) : error_nomem(err);
	if (ret == 0)
		ret = walk(&v, tip, hide, max, err);
	if (v.kept.used) {
		world_close(v.kept.world);
		snap_free(v.kept.snap);
	}
	arena_free(v.arena);
	if (ret == 0)
		*result = found;
	return ret;
}

int ops_audit_verify(struct ops_audit_result *result, struct ops_repo *repo,
		     const char *range,
		     int (*each)(const struct ops_audit_commit *commit, void *payload),
		     void (*progress)(size_t done, size_t known, void *payload),
		     void *payload, struct ops_error *err)
{
	struct audit_calls calls = { each, progress, payload };
	struct oid tip, hide;
	bool hides = false;
	int ret;

	if (store_is_shallow(repo->store))
		return error_set(err, OPS_EENVIRONMENT, "a shallow clone lacks the "
				 "beginning of its history: git fetch --unshallow");
	ret = resolve_range(&tip, &hide, &hides, repo, range, err);
	return ret ? ret : audit_range(result, repo, &tip, hides ? &hide : NULL, 0,
				       &calls, err);
}
