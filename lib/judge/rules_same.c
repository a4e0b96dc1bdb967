/* SPDX-License-Identifier: MIT */
/*
 * Whether two versions of a document say the same: their values, their bodies,
 * and the comments in their headers, which people and agents read as well.
 */

#include <string.h>

#include "judge/rules.h"
#include "util/buf.h"

bool same_field(const struct ops_document *a, const struct ops_document *b,
		const char *field)
{
	return yaml_same(doc_field(a->doc, field), doc_field(b->doc, field));
}

bool same_body(const struct ops_document *a, const struct ops_document *b)
{
	const struct doc *x = a->doc, *y = b->doc;

	return x->len - x->body_at == y->len - y->body_at &&
	       !memcmp(x->text + x->body_at, y->text + y->body_at,
		       x->len - x->body_at);
}

/* Collecting comments: what begins with '#' between scalars. */
struct comments {
	struct buf text;	/* one on each line */
	const char *header;
	size_t at;
};

static void collect_until(struct comments *c, size_t end)
{
	const char *mark, *stop;

	while (c->at < end &&
	       (mark = memchr(c->header + c->at, '#', end - c->at))) {
		stop = memchr(mark, '\n', end - (size_t)(mark - c->header));
		c->at = stop ? (size_t)(stop - c->header) + 1 : end;
		buf_add(&c->text, mark, (size_t)(c->header + c->at - mark));
		if (!stop)
			buf_char(&c->text, '\n');
	}
	if (c->at < end)
		c->at = end;
}

/* The scalars of a node, in order; nesting is bounded by the parser. */
static void collect(struct comments *c, const struct yaml_node *node)
{
	size_t i;

	if (node->kind == YAML_SCALAR) {
		collect_until(c, node->start.offset);
		if (c->at < node->end.offset)
			c->at = node->end.offset;
	}
	for (i = 0; node->kind == YAML_LIST && i < node->nr; i++)
		collect(c, node->items[i]);
	for (i = 0; node->kind == YAML_MAP && i < node->nr; i++) {
		collect(c, node->pairs[i].key);
		collect(c, node->pairs[i].value);
	}
}

static struct comments comments_of(const struct ops_document *d)
{
	struct comments c = { BUF_INIT, d->doc->text + d->doc->header_at, 0 };

	collect(&c, d->doc->header);
	collect_until(&c, d->doc->header_len);
	return c;
}

bool same_comments(const struct ops_document *before, const struct ops_document *after)
{
	struct comments a = comments_of(before), b = comments_of(after);
	const char *old = a.text.data, *line;
	size_t len;
	bool same = !buf_failed(&a.text) && !buf_failed(&b.text);

	for (line = b.text.data; same && *line; line += len) {
		len = strcspn(line, "\n") + 1;
		while (*old && (strcspn(old, "\n") + 1 != len || memcmp(old, line, len)))
			old += strcspn(old, "\n") + 1;
		same = *old != '\0';
		old += same ? len : 0;
	}
	buf_release(&a.text);
	buf_release(&b.text);
	return same;
}
