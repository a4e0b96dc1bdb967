/* SPDX-License-Identifier: MIT */
#ifndef STORE_TAGS_H
#define STORE_TAGS_H

/* Annotated tags. */

#include "store/history.h"

#define TAG_MAX 65536

struct tag {
	struct oid target;
	const char *name, *message;	/* belong to the arena; the message with a signature */
};

/* Call `each` with the full name and the value of every ref below `prefix`
 * ("refs/tags/x/"), in no order; a negative status of it ends that and is returned. */
int tags_each(struct store *s, const char *prefix,
	      int (*each)(const char *ref, const struct oid *value, void *payload,
			  struct ops_error *err),
	      void *payload, struct ops_error *err);

/* Read a tag of a commit.  OPS_EINVALID: it is none, has NUL in it, or is larger than
 * TAG_MAX; OPS_ENOTFOUND; OPS_EIO. */
int tag_read(struct tag *out, struct store *s, const struct oid *id, struct arena *arena,
	     struct ops_error *err);

/* Make a tag object and the ref "refs/tags/<name>" of it.  OPS_EEXISTS; OPS_EUSAGE: names
 * git could not hold; OPS_EIO. */
int tag_write(struct oid *out, struct store *s, const char *name, const struct oid *target,
	      const struct signature *tagger, const char *message, struct ops_error *err);

#endif
