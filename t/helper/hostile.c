/* SPDX-License-Identifier: MIT */
/*
 * hostile MODE [WORD]: an agent that does not behave.
 *
 * Each mode is one way to outlive a limit, to say too much, or to say nothing; those with
 * processes keep them for an hour.  "honest" is how it should be.
 */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAY(text) ((void)!write(1, text, sizeof(text) - 1))
#define ANSWER "{\"status\": \"COMPLETE\", \"summary\": \"done\"}\n"

static void hold(void)
{
	struct timespec hour = { 3600, 0 };

	for (;;)
		(void)nanosleep(&hour, NULL);
}

static void deaf(void)
{
	int sig;

	for (sig = 1; sig < 65; sig++)
		(void)signal(sig, SIG_IGN);
}

/* Leave a process behind that nobody waits for, in a session of its own. */
static void daemon_of(int levels)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)setsid();
		if (levels > 1)
			daemon_of(levels - 1);
		else if (fork() == 0)
			hold();
		_exit(0);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}

/* A program that knows nothing of us holds our standard output open. */
static void held(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		deaf();
		(void)setsid();
		(void)execlp("sleep", "sleep", "3600", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)	/* until it is one */
		(void)usleep(100000);
}

/* Processes of a user and in a numbering of their own. */
static void namespace(void)
{
	deaf();
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
		hold();
	if (fork() == 0)
		daemon_of(2);
	hold();
}

