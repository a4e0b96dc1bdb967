/* SPDX-License-Identifier: MIT */
/*
 * Merging bodies, section by section.
 *
 * The marks of checklists are set aside while lines are merged, and put back after it:
 * an item is ticked if either side ticked it, and no longer if one took its tick away.
 */

#include "model/merge.h"

#include <string.h>

#include "util/map.h"

struct section_sides {
	struct side base, ours, theirs;
};

static struct side side_of(const struct piece *p)
{
	return p ? (struct side){ p->text, p->len } : (struct side){ NULL, 0 };
}

static bool same(struct side a, struct side b)
{
	if (!a.text || !b.text)
		return a.text == b.text;
	return a.len == b.len && !memcmp(a.text, b.text, a.len);
}

/* --- checklists --- */

/* The marks of one side: by text, and by how often that stood before. */
struct marks {
	struct map *by_item;
};

static const char *item_name(struct arena *arena, struct map *count, const char *text)
{
	size_t *nr = map_get(count, text);

	if (!nr) {
		nr = arena_alloc(arena, sizeof(*nr));
		if (!nr || map_put(count, text, nr))
			return NULL;
	}
	return arena_printf(arena, "%zu %s", (*nr)++, text);
}

/* Read the marks of a side, and give it without them. */
static int set_aside(struct marks *m, struct side *side, struct arena *arena)
{
	struct map *count = map_new(arena);
	const struct sections *s;
	char *text;
	size_t i;

	m->by_item = map_new(arena);
	if (!count || !m->by_item)
		return OPS_ENOMEM;
	if (!side->text)
		return 0;
	s = sections_parse(arena, side->text, 0, side->len, 1);
	text = s && s->checks_nr ? arena_dup(arena, side->text, side->len) : NULL;
	for (i = 0; text && i < s->checks_nr; i++) {
		const char *name = item_name(arena, count, s->checks[i].text);

		if (!name || map_put(m->by_item, name, text + s->checks[i].mark))
			return OPS_ENOMEM;
	}
	if (!s || (s->checks_nr && !text))
		return OPS_ENOMEM;
	/* The map points to the copy; what is merged has them all open. */
	if (text) {
		char *open = arena_dup(arena, text, side->len);

		if (!open)
			return OPS_ENOMEM;
		for (i = 0; i < s->checks_nr; i++)
			open[s->checks[i].mark] = ' ';
		side->text = open;
	}
	return 0;
}

static char mark_of(const struct marks *m, const char *name)
{
	const char *mark = map_get(m->by_item, name);

	return mark ? *mark : '\0';
}

/* Three versions of one mark: there are two values, so two of them agree. */
static char merged_mark(char base, char ours, char theirs)
{
	if (!ours || !theirs)
		return ours ? ours : theirs ? theirs : ' ';
	if ((ours == ' ') == (theirs == ' '))
		return ours;
	if (base && (base == ' ') == (ours == ' '))
		return theirs;
	return base ? ours : ours == ' ' ? theirs : ours;
}

static int put_back(struct buf *text, const struct marks *base, const struct marks *ours,
		    const struct marks *theirs, struct arena *arena)
{
	struct map *count = map_new(arena);
	const struct sections *s;
	size_t i;

	if (buf_failed(text) || !count)
		return OPS_ENOMEM;
	s = sections_parse(arena, text->data, 0, text->len, 1);
	for (i = 0; s && i < s->checks_nr; i++) {
		const char *name = item_name(arena, count, s->checks[i].text);

		if (!name)
			return OPS_ENOMEM;
		text->data[s->checks[i].mark] = merged_mark(mark_of(base, name),
							    mark_of(ours, name),
							    mark_of(theirs, name));
	}
	return s ? 0 : OPS_ENOMEM;
}

