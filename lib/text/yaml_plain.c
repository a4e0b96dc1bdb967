/* SPDX-License-Identifier: MIT */
/*
 * The commonest header, read without the parser.
 *
 * Nearly every header of a task is lines of `Key: plain words`, and libyaml
 * spends its time on allocating a token and an event for each.  This reader
 * accepts only what is certainly such a line (ASCII letters first, no character
 * that YAML gives a meaning to) and gives up on everything else, also on what is
 * wrong: then libyaml reads the whole text and says why.  For what it accepts it
 * makes the same tree, node for node; u-plain.c holds the two against each other.
 */
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

/* Length of a value that ends the line at `s`, 0 if it isn't a plain one. */
static size_t value_length(const char *s, size_t len)
{
	size_t n = 0;

	if (!len || !is_word(s[0]))
		return 0;
	for (; n < len && s[n] != '\n'; n++) {
		if (is_word(s[n]) || (s[n] && strchr(" ./_@()+,;=-", s[n])))
			continue;
		/* As in 12:00: a colon means something only before a blank. */
		if (s[n] != ':' || n + 1 == len || !is_word(s[n + 1]))
			return 0;
	}
	return s[n - 1] == ' ' || n > YAML_SCALAR_MAX ? 0 : n;
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

int yaml_plain(struct yaml_node **out, struct arena *arena, const char *text, size_t len,
	       unsigned first_line)
{
	struct plain_line lines[PLAIN_KEYS_MAX];
	size_t i, nr = find_lines(lines, text, len);
	struct yaml_node *nodes;
	struct yaml_pair *pairs;
	char *copy;

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
		set_node(pairs[i].value, copy, l->value_at, l->value, line, l->at);
		copy[l->at + l->key] = '\0';
		copy[l->value_at + l->value] = '\0';
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
