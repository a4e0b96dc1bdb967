/* SPDX-License-Identifier: MIT */
#ifndef TEXT_LABELS_H
#define TEXT_LABELS_H

/*
 * Text in named parts, as people and agents send them:
 *
 *	QUESTION: Which index do we keep?
 *	OPTIONS:
 *	- the old one
 *	- the new one
 *
 * A part begins with one of the known names and a colon at the start of a line, and
 * ends before the next.  Only known names begin one, so text may hold other colons.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct arena;

struct label {
	const char *name;	/* as it stands in the list of names */
	const char *text;	/* outer blanks removed; "" for none */
	unsigned line;		/* of its name, from 1 */
};

/* Whether two names are the same: case of letters, and ' ' for '-' or '_', ignored. */
bool label_is(const char *a, const char *b);

/* Whether the first line that is neither blank nor begins with '#' begins a part. */
bool labels_begin(const char *text, const char *const *names, size_t nr);

/* Read the parts.  OPS_EUSAGE: text before the first, or a part that is there twice;
 * OPS_ENOMEM. */
int labels_parse(struct label **out, size_t *out_nr, struct arena *arena,
		 const char *text, const char *const *names, size_t nr,
		 struct ops_error *err);

#endif
