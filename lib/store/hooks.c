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

#include "store/durable.h"
#include "store/file.h"
#include "store/repo.h"
#include "util/buf.h"

#define MARK "#!/bin/sh\n# A hook of ops; see ops-hooks(1).  Not to be edited:"
#define ASIDE ".before-ops"

/* What was there goes first; git's words on standard input are read once for both. */
#define SCRIPT_BEGIN MARK " 'ops hooks install'\n" \
	"# writes it anew.  What was here before is kept beside, and called first.\n" \
	"before=$0" ASIDE "\n"
#define SCRIPT_WORDS \
	"words=$(cat; echo .)\n" \
	"words=${words%.}\n" \
	"if test -x \"$before\"\n" \
	"then\n" \
	"	printf %s \"$words\" | \"$before\" \"$@\" || exit $?\n" \
	"fi\n"
#define SCRIPT_NO_WORDS \
	"if test -x \"$before\"\n" \
	"then\n" \
	"	\"$before\" \"$@\" || exit $?\n" \
	"fi\n"
/* Whoever has no ops is not kept from working, and is told so. */
#define SCRIPT_PASS \
	"command -v ops >/dev/null 2>&1 || {\n" \
	"	echo \"${0##*/}: there is no ops here, so this was not judged\" >&2\n" \
	"	exit 0\n" \
	"}\n"
#define SCRIPT_LOCAL_END \
	"status=$?\n" \
	"test $status = 0 ||\n" \
	"	echo \"${0##*/}: stopped by ops; to go on with git alone, and have it" \
	" named by every audit: git -c core.hooksPath=/dev/null ...\" >&2\n" \
	"exit $status\n"

static const struct {
	const char *name;
	bool server;
	const char *script;
} hooks[] = {
	{ "pre-commit", false, SCRIPT_BEGIN SCRIPT_NO_WORDS SCRIPT_PASS
	  "ops hook pre-commit\n" SCRIPT_LOCAL_END },
	{ "commit-msg", false, SCRIPT_BEGIN SCRIPT_NO_WORDS SCRIPT_PASS
	  "ops hook commit-msg \"$1\"\n" SCRIPT_LOCAL_END },
	{ "reference-transaction", false, SCRIPT_BEGIN SCRIPT_WORDS
	  "test \"$1\" = prepared || exit 0\n"
	  "case $words in\n"
	  "*' refs/heads/'*) ;;\n"
	  "*) exit 0 ;;\n"
	  "esac\n" SCRIPT_PASS
	  "printf %s \"$words\" | ops hook reference-transaction \"$1\"\n"
	  SCRIPT_LOCAL_END },
	{ "pre-receive", true, SCRIPT_BEGIN SCRIPT_WORDS
	  "command -v ops >/dev/null 2>&1 || {\n"
	  "	echo \"${0##*/}: there is no ops on this server, so nothing can be"
	  " judged, and nothing is taken\" >&2\n"
	  "	exit 1\n"
	  "}\n"
	  "printf %s \"$words\" | ops hook pre-receive\n" },
};

#define HOOKS (sizeof(hooks) / sizeof(*hooks))

int hooks_directory(char **out, struct store *s, struct ops_error *err)
{
	git_buf value = GIT_BUF_INIT;
	git_config *config = NULL;
	char *path = NULL;
	int rc;

	rc = git_repository_config(&config, s->repo);
	if (rc == 0)
		rc = git_config_get_path(&value, config, "core.hookspath");
	if (rc == GIT_ENOTFOUND) {
		path = file_join(s->common_dir, "hooks");
		rc = path ? 0 : error_nomem(err);
	} else if (rc < 0) {
		rc = repo_fail(err, rc, "cannot read git config 'core.hooksPath'");
	} else if (!value.ptr[0]) {
		rc = error_set(err, OPS_EENVIRONMENT,
			       "git config 'core.hooksPath' is empty");
	} else {
		/* As git: from where it runs hooks. */
		path = value.ptr[0] == '/' ? strdup(value.ptr) :
			file_join(s->bare ? s->git_dir : s->work_dir, value.ptr);
		rc = path ? 0 : error_nomem(err);
	}
	git_buf_dispose(&value);
	git_config_free(config);
	if (rc == 0)
		*out = path;
	return rc;
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
		buf_printf(&b, "%s" ASIDE, p->path);
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
	int rc = file_read(&text, path, 1024 * 1024, err);

	*out = rc == 0 && text.len >= sizeof(MARK) - 1 &&
	       !memcmp(text.data, MARK, sizeof(MARK) - 1);
	buf_release(&text);
	/* A link, or something huge: not of our making. */
	return rc == OPS_ENOTFOUND || rc == OPS_EINVALID ? 0 : rc;
}

static int look(enum hook_state *out, const struct place *p, struct ops_error *err)
{
	bool ours;
	int rc = is_ours(&ours, p->path, err);

	if (rc < 0)
		return rc;
	if (ours)
		*out = is_there(p->aside) ? HOOK_CHAINED : HOOK_INSTALLED;
	else
		*out = is_there(p->path) ? HOOK_FOREIGN : HOOK_MISSING;
	return 0;
}

int hooks_look(struct hook out[HOOKS_MAX], size_t *nr, const struct store *s,
	       const char *directory, struct ops_error *err)
{
	struct place p;
	size_t i;
	int rc = 0;

	*nr = 0;
	for (i = 0; rc == 0 && i < HOOKS; i++) {
		if (hooks[i].server != s->bare)
			continue;
		rc = place_init(&p, directory, hooks[i].name, err);
		if (rc == 0)
			rc = look(&out[*nr].state, &p, err);
		out[(*nr)++].name = hooks[i].name;
		place_release(&p);
	}
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
	if (state == HOOK_FOREIGN && is_there(p->aside))
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

int hooks_install(const struct store *s, const char *directory, struct ops_error *err)
{
	struct place p;
	size_t i;
	int rc = 0;

	if (mkdir(directory, 0777) != 0 && errno != EEXIST)
		return failed("create", directory, err);
	for (i = 0; rc == 0 && i < HOOKS; i++) {
		if (hooks[i].server != s->bare)
			continue;
		rc = place_init(&p, directory, hooks[i].name, err);
		if (rc == 0)
			rc = install(&p, hooks[i].script, err);
		place_release(&p);
	}
	return rc == 0 ? durable_barrier(directory, err) : rc;
}

static int uninstall(const struct place *p, struct ops_error *err)
{
	enum hook_state state = HOOK_MISSING;
	int rc = look(&state, p, err);

	if (rc < 0 || state == HOOK_FOREIGN)
		return rc;
	if (is_there(p->aside))
		return rename(p->aside, p->path) ? failed("put back", p->path, err) : 0;
	if (state == HOOK_INSTALLED && unlink(p->path) != 0)
		return failed("remove", p->path, err);
	return 0;
}

int hooks_uninstall(const struct store *s, const char *directory, struct ops_error *err)
{
	struct place p;
	size_t i;
	int rc = 0;

	if (!is_there(directory))
		return 0;
	for (i = 0; rc == 0 && i < HOOKS; i++) {
		if (hooks[i].server != s->bare)
			continue;
		rc = place_init(&p, directory, hooks[i].name, err);
		if (rc == 0)
			rc = uninstall(&p, err);
		place_release(&p);
	}
	return rc == 0 ? durable_barrier(directory, err) : rc;
}
