/* SPDX-License-Identifier: MIT */
/*
 * Reading what a document wants not to be found in it.
 *
 * Only real comments count: what stands in a value, in quotes or in code says nothing.
 * What such a comment may silence is not decided here.
 */
#include "text/allow.h"

#include <string.h>

#include "util/arena.h"

#define ALLOWS_MAX 256

/* A comment that is one of ours, and where. */
struct note {
	const char *text;
	unsigned line, column, first, last;
};

static struct allow *new_allow(struct allows *out, struct arena *arena)
{
	struct allow *list;

	if (!(out->nr & (out->nr - 1))) {
		list = arena_array(arena, out->nr ? out->nr * 2 : 1, sizeof(*list));
		if (!list)
			return NULL;
		if (out->nr)
			memcpy(list, out->list, out->nr * sizeof(*list));
		out->list = list;
	}
	return &out->list[out->nr++];
}

/* Enter each rule of a note. */
static int read_note(struct allows *out, struct arena *arena, const struct note *note)
{
	const char *at = note->text + strlen(ALLOW_WORD), *colon;
	bool file = !strncmp(at, "-file", 5);
	struct allow *a;
	char *reason;
	size_t len;

	at += file ? 5 : 0;
	colon = strchr(at, ':');
	reason = arena_str(arena, colon ? colon + 1 + strspn(colon + 1, " \t\r\n") : "");
	if (!reason)
		return OPS_ENOMEM;
	for (len = strlen(reason); len && strchr(" \t\r\n", reason[len - 1]); len--)
		reason[len - 1] = '\0';
	if (!colon)
		colon = at + strlen(at);
	do {
		at += strspn(at, " ,\t\r\n");
		len = strcspn(at, " ,\t\r\n:");
		if (at >= colon && out->nr)
			return 0;
		a = out->nr < ALLOWS_MAX ? new_allow(out, arena) : NULL;
		if (!a)
			return out->nr < ALLOWS_MAX ? OPS_ENOMEM : 0;
		a->rule = arena_dup(arena, at, at < colon ? len : 0);
		a->reason = reason;
		a->line = note->line;
		a->column = note->column;
		a->first = file ? 0 : note->first;
		a->last = file ? 0 : note->last;
		if (!a->rule)
			return OPS_ENOMEM;
		at += len;
	} while (at < colon);
	return 0;
}

/* The text of a comment from our word on, or NULL. */
static const char *ours(const char *text)
{
	const char *at = text + strspn(text, " \t\r\n");
	size_t len = strlen(ALLOW_WORD);

	if (strncmp(at, ALLOW_WORD, len))
		return NULL;
	if (!strncmp(at + len, "-file", 5))
		len += 5;
	return strchr(" \t\r\n:", at[len]) ? at : NULL;
}

static bool inside_scalar(const struct yaml_node *node, size_t offset)
{
	size_t i;
	bool inside = false;

	if (node->kind == YAML_SCALAR)
		return offset >= node->start.offset && offset < node->end.offset;
	for (i = 0; !inside && node->kind == YAML_LIST && i < node->nr; i++)
		inside = inside_scalar(node->items[i], offset);
	for (i = 0; !inside && node->kind == YAML_MAP && i < node->nr; i++)
		inside = inside_scalar(node->pairs[i].key, offset) ||
			 inside_scalar(node->pairs[i].value, offset);
	return inside;
}

/* The lines of the field to which a line of the header belongs. */
static void whole_field(struct note *n, const struct yaml_node *header)
{
	size_t i;

	for (i = 0; i < header->nr; i++) {
		const struct yaml_pair *p = &header->pairs[i];

		if (n->first >= p->key->start.line && n->first <= p->value->end.line) {
			n->first = p->key->start.line;
			n->last = p->value->end.line;
			return;
		}
	}
}

/* The first line after `line` that is neither blank nor a comment; else `line`. */
static unsigned next_line(const char *text, size_t len, unsigned line, const char *comment)
{
	size_t i = 0, skip = strlen(comment);
	unsigned at = 1;

	while (i < len) {
		const char *lf = memchr(text + i, '\n', len - i);
		size_t end = lf ? (size_t)(lf - text) : len, k = i;

		while (k < end && strchr(" \t\r", text[k]))
			k++;
		if (at > line && k < end && (end - k < skip || memcmp(text + k, comment, skip)))
			return at;
		i = end + 1;
		at++;
	}
	return line;
}

/* The comment in one line of the header, if it is one of ours. */
static int read_line(struct allows *out, struct arena *arena, const struct doc *doc,
		     size_t at, size_t end, unsigned line)
{
	const char *text = doc->text;
	struct note note = { NULL, line, 1, line, line };
	const char *copy;
	size_t i, k;

	for (i = at; i < end; i++)
		if (text[i] == '#' && (i == at || text[i - 1] == ' ' || text[i - 1] == '\t') &&
		    !inside_scalar(doc->header, i - doc->header_at))
			break;
	if (i == end)
		return 0;
	copy = arena_dup(arena, text + i + 1, end - i - 1);
	if (!copy)
		return OPS_ENOMEM;
	note.text = ours(copy);
	if (!note.text)
		return 0;
	for (k = at; k < i; k++)
		note.column += ((unsigned char)text[k] & 0xc0) != 0x80;
	if (strspn(text + at, " \t") >= i - at)
		note.first = note.last = next_line(text, doc->header_at + doc->header_len,
						   line, "#");
	whole_field(&note, doc->header);
	return read_note(out, arena, &note);
}

static int read_header(struct allows *out, struct arena *arena, const struct doc *doc)
{
	size_t at = doc->header_at, end = at + doc->header_len, stop;
	unsigned line = 2;
	int ret = 0;

	if (!memmem(doc->text + at, doc->header_len, ALLOW_WORD, strlen(ALLOW_WORD)))
		return 0;
	for (; ret == 0 && at < end; at = stop + 1, line++) {
		const char *lf = memchr(doc->text + at, '\n', end - at);

		stop = lf ? (size_t)(lf - doc->text) : end;
		ret = read_line(out, arena, doc, at, stop, line);
	}
	return ret;
}

int allows_find(struct allows *out, struct arena *arena, const struct doc *doc,
		const struct links *links, const char *text, size_t len)
{
	struct place_walk places = links->places;
	size_t i;
	int ret = doc ? read_header(out, arena, doc) : 0;

	for (i = 0; ret == 0 && i < links->nr && out->nr < ALLOWS_MAX; i++) {
		const struct link *l = &links->list[i];
		struct note note = { NULL, 0, 0, 0, 0 };
		unsigned column;

		note.text = l->kind == LINK_COMMENT ? ours(l->text) : NULL;
		if (!note.text)
			continue;
		place_at(&places, l->at, &note.line, &note.column);
		place_at(&places, l->end, &note.last, &column);
		note.first = note.line;
		if (l->alone)
			note.first = note.last = next_line(text, len, note.last, "<!--");
		ret = read_note(out, arena, &note);
	}
	return ret;
}
