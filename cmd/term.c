/* SPDX-License-Identifier: MIT */
/*
 * The terminal.
 *
 * Never reads the environment (main.c does) and never decides what is said.  Colour,
 * pager and progress are for people: each needs a terminal on the stream it uses,
 * unless the user insists on colour.  The pager's rules are git's: GIT_PAGER, then
 * PAGER, then less; an empty one or "cat" means none; less gets FRX unless the
 * user has set LESS.
 */

#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "util/error.h"

#define WIDTH_DEFAULT 80
#define PROGRESS_MS 100

void term_guard(void)
{
	/* the wrong direction on purpose: using it is an error that is seen */
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			_exit(EXIT_ENVIRONMENT);
}

static int width_of(int fd)
{
	struct winsize size = { 0 };

	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

int term_init(struct term *term, const struct environment *env, const char *color,
	      struct ops_error *err)
{
	bool dumb = env->terminal && !strcmp(env->terminal, "dumb");
	bool wanted = !env->no_color && !dumb;

	term->input = isatty(STDIN_FILENO);
	term->output = isatty(STDOUT_FILENO);
	term->errors = isatty(STDERR_FILENO);
	term->width = term->output ? width_of(STDOUT_FILENO) : 0;
	term->color_output = term->output && wanted;
	term->color_errors = term->errors && wanted;
	if (!color || !strcmp(color, "auto"))
		return 0;
	if (strcmp(color, "always") && strcmp(color, "never"))
		return error_set(err, OPS_EUSAGE, "--color is always, never or auto,"
				 " not '%s'", color);
	term->color_output = term->color_errors = color[0] == 'a';
	return 0;
}

/* What the shell ends with when it could not run the program. */
static bool was_not_run(int status)
{
	return WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127);
}

static void copy_input(void)
{
	char bytes[16384];
	ssize_t nr, done, put;

	while ((nr = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0 ||
	       (nr < 0 && errno == EINTR))
		for (done = 0; done < nr; done += put) {
			put = write(STDOUT_FILENO, bytes + done, (size_t)(nr - done));
			if (put < 0 && errno != EINTR)
				return;
			put = put < 0 ? 0 : put;
		}
}

/* The pager, in a process of its own.  One that cannot be run has read nothing: then all is
 * shown as it is, below what the shell says of it. */
static void be_pager(const char *pager)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		setenv("LESS", "FRX", 0);
		setenv("LV", "-c", 0);
		execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
		_exit(127);
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		;
	if (pid < 0 || was_not_run(status))
		copy_input();
	_exit(EXIT_DONE);
}

void term_page(struct term *term, const struct environment *env)
{
	const char *pager = env->pager ? env->pager : "less";
	int ends[2];

	if (!term->output || !*pager || !strcmp(pager, "cat"))
		return;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;		/* without a pager, then */
	term->pager = fork();
	if (!term->pager) {
		signal(SIGPIPE, SIG_DFL);
		if (dup2(ends[0], STDIN_FILENO) < 0)
			_exit(EXIT_ENVIRONMENT);
		close(ends[0]);
		close(ends[1]);		/* or there would never be an end to read */
		be_pager(pager);
	}
	if (term->pager < 0)
		term->pager = 0;
	else if (dup2(ends[1], STDOUT_FILENO) < 0)
		term->output = false;
	else	/* the keyboard's signals are the pager's business now */
		signal(SIGINT, SIG_IGN);
	close(ends[0]);
	close(ends[1]);
}

void term_wait(struct term *term)
{
	if (!term->pager)
		return;
	while (waitpid(term->pager, NULL, 0) < 0)
		;
	term->pager = 0;
}

void term_progress(struct term *term, const char *what, size_t done, size_t known)
{
	struct timespec now;
	long long ms;

	if (!term->errors || clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return;
	ms = (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (done >= known) {
		if (term->progress)
			fputs("\r\033[K", stderr);
		fflush(stderr);
		term->progress = false;
	} else if (!term->shown) {
		term->shown = ms;	/* what is over at once needs no progress */
	} else if (ms - term->shown >= PROGRESS_MS) {
		fprintf(stderr, "\r%s %zu/%zu\033[K", what, done, known);
		fflush(stderr);
		term->shown = ms;
		term->progress = true;
	}
}
