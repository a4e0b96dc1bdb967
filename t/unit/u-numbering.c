/* SPDX-License-Identifier: MIT */
/*
 * Numbers by text: each is found by its text, and by no other.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "util/numbering.h"

#define MANY 20000
#define ROOM 16

static char texts[MANY + 1][ROOM];

static const char *text_of(const void *whole, uint32_t number)
{
	return (const char *)whole + (size_t)number * ROOM;
}

UNIT_TEST(numbering_finds_what_was_added)
{
	struct numbering n;
	char other[ROOM];
	uint32_t i;

	numbering_init(&n, text_of, texts);
	ck_assert_uint_eq(numbering_find(&n, "t1"), 0);
	for (i = 1; i <= MANY; i++) {
		snprintf(texts[i], ROOM, "t%u", (unsigned)i);
		ck_assert_uint_eq(numbering_find(&n, texts[i]), 0);
		ck_assert_int_eq(numbering_add(&n, i), 0);
	}
	ck_assert_uint_eq(n.nr, MANY);
	for (i = 1; i <= MANY; i++) {
		ck_assert_uint_eq(numbering_find(&n, texts[i]), i);
		snprintf(other, ROOM, "u%u", (unsigned)i);
		ck_assert_uint_eq(numbering_find(&n, other), 0);
	}
	ck_assert_uint_eq(numbering_find(&n, ""), 0);
	numbering_release(&n);
	numbering_release(&n);
}

UNIT_MAIN("numbering", numbering_finds_what_was_added)
