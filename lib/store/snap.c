/* SPDX-License-Identifier: MIT */
/*
 * Snapshots, what all kinds have in common: reading, listing, walking.
 *
 * Must never write anything, and never follow a link or a submodule: both are
 * entries with their mode, and reading one is OPS_ENOTFOUND.
 *
 * Paths come from callers that may have them from documents, so each is
 * checked here once, for every kind.
 */
#include "store/snap.h"

#include <stdlib.h>
#include <string.h>

#include "store/dirs.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

#define WALK_DEPTH 64

void blob_release(struct blob *b)
{
	free(b->owner);
	b->owner = NULL;
	b->data = NULL;
	b->len = 0;
}

int snap_absent(const char *path, struct ops_error *err)
{
	return error_set(err, OPS_ENOTFOUND, "no file '%s'", path);
}

int snap_compare(const char *a, bool a_dir, const char *b, bool b_dir)
{
	size_t i = 0;
	unsigned char x, y;

	/* Files are in the order of their bytes, as the names of nearly all are compared. */
	if (!a_dir && !b_dir)
		return strcmp(a, b);
	while (a[i] && a[i] == b[i])
		i++;
	x = (unsigned char)a[i];
	y = (unsigned char)b[i];
	if (!x && a_dir)
		x = '/';
	if (!y && b_dir)
		y = '/';
	return (x > y) - (x < y);
}

int snap_copy_blob(struct blob *out, const void *data, size_t len,
		   struct ops_error *err)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return error_nomem(err);
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	out->data = out->owner = copy;
	out->len = len;
	return 0;
}

int snap_read_blob(struct blob *out, struct store *s, const struct oid *id,
		   const char *path, size_t max, struct ops_error *err)
{
	struct object object = { 0 };
	int rc;

	rc = repo_object(&object, s, id, GIT_OBJECT_BLOB, max, err);
	if (rc == OPS_ENOTFOUND) {
		/* The tree names it: that it is missing is damage, not absence. */
		if (err)
			err->status = OPS_EIO;
		rc = OPS_EIO;
	}
	if (rc < 0) {
		error_prefix(err, "'%s'", path);
		return rc;
	}
	rc = snap_copy_blob(out, object.data, object.len, err);
	object_release(&object);
	return rc;
}

void snap_free(struct snap *snap)
{
	if (!snap)
		return;
	if (snap->kind->release)
		snap->kind->release(snap);
	free(snap);
}

static int nothing_list(struct snap_entry **out, size_t *nr, struct snap *snap,
			const char *dir, struct arena *arena,
			struct ops_error *err)
{
	(void)snap, (void)dir, (void)arena, (void)err;
	*out = NULL;
	*nr = 0;
	return 0;
}

static int nothing_find(struct snap_entry *out, struct snap *snap,
			const char *path, struct ops_error *err)
{
	(void)out, (void)snap;
	return snap_absent(path, err);
}

static int nothing_read(struct blob *out, struct snap *snap, const char *path,
			const struct snap_entry *entry, size_t max,
			struct ops_error *err)
{
	(void)out, (void)snap, (void)entry, (void)max;
	return snap_absent(path, err);
}

static const struct snap_kind nothing = {
	.list = nothing_list,
	.find = nothing_find,
	.read = nothing_read,
};

int snap_of_nothing(struct snap **out, struct ops_error *err)
{
	struct snap *snap = calloc(1, sizeof(*snap));

	if (!snap)
		return error_nomem(err);
	snap->kind = &nothing;
	*out = snap;
	return 0;
}

bool snap_ignores(struct snap *snap, const char *path)
{
	return snap->kind->ignores && snap->kind->ignores(snap, path);
}

bool snap_may_have_modules(struct snap *snap)
{
	return !snap->kind->may_have_modules || snap->kind->may_have_modules(snap);
}

bool snap_lists_aside(struct snap *snap)
{
	return snap->kind->lists_aside && snap->kind->lists_aside(snap);
}

