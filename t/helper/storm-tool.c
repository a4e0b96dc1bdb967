/* SPDX-License-Identifier: MIT */
/*
 * Many writers at once, some of whom are killed, and an account of what each was told.
 *
 *	storm-tool [options] COMMAND...
 *
 * Each writer runs COMMAND again and again, to its end; in its words %w is the number of the
 * writer, %n that of the act, %d one of the directories.  The runs to be killed are killed at any
 * moment of what one takes on average, or, every other one, while it holds the lock: with
 * many writers almost all of the time is spent waiting for that.
 *
 *	--writers N	so many (8)
 *	--acts N	of each (10)
 *	--killed N	of a hundred (0)
 *	--seed N	(1)
 *	--dirs A,B,..	writer w works in the directory w mod their number (.)
 *	--lock FILE	the lock whose holder's process it names: "pid N ..."
 *	--log FILE	gets a line for each run: WHAT W-N BEGUN ENDED, where WHAT is
 *			"acknowledged" (it printed something), "killed", or "refused" with the
 *			status and what it said after the times.  Nanoseconds of the monotonic clock
 *
 * Exit status 0 when all ran, whatever they were told.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 64
#define WORD_MAX 4096
#define DIRS_MAX 64
#define SAID_MAX 400
#define LOOK_NS 200000
#define SECOND UINT64_C(1000000000)

static struct {
	unsigned long writers, acts, killed, seed;
	char *dirs, *lock, *log;
	char **command;
} o = { .writers = 8, .acts = 10, .seed = 1, .dirs = (char[]){ "." } };

static char *dirs[DIRS_MAX];
static size_t dirs_nr;

static void die(const char *what)
{
	fprintf(stderr, "storm-tool: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t))
		die("clock_gettime");
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static void nap(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / SECOND), (long)(ns % SECOND) };

	nanosleep(&t, NULL);
}

struct writer {
	unsigned long number, act;
	uint64_t random, average;	/* of a run, in nanoseconds */
	const char *dir;
	int out, err, log;
};

static uint64_t chance(struct writer *w, uint64_t of)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return of ? (w->random >> 33) % of : 0;
}

static void expand(char out[WORD_MAX], const char *word, const struct writer *w)
{
	size_t len = 0;
	int n;

	for (; *word && len < WORD_MAX - 1; word++) {
		if (*word != '%' || !word[1] || !strchr("wnd", word[1])) {
			out[len++] = *word;
			continue;
		}
		word++;
		n = *word == 'd' ? snprintf(out + len, WORD_MAX - len, "%s", w->dir) :
		    snprintf(out + len, WORD_MAX - len, "%lu",
			     *word == 'w' ? w->number : w->act);
		len += (size_t)n;
	}
	out[len < WORD_MAX ? len : WORD_MAX - 1] = '\0';
}

static pid_t start(struct writer *w)
{
	static char words[WORDS_MAX][WORD_MAX];
	char *argv[WORDS_MAX + 1];
	pid_t pid;
	size_t i;

	for (i = 0; o.command[i] && i < WORDS_MAX; i++) {
		expand(words[i], o.command[i], w);
		argv[i] = words[i];
	}
	argv[i] = NULL;
	if (ftruncate(w->out, 0) || ftruncate(w->err, 0))
		die("ftruncate");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (chdir(w->dir) || dup2(w->out, 1) < 0 || dup2(w->err, 2) < 0)
			_exit(125);
		execvp(argv[0], argv);
		_exit(125);
	}
	return pid;
}

/* Whether it has ended; then *status is set. */
static bool ended(pid_t pid, int *status)
{
	pid_t who = waitpid(pid, status, WNOHANG);

	if (who < 0)
		die("waitpid");
	return who == pid;
}

static bool holds(pid_t pid)
{
	char text[64];
	int fd = open(o.lock, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) - 1, 0);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 4 && !strncmp(text, "pid ", 4) && strtol(text + 4, NULL, 10) == pid;
}

