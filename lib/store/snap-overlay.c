/* SPDX-License-Identifier: MIT */
/*
 * Changes over another snapshot: the world after an act, before it exists.
 *
 * Invariants: the list holds only what differs in kind (put or removed) from
 * the base; a file is never put where a directory stands, nor below a file; an
 * executable that is replaced stays executable.
 */
#include <stdlib.h>

#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/path.h"

struct snap_over {
	struct snap snap;
	struct flat flat;
};

static struct flat *flat_of(const struct snap *snap)
{
	return &((struct snap_over *)snap)->flat;
}

/* Whether anything in files[from..end) is put. */
static bool any_put(const struct flat *f, size_t from, size_t end)
{
	while (from < end)
		if (!f->files[from++].removed)
			return true;
	return false;
}

static int is_empty(bool *out, struct snap *snap, const char *dir,
		    struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct snap_entry *entries;
	size_t nr;
	int rc;

	if (!arena)
		return error_nomem(err);
	rc = snap->kind->list(&entries, &nr, snap, dir, arena, err);
	if (rc == 0)
		*out = nr == 0;
	arena_free(arena);
	return rc;
}

/* A child of a directory as the overlay sees it. */
struct child {
	struct snap_entry entry;
	const char *path;	/* whole */
	bool removed;		/* a file that is gone */
	bool put;		/* a directory with something put below it */
};

/* The child at files[*i] of the directory whose path is `skip` - 1 long;
 * *i moves behind it. */
static int next_child(struct child *c, const struct flat *f, size_t *i, size_t skip,
		      struct arena *arena, struct ops_error *err)
{
	const struct flat_file *file = &f->files[*i];
	size_t len = strcspn(file->path + skip, "/"), end;
	char *path = arena_dup(arena, file->path, skip + len);

	memset(c, 0, sizeof(*c));
	if (!path)
		return error_nomem(err);
	c->path = path;
	c->entry.name = path + skip;
	if (!file->path[skip + len]) {
		c->entry = flat_entry(file);
		c->entry.name = path + skip;
		c->removed = file->removed;
		(*i)++;
		return 0;
	}
	c->entry.mode = SNAP_DIR;
	end = flat_end(f, *i, path);
	c->put = any_put(f, *i, end);
	*i = end;
	return 0;
}

/* Whether the merged entry stays; `in_base` says the base has it, too. */
static int stays(bool *out, struct snap *snap, const struct child *c, bool in_base,
		 struct ops_error *err)
{
	bool empty;
	int rc;

	*out = c->entry.mode == SNAP_DIR ? c->put : !c->removed;
	if (c->entry.mode != SNAP_DIR || c->put || !in_base)
		return 0;
	rc = is_empty(&empty, snap, c->path, err);
	if (rc == 0)
		*out = !empty;
	return rc;
}

static int over_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		     const char *dir, struct arena *arena, struct ops_error *err)
{
	const struct flat *f = flat_of(snap);
	size_t i = flat_begin(f, dir), end = flat_end(f, i, dir);
	size_t skip = *dir ? strlen(dir) + 1 : 0, base_nr, b = 0, count = 0;
	struct snap_entry *base, *merged;
	struct child c;
	bool keep;
	int rc, order;

	rc = snap->base->kind->list(&base, &base_nr, snap->base, dir, arena, err);
	if (rc < 0)
		return rc;
	if (i == end) {
		*out = base;
		*nr = base_nr;
		return 0;
	}
	merged = arena_array(arena, base_nr + (end - i), sizeof(*merged));
	if (!merged)
		return error_nomem(err);
	while (i < end) {
		rc = next_child(&c, f, &i, skip, arena, err);
		if (rc < 0)
			return rc;
		order = 1;
		while (b < base_nr && order > 0) {
			order = snap_compare(c.entry.name,
					     c.entry.mode == SNAP_DIR,
					     base[b].name,
					     base[b].mode == SNAP_DIR);
			if (order > 0)
				merged[count++] = base[b++];
		}
		if (b < base_nr && order == 0)
			b++;
		rc = stays(&keep, snap, &c, order == 0, err);
		if (rc < 0)
			return rc;
		if (keep)
			merged[count++] = c.entry;
	}
	while (b < base_nr)
		merged[count++] = base[b++];
	if (count > SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "directory '%s' has more than %d entries", dir,
				 SNAP_DIR_MAX);
	*out = merged;
	*nr = count;
	return 0;
}

static int over_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	const struct flat *f = flat_of(snap);
	struct snap_entry entry = { 0 };
	size_t at, begin, end;
	bool found, empty = false;
	int rc = 0;

	at = flat_place(f, path, &found);
	begin = flat_begin(f, path);
	end = flat_end(f, begin, path);
	if (found && !f->files[at].removed) {
		entry = flat_entry(&f->files[at]);
	} else if (begin < end) {
		if (!any_put(f, begin, end))
			rc = is_empty(&empty, snap, path, err);
		if (rc < 0)
			return rc;
		if (empty)
			return snap_absent(path, err);
		entry.mode = SNAP_DIR;
	} else if (found) {
		return snap_absent(path, err);
	} else {
		return snap->base->kind->find(out, snap->base, path, err);
	}
	*out = entry;
	out->name = path_name(path);
	return 0;
}

static int over_read(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max,
		     struct ops_error *err)
{
	const struct flat *f = flat_of(snap);
	bool found;
	size_t at = entry->data ? 0 : flat_place(f, path, &found);

	if (!entry->data && found && f->files[at].named)
		return snap_read_blob(out, snap->store, &f->files[at].oid, path, max, err);
	if (!entry->data)
		return snap->base->kind->read(out, snap->base, path, entry, max,
					      err);
	if (entry->len > max)
		return error_set(err, OPS_EINVALID, "'%s' is larger than %zu bytes",
				 path, max);
	return snap_copy_blob(out, entry->data, entry->len, err);
}

