/* SPDX-License-Identifier: MIT */
/*
 * Reading text in named parts: see labels.h.  Guesses nothing: a line that begins
 * no known part belongs to the one before it.
 */

#include "text/labels.h"

#include <ctype.h>
#include <string.h>

#include "util/arena.h"

static int folded(char c)
{
	return c == '_' || c == ' ' ? '-' : tolower((unsigned char)c);
}

/* Whether the first `len` bytes of `a` are the name `b`. */
static bool same_name(const char *a, size_t len, const char *b)
{
	size_t i;

	for (i = 0; i < len && b[i]; i++)
		if (folded(a[i]) != folded(b[i]))
			return false;
	return i == len && !b[i];
}

bool label_is(const char *a, const char *b)
{
	return same_name(a, strlen(a), b);
}

/* The name that a line begins with, and where its text begins; NULL: none. */
static const char *name_of(const char *line, size_t len, const char *const *names,
			   size_t nr, size_t *text)
{
	const char *colon = memchr(line, ':', len);
	size_t i, end = colon ? (size_t)(colon - line) : 0;

	for (i = 0; colon && i < nr; i++)
		if (same_name(line, end, names[i])) {
			*text = end + 1;
			return names[i];
		}
	return NULL;
}

static bool says_nothing(const char *line, size_t len)
{
	return len == 0 || *line == '#' || strspn(line, " \t\r") >= len;
}

bool labels_begin(const char *text, const char *const *names, size_t nr)
{
	size_t len, ignored;

	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (!says_nothing(text, len))
			return name_of(text, len, names, nr, &ignored) != NULL;
	}
	return false;
}

static const char *trimmed(struct arena *arena, const char *start, const char *end)
{
	while (start < end && strchr(" \t\r\n", *start))
		start++;
	while (end > start && strchr(" \t\r\n", end[-1]))
		end--;
	return arena_dup(arena, start, (size_t)(end - start));
}

int labels_parse(struct label **out, size_t *out_nr, struct arena *arena,
		 const char *text, const char *const *names, size_t nr,
		 struct ops_error *err)
{
	struct label *list = arena_array(arena, nr + 1, sizeof(*list));
	const char *line, *name, *start = NULL;
	size_t i, len, at, count = 0;
	unsigned number = 1;

	if (!list)
		return error_nomem(err);
	for (line = text; *line; line += len + (line[len] == '\n'), number++) {
		len = strcspn(line, "\n");
		name = name_of(line, len, names, nr, &at);
		if (!name && !count && !says_nothing(line, len))
			return error_set(err, OPS_EUSAGE, "line %u belongs to no part: begin "
					 "it with a name and ':'", number);
		if (!name)
			continue;
		for (i = 0; i < count; i++)
			if (list[i].name == name)
				return error_set(err, OPS_EUSAGE, "line %u: there is '%s' "
						 "already, in line %u", number, name,
						 list[i].line);
		if (count && !(list[count - 1].text = trimmed(arena, start, line)))
			return error_nomem(err);
		list[count].name = name;
		list[count++].line = number;
		start = line + at;
	}
	if (count && !(list[count - 1].text = trimmed(arena, start, line)))
		return error_nomem(err);
	*out = list;
	*out_nr = count;
	return 0;
}
