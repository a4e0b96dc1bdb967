/* SPDX-License-Identifier: MIT */
/*
 * Finding links, anchors and comments in Markdown.
 *
 * Lines that belong together, as of a paragraph, are read as one block, since a link
 * or a code span may go over their ends.  Not a whole parser: what is doubtful is
 * no link, because a finding about what is none would be a lie.  One pass over each
 * block, nothing is looked at twice without a bound.
 */
#include <stdint.h>
#include <string.h>

#include "text/lines.h"
#include "text/links_inside.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/map.h"
#include "util/utf8.h"

#define BRACKETS_MAX 32
#define PART_MAX 2048		/* of a destination or a title */

struct scan {
	struct links *out;
	struct arena *arena;
	const char *text;
	size_t end, whole;	/* of the block, and of the text */
	bool no_tag, no_comment;	/* no end of one lies ahead in the block */
	struct map *anchors;	/* instead of links: ids and names */
	bool failed;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_punctuation(char c)
{
	return c && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c);
}

/* A new link, or NULL. */
static struct link *add(struct scan *s, enum link_kind kind, size_t at, const char *text)
{
	struct links *out = s->out;
	struct link *list, *link;

	if (s->anchors || s->failed)
		return NULL;
	if (!text) {
		s->failed = true;
		return NULL;
	}
	list = arena_room(s->arena, out->list, out->nr, &out->cap, sizeof(*list));
	if (!list) {
		s->failed = true;
		return NULL;
	}
	out->list = list;
	link = &out->list[out->nr++];
	memset(link, 0, sizeof(*link));
	link->kind = kind;
	link->text = text;
	link->at = at;
	return link;
}

/* text[at..end) without the backslashes before punctuation. */
static const char *unescaped(struct scan *s, size_t at, size_t end)
{
	char *copy = arena_dup(s->arena, s->text + at, end - at), *from = copy, *to = copy;

	if (!copy)
		return NULL;
	while (*from) {
		if (*from == '\\' && is_punctuation(from[1]))
			from++;
		*to++ = *from++;
	}
	*to = '\0';
	return copy;
}

/* A label as labels are compared: runs of blanks as one, letters small. */
static const char *label_of(struct scan *s, size_t at, size_t end)
{
	char *copy = arena_dup(s->arena, s->text + at, end - at), *from = copy, *to = copy;

	if (!copy)
		return NULL;
	for (; *from; from++) {
		if (is_blank(*from)) {
			if (to > copy && to[-1] != ' ')
				*to++ = ' ';
		} else {
			*to++ = *from >= 'A' && *from <= 'Z' ? (char)(*from | 32) : *from;
		}
	}
	if (to > copy && to[-1] == ' ')
		to--;
	*to = '\0';
	return copy;
}

/* As far as a part that begins at `at` may go. */
static size_t part_end(const struct scan *s, size_t at)
{
	return s->end - at > PART_MAX ? at + PART_MAX : s->end;
}

static size_t skip_blanks(const struct scan *s, size_t at)
{
	while (at < s->end && is_blank(s->text[at]))
		at++;
	return at;
}

/* The end of a destination that begins at `at`, or 0.  `*from`, `*to`: it itself. */
static size_t destination(const struct scan *s, size_t at, size_t *from, size_t *to)
{
	size_t limit = part_end(s, at);
	unsigned depth = 0;

	if (at < limit && s->text[at] == '<') {
		for (*from = ++at; at < limit && s->text[at] != '>'; at++)
			if (s->text[at] == '\n' || s->text[at] == '<')
				return 0;
		*to = at;
		return at < limit ? at + 1 : 0;
	}
	for (*from = at; at < limit && !is_blank(s->text[at]); at++) {
		if (s->text[at] == '\\' && at + 1 < limit &&
		    is_punctuation(s->text[at + 1]))
			at++;
		else if (s->text[at] == '(')
			depth++;
		else if (s->text[at] == ')' && !depth--)
			break;
	}
	*to = at;
	return at;
}

/* Behind a title, or where there is none. */
static size_t skip_title(const struct scan *s, size_t at)
{
	size_t limit = part_end(s, at);
	char close;

	if (at >= s->end || !strchr("\"'(", s->text[at]))
		return at;
	close = s->text[at] == '(' ? ')' : s->text[at];
	for (at++; at < limit && s->text[at] != close; at++)
		if (s->text[at] == '\\')
			at++;
	return at < limit ? at + 1 : limit;
}

/* Behind "](": the end of the link, or `at` when it is none. */
static size_t inline_link(struct scan *s, size_t at)
{
	size_t from, to, end = destination(s, skip_blanks(s, at), &from, &to);

	if (!end)
		return at;
	end = skip_blanks(s, skip_title(s, skip_blanks(s, end)));
	if (end >= s->end || s->text[end] != ')')
		return at;
	add(s, LINK_DESTINATION, from, unescaped(s, from, to));
	return end + 1;
}

