/* SPDX-License-Identifier: MIT */
/*
 * ops hooks: have git ask ops, or no longer.
 *
 * The answer is the same for all three: each hook with what is there now, after
 * whatever was done.  No commit is made.
 */

#include <string.h>

#include "command.h"
#include "out.h"

static const char *const usage_install[] = { "ops hooks install", NULL };
static const char *const usage_status[] = { "ops hooks status", NULL };
static const char *const usage_uninstall[] = { "ops hooks uninstall", NULL };

static void show(struct session *s, const struct ops_hooks *hooks)
{
	static const struct out_column columns[] = {
		{ "hook", "HOOK", SHRINK_NEVER }, { "state", "STATE", SHRINK_NEVER }
	};

	out_string(s->out, "directory", hooks->directory);
	out_string(s->out, "branch", hooks->branch[0] ? hooks->branch : NULL);
	out_bool(s->out, "server", hooks->server);
	out_table(s->out, "hooks", columns, 2);
	for (size_t i = 0; i < hooks->nr; i++) {
		const char *cells[] = { hooks->hooks[i].name, hooks->hooks[i].state };

		out_row(s->out, cells);
	}
	out_table_end(s->out);
	out_string(s->out, "merge", hooks->merge);
	if (hooks->merge)
		out_say(s->out, "git merges documents by %s\n",
			!strcmp(hooks->merge, "installed") ? "their fields" :
			!strcmp(hooks->merge, "old") ? "their fields, in places that are old: "
			"install again" : !strcmp(hooks->merge, "missing") ? "lines" :
			"a driver of somebody else");
	out_say(s->out, "in %s, for %s\n", hooks->directory,
		hooks->branch[0] ? hooks->branch : "no branch: HEAD is detached");
	out_bool(s->out, "moved", hooks->moved);
	if (hooks->moved)
		out_say(s->out, "that is not of this clone, which was moved or copied: install "
			"again\n");
}

static int run(struct session *s,
	       int (*act)(struct ops_hooks *out, struct ops_repo *repo,
			  struct ops_error *err))
{
	struct ops_hooks hooks;
	int ret = act(&hooks, s->repo, &s->err);

	if (!ret)
		show(s, &hooks);
	return ret;
}

static int run_install(struct session *s, const struct args *args)
{
	(void)args;
	return run(s, ops_hooks_install);
}

static int run_status(struct session *s, const struct args *args)
{
	(void)args;
	return run(s, ops_hooks_status);
}

static int run_uninstall(struct session *s, const struct args *args)
{
	(void)args;
	return run(s, ops_hooks_uninstall);
}

#define HOOKS(name, summary) \
	{ "hooks " #name, summary, NEED_REPO, usage_##name, NULL, 0, 0, 0, run_##name }

const struct command cmd_hooks[] = {
	HOOKS(install, "Have git ask ops before it commits, moves a branch or takes a push"),
	HOOKS(status, "Show which hooks of git ask ops"),
	HOOKS(uninstall, "Have git no longer ask, and put back the hooks that were there"),
	{ .name = NULL }
};
