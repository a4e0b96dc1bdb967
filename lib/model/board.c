/* SPDX-License-Identifier: MIT */
/*
 * Reading the board out of a world.
 *
 * Documents are read one after the other and forgotten; what planning needs of them is
 * copied.  Values are held against the definition of their field, so that what counts
 * here is what the judge would let pass.
 */

#include "model/board.h"

#include <stdlib.h>
#include <string.h>

#include "model/depend.h"
#include "util/map.h"
#include "util/path.h"

#define SKILL_MAX 1000.0

struct reading {
	struct board *b;
	const struct type *type;
	struct ops_findings *findings;
	struct map *words;	/* strings that come again and again, once each */
	size_t room;
};

struct task *board_task(const struct board *b, const char *id)
{
	return map_get(b->by_id, id);
}

size_t board_worker(const struct board *b, const char *name)
{
	const struct agent *a = roster_agent_named(b->roster, name);

	return a ? (size_t)(a - roster_at(b->roster, 0)) : NONE;
}

double worker_skill(const struct worker *w, size_t skill)
{
	size_t low = 0, high = w->skills_nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (w->skills[middle].name == skill)
			return w->skills[middle].value;
		if (w->skills[middle].name < skill)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

bool task_is_held(const struct task *t)
{
	return t->agent != NONE && t->work != WORK_QUEUED;
}

bool task_is_free(const struct task *t)
{
	size_t i;

	for (i = 0; i < t->depends_nr; i++)
		if (t->depends[i].state != DEPENDS_COMPLETE)
			return false;
	return true;
}

/* The one copy of a word; NULL stays NULL.  False when out of memory. */
static bool keep(const char **out, struct reading *r, const char *text)
{
	char *copy;

	*out = NULL;
	if (!text)
		return true;
	*out = map_get(r->words, text);
	if (*out)
		return true;
	copy = arena_str(r->b->arena, text);
	if (!copy || map_put(r->words, copy, copy))
		return false;
	*out = copy;
	return true;
}

/* The value of a field, if its type allows it; else a finding, and NULL. */
static const struct yaml_node *value_of(struct reading *r, const struct ops_document *d,
					const char *name)
{
	const struct yaml_node *node = doc_field(d->doc, name);
	const struct field *f = node ? type_field(d->type, name) : NULL;
	const char *fault = f ? field_fault(r->b->arena, d->type, f, node) : NULL;

	if (node && node->kind == YAML_SCALAR && !node->len)
		return NULL;
	if (!fault)
		return node;
	findings_add(r->findings, "field.value", OPS_ERROR, d->path, node->start.line,
		     node->start.column, NULL, "'%s' %s; it does not count here", name,
		     fault);
	return NULL;
}

static const char *text_of(struct reading *r, const struct ops_document *d,
			   const char *name)
{
	const struct yaml_node *node = value_of(r, d, name);

	return node && node->kind == YAML_SCALAR ? node->value : NULL;
}

static double number_of(struct reading *r, const struct ops_document *d, const char *name,
			bool *has)
{
	const char *text = text_of(r, d, name);

	if (has)
		*has = text != NULL;
	return text ? strtod(text, NULL) : 0;
}

static int64_t day_of(struct reading *r, const struct ops_document *d, const char *name)
{
	const char *text = text_of(r, d, name);
	struct date date;

	return text && date_parse(&date, text) ? date_to_days(date) : NO_DAY;
}

static int skill_number(size_t *out, struct board *b, const char *name)
{
	size_t known = (size_t)map_get(b->skill_map, name);
	const char **list;

	if (known) {
		*out = known - 1;
		return 0;
	}
	if (b->skills_nr % 64 == 0) {
		list = arena_array(b->arena, b->skills_nr + 64, sizeof(*list));
		if (!list)
			return OPS_ENOMEM;
		if (b->skills_nr)
			memcpy(list, b->skills, b->skills_nr * sizeof(*list));
		b->skills = list;
	}
	b->skills[b->skills_nr] = arena_str(b->arena, name);
	*out = b->skills_nr++;
	return b->skills[*out] ?
	       map_put(b->skill_map, name, (void *)(size_t)b->skills_nr) : OPS_ENOMEM;
}

static int compare_skills(const void *a, const void *b)
{
	const struct skill *x = a, *y = b;

	return (x->name > y->name) - (x->name < y->name);
}

/* "c: 0.9, sql: 1".  A number that is none, or below 0, or beyond `max`, is a finding. */
static int read_skills(struct skill **out, size_t *nr, struct reading *r,
		       const struct ops_document *d, double max)
{
	const struct yaml_node *map = value_of(r, d, "Capabilities");
	struct skill *list;
	const char *text;
	char *end;
	size_t i;
	double n;

	if (!map || map->kind != YAML_MAP)
		return 0;
	list = arena_array(r->b->arena, map->nr + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < map->nr; i++) {
		const struct yaml_node *value = map->pairs[i].value;

		text = value->value;
		n = *text && strspn(text, ".0123456789") == strlen(text) ?
		    strtod(text, &end) : -1;
		if (n < 0 || *end || n > max) {
			findings_add(r->findings, "field.value", OPS_ERROR, d->path,
				     value->start.line, value->start.column,
				     "write for example 0.8", "'%s' in Capabilities is '%s', "
				     "not a number from 0 to %g; it counts as 0",
				     map->pairs[i].key->value, text, max);
			n = 0;
		}
		if (skill_number(&list[*nr].name, r->b, map->pairs[i].key->value))
			return OPS_ENOMEM;
		list[(*nr)++].value = n;
	}
	qsort(list, *nr, sizeof(*list), compare_skills);
	*out = list;
	return 0;
}

static enum work work_of(const char *status)
{
	static const char *const names[] = { "Queued", "Assigned", "In-Progress", "Review",
					     "Blocked" };
	unsigned i;

	for (i = 0; i < WORK_OTHER && status; i++)
		if (!strcmp(status, names[i]))
			return (enum work)i;
	return WORK_OTHER;
}

/* Its place among the values of the field, of which the first is the gravest. */
static int read_priority(struct task *t, struct reading *r, const struct ops_document *d)
{
	const struct field *f = type_field(d->type, "Priority");
	const char *text = text_of(r, d, "Priority");
	size_t nr = f ? f->values.nr : 0, i;

	t->priority = (unsigned)nr;
	for (i = 0; text && i < nr; i++)
		if (!strcmp(f->values.list[i], text))
			t->priority = (unsigned)i;
	return keep(&t->priority_name, r, text) ? 0 : OPS_ENOMEM;
}

/* A list of words, copied. */
static int read_names(struct names *out, struct reading *r, const struct ops_document *d,
		      const char *name)
{
	const struct yaml_node *node = value_of(r, d, name);
	const struct field *f = node ? type_field(d->type, name) : NULL;
	struct names names = { NULL, 0 };
	const char *word;
	size_t i;

	if (!f)
		return 0;
	if (field_items(&names, r->b->arena, f, node))
		return OPS_ENOMEM;
	for (i = 0; i < names.nr; i++)
		if (!keep(&word, r, names.list[i]) || names_add(out, r->b->arena, word))
			return OPS_ENOMEM;
	return 0;
}

static int read_depends(struct task *t, struct reading *r, const struct ops_document *d)
{
	const struct yaml_node *node = value_of(r, d, "Depends-On");
	const struct field *f = type_field(d->type, "Depends-On");
	struct names names = { NULL, 0 };
	size_t i;

	if (!node || !f)
		return 0;
	if (field_items(&names, r->b->arena, f, node))
		return OPS_ENOMEM;
	t->depends = arena_array(r->b->arena, names.nr + 1, sizeof(*t->depends));
	if (!t->depends)
		return OPS_ENOMEM;
	for (i = 0; i < names.nr; i++) {
		t->depends[i].task = NONE;
		t->depends[i].name = arena_str(r->b->arena, names.list[i]);
		if (!t->depends[i].name)
			return OPS_ENOMEM;
	}
	t->depends_nr = names.nr;
	t->depends_line = node->start.line;
	return 0;
}

static int read_task(struct task *t, struct reading *r, const struct ops_document *d)
{
	struct arena *arena = r->b->arena;
	const char *title = document_text(d, "Title");
	const char *reason = document_text(d, "Blocked-Reason");

	t->id = arena_str(arena, d->id);
	t->path = arena_str(arena, d->path);
	t->title = arena_str(arena, title ? title : "");
	t->blocked_reason = reason ? arena_str(arena, reason) : NULL;
	if (!t->id || !t->path || !t->title || (reason && !t->blocked_reason) ||
	    !keep(&t->status, r, d->status ? d->status : "") ||
	    !keep(&t->type, r, document_text(d, "Type")) ||
	    !keep(&t->project, r, document_text(d, "Project")) ||
	    !keep(&t->prompt, r, document_text(d, "Prompt")) ||
	    !keep(&t->assigned_to, r, text_of(r, d, "Assigned-To")))
		return OPS_ENOMEM;
	t->work = work_of(d->status);
	t->hours = number_of(r, d, "Estimated-Hours", &t->has_hours);
	t->complexity = number_of(r, d, "Complexity", NULL);
	t->rework = (unsigned)number_of(r, d, "Rework", NULL);
	t->due = day_of(r, d, "Due");
	document_place(d, "Due", &t->due_line, &t->due_column);
	t->started = day_of(r, d, "Started");
	t->assigned = day_of(r, d, "Assigned");
	t->accepted = document_text(d, "Accepted") != NULL;
	t->raised = document_text(d, "Raised") != NULL;
	if (read_names(&t->meant_for, r, d, "For") ||
	    read_names(&t->blocked_by, r, d, "Blocked-By"))
		return OPS_ENOMEM;
	t->agent = t->assigned_to ? board_worker(r->b, t->assigned_to) : NONE;
	if (read_skills(&t->needs, &t->needs_nr, r, d, 1) || read_priority(t, r, d))
		return OPS_ENOMEM;
	return read_depends(t, r, d);
}

static int add_task(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct reading *r = payload;
	struct board *b = r->b;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	struct task *list;

	if (!d->doc) {
		b->unreadable++;
		return 0;
	}
	if (state && state->final)
		return 0;
	if (b->tasks_nr == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		list = arena_array(b->arena, r->room, sizeof(*list));
		if (!list)
			return error_nomem(err);
		if (b->tasks_nr)
			memcpy(list, b->tasks, b->tasks_nr * sizeof(*list));
		b->tasks = list;
	}
	memset(&b->tasks[b->tasks_nr], 0, sizeof(*b->tasks));
	if (read_task(&b->tasks[b->tasks_nr], r, d))
		return error_nomem(err);
	b->tasks_nr++;
	return 0;
}

/* Its own days and hours over those of the configuration. */
static int read_calendar(struct worker *w, struct reading *r, const struct ops_document *d)
{
	struct names days = { NULL, 0 }, away = { NULL, 0 };
	struct calendar *c = &w->calendar;
	const struct yaml_node *node;
	const char *zone, *fault = NULL;
	unsigned line, column;
	size_t i;

	*c = r->b->calendar;
	node = value_of(r, d, "Working-Days");
	if (node && field_items(&days, r->b->arena, type_field(d->type, "Working-Days"), node))
		return OPS_ENOMEM;
	if (planning_days(&days))
		c->days = planning_days(&days);
	else if (days.nr)
		fault = "Working-Days";
	if (number_of(r, d, "Hours-Per-Day", NULL) > 0)
		c->hours = number_of(r, d, "Hours-Per-Day", NULL);
	zone = text_of(r, d, "Timezone");
	if (zone && !calendar_zone(&c->zone, zone))
		fault = "Timezone";
	node = value_of(r, d, "Away");
	for (i = 0; i < r->b->planning->holidays_nr && node; i++) {
		char text[DATE_LEN + 1];

		date_format(text, date_from_days(r->b->planning->holidays[i]));
		if (names_add(&away, r->b->arena, arena_str(r->b->arena, text)))
			return OPS_ENOMEM;
	}
	if (node) {
		int64_t *off = NULL;
		const char *bad = NULL;
		size_t nr = 0;

		if (field_items(&away, r->b->arena, type_field(d->type, "Away"), node) ||
		    planning_dates(&off, &nr, &bad, r->b->arena, &away))
			return OPS_ENOMEM;
		if (bad)
			fault = "Away";
		else {
			c->off = off;
			c->off_nr = nr;
		}
	}
	if (!fault)
		return 0;
	document_place(d, fault, &line, &column);
	findings_add(r->findings, "field.value", OPS_ERROR, d->path, line, column,
		     !strcmp(fault, "Timezone") ? "write for example +02:00" :
		     !strcmp(fault, "Away") ? "write for example 2026-02-01..2026-02-14" :
		     "write for example [Mon, Tue]",
		     "'%s' cannot be understood; it does not count here", fault);
	return 0;
}

static int read_worker(struct worker *w, struct reading *r, const struct agent *a,
		       struct ops_error *err)
{
	struct ops_document *d;
	bool has;
	int ret = world_document(&d, r->b->world, a->path, r->findings, err);

	if (ret == OPS_EINVALID)
		return 0;	/* it was reported; it takes no work */
	if (ret)
		return ret;
	w->agent = a;
	w->name = arena_printf(r->b->arena, "%s/%s", a->department, a->id);
	w->works = a->active && agent_holds(a, "work");
	w->limit = (unsigned)number_of(r, d, "Max-Concurrent", &has);
	if (!has)
		w->limit = r->b->planning->max_concurrent;
	if (!w->name || !keep(&w->archetype, r, document_text(d, "Archetype")) ||
	    read_skills(&w->skills, &w->skills_nr, r, d, 1) ||
	    read_calendar(w, r, d))
		return error_nomem(err);
	w->today = calendar_today(&w->calendar, r->b->now);
	/* A weekend is no absence: work is given on it too. */
	w->away = w->calendar.off != r->b->calendar.off &&
		  !calendar_works(&(struct calendar){ 0x7f, 1, w->calendar.off,
						      w->calendar.off_nr, 0 }, w->today);
	return 0;
}

static int read_workers(struct reading *r, struct ops_error *err)
{
	struct board *b = r->b;
	size_t i;
	int ret = 0;

	/* What is wrong with the roster is wrong with every plan. */
	for (i = 0; i < ops_findings_count(roster_findings(b->roster)); i++) {
		const struct ops_finding *f = ops_findings_at(roster_findings(b->roster), i);

		findings_add(r->findings, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s", f->message);
		b->unreadable += f->severity == OPS_ERROR;
	}
	b->workers_nr = roster_count(b->roster);
	b->workers = arena_array(b->arena, b->workers_nr + 1, sizeof(*b->workers));
	if (!b->workers)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < b->workers_nr; i++) {
		b->workers[i].agent = roster_at(b->roster, i);
		b->workers[i].name = b->workers[i].agent->id;
		ret = read_worker(&b->workers[i], r, b->workers[i].agent, err);
	}
	return ret;
}

/* What a name that is no active task means: a task of the archive, or nothing. */
static int look_up(struct dependency *dep, struct board *b, struct map *known,
		   struct ops_findings *findings, struct ops_error *err)
{
	struct dependency *before = map_get(known, dep->name);
	struct ops_document *d;
	const char *path;
	int ret;

	if (before) {
		dep->state = before->state;
		dep->status = before->status;
		return 0;
	}
	dep->state = DEPENDS_UNKNOWN;
	ret = world_exact_path(&path, b->world, dep->name, "task", NULL);
	if (ret == 0)
		ret = world_document(&d, b->world, path, findings, err);
	if (ret == 0) {
		dep->status = d->status;
		dep->state = d->status && !strcmp(d->status, "Complete") ?
			     DEPENDS_COMPLETE : DEPENDS_ENDED;
	} else if (ret == OPS_ENOMEM || ret == OPS_EIO) {
		return ret;
	}
	return map_put(known, dep->name, dep) ? error_nomem(err) : 0;
}

static int link_tasks(struct board *b, struct ops_findings *findings,
		      struct ops_error *err)
{
	struct map *known = map_new(b->arena);
	const char *stem;
	char id[PATH_PART_MAX + 1];
	struct task *to;
	size_t i, k, len;
	int ret = known ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		if (map_put(b->by_id, b->tasks[i].id, &b->tasks[i]))
			ret = error_nomem(err);
	for (i = 0; ret == 0 && i < b->tasks_nr; i++) {
		for (k = 0; ret == 0 && k < b->tasks[i].depends_nr; k++) {
			struct dependency *dep = &b->tasks[i].depends[k];

			len = path_stem(dep->name, &stem);
			to = NULL;
			if (!strchr(dep->name, '/')) {
				to = board_task(b, dep->name);
			} else if (len <= PATH_PART_MAX) {
				memcpy(id, stem, len);
				id[len] = '\0';
				to = board_task(b, id);
				to = to && !strcmp(to->path, dep->name) ? to : NULL;
			}
			if (to)
				dep->task = (size_t)(to - b->tasks);
			else
				ret = look_up(dep, b, known, findings, err);
		}
	}
	return ret;
}

static void count_work(struct board *b)
{
	size_t i;

	for (i = 0; i < b->tasks_nr; i++) {
		const struct task *t = &b->tasks[i];

		if (!task_is_held(t))
			continue;
		b->workers[t->agent].active++;
		b->workers[t->agent].hours += t->hours;
		b->workers[t->agent].complexity += t->complexity;
	}
}

static int fill(struct board *b, struct ops_findings *findings, struct ops_error *err)
{
	struct reading r = { b, NULL, findings, NULL, 0 };
	const struct planning *p;
	int ret = world_config(&b->config, b->world, err);

	if (ret == 0)
		ret = world_roster(&b->roster, b->world, err);
	if (ret)
		return ret;
	b->planning = p = &b->config->planning;
	b->calendar = (struct calendar){ p->working_days, p->hours_per_day, p->holidays,
					 p->holidays_nr, 0 };
	b->today = calendar_today(&b->calendar, b->now);
	b->by_id = map_new(b->arena);
	b->skill_map = map_new(b->arena);
	r.words = map_new(b->arena);
	if (!b->by_id || !b->skill_map || !r.words)
		return error_nomem(err);
	ret = read_workers(&r, err);
	if (ret == 0)
		ret = world_each(b->world, config_type(b->config, "task"), false, false,
				 add_task, &r, findings, err);
	if (ret == 0)
		ret = link_tasks(b, findings, err);
	if (ret == 0)
		ret = depend_expand(b, findings, err);
	if (ret == 0)
		count_work(b);
	return ret;
}

int board_read(struct board **out, struct world *w, int64_t now,
	       struct ops_findings *findings, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct board *b = arena ? arena_alloc(arena, sizeof(*b)) : NULL;
	int ret;

	if (!b) {
		arena_free(arena);
		return error_nomem(err);
	}
	b->arena = arena;
	b->world = w;
	b->now = now;
	ret = fill(b, findings, err);
	if (ret) {
		arena_free(arena);
		return ret;
	}
	*out = b;
	return 0;
}

void board_free(struct board *b)
{
	if (b)
		arena_free(b->arena);
}
