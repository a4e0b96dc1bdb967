/* SPDX-License-Identifier: MIT */
/*
 * Findings as SARIF 2.1.0.
 *
 * Pure: from findings to a buffer.  A fingerprint is made of what a finding says and of
 * its place among its like, never of a line, so that it is known again when the text
 * above it grows.  Every text passes utf8_display() first; a path as a URI is made of
 * the bytes it has.
 */

#include "formats.h"

#include <stdlib.h>
#include <string.h>

#include "ops.h"
#include "rules.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/json.h"
#include "util/utf8.h"

/* A path relative to the top as a URI: RFC 3986, each other byte as %XX. */
static void add_uri(struct buf *b, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/";

	for (; *path; path++)
		if (strchr(plain, *path))
			buf_char(b, *path);
		else
			buf_printf(b, "%%%02X", (unsigned)(unsigned char)*path);
}

/* Members are put into an object that is attached already, so that only the root is
 * ever freed; what is put into NULL is freed and a failure. */
static struct json *put_object(bool *ok, struct json *parent, const char *key)
{
	struct json *o = json_new_object();
	bool put = key ? json_put(parent, key, o) : json_append(parent, o);

	*ok &= put;
	return put ? o : NULL;
}

static struct json *put_array(bool *ok, struct json *parent, const char *key)
{
	struct json *o = json_new_array();
	bool put = json_put(parent, key, o);

	*ok &= put;
	return put ? o : NULL;
}

static void put_text(bool *ok, struct json *parent, const char *key, const char *text)
{
	*ok &= json_put(parent, key, json_new_string(text));
}

static void put_number(bool *ok, struct json *parent, const char *key, size_t number)
{
	*ok &= json_put(parent, key, json_new_number((double)number));
}

/* What is wrong and, on a line of its own, how to mend it. */
static void put_message(bool *ok, struct json *result, const struct ops_finding *f)
{
	struct buf b = BUF_INIT;

	utf8_display(&b, f->message, strlen(f->message), false);
	if (f->remedy) {
		buf_str(&b, "\nfix: ");
		utf8_display(&b, f->remedy, strlen(f->remedy), false);
	}
	*ok &= !buf_failed(&b);
	put_text(ok, put_object(ok, result, "message"), "text", b.data);
	buf_release(&b);
}

static void put_location(bool *ok, struct json *list, const struct ops_finding *f)
{
	struct json *place = put_object(ok, put_object(ok, list, NULL), "physicalLocation");
	struct json *artifact = put_object(ok, place, "artifactLocation"), *region;
	struct buf uri = BUF_INIT;

	add_uri(&uri, f->path);
	*ok &= !buf_failed(&uri);
	put_text(ok, artifact, "uri", uri.data);
	put_text(ok, artifact, "uriBaseId", "%SRCROOT%");
	buf_release(&uri);
	if (!f->line)
		return;
	region = put_object(ok, place, "region");
	put_number(ok, region, "startLine", f->line);
	if (f->column)
		put_number(ok, region, "startColumn", f->column);
}

/* What the finding is known by from run to run: its rule, path, message, and which it is
 * of those that have all three. */
static void put_fingerprint(bool *ok, struct json *result, const struct ops_findings *list,
			    size_t at)
{
	const struct ops_finding *f = ops_findings_at(list, at), *other;
	char hex[DIGEST_HEX + 1];
	struct buf b = BUF_INIT;
	size_t i = at, nth = 0;

	/* Sorted by path: its like are among those before it. */
	while (f->path && i--) {
		other = ops_findings_at(list, i);
		if (!other->path || strcmp(other->path, f->path))
			break;
		nth += !strcmp(other->rule, f->rule) && !strcmp(other->message, f->message);
	}
	buf_printf(&b, "%s\n%s\n%s\n%zu", f->rule, f->path ? f->path : "", f->message, nth);
	*ok &= !buf_failed(&b);
	digest_of(b.data, b.len, hex);
	buf_release(&b);
	put_text(ok, put_object(ok, result, "partialFingerprints"), "opsFinding/v1", hex);
}

