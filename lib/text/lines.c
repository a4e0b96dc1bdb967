/* SPDX-License-Identifier: MIT */
/*
 * Markdown line by line: what each line is, as far as our rules care.
 *
 * Not a Markdown parser: block quotes, tables, setext headings and indented
 * code are plain text.  What matters is that nothing within fenced code or an
 * HTML comment is taken for a heading or a list, and that a stray "<!--"
 * cannot hide the rest of a document.  One pass, no allocation.
 */
#include "text/lines.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t run_of(const struct lines *l, size_t at, char c)
{
	size_t start = at;

	while (at < l->line_end && l->text[at] == c)
		at++;
	return at - start;
}

static bool starts_with(const struct lines *l, size_t at, const char *s)
{
	size_t len = strlen(s);

	return l->line_end - at >= len && !memcmp(l->text + at, s, len);
}

/* The offset of s in the line from `at` on, or line_end. */
static size_t find(const struct lines *l, size_t at, const char *s)
{
	const char *p = memmem(l->text + at, l->line_end - at, s, strlen(s));

	return p ? (size_t)(p - l->text) : l->line_end;
}

/* Whether "-->" stands anywhere at or after `at`; looked up once. */
static bool closes_later(struct lines *l, size_t at)
{
	size_t i;

	if (!l->last_close) {
		l->last_close = 1;
		for (i = l->end; i >= l->at + 3; i--) {
			if (!memcmp(l->text + i - 3, "-->", 3)) {
				l->last_close = i - 3;
				break;
			}
		}
	}
	return l->last_close > at;
}

/* Whether "<!--" stands in the line at or after `at`.  Where the next one stands is looked
 * up once, so that lines without one, nearly every, cost nothing. */
static bool opens_comment(struct lines *l, size_t at)
{
	const char *p = l->text + at, *end = l->text + l->end;

	if (l->next_open <= at) {
		while ((p = memchr(p, '<', (size_t)(end - p))) &&
		       (end - p < 4 || memcmp(p, "<!--", 4)))
			p++;
		l->next_open = (p ? (size_t)(p - l->text) : l->end) + 1;
	}
	return l->next_open <= l->line_end;
}

/* Whether a comment that the line opens at or after `at` is so at its end.  Code
 * spans that close on the line hide what is in them. */
static bool stays_open(struct lines *l, size_t at)
{
	size_t open, run, close;

	while (at < l->line_end) {
		if (l->text[at] == '`') {
			run = run_of(l, at, '`');
			for (close = at + run; close < l->line_end; close++) {
				size_t other = run_of(l, close, '`');

				if (other == run)
					break;
				close += other;
			}
			at = close < l->line_end ? close + run : at + run;
			continue;
		}
		if (!starts_with(l, at, "<!--")) {
			at++;
			continue;
		}
		open = at;
		at = find(l, at + 4, "-->");
		if (at == l->line_end)
			return open == l->text_start ||
			       closes_later(l, l->line_end);
		at += 3;
	}
	return false;
}

static bool comment_stays_open(struct lines *l, size_t at)
{
	/* Nearly always it is known by now that there is none. */
	return l->next_open <= l->line_end && opens_comment(l, at) && stays_open(l, at);
}

static void set_line(struct lines *l)
{
	const char *lf = l->text + l->at;
	size_t next, start, end, indent;

	/* Of the lines of a text every third has nothing else. */
	if (*lf != '\n')
		lf = memchr(lf, '\n', l->end - l->at);
	next = lf ? (size_t)(lf - l->text) + 1 : l->end;
	start = l->at;
	end = lf ? next - 1 : next;
	if (lf && end > start && l->text[end - 1] == '\r')
		end--;
	l->line_start = start;
	l->line_end = end;
	l->at = next;
	l->mark = 0;
	l->level = 0;
	for (indent = 0; start < end && is_blank(l->text[start]); start++)
		indent += l->text[start] == '\t' ? 4 - indent % 4 : 1;
	while (end > start && is_blank(l->text[end - 1]))
		end--;
	l->indent = indent;
	l->text_start = start;
	l->text_end = end;
}

/* Within a fenced code block. */
static enum line_kind code_line(struct lines *l)
{
	size_t run = run_of(l, l->text_start, l->fence);

	if (run < l->fence_len || l->text_start + run != l->text_end)
		return LINE_CODE;
	l->fence = '\0';
	return LINE_FENCE;
}

