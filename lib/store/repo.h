/* SPDX-License-Identifier: MIT */
#ifndef STORE_REPO_H
#define STORE_REPO_H

/* The inside of struct store, for the files of this folder only. */

#include <git2.h>
#include <string.h>

#include "store/store.h"
#include "util/error.h"

struct buf;
struct packed;
struct packs;
struct pile;
struct tree;

#define STORE_TREES 256

struct store {
	git_repository *repo;
	git_odb *odb;
	char *git_dir, *common_dir, *work_dir;	/* no trailing '/' */
	char *head;		/* what HEAD names ("refs/heads/x"), or NULL */
	char *branch;		/* branch of state, or NULL */
	char *index_file;	/* the index to read, where it is not git_dir's; or NULL */
	bool bare, branch_is_head, branch_configured, inside_hook, own_config;
	bool strict;		/* every object is hashed again when it is read */
	struct oid *cut;		/* shallow.c: where the clone is cut off, sorted */
	size_t cut_nr;
	bool cut_known, cut_all;
	signed char converts;	/* work.c: whether a setting converts files, if not 0 */
	struct pile *pile;	/* pile.c: objects that are kept in memory, or NULL */
	struct packs *packs;	/* packs.c: NULL until something is read */
	bool packs_known;
	struct tree *trees[STORE_TREES];	/* tree.c: some that were read */
	size_t trees_bytes, trees_hand;
	/* Of all threads; apart from what a compiler reads together with its neighbours. */
	_Atomic bool loose_near;	/* the object looked at last was a file of its own */
	_Atomic unsigned reads;
};

/* Start libgit2, once per process, with our options. */
int repo_start(struct ops_error *err);

/*
 * Set *err from libgit2's last error (which the next call of it would lose)
 * and return the status that fits `rc`: OPS_ENOTFOUND, OPS_EAMBIGUOUS,
 * OPS_EEXISTS, OPS_EBUSY, OPS_ENOMEM, else OPS_EIO.  `fmt` says what failed.
 */
int repo_fail(struct ops_error *err, int rc, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* What HEAD names now, to be freed by the caller; NULL when detached. */
int repo_head(char **out, const char *git_dir, struct ops_error *err);

/* The bytes of an object, NUL-terminated beyond len; release when done. */
struct object {
	const char *data;
	size_t len;
	git_odb_object *odb;		/* one of the two has them */
	struct packed *packed;
};
void object_release(struct object *o);	/* zero-initialised is fine */

/* Read an object without hashing it again; for snapshots only.  OPS_ENOTFOUND,
 * OPS_EIO, OPS_EINVALID (another type, or larger than max). */
int repo_object(struct object *out, struct store *s, const struct oid *id,
		git_object_t type, size_t max, struct ops_error *err);
/* The same, and hash it. */
int repo_object_hashed(struct object *out, struct store *s, const struct oid *id,
		       git_object_t type, size_t max, struct ops_error *err);

/* The packs of the store; NULL: they are not to be read past libgit2. */
struct packs *repo_packs(struct store *s);
/* The same, to read nothing but where an id is in them. */
struct packs *repo_places(struct store *s);

/* The value of a ref without following symbolic ones: a loose file first, then
 * packed-refs.  OPS_ENOTFOUND; OPS_EENVIRONMENT when symbolic; OPS_EIO. */
int repo_ref(struct oid *out, struct store *s, const char *name,
	     struct ops_error *err);

static inline void repo_from_git(struct oid *out, const git_oid *in)
{
	memcpy(out->id, in->id, sizeof(out->id));
}

static inline void repo_to_git(git_oid *out, const struct oid *in)
{
	memcpy(out->id, in->id, sizeof(in->id));
}

#endif
