/* SPDX-License-Identifier: MIT */
/*
 * Hostile text: validity of UTF-8, the characters that may not pass into
 * values, safe display, and width on a terminal.
 *
 * Everything works on bytes and a length, never on a locale.  ASCII takes a
 * short way, because nearly everything is ASCII.
 */
#include "util/utf8.h"

#include <string.h>

#include "util/buf.h"

struct range {
	uint32_t first, last;
};

size_t utf8_decode(uint32_t *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c, least;
	size_t nr, i;

	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		nr = 2;
		c = p[0] & 0x1fu;
		least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		nr = 3;
		c = p[0] & 0x0fu;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		nr = 4;
		c = p[0] & 0x07u;
		least = 0x10000;
	} else {
		return 0;
	}
	if (len < nr)
		return 0;
	for (i = 1; i < nr; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return nr;
}

size_t utf8_encode(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t utf8_valid_to(const char *s, size_t len)
{
	size_t at = 0, nr;
	uint32_t c;

	while (at < len) {
		if ((unsigned char)s[at] < 0x80) {
			at++;
			continue;
		}
		nr = utf8_decode(&c, s + at, len - at);
		if (!nr)
			return at;
		at += nr;
	}
	return len;
}

bool utf8_refused(uint32_t c, bool multiline)
{
	if (c < 0x20)
		return c != '\t' && !(multiline && c == '\n');
	if (c < 0x7f)
		return false;
	return c <= 0x9f || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff;
}

/* Whether eight bytes are all from ' ' to '~': most of all text.  (None is above 0x7f, and
 * neither borrows nor carries leave a byte that is none of the others.) */
static bool is_plain(const char *s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	uint64_t w;

	memcpy(&w, s, sizeof(w));
	return !((w | (w - ones * 0x20) | (w + ones)) & high);
}

size_t utf8_clean_to(const char *s, size_t len, bool multiline)
{
	size_t at = 0, nr;
	uint32_t c;

	while (at < len) {
		if (len - at >= 8 && is_plain(s + at)) {
			at += 8;
			continue;
		}
		unsigned char byte = (unsigned char)s[at];

		if (byte >= 0x20 && byte < 0x7f) {
			at++;
			continue;
		}
		nr = utf8_decode(&c, s + at, len - at);
		if (!nr || utf8_refused(c, multiline))
			return at;
		at += nr;
	}
	return len;
}

void utf8_display(struct buf *b, const char *s, size_t len, bool multiline)
{
	size_t at = 0, clean, nr;
	uint32_t c;

	while (at < len) {
		clean = utf8_clean_to(s + at, len - at, multiline);
		if (!multiline) {
			const char *tab = memchr(s + at, '\t', clean);

			if (tab)
				clean = (size_t)(tab - (s + at));
		}
		buf_add(b, s + at, clean);
		at += clean;
		if (at == len)
			break;
		nr = utf8_decode(&c, s + at, len - at);
		if (nr < 2)
			buf_printf(b, "\\x%02x", (unsigned)(unsigned char)s[at]);
		else
			buf_printf(b, "\\u%04x", (unsigned)c);
		at += nr ? nr : 1;
	}
}

/* Marks that are drawn over the character before them, and characters that
 * take no room at all; the blocks that matter, not every script. */
static const struct range zero_width[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x06d6, 0x06dc },
	{ 0x0900, 0x0902 }, { 0x093c, 0x093c }, { 0x0941, 0x0948 },
	{ 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x20d0, 0x20ff },
	{ 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

/* East Asian wide and full-width characters, and emoji. */
static const struct range double_width[] = {
	{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x23e9, 0x23ec },
	{ 0x23f0, 0x23f0 }, { 0x23f3, 0x23f3 }, { 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x267f, 0x267f },
	{ 0x2693, 0x2693 }, { 0x26a1, 0x26a1 }, { 0x26aa, 0x26ab },
	{ 0x26bd, 0x26be }, { 0x26c4, 0x26c5 }, { 0x26d4, 0x26d4 },
	{ 0x26ea, 0x26ea }, { 0x26f2, 0x26f3 }, { 0x26f5, 0x26f5 },
	{ 0x26fa, 0x26fa }, { 0x26fd, 0x26fd }, { 0x2705, 0x2705 },
	{ 0x270a, 0x270b }, { 0x2728, 0x2728 }, { 0x274c, 0x274c },
	{ 0x274e, 0x274e }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 },
	{ 0x2795, 0x2797 }, { 0x27b0, 0x27b0 }, { 0x2b1b, 0x2b1c },
	{ 0x2b50, 0x2b50 }, { 0x2b55, 0x2b55 }, { 0x2e80, 0x303e },
	{ 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff },
	{ 0xa000, 0xa4cf }, { 0xa960, 0xa97f }, { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf },
	{ 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a }, { 0x1f200, 0x1f320 },
	{ 0x1f32d, 0x1f335 }, { 0x1f337, 0x1f37c }, { 0x1f37e, 0x1f393 },
	{ 0x1f3a0, 0x1f3ca }, { 0x1f3cf, 0x1f3d3 }, { 0x1f3e0, 0x1f3f0 },
	{ 0x1f3f4, 0x1f3f4 }, { 0x1f3f8, 0x1f43e }, { 0x1f440, 0x1f440 },
	{ 0x1f442, 0x1f4fc }, { 0x1f4ff, 0x1f53d }, { 0x1f54b, 0x1f567 },
	{ 0x1f57a, 0x1f57a }, { 0x1f595, 0x1f596 }, { 0x1f5a4, 0x1f5a4 },
	{ 0x1f5fb, 0x1f64f }, { 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc },
	{ 0x1f6d0, 0x1f6d2 }, { 0x1f6d5, 0x1f6d7 }, { 0x1f6eb, 0x1f6ec },
	{ 0x1f6f4, 0x1f6fc }, { 0x1f7e0, 0x1f7eb }, { 0x1f90c, 0x1f9ff },
	{ 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd },
};

/* Binary search; the tables are in order. */
static bool in_ranges(const struct range *ranges, size_t nr, uint32_t c)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c > ranges[mid].last)
			low = mid + 1;
		else if (c < ranges[mid].first)
			high = mid;
		else
			return true;
	}
	return false;
}

size_t utf8_width(const char *s, size_t len)
{
	size_t at = 0, width = 0, nr;
	uint32_t c;

	while (at < len) {
		nr = utf8_decode(&c, s + at, len - at);
		if (!nr) {
			width++;
			at++;
			continue;
		}
		at += nr;
		if (c < 0x300)
			width += c >= 0x20 && (c < 0x7f || c > 0x9f);
		else if (in_ranges(double_width,
				   sizeof(double_width) / sizeof(double_width[0]), c))
			width += 2;
		else if (!in_ranges(zero_width,
				    sizeof(zero_width) / sizeof(zero_width[0]), c))
			width++;
	}
	return width;
}
