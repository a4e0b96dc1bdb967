/* SPDX-License-Identifier: MIT */
/*
 * Checking a work tree, the index or a revision: every governed document by
 * itself, the world as a whole, and for what is not committed yet the change
 * against the tip, as if its author committed it now.
 *
 * The severities of the configuration are for what lies there.  What the change
 * would be refused for is never less than that, because a commit is not asked how
 * grave its author finds it.
 */

#include <string.h>

#include "judge/judge.h"
#include "model/repo.h"
#include "ops/audit.h"
#include "util/path.h"

struct checking {
	struct ops_repo *repo;
	struct ops_check_result *result;
	struct ops_findings *findings;		/* in what lies there */
	struct ops_findings *refusals;		/* of the change */
	const char *const *paths;
	size_t paths_nr;
	int (*each)(const char *path, void *payload);	/* or NULL */
	void *payload;
};

/* Whether a path is at or below one that is asked for; NULL never is. */
static bool wanted(const char *path, const char *const *paths, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (path && (!strcmp(paths[i], path) || path_below(paths[i], path)))
			return true;
	return nr == 0;
}

static int check_one(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct checking *c = payload;

	c->result->documents++;
	if (c->each && wanted(d->path, c->paths, c->paths_nr)) {
		int ret = c->each(d->path, c->payload);

		if (ret)
			return error_set(err, ret, "the documents could not be listed");
	}
	if (!d->doc) {
		c->result->unreadable++;
		return 0;
	}
	return judge_document(d, c->repo->now, c->findings, err);
}

static int check_change(struct checking *c, struct world *after, struct ops_error *err)
{
	struct judge_case k = { 0 };
	struct snap *snap = NULL;
	struct world *before = NULL;
	struct oid tip;
	int ret = store_tip(&tip, c->repo->store, err);

	if (ret && ret != OPS_ENOTFOUND)
		return ret;
	ret = ret ? snap_of_nothing(&snap, err) :
	      snap_of_commit(&snap, c->repo->store, &tip, err);
	if (ret == 0)
		ret = world_open(&before, snap, c->repo->cache, err);
	if (ret == 0) {
		k.before = before;
		k.after = after;
		k.claimed = c->repo->actor;
		/* As when they act: their own address, unless nobody is claimed. */
		k.author = c->repo->actor ? NULL : c->repo->email;
		k.now = c->repo->now;
		ret = judge_change(&k, c->refusals, err);
		world_share_roster(after, NULL);
	}
	world_close(before);
	snap_free(snap);
	return ret;
}

static int open_what(struct snap **out, struct checking *c, enum ops_check_what what,
		     const char *revision, struct ops_error *err)
{
	struct oid oid;
	int ret;

	if (what == OPS_CHECK_WORK_TREE && store_branch(c->repo->store) &&
	    !store_branch_is_head(c->repo->store))
		return error_set(err, OPS_EENVIRONMENT, "the state is on '%s', which is not "
				 "checked out here: check it with --at",
				 store_branch(c->repo->store));
	if (what == OPS_CHECK_WORK_TREE)
		return snap_of_work_tree(out, c->repo->store, err);
	if (what == OPS_CHECK_STAGED)
		return snap_of_index(out, c->repo->store, err);
	ret = revision ? store_resolve(&oid, c->repo->store, revision, err) :
	      store_tip(&oid, c->repo->store, err);
	return ret ? ret : snap_of_commit(out, c->repo->store, &oid, err);
}

static int check_world(struct checking *c, struct world *w, enum ops_check_what what,
		       struct ops_error *err)
{
	const struct config *config;
	int ret = world_config(&config, w, err);

	if (ret == 0 && config->present) {
		ret = world_each(w, NULL, true, false, check_one, c, c->findings, err);
		if (ret == 0)
			ret = judge_world(w, c->findings, err);
	} else if (ret == 0 && what == OPS_CHECK_REVISION) {
		ret = error_set(err, OPS_EENVIRONMENT,
				"this is not an ops repository at that revision");
	}
	if (ret == 0 && what != OPS_CHECK_REVISION &&
	    store_branch_is_head(c->repo->store))
		ret = check_change(c, w, err);
	return ret;
}

/*
 * The configuration that says how grave things are: as all authority that of the tip,
 * so that a change does not excuse itself; without a tip, or for a revision, its own.
 */
