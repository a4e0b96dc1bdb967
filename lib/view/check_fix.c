/* SPDX-License-Identifier: MIT */
/*
 * Putting right what is certainly a slip: finding out what a document would be without
 * it, and whether that is better.
 *
 * A document is mended whole or not at all, and only if nothing is found in what it would
 * be that was not found in what it is: so what is guarded or frozen stays as it was
 * recorded.  Nothing is written here but by check_fix_write(), and that only files of
 * the work tree.
 */

#include "view/check_fix.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/work.h"
#include "text/mend.h"
#include "util/arena.h"
#include "util/buf.h"

static struct mended *new_mended(struct mending *m, const char *path, const char *text,
				 size_t len)
{
	struct mended *one = arena_alloc(m->arena, sizeof(*one));

	if (!one)
		return NULL;
	one->path = arena_str(m->arena, path);
	one->old = arena_dup(m->arena, text, len);
	one->old_len = len;
	if (!one->path || !one->old)
		return NULL;
	one->text = one->old;
	one->len = len;
	return one;
}

/* The line of `text` that has this number, in the arena; NULL: no memory. */
static const char *line_of(struct arena *arena, const char *text, size_t len, unsigned line)
{
	size_t at = 0, end;
	const char *lf;

	for (;; at = end + 1) {
		lf = memchr(text + at, '\n', len - at);
		end = lf ? (size_t)(lf - text) : len;
		if (line-- <= 1 || end == len)
			break;
	}
	while (end > at && text[end - 1] == '\r')
		end--;
	return arena_dup(arena, text + at, end - at);
}

static int add_fix(struct mending *m, struct mended *one, unsigned line, const char *rule,
		   const char *before, const char *after)
{
	struct fix *fix = arena_alloc(m->arena, sizeof(*fix)), **at = &one->fixes;

	if (!fix || !before)
		return OPS_ENOMEM;
	fix->fix.path = one->path;
	fix->fix.line = line;
	fix->fix.rule = rule;
	fix->fix.before = before;
	fix->fix.after = after;
	while (*at && (*at)->fix.line <= line)
		at = &(*at)->next;
	fix->next = *at;
	*at = fix;
	return 0;
}

/* The value without regard to the case of letters: the one it can be. */
static const char *same_but_case(const struct names *values, const char *text)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < values->nr; i++) {
		if (strcasecmp(values->list[i], text))
			continue;
		if (found)
			return NULL;
		found = values->list[i];
	}
	return found;
}

static bool suits(struct arena *arena, const struct type *t, const struct field *f,
		  const char *text)
{
	struct yaml_node node = { .kind = YAML_SCALAR, .value = text, .len = strlen(text) };

	return *text && !doc_text_is_placeholder(text) && !field_fault(arena, t, f, &node);
}

/* What the text should be, "" if nothing, NULL if that is not certain. */
static const char *right_text(struct arena *arena, const struct type *t,
			      const struct field *f, const char *text)
{
	const char *right = NULL;
	size_t len = mend_trailing(text);
	char date[11];

	if (doc_text_is_placeholder(text))
		return "";
	if (len) {
		right = arena_dup(arena, text, len);
		return right && suits(arena, t, f, right) ? right : NULL;
	}
	if (f->kind == FIELD_DATE && mend_date(date, text))
		right = arena_str(arena, date);
	else if (f->kind == FIELD_SEMVER && (*text | 32) == 'v')
		right = text + 1;
	else if (f->kind == FIELD_ENUM)
		right = same_but_case(&f->values, text);
	else if (f->kind == FIELD_BOOLEAN)
		right = !strcasecmp(text, "yes") ? "yes" : !strcasecmp(text, "no") ? "no" :
			!strcasecmp(text, "true") ? "true" :
			!strcasecmp(text, "false") ? "false" : NULL;
	return right && suits(arena, t, f, right) ? right : NULL;
}

