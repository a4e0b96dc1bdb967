/* SPDX-License-Identifier: MIT */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

/* Hostile text: validity, characters that may not pass, safe display. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Whether a byte is a letter of ASCII. */
static inline bool ascii_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Decode one character at s[0..len).  Returns its length, or 0 if the bytes
 * are not valid UTF-8 (overlong, surrogate, above U+10FFFF, cut off). */
size_t utf8_decode(uint32_t *out, const char *s, size_t len);

/* Write a character (a valid one) to `out`, at most 4 bytes.  Returns its length. */
size_t utf8_encode(char *out, uint32_t c);

/* Offset of the first byte that isn't valid UTF-8, or len. */
size_t utf8_valid_to(const char *s, size_t len);

/* Whether a character is refused in values: C0 (but '\t' and, if multiline,
 * '\n'), DEL, C1, U+2028/9, bidi controls U+202A-E U+2066-9, zero-width
 * U+200B-F, U+FEFF. */
bool utf8_refused(uint32_t c, bool multiline);

/* Offset of the first refused character or invalid byte, or len. */
size_t utf8_clean_to(const char *s, size_t len, bool multiline);

/* Append s to b with everything refused (and invalid bytes) shown as \x1b or
 * \u202e, so that no terminal can be driven by it.  Newlines and tabs pass
 * only if multiline. */
void utf8_display(struct buf *b, const char *s, size_t len, bool multiline);

/* Columns s takes on a terminal (combining marks 0, wide characters 2). */
size_t utf8_width(const char *s, size_t len);

#endif
