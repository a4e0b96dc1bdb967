/* SPDX-License-Identifier: MIT */
#ifndef TRASH_H
#define TRASH_H

/*
 * A throw-away repository for a unit test, made by git itself.
 *
 * trash_make() creates a directory of its own and enters it; every test ends
 * with trash_end(), which asks git whether the repository is sound.
 */

#include "unit.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

static char trash_dir[256];

/* Run a shell command line; returns its exit status. */
static inline int trash_try(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void trash_do(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static inline int trash_system(const char *fmt, va_list ap)
{
	char line[8192];
	int status;

	if (vsnprintf(line, sizeof(line), fmt, ap) >= (int)sizeof(line))
		ck_abort_msg("command line too long");
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static inline int trash_try(const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = trash_system(fmt, ap);
	va_end(ap);
	return status;
}

static inline void trash_do(const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = trash_system(fmt, ap);
	va_end(ap);
	ck_assert_msg(status == 0, "exit %d of: %s", status, fmt);
}

/* An empty directory, with nothing of the user's configuration in reach. */
static inline void trash_enter(void)
{
	static const char *const names[] = {
		"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL",
		"GIT_COMMITTER_EMAIL"
	};
	const char *tmp = getenv("TMPDIR");
	size_t i;

	for (i = 0; i < UNIT_COUNT(names); i++)
		setenv(names[i], i < 2 ? "A U Thor" : "author@example.org", 1);
	snprintf(trash_dir, sizeof(trash_dir), "%s/unit.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(trash_dir));
	ck_assert_int_eq(chdir(trash_dir), 0);
	setenv("HOME", trash_dir, 1);
	setenv("XDG_CONFIG_HOME", trash_dir, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
}

/* r: active/{1..3}.md, done/old.md, exec.sh (executable), other */
static inline void trash_make(void)
{
	trash_enter();
	trash_do("git init -q -b main r && cd r && mkdir active done && "
		 "for i in 1 2 3; do echo task $i >active/$i.md; done && "
		 "echo old >done/old.md && echo x >other && echo run >exec.sh && "
		 "chmod +x exec.sh && git add . && git commit -q -m base");
}

static inline struct store *trash_open(const char *dir)
{
	struct store_options o = { .directory = dir };
	struct ops_error err = { 0 };
	struct store *s = NULL;
	int rc = store_open(&s, &o, &err);

	ck_assert_msg(rc == 0, "cannot open '%s': %s", dir, err.message);
	return s;
}

/* git is content with `dir`, no lock is left, nothing is changed or staged. */
static inline void trash_sound(const char *dir)
{
	trash_do("cd %s && test -z \"$(git fsck --strict --no-dangling "
		 "--no-progress 2>&1 | grep -v ^notice:)\" && "
		 "test -z \"$(find $(git rev-parse --git-common-dir) -name '*.lock')\"",
		 dir);
}

static inline void trash_clean(const char *dir)
{
	trash_do("cd %s && s=$(git status --porcelain) && { test -z \"$s\" || "
		 "{ echo \"$s\" >&2; false; }; }",
		 dir);
}

static inline void trash_end(void)
{
	if (access("r", F_OK) == 0)
		trash_sound("r");
	ck_assert_int_eq(chdir("/"), 0);
	trash_do("rm -rf '%s'", trash_dir);
}

#endif
