/* SPDX-License-Identifier: MIT */
/*
 * Opening a repository for the public interface, and the two identities: who
 * acts (by the roster) and who git says commits.  Nothing of git's
 * configuration is ever a rule; it only says who the user claims to be.
 */

#include "model/repo.h"

#include <string.h>

#include "model/elsewhere.h"
#include "store/hooks.h"
#include "store/sshsig.h"
#include "store/upkeep.h"

struct store_options repo_store_options(const struct ops_repo_options *options)
{
	struct store_options s = { 0 };

	s.directory = options->directory;
	s.git_dir = options->git_dir;
	s.ceiling = options->ceiling;
	s.branch = options->branch;
	s.global_config = options->home;
	s.inside_hook = options->inside_hook;
	s.index_file = options->index_file;
	s.own_config = options->serves;
	return s;
}

/* A value from the options, else from git's configuration. */
static int setting(const char **out, struct ops_repo *repo, const char *given,
		   const char *key, struct ops_error *err)
{
	struct ops_error ignored = { 0 };
	int ret;

	*out = NULL;
	if (given && *given) {
		*out = arena_str(repo->arena, given);
		return *out ? 0 : error_nomem(err);
	}
	ret = store_config(out, repo->store, repo->arena, key, &ignored);
	if (ret == OPS_ENOTFOUND) {
		*out = NULL;
		return 0;
	}
	return ret ? error_set(err, ret, "%s", ignored.message) : 0;
}

static int copy_environment(struct ops_repo *repo, const char *const *env,
			    struct ops_error *err)
{
	const char **list;
	size_t nr = 0, i;

	if (!env)
		return 0;
	while (env[nr])
		nr++;
	list = arena_array(repo->arena, nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; i < nr; i++)
		if (!(list[i] = arena_str(repo->arena, env[i])))
			return error_nomem(err);
	repo->env = list;
	return 0;
}

/* As the user has it, not the repository: it is run. */
static int find_gpg(struct ops_repo *repo, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = store_config_user(&repo->verifier.gpg, repo->store, repo->arena,
				    REPO_KEY_GPG, &found);

	if (ret == OPS_ENOTFOUND) {
		repo->verifier.gpg = "gpg";
		ret = 0;
	}
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

int repo_of_store(struct ops_repo **out, struct store *store,
		  const struct ops_repo_options *options, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct ops_repo *repo = arena ? arena_alloc(arena, sizeof(*repo)) : NULL;
	int ret;

	if (!repo) {
		arena_free(arena);
		store_close(store);
		return error_nomem(err);
	}
	repo->store = store;
	repo->arena = arena;
	repo->now = options->now;
	repo->utc_offset = options->utc_offset;
	repo->wait_ms = options->wait_ms;
	repo->decides = options->decides;
	repo->progress = options->progress;
	repo->progress_payload = options->progress_payload;
	repo->cache = world_cache_new();
	repo->verifier.keys = sshkeys_new();
	ret = repo->cache && repo->verifier.keys ? 0 : error_nomem(err);
	if (ret == 0 && options->home && !(repo->home = arena_str(arena, options->home)))
		ret = error_nomem(err);
	repo->verifier.home = repo->home;
	if (ret == 0 && options->gnupg_home &&
	    !(repo->verifier.gnupg_home = arena_str(arena, options->gnupg_home)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = find_gpg(repo, err);
	if (ret == 0 && options->ssh_agent &&
	    !(repo->ssh_agent = arena_str(arena, options->ssh_agent)))
		ret = error_nomem(err);
	if (ret == 0 && options->private_dir &&
	    !(repo->private_dir = arena_str(arena, options->private_dir)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = setting(&repo->actor, repo, options->actor, REPO_KEY_ACTOR, err);
	if (ret == 0)
		ret = setting(&repo->name, repo, options->author_name, REPO_KEY_NAME,
			      err);
	if (ret == 0)
		ret = setting(&repo->email, repo, options->author_email,
			      REPO_KEY_EMAIL, err);
	if (ret == 0 && options->key && !(repo->key = arena_str(arena, options->key)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = copy_environment(repo, options->environment, err);
	if (ret)
		ops_repo_close(repo);
	else
		*out = repo;
	return ret;
}

int ops_repo_open(struct ops_repo **out, const struct ops_repo_options *options,
		  struct ops_error *err)
{
	struct store_options s = repo_store_options(options);
	struct store *store;
	int ret = store_open(&store, &s, err);

	return ret ? ret : repo_of_store(out, store, options, err);
}

void ops_repo_close(struct ops_repo *repo)
{
	if (!repo)
		return;
	world_cache_free(repo->cache);
	sshkeys_free(repo->verifier.keys);
	store_close(repo->store);
	arena_free(repo->arena);
}

struct roll_place repo_roll_place(const struct ops_repo *repo)
{
	return (struct roll_place){ repo->store, repo->private_dir,
				    store_branch(repo->store), repo->progress,
				    repo->progress_payload };
}

void ops_repo_upkeep(struct ops_repo *repo)
{
	if (upkeep_is_due(repo->store))
		upkeep_ask(repo->store, repo->env);
}

const struct agent *repo_actor(const struct ops_repo *repo, const struct roster *roster,
			       const char **claim)
{
	*claim = repo->actor ? repo->actor : repo->email;
	if (repo->actor)
		return roster_agent_named(roster, repo->actor);
	return repo->email ? roster_agent_of_email(roster, repo->email) : NULL;
}

int repo_identity(struct signature *author, struct signature *committer,
		  const struct ops_repo *repo, const struct agent *agent,
		  struct ops_error *err)
{
	struct signature git = { repo->name, repo->email, repo->now, repo->utc_offset };
	struct signature own = git;

	if (agent && agent->email) {
		own.name = agent->name ? agent->name : agent->id;
		own.email = agent->email;
	}
	if (!own.name || !own.email)
		return error_set(err, OPS_EENVIRONMENT,
				 "it is not known who you are: set git config user.name "
				 "and user.email");
	*author = own;
	*committer = git.name && git.email ? git : own;
	return 0;
}

struct ops_assurance ops_repo_assurance(const struct ops_repo *repo)
{
	struct ops_assurance a = { "asserted", "unverified", "local", "none" };

	/* Only what is taken by a server of which this is the repository is held there. */
	if (store_is_bare(repo->store) && hooks_complete(repo->store))
		a.enforcement = "server";
	return a;
}

const char *ops_version(void)
{
	return OPS_VERSION;
}

int repo_tip(struct snap **snap, struct world **world, struct ops_repo *repo,
	     struct ops_error *err)
{
	struct snap *own;
	struct oid tip;
	int ret = store_tip(&tip, repo->store, err);

	if (ret == OPS_ENOTFOUND)
		return elsewhere_error(repo->store, NULL, err);
	if (ret == 0)
		ret = snap_of_commit(&own, repo->store, &tip, err);
	if (ret)
		return ret;
	ret = world_open(world, own, repo->cache, err);
	if (ret)
		snap_free(own);
	else
		*snap = own;
	return ret;
}
