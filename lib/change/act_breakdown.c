/* SPDX-License-Identifier: MIT */
/*
 * "plan.breakdown": a task becomes a task of planning, one for each component, one that
 * puts them together and one that tests the whole, and is itself superseded by them, all
 * in one act (catalogue F3).
 *
 * The parts are new tasks like any other: queued, and with every gate before them.
 */

#include <string.h>

#include "change/planning.h"
#include "util/buf.h"
#include "util/path.h"

#define COMPONENTS_MAX 100

struct component {
	const char *name, *scope;	/* scope: a section's text; NULL: that of the whole */
};

struct breaking {
	struct planning_act *a;
	const struct task *task;
	struct ops_document *doc;
	const struct sections *sections;
	struct component list[COMPONENTS_MAX];
	size_t nr;
	struct ops_setting parts[COMPONENTS_MAX + 3];	/* "Part" and the id of each */
	size_t parts_nr;
};

/* "`a`, b" as items of a section Scope. */
static const char *scope_text(struct arena *arena, const char *list)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t len;

	for (; *list; list += len + (list[len] == ',')) {
		const char *from = list;

		len = path_item_len(list);
		for (from = list; from < list + len && (*from == ' ' || *from == '`'); from++)
			;
		text = list + len;
		while (text > from && (text[-1] == ' ' || text[-1] == '`'))
			text--;
		if (text > from)
			buf_printf(&b, "- `%.*s`\n", (int)(text - from), from);
	}
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* "parser: `lib/parse.c`, `t/parse.sh`", or a name alone. */
static int add_component(struct breaking *k, const char *text, struct ops_error *err)
{
	struct arena *arena = k->a->d->arena;
	size_t len = strcspn(text, ":"), i;
	const char *rest = text[len] ? text + len + 1 : "";
	struct component *c = &k->list[k->nr];

	while (len && text[len - 1] == ' ')
		len--;
	if (!len || strcspn(text, "\n") < len)
		return error_set(err, OPS_EUSAGE, "'%.60s' names no component", text);
	if (k->nr == COMPONENTS_MAX)
		return error_set(err, OPS_EUSAGE, "more than %d components",
				 COMPONENTS_MAX);
	c->name = arena_dup(arena, text, len);
	c->scope = rest[strspn(rest, " ")] ? scope_text(arena, rest) : NULL;
	if (!c->name || (rest[strspn(rest, " ")] && !c->scope))
		return error_nomem(err);
	for (i = 0; i < k->nr; i++)
		if (!strcmp(k->list[i].name, c->name))
			return error_set(err, OPS_EUSAGE, "component '%s' is there twice",
					 c->name);
	k->nr++;
	return 0;
}

/* Those that the request names, else those that the task lists. */
static int read_components(struct breaking *k, struct ops_error *err)
{
	const struct ops_request *r = k->a->request;
	const char *name = k->a->board->planning->breakdown.components;
	const struct section *one = section_find(k->sections, name ? name : "");
	const char *const *items = NULL;
	size_t i, nr = 0;
	int ret = 0;

	for (i = 0; ret == 0 && i < r->fields_nr; i++)
		if (!strcmp(r->fields[i].name, "Component"))
			ret = add_component(k, r->fields[i].value, err);
	if (ret || k->nr)
		return ret;
	if (one && !section_is_empty(k->sections, one) &&
	    section_items(&items, &nr, k->a->d->arena, k->sections, one))
		return error_nomem(err);
	for (i = 0; ret == 0 && i < nr; i++)
		ret = add_component(k, items[i], err);
	if (ret == 0 && !k->nr)
		ret = error_set(err, OPS_EUSAGE, "name its components (--component), or list "
				"them in a section '%s'", name ? name : "Components");
	return ret;
}

