/* SPDX-License-Identifier: MIT */
#ifndef TEXT_YAML_H
#define TEXT_YAML_H

/*
 * YAML as a tree with byte positions, and the only user of libyaml.
 *
 * Strict: duplicate keys, anchors, aliases, tags, merge keys, directives,
 * several documents, keys that are not scalars, tabs in indentation, byte
 * order marks, NEL/LS/PS and control characters (raw or escaped) are findings,
 * not values.  Bounded: see YAML_* below; depth is counted while parsing and
 * parsing stops there.  Values are text: `yes`, `~`, `1e3` mean nothing here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

struct arena;

#define YAML_DEPTH_MAX 8
#define YAML_EVENTS_MAX 4096
#define YAML_KEYS_MAX 256	/* in one mapping */
#define YAML_SCALAR_MAX 8192

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
enum yaml_style { YAML_PLAIN, YAML_SINGLE, YAML_DOUBLE, YAML_LITERAL,
		  YAML_FOLDED, YAML_BLOCK, YAML_FLOW };

/* Where: byte offset into the text given; line and column as a person counts
 * in the whole file, from 1 (column in characters). */
struct yaml_mark {
	uint32_t offset;
	unsigned line, column;
};

struct yaml_pair;

/* A node.  `value`/`len` for scalars (decoded, NUL-terminated, "" when the
 * value is absent as in `Key:`); `items`/`nr` for lists; `pairs`/`nr` for
 * mappings.  [start.offset, end.offset) are exactly the value's own bytes:
 * quotes included, trailing blanks, comments and line ends not (for block
 * scalars and block collections: up to and without the last line's end). */
struct yaml_node {
	enum yaml_kind kind;
	enum yaml_style style;
	struct yaml_mark start, end;
	const char *value;
	size_t len;
	union {
		struct yaml_node **items;
		struct yaml_pair *pairs;
	};
	size_t nr;
};

struct yaml_pair {
	struct yaml_node *key, *value;
};

/* Whose text it is: for findings. */
struct yaml_source {
	const char *path;	/* may be NULL */
	unsigned first_line;	/* line of text[0] in that file, from 1 */
	size_t events_max;	/* 0 = YAML_EVENTS_MAX */
	size_t depth_max;	/* 0 = YAML_DEPTH_MAX */
};

/*
 * Parse `text`.  *out and everything below it belong to the arena; strings do
 * not point into `text`.  An empty text is an empty mapping.
 * Returns 0; OPS_EINVALID when there is at least one error among the findings
 * (rules yaml.syntax, yaml.unquoted-colon, yaml.tab, yaml.duplicate-key,
 * yaml.anchor, yaml.tag, yaml.limit, yaml.encoding, yaml.control, yaml.key,
 * yaml.documents); OPS_ENOMEM.
 */
int yaml_parse(struct yaml_node **out, struct arena *arena, const char *text,
	       size_t len, const struct yaml_source *source,
	       struct ops_findings *findings, struct ops_error *err);

/* The value of `key` in a mapping, or NULL.  `map` may be NULL or another
 * kind, which gives NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* The pair, for the key's own position. */
const struct yaml_pair *yaml_pair(const struct yaml_node *map, const char *key);

/* Text of the scalar `key` in a mapping; NULL when absent or not a scalar. */
const char *yaml_text(const struct yaml_node *map, const char *key);

/* Whether two values say the same, however they are written; absent (NULL) and empty
 * are one. */
bool yaml_same(const struct yaml_node *a, const struct yaml_node *b);

#endif
