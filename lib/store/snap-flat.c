/* SPDX-License-Identifier: MIT */
/*
 * Sorted lists of whole paths.
 *
 * Invariants: paths are in byte order and unique, so everything below a
 * directory is one range; nothing here stores directories, they are implied
 * by what is below them.
 */
#include <stdlib.h>

#include "store/snap-kind.h"
#include "util/array.h"
#include "util/path.h"

size_t flat_place(const struct flat *f, const char *path, bool *found)
{
	size_t low = 0, high = f->nr, middle;
	int c;

	*found = false;
	while (low < high) {
		middle = low + (high - low) / 2;
		c = strcmp(f->files[middle].path, path);
		if (c < 0) {
			low = middle + 1;
		} else {
			high = middle;
			if (c == 0)
				*found = true;
		}
	}
	return low;
}

/* How `path` compares with the range of all paths below `dir`: 0 is inside. */
static int beside(const char *path, const char *dir, size_t len)
{
	int c = strncmp(path, dir, len);

	if (c)
		return c;
	/* unsigned: a byte of UTF-8 must not come before '/' */
	return (unsigned char)path[len] - '/';
}

static size_t bound(const struct flat *f, size_t low, const char *dir, bool end)
{
	size_t high = f->nr, middle, len = strlen(dir);
	int c;

	if (!len)
		return end ? f->nr : low;
	while (low < high) {
		middle = low + (high - low) / 2;
		c = beside(f->files[middle].path, dir, len);
		if (c < 0 || (c == 0 && end))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t flat_begin(const struct flat *f, const char *dir)
{
	return bound(f, 0, dir, false);
}

size_t flat_end(const struct flat *f, size_t from, const char *dir)
{
	return bound(f, from, dir, true);
}

struct flat_file *flat_insert(struct flat *f, size_t at)
{
	if (array_room(&f->files, f->nr, &f->cap, sizeof(*f->files)) < 0)
		return NULL;
	if (at < f->nr)
		memmove(f->files + at + 1, f->files + at,
			(f->nr - at) * sizeof(*f->files));
	f->nr++;
	memset(&f->files[at], 0, sizeof(f->files[at]));
	return &f->files[at];
}

struct snap_entry flat_entry(const struct flat_file *file)
{
	struct snap_entry e = { .name = path_name(file->path), .mode = file->mode,
				.has_oid = file->named };

	if (file->named) {
		e.oid = file->oid;
	} else {
		e.data = file->data;
		e.len = file->len;
	}
	return e;
}

void flat_drop(struct flat_file *file)
{
	if (!file->named)
		free(file->data);
}

void flat_release(struct flat *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++) {
		free((char *)f->files[i].path);
		flat_drop(&f->files[i]);
	}
	free(f->files);
	memset(f, 0, sizeof(*f));
}
