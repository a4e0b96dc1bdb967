/* SPDX-License-Identifier: MIT */
#ifndef HELPER_DIRS_H
#define HELPER_DIRS_H

/* Directories as wholes: walked, copied, removed.  Whatever goes wrong ends the helper. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_LEN 4096

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static inline void join(char out[PATH_LEN], const char *dir, const char *name)
{
	if (snprintf(out, PATH_LEN, "%s%s%s", dir, *name ? "/" : "", name) >= PATH_LEN)
		die("a path is too long");
}

/* Call back for everything below, directories after what is in them. */
static inline void walk(const char *dir, void (*each)(const char *path, const struct stat *st))
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[PATH_LEN];
	struct stat st;

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		join(path, dir, e->d_name);
		if (lstat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			walk(path, each);
		each(path, &st);
	}
	closedir(d);
}

static inline void remove_one(const char *path, const struct stat *st)
{
	if (S_ISDIR(st->st_mode) ? rmdir(path) : unlink(path))
		die(path);
}

static inline void remove_all(const char *dir)
{
	walk(dir, remove_one);
	if (rmdir(dir) && errno != ENOENT)
		die(dir);
}

static inline void copy_file(const char *from, const char *to, mode_t mode)
{
	static char block[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, mode & 0777);
	ssize_t n;

	if (in < 0 || out < 0)
		die(from);
	while ((n = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)n) != n)
			die(to);
	if (n < 0)
		die(from);
	close(in);
	close(out);
}

static inline void copy_all(const char *from, const char *to)
{
	DIR *d = opendir(from);
	char a[PATH_LEN], b[PATH_LEN], link[PATH_LEN];
	struct dirent *e;
	struct stat st;
	ssize_t n;

	if (!d || mkdir(to, 0777))
		die(from);
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		join(a, from, e->d_name);
		join(b, to, e->d_name);
		if (lstat(a, &st))
			die(a);
		if (S_ISDIR(st.st_mode)) {
			copy_all(a, b);
		} else if (S_ISLNK(st.st_mode)) {
			n = readlink(a, link, sizeof(link) - 1);
			link[n > 0 ? n : 0] = '\0';
			if (n < 0 || symlink(link, b))
				die(b);
		} else {
			copy_file(a, b, st.st_mode);
		}
	}
	closedir(d);
}

#endif
