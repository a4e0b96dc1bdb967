/* SPDX-License-Identifier: MIT */
/*
 * Sets of numbers.  A bit of a level says whether the word below it has any; a member must be
 * below the bound.
 */
#include "util/bitset.h"

#include <assert.h>

int bitset_init(struct bitset *out, struct arena *arena, size_t bound)
{
	size_t words = bound;

	*out = (struct bitset){ .bound = bound };
	do {
		words = words / 64 + 1;
		out->level[out->levels] = arena_array(arena, words, sizeof(uint64_t));
		if (!out->level[out->levels++])
			return OPS_ENOMEM;
	} while (words > 1 && out->levels < BITSET_LEVELS);
	return 0;
}

void bitset_add(struct bitset *s, size_t member)
{
	unsigned i;

	assert(member < s->bound);
	for (i = 0; i < s->levels; i++, member /= 64)
		s->level[i][member / 64] |= UINT64_C(1) << member % 64;
}

void bitset_remove(struct bitset *s, size_t member)
{
	unsigned i;

	assert(member < s->bound);
	for (i = 0; i < s->levels; i++, member /= 64) {
		s->level[i][member / 64] &= ~(UINT64_C(1) << member % 64);
		if (s->level[i][member / 64])
			return;
	}
}

bool bitset_has(const struct bitset *s, size_t member)
{
	return member < s->bound && s->level[0][member / 64] >> member % 64 & 1;
}

/* Up until a word has a bit that is not before, then down to the least below it. */
size_t bitset_next(const struct bitset *s, size_t from)
{
	uint64_t word;
	unsigned i;

	if (from >= s->bound)
		return BITSET_NONE;
	for (i = 0; i < s->levels; i++) {
		word = s->level[i][from / 64] >> from % 64;
		if (word)
			break;
		/* Nothing more in this word: the next one, which may be one behind the last. */
		from = from / 64 + 1;
	}
	if (i == s->levels)
		return BITSET_NONE;
	from += (size_t)__builtin_ctzll(word);
	while (i--)
		from = from * 64 + (size_t)__builtin_ctzll(s->level[i][from]);
	return from;
}