/* The same for a field as it stands; NULL also when nothing is wrong with it. */
static const char *right_value(struct arena *arena, const struct type *t,
			       const struct field *f, const struct yaml_node *value)
{
	bool single = f->kind != FIELD_LIST && f->kind != FIELD_MAP && f->kind != FIELD_ANY;

	/* A status is never a slip: it says what somebody decided. */
	if (!single || f->kind == FIELD_STATE)
		return NULL;
	if (value->kind == YAML_SCALAR && strspn(value->value, " \t\n") == value->len)
		return NULL;
	if (doc_is_placeholder(value))
		return f->required ? NULL : "";
	if (value->kind != YAML_SCALAR || !field_fault(arena, t, f, value))
		return NULL;
	return right_text(arena, t, f, value->value);
}

/* Make one edit; on success `one` has the new text. */
static int edit(struct mending *m, struct mended *one, const struct doc *doc,
		const struct field *f, const struct yaml_node *value, const char *right)
{
	struct doc_edit e = { .kind = *right ? DOC_SET : DOC_REMOVE, .name = f->name,
			      .value = right };
	const struct yaml_pair *pair = yaml_pair(doc->header, f->name);
	const char *rule = doc_is_placeholder(value) ? "doc.placeholder" : "field.value";
	const char *before = line_of(m->arena, one->text, one->len, pair->key->start.line);
	struct buf b = BUF_INIT;
	struct ops_error ignored = { 0 };
	const char *after = NULL;
	int ret = doc_edit(&b, doc, &e, 1, &ignored);

	/* What cannot be written so is left. */
	if (ret == 0) {
		one->text = arena_dup(m->arena, b.data, b.len);
		one->len = b.len;
		if (one->text && *right)
			after = line_of(m->arena, one->text, one->len, pair->key->start.line);
		ret = one->text && (after || !*right) ?
		      add_fix(m, one, pair->key->start.line, rule, before, after) : OPS_ENOMEM;
	} else if (ret != OPS_ENOMEM) {
		ret = 0;
	}
	buf_release(&b);
	return ret;
}

/* Whether the document excuses what is found at that line: then it is no slip. */
static bool excused(const struct checking *c, unsigned line)
{
	size_t i;

	for (i = c->judged; i < ops_findings_count(c->findings); i++)
		if (ops_findings_at(c->findings, i)->suppressed &&
		    ops_findings_at(c->findings, i)->line == line)
			return true;
	return false;
}

/* The field that can be mended and stands lowest, above line `below`. */
static const struct field *lowest(const struct checking *c, const struct type *t,
				  const struct doc *doc, unsigned below, const char **right)
{
	struct arena *arena = c->mending->arena;
	const struct field *best = NULL;
	unsigned line = 0;
	size_t i;

	for (i = 0; i < t->fields_nr; i++) {
		const struct yaml_node *value = doc_field(doc, t->fields[i].name);
		const char *text = value && value->start.line < below &&
				   value->start.line > line &&
				   !excused(c, value->start.line) ?
			right_value(arena, t, &t->fields[i], value) : NULL;

		if (!text)
			continue;
		*right = text;
		best = &t->fields[i];
		line = value->start.line;
	}
	return best;
}

/* Mend the fields of what can be read now, from below, so that lines keep numbers. */
static int mend_fields(const struct checking *c, struct mended *one, const struct type *t)
{
	struct mending *m = c->mending;
	struct ops_findings *findings = ops_findings_new();
	const struct field *f;
	const char *right = NULL;
	unsigned below = (unsigned)-1;
	struct doc *doc;
	int ret = findings ? 0 : OPS_ENOMEM;

	while (ret == 0 && below) {
		ret = doc_parse(&doc, m->arena, NULL, one->text, one->len, DOC_HEADER_ONLY,
				findings, NULL);
		f = ret ? NULL : lowest(c, t, doc, below, &right);
		if (!f)
			break;
		below = doc_field(doc, f->name)->start.line;
		ret = edit(m, one, doc, f, doc_field(doc, f->name), right);
	}
	ops_findings_free(findings);
	return ret == OPS_EINVALID ? 0 : ret;
}

