/* SPDX-License-Identifier: MIT */
/*
 * Finding and opening the repository, and which branch holds the state.
 *
 * Must never decide anything by git configuration except where the branch of
 * state is, and never fall back: what cannot be understood exactly (another
 * object format, an unknown extension, a directory that looks bare but is
 * named .git) is refused by name.
 *
 * Invariants: git_dir, common_dir and work_dir end without '/'; branch, when
 * set, is a valid name below refs/heads/; branch_is_head says what HEAD said
 * when the store was opened, and a writer looks again under the lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/file.h"
#include "store/packs.h"
#include "store/repo.h"
#include "store/tree.h"
#include "util/arena.h"
#include "util/buf.h"

#define GIT_FILE_MAX 8192	/* of a `.git` that is a file: a word and a path */

/* A copy without the '/' that libgit2 puts at the end of directories. */
static char *dup_directory(const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return strndup(dir, len);
}

static int search_paths(const char *home, struct ops_error *err)
{
	struct buf xdg = BUF_INIT;
	int rc;

	if (home)
		buf_printf(&xdg, "%s/.config/git", home);
	if (buf_failed(&xdg))
		return error_nomem(err);
	if ((rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH,
				   GIT_CONFIG_LEVEL_GLOBAL, home ? home : "")) < 0 ||
	    (rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH,
				   GIT_CONFIG_LEVEL_XDG, xdg.data)) < 0)
		rc = repo_fail(err, rc, "cannot set where git is configured");
	buf_release(&xdg);
	return rc;
}

/* Whether opening failed because of the owner: 1.5 calls that not found. */
static bool is_foreign(void)
{
	const git_error *last = git_error_last();

	return last && last->message && (strstr(last->message, "safe.directory") ||
					 strstr(last->message, "not owned by"));
}

/*
 * Whether the configuration of the user or the system says of every repository that it is safe,
 * which libgit2 1.5 does not understand: it knows directories by name.  An empty value takes
 * back what was said before it.
 */
static bool all_are_safe(void)
{
	git_config_iterator *it = NULL;
	git_config *config = NULL;
	git_config_entry *entry;
	bool all = false;

	if (git_config_open_default(&config) == 0 &&
	    git_config_multivar_iterator_new(&it, config, "safe.directory", NULL) == 0)
		while (git_config_next(&entry, it) == 0)
			if (entry->value)
				all = !strcmp(entry->value, "*") || (all && *entry->value);
	git_config_iterator_free(it);
	git_config_free(config);
	return all;
}

/* Open one that is the user's, or that they say is safe. */
static int open_owned(git_repository **out, const char *start, unsigned flags,
		      const char *ceiling)
{
	int rc = git_repository_open_ext(out, start, flags, ceiling);

	if (rc < 0 && is_foreign() &&
	    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, !all_are_safe()) == 0) {
		/* Where it is not safe, this says again why. */
		rc = git_repository_open_ext(out, start, flags, ceiling);
		(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	}
	return rc;
}

static int open_failed(int rc, const struct store_options *o,
		       struct ops_error *err)
{
	const char *where = o->git_dir ? o->git_dir : o->directory;
	const git_error *last = git_error_last();
	char why[512];

	(void)snprintf(why, sizeof(why), "%s",
		       last && last->message ? last->message : "");
	if (is_foreign())
		return error_set(err, OPS_EENVIRONMENT,
				 "the repository at '%s' belongs to another "
				 "user; if you trust it, add it to "
				 "'safe.directory' in your git configuration",
				 where);
	if (rc == GIT_ENOTFOUND)
		return error_set(err, OPS_EENVIRONMENT,
				 "no git repository at '%s'%s", where,
				 o->git_dir ? "" : " or above it");
	if (strstr(why, "extension") || strstr(why, "object format") ||
	    strstr(why, "repository version"))
		return error_set(err, OPS_EENVIRONMENT,
				 "this build cannot read the repository at "
				 "'%s': %s", where, why);
	rc = repo_fail(err, rc, "cannot open the repository at '%s'", where);
	if (rc != OPS_ENOMEM && err)
		rc = err->status = OPS_EENVIRONMENT;
	return rc;
}

