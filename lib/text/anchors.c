/* SPDX-License-Identifier: MIT */
/*
 * The fragments that lead into a Markdown text: those of headings, made as GitHub
 * makes them (text without markup, small letters, nothing but letters, digits, '-'
 * and '_', blanks as '-', a number for the second of a name), and what tags are called.
 *
 * Where two readings are possible both are taken: a link that works is never called
 * broken.
 */
#include <stdint.h>
#include <string.h>

#include "text/lines.h"
#include "text/links_inside.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/map.h"
#include "util/utf8.h"

/* Small letters beyond ASCII, of the scripts that have them. */
static uint32_t small(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c | 32 : c;
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) ||
	    (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c == 0x386 || (c >= 0x388 && c <= 0x38a))
		return c == 0x386 ? 0x3ac : c + 37;
	if (c == 0x38c || c == 0x38e || c == 0x38f)
		return c == 0x38c ? 0x3cc : c + 63;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) ||
	    (c >= 0x1e00 && c <= 0x1eff) || (c >= 0x460 && c <= 0x481))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	return c;
}

/* Whether a character stays: letters, marks and digits; beyond ASCII by blocks. */
static bool stays(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	return c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c <= 0x206f) &&
	       !(c >= 0x20a0 && c <= 0x20cf) && !(c >= 0x2190 && c <= 0x2bff) &&
	       !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3020) &&
	       !(c >= 0xe000 && c <= 0xf8ff) && !(c >= 0xff01 && c <= 0xff0f) &&
	       !(c >= 0xff1a && c <= 0xff20) && !(c >= 0x1f000 && c <= 0x1faff);
}

static void put(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_char(b, (char)(0xe0 | c >> 12));
		} else {
			buf_char(b, (char)(0xf0 | c >> 18));
			buf_char(b, (char)(0x80 | (c >> 12 & 63)));
		}
		buf_char(b, (char)(0x80 | (c >> 6 & 63)));
	}
	buf_char(b, (char)(0x80 | (c & 63)));
}

/* Bytes of `s` that are markup and no text; 0: none. */
static size_t markup(const char *s, size_t len)
{
	const char *close;
	size_t n;

	if (*s == '!' && len > 1 && s[1] == '[') {
		close = memchr(s, ')', len);
		return close ? (size_t)(close - s) + 1 : 0;
	}
	if (*s == ']' && len > 1 && (s[1] == '(' || s[1] == '[')) {
		close = memchr(s, s[1] == '(' ? ')' : ']', len);
		if (s[1] == '[')
			close = memchr(s + 1, ']', len - 1);
		return close ? (size_t)(close - s) + 1 : 0;
	}
	if (*s == '<' && len > 1 && (s[1] == '/' || s[1] == '!' || (s[1] | 32) >= 'a')) {
		close = memchr(s, '>', len);
		return close ? (size_t)(close - s) + 1 : 0;
	}
	if (*s == '&') {
		for (n = 1; n < len && n < 10 && ((s[n] | 32) >= 'a' || s[n] == '#' ||
						  (s[n] >= '0' && s[n] <= '9')); n++)
			if (s[n] == ';')
				break;
		return n < len && s[n] == ';' ? n + 1 : 0;
	}
	return 0;
}

static bool is_word(char c)
{
	return ascii_letter(c) || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

/* Whether a byte can be nothing but text, whatever stands beside it. */
static bool is_plain(char c)
{
	return ascii_letter(c) || (c >= '0' && c <= '9') || c == ' ';
}

/* The plain text at the beginning of `s`, put in; how much. */
static size_t put_plain(struct buf *b, const char *s, size_t len)
{
	char part[64];
	size_t at;

	for (at = 0; at < len && at < sizeof(part) && is_plain(s[at]); at++)
		part[at] = s[at] == ' ' ? '-' : s[at] >= 'A' && s[at] <= 'Z' ?
			   (char)(s[at] | 32) : s[at];
	buf_add(b, part, at);
	return at;
}

/* Append the fragment of a heading.  `emphasis`: underscores at the edges of words
 * are that. */
static void fragment(struct buf *b, const char *s, size_t len, bool emphasis)
{
	bool code = false;
	size_t at = 0, step, skip;
	uint32_t c;

	while (at < len) {
		if (is_plain(s[at])) {
			at += put_plain(b, s + at, len - at);
			continue;
		}
		skip = code ? 0 : markup(s + at, len - at);
		if (skip) {
			at += skip;
			continue;
		}
		step = utf8_decode(&c, s + at, len - at);
		if (!step)
			return;
		if (c == '`')
			code = !code;
		if (c == '_' && emphasis && !code &&
		    (!at || !is_word(s[at - 1]) || at + 1 == len || !is_word(s[at + 1])))
			c = '*';
		c = small(c);
		if (c == ' ' || stays(c))
			put(b, c == ' ' ? '-' : c);
		at += step;
	}
}

struct anchors {
	struct map *out;
	struct map *counts;	/* of a heading that stands there again: the next number */
	struct arena *arena;
	struct buf text;
};

static int put_anchor(struct anchors *a, const char *text)
{
	return map_put(a->out, text, a->out) ? OPS_ENOMEM : 0;
}

/* Enter a heading; the second of a name is that with "-1". */
static int heading(struct anchors *a, const char *s, size_t len)
{
	const char *name;
	size_t n;

	buf_clear(&a->text);
	fragment(&a->text, s, len, false);
	if (buf_failed(&a->text))
		return OPS_ENOMEM;
	if (!map_has(a->out, a->text.data))
		return put_anchor(a, a->text.data);
	for (n = (size_t)map_get(a->counts, a->text.data) + 1;; n++) {
		name = arena_printf(a->arena, "%s-%zu", a->text.data, n);
		if (!name || map_put(a->counts, a->text.data, (void *)n))
			return OPS_ENOMEM;
		if (!map_has(a->out, name))
			return put_anchor(a, name);
	}
}

static bool is_underline(const struct lines *l)
{
	size_t at = l->text_start;
	char c = at < l->text_end ? l->text[at] : '\0';

	while (at < l->text_end && l->text[at] == c)
		at++;
	return (c == '=' || c == '-') && at == l->text_end && l->indent < 4;
}

int links_anchors(struct map *out, struct arena *arena, const char *text, size_t at,
		  size_t end)
{
	struct anchors a = { out, map_new(arena), arena, BUF_INIT };
	struct lines l = { .text = text, .at = at, .end = end };
	size_t from = 0, to = 0;
	int ret = a.counts ? 0 : OPS_ENOMEM;

	while (ret == 0 && lines_next(&l)) {
		bool under = to > from && l.kind == LINE_TEXT && is_underline(&l);

		if (l.kind == LINE_HEADING) {
			from = l.text_start;
			to = l.text_end;
		}
		if (under || l.kind == LINE_HEADING) {
			ret = heading(&a, text + from, to - from);
			if (ret == 0 && memchr(text + from, '_', to - from)) {
				buf_clear(&a.text);
				fragment(&a.text, text + from, to - from, true);
				ret = buf_failed(&a.text) ? OPS_ENOMEM :
				      put_anchor(&a, a.text.data);
			}
			to = from;
		} else if (l.kind == LINE_TEXT) {
			from = l.text_start;
			to = l.text_end;
		} else {
			to = from;
		}
	}
	buf_release(&a.text);
	return ret ? ret : links_ids(out, arena, text, at, end);
}
