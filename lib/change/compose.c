/* SPDX-License-Identifier: MIT */
/*
 * Composing new documents: header fields in the order of their type, values
 * given, else from a draft, else the type's defaults; a place and an id.
 *
 * A draft is edited, not rewritten: what its author wrote stays as it is.
 */

#include <ctype.h>
#include <string.h>

#include "change/draft.h"
#include "util/path.h"
#include "util/random.h"
#include "util/utf8.h"

#define SLUG_MAX 40

/* a-z, 0-9 and single hyphens; "" when nothing is left. */
static void slug(char out[SLUG_MAX + 1], const char *title)
{
	size_t len = 0;

	for (; *title && len < SLUG_MAX; title++) {
		int c = tolower((unsigned char)*title);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[len++] = (char)c;
		else if (len && out[len - 1] != '-')
			out[len++] = '-';
	}
	while (len && out[len - 1] == '-')
		len--;
	out[len] = '\0';
}

static const char *setting_of(const struct ops_setting *list, size_t nr,
			      const char *name)
{
	size_t i;

	for (i = nr; i > 0; i--)
		if (!strcmp(list[i - 1].name, name))
			return list[i - 1].value;
	return NULL;
}

/* What a field gets when nobody gave it a value; NULL for nothing. */
static const char *fallback(struct draft *d, const struct type *t,
			    const struct field *f)
{
	const struct state *initial;
	char day[DATE_LEN + 1], time[DATE_TIME_LEN + 1];

	if (f->kind == FIELD_STATE) {
		initial = type_initial(t);
		return initial ? initial->name : NULL;
	}
	if (f->fallback && !strcmp(f->fallback, "today")) {
		date_format(day, d->today);
		return arena_str(d->arena, day);
	}
	if (f->fallback && !strcmp(f->fallback, "next-review")) {
		date_format(day, period_add(d->today, d->config->review));
		return arena_str(d->arena, day);
	}
	if (f->fallback && !strcmp(f->fallback, "now")) {
		date_time_format(time, d->repo->now);
		return arena_str(d->arena, time);
	}
	if (f->fallback && !strcmp(f->fallback, "actor"))
		return d->actor_name;
	if (f->fallback && !strcmp(f->fallback, "role"))
		return d->actor && d->actor->role ? d->actor->role->title : NULL;
	return f->fallback;
}

/* Values of list fields are given as "a, b"; the whole is set as a list. */
static int list_edit(struct doc_edit *edit, struct draft *d, const char *value)
{
	struct names names = { NULL, 0 };
	const char *at = value, *end;
	char *item;

	while (*at) {
		at += strspn(at, " ,");
		end = at + path_item_len(at);
		while (end > at && end[-1] == ' ')
			end--;
		if (end == at)
			break;
		item = arena_dup(d->arena, at, (size_t)(end - at));
		if (!item || names_add(&names, d->arena, item))
			return OPS_ENOMEM;
		at += path_item_len(at);
	}
	edit->kind = DOC_SET_LIST;
	edit->values = names.list;
	edit->nr = names.nr;
	return 0;
}

static int field_edit(struct doc_edit *edit, struct draft *d, const struct type *t,
		      const char *name, const char *value)
{
	const struct field *f = type_field(t, name);
	const struct state *state;

	edit->kind = *value || (f && f->required) ? DOC_SET : DOC_REMOVE;
	edit->name = name;
	edit->value = value;
	if (f && f->kind == FIELD_STATE) {
		state = type_state(t, value);
		if (state)
			edit->value = state->name;
	}
	if (f && f->kind == FIELD_LIST && *value)
		return list_edit(edit, d, value);
	return 0;
}

/* Make edits one after another: each sees the text the last one left. */
static int edit_text(struct buf *text, struct draft *d, const char *path,
		     const struct doc_edit *edits, size_t nr, struct ops_error *err)
{
	struct buf next = BUF_INIT;
	struct doc *doc;
	int ret = doc_parse(&doc, d->arena, path, text->data, text->len, 0, d->findings,
			    err);

	if (ret == 0)
		ret = doc_edit(&next, doc, edits, nr, err);
	if (ret == 0 && buf_failed(&next))
		ret = error_nomem(err);
	if (ret == 0) {
		buf_clear(text);
		buf_add(text, next.data, next.len);
		if (buf_failed(text))
			ret = error_nomem(err);
	}
	buf_release(&next);
	return ret;
}

