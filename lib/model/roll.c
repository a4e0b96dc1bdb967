/* SPDX-License-Identifier: MIT */
/*
 * Looking things up in a roll: lines by path, by directory, by id.
 *
 * Two segments are read as one: a line of what has changed hides that of the base.  What
 * cannot be read as it was written is no answer: whoever asked then asks the documents.
 */
#include "model/roll_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/world_inside.h"
#include "util/path.h"

#define NOWHERE ((size_t)-1)
#define ROOM (2 * PATH_MAX_BYTES)
#define ROWS 128		/* read at once by who goes through them */

size_t roll_rows(const struct roll *r, unsigned segment)
{
	return r->segment[segment] ? (size_t)r->facts[segment].rows : 0;
}

const struct roll_row *roll_row(const struct roll *r, unsigned segment, size_t at)
{
	return sealed_at(r->segment[segment], PART_ROWS, at * sizeof(struct roll_row),
			 sizeof(struct roll_row));
}

const struct roll_more *roll_more(const struct roll_line *line)
{
	return sealed_peek(line->roll->segment[line->segment], PART_MORE,
			   (size_t)line->row->more * sizeof(struct roll_more),
			   sizeof(struct roll_more));
}

/* Read all words of a segment, which are few: then one is a place among them.  The last ends
 * where they do, so that each ends. */
static bool read_words(struct roll *r, unsigned segment)
{
	size_t len = sealed_size(r->segment[segment], PART_WORDS);
	const char *text = len ? sealed_at(r->segment[segment], PART_WORDS, 0, len) : NULL;

	if (!text || text[len - 1])
		return false;
	r->words[segment].text = text;
	r->words[segment].len = len;
	return true;
}

static inline const char *word(const struct roll_line *line, uint32_t at)
{
	struct roll *r = line->roll;
	unsigned segment = line->segment;

	if (!at || (!r->words[segment].text && !read_words(r, segment)))
		return NULL;
	return at < r->words[segment].len ? r->words[segment].text + at : NULL;
}

const char *roll_word(const struct roll_line *line, uint32_t at)
{
	return word(line, at);
}

const char *roll_name(const struct roll_line *line, uint32_t at)
{
	return at ? sealed_text(line->roll->segment[line->segment], PART_NAMES, at) : NULL;
}

const char *roll_text(const struct roll_line *line, uint32_t at)
{
	return at ? sealed_text(line->roll->segment[line->segment], PART_TEXT, at) : NULL;
}

const char *roll_value(const struct roll_line *line, enum roll_field field)
{
	const struct roll_more *more;

	if (field == ROLL_TITLE)
		return roll_text(line, line->row->field[ROLL_TITLE]);
	if (field < ROLL_NEAR)
		return word(line, line->row->field[field]);
	more = roll_more(line);
	return more ? roll_word(line, more->field[field - ROLL_NEAR]) : NULL;
}

uint32_t roll_number(const struct roll_line *line, enum roll_field field)
{
	return line->row->field[field];
}

bool roll_oid(struct oid *out, const struct roll_line *line)
{
	const struct roll_more *more = roll_more(line);

	if (more)
		*out = more->oid;
	return more;
}

const char *roll_id(const struct roll_line *line)
{
	return sealed_text(line->roll->segment[line->segment], PART_STEMS, line->row->name);
}

const struct type *roll_type(const struct roll_line *line)
{
	return line->row->type < line->roll->config->types_nr ?
	       &line->roll->config->types[line->row->type] : NULL;
}

bool roll_is_plain(const struct roll_line *line)
{
	return !(line->row->flags & ROW_UNPLAIN);
}

bool roll_is_directory(const struct roll_line *line)
{
	return line->row->mode == SNAP_DIR;
}