bool snap_is_listed(struct snap *snap, const char *dir)
{
	return snap->kind->is_listed && snap->kind->is_listed(snap, dir);
}

int snap_find(struct snap_entry *out, struct snap *snap, const char *path,
	      struct ops_error *err)
{
	if (*path && path_fault(path))
		return snap_absent(path, err);
	if (!*path) {
		memset(out, 0, sizeof(*out));
		out->name = path;
		out->mode = SNAP_DIR;
		out->has_oid = snap_tree_oid(&out->oid, snap);
		return 0;
	}
	return snap->kind->find(out, snap, path, err);
}

static int read_kinds(struct blob *out, struct snap *snap, const char *path, bool links,
		      size_t max, struct ops_error *err)
{
	struct snap_entry entry;
	int rc;

	rc = snap_find(&entry, snap, path, err);
	if (rc < 0)
		return rc;
	if (entry.mode != SNAP_FILE && entry.mode != SNAP_EXEC &&
	    !(links && entry.mode == SNAP_LINK && (entry.has_oid || entry.data)))
		return error_set(err, OPS_ENOTFOUND,
				 "'%s' is not a regular file", path);
	return snap->kind->read(out, snap, path, &entry, max, err);
}

int snap_read(struct blob *out, struct snap *snap, const char *path, size_t max,
	      struct ops_error *err)
{
	return read_kinds(out, snap, path, false, max, err);
}

int snap_read_any(struct blob *out, struct snap *snap, const char *path, size_t max,
		  struct ops_error *err)
{
	return read_kinds(out, snap, path, true, max, err);
}

int snap_read_entry(struct blob *out, struct snap *snap, const char *dir,
		    const struct snap_entry *entry, size_t max,
		    struct ops_error *err)
{
	char path[PATH_MAX_BYTES + PATH_PART_MAX + 2];
	size_t dir_len = strlen(dir), len = strlen(entry->name);

	if (dir_len + len + 2 > sizeof(path))
		return snap_absent(entry->name, err);
	memcpy(path, dir, dir_len);
	if (dir_len)
		path[dir_len++] = '/';
	memcpy(path + dir_len, entry->name, len + 1);
	if (entry->mode != SNAP_FILE && entry->mode != SNAP_EXEC)
		return error_set(err, OPS_ENOTFOUND,
				 "'%s' is not a regular file", path);
	return snap->kind->read(out, snap, path, entry, max, err);
}

