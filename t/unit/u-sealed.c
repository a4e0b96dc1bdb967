/* SPDX-License-Identifier: MIT */
/*
 * Sealed files: what is only looked at does not stay, and is looked at again as it was written
 * or not at all.
 */
#include "trash.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "store/sealed.h"
#include "store/spill.h"

#define NAME "roll-test"
#define WORDS ((size_t)1 << 20)		/* 8 MiB of them in the part in the middle */
#define MANY (4 * WORDS)		/* and in a long one */
#define PAGE 4096
#define HUGE_WORDS (((size_t)2 << 20) / sizeof(uint64_t))

static struct mac_pad pad;

static uint64_t value(size_t at)
{
	return at * UINT64_C(0x9e3779b97f4a7c15) ^ at;
}

static struct sealed *make(struct store *s, size_t nr)
{
	static uint64_t words[MANY];
	static char first[100000], last[100000];
	const struct sealed_part parts[] = {
		{ first, sizeof(first), NULL }, { words, nr * sizeof(*words), NULL },
		{ last, sizeof(last), NULL }
	};
	struct mac_key key = mac_key_of("00112233445566778899aabbccddeeff");
	struct sealed *f = NULL;
	uint64_t seal;
	size_t i;

	for (i = 0; i < nr; i++)
		words[i] = value(i);
	memset(first, 'a', sizeof(first));
	memset(last, 'z', sizeof(last));
	mac_pad_of(&pad, &key);
	ck_assert_int_eq(sealed_write(&seal, s, NAME, &pad, parts, UNIT_COUNT(parts), NULL), 0);
	ck_assert_int_eq(sealed_open(&f, s, NAME, &pad), 0);
	return f;
}

static bool is_word(struct sealed *f, size_t at)
{
	const uint64_t *word = sealed_peek(f, 1, at * sizeof(*word), sizeof(*word));

	return word && *word == value(at);
}

/* How many pages of `len` bytes that lie around there are in memory. */
static size_t resident(const void *at, size_t len)
{
	static unsigned char vec[2 * MANY * sizeof(uint64_t) / PAGE];
	char *from = (char *)((size_t)at / PAGE * PAGE);
	size_t i, nr = 0;

	ck_assert_int_eq(mincore(from, len, vec), 0);
	for (i = 0; i < len / PAGE; i++)
		nr += vec[i] & 1;
	return nr;
}

UNIT_TEST(sealed_peek_keeps_a_part_short_and_its_neighbours)
{
	struct store *s;
	struct sealed *f;
	const char *first, *last;
	const void *part;
	size_t i, len = WORDS * sizeof(uint64_t);

	trash_make();
	s = trash_open("r");
	f = make(s, WORDS);
	first = sealed_at(f, 0, 0, 100000);
	last = sealed_at(f, 2, 0, 100000);
	part = sealed_at(f, 1, 0, 8);
	ck_assert(first && last && part);
	for (i = 0; i < WORDS; i++)
		ck_assert_msg(is_word(f, i), "%zu", i);
	ck_assert_uint_lt(resident(part, len), len / PAGE * 3 / 4);
	for (i = 0; i < 100000; i++)
		ck_assert(first[i] == 'a' && last[i] == 'z');
	for (i = 0; i < 20000; i++)
		ck_assert_msg(is_word(f, i * 7919 % WORDS), "%zu", i);
	ck_assert_uint_lt(resident(part, len), len / PAGE * 3 / 4);
	sealed_forget(f, 1);
	ck_assert_uint_lt(resident(part, len), 16);
	ck_assert(is_word(f, 0) && is_word(f, WORDS - 1));
	ck_assert_ptr_null(sealed_peek(f, 1, len, 1));
	ck_assert_ptr_null(sealed_peek(f, 99, 0, 1));
	sealed_close(f);
	store_close(s);
	trash_end();
}

/* Look at so many words of a long part, each by `step` from the one before, and at the two pages
 * behind it if `neighbours`; less than half of it must be in memory then. */
static void peek_at_long(size_t nr, size_t step, bool neighbours)
{
	size_t i, k, at, len = MANY * sizeof(uint64_t), page = PAGE / sizeof(uint64_t);
	struct store *s;
	struct sealed *f;
	const void *part;

	trash_make();
	s = trash_open("r");
	f = make(s, MANY);
	part = sealed_peek(f, 1, 0, 8);
	ck_assert(part);
	for (i = 0; i < nr; i++)
		for (k = 0; k < (neighbours ? 3 : 1); k++) {
			at = (step / 2 * neighbours + i * step + k * page) % MANY;
			ck_assert_msg(is_word(f, at), "%zu", at);
		}
	ck_assert_uint_lt(resident(part, len), len / PAGE / 2);
	sealed_close(f);
	store_close(s);
	trash_end();
}

