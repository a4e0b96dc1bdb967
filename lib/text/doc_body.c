/* SPDX-License-Identifier: MIT */
/*
 * Changing the body of a document: the text of a section, the mark of a
 * checklist item.
 *
 * Blank lines around a section's text stay as they are.  A text that would
 * not stay within its section (a heading of the same level, code that is not
 * closed) is refused by reading the result back, not by guessing here.
 */
#include "text/doc_inside.h"

#include <string.h>

#include "util/arena.h"
#include "util/buf.h"

static const char *eol(const struct doc *doc)
{
	return doc->crlf ? "\r\n" : "\n";
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A value without outer blank lines and trailing blanks at its end. */
static void trim_value(const char **value, size_t *len)
{
	const char *s = *value, *line = s;
	size_t n;

	for (; is_space(*s); s++)
		if (*s == '\n')
			line = s + 1;
	n = strlen(line);
	while (n && is_space(line[n - 1]))
		n--;
	*value = line;
	*len = n;
}

static const char *text_fault(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\n' && c != '\t' &&
		     !(c == '\r' && s[i + 1] == '\n')) || c == 0x7f)
			return "holds a control character";
	}
	return NULL;
}

/* Append lines with the document's own ends. */
static void add_lines(struct buf *out, const struct doc *doc, const char *s,
		      size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '\n')
			buf_str(out, eol(doc));
		else if (s[i] != '\r')
			buf_char(out, s[i]);
	}
}

/* What a section holds now: whole lines between its outer blank ones. */
static void content_of(const struct doc *doc, const struct section *one,
		       size_t *start, size_t *end)
{
	size_t at;

	*start = one->start;
	for (at = one->start; at < one->end && is_space(doc->text[at]); at++)
		if (doc->text[at] == '\n')
			*start = at + 1;
	*end = one->end;
	while (*end > at && is_space(doc->text[*end - 1]))
		--*end;
	if (at == one->end)
		*start = *end;
	while (*end > *start && *end < one->end &&
	       (doc->text[*end] == ' ' || doc->text[*end] == '\t'))
		++*end;
}

/* Whether a section holds that text, however its lines end; blanks behind the
 * last one do not count. */
static bool holds_text(const struct doc *doc, const struct section *one,
		       const char *value, size_t len)
{
	size_t at, end, i = 0;

	content_of(doc, one, &at, &end);
	while (end > at && is_space(doc->text[end - 1]))
		end--;
	for (;;) {
		while (at < end && doc->text[at] == '\r')
			at++;
		while (i < len && value[i] == '\r')
			i++;
		if (at == end || i == len)
			return at == end && i == len;
		if (doc->text[at++] != value[i++])
			return false;
	}
}

static void add_section(struct buf *out, const struct doc *doc, const char *name,
			const char *value, size_t len)
{
	bool open = doc->len && doc->text[doc->len - 1] != '\n';
	bool gap = doc->len >= 2 && doc->text[doc->len - 1] == '\n' &&
		   (doc->text[doc->len - 2] == '\n' ||
		    (doc->len >= 3 && !memcmp(doc->text + doc->len - 3, "\n\r", 2)));

	buf_add(out, doc->text, doc->len);
	if (open)
		buf_str(out, eol(doc));
	if (!gap)
		buf_str(out, eol(doc));
	buf_printf(out, "## %s%s", name, eol(doc));
	if (!len)
		return;
	buf_str(out, eol(doc));
	add_lines(out, doc, value, len);
	buf_str(out, eol(doc));
}

static void set_section(struct buf *out, const struct doc *doc,
			const struct section *one, const char *value, size_t len)
{
	size_t start, end;

	content_of(doc, one, &start, &end);
	if (holds_text(doc, one, value, len)) {
		buf_add(out, doc->text, doc->len);
	} else if (start < end) {
		buf_add(out, doc->text, start);
		add_lines(out, doc, value, len);
		buf_add(out, doc->text + end, doc->len - end);
	} else {
		/* Nothing but blank lines: the text goes directly under the
		 * heading, with one blank line on each side. */
		buf_add(out, doc->text, one->start);
		if (doc->text[one->start - 1] != '\n')
			buf_str(out, eol(doc));
		buf_str(out, eol(doc));
		add_lines(out, doc, value, len);
		buf_str(out, eol(doc));
		if (one->end < doc->len)
			buf_str(out, eol(doc));
		buf_add(out, doc->text + one->end, doc->len - one->end);
	}
}