/* The parts of a path, joined; its length, or 0. */
static size_t join(char *out, size_t room, const char *dir, const char *name, bool markdown)
{
	size_t a = strlen(dir), b = strlen(name);

	if (a + b + 5 > room)
		return 0;
	memcpy(out, dir, a);
	if (a)
		out[a++] = '/';
	memcpy(out + a, name, b + 1);
	if (markdown)
		memcpy(out + a + b, ".md", 4);
	return a + b + (markdown ? 3 : 0);
}

bool roll_path_to(char *out, size_t room, const struct roll_line *line)
{
	const char *dir = roll_word(line, line->row->dir), *name = roll_id(line);

	return dir && name && join(out, room, dir, name, line->row->flags & ROW_MARKDOWN);
}

char *roll_path(const struct roll_line *line, struct arena *arena)
{
	char path[ROOM];

	return roll_path_to(path, sizeof(path), line) ? arena_str(arena, path) : NULL;
}

/* One part of a path against the beginning of another, which is moved behind it. */
static int compare_part(const char **path, const char *part)
{
	const unsigned char *a = (const unsigned char *)part, *b = (const unsigned char *)*path;

	for (; *a && *a == *b; a++, b++)
		;
	*path = (const char *)b;
	return *a ? *a - *b : 0;
}

/* strcmp() of the line's path and another, without joining the former. */
static bool compare_path(int *out, const struct roll_line *line, const char *path)
{
	const char *dir = roll_word(line, line->row->dir), *name = roll_id(line);

	if (!dir || !name)
		return false;
	*out = compare_part(&path, dir);
	if (!*out && *dir)
		*out = compare_part(&path, "/");
	if (!*out)
		*out = compare_part(&path, name);
	if (!*out && line->row->flags & ROW_MARKDOWN)
		*out = compare_part(&path, ".md");
	if (!*out)
		*out = -(int)(unsigned char)*path;
	return true;
}

