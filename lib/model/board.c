/* SPDX-License-Identifier: MIT */
/*
 * Reading the board out of a world.
 *
 * Documents are read one after the other and forgotten; what planning needs of them is
 * copied.  Values are held against the definition of their field, so that what counts
 * here is what the judge would let pass.
 */

#include "model/board_inside.h"

#include <stdlib.h>
#include <string.h>

#include "model/depend.h"
#include "model/roll.h"
#include "util/array.h"
#include "util/path.h"

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
bool board_keep(const char **out, struct reading *r, const char *text)
{
	*out = text ? map_word(r->words, text) : NULL;
	return *out || !text;
}

/* The value of a field, if its type allows it; else a finding, and NULL. */
const struct yaml_node *board_value_of(struct reading *r, const struct ops_document *d,
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

const char *board_text_of(struct reading *r, const struct ops_document *d,
			   const char *name)
{
	const struct yaml_node *node = board_value_of(r, d, name);

	return node && node->kind == YAML_SCALAR ? node->value : NULL;
}

double board_number_of(struct reading *r, const struct ops_document *d, const char *name,
			bool *has)
{
	const char *text = board_text_of(r, d, name);

	if (has)
		*has = text != NULL;
	return text ? strtod(text, NULL) : 0;
}

static int64_t day_of(struct reading *r, const struct ops_document *d, const char *name)
{
	const char *text = board_text_of(r, d, name);
	struct date date;

	return text && date_parse(&date, text) ? date_to_days(date) : NO_DAY;
}

int board_skill(size_t *out, struct board *b, const char *name)
{
	size_t known = (size_t)map_get(b->skill_map, name);
	const char **list;

	if (known) {
		*out = known - 1;
		return 0;
	}
	list = arena_room(b->arena, b->skills, b->skills_nr, &b->skills_room, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	b->skills = list;
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

void board_sort_skills(struct skill *list, size_t nr)
{
	if (nr)
		qsort(list, nr, sizeof(*list), compare_skills);
}

/* "c: 0.9, sql: 1".  A number that is none, or below 0, or beyond `max`, is a finding. */
int board_read_skills(struct skill **out, size_t *nr, struct reading *r,
		       const struct ops_document *d, double max)
{
	const struct yaml_node *map = board_value_of(r, d, "Capabilities");
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
		if (board_skill(&list[*nr].name, r->b, map->pairs[i].key->value))
			return OPS_ENOMEM;
		list[(*nr)++].value = n;
	}
	board_sort_skills(list, *nr);
	*out = list;
	return 0;
}

static const char *const work_names[] = { "Queued", "Assigned", "In-Progress", "Review",
					  "Blocked" };

const char *work_name(enum work work)
{
	return work < WORK_OTHER ? work_names[work] : NULL;
}

static enum work work_of(const char *status)
{
	unsigned i;

	for (i = 0; i < WORK_OTHER && status; i++)
		if (!strcmp(status, work_names[i]))
			return (enum work)i;
	return WORK_OTHER;
}

/* Its place among the values of the field, of which the first is the gravest. */
static int read_priority(struct task *t, struct reading *r, const struct ops_document *d)
{
	const struct field *f = type_field(d->type, "Priority");
	const char *text = board_text_of(r, d, "Priority");
	size_t nr = f ? f->values.nr : 0, i;

	t->priority = (unsigned)nr;
	for (i = 0; text && i < nr; i++)
		if (!strcmp(f->values.list[i], text))
			t->priority = (unsigned)i;
	return board_keep(&t->priority_name, r, text) ? 0 : OPS_ENOMEM;
}

/* A list of words, copied. */
static int read_names(struct names *out, struct reading *r, const struct ops_document *d,
		      const char *name)
{
	const struct yaml_node *node = board_value_of(r, d, name);
	const struct field *f = node ? type_field(d->type, name) : NULL;
	struct names names = { NULL, 0 };
	const char *word;
	size_t i;

	if (!f)
		return 0;
	if (field_items(&names, r->b->arena, f, node))
		return OPS_ENOMEM;
	for (i = 0; i < names.nr; i++)
		if (!board_keep(&word, r, names.list[i]) || names_add(out, r->b->arena, word))
			return OPS_ENOMEM;
	return 0;
}

static int read_depends(struct task *t, struct reading *r, const struct ops_document *d)
{
	const struct yaml_node *node = board_value_of(r, d, "Depends-On");
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

int board_read_task(struct task *t, struct reading *r, const struct ops_document *d)
{
	struct arena *arena = r->b->arena;
	const char *title = document_text(d, "Title");
	const char *reason = document_text(d, "Blocked-Reason");

	t->id = arena_str(arena, d->id);
	t->path = arena_str(arena, d->path);
	t->title = arena_str(arena, title ? title : "");
	t->blocked_reason = reason ? arena_str(arena, reason) : NULL;
	if (!t->id || !t->path || !t->title || (reason && !t->blocked_reason) ||
	    !board_keep(&t->status, r, d->status ? d->status : "") ||
	    !board_keep(&t->type, r, document_text(d, "Type")) ||
	    !board_keep(&t->project, r, document_text(d, "Project")) ||
	    !board_keep(&t->prompt, r, document_text(d, "Prompt")) ||
	    !board_keep(&t->assigned_to, r, board_text_of(r, d, "Assigned-To")))
		return OPS_ENOMEM;
	t->work = work_of(d->status);
	t->hours = board_number_of(r, d, "Estimated-Hours", &t->has_hours);
	t->complexity = board_number_of(r, d, "Complexity", NULL);
	t->rework = (unsigned)board_number_of(r, d, "Rework", NULL);
	t->due = day_of(r, d, "Due");
	document_place(d, "Due", &t->due_line, &t->due_column);
	t->started = day_of(r, d, "Started");
	t->assigned = day_of(r, d, "Assigned");
	t->accepted = document_text(d, "Accepted") != NULL;
	t->raised = document_text(d, "Raised") != NULL;
	if (read_names(&t->meant_for, r, d, "For") ||
	    read_names(&t->blocked_by, r, d, "Blocked-By"))
		return OPS_ENOMEM;
	t->agent = t->assigned_to && r->b->roster ? board_worker(r->b, t->assigned_to) : NONE;
	if (board_read_skills(&t->needs, &t->needs_nr, r, d, 1) || read_priority(t, r, d))
		return OPS_ENOMEM;
	return read_depends(t, r, d);
}

/* Room for one more. */
static struct task *next_task(struct reading *r)
{
	struct board *b = r->b;

	if (array_room(&b->tasks, b->tasks_nr, &r->room, sizeof(*b->tasks)))
		return NULL;
	memset(&b->tasks[b->tasks_nr], 0, sizeof(*b->tasks));
	return &b->tasks[b->tasks_nr];
}

static int add_task(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct reading *r = payload;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	struct task *t;

	if (!d->doc) {
		r->b->unreadable++;
		return 0;
	}
	if (state && state->final)
		return 0;
	t = next_task(r);
	if (!t || board_read_task(t, r, d))
		return error_nomem(err);
	r->b->tasks_nr++;
	return 0;
}

/* A line of the roll instead of its document. */
int board_add_line(const struct roll_line *line, bool plain, void *payload,
		   struct ops_error *err)
{
	struct reading *r = payload;
	const char *status = plain ? roll_value(line, ROLL_STATE) : NULL;
	const struct state *state = status ? type_state(r->type, status) : NULL;
	struct task *t;
	char *path;
	int ret;

	if (state && state->final)
		return 0;
	t = next_task(r);
	if (!t)
		return error_nomem(err);
	ret = plain ? roll_task(t, r->b, r->b->arena, line) : OPS_ENOTFOUND;
	if (ret == 0) {
		t->agent = t->assigned_to ? board_worker(r->b, t->assigned_to) : NONE;
		r->b->tasks_nr++;
	}
	if (ret != OPS_ENOTFOUND)
		return ret;
	path = roll_path(line, r->b->arena);
	return path ? world_at(r->b->world, r->type, path, add_task, r, r->findings, err) :
	       OPS_ENOTFOUND;
}

/* All of them; from the roll if there is one, and it can tell. */
static int read_tasks(struct reading *r, struct ops_error *err)
{
	struct roll *roll = world_roll(r->b->world);
	struct ops_findings *apart = roll ? ops_findings_new() : NULL, *own = r->findings;
	size_t unreadable = r->b->unreadable;
	int ret = OPS_ENOTFOUND;

	if (roll && !apart)
		return error_nomem(err);
	if (roll) {
		r->findings = apart;
		ret = roll_each(roll, r->type, false, board_add_line, r, err);
		r->findings = own;
		if (ret == 0 && !world_roll(r->b->world))
			ret = OPS_ENOTFOUND;
		if (ret == 0)
			ops_findings_copy(own, apart, NULL);
	}
	ops_findings_free(apart);
	if (ret != OPS_ENOTFOUND)
		return ret;
	r->b->tasks_nr = 0;
	r->b->unreadable = unreadable;
	return world_each(r->b->world, r->type, false, false, add_task, r, r->findings, err);
}

/* The status of the task at a path, which is not active. */
static int status_at(const char **out, struct board *b, const char *path,
		     struct ops_findings *findings, struct ops_error *err)
{
	struct roll *roll = world_roll(b->world);
	struct ops_document *d;
	struct roll_line line;
	int ret;

	if (roll && roll_at(&line, roll, path) == 0 && roll_is_plain(&line) &&
	    roll_type(&line)) {
		*out = roll_value(&line, ROLL_STATE);
		return 0;
	}
	ret = world_document(&d, b->world, path, findings, err);
	if (ret == 0)
		*out = d->status;
	return ret;
}

/* What a name that is no active task means: a task of the archive, or nothing. */
int board_look_up(struct dependency *dep, struct board *b, struct map *known,
		  struct ops_findings *findings, struct ops_error *err)
{
	struct dependency *before = map_get(known, dep->name);
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
		ret = status_at(&dep->status, b, path, findings, err);
	if (ret == 0)
		dep->state = dep->status && !strcmp(dep->status, "Complete") ?
			     DEPENDS_COMPLETE : DEPENDS_ENDED;
	else if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return ret;
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
				ret = board_look_up(dep, b, known, findings, err);
		}
	}
	return ret;
}

/* What a board is read with, and who works. */
static int begin(struct reading *r, struct ops_error *err)
{
	struct board *b = r->b;
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
	r->type = config_type(b->config, "task");
	r->words = map_new(b->arena);
	if (!b->by_id || !b->skill_map || !r->words)
		return error_nomem(err);
	return board_read_workers(r, err);
}

int board_begin(struct board **out, struct world *w, int64_t now, struct reading *r,
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
	b->scratch = arena_new();
	b->world = w;
	b->now = now;
	*r = (struct reading){ b, NULL, findings, NULL, 0 };
	ret = b->scratch ? begin(r, err) : error_nomem(err);
	if (ret)
		board_free(b);
	else
		*out = b;
	return ret;
}

int board_read(struct board **out, struct world *w, int64_t now,
	       struct ops_findings *findings, struct ops_error *err)
{
	struct reading r;
	struct board *b;
	int ret = board_begin(&b, w, now, &r, findings, err);

	if (ret)
		return ret;
	ret = read_tasks(&r, err);
	if (ret == 0)
		ret = link_tasks(b, findings, err);
	if (ret == 0)
		ret = depend_expand(b, findings, err);
	if (ret == 0 && board_make_jobs(b))
		ret = error_nomem(err);
	if (ret) {
		board_free(b);
		return ret;
	}
	board_count_work(b);
	*out = b;
	return ret;
}

void board_free(struct board *b)
{
	if (!b)
		return;
	free(b->tasks);
	free(b->apart);
	arena_free(b->scratch);
	arena_free(b->arena);
}
