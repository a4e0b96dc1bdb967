/* SPDX-License-Identifier: MIT */
/*
 * Directories that are as they were.
 *
 * Where nobody knows that every name that comes or goes is noted at once, on disks of other
 * machines and those of other systems, nothing is taken from here.
 */
#include "store/dirs.h"

#include <stdlib.h>
#include <sys/vfs.h>

#include "util/map.h"

#define SECOND INT64_C(1000000000)

/* Of linux/magic.h and of the file systems. */
static const long noting[] = {
	0xef53,		/* ext2, ext3, ext4 */
	0x58465342,	/* XFS */
	0x9123683e,	/* Btrfs */
	0x01021994,	/* tmpfs */
};

bool dirs_are_noted(dev_t *dev, int top)
{
	struct statfs fs;
	struct stat st;
	size_t i;

	if (top < 0 || fstatfs(top, &fs) || fstat(top, &st))
		return false;
	*dev = st.st_dev;
	for (i = 0; i < sizeof(noting) / sizeof(*noting); i++)
		if (fs.f_type == noting[i])
			return true;
	return false;
}

int dirs_order(const void *a, const void *b)
{
	const struct dir_seen *x = a, *y = b;

	return x->path < y->path ? -1 : x->path > y->path;
}

const struct dir_seen *dirs_find(const struct dir_seen *list, size_t nr, const char *path)
{
	const struct dir_seen key = { .path = map_hash(path) };

	return nr ? bsearch(&key, list, nr, sizeof(key), dirs_order) : NULL;
}

static int64_t nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * SECOND + t->tv_nsec;
}

struct dir_seen dirs_see(const char *path, const struct stat *st)
{
	struct dir_seen seen = {
		.path = map_hash(path), .changed = nanoseconds(&st->st_ctim),
		.modified = nanoseconds(&st->st_mtim), .device = st->st_dev,
		.inode = st->st_ino
	};

	return seen;
}

bool dirs_is_same(const struct dir_seen *seen, const struct stat *st)
{
	return S_ISDIR(st->st_mode) && seen->device == st->st_dev &&
	       seen->inode == st->st_ino &&
	       seen->changed == nanoseconds(&st->st_ctim) &&
	       seen->modified == nanoseconds(&st->st_mtim);
}
