/* SPDX-License-Identifier: MIT */
/*
 * An ordered map from strings to pointers: an array of entries in order of
 * insertion, and a table of indices into it (open addressing, linear probing).
 *
 * Invariants: the table's size is a power of two and at least twice the
 * number of entries; slot 0 means empty, n means entry n - 1; nothing is ever
 * removed.  Memory left behind by growing stays in the arena.
 */
#include "util/map.h"

#include <string.h>

#include "util/arena.h"
#include "util/error.h"

#define MAP_FIRST 8

struct map {
	struct arena *arena;
	struct map_entry *entries;
	uint32_t *slots;
	size_t nr, cap;		/* slots: 2 * cap */
};

/* Eight bytes at a time, each time mixed so that all bits depend on all that came before. */
uint64_t map_hash(const char *key)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	size_t len = strlen(key);
	uint64_t h = len, w;

	for (; len >= sizeof(w); key += sizeof(w), len -= sizeof(w)) {
		memcpy(&w, key, sizeof(w));
		h = (h ^ w) * odd;
		h ^= h >> 29;
	}
	w = 0;
	memcpy(&w, key, len);
	h = (h ^ w) * odd;
	h ^= h >> 32;
	h *= odd;
	return h ^ (h >> 29);
}

struct map *map_new(struct arena *a)
{
	struct map *m = arena_alloc(a, sizeof(*m));

	if (m)
		m->arena = a;
	return m;
}

/* The slot where `key` is or would be. */
static uint32_t *find_slot(const struct map *m, const char *key)
{
	size_t mask = 2 * m->cap - 1, at = (size_t)map_hash(key) & mask;

	while (m->slots[at] && strcmp(m->entries[m->slots[at] - 1].key, key))
		at = (at + 1) & mask;
	return &m->slots[at];
}

static const struct map_entry *find(const struct map *m, const char *key)
{
	uint32_t slot;

	if (!m || !m->nr)
		return NULL;
	slot = *find_slot(m, key);
	return slot ? &m->entries[slot - 1] : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	const struct map_entry *e = find(m, key);

	return e ? e->value : NULL;
}

bool map_has(const struct map *m, const char *key)
{
	return find(m, key) != NULL;
}

static int grow(struct map *m)
{
	struct map bigger = *m;
	size_t i;

	bigger.cap = m->cap ? m->cap * 2 : MAP_FIRST;
	if (bigger.cap > UINT32_MAX / 2)
		return OPS_ENOMEM;
	bigger.entries = arena_array(m->arena, bigger.cap, sizeof(*m->entries));
	bigger.slots = arena_array(m->arena, bigger.cap, 2 * sizeof(*m->slots));
	if (!bigger.entries || !bigger.slots)
		return OPS_ENOMEM;
	for (i = 0; i < m->nr; i++) {
		bigger.entries[i] = m->entries[i];
		*find_slot(&bigger, m->entries[i].key) = (uint32_t)i + 1;
	}
	*m = bigger;
	return 0;
}

int map_put(struct map *m, const char *key, void *value)
{
	uint32_t *slot;
	char *copy;

	if (m->nr == m->cap && grow(m))
		return OPS_ENOMEM;
	slot = find_slot(m, key);
	if (*slot) {
		m->entries[*slot - 1].value = value;
		return 0;
	}
	copy = arena_str(m->arena, key);
	if (!copy)
		return OPS_ENOMEM;
	m->entries[m->nr].key = copy;
	m->entries[m->nr].value = value;
	m->nr++;
	*slot = (uint32_t)m->nr;
	return 0;
}

const char *map_word(struct map *m, const char *key)
{
	const struct map_entry *e = find(m, key);

	if (!e && map_put(m, key, NULL) == 0)
		e = &m->entries[m->nr - 1];
	return e ? e->key : NULL;
}

size_t map_count(const struct map *m)
{
	return m ? m->nr : 0;
}

const struct map_entry *map_at(const struct map *m, size_t at)
{
	return &m->entries[at];
}
