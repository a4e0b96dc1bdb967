/* SPDX-License-Identifier: MIT */
#ifndef UTIL_PATH_INSIDE_H
#define UTIL_PATH_INSIDE_H

/* What matching a pattern and comparing two of them share: how a pattern is read. */

#include <stdbool.h>
#include <stdint.h>

/* The end of the set that starts at p ("[..."), at its ']'; NULL if it is open. */
const char *path_set_end(const char *p, const char *end);

/* Whether the set from p to `close` has the character. */
bool path_set_has(const char *p, const char *close, uint32_t c);

/* Whether the part at p is "**". */
bool path_is_deep_star(const char *p);

/* Whether one of the patterns fits that a pattern without fault makes by choosing one
 * alternative in each of its braces. */
bool path_any_alternative(const char *pattern, bool (*fits)(const char *, void *),
			  void *payload);

#endif
