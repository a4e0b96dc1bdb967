/* SPDX-License-Identifier: MIT */
#ifndef STORE_PILE_H
#define STORE_PILE_H

/*
 * The pile: objects of many commits, kept in memory until all of them become one pack.
 *
 *	pile_begin	from here on objects_*() put into it, and every reader of the
 *			store finds what lies there
 *	pile_write	a pack and its index, on their way to the disk and read back;
 *			nothing but a barrier is missing
 *			(objects_spill() instead writes a few as files of their own)
 *	pile_end	forget what lay there, and let git have the pack
 *
 * A pile that was not written leaves nothing behind.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

/* Begin an empty pile; one that was begun before is forgotten. */
int pile_begin(struct store *s, struct ops_error *err);
bool pile_is_open(const struct store *s);
size_t pile_count(const struct store *s);	/* 0 when there is none */
/* So many bytes will its pack have, about. */
size_t pile_size(const struct store *s);
/* Close it, so that nothing is found there; what lies in it stays until pile_end(). */
void pile_close(struct store *s);
/* The bytes of its object `i`, for the caller to free; NULL: out of memory. */
char *pile_bytes(size_t *len, int *type, const struct store *s, size_t i);

/* Put an object, whose type is one of libgit2's, under the id of its bytes. */
int pile_put(struct oid *out, struct store *s, const void *data, size_t len, int type,
	     struct ops_error *err);

/*
 * Write all of it.  The caller holds the writers' lock, and no journal says "done" any more:
 * what a death in here leaves is swept by pile_sweep().  Until pile_end() a .keep file tells
 * git repack to let the pack be, for no branch knows yet what is in it.  OPS_EIO.
 */
int pile_write(struct store *s, struct ops_error *err);
/* OPS_EIO: the .keep file could not be removed. */
int pile_end(struct store *s, struct ops_error *err);

/* Remove what a dead writer left.  The caller holds the writers' lock. */
void pile_sweep(const struct store *s);

#endif
