/* SPDX-License-Identifier: MIT */
/*
 * Lists of documents, and their fields: from the roll of the state if there is one, else from
 * the documents.  Both give the same; what cannot be read is a finding of the caller's, and
 * never left out in silence.
 */

#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/date.h"
#include "view/view.h"

/* A document of a list keeps its fields as text, and its file is not kept.  One from the
 * roll has no fields before somebody asks for one that the roll does not keep. */
struct listed {
	struct ops_document document;	/* first; its `doc` is NULL */
	struct ops_setting *fields;
	size_t nr;
	struct roll_line line;		/* without a row: not from the roll */
	struct ops_view *view;
};

static const struct listed *listed(const struct ops_document *doc)
{
	return doc->doc ? NULL : (const struct listed *)doc;
}


/* A list or mapping on one line. */
static const char *joined(struct arena *arena, const struct yaml_node *node)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < node->nr; i++) {
		const struct yaml_node *item = node->kind == YAML_LIST ?
			node->items[i] : node->pairs[i].value;

		buf_str(&b, i ? ", " : "");
		if (node->kind == YAML_MAP)
			buf_printf(&b, "%s: ", node->pairs[i].key->value);
		if (item->kind == YAML_SCALAR)
			buf_add(&b, item->value, item->len);
		else
			buf_str(&b, item->kind == YAML_LIST ? "[…]" : "{…}");
	}
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* The header's values as text.  False when out of memory. */
static bool take_fields(struct listed *to, const struct yaml_node *from, struct arena *arena)
{
	size_t i;

	to->fields = arena_array(arena, from->nr + 1, sizeof(*to->fields));
	for (i = 0; to->fields && i < from->nr; i++) {
		const struct yaml_node *value = from->pairs[i].value;

		to->fields[i].name = arena_dup(arena, from->pairs[i].key->value,
					       from->pairs[i].key->len);
		to->fields[i].value = value->kind == YAML_SCALAR ?
			arena_dup(arena, value->value, value->len) :
			joined(arena, value);
		if (!to->fields[i].name || !to->fields[i].value)
			return false;
	}
	to->nr = to->fields ? from->nr : 0;
	return to->fields;
}

static int take_header(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct listed *l = payload;

	return !d->doc || take_fields(l, d->doc->header, l->view->arena) ? 0 : error_nomem(err);
}

/* A document of a list, with all of its fields: read again if need be.  That it can be read
 * is what the roll says of it. */
static const struct listed *whole(const struct ops_document *doc)
{
	struct listed *l = (struct listed *)(size_t)doc;
	struct ops_findings *ignored;

	if (l->fields || !l->line.row)
		return l;
	ignored = ops_findings_new();
	if (ignored)
		(void)world_at(l->view->world, NULL, doc->path, take_header, l, ignored, NULL);
	ops_findings_free(ignored);
	return l;
}

size_t ops_document_fields(const struct ops_document *doc)
{
	return doc->doc ? doc->doc->header->nr : whole(doc)->nr;
}

const char *ops_document_field_name(const struct ops_document *doc, size_t at)
{
	return doc->doc ? doc->doc->header->pairs[at].key->value :
	       whole(doc)->fields[at].name;
}

const char *ops_document_field(const struct ops_document *doc, const char *name)
{
	const struct yaml_node *node;
	enum roll_field field;
	size_t i;

	if (!strcmp(name, "Status") && doc->status)
		return doc->status;
	if (!doc->doc && listed(doc)->line.row && roll_field_named(&field, name))
		return roll_value(&listed(doc)->line, field);
	for (i = 0; !doc->doc && i < whole(doc)->nr; i++)
		if (!strcmp(listed(doc)->fields[i].name, name))
			return listed(doc)->fields[i].value;
	node = doc->doc ? doc_field(doc->doc, name) : NULL;
	if (!node)
		return NULL;
	return node->kind == YAML_SCALAR ? node->value :
	       joined(world_arena(doc->world), node);
}

