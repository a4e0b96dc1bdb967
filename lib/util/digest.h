/* SPDX-License-Identifier: MIT */
#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

/* SHA-256, by libmd. */

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_HEX 64

struct digest_state {
	unsigned char opaque[256];
};

void digest_init(struct digest_state *s);
void digest_add(struct digest_state *s, const void *data, size_t len);
void digest_end(struct digest_state *s, char hex[DIGEST_HEX + 1]);
void digest_of(const void *data, size_t len, char hex[DIGEST_HEX + 1]);
/* Exactly 64 lower-case hexadecimal digits. */
bool digest_is_hex(const char *text);

#endif
