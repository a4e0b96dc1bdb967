/* SPDX-License-Identifier: MIT */
/*
 * What stands in a section: whether anything does, its text, the form digests
 * are made of, its list items and its code spans.
 *
 * The canonical form must never change: digests in old packets are made of it.
 */
#include "text/section.h"

#include <string.h>

#include "text/doc.h"
#include "text/lines.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

static struct lines walk_of(const struct sections *s, const struct section *one)
{
	struct lines walk = { .text = s->text, .at = one->start,
			      .end = one->end };

	return walk;
}

/* Whether a line's text is nothing once comments are taken out, or only a
 * placeholder. */
static bool says_nothing(const char *text, size_t len)
{
	struct buf b = BUF_INIT;
	const char *open, *close, *end = text + len;
	bool nothing;

	while ((open = memmem(text, (size_t)(end - text), "<!--", 4)) &&
	       (close = memmem(open + 4, (size_t)(end - open - 4), "-->", 3))) {
		buf_add(&b, text, (size_t)(open - text));
		text = close + 3;
	}
	buf_add(&b, text, (size_t)(end - text));
	nothing = !buf_failed(&b) && (b.data[strspn(b.data, " \t")] == '\0' ||
				      doc_text_is_placeholder(b.data));
	buf_release(&b);
	return nothing;
}

bool section_is_empty(const struct sections *s, const struct section *one)
{
	struct lines walk = walk_of(s, one);

	while (lines_next(&walk)) {
		if (walk.kind == LINE_CODE && walk.text_start < walk.text_end)
			return false;
		if ((walk.kind == LINE_TEXT || walk.kind == LINE_ITEM) &&
		    !says_nothing(walk.text + walk.text_start,
				  walk.text_end - walk.text_start))
			return false;
	}
	return true;
}

/* The section's lines between the outer blank ones. */
static bool trimmed(const struct sections *s, const struct section *one,
		    size_t *start, size_t *end)
{
	struct lines walk = walk_of(s, one);
	bool any = false;

	while (lines_next(&walk)) {
		if (walk.text_start == walk.line_end)
			continue;
		if (!any)
			*start = walk.line_start;
		any = true;
		*end = walk.line_end;
	}
	return any;
}

void section_text(struct buf *out, const struct sections *s,
		  const struct section *one)
{
	size_t start, end;

	if (trimmed(s, one, &start, &end))
		buf_add(out, s->text + start, end - start);
}

void section_canonical(struct buf *out, const struct sections *s,
		       const struct section *one)
{
	struct lines walk = walk_of(s, one);
	bool any = false, gap = false;

	while (lines_next(&walk)) {
		bool item = walk.kind == LINE_ITEM && walk.mark;
		size_t head = item ? walk.mark - walk.line_start : 0;
		size_t end = walk.line_end;

		while (end > walk.line_start &&
		       (walk.text[end - 1] == ' ' || walk.text[end - 1] == '\t'))
			end--;
		if (end == walk.line_start) {
			gap = any;
			continue;
		}
		if (gap)
			buf_char(out, '\n');
		gap = false;
		any = true;
		if (item) {
			buf_add(out, walk.text + walk.line_start, head);
			buf_char(out, ' ');
			head++;
		}
		buf_add(out, walk.text + walk.line_start + head,
			end - walk.line_start - head);
		buf_char(out, '\n');
	}
}

/* Strings being collected, in an arena. */
struct list {
	struct arena *arena;
	const char **strings;
	size_t nr, room;
};

static bool list_add(struct list *l, const char *s, size_t len)
{
	const char **strings = arena_room(l->arena, l->strings, l->nr, &l->room,
					  sizeof(*strings));

	if (!strings)
		return false;
	l->strings = strings;
	strings[l->nr] = arena_dup(l->arena, s, len);
	return strings[l->nr++] != NULL;
}

/* Put what was gathered into the list and start anew. */
static bool flush(struct list *l, struct buf *text)
{
	bool done = !text->len || list_add(l, text->data, text->len);

	done = done && !buf_failed(text);
	buf_clear(text);
	return done;
}

static void join(struct buf *text, const char *s, size_t len)
{
	if (!len)
		return;
	if (text->len)
		buf_char(text, ' ');
	buf_add(text, s, len);
}

static bool has_items(struct lines walk)
{
	while (lines_next(&walk))
		if (walk.kind == LINE_ITEM)
			return true;
	return false;
}

/* Items, when there is a list: deeper items and lines that go on belong to the
 * item they stand under; text outside the list is not an item. */
