/* SPDX-License-Identifier: MIT */
#ifndef UTIL_NEAR_H
#define UTIL_NEAR_H

/* What somebody may have meant by a name that is not there. */

#include <stddef.h>
#include <stdint.h>

/* The nearest of several names: near_best_of(), near_try() for each, `name`. */
struct near_best {
	const char *wanted, *name;	/* name NULL: none is near */
	size_t distance;
	uint64_t letters;		/* of `wanted`, looked at once, ... */
	size_t len;			/* ... as its length; 0: not yet */
};

struct near_best near_best_of(const char *wanted);
void near_try(struct near_best *best, const char *name);

#endif