static bool is_in(const struct section *one, const struct check_item *item)
{
	return !one || (item->mark >= one->start && item->mark < one->end);
}

/* The item of that text: rather one that is not yet as wanted, since a text
 * may stand twice. */
static const struct check_item *find_item(const struct doc *doc,
					  const struct section *one,
					  const char *text, bool checked)
{
	const struct sections *s = doc->sections;
	const struct check_item *found = NULL;
	size_t i;

	for (i = 0; i < s->checks_nr; i++) {
		if (!is_in(one, &s->checks[i]) || strcmp(s->checks[i].text, text))
			continue;
		if (s->checks[i].checked != checked)
			return &s->checks[i];
		if (!found)
			found = &s->checks[i];
	}
	return found;
}

static int set_check(struct buf *out, const struct doc *doc,
		     const struct doc_edit *edit, struct ops_error *err)
{
	bool checked = edit->kind == DOC_CHECK;
	const struct section *one = NULL;
	const struct check_item *item = NULL;

	if (edit->name)
		one = section_find(doc->sections, edit->name);
	if (one || !edit->name)
		item = find_item(doc, one, edit->value, checked);
	if (!item)
		return error_set(err, OPS_ENOTFOUND,
				 "there is no checklist item '%s'", edit->value);
	buf_add(out, doc->text, doc->len);
	if (item->checked != checked && !buf_failed(out))
		out->data[out->len - doc->len + item->mark] = checked ? 'x' : ' ';
	return 0;
}

int doc_edit_body(struct buf *out, struct doc *doc, const struct doc_edit *edit,
		  struct ops_error *err)
{
	const struct section *one;
	const char *value = edit->value, *fault;
	size_t len;

	if (!doc_sections(doc))
		return error_nomem(err);
	if (edit->kind != DOC_SECTION)
		return set_check(out, doc, edit, err);
	trim_value(&value, &len);
	fault = doc_value_fault(edit->name);
	if (fault)
		return error_set(err, OPS_EUSAGE, "the name of a section %s", fault);
	fault = text_fault(value, len);
	if (fault)
		return error_set(err, OPS_EUSAGE, "the text of section '%s' %s",
				 edit->name, fault);
	one = section_find(doc->sections, edit->name);
	if (one)
		set_section(out, doc, one, value, len);
	else
		add_section(out, doc, edit->name, value, len);
	return 0;
}

/* How many sections lie outside of one (NULL: how many there are). */
static size_t sections_outside(const struct sections *s, const struct section *one)
{
	size_t nr = 0, i;

	for (i = 0; i < s->nr; i++)
		if (!one || s->list[i].heading_start < one->start ||
		    s->list[i].heading_start >= one->end)
			nr++;
	return nr;
}

static bool section_reads_back(struct doc *doc, struct doc *before,
			       const struct doc_edit *edit)
{
	const struct section *now = section_find(doc->sections, edit->name);
	const struct section *old = section_find(before->sections, edit->name);
	const char *value = edit->value;
	size_t len, outside;

	if (!now)
		return false;
	/* A new section is itself one more. */
	outside = sections_outside(before->sections, old) + (old ? 0 : 1);
	trim_value(&value, &len);
	return sections_outside(doc->sections, now) == outside &&
	       holds_text(doc, now, value, len);
}

bool doc_body_reads_back(struct doc *doc, struct doc *before,
			 const struct doc_edit *edit)
{
	bool checked = edit->kind == DOC_CHECK;
	const struct section *one = NULL;
	const struct check_item *item;

	if (edit->kind == DOC_SECTION)
		return section_reads_back(doc, before, edit);
	if (edit->name)
		one = section_find(doc->sections, edit->name);
	if (edit->name && !one)
		return false;
	/* Asking for the other state finds an item in this one last. */
	item = find_item(doc, one, edit->value, !checked);
	return item && item->checked == checked;
}
