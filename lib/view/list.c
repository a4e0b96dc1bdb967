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
#include "util/map.h"
#include "view/view.h"

/* A document of a list keeps its fields as text, and its file is not kept.  It has no fields
 * before somebody asks for one that is not among those that the list is of. */
struct listed {
	struct ops_document document;	/* first; its `doc` is NULL */
	struct ops_setting *fields;
	size_t nr;
	const struct doc *read;		/* while it is given, and not from the roll; else NULL */
	struct roll_line line;		/* without a row: not from the roll */
	const char *title;		/* of its line */
	struct ops_view *view;
};

static const struct listed *listed(const struct ops_document *doc)
{
	return doc->doc ? NULL : (const struct listed *)doc;
}

/* That of a line is put together when it is asked for. */
const char *ops_document_path(const struct ops_document *doc)
{
	struct listed *l = (struct listed *)(size_t)doc;

	if (!doc->path)
		l->document.path = roll_path(&l->line, l->view->arena);
	return doc->path;
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
 * is what the roll says of it.  Without `fields`: out of memory. */
static const struct listed *whole(const struct ops_document *doc)
{
	struct listed *l = (struct listed *)(size_t)doc;
	struct ops_findings *ignored;

	if (!l->fields && l->read)
		(void)take_fields(l, l->read->header, l->view->arena);
	if (l->fields || !l->line.row)
		return l;
	ignored = ops_findings_new();
	if (ignored && ops_document_path(doc))
		(void)world_at(l->view->world, NULL, doc->path, take_header, l, ignored,
			       NULL);
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

	if (doc->status && *name == 'S' && !strcmp(name, "Status"))
		return doc->status;
	if (!doc->doc && listed(doc)->line.row && roll_field_named(&field, name))
		return field == ROLL_TITLE ? listed(doc)->title :
		       roll_value(&listed(doc)->line, field);
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

/* What a filter said of a value the last time: most lines have it from the line before. */
struct verdict {
	const struct type *type;
	uint32_t number;
	unsigned segment;
	bool known, passes;
};

struct listing {
	struct ops_view *view;
	struct verdict last[ROLL_NEAR];
	const struct ops_filter *filter;
	struct ops_filter status, assignee, priority, due;	/* one part of it each */
	const char *const *names;	/* of the fields whose values are given */
	size_t names_nr;
	enum roll_field *fields;	/* these; ROLL_FIELDS: none of the roll's */
	struct map *words;		/* of documents: what comes again and again */
	const char **values;
	int (*each)(const struct ops_document *d, const char *const *values, void *payload,
		    struct ops_error *err);
	void *payload;
	const struct type *type;
	struct ops_findings *findings;	/* of the roll's lines */
	size_t given, again;	/* documents; and those that were given before, by the roll */
	bool stopped;		/* by whom they are given to, whatever status that gave */
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

/* Dates of this form are ordered as text. */
static bool in_time(const char *due, const struct ops_filter *f)
{
	return (!f->due_before || (due && strcmp(due, f->due_before) <= 0)) &&
	       (!f->due_after || (due && strcmp(due, f->due_after) >= 0));
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
	return in_time(d->due, f);
}

/* What a list shows of a document that was read, and that is copied. */
static bool compact(struct listed *to, struct listing *l, const struct ops_document *d)
{
	struct arena *arena = l->view->arena;

	to->document = *d;
	to->document.doc = NULL;
	to->read = d->doc;
	to->document.path = arena_str(arena, d->path);
	to->document.id = arena_str(arena, d->id);
	to->document.status = d->status ? map_word(l->words, d->status) : NULL;
	return to->document.path && to->document.id && !d->status == !to->document.status;
}

/* A value of a document that was read, for as long as the view.  False: out of memory. */
static bool copy_value(const char **out, struct listing *l, const struct listed *d, size_t at)
{
	const struct yaml_node *node = doc_field(d->read, l->names[at]);
	bool word = l->fields[at] < ROLL_FIELDS && l->fields[at] != ROLL_TITLE;

	*out = !strcmp(l->names[at], "Status") ? d->document.status : NULL;
	if (*out || !node)
		return true;
	*out = node->kind != YAML_SCALAR ? joined(l->view->arena, node) :
	       word ? map_word(l->words, node->value) :
	       arena_dup(l->view->arena, node->value, node->len);
	return *out;
}

/* The values of a document's fields; OPS_ENOTFOUND: the roll is damaged. */
static int take_values(struct listing *l, const struct listed *d, struct ops_error *err)
{
	size_t i;

	for (i = 0; d->read && i < l->names_nr; i++)
		if (!copy_value(&l->values[i], l, d, i))
			return error_nomem(err);
	for (i = 0; !d->read && i < l->names_nr; i++) {
		enum roll_field f = l->fields[i];

		if (f == ROLL_TITLE)
			l->values[i] = d->title;
		else if (f < ROLL_NEAR)
			l->values[i] = roll_value(&d->line, f);
		else
			l->values[i] = ops_document_field(&d->document, l->names[i]);
	}
	return d->read || world_roll(l->view->world) ? 0 : OPS_ENOTFOUND;
}

static int give(struct listing *l, const struct listed *d, struct ops_error *err)
{
	int ret = 0;

	if (l->again) {
		l->again--;
		return 0;
	}
	ret = take_values(l, d, err);
	if (ret)
		return ret;
	l->given++;
	ret = l->each(&d->document, l->values, l->payload, err);
	l->stopped = ret != 0;
	return ret;
}

static int list_one(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct listing *l = payload;
	struct listed shown = { .view = l->view };
	struct facts f;

	if (!d->doc)
		return 0;
	f = (struct facts){ d->type, d->status, document_text(d, "Assigned-To"),
			    document_text(d, "Department"), document_text(d, "Priority"),
			    document_text(d, "Due") };
	if (!passes(&f, l->filter))
		return 0;
	return compact(&shown, l, d) ? give(l, &shown, err) : error_nomem(err);
}

/* Text of a field, as document_text() gives it. */
static const char *some(const struct roll_line *line, enum roll_field field)
{
	const char *text = roll_value(line, field);

	return text && *text ? text : NULL;
}

/* Whether a line passes what a filter asks of one of its values. */
static bool value_passes(struct listing *l, const struct roll_line *line,
			 enum roll_field field, const struct ops_filter *only)
{
	struct verdict *last = &l->last[field];
	struct facts f = { roll_type(line), NULL, NULL, NULL, NULL, NULL };
	uint32_t number = roll_number(line, field);

	if (last->known && last->number == number && last->segment == line->segment &&
	    last->type == f.type)
		return last->passes;
	f.status = roll_value(line, ROLL_STATE);
	f.assigned_to = some(line, ROLL_ASSIGNED);
	f.priority = some(line, ROLL_PRIORITY);
	f.due = some(line, ROLL_DUE);
	*last = (struct verdict){ f.type, number, line->segment, true, passes(&f, only) };
	return last->passes;
}

static bool line_passes(struct listing *l, const struct roll_line *line)
{
	const struct ops_filter *f = l->filter;
	struct facts d = { NULL, NULL, NULL, NULL, NULL, NULL };

	if ((f->status && !value_passes(l, line, ROLL_STATE, &l->status)) ||
	    (f->assignee && !value_passes(l, line, ROLL_ASSIGNED, &l->assignee)) ||
	    (f->priority && !value_passes(l, line, ROLL_PRIORITY, &l->priority)) ||
	    ((f->due_before || f->due_after) && !value_passes(l, line, ROLL_DUE, &l->due)))
		return false;
	if (!f->department)
		return true;
	d.assigned_to = some(line, ROLL_ASSIGNED);
	d.department = some(line, ROLL_DEPARTMENT);
	return of_department(&d, f->department);
}

static int list_line(const struct roll_line *line, bool plain, void *payload,
		     struct ops_error *err)
{
	struct listing *l = payload;
	struct listed shown = { .line = *line, .view = l->view };
	const char *path;

	if (!plain) {
		path = roll_path(line, l->view->arena);
		return path ? world_at(l->view->world, l->type, path, list_one, l, l->findings,
				       err) : OPS_ENOTFOUND;
	}
	if (!line_passes(l, line))
		return 0;
	shown.document.world = l->view->world;
	shown.document.type = roll_type(line);
	shown.document.status = roll_value(line, ROLL_STATE);
	shown.document.id = roll_id(line);
	shown.title = roll_value(line, ROLL_TITLE);
	return shown.document.id && (shown.title || !roll_number(line, ROLL_TITLE)) ?
	       give(l, &shown, err) : OPS_ENOTFOUND;
}

/* From the roll, if there is one and it can tell: OPS_ENOTFOUND else.  What was given before
 * that was found is not given again. */
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
		l->again = l->given;
	ops_findings_free(l->findings);
	return ret;
}

static int check_date(const char *text, struct ops_error *err)
{
	struct date date;

	return !text || date_parse(&date, text) ? 0 :
	       error_set(err, OPS_EUSAGE, "'%s' is not a date (YYYY-MM-DD)", text);
}

/* A word of a comma list that is no value of the field (NULL: no status, of which there are other
 * names, too) would match nothing: a slip, so say it. */
static int check_words(const char *list, const char *field, const struct names *known,
		       const struct type *type, struct arena *arena, struct ops_error *err)
{
	const char *word;
	size_t len;

	for (; list; list = list[len] ? list + len + 1 : NULL) {
		len = strcspn(list, ",");
		word = arena_dup(arena, list, len);
		if (!word)
			return error_nomem(err);
		if (field ? !names_have(known, word) : !type_state(type, word))
			return error_set(err, OPS_EUSAGE, "there is no %s '%.60s' of type '%s'%s%s",
					 field ? field : "status", word, type->name,
					 known->nr ? ", which has " : "",
					 names_text(known, arena, " and "));
	}
	return 0;
}

static int check_filter(const struct ops_filter *filter, const struct type *type,
			struct arena *arena, struct ops_error *err)
{
	const struct field *f = filter->priority ? type_field(type, "Priority") : NULL;
	struct names states = { NULL, 0 };
	size_t i;
	int ret;

	for (i = 0; filter->status && i < type->states_nr; i++)
		if (names_add(&states, arena, type->states[i].name))
			return error_nomem(err);
	ret = check_words(filter->status, NULL, &states, type, arena, err);
	return ret || !f || f->kind != FIELD_ENUM ? ret :
	       check_words(filter->priority, f->name, &f->values, type, arena, err);
}

/* Nothing was listed: is it by a name that nobody has?  Who left the roster may have tasks. */
static int check_names(const struct ops_filter *filter, struct ops_view *view,
		       struct ops_error *err)
{
	const struct roster *roster;
	int ret;

	if (filter->department && !config_department(view->config, filter->department))
		return error_set(err, OPS_ENOTFOUND, "there is no department '%.60s'",
				 filter->department);
	if (!filter->assignee)
		return 0;
	ret = world_roster(&roster, view->world, err);
	return ret || roster_agent_named(roster, filter->assignee) ? ret :
	       error_set(err, OPS_ENOTFOUND, "'%.60s' is not in the roster", filter->assignee);
}

/* Which of the fields that are asked for the roll keeps. */
static int find_fields(struct listing *l, struct ops_error *err)
{
	size_t i;

	l->fields = arena_array(l->view->arena, l->names_nr + 1, sizeof(*l->fields));
	l->values = arena_array(l->view->arena, l->names_nr + 1, sizeof(*l->values));
	l->words = map_new(l->view->arena);
	if (!l->fields || !l->values || !l->words)
		return error_nomem(err);
	for (i = 0; i < l->names_nr; i++)
		if (!roll_field_named(&l->fields[i], l->names[i]))
			l->fields[i] = ROLL_FIELDS;
	return 0;
}

int ops_view_each(struct ops_view *view, const struct ops_filter *filter,
		  const char *const *fields, size_t fields_nr,
		  int (*each)(const struct ops_document *document, const char *const *values,
			      void *payload, struct ops_error *err),
		  void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct listing l = {
		.view = view, .filter = filter, .names = fields, .names_nr = fields_nr,
		.each = each, .payload = payload, .status = { .status = filter->status },
		.assignee = { .assignee = filter->assignee },
		.priority = { .priority = filter->priority },
		.due = { .due_before = filter->due_before, .due_after = filter->due_after }
	};
	const char *name = filter->type ? filter->type : "task";
	int ret = check_date(filter->due_before, err);

	l.type = config_type(view->config, name);
	if (ret == 0)
		ret = check_date(filter->due_after, err);
	if (ret)
		return ret;
	if (!l.type)
		return error_set(err, OPS_EUSAGE, "there is no type '%s'", name);
	ret = check_filter(filter, l.type, view->arena, err);
	if (ret == 0)
		ret = view_say_broken(view, findings, err);
	if (ret == 0)
		ret = find_fields(&l, err);
	if (ret == 0)
		ret = list_by_roll(&l, findings, err);
	if (ret == OPS_ENOTFOUND && !l.stopped)
		ret = world_each(view->world, l.type, filter->archived, false, list_one,
				 &l, findings, err);
	return ret || l.given ? ret : check_names(filter, view, err);
}

struct keeping {
	struct arena *arena;
	const struct ops_document **list;
	size_t nr, room;
};

static int keep(const struct ops_document *d, const char *const *values, void *payload,
		struct ops_error *err)
{
	struct keeping *k = payload;
	const struct ops_document **list;
	struct listed *copy = arena_alloc(k->arena, sizeof(*copy));

	(void)values;
	if (!copy || (listed(d)->read && !whole(d)->fields))
		return error_nomem(err);
	*copy = *listed(d);
	copy->read = NULL;
	list = arena_room(k->arena, k->list, k->nr, &k->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	k->list = list;
	k->list[k->nr++] = &copy->document;
	return 0;
}

int ops_view_list(const struct ops_document *const **out, size_t *nr,
		  struct ops_view *view, const struct ops_filter *filter,
		  struct ops_findings *findings, struct ops_error *err)
{
	struct keeping k = { .arena = view->arena };
	int ret = ops_view_each(view, filter, NULL, 0, keep, &k, findings, err);

	if (ret)
		return ret;
	*out = k.list;
	*nr = k.nr;
	return 0;
}
