/* SPDX-License-Identifier: MIT */
/*
 * Cutting documents into named pieces, and putting three versions together.
 *
 * Invariants: the pieces of a header or body, each with its blank lines, are all of its
 * bytes in their order; nothing here looks into a piece.
 */
#include "text/pieces.h"

#include <string.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/map.h"

#define PIECES_MAX 2000		/* ordering them is quadratic */

/* The byte after the line of `at`. */
static size_t next_line(const char *text, size_t at, size_t end)
{
	const char *lf = at < end ? memchr(text + at, '\n', end - at) : NULL;

	return lf ? (size_t)(lf - text) + 1 : end;
}

/* A text without the blank lines at its end; the newline of its last line stays. */
static size_t without_blanks(const char *text, size_t len)
{
	size_t at = len;

	while (at && strchr(" \t\r\n", text[at - 1]) && text[at - 1])
		at--;
	return next_line(text, at, len);
}

static int add(struct pieces *p, const char *name, const char *text, size_t len)
{
	struct piece *one = &p->list[p->nr++];

	if (!name)
		return OPS_ENOMEM;
	one->name = name;
	one->text = text;
	one->whole = len;
	one->len = without_blanks(text, len);
	if (map_has(p->by_name, name))
		p->unique = false;
	return map_put(p->by_name, name, one);
}

static int begin(struct pieces *p, struct arena *arena, size_t room)
{
	p->nr = 0;
	p->list = arena_array(arena, room, sizeof(*p->list));
	p->by_name = map_new(arena);
	p->unique = room <= PIECES_MAX;
	return p->list && p->by_name ? 0 : OPS_ENOMEM;
}

int pieces_of_nothing(struct pieces *out, struct arena *arena)
{
	return begin(out, arena, 1);
}

int pieces_of_header(struct pieces *out, struct arena *arena, const struct doc *doc)
{
	const char *text = doc->text + doc->header_at;
	size_t at = 0, end, i;
	int ret = begin(out, arena, doc->header->nr + 1);

	for (i = 0; ret == 0 && i < doc->header->nr; i++) {
		const struct yaml_pair *p = &doc->header->pairs[i];

		end = p->value->start.offset < p->value->end.offset ?
		      p->value->end.offset : p->key->end.offset;
		end = next_line(text, end, doc->header_len);
		ret = add(out, p->key->value, text + at, end - at);
		at = end;
	}
	if (ret == 0 && at < doc->header_len)
		ret = add(out, "", text + at, doc->header_len - at);
	return ret;
}

/* The titles above a section and its own, one on each line. */
static const char *name_of(struct arena *arena, const struct sections *s, size_t at,
			   const char **above)
{
	unsigned level = s->list[at].level, up = level - 1;

	while (up && !above[up])
		up--;
	above[level] = up ? arena_printf(arena, "%s\n%s", above[up], s->list[at].title) :
		       s->list[at].title;
	for (up = level + 1; up <= 6; up++)
		above[up] = NULL;
	return above[level];
}

/* What stands from `at` on, cut where its sections begin. */
static int cut(struct pieces *out, struct arena *arena, const char *text, size_t at,
	       size_t len, const struct sections *s)
{
	const char *above[7] = { NULL };
	size_t first, i;
	int ret = s ? begin(out, arena, s->nr + 1) : OPS_ENOMEM;

	if (ret)
		return ret;
	first = s->nr ? s->list[0].heading_start : len;
	if (first > at)
		ret = add(out, "", text + at, first - at);
	for (i = 0; ret == 0 && i < s->nr; i++)
		ret = add(out, name_of(arena, s, i, above), text + s->list[i].heading_start,
			  s->list[i].own_end - s->list[i].heading_start);
	return ret;
}

int pieces_of_body(struct pieces *out, struct arena *arena, struct doc *doc)
{
	return cut(out, arena, doc->text, doc->body_at, doc->len, doc_sections(doc));
}

int pieces_of_text(struct pieces *out, struct arena *arena, const char *text, size_t len)
{
	return cut(out, arena, text, 0, len, sections_parse(arena, text, 0, len, 1));
}

const struct piece *pieces_get(const struct pieces *p, const char *name)
{
	return map_get(p->by_name, name);
}

/* The names in the order they will have. */
struct order {
	const char **list;
	size_t nr;
};