const char *ops_document_text(const struct ops_document *doc, size_t *len)
{
	if (len)
		*len = doc->doc ? doc->doc->len : 0;
	return doc->doc ? doc->doc->text : NULL;
}

struct listing {
	struct ops_view *view;
	const struct ops_filter *filter;
	const struct ops_document **list;
	size_t nr, room;
	const struct type *type;
	struct ops_findings *findings;	/* of the roll's lines */
};

/* What a filter asks for; NULL: it has it not. */
struct facts {
	const struct type *type;
	const char *status, *assigned_to, *department, *priority, *due;
};

/* Whether `text` is one of the words of a comma list, by `same`. */
static bool one_of(const char *list, const char *text, const struct type *t)
{
	const struct state *a = t ? type_state(t, text) : NULL, *b;
	char word[128];
	size_t len;

	for (; *list; list += *list == ',') {
		len = strcspn(list, ",");
		if (len < sizeof(word)) {
			memcpy(word, list, len);
			word[len] = '\0';
			b = t ? type_state(t, word) : NULL;
			if (!strcmp(word, text) || (a && a == b))
				return true;
		}
		list += len;
	}
	return false;
}

static bool assigned_to(const struct facts *d, const char *who)
{
	const char *slash = d->assigned_to ? strchr(d->assigned_to, '/') : NULL;

	return d->assigned_to && (!strcmp(d->assigned_to, who) ||
				  (slash && !strcmp(slash + 1, who)));
}

static bool of_department(const struct facts *d, const char *department)
{
	size_t len = strlen(department);

	return (d->assigned_to && !strncmp(d->assigned_to, department, len) &&
		d->assigned_to[len] == '/') ||
	       (d->department && !strcmp(d->department, department));
}

static bool passes(const struct facts *d, const struct ops_filter *f)
{
	if (f->status && (!d->status || !one_of(f->status, d->status, d->type)))
		return false;
	if (f->assignee && !assigned_to(d, f->assignee))
		return false;
	if (f->department && !of_department(d, f->department))
		return false;
	if (f->priority && (!d->priority || !one_of(f->priority, d->priority, NULL)))
		return false;
	/* Dates of this form are ordered as text. */
	if (f->due_before && (!d->due || strcmp(d->due, f->due_before) > 0))
		return false;
	return !f->due_after || (d->due && strcmp(d->due, f->due_after) >= 0);
}

/* A copy of what a list shows of a document: its header's values as text. */
static struct ops_document *compact(struct listing *l, const struct ops_document *d)
{
	struct arena *arena = l->view->arena;
	struct listed *to = arena_alloc(arena, sizeof(*to));

	if (!to)
		return NULL;
	to->document = *d;
	to->document.doc = NULL;
	to->document.path = arena_str(arena, d->path);
	to->document.id = arena_str(arena, d->id);
	to->document.status = d->status ? arena_str(arena, d->status) : NULL;
	return to->document.path && to->document.id &&
	       take_fields(to, d->doc->header, arena) ? &to->document : NULL;
}

static int add_listed(struct listing *l, const struct ops_document *d, struct ops_error *err)
{
	const struct ops_document **list;

	if (!d)
		return error_nomem(err);
	if (l->nr == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		list = arena_array(l->view->arena, l->room, sizeof(*list));
		if (!list)
			return error_nomem(err);
		if (l->nr)
			memcpy(list, l->list, l->nr * sizeof(*list));
		l->list = list;
	}
	l->list[l->nr++] = d;
	return 0;
}

static int list_one(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct listing *l = payload;
	struct facts f;

	if (!d->doc)
		return 0;
	f = (struct facts){ d->type, d->status, document_text(d, "Assigned-To"),
			    document_text(d, "Department"), document_text(d, "Priority"),
			    document_text(d, "Due") };
	return passes(&f, l->filter) ? add_listed(l, compact(l, d), err) : 0;
}

/* Text of a field, as document_text() gives it. */
static const char *some(const struct roll_line *line, enum roll_field field)
{
	const char *text = roll_value(line, field);

	return text && *text ? text : NULL;
}

