/* SPDX-License-Identifier: MIT */
#ifndef STORE_DIRS_H
#define STORE_DIRS_H

/*
 * Directories of a work tree that held exactly what the index has below them, and how they were
 * then.  One that is so still holds the same, for no name comes or goes without the system
 * noting when: on file systems of which that is known, and unless it was in the moment in which
 * the index was written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define DIRS_NAMES 32

/* Plain data, to be kept. */
struct dir_seen {
	uint64_t path;			/* its hash */
	int64_t changed, modified;	/* nanoseconds */
	uint64_t device, inode;
	uint32_t files, directories;	/* it held, */
	char names[DIRS_NAMES];		/* and the names of these, each with its NUL, and NULs; if
					   that is too long, the beginning of a digest of it */
};

/* Whether the file system of an open directory, which is *dev, notes it. */
bool dirs_are_noted(dev_t *dev, int top);

/* What is known of a directory; NULL: nothing.  In order of dirs_order(). */
const struct dir_seen *dirs_find(const struct dir_seen *list, size_t nr, const char *path);
int dirs_order(const void *a, const void *b);

/* How a directory is; and whether it is so. */
struct dir_seen dirs_see(const char *path, const struct stat *st);
bool dirs_is_same(const struct dir_seen *seen, const struct stat *st);

#endif
