/* SPDX-License-Identifier: MIT */
/*
 * The scripts in git's hooks directory.
 *
 * Must never overwrite what it did not write: a hook that was there is moved aside,
 * called first, and moved back by uninstalling; it is renamed, never copied, so it
 * is the same file again.  Each script is written under another name and renamed,
 * so that git never runs half of one.
 *
 * Killed in between, a hook may stand aside with nothing in its place; both
 * installing and uninstalling go on from there.
 */
#include "store/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/config_tidy.h"
#include "store/durable.h"
#include "store/file.h"
#include "store/hook_scripts.h"
#include "store/hooks_own.h"
#include "store/repo.h"
#include "util/buf.h"

#define KEY_PATH "core.hookspath"
#define HOOK_MAX (1024 * 1024)

/* The file of this work tree, which ranks above all others, and which libgit2 does not
 * read; NULL when git would not either. */
static int work_tree_config(git_config **out, git_config *all, const struct store *s)
{
	char *path;
	int is = 0, rc;

	*out = NULL;
	if (git_config_get_bool(&is, all, "extensions.worktreeconfig") || !is)
		return 0;
	path = file_join(s->git_dir, "config.worktree");
	if (!path)
		return OPS_ENOMEM;
	rc = git_config_open_ondisk(out, path);
	free(path);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

/* Git's core.hooksPath with "~/" replaced; OPS_ENOTFOUND. */
static int configured(char **out, struct store *s, struct ops_error *err)
{
	git_buf value = GIT_BUF_INIT;
	git_config *config = NULL, *nearer = NULL;
	char *copy;
	int rc;

	rc = git_repository_config(&config, s->repo);
	if (rc == 0)
		rc = work_tree_config(&nearer, config, s);
	if (rc == 0)
		rc = nearer ? git_config_get_path(&value, nearer, KEY_PATH) : GIT_ENOTFOUND;
	if (rc == GIT_ENOTFOUND)
		rc = git_config_get_path(&value, config, KEY_PATH);
	if (rc < 0) {
		rc = repo_fail(err, rc, "cannot read git config '" KEY_PATH "'");
	} else if (!value.ptr[0]) {
		rc = error_set(err, OPS_EENVIRONMENT, "git config 'core.hooksPath' is empty: "
			       "hooks are switched off");
	} else {
		copy = strdup(value.ptr);
		rc = copy ? 0 : error_nomem(err);
		if (copy)
			*out = copy;
	}
	git_buf_dispose(&value);
	git_config_free(nearer);
	git_config_free(config);
	return rc;
}

static bool is_own(const struct store *s, const char *directory)
{
	char *own = hooks_own_directory(s);
	bool is = own && !strcmp(own, directory);

	free(own);
	return is;
}

int hooks_directory(char **out, struct store *s, struct ops_error *err)
{
	struct ops_error found = { 0 };
	char *value = NULL, *path;
	int rc = configured(&value, s, &found);

	if (rc < 0 && rc != OPS_ENOTFOUND)
		return error_set(err, rc, "%s", found.message);
	if (rc == OPS_ENOTFOUND)
		path = file_join(s->common_dir, "hooks");
	else if (value[0] == '/')
		path = strdup(value);
	else	/* as git: from where it runs hooks */
		path = file_join(s->bare ? s->git_dir : s->work_dir, value);
	free(value);
	if (!path)
		return error_nomem(err);
	*out = path;
	return 0;
}

/* The paths of one hook. */
struct place {
	char *path, *aside, *fresh;
};

static int place_init(struct place *p, const char *directory, const char *name,
		      struct ops_error *err)
{
	struct buf b = BUF_INIT;

	p->aside = p->fresh = NULL;
	p->path = file_join(directory, name);
	if (p->path) {
		buf_printf(&b, "%s" HOOK_ASIDE, p->path);
		p->aside = buf_detach(&b);
		buf_printf(&b, "%s.ops-new.%ld", p->path, (long)getpid());
		p->fresh = buf_detach(&b);
	}
	buf_release(&b);
	return p->path && p->aside && p->fresh ? 0 : error_nomem(err);
}

static void place_release(struct place *p)
{
	free(p->path);
	free(p->aside);
	free(p->fresh);
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Whether it is a file that we wrote. */
static int is_ours(bool *out, const char *path, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	int rc = file_read(&text, path, HOOK_MAX, err);

	*out = rc == 0 && text.len >= sizeof(HOOK_MARK) - 1 &&
	       !memcmp(text.data, HOOK_MARK, sizeof(HOOK_MARK) - 1);
	buf_release(&text);
	/* A link, or something huge: not of our making. */
	return rc == OPS_ENOTFOUND || rc == OPS_EINVALID ? 0 : rc;
}

bool hook_is_ours(const char *path)
{
	bool ours;

	return is_ours(&ours, path, NULL) == 0 && ours;
}

/* Whether what is there is, byte for byte, what was kept: who wrote it wrote it again. */
static bool is_kept(const struct place *p)
{
	struct buf now = BUF_INIT, kept = BUF_INIT;
	bool same = file_read(&now, p->path, HOOK_MAX, NULL) == 0 &&
		    file_read(&kept, p->aside, HOOK_MAX, NULL) == 0 &&
		    now.len == kept.len && !memcmp(now.data, kept.data, now.len);

	buf_release(&now);
	buf_release(&kept);
	return same;
}

static int look(enum hook_state *out, const struct place *p, struct ops_error *err)
{
	bool ours;
	int rc = is_ours(&ours, p->path, err);

	if (rc < 0)
		return rc;
	if (ours && access(p->path, X_OK) != 0)
		*out = HOOK_MISSING;	/* git passes it over */
	else if (ours)
		*out = access(p->aside, X_OK) == 0 ? HOOK_CHAINED : HOOK_INSTALLED;
	else
		*out = is_there(p->path) ? HOOK_FOREIGN : HOOK_MISSING;
	return 0;
}

int hooks_look(struct hook out[HOOKS_MAX], size_t *nr, const struct store *s,
	       const char *directory, struct ops_error *err)
{
	char *before = NULL;
	struct place p;
	size_t i;
	int rc = is_own(s, directory) ? hook_before(&before, s, directory, err) : 0;

	*nr = 0;
	for (i = 0; rc == 0 && i < hook_scripts_nr; i++) {
		if (hook_scripts[i].server != s->bare)
			continue;
		rc = place_init(&p, directory, hook_scripts[i].name, err);
		if (rc == 0)
			rc = look(&out[*nr].state, &p, err);
		if (rc == 0 && out[*nr].state == HOOK_INSTALLED && before &&
		    hook_is_in(before, hook_scripts[i].name))
			out[*nr].state = HOOK_CHAINED;
		out[(*nr)++].name = hook_scripts[i].name;
		place_release(&p);
	}
	free(before);
	return rc;
}

bool hooks_complete(struct store *s)
{
	struct hook found[HOOKS_MAX];
	char *directory = NULL;
	bool complete;
	size_t i, nr = 0;

	complete = hooks_directory(&directory, s, NULL) == 0 &&
		   hooks_look(found, &nr, s, directory, NULL) == 0;
	for (i = 0; i < nr; i++)
		complete = complete && (found[i].state == HOOK_INSTALLED ||
					found[i].state == HOOK_CHAINED);
	free(directory);
	return complete;
}

static int failed(const char *what, const char *path, struct ops_error *err)
{
	return error_set(err, OPS_EIO, "cannot %s '%s': %s", what, path, strerror(errno));
}

static int write_fresh(const struct place *p, const char *script, struct ops_error *err)
{
	int fd = open(p->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700);
	int rc;

	if (fd < 0)
		return failed("create", p->fresh, err);
	rc = file_write(fd, script, strlen(script), p->fresh, err);
	if (rc == 0 && fchmod(fd, 0755) != 0)
		rc = failed("set the mode of", p->fresh, err);
	if (rc == 0)
		rc = durable_data(fd, p->fresh, err);
	if (rc == 0) {
		rc = file_close(fd, p->fresh, err);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	if (rc < 0)
		(void)unlink(p->fresh);
	return rc;
}

static int install(const struct place *p, const char *script, struct ops_error *err)
{
	enum hook_state state = HOOK_MISSING;
	struct stat st;
	int rc = look(&state, p, err);

	if (rc < 0)
		return rc;
	if (state == HOOK_FOREIGN && is_there(p->aside) && !is_kept(p))
		return error_set(err, OPS_EEXISTS, "both '%s' and '%s' are there, and neither "
				 "is of ops: join them, or move one away", p->path, p->aside);
	if (state == HOOK_FOREIGN && lstat(p->path, &st) == 0 && S_ISDIR(st.st_mode))
		return error_set(err, OPS_EENVIRONMENT, "'%s' is a directory", p->path);
	rc = write_fresh(p, script, err);
	if (rc < 0)
		return rc;
	if (state == HOOK_FOREIGN && rename(p->path, p->aside) != 0)
		rc = failed("move", p->path, err);
	if (rc == 0 && rename(p->fresh, p->path) != 0)
		rc = failed("create", p->path, err);
	if (rc < 0)
		(void)unlink(p->fresh);
	return rc;
}

int hook_write(const char *directory, const char *name, const char *script,
	       struct ops_error *err)
{
	struct place p;
	int rc = place_init(&p, directory, name, err);

	if (rc == 0)
		rc = install(&p, script, err);
	place_release(&p);
	return rc;
}

/* A link leads to where others keep hooks, perhaps as files of a commit, perhaps for several
 * repositories: not to be written to, and to be named as core.hooksPath names such a place. */
static int refuse_link(const struct store *s, const char *directory, struct ops_error *err)
{
	char *target = realpath(directory, NULL);
	size_t len = s->work_dir ? strlen(s->work_dir) : 0;
	bool inside = target && len && !strncmp(target, s->work_dir, len) && target[len] == '/';
	int rc = target ? error_set(err, OPS_EENVIRONMENT, "'%s' is a link to hooks that are kept "
				    "elsewhere: 'git config core.hooksPath %s' names that, and "
				    "nothing in it is changed then", directory,
				    inside ? target + len + 1 : target) :
		 failed("follow", directory, err);

	free(target);
	return rc;
}

static int install_here(const struct store *s, const char *directory,
			struct ops_error *err)
{
	struct stat st;
	size_t i;
	int rc = 0;

	if (lstat(directory, &st) == 0 && S_ISLNK(st.st_mode))
		return refuse_link(s, directory, err);
	if (mkdir(directory, 0777) != 0 && errno != EEXIST)
		return failed("create", directory, err);
	for (i = 0; rc == 0 && i < hook_scripts_nr; i++)
		if (hook_scripts[i].server == s->bare)
			rc = hook_write(directory, hook_scripts[i].name,
					hook_scripts[i].script, err);
	return rc == 0 ? durable_barrier(directory, err) : rc;
}

int hooks_install(struct store *s, struct ops_error *err)
{
	struct ops_error found = { 0 };
	char *directory = NULL, *value = NULL;
	int rc = configured(&value, s, &found);

	if (rc < 0 && rc != OPS_ENOTFOUND)
		return error_set(err, rc, "%s", found.message);
	rc = hooks_directory(&directory, s, err);
	if (rc == 0 && value)
		rc = hooks_install_own(s, is_own(s, directory) || hooks_moved(s, directory) ?
				       NULL : value, directory, err);
	else if (rc == 0)
		rc = install_here(s, directory, err);
	free(directory);
	free(value);
	return rc;
}

static int uninstall(const struct place *p, struct ops_error *err)
{
	enum hook_state state = HOOK_MISSING;
	bool ours = false;
	int rc = look(&state, p, err);

	if (rc < 0 || (state == HOOK_FOREIGN && !is_kept(p)))
		return rc;
	if (is_there(p->aside))
		return rename(p->aside, p->path) ? failed("put back", p->path, err) : 0;
	rc = is_ours(&ours, p->path, err);
	if (rc < 0)
		return rc;
	if (ours && unlink(p->path) != 0)
		return failed("remove", p->path, err);
	return 0;
}

int hook_remove(const char *directory, const char *name, struct ops_error *err)
{
	struct place p;
	int rc = place_init(&p, directory, name, err);

	if (rc == 0)
		rc = uninstall(&p, err);
	place_release(&p);
	return rc;
}

int hooks_uninstall(struct store *s, struct ops_error *err)
{
	char *directory = NULL;
	size_t i;
	int rc = hooks_directory(&directory, s, err);

	if (rc == 0 && (is_own(s, directory) || hooks_moved(s, directory))) {
		rc = hooks_uninstall_own(s, err);
	} else if (rc == 0 && is_there(directory)) {
		for (i = 0; rc == 0 && i < hook_scripts_nr; i++)
			if (hook_scripts[i].server == s->bare)
				rc = hook_remove(directory, hook_scripts[i].name, err);
		if (rc == 0)
			rc = durable_barrier(directory, err);
	}
	if (rc == 0)
		config_tidy(s);
	free(directory);
	return rc;
}
