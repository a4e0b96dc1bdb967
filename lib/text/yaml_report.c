/* SPDX-License-Identifier: MIT */
/*
 * Why a YAML text could not be read, in a person's words.
 *
 * libyaml says "mapping values are not allowed in this context"; the person
 * wrote `title: Foo: bar`.  This file looks at the line in question and tells
 * the slip that was most likely made, where it was made, and what the line
 * should look like.  What it does not know it passes on as libyaml said it.
 */
#include "text/yaml_inside.h"

#include <stdint.h>
#include <string.h>

#include "util/buf.h"
#include "util/utf8.h"

#define NAME_MAX_SHOWN 60
#define REMEDY_MAX 240		/* of a line shown quoted */

/* A line of the text, without its end, and what stands in it. */
struct line {
	size_t start, end;
	size_t first;		/* first byte that is no blank, "- " skipped */
	size_t key_end;		/* of the key's text */
	size_t colon;		/* after the key; == end if there is none */
	size_t value, value_end; /* without comment and trailing blanks */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_separator(const struct yaml_input *in, size_t colon, size_t end)
{
	return in->text[colon] == ':' &&
	       (colon + 1 == end || is_blank(in->text[colon + 1]));
}

static size_t skip_blanks(const struct yaml_input *in, size_t at, size_t end)
{
	while (at < end && is_blank(in->text[at]))
		at++;
	return at;
}

/* After the quoted text at `at`, or `end` if it is not closed. */
static size_t skip_quoted(const struct yaml_input *in, size_t at, size_t end)
{
	char quote = in->text[at];

	for (at++; at < end; at++) {
		if (quote == '"' && in->text[at] == '\\' && at + 1 < end)
			at++;
		else if (in->text[at] == quote)
			return at + 1;
	}
	return end;
}

static size_t trim_end(const struct yaml_input *in, size_t start, size_t end)
{
	while (end > start && is_blank(in->text[end - 1]))
		end--;
	return end;
}

static struct line line_at(const struct yaml_input *in, size_t at)
{
	struct line l = { .start = at, .end = at };
	size_t i;

	while (l.start && in->text[l.start - 1] != '\n')
		l.start--;
	while (l.end < in->len && in->text[l.end] != '\n')
		l.end++;
	if (l.end > l.start && l.end < in->len && in->text[l.end - 1] == '\r')
		l.end--;
	l.first = skip_blanks(in, l.start, l.end);
	while (l.first + 1 < l.end && in->text[l.first] == '-' &&
	       is_blank(in->text[l.first + 1]))
		l.first = skip_blanks(in, l.first + 1, l.end);
	i = l.first;
	if (i < l.end && (in->text[i] == '"' || in->text[i] == '\''))
		i = skip_quoted(in, i, l.end);
	while (i < l.end && !is_separator(in, i, l.end))
		i++;
	l.colon = i;
	l.key_end = trim_end(in, l.first, l.colon);
	l.value = i < l.end ? skip_blanks(in, i + 1, l.end) : l.end;
	for (i = l.value; i < l.end; i++)
		if (in->text[i] == '#' && (i == l.value || is_blank(in->text[i - 1])))
			break;
	l.value_end = trim_end(in, l.value, i);
	return l;
}

/* The last line before `l` that is neither blank nor a comment. */
static bool line_before(const struct yaml_input *in, const struct line *l,
			struct line *out)
{
	size_t start = l->start;

