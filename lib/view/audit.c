/* SPDX-License-Identifier: MIT */
/*
 * Judging a history: every commit is a change from its parent's world to its
 * own, and the same judge decides about it, whoever made it and with what.
 *
 * A merge is judged by each of its parents, but only for files that equal none
 * of them; a file it took from one side was judged there.  What it took back is
 * named too: a side's change that the merge silently drops.  Of two histories with
 * nothing in common neither is believed: the whole merge is judged by each parent.
 *
 * Nothing is believed but trees: trailers are compared with what was done.
 */

#include "ops/audit.h"

#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "model/repo.h"
#include "view/view.h"
#include "util/map.h"

/* The world of a commit, kept because the next commit is usually its child. */
struct kept_world {
	struct oid commit;
	struct snap *snap;
	struct world *world;
	bool used;
};

struct verifying {
	struct ops_repo *repo;
	struct ops_audit_result *result;
	size_t known;
	int (*each)(const struct ops_audit_commit *commit, void *payload);
	void (*progress)(size_t done, size_t known, void *payload);
	void *payload;
	struct kept_world kept;
	struct arena *arena;	/* of the whole run: ids of acts seen */
	struct map *seen;
};

/* What judging one commit needs and makes. */
struct judged {
	struct verifying *v;
	struct commit commit;
	struct arena *arena;
	struct ops_findings *findings;
	struct snap *snap;
	struct world *world;
	const struct agent *actor;
	const char *actor_id;
	bool touched, before_ops;
	struct map *own;	/* of a merge: files that equal no parent's */
};

static int open_world(struct world **world, struct snap **snap, struct ops_repo *repo,
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
static int judge_by(struct judged *j, const struct oid *parent, struct ops_error *err)
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
		ret = open_world(&before, &snap, v->repo, parent, err);
	if (ret)
		return ret;
	c.before = before;
	c.after = j->world;
	c.message = j->commit.message;
	c.message_len = j->commit.message_len;
	c.author = j->commit.author.email;
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
			if (!j->actor_id)
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

static int note_path(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload,
		     struct ops_error *err)
{
	(void)before;
	(void)after;
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
static int find_dropped(struct judged *j, const struct oid *mine,
			const struct oid *other, struct ops_error *err)
{
	struct oid base;
	struct map *changed, *taken;
	const struct config *config;
	size_t i;
	int ret = history_merge_base(&base, j->v->repo->store, mine, other, err);

	if (ret)
		return ret == OPS_ENOTFOUND ? 0 : ret;
	ret = world_config(&config, j->world, err);
	if (ret == 0)
		ret = differing(&changed, j, &base, mine, err);
	if (ret == 0)
		ret = differing(&taken, j, &base, &j->commit.id, err);
	for (i = 0; ret == 0 && i < map_count(changed); i++) {
		const char *path = map_at(changed, i)->key;

		if (map_has(taken, path) || (strcmp(path, CONFIG_PATH) &&
					     !config_type_of_path(config, path)))
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

static int judge_merge(struct judged *j, struct ops_error *err)
{
	struct map *differs, *all = NULL;
	size_t i, k, n = j->commit.parents_nr;
	bool unrelated;
	int ret = is_unrelated(&unrelated, j, err);

	/* A second beginning judged itself by its own law: here all it brings counts. */
	for (i = 0; ret == 0 && unrelated && i < n; i++)
		ret = judge_by(j, &j->commit.parents[i], err);
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
		ret = judge_by(j, &j->commit.parents[i], err);
	for (i = 0; ret == 0 && i < n; i++)
		for (k = 0; ret == 0 && k < n; k++)
			if (i != k)
				ret = find_dropped(j, &j->commit.parents[i],
						   &j->commit.parents[k], err);
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
		ret = open_world(&j->world, &j->snap, v->repo, id, err);
	if (ret)
		return ret;
	if (j->commit.parents_nr > 1)
		ret = judge_merge(j, err);
	else
		ret = judge_by(j, j->commit.parents_nr ? j->commit.parents : NULL, err);
	if (ret)
		return ret;
	if (j->commit.odd && j->touched)
		findings_add(j->findings, "commit.header", j->commit.parents_nr > 1 ?
			     OPS_WARNING : OPS_ERROR, NULL, 0, 0, NULL,
			     "its header is odd: %s", j->commit.odd);
	ret = check_id(j, err);
	if (ret)
		return ret;
	v->result->commits++;
	v->result->prehistory += j->before_ops;
	v->result->judged += j->touched;
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

static int count_one(const struct oid *id, void *payload, struct ops_error *err)
{
	(void)id;
	(void)err;
	++*(size_t *)payload;
	return 0;
}

/* "A..B", "B", or NULL. */
static int resolve_range(struct oid *tip, struct oid *hide, bool *hides,
			 struct verifying *v, const char *range, struct ops_error *err)
{
	const char *dots = range ? strstr(range, "..") : NULL;
	const char *from;
	int ret;

	*hides = false;
	if (!range)
		return view_tip(tip, v->repo, err);
	if (!dots)
		return store_resolve(tip, v->repo->store, range, err);
	from = arena_dup(v->arena, range, (size_t)(dots - range));
	if (!from)
		return error_nomem(err);
	ret = dots[2] ? store_resolve(tip, v->repo->store, dots + 2, err) :
	      view_tip(tip, v->repo, err);
	if (ret == 0 && *from) {
		ret = store_resolve(hide, v->repo->store, from, err);
		*hides = ret == 0;
	}
	return ret;
}

int ops_audit_verify(struct ops_audit_result *result, struct ops_repo *repo,
		     const char *range,
		     int (*each)(const struct ops_audit_commit *commit, void *payload),
		     void (*progress)(size_t done, size_t known, void *payload),
		     void *payload, struct ops_error *err)
{
	struct ops_audit_result found = { 0 };
	struct verifying v = { 0 };
	struct oid tip, hide;
	bool hides = false;
	int ret;

	if (store_is_shallow(repo->store))
		return error_set(err, OPS_EENVIRONMENT, "a shallow clone lacks the "
				 "beginning of its history: git fetch --unshallow");
	v.repo = repo;
	v.result = &found;
	v.each = each;
	v.progress = progress;
	v.payload = payload;
	v.arena = arena_new();
	v.seen = v.arena ? map_new(v.arena) : NULL;
	ret = v.seen ? resolve_range(&tip, &hide, &hides, &v, range, err) :
	      error_nomem(err);
	if (ret == 0 && progress)
		ret = history_walk(repo->store, &tip, hides ? &hide : NULL, false,
				   count_one, &v.known, err);
	if (ret == 0)
		ret = history_walk(repo->store, &tip, hides ? &hide : NULL, false,
				   verify_one, &v, err);
	if (v.kept.used) {
		world_close(v.kept.world);
		snap_free(v.kept.snap);
	}
	arena_free(v.arena);
	if (ret == 0)
		*result = found;
	return ret;
}