/* The capabilities it asks for, as a header of their own. */
static const char *capabilities(struct breaking *k)
{
	const struct board *b = k->a->board;
	const struct task *t = k->task;
	struct buf out = BUF_INIT;
	const char *text, *c;
	size_t i;

	buf_str(&out, "---\nCapabilities: {");
	for (i = 0; i < t->needs_nr; i++) {
		buf_str(&out, i ? ", \"" : "\"");
		for (c = b->skills[t->needs[i].name]; *c; c++) {
			if (*c == '"' || *c == '\\')
				buf_char(&out, '\\');
			buf_char(&out, *c);
		}
		buf_printf(&out, "\": %g", t->needs[i].value);
	}
	buf_str(&out, "}\n---\n");
	text = buf_failed(&out) ? NULL : arena_str(k->a->d->arena, out.data);
	buf_release(&out);
	return text;
}

/* A section of the whole, as it stands; "" without one. */
static int section_of(const char **out, struct breaking *k, const char *name)
{
	const struct section *one = section_find(k->sections, name);
	struct buf b = BUF_INIT;

	if (one)
		section_text(&b, k->sections, one);
	*out = buf_failed(&b) ? NULL : arena_str(k->a->d->arena, b.data);
	buf_release(&b);
	return *out ? 0 : OPS_ENOMEM;
}

struct making {
	struct ops_setting fields[16], sections[12];
	size_t fields_nr, sections_nr;
};

static void set(struct ops_setting *list, size_t *nr, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	list[*nr].name = name;
	list[(*nr)++].value = value;
}

/* What a part has of the whole. */
static int inherit(struct making *m, struct breaking *k, const struct component *c,
		   double share, struct ops_error *err)
{
	static const char *const fields[] = { "Priority", "Project", "Prompt", "Due" };
	static const char *const sections[] = {
		"Scope", "Not Your Job", "Out of Scope", "Out-of-Scope",
		"Acceptance Criteria", "Verification", "Verify", "Timeline", "Dependencies",
		"Resources"
	};
	struct arena *arena = k->a->d->arena;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		set(m->fields, &m->fields_nr, fields[i], document_text(k->doc, fields[i]));
	if (k->task->has_hours)
		set(m->fields, &m->fields_nr, "Estimated-Hours",
		    arena_printf(arena, "%.4g", k->task->hours * share));
	if (k->task->complexity > 0)
		set(m->fields, &m->fields_nr, "Complexity",
		    arena_printf(arena, "%.4g", k->task->complexity * share));
	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		if (section_of(&text, k, sections[i]))
			return error_nomem(err);
		if (!i && c && c->scope)
			text = c->scope;
		set(m->sections, &m->sections_nr, sections[i], text);
	}
	return 0;
}

/* Who would be chosen now, for the message. */
static void say_best(struct breaking *k, const char *id, const char *title,
		     const struct part_plan *p)
{
	struct task one = *k->task;
	const char *meant[] = { p->meant_for };
	struct score best;

	one.type = p->type;
	one.meant_for = (struct names){ meant, p->meant_for ? 1 : 0 };
	buf_printf(&k->a->d->body, "- %s: %s", id, title);
	if (choice_best(&best, k->a->board, k->a->run->track, &one))
		buf_printf(&k->a->d->body, "; the best now: %s, %.3f",
			   k->a->board->workers[best.worker].name, best.total);
	buf_str(&k->a->d->body, "\n");
}

