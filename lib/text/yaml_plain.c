/* SPDX-License-Identifier: MIT */
/*
 * The commonest header, read without the parser.
 *
 * Nearly every header of a task is lines of `Key: plain words`, or of lists and maps of
 * such words on one line, `Key: [one, two]` and `Key: {a: 1, b: 2}`, and libyaml spends its
 * time on allocating a token and an event for each.  This reader accepts only
 * what is certainly such a line (ASCII letters first, no character that YAML gives a
 * meaning to) and gives up on everything else, also on what is wrong: then libyaml reads
 * the whole text and says why.  For what it accepts it makes the same tree, node for node;
 * u-plain.c holds the two against each other.
 */
#include <stdbool.h>
#include <string.h>

#include "text/yaml_inside.h"
#include "util/arena.h"

#define PLAIN_KEYS_MAX 64

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* Length of a key at `s`, 0 if it isn't a plain one followed by ": ". */
static size_t key_length(const char *s, size_t len)
{
	size_t n = 0;

	if (!len || !is_letter(s[0]))
		return 0;
	while (n < len && (is_word(s[n]) || s[n] == '-' || s[n] == '_'))
		n++;
	return n + 2 < len && s[n] == ':' && s[n + 1] == ' ' ? n : 0;
}

/* What stands for itself within a value that begins with a letter or digit. */
static const bool inside[256] = {
	['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
	['7'] = 1, ['8'] = 1, ['9'] = 1,
	['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1,
	['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1,
	['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1,
	['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
	['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1,
	['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
	['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1,
	['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
	[' '] = 1, ['.'] = 1, ['/'] = 1, ['_'] = 1, ['@'] = 1, ['('] = 1, [')'] = 1,
	['+'] = 1, [','] = 1, [';'] = 1, ['='] = 1, ['-'] = 1, ['<'] = 1, ['>'] = 1,
	['\''] = 1, ['"'] = 1, ['!'] = 1, ['?'] = 1, ['*'] = 1, ['&'] = 1, ['%'] = 1,
	['['] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1, ['|'] = 1, ['~'] = 1, ['$'] = 1,
	['^'] = 1, ['`'] = 1
};

/* Length of a value that ends the line at `s`, 0 if it isn't a plain one. */
static size_t value_length(const char *s, size_t len)
{
	size_t n = 0;

	if (!len || !is_word(s[0]))
		return 0;
	for (; n < len && s[n] != '\n'; n++) {
		if (inside[(unsigned char)s[n]])
			continue;
		/* As in 12:00 and in addresses: it means something only before a blank. */
		if (s[n] == ':' && n + 1 < len && (is_word(s[n + 1]) || s[n + 1] == '/'))
			continue;
		/* As in C#: likewise, behind one. */
		if (s[n] != '#' || s[n - 1] == ' ')
			return 0;
	}
	return s[n - 1] == ' ' || n > YAML_SCALAR_MAX ? 0 : n;
}

/* Length of a plain word of a list at `s`, up to `, `, `]` or `}`; 0 if it is none. */
static size_t item_length(const char *s, size_t len)
{
	size_t n = 0;

	if (!len || !is_word(s[0]))
		return 0;
	while (n < len && (is_word(s[n]) || (s[n] && strchr(" ./_-", s[n]))))
		n++;
	return s[n - 1] == ' ' || n > YAML_SCALAR_MAX ? 0 : n;
}

/* Length of `[one, two]` or `{a: 1, b: 2}` that ends the line at `s`, and of how many
 * items; 0 if it is none. */
static size_t flow_length(const char *s, size_t len, size_t *items)
{
	char close = *s == '[' ? ']' : '}';
	size_t n = 1, more;

	*items = 0;
	for (;;) {
		if (close == '}') {
			more = key_length(s + n, len - n);
			if (!more)
				return 0;
			n += more + 2;
		}
		more = item_length(s + n, len - n);
		n += more;
		(*items)++;
		if (!more || n >= len || *items > YAML_KEYS_MAX)
			return 0;
		if (s[n] == close)
			return n + 1 == len || s[n + 1] == '\n' ? n + 1 : 0;
		if (s[n] != ',' || n + 1 == len || s[n + 1] != ' ')
			return 0;
		n += 2;
	}
}

static void set_node(struct yaml_node *node, const char *text, size_t at, size_t len,
		     unsigned line, size_t line_at)
{
	node->kind = YAML_SCALAR;
	node->style = YAML_PLAIN;
	node->value = text + at;
	node->len = len;
	node->start.offset = at;
	node->start.line = line;
	node->start.column = (unsigned)(at - line_at) + 1;
	node->end = node->start;
	node->end.offset += len;
	node->end.column += (unsigned)len;
}

struct plain_line {
	size_t at, key, value_at, value;
	size_t items;		/* of a list or map on that line; 0 for words */
};

/* Find the lines; their number, or 0 when it isn't that kind of text. */
static size_t find_lines(struct plain_line *lines, const char *text, size_t len)
{
	size_t at = 0, nr = 0, i;

	while (at < len) {
		struct plain_line *l = &lines[nr];

		if (nr == PLAIN_KEYS_MAX)
			return 0;
		l->at = at;
		l->key = key_length(text + at, len - at);
		if (!l->key)
			return 0;
		l->value_at = at + l->key + 2;
		l->items = 0;
		if (text[l->value_at] == '[' || text[l->value_at] == '{')
			l->value = flow_length(text + l->value_at, len - l->value_at,
					       &l->items);
		else
			l->value = value_length(text + l->value_at, len - l->value_at);
		if (!l->value)
			return 0;
		for (i = 0; i < nr; i++)
			if (lines[i].key == l->key &&
			    !memcmp(text + lines[i].at, text + at, l->key))
				return 0;
		at = l->value_at + l->value + 1;
		nr++;
	}
	return nr;
}

/* Read the list or map that find_lines() saw.  1; 0: a key is there twice. */
static int set_flow(struct yaml_node *node, struct arena *arena, char *copy,
		    const struct plain_line *l, unsigned line)
{
	bool map = copy[l->value_at] == '{';
	struct yaml_node *nodes = arena_array(arena, l->items, (map ? 2 : 1) * sizeof(*nodes));
	struct yaml_pair *pairs = map ? arena_array(arena, l->items, sizeof(*pairs)) : NULL;
	struct yaml_node **items = map ? NULL : arena_array(arena, l->items, sizeof(*items));
	size_t at = l->value_at + 1, end = l->value_at + l->value, i, k, len;

	if (!nodes || (map ? !pairs : !items))
		return OPS_ENOMEM;
	set_node(node, copy, l->value_at, l->value, line, l->at);
	node->kind = map ? YAML_MAP : YAML_LIST;
	node->style = YAML_FLOW;
	node->value = "";
	node->len = 0;
	node->nr = l->items;
	node->pairs = pairs;
	node->items = items;
	for (i = 0; i < l->items; i++) {
		struct yaml_node *value = &nodes[map ? 2 * i + 1 : i];

		if (map) {
			pairs[i].key = &nodes[2 * i];
			pairs[i].value = value;
			len = key_length(copy + at, end - at);
			set_node(pairs[i].key, copy, at, len, line, l->at);
			for (k = 0; k < i; k++)
				if (pairs[k].key->len == len &&
				    !memcmp(pairs[k].key->value, copy + at, len))
					return 0;
			at += len + 2;
		} else {
			items[i] = value;
		}
		len = item_length(copy + at, end - at);
		set_node(value, copy, at, len, line, l->at);
		at += len + 2;
	}
	for (i = 0; i < l->items; i++) {
		if (map)
			copy[pairs[i].key->start.offset + pairs[i].key->len] = '\0';
		k = nodes[map ? 2 * i + 1 : i].start.offset;
		copy[k + nodes[map ? 2 * i + 1 : i].len] = '\0';
	}
	return 1;
}

int yaml_plain(struct yaml_node **out, struct arena *arena, const char *text, size_t len,
	       unsigned first_line)
{
	struct plain_line lines[PLAIN_KEYS_MAX];
	size_t i, nr = find_lines(lines, text, len);
	struct yaml_node *nodes;
	struct yaml_pair *pairs;
	char *copy;
	int ret;

	if (!nr)
		return 0;
	nodes = arena_array(arena, 2 * nr + 1, sizeof(*nodes));
	pairs = arena_array(arena, nr, sizeof(*pairs));
	copy = arena_dup(arena, text, len);
	if (!nodes || !pairs || !copy)
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++) {
		const struct plain_line *l = &lines[i];
		unsigned line = first_line + (unsigned)i;

		pairs[i].key = &nodes[1 + 2 * i];
		pairs[i].value = &nodes[2 + 2 * i];
		set_node(pairs[i].key, copy, l->at, l->key, line, l->at);
		if (l->items) {
			ret = set_flow(pairs[i].value, arena, copy, l, line);
			if (ret != 1)
				return ret;
		} else {
			set_node(pairs[i].value, copy, l->value_at, l->value, line, l->at);
			copy[l->value_at + l->value] = '\0';
		}
		copy[l->at + l->key] = '\0';
	}
	nodes[0].kind = YAML_MAP;
	nodes[0].style = YAML_BLOCK;
	nodes[0].value = "";
	nodes[0].pairs = pairs;
	nodes[0].nr = nr;
	nodes[0].start = pairs[0].key->start;
	nodes[0].end = pairs[nr - 1].value->end;
	*out = &nodes[0];
	return 1;
}
