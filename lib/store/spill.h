/* SPDX-License-Identifier: MIT */
#ifndef STORE_SPILL_H
#define STORE_SPILL_H

/*
 * Bytes that are appended and had again, of which only the last are in memory: what is many
 * lies in a file without a name below the common directory, which is gone when its process
 * is.  Where no file can be had all of them stay in memory.
 *
 *	spill_add, spill_take	at the end, as on a stack
 *	spill_all		all of them in a row; from then on nothing is added or taken
 *	spill_look		a few anywhere, instead; they are near, and no others
 *
 * Zero-initialised but for its store it is empty.  Of one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct store;

struct spill {
	struct store *store;
	unsigned char *tail;	/* what is not in the file */
	size_t len, room;	/* of the tail */
	size_t filed;		/* bytes in the file */
	int fd;
	bool has_file, stays;	/* stays: in memory, whatever its size */
	void *map;
	unsigned char *near;	/* what was looked at in the file, from near_at on */
	size_t near_at, near_len;
};

/* Append, at most SPILL_ONCE bytes at a time.  OPS_ENOMEM; OPS_EIO (what was in the file cannot
 * be read any more). */
#define SPILL_ONCE ((size_t)32 << 10)
int spill_add(struct spill *s, const void *data, size_t len, struct ops_error *err);
/* Take the last bytes back, which must be there; the same bounds and statuses. */
int spill_take(void *data, struct spill *s, size_t len, struct ops_error *err);
/* The same statuses; what *out points to belongs to the spill, and may be changed. */
int spill_all(void **out, struct spill *s, struct ops_error *err);
/* So many bytes (one at least) from `at` on, which must be there, until the next call with this
 * spill; the same bounds and statuses.  Who goes from one to the next reads the file seldom. */
int spill_look(const void **out, struct spill *s, size_t at, size_t len,
	       struct ops_error *err);
size_t spill_len(const struct spill *s);
/* Of what spill_all() gave, the first `len` bytes need not be near: they are read again from the
 * file when they are looked at. */
void spill_rest(struct spill *s, size_t len);
void spill_release(struct spill *s);

#endif
