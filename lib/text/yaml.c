/* SPDX-License-Identifier: MIT */
/*
 * YAML as a tree with byte positions, and the only user of libyaml.
 *
 * libyaml's events are read, never its document loader (quadratic, and blind
 * for duplicates) and never its emitter.  Depth and number of events are
 * counted in the loop, and reading stops there.  Faults that do not stop the
 * parser (duplicates, anchors, tags, ...) are all reported; a tree is given
 * back only when there was none.
 *
 * libyaml's marks count characters.  `struct cursor` turns them into bytes; it
 * moves with the marks, which go forward but for short steps, so that the
 * whole text is walked about once.
 */
#include "text/yaml.h"

#include <string.h>

#include <yaml.h>

#include "text/yaml_inside.h"
#include "util/arena.h"
#include "util/utf8.h"

#define ITEMS_FIRST 8

/* An open collection. */
struct frame {
	struct yaml_node *node;
	struct yaml_node *key;	/* of a mapping: waits for its value */
	size_t cap;
};

struct cursor {
	size_t character, byte;
};

struct reader {
	yaml_parser_t parser;
	struct yaml_input in;
	struct arena *arena;
	struct frame *frames;
	size_t depth, depth_max;
	size_t events, events_max;
	struct cursor cursor;
	struct yaml_node *root;
	bool done;		/* the end of the stream, or no use in going on */
};

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t to_byte(struct reader *r, size_t character)
{
	struct cursor *c = &r->cursor;
	const char *text = r->in.text;
	size_t len = r->in.len;

	if (r->in.ascii)
		return character < len ? character : len;
	for (; c->character < character && c->byte < len; c->character++)
		for (c->byte++; c->byte < len && is_continuation(text[c->byte]);)
			c->byte++;
	for (; c->character > character; c->character--)
		for (c->byte--; is_continuation(text[c->byte]);)
			c->byte--;
	return c->byte;
}

static struct yaml_mark to_mark(struct reader *r, const yaml_mark_t *mark)
{
	struct yaml_mark m = {
		.offset = (uint32_t)to_byte(r, mark->index),
		.line = r->in.first_line + (unsigned)mark->line,
		.column = (unsigned)mark->column + 1,
	};

	return m;
}

/* Move a mark to the later byte `to`. */
static struct yaml_mark advance(const struct reader *r, struct yaml_mark m,
				size_t to)
{
	for (; m.offset < to; m.offset++) {
		if (r->in.text[m.offset] == '\n') {
			m.line++;
			m.column = 1;
		} else if (!is_continuation(r->in.text[m.offset])) {
			m.column++;
		}
	}
	return m;
}

/* The end of the line of byte `at`, before its LF or CRLF. */
static size_t line_end(const struct reader *r, size_t at)
{
	const char *text = r->in.text;
	const char *lf = memchr(text + at, '\n', r->in.len - at);
	size_t end = lf ? (size_t)(lf - text) : r->in.len;

	return lf && end > at && text[end - 1] == '\r' ? end - 1 : end;
}

/* The end of a block scalar: of its last line that is not blank. */
static struct yaml_mark block_scalar_end(const struct reader *r,
					 struct yaml_mark start, size_t end)
{
	while (end > start.offset + 1 && strchr(" \t\r\n", r->in.text[end - 1]))
		end--;
	return advance(r, start, line_end(r, end));
}

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind,
				  const yaml_event_t *event)
{
	struct yaml_node *node = arena_alloc(r->arena, sizeof(*node));

	if (!node)
		return NULL;
	node->kind = kind;
	node->value = "";
	node->start = to_mark(r, &event->start_mark);
	node->end = node->start;
	return node;
}

static int limit(struct reader *r, struct yaml_mark at, const char *what,
		 size_t most)
{
	yaml_refuse(&r->in, "yaml.limit", at, NULL, "more than %zu %s", most,
		    what);
	r->done = true;
	return 0;
}

/* A copy of an array that is full, twice as large. */
static void *grown(struct arena *arena, const void *old, size_t nr, size_t *cap,
		   size_t size)
{
	size_t want = *cap ? *cap * 2 : ITEMS_FIRST;
	void *array = arena_array(arena, want, size);

	if (!array)
		return NULL;
	if (nr)
		memcpy(array, old, nr * size);
	*cap = want;
	return array;
}

