/* SPDX-License-Identifier: MIT */
/*
 * Servers, for the public interface: setting one up, and telling what it lacks.
 *
 * None of it is state, and none is written by the transaction.  Owners and modes are
 * looked at and never changed: only who runs the machine knows who is to be kept out.
 */

#include "ops/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/elsewhere.h"
#include "model/repo.h"
#include "model/world.h"
#include "store/file.h"
#include "store/hooks.h"
#include "store/server.h"

static struct ops_server_check *add(struct ops_server *out, const char *name,
				    const char *why)
{
	struct ops_server_check *c = &out->checks[out->nr++];

	memset(c, 0, sizeof(*c));
	c->name = name;
	c->why = why;
	return c;
}

static void advise(struct ops_server *out, struct ops_server_check *c, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void advise(struct ops_server *out, struct ops_server_check *c, const char *fmt, ...)
{
	va_list ap;

	if (c->ok)
		return;
	out->ok = false;
	va_start(ap, fmt);
	(void)vsnprintf(c->advice, sizeof(c->advice), fmt, ap);
	va_end(ap);
}

static int look_at_settings(struct ops_server *out, struct store *s, struct ops_error *err)
{
	struct ops_server_check *c;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < server_settings_nr; i++) {
		c = add(out, server_settings[i].name, server_settings[i].why);
		ret = server_setting_look(c->value, &c->ok, s, &server_settings[i], err);
		advise(out, c, "ops --git-dir '%s' server install, or git --git-dir '%s' config "
		       "--add %s %s", store_git_dir(s), store_git_dir(s), server_settings[i].key,
		       server_settings[i].wanted);
	}
	return ret;
}

static int look_at_hook(struct ops_server *out, struct store *s, const char *directory)
{
	struct ops_server_check *c = add(out, "hooks", "each push is judged");

	c->ok = hooks_complete(s);
	(void)snprintf(c->value, sizeof(c->value), "%.250s", directory);
	advise(out, c, "ops --git-dir '%s' server install", store_git_dir(s));
	return 0;
}

/* A file, or the directory that it could be put into again. */
static int look_at_file(struct ops_server *out, struct store *s, const char *name,
			const char *path, struct ops_error *err)
{
	struct ops_server_check *c = add(out, name, "who pushes cannot change it");
	int ret = server_file_look(c->value, &c->ok, path, err);

	if (ret == OPS_ENOTFOUND) {
		c->ok = false;
		(void)snprintf(c->value, sizeof(c->value), "missing");
		advise(out, c, "ops --git-dir '%s' server install", store_git_dir(s));
		return 0;
	}
	advise(out, c, "chmod go-w '%s', and let it belong to an account that pushes do not "
	       "run as", path);
	return ret;
}

static int look_at_files(struct ops_server *out, struct store *s, const char *directory,
			 struct ops_error *err)
{
	char *hook = file_join(directory, "pre-receive");
	char *config = file_join(store_common_dir(s), "config");
	int ret = hook && config ? 0 : error_nomem(err);

	if (ret == 0)
		ret = look_at_file(out, s, "the hook", hook, err);
	if (ret == 0)
		ret = look_at_file(out, s, "its directory", directory, err);
	if (ret == 0)
		ret = look_at_file(out, s, "the configuration", config, err);
	if (ret == 0)
		ret = look_at_file(out, s, "the repository", store_common_dir(s), err);
	free(hook);
	free(config);
	return ret;
}

static int state_config(const struct config **config, struct world **world,
			struct snap **snap, struct ops_repo *repo, struct ops_error *err)
{
	struct oid tip;
	int ret = store_tip(&tip, repo->store, err);

	*world = NULL;
	*snap = NULL;
	if (ret == 0)
		ret = snap_of_commit(snap, repo->store, &tip, err);
	else if (ret == OPS_ENOTFOUND)
		ret = snap_of_nothing(snap, err);
	if (ret == 0)
		ret = world_open(world, *snap, repo->cache, err);
	return ret ? ret : world_config(config, *world, err);
}