/* Behind "[label]:" at the beginning of a line. */
static size_t definition(struct scan *s, size_t open, size_t close)
{
	size_t from, to, end, at = skip_blanks(s, close + 2);
	struct link *link;

	if (open + 1 == close || s->text[open + 1] == '^')
		return close + 2;
	end = destination(s, at, &from, &to);
	if (!end || from == to)
		return close + 2;
	/* Nothing but a title may follow on its line. */
	for (at = end; at < s->end && (s->text[at] == ' ' || s->text[at] == '\t'); at++)
		;
	at = skip_title(s, at);
	while (at < s->end && (s->text[at] == ' ' || s->text[at] == '\t' ||
			       s->text[at] == '\r'))
		at++;
	if (at < s->end && s->text[at] != '\n')
		return close + 2;
	link = add(s, LINK_DEFINITION, from, unescaped(s, from, to));
	if (link) {
		link->label = label_of(s, open + 1, close);
		s->failed |= !link->label;
	}
	return end;
}

/* Behind "][": as inline_link().  "x[1][2]" of a formula is no reference. */
static size_t reference(struct scan *s, size_t open, size_t at)
{
	const char *close = memchr(s->text + at, ']', s->end - at);
	char before = open ? s->text[open - 1] : ' ';
	size_t end = close ? (size_t)(close - s->text) : s->end;

	if (!close || memchr(s->text + at, '[', end - at))
		return at;
	if (ascii_letter(before) || (before >= '0' && before <= '9') ||
	    strchr("_])}\\`", before) || s->text[at] == '^' || s->text[open + 1] == '^')
		return end + 1;
	if (end > at)
		add(s, LINK_REFERENCE, at, label_of(s, at, end));
	else if (at - 2 > open + 1)
		add(s, LINK_REFERENCE, open + 1, label_of(s, open + 1, at - 2));
	return end + 1;
}

/* Behind the code span that begins at `at`, or behind its marks when it is none. */
static size_t code_span(const struct scan *s, size_t at)
{
	size_t run = 0, other, i;

	while (at + run < s->end && s->text[at + run] == '`')
		run++;
	for (i = at + run; i < s->end; i += other) {
		const char *next = memchr(s->text + i, '`', s->end - i);

		if (!next)
			break;
		i = (size_t)(next - s->text);
		for (other = 0; i + other < s->end && s->text[i + other] == '`'; other++)
			;
		if (other == run)
			return i + run;
	}
	return at + run;
}

static size_t comment(struct scan *s, size_t at)
{
	const char *close = s->no_comment ? NULL :
		memmem(s->text + at + 4, s->end - at - 4, "-->", 3);
	size_t end = close ? (size_t)(close - s->text) : 0, i;
	struct link *link;

	s->no_comment = !close;
	if (!close)
		return at + 4;
	link = add(s, LINK_COMMENT, at, arena_dup(s->arena, s->text + at + 4, end - at - 4));
	if (!link)
		return end + 3;
	link->end = end;
	link->alone = true;
	for (i = at; i && s->text[i - 1] != '\n'; i--)
		link->alone &= is_blank(s->text[i - 1]);
	for (i = end + 3; i < s->end && s->text[i] != '\n'; i++)
		link->alone &= is_blank(s->text[i]);
	return end + 3;
}

/* The value of attribute `name` in a tag, from..to; false when it has none. */
static bool attribute(const struct scan *s, size_t at, size_t end, const char *name,
		      size_t *from, size_t *to)
{
	size_t len = strlen(name);
	const char *close;

	for (; at + len + 2 < end; at++) {
		if (!is_blank(s->text[at]) || memcmp(s->text + at + 1, name, len) ||
		    s->text[at + 1 + len] != '=')
			continue;
		*from = at + len + 2;
		if (s->text[*from] != '"' && s->text[*from] != '\'')
			return false;
		close = memchr(s->text + *from + 1, s->text[*from], end - *from - 1);
		*to = close ? (size_t)(close - s->text) : end;
		++*from;
		return close != NULL;
	}
	return false;
}

