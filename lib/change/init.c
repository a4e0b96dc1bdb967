/* SPDX-License-Identifier: MIT */
/*
 * The first act: making a git repository an ops repository.
 *
 * It has no authority to ask, for there is no roster yet: that is why it is
 * one commit, is named as such by the audit, and puts in force everything by
 * which all later commits are judged.  Its documents must still be valid.
 */

#include <string.h>

#include "change/change.h"
#include "model/elsewhere.h"
#include "util/path.h"

#define IMPORT_FILES_MAX 10000

struct genesis {
	const struct ops_init_options *init;
	struct snap *from;	/* or NULL */
	size_t files;
	struct draft *d;
};

static const char empty_config[] =
	"# The configuration of this ops repository. What is not here is built in:\n"
	"# 'ops config' prints what is in force, and where each value comes from.\n"
	"format: 1\n"
	"version: 1\n";

static int import_file(const char *path, const struct snap_entry *entry, void *payload,
		       struct ops_error *err)
{
	struct genesis *g = payload;
	struct blob blob = { NULL, 0, NULL };
	struct snap_entry there;
	int ret;

	if (path_fault(path))
		return error_set(err, OPS_EINVALID, "'%s' %s", path, path_fault(path));
	if (entry->mode != SNAP_FILE && entry->mode != SNAP_EXEC)
		return error_set(err, OPS_EINVALID, "'%s' is not a regular file", path);
	if (++g->files > IMPORT_FILES_MAX)
		return error_set(err, OPS_EINVALID, "more than %d files to begin with",
				 IMPORT_FILES_MAX);
	if (snap_find(&there, g->d->plan->before, path, NULL) == 0)
		return error_set(err, OPS_EEXISTS, "'%s' is there already", path);
	ret = snap_read(&blob, g->from, path, DOC_MAX, err);
	if (ret == 0)
		ret = snap_put(g->d->plan->after, path, blob.data, blob.len, err);
	blob_release(&blob);
	return ret;
}

static int note_genesis(struct draft *d, const char **subject, struct ops_error *err)
{
	struct ops_act *act;
	int ret = repo_identity(&d->plan->author, &d->plan->committer, d->repo, NULL,
				err);

	if (ret)
		return ret;
	act = draft_act(d, "init", NULL);
	if (!act)
		return error_nomem(err);
	act->type = "configuration";
	act->id = "ops";
	act->path = CONFIG_PATH;
	d->actor_name = d->repo->actor ? d->repo->actor : d->plan->author.email;
	*subject = "chore(ops): begin to keep account";
	buf_str(&d->body, "From the next commit on, every change is judged by what is "
		"here.\n");
	return 0;
}

static int genesis(struct draft *d, const char **subject, void *payload,
		   struct ops_error *err)
{
	struct genesis *g = payload;
	struct snap_entry there;
	int ret = 0;

	g->d = d;
	g->files = 0;
	if (d->config->present)
		return error_set(err, OPS_EEXISTS, "'%s' is there already: this is an ops "
				 "repository", CONFIG_PATH);
	if (g->from)
		ret = snap_walk(g->from, "", import_file, g, err);
	if (ret == 0 && snap_find(&there, d->plan->after, CONFIG_PATH, NULL))
		ret = snap_put(d->plan->after, CONFIG_PATH, empty_config,
			       sizeof(empty_config) - 1, err);
	return ret ? ret : note_genesis(d, subject, err);
}

/* Another branch that holds a state is forgotten sooner than wanted twice. */
static int look_elsewhere(struct ops_repo *repo, struct ops_error *err)
{
	struct arena *arena = arena_new();
	const char *ref = NULL, *advice;
	int ret = arena ? elsewhere_find(&ref, repo->store, arena, err) : error_nomem(err);

	if (ret == 0 && ref) {
		advice = elsewhere_advice(repo->store, ref, arena);
		ret = !advice ? error_nomem(err) :
		      error_set(err, OPS_EEXISTS, "'%.200s' holds a state of ops already: %.400s; "
				"to begin another one beside it: ops init --anew", ref, advice);
	}
	arena_free(arena);
	return ret;
}

static int open_or_create(struct ops_repo **out, bool *created,
			  const struct ops_repo_options *options,
			  const struct ops_init_options *init, struct ops_error *err)
{
	struct store_options s = repo_store_options(options);
	struct store *store;
	int ret;

	if (init->branch)
		s.branch = init->branch;
	*created = false;
	ret = store_open(&store, &s, err);
	if (ret == OPS_EENVIRONMENT && !s.git_dir) {
		/* None there, or one that cannot be opened: then this fails as well. */
		ret = store_create(&store, &s, init->bare, err);
		*created = ret == 0;
	}
	return ret ? ret : repo_of_store(out, store, options, err);
}

static void short_branch(char out[256], const char *name)
{
	const char *slash = name;
	size_t len;

	if (!strncmp(name, "refs/heads/", 11))
		slash = name + 11;
	len = strlen(slash);
	if (len > 255)
		len = 255;
	memcpy(out, slash, len);
	out[len] = '\0';
}

int ops_repo_init(struct ops_init_result *result, struct ops_findings *findings,
		  const struct ops_repo_options *options,
		  const struct ops_init_options *init, struct ops_error *err)
{
	struct genesis g = { init, NULL, 0, NULL };
	struct ops_init_result done = { 0 };
	struct ops_outcome *outcome = NULL;
	struct ops_repo *repo = NULL;
	int ret;

	if (init->from) {
		ret = snap_of_directory(&g.from, init->from, err);
		if (ret)
			return ret;
	}
	ret = open_or_create(&repo, &done.created, options, init, err);
	if (ret == 0 && !init->anew)
		ret = look_elsewhere(repo, err);
	if (ret == 0)
		ret = change_genesis(&outcome, findings, repo, genesis, &g, err);
	if (ret && done.created)
		error_prefix(err, "there is a git repository now, without a commit");
	if (ret)
		goto out;
	memcpy(done.commit, outcome->commit, sizeof(done.commit));
	short_branch(done.branch, store_branch(repo->store));
	memcpy(done.notes, outcome->notes, strlen(outcome->notes) + 1);
	if (init->branch)
		ret = store_config_set(repo->store, "ops.branch", done.branch, err);
	if (ret) {
		error_prefix(err, "the first act was committed as %s, but git config "
			     "ops.branch could not be set", done.commit);
		goto out;
	}
	*result = done;
out:
	ops_outcome_free(outcome);
	ops_repo_close(repo);
	snap_free(g.from);
	return ret;
}