static bool opens_fence(struct lines *l)
{
	char c = l->text_start < l->line_end ? l->text[l->text_start] : '\0';
	size_t run;

	if (c != '`' && c != '~')
		return false;
	run = run_of(l, l->text_start, c);
	if (run < 3 || (c == '`' && memchr(l->text + l->text_start + run, '`',
					   l->line_end - l->text_start - run)))
		return false;
	l->fence = c;
	l->fence_len = run;
	return true;
}

static bool is_heading(struct lines *l)
{
	size_t level = run_of(l, l->text_start, '#');
	size_t at = l->text_start + level, end = l->text_end, hashes;

	if (!level || level > 6 || (at < l->line_end && !is_blank(l->text[at])))
		return false;
	while (at < end && is_blank(l->text[at]))
		at++;
	/* Closing #s count only behind a blank. */
	hashes = end;
	while (hashes > at && l->text[hashes - 1] == '#')
		hashes--;
	if (hashes == at || is_blank(l->text[hashes - 1]))
		end = hashes;
	while (end > at && is_blank(l->text[end - 1]))
		end--;
	l->level = (unsigned)level;
	l->text_start = at;
	l->text_end = end;
	return true;
}

/* The length of a list marker at `at`, or 0. */
static size_t marker_len(const struct lines *l, size_t at)
{
	size_t end = at;

	if (at < l->line_end && (l->text[at] == '-' || l->text[at] == '*' ||
				 l->text[at] == '+')) {
		end++;
	} else {
		while (end < l->line_end && end - at < 9 && l->text[end] >= '0' &&
		       l->text[end] <= '9')
			end++;
		if (end == at || end == l->line_end ||
		    (l->text[end] != '.' && l->text[end] != ')'))
			return 0;
		end++;
	}
	return end == l->line_end || is_blank(l->text[end]) ? end - at : 0;
}

static bool is_item(struct lines *l)
{
	size_t len = marker_len(l, l->text_start), at = l->text_start + len;

	if (!len)
		return false;
	while (at < l->text_end && is_blank(l->text[at]))
		at++;
	l->list_indent = l->indent + len + 1;
	if (l->text_end - at >= 3 && l->text[at] == '[' && l->text[at + 2] == ']' &&
	    strchr(" xX", l->text[at + 1]) &&
	    (at + 3 == l->text_end || is_blank(l->text[at + 3]))) {
		l->mark = at + 1;
		at += 3;
		while (at < l->text_end && is_blank(l->text[at]))
			at++;
	}
	l->text_start = at < l->text_end ? at : l->text_end;
	return true;
}

/* Whether the line is one whole comment, or the start of one. */
static bool is_comment(struct lines *l)
{
	size_t close;

	if (!starts_with(l, l->text_start, "<!--"))
		return false;
	close = find(l, l->text_start + 4, "-->");
	if (close == l->line_end) {
		l->comment = true;
		return true;
	}
	return close + 3 == l->text_end;
}

static enum line_kind plain_line(struct lines *l)
{
	/* Deep indentation is code, unless a list item is open to hold it. */
	bool deep = l->indent >= l->list_indent + 4;
	char first = l->text_start < l->line_end ? (char)(l->text[l->text_start] | 32) : '\0';

	/* Nearly every line: nothing but text begins with a letter. */
	if (first >= 'a' && first <= 'z' && !deep) {
		l->comment = comment_stays_open(l, l->text_start);
		if (!l->indent)
			l->list_indent = 0;
		return LINE_TEXT;
	}
	if (l->text_start == l->line_end)
		return LINE_BLANK;
	if (deep)
		return LINE_TEXT;
	if (opens_fence(l))
		return LINE_FENCE;
	if (is_comment(l))
		return LINE_COMMENT;
	l->comment = comment_stays_open(l, l->text_start);
	if (l->indent < 4 && is_heading(l)) {
		l->list_indent = 0;
		return LINE_HEADING;
	}
	if (is_item(l))
		return LINE_ITEM;
	if (!l->indent)
		l->list_indent = 0;
	return LINE_TEXT;
}

bool lines_next(struct lines *l)
{
	size_t close;

	if (l->at >= l->end)
		return false;
	set_line(l);
	if (l->fence) {
		l->kind = code_line(l);
	} else if (l->comment) {
		close = find(l, l->line_start, "-->");
		l->comment = close == l->line_end;
		if (!l->comment)
			l->comment = comment_stays_open(l, close + 3);
		l->kind = LINE_COMMENT;
	} else {
		l->kind = plain_line(l);
	}
	return true;
}
