/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of git's trees.
 *
 * A tree is used as its raw bytes ("mode name NUL id", over and over): parsing
 * ten thousand entries into objects costs more than reading them.  Directories
 * that were looked at are kept, with an offset per entry, so that a second
 * look-up is a binary search.  Blobs are never kept.
 *
 * Invariants: an offset table ends with the length of the bytes; entries are
 * checked for shape once, when the directory is read, and never after.
 */
#include <stdlib.h>

#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/path.h"

#define TREE_MAX (64u << 20)

struct directory {
	git_odb_object *object;
	const char *raw;
	uint32_t *at;		/* where each entry's mode begins */
	size_t nr;
	struct directory *next;
};

struct snap_tree {
	struct snap snap;
	struct oid root;
	struct arena *arena;
	struct map *known;	/* directory path -> struct directory */
	struct directory *all;
};

struct raw_entry {
	const char *name;
	size_t len;
	enum snap_mode mode;
	const unsigned char *id;
};

static enum snap_mode mode_of(unsigned mode)
{
	switch (mode & 0170000) {
	case 0040000:
		return SNAP_DIR;
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

/* The entry at raw[at]; the bytes were checked by count_entries(). */
static struct raw_entry entry_at(const struct directory *d, size_t i)
{
	const char *p = d->raw + d->at[i];
	struct raw_entry e;
	unsigned mode = 0;

	while (*p != ' ')
		mode = mode * 8 + (unsigned)(*p++ - '0');
	e.mode = mode_of(mode);
	e.name = p + 1;
	e.len = d->at[i + 1] - 21 - (size_t)(e.name - d->raw);
	e.id = (const unsigned char *)d->raw + d->at[i + 1] - 20;
	return e;
}

/* Fill in d->at (when not NULL), count; false when the bytes are malformed. */
static bool count_entries(size_t *nr, uint32_t *at, const char *raw, size_t len)
{
	size_t i = 0, count = 0, digits;
	const char *nul;

	while (i < len) {
		if (at)
			at[count] = (uint32_t)i;
		for (digits = 0; i < len && raw[i] >= '0' && raw[i] <= '7'; i++)
			digits++;
		if (i == len || raw[i] != ' ' || digits == 0 || digits > 7)
			return false;
		i++;
		nul = memchr(raw + i, '\0', len - i);
		if (!nul || nul == raw + i ||
		    len - (size_t)(nul - raw) < 21)
			return false;
		i = (size_t)(nul - raw) + 21;
		count++;
	}
	if (at)
		at[count] = (uint32_t)len;
	*nr = count;
	return true;
}

static int load(struct directory **out, struct snap_tree *t, const char *path,
		const struct oid *id, struct ops_error *err)
{
	git_odb_object *object = NULL;
	struct directory *d;
	size_t len;
	int rc;

	rc = repo_object(&object, t->snap.store, id, GIT_OBJECT_TREE, TREE_MAX,
			 err);
	if (rc < 0) {
		if (rc != OPS_ENOMEM && err)
			rc = err->status = OPS_EIO;
		error_prefix(err, "directory '%s'", path);
		return rc == OPS_ENOMEM ? rc : OPS_EIO;
	}
	d = arena_alloc(t->arena, sizeof(*d));
	if (!d) {
		git_odb_object_free(object);
		return error_nomem(err);
	}
	d->object = object;
	d->next = t->all;
	t->all = d;		/* from here on freed with the snapshot */
	d->raw = git_odb_object_data(object);
	len = git_odb_object_size(object);
	if (!count_entries(&d->nr, NULL, d->raw, len))
		return error_set(err, OPS_EIO,
				 "the tree of directory '%s' is malformed", path);
	d->at = arena_array(t->arena, d->nr + 1, sizeof(*d->at));
	if (!d->at)
		return error_nomem(err);
	(void)count_entries(&d->nr, d->at, d->raw, len);
	if (map_put(t->known, path, d) < 0)
		return error_nomem(err);
	*out = d;
	return 0;
}

static int compare_raw(const struct raw_entry *e, const char *name, size_t len,
		       bool dir)
{
	size_t n = e->len < len ? e->len : len;
	int c = memcmp(e->name, name, n);
	unsigned char x, y;

	if (c)
		return c;
	x = e->len > n ? (unsigned char)e->name[n] : e->mode == SNAP_DIR ? '/' : 0;
	y = len > n ? (unsigned char)name[n] : dir ? '/' : 0;
	return (x > y) - (x < y);
}

/* A name stands at one of two places, as a file or as a directory. */
static bool search(struct raw_entry *out, const struct directory *d,
		   const char *name, size_t len)
{
	size_t low, high, middle;
	int as_dir, c;

	for (as_dir = 0; as_dir < 2; as_dir++) {
		low = 0;
		high = d->nr;
		while (low < high) {
			middle = low + (high - low) / 2;
			*out = entry_at(d, middle);
			c = compare_raw(out, name, len, as_dir);
			if (c == 0)
				return true;
			if (c < 0)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return false;
}

/* The directory at `path`; OPS_ENOTFOUND without a message. */
static int open_directory(struct directory **out, struct snap_tree *t,
			  const char *path, struct ops_error *err)
{
	char parent[PATH_MAX_BYTES + PATH_PART_MAX + 2];
	struct directory *d;
	struct raw_entry e;
	struct oid id;
	size_t len;
	int rc;

	d = map_get(t->known, path);
	if (d) {
		*out = d;
		return 0;
	}
	if (!*path)
		return load(out, t, path, &t->root, err);
	len = path_directory_len(path);
	if (len >= sizeof(parent))
		return OPS_ENOTFOUND;
	memcpy(parent, path, len);
	parent[len] = '\0';
	rc = open_directory(&d, t, parent, err);
	if (rc < 0)
		return rc;
	if (!search(&e, d, path_name(path), strlen(path_name(path))) ||
	    e.mode != SNAP_DIR)
		return OPS_ENOTFOUND;
	memcpy(id.id, e.id, sizeof(id.id));
	return load(out, t, path, &id, err);
}

static void fill(struct snap_entry *out, const struct raw_entry *e)
{
	memset(out, 0, sizeof(*out));
	out->mode = e->mode;
	out->has_oid = true;
	memcpy(out->oid.id, e->id, sizeof(out->oid.id));
}

static int tree_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		     const char *dir, struct arena *arena, struct ops_error *err)
{
	struct snap_tree *t = (struct snap_tree *)snap;
	struct snap_entry *entries;
	struct directory *d;
	struct raw_entry e;
	char *names;
	size_t i;
	int rc;

	rc = open_directory(&d, t, dir, err);
	if (rc == OPS_ENOTFOUND) {
		*out = NULL;
		*nr = 0;
		return 0;
	}
	if (rc < 0)
		return rc;
	if (d->nr > SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "directory '%s' has more than %d entries", dir,
				 SNAP_DIR_MAX);
	/* One copy of the whole tree: its names are NUL-terminated in place. */
	entries = arena_array(arena, d->nr ? d->nr : 1, sizeof(*entries));
	names = arena_dup(arena, d->raw, d->at[d->nr]);
	if (!entries || !names)
		return error_nomem(err);
	for (i = 0; i < d->nr; i++) {
		e = entry_at(d, i);
		fill(&entries[i], &e);
		entries[i].name = names + (e.name - d->raw);
	}
	*out = entries;
	*nr = d->nr;
	return 0;
}

static int tree_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	struct snap_tree *t = (struct snap_tree *)snap;
	char parent[PATH_MAX_BYTES + PATH_PART_MAX + 2];
	size_t len = path_directory_len(path);
	const char *name = path_name(path);
	struct directory *d;
	struct raw_entry e;
	int rc;

	if (len >= sizeof(parent))
		return snap_absent(path, err);
	memcpy(parent, path, len);
	parent[len] = '\0';
	rc = open_directory(&d, t, parent, err);
	if (rc == OPS_ENOTFOUND || (rc == 0 && !search(&e, d, name, strlen(name))))
		return snap_absent(path, err);
	if (rc < 0)
		return rc;
	fill(out, &e);
	out->name = name;
	return 0;
}

static int tree_read(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max,
		     struct ops_error *err)
{
	return snap_read_blob(out, snap->store, &entry->oid, path, max, err);
}

static void tree_release(struct snap *snap)
{
	struct snap_tree *t = (struct snap_tree *)snap;
	struct directory *d;

	for (d = t->all; d; d = d->next)
		git_odb_object_free(d->object);
	arena_free(t->arena);
}

static const struct snap_kind tree_kind = {
	tree_list, tree_find, tree_read, tree_release
};

int snap_of_tree(struct snap **out, struct store *s, const struct oid *tree,
		 struct ops_error *err)
{
	struct snap_tree *t = calloc(1, sizeof(*t));
	struct directory *root;
	int rc;

	if (!t)
		return error_nomem(err);
	t->snap.kind = &tree_kind;
	t->snap.store = s;
	t->root = *tree;
	t->arena = arena_new();
	t->known = t->arena ? map_new(t->arena) : NULL;
	rc = t->known ? open_directory(&root, t, "", err) : error_nomem(err);
	if (rc < 0) {
		snap_free(&t->snap);
		return rc;
	}
	*out = &t->snap;
	return 0;
}

int snap_of_commit(struct snap **out, struct store *s, const struct oid *commit,
		   struct ops_error *err)
{
	git_odb_object *object = NULL;
	char hex[OID_HEX + 1] = "";
	struct oid tree;
	int rc;

	rc = repo_object(&object, s, commit, GIT_OBJECT_COMMIT, 64u << 20, err);
	if (rc < 0)
		return rc;
	if (git_odb_object_size(object) > 5 + OID_HEX &&
	    memcmp(git_odb_object_data(object), "tree ", 5) == 0)
		memcpy(hex, (const char *)git_odb_object_data(object) + 5, OID_HEX);
	git_odb_object_free(object);
	if (strlen(hex) != OID_HEX || !oid_parse(&tree, hex))
		return error_set(err, OPS_EIO, "a commit without a tree");
	return snap_of_tree(out, s, &tree, err);
}

bool snap_tree_oid(struct oid *out, const struct snap *snap)
{
	if (snap->kind != &tree_kind)
		return false;
	*out = ((const struct snap_tree *)snap)->root;
	return true;
}

int snap_tree_raw(const char **raw, size_t *len, struct snap *snap, const char *dir,
		  struct ops_error *err)
{
	struct directory *d;
	int rc;

	if (snap->kind != &tree_kind)
		return OPS_ENOTFOUND;
	rc = open_directory(&d, (struct snap_tree *)snap, dir, err);
	if (rc < 0)
		return rc;
	*raw = d->raw;
	*len = d->at[d->nr];
	return 0;
}
