/* SPDX-License-Identifier: MIT */
#ifndef UTIL_MAC_H
#define UTIL_MAC_H

/* SipHash-2-4: 64 bits over some bytes that nobody can make without the key, ten times as
 * fast as a digest.  For what is looked at at every call; never for what is published. */

#include <stddef.h>
#include <stdint.h>

struct mac_key {
	uint64_t half[2];
};

/* A key from the first 32 of a digest's hexadecimal digits. */
struct mac_key mac_key_of(const char *hex);
uint64_t mac_of(const struct mac_key *key, const void *data, size_t len);

/*
 * The same for blocks of at most MAC_BLOCK bytes, as fast as memory is read: a block is first
 * made 16 bytes by a hash of a family for which two blocks of a length that somebody chose
 * without the key are alike with a chance of 2^-64 (NH, with a pad as long as a block), and
 * these are what SipHash seals.
 */
#define MAC_BLOCK 8192

struct mac_pad {
	struct mac_key key;
	uint64_t word[MAC_BLOCK / 8];
};

void mac_pad_of(struct mac_pad *out, const struct mac_key *key);
uint64_t mac_block(const struct mac_pad *pad, const void *data, size_t len);

#endif
