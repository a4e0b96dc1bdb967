/* SPDX-License-Identifier: MIT */
/* The small ones: buffers, arrays, arena, map, errors, findings, digests, UTF-8. */
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/mac.h"
#include "util/map.h"
#include "util/thread.h"
#include "util/utf8.h"

UNIT_TEST(buf_grows_and_stays_terminated)
{
	struct buf b = BUF_INIT;
	size_t i;
	char *data;

	ck_assert_str_eq(b.data, "");
	for (i = 0; i < 10000; i++) {
		buf_printf(&b, "%zu,", i % 10);
		UNIT_NEED(b.data[b.len] == '\0');
	}
	ck_assert_uint_eq(b.len, 20000);
	buf_clear(&b);
	ck_assert_str_eq(b.data, "");
	buf_add(&b, "a\0b", 3);
	ck_assert_uint_eq(b.len, 3);
	data = buf_detach(&b);
	ck_assert(!memcmp(data, "a\0b", 4));
	free(data);
	data = buf_detach(&b);
	ck_assert_str_eq(data, "");
	free(data);
	buf_release(&b);
}

UNIT_TEST(buf_failure_sticks)
{
	struct buf b = BUF_INIT;

	buf_str(&b, "x");
	buf_add(&b, "y", (size_t)-1 / 2);
	ck_assert(buf_failed(&b));
	buf_str(&b, "z");
	ck_assert_str_eq(b.data, "x");
	ck_assert_ptr_null(buf_detach(&b));
	ck_assert(!buf_failed(&b));
	buf_release(&b);
}

UNIT_TEST(array_grows_and_keeps_what_is_in_it)
{
	size_t *list = NULL, nr = 0, room = 0, i;

	for (; nr < 5000; nr++) {
		ck_assert_int_eq(array_room(&list, nr, &room, sizeof(*list)), 0);
		UNIT_NEED(nr < room);
		list[nr] = nr;
	}
	for (i = 0; i < nr; i++)
		UNIT_NEED(list[i] == i);
	free(list);
}

UNIT_TEST(array_is_left_as_it_was_when_it_cannot_grow)
{
	size_t room = ((size_t)-1 >> 4) + 1, was = room;
	char bytes[8], *list = bytes;

	ck_assert_int_eq(array_room(&list, room, &room, 64), OPS_ENOMEM);
	ck_assert(list == bytes && room == was);
}

