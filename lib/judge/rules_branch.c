/* SPDX-License-Identifier: MIT */
/*
 * Protected branches: who may move them.
 *
 * What stands in the line of a branch - its tip, the first parent of that, and so on -
 * was put there by whoever committed it; what a merge brought was not.  A range alone does
 * not tell which branch it is the line of, so this is asked where a branch moves, and when
 * the history of one is audited.
 *
 * Acts change documents only and have rules of their own, so they are not asked about.
 */

#include <string.h>

#include "judge/rules.h"

struct looking {
	const struct config *config;
	bool others;
};

static int look_for_others(const char *path, const struct snap_entry *before,
			   const struct snap_entry *after, void *payload,
			   struct ops_error *err)
{
	struct looking *l = payload;

	(void)before;
	(void)after;
	(void)err;
	l->others = strcmp(path, CONFIG_PATH) && !config_type_of_path(l->config, path);
	return l->others ? OPS_EEXISTS : 0;	/* enough is known */
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

int judge_landing(const struct landing *l, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct looking look = { NULL, false };
	const struct roster *roster;
	const struct agent *author, *committer;
	const struct names *by;
	int ret = world_config(&look.config, l->authority, err);

	if (ret == 0)
		ret = world_roster(&roster, l->authority, err);
	if (ret || !standing_paths_have(&look.config->standing.branches.protect, l->branch))
		return ret;
	ret = snap_diff(l->before, l->after, look_for_others, &look, err);
	if (ret && !look.others)
		return ret;
	by = &look.config->standing.branches.by;
	author = l->author ? roster_agent_of_email(roster, l->author) : NULL;
	committer = l->committer ? roster_agent_of_email(roster, l->committer) : author;
	if (!look.others || may_land(roster, author, by, author, committer) ||
	    may_land(roster, committer, by, author, committer))
		return 0;
	findings_add(findings, "branch.protected", OPS_ERROR, NULL, 0, 0,
		     "leave it on a branch of its own, and have it merged by who may",
		     "'%s' is protected, and <%s> does not hold '%s'", l->branch,
		     l->committer ? l->committer : l->author ? l->author : "nobody known",
		     by->nr ? by->list[0] : "any power for it");
	return findings_failed(findings) ? error_nomem(err) : 0;
}
