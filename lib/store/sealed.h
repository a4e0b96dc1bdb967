/* SPDX-License-Identifier: MIT */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

/*
 * A sealed file: parts of plain data below the common directory of a clone, that only
 * this user, this program and this place of the clone can have written.
 *
 *	sealed_key(&pad, store, private_dir, "what it is", err);
 *	sealed_write(&seal, store, name, &pad, parts, nr, err);
 *
 *	if (sealed_open(&f, store, name, &pad) == 0 &&
 *	    (row = sealed_at(f, PART, at, size)))
 *		...
 *	sealed_close(f);
 *
 * It may be deleted or damaged at any moment: a reader that has it open keeps what it
 * opened, and bytes that are not as they were written are never given out.  Only the
 * blocks that are asked for are read.
 */

#include <stdbool.h>

#include "store/notes.h"
#include "util/mac.h"

#define SEALED_PARTS 12

struct sealed;
struct spill;

/* Bytes that become a part: those in memory or, when there is one, those of a spill, to which
 * nothing is added any more. */
struct sealed_part {
	const void *data;
	size_t len;
	struct spill *spill;
};

/* Depends on the user's secret, on all that judges, and on where the clone lies. */
int sealed_key(struct mac_pad *out, struct store *s, const char *private_dir,
	       const char *what, struct ops_error *err);

/* Put a new one in its place, whole or not at all; *seal names it.  What lies in spills is not
 * in memory for it. */
int sealed_write(uint64_t *seal, struct store *s, const char *name,
		 const struct mac_pad *pad, const struct sealed_part *parts, size_t nr,
		 struct ops_error *err);

/* OPS_ENOTFOUND: there is none, or it is not one of ours; OPS_ENOMEM. */
int sealed_open(struct sealed **out, struct store *s, const char *name,
		const struct mac_pad *pad);
/* One that lies nowhere, of the same parts, which are copied.  OPS_ENOMEM; OPS_EIO (of a
 * spill). */
int sealed_of(struct sealed **out, const struct sealed_part *parts, size_t nr,
	      const struct mac_pad *pad);
void sealed_close(struct sealed *f);	/* NULL is fine */

uint64_t sealed_seal(const struct sealed *f);
size_t sealed_size(const struct sealed *f, size_t part);
/* So many bytes of a part; NULL when they are beyond its end or damaged.  They belong to
 * the file. */
const void *sealed_at(struct sealed *f, size_t part, size_t at, size_t len);
/* The same of a part whose bytes are only looked at: these are there until that part is looked
 * into again, and of a long one no more than some MiB are (4, or 16 for who goes back and
 * forth). */
const void *sealed_peek(struct sealed *f, size_t part, size_t at, size_t len);
/* Nobody uses what was read of a part any more; it is read again when it is asked for. */
void sealed_forget(struct sealed *f, size_t part);
/* A text that ends within its part; NULL likewise. */
const char *sealed_text(struct sealed *f, size_t part, size_t at);
/* Whether damage was met. */
bool sealed_is_bad(const struct sealed *f);

#endif
