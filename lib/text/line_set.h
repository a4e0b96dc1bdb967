/* SPDX-License-Identifier: MIT */
#ifndef TEXT_LINE_SET_H
#define TEXT_LINE_SET_H

/*
 * The lines of a text, to ask which lines of another one it has.  Lines are known by a hash
 * of 64 bits: one in 10^9 texts of ten thousand lines has two that are taken for each other.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line_set {
	uint64_t *slots;	/* NULL: has none */
	size_t mask;
};
#define LINE_SET_INIT { NULL, 0 }

/* The lines of a text; the set must be empty.  OPS_ENOMEM. */
int line_set_fill(struct line_set *set, const char *text, size_t len);
void line_set_release(struct line_set *set);
bool line_set_has(const struct line_set *set, const char *line, size_t len);

/* Length of the line that begins here, without its line feed. */
size_t line_length(const char *text, size_t len);

/* Whether a text has a line that the set has not, blank ones apart. */
bool line_set_grows(const struct line_set *set, const char *text, size_t len);

#endif