int compose_settings(struct buf *out, struct draft *d, struct ops_document *doc,
		     const struct ops_setting *fields, size_t fields_nr,
		     const struct ops_setting *sections, size_t sections_nr,
		     struct ops_error *err)
{
	struct doc_edit *edits = arena_array(d->arena, fields_nr + sections_nr + 1,
					     sizeof(*edits));
	size_t i, nr = 0;

	if (!edits)
		return error_nomem(err);
	for (i = 0; i < fields_nr; i++)
		if (field_edit(&edits[nr++], d, doc->type, fields[i].name,
			       fields[i].value))
			return error_nomem(err);
	for (i = 0; i < sections_nr; i++) {
		edits[nr].kind = DOC_SECTION;
		edits[nr].name = sections[i].name;
		edits[nr++].value = sections[i].value;
	}
	return doc_edit(out, doc->doc, edits, nr, err);
}

/* Header and headings of a document that starts from nothing. */
static int skeleton(struct buf *out, const struct composition *c, struct draft *d)
{
	const char *title = setting_of(c->fields, c->fields_nr, "Title");
	const struct type *t = c->type;
	struct names sections = { NULL, 0 };
	size_t i, k;

	buf_str(out, "---\n---\n");
	/* One that may not stand in the header is refused there, by its name. */
	if (title && utf8_clean_to(title, strlen(title), false) == strlen(title))
		buf_printf(out, "\n# %s\n", title);
	for (i = 0; c->headings && i < t->transitions_nr; i++)
		for (k = 0; k < t->transitions[i].sections.nr; k++)
			if (!names_have(&sections, t->transitions[i].sections.list[k]) &&
			    names_add(&sections, d->arena,
				      t->transitions[i].sections.list[k]))
				return OPS_ENOMEM;
	for (i = 0; c->headings && i < sections.nr; i++)
		buf_printf(out, "\n## %s\n", sections.list[i]);
	return 0;
}

/* Fields: given, else what the draft has, else the default. */
static int fill_header(struct buf *text, struct composition *c, struct draft *d,
		       struct ops_error *err)
{
	const struct type *t = c->type;
	struct doc_edit *edits;
	struct doc *doc;
	const char *value;
	size_t i, nr = 0;
	int ret;

	edits = arena_array(d->arena, t->fields_nr + c->fields_nr + c->sections_nr + 1,
			    sizeof(*edits));
	if (!edits)
		return error_nomem(err);
	ret = doc_parse(&doc, d->arena, "(draft)", text->data, text->len, 0,
			d->findings, err);
	if (ret)
		return ret;
	for (i = 0; i < t->fields_nr; i++) {
		const struct field *f = &t->fields[i];
		const char *there = doc_text(doc, f->name);

		value = setting_of(c->fields, c->fields_nr, f->name);
		if (!value && there && *there && f->kind == FIELD_STATE)
			value = there;	/* imported spellings become ours */
		if (!value && (!doc_field(doc, f->name) || (there && !*there)))
			value = fallback(d, t, f);
		if (value && field_edit(&edits[nr++], d, t, f->name, value))
			return error_nomem(err);
	}
	for (i = 0; i < c->fields_nr; i++)
		if (!type_field(t, c->fields[i].name) &&
		    field_edit(&edits[nr++], d, t, c->fields[i].name,
			       c->fields[i].value))
			return error_nomem(err);
	for (i = 0; i < c->sections_nr; i++) {
		edits[nr].kind = DOC_SECTION;
		edits[nr].name = c->sections[i].name;
		edits[nr++].value = c->sections[i].value;
	}
	return edit_text(text, d, "(draft)", edits, nr, err);
}

struct placing {
	struct draft *d;
	const struct doc *doc;
	const char *id;
	const struct type *type;
	char random[5], time[17], shard[TYPE_SHARD + 1];
};

static const char *place_value(const char *name, void *payload)
{
	struct placing *p = payload;

	if (!strcmp(name, "id"))
		return p->id;
	if (!strcmp(name, "random"))
		return p->random;
	if (!strcmp(name, "time"))
		return p->time;
	if (!strcmp(name, "shard") && !type_field(p->type, name)) {
		type_shard(p->shard, p->id);
		return p->shard;
	}
	return doc_text(p->doc, name);
}

