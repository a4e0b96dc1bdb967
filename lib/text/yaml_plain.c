/* SPDX-License-Identifier: MIT */
/*
 * The commonest headers, read without the parser.
 *
 * Nearly every header is lines of `Key: words`, with lists and maps on one line or
 * indented below their key, and libyaml spends its time on allocating a token and an
 * event for each.  This reader accepts only what is certainly such a line: keys of ASCII
 * letters, values on their line, plain or quoted, nothing behind them.  It gives up on all
 * else, also on what is wrong: then libyaml reads the whole text and says why.  For what it
 * accepts it makes the same tree, node for node; u-plain.c and fuzz-yaml.c hold the two
 * against each other.
 *
 * Invariant: `at` is either the beginning of a line, `line_at`, or what comes next on it.
 * Reading goes over `text` and never back; zeros that end values go into `copy`.
 */
#include <stdbool.h>
#include <string.h>

#include "text/yaml_inside.h"
#include "util/arena.h"
#include "util/utf8.h"

#define PLAIN_KEYS_MAX 64	/* in one map; each is compared with those before it */
#define PLAIN_KEY_MAX 128	/* bytes of a key */

struct plain {
	const char *text;
	char *copy;
	size_t len, at, line_at;
	unsigned line;
	bool ascii;		/* the line at hand, as far as it was read */
	size_t events, events_max;
	size_t depth, depth_max;
	struct arena *arena;
	struct yaml_node *pool;
	size_t pool_nr;
	struct yaml_pair *top;	/* room for what the whole can have */
};

/* Both give 1; 0: leave it to the parser; OPS_ENOMEM. */
static int read_map(struct plain *p, struct yaml_node *map, size_t indent);
static int read_list(struct plain *p, struct yaml_node *list, size_t indent);

enum {
	WORD = 1,	/* letters and digits */
	FIRST = 2,	/* may begin a plain value in a block */
	INSIDE = 4,	/* may stand within one */
	FLOW = 8,	/* may stand within one between [ and ] or { and } */
	KEY = 16	/* may stand within a key */
};

#define LETTER (WORD | FIRST | INSIDE | FLOW | KEY)
#define SIGN (FIRST | INSIDE | FLOW)