/* Make one part.  *id is what it is called then. */
static int make_part(const char **id, struct breaking *k, enum part_kind kind,
		     const struct component *c, const char *after, struct ops_error *err)
{
	struct draft *d = k->a->d;
	const struct part_plan *p = &k->a->board->planning->breakdown.part[kind];
	double share = kind == PART_IMPLEMENTATION ? p->share / (double)k->nr : p->share;
	struct ops_request q = { .action = "new", .target = "task" };
	struct making m = { .fields_nr = 0, .sections_nr = 0 };
	const char *title, *goal, *whole;
	int ret;

	title = arena_printf(d->arena, "%s %s%s%s", p->title, c ? c->name : "",
			     c ? " of " : "", k->task->title);
	if (section_of(&whole, k, "Objective"))
		return error_nomem(err);
	goal = arena_printf(d->arena, "%s%s%s%s of '%s'.\n\nThe whole: %s", p->work,
			    c ? " '" : "", c ? c->name : "", c ? "'" : "",
			    k->task->title, *whole ? whole : k->task->title);
	if (!title || !goal)
		return error_nomem(err);
	set(m.fields, &m.fields_nr, "Title", title);
	set(m.fields, &m.fields_nr, "Type", p->type);
	set(m.fields, &m.fields_nr, "Parent", k->task->id);
	set(m.fields, &m.fields_nr, "For", p->meant_for);
	set(m.fields, &m.fields_nr, "Depends-On", after);
	set(m.sections, &m.sections_nr, "Objective", goal);
	ret = inherit(&m, k, c, share, err);
	if (kind == PART_IMPLEMENTATION && k->task->needs_nr) {
		q.text = capabilities(k);
		ret = ret || q.text ? ret : error_nomem(err);
	}
	q.fields = m.fields;
	q.fields_nr = m.fields_nr;
	q.sections = m.sections;
	q.sections_nr = m.sections_nr;
	ret = ret ? ret : act_new(d, &q, err);
	if (ret)
		return ret;
	*id = d->acts[d->acts_nr - 1].id;
	k->parts[k->parts_nr].name = "Part";
	k->parts[k->parts_nr++].value = *id;
	say_best(k, *id, title, p);
	return 0;
}

/* The items of Depends-On as one line. */
static int needed_before(const char **out, struct breaking *k)
{
	const char *const *list;
	size_t i, nr;

	*out = NULL;
	if (document_list(&list, &nr, k->doc, "Depends-On"))
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++) {
		*out = arena_printf(k->a->d->arena, "%s%s%s", *out ? *out : "",
				    *out ? ", " : "", list[i]);
		if (!*out)
			return OPS_ENOMEM;
	}
	return 0;
}

/* Planning waits for what the whole waited for, components for planning, what puts them
 * together for all components, and the test for that. */
static int make_parts(struct breaking *k, struct ops_error *err)
{
	struct arena *arena = k->a->d->arena;
	const char *before, *planned, *one, *all = NULL;
	size_t i;
	int ret = needed_before(&before, k) ? error_nomem(err) : 0;

	if (ret == 0)
		ret = make_part(&planned, k, PART_PLANNING, NULL, before, err);
	for (i = 0; ret == 0 && i < k->nr; i++) {
		ret = make_part(&one, k, PART_IMPLEMENTATION, &k->list[i], planned, err);
		if (ret)
			return ret;
		all = arena_printf(arena, "%s%s%s", all ? all : "", all ? ", " : "", one);
		if (!all)
			return error_nomem(err);
	}
	if (ret == 0)
		ret = make_part(&one, k, PART_INTEGRATION, NULL, all, err);
	return ret ? ret : make_part(&one, k, PART_TESTING, NULL, one, err);
}

int planning_breakdown(struct planning_act *a, struct ops_error *err)
{
	struct breaking k = { .a = a };
	struct ops_request q = { .action = "supersede" };
	int ret;

	if (!a->only)
		return error_set(err, OPS_EUSAGE, "name the task to break down");
	ret = draft_find(&k.doc, a->d, a->request->target, "task", err);
	if (ret)
		return ret;
	k.task = board_task(a->board, k.doc->id);
	if (!k.task)
		return error_set(err, OPS_EUSAGE, "'%s' is finished, or cannot be read",
				 k.doc->id);
	k.sections = doc_sections(k.doc->doc);
	if (!k.sections)
		return error_nomem(err);
	ret = read_components(&k, err);
	if (ret == 0)
		ret = make_parts(&k, err);
	if (ret)
		return ret;
	q.target = k.doc->path;
	q.reason = a->request->reason;
	q.fields = k.parts;
	q.fields_nr = k.parts_nr;
	return act_transition(a->d, &q, err);
}
