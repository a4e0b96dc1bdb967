/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: two directories as git would store them, parted by two bytes 0xff. One that is
 * malformed is refused; what differs between two is inside of both, and a table made out of
 * another is what it would have been by itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(struct tree *a, struct tree *b)
{
	struct tree_middle m;
	struct tree_entry e, found;
	struct tree alone = { .raw = b->raw, .len = b->len, .refs = 1 };
	size_t i;

	if (tree_compare(&m, a, b, NULL))
		return;
	if (m.a_from > m.a_to || m.a_to > a->nr || m.b_from > m.b_to || m.b_to > b->nr)
		abort();
	/* The start of b may be malformed only where a's is, which was refused. */
	if (tree_index(&alone, NULL) || alone.nr != b->nr ||
	    memcmp(alone.at, b->at, (alone.nr + 1) * sizeof(*alone.at)))
		abort();
	for (i = 0; i < b->nr; i++) {
		e = tree_at(b, i);
		if (e.name < b->raw || e.name + e.len >= b->raw + b->len || e.name[e.len])
			abort();
		(void)tree_search(&found, b, e.name, e.len);
	}
	free(alone.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *part = memmem(data, size, "\xff\xff", 2);
	size_t len = part ? (size_t)(part - text) : size;
	struct tree a = { .raw = text, .len = len, .refs = 1 };
	struct tree b = { .raw = part ? part + 2 : text, .len = part ? size - len - 2 : len,
			  .refs = 1 };

	compare(&a, &b);
	free(a.at);
	free(b.at);
	return 0;
}