/* Anything above ASCII is looked at by itself. */
static const unsigned char class[256] = {
	['0'] = LETTER, ['1'] = LETTER, ['2'] = LETTER, ['3'] = LETTER, ['4'] = LETTER,
	['5'] = LETTER, ['6'] = LETTER, ['7'] = LETTER, ['8'] = LETTER, ['9'] = LETTER,
	['a'] = LETTER, ['b'] = LETTER, ['c'] = LETTER, ['d'] = LETTER, ['e'] = LETTER,
	['f'] = LETTER, ['g'] = LETTER, ['h'] = LETTER, ['i'] = LETTER, ['j'] = LETTER,
	['k'] = LETTER, ['l'] = LETTER, ['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER,
	['p'] = LETTER, ['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER, ['t'] = LETTER,
	['u'] = LETTER, ['v'] = LETTER, ['w'] = LETTER, ['x'] = LETTER, ['y'] = LETTER,
	['z'] = LETTER,
	['A'] = LETTER, ['B'] = LETTER, ['C'] = LETTER, ['D'] = LETTER, ['E'] = LETTER,
	['F'] = LETTER, ['G'] = LETTER, ['H'] = LETTER, ['I'] = LETTER, ['J'] = LETTER,
	['K'] = LETTER, ['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER, ['O'] = LETTER,
	['P'] = LETTER, ['Q'] = LETTER, ['R'] = LETTER, ['S'] = LETTER, ['T'] = LETTER,
	['U'] = LETTER, ['V'] = LETTER, ['W'] = LETTER, ['X'] = LETTER, ['Y'] = LETTER,
	['Z'] = LETTER,
	['_'] = SIGN | KEY, ['-'] = INSIDE | FLOW | KEY,
	['.'] = SIGN, ['/'] = SIGN, ['('] = SIGN, [')'] = SIGN, ['<'] = SIGN, ['$'] = SIGN,
	['~'] = SIGN, ['^'] = SIGN, ['+'] = SIGN, ['='] = SIGN, [';'] = SIGN, ['\\'] = SIGN,
	[' '] = INSIDE | FLOW, ['@'] = INSIDE | FLOW, ['*'] = INSIDE | FLOW,
	['&'] = INSIDE | FLOW, ['%'] = INSIDE | FLOW, ['|'] = INSIDE | FLOW,
	['>'] = INSIDE | FLOW, ['!'] = INSIDE | FLOW, ['\''] = INSIDE | FLOW,
	['"'] = INSIDE | FLOW, ['`'] = INSIDE | FLOW,
	[','] = INSIDE, ['?'] = INSIDE, ['['] = INSIDE, [']'] = INSIDE, ['{'] = INSIDE,
	['}'] = INSIDE
};

static bool is(char c, unsigned what)
{
	return class[(unsigned char)c] & what;
}

/* The byte at `at`; the end of the text is the end of a line. */
static char byte(const struct plain *p, size_t at)
{
	return at < p->len ? p->text[at] : '\n';
}

/* The length of a character above ASCII that means nothing but itself, or 0. */
static size_t beyond(struct plain *p, size_t at)
{
	uint32_t c;
	size_t n = (unsigned char)byte(p, at) < 0x80 ? 0 :
		   utf8_decode(&c, p->text + at, p->len - at);

	if (!n || utf8_refused(c, false) || (c >= 0xfff0 && c <= 0xffff))
		return 0;
	p->ascii = false;
	return n;
}

static struct yaml_mark mark_at(const struct plain *p, size_t at)
{
	struct yaml_mark m = { (uint32_t)at, p->line, 1 };
	size_t i;

	if (p->ascii)
		m.column += (unsigned)(at - p->line_at);
	for (i = p->line_at; !p->ascii && i < at; i++)
		m.column += ((unsigned char)p->text[i] & 0xc0) != 0x80;
	return m;
}

/* A new node that begins at `at`, or NULL. */
static struct yaml_node *node_at(struct plain *p, size_t at, enum yaml_kind kind,
				 enum yaml_style style)
{
	struct yaml_node *node;

	if (!p->pool_nr) {
		p->pool_nr = 8;
		p->pool = arena_array(p->arena, p->pool_nr, sizeof(*p->pool));
	}
	if (!p->pool)
		return NULL;
	node = p->pool++;
	p->pool_nr--;
	node->kind = kind;
	node->style = style;
	node->value = "";
	node->start = node->end = mark_at(p, at);
	return node;
}

/* Make the node the text[at..at + len), which ends at `end`. */
static void set_value(struct plain *p, struct yaml_node *node, size_t at, size_t len,
		      size_t end)
{
	if (len) {
		node->value = p->copy + at;
		node->len = len;
		p->copy[at + len] = '\0';
	}
	node->end = mark_at(p, end);
	p->at = end;
	p->events++;
}

/* Length of a key at `at` with a ':' and a blank or nothing behind it, or 0. */
static size_t key_length(const struct plain *p, size_t at)
{
	size_t n = 1;

	if (!is(byte(p, at), WORD) || (byte(p, at) >= '0' && byte(p, at) <= '9'))
		return 0;
	while (is(byte(p, at + n), KEY))
		n++;
	return n <= PLAIN_KEY_MAX && byte(p, at + n) == ':' &&
	       (byte(p, at + n + 1) == ' ' || byte(p, at + n + 1) == '\n') ? n : 0;
}

/* The end of a plain value of the characters `what`, or 0. */
static size_t plain_end(struct plain *p, unsigned what)
{
	size_t at = p->at, n;

	if (byte(p, at) == '-' ? !is(byte(p, at + 1), WORD) :
	    !is(byte(p, at), FIRST) && !beyond(p, at))
		return 0;
	for (;;) {
		char c = byte(p, at);

		if (is(c, what))
			at++;
		else if ((n = beyond(p, at)))
			at += n;
		/* As in 12:00, and in C#: they mean something only beside a blank. */
		else if (what == INSIDE &&
			 ((c == ':' && byte(p, at + 1) != ' ' && byte(p, at + 1) != '\n') ||
			  (c == '#' && at > p->at && p->text[at - 1] != ' ')))
			at++;
		else
			break;
	}
	return at == p->at || p->text[at - 1] == ' ' || at - p->at > YAML_SCALAR_MAX ? 0 : at;
}

/* Read a value in quotes.  Returns as read_map(). */
static int read_quoted(struct plain *p, struct yaml_node *node)
{
	char quote = p->text[p->at];
	size_t start = p->at + 1, at = start, to = start, n;

	node->style = quote == '"' ? YAML_DOUBLE : YAML_SINGLE;
	for (;; at += n) {
		char c = byte(p, at);

		n = 1;
		if (c == quote && (quote == '"' || byte(p, at + 1) != quote))
			break;
		if (c == quote || (c == '\\' && quote == '"')) {
			/* Two of them, or a backslash before what it saves. */
			at++;
			c = byte(p, at);
			if (c != quote && c != '\\')
				return 0;
		} else if (c == '\t' || c == '\n' || (unsigned char)c < ' ' || c == 0x7f) {
			return 0;
		} else if ((unsigned char)c >= 0x80 && !(n = beyond(p, at))) {
			return 0;
		}
		memmove(p->copy + to, p->text + at, n);
		to += n;
	}
	if (to - start > YAML_SCALAR_MAX)
		return 0;
	set_value(p, node, start, to - start, at + 1);
	return 1;
}

/* Read a value on this line, of the characters `what` if it is plain. */
static int read_scalar(struct plain *p, struct yaml_node **out, unsigned what)
{
	char c = byte(p, p->at);
	struct yaml_node *node;
	size_t end = 0;

	if (c != '"' && c != '\'') {
		end = plain_end(p, what);
		if (!end)
			return 0;
	}
	node = node_at(p, p->at, YAML_SCALAR, YAML_PLAIN);
	if (!node)
		return OPS_ENOMEM;
	*out = node;
	if (!end)
		return read_quoted(p, node);
	set_value(p, node, p->at, end - p->at, end);
	return 1;
}

/* Room for one more in an array of nr, which is full at each power of two from 8 on. */
static void *with_room(struct plain *p, void *list, size_t nr, size_t size)
{
	void *more;

	if (nr && (nr < 8 || (nr & (nr - 1))))
		return list;
	more = arena_array(p->arena, nr ? 2 * nr : 8, size);
	if (more && nr)
		memcpy(more, list, nr * size);
	return more;
}

/* Read a key and enter it, without a value yet. */
static int add_key(struct plain *p, struct yaml_node *map)
{
	size_t len = key_length(p, p->at), i;
	struct yaml_node *key;

	if (!len || map->nr == PLAIN_KEYS_MAX)
		return 0;
	for (i = 0; i < map->nr; i++)
		if (map->pairs[i].key->len == len &&
		    !memcmp(map->pairs[i].key->value, p->text + p->at, len))
			return 0;
	key = node_at(p, p->at, YAML_SCALAR, YAML_PLAIN);
	map->pairs = p->depth == 1 && map->style == YAML_BLOCK ? p->top :
		     with_room(p, map->pairs, map->nr, sizeof(*map->pairs));
	if (!key || !map->pairs)
		return OPS_ENOMEM;
	set_value(p, key, p->at, len, p->at + len);
	p->at++;
	map->pairs[map->nr++].key = key;
	return 1;
}

static int add_item(struct plain *p, struct yaml_node *list, struct yaml_node *item)
{
	list->items = with_room(p, list->items, list->nr, sizeof(*list->items));
	if (!list->items)
		return OPS_ENOMEM;
	list->items[list->nr++] = item;
	return 1;
}

/* Read `[one, "two"]` or `{a: 1, b: 2}`. */
static int read_flow(struct plain *p, struct yaml_node **out)
{
	bool map = p->text[p->at] == '{';
	char close = map ? '}' : ']';
	struct yaml_node *node = node_at(p, p->at, map ? YAML_MAP : YAML_LIST, YAML_FLOW);
	struct yaml_node *value;
	int ret = node ? 1 : OPS_ENOMEM;

	*out = node;
	p->events += 2;
	for (p->at++; ret == 1 && byte(p, p->at) != close;) {
		if (node->nr) {
			if (byte(p, p->at) != ',')
				return 0;
			p->at += byte(p, p->at + 1) == ' ' ? 2 : 1;
		}
		if (map) {
			ret = add_key(p, node);
			if (ret != 1 || byte(p, p->at) != ' ')
				return ret < 0 ? ret : 0;
			p->at++;
		}
		ret = read_scalar(p, &value, FLOW);
		if (ret == 1 && map)
			node->pairs[node->nr - 1].value = value;
		else if (ret == 1)
			ret = add_item(p, node, value);
	}
	p->at++;
	if (ret == 1)
		node->end = mark_at(p, p->at);
	return ret;
}

/* To the beginning of the next line, or the end; 0 when this one goes on. */
static int end_line(struct plain *p)
{
	if (byte(p, p->at) != '\n')
		return 0;
	p->at += p->at < p->len;
	p->line_at = p->at;
	p->line++;
	p->ascii = true;
	return p->events <= p->events_max;
}

/* The number of blanks at the beginning of the line. */
static size_t indentation(const struct plain *p)
{
	size_t n = 0;

	while (byte(p, p->line_at + n) == ' ')
		n++;
	return n;
}

static bool is_dash(const struct plain *p, size_t at)
{
	return byte(p, at) == '-' && byte(p, at + 1) == ' ';
}

/* Read a value that ends its line, and the end. */
static int read_value(struct plain *p, struct yaml_node **out)
{
	char c = byte(p, p->at);
	int ret = c == '[' || c == '{' ? p->depth < p->depth_max ? read_flow(p, out) : 0 :
		  read_scalar(p, out, INSIDE);

	return ret == 1 ? end_line(p) : ret;
}

/* Read a collection that begins here, indented so far. */
static int read_block(struct plain *p, struct yaml_node **out, size_t indent)
{
	bool list = is_dash(p, p->at);
	struct yaml_node *node = node_at(p, p->at, list ? YAML_LIST : YAML_MAP, YAML_BLOCK);
	int ret;

	if (!node)
		return OPS_ENOMEM;
	if (p->depth == p->depth_max)
		return 0;
	*out = node;
	p->depth++;
	p->events += 2;
	ret = list ? read_list(p, node, indent) : read_map(p, node, indent);
	p->depth--;
	if (ret == 1)
		node->end = list ? node->items[node->nr - 1]->end :
			    node->pairs[node->nr - 1].value->end;
	return ret;
}

/* What a key without a value on its line means: what is indented below, or nothing. */
static int read_below(struct plain *p, struct yaml_node **out, size_t indent)
{
	size_t deeper;
	struct yaml_node *none = node_at(p, p->at, YAML_SCALAR, YAML_PLAIN);

	if (!none)
		return OPS_ENOMEM;
	if (!end_line(p))
		return 0;
	deeper = indentation(p);
	if (deeper > indent || (deeper == indent && is_dash(p, p->at + deeper))) {
		p->at += deeper;
		return read_block(p, out, deeper);
	}
	*out = none;
	p->events++;
	return 1;
}

static int read_map(struct plain *p, struct yaml_node *map, size_t indent)
{
	struct yaml_node *value;
	size_t next;
	int ret;

	for (;; p->at += indent) {
		ret = add_key(p, map);
		if (ret != 1)
			return ret;
		if (byte(p, p->at) == ' ') {
			p->at++;
			ret = read_value(p, &value);
		} else {
			ret = read_below(p, &value, indent);
		}
		if (ret != 1)
			return ret;
		map->pairs[map->nr - 1].value = value;
		next = indentation(p);
		if (p->at == p->len || next != indent)
			return next <= indent;
	}
}

static int read_list(struct plain *p, struct yaml_node *list, size_t indent)
{
	struct yaml_node *item;
	size_t next;
	int ret;

	for (;; p->at += indent) {
		p->at += 2;
		ret = key_length(p, p->at) ? read_block(p, &item, indent + 2) :
		      read_value(p, &item);
		if (ret == 1)
			ret = add_item(p, list, item);
		if (ret != 1)
			return ret;
		next = indentation(p);
		if (p->at == p->len || next != indent || !is_dash(p, p->at + next))
			return next <= indent;
	}
}

int yaml_plain(struct yaml_node **out, struct arena *arena, const char *text, size_t len,
	       const struct yaml_source *source)
{
	struct plain p = {
		.text = text, .len = len, .line = source->first_line, .ascii = true,
		.arena = arena, .events = 4,
		.events_max = source->events_max ? source->events_max : YAML_EVENTS_MAX,
		.depth_max = source->depth_max ? source->depth_max : YAML_DEPTH_MAX
	};
	struct yaml_node *root = NULL;
	const char *lf = text;
	size_t lines = 1;
	int ret;

	/* Texts that certainly are no such header cost nothing. */
	if (!len || len > UINT32_MAX || !key_length(&p, 0))
		return 0;
	while ((lf = memchr(lf, '\n', len - (size_t)(lf - text)))) {
		lf++;
		lines++;
	}
	p.pool_nr = 2 * lines + 1;
	p.pool = arena_array(arena, p.pool_nr, sizeof(*p.pool));
	p.copy = arena_dup(arena, text, len);
	p.top = arena_array(arena, lines < PLAIN_KEYS_MAX ? lines : PLAIN_KEYS_MAX, sizeof(*p.top));
	if (!p.pool || !p.copy || !p.top)
		return OPS_ENOMEM;
	ret = read_block(&p, &root, 0);
	if (ret == 1 && p.at < len)
		ret = 0;
	if (ret == 1)
		*out = root;
	return ret;
}
