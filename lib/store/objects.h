/* SPDX-License-Identifier: MIT */
#ifndef STORE_OBJECTS_H
#define STORE_OBJECTS_H

/* Writing blobs, trees and a commit, and making sure that they are there. */

#include "store/history.h"
#include "store/journal.h"

struct buf;

struct objects {
	struct store *store;
	struct oid *ids;	/* what was written */
	size_t nr, cap;
	bool dry;		/* ids are computed, and nothing is written */
};

void objects_init(struct objects *w, struct store *s);
void objects_release(struct objects *w);

/* The id these bytes have as a blob; nothing is written. */
int objects_hash(struct oid *out, const void *data, size_t len,
		 struct ops_error *err);

int objects_blob(struct oid *out, struct objects *w, const void *data, size_t len,
		 struct ops_error *err);

/* The tree that `base` shows with these paths changed; they are in path order.
 * Only trees on the way to them are written. */
int objects_tree(struct oid *out, struct objects *w, struct snap *base,
		 const struct journal_path *paths, size_t nr,
		 struct ops_error *err);

/* The bytes of a commit without signature, which is what a signature is over.
 * OPS_EUSAGE: a name, address or message that git could not hold. */
int objects_commit_text(struct buf *out, const struct oid *tree, const struct oid *parent,
			const struct signature *author, const struct signature *committer,
			const char *message, struct ops_error *err);
/* Put a signature (armoured) into them. */
int objects_commit_sign(struct buf *text, const struct buf *signature,
			struct ops_error *err);
int objects_commit(struct oid *out, struct objects *w, const struct buf *text,
		   struct ops_error *err);

/* The bytes of a tag of a commit, which end with the message; a signature goes behind
 * them.  Statuses as above. */
int objects_tag_text(struct buf *out, const struct oid *target, const char *name,
		     const struct signature *tagger, const char *message,
		     struct ops_error *err);
int objects_tag(struct oid *out, struct objects *w, const struct buf *text,
		struct ops_error *err);

/* Write what lies in the store's pile, which is closed by this, as files of their own. */
int objects_spill(struct objects *w, struct ops_error *err);

/* All bytes are on their way to the disk and all objects read back equal to
 * their ids.  The journal's barrier then makes them durable. */
int objects_settle(struct objects *w, struct ops_error *err);

#endif
