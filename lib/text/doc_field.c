/* SPDX-License-Identifier: MIT */
/*
 * Changing header fields by replacing the bytes of their values.
 *
 * Everything here is `splice`: the bytes before, something else, the bytes
 * after.  A comment behind a value stays; one between the lines of a block
 * that is replaced goes with it.  Only top-level fields are edited, and the
 * header is a block mapping (doc_parse sees to it), so a field begins a line.
 */
#include "text/doc_inside.h"

#include <string.h>

#include "util/buf.h"

/* A field, in offsets into the whole text. */
struct place {
	const struct yaml_pair *pair;
	size_t line;		/* the key's line */
	size_t colon_end;	/* after the ':' */
	size_t start, end;	/* the value */
	bool own_lines;		/* the value begins on a line of its own */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *eol(const struct doc *doc)
{
	return doc->crlf ? "\r\n" : "\n";
}

static size_t line_start(const struct doc *doc, size_t at)
{
	while (at > doc->header_at && doc->text[at - 1] != '\n')
		at--;
	return at;
}

/* Before the LF or CRLF of the line of `at`. */
static size_t line_end(const struct doc *doc, size_t at)
{
	while (doc->text[at] != '\n')
		at++;
	return doc->text[at - 1] == '\r' ? at - 1 : at;
}

/* The bytes before from, then the text, then the bytes from `to` on. */
static void splice(struct buf *out, const struct doc *doc, size_t from, size_t to,
		   const struct buf *text)
{
	buf_add(out, doc->text, from);
	buf_add(out, text->data, text->len);
	buf_add(out, doc->text + to, doc->len - to);
}

static bool find_place(struct place *p, const struct doc *doc, const char *name)
{
	const struct yaml_node *value;

	p->pair = yaml_pair(doc->header, name);
	if (!p->pair)
		return false;
	value = p->pair->value;
	p->line = line_start(doc, doc->header_at + p->pair->key->start.offset);
	p->colon_end = doc->header_at + p->pair->key->end.offset;
	while (doc->text[p->colon_end++] != ':')
		;
	p->start = doc->header_at + value->start.offset;
	p->end = doc->header_at + value->end.offset;
	p->own_lines = value->start.line != p->pair->key->end.line;
	return true;
}

static bool is_empty(const struct place *p)
{
	return p->start == p->end;
}

/*
 * The bytes that go when nothing is left of a value: with the blanks before
 * it, or with its lines.  What stays is "Key:" and a comment, if there is one.
 */
static size_t removal_start(const struct doc *doc, const struct place *p)
{
	size_t at = p->start;

	while (at > p->colon_end && is_blank(doc->text[at - 1]))
		at--;
	if (p->own_lines && at > p->colon_end && doc->text[at - 1] == '\n') {
		at--;
		if (doc->text[at - 1] == '\r')
			at--;
	}
	return at;
}

/* The indentation of the header's keys, which is none nearly always. */
static void add_indent(struct buf *b, const struct doc *doc)
{
	size_t at, key;

	if (!doc->header->nr)
		return;
	key = doc->header_at + doc->header->pairs[0].key->start.offset;
	at = line_start(doc, key);
	buf_add(b, doc->text + at, key - at);
}

static void add_items(struct buf *b, const struct doc *doc, const char *indent,
		      size_t indent_len, const char *const *values, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (i)
			buf_str(b, eol(doc));
		buf_add(b, indent, indent_len);
		buf_str(b, "- ");
		/* A plain "a: b" would be a mapping; that is seen to. */
		doc_write_styled(b, values[i], YAML_PLAIN, false);
	}
}

/* A new field, at the end of the header. */
static void add_field(struct buf *out, const struct doc *doc,
		      const struct doc_edit *edit, bool list)
{
	const char *const *values = edit->kind == DOC_APPEND ? &edit->value :
							       edit->values;
	size_t nr = edit->kind == DOC_APPEND ? 1 : edit->nr;
	size_t at = doc->header_at + doc->header_len, indent_len;
	struct buf b = BUF_INIT;

	add_indent(&b, doc);
	indent_len = b.len;
	doc_write_scalar(&b, edit->name);
	buf_char(&b, ':');
	if (!list && *edit->value) {
		buf_char(&b, ' ');
		doc_write_scalar(&b, edit->value);
	} else if (list && !nr) {
		buf_str(&b, " []");
	} else if (list) {
		struct buf indent = BUF_INIT;

		buf_add(&indent, b.data, indent_len);
		buf_str(&indent, "  ");
		buf_str(&b, eol(doc));
		add_items(&b, doc, indent.data, indent.len, values, nr);
		b.failed = b.failed || indent.failed;
		buf_release(&indent);
	}
	buf_str(&b, eol(doc));
	out->failed = out->failed || b.failed;
	splice(out, doc, at, at, &b);
	buf_release(&b);
}

