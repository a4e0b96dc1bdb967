/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 by libmd, and the only user of it.
 *
 * The state is opaque bytes so that no header of libmd reaches other files;
 * it is copied in and out, because plain bytes promise no alignment.
 */
#include "util/digest.h"

#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sha2.h>

_Static_assert(sizeof(SHA2_CTX) <= sizeof(struct digest_state),
	       "the opaque state must hold libmd's");

void digest_init(struct digest_state *s)
{
	SHA2_CTX ctx;

	memset(s, 0, sizeof(*s));
	SHA256Init(&ctx);
	memcpy(s->opaque, &ctx, sizeof(ctx));
}

void digest_add(struct digest_state *s, const void *data, size_t len)
{
	SHA2_CTX ctx;

	if (!len)
		return;
	memcpy(&ctx, s->opaque, sizeof(ctx));
	SHA256Update(&ctx, data, len);
	memcpy(s->opaque, &ctx, sizeof(ctx));
}

static void to_hex(const uint8_t *raw, char hex[DIGEST_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < DIGEST_HEX / 2; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[DIGEST_HEX] = '\0';
}

void digest_end(struct digest_state *s, char hex[DIGEST_HEX + 1])
{
	uint8_t raw[SHA256_DIGEST_LENGTH];
	SHA2_CTX ctx;

	memcpy(&ctx, s->opaque, sizeof(ctx));
	SHA256Final(raw, &ctx);
	to_hex(raw, hex);
}

void digest_of(const void *data, size_t len, char hex[DIGEST_HEX + 1])
{
	uint8_t raw[SHA256_DIGEST_LENGTH];
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	if (len)
		SHA256Update(&ctx, data, len);
	SHA256Final(raw, &ctx);
	to_hex(raw, hex);
}

bool digest_is_hex(const char *text)
{
	return strspn(text, "0123456789abcdef") == DIGEST_HEX &&
	       text[DIGEST_HEX] == '\0';
}