UNIT_TEST(arena_memory_is_zeroed_and_aligned)
{
	struct arena *a = arena_new();
	size_t i, size;
	char *p;

	for (i = 0; i < 3000; i++) {
		size = i * 7 % 900 + (i % 500 ? 0 : 300000);
		p = arena_alloc(a, size);
		UNIT_NEED(p && (size_t)p % _Alignof(max_align_t) == 0);
		while (size--) {
			UNIT_NEED(!p[size]);
			p[size] = 'x';
		}
	}
	ck_assert_ptr_null(arena_array(a, (size_t)-1, 2));
	ck_assert_ptr_null(arena_alloc(a, (size_t)-1));
	ck_assert_str_eq(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	ck_assert_str_eq(arena_str(a, ""), "");
	arena_free(a);
	arena_free(NULL);
}

UNIT_TEST(map_keeps_order_and_replaces)
{
	static char values[3000];
	struct arena *a = arena_new();
	struct map *m = map_new(a);
	char key[20];
	size_t i;

	ck_assert_ptr_null(map_get(NULL, "x"));
	ck_assert_uint_eq(map_count(NULL), 0);
	ck_assert(!map_has(m, "x"));
	for (i = 0; i < 3000; i++) {
		snprintf(key, sizeof(key), "key %zu", i);
		ck_assert_int_eq(map_put(m, key, &values[i]), 0);
	}
	ck_assert_int_eq(map_put(m, "key 7", &values[0]), 0);
	ck_assert_int_eq(map_put(m, "null", NULL), 0);
	ck_assert_uint_eq(map_count(m), 3001);
	ck_assert(map_has(m, "null"));
	ck_assert_ptr_eq(map_get(m, "key 7"), &values[0]);
	for (i = 0; i < 3000; i++) {
		snprintf(key, sizeof(key), "key %zu", i);
		ck_assert_str_eq(map_at(m, i)->key, key);
	}
	arena_free(a);
}

UNIT_TEST(error_message_is_cut_at_a_character)
{
	char longer[3000];
	struct ops_error err = { 0 };
	size_t i, shift;

	for (i = 0; i + 2 < sizeof(longer); i += 2)
		memcpy(longer + i, "\xc3\xa9", 3);
	for (shift = 0; shift < 2; shift++) {
		ck_assert_int_eq(error_set(&err, OPS_EIO, "%s%s", shift ? "x" : "",
					   longer), OPS_EIO);
		ck_assert_uint_eq(utf8_valid_to(err.message, strlen(err.message)),
				  strlen(err.message));
		ck_assert_uint_gt(strlen(err.message), 1000);
		error_prefix(&err, "%s", "abc");
		ck_assert(!strncmp(err.message, "abc: ", 5));
		ck_assert_uint_eq(utf8_valid_to(err.message, strlen(err.message)),
				  strlen(err.message));
	}
	ck_assert_int_eq(error_set(NULL, OPS_EIO, "x"), OPS_EIO);
	error_prefix(NULL, "x");
	ck_assert_int_eq(error_nomem(&err), OPS_ENOMEM);
	ck_assert_int_eq(err.status, OPS_ENOMEM);
}

UNIT_TEST(findings_keep_what_comes_again_once)
{
	struct ops_findings *f = ops_findings_new();
	const struct ops_finding *a, *b;

	ck_assert(f);
	findings_add(f, "z.a", OPS_NOTE, "dir/one", 1, 2, "mend it", "first");
	findings_add(f, "z.a", OPS_NOTE, "dir/one", 1, 3, "mend it", "second");
	findings_add(f, "z.a", OPS_NOTE, "dir/two", 1, 3, NULL, "third");
	a = ops_findings_at(f, 0);
	b = ops_findings_at(f, 1);
	ck_assert(a->rule == b->rule && a->path == b->path && a->remedy == b->remedy);
	ck_assert_str_eq(ops_findings_at(f, 2)->path, "dir/two");
	ck_assert_ptr_null(ops_findings_at(f, 2)->remedy);
	ops_findings_free(f);
}

UNIT_TEST(findings_are_sorted_and_said_once)
{
	static const char *const order[] = { "no path", "1:2 a", "1:2 b", "2:1 a" };
	struct ops_findings *f = ops_findings_new();
	size_t i;

	ck_assert(!ops_findings_refuse(f));
	findings_add(f, "z.b", OPS_WARNING, "p", 1, 2, NULL, "1:2 b");
	findings_add(f, "z.a", OPS_NOTE, "p", 2, 1, "mend", "2:1 a");
	findings_add(f, "z.a", OPS_NOTE, "p", 1, 2, NULL, "1:2 %s", "a");
	ck_assert(!ops_findings_refuse(f));
	findings_add(f, "z.a", OPS_ERROR, "p", 1, 2, NULL, "1:2 a");
	findings_add(f, "z.z", OPS_NOTE, NULL, 0, 0, NULL, "no path");
	ck_assert(ops_findings_refuse(f));
	ops_findings_sort(f);
	ck_assert_uint_eq(ops_findings_count(f), UNIT_COUNT(order));
	for (i = 0; i < UNIT_COUNT(order); i++)
		ck_assert_str_eq(ops_findings_at(f, i)->message, order[i]);
	ck_assert_int_eq(ops_findings_at(f, 1)->severity, OPS_ERROR);
	ck_assert_str_eq(ops_findings_at(f, 3)->remedy, "mend");
	ck_assert_str_eq(ops_severity_name(OPS_WARNING), "warning");
	ops_findings_free(f);
	ops_findings_free(NULL);
}

UNIT_TEST(digest_is_sha256)
{
	struct digest_state s;
	char hex[DIGEST_HEX + 1], again[DIGEST_HEX + 1];

	digest_of("abc", 3, hex);
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad");
	digest_init(&s);
	digest_add(&s, "a", 1);
	digest_add(&s, "", 0);
	digest_add(&s, "bc", 2);
	digest_end(&s, again);
	ck_assert_str_eq(hex, again);
	ck_assert(digest_is_hex(hex));
	hex[0] = 'B';
	ck_assert(!digest_is_hex(hex));
	ck_assert(!digest_is_hex("ab"));
	ck_assert(!digest_is_hex(""));
}

UNIT_TEST(utf8_decode_refuses_every_malformed_form)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80",
		"\xed\xa0\x80", "\xef\xbf", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff",
	};
	uint32_t c;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_uint_eq(utf8_decode(&c, bad[i], strlen(bad[i])), 0);
	ck_assert_uint_eq(utf8_decode(&c, "\xf4\x8f\xbf\xbf", 4), 4);
	ck_assert_uint_eq(c, 0x10ffff);
	ck_assert_uint_eq(utf8_decode(&c, "\xf4\x8f\xbf\xbf", 3), 0);
	for (c = 1; c < 0x10ffff; c += 77) {
		char text[4];
		uint32_t back = 0;
		size_t len = utf8_encode(text, c);

		if (c >= 0xd800 && c < 0xe000)
			continue;
		UNIT_NEED(utf8_decode(&back, text, len) == len && back == c);
	}
	ck_assert_uint_eq(utf8_decode(&c, "", 0), 0);
	ck_assert_uint_eq(utf8_valid_to("ab\xff", 3), 2);
}

