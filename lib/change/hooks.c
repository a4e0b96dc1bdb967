/* SPDX-License-Identifier: MIT */
/*
 * Hooks for the public interface.
 *
 * They are no state: nothing in a commit says that there are any, no rule looks at
 * them, and they are not written by the transaction.  A clone has those that were
 * installed in it.
 */

#include "ops/hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/repo.h"
#include "store/driver.h"
#include "store/hooks.h"

static const char *const states[] = {
	[HOOK_MISSING] = "missing", [HOOK_FOREIGN] = "foreign",
	[HOOK_INSTALLED] = "installed", [HOOK_CHAINED] = "chained"
};

static const char *const merges[] = {
	[DRIVER_MISSING] = "missing", [DRIVER_INSTALLED] = "installed",
	[DRIVER_OLD] = "old", [DRIVER_OTHER] = "other"
};

/* The places of all documents, by the configuration of the tip. */
struct places {
	struct world *world;
	struct snap *snap;
	const char **patterns;
	size_t nr;
};

static void places_release(struct places *p)
{
	world_close(p->world);
	snap_free(p->snap);
}

static int places_find(struct places *p, struct ops_repo *repo, struct ops_error *err)
{
	const struct config *config;
	struct ops_error found = { 0 };
	struct oid tip;
	size_t i, k, room = 3;
	int ret = store_tip(&tip, repo->store, &found);

	ret = ret == OPS_ENOTFOUND ? snap_of_nothing(&p->snap, err) : ret ?
	      error_set(err, ret, "%s", found.message) :
	      snap_of_commit(&p->snap, repo->store, &tip, err);
	if (ret == 0)
		ret = world_open(&p->world, p->snap, repo->cache, err);
	if (ret == 0)
		ret = world_config(&config, p->world, err);
	if (ret)
		return ret;
	for (i = 0; i < config->types_nr; i++)
		room += config->types[i].patterns.nr;
	p->patterns = arena_array(world_arena(p->world), room, sizeof(*p->patterns));
	if (!p->patterns)
		return error_nomem(err);
	for (i = 0; i < config->types_nr; i++)
		for (k = 0; !(config->types[i].base && config->types[i].base->abstract) &&
		     k < config->types[i].patterns.nr; k++)
			p->patterns[p->nr++] = config->types[i].patterns.list[k];
	p->patterns[p->nr++] = config->decisions;
	p->patterns[p->nr++] = config->patterns;
	return 0;
}

static int look_merge(struct ops_hooks *out, struct ops_repo *repo, struct ops_error *err)
{
	struct places p = { 0 };
	enum driver_state state;
	int ret;

	if (store_is_bare(repo->store))
		return 0;
	ret = places_find(&p, repo, err);
	if (ret == 0)
		ret = driver_look(&state, repo->store, p.patterns, p.nr, err);
	if (ret == 0)
		out->merge = merges[state];
	places_release(&p);
	return ret;
}

static int look(struct ops_hooks *out, struct ops_repo *repo, const char *directory,
		struct ops_error *err)
{
	const char *branch = store_branch(repo->store);
	struct ops_hooks found = { .nr = 0 };
	struct hook hooks[HOOKS_MAX];
	size_t i;
	int ret = hooks_look(hooks, &found.nr, repo->store, directory, err);

	if (ret)
		return ret;
	if (strlen(directory) >= sizeof(found.directory) ||
	    (branch && strlen(branch) >= sizeof(found.branch)))
		return error_set(err, OPS_EENVIRONMENT, "'%.200s' is too long a name",
				 directory);
	(void)snprintf(found.directory, sizeof(found.directory), "%s", directory);
	(void)snprintf(found.branch, sizeof(found.branch), "%s", branch ? branch : "");
	found.server = store_is_bare(repo->store);
	found.moved = hooks_moved(repo->store, directory);
	for (i = 0; i < found.nr; i++) {
		found.hooks[i].name = hooks[i].name;
		found.hooks[i].state = states[hooks[i].state];
	}
	ret = look_merge(&found, repo, err);
	if (ret == 0)
		*out = found;
	return ret;
}

static int with(struct ops_hooks *out, struct ops_repo *repo,
		int (*act)(struct store *s, struct ops_error *err), struct ops_error *err)
{
	char *directory = NULL;
	int ret = act ? act(repo->store, err) : 0;

	if (ret == 0)
		ret = hooks_directory(&directory, repo->store, err);
	if (ret == 0)
		ret = look(out, repo, directory, err);
	free(directory);
	return ret;
}

int ops_hooks_status(struct ops_hooks *out, struct ops_repo *repo, struct ops_error *err)
{
	return with(out, repo, NULL, err);
}

int ops_hooks_install(struct ops_hooks *out, struct ops_repo *repo, struct ops_error *err)
{
	struct places p = { 0 };
	int ret = with(out, repo, hooks_install, err);

	if (ret || store_is_bare(repo->store))
		return ret;
	ret = places_find(&p, repo, err);
	if (ret == 0)
		ret = driver_install(repo->store, p.patterns, p.nr, err);
	places_release(&p);
	return ret ? ret : ops_hooks_status(out, repo, err);
}

int ops_hooks_uninstall(struct ops_hooks *out, struct ops_repo *repo,
			struct ops_error *err)
{
	int ret = store_is_bare(repo->store) ? 0 : driver_uninstall(repo->store, err);

	return ret ? ret : with(out, repo, hooks_uninstall, err);
}
