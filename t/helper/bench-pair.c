/* SPDX-License-Identifier: MIT */
/*
 * Times whole processes in turn, A B A B …, and prints medians and their ratio.
 *
 *	bench-pair [-1] RUNS -- [-p PREPARE... --] A... [-- [-p PREPARE... --] B...]
 *
 * In every word `{}` stands for the number of the run.  PREPARE runs before
 * each timed run and is not timed.  Output goes to /dev/null; a run that fails
 * ends all, with -1 only by a status above that: linters say with it that they found something.
 * Prints: median of A in ms, median of B in ms, median of A/B, the peak memory of A in KiB, and
 * the medians of the time that processors spent on A and on B in ms, which others on the machine
 * disturb less; without B what is of it is 0.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] = "usage: bench-pair [-1] RUNS -- [-p PREPARE... --] A... "
			    "[-- [-p PREPARE... --] B...]";

struct side {
	char **prepare, **command;
	double *ms, *cpu;
	long peak;
};

static int fine;		/* the highest status that is no failure */

static void fail(const char *what)
{
	fprintf(stderr, "bench-pair: %s\n", what);
	exit(2);
}

/* A copy of the words with `{}` replaced. */
static char **words_for(char **words, unsigned run)
{
	size_t n = 0, i;
	char **out, *at, number[16];

	while (words[n])
		n++;
	out = calloc(n + 1, sizeof(*out));
	snprintf(number, sizeof(number), "%u", run);
	for (i = 0; out && i < n; i++) {
		size_t len = strlen(words[i]) + 16 * strlen(words[i]) + 1;
		const char *from = words[i];

		out[i] = calloc(1, len);
		if (!out[i])
			fail("out of memory");
		while ((at = strstr(from, "{}"))) {
			strncat(out[i], from, (size_t)(at - from));
			strncat(out[i], number, len - strlen(out[i]) - 1);
			from = at + 2;
		}
		strncat(out[i], from, len - strlen(out[i]) - 1);
	}
	if (!out)
		fail("out of memory");
	return out;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double run_words(char **words, unsigned run, long *peak, double *cpu)
{
	char **argv = words_for(words, run);
	struct timespec a, b;
	struct rusage used;
	int status, null;
	size_t i;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &a);
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		fail("cannot run a command");
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > fine)
		fail(argv[0]);
	if (peak && used.ru_maxrss > *peak)
		*peak = used.ru_maxrss;
	if (cpu)
		*cpu = (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e3;
	for (i = 0; argv[i]; i++)
		free(argv[i]);
	free(argv);
	return (double)(b.tv_sec - a.tv_sec) * 1e3 +
	       (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Read [-p PREPARE... --] COMMAND... up to the next "--"; returns where that is. */
static char **read_side(struct side *s, char **at)
{
	if (*at && !strcmp(*at, "-p")) {
		s->prepare = ++at;
		while (*at && strcmp(*at, "--"))
			at++;
		if (*at)
			*at++ = NULL;
	}
	s->command = at;
	while (*at && strcmp(*at, "--"))
		at++;
	if (s->command == at)
		fail(usage);
	return at;
}

int main(int argc, char **argv)
{
	struct side a = { 0 }, b = { 0 };
	double *ratio;
	unsigned runs, i;
	char **at;

	if (argc > 1 && !strcmp(argv[1], "-1")) {
		fine = 1;
		argc--;
		argv++;
	}
	if (argc < 4 || strcmp(argv[2], "--"))
		fail(usage);
	runs = (unsigned)strtoul(argv[1], NULL, 10);
	if (runs < 1 || runs > 1000)
		fail("RUNS is from 1 to 1000");
	at = read_side(&a, argv + 3);
	if (*at) {
		*at++ = NULL;
		read_side(&b, at);
	}
	a.ms = calloc(runs, sizeof(double));
	b.ms = calloc(runs, sizeof(double));
	a.cpu = calloc(runs, sizeof(double));
	b.cpu = calloc(runs, sizeof(double));
	ratio = calloc(runs, sizeof(double));
	if (!a.ms || !b.ms || !a.cpu || !b.cpu || !ratio)
		fail("out of memory");
	for (i = 0; i < runs; i++) {
		if (a.prepare)
			run_words(a.prepare, i, NULL, NULL);
		a.ms[i] = run_words(a.command, i, &a.peak, &a.cpu[i]);
		if (!b.command)
			continue;
		if (b.prepare)
			run_words(b.prepare, i, NULL, NULL);
		b.ms[i] = run_words(b.command, i, NULL, &b.cpu[i]);
		ratio[i] = a.ms[i] / b.ms[i];
	}
	printf("%.2f %.2f %.2f %ld %.2f %.2f\n", median(a.ms, runs),
	       b.command ? median(b.ms, runs) : 0.0,
	       b.command ? median(ratio, runs) : 0.0, a.peak, median(a.cpu, runs),
	       b.command ? median(b.cpu, runs) : 0.0);
	free(a.ms);
	free(b.ms);
	free(a.cpu);
	free(b.cpu);
	free(ratio);
	return 0;
}
