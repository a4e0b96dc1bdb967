/* SPDX-License-Identifier: MIT */
/*
 * SHA-1 by libcrypto, which uses what the processor has for it: the index of ten thousand
 * files is hashed twice by each act, and that was a fifth of it.
 *
 * Its plain functions, old as they are, cannot fail and start nothing; those that replace them
 * would first load a provider.  Must never decide whether an object is the right one: that is
 * libgit2's, which knows the collisions.
 */
#define OPENSSL_API_COMPAT 0x10100000L

#include "store/sha1.h"

#include <openssl/sha.h>

_Static_assert(SHA1_LEN == SHA_DIGEST_LENGTH, "SHA-1 has 160 bits");

void sha1_of(const void *data, size_t len, unsigned char out[SHA1_LEN])
{
	SHA_CTX ctx;

	(void)SHA1_Init(&ctx);
	if (len)
		(void)SHA1_Update(&ctx, data, len);
	(void)SHA1_Final(out, &ctx);
}
