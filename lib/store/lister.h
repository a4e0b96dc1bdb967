/* SPDX-License-Identifier: MIT */
#ifndef STORE_LISTER_H
#define STORE_LISTER_H

/* Listing one directory of the disk, for snap-disk.c only. */

#include <stdint.h>
#include <sys/stat.h>

#include "store/dirs.h"
#include "store/snap-kind.h"
#include "util/buf.h"

struct known;

/* An entry, and what is still to be found out about it. */
struct listed {
	struct snap_entry entry;
	enum { LISTED_NAME, LISTED_KIND, LISTED_ALL } state;	/* what is known of it: a kind
					is that of a directory, which may be a module, or of a
					file, which may be executable, as the directory says */
	size_t place;			/* where the index has it, if a kind is known */
};

/* How much is to be found out: no more than kinds, also which files the index knows, or all. */
enum lister_look { LOOK_KINDS, LOOK_FILES, LOOK_ALL };

/* What a thread needs for it; its room stays for the next directory. */
struct lister {
	struct lister *next;
	const char *path;		/* of the directory, set by who lists it */
	struct arena *arena;		/* of the names */
	struct arena *kept;		/* of what was made of directories and stays */
	struct listed *v;		/* what there is, in path order */
	size_t nr, cap;
	bool module;			/* it is a repository of its own */
	bool moved;			/* what v has is not what it had at first */
	bool whole;			/* it is looked at by whole paths */
	bool dated;			/* how the directory was before is known: */
	struct dir_seen was;
	struct buf below;		/* the path of the entry at hand */
	struct buf real;		/* of a directory: no part of it is a link */
	uint64_t dirents[4096];		/* a piece of it, as the system says it */
};

void lister_clear(struct lister *l);

/* Those that list at this moment, and those that did.  Zero-initialised there is none. */
struct listers {
	struct lister *busy, *idle;
};
/* Somebody to list a directory, who is busy with it until listers_end(); NULL: out of memory. */
struct lister *listers_begin(struct listers *all, const char *path);
void listers_end(struct listers *all, struct lister *l);
bool listers_busy(const struct listers *all, const char *path);
void listers_release(struct listers *all);	/* when none is busy */

/* Read the entries of an open directory; `known` may be NULL.  OPS_EINVALID: more than
 * SNAP_DIR_MAX; OPS_EIO. */
int lister_read(struct lister *l, int fd, const struct known *known, enum lister_look much,
		struct ops_error *err);

/* Take what the index has in a directory for what there is, if it is as it was when that was so,
 * and look at its files below the open directory `top`.  False: read it. */
bool lister_recall(struct lister *l, int top, const struct dir_seen *seen,
		   const struct known *known);
/* Whether a list in path order is exactly what the index has there; counted in *out. */
bool lister_is_index(struct dir_seen *out, const struct listed *list, size_t nr,
		     const char *path, const struct known *known);

/* Begin again with entries that were read before, whose names stay where they are. */
int lister_resume(struct lister *l, const struct listed *list, size_t nr,
		  struct ops_error *err);

/* Look at all entries of which less than all is known, in the open directory; -1: in one that
 * is gone, and so are they. */
int lister_look(struct lister *l, int fd, const struct known *known, struct ops_error *err);

/* It is known of the entry at `i`, a directory, whether it is a module. */
void lister_tell(struct lister *l, size_t i, bool module);

/* Whether all is known. */
bool lister_is_done(const struct lister *l);

/* Copy what was read into memory of that arena; `names` too. */
int lister_take(struct listed **out, const struct lister *l, bool names, struct arena *arena,
		struct ops_error *err);

/* The path of the entry at `i`, until the next call; NULL: out of memory. */
const char *lister_below(struct lister *l, size_t i);

/* The entry at `path`, which is `name` in the directory `dir`. */
void lister_entry(struct snap_entry *out, const struct known *known, int dir,
		  const char *path, const char *name, const struct stat *st);

/* All that is to be known of an entry of which the kind was. */
void lister_see(struct listed *one, const struct known *known, int dir,
		const struct stat *st);

/* Whether a directory in `dir` is a repository of its own. */
bool lister_is_module(int dir, const char *name);

/* What a list in path order has of that name; NULL: nothing. */
const struct listed *lister_find(const struct listed *list, size_t nr, const char *path);

/* Compare two entries for qsort(). */
int lister_order(const void *a, const void *b);

#endif
