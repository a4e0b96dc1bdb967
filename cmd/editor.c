/* SPDX-License-Identifier: MIT */
/*
 * The user's editor: the only place of the program that hands a string to a shell.
 *
 * That string is the user's own setting, which may hold options and quotes as a shell
 * knows them; the path of the file is passed beside it as an argument.  Nothing that came from a
 * document is ever part of what the shell reads.  The file lies in a new directory
 * of mode 0700.
 */

#include "editor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "input.h"
#include "util/arena.h"
#include "util/error.h"

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno != EINTR)
			return -1;
		if (put > 0) {
			text += put;
			len -= (size_t)put;
		}
	}
	return 0;
}

/* A new file with the text, in a new directory of its own. */
static int make_file(const char **out, struct session *s, const char *name,
		     const char *text, size_t len)
{
	const char *base = s->env->temporary && *s->env->temporary ?
		s->env->temporary : "/tmp";
	char *dir = arena_printf(s->arena, "%s/ops-edit-XXXXXX", base);
	char *path;
	int fd, bad;

	if (!dir)
		return error_nomem(&s->err);
	if (!mkdtemp(dir))
		return error_set(&s->err, OPS_EIO, "cannot create a directory in '%s': %s",
				 base, strerror(errno));
	path = arena_printf(s->arena, "%s/%s.md", dir, name);
	if (!path)
		return error_nomem(&s->err);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bad = fd < 0 || write_all(fd, text, len) < 0;
	if (fd >= 0)
		bad |= close(fd) < 0;
	if (bad)
		return error_set(&s->err, OPS_EIO, "cannot write '%s': %s", path,
				 strerror(errno));
	*out = path;
	return 0;
}

/* Run the editor on the file and wait; its keys are its own.  *bad: it failed. */
static int run_editor(bool *bad, struct session *s, const char *editor, const char *path)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_int, old_quit;
	int status = 0;
	pid_t pid;

	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	pid = fork();
	if (!pid) {
		sigaction(SIGINT, &old_int, NULL);
		sigaction(SIGQUIT, &old_quit, NULL);
		signal(SIGPIPE, SIG_DFL);
		if (setenv("OPS_EDITOR", editor, 1) < 0)
			_exit(EXIT_ENVIRONMENT);
		execl("/bin/sh", "sh", "-c", "eval \"$OPS_EDITOR\" '\"$@\"'", "ops", path,
		      (char *)NULL);
		_exit(EXIT_ENVIRONMENT);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	if (pid < 0)
		return error_set(&s->err, OPS_EENVIRONMENT, "cannot start the editor: %s",
				 strerror(errno));
	*bad = status != 0;
	return 0;
}

/* The editor failed.  What was typed stays where it is; of what was not touched, or was taken
 * away, there is nothing to keep. */
static int failed(struct session *s, const char *editor, const char *path, const char *text,
		  size_t len)
{
	const char *now = NULL;
	int ret = input_text(&now, s->arena, path, INPUT_FILE_MAX, NULL);

	if (ret == OPS_ENOMEM)
		return error_nomem(&s->err);
	if (ret != OPS_ENOTFOUND && (ret || strlen(now) != len || memcmp(now, text, len)))
		return error_set(&s->err, OPS_EENVIRONMENT, "the editor '%.100s' failed; your text "
				 "is in '%s'", editor, path);
	editor_discard(path);
	return error_set(&s->err, OPS_EENVIRONMENT, "the editor '%.100s' failed, and wrote nothing",
			 editor);
}

int editor_run(const char **out, const char **kept, struct session *s,
	       const char *name, const char *text, size_t len)
{
	const char *editor = s->env->editor;
	const char *path = NULL;
	bool bad;
	int ret;

	if (!editor || !*editor)
		return error_set(&s->err, OPS_EENVIRONMENT, "no editor is set:"
				 " GIT_EDITOR, VISUAL and EDITOR are empty");
	if ((ret = make_file(&path, s, name, text, len)) < 0)
		return ret;
	if ((ret = run_editor(&bad, s, editor, path)) < 0)
		return ret;
	ret = bad ? 0 : input_text(out, s->arena, path, INPUT_FILE_MAX, &s->err);
	if (bad || ret == OPS_ENOTFOUND)
		return failed(s, editor, path, text, len);
	if (ret < 0)
		return ret;
	*kept = path;
	return 0;
}

void editor_discard(const char *kept)
{
	const char *slash = kept ? strrchr(kept, '/') : NULL;
	char *dir = slash ? strndup(kept, (size_t)(slash - kept)) : NULL;

	/* what cannot be removed is a file too many, no reason to fail */
	if (dir && (!unlink(kept) || errno == ENOENT) && rmdir(dir) < 0 && errno == ENOMEM)
		errno = 0;
	free(dir);
}
