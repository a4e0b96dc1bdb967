/* SPDX-License-Identifier: MIT */
/*
 * A packet as a message in Markdown: a heading, its fields in bold, its sections below.
 * Says what the packet says and nothing else.
 */

#include <string.h>

#include "model/packet.h"
#include "util/buf.h"
#include "util/date.h"

/* What the heading, or the line at the end, has already. */
static bool is_elsewhere(const char *name)
{
	static const char *const elsewhere[] = { "Kind", "About", "From", "Date", "Signal",
						 "Of", "Evidence", "Agent", "Output" };
	size_t i;

	for (i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (!strcmp(elsewhere[i], name))
			return true;
	return false;
}

/* "2m 15s" */
static void duration_text(struct buf *b, int64_t seconds)
{
	if (seconds >= 3600)
		buf_printf(b, "%ldh ", (long)(seconds / 3600));
	if (seconds >= 60)
		buf_printf(b, "%ldm ", (long)(seconds / 60 % 60));
	buf_printf(b, "%lds", (long)(seconds % 60));
}

static void add_field(struct buf *b, const struct ops_document *p, const struct field *f)
{
	const struct yaml_node *value = doc_field(p->doc, f->name);
	const char *text = document_text(p, f->name);
	int64_t seconds;
	size_t i;

	if (!value || (value->kind == YAML_SCALAR && !value->len) || is_elsewhere(f->name))
		return;
	buf_str(b, "**");
	for (i = 0; f->name[i]; i++)
		buf_char(b, f->name[i] == '-' ? ' ' : f->name[i]);
	buf_str(b, ":** ");
	if (text && f->kind == FIELD_DURATION && duration_parse(&seconds, text))
		duration_text(b, seconds);
	else if (text)
		buf_str(b, text);
	for (i = 0; value->kind == YAML_LIST && i < value->nr; i++)
		buf_printf(b, "%s%s", i ? ", " : "", value->items[i]->kind == YAML_SCALAR ?
			   value->items[i]->value : "…");
	buf_char(b, '\n');
}

void packet_markdown(struct buf *out, const struct ops_document *p)
{
	const struct type *t = p->type;
	const struct sections *sections = doc_sections(p->doc);
	const char *signal = document_text(p, "Signal"), *about = document_text(p, "About");
	const char *from = document_text(p, "From"), *date = document_text(p, "Date");
	size_t i;

	buf_printf(out, "## %s: %s\n\n", t->packet.heading ? t->packet.heading : t->name,
		   signal ? signal : about ? about : p->id);
	for (i = 0; i < t->fields_nr; i++)
		add_field(out, p, &t->fields[i]);
	for (i = 0; sections && i < sections->nr; i++) {
		if (sections->list[i].level > 2)
			continue;	/* inside the one before */
		buf_printf(out, "\n### %s\n", sections->list[i].title);
		section_text(out, sections, &sections->list[i]);
		buf_char(out, '\n');
	}
	buf_printf(out, "\n_%s, by %s, %s_\n", p->id, from ? from : "nobody",
		   date ? date : "without a date");
}
