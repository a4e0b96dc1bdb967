/* SPDX-License-Identifier: MIT */
/*
 * Randomness for ids of documents and acts.  Only the kernel's: ids must not
 * collide between clones that were copied from one another.
 */

#include "util/random.h"

#include <sys/random.h>
#include <sys/types.h>

static bool fill(unsigned char *out, size_t len)
{
	ssize_t got;

	while (len) {
		got = getrandom(out, len, 0);
		if (got <= 0)
			return false;
		out += got;
		len -= (size_t)got;
	}
	return true;
}

bool random_base32(char *out, size_t digits)
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char byte;
	size_t i;

	for (i = 0; i < digits; i++) {
		if (!fill(&byte, 1))
			return false;
		out[i] = alphabet[byte & 31];
	}
	out[digits] = '\0';
	return true;
}

bool random_hex128(char out[33])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[16];
	size_t i;

	if (!fill(bytes, sizeof(bytes)))
		return false;
	for (i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[32] = '\0';
	return true;
}
