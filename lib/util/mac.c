/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4 as its authors describe it: four words, two rounds for each eight bytes,
 * four at the end.  Bytes are taken as little-endian words on every machine.
 */
#include "util/mac.h"

#include <string.h>

struct state {
	uint64_t v[4];
};

static uint64_t turn(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void rounds(struct state *s, unsigned nr)
{
	uint64_t a = s->v[0], b = s->v[1], c = s->v[2], d = s->v[3];

	while (nr--) {
		a += b;
		c += d;
		b = turn(b, 13) ^ a;
		d = turn(d, 16) ^ c;
		a = turn(a, 32);
		c += b;
		a += d;
		b = turn(b, 17) ^ c;
		d = turn(d, 21) ^ a;
		c = turn(c, 32);
	}
	s->v[0] = a;
	s->v[1] = b;
	s->v[2] = c;
	s->v[3] = d;
}

static uint64_t word_at(const unsigned char *p, size_t len)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < len; i++)
		word |= (uint64_t)p[i] << 8 * i;
	return word;
}

static void take(struct state *s, uint64_t word)
{
	s->v[3] ^= word;
	rounds(s, 2);
	s->v[0] ^= word;
}

uint64_t mac_of(const struct mac_key *key, const void *data, size_t len)
{
	const unsigned char *p = data;
	struct state s = { { key->half[0] ^ UINT64_C(0x736f6d6570736575),
			     key->half[1] ^ UINT64_C(0x646f72616e646f6d),
			     key->half[0] ^ UINT64_C(0x6c7967656e657261),
			     key->half[1] ^ UINT64_C(0x7465646279746573) } };
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		take(&s, (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
		     (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
		     (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56);
	take(&s, word_at(p, left) | (uint64_t)len << 56);
	s.v[2] ^= 0xff;
	rounds(&s, 4);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

static unsigned digit(char c)
{
	return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0') & 15;
}

struct mac_key mac_key_of(const char *hex)
{
	struct mac_key key = { { 0, 0 } };
	unsigned i;

	for (i = 0; i < 32; i++)
		key.half[i / 16] = key.half[i / 16] << 4 | digit(hex[i]);
	return key;
}
