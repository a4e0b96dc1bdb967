/* SPDX-License-Identifier: MIT */
/*
 * Reads files and does nothing with them: the least that any program takes that looks into
 * all of them.
 *
 *	bare-read LIST
 *
 * LIST has a path on each line.  As many threads as there are processors, 8 at most, open,
 * stat, read and close every file, which is what ops check does of it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS_MAX 8
#define SIZE_MAX_READ (1 << 20)

static char **paths;
static size_t nr, threads;

static void fail(const char *what)
{
	fprintf(stderr, "bare-read: %s\n", what);
	exit(2);
}

struct share {
	pthread_t thread;
	size_t first;	/* and every `threads`th from there */
};

static void *work(void *payload)
{
	const struct share *share = payload;
	char *buf = malloc(SIZE_MAX_READ);
	struct stat st;
	size_t i;
	int fd;

	if (!buf)
		fail("out of memory");
	for (i = share->first; i < nr; i += threads) {
		fd = open(paths[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || fstat(fd, &st) || st.st_size > SIZE_MAX_READ ||
		    read(fd, buf, (size_t)st.st_size) != st.st_size)
			fail(paths[i]);
		close(fd);
	}
	free(buf);
	return NULL;
}

static void read_list(const char *name)
{
	FILE *f = fopen(name, "r");
	char *line = NULL;
	size_t cap = 0, room = 0;
	ssize_t len;

	if (!f)
		fail(name);
	while ((len = getline(&line, &cap, f)) > 0) {
		if (nr == room) {
			room = room ? 2 * room : 1024;
			paths = realloc(paths, room * sizeof(*paths));
			if (!paths)
				fail("out of memory");
		}
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (!(paths[nr++] = strdup(line)))
			fail("out of memory");
	}
	free(line);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct share shares[THREADS_MAX];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t i;

	if (argc != 2)
		fail("usage: bare-read LIST");
	read_list(argv[1]);
	threads = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX :
		  (size_t)processors;
	for (i = 0; i < threads; i++) {
		shares[i].first = i;
		if (pthread_create(&shares[i].thread, NULL, work, &shares[i]))
			fail("cannot begin a thread");
	}
	for (i = 0; i < threads; i++)
		pthread_join(shares[i].thread, NULL);
	while (nr)
		free(paths[--nr]);
	free(paths);
	return 0;
}
