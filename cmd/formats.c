/* SPDX-License-Identifier: MIT */
/*
 * Findings as JUnit XML and workflow commands of GitHub; SARIF is sarif.c's.
 *
 * Pure: from findings to a buffer.  Every text passes utf8_display() first, so that
 * no control character is left, and then the escapes of its format.  No rule and no
 * severity is changed here.
 */

#include "formats.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/utf8.h"

static const char *const words[] = { "text", "json", "sarif", "junit", "github" };

enum format format_of(const char *word)
{
	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], word))
			return (enum format)i;
	return FORMAT_TEXT;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* --- JUnit --- */

/* Text and attributes alike; U+FFFE and U+FFFF have no place in XML. */
static void add_xml(struct buf *out, const char *text)
{
	struct buf b = BUF_INIT;

	utf8_display(&b, text, strlen(text), false);
	for (const char *at = b.data; *at; at++) {
		switch (*at) {
		case '&': buf_str(out, "&amp;"); break;
		case '<': buf_str(out, "&lt;"); break;
		case '>': buf_str(out, "&gt;"); break;
		case '"': buf_str(out, "&quot;"); break;
		case '\'': buf_str(out, "&apos;"); break;
		default:
			if (!strncmp(at, "\xef\xbf\xbe", 3) || !strncmp(at, "\xef\xbf\xbf", 3)) {
				buf_str(out, at[2] == '\xbe' ? "\\ufffe" : "\\uffff");
				at += 2;
			} else {
				buf_char(out, *at);
			}
		}
	}
	out->failed |= buf_failed(&b);
	buf_release(&b);
}

/* Findings about one path, or about none: they are sorted, so they lie together. */
struct stretch {
	const struct ops_findings *findings;
	size_t from, to;
};

static struct stretch stretch_from(const struct ops_findings *findings, size_t from,
				   const char *path)
{
	struct stretch s = { findings, from, from };
	const char *at;

	for (; findings && s.to < ops_findings_count(findings); s.to++) {
		at = ops_findings_at(findings, s.to)->path;
		if (at != path && (!at || !path || strcmp(at, path)))
			break;
	}
	return s;
}

/* Those that are, or are not, errors.  Returns how many; *first is the first. */
static size_t count_of(const struct ops_finding **first, const struct stretch *s,
		       bool errors)
{
	size_t nr = 0;

	for (size_t i = s->from; i < s->to; i++) {
		const struct ops_finding *f = ops_findings_at(s->findings, i);

		if ((f->severity == OPS_ERROR) == errors && !nr++)
			*first = f;
	}
	return nr;
}

/* The errors, or the others; of what is excused all. */
static void add_lines(struct buf *out, const struct stretch *s, bool errors)
{
	for (size_t i = s->from; i < s->to; i++) {
		const struct ops_finding *f = ops_findings_at(s->findings, i);

		if (!f->suppressed && (f->severity == OPS_ERROR) != errors)
			continue;
		if (f->line)
			buf_printf(out, "%u:%u: ", f->line, f->column);
		buf_printf(out, "%s ", f->suppressed ? "suppressed" :
			   ops_severity_name(f->severity));
		add_xml(out, f->rule);
		buf_str(out, ": ");
		add_xml(out, f->message);
		if (f->suppressed || f->remedy) {
			buf_str(out, f->suppressed ? "\n  because: " : "\n  fix: ");
			add_xml(out, f->suppressed ? f->suppressed : f->remedy);
		}
		buf_char(out, '\n');
	}
}

/* Whether it failed.  One failure holds all errors: readers show the first only. */
static bool add_case(struct buf *out, const char *path, const struct stretch *s,
		     const struct stretch *excused)
{
	const struct ops_finding *error = NULL, *other = NULL;
	size_t errors = count_of(&error, s, true);
	size_t others = count_of(&other, s, false) + excused->to - excused->from;

	buf_str(out, "    <testcase classname=\"ops.check\" name=\"");
	add_xml(out, path ? path : "the change");
	if (path) {
		buf_str(out, "\" file=\"");
		add_xml(out, path);
	}
	buf_str(out, errors || others ? "\">\n" : "\"/>\n");
	if (errors) {
		buf_str(out, "      <failure type=\"");
		add_xml(out, error->rule);
		buf_str(out, "\" message=\"");
		add_xml(out, error->message);
		if (errors > 1)
			buf_printf(out, " (and %zu more)", errors - 1);
		buf_str(out, "\">");
		add_lines(out, s, true);
		buf_str(out, "</failure>\n");
	}
	if (others) {
		buf_str(out, "      <system-out>");
		add_lines(out, s, false);
		add_lines(out, excused, false);
		buf_str(out, "</system-out>\n");
	}
	if (errors || others)
		buf_str(out, "    </testcase>\n");
	return errors > 0;
}