UNIT_TEST(sealed_peek_here_and_there_keeps_a_long_part_short)
{
	peek_at_long(1000, 1000003, false);
}

/* Who looks at neighbours goes through nothing: all that lies around them is not taken. */
UNIT_TEST(sealed_peek_at_neighbours_takes_no_huge_page)
{
	peek_at_long(MANY / HUGE_WORDS - 1, HUGE_WORDS, true);
}

UNIT_TEST(sealed_peek_meets_what_was_changed_since)
{
	struct store *s;
	struct sealed *f;
	size_t at = 0;
	int fd;

	trash_make();
	s = trash_open("r");
	f = make(s, WORDS);
	ck_assert(is_word(f, WORDS / 2));
	fd = open("r/.git/ops/" NAME, O_WRONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "x", 1, 4 << 20), 1);
	ck_assert_int_eq(close(fd), 0);
	ck_assert(is_word(f, WORDS / 2));
	sealed_forget(f, 1);
	ck_assert(is_word(f, 0) && !sealed_is_bad(f));
	while (at < WORDS && is_word(f, at))
		at++;
	ck_assert_uint_lt(at, ((size_t)4 << 20) / sizeof(uint64_t));
	ck_assert(sealed_is_bad(f) && !sealed_at(f, 0, 0, 1));
	sealed_close(f);
	store_close(s);
	trash_end();
}

/* Parts of a spill beside one in memory, read back from a file, and from none. */
UNIT_TEST(sealed_takes_parts_out_of_spills)
{
	static const char few[] = "abc";
	struct spill many = { NULL }, none = { NULL };
	struct sealed_part parts[] = { { few, 3, NULL }, { NULL, 0, &many }, { NULL, 0, &none },
				       { few, 3, NULL } };
	struct sealed *f[2] = { NULL, NULL };
	const uint64_t *word;
	struct store *s;
	uint64_t seal, one;
	size_t i, k;

	trash_make();
	s = trash_open("r");
	many.store = none.store = s;
	for (i = 0; i < WORDS / 4; i++) {
		one = value(i);
		if (spill_add(&many, &one, sizeof(one), NULL))
			ck_abort_msg("%zu cannot be added", i);
	}
	parts[1].len = spill_len(&many);
	ck_assert_int_eq(sealed_write(&seal, s, NAME, &pad, parts, UNIT_COUNT(parts), NULL), 0);
	ck_assert_int_eq(sealed_open(&f[0], s, NAME, &pad), 0);
	ck_assert(sealed_seal(f[0]) == seal);
	ck_assert_int_eq(sealed_of(&f[1], parts, UNIT_COUNT(parts), &pad), 0);
	for (k = 0; k < 2; k++) {
		for (i = 0; i < WORDS / 4; i++) {
			word = sealed_at(f[k], 1, i * sizeof(*word), sizeof(*word));
			if (!word || *word != value(i))
				ck_abort_msg("%zu", i);
		}
		ck_assert(!memcmp(sealed_at(f[k], 0, 0, 3), few, 3));
		ck_assert(!memcmp(sealed_at(f[k], 3, 0, 3), few, 3));
		ck_assert_uint_eq(sealed_size(f[k], 2), 0);
		sealed_close(f[k]);
	}
	spill_release(&many);
	spill_release(&none);
	store_close(s);
	trash_end();
}

UNIT_TEST(sealed_forget_leaves_what_lies_nowhere)
{
	static const uint64_t words[4096] = { 7 };
	const struct sealed_part part = { words, sizeof(words), NULL };
	struct sealed *f;
	const uint64_t *word;

	ck_assert_int_eq(sealed_of(&f, &part, 1, &pad), 0);
	sealed_forget(f, 0);
	word = sealed_peek(f, 0, 0, sizeof(*word));
	ck_assert(word && *word == 7);
	sealed_close(f);
}

UNIT_MAIN("sealed", sealed_peek_keeps_a_part_short_and_its_neighbours,
	  sealed_peek_here_and_there_keeps_a_long_part_short,
	  sealed_peek_at_neighbours_takes_no_huge_page,
	  sealed_peek_meets_what_was_changed_since,
	  sealed_takes_parts_out_of_spills,
	  sealed_forget_leaves_what_lies_nowhere)