static int list_line(const struct roll_line *line, bool plain, void *payload,
		     struct ops_error *err)
{
	struct listing *l = payload;
	const struct ops_filter *filter = l->filter;
	struct facts f = { roll_type(line), NULL, NULL, NULL, NULL, NULL };
	struct listed *to;
	const char *path;

	if (!plain) {
		path = roll_path(line, l->view->arena);
		return path ? world_at(l->view->world, l->type, path, list_one, l, l->findings,
				       err) : OPS_ENOTFOUND;
	}
	f.status = roll_value(line, ROLL_STATE);
	if (filter->assignee || filter->department)
		f.assigned_to = some(line, ROLL_ASSIGNED);
	if (filter->department)
		f.department = some(line, ROLL_DEPARTMENT);
	if (filter->priority)
		f.priority = some(line, ROLL_PRIORITY);
	if (filter->due_before || filter->due_after)
		f.due = some(line, ROLL_DUE);
	if (!passes(&f, filter))
		return 0;
	to = arena_alloc(l->view->arena, sizeof(*to));
	if (!to)
		return error_nomem(err);
	to->line = *line;
	to->view = l->view;
	to->document.world = l->view->world;
	to->document.type = f.type;
	to->document.status = f.status;
	to->document.path = roll_path(line, l->view->arena);
	to->document.id = roll_id(line);
	return to->document.path && to->document.id ? add_listed(l, &to->document, err) :
	       OPS_ENOTFOUND;
}

/* From the roll, if there is one and it can tell: OPS_ENOTFOUND else. */
static int list_by_roll(struct listing *l, struct ops_findings *findings,
			struct ops_error *err)
{
	struct roll *roll = world_roll(l->view->world);
	int ret;

	if (!roll)
		return OPS_ENOTFOUND;
	l->findings = ops_findings_new();
	if (!l->findings)
		return error_nomem(err);
	ret = roll_each(roll, l->type, l->filter->archived, list_line, l, err);
	if (ret == 0 && !world_roll(l->view->world))
		ret = OPS_ENOTFOUND;
	if (ret == 0)
		ops_findings_copy(findings, l->findings, NULL);
	else
		l->nr = 0;
	ops_findings_free(l->findings);
	return ret;
}

static int check_date(const char *text, struct ops_error *err)
{
	struct date date;

	return !text || date_parse(&date, text) ? 0 :
	       error_set(err, OPS_EUSAGE, "'%s' is not a date (YYYY-MM-DD)", text);
}

/* A status that the type does not have would match nothing: a slip, so say it. */
static int check_status(const char *list, const struct type *type,
			struct ops_error *err)
{
	char word[128];
	size_t len;

	for (; list && *list; list += *list == ',') {
		len = strcspn(list, ",");
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, list);
		if (len >= sizeof(word) || !type_state(type, word))
			return error_set(err, OPS_EUSAGE, "a %s has no status '%s'",
					 type->name, word);
		list += len;
	}
	return 0;
}

int ops_view_list(const struct ops_document *const **out, size_t *nr,
		  struct ops_view *view, const struct ops_filter *filter,
		  struct ops_findings *findings, struct ops_error *err)
{
	struct listing l = { .view = view, .filter = filter };
	const char *name = filter->type ? filter->type : "task";
	const struct type *type = config_type(view->config, name);
	int ret = check_date(filter->due_before, err);

	if (ret == 0)
		ret = check_date(filter->due_after, err);
	if (ret)
		return ret;
	if (!type)
		return error_set(err, OPS_EUSAGE, "there is no type '%s'", name);
	ret = check_status(filter->status, type, err);
	if (ret == 0)
		ret = view_say_broken(view, findings, err);
	if (ret)
		return ret;
	l.type = type;
	ret = list_by_roll(&l, findings, err);
	if (ret == OPS_ENOTFOUND)
		ret = world_each(view->world, type, filter->archived, false, list_one,
				 &l, findings, err);
	if (ret)
		return ret;
	*out = l.list;
	*nr = l.nr;
	return 0;
}