static void insert(struct order *o, size_t at, const char *name)
{
	memmove(&o->list[at + 1], &o->list[at], (o->nr - at) * sizeof(*o->list));
	o->list[at] = name;
	o->nr++;
}

static size_t place_after(const struct order *o, const char *name)
{
	size_t i;

	for (i = 0; name && i < o->nr; i++)
		if (!strcmp(o->list[i], name))
			return i + 1;
	return 0;
}

/* Whether the pieces that both have stand in another order. */
static bool rearranged(const struct pieces *base, const struct pieces *side)
{
	const struct piece *last = NULL, *now;
	size_t i;

	for (i = 0; i < side->nr; i++) {
		now = pieces_get(base, side->list[i].name);
		if (now && last && now < last)
			return true;
		last = now ? now : last;
	}
	return false;
}

/* Take in the names of `side` that are not there yet. */
static void take_in(struct order *o, struct map *seen, const struct pieces *side)
{
	const char *before = NULL;
	size_t i;

	for (i = 0; i < side->nr; i++) {
		if (!map_has(seen, side->list[i].name))
			insert(o, place_after(o, before), side->list[i].name);
		before = side->list[i].name;
	}
}

static int make_order(struct order *o, struct arena *arena, const struct pieces *base,
		      const struct pieces *ours, const struct pieces *theirs)
{
	const struct pieces *first = ours, *second = theirs;
	struct map *seen = map_new(arena);
	size_t i;

	if (rearranged(base, theirs) && !rearranged(base, ours)) {
		first = theirs;
		second = ours;
	}
	o->nr = 0;
	o->list = arena_array(arena, ours->nr + theirs->nr + 1, sizeof(*o->list));
	if (!o->list || !seen)
		return OPS_ENOMEM;
	for (i = 0; i < first->nr; i++) {
		o->list[o->nr++] = first->list[i].name;
		if (map_put(seen, first->list[i].name, seen))
			return OPS_ENOMEM;
	}
	take_in(o, seen, second);
	return 0;
}

static bool ends_in_blank_line(const struct buf *b)
{
	return b->len < 2 || (b->data[b->len - 1] == '\n' && b->data[b->len - 2] == '\n') ||
	       (b->len > 3 && !memcmp(b->data + b->len - 3, "\n\r\n", 3));
}

/* Append a piece to what is there already. */
static void put(struct buf *out, const struct buf *text, bool gap)
{
	if (out->len && out->data[out->len - 1] != '\n')
		buf_char(out, '\n');
	if (gap && out->len && !ends_in_blank_line(out))
		buf_char(out, '\n');
	buf_add(out, text->data, text->len);
}

static bool is_last(const struct pieces *p, const struct piece *one)
{
	return !one || one == &p->list[p->nr - 1];
}

int pieces_merge(struct buf *out, struct arena *arena, const struct pieces *base,
		 const struct pieces *ours, const struct pieces *theirs, bool gap,
		 piece_merge_fn *one, void *payload, struct ops_error *err)
{
	struct buf text = BUF_INIT, all = BUF_INIT;
	struct order order;
	bool met_end = false;	/* what was put last stood at the end before */
	size_t i;
	int ret = make_order(&order, arena, base, ours, theirs) ? error_nomem(err) : 0;

	for (i = 0; ret == 0 && i < order.nr; i++) {
		const struct piece *o = pieces_get(ours, order.list[i]);
		const struct piece *t = pieces_get(theirs, order.list[i]);
		const struct piece *blanks = o ? o : t;

		buf_clear(&text);
		ret = one(&text, pieces_get(base, order.list[i]), o, t, payload, err);
		if (ret || !text.len)
			continue;
		put(&all, &text, gap && met_end);
		buf_add(&all, blanks->text + blanks->len, blanks->whole - blanks->len);
		met_end = is_last(ours, o) || is_last(theirs, t);
		all.failed = all.failed || text.failed;
	}
	/* The end is as ours has it, whatever came to stand there. */
	if (gap && ours->nr) {
		const struct piece *last = &ours->list[ours->nr - 1];

		all.len = without_blanks(all.data, all.len);
		buf_add(&all, last->text + last->len, last->whole - last->len);
	}
	buf_add(out, all.data, all.len);
	out->failed = out->failed || all.failed;
	buf_release(&text);
	buf_release(&all);
	return ret;
}
