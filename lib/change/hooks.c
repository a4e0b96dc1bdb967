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
#include "store/hooks.h"

static const char *const states[] = {
	[HOOK_MISSING] = "missing", [HOOK_FOREIGN] = "foreign",
	[HOOK_INSTALLED] = "installed", [HOOK_CHAINED] = "chained"
};

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
	for (i = 0; i < found.nr; i++) {
		found.hooks[i].name = hooks[i].name;
		found.hooks[i].state = states[hooks[i].state];
	}
	*out = found;
	return 0;
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
	return with(out, repo, hooks_install, err);
}

int ops_hooks_uninstall(struct ops_hooks *out, struct ops_repo *repo,
			struct ops_error *err)
{
	return with(out, repo, hooks_uninstall, err);
}
