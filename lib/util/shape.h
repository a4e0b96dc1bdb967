/* SPDX-License-Identifier: MIT */
#ifndef UTIL_SHAPE_H
#define UTIL_SHAPE_H

/*
 * Shapes of tokens: what a key of some service looks like, as data.
 *
 * A shape is a row of characters, each standing for itself, or a set `[A-Za-z0-9_-]`,
 * or a character after a backslash; each may be followed by `{n}`, `{n,}` or `{n,m}`.
 * Nothing else: no alternatives, no anchors.  A match begins where no letter, digit or
 * `_` stands before it, and takes as much as it can.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct shape;

#define SHAPE_MAX 32		/* elements */
#define SHAPE_REPEAT_MAX 4096

/* Read one.  *fault says what is wrong with it, as a phrase, and *out is NULL then; NULL
 * and no fault: out of memory. */
struct shape *shape_parse(struct arena *arena, const char *text, const char **fault);

/* Find the first match in a text: its place and length; false if there is none. */
bool shape_find(const struct shape *s, const char *text, size_t len, size_t *at,
		size_t *match_len);

/* Whether a text is what a form with `*` and `?` says. */
bool shape_form(const char *form, const char *text, size_t len);

#endif