static bool is_same(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* Whether the `.git` in a work tree is that repository, or a file that names it. */
static int leads_back(bool *out, const struct store *s, struct ops_error *err)
{
	static const char word[] = "gitdir: ";
	struct ops_error ignored = { 0 };
	struct buf path = BUF_INIT, text = BUF_INIT;
	int ret = 0;

	buf_printf(&path, "%s/.git", s->work_dir);
	if (buf_failed(&path)) {
		ret = error_nomem(err);
	} else if (is_same(path.data, s->git_dir)) {
		*out = true;
	} else if (file_read(&text, path.data, GIT_FILE_MAX, &ignored) < 0 ||
		   strncmp(text.data, word, sizeof(word) - 1)) {
		*out = false;
	} else {
		const char *named = text.data + sizeof(word) - 1;

		buf_clear(&path);
		if (*named != '/')
			buf_printf(&path, "%s/", s->work_dir);
		buf_add(&path, named, strcspn(named, "\r\n"));
		*out = !buf_failed(&path) && is_same(path.data, s->git_dir);
	}
	buf_release(&path);
	buf_release(&text);
	return ret;
}

/*
 * A repository that was found, and not named, may be anybody's: its configuration must not
 * have us write where it says, which would be a directory that knows nothing of it.
 */
static int check_work_tree(const struct store *s, const struct store_options *o,
			   struct ops_error *err)
{
	bool own = true;
	int ret = s->bare || o->git_dir || o->inside_hook ? 0 : leads_back(&own, s, err);

	if (ret == 0 && !own)
		ret = error_set(err, OPS_EENVIRONMENT, "the repository at '%s' has its work "
				"tree at '%s', which does not belong to it; name it with "
				"--git-dir to use it", s->git_dir, s->work_dir);
	return ret;
}

static int open_repository(struct store *s, const struct store_options *o,
			   struct ops_error *err)
{
	unsigned flags = o->inside_hook ? GIT_REPOSITORY_OPEN_FROM_ENV : 0;
	const char *start = o->directory;
	size_t len;
	int rc;

	if (o->git_dir) {
		start = o->git_dir;
		flags |= GIT_REPOSITORY_OPEN_NO_SEARCH |
			 GIT_REPOSITORY_OPEN_NO_DOTGIT;
	}
	rc = open_owned(&s->repo, start, flags, o->ceiling);
	if (rc < 0 && o->inside_hook)
		/* FROM_ENV refuses GIT_WORK_TREE; without it only objects in
		 * quarantine are out of sight, and those then are missing. */
		rc = open_owned(&s->repo, start,
				flags & ~(unsigned)GIT_REPOSITORY_OPEN_FROM_ENV, o->ceiling);
	if (rc < 0)
		return open_failed(rc, o, err);

	s->bare = git_repository_is_bare(s->repo);
	s->git_dir = dup_directory(git_repository_path(s->repo));
	s->common_dir = dup_directory(git_repository_commondir(s->repo));
	if (!s->git_dir || !s->common_dir)
		return error_nomem(err);
	if (!s->bare) {
		if (!git_repository_workdir(s->repo))
			return error_set(err, OPS_EENVIRONMENT,
					 "'%s' has no work tree", s->git_dir);
		s->work_dir = dup_directory(git_repository_workdir(s->repo));
		if (!s->work_dir)
			return error_nomem(err);
	}
	len = strlen(s->git_dir);
	if (s->bare && len >= 5 && strcmp(s->git_dir + len - 5, "/.git") == 0)
		return error_set(err, OPS_EENVIRONMENT,
				 "'%s' says it is bare although it is named "
				 "'.git'; see 'core.bare' in its configuration",
				 s->git_dir);
	if (s->bare && !o->git_dir)
		return error_set(err, OPS_EENVIRONMENT,
				 "'%s' is a bare repository; name it with "
				 "--git-dir to use it", s->git_dir);
	rc = check_work_tree(s, o, err);
	if (rc < 0)
		return rc;
	rc = git_repository_odb(&s->odb, s->repo);
	if (rc < 0)
		return repo_fail(err, rc, "cannot open the objects of '%s'",
				 s->git_dir);
	return 0;
}

/* `name` may be short ("main") or full. */
static int set_branch(struct store *s, const char *name, int status,
		      struct ops_error *err)
{
	struct buf full = BUF_INIT;
	int valid = 0;

	if (strncmp(name, "refs/heads/", 11) != 0)
		buf_str(&full, "refs/heads/");
	buf_str(&full, name);
	if (buf_failed(&full)) {
		buf_release(&full);
		return error_nomem(err);
	}
	/* As git: no branch is called HEAD, or looks like an option. */
	if (git_reference_name_is_valid(&valid, full.data) < 0 || !valid ||
	    full.data[strlen("refs/heads/")] == '-' ||
	    !strcmp(full.data, "refs/heads/HEAD")) {
		buf_release(&full);
		return error_set(err, status, "'%s' is not the name of a branch",
				 name);
	}
	s->branch = buf_detach(&full);
	return s->branch ? 0 : error_nomem(err);
}

static int find_branch(struct store *s, const struct store_options *o,
		       struct ops_error *err)
{
	struct arena *arena = NULL;
	const char *name = o->branch;
	int rc, status = OPS_EUSAGE;

	rc = repo_head(&s->head, s->git_dir, err);
	if (rc < 0)
		return rc;
	if (!name) {
		arena = arena_new();
		if (!arena)
			return error_nomem(err);
		rc = store_config(&name, s, arena, "ops.branch", err);
		if (rc < 0 && rc != OPS_ENOTFOUND)
			goto out;
		status = OPS_EENVIRONMENT;
	}
	rc = 0;
	if (name) {
		s->branch_configured = true;
		rc = set_branch(s, name, status, err);
	} else if (s->head && strncmp(s->head, "refs/heads/", 11) == 0) {
		rc = set_branch(s, s->head, OPS_EENVIRONMENT, err);
	}
	s->branch_is_head = s->branch && s->head &&
			    strcmp(s->branch, s->head) == 0;
out:
	arena_free(arena);
	return rc;
}

int store_open(struct store **out, const struct store_options *options,
	       struct ops_error *err)
{
	struct store *s;
	int rc;

	rc = repo_start(err);
	if (rc < 0)
		return rc;
	rc = search_paths(options->global_config, err);
	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (!s)
		return error_nomem(err);
	s->inside_hook = options->inside_hook;
	s->own_config = options->own_config;
	s->index_file = options->index_file ? strdup(options->index_file) : NULL;
	rc = options->index_file && !s->index_file ? error_nomem(err) :
	     open_repository(s, options, err);
	if (rc == 0)
		rc = find_branch(s, options, err);
	if (rc < 0) {
		store_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

int store_create(struct store **out, const struct store_options *options, bool bare,
		 struct ops_error *err)
{
	git_repository_init_options init;
	struct store_options again = *options;
	git_repository *repo = NULL;
	int rc;

	rc = repo_start(err);
	if (rc < 0)
		return rc;
	rc = search_paths(options->global_config, err);
	if (rc < 0)
		return rc;
	rc = open_owned(&repo, options->directory, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (rc == GIT_ENOTFOUND && !is_foreign()) {
		(void)git_repository_init_options_init(&init,
			GIT_REPOSITORY_INIT_OPTIONS_VERSION);
		init.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_MKDIR;
		if (bare)
			init.flags |= GIT_REPOSITORY_INIT_BARE;
		rc = git_repository_init_ext(&repo, options->directory, &init);
		if (rc < 0)
			return repo_fail(err, rc, "cannot create a repository "
					 "at '%s'", options->directory);
	} else if (rc < 0) {
		return open_failed(rc, options, err);
	}
	if (git_repository_is_bare(repo) && !again.git_dir)
		again.git_dir = options->directory;
	git_repository_free(repo);
	return store_open(out, &again, err);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	tree_forget(s);
	packs_free(s->packs);
	git_odb_free(s->odb);
	git_repository_free(s->repo);
	free(s->git_dir);
	free(s->common_dir);
	free(s->work_dir);
	free(s->head);
	free(s->branch);
	free(s->index_file);
	free(s->cut);
	free(s);
}

struct store *store_twin(struct store *s)
{
	struct store *twin = s->pile ? NULL : calloc(1, sizeof(*twin));
	size_t i;

	if (!twin)
		return NULL;
	/* What is looked up once is looked up now. */
	store_is_shallow(s);
	*twin = *s;
	for (i = 0; i < STORE_TREES; i++)
		twin->trees[i] = NULL;
	twin->trees_bytes = 0;
	twin->packs = repo_packs(s) ? packs_twin(s->packs) : NULL;
	twin->packs_known = true;
	return twin;
}

void store_twin_free(struct store *twin)
{
	if (twin) {
		tree_forget(twin);
		packs_free(twin->packs);
	}
	free(twin);
}

bool store_is_bare(const struct store *s)
{
	return s->bare;
}

const char *store_git_dir(const struct store *s)
{
	return s->git_dir;
}

const char *store_common_dir(const struct store *s)
{
	return s->common_dir;
}

const char *store_work_dir(const struct store *s)
{
	return s->work_dir;
}

const char *store_branch(const struct store *s)
{
	return s->branch;
}

bool store_branch_is_head(const struct store *s)
{
	return s->branch_is_head;
}

static int open_config(git_config **out, struct store *s, struct ops_error *err)
{
	git_config *config = NULL, *all;
	int rc = git_repository_config(&config, s->repo);

	if (rc == 0 && s->own_config) {
		/* Whose home this is, is not known. */
		all = config;
		config = NULL;
		rc = git_config_open_level(&config, all, GIT_CONFIG_LEVEL_LOCAL);
		git_config_free(all);
	}
	if (rc < 0)
		return repo_fail(err, rc, "cannot read the git configuration");
	*out = config;
	return 0;
}

/* What to do with each value of a setting. */
struct every {
	bool (*each)(const char *value, void *payload);
	void *payload;
};

static int one_value(const git_config_entry *entry, void *payload)
{
	const struct every *e = payload;

	return entry->value && e->each(entry->value, e->payload) ? 1 : 0;
}

int store_config_some(bool *out, struct store *s, const char *key,
		      bool (*each)(const char *value, void *payload), void *payload,
		      struct ops_error *err)
{
	struct every every = { each, payload };
	git_config *config;
	int rc = open_config(&config, s, err);

	if (rc)
		return rc;
	rc = git_config_get_multivar_foreach(config, key, NULL, one_value, &every);
	git_config_free(config);
	*out = rc > 0;
	return rc < 0 && rc != GIT_ENOTFOUND ?
	       repo_fail(err, rc, "git configuration '%s'", key) : 0;
}

int store_config(const char **out, struct store *s, struct arena *arena,
		 const char *key, struct ops_error *err)
{
	git_buf value = GIT_BUF_INIT;
	git_config *config;
	const char *copy;
	int rc = open_config(&config, s, err);

	if (rc)
		return rc;
	rc = git_config_get_string_buf(&value, config, key);
	if (rc < 0) {
		rc = repo_fail(err, rc, "git configuration '%s'", key);
	} else {
		copy = arena_str(arena, value.ptr);
		if (copy)
			*out = copy;
		else
			rc = error_nomem(err);
	}
	git_buf_dispose(&value);
	git_config_free(config);
	return rc;
}

int store_config_user(const char **out, struct store *s, struct arena *arena,
		      const char *key, struct ops_error *err)
{
	static const git_config_level_t levels[] = {
		GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_SYSTEM
	};
	git_buf value = GIT_BUF_INIT;
	git_config *all = NULL, *one = NULL;
	size_t i;
	int rc = git_repository_config(&all, s->repo);

	if (rc < 0)
		return repo_fail(err, rc, "cannot read the git configuration");
	rc = GIT_ENOTFOUND;
	for (i = 0; rc == GIT_ENOTFOUND && i < sizeof(levels) / sizeof(*levels); i++) {
		rc = git_config_open_level(&one, all, levels[i]);
		if (rc == 0)
			rc = git_config_get_string_buf(&value, one, key);
		git_config_free(one);
		one = NULL;
	}
	if (rc < 0)
		rc = repo_fail(err, rc, "git configuration '%s'", key);
	else if (!(*out = arena_str(arena, value.ptr)))
		rc = error_nomem(err);
	git_buf_dispose(&value);
	git_config_free(all);
	return rc;
}

int store_config_set(struct store *s, const char *key, const char *value,
		     struct ops_error *err)
{
	git_config *all = NULL, *own = NULL;
	int rc;

	rc = git_repository_config(&all, s->repo);
	if (rc == 0)
		rc = git_config_open_level(&own, all, GIT_CONFIG_LEVEL_LOCAL);
	if (rc == 0)
		rc = git_config_set_string(own, key, value);
	if (rc < 0)
		rc = repo_fail(err, rc, "cannot set '%s' in the git "
			       "configuration", key);
	git_config_free(own);
	git_config_free(all);
	return rc;
}

int store_tip(struct oid *out, struct store *s, struct ops_error *err)
{
	if (!s->branch)
		return error_set(err, OPS_ENOTFOUND,
				 "no branch is checked out and none is configured");
	return repo_ref(out, s, s->branch, err);
}

bool store_ignores(struct store *s, const char *path)
{
	int ignored = 0;

	return git_ignore_path_is_ignored(&ignored, s->repo, path) == 0 && ignored;
}
