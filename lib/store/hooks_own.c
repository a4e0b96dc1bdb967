/* SPDX-License-Identifier: MIT */
/*
 * Our hooks where another program manages git's: core.hooksPath names its directory,
 * and there it writes and removes files as it likes (husky and its kin).
 *
 * Must never touch a file of that directory, which may be in the work tree and
 * committed, nor call its hooks by another path, by which they find their helpers and
 * tell who they are.  So git is shown a directory of ours, under the common directory;
 * every hook that git knows is in it, and calls the one that git would have called.
 * Where that is stands in a file as text, which no shell reads as a program.
 */
#include "store/hooks_own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/hook_scripts.h"
#include "store/hooks.h"
#include "store/repo.h"
#include "util/buf.h"

#define KEY_PATH "core.hookspath"
#define KEY_BEFORE "ops.hookspath"	/* what core.hooksPath of this clone was */

char *hooks_own_directory(const struct store *s)
{
	return file_join(s->common_dir, "ops/hooks");
}

bool hooks_moved(const struct store *s, const char *directory)
{
	static const char tail[] = "/ops/hooks";
	char *own = hooks_own_directory(s), *script;
	size_t len = strlen(directory);
	bool moved = own && len > strlen(tail) && strcmp(own, directory) &&
		     !strcmp(directory + len - strlen(tail), tail);

	/* The clone's own scripts came along. */
	script = moved ? file_join(own, s->bare ? "pre-receive" : "pre-commit") : NULL;
	moved = script && hook_is_ours(script);
	free(script);
	free(own);
	return moved;
}

bool hook_is_in(const char *directory, const char *name)
{
	char *path = file_join(directory, name);
	bool is = path && access(path, X_OK) == 0;

	free(path);
	return is;
}

int hook_before(char **out, const struct store *s, const char *own,
		struct ops_error *err)
{
	struct buf text = BUF_INIT;
	char *path = file_join(own, HOOK_BEFORE), *before = NULL;
	int rc = path ? file_read(&text, path, 8192, err) : error_nomem(err);

	if (rc == OPS_ENOTFOUND) {
		rc = 0;
	} else if (rc == 0) {
		if (text.len && text.data[text.len - 1] == '\n')
			text.data[--text.len] = '\0';
		before = text.len && text.data[0] == '/' ? buf_detach(&text) :
			 file_join(s->bare ? s->git_dir : s->work_dir,
				   text.len ? text.data : ".");
		if (!before)
			rc = error_nomem(err);
	}
	free(path);
	buf_release(&text);
	if (rc == 0)
		*out = before;
	return rc;
}

static int note_before(const char *own, const char *value, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	char *path = file_join(own, HOOK_BEFORE);
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			     0666) : -1;
	int rc = 0;

	if (!path)
		return error_nomem(err);
	buf_printf(&text, "%s\n", value);
	if (fd < 0)
		rc = error_set(err, OPS_EIO, "cannot write '%s': %s", path,
			       strerror(errno));
	if (rc == 0)
		rc = buf_failed(&text) ? error_nomem(err) :
		     file_write(fd, text.data, text.len, path, err);
	if (rc == 0)
		rc = file_close(fd, path, err);
	else if (fd >= 0)
		close(fd);
	free(path);
	buf_release(&text);
	return rc;
}

