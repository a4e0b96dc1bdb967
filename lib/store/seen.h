/* SPDX-License-Identifier: MIT */
#ifndef STORE_SEEN_H
#define STORE_SEEN_H

/*
 * Which objects a walk has met.  Of many, one that lies in a pack costs a bit for each object
 * of the packs; only what does not is remembered by its id.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct oid;
struct packs;
struct store;

struct seen {
	struct packs *packs;		/* NULL: none, or not asked for yet */
	unsigned char *bits;		/* by the place in the packs; NULL: few were met */
	struct oid *slots;		/* of the others; zero: free */
	size_t slots_nr, nr;		/* nr: in slots */
};

/* Zero-initialised it is empty. */
void seen_release(struct seen *seen);
/* Take one in; *fresh: it was not there.  Of the zero id, which no object has, nothing is kept.
 * OPS_ENOMEM. */
int seen_add(bool *fresh, struct seen *seen, struct store *s, const struct oid *id,
	     struct ops_error *err);

#endif
