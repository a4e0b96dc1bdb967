/* SPDX-License-Identifier: MIT */
#ifndef STORE_MERGE_TEXT_H
#define STORE_MERGE_TEXT_H

/* Merging lines as git does. */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct buf;

/* A version of a text; `text` NULL: it is not there. */
struct side {
	const char *text;
	size_t len;
};

/* Append the merge of three versions.  *clean: there was no conflict; else its lines
 * stand between markers named "ours" and "theirs". */
int merge_text(struct buf *out, bool *clean, struct side base, struct side ours,
	       struct side theirs, struct ops_error *err);

#endif