/* What core.hooksPath says in the clone's own file; NULL if it says nothing. */
static int local_value(char **out, git_config *own, const char *key)
{
	git_buf value = GIT_BUF_INIT;
	int rc = git_config_get_string_buf(&value, own, key);

	*out = rc == 0 ? strdup(value.ptr) : NULL;
	if (rc == 0 && !*out)
		rc = OPS_ENOMEM;
	git_buf_dispose(&value);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static int own_config(git_config **own, struct store *s)
{
	git_config *all = NULL;
	int rc = git_repository_config(&all, s->repo);

	if (rc == 0)
		rc = git_config_open_level(own, all, GIT_CONFIG_LEVEL_LOCAL);
	git_config_free(all);
	return rc;
}

/* Have git look in `own` from now on, and note what it looked at before unless that was
 * ours. */
static int show(struct store *s, const char *own, bool note, struct ops_error *err)
{
	git_config *config = NULL;
	char *was = NULL;
	int rc = own_config(&config, s);

	if (rc == 0 && note)
		rc = local_value(&was, config, KEY_PATH);
	if (rc == 0 && was)
		rc = git_config_set_string(config, KEY_BEFORE, was);
	if (rc == 0)
		rc = git_config_set_string(config, KEY_PATH, own);
	if (rc < 0)
		rc = repo_fail(err, rc, "cannot set git config 'core.hooksPath'");
	free(was);
	git_config_free(config);
	return rc;
}

static int show_before(struct store *s, struct ops_error *err)
{
	git_config *config = NULL;
	char *was = NULL;
	int rc = own_config(&config, s);

	if (rc == 0)
		rc = local_value(&was, config, KEY_BEFORE);
	if (rc == 0)
		rc = was ? git_config_set_string(config, KEY_PATH, was) :
		     git_config_delete_entry(config, KEY_PATH);
	if (rc == 0 && was)
		rc = git_config_delete_entry(config, KEY_BEFORE);
	if (rc < 0)
		rc = repo_fail(err, rc, "cannot set git config 'core.hooksPath'");
	free(was);
	git_config_free(config);
	return rc;
}

static const char *our_script(const struct store *s, const char *name)
{
	size_t i;

	for (i = 0; i < hook_scripts_nr; i++)
		if (hook_scripts[i].server == s->bare &&
		    !strcmp(hook_scripts[i].name, name))
			return hook_scripts[i].script;
	return NULL;
}

static int write_all(struct store *s, const char *own, struct ops_error *err)
{
	char *before = NULL;
	size_t i;
	int rc = hook_before(&before, s, own, err);

	for (i = 0; rc == 0 && i < hook_names_nr; i++) {
		const char *name = hook_names[i].name, *script = our_script(s, name);

		if (!script && hook_names[i].only_if_there &&
		    !(before && hook_is_in(before, name)))
			continue;
		rc = hook_write(own, name, script ? script : hook_pass_script, err);
	}
	free(before);
	return rc == 0 ? durable_barrier(own, err) : rc;
}

int hooks_install_own(struct store *s, const char *value, const char *directory,
		      struct ops_error *err)
{
	char *own = hooks_own_directory(s), *parent = file_join(s->common_dir, "ops");
	char *now = NULL;
	struct stat st;
	int rc = own && parent ? 0 : error_nomem(err);

	if (rc == 0 && value && stat(directory, &st) == 0 && !S_ISDIR(st.st_mode))
		rc = error_set(err, OPS_EENVIRONMENT, "git config 'core.hooksPath' is '%s', "
			       "which is no directory: hooks are switched off", value);
	if (rc == 0 && value && strchr(value, '\n'))
		rc = error_set(err, OPS_EENVIRONMENT,
			       "git config 'core.hooksPath' has two lines");
	if (rc == 0)
		rc = file_own_directory(parent, err);
	if (rc == 0)
		rc = file_own_directory(own, err);
	if (rc == 0 && value)
		rc = note_before(own, value, err);
	if (rc == 0)
		rc = write_all(s, own, err);
	if (rc == 0)
		rc = show(s, own, value != NULL, err);
	if (rc == 0)
		rc = hooks_directory(&now, s, err);
	/* A file of higher rank, as that of a linked work tree, may still name another. */
	if (rc == 0 && strcmp(now, own))
		rc = error_set(err, OPS_EENVIRONMENT, "git config 'core.hooksPath' is set "
			       "where ops does not write, to '%s': unset it there", now);
	free(now);
	free(own);
	free(parent);
	return rc;
}

int hooks_uninstall_own(struct store *s, struct ops_error *err)
{
	char *own = hooks_own_directory(s), *path = NULL;
	size_t i;
	int rc = own ? show_before(s, err) : error_nomem(err);

	for (i = 0; rc == 0 && i < hook_names_nr; i++)
		rc = hook_remove(own, hook_names[i].name, err);
	if (rc == 0)
		path = file_join(own, HOOK_BEFORE);
	if (path)
		(void)unlink(path);
	/* Whatever somebody else put there stays, and with it the directory. */
	if (rc == 0)
		(void)rmdir(own);
	free(path);
	free(own);
	return rc;
}
