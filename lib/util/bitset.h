/* SPDX-License-Identifier: MIT */
#ifndef UTIL_BITSET_H
#define UTIL_BITSET_H

/*
 * A set of numbers below a bound that finds its next member in a few steps however empty it
 * is: words of bits, and above them bits that say which words are not empty.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"

#define BITSET_LEVELS 6		/* of 64 each: more than a size_t of members would need memory */
#define BITSET_NONE ((size_t)-1)

struct bitset {
	uint64_t *level[BITSET_LEVELS];
	unsigned levels;
	size_t bound;
};

/* An empty one, in an arena.  OPS_ENOMEM. */
int bitset_init(struct bitset *out, struct arena *arena, size_t bound);
void bitset_add(struct bitset *s, size_t member);
void bitset_remove(struct bitset *s, size_t member);
bool bitset_has(const struct bitset *s, size_t member);
/* The least member that is `from` or more; BITSET_NONE. */
size_t bitset_next(const struct bitset *s, size_t from);

#endif
