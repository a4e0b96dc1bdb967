/* SPDX-License-Identifier: MIT */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

/* Base 64 of RFC 4648: one text for one value, and no other is read. */

#include <stdbool.h>
#include <stddef.h>

/* How many bytes the text of `len` bytes becomes, with padding and NUL. */
#define BASE64_TEXT(len) (((len) + 2) / 3 * 4 + 1)
/* How many bytes a text of `len` characters can hold. */
#define BASE64_BYTES(len) ((len) / 4 * 3)

/* Write `len` bytes as text; `out` holds BASE64_TEXT(len). */
void base64_write(char *out, const void *data, size_t len);

/*
 * Read the text, all of it, into `out` of BASE64_BYTES(len).  False for anything
 * that base64_write() would not have written: other characters (blanks and newlines
 * too), missing padding, bits that are left over and not zero.
 */
bool base64_read(unsigned char *out, size_t *nr, const char *text, size_t len);

#endif
