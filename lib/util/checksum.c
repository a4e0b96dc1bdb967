/* SPDX-License-Identifier: MIT */
/*
 * CRC-32 by a table of one byte, which is fast enough for the few hundred bytes that an act
 * adds to a pack, and Adler-32.
 */
#include "util/checksum.h"

#define POLYNOMIAL 0xEDB88320u
#define ADLER_MOD 65521u
#define ADLER_RUN 5552		/* so many bytes do not overflow the second sum */

static uint32_t table_entry(uint32_t n)
{
	int bit;

	for (bit = 0; bit < 8; bit++)
		n = n & 1 ? n >> 1 ^ POLYNOMIAL : n >> 1;
	return n;
}

uint32_t checksum_crc32(uint32_t crc, const void *data, size_t len)
{
	static uint32_t table[256];
	const unsigned char *p = data;
	uint32_t i;

	if (!table[255])
		for (i = 0; i < 256; i++)
			table[i] = table_entry(i);
	for (crc = ~crc; len; len--)
		crc = table[(crc ^ *p++) & 255] ^ crc >> 8;
	return ~crc;
}

uint32_t checksum_adler32(uint32_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t a = sum & 0xffff, b = sum >> 16;
	size_t run;

	while (len) {
		run = len < ADLER_RUN ? len : ADLER_RUN;
		for (len -= run; run; run--) {
			a += *p++;
			b += a;
		}
		a %= ADLER_MOD;
		b %= ADLER_MOD;
	}
	return b << 16 | a;
}