/* Put a scalar where there is no value: behind the colon, and before what is
 * left of a comment.  "Key: " has its blank already. */
static void set_empty(struct buf *out, const struct doc *doc, size_t from,
		      size_t to, const char *text)
{
	size_t after = to;
	struct buf b = BUF_INIT;

	while (is_blank(doc->text[after]))
		after++;
	if (from == to && after > to && doc->text[after] != '#') {
		from++;
		to++;
	} else {
		buf_char(&b, ' ');
	}
	buf_str(&b, text);
	out->failed = out->failed || b.failed;
	splice(out, doc, from, to, &b);
	buf_release(&b);
}

static void set_scalar(struct buf *out, const struct doc *doc,
		       const struct place *p, const char *value)
{
	const struct yaml_node *old = p->pair->value;
	bool block = old->style == YAML_BLOCK;
	struct buf b = BUF_INIT;

	if (*value || old->style == YAML_SINGLE || old->style == YAML_DOUBLE)
		doc_write_styled(&b, value, old->style, false);
	if (is_empty(p)) {
		set_empty(out, doc, p->colon_end, p->colon_end, b.data);
	} else if (block && b.len) {
		/* The value moves up to its key, its lines go, and comments
		 * between the two stay. */
		buf_add(out, doc->text, p->colon_end);
		buf_char(out, ' ');
		buf_add(out, b.data, b.len);
		buf_add(out, doc->text + p->colon_end,
			removal_start(doc, p) - p->colon_end);
		buf_add(out, doc->text + p->end, doc->len - p->end);
	} else {
		splice(out, doc, b.len ? p->start : removal_start(doc, p), p->end,
		       &b);
	}
	out->failed = out->failed || b.failed;
	buf_release(&b);
}

/* The list as [a, b]. */
static void write_flow(struct buf *b, const char *const *values, size_t nr)
{
	size_t i;

	buf_char(b, '[');
	for (i = 0; i < nr; i++) {
		if (i)
			buf_str(b, ", ");
		doc_write_styled(b, values[i], YAML_PLAIN, true);
	}
	buf_char(b, ']');
}

static void set_list(struct buf *out, const struct doc *doc, const struct place *p,
		     const char *const *values, size_t nr)
{
	const struct yaml_node *old = p->pair->value;
	size_t from, indent_at, after;
	struct buf b = BUF_INIT, indent = BUF_INIT;

	if (old->kind == YAML_LIST && old->style == YAML_FLOW) {
		write_flow(&b, values, nr);
		splice(out, doc, p->start, p->end, &b);
	} else if (!nr && is_empty(p)) {
		set_empty(out, doc, p->colon_end, p->colon_end, "[]");
	} else if (!nr) {
		set_empty(out, doc, removal_start(doc, p), p->end, "[]");
	} else if (old->kind == YAML_LIST) {
		indent_at = line_start(doc, p->start);
		add_items(&b, doc, doc->text + indent_at, p->start - indent_at,
			  values, nr);
		splice(out, doc, indent_at, p->end, &b);
	} else {
		/* The old value goes; the items follow on lines of their own. */
		from = is_empty(p) ? p->colon_end : removal_start(doc, p);
		after = is_empty(p) ? p->colon_end : p->end;
		add_indent(&indent, doc);
		buf_str(&indent, "  ");
		buf_str(&b, eol(doc));
		add_items(&b, doc, indent.data, indent.len, values, nr);
		buf_add(out, doc->text, from);
		from = line_end(doc, after);
		buf_add(out, doc->text + after, from - after);
		buf_add(out, b.data, b.len);
		buf_add(out, doc->text + from, doc->len - from);
	}
	out->failed = out->failed || b.failed || indent.failed;
	buf_release(&indent);
	buf_release(&b);
}

static bool holds(const struct yaml_node *list, const char *value)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (list->items[i]->kind == YAML_SCALAR &&
		    !strcmp(list->items[i]->value, value))
			return true;
	return false;
}