/* Mend what cannot be read.  OPS_EINVALID: not certainly. */
static int mend_unreadable(struct mending *m, struct mended *one)
{
	struct buf text = BUF_INIT, rules = BUF_INIT;
	const char *at, *rule;
	int ret = mend_header(&text, &rules, m->arena, one->old, one->old_len);

	one->text = ret ? NULL : arena_dup(m->arena, text.data, text.len);
	one->len = text.len;
	if (ret == 0 && !one->text)
		ret = OPS_ENOMEM;
	for (at = rules.data; ret == 0 && *at; at += strcspn(at, "\n") + 1) {
		char *end;
		unsigned line = (unsigned)strtoul(at, &end, 10);

		rule = arena_dup(m->arena, end + 1, strcspn(end + 1, "\n"));
		ret = rule ? add_fix(m, one, line, rule,
				     line_of(m->arena, one->old, one->old_len, line),
				     line_of(m->arena, one->text, one->len, line)) :
		      OPS_ENOMEM;
	}
	buf_release(&text);
	buf_release(&rules);
	return ret;
}

int check_mend(struct checking *c, const char *path, const struct type *type,
	       bool readable, struct ops_error *err)
{
	struct mending *m = c->mending;
	struct mended *one;
	struct buf file = BUF_INIT;
	int ret;

	if (!m || !check_wanted(c, path))
		return 0;
	/* To the byte: what was checked has the line endings that git stores. */
	ret = work_read(&file, c->repo->store, path, DOC_MAX, NULL);
	one = ret ? NULL : new_mended(m, path, file.data, file.len);
	buf_release(&file);
	if (ret)
		return ret == OPS_ENOMEM ? error_nomem(err) : 0;
	if (!one)
		return error_nomem(err);
	one->readable = readable;
	if (!readable)
		ret = mend_unreadable(m, one);
	if (ret == OPS_EINVALID)
		return 0;
	if (ret == 0 && type)
		ret = mend_fields(c, one, type);
	if (ret)
		return error_nomem(err);
	if (one->fixes) {
		*m->last = one;
		m->last = &one->next;
	}
	return 0;
}

/* Whether there is the same finding, wherever in the file. */
static bool known(const struct ops_findings *list, const struct ops_finding *f)
{
	size_t i;

	for (i = 0; i < ops_findings_count(list); i++) {
		const struct ops_finding *g = ops_findings_at(list, i);

		if (g->path && !strcmp(g->path, f->path) && !strcmp(g->rule, f->rule) &&
		    !strcmp(g->message, f->message))
			return true;
	}
	return false;
}

int check_fix_compare(bool *dropped, struct mending *m, const struct ops_findings *before,
		      const struct ops_findings *after, struct ops_error *err)
{
	struct mended *one;
	struct fix *fix;
	size_t i;

	*dropped = false;
	for (one = m->list; one; one = one->next)
		for (i = 0; one->readable && !one->dropped && i < ops_findings_count(after);
		     i++) {
			const struct ops_finding *f = ops_findings_at(after, i);
			const char *why;

			if (f->severity != OPS_ERROR || !f->path ||
			    strcmp(f->path, one->path) || known(before, f))
				continue;
			why = arena_printf(m->arena, "%s: %s", f->rule, f->message);
			if (!why)
				return error_nomem(err);
			one->dropped = *dropped = true;
			for (fix = one->fixes; fix; fix = fix->next)
				fix->fix.refused = why;
		}
	return 0;
}

int check_fix_write(const struct mending *m, struct ops_repo *repo, struct ops_error *err)
{
	const struct mended *one;
	int ret = 0;

	for (one = m->list; ret == 0 && one; one = one->next)
		if (!one->dropped)
			ret = work_replace(repo->store, one->path, one->old, one->old_len,
					   one->text, one->len, err);
	return ret;
}

int check_fix_tell(const struct mending *m, const struct ops_check_options *o,
		   struct ops_error *err)
{
	const struct mended *one;
	const struct fix *fix;
	int ret = 0;

	for (one = m->list; ret == 0 && one; one = one->next)
		for (fix = one->fixes; ret == 0 && o->fixed && fix; fix = fix->next)
			ret = o->fixed(&fix->fix, o->payload);
	return ret ? error_set(err, ret, "the fixes could not be listed") : 0;
}
