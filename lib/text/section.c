/* SPDX-License-Identifier: MIT */
/*
 * Sections and checklists of a Markdown body: finding them, and asking for
 * them by title.
 *
 * A section's text is from the line after its heading to the next heading of
 * the same or a higher level.  Offsets are into the whole text; nothing of
 * the text is copied but titles and items.
 */
#include "text/section.h"

#include <string.h>

#include "text/lines.h"
#include "util/arena.h"

static bool is_ornament(char c)
{
	return c == ' ' || c == '\t' || c == '*' || c == ':';
}

/* Skip numbering like "1. ", "2) " or "1.2 ". */
static size_t numbering_len(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len && ((s[at] >= '0' && s[at] <= '9') || s[at] == '.'))
		at++;
	if (!at || s[0] == '.')
		return 0;
	if (at < len && s[at] == ')')
		at++;
	else if (!memchr(s, '.', at))
		return 0;	/* "3 things" */
	return at < len && (s[at] == ' ' || s[at] == '\t') ? at : 0;
}

/* The bare words of a title. */
static const char *bare(const char *s, size_t *len)
{
	size_t n = strlen(s), skip;

	while (n && is_ornament(s[n - 1]))
		n--;
	while (n && is_ornament(*s)) {
		s++;
		n--;
	}
	skip = numbering_len(s, n);
	s += skip;
	n -= skip;
	while (n && is_ornament(*s)) {
		s++;
		n--;
	}
	*len = n;
	return s;
}

static bool add_section(struct sections *s, struct arena *arena,
			const struct lines *walk, unsigned line)
{
	struct section *list = arena_room(arena, s->list, s->nr, &s->room, sizeof(*list)), *one;

	if (!list)
		return false;
	s->list = list;
	one = &list[s->nr];
	one->level = walk->level;
	one->line = line;
	one->heading_start = walk->line_start;
	one->start = walk->at;
	one->title = arena_dup(arena, walk->text + walk->text_start,
			       walk->text_end - walk->text_start);
	if (!one->title)
		return false;
	one->bare = bare(one->title, &one->bare_len);
	s->nr++;
	return true;
}

static bool add_check(struct sections *s, struct arena *arena,
		      const struct lines *walk, unsigned line)
{
	struct check_item *list = arena_room(arena, s->checks, s->checks_nr, &s->checks_room,
					    sizeof(*list)), *one;

	if (!list)
		return false;
	s->checks = list;
	one = &list[s->checks_nr++];
	one->checked = walk->text[walk->mark] != ' ';
	one->mark = walk->mark;
	one->line = line;
	one->section = s->nr ? s->nr - 1 : (size_t)-1;
	one->text = arena_dup(arena, walk->text + walk->text_start,
			      walk->text_end - walk->text_start);
	return one->text;
}

/* Ends, from the last section to the first: for each level, where the next
 * heading of that level or a higher one begins. */
static void set_ends(struct sections *s, size_t len)
{
	size_t next[7], i;
	unsigned level;

	for (level = 0; level < 7; level++)
		next[level] = len;
	for (i = s->nr; i--;) {
		struct section *one = &s->list[i];

		one->end = next[one->level];
		one->own_end = i + 1 < s->nr ? s->list[i + 1].heading_start : len;
		for (level = one->level; level < 7; level++)
			next[level] = one->heading_start;
	}
}

bool sections_line(struct sections *s, struct arena *arena, const struct lines *walk,
		   unsigned line)
{
	if (walk->kind == LINE_HEADING)
		return add_section(s, arena, walk, line);
	return walk->kind != LINE_ITEM || !walk->mark || add_check(s, arena, walk, line);
}

void sections_end(struct sections *s, const char *text, size_t len)
{
	s->text = text;
	set_ends(s, len);
}

struct sections *sections_parse(struct arena *arena, const char *text, size_t at,
				size_t len, unsigned line)
{
	struct sections *s = arena_alloc(arena, sizeof(*s));
	struct lines walk = { .text = text, .at = at, .end = len };

	if (!s)
		return NULL;
	for (; lines_next(&walk); line++)
		if (!sections_line(s, arena, &walk, line))
			return NULL;
	sections_end(s, text, len);
	return s;
}

const struct section *section_find(const struct sections *s, const char *title)
{
	size_t len, i;
	const char *want = bare(title, &len);

	for (i = 0; i < s->nr; i++)
		if (s->list[i].bare_len == len && !strncasecmp(s->list[i].bare, want, len))
			return &s->list[i];
	return NULL;
}
