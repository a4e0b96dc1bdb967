/* SPDX-License-Identifier: MIT */
#ifndef STORE_NUMBER_H
#define STORE_NUMBER_H

/* Numbers as git's files have them. */

#include <stddef.h>
#include <stdint.h>

struct buf;

/* Four bytes, big end first. */
uint32_t number_at(const unsigned char *p);
void number_put(char *at, uint32_t n);
void number_add(struct buf *b, uint32_t n);

/* Seven bits in a byte, big end first, each further byte counting one more: how far back the
 * base of a delta lies, how much of a path an entry of the index drops. */
void number_add_far(struct buf *b, size_t n);

#endif