static int add_item(struct reader *r, struct frame *f, struct yaml_node *item)
{
	struct yaml_node *list = f->node;

	if (list->nr == f->cap) {
		list->items = grown(r->arena, list->items, list->nr, &f->cap,
				    sizeof(*list->items));
		if (!list->items)
			return OPS_ENOMEM;
	}
	list->items[list->nr++] = item;
	return 0;
}

static void check_key(struct reader *r, const struct yaml_node *map,
		      const struct yaml_node *key)
{
	const struct yaml_node *other;
	size_t i, at = key->end.offset;

	if (key->kind != YAML_SCALAR) {
		yaml_refuse(&r->in, "yaml.key", key->start,
			    "quote the key, or the whole line if it is a value",
			    "a %s cannot be a key",
			    key->kind == YAML_LIST ? "list" : "mapping");
		return;
	}
	while (at < r->in.len && (r->in.text[at] == ' ' || r->in.text[at] == '\t'))
		at++;
	if (!key->len)
		yaml_refuse(&r->in, "yaml.key", key->start, NULL, "empty key");
	else if (key->style == YAML_PLAIN && !strcmp(key->value, "<<"))
		yaml_refuse(&r->in, "yaml.key", key->start, NULL,
			    "merge keys are not supported");
	else if (at == r->in.len || r->in.text[at] != ':')
		yaml_refuse(&r->in, "yaml.key", key->start,
			    "write 'key: value' on one line",
			    "key '%.64s' has no ':' after it", key->value);
	for (i = 0; i < map->nr; i++) {
		other = map->pairs[i].key;
		if (other->len != key->len || other->kind != YAML_SCALAR ||
		    memcmp(other->value, key->value, key->len))
			continue;
		yaml_refuse(&r->in, "yaml.duplicate-key", key->start,
			    "keep one of them",
			    "key '%.64s' stands here again, first on line %u",
			    key->value, other->start.line);
		return;
	}
}

static int add_to_map(struct reader *r, struct frame *f, struct yaml_node *node)
{
	struct yaml_node *map = f->node;

	if (!f->key) {
		if (map->nr == YAML_KEYS_MAX)
			return limit(r, node->start, "keys in a mapping",
				     YAML_KEYS_MAX);
		f->key = node;
		return 0;
	}
	if (map->nr == f->cap) {
		map->pairs = grown(r->arena, map->pairs, map->nr, &f->cap,
				   sizeof(*map->pairs));
		if (!map->pairs)
			return OPS_ENOMEM;
	}
	check_key(r, map, f->key);
	map->pairs[map->nr].key = f->key;
	map->pairs[map->nr].value = node;
	map->nr++;
	f->key = NULL;
	return 0;
}

/* Hang a complete node where it belongs. */
static int add_node(struct reader *r, struct yaml_node *node)
{
	struct frame *f;

	if (!r->depth) {
		r->root = node;
		return 0;
	}
	f = &r->frames[r->depth - 1];
	return f->node->kind == YAML_LIST ? add_item(r, f, node) :
					    add_to_map(r, f, node);
}

static void check_properties(struct reader *r, const yaml_event_t *event,
			     const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct yaml_mark at;

	if (!anchor && !tag)
		return;
	at = to_mark(r, &event->start_mark);
	if (anchor)
		yaml_refuse(&r->in, "yaml.anchor", at,
			    "quote the value if the '&' is part of it",
			    "anchors are not supported");
	if (tag)
		yaml_refuse(&r->in, "yaml.tag", at,
			    "quote the value if the '!' is part of it",
			    "tags are not supported");
}

static enum yaml_style scalar_style(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return YAML_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return YAML_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
		return YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return YAML_FOLDED;
	default:
		return YAML_PLAIN;
	}
}

