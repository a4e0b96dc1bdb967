/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4 as its authors describe it: four words, two rounds for each eight bytes,
 * four at the end.  Blocks go through NH first: the sum of the products of two words each,
 * to which those of a secret pad were added.  Bytes are taken as little-endian words on every
 * machine.
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

static inline uint64_t little_word(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
	       (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
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
		take(&s, little_word(p));
	take(&s, word_at(p, left) | (uint64_t)len << 56);
	s.v[2] ^= 0xff;
	rounds(&s, 4);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

void mac_pad_of(struct mac_pad *out, const struct mac_key *key)
{
	unsigned char at[9] = "pad";
	size_t i;

	out->key = *key;
	for (i = 0; i < MAC_BLOCK / 8; i++) {
		at[4] = (unsigned char)i;
		at[5] = (unsigned char)(i >> 8);
		out->word[i] = mac_of(key, at, sizeof(at));
	}
}

/* Add the product of two words to a sum of two words. */
static inline void add_product(uint64_t sum[2], uint64_t x, uint64_t y)
{
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 wide;
	wide all = (wide)x * y + sum[0];

	sum[0] = (uint64_t)all;
	sum[1] += (uint64_t)(all >> 64);
#else
	uint64_t a = x >> 32, b = x & 0xffffffff, c = y >> 32, d = y & 0xffffffff;
	uint64_t middle = a * d + (b * d >> 32), other = b * c + (middle & 0xffffffff);
	uint64_t low = other << 32 | (b * d & 0xffffffff);

	sum[0] += low;
	sum[1] += a * c + (middle >> 32) + (other >> 32) + (sum[0] < low);
#endif
}

uint64_t mac_block(const struct mac_pad *pad, const void *data, size_t len)
{
	const unsigned char *p = data;
	const uint64_t *k = pad->word;
	unsigned char last[24] = { 0 };
	uint64_t sum[2] = { 0, 0 };
	size_t left = len, i;

	for (; left >= 16; left -= 16, p += 16, k += 2)
		add_product(sum, little_word(p) + k[0], little_word(p + 8) + k[1]);
	if (left) {
		memcpy(last, p, left);
		add_product(sum, little_word(last) + k[0], little_word(last + 8) + k[1]);
	}
	for (i = 0; i < 8; i++) {
		last[i] = (unsigned char)(sum[0] >> 8 * i);
		last[8 + i] = (unsigned char)(sum[1] >> 8 * i);
		last[16 + i] = (unsigned char)((uint64_t)len >> 8 * i);
	}
	return mac_of(&pad->key, last, sizeof(last));
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
