/* SPDX-License-Identifier: MIT */
/*
 * Numbers as git's files have them.  Reading one needs its bytes to be there: who reads has
 * looked.
 */
#include "store/number.h"

#include "util/buf.h"

uint32_t number_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void number_put(char *at, uint32_t n)
{
	at[0] = (char)(n >> 24);
	at[1] = (char)(n >> 16);
	at[2] = (char)(n >> 8);
	at[3] = (char)n;
}

void number_add(struct buf *b, uint32_t n)
{
	char bytes[4];

	number_put(bytes, n);
	buf_add(b, bytes, sizeof(bytes));
}

void number_add_far(struct buf *b, size_t n)
{
	unsigned char bytes[10];
	size_t at = sizeof(bytes) - 1;

	bytes[at] = n & 0x7f;
	while (n >>= 7)
		bytes[--at] = (unsigned char)(0x80 | (--n & 0x7f));
	buf_add(b, bytes + at, sizeof(bytes) - at);
}