/* Merge the lines of three versions, and their marks. */
static int merge_lines(struct buf *out, bool *clean, struct section_sides v,
		       const struct merging *g, struct ops_error *err)
{
	const struct side ours = v.ours;
	struct arena *arena = g->m->arena;
	struct buf text = BUF_INIT;
	struct marks b, o, t;
	int ret = 0;

	if (set_aside(&b, &v.base, arena) || set_aside(&o, &v.ours, arena) ||
	    set_aside(&t, &v.theirs, arena))
		return error_nomem(err);
	ret = merge_text(&text, clean, v.base, v.ours, v.theirs, err);
	if (ret == 0 && put_back(&text, &b, &o, &t, arena))
		ret = error_nomem(err);
	if (ret == 0 && !*clean && g->flags & MERGE_OURS_LAST) {
		*clean = true;
		if (ours.text)
			buf_add(out, ours.text, ours.len);
	} else {
		buf_add(out, text.data, text.len);
	}
	out->failed = out->failed || text.failed;
	buf_release(&text);
	return ret;
}

/* --- sections --- */

/* "Scope", of "Plan\nScope". */
static const char *title_of(const char *name)
{
	const char *last = strrchr(name, '\n');

	return last ? last + 1 : name;
}

static int one_section(struct buf *out, const struct piece *base, const struct piece *ours,
		       const struct piece *theirs, void *payload, struct ops_error *err)
{
	struct merging *g = payload;
	struct section_sides v = { side_of(base), side_of(ours), side_of(theirs) };
	bool clean = false;
	int ret;

	if (same(v.ours, v.theirs) || same(v.base, v.theirs) || same(v.base, v.ours)) {
		const struct side *s = same(v.base, v.ours) ? &v.theirs : &v.ours;

		if (s->text)
			buf_add(out, s->text, s->len);
		return 0;
	}
	ret = merge_lines(out, &clean, v, g, err);
	if (ret || clean)
		return ret;
	return merge_conflict(g->m, CONFLICT_SECTION,
			      title_of(ours ? ours->name : theirs->name), err);
}

static struct side body_of(const struct doc *doc)
{
	struct side none = { NULL, 0 };

	return doc ? (struct side){ doc->text + doc->body_at, doc->len - doc->body_at } :
	       none;
}

int merge_body(struct buf *out, struct merging *g, struct ops_error *err)
{
	struct section_sides v = { body_of(g->base), body_of(g->ours), body_of(g->theirs) };
	struct arena *arena = g->m->arena;
	struct pieces base, ours, theirs;
	bool clean;
	int ret;

	if (same(v.ours, v.theirs) || same(v.base, v.theirs)) {
		buf_add(out, v.ours.text, v.ours.len);
		return 0;
	}
	if (same(v.base, v.ours)) {
		buf_add(out, v.theirs.text, v.theirs.len);
		return 0;
	}
	if ((g->base ? pieces_of_body(&base, arena, g->base) :
	     pieces_of_nothing(&base, arena)) ||
	    pieces_of_body(&ours, arena, g->ours) ||
	    pieces_of_body(&theirs, arena, g->theirs))
		return error_nomem(err);
	if (base.unique && ours.unique && theirs.unique)
		return pieces_merge(out, arena, &base, &ours, &theirs, true, one_section, g,
				    err);
	ret = merge_lines(out, &clean, v, g, err);
	return ret || clean ? ret : merge_conflict(g->m, CONFLICT_SECTION, "", err);
}

/* --- files of entries --- */

static int pieces_of_side(struct pieces *out, struct arena *arena, struct side side)
{
	return side.text ? pieces_of_text(out, arena, side.text, side.len) :
	       pieces_of_nothing(out, arena);
}

int merge_entries(struct buf *out, struct arena *arena, struct side base, struct side ours,
		  struct side theirs, struct ops_error *err)
{
	struct merge m = { .arena = arena, .text = BUF_INIT };
	struct merging g = { .m = &m };
	struct pieces b, o, t;
	int ret;

	if (pieces_of_side(&b, arena, base) || pieces_of_side(&o, arena, ours) ||
	    pieces_of_side(&t, arena, theirs))
		return error_nomem(err);
	if (!b.unique || !o.unique || !t.unique)
		return 1;
	ret = pieces_merge(out, arena, &b, &o, &t, true, one_section, &g, err);
	return ret ? ret : m.conflicts_nr != 0;
}