	while (start) {
		*out = line_at(in, start - 1);
		if (out->first < out->end && in->text[out->first] != '#')
			return true;
		start = out->start;
	}
	return false;
}

/* How much of text[from..to) to show as a name, whole characters. */
static int shown(const struct yaml_input *in, size_t from, size_t to)
{
	size_t len = to - from;

	if (len <= NAME_MAX_SHOWN)
		return (int)len;
	len = NAME_MAX_SHOWN;
	while (len && ((unsigned char)in->text[from + len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

static void add_quoted(struct buf *b, const char *s, size_t len)
{
	bool single = memchr(s, '"', len) || memchr(s, '\\', len);
	size_t i;

	buf_char(b, single ? '\'' : '"');
	for (i = 0; i < len; i++) {
		if (single && s[i] == '\'')
			buf_char(b, '\'');
		buf_char(b, s[i]);
	}
	buf_char(b, single ? '\'' : '"');
}

/* "write: title: "Foo: bar"", the line as it should be. */
static void add_line_quoted(struct buf *b, const struct yaml_input *in,
			    const struct line *l)
{
	size_t from = skip_blanks(in, l->start, l->end);

	if (l->end - l->start > REMEDY_MAX) {
		buf_str(b, "put the value in quotes");
		return;
	}
	buf_str(b, "write: ");
	buf_add(b, in->text + from, l->value - from);
	add_quoted(b, in->text + l->value, l->value_end - l->value);
	buf_add(b, in->text + l->value_end, l->end - l->value_end);
}

/* Refuse with the quoted line as the remedy. */
static void refuse_unquoted(struct yaml_input *in, const char *rule,
			    struct yaml_mark at, const struct line *l,
			    const char *what)
{
	struct buf remedy = BUF_INIT;

	if (l->colon < l->end && l->value < l->value_end)
		add_line_quoted(&remedy, in, l);
	else
		buf_str(&remedy, "put the whole value in quotes");
	if (l->colon < l->end)
		yaml_refuse(in, rule, at, remedy.data, "value of '%.*s' %s",
			    shown(in, l->first, l->key_end), in->text + l->first,
			    what);
	else
		yaml_refuse(in, rule, at, remedy.data, "a value %s", what);
	buf_release(&remedy);
}

static bool has_blank(const struct yaml_input *in, size_t from, size_t to)
{
	for (; from < to; from++)
		if (is_blank(in->text[from]))
			return true;
	return false;
}

static void refuse_no_colon(struct yaml_input *in, size_t at)
{
	struct line l = line_at(in, at);

	yaml_refuse(in, "yaml.syntax", yaml_mark_at(in, l.first),
		    "write 'key: value', or indent the line if it goes on with "
		    "the value above",
		    "'%.*s' has no ': ' after it",
		    shown(in, l.first, trim_end(in, l.first, l.end)),
		    in->text + l.first);
}

/* A ": " where no key may end. */
static void report_colon(struct yaml_input *in, struct yaml_mark at)
{
	struct line l = line_at(in, at.offset), before;
	char first;

	if (l.colon < at.offset) {
		first = l.value < l.end ? in->text[l.value] : '\0';
		if (first == '"' || first == '\'' || first == '[' || first == '{')
			yaml_refuse(in, "yaml.syntax", at,
				    "put the whole value in one pair of quotes",
				    "text after the closing '%c' of a value",
				    first == '[' ? ']' : first == '{' ? '}' : first);
		else
			refuse_unquoted(in, "yaml.unquoted-colon", at, &l,
					"has an unquoted ':'");
		return;
	}
	if (!line_before(in, &l, &before)) {
		yaml_refuse(in, "yaml.syntax", at, NULL, "':' in a wrong place");
	} else if (l.first - l.start <= before.first - before.start) {
		refuse_no_colon(in, before.first);
	} else if (has_blank(in, l.first, l.key_end) || before.colon == before.end) {
		yaml_refuse(in, "yaml.unquoted-colon", at,
			    "put the whole value, all its lines, in quotes",
			    "a value that goes on over lines has an unquoted ':'");
	} else {
		yaml_refuse(in, "yaml.syntax", yaml_mark_at(in, l.first),
			    "begin the line in the column of the key above",
			    "'%.*s' is indented deeper than the key above, which "
			    "has a value already",
			    shown(in, l.first, l.key_end), in->text + l.first);
	}
}

/* The parser met something where a key had to be. */
static void report_no_key(struct yaml_input *in, struct yaml_mark at)
{
	struct line l = line_at(in, at.offset);
	size_t before = trim_end(in, l.start, at.offset);
	char last = before > l.start ? in->text[before - 1] : '\0';

	if (at.offset < l.end && is_separator(in, at.offset, l.end))
		yaml_refuse(in, "yaml.key", at, "write a key before the ':'",
			    "empty key");
	else if (last && strchr("\"']}", last))
		yaml_refuse(in, "yaml.syntax", at,
			    last == '"' || last == '\'' ?
			    "put the whole value in one pair of quotes" :
			    "quote the value if the bracket is part of it",
			    "text after the closing '%c' of a value", last);
	else if (before == l.start)
		yaml_refuse(in, "yaml.syntax", at,
			    "begin the line in the column of its neighbours",
			    "bad indentation: nothing above starts in column %u",
			    at.column);
	else
		yaml_refuse(in, "yaml.syntax", at, "put the value in quotes",
			    "expected a key");
}

/* A value that begins with a character that means something to YAML. */
static bool report_first_character(struct yaml_input *in, struct yaml_mark at)
{
	struct line l = line_at(in, at.offset);
	char what[] = "cannot start with ' '";
	char c = at.offset < in->len ? in->text[at.offset] : '\0';

	if (!c || !strchr("@`%*&!|>", c))
		return false;
	what[sizeof("cannot start with '") - 1] = c;
	if (l.value == at.offset || l.colon == l.end)
		refuse_unquoted(in, "yaml.syntax", at, &l, what);
	else
		yaml_refuse(in, "yaml.syntax", at, "put the value in quotes",
			    "a value %s", what);
	return true;
}

static bool report_open(struct yaml_input *in, const struct yaml_fault *f)
{
	const char *context = f->context ? f->context : "";
	char open = f->from.offset < in->len ? in->text[f->from.offset] : '\0';

	if (strstr(context, "quoted scalar") && strstr(f->problem, "unexpected"))
		yaml_refuse(in, "yaml.syntax", f->from, "add the closing quote",
			    "the quote that opens here is not closed");
	else if (strstr(context, "flow sequence") || strstr(context, "flow mapping"))
		yaml_refuse(in, "yaml.syntax", f->from,
			    "close it, or quote the value if the bracket is part of it",
			    "the '%c' that opens here is not closed, or ',' is "
			    "missing before line %u, column %u",
			    open, f->at.line, f->at.column);
	else
		return false;
	return true;
}

void yaml_report(struct yaml_input *in, const struct yaml_fault *f)
{
	const char *problem = f->problem;
	const char *context = f->context ? f->context : "";
	char c = f->at.offset < in->len ? in->text[f->at.offset] : '\0';

	if (strstr(problem, "mapping values are not allowed"))
		report_colon(in, f->at);
	else if (report_open(in, f))
		return;
	else if (strstr(problem, "could not find expected ':'"))
		refuse_no_colon(in, f->from.offset);
	else if (strstr(problem, "cannot start any token") &&
		 report_first_character(in, f->at))
		return;
	else if ((strstr(context, "an alias") || strstr(context, "an anchor") ||
		  strstr(context, "a tag") || strstr(context, "a directive") ||
		  strstr(context, "a block scalar")) &&
		 report_first_character(in, f->from))
		return;
	else if (strstr(problem, "did not find expected key") ||
		 strstr(problem, "did not find expected '-' indicator") ||
		 strstr(problem, "did not find expected <document start>"))
		report_no_key(in, f->at);
	else if (strstr(problem, "unknown escape character"))
		yaml_refuse(in, "yaml.syntax", f->at,
			    "write '\\\\' for a backslash, or use single quotes",
			    "unknown escape after a backslash");
	else if (strstr(problem, "block sequence entries are not allowed"))
		yaml_refuse(in, "yaml.syntax", f->at,
			    "begin the list on the next line, or quote the value",
			    "'- ' cannot stand here");
	else if (strstr(problem, "did not find expected node content") && c)
		yaml_refuse(in, "yaml.syntax", f->at, "put the value in quotes",
			    "a value cannot start with '%c'", c);
	else
		yaml_refuse(in, "yaml.syntax", f->at, NULL, "%s%s%s", problem,
			    *context ? " " : "", context);
}
