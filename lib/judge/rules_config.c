/* SPDX-License-Identifier: MIT */
/*
 * The configuration is governed like everything else: only who holds the power
 * `configure` changes it, a changed one must be without mistakes, and its
 * version is its parent's plus one, so that an old policy cannot come back as
 * if it were new.
 */

#include <string.h>

#include "judge/rules.h"

static void rules_configure_power(struct judging *j)
{
	static const char *const name[] = { "configure" };
	struct names powers = { (const char **)(size_t)name, 1 };
	const struct agent *a = j->c->actor;
	enum may may = j->genesis ? MAY : rules_may(j, &powers, NULL, NULL);

	if (may == MAY)
		return;
	if (may == MAY_SIGNED) {
		rules_unsigned(j, CONFIG_PATH, "change the configuration");
		return;
	}
	findings_add(j->findings, "power.protected", OPS_ERROR, CONFIG_PATH, 0, 0,
		     "ask who holds the power 'configure'",
		     "'%s' may not change the configuration", a ? a->id :
		     j->c->claimed ? j->c->claimed : j->c->author ? j->c->author :
		     "an unknown actor");
}

void rules_taken_in(struct judging *j, const char *path, const struct type *is)
{
	findings_add(j->findings, "config.takes-in", OPS_ERROR, path, 0, 0,
		     "move it elsewhere, change the configuration, and bring it back in a commit "
		     "after that",
		     "it would be a document of type '%s' from now on, and nobody has judged it",
		     is->name);
}

/* What a new configuration makes of the files that are there. */
struct placing {
	struct judging *j;
	const struct config *after;
	size_t found;
};

/* A kind of documents that is new altogether begins with those that lie there, as a history does
 * with its first commit: nobody relied on any before. */
static bool is_new(const struct placing *p, const struct type *is)
{
	return !is->base && !config_type(p->j->config, is->name);
}

static void tell_left(struct placing *p, const char *path, const struct type *was,
		      const struct type *is)
{
	bool rebased = is && !strcmp(was->name, is->name);
	const char *how = !is ? "nothing" : !rebased ? "of type " :
			  is->base ? "based on " : "based on nothing";

	findings_add(p->j->findings, "config.ungoverned", OPS_ERROR, path, 0, 0,
		     "keep the places of documents that are there",
		     "this %s would be %s%s by the new configuration", was->name, how,
		     !is ? "" : !rebased ? is->name : is->base ? is->base->name : "");
}

/* A file that was governed and would not be any more, or as something else; or one that was
 * not, and would be.  What a broken configuration governed is not known, and a file that
 * comes with the new one is told of by config.alone. */
static int place_one(const char *path, const struct snap_entry *entry, void *payload,
		     struct ops_error *err)
{
	struct placing *p = payload;
	const struct type *was = config_type_of_path(p->j->config, path);
	const struct type *is = config_type_of_path(p->after, path);
	struct snap_entry before;

	(void)entry;
	(void)err;
	if (!rules_bounded(p->j, path, JUDGE_TREE_MAX))
		return OPS_EREFUSED;
	if (type_same(was, is))
		return 0;
	if (was)
		tell_left(p, path, was, is);
	else if (!p->j->config->broken && !is_new(p, is) &&
		 snap_find(&before, world_snap(p->j->c->before), path, NULL) == 0)
		rules_taken_in(p->j, path, is);
	else
		return 0;
	return ++p->found == 5 ? OPS_EREFUSED : 0;	/* that is enough to be told */
}

/* Most changes of a configuration are about no places at all, and the tree may be large. */
static int may_differ(const char *dir, void *payload, struct ops_error *err)
{
	struct placing *p = payload;

	(void)err;
	if (!config_places_differ(p->j->config, p->after, dir))
		return 0;
	return rules_bounded(p->j, dir, JUDGE_TREE_MAX) ? 1 : OPS_EREFUSED;
}

static int rules_places(struct judging *j, const struct config *after)
{
	struct placing placing = { j, after, 0 };
	size_t seen = j->seen;
	int ret;

	/* What lies in the tree is no part of the change. */
	j->seen = 0;
	ret = snap_walk_some(world_snap(j->c->after), "", may_differ, place_one, &placing, NULL);
	j->seen = seen;
	return ret == OPS_EREFUSED ? 0 : ret;
}

int rules_config(struct judging *j, const struct snap_entry *before,
		 const struct snap_entry *after)
{
	const struct config *known;
	struct config *config = NULL;
	struct blob blob = { NULL, 0, NULL };
	int ret;

	/* Called while differences are collected: the actor is settled later. */
	if (before && !after) {
		findings_add(j->findings, "doc.deleted", OPS_ERROR, CONFIG_PATH, 0, 0,
			     NULL, "the configuration is never deleted");
		return 0;
	}
	if (after->mode != SNAP_FILE && after->mode != SNAP_EXEC) {
		findings_add(j->findings, "doc.mode", OPS_ERROR, CONFIG_PATH, 0, 0,
			     NULL, "the configuration must be a regular file");
		return 0;
	}
	/* As it was when the world read it: without a mistake there is nothing to tell. */
	if (!before && world_config(&known, j->c->after, NULL) == 0 && known->present &&
	    known->sound)
		return 0;
	ret = snap_read(&blob, world_snap(j->c->after), CONFIG_PATH, DOC_MAX, NULL);
	if (ret == OPS_EINVALID)
		findings_add(j->findings, "config.invalid", OPS_ERROR, CONFIG_PATH, 0,
			     0, NULL, "it is larger than %d bytes", CONFIG_MAX);
	if (ret)
		return ret == OPS_EINVALID ? 0 : ret;
	ret = config_load(&config, blob.data, blob.len, j->findings, NULL);
	blob_release(&blob);
	if (ret)
		return ret;
	if (before && !j->genesis && !config->broken &&
	    config->version != j->config->version + 1)
		findings_add(j->findings, "config.version", OPS_ERROR, CONFIG_PATH, 0,
			     0, NULL, "its version is %u and must be %u",
			     config->version, j->config->version + 1);
	if (before && !j->genesis && !config->broken)
		ret = rules_places(j, config);
	config_free(config);
	return ret;
}

int rules_configured(struct judging *j)
{
	int ret;

	if (!j->c->configures || j->c->before == j->c->after)
		return 0;
	rules_configure_power(j);
	ret = j->genesis ? 0 : rules_threshold(j, "configure", CONFIG_PATH, CONFIG_PATH,
					       false);
	if (ret)
		return ret;
	/* One commit, one set of rules: those of its parent. */
	if (j->governed && !j->genesis)
		findings_add(j->findings, "config.alone", OPS_ERROR, CONFIG_PATH, 0, 0,
			     "change them in two commits",
			     "the configuration and documents ('%s') do not change "
			     "together", j->governed);
	return 0;
}
