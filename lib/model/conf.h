/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONF_H
#define MODEL_CONF_H

/*
 * Configuration as a tree whose every value knows where it came from, and the
 * readers that turn parts of it into structs.  A reader complains with line
 * and column and goes on, so that all mistakes are found at once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/yaml.h"
#include "util/arena.h"

/* A list of names. */
struct names {
	const char **list;
	size_t nr;
};

bool names_have(const struct names *names, const char *name);
/* Whether one of these directories is that one, or above it. */
bool names_above(const struct names *names, const char *dir);
/* Append; returns 0 or OPS_ENOMEM. */
int names_add(struct names *names, struct arena *arena, const char *name);
/* "a, b or c" for messages; "" when out of memory. */
const char *names_text(const struct names *names, struct arena *arena,
		       const char *last);

struct conf {
	enum yaml_kind kind;
	const char *value;	/* scalar: its text, else NULL */
	const struct conf *const *items;	/* list */
	const struct conf_entry *entries;	/* mapping */
	size_t nr;		/* of items or entries */
	const char *origin;	/* path of the file; NULL = built in */
	unsigned line, column;	/* of the key, or of a list's item */
};

struct conf_entry {
	const char *key;
	const struct conf *value;
};

/*
 * builtin.yaml as lib/embed.c packs it when the library is built: each node before those below
 * it, the root first.  Numbers and no addresses: those would have to be put right whenever a
 * program starts, page by page, which took longer than unpacking it does.
 */
struct conf_packed {
	uint16_t kind;		/* enum yaml_kind */
	uint16_t nr;		/* of those below it */
	uint16_t line, column;
	uint32_t key, value;	/* where they begin in the text: at an empty one, if none */
};
extern const struct conf_packed conf_packed[];
extern const unsigned char conf_packed_text[];

/* The built-in tree; its texts are nobody's.  NULL when out of memory. */
const struct conf *conf_builtin(struct arena *arena);

/* Build a tree from parsed YAML.  NULL when out of memory. */
const struct conf *conf_of_yaml(struct arena *arena, const struct yaml_node *node,
			  const char *origin);

/* Lay `over` on `base`: mappings merge key by key, anything else replaces.
 * Neither is changed.  NULL when out of memory. */
const struct conf *conf_merge(struct arena *arena, const struct conf *base,
			const struct conf *over);

/* Entries of a mapping; 0 for other kinds and NULL. */
size_t conf_count(const struct conf *map);
const struct conf_entry *conf_at(const struct conf *map, size_t at);

/* The child of a mapping; NULL when absent, or `map` is no mapping. */
const struct conf *conf_get(const struct conf *map, const char *key);

/* What readers share.  Sticky: `broken` after an error among the findings. */
struct conf_reader {
	struct arena *arena;
	struct ops_findings *findings;
	bool broken;
	bool failed;	/* out of memory */
};

/* Report a mistake (rule config.invalid) at `at`. */
void conf_wrong(struct conf_reader *r, const struct conf *at, const char *remedy,
		const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Whether `word` is one of the blank-separated `words`. */
bool conf_word(const char *words, const char *word);

/* Complain about each key of `map` that is not among `keys` ("a b c"), and
 * when it is no mapping at all; `what` names it in messages.  Returns whether
 * it is a mapping. */
bool conf_keys(struct conf_reader *r, const struct conf *map, const char *what,
	       const char *keys);

/* Each leaves *out alone when the key is absent. */
void conf_text(struct conf_reader *r, const struct conf *map, const char *key,
	       const char **out);
void conf_flag(struct conf_reader *r, const struct conf *map, const char *key,
	       bool *out);	/* yes, no, true, false */
void conf_number(struct conf_reader *r, const struct conf *map, const char *key,
		 double *out, bool *present);
/* Room for what each entry of a mapping defines; NULL: there is none (a finding, where it is no
 * mapping), or memory is out. */
void *conf_definitions(struct conf_reader *r, const struct conf *map, const char *what,
		       size_t size);
void conf_names(struct conf_reader *r, const struct conf *map, const char *key,
		struct names *out);	/* a list of scalars, or one scalar */

#endif
