/* SPDX-License-Identifier: MIT */
#ifndef STORE_TREE_H
#define STORE_TREE_H

/*
 * One directory as git stores it, for the files of this folder: raw bytes and a table
 * of where entries begin.  Trees are counted; a few that were read last are kept with
 * the store.
 */

#include "store/repo.h"
#include "store/snap.h"

struct tree {
	struct oid id;
	const char *raw;
	size_t len;
	uint32_t *at;		/* where each entry begins, and `len`; NULL: not looked at */
	size_t nr;
	struct object object;
	unsigned refs;
	bool wanted;		/* asked for again since the store looked for room */
};

struct tree_entry {
	const char *name;	/* NUL-terminated */
	size_t len;
	enum snap_mode mode;
	const unsigned char *id;
};

/* What the mode of an entry of a tree, or of the index, says. */
enum snap_mode tree_mode(unsigned mode);

/* Load a tree; its entries are not looked at yet.  OPS_EIO; OPS_ENOMEM. */
int tree_load(struct tree **out, struct store *s, const struct oid *id,
	      struct ops_error *err);
void tree_unref(struct tree *t);	/* NULL is fine */
/* Give back what the store keeps. */
void tree_forget(struct store *s);

/* Make the table, once.  OPS_EIO when the bytes are malformed. */
int tree_index(struct tree *t, struct ops_error *err);

/* The entry of that number; of a name.  The table must have been made. */
struct tree_entry tree_at(const struct tree *t, size_t i);
bool tree_search(struct tree_entry *out, const struct tree *t, const char *name, size_t len);

/* Entries from..to of two trees; what lies before and after is the same in both. */
struct tree_middle {
	size_t a_from, a_to, b_from, b_to;
};

/* Where two trees differ.  Makes both tables, that of `b` out of that of `a` as far as
 * they are the same.  OPS_EIO; OPS_ENOMEM. */
int tree_compare(struct tree_middle *out, struct tree *a, struct tree *b,
		 struct ops_error *err);

void tree_fill(struct snap_entry *out, const struct tree_entry *e);	/* but its name */

/* The tree of a directory of a snapshot of a tree, which keeps it; OPS_ENOTFOUND (no
 * message): no such directory, or another kind of snapshot. */
int snap_tree_open(struct tree **out, struct snap *snap, const char *dir,
		   struct ops_error *err);

#endif