static void over_release(struct snap *snap)
{
	flat_release(flat_of(snap));
}

static const struct snap_kind over_kind = {
	.list = over_list,
	.find = over_find,
	.read = over_read,
	.release = over_release,
};

int snap_overlay(struct snap **out, struct snap *base, struct ops_error *err)
{
	struct snap_over *o = calloc(1, sizeof(*o));

	if (!o)
		return error_nomem(err);
	o->snap.kind = &over_kind;
	o->snap.store = base->store;
	o->snap.base = base;
	*out = &o->snap;
	return 0;
}

const struct flat *snap_overlay_files(const struct snap *snap)
{
	return snap->kind == &over_kind ? flat_of(snap) : NULL;
}

static int check_path(struct snap *snap, const char *path, struct ops_error *err)
{
	const char *fault = path_fault(path);

	if (snap->kind != &over_kind)
		return error_set(err, OPS_EUSAGE,
				 "'%s': this snapshot cannot be changed", path);
	if (!*path)
		fault = "is empty";
	if (fault)
		return error_set(err, OPS_EUSAGE, "the path '%s' %s", path, fault);
	return 0;
}

/* No part of the way to `path` may be anything but a directory. */
static int check_parents(struct snap *snap, const char *path, struct ops_error *err)
{
	char parent[PATH_MAX_BYTES + 1];
	struct snap_entry e;
	size_t len;
	int rc;

	for (len = path_directory_len(path); len > 0 && len < sizeof(parent);
	     len = path_directory_len(parent)) {
		memcpy(parent, path, len);
		parent[len] = '\0';
		rc = over_find(&e, snap, parent, NULL);
		if (rc == 0 && e.mode == SNAP_DIR)
			return 0;
		if (rc == 0)
			return error_set(err, OPS_EEXISTS,
					 "'%s' is not a directory, so '%s' "
					 "cannot be put there", parent, path);
		if (rc != OPS_ENOTFOUND)
			return error_set(err, rc, "cannot look at '%s'", parent);
	}
	return 0;
}

/* Take a file into the list, and its bytes, which are free()d. */
static int change(struct snap *snap, const char *path, struct flat_file *as,
		  struct ops_error *err)
{
	struct flat *f = flat_of(snap);
	struct flat_file *file;
	char *copy = NULL;
	bool found;
	size_t at = flat_place(f, path, &found);

	if (found) {
		file = &f->files[at];
		flat_drop(file);
	} else {
		copy = strdup(path);
		file = copy ? flat_insert(f, at) : NULL;
		if (!file) {
			free(copy);
			flat_drop(as);
			return error_nomem(err);
		}
		file->path = copy;
	}
	path = file->path;
	*file = *as;
	file->path = path;
	return 0;
}

/* Whether a file may be put there; of one that is there, its mode. */
static int check_place(enum snap_mode *mode, struct snap *snap, const char *path,
		       struct ops_error *err)
{
	struct snap_entry e;
	int rc = check_path(snap, path, err);

	if (rc < 0)
		return rc;
	rc = over_find(&e, snap, path, NULL);
	if (rc == OPS_ENOTFOUND)
		rc = check_parents(snap, path, err);
	else if (rc < 0)
		rc = error_set(err, rc, "cannot look at '%s'", path);
	else if (e.mode != SNAP_FILE && e.mode != SNAP_EXEC)
		rc = error_set(err, OPS_EEXISTS, "'%s' is not a regular file",
			       path);
	else
		*mode = e.mode;
	return rc;
}

static int put(struct snap *snap, const char *path, const void *data, size_t len,
	       enum snap_mode mode, bool keep, struct ops_error *err)
{
	enum snap_mode there = mode;
	struct flat_file file = { .len = len };
	char *copy;
	int rc = check_place(&there, snap, path, err);

	if (rc < 0)
		return rc;
	copy = malloc(len + 1);
	if (!copy)
		return error_nomem(err);
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	file.data = copy;
	file.mode = keep ? there : mode;
	return change(snap, path, &file, err);
}

int snap_put(struct snap *snap, const char *path, const void *data, size_t len,
	     struct ops_error *err)
{
	return put(snap, path, data, len, SNAP_FILE, true, err);
}

int snap_put_mode(struct snap *snap, const char *path, const void *data, size_t len,
		  bool exec, struct ops_error *err)
{
	return put(snap, path, data, len, exec ? SNAP_EXEC : SNAP_FILE, false, err);
}

int snap_put_named(struct snap *snap, const char *path, const struct snap *from,
		   const struct snap_entry *entry, struct ops_error *err)
{
	struct flat_file file = { .oid = entry->oid, .named = true, .mode = entry->mode };
	enum snap_mode there;
	int rc = check_place(&there, snap, path, err);

	if (rc == 0 && (!from->store || !entry->has_oid ||
			(snap->store && snap->store != from->store)))
		rc = error_set(err, OPS_EUSAGE, "'%s' has no name in the object store", path);
	/* Over nothing there was none. */
	if (rc == 0)
		snap->store = from->store;
	return rc < 0 ? rc : change(snap, path, &file, err);
}

int snap_remove(struct snap *snap, const char *path, struct ops_error *err)
{
	struct flat_file gone = { .mode = SNAP_FILE, .removed = true };
	struct snap_entry e;
	int rc;

	rc = check_path(snap, path, err);
	if (rc == 0)
		rc = over_find(&e, snap, path, err);
	if (rc == 0 && e.mode == SNAP_DIR)
		rc = error_set(err, OPS_ENOTFOUND, "'%s' is a directory", path);
	return rc < 0 ? rc : change(snap, path, &gone, err);
}
