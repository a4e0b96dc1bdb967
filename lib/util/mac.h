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

#endif