/* A tag or an autolink. */
static size_t tag(struct scan *s, size_t at)
{
	static const char *const links[] = { "href", "src" }, *const ids[] = { "id", "name" };
	bool begins = at + 1 < s->end && (ascii_letter(s->text[at + 1]) || s->text[at + 1] == '/');
	const char *close = s->no_tag || !begins ? NULL :
			    memchr(s->text + at, '>', s->end - at), *id;
	size_t end = close ? (size_t)(close - s->text) : 0, from, to, i;

	/* What is no tag does not look for its end: there may be many before one. */
	s->no_tag |= begins && !close;
	if (!close)
		return at + 1;
	/* One that closes has no attributes. */
	for (i = 0; i < 2 && s->text[at + 1] != '/'; i++) {
		if (!s->anchors && attribute(s, at, end, links[i], &from, &to))
			add(s, LINK_DESTINATION, from,
			    arena_dup(s->arena, s->text + from, to - from));
		if (!s->anchors || !attribute(s, at, end, ids[i], &from, &to))
			continue;
		id = arena_dup(s->arena, s->text + from, to - from);
		s->failed |= !id || map_put(s->anchors, id, s->anchors);
	}
	return end + 1;
}

/* Whether nothing but at most three blanks stand before it in its line. */
static bool begins_line(const struct scan *s, size_t at)
{
	size_t blanks = 0;

	while (at && s->text[at - 1] == ' ' && blanks < 4) {
		at--;
		blanks++;
	}
	return blanks < 4 && (!at || s->text[at - 1] == '\n');
}

/* Whether a byte means something to scan_block(). */
static bool is_sign(char c)
{
	return (c >= '[' && c <= ']') || c == '`' || c == '<';
}

#define BLOCK 16

/* As many bytes as the processor compares at once, each answer -1 or 0. */
typedef unsigned char bytes __attribute__((vector_size(BLOCK)));

/* Where the first sign stands in a block, or BLOCK. */
static size_t first_sign(const char *text)
{
	uint64_t halves[2];
	bytes c, signs;
	size_t at = 0;

	memcpy(&c, text, sizeof(c));
	signs = (bytes)(c - '[' <= ']' - '[') | (bytes)(c == '`') | (bytes)(c == '<');
	memcpy(halves, &signs, sizeof(halves));
	if (!(halves[0] | halves[1]))
		return BLOCK;
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		return halves[0] ? (size_t)__builtin_ctzll(halves[0]) / 8 :
				   8 + (size_t)__builtin_ctzll(halves[1]) / 8;
	while (!is_sign(text[at]))
		at++;
	return at;
}

/* The next byte from `at` on that means something to scan_block(), or the end. */
static size_t next_sign(const struct scan *s, size_t at)
{
	size_t first;

	while (s->end - at >= BLOCK) {
		first = first_sign(s->text + at);
		at += first;
		if (first < BLOCK)
			return at;
	}
	while (at < s->end && !is_sign(s->text[at]))
		at++;
	return at;
}

static void scan_block(struct scan *s, size_t at)
{
	size_t open[BRACKETS_MAX], depth = 0;

	s->no_tag = s->no_comment = false;
	while (at < s->end && !s->failed) {
		char next = at + 1 < s->end ? s->text[at + 1] : '\0';

		switch (s->text[at]) {
		case '\\':
			at += 2;
			break;
		case '`':
			at = code_span(s, at);
			break;
		case '<':
			at = s->end - at > 4 && !memcmp(s->text + at, "<!--", 4) ?
				comment(s, at) : tag(s, at);
			break;
		case '[':
			if (depth == BRACKETS_MAX)
				depth = 0;
			open[depth++] = at++;
			break;
		case ']':
			at++;
			if (!depth)
				break;
			depth--;
			if (next == '(')
				at = inline_link(s, at + 1);
			else if (next == '[')
				at = reference(s, open[depth], at + 1);
			else if (next == ':' && !depth && begins_line(s, open[depth]))
				at = definition(s, open[depth], at - 1);
			break;
		default:
			at = next_sign(s, at + 1);
		}
	}
}

/* Whether a line goes on with the block of the one before. */
static bool goes_on(const struct lines *l)
{
	return l->kind == LINE_TEXT || l->kind == LINE_COMMENT;
}

/* A block that is read line by line, and then as one. */
struct links_reader {
	struct scan scan;
	size_t start;		/* of the block */
	bool open;		/* there is one */
	bool blank;		/* the line before was, or there was none */
};

static void begin(struct links_reader *r)
{
	r->start = 0;
	r->open = false;
	r->blank = true;
}

void links_line(struct links_reader *r, const struct lines *l)
{
	bool code, block;

	/* Nearly every line. */
	if (r->open && goes_on(l)) {
		r->blank = false;
		return;
	}
	/* Deep indentation behind a blank line is code. */
	code = l->kind == LINE_TEXT && r->blank && !r->open &&
	       l->indent >= l->list_indent + 4;
	block = !code && (goes_on(l) || l->kind == LINE_ITEM || l->kind == LINE_HEADING);
	if (r->open) {
		r->scan.end = l->line_start;
		scan_block(&r->scan, r->start);
		r->open = false;
	}
	if (block && !r->open) {
		r->start = l->line_start;
		r->open = true;
	}
	if (block && l->kind == LINE_HEADING) {
		r->scan.end = l->line_end;
		scan_block(&r->scan, r->start);
		r->open = false;
	}
	r->blank = l->kind == LINE_BLANK || (r->blank && code);
}