static int by_name(const void *a, const void *b)
{
	const struct snap_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* What a snapshot gives of a directory; `entry` is its own, or NULL. */
static int give_list(struct snap_entry **out, size_t *nr, struct snap *snap, const char *dir,
		     const struct snap_entry *entry, struct arena *arena,
		     struct ops_error *err)
{
	const struct snap_kind *kind = snap->kind;

	return entry && kind->list_once ?
	       kind->list_once(out, nr, snap, dir, entry, arena, err) :
	       kind->list(out, nr, snap, dir, arena, err);
}

/* That or, if it is asked for and there, what `names` gives, in byte order. */
static int list(struct snap_entry **out, size_t *nr, bool *module, struct snap *snap,
		const char *dir, const struct snap_entry *entry, struct arena *arena,
		struct ops_error *err)
{
	struct snap_entry *entries = NULL;
	size_t count = 0, i;
	int rc = 0;

	if (!*dir || !path_fault(dir))
		rc = module && snap->kind->names ?
		     snap->kind->names(&entries, &count, module, snap, dir, arena, err) :
		     give_list(&entries, &count, snap, dir, entry, arena, err);
	if (rc < 0)
		return rc;
	for (i = 1; i < count; i++)
		if (strcmp(entries[i - 1].name, entries[i].name) > 0)
			break;
	if (i < count)
		qsort(entries, count, sizeof(*entries), by_name);
	*out = entries;
	*nr = count;
	return 0;
}

int snap_list(struct snap_entry **out, size_t *nr, struct snap *snap, const char *dir,
	      struct arena *arena, struct ops_error *err)
{
	return list(out, nr, NULL, snap, dir, NULL, arena, err);
}

int snap_names(struct snap_entry **out, size_t *nr, bool *module, struct snap *snap,
	       const char *dir, const struct snap_entry *entry, struct arena *arena,
	       struct ops_error *err)
{
	*module = false;
	return list(out, nr, module, snap, dir, entry, arena, err);
}

void snap_name_ids(struct snap *snap, const struct dir_seen *seen, size_t nr)
{
	if (snap->kind->name_ids)
		snap->kind->name_ids(snap, seen, nr);
}

int snap_dirs_seen(struct dir_seen **out, size_t *nr, struct snap *snap, struct arena *arena,
		   struct ops_error *err)
{
	int rc = 0;

	*out = NULL;
	*nr = 0;
	if (snap->kind->dirs_seen)
		rc = snap->kind->dirs_seen(out, nr, snap, arena, err);
	if (*nr)
		qsort(*out, *nr, sizeof(**out), dirs_order);
	return rc;
}

struct walk {
	struct snap *snap;
	int (*enters)(const char *dir, void *payload, struct ops_error *err);
	int (*each)(const char *path, const struct snap_entry *entry,
		    void *payload, struct ops_error *err);
	void *payload;
	struct buf path;
	unsigned depth;
};

static int walk_directory(struct walk *w, const struct snap_entry *entry, struct ops_error *err);

static int walk_entry(struct walk *w, const struct snap_entry *entry, struct ops_error *err)
{
	int rc = 1;

	if (entry->mode != SNAP_DIR)
		return w->each(w->path.data, entry, w->payload, err);
	if (w->enters)
		rc = w->enters(w->path.data, w->payload, err);
	return rc > 0 ? walk_directory(w, entry, err) : rc;
}

/* The directory at hand; `entry` is its own, NULL where the walk begins. */
static int walk_directory(struct walk *w, const struct snap_entry *entry, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct snap_entry *entries;
	size_t nr, i, len = w->path.len;
	int rc;

	if (!arena)
		return error_nomem(err);
	if (++w->depth > WALK_DEPTH)
		rc = error_set(err, OPS_EINVALID, "'%s' is nested too deeply",
			       w->path.data);
	else
		rc = give_list(&entries, &nr, w->snap, w->path.data, entry, arena, err);
	for (i = 0; rc == 0 && i < nr; i++) {
		if (len)
			buf_char(&w->path, '/');
		buf_str(&w->path, entries[i].name);
		rc = buf_failed(&w->path) ? error_nomem(err) :
		     walk_entry(w, &entries[i], err);
		if (w->path.len > len) {
			w->path.len = len;
			w->path.data[len] = '\0';
		}
	}
	w->depth--;
	arena_free(arena);
	return rc < 0 ? rc : 0;
}

int snap_walk_some(struct snap *snap, const char *dir,
		   int (*enters)(const char *dir, void *payload, struct ops_error *err),
		   int (*each)(const char *path, const struct snap_entry *entry,
			       void *payload, struct ops_error *err),
		   void *payload, struct ops_error *err)
{
	struct walk w = { snap, enters, each, payload, BUF_INIT, 0 };
	int rc;

	if (*dir && path_fault(dir))
		return 0;
	buf_str(&w.path, dir);
	rc = buf_failed(&w.path) ? error_nomem(err) : walk_directory(&w, NULL, err);
	buf_release(&w.path);
	return rc;
}

int snap_walk(struct snap *snap, const char *dir,
	      int (*each)(const char *path, const struct snap_entry *entry,
			  void *payload, struct ops_error *err),
	      void *payload, struct ops_error *err)
{
	return snap_walk_some(snap, dir, NULL, each, payload, err);
}
