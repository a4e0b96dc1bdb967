/* SPDX-License-Identifier: MIT */
#ifndef UTIL_RANDOM_H
#define UTIL_RANDOM_H

/* Unpredictable names, from the kernel. */

#include <stdbool.h>
#include <stddef.h>

/* Write `digits` characters of Crockford's base 32 in lower case, and a NUL.
 * False when the kernel has no randomness to give. */
bool random_base32(char *out, size_t digits);

/* 128 bits as 32 hexadecimal digits, and a NUL. */
bool random_hex128(char out[33]);

#endif