/* A decoded value must be as clean as the raw text was. */
static void check_scalar(struct reader *r, const struct yaml_node *node)
{
	bool block = node->style == YAML_LITERAL || node->style == YAML_FOLDED;
	size_t clean = utf8_clean_to(node->value, node->len, block);
	uint32_t c = 0;

	if (node->len > YAML_SCALAR_MAX)
		yaml_refuse(&r->in, "yaml.limit", node->start, NULL,
			    "value of more than %d bytes", YAML_SCALAR_MAX);
	if (clean == node->len)
		return;
	utf8_decode(&c, node->value + clean, node->len - clean);
	if (c == '\n')
		yaml_refuse(&r->in, "yaml.control", node->start,
			    "write text of several lines as a block: '|' or '>'",
			    "line break in a value that is not a block");
	else
		yaml_refuse(&r->in, "yaml.control", node->start, "remove it",
			    "character U+%04X in a value is not allowed",
			    (unsigned)c);
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
	struct yaml_node *node = new_node(r, YAML_SCALAR, event);

	if (!node)
		return OPS_ENOMEM;
	check_properties(r, event, event->data.scalar.anchor,
			 event->data.scalar.tag);
	node->style = scalar_style(event->data.scalar.style);
	node->len = event->data.scalar.length;
	if (node->len) {
		node->value = arena_dup(r->arena, event->data.scalar.value,
					node->len);
		if (!node->value)
			return OPS_ENOMEM;
	}
	node->end = to_mark(r, &event->end_mark);
	if (node->style == YAML_LITERAL || node->style == YAML_FOLDED)
		node->end = block_scalar_end(r, node->start, node->end.offset);
	check_scalar(r, node);
	return add_node(r, node);
}

static int on_alias(struct reader *r, const yaml_event_t *event)
{
	struct yaml_node *node = new_node(r, YAML_SCALAR, event);

	if (!node)
		return OPS_ENOMEM;
	node->end = to_mark(r, &event->end_mark);
	yaml_refuse(&r->in, "yaml.anchor", node->start,
		    "quote the value if the '*' is part of it",
		    "aliases are not supported");
	return add_node(r, node);
}

static int on_open(struct reader *r, const yaml_event_t *event,
		   enum yaml_kind kind)
{
	struct yaml_node *node = new_node(r, kind, event);
	bool flow;

	if (!node)
		return OPS_ENOMEM;
	if (kind == YAML_LIST) {
		check_properties(r, event, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag);
		flow = event->data.sequence_start.style ==
		       YAML_FLOW_SEQUENCE_STYLE;
	} else {
		check_properties(r, event, event->data.mapping_start.anchor,
				 event->data.mapping_start.tag);
		flow = event->data.mapping_start.style ==
		       YAML_FLOW_MAPPING_STYLE;
	}
	node->style = flow ? YAML_FLOW : YAML_BLOCK;
	if (r->depth == r->depth_max)
		return limit(r, node->start, "levels of nesting", r->depth_max);
	memset(&r->frames[r->depth], 0, sizeof(*r->frames));
	r->frames[r->depth++].node = node;
	return 0;
}

/* A block collection ends with the line of its last child; so does, at its
 * last child, the mapping without braces in [a: b]. */
static void set_collection_end(struct reader *r, struct yaml_node *node,
			       const yaml_event_t *event)
{
	const struct yaml_node *last = NULL;
	char first = r->in.text[node->start.offset];

	if (node->nr)
		last = node->kind == YAML_LIST ? node->items[node->nr - 1] :
						 node->pairs[node->nr - 1].value;
	if (node->style == YAML_FLOW && (first == '[' || first == '{' || !last))
		node->end = to_mark(r, &event->end_mark);
	else if (node->style == YAML_FLOW)
		node->end = last->end;
	else if (last)
		node->end = advance(r, last->end, line_end(r, last->end.offset));
}

static int on_close(struct reader *r, const yaml_event_t *event)
{
	struct yaml_node *node = r->frames[--r->depth].node;

	set_collection_end(r, node, event);
	return add_node(r, node);
}

static void on_document(struct reader *r, const yaml_event_t *event)
{
	struct yaml_mark at = to_mark(r, &event->start_mark);

	if (r->root) {
		yaml_refuse(&r->in, "yaml.documents", at, "keep one of them",
			    "a second YAML document");
		r->done = true;
	} else if (event->data.document_start.version_directive ||
		   event->data.document_start.tag_directives.start !=
			   event->data.document_start.tag_directives.end) {
		yaml_refuse(&r->in, "yaml.documents", at, "remove the line",
			    "directives are not supported");
	}
}

static int on_event(struct reader *r, const yaml_event_t *event)
{
	if (++r->events > r->events_max)
		return limit(r, to_mark(r, &event->start_mark), "YAML events",
			     r->events_max);
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, event);
	case YAML_ALIAS_EVENT:
		return on_alias(r, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, event, YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, event, YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(r, event);
	case YAML_DOCUMENT_START_EVENT:
		on_document(r, event);
		return 0;
	case YAML_DOCUMENT_END_EVENT:
		if (!event->data.document_end.implicit)
			yaml_refuse(&r->in, "yaml.documents",
				    to_mark(r, &event->start_mark),
				    "remove the line", "'...' is not supported");
		return 0;
	case YAML_STREAM_END_EVENT:
		r->done = true;
		return 0;
	default:
		return 0;
	}
}

