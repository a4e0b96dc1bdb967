/* SPDX-License-Identifier: MIT */
/*
 * Numbers by text: a table of numbers alone (open addressing, linear probing), whose owner says
 * what text each stands for.
 */
#include "util/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/map.h"

#define ROOM_FIRST 16

void numbering_init(struct numbering *n, numbering_text *text, const void *whole)
{
	memset(n, 0, sizeof(*n));
	n->text = text;
	n->whole = whole;
}

void numbering_release(struct numbering *n)
{
	free(n->slots);
	memset(n, 0, sizeof(*n));
}

/* The slot where a text is or would be. */
static uint32_t *find_slot(const struct numbering *n, const char *text)
{
	size_t at = (size_t)map_hash(text) & (n->room - 1);

	while (n->slots[at] && strcmp(n->text(n->whole, n->slots[at]), text))
		at = (at + 1) & (n->room - 1);
	return &n->slots[at];
}

uint32_t numbering_find(const struct numbering *n, const char *text)
{
	return n->nr ? *find_slot(n, text) : 0;
}

static int grow(struct numbering *n)
{
	struct numbering bigger = *n;
	size_t i;

	bigger.room = n->room ? 2 * n->room : ROOM_FIRST;
	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots)
		return OPS_ENOMEM;
	for (i = 0; i < n->room; i++)
		if (n->slots[i])
			*find_slot(&bigger, n->text(n->whole, n->slots[i])) = n->slots[i];
	free(n->slots);
	*n = bigger;
	return 0;
}

int numbering_add(struct numbering *n, uint32_t number)
{
	if (2 * (n->nr + 1) > n->room && grow(n))
		return OPS_ENOMEM;
	*find_slot(n, n->text(n->whole, number)) = number;
	n->nr++;
	return 0;
}