/* Wait for some moment of the run, and kill it if it still runs. */
static int run_to_kill(struct writer *w, pid_t pid)
{
	uint64_t end = now() + 2 * w->average + SECOND / 1000, at = 0;
	int status = 0;

	if (!o.lock || chance(w, 2))
		at = now() + chance(w, w->average + w->average / 4 + SECOND / 200);
	for (;;) {
		if (ended(pid, &status))
			return status;
		if (at && now() >= at)
			break;
		/* All of them come in turn: one holds it for so much of the average. */
		if (!at && (holds(pid) || now() > end))
			at = now() + chance(w, 2 * w->average / o.writers + SECOND / 1000);
		nap(at && at < now() + LOOK_NS ? LOOK_NS / 10 : LOOK_NS);
	}
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return status;
}

static void record(const struct writer *w, const char *what, uint64_t begun, uint64_t done,
		   int status)
{
	char line[SAID_MAX + 200], said[SAID_MAX];
	ssize_t n = pread(w->err, said, sizeof(said) - 1, 0);
	int len;

	said[n > 0 ? n : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	len = snprintf(line, sizeof(line), "%s %lu-%lu %llu %llu", what, w->number, w->act,
		       (unsigned long long)begun, (unsigned long long)done);
	if (*what == 'r')
		len += snprintf(line + len, sizeof(line) - (size_t)len, " %d %s",
				WIFEXITED(status) ? WEXITSTATUS(status) :
				1000 + WTERMSIG(status), said);
	line[len++] = '\n';
	if (write(w->log, line, (size_t)len) != len)
		die(o.log);
}

static void one_act(struct writer *w)
{
	bool to_kill = chance(w, 100) < o.killed;
	uint64_t begun = now(), done;
	pid_t pid = start(w);
	int status = 0;
	off_t said;

	if (to_kill)
		status = run_to_kill(w, pid);
	else if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	done = now();
	said = lseek(w->out, 0, SEEK_END);
	if (!to_kill)
		w->average = w->average ? (7 * w->average + (done - begun)) / 8 : done - begun;
	record(w, said > 0 ? "acknowledged" : WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL ? "killed" : "refused", begun, done, status);
}

static int temporary(void)
{
	char name[] = "/tmp/storm.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || unlink(name) || fcntl(fd, F_SETFD, FD_CLOEXEC) ||
	    fcntl(fd, F_SETFL, O_APPEND))
		die(name);
	return fd;
}

static _Noreturn void writer(unsigned long number)
{
	struct writer w = { .number = number, .random = o.seed * 7919 + number * 104729 };

	w.dir = dirs[number % dirs_nr];
	w.out = temporary();
	w.err = temporary();
	w.log = open(o.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (w.log < 0)
		die(o.log);
	for (w.act = 1; w.act <= o.acts; w.act++)
		one_act(&w);
	exit(0);
}

static int options(int argc, char **argv)
{
	const struct {
		const char *name;
		unsigned long *number;
		char **text;
	} table[] = {
		{ "--writers", &o.writers, NULL }, { "--acts", &o.acts, NULL },
		{ "--killed", &o.killed, NULL }, { "--seed", &o.seed, NULL },
		{ "--dirs", NULL, &o.dirs }, { "--lock", NULL, &o.lock }, { "--log", NULL, &o.log },
	};
	size_t k;
	int i;

	for (i = 1; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
		for (k = 0; k < sizeof(table) / sizeof(*table); k++)
			if (!strcmp(argv[i], table[k].name))
				break;
		if (k == sizeof(table) / sizeof(*table))
			return argc;
		if (table[k].text)
			*table[k].text = argv[i + 1];
		else
			*table[k].number = strtoul(argv[i + 1], NULL, 10);
	}
	return i;
}

int main(int argc, char **argv)
{
	int i = options(argc, argv), status, bad = 0;
	char *dir, *rest = NULL;
	unsigned long w;

	for (dir = strtok_r(o.dirs, ",", &rest); dir && dirs_nr < DIRS_MAX;
	     dir = strtok_r(NULL, ",", &rest))
		dirs[dirs_nr++] = dir;
	if (i >= argc || !o.log || !dirs_nr) {
		fputs("usage: storm-tool [options] --log FILE COMMAND...\n", stderr);
		return 2;
	}
	o.command = argv + i;
	for (w = 1; w <= o.writers; w++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			writer(w);
	}
	while (wait(&status) > 0)
		bad |= !WIFEXITED(status) || WEXITSTATUS(status);
	return bad;
}
