/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the sections of any text lie inside of it and in order, and whatever is asked
 * of them has an answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/pieces.h"
#include "text/section.h"
#include "util/arena.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct arena *arena, const struct sections *s, const struct section *one,
		size_t len)
{
	struct buf text = BUF_INIT;
	const char *const *list;
	size_t nr;

	if (one->heading_start > one->start || one->start > one->own_end ||
	    one->own_end > one->end || one->end > len || !one->title)
		abort();
	(void)section_is_empty(s, one);
	section_text(&text, s, one);
	buf_clear(&text);
	section_canonical(&text, s, one);
	buf_release(&text);
	if (section_items(&list, &nr, arena, s, one) ||
	    section_code_spans(&list, &nr, arena, s, one))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct sections *s;
	struct pieces p;
	char *text = arena_dup(arena, (const char *)data, size);
	size_t i;

	/* As documents are: without a NUL in them. */
	size = strlen(text);
	s = sections_parse(arena, text, 0, size, 1);
	for (i = 0; i < s->nr; i++) {
		if (i && s->list[i].heading_start < s->list[i - 1].heading_start)
			abort();
		/* What is quadratic by nature is asked of a few. */
		if (i < 16)
			ask(arena, s, &s->list[i], size);
	}
	for (i = 0; i < s->checks_nr; i++)
		if (s->checks[i].mark >= size)
			abort();
	if (pieces_of_text(&p, arena, text, size))
		abort();
	arena_free(arena);
	return 0;
}
