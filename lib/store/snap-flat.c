/* SPDX-License-Identifier: MIT */
/*
 * Sorted lists of whole paths, and a snapshot made of one: the index.
 *
 * Invariants: paths are in byte order and unique, so everything below a
 * directory is one range; nothing here stores directories, they are implied
 * by what is below them.  Intent-to-add entries and conflicting stages are not
 * part of a snapshot of the index: neither is content that could be committed.
 */
#include <stdlib.h>

#include "store/snap-kind.h"
#include "util/arena.h"
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

void flat_release(struct flat *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++) {
		free(f->files[i].path);
		free(f->files[i].data);
	}
	free(f->files);
	memset(f, 0, sizeof(*f));
}

struct snap_index {
	struct snap snap;
	struct flat flat;
};

static int index_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		      const char *dir, struct arena *arena, struct ops_error *err)
{
	const struct flat *f = &((struct snap_index *)snap)->flat;
	size_t i = flat_begin(f, dir), end = flat_end(f, i, dir), count = 0;
	size_t skip = *dir ? strlen(dir) + 1 : 0, len;
	struct snap_entry *entries, *e;
	const char *name;
	char *child;

	entries = arena_array(arena, end - i ? end - i : 1, sizeof(*entries));
	if (!entries)
		return error_nomem(err);
	while (i < end) {
		name = f->files[i].path + skip;
		len = strcspn(name, "/");
		e = &entries[count++];
		e->name = arena_dup(arena, name, len);
		if (!e->name)
			return error_nomem(err);
		if (!name[len]) {
			e->mode = f->files[i].mode;
			e->has_oid = true;
			e->oid = f->files[i++].oid;
			continue;
		}
		e->mode = SNAP_DIR;
		child = arena_dup(arena, f->files[i].path, skip + len);
		if (!child)
			return error_nomem(err);
		i = flat_end(f, i, child);
		if (count > SNAP_DIR_MAX)
			break;
	}
	if (count > SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "directory '%s' has more than %d entries", dir,
				 SNAP_DIR_MAX);
	*out = entries;
	*nr = count;
	return 0;
}

static int index_find(struct snap_entry *out, struct snap *snap, const char *path,
		      struct ops_error *err)
{
	const struct flat *f = &((struct snap_index *)snap)->flat;
	bool found;
	size_t at = flat_place(f, path, &found);

	memset(out, 0, sizeof(*out));
	out->name = path_name(path);
	if (found) {
		out->mode = f->files[at].mode;
		out->has_oid = true;
		out->oid = f->files[at].oid;
		return 0;
	}
	at = flat_begin(f, path);
	if (flat_end(f, at, path) == at)
		return snap_absent(path, err);
	out->mode = SNAP_DIR;
	return 0;
}

static int index_read(struct blob *out, struct snap *snap, const char *path,
		      const struct snap_entry *entry, size_t max,
		      struct ops_error *err)
{
	return snap_read_blob(out, snap->store, &entry->oid, path, max, err);
}

static void index_release(struct snap *snap)
{
	flat_release(&((struct snap_index *)snap)->flat);
}

static const struct snap_kind index_kind = {
	index_list, index_find, index_read, index_release, NULL
};

static enum snap_mode mode_of(uint32_t mode)
{
	switch (mode & 0170000) {
	case 0100000:
		return mode & 0111 ? SNAP_EXEC : SNAP_FILE;
	case 0120000:
		return SNAP_LINK;
	case 0160000:
		return SNAP_MODULE;
	default:
		return SNAP_OTHER;
	}
}

static int fill(struct flat *f, git_index *index, struct ops_error *err)
{
	const git_index_entry *e;
	struct flat_file *file;
	size_t i, nr = git_index_entrycount(index), at;
	bool found;

	for (i = 0; i < nr; i++) {
		e = git_index_get_byindex(index, i);
		if (git_index_entry_stage(e) != 0 ||
		    (e->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD))
			continue;
		/* Sorted already, unless core.ignorecase says otherwise. */
		at = f->nr;
		if (at > 0 && strcmp(f->files[at - 1].path, e->path) >= 0)
			at = flat_place(f, e->path, &found);
		file = flat_insert(f, at);
		if (!file)
			return error_nomem(err);
		file->path = strdup(e->path);
		if (!file->path)
			return error_nomem(err);
		file->mode = mode_of(e->mode);
		repo_from_git(&file->oid, &e->id);
	}
	return 0;
}

int snap_of_index(struct snap **out, struct store *s, struct ops_error *err)
{
	struct snap_index *x;
	git_index *index = NULL;
	int rc;

	if (s->bare)
		return error_set(err, OPS_EENVIRONMENT,
				 "a bare repository has no index");
	x = calloc(1, sizeof(*x));
	if (!x)
		return error_nomem(err);
	x->snap.kind = &index_kind;
	x->snap.store = s;
	rc = git_repository_index(&index, s->repo);
	if (rc == 0)
		rc = git_index_read(index, 0);
	if (rc < 0)
		rc = repo_fail(err, rc, "cannot read the index");
	else
		rc = fill(&x->flat, index, err);
	git_index_free(index);
	if (rc < 0) {
		snap_free(&x->snap);
		return rc;
	}
	*out = &x->snap;
	return 0;
}
