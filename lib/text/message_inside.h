/* SPDX-License-Identifier: MIT */
#ifndef TEXT_MESSAGE_INSIDE_H
#define TEXT_MESSAGE_INSIDE_H

/* The grammar of trailers, shared by its reader and its writer only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Why a trailer of that name cannot follow the one numbered *last (-1: none),
 * or NULL, and then *last is its own number. */
const char *message_order_fault(int *last, const char *name, size_t len);

/* Whether a line outside the trailers could be taken for one. */
bool message_looks_like_ours(const char *line, size_t len);

/* Whether a character of a value is written as \u{hex}. */
bool message_is_escaped(uint32_t c);

void message_add_utf8(struct buf *b, uint32_t c);

#endif
