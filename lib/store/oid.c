/* SPDX-License-Identifier: MIT */
/*
 * Object ids: twenty bytes, shown as forty lower-case hexadecimal digits.
 * Pure; upper-case digits are refused so that an id has one spelling.
 */
#include <string.h>

#include "store/store.h"

void oid_hex(char out[OID_HEX + 1], const struct oid *oid)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < sizeof(oid->id); i++) {
		out[2 * i] = digits[oid->id[i] >> 4];
		out[2 * i + 1] = digits[oid->id[i] & 15];
	}
	out[OID_HEX] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool oid_parse(struct oid *out, const char *hex)
{
	struct oid parsed;
	size_t i;
	int high, low;

	for (i = 0; i < sizeof(parsed.id); i++) {
		high = digit(hex[2 * i]);
		low = high < 0 ? -1 : digit(hex[2 * i + 1]);
		if (low < 0)
			return false;
		parsed.id[i] = (unsigned char)(high * 16 + low);
	}
	if (hex[OID_HEX] != '\0')
		return false;
	*out = parsed;
	return true;
}

bool oid_equal(const struct oid *a, const struct oid *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

bool oid_is_zero(const struct oid *oid)
{
	static const struct oid zero;

	return oid_equal(oid, &zero);
}