/* Nothing is left of where it works. */
static void remove_directory(void)
{
	char here[4096];
	pid_t pid;

	if (!getcwd(here, sizeof(here)))
		return;
	pid = fork();
	if (pid == 0) {
		(void)execlp("rm", "rm", "-rf", here, (char *)NULL);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
}

/* A chain of processes, each of which is gone as soon as the next is there. */
static void rabbits(void)
{
	deaf();
	for (;;)
		if (fork() > 0)
			_exit(0);
		else
			(void)setsid();
}

static void answer(void)
{
	SAY(ANSWER);
}

/* So many MiB, and an answer after them. */
static void flood_of(int megabytes)
{
	char piece[1 << 16];	/* not static: that would count where memory is limited */
	int i;

	memset(piece, ' ', sizeof(piece));
	for (i = 0; i < 16 * megabytes; i++)
		if (write(1, piece, sizeof(piece)) < 0)
			break;
	answer();
}

static void flood(int fd)
{
	char piece[65536];

	memset(piece, 'x', sizeof(piece));
	for (;;)
		if (write(fd, piece, sizeof(piece)) < 0)
			hold();
}

/* So many KiB for people, and an answer after them. */
static void words(int kib)
{
	char piece[1024];

	memset(piece, 'x', sizeof(piece));
	for (; kib > 0; kib--)
		if (write(2, piece, sizeof(piece)) < 0)
			break;
	answer();
}

static void eat(size_t megabytes, size_t at_once)
{
	char *piece;

	for (; megabytes >= at_once; megabytes -= at_once) {
		piece = malloc(at_once << 20);
		if (!piece)
			break;
		memset(piece, 1, at_once << 20);
	}
	hold();
}

/* Read all of the packet, slowly or not. */
static void take_in(void)
{
	char piece[65536];

	while (read(0, piece, sizeof(piece)) > 0)
		;
}

static int families(const char *mode)
{
	int i;

	if (!strcmp(mode, "double-fork")) {
		daemon_of(1);
		answer();
	} else if (!strcmp(mode, "setsid")) {
		deaf();
		daemon_of(3);
		(void)setsid();
		hold();
	} else if (!strcmp(mode, "polite")) {
		hold();
	} else if (!strcmp(mode, "deaf")) {
		deaf();
		hold();
	} else if (!strcmp(mode, "rabbits")) {
		if (fork() == 0)
			rabbits();
		answer();
	} else if (!strcmp(mode, "forks")) {
		/* doubles itself; never more than 4096, for the sake of the machine */
		deaf();
		for (i = 0; i < 12; i++)
			if (fork() < 0)
				break;
		hold();
	} else if (!strcmp(mode, "reaper")) {
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
		deaf();
		daemon_of(2);
		hold();
	} else if (!strcmp(mode, "held")) {
		held();
		answer();
	} else if (!strcmp(mode, "namespace")) {
		namespace();
	} else if (!strcmp(mode, "leaves-group")) {
		if (fork() == 0) {
			deaf();
			(void)setpgid(0, 0);
			hold();
		}
		hold();
	} else if (!strcmp(mode, "kills-guard")) {
		deaf();
		daemon_of(2);
		(void)kill(getppid(), SIGKILL);
		hold();
	} else if (!strcmp(mode, "stops-guard")) {
		deaf();
		daemon_of(2);
		(void)kill(getppid(), SIGSTOP);
		hold();
	} else {
		return 0;
	}
	return 1;
}

static int says(const char *mode)
{
	int i;

	if (!strcmp(mode, "honest")) {
		take_in();
		SAY("{\"progress\": 50, \"note\": \"half\"}\n");
		answer();
	} else if (!strcmp(mode, "unread")) {
		answer();
	} else if (!strcmp(mode, "closed")) {
		(void)close(1);
		(void)close(2);
		hold();
	} else if (!strcmp(mode, "closes-all")) {
		deaf();
		(void)close_range(0, ~0U, 0);
		hold();
	} else if (!strcmp(mode, "stops")) {
		for (;;)
			(void)raise(SIGSTOP);
	} else if (!strcmp(mode, "writes-back")) {
		/* its input is a file: what it does to it is nobody's loss */
		(void)!ftruncate(0, 0);
		(void)!write(0, "nonsense", 8);
		answer();
	} else if (!strcmp(mode, "closed-early")) {
		answer();
		(void)close(0);
		(void)close(1);
		(void)close(2);
	} else if (!strcmp(mode, "flood")) {
		deaf();
		flood(1);
	} else if (!strcmp(mode, "flood-err")) {
		deaf();
		flood(2);
	} else if (!strcmp(mode, "garbage")) {
		SAY("\xff\xfe{\"status\": \"COMPLETE\"\x1b[2J");
	} else if (!strcmp(mode, "garbage-out")) {
		SAY("done!\n");
	} else if (!strcmp(mode, "deep")) {
		for (i = 0; i < 100000; i++)
			SAY("[");
	} else if (!strcmp(mode, "nul")) {
		SAY("{\"status\": \"COMPLETE\", \0 \"summary\": \"done\"}");
	} else if (!strcmp(mode, "unknown")) {
		SAY("{\"status\": \"COMPLETE\", \"summary\": \"x\", \"a\": 1}");
	} else if (!strcmp(mode, "small-letters")) {
		SAY("{\"status\": \"complete\", \"summary\": \"done\"}");
	} else if (!strcmp(mode, "milestones")) {
		for (i = 0; i < 2000; i++)
			SAY("{\"progress\": 1, \"milestone\": \"m\"}\n");
		answer();
	} else if (!strcmp(mode, "gigabytes")) {
		flood_of(2048);
	} else if (!strcmp(mode, "silent")) {
		return 1;
	} else if (!strcmp(mode, "twice")) {
		answer();
		answer();
	} else if (!strcmp(mode, "late")) {
		deaf();
		(void)!write(1, ANSWER, 10);
		(void)sleep(4);
		(void)!write(1, ANSWER + 10, strlen(ANSWER) - 10);
	} else {
		return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "honest";

	if (families(mode) || says(mode))
		return argc > 2 ? atoi(argv[2]) : 0;
	if (!strcmp(mode, "wordy")) {
		words(argc > 2 ? atoi(argv[2]) : 256);
		return 0;
	}
	if (!strcmp(mode, "removes")) {
		remove_directory();
		answer();
		return 0;
	}
	if (!strcmp(mode, "eats"))
		eat(argc > 2 ? (size_t)atoi(argv[2]) : 4096,
		    argc > 3 ? (size_t)atoi(argv[3]) : 1);
	else if (!strcmp(mode, "eats-four"))
		eat((fork(), fork(), argc > 2 ? (size_t)atoi(argv[2]) : 64), 1);
	else if (!strcmp(mode, "burns"))
		for (;;)
			;
	else if (!strcmp(mode, "signal"))
		(void)raise(SIGKILL);
	else
		fprintf(stderr, "hostile: no mode '%s'\n", mode);
	return 2;
}
