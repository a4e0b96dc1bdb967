/* SPDX-License-Identifier: MIT */
/*
 * Protected branches: who may move them.
 *
 * What stands in the line of a branch - its tip, the first parent of that, and so on -
 * was put there by whoever committed it; what a merge brought was not.  But a merge that has
 * a file as it was before the other side changed it took that change back: the other side
 * may have been the branch, and the line beside it somebody else's.  A range alone does not
 * tell which branch it is the line of, so this is asked where a branch moves, and when the
 * history of one is audited.
 *
 * Acts change documents only and have rules of their own, so they are not asked about.
 */

#include <string.h>

#include "judge/rules.h"

struct looking {
	const struct config *config;
	struct snap *base, *after;	/* what a side began with; the commit */
	bool others;
};

static bool is_other(const struct looking *l, const char *path)
{
	return strcmp(path, CONFIG_PATH) && !config_type_of_path(l->config, path);
}

static int look_for_others(const char *path, const struct snap_entry *before,
			   const struct snap_entry *after, void *payload,
			   struct ops_error *err)
{
	struct looking *l = payload;

	(void)before;
	(void)after;
	(void)err;
	l->others = is_other(l, path);
	return l->others ? OPS_EEXISTS : 0;	/* enough is known */
}

/* Of what a side changed: what is again as it was. */
static int look_for_dropped(const char *path, const struct snap_entry *before,
			    const struct snap_entry *after, void *payload,
			    struct ops_error *err)
{
	struct looking *l = payload;
	struct ops_error found = { 0 };
	struct snap_entry now;
	int ret = is_other(l, path) ? snap_find(&now, l->after, path, &found) : 1;

	(void)after;
	if (ret == OPS_ENOTFOUND)
		l->others = !before;
	else if (ret == 0 && before)
		ret = snap_same_file(&l->others, path, l->base, before, l->after, &now, &found);
	if (ret < 0 && ret != OPS_ENOTFOUND)
		return error_set(err, ret, "%s", found.message);
	return l->others ? OPS_EEXISTS : 0;
}

/* Whether an entry of the same person forbids an action. */
static bool person_forbids(const struct roster *r, const struct agent *a, const char *action)
{
	size_t i;

	for (i = 0; roster_has_limits(r) && i < roster_count(r); i++)
		if (roster_at(r, i)->principal == a->principal &&
		    agent_forbids(roster_at(r, i), action))
			return true;
	return false;
}

/* Whether `a` may, of a commit whose author and committer these are. */
static bool may_land(const struct roster *r, const struct agent *a, const struct names *by,
		     const struct agent *author, const struct agent *committer)
{
	bool own = author && committer && author->principal == committer->principal;
	size_t i;

	if (!a || !a->active || person_forbids(r, a, "land") ||
	    (own && person_forbids(r, a, "land-own")))
		return false;
	for (i = 0; i < by->nr; i++)
		if (agent_holds(a, by->list[i]))
			return true;
	return false;
}

int judge_protects(bool *out, struct world *authority, const char *branch,
		   struct ops_error *err)
{
	const struct config *config;
	int ret = world_config(&config, authority, err);

	*out = ret == 0 && standing_paths_have(&config->standing.branches.protect, branch);
	return ret;
}

/* One parent, taken for where the line comes from. */
struct origin {
	struct world *authority;
	struct snap *before;
	const struct landing_side *sides;	/* the others */
	size_t nr;
};

/* Whether the commit changes what is no document. */
static int look_at(bool *out, const struct origin *o, struct snap *after,
		   const struct config *config, struct ops_error *err)
{
	struct looking look = { config, NULL, after, false };
	struct ops_error enough = { 0 };
	size_t i;
	int ret = snap_diff(o->before, after, look_for_others, &look, &enough);

	for (i = 0; ret == 0 && i < o->nr; i++) {
		look.base = o->sides[i].base;
		ret = snap_diff(look.base, o->sides[i].tip, look_for_dropped, &look, &enough);
	}
	*out = look.others;
	return ret == 0 || look.others ? 0 : error_set(err, ret, "%s", enough.message);
}

/* *free: whoever made the commit may move the branch as they like. */
static int judge_from(bool *free, const struct landing *l, const struct origin *o,
		      struct ops_findings *findings, struct ops_error *err)
{
	const struct agent *author, *committer;
	const struct config *config;
	const struct roster *roster;
	const struct names *by;
	bool others;
	int ret = world_config(&config, o->authority, err);

	*free = ret == 0 && !standing_paths_have(&config->standing.branches.protect, l->branch);
	if (ret || *free)
		return ret;
	ret = world_roster(&roster, o->authority, err);
	if (ret)
		return ret;
	by = &config->standing.branches.by;
	author = l->author ? roster_agent_of_email(roster, l->author) : NULL;
	committer = l->committer ? roster_agent_of_email(roster, l->committer) : author;
	*free = may_land(roster, author, by, author, committer) ||
		may_land(roster, committer, by, author, committer);
	ret = *free ? 0 : look_at(&others, o, l->after, config, err);
	if (ret || *free || !others)
		return ret;
	findings_add(findings, "branch.protected", OPS_ERROR, NULL, 0, 0,
		     "leave it on a branch of its own, and have it merged by who may",
		     "'%s' is protected, and <%s> does not hold '%s'", l->branch,
		     l->committer ? l->committer : l->author ? l->author : "nobody known",
		     by->nr ? by->list[0] : "any power for it");
	return findings_failed(findings) ? error_nomem(err) : 0;
}

/* Who was free by the first parent may have been so long ago only: then another parent knows
 * better, and it is asked whether the commit may follow that one. */
int judge_landing(const struct landing *l, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct origin line = { l->authority, l->before, l->sides, l->sides_nr };
	bool free, side_free = true;
	size_t i;
	int ret = judge_from(&free, l, &line, findings, err);

	for (i = 0; ret == 0 && free && side_free && i < l->sides_nr; i++) {
		const struct landing_side back = { l->sides[i].base, l->before, NULL };
		struct origin side = { l->sides[i].authority, l->sides[i].tip, &back, 1 };

		if (side.authority)
			ret = judge_from(&side_free, l, &side, findings, err);
	}
	return ret;
}
