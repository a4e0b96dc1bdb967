/* SPDX-License-Identifier: MIT */
/*
 * What git makes of a message that comes out of an editor: no comments, nothing
 * after the scissors, no blanks at ends, no empty lines in a row or at either end.
 *
 * It is an approximation for hooks, which see the text before git cleans it; nothing
 * is believed because of it, since the commit itself is judged as it is.
 */
#include "text/message.h"

#include <string.h>

#include "util/buf.h"

static const char scissors[] = " ------------------------ >8 ------------------------";

/* Whether the message ends before a line that is a comment. */
static bool is_cut(const char *line, size_t len)
{
	return len > sizeof(scissors) - 1 &&
	       !memcmp(line + 1, scissors, sizeof(scissors) - 1);
}

size_t message_end(const char *text, size_t len, char comment)
{
	size_t at = 0, end = 0, n;
	const char *lf;

	for (; at < len; at += n) {
		lf = memchr(text + at, '\n', len - at);
		n = lf ? (size_t)(lf - text) - at + 1 : len - at;
		if (text[at] != comment) {
			if (strspn(text + at, " \t\r\n") < n)
				end = at + n;
		} else if (is_cut(text + at, n)) {
			break;
		}
	}
	return end;
}

void message_clean(struct buf *out, const char *text, size_t len, char comment)
{
	const char *at = text, *end = text + len, *next;
	bool gap = false;
	size_t n;

	for (; at < end; at = next) {
		next = memchr(at, '\n', (size_t)(end - at));
		n = next ? (size_t)(next - at) : (size_t)(end - at);
		next = next ? next + 1 : end;
		if (n && *at == comment) {
			if (is_cut(at, n))
				break;
			continue;
		}
		while (n && strchr(" \t\r\v\f", at[n - 1]) && at[n - 1])
			n--;
		if (!n) {
			gap = out->len != 0;
			continue;
		}
		if (gap)
			buf_char(out, '\n');
		gap = false;
		buf_add(out, at, n);
		buf_char(out, '\n');
	}
}
