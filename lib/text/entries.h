/* SPDX-License-Identifier: MIT */
#ifndef TEXT_ENTRIES_H
#define TEXT_ENTRIES_H

/*
 * A Markdown file of entries, each under a heading of the second level: a list of
 * decisions ("## ADR-0007-k7f2: Use one trunk") or of patterns ("## Retry a push").
 */

#include <stdbool.h>

#include "text/section.h"
#include "util/error.h"

struct buf;

#define ENTRY_LEVEL 2		/* of their headings */

/* Append a link to a file, or to a heading of it, from a file at `from`. */
void entries_link(struct buf *out, const char *words, const char *from, const char *to,
		  const char *heading);

/* Append what links to a heading name it by: small letters, '-' for blanks, no marks. */
void entries_anchor(struct buf *out, const char *title);

/* The entry that is named by its title, by what stands before its first ": ", by what
 * stands after it, or by the beginning of the first.  NULL in *out: none.
 * OPS_EAMBIGUOUS: several. */
int entries_find(const struct section **out, const struct sections *s, const char *name,
		 struct ops_error *err);

/* One more than the largest number after `prefix` in any title; 1 for the first. */
unsigned entries_next(const struct sections *s, const char *prefix);

#endif
