/* SPDX-License-Identifier: MIT */
#ifndef UTIL_CHECKSUM_H
#define UTIL_CHECKSUM_H

/* The two checksums of zlib's and git's formats.  Against accidents only. */

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in ISO 3309; of several pieces: begin with 0, hand on the result. */
uint32_t checksum_crc32(uint32_t crc, const void *data, size_t len);
/* Adler-32 of RFC 1950; begin with 1. */
uint32_t checksum_adler32(uint32_t sum, const void *data, size_t len);

#endif
