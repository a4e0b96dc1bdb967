/* SPDX-License-Identifier: MIT */
#ifndef UTIL_PATH_STARTS_H
#define UTIL_PATH_STARTS_H

/*
 * Patterns of paths by what each begins with before its first special character, so that of
 * many only those are compared that can match one path.
 *
 *	path_starts_add(&s, arena, pattern, owner); ...
 *	path_starts_sort(&s);
 *	for (at = path_starts_above(&s, path, strlen(path)); at; at = s.list[at - 1].up)
 *		... s.list[at - 1] may match the path ...
 *
 * Two patterns match a path in common only if the beginning of one begins with that of the
 * other.
 */

#include <stddef.h>

struct arena;

struct path_start {
	const char *pattern;
	size_t len;		/* of its beginning */
	size_t owner;		/* the caller's */
	size_t up;		/* the next whose beginning this one begins with, plus 1; 0 */
};

struct path_starts {
	struct path_start *list;
	size_t nr, room;
};

/* The pattern stays the caller's.  0 or OPS_ENOMEM. */
int path_starts_add(struct path_starts *s, struct arena *arena, const char *pattern,
		    size_t owner);
/* After the last was added, and before the first question. */
void path_starts_sort(struct path_starts *s);

/* The first whose beginning a text begins with, plus 1; the next is `up`.  0: there is none. */
size_t path_starts_above(const struct path_starts *s, const char *text, size_t len);
/* Those whose beginning begins with a text: from *from until before *end. */
void path_starts_below(size_t *from, size_t *end, const struct path_starts *s,
		       const char *text, size_t len);

/* How long the beginning of a pattern is. */
size_t path_start_len(const char *pattern);

#endif