/* With no state on its branch nothing is judged: that is as it should be only where there is none
 * at all. */
static int look_at_policy(struct ops_server *out, struct ops_repo *repo,
			  const struct config *config, struct ops_error *err)
{
	struct ops_server_check *c = add(out, "its policy", "pushes are judged by it");
	struct arena *arena = arena_new();
	const char *ref = NULL, *advice;
	int ret = !arena ? error_nomem(err) : config->present ? 0 :
		  elsewhere_find(&ref, repo->store, arena, err);

	c->ok = ret == 0 && !config->broken && !ref;
	if (ref) {
		(void)snprintf(c->value, sizeof(c->value), "none, but '%.200s' holds a state", ref);
		advice = elsewhere_advice(repo->store, ref, arena);
		advise(out, c, "%s", advice ? advice : "");
		ret = advice ? 0 : error_nomem(err);
	} else if (ret == 0) {
		(void)snprintf(c->value, sizeof(c->value), "%s", config->broken ? "broken" :
			       config->present ? "readable" : "none yet");
		advise(out, c, "only the built-in rules are known: mend ops.yaml in a "
		       "clone, and push");
	}
	arena_free(arena);
	return ret;
}

static int look_at_state(struct ops_server *out, struct ops_repo *repo,
			 struct ops_error *err)
{
	const char *branch = store_branch(repo->store);
	struct ops_server_check *c = add(out, "the branch of state",
					 "it is known what is judged");
	const struct config *config;
	struct world *world;
	struct snap *snap;
	int ret;

	c->ok = branch != NULL;
	(void)snprintf(c->value, sizeof(c->value), "%.250s", branch ? branch : "");
	advise(out, c, "git --git-dir '%s' config ops.branch NAME", store_git_dir(repo->store));
	ret = state_config(&config, &world, &snap, repo, err);
	if (ret == 0)
		ret = look_at_policy(out, repo, config, err);
	world_close(world);
	snap_free(snap);
	return ret;
}

int ops_server_doctor(struct ops_server *out, struct ops_repo *repo, struct ops_error *err)
{
	char *directory = NULL;
	int ret;

	out->nr = 0;
	out->ok = true;
	if (!store_is_bare(repo->store))
		return error_set(err, OPS_EENVIRONMENT, "'%s' is no bare repository: pushes "
				 "into a work tree are not judged", store_git_dir(repo->store));
	ret = hooks_directory(&directory, repo->store, err);
	if (ret == 0)
		ret = look_at_hook(out, repo->store, directory);
	if (ret == 0)
		ret = look_at_settings(out, repo->store, err);
	if (ret == 0)
		ret = look_at_files(out, repo->store, directory, err);
	if (ret == 0)
		ret = look_at_state(out, repo, err);
	free(directory);
	return ret;
}

int ops_server_install(struct ops_server *out, struct ops_repo *repo,
		       struct ops_error *err)
{
	char value[256];
	size_t i;
	bool ok;
	int ret = ops_server_doctor(out, repo, err);

	if (ret == 0)
		ret = hooks_install(repo->store, err);
	for (i = 0; ret == 0 && i < server_settings_nr; i++) {
		ret = server_setting_look(value, &ok, repo->store, &server_settings[i], err);
		if (ret == 0 && !ok)
			ret = server_setting_write(repo->store, &server_settings[i], err);
	}
	return ret ? ret : ops_server_doctor(out, repo, err);
}

int ops_server_limits(struct ops_push_limits *out, struct ops_repo *repo,
		      struct ops_error *err)
{
	const struct config *config;
	struct world *world;
	struct snap *snap;
	int ret = state_config(&config, &world, &snap, repo, err);

	if (ret == 0) {
		out->commits = config->push_commits;
		out->seconds = config->push_seconds;
	}
	world_close(world);
	snap_free(snap);
	return ret;
}
