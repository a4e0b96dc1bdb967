/* SPDX-License-Identifier: MIT */
/*
 * Sets of numbers, against an array of flags: at sizes where a level of words is just full, and
 * both nearly empty and nearly full.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "util/bitset.h"

static unsigned long seed = 7;

static size_t dice(size_t sides)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (size_t)(seed >> 33) % sides;
}

static size_t slow_next(const bool *flags, size_t bound, size_t from)
{
	for (; from < bound; from++)
		if (flags[from])
			return from;
	return BITSET_NONE;
}

UNIT_TEST(bitset_finds_what_an_array_of_flags_finds)
{
	static const size_t bounds[] = { 1, 2, 63, 64, 65, 127, 128, 4095, 4096, 4097, 300000 };
	size_t i, k;

	for (i = 0; i < UNIT_COUNT(bounds); i++) {
		struct arena *arena = arena_new();
		bool *flags = calloc(bounds[i], sizeof(*flags));
		struct bitset s;

		ck_assert_int_eq(bitset_init(&s, arena, bounds[i]), 0);
		ck_assert(bitset_next(&s, 0) == BITSET_NONE);
		for (k = 0; k < 4000; k++) {
			size_t at = dice(8) ? dice(bounds[i]) : bounds[i] - 1, from;

			/* Now full, now nearly empty. */
			flags[at] = dice(1000) < (k / 500 % 2 ? 900u : 100u);
			if (flags[at])
				bitset_add(&s, at);
			else
				bitset_remove(&s, at);
			from = dice(bounds[i] + 2);
			UNIT_NEED(bitset_has(&s, at) == flags[at]);
			UNIT_NEED(bitset_next(&s, from) == slow_next(flags, bounds[i], from));
		}
		free(flags);
		arena_free(arena);
	}
}

UNIT_TEST(bitset_of_nothing_has_nothing)
{
	struct arena *arena = arena_new();
	struct bitset s;

	ck_assert_int_eq(bitset_init(&s, arena, 0), 0);
	ck_assert(!bitset_has(&s, 0));
	ck_assert(bitset_next(&s, 0) == BITSET_NONE);
	arena_free(arena);
}

UNIT_MAIN("bitset", bitset_finds_what_an_array_of_flags_finds,
	  bitset_of_nothing_has_nothing)