static int on_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct yaml_fault fault = { .problem = p->problem, .context = p->context };

	if (p->error == YAML_MEMORY_ERROR)
		return OPS_ENOMEM;
	if (p->error == YAML_READER_ERROR) {
		fault.at = yaml_mark_at(&r->in, p->problem_offset < r->in.len ?
					p->problem_offset : r->in.len);
		fault.from = fault.at;
	} else {
		fault.at = to_mark(r, &p->problem_mark);
		fault.from = p->context ? to_mark(r, &p->context_mark) : fault.at;
	}
	if (!fault.problem)
		fault.problem = "cannot be read";
	yaml_report(&r->in, &fault);
	r->done = true;
	return 0;
}

static int read_events(struct reader *r)
{
	yaml_event_t event;
	int rc = 0;

	if (!yaml_parser_initialize(&r->parser))
		return OPS_ENOMEM;
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser,
				     (const unsigned char *)r->in.text,
				     r->in.len);
	while (!rc && !r->done) {
		if (!yaml_parser_parse(&r->parser, &event)) {
			rc = on_error(r);
			break;
		}
		rc = on_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&r->parser);
	return rc;
}

static struct yaml_node *empty_mapping(struct reader *r)
{
	struct yaml_node *node = arena_alloc(r->arena, sizeof(*node));

	if (!node)
		return NULL;
	node->kind = YAML_MAP;
	node->style = YAML_BLOCK;
	node->value = "";
	node->start.line = r->in.first_line;
	node->start.column = 1;
	node->end = node->start;
	return node;
}

int yaml_parse_events(struct yaml_node **out, struct arena *arena, const char *text,
		      size_t len, const struct yaml_source *source,
		      struct ops_findings *findings, struct ops_error *err)
{
	struct reader r = {
		.in = { .text = text, .len = len, .path = source->path,
			.first_line = source->first_line, .findings = findings },
		.arena = arena,
		.depth_max = source->depth_max ? source->depth_max : YAML_DEPTH_MAX,
		.events_max = source->events_max ? source->events_max :
						   YAML_EVENTS_MAX,
	};
	int rc = 0;

	/* A place is a number of 32 bits. */
	if (len > UINT32_MAX)
		yaml_refuse(&r.in, "yaml.limit", (struct yaml_mark){ 0, source->first_line, 1 },
			    NULL, "more than %u bytes", UINT32_MAX);
	else
		yaml_scan(&r.in);
	if (!r.in.faulty) {
		r.frames = arena_array(arena, r.depth_max, sizeof(*r.frames));
		rc = r.frames ? read_events(&r) : OPS_ENOMEM;
	}
	if (!rc && !r.in.faulty && !r.root) {
		r.root = empty_mapping(&r);
		rc = r.root ? 0 : OPS_ENOMEM;
	}
	if (rc || findings_failed(findings))
		return error_nomem(err);
	if (r.in.faulty)
		return error_set(err, OPS_EINVALID, "'%s' is not valid YAML",
				 source->path ? source->path : "text");
	*out = r.root;
	return 0;
}

int yaml_parse(struct yaml_node **out, struct arena *arena, const char *text,
	       size_t len, const struct yaml_source *source,
	       struct ops_findings *findings, struct ops_error *err)
{
	int plain = yaml_plain(out, arena, text, len, source);

	if (plain < 0)
		return error_nomem(err);
	return plain ? 0 : yaml_parse_events(out, arena, text, len, source, findings, err);
}

const struct yaml_pair *yaml_pair(const struct yaml_node *map, const char *key)
{
	size_t len = strlen(key), i;

	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (i = 0; i < map->nr; i++)
		if (map->pairs[i].key->len == len && *map->pairs[i].key->value == *key &&
		    !memcmp(map->pairs[i].key->value, key, len))
			return &map->pairs[i];
	return NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	const struct yaml_pair *pair = yaml_pair(map, key);

	return pair ? pair->value : NULL;
}

const char *yaml_text(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node && node->kind == YAML_SCALAR ? node->value : NULL;
}