UNIT_TEST(utf8_clean_stops_at_what_is_refused)
{
	static const struct {
		const char *text;
		size_t single, multi;
	} cases[] = {
		{ "plain \xc3\xa9", 8, 8 }, { "a\nb", 1, 3 }, { "a\tb", 3, 3 },
		{ "a\x1b", 1, 1 }, { "a\x7f", 1, 1 }, { "a\xc2\x9b", 1, 1 },
		{ "a\xe2\x80\xae", 1, 1 }, { "a\xe2\x80\x8b", 1, 1 },
		{ "a\xef\xbb\xbf", 1, 1 }, { "a\xe2\x81\xa6", 1, 1 },
		{ "a\xe2\x80\xa8", 1, 1 }, { "a\xff", 1, 1 }, { "a\rb", 1, 1 },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);

		ck_assert_uint_eq(utf8_clean_to(cases[i].text, len, false),
				  cases[i].single);
		ck_assert_uint_eq(utf8_clean_to(cases[i].text, len, true),
				  cases[i].multi);
	}
	ck_assert_uint_eq(utf8_clean_to("a\0b", 3, true), 1);
}

/* Wherever it stands in a long text, and whatever stands around it. */
UNIT_TEST(utf8_clean_sees_each_byte)
{
	char text[25];
	size_t at, fill;
	int byte;

	for (fill = 0; fill < 2; fill++) {
		for (at = 0; at + 1 < sizeof(text); at++) {
			for (byte = 0; byte < 256; byte++) {
				bool refused = byte < 0x20 || byte > 0x7e;

				memset(text, fill ? '}' : ' ', sizeof(text));
				text[at] = (char)byte;
				if (byte == '\t')
					continue;
				UNIT_NEED(utf8_clean_to(text, sizeof(text), false) ==
					  (refused ? at : sizeof(text)));
			}
		}
	}
}

UNIT_TEST(utf8_display_drives_no_terminal)
{
	struct buf b = BUF_INIT;

	utf8_display(&b, "a\x1b[0m\t\n\xc2\x85\xe2\x80\xae\xff\xc3\xa9", 15, false);
	ck_assert_str_eq(b.data, "a\\x1b[0m\\x09\\x0a\\u0085\\u202e\\xff\xc3\xa9");
	buf_clear(&b);
	utf8_display(&b, "a\tb\nc\r", 6, true);
	ck_assert_str_eq(b.data, "a\tb\nc\\x0d");
	buf_release(&b);
}

UNIT_TEST(utf8_width_counts_columns)
{
	ck_assert_uint_eq(utf8_width("abc", 3), 3);
	ck_assert_uint_eq(utf8_width("\xc3\xa9", 2), 1);
	ck_assert_uint_eq(utf8_width("e\xcc\x81", 3), 1);
	ck_assert_uint_eq(utf8_width("\xe6\xbc\xa2", 3), 2);
	ck_assert_uint_eq(utf8_width("\xf0\x9f\x98\x80", 4), 2);
	ck_assert_uint_eq(utf8_width("\xff", 1), 1);
}

UNIT_TEST(arena_clear_forgets_and_serves_again)
{
	struct arena *a = arena_new();
	size_t round, i;

	/* Small, large and more of both: the chunks come in every order. */
	for (round = 0; round < 8; round++) {
		for (i = 0; i < 200; i++) {
			char *small = arena_alloc(a, 40 + i);
			char *large = i % 50 == round ? arena_alloc(a, 300 * 1024) : NULL;

			UNIT_NEED(small != NULL);
			memset(small, 'x', 40 + i);
			if (large)
				memset(large, 'y', 300 * 1024);
		}
		arena_clear(a);
		if (round % 2)
			UNIT_NEED(arena_alloc(a, 200 * 1024) != NULL);
		arena_clear(a);
	}
	ck_assert_str_eq(arena_str(a, "still here"), "still here");
	arena_free(a);
}
END_TEST

