/* SPDX-License-Identifier: MIT */
#ifndef TEXT_MEND_H
#define TEXT_MEND_H

/*
 * Slips in headers whose meaning is certain, put right.
 *
 * Pure: from text to text.  What has two meanings is left alone; whoever calls sees to
 * it that the result is better than what it was made from.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct arena;
struct buf;

/*
 * (All texts end in a NUL that their length does not count.)
 * Mend what keeps a document from being read: a byte order mark, and values of one line
 * that need quotes (`title: a: b`, `who: @ada`).  Appends to `out` a text that can be
 * read, and to `rules` the rules that were mended, a line each ("12 yaml.syntax").
 * Returns 0; OPS_EINVALID: something else is wrong with it, or nothing is; OPS_ENOMEM.
 */
int mend_header(struct buf *out, struct buf *rules, struct arena *arena,
		const char *text, size_t len);

/* What a date that is written in another way, year first, is: 2026/1/5 is 2026-01-05.
 * False: it is none, or no day, or not certainly that one. */
bool mend_date(char out[11], const char *text);

/* The length of a value without the placeholder at its end ("2026-01-05 [YYYY-MM-DD]"),
 * or 0 when it has none or is nothing else. */
size_t mend_trailing(const char *text);

#endif
