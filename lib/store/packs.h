/* SPDX-License-Identifier: MIT */
#ifndef STORE_PACKS_H
#define STORE_PACKS_H

/* Reading objects out of the packs of a repository, for repo.c. */

#include <git2.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

struct packs;

/* An object in memory, NUL-terminated beyond its length, which is counted; any thread may
 * let go of it. */
struct packed {
	atomic_uint refs;
	git_object_t type;
	size_t len;
	char data[];
};
void packed_unref(struct packed *o);	/* NULL is fine */

/* Map the packs below an object directory, as far as they can be; NULL: out of memory. */
struct packs *packs_open(const char *objects);
/* The same files with a memory of their own, for a thread that reads much; `p` must live
 * longer. */
struct packs *packs_twin(const struct packs *p);
void packs_free(struct packs *p);

/* Read an object of that type and at most `max` bytes, for the caller to unref; from any
 * thread, one after the other.  NULL says nothing: it may be elsewhere, or larger, or damaged;
 * libgit2 knows. */
struct packed *packs_read(struct packs *p, const struct oid *id, git_object_t type,
			  size_t max);

/* How many objects its indices name, and which of them an id is: another for each id, and always
 * the same, from any thread; false: none. */
size_t packs_count(const struct packs *p);
bool packs_place(size_t *out, const struct packs *p, const struct oid *id);

#endif
