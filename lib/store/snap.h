/* SPDX-License-Identifier: MIT */
#ifndef STORE_SNAP_H
#define STORE_SNAP_H

/*
 * A snapshot: one state of all files, read-only, whatever it comes from (a
 * commit's tree, the index, the work tree) or an overlay of changed files over
 * another snapshot.  Everything above this layer reads through it, so that a
 * rule cannot tell where its world came from.
 *
 * Reading is bounded and safe: sizes are looked up before content, symbolic
 * links and submodules are never followed (they are entries with their mode),
 * work tree files are opened component by component without following links.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

#define SNAP_DIR_MAX 200000	/* entries read from one directory */

enum snap_mode { SNAP_FILE, SNAP_EXEC, SNAP_LINK, SNAP_DIR, SNAP_MODULE, SNAP_OTHER };

struct snap_entry {
	const char *name;	/* file name, without directory */
	enum snap_mode mode;
	bool has_oid;		/* not of what was changed: in the work tree, in an overlay */
	struct oid oid;
	const void *data;	/* overlay only: the bytes; else NULL */
	size_t len;
	void *unseen;		/* snap_names() only: who reads it learns more of it; else NULL */
};

/* Bytes of a file, NUL-terminated beyond len; release when done. */
struct blob {
	const char *data;
	size_t len;
	void *owner;
};
void blob_release(struct blob *b);	/* zero-initialised is fine */

struct snap;
struct dir_seen;

int snap_of_commit(struct snap **out, struct store *s, const struct oid *commit,
		   struct ops_error *err);
int snap_of_tree(struct snap **out, struct store *s, const struct oid *tree,
		 struct ops_error *err);
int snap_of_nothing(struct snap **out, struct ops_error *err);
int snap_of_index(struct snap **out, struct store *s, struct ops_error *err);
/* The work tree as git would commit it: with line endings as git stores them, and with what a
 * sparse checkout left out. */
int snap_of_work_tree(struct snap **out, struct store *s, struct ops_error *err);
/* The work tree as it lies on the disk. */
int snap_of_work_files(struct snap **out, struct store *s, struct ops_error *err);
/* Any directory of the disk, which need not be in a repository.  OPS_ENOTFOUND. */
int snap_of_directory(struct snap **out, const char *path, struct ops_error *err);
/* Changes over `base`, which must outlive it. */
int snap_overlay(struct snap **out, struct snap *base, struct ops_error *err);
void snap_free(struct snap *snap);	/* NULL is fine; not the base */

/* Overlay only: put a file (data is copied) or take one away. */
int snap_put(struct snap *snap, const char *path, const void *data, size_t len,
	     struct ops_error *err);
/* The same, and whether it is executable. */
int snap_put_mode(struct snap *snap, const char *path, const void *data, size_t len,
		  bool exec, struct ops_error *err);
/* A regular file that `from` has as `entry`, its bytes being in the object store: they are not
 * copied.  For what is looked at and never committed.  OPS_EUSAGE: they are not, or the overlay is
 * of another store. */
int snap_put_named(struct snap *snap, const char *path, const struct snap *from,
		   const struct snap_entry *entry, struct ops_error *err);
int snap_remove(struct snap *snap, const char *path, struct ops_error *err);

/* The oid of the tree this is a snapshot of; false for other kinds. */
bool snap_tree_oid(struct oid *out, const struct snap *snap);

/* For a snapshot of a tree: somebody who may know what lies at a path without opening the
 * directories above it.  0, OPS_ENOTFOUND (nothing lies there), or else: ask the tree. */
void snap_tree_hint(struct snap *snap,
		    int (*hint)(struct snap_entry *out, const char *path, void *payload),
		    void *payload);

/* The entry at a path ("" is the root).  `name` then belongs to the caller's
 * path.  OPS_ENOTFOUND; OPS_EIO. */
int snap_find(struct snap_entry *out, struct snap *snap, const char *path,
	      struct ops_error *err);

/* Read a file of at most `max` bytes.  OPS_ENOTFOUND (nothing there, or not a
 * regular file), OPS_EINVALID (larger than max), OPS_EIO (also: the object is
 * missing or corrupt). */
int snap_read(struct blob *out, struct snap *snap, const char *path, size_t max,
	      struct ops_error *err);
