/* SPDX-License-Identifier: MIT */
/*
 * Patterns by their beginnings: see path_starts.h.
 *
 * Sorted, all that begin with a text are neighbours; and whatever that one begins with which
 * stands last before a text, the text begins with too, or its beginning is longer than what
 * they share: so a chain of `up` from there finds all.
 */
#include "util/path_starts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ops/error.h"
#include "util/arena.h"

size_t path_start_len(const char *pattern)
{
	return strcspn(pattern, "*?[{");
}

int path_starts_add(struct path_starts *s, struct arena *arena, const char *pattern,
		    size_t owner)
{
	struct path_start *list = arena_room(arena, s->list, s->nr, &s->room, sizeof(*list));

	if (!list)
		return OPS_ENOMEM;
	s->list = list;
	s->list[s->nr++] = (struct path_start){ pattern, path_start_len(pattern), owner, 0 };
	return 0;
}

/* A beginning and a text in the order of bytes, what begins with the other after it. */
static int order(const struct path_start *a, const char *text, size_t len)
{
	int order = memcmp(a->pattern, text, a->len < len ? a->len : len);

	return order ? order : (a->len > len) - (a->len < len);
}

static int compare(const void *a, const void *b)
{
	const struct path_start *x = a, *y = b;
	int ret = order(x, y->pattern, y->len);

	if (!ret)
		ret = strcmp(x->pattern, y->pattern);
	return ret ? ret : (x->owner > y->owner) - (x->owner < y->owner);
}

static bool begins(const struct path_start *s, const char *text, size_t len)
{
	return s->len <= len && !memcmp(s->pattern, text, s->len);
}

void path_starts_sort(struct path_starts *s)
{
	size_t i, up;

	if (s->nr)
		qsort(s->list, s->nr, sizeof(*s->list), compare);
	for (i = 0; i < s->nr; i++) {
		for (up = i; up && !begins(&s->list[up - 1], s->list[i].pattern,
					   s->list[i].len); )
			up = s->list[up - 1].up;
		s->list[i].up = up;
	}
}

/* How many stand before a text, or before all that begin with it. */
static size_t before(const struct path_starts *s, const char *text, size_t len, bool all)
{
	size_t low = 0, high = s->nr, at;
	int is;

	while (low < high) {
		at = low + (high - low) / 2;
		is = order(&s->list[at], text, len);
		if (is < 0 || (is == 0 && all))
			low = at + 1;
		else
			high = at;
	}
	return low;
}

size_t path_starts_above(const struct path_starts *s, const char *text, size_t len)
{
	size_t up = before(s, text, len, true);

	while (up && !begins(&s->list[up - 1], text, len))
		up = s->list[up - 1].up;
	return up;
}

void path_starts_below(size_t *from, size_t *end, const struct path_starts *s,
		       const char *text, size_t len)
{
	size_t low, high = s->nr, at;

	*from = low = before(s, text, len, false);
	while (low < high) {
		at = low + (high - low) / 2;
		if (s->list[at].len >= len && !memcmp(s->list[at].pattern, text, len))
			low = at + 1;
		else
			high = at;
	}
	*end = low;
}
