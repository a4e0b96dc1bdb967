/* SPDX-License-Identifier: MIT */
/*
 * Base 64.  Strict: since each value has exactly one text, nothing can hide in
 * the difference between two texts of one key or signature.
 */

#include "util/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			     "0123456789+/";

void base64_write(char *out, const void *data, size_t len)
{
	const unsigned char *in = data;
	size_t i;

	for (i = 0; i < len; i += 3) {
		unsigned long three = (unsigned long)in[i] << 16;

		three |= i + 1 < len ? (unsigned long)in[i + 1] << 8 : 0;
		three |= i + 2 < len ? in[i + 2] : 0;
		*out++ = digits[three >> 18 & 63];
		*out++ = digits[three >> 12 & 63];
		*out++ = i + 1 < len ? digits[three >> 6 & 63] : '=';
		*out++ = i + 2 < len ? digits[three & 63] : '=';
	}
	*out = '\0';
}

/* 0 to 63; 64 for what is no digit. */
static unsigned value_of(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (unsigned)(at - digits) : 64;
}

bool base64_read(unsigned char *out, size_t *nr, const char *text, size_t len)
{
	unsigned char *to = out;
	size_t i, k, used;

	if (len % 4)
		return false;
	for (i = 0; i < len; i += 4) {
		unsigned long three = 0;

		used = 4;
		while (i + 4 == len && used > 2 && text[i + used - 1] == '=')
			used--;
		for (k = 0; k < 4; k++) {
			unsigned v = k < used ? value_of(text[i + k]) : 0;

			if (v > 63)
				return false;
			three = three << 6 | v;
		}
		if ((used == 2 && three & 0xffff) || (used == 3 && three & 0xff))
			return false;
		for (k = 0; k + 1 < used; k++)
			*to++ = (unsigned char)(three >> (16 - 8 * k));
	}
	*nr = (size_t)(to - out);
	return true;
}
