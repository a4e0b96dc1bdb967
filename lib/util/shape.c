/* SPDX-License-Identifier: MIT */
/*
 * Finding tokens by their shape.
 *
 * Both the shape and the text are hostile: matching gives up a place after a bounded
 * number of steps, so that the cost of a text is its length times a constant.
 */
#include "util/shape.h"

#include <stdint.h>
#include <string.h>

#include "util/arena.h"

#define STEPS_MAX 20000		/* at one place */

struct element {
	uint32_t set[8];	/* bytes */
	size_t min, max;
};

struct shape {
	struct element elements[SHAPE_MAX];
	size_t nr;
};

static void set_add(struct element *e, unsigned char c)
{
	e->set[c / 32] |= (uint32_t)1 << c % 32;
}

static bool set_has(const struct element *e, unsigned char c)
{
	return e->set[c / 32] >> c % 32 & 1;
}

/* "[a-z_]", at its '['; NULL when it does not close, or is empty. */
static const char *read_set(struct element *e, const char *p)
{
	const char *first = p + 1;
	unsigned char low, high;

	for (p++; *p && *p != ']'; p++) {
		if (*p == '\\' && p[1])
			p++;
		low = high = (unsigned char)*p;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			high = (unsigned char)p[2];
			p += 2;
		}
		for (; low < high; low++)
			set_add(e, low);
		set_add(e, high);
	}
	return *p && p > first ? p + 1 : NULL;
}

static const char *read_number(size_t *out, const char *p)
{
	for (*out = 0; *p >= '0' && *p <= '9'; p++) {
		*out = *out * 10 + (size_t)(*p - '0');
		if (*out > SHAPE_REPEAT_MAX)
			return NULL;
	}
	return p;
}

/* "{n}", "{n,}", "{n,m}"; NULL when it is none of them. */
static const char *read_repeat(struct element *e, const char *p)
{
	const char *first = p + 1;

	p = read_number(&e->min, first);
	if (!p || p == first)
		return NULL;
	e->max = e->min;
	if (*p == ',') {
		first = ++p;
		p = read_number(&e->max, p);
		if (!p)
			return NULL;
		if (p == first)
			e->max = SHAPE_REPEAT_MAX;
	}
	return *p == '}' && e->max >= e->min && e->max ? p + 1 : NULL;
}

struct shape *shape_parse(struct arena *arena, const char *text, const char **fault)
{
	struct shape *s = arena_alloc(arena, sizeof(*s));
	const char *p = text;
	struct element *e;

	*fault = NULL;
	while (s && *p) {
		if (s->nr == SHAPE_MAX) {
			*fault = "has too many parts";
			return NULL;
		}
		e = &s->elements[s->nr++];
		e->min = e->max = 1;
		if (*p == '[') {
			p = read_set(e, p);
		} else {
			p += *p == '\\' && p[1];
			set_add(e, (unsigned char)*p++);
		}
		if (p && *p == '{')
			p = read_repeat(e, p);
		if (!p) {
			*fault = "has a '[' or '{' that is not understood";
			return NULL;
		}
	}
	if (s && (!s->nr || !s->elements[0].min)) {
		*fault = s->nr ? "may begin with nothing" : "is empty";
		return NULL;
	}
	return s;
}

/* Match from element `i` on; the longest first.  Returns the end, or NULL. */
static const char *match(const struct shape *s, size_t i, const char *at, const char *end,
			 size_t *steps)
{
	const struct element *e = &s->elements[i];
	const char *found;
	size_t n = 0;

	if (i == s->nr)
		return at;
	while (n < e->max && at + n < end && set_has(e, (unsigned char)at[n]))
		n++;
	*steps += n + 1;
	for (;; n--) {
		if (n < e->min || *steps > STEPS_MAX)
			return NULL;
		found = match(s, i + 1, at + n, end, steps);
		if (found || !n)
			return found;
	}
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

bool shape_find(const struct shape *s, const char *text, size_t len, size_t *at,
		size_t *match_len)
{
	const char *end = text + len, *p, *found;
	size_t steps;

	for (p = text; p < end; p++) {
		if (!set_has(&s->elements[0], (unsigned char)*p) ||
		    (p > text && is_word(p[-1]) && is_word(*p)))
			continue;
		steps = 0;
		found = match(s, 0, p, end, &steps);
		if (found) {
			*at = (size_t)(p - text);
			*match_len = (size_t)(found - p);
			return true;
		}
	}
	return false;
}

bool shape_form(const char *form, const char *text, size_t len)
{
	const char *end = text + len, *star = NULL, *again = NULL;

	while (text < end) {
		if (*form == '*') {
			star = form++;
			again = text;
		} else if (*form == '?' || (*form && *form == *text)) {
			form++;
			text++;
		} else if (star) {
			form = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	return form[strspn(form, "*")] == '\0';
}
