/* SPDX-License-Identifier: MIT */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

/* An ordered map from strings to pointers.  Keys are copied into the arena;
 * values are the caller's.  Iteration is in order of first insertion. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct map_entry {
	const char *key;
	void *value;
};

struct map;

struct map *map_new(struct arena *a);	/* lives as long as the arena */
void *map_get(const struct map *m, const char *key); /* NULL if absent; m may be NULL */
bool map_has(const struct map *m, const char *key);
/* Insert or replace.  Returns 0, or OPS_ENOMEM. */
int map_put(struct map *m, const char *key, void *value);
/* The map's own copy of a key, which is put there (for nothing) when it is new: one copy of a
 * word that comes again and again.  NULL: out of memory. */
const char *map_word(struct map *m, const char *key);
size_t map_count(const struct map *m);	/* m may be NULL */
const struct map_entry *map_at(const struct map *m, size_t at);
/* What a key is found by, for other tables of texts (numbering.h). */
uint64_t map_hash(const char *key);

#endif
