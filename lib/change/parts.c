/* SPDX-License-Identifier: MIT */
/*
 * Named parts: see parts.h.  Nothing is refused here for being incomplete: the judge
 * names all that is missing.
 */

#include "change/parts.h"

#include <string.h>

#include "text/labels.h"

/* Fields that the act itself writes. */
static bool is_own(const char *name)
{
	return !strcmp(name, "Kind") || !strcmp(name, "About") ||
	       !strcmp(name, "From") || !strcmp(name, "Date");
}

/* What is said last counts. */
static void put(struct ops_setting *list, size_t *nr, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < *nr && list[i].name != name; i++)
		;
	list[i].name = name;
	list[i].value = value;
	*nr += i == *nr;
}

static int set_part(struct parts *p, struct draft *d, const char *name,
		    const char *value, struct ops_error *err)
{
	const char *known = NULL;
	size_t i;

	for (i = 0; i < p->names.nr && !known; i++)
		if (label_is(p->names.list[i], name))
			known = p->names.list[i];
	if (!known)
		return error_set(err, OPS_EUSAGE, "a record of kind '%s' has no '%.60s'; it "
				 "has %s", p->kind->name, name,
				 names_text(&p->names, d->arena, " and "));
	if (p->fields_nr == PARTS_MAX || p->sections_nr == PARTS_MAX)
		return error_set(err, OPS_EUSAGE, "too many parts");
	if (!*value)
		return 0;	/* not filled in: as if it were not there */
	if (type_field(p->kind, known))
		put(p->fields, &p->fields_nr, known, value);
	else
		put(p->sections, &p->sections_nr, known, value);
	return 0;
}

/* A list that was written as lines, "- a" below "- b", on one. */
static const char *on_one_line(struct draft *d, const char *text)
{
	struct buf b = BUF_INIT;
	const char *line, *list = NULL;
	size_t len;

	if (!strchr(text, '\n') && strncmp(text, "- ", 2))
		return text;
	for (line = text; *line; line += len + (line[len] == '\n')) {
		size_t skip = strspn(line, " \t-*");

		len = strcspn(line, "\n");
		if (skip < len)
			buf_printf(&b, "%s%.*s", b.len ? ", " : "", (int)(len - skip),
				   line + skip);
	}
	if (!buf_failed(&b))
		list = arena_str(d->arena, b.data);
	buf_release(&b);
	return list;
}

static int names_of(struct parts *p, struct draft *d, struct ops_error *err)
{
	const struct type *t = p->kind;
	size_t i, k;
	int ret = 0;

	for (i = 0; ret == 0 && i < t->sections.nr; i++)
		ret = names_add(&p->names, d->arena, t->sections.list[i]);
	for (i = 0; ret == 0 && i < t->fields_nr; i++)
		if (!is_own(t->fields[i].name))
			ret = names_add(&p->names, d->arena, t->fields[i].name);
	for (i = 0; i < t->cases_nr; i++)
		for (k = 0; ret == 0 && k < t->cases[i].sections.nr; k++)
			if (!names_have(&p->names, t->cases[i].sections.list[k]))
				ret = names_add(&p->names, d->arena,
						t->cases[i].sections.list[k]);
	return ret ? error_nomem(err) : 0;
}

/* Text in named parts; any other is the document itself, left to *rest. */
static int read_text(struct parts *p, struct draft *d, const char *text,
		     const char **rest, struct ops_error *err)
{
	const char *const *names = p->names.list;
	struct label *labels;
	size_t i, nr;
	int ret;

	*rest = text;
	if (!text || !strncmp(text, "---", 3) || !labels_begin(text, names, p->names.nr))
		return 0;
	*rest = NULL;
	ret = labels_parse(&labels, &nr, d->arena, text, names, p->names.nr, err);
	for (i = 0; ret == 0 && i < nr; i++)
		ret = set_part(p, d, labels[i].name, labels[i].text, err);
	return ret;
}

int parts_gather(struct parts *p, struct draft *d, const struct ops_request *r,
		 const struct names *more, const char **text, struct ops_error *err)
{
	size_t i;
	int ret = names_of(p, d, err);

	for (i = 0; ret == 0 && more && i < more->nr; i++)
		ret = names_add(&p->names, d->arena, more->list[i]) ? error_nomem(err) : 0;
	if (ret == 0)
		ret = read_text(p, d, r->text, text, err);
	for (i = 0; ret == 0 && i < r->fields_nr; i++)
		ret = set_part(p, d, r->fields[i].name, r->fields[i].value, err);
	for (i = 0; ret == 0 && i < r->sections_nr; i++)
		ret = set_part(p, d, r->sections[i].name, r->sections[i].value, err);
	for (i = 0; ret == 0 && i < p->fields_nr; i++) {
		if (type_field(p->kind, p->fields[i].name)->kind == FIELD_LIST)
			p->fields[i].value = on_one_line(d, p->fields[i].value);
		if (!p->fields[i].value)
			ret = error_nomem(err);
	}
	return ret;
}

const char **parts_section(struct parts *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->sections_nr; i++)
		if (!strcmp(p->sections[i].name, name))
			return &p->sections[i].value;
	return NULL;
}
