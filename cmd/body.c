/* SPDX-License-Identifier: MIT */
/*
 * Finding where the header of a document ends, to show the rest.  Parses nothing: what a
 * header means is the library's business.
 */

#include "body.h"

#include <string.h>

const char *body_of(const char *text, size_t *len)
{
	const char *end = text + *len, *p = text;
	int fences = 0;

	while (p < end && fences < 2) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t line = newline ? (size_t)(newline - p) : (size_t)(end - p);

		if (line && p[line - 1] == '\r')
			line--;
		fences += line == 3 && !memcmp(p, "---", 3);
		p = newline ? newline + 1 : end;
	}
	*len = (size_t)(end - p);
	return p;
}