/* What a document gives as reason is not ours: as all texts, it is made safe. */
static void put_suppression(bool *ok, struct json *result, const char *reason)
{
	struct json *one = put_object(ok, put_array(ok, result, "suppressions"), NULL);
	struct buf b = BUF_INIT;

	utf8_display(&b, reason, strlen(reason), false);
	*ok &= !buf_failed(&b);
	put_text(ok, one, "kind", "inSource");
	put_text(ok, one, "justification", b.data);
	buf_release(&b);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The rules that found something, each once, sorted, for the caller to free. */
static const char **rules_of(size_t *nr, const struct report *report)
{
	size_t i, own = ops_findings_count(report->findings), kept = 0;
	size_t count = own + (report->suppressed ? ops_findings_count(report->suppressed) : 0);
	const char **list = calloc(count + 1, sizeof(*list));

	for (i = 0; list && i < count; i++)
		list[i] = i < own ? ops_findings_at(report->findings, i)->rule :
			  ops_findings_at(report->suppressed, i - own)->rule;
	if (list)
		qsort(list, count, sizeof(*list), by_name);
	for (i = 0; list && i < count; i++)
		if (!kept || strcmp(list[kept - 1], list[i]))
			list[kept++] = list[i];
	*nr = kept;
	return list;
}

static void put_rule(bool *ok, struct json *list, const char *id)
{
	struct json *rule = put_object(ok, list, NULL);
	const struct rule_text *text = rule_texts;

	while (text->id && strcmp(text->id, id))
		text++;
	put_text(ok, rule, "id", id);
	put_text(ok, put_object(ok, rule, "shortDescription"), "text",
		 text->id ? text->summary : id);
	put_text(ok, put_object(ok, rule, "fullDescription"), "text",
		 text->id ? text->text : id);
	put_text(ok, put_object(ok, rule, "help"), "text",
		 text->id ? text->text : "see ops-rules(7)");
}

struct results {
	struct json *list;
	const char **rules;
	size_t rules_nr;
};

static void put_results(bool *ok, const struct results *r, const struct ops_findings *list)
{
	for (size_t i = 0; *ok && i < ops_findings_count(list); i++) {
		const struct ops_finding *f = ops_findings_at(list, i);
		const char *const *at = bsearch(&f->rule, r->rules, r->rules_nr,
						sizeof(*r->rules), by_name);
		struct json *result = put_object(ok, r->list, NULL), *locations;

		put_text(ok, result, "ruleId", f->rule);
		put_number(ok, result, "ruleIndex", (size_t)(at - (const char *const *)r->rules));
		put_text(ok, result, "level", ops_severity_name(f->severity));
		put_message(ok, result, f);
		locations = put_array(ok, result, "locations");
		if (f->path)
			put_location(ok, locations, f);
		put_fingerprint(ok, result, list, i);
		if (f->suppressed)
			put_suppression(ok, result, f->suppressed);
	}
}

void format_sarif(struct buf *out, const struct report *report)
{
	struct results r = { NULL, NULL, 0 };
	struct json *log = json_new_object(), *run, *driver, *list;
	bool ok;

	r.rules = rules_of(&r.rules_nr, report);
	ok = r.rules && log;
	put_text(&ok, log, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	put_text(&ok, log, "version", "2.1.0");
	run = put_object(&ok, put_array(&ok, log, "runs"), NULL);
	driver = put_object(&ok, put_object(&ok, run, "tool"), "driver");
	put_text(&ok, driver, "name", "ops");
	put_text(&ok, driver, "version", ops_version());
	put_text(&ok, driver, "semanticVersion", ops_version());
	list = put_array(&ok, driver, "rules");
	for (size_t i = 0; ok && i < r.rules_nr; i++)
		put_rule(&ok, list, r.rules[i]);
	put_text(&ok, run, "columnKind", "unicodeCodePoints");
	r.list = put_array(&ok, run, "results");
	put_results(&ok, &r, report->findings);
	if (report->suppressed)
		put_results(&ok, &r, report->suppressed);
	ok = ok && json_write(out, log, true);
	if (ok)
		buf_char(out, '\n');
	out->failed |= !ok;
	json_free(log);
	free(r.rules);
}