/* The same, and of a symbolic link the path that it leads to; but in a snapshot of the work
 * tree a link is not read: OPS_ENOTFOUND. */
int snap_read_any(struct blob *out, struct snap *snap, const char *path, size_t max,
		  struct ops_error *err);
/* As snap_read(), for an entry got from snap_list of the directory `dir`. */
int snap_read_entry(struct blob *out, struct snap *snap, const char *dir,
		    const struct snap_entry *entry, size_t max,
		    struct ops_error *err);

/* The entries of a directory in byte order of their names; a directory that
 * isn't there has none.  The array and its names belong to the arena.
 * OPS_EINVALID: more than SNAP_DIR_MAX. */
int snap_list(struct snap_entry **out, size_t *nr, struct snap *snap, const char *dir,
	      struct arena *arena, struct ops_error *err);

/* The same for who goes there next and need not know all before: of a file whether it is
 * executable, and its id, may not be looked up yet, nor of a directory whether it is a module,
 * which is told in *module when that is listed.  (The top of the snapshot is none.)  What lies
 * at the path of a file may be something else, which snap_read_entry() does not read.
 * `entry`: the directory's own, from where it lies, so that it need not be looked up and
 * nothing of it has to stay with the snapshot; or NULL. */
int snap_names(struct snap_entry **out, size_t *nr, bool *module, struct snap *snap,
	       const char *dir, const struct snap_entry *entry, struct arena *arena,
	       struct ops_error *err);

/* From now on that tells of files, too, whether they are executable, and their ids, where these
 * can be known without reading them; and believes of these directories (store/dirs.h), in order,
 * that they are as they were when they look so.  They must live as long as the snapshot. */
void snap_name_ids(struct snap *snap, const struct dir_seen *seen, size_t nr);
/* Such directories among those that were listed since. */
int snap_dirs_seen(struct dir_seen **out, size_t *nr, struct snap *snap, struct arena *arena,
		   struct ops_error *err);

/* Whether the index has a repository of its own anywhere that a snapshot of the work tree shows
 * as a directory, since it was not fetched. */
bool snap_may_have_modules(struct snap *snap);

/* Whether another thread may list directories of it too, and so much is there that this is
 * worth it: who lists one after that finds it done. */
bool snap_lists_aside(struct snap *snap);

/* Whether somebody has listed that directory of such a snapshot, or lists it at this moment. */
bool snap_is_listed(struct snap *snap, const char *dir);

/* Call `each` for every file below `dir` ("" = all), in path order; a negative
 * return of it ends the walk and is returned. */
int snap_walk(struct snap *snap, const char *dir,
	      int (*each)(const char *path, const struct snap_entry *entry,
			  void *payload, struct ops_error *err),
	      void *payload, struct ops_error *err);

/* The same, but below `dir` only in the directories that `enters` returns 1 for; 0 leaves one
 * out, and a negative return ends the walk and is returned.  NULL: all. */
int snap_walk_some(struct snap *snap, const char *dir,
		   int (*enters)(const char *dir, void *payload, struct ops_error *err),
		   int (*each)(const char *path, const struct snap_entry *entry,
			       void *payload, struct ops_error *err),
		   void *payload, struct ops_error *err);

/* Whether two entries at one path, neither a directory, are the same file: its mode and its
 * bytes, whatever kinds the snapshots are of. */
int snap_same_file(bool *out, const char *path, struct snap *a, const struct snap_entry *one,
		   struct snap *b, const struct snap_entry *two, struct ops_error *err);

/* Whether what lies at a path is no part of any commit to come: in a work tree, what git's
 * ignore files say to leave alone and the index does not have.  The path of a directory ends
 * in '/'. */
bool snap_ignores(struct snap *snap, const char *path);

/* Call `each` for every file that differs between two snapshots of one store,
 * in path order; `before` or `after` is NULL when the file is not there, or is ignored.
 * Equal sub-trees cost nothing.  An overlay over `before` costs its own size. */
int snap_diff(struct snap *before, struct snap *after,
	      int (*each)(const char *path, const struct snap_entry *before,
			  const struct snap_entry *after, void *payload,
			  struct ops_error *err),
	      void *payload, struct ops_error *err);

#endif
