/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_PARTS_H
#define CHANGE_PARTS_H

/*
 * What people say about a document by the names of its parts: fields and sections of its
 * type, from settings or from a text.
 */

#include "change/draft.h"

#define PARTS_MAX 64

struct parts {
	const struct type *kind;
	struct names names;		/* all it may have */
	struct ops_setting fields[PARTS_MAX], sections[PARTS_MAX];
	size_t fields_nr, sections_nr;
};

/*
 * Read the parts of a request for a document of type `p->kind`.  `more`: names of
 * sections that it may have besides those of its type; or NULL.  *text is the request's
 * text if that has no named parts, else NULL.  OPS_EUSAGE: a part that is not known.
 */
int parts_gather(struct parts *p, struct draft *d, const struct ops_request *r,
		 const struct names *more, const char **text, struct ops_error *err);

/* The value of a section; NULL when it was not given. */
const char **parts_section(struct parts *p, const char *name);

#endif
