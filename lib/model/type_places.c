/* SPDX-License-Identifier: MIT */
/*
 * Reading where documents of a type lie, what they may name that is not there, and by
 * which date they are fresh.  Part of type_read.c, and as pure.
 */

#include "model/type_inside.h"

#include <string.h>

#include "util/buf.h"
#include "util/path.h"

/* Append `template` with {x} replaced by the directory x, or by `*`. */
static const char *pattern_of(struct conf_reader *r, const char *template,
			      const struct conf *directories)
{
	struct buf b = BUF_INIT;
	const struct conf *dir;
	const char *open, *close, *text, *at = template;

	while ((open = strchr(at, '{')) && (close = strchr(open, '}'))) {
		buf_add(&b, at, (size_t)(open - at));
		text = arena_dup(r->arena, open + 1, (size_t)(close - open) - 1);
		dir = text ? conf_get(directories, text) : NULL;
		if (dir && dir->kind == YAML_SCALAR)
			buf_str(&b, dir->value);
		else if (b.len == 0 || b.data[b.len - 1] != '*')
			buf_char(&b, '*');
		at = close + 1;
	}
	buf_str(&b, at);
	text = buf_failed(&b) ? NULL : arena_str(r->arena, b.data);
	buf_release(&b);
	if (!text)
		r->failed = true;
	return text;
}

/* A template with the directory names filled in and the rest left. */
static const char *template_of(struct conf_reader *r, const char *template,
			       const struct conf *directories)
{
	const char *close = strchr(template, '}');
	const struct conf *dir;
	const char *name;

	if (template[0] != '{' || !close)
		return template;
	name = arena_dup(r->arena, template + 1, (size_t)(close - template) - 1);
	dir = name ? conf_get(directories, name) : NULL;
	if (!dir || dir->kind != YAML_SCALAR)
		return template;
	name = arena_printf(r->arena, "%s%s", dir->value, close + 1);
	if (!name)
		r->failed = true;
	return name;
}

/* Patterns of paths under `key`, each of which must be one. */
static void read_patterns(struct conf_reader *r, const struct conf *c, const char *key,
			  struct names *out)
{
	const char *fault;
	size_t i;

	conf_names(r, c, key, out);
	for (i = 0; i < out->nr; i++) {
		fault = path_pattern_fault(out->list[i]);
		if (fault)
			conf_wrong(r, conf_get(c, key), NULL, "'%s' %s", out->list[i],
				   fault);
	}
}

void type_read_places(struct conf_reader *r, struct type *t, const struct conf *c,
			const struct conf *directories)
{
	const char *pattern;

	read_patterns(r, c, "paths", &t->patterns);
	read_patterns(r, c, "absent", &t->absent);
	conf_text(r, c, "place", &t->place);
	conf_text(r, c, "archive", &t->archive);
	if (t->place) {
		pattern = pattern_of(r, t->place, directories);
		t->place = template_of(r, t->place, directories);
		if (!pattern || names_add(&t->patterns, r->arena, pattern))
			r->failed = true;
	}
	if (t->archive) {
		pattern = pattern_of(r, t->archive, directories);
		t->archive = template_of(r, t->archive, directories);
		if (!pattern || names_add(&t->patterns, r->arena, pattern))
			r->failed = true;
	}
	if (!t->patterns.nr)
		conf_wrong(r, c, "add paths: [\"docs/*.md\"]",
			   "type '%s' has neither 'paths' nor 'place'", t->name);
}

static void check_date(struct conf_reader *r, const struct type *t, const struct conf *at,
		       const char *name)
{
	const struct field *f = name ? type_field(t, name) : NULL;

	if (name && (!f || f->kind != FIELD_DATE))
		conf_wrong(r, at, "name a field of kind date",
			   "'%s' is no date of '%s'", name, t->name);
}

void type_read_fresh(struct conf_reader *r, struct type *t, const struct conf *c)
{
	const struct conf *fresh = conf_get(c, "fresh");
	const char *within = NULL;

	if (!fresh || !conf_keys(r, fresh, "'fresh'", "until since within"))
		return;
	conf_text(r, fresh, "until", &t->fresh.until);
	conf_text(r, fresh, "since", &t->fresh.since);
	conf_text(r, fresh, "within", &within);
	if (!t->fresh.until == !t->fresh.since || !t->fresh.since != !within)
		conf_wrong(r, fresh, "write {until: FIELD}, or {since: FIELD, within: 30 days}",
			   "'fresh' of '%s' says not which date counts", t->name);
	if (within && !period_parse(&t->fresh.within, within))
		conf_wrong(r, conf_get(fresh, "within"),
			   "write for example 3 months, or 90 days",
			   "'%s' is no period", within);
	check_date(r, t, fresh, t->fresh.until);
	check_date(r, t, fresh, t->fresh.since);
}
