/* SPDX-License-Identifier: MIT */
#ifndef TEXT_ALLOW_H
#define TEXT_ALLOW_H

/*
 * What a document says should not be found in it, and why:
 *
 *	ops-allow RULE[, RULE...]: REASON
 *	ops-allow-file RULE[, RULE...]: REASON
 *
 * as a comment of the header (`# ...`) or of the text (`<!-- ... -->`).  The first form
 * is for the line it ends, or, alone in its line, for the one after it; in a header that
 * is the whole field.  The second is for the whole document.
 */

#include "text/doc.h"
#include "text/links.h"

#define ALLOW_WORD "ops-allow"

struct allow {
	const char *rule;
	const char *reason;		/* "" when none is given */
	unsigned line, column;		/* of the comment */
	unsigned first, last;		/* lines it is for; 0: all */
	bool used;			/* for the caller */
};

struct allows {
	struct allow *list;
	size_t nr;
};

/* Find them in the header of `doc` (NULL: there is none) and among the comments in
 * `links`; `text` is the whole file.  Returns 0 or OPS_ENOMEM. */
int allows_find(struct allows *out, struct arena *arena, const struct doc *doc,
		const struct links *links, const char *text, size_t len);

#endif
