/* SPDX-License-Identifier: MIT */
/*
 * Loaded into a program before its libraries: its allocations are counted, and one of them
 * fails, or all from there on.
 *
 *	OPS_ALLOC_AT=N		the Nth fails (counted from 1)
 *	OPS_ALLOC_EVER=1	and all after it
 *	OPS_ALLOC_COUNT=FILE	how many there were is written there at the end
 *
 * Those before libgit2 has made itself ready do not count: by then nothing was touched, and
 * what it loads does not bear it.  Programs that this one starts are left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *old, size_t size);
int git_libgit2_init(void);

static unsigned long at, count;
static bool ever, begun;
static char count_file[4096];

static bool fails(void)
{
	if (!begun)
		return false;
	count++;
	if (!at || (ever ? count < at : count != at))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return fails() ? NULL : __libc_calloc(nr, size);
}

void *realloc(void *old, size_t size)
{
	return size && fails() ? NULL : __libc_realloc(old, size);
}

static void end(void)
{
	char text[32];
	int fd, len;

	if (!*count_file)
		return;
	len = snprintf(text, sizeof(text), "%lu\n", count);
	fd = open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		_exit(125);
	close(fd);
}

int git_libgit2_init(void)
{
	const char *value;
	int (*real)(void), rc;
	void *found = dlsym(RTLD_NEXT, "git_libgit2_init");

	if (!found)
		_exit(125);
	memcpy(&real, &found, sizeof(real));
	rc = real();
	if (begun)
		return rc;
	value = getenv("OPS_ALLOC_AT");
	at = value ? strtoul(value, NULL, 10) : 0;
	ever = getenv("OPS_ALLOC_EVER") != NULL;
	value = getenv("OPS_ALLOC_COUNT");
	if (value && strlen(value) < sizeof(count_file)) {
		strcpy(count_file, value);
		if (atexit(end))
			_exit(125);
	}
	unsetenv("LD_PRELOAD");
	begun = true;
	return rc;
}
