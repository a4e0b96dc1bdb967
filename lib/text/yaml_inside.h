/* SPDX-License-Identifier: MIT */
#ifndef TEXT_YAML_INSIDE_H
#define TEXT_YAML_INSIDE_H

/* What the files of the YAML reader share; not for anybody else. */

#include <stdbool.h>

#include "text/yaml.h"

/* The text being read, and where its faults go. */
struct yaml_input {
	const char *text;
	size_t len;
	const char *path;
	unsigned first_line;
	struct ops_findings *findings;
	bool faulty;		/* an error was found */
	bool ascii;		/* set by yaml_scan(): characters are bytes */
};

/* Where the parser gave up, in its own words. */
struct yaml_fault {
	const char *problem, *context;	/* context may be NULL */
	struct yaml_mark at, from;	/* from: what it was in the midst of */
};

/* Add an error and remember that there is one. */
void yaml_refuse(struct yaml_input *in, const char *rule, struct yaml_mark at,
		 const char *remedy, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The mark of a byte offset, by counting from the start: for faults only. */
struct yaml_mark yaml_mark_at(const struct yaml_input *in, size_t offset);

/* Look for what must not be in the text at all, before any parsing. */
void yaml_scan(struct yaml_input *in);

/* Read a text of nothing but `Key: value` lines, lists and maps.  Returns 1, with the tree
 * that the parser would make; 0 for any other text; OPS_ENOMEM. */
int yaml_plain(struct yaml_node **out, struct arena *arena, const char *text, size_t len,
	       const struct yaml_source *source);

/* yaml_parse() by the parser, whatever the text looks like. */
int yaml_parse_events(struct yaml_node **out, struct arena *arena, const char *text,
		      size_t len, const struct yaml_source *source,
		      struct ops_findings *findings, struct ops_error *err);

/* Say in a person's words why the parser gave up. */
void yaml_report(struct yaml_input *in, const struct yaml_fault *fault);

#endif