static bool gather_items(struct list *l, struct buf *text, struct lines walk)
{
	bool open = false, gap = false;
	size_t depth = 0;

	while (lines_next(&walk)) {
		const char *s = walk.text + walk.text_start;
		size_t len = walk.text_end - walk.text_start;

		if (walk.kind == LINE_ITEM && (!open || walk.indent < depth)) {
			if (!flush(l, text))
				return false;
			depth = walk.list_indent;
			open = true;
			join(text, s, len);
		} else if (walk.kind == LINE_ITEM) {
			s = walk.text + walk.line_start;
			s += strspn(s, " \t");
			join(text, s, (size_t)(walk.text + walk.text_end - s));
		} else if (walk.kind == LINE_HEADING ||
			   (walk.kind == LINE_TEXT && gap && !walk.indent)) {
			open = false;
			if (!flush(l, text))
				return false;
		} else if (walk.kind == LINE_TEXT && open) {
			join(text, s, len);
		}
		gap = walk.kind == LINE_BLANK;
	}
	return flush(l, text);
}

static bool gather_paragraphs(struct list *l, struct buf *text, struct lines walk)
{
	while (lines_next(&walk)) {
		if (walk.kind == LINE_TEXT)
			join(text, walk.text + walk.text_start,
			     walk.text_end - walk.text_start);
		else if (!flush(l, text))
			return false;
	}
	return flush(l, text);
}

int section_items(const char *const **out, size_t *nr, struct arena *arena,
		  const struct sections *s, const struct section *one)
{
	struct lines walk = walk_of(s, one);
	struct list l = { .arena = arena };
	struct buf text = BUF_INIT;
	bool done;

	done = has_items(walk) ? gather_items(&l, &text, walk) :
				 gather_paragraphs(&l, &text, walk);
	buf_release(&text);
	if (!done)
		return OPS_ENOMEM;
	*out = l.strings;
	*nr = l.nr;
	return 0;
}

static size_t ticks(const char *s, size_t at, size_t len)
{
	size_t start = at;

	while (at < len && s[at] == '`')
		at++;
	return at - start;
}

struct spans {
	struct arena *arena;
	struct code_span *list;
	size_t nr, room;
};

static bool add_span(struct spans *l, const char *text, size_t at, size_t start, size_t end,
		     bool open)
{
	struct code_span *list = arena_room(l->arena, l->list, l->nr, &l->room, sizeof(*list));
	struct code_span *one;

	if (!list)
		return false;
	l->list = list;
	one = &list[l->nr++];
	*one = (struct code_span){ arena_dup(l->arena, text + start, end - start), at,
				   ticks(text, at, end), open };
	return one->text != NULL;
}

/* Those of one line; a span that goes over lines is not seen, but where it begins. */
static bool gather_spans(struct spans *l, const char *s, size_t from, size_t len)
{
	size_t at = from, run, start, end, other = 0;

	while (at < len) {
		run = ticks(s, at, len);
		if (!run) {
			at++;
			continue;
		}
		start = at + run;
		for (end = start; end < len; end += other ? other : 1) {
			other = ticks(s, end, len);
			if (other == run)
				break;
		}
		if (end >= len) {
			if (!add_span(l, s, at, start, len, true))
				return false;
			at = start;
			continue;
		}
		other = at;
		at = end + run;
		/* One blank at both ends only keeps ticks apart. */
		if (end - start > 2 && s[start] == ' ' && s[end - 1] == ' ') {
			start++;
			end--;
		}
		if (!add_span(l, s, other, start, end, false))
			return false;
	}
	return true;
}

int section_spans(const struct code_span **out, size_t *nr, struct arena *arena,
		  const struct sections *s, const struct section *one)
{
	struct lines walk = walk_of(s, one);
	struct spans l = { .arena = arena };

	while (lines_next(&walk)) {
		if (walk.kind != LINE_TEXT && walk.kind != LINE_ITEM &&
		    walk.kind != LINE_HEADING)
			continue;
		if (!gather_spans(&l, walk.text, walk.text_start, walk.text_end))
			return OPS_ENOMEM;
	}
	*out = l.list;
	*nr = l.nr;
	return 0;
}

int section_code_spans(const char *const **out, size_t *nr, struct arena *arena,
		       const struct sections *s, const struct section *one)
{
	const struct code_span *spans;
	const char **list;
	size_t i, all, closed = 0;
	int ret = section_spans(&spans, &all, arena, s, one);

	list = ret ? NULL : arena_array(arena, all + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < all; i++)
		if (!spans[i].open)
			list[closed++] = spans[i].text;
	*out = list;
	*nr = closed;
	return 0;
}