/* The values that its authors give. */
UNIT_TEST(mac_is_siphash)
{
	struct mac_key key = { { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) } };
	struct mac_key same = mac_key_of("07060504030201000f0e0d0c0b0a0908");
	unsigned char in[64];
	unsigned i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)i;
	ck_assert(mac_of(&key, in, 0) == UINT64_C(0x726fdb47dd0e0e31));
	ck_assert(mac_of(&key, in, 8) == UINT64_C(0x93f5f5799a932462));
	ck_assert(mac_of(&key, in, 15) == UINT64_C(0xa129ca6149be45e5));
	ck_assert(mac_of(&key, in, 63) == UINT64_C(0x958a324ceb064572));
	ck_assert(mac_of(&same, in, 15) == UINT64_C(0xa129ca6149be45e5));
}
END_TEST

/* Worked out apart from this program, with numbers of any length. */
UNIT_TEST(mac_of_blocks_is_siphash_of_nh)
{
	static const struct {
		size_t len;
		uint64_t mac;
	} cases[] = {
		{ 0, UINT64_C(0xe54343d1917b777b) }, { 1, UINT64_C(0x2ae05bd0a2c5c678) },
		{ 16, UINT64_C(0x34c7231781c2eeda) }, { 8191, UINT64_C(0xb87c22b16d2a8bdc) },
		{ MAC_BLOCK, UINT64_C(0x0f34188a83e46276) },
	};
	struct mac_key key = { { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) } };
	static unsigned char in[MAC_BLOCK];
	static struct mac_pad pad;
	unsigned i;

	mac_pad_of(&pad, &key);
	for (i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i * 7 + i / 251);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_assert(mac_block(&pad, in, cases[i].len) == cases[i].mac);
	for (i = 0; i < sizeof(in); i++) {
		in[i] ^= 0x10;
		ck_assert(mac_block(&pad, in, sizeof(in)) != cases[4].mac);
		in[i] ^= 0x10;
	}
}
END_TEST

static cpu_set_t asked, given;	/* where a thread was to begin, and to run; ... */
static int answer;		/* ... and what was said to the first */

/* In place of those of the C library. */
int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size, const cpu_set_t *set)
{
	(void)attr;
	(void)size;
	asked = *set;
	return answer;
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	(void)thread;
	(void)size;
	given = *set;
	return 0;
}

static void *hands_back(void *payload)
{
	return payload;
}

UNIT_TEST(threads_begin_elsewhere_where_they_may)
{
	cpu_set_t all;
	pthread_t thread;
	void *said = NULL;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	for (answer = 0; answer <= EINVAL && CPU_COUNT(&all) > 1; answer += EINVAL) {
		CPU_ZERO(&given);
		ck_assert_int_eq(thread_begin(&thread, hands_back, &all), 0);
		ck_assert_int_eq(pthread_join(thread, &said), 0);
		ck_assert_ptr_eq(said, &all);
		ck_assert_int_eq(CPU_COUNT(&asked), CPU_COUNT(&all) - 1);
		ck_assert_int_eq(CPU_COUNT(&given), answer ? 0 : CPU_COUNT(&all));
	}
}

UNIT_MAIN("util", mac_is_siphash, mac_of_blocks_is_siphash_of_nh,
	  arena_clear_forgets_and_serves_again,
	  buf_grows_and_stays_terminated, buf_failure_sticks, array_grows_and_keeps_what_is_in_it,
	  array_is_left_as_it_was_when_it_cannot_grow,
	  arena_memory_is_zeroed_and_aligned, map_keeps_order_and_replaces,
	  error_message_is_cut_at_a_character, findings_keep_what_comes_again_once,
	  findings_are_sorted_and_said_once,
	  digest_is_sha256, utf8_decode_refuses_every_malformed_form,
	  utf8_clean_stops_at_what_is_refused,
	  threads_begin_elsewhere_where_they_may,
	  utf8_clean_sees_each_byte, utf8_display_drives_no_terminal,
	  utf8_width_counts_columns)