static int choose_id(const char **out, const struct composition *c, struct draft *d,
		     const struct doc *doc, struct ops_error *err)
{
	const char *title = doc_text(doc, "Title");
	char base[SLUG_MAX + 1], random[8];

	if (!title)
		title = doc_text(doc, "Name");
	slug(base, title ? title : "");
	if (!*base)
		memcpy(base, "untitled", sizeof("untitled"));
	if (c->type->id_style != ID_TITLE_RANDOM) {
		*out = arena_str(d->arena, base);
		return *out ? 0 : error_nomem(err);
	}
	if (!random_base32(random, 4))
		return error_set(err, OPS_EIO, "the system has no random numbers");
	*out = arena_printf(d->arena, "%s-%s", base, random);
	return *out ? 0 : error_nomem(err);
}

/* Ids become file names: the safe characters only. */
static int check_id(const char *id, struct ops_error *err)
{
	size_t len = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-_.");

	if (!*id || id[len] || *id == '.' || *id == '-' || len > 100)
		return error_set(err, OPS_EUSAGE,
				 "'%s' is no id: letters, digits, '-', '_' and '.', "
				 "at most 100", id);
	return 0;
}

/* Where the document of this id would lie, and whether the id is free. */
static int try_place(struct composition *c, struct draft *d, struct placing *p,
		     bool *is_free, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct snap_entry entry;
	const char *missing, *taken;
	int ret = check_id(p->id, err);

	if (ret)
		return ret;
	if (!random_base32(p->random, 4))
		return error_set(err, OPS_EIO, "the system has no random numbers");
	c->made_id = p->id;
	c->path = type_place(d->arena, c->type->place, place_value, p, &missing);
	if (!c->path)
		return missing ? error_set(err, OPS_EUSAGE, "type '%s' needs a value for '%s'",
					   c->type->name, missing) : error_nomem(err);
	if (path_fault(c->path))
		return error_set(err, OPS_EUSAGE, "path '%s' %s", c->path,
				 path_fault(c->path));
	ret = snap_find(&entry, world_snap(d->now), c->path, &found);
	if (ret == OPS_ENOTFOUND && c->type->archive)
		ret = world_exact_path(&taken, d->now, p->id, c->type->name, &found);
	if (ret && ret != OPS_ENOTFOUND)
		return error_set(err, ret, "%s", found.message);
	*is_free = ret == OPS_ENOTFOUND;
	return 0;
}

static int choose_place(struct composition *c, struct draft *d, const struct buf *text,
			struct ops_error *err)
{
	struct placing p = { .d = d, .type = c->type };
	bool is_free = false;
	struct doc *doc;
	unsigned tries;
	int ret;

	if (!c->type->place)
		return error_set(err, OPS_EUSAGE, "type '%s' has no 'place', so "
				 "create its documents as files", c->type->name);
	ret = doc_parse(&doc, d->arena, "(draft)", text->data, text->len, 0,
			d->findings, err);
	if (ret)
		return ret;
	p.doc = doc;
	date_time_compact(p.time, d->repo->now);
	for (tries = 0; tries < 20; tries++) {
		p.id = c->id;
		ret = p.id ? 0 : choose_id(&p.id, c, d, doc, err);
		if (ret == 0)
			ret = try_place(c, d, &p, &is_free, err);
		if (ret || is_free)
			return ret;
		if (c->id || c->type->id_style != ID_TITLE_RANDOM)
			break;
	}
	return error_set(err, OPS_EEXISTS, "the %s '%s' is there already", c->type->name,
			 p.id);
}

int compose(struct buf *out, struct composition *c, struct draft *d,
	    struct ops_error *err)
{
	int ret = 0;

	if (!c->text)
		ret = skeleton(out, c, d);
	else if (strncmp(c->text, "---", 3))
		buf_printf(out, "---\n---\n\n%s", c->text);
	else
		buf_str(out, c->text);
	if (ret || buf_failed(out))
		return error_nomem(err);
	ret = fill_header(out, c, d, err);
	return ret ? ret : choose_place(c, d, out, err);
}