static size_t add_paths(const char **list, size_t nr, const struct ops_findings *findings)
{
	for (size_t i = 0; findings && i < ops_findings_count(findings); i++)
		if (ops_findings_at(findings, i)->path)
			list[nr++] = ops_findings_at(findings, i)->path;
	return nr;
}

/* The documents, and what else there are findings about, each once and sorted. */
static const char **cases_of(size_t *nr, const struct report *r)
{
	size_t i, count = 0, kept = 0;
	size_t excused = r->suppressed ? ops_findings_count(r->suppressed) : 0;
	const char **list = calloc(r->documents_nr + ops_findings_count(r->findings) + excused +
				   1, sizeof(*list));

	for (i = 0; list && i < r->documents_nr; i++)
		list[count++] = r->documents[i];
	if (list) {
		count = add_paths(list, count, r->findings);
		count = add_paths(list, count, r->suppressed);
	}
	if (list)
		qsort(list, count, sizeof(*list), by_name);
	for (i = 0; i < count; i++)
		if (!kept || strcmp(list[kept - 1], list[i]))
			list[kept++] = list[i];
	*nr = kept;
	return list;
}

static void add_junit(struct buf *out, const struct report *report)
{
	struct buf body = BUF_INIT;
	struct stretch s = stretch_from(report->findings, 0, NULL);
	struct stretch excused = stretch_from(report->suppressed, 0, NULL);
	size_t nr = 0, failures = 0, about_change = s.to > 0;
	const char **cases = cases_of(&nr, report);

	if (about_change)
		failures += add_case(&body, NULL, &s, &excused);
	for (size_t i = 0; i < nr; i++) {
		s = stretch_from(report->findings, s.to, cases[i]);
		excused = stretch_from(report->suppressed, excused.to, cases[i]);
		failures += add_case(&body, cases[i], &s, &excused);
	}
	nr += about_change;
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n"
		   "  <testsuite name=\"ops %s\" tests=\"%zu\" failures=\"%zu\""
		   " errors=\"0\" skipped=\"0\">\n", nr, failures, report->by, nr, failures);
	buf_add(out, body.data, body.len);
	buf_str(out, "  </testsuite>\n</testsuites>\n");
	out->failed |= !cases || buf_failed(&body);
	buf_release(&body);
	free(cases);
}

/* --- GitHub --- */

/* Properties end at a colon or comma, data does not. */
static void add_escaped(struct buf *out, const char *text, bool property)
{
	struct buf b = BUF_INIT;

	utf8_display(&b, text, strlen(text), false);
	for (const char *at = b.data; *at; at++)
		if (strchr(property ? "%\r\n:," : "%\r\n", *at))
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*at);
		else
			buf_char(out, *at);
	out->failed |= buf_failed(&b);
	buf_release(&b);
}

static void add_commands(struct buf *out, const struct ops_findings *findings)
{
	static const char *const commands[] = {
		[OPS_NOTE] = "notice", [OPS_WARNING] = "warning", [OPS_ERROR] = "error"
	};

	for (size_t i = 0; findings && i < ops_findings_count(findings); i++) {
		const struct ops_finding *f = ops_findings_at(findings, i);
		const char *why = f->suppressed ? f->suppressed : f->remedy;

		buf_printf(out, "::%s ", commands[f->suppressed ? OPS_NOTE : f->severity]);
		if (f->path) {
			buf_str(out, "file=");
			add_escaped(out, f->path, true);
			buf_char(out, ',');
		}
		if (f->path && f->line)
			buf_printf(out, "line=%u,", f->line);
		if (f->path && f->line && f->column)
			buf_printf(out, "col=%u,", f->column);
		buf_str(out, f->suppressed ? "title=suppressed " : "title=");
		add_escaped(out, f->rule, true);
		buf_str(out, "::");
		add_escaped(out, f->message, false);
		if (why) {
			buf_str(out, f->suppressed ? "%0Abecause: " : "%0Afix: ");
			add_escaped(out, why, false);
		}
		buf_char(out, '\n');
	}
}

void format_report(struct buf *out, enum format format, const struct report *report)
{
	if (format == FORMAT_SARIF) {
		format_sarif(out, report);
	} else if (format == FORMAT_JUNIT) {
		add_junit(out, report);
	} else if (format == FORMAT_GITHUB) {
		add_commands(out, report->findings);
		add_commands(out, report->suppressed);
	}
}
