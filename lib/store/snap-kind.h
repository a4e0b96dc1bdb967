/* SPDX-License-Identifier: MIT */
#ifndef STORE_SNAP_KIND_H
#define STORE_SNAP_KIND_H

/*
 * The inside of a snapshot.  Each kind is a file of its own that embeds
 * `struct snap` as its first member and fills in the functions it has.
 *
 * `list` gives entries in *path order*, that is as if the names of
 * directories ended in '/': walking it depth first visits whole paths in byte
 * order, and it is the order git's trees have.
 */

#include "store/known.h"
#include "store/past.h"
#include "store/repo.h"
#include "store/snap.h"

struct arena;
struct dir_seen;

struct snap_kind {
	int (*list)(struct snap_entry **out, size_t *nr, struct snap *snap,
		    const char *dir, struct arena *arena, struct ops_error *err);
	int (*find)(struct snap_entry *out, struct snap *snap, const char *path,
		    struct ops_error *err);
	int (*read)(struct blob *out, struct snap *snap, const char *path,
		    const struct snap_entry *entry, size_t max,
		    struct ops_error *err);
	void (*release)(struct snap *snap);
	/* Whether it is known, without looking at anything again, that a directory is that
	 * tree of git.  NULL: it never is. */
	bool (*is_tree)(struct snap *snap, const char *dir, const struct oid *oid);
	/* As snap_ignores().  NULL: nothing is. */
	bool (*ignores)(struct snap *snap, const char *path);
	/* As snap_lists_aside().  NULL: it does not. */
	bool (*lists_aside)(struct snap *snap);
	/* As snap_is_listed(); never NULL beside lists_aside. */
	bool (*is_listed)(struct snap *snap, const char *dir);
	/* As snap_names(), in path order.  NULL: `list` costs no more. */
	int (*names)(struct snap_entry **out, size_t *nr, bool *module, struct snap *snap,
		     const char *dir, struct arena *arena, struct ops_error *err);
	/* As snap_name_ids().  NULL: they are told anyway, or there are none. */
	void (*name_ids)(struct snap *snap, const struct dir_seen *seen, size_t nr);
	/* As snap_dirs_seen(), in no order.  NULL: none. */
	int (*dirs_seen)(struct dir_seen **out, size_t *nr, struct snap *snap,
			 struct arena *arena, struct ops_error *err);
	/* As snap_may_have_modules().  NULL: it may. */
	bool (*may_have_modules)(struct snap *snap);
	/* As `list`, of a directory whose entry is at hand, and nothing of it stays with the
	 * snapshot: for who looks at all, each once.  NULL: as `list` does. */
	int (*list_once)(struct snap_entry **out, size_t *nr, struct snap *snap,
			 const char *dir, const struct snap_entry *entry,
			 struct arena *arena, struct ops_error *err);
};

struct snap {
	const struct snap_kind *kind;
	struct store *store;	/* NULL: nothing, or an overlay over that */
	struct snap *base;	/* overlay only */
	struct past past;	/* zero: none of its own */
};

/* Compare names in path order. */
int snap_compare(const char *a, bool a_dir, const char *b, bool b_dir);

/* OPS_ENOTFOUND for `path`. */
int snap_absent(const char *path, struct ops_error *err);

/* The files of the work tree, of which there is one, and what the index knows of them. */
int snap_of_disk(struct snap **out, enum known_what *what, struct store *s,
		 struct ops_error *err);
/* The part of the index that a sparse checkout left out of the work tree. */
int snap_of_left_out(struct snap **out, struct store *s, struct ops_error *err);

/* A blob of the object store. */
int snap_read_blob(struct blob *out, struct store *s, const struct oid *id,
		   const char *path, size_t max, struct ops_error *err);
/* A blob that holds a copy of these bytes. */
int snap_copy_blob(struct blob *out, const void *data, size_t len,
		   struct ops_error *err);

/*
 * A sorted list of whole paths: what overlays and the index are made of.
 * Directories are implied.
 */
struct flat_file {
	const char *path;	/* overlay: malloc'd */
	union {
		struct {
			void *data;	/* overlay: malloc'd bytes */
			size_t len;
		};
		struct oid oid;		/* if it is `named`: bytes in the object store */
	};
	enum snap_mode mode;
	bool named;		/* index: always */
	bool removed;		/* overlay: not there although the base has it */
};

struct flat {
	struct flat_file *files;	/* in byte order of path */
	size_t nr, cap;
};

/* Where `path` is or belongs; *found says which. */
size_t flat_place(const struct flat *f, const char *path, bool *found);
/* The first file at or after `from` that isn't below `dir`. */
size_t flat_end(const struct flat *f, size_t from, const char *dir);
/* The first file below `dir` ("" is everything). */
size_t flat_begin(const struct flat *f, const char *dir);
/* Make room at `at` and return the zeroed slot; NULL when out of memory. */
struct flat_file *flat_insert(struct flat *f, size_t at);
void flat_release(struct flat *f);	/* of an overlay */
void flat_drop(struct flat_file *file);	/* of an overlay: its bytes */
/* The entry of a file that is there. */
struct snap_entry flat_entry(const struct flat_file *file);

/* The raw bytes of a directory's tree, which belong to the snapshot of a tree;
 * OPS_ENOTFOUND (no message): no such directory, or another kind. */
int snap_tree_raw(const char **raw, size_t *len, struct snap *snap, const char *dir,
		  struct ops_error *err);

/* The overlay's own list, for snap_diff. */
const struct flat *snap_overlay_files(const struct snap *snap);

#endif
