/* SPDX-License-Identifier: MIT */
/*
 * Finding the marks of a merge, and deciding between what stands there.
 *
 * Only lines that git writes so are marks: seven signs and a blank at the beginning, in
 * their order.  Whatever is not complete is text.
 */
#include "text/conflict.h"

#include <string.h>

#include "text/lines.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

/* Whether the line at `at` begins with the mark, and a blank or its end follows. */
static bool is_mark(const char *text, size_t at, size_t len, const char *mark, bool label)
{
	if (len - at < 7 || memcmp(text + at, mark, 7))
		return false;
	at += 7;
	if (label)
		return at < len && text[at] == ' ';
	return at == len || text[at] == '\n' ||
	       (text[at] == '\r' && at + 1 < len && text[at + 1] == '\n');
}

static size_t next_line(const char *text, size_t at, size_t len)
{
	const char *lf = memchr(text + at, '\n', len - at);

	return lf ? (size_t)(lf - text) + 1 : len;
}

/* Read the hunk that begins at `at`; false if it is none. */
static bool read_hunk(struct hunk *h, const char *text, size_t at, size_t len)
{
	bool base = false, half = false;

	h->start = at;
	h->ours = at = next_line(text, at, len);
	while (at < len) {
		if (is_mark(text, at, len, "<<<<<<<", true))
			return false;
		if (!half && !base && is_mark(text, at, len, "|||||||", true)) {
			h->ours_end = at;
			base = true;
		} else if (!half && is_mark(text, at, len, "=======", false)) {
			if (!base)
				h->ours_end = at;
			h->theirs = next_line(text, at, len);
			half = true;
		} else if (half && is_mark(text, at, len, ">>>>>>>", true)) {
			h->theirs_end = at;
			h->end = next_line(text, at, len);
			return true;
		}
		at = next_line(text, at, len);
	}
	return false;
}

int hunks_find(struct hunk **out, size_t *nr, struct arena *arena, const char *text,
	       size_t len)
{
	struct hunk *list = NULL, one = { 0 };
	size_t at = 0, n = 0, room = 0, next;
	unsigned line = 1;

	while (at < len) {
		next = next_line(text, at, len);
		if (is_mark(text, at, len, "<<<<<<<", true) && read_hunk(&one, text, at, len)) {
			list = arena_room(arena, list, n, &room, sizeof(*list));
			if (!list)
				return OPS_ENOMEM;
			one.line = line;
			list[n++] = one;
			next = one.end;
		}
		for (; at < next; at++)
			line += text[at] == '\n';
	}
	*out = list;
	*nr = n;
	return 0;
}

unsigned hunk_line(const char *text, size_t at, size_t len, unsigned line)
{
	struct lines walk = { .text = text, .at = at, .end = len };
	const char *mark = text + at, *end = text + len;
	struct hunk one;

	/* Nearly every text has none. */
	while ((mark = memchr(mark, '<', (size_t)(end - mark))) &&
	       (end - mark < 8 || memcmp(mark, "<<<<<<< ", 8)))
		mark++;
	if (!mark)
		return 0;
	for (; lines_next(&walk); line++)
		if (walk.kind != LINE_CODE && walk.kind != LINE_FENCE &&
		    is_mark(text, walk.line_start, len, "<<<<<<<", true) &&
		    read_hunk(&one, text, walk.line_start, len))
			return line;
	return 0;
}

void hunks_apply(struct buf *out, const char *text, size_t len, const struct hunk *hunks,
		 size_t nr, const char *choices)
{
	size_t at = 0, i;

	for (i = 0; i < nr && choices[i]; i++) {
		const struct hunk *h = &hunks[i];

		if (choices[i] != 'o' && choices[i] != 't')
			continue;
		buf_add(out, text + at, h->start - at);
		if (choices[i] == 'o')
			buf_add(out, text + h->ours, h->ours_end - h->ours);
		else
			buf_add(out, text + h->theirs, h->theirs_end - h->theirs);
		at = h->end;
	}
	buf_add(out, text + at, len - at);
}
