/* SPDX-License-Identifier: MIT */
/*
 * Spills: what was added is found again anywhere, from the file, from memory, and across both;
 * and where there can be no file.
 */
#include "trash.h"

#include "store/spill.h"

#define MANY 100000		/* numbers: several times what stays in memory */

static uint64_t value(size_t at)
{
	return at * UINT64_C(0x9e3779b97f4a7c15) ^ at;
}

static void fill(struct spill *s, struct store *store)
{
	uint64_t one;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->store = store;
	for (i = 0; i < MANY; i++) {
		one = value(i);
		if (spill_add(s, &one, sizeof(one), NULL))
			ck_abort_msg("%zu cannot be added", i);
	}
	ck_assert_uint_eq(spill_len(s), MANY * sizeof(one));
}

/* So many numbers from one on are what was added. */
static void look(struct spill *s, size_t at, size_t nr)
{
	const void *there = NULL;
	uint64_t one;
	size_t i, bad = 0;

	if (spill_look(&there, s, at * sizeof(one), nr * sizeof(one), NULL))
		ck_abort_msg("%zu from %zu on cannot be looked at", nr, at);
	for (i = 0; i < nr; i++) {
		memcpy(&one, (const char *)there + i * sizeof(one), sizeof(one));
		bad += one != value(at + i);
	}
	if (bad)
		ck_abort_msg("%zu of %zu from %zu on are others", bad, nr, at);
}

static void look_everywhere(struct spill *s)
{
	size_t most = SPILL_ONCE / sizeof(uint64_t), i;

	for (i = 0; i < MANY; i++)
		look(s, i, 1);
	for (i = 0; i < 300; i++)
		look(s, i * 79199 % (MANY - most), i * 13 % most + 1);
	look(s, MANY - most, most);
	look(s, 0, most);
}

UNIT_TEST(spill_is_looked_at_anywhere)
{
	struct store *store;
	struct spill s;
	size_t filed;

	trash_make();
	store = trash_open("r");
	fill(&s, store);
	filed = s.filed / sizeof(uint64_t);
	ck_assert(s.has_file && s.len && filed > MANY / 2);
	look(&s, filed, 1);
	look(&s, filed - 1, 2);
	look_everywhere(&s);
	spill_release(&s);
	store_close(store);
	trash_end();
}

UNIT_TEST(spill_that_goes_on_is_looked_at)
{
	struct store *store;
	struct spill s;
	uint64_t one;
	size_t i;

	trash_make();
	store = trash_open("r");
	fill(&s, store);
	look(&s, MANY - 10000, 100);
	for (i = 0; i < 20000; i++)
		if (spill_take(&one, &s, sizeof(one), NULL))
			ck_abort_msg("%zu cannot be taken", i);
	for (i = 0; i < 20000; i++) {
		one = value(MANY - 20000 + i) + 1;
		if (spill_add(&s, &one, sizeof(one), NULL))
			ck_abort_msg("%zu cannot be added", i);
	}
	/* Where was looked before comes first. */
	for (i = MANY - 10000; i < MANY; i += 100) {
		const void *there;

		ck_assert_int_eq(spill_look(&there, &s, i * sizeof(one), sizeof(one), NULL), 0);
		memcpy(&one, there, sizeof(one));
		ck_assert_msg(one == value(i) + 1, "%zu", i);
	}
	spill_release(&s);
	store_close(store);
	trash_end();
}

UNIT_TEST(spill_without_a_file_is_looked_at)
{
	struct store *store;
	struct spill s;

	trash_make();
	store = trash_open("r");
	trash_do("rm -rf r/.git/ops && echo x >r/.git/ops");
	fill(&s, store);
	ck_assert(s.stays && !s.has_file);
	look_everywhere(&s);
	spill_release(&s);
	store_close(store);
	trash_do("rm r/.git/ops");
	trash_end();
}

UNIT_MAIN("spill", spill_is_looked_at_anywhere, spill_that_goes_on_is_looked_at,
	  spill_without_a_file_is_looked_at)