static int severities(const struct config **out, struct checking *c, struct world *w,
		      enum ops_check_what what, struct ops_error *err)
{
	struct world *tip = NULL;
	struct snap *snap = NULL;
	struct oid oid;
	int ret = what == OPS_CHECK_REVISION ? OPS_ENOTFOUND :
		  store_tip(&oid, c->repo->store, err);

	if (ret == OPS_ENOTFOUND)
		return world_config(out, w, err);
	if (ret == 0)
		ret = snap_of_commit(&snap, c->repo->store, &oid, err);
	if (ret == 0)
		ret = world_open(&tip, snap, c->repo->cache, err);
	if (ret == 0)
		ret = world_config(out, tip, err);
	/* The configuration belongs to the cache, not to the world it was read from. */
	world_close(tip);
	snap_free(snap);
	return ret;
}

/* Copy what is asked for; `config` says how grave it is, or is NULL. */
static void take(struct ops_findings *to, const struct ops_findings *from,
		 const struct checking *c, const struct config *config)
{
	size_t i;

	for (i = 0; i < ops_findings_count(from); i++) {
		const struct ops_finding *f = ops_findings_at(from, i);
		const struct severity_rule *rule = config && f->severity == OPS_ERROR ?
			config_severity(config, f->rule) : NULL;

		if (wanted(f->path, c->paths, c->paths_nr) && !(rule && rule->off))
			findings_add(to, f->rule, rule ? rule->severity : f->severity,
				     f->path, f->line, f->column, f->remedy, "%s",
				     f->message);
	}
}

/* A path is there, or was in the tip: else its name is a slip, not an answer. */
static int check_paths(struct checking *c, struct snap *snap, const char *const *paths,
		       size_t nr, struct ops_error *err)
{
	struct snap_entry entry;
	struct snap *tip = NULL;
	struct oid oid;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = snap_find(&entry, snap, paths[i], err);
		if (ret != OPS_ENOTFOUND)
			continue;
		ret = tip ? 0 : store_tip(&oid, c->repo->store, err);
		if (ret == 0 && !tip)
			ret = snap_of_commit(&tip, c->repo->store, &oid, err);
		if (ret == 0)
			ret = snap_find(&entry, tip, paths[i], err);
		if (ret == OPS_ENOTFOUND)
			error_set(err, ret, "there is no '%s'", paths[i]);
	}
	snap_free(tip);
	return ret;
}

int ops_repo_check_each(struct ops_check_result *result, struct ops_findings *findings,
			struct ops_repo *repo, enum ops_check_what what,
			const char *revision, const char *const *paths, size_t nr,
			int (*each)(const char *path, void *payload), void *payload,
			struct ops_error *err)
{
	struct ops_check_result found = { 0, 0 };
	struct checking c = { repo, &found, ops_findings_new(), ops_findings_new(), paths,
			      nr, each, payload };
	const struct config *config = NULL;
	struct snap *snap = NULL;
	struct world *w = NULL;
	int ret = c.findings && c.refusals ? 0 : error_nomem(err);

	if (ret == 0)
		ret = open_what(&snap, &c, what, revision, err);
	if (ret == 0)
		ret = check_paths(&c, snap, paths, nr, err);
	if (ret == 0)
		ret = world_open(&w, snap, repo->cache, err);
	if (ret == 0)
		ret = check_world(&c, w, what, err);
	if (ret == 0)
		ret = severities(&config, &c, w, what, err);
	if (ret == 0 && (findings_failed(c.findings) || findings_failed(c.refusals)))
		ret = error_nomem(err);
	if (ret == 0) {
		take(findings, c.findings, &c, config);
		take(findings, c.refusals, &c, NULL);
	}
	ops_findings_sort(findings);
	world_close(w);
	snap_free(snap);
	ops_findings_free(c.findings);
	ops_findings_free(c.refusals);
	if (ret == 0)
		*result = found;
	return ret;
}

int ops_repo_check(struct ops_check_result *result, struct ops_findings *findings,
		   struct ops_repo *repo, enum ops_check_what what,
		   const char *revision, const char *const *paths, size_t nr,
		   struct ops_error *err)
{
	return ops_repo_check_each(result, findings, repo, what, revision, paths, nr, NULL,
				   NULL, err);
}