static void append(struct buf *out, const struct doc *doc, const struct place *p,
		   const char *value)
{
	const struct yaml_node *list = p->pair->value;
	bool flow = list->style == YAML_FLOW;
	struct buf b = BUF_INIT;
	size_t at = p->end, indent_at;

	if (flow && list->nr) {
		at = doc->header_at + list->items[list->nr - 1]->end.offset;
		buf_str(&b, ", ");
	} else if (flow) {
		at = p->start + 1;
	} else {
		indent_at = line_start(doc, p->start);
		buf_str(&b, eol(doc));
		buf_add(&b, doc->text + indent_at, p->start - indent_at);
		buf_str(&b, "- ");
	}
	doc_write_styled(&b, value, YAML_PLAIN, flow);
	out->failed = out->failed || b.failed;
	splice(out, doc, at, at, &b);
	buf_release(&b);
}

static bool same_list(const struct yaml_node *old, const char *const *values,
		      size_t nr)
{
	size_t i;

	if (old->kind != YAML_LIST || old->nr != nr)
		return false;
	for (i = 0; i < nr; i++)
		if (old->items[i]->kind != YAML_SCALAR ||
		    strcmp(old->items[i]->value, values[i]))
			return false;
	return true;
}

/* The line after the last one of a field. */
static size_t field_end(const struct doc *doc, const struct place *p)
{
	size_t at = is_empty(p) ? p->colon_end : p->end;

	while (doc->text[at] != '\n')
		at++;
	return at + 1;
}

static int check_values(const struct doc_edit *edit, struct ops_error *err)
{
	const char *fault = doc_value_fault(edit->name);
	size_t i;

	if (!fault && !*edit->name)
		fault = "is empty";
	if (fault)
		return error_set(err, OPS_EUSAGE, "the name of a field %s", fault);
	if (edit->kind == DOC_SET || edit->kind == DOC_APPEND)
		fault = doc_value_fault(edit->value);
	for (i = 0; edit->kind == DOC_SET_LIST && !fault && i < edit->nr; i++)
		fault = doc_value_fault(edit->values[i]);
	if (fault)
		return error_set(err, OPS_EUSAGE, "the value of '%s' %s",
				 edit->name, fault);
	return 0;
}

int doc_edit_field(struct buf *out, const struct doc *doc,
		   const struct doc_edit *edit, struct ops_error *err)
{
	struct buf nothing = BUF_INIT;
	const struct yaml_node *old;
	struct place p;
	bool there = false;
	int rc = check_values(edit, err);

	if (rc)
		return rc;
	there = find_place(&p, doc, edit->name);
	old = there ? p.pair->value : NULL;
	if (!there && edit->kind != DOC_REMOVE)
		add_field(out, doc, edit, edit->kind != DOC_SET);
	else if (edit->kind == DOC_REMOVE && there)
		splice(out, doc, p.line, field_end(doc, &p), &nothing);
	else if (edit->kind == DOC_SET &&
		 (old->kind != YAML_SCALAR || strcmp(old->value, edit->value)))
		set_scalar(out, doc, &p, edit->value);
	else if (edit->kind == DOC_SET_LIST &&
		 !same_list(old, edit->values, edit->nr))
		set_list(out, doc, &p, edit->values, edit->nr);
	else if (edit->kind == DOC_APPEND && old->kind == YAML_LIST &&
		 !holds(old, edit->value))
		append(out, doc, &p, edit->value);
	else if (edit->kind == DOC_APPEND && old->kind == YAML_SCALAR && !old->len)
		set_list(out, doc, &p, &edit->value, 1);
	else if (edit->kind == DOC_APPEND && old->kind != YAML_LIST)
		return error_set(err, OPS_EUSAGE, "'%s' is not a list", edit->name);
	else
		buf_add(out, doc->text, doc->len);
	return 0;
}

bool doc_field_reads_back(const struct doc *doc, const struct doc_edit *edit)
{
	const struct yaml_node *now = doc_field(doc, edit->name);

	switch (edit->kind) {
	case DOC_REMOVE:
		return !now;
	case DOC_SET:
		return now && now->kind == YAML_SCALAR &&
		       !strcmp(now->value, edit->value);
	case DOC_SET_LIST:
		return now && same_list(now, edit->values, edit->nr);
	case DOC_APPEND:
		return now && now->kind == YAML_LIST && holds(now, edit->value);
	default:
		return false;
	}
}