int links_end(struct links_reader *r)
{
	if (r->open) {
		r->scan.end = r->scan.whole;
		scan_block(&r->scan, r->start);
	}
	return r->scan.failed ? OPS_ENOMEM : 0;
}

static int read_lines(struct links_reader *r, struct lines *l)
{
	begin(r);
	while (!r->scan.failed && lines_next(l))
		links_line(r, l);
	return links_end(r);
}

/* Whether there is anything to find, found out fast. */
static bool worth(const char *text, size_t len)
{
	const char *at = text, *end = text + len;

	while ((at = memchr(at, ']', (size_t)(end - at)))) {
		if (++at < end && strchr("([:", *at))
			return true;
	}
	for (at = text; (at = memchr(at, '<', (size_t)(end - at))); )
		if (++at < end && (*at == '!' || ascii_letter(*at)))
			return true;
	return false;
}

/* Whether what stands here, behind one of these letters, leads to another host. */
static bool leads_away(const char *at, const char *end, const char *before)
{
	while (at < end && *at && strchr(before, *at))
		at++;
	return (end - at > 7 && !memcmp(at, "http://", 7)) ||
	       (end - at > 8 && !memcmp(at, "https://", 8));
}

/* Whether a tag has a link that stays. */
static bool tag_stays(const char *at, const char *end)
{
	static const char *const names[] = { "href=", "src=" };
	size_t len = (size_t)(end - at) < PART_MAX ? (size_t)(end - at) : PART_MAX, i;
	const char *close = memchr(at, '>', len), *found;

	for (i = 0; close && i < 2; i++) {
		found = memmem(at, (size_t)(close - at), names[i], strlen(names[i]));
		if (found && !leads_away(found + strlen(names[i]), close, " \"'"))
			return true;
	}
	return false;
}

bool links_worth(const char *text, size_t at, size_t end, const char *word)
{
	const char *from = text + at, *stop = text + end, *i, *comments = NULL;

	for (i = from; (i = memchr(i, ']', (size_t)(stop - i))); )
		if (++i < stop && (*i == '[' || ((*i == '(' || *i == ':') &&
						 !leads_away(i + 1, stop, " <"))))
			return true;
	for (i = from; (i = memchr(i, '<', (size_t)(stop - i))); ) {
		if (++i < stop && ascii_letter(*i) && tag_stays(i, stop))
			return true;
		if (!comments && i < stop && *i == '!')
			comments = i;
	}
	return comments && memmem(comments, (size_t)(stop - comments), word, strlen(word));
}

static void set_scan(struct scan *s, struct links *out, struct arena *arena,
		     const char *text, size_t at, size_t end, unsigned line)
{
	memset(s, 0, sizeof(*s));
	s->out = out;
	s->arena = arena;
	s->text = text;
	s->whole = end;
	place_begin(&out->places, text, at, line);
}

struct links_reader *links_begin(struct links *out, struct arena *arena, const char *text,
				 size_t at, size_t end, unsigned line)
{
	struct links_reader *r = arena_alloc(arena, sizeof(*r));

	if (r) {
		set_scan(&r->scan, out, arena, text, at, end, line);
		begin(r);
	}
	return r;
}

int links_scan(struct links *out, struct arena *arena, const char *text, size_t at,
	       size_t end, unsigned line)
{
	struct lines l = { .text = text, .at = at, .end = end };
	struct links_reader r;

	set_scan(&r.scan, out, arena, text, at, end, line);
	return worth(text + at, end - at) ? read_lines(&r, &l) : 0;
}

/* Whether an attribute may be there that gives a name. */
static bool has_ids(const char *text, size_t at, size_t end)
{
	const char *from = text + at, *stop = text + end, *i;

	for (i = from; (i = memchr(i, '=', (size_t)(stop - i))); i++)
		if ((i - from >= 2 && !memcmp(i - 2, "id", 2)) ||
		    (i - from >= 4 && !memcmp(i - 4, "name", 4)))
			return true;
	return false;
}

int links_ids(struct map *out, struct arena *arena, const char *text, size_t at,
	      size_t end)
{
	struct links_reader r = { .scan = { .arena = arena, .text = text, .whole = end,
					    .anchors = out } };
	struct lines l = { .text = text, .at = at, .end = end };

	return has_ids(text, at, end) ? read_lines(&r, &l) : 0;
}
