/* SPDX-License-Identifier: MIT */
#ifndef STORE_TAGS_H
#define STORE_TAGS_H

/* Annotated tags. */

#include "store/history.h"
#include "store/sign.h"

#define TAG_MAX 65536

/* All of it belongs to the arena. */
struct tag {
	struct oid target;
	const char *name, *message;	/* the message without a signature */
	const char *signature;		/* what git takes for one, up to the end; NULL: none */
	size_t signature_len;
	const char *payload;		/* what that is over */
	size_t payload_len;
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

/* Who signs a tag, and with what it is verified. */
struct tag_signing {
	const struct sign_with *with;
	struct sshkeys *keys;
};

/* Make a tag object and the ref "refs/tags/<name>" of it, signed by `signing` if that is
 * not NULL.  OPS_EEXISTS; OPS_EUSAGE: names git could not hold; OPS_EIO; of the
 * signature as sign_bytes(). */
int tag_write(struct oid *out, struct store *s, const char *name, const struct oid *target,
	      const struct signature *tagger, const char *message,
	      const struct tag_signing *signing, struct ops_error *err);

#endif
