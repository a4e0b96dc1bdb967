/* SPDX-License-Identifier: MIT */
/*
 * The lines of a text as a set of hashes, open addressing, at most half full.
 */

#include "text/line_set.h"

#include <stdlib.h>
#include <string.h>

#include "util/error.h"

static uint64_t line_hash(const char *text, size_t len)
{
	uint64_t h = 1469598103934665603u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 1099511628211u;
	return h ? h : 1;
}

size_t line_length(const char *text, size_t len)
{
	const char *lf = memchr(text, '\n', len);

	return lf ? (size_t)(lf - text) : len;
}

static bool line_slot(size_t *out, const struct line_set *set, uint64_t hash)
{
	size_t at = (size_t)hash & set->mask;

	for (; set->slots[at]; at = (at + 1) & set->mask)
		if (set->slots[at] == hash)
			break;
	*out = at;
	return set->slots[at] == hash;
}

int line_set_fill(struct line_set *set, const char *text, size_t len)
{
	size_t lines = 2, room = 16, at, n, slot;

	for (at = 0; at < len; at++)
		lines += text[at] == '\n';
	while (room < lines * 2)
		room *= 2;
	set->slots = calloc(room, sizeof(*set->slots));
	if (!set->slots)
		return OPS_ENOMEM;
	set->mask = room - 1;
	for (at = 0; at < len; at += n + 1) {
		uint64_t hash;

		n = line_length(text + at, len - at);
		hash = line_hash(text + at, n);
		line_slot(&slot, set, hash);
		set->slots[slot] = hash;
	}
	return 0;
}

void line_set_release(struct line_set *set)
{
	free(set->slots);
	*set = (struct line_set)LINE_SET_INIT;
}

bool line_set_has(const struct line_set *set, const char *line, size_t len)
{
	size_t slot;

	return set->slots && line_slot(&slot, set, line_hash(line, len));
}

bool line_set_grows(const struct line_set *set, const char *text, size_t len)
{
	size_t at, n, blank;

	for (at = 0; at < len; at += n + 1) {
		n = line_length(text + at, len - at);
		for (blank = 0; blank < n && strchr(" \t\r", text[at + blank]); blank++)
			;
		if (blank < n && !line_set_has(set, text + at, n))
			return true;
	}
	return false;
}
