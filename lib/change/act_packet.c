/* SPDX-License-Identifier: MIT */
/*
 * "packet.KIND": recording a packet of any kind, as its definition says.
 *
 * What it says comes as named parts, from settings or from a text; the definition
 * tells which are fields and which sections.  Nothing is refused here for being
 * incomplete: the judge names all that is missing.
 */

#include <string.h>

#include "change/draft.h"
#include "model/packet.h"
#include "text/labels.h"

#define PARTS_MAX 64

struct parts {
	const struct type *kind;
	struct names names;		/* all it may have */
	struct ops_setting fields[PARTS_MAX], sections[PARTS_MAX];
	size_t fields_nr, sections_nr;
};

/* Fields that the act itself writes. */
static bool is_own(const char *name)
{
	return !strcmp(name, "Kind") || !strcmp(name, "About") ||
	       !strcmp(name, "From") || !strcmp(name, "Date");
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
		return error_set(err, OPS_EUSAGE, "a %s has no '%.60s'; it has %s",
				 p->kind->name, name,
				 names_text(&p->names, d->arena, " and "));
	if (p->fields_nr == PARTS_MAX || p->sections_nr == PARTS_MAX)
		return error_set(err, OPS_EUSAGE, "too many parts");
	if (!*value)
		return 0;	/* not filled in: as if it were not there */
	if (type_field(p->kind, known)) {
		p->fields[p->fields_nr].name = known;
		p->fields[p->fields_nr++].value = value;
	} else {
		p->sections[p->sections_nr].name = known;
		p->sections[p->sections_nr++].value = value;
	}
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

/* Fields that name packets get the whole id; Answers that is left out, the only open
 * packet it could name. */
static int name_packets(struct parts *p, struct draft *d, const char *about,
			bool has_text, struct ops_error *err)
{
	const struct ops_document *found;
	struct packets all;
	size_t i, k;
	int ret = world_packets(&all.list, &all.nr, d->now, about, d->findings, err);

	for (i = 0; ret == 0 && i < p->kind->fields_nr; i++) {
		const struct field *f = &p->kind->fields[i];
		struct ops_setting *given = NULL;

		if (f->kind != FIELD_PACKET)
			continue;
		for (k = 0; k < p->fields_nr; k++)
			if (p->fields[k].name == f->name)
				given = &p->fields[k];
		if (!given && (has_text || !f->required || p->fields_nr == PARTS_MAX))
			continue;
		ret = packet_find(&found, &all, given ? given->value : NULL, &f->values,
				  err);
		if (ret)
			return ret;
		if (!given) {
			given = &p->fields[p->fields_nr++];
			given->name = f->name;
		}
		given->value = arena_str(d->arena, found->id);
		if (!given->value)
			return error_nomem(err);
	}
	return ret;
}

static int gather(struct parts *p, struct draft *d, const struct ops_request *r,
		  const char **text, struct ops_error *err)
{
	size_t i;
	int ret = names_of(p, d, err);

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

int act_packet(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	const char *name = r->action + strlen("packet.");
	struct packet_want want = { 0 };
	struct ops_request request = { 0 };
	struct parts *p = arena_alloc(d->arena, sizeof(*p));
	struct ops_document *doc;
	int ret;

	if (!p)
		return error_nomem(err);
	p->kind = config_type(d->config, name);
	if (!p->kind || !p->kind->base || !p->kind->base->abstract)
		return error_set(err, OPS_EUSAGE, "there is no kind of packet '%.60s'", name);
	if (names_have(&p->kind->create, "request-of-gate") ||
	    names_have(&p->kind->create, "power-of-gate"))
		return error_set(err, OPS_EUSAGE, "a %s is recorded by 'ops gate'", name);
	ret = draft_find(&doc, d, r->target, NULL, err);
	if (ret == 0)
		ret = gather(p, d, r, &want.text, err);
	if (ret == 0)
		ret = name_packets(p, d, doc->id, want.text != NULL, err);
	if (ret)
		return ret;
	request.evidence = r->evidence;
	request.evidence_nr = r->evidence_nr;
	request.sections = p->sections;
	request.sections_nr = p->sections_nr;
	request.reason = r->reason;
	want.kind = name;
	want.about = doc;
	want.fields = p->fields;
	want.fields_nr = p->fields_nr;
	want.request = &request;
	if (!draft_act(d, r->action, doc))
		return error_nomem(err);
	return draft_packet(d, &want, err);
}