size_t roll_lower(const struct roll *r, unsigned segment, const char *path)
{
	struct roll_line line = { (struct roll *)(size_t)r, segment, NULL };
	size_t low = 0, high = roll_rows(r, segment), middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		line.row = roll_row(r, segment, middle);
		if (!line.row || !compare_path(&order, &line, path))
			return NOWHERE;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The line of exactly that path in one segment; OPS_ENOTFOUND. */
static int in_segment(struct roll_line *out, struct roll *r, unsigned segment,
		      const char *path)
{
	struct roll_line line = { r, segment, NULL };
	size_t at = roll_rows(r, segment) ? roll_lower(r, segment, path) : 0;
	int order;

	if (at == NOWHERE)
		return OPS_EINVALID;
	if (at >= roll_rows(r, segment))
		return OPS_ENOTFOUND;
	line.row = roll_row(r, segment, at);
	if (!line.row || !compare_path(&order, &line, path))
		return OPS_EINVALID;
	if (order)
		return OPS_ENOTFOUND;
	*out = line;
	return 0;
}

/* Whether the roll knows all that could lie at a path. */
static bool covers(const struct roll *r, const char *path)
{
	const char *packets = config_directory(r->config, "packets");
	size_t i, len = path_directory_len(path);

	for (i = 0; i < r->roots.nr; i++)
		if (path_below(r->roots.list[i], path))
			return true;
	return len == strlen(packets) && !strncmp(path, packets, len);
}

int roll_at(struct roll_line *out, struct roll *r, const char *path)
{
	struct roll_line line;
	int ret;

	if (!covers(r, path))
		return OPS_EINVALID;
	ret = in_segment(&line, r, 1, path);
	if (ret == OPS_ENOTFOUND)
		ret = in_segment(&line, r, 0, path);
	if (ret)
		return ret;
	if (line.row->flags & ROW_GONE)
		return OPS_ENOTFOUND;
	*out = line;
	return 0;
}

/* Where the next line of a segment is, and up to where rows are read already. */
struct cursor {
	struct roll_line line;
	size_t at, end, read;
	char path[ROOM];
};

static bool load(struct cursor *c)
{
	size_t nr = c->end - c->at < ROWS ? c->end - c->at : ROWS;

	if (c->at >= c->end)
		return true;
	if (c->at < c->read) {
		c->line.row++;
		return true;
	}
	c->line.row = sealed_at(c->line.roll->segment[c->line.segment], PART_ROWS,
				c->at * sizeof(struct roll_row), nr * sizeof(struct roll_row));
	c->read = c->at + nr;
	return c->line.row != NULL;
}

static bool aim(struct cursor *c, struct roll *r, unsigned segment, const char *from,
		const char *to)
{
	c->line = (struct roll_line){ r, segment, NULL };
	c->at = c->read = 0;
	c->end = roll_rows(r, segment);
	if (!c->end)
		return true;
	c->at = roll_lower(r, segment, from);
	c->end = to ? roll_lower(r, segment, to) : c->end;
	return c->at != NOWHERE && c->end != NOWHERE && load(c);
}

int roll_range(struct roll *r, const char *from, const char *to,
	       int (*each)(const struct roll_line *line, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_error *err)
{
	struct cursor base, own;
	size_t place = 0;
	bool known = false;
	int ret = 0, order;

	if (!aim(&base, r, 0, from, to) || !aim(&own, r, 1, from, to))
		return OPS_ENOTFOUND;
	while (ret == 0 && (base.at < base.end || own.at < own.end)) {
		/* Where the next of its own lies among the others is looked up once. */
		if (own.at < own.end && !known) {
			if (!roll_path_to(own.path, ROOM, &own.line))
				return OPS_ENOTFOUND;
			place = roll_rows(r, 0) ? roll_lower(r, 0, own.path) : 0;
			known = true;
			if (place == NOWHERE)
				return OPS_ENOTFOUND;
		}
		order = own.at >= own.end || base.at < place ? -1 : 1;
		if (base.at >= base.end) {
			order = 1;
		} else if (order > 0 && base.at == place) {
			if (!roll_path_to(base.path, ROOM, &base.line))
				return OPS_ENOTFOUND;
			order = strcmp(base.path, own.path) ? 1 : 0;
		}
		if (order < 0)
			ret = each(&base.line, payload, err);
		else if (!(own.line.row->flags & ROW_GONE))
			ret = each(&own.line, payload, err);
		if (ret == 0 && order <= 0) {
			base.at++;
			ret = load(&base) ? 0 : OPS_ENOTFOUND;
		}
		if (ret == 0 && order >= 0) {
			own.at++;
			known = false;
			ret = load(&own) ? 0 : OPS_ENOTFOUND;
		}
	}
	return ret;
}

struct giving {
	const struct type *type;
	int (*each)(const struct roll_line *line, bool plain, void *payload,
		    struct ops_error *err);
	void *payload;
};

static int give_line(const struct roll_line *line, void *payload, struct ops_error *err)
{
	struct giving *g = payload;
	const struct type *type = roll_type(line);
	bool plain = roll_is_plain(line);

	if (!type || (g->type && type != g->type && type != g->type->base))
		return 0;
	/* Of another type it is no answer, but what is wrong with it is said. */
	return plain && g->type && type != g->type && !type_is(type, g->type->name) ? 0 :
	       g->each(line, plain, g->payload, err);
}

int roll_each_below(struct roll *r, const struct type *type, const char *dir,
		    int (*each)(const struct roll_line *line, bool plain, void *payload,
				struct ops_error *err),
		    void *payload, struct ops_error *err)
{
	struct giving g = { type, each, payload };
	char from[ROOM], to[ROOM];

	/* '0' comes after '/'. */
	if (strlen(dir) + 2 > sizeof(from) || !names_above(&r->roots, dir))
		return OPS_ENOTFOUND;
	(void)snprintf(from, sizeof(from), "%s/", dir);
	(void)snprintf(to, sizeof(to), "%s0", dir);
	return roll_range(r, *dir ? from : "", *dir ? to : NULL, give_line, &g, err);
}

struct walking {
	struct roll *roll;
	const struct type *type;
	int (*each)(const struct roll_line *line, bool plain, void *payload,
		    struct ops_error *err);
	void *payload;
};

static int give_root(const char *root, void *payload, struct ops_error *err)
{
	struct walking *w = payload;

	return roll_each_below(w->roll, w->type, root, w->each, w->payload, err);
}

int roll_each(struct roll *r, const struct type *type, bool archived,
	      int (*each)(const struct roll_line *line, bool plain, void *payload,
			  struct ops_error *err),
	      void *payload, struct ops_error *err)
{
	struct walking w = { r, type, each, payload };

	if (!type || type->abstract || (type->base && type->base->abstract))
		return OPS_ENOTFOUND;
	return world_each_root(r->world, type, archived, give_root, &w, err);
}

/* The line of a number among the ids of a segment. */
static const struct roll_row *of_id(const struct roll *r, unsigned segment, size_t at)
{
	const uint32_t *id = sealed_at(r->segment[segment], PART_IDS, at * sizeof(*id),
				       sizeof(*id));

	return id && *id < roll_rows(r, segment) ? roll_row(r, segment, *id) : NULL;
}

struct named {
	struct roll_line *list;
	size_t nr, room;
	struct arena *arena;
};

static int add_named(struct named *n, const struct roll_line *line)
{
	struct roll_line *list = arena_room(n->arena, n->list, n->nr, &n->room, sizeof(*list));

	if (!list)
		return OPS_ENOMEM;
	n->list = list;
	n->list[n->nr++] = *line;
	return 0;
}

/* Whether a line of the base is hidden; negative: damaged. */
static int is_hidden(struct roll *r, const struct roll_line *line)
{
	struct roll_line other;
	char path[ROOM];
	int ret;

	if (line->segment || !roll_rows(r, 1))
		return line->row->flags & ROW_GONE ? 1 : 0;
	if (!roll_path_to(path, sizeof(path), line))
		return OPS_EINVALID;
	ret = in_segment(&other, r, 1, path);
	return ret == OPS_ENOTFOUND ? 0 : ret ? ret : 1;
}

/* Those of one segment. */
static int name_segment(struct named *n, struct roll *r, unsigned segment, const char *name,
			bool prefix)
{
	struct roll_line line = { r, segment, NULL };
	size_t low = 0, high = roll_rows(r, segment), middle, len = strlen(name);
	const char *id;
	int hidden;

	while (low < high) {
		middle = low + (high - low) / 2;
		line.row = of_id(r, segment, middle);
		id = line.row ? roll_id(&line) : NULL;
		if (!id)
			return OPS_EINVALID;
		if (strcmp(id, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < roll_rows(r, segment); low++) {
		line.row = of_id(r, segment, low);
		id = line.row ? roll_id(&line) : NULL;
		if (!id)
			return OPS_EINVALID;
		if (strncmp(id, name, len) || (!prefix && id[len]))
			break;
		hidden = is_hidden(r, &line);
		if (hidden < 0)
			return hidden;
		if (!hidden && add_named(n, &line))
			return OPS_ENOMEM;
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	char x[ROOM], y[ROOM];

	if (!roll_path_to(x, sizeof(x), a) || !roll_path_to(y, sizeof(y), b))
		return 0;
	return strcmp(x, y);
}

int roll_named(struct roll_line **out, size_t *nr, struct roll *r, const char *name,
	       bool prefix, struct arena *arena, struct ops_error *err)
{
	struct named n = { NULL, 0, 0, arena };
	int ret = name_segment(&n, r, 0, name, prefix);

	if (ret == 0)
		ret = name_segment(&n, r, 1, name, prefix);
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret)
		return OPS_ENOTFOUND;
	if (n.nr)
		qsort(n.list, n.nr, sizeof(*n.list), by_path);
	*out = n.list;
	*nr = n.nr;
	return 0;
}
