/* SPDX-License-Identifier: MIT */
/*
 * Making a segment of a roll: lines of what was read, then one sealed file.  What is only
 * added to lies in files without a name meanwhile, so that memory holds the rows and their names.
 *
 * Texts that come again and again are kept once.  A document about which there is
 * anything to say gets a line that says so and no more: whoever meets it reads it.  What
 * a line holds is a function of the document and the configuration alone: nothing here
 * may depend on the clock, the roster or other documents.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/board_inside.h"
#include "model/roll_inside.h"
#include "model/world_inside.h"
#include "util/path.h"

static const char *const field_names[ROLL_FIELDS] = {
	NULL, "Title", "Name", "Assigned-To", "Department", "Priority", "Due", "Parts",
	"Status", "Type", "Project", "Started", "Completed", "Cancelled", "Rework"
};

/* A row, and what is more of it. */
struct whole {
	struct roll_row row;
	struct roll_more more;
};

bool roll_field_named(enum roll_field *out, const char *name)
{
	unsigned i;

	for (i = ROLL_STATE + 1; i < ROLL_FIELDS; i++)
		if (field_names[i][0] == name[0] && field_names[i][1] == name[1] &&
		    !strcmp(field_names[i], name)) {
			*out = (enum roll_field)i;
			return true;
		}
	return false;
}

static const char *text_at(const void *whole, uint32_t at)
{
	return ((const struct buf *)whole)->data + at;
}

int roll_writer_init(struct roll_writer *wr, struct world *w, const struct roll_place *place,
		     struct ops_error *err)
{
	unsigned i;

	memset(wr, 0, sizeof(*wr));
	for (i = 0; i < ROLL_NEAR_PARTS; i++)
		buf_init(&wr->part[i]);
	for (i = ROLL_NEAR_PARTS; i < ROLL_PARTS; i++)
		wr->pile[i].store = place->store;
	wr->world = w;
	wr->place = place;
	wr->scratch = arena_new();
	wr->board = arena_new();
	numbering_init(&wr->words, text_at, &wr->part[PART_WORDS]);
	numbering_init(&wr->names, text_at, &wr->part[PART_NAMES]);
	wr->findings = ops_findings_new();
	/* 0 is no text, 1 the empty one. */
	buf_add(&wr->part[PART_WORDS], "\0", 2);
	buf_add(&wr->part[PART_NAMES], "\0", 2);
	buf_add(&wr->part[PART_STEMS], "\0", 2);
	roll_put(wr, PART_TEXT, "\0", 2);
	if (!wr->scratch || !wr->board || !wr->findings)
		return error_nomem(err);
	return world_config(&wr->config, w, err);
}

void roll_writer_release(struct roll_writer *wr)
{
	unsigned i;

	for (i = 0; i < ROLL_NEAR_PARTS; i++)
		buf_release(&wr->part[i]);
	for (i = ROLL_NEAR_PARTS; i < ROLL_PARTS; i++)
		spill_release(&wr->pile[i]);
	ops_findings_free(wr->findings);
	arena_free(wr->board);
	arena_free(wr->scratch);
	numbering_release(&wr->names);
	numbering_release(&wr->words);
}

void roll_put(struct roll_writer *wr, enum roll_part part, const void *data, size_t len)
{
	size_t now;

	for (; len && !wr->failed; data = (const char *)data + now, len -= now) {
		now = len < SPILL_ONCE ? len : SPILL_ONCE;
		wr->failed = spill_add(&wr->pile[part], data, now, NULL);
	}
}

const void *roll_look(struct roll_writer *wr, enum roll_part part, size_t at, size_t len)
{
	const void *there = NULL;

	if (!wr->failed)
		wr->failed = spill_look(&there, &wr->pile[part], at, len, NULL);
	return there;
}

/* How many of `size` bytes a part has. */
static uint32_t count(const struct roll_writer *wr, enum roll_part part, size_t size)
{
	return (uint32_t)(spill_len(&wr->pile[part]) / size);
}

static uint32_t add_text(struct roll_writer *wr, const char *text)
{
	uint32_t at = count(wr, PART_TEXT, 1);

	if (!text || !*text)
		return text ? 1 : 0;
	roll_put(wr, PART_TEXT, text, strlen(text) + 1);
	return at;
}

/* A text that is kept once. */
static uint32_t add_once(struct buf *b, struct numbering *known, const char *text)
{
	uint32_t at;

	if (!text || !*text)
		return text ? 1 : 0;
	at = numbering_find(known, text);
	if (at)
		return at;
	at = (uint32_t)b->len;
	buf_add(b, text, strlen(text) + 1);
	if (!buf_failed(b) && numbering_add(known, at))
		b->failed = true;
	return at;
}

static uint32_t add_word(struct roll_writer *wr, const char *word)
{
	return add_once(&wr->part[PART_WORDS], &wr->words, word);
}

static int32_t short_day(int64_t day)
{
	return day <= INT32_MIN || day > INT32_MAX ? INT32_MIN : (int32_t)day;
}

static uint32_t items_at(const struct roll_writer *wr)
{
	return count(wr, PART_ITEMS, sizeof(struct roll_item));
}

static void add_item(struct roll_writer *wr, const char *name, double value)
{
	struct roll_item item = { .value = value };

	item.name = add_once(&wr->part[PART_NAMES], &wr->names, name);
	roll_put(wr, PART_ITEMS, &item, sizeof(item));
}

static uint32_t add_names(struct roll_writer *wr, const struct names *names)
{
	uint32_t at = items_at(wr);
	size_t i;

	for (i = 0; i < names->nr; i++)
		add_item(wr, names->list[i], 0);
	return at;
}

/* What a task needs, depends on, is for, and was blocked by. */
static void add_items(struct roll_writer *wr, struct roll_image *to, const struct board *b,
		      const struct task *t)
{
	size_t i;

	to->needs = items_at(wr);
	to->needs_nr = (uint32_t)t->needs_nr;
	for (i = 0; i < t->needs_nr; i++)
		add_item(wr, b->skills[t->needs[i].name], t->needs[i].value);
	to->depends = items_at(wr);
	to->depends_nr = (uint32_t)t->depends_nr;
	for (i = 0; i < t->depends_nr; i++)
		add_item(wr, t->depends[i].name, 0);
	to->meant_for = add_names(wr, &t->meant_for);
	to->meant_for_nr = (uint32_t)t->meant_for.nr;
	to->blocked_by = add_names(wr, &t->blocked_by);
	to->blocked_by_nr = (uint32_t)t->blocked_by.nr;
}

static void add_image(struct roll_writer *wr, struct roll_row *row, const struct board *b,
		      const struct task *t)
{
	struct roll_image i = { 0 };

	i.hours = t->hours;
	i.complexity = t->complexity;
	i.due = short_day(t->due);
	i.started = short_day(t->started);
	i.assigned = short_day(t->assigned);
	i.due_line = t->due_line;
	i.due_column = t->due_column;
	i.depends_line = t->depends_line;
	i.rework = t->rework;
	i.priority = t->priority;
	i.status = add_word(wr, t->status);
	i.type = add_word(wr, t->type);
	i.project = add_word(wr, t->project);
	i.prompt = add_word(wr, t->prompt);
	i.assigned_to = add_word(wr, t->assigned_to);
	i.reason = add_text(wr, t->blocked_reason);
	i.priority_name = add_word(wr, t->priority_name);
	add_items(wr, &i, b, t);
	i.work = (uint8_t)t->work;
	i.accepted = t->accepted;
	i.has_hours = t->has_hours;
	i.raised = t->raised;
	row->image = count(wr, PART_IMAGES, sizeof(i));
	roll_put(wr, PART_IMAGES, &i, sizeof(i));
}

/* Read a task as a board would, and keep what it keeps. */
static int keep_task(struct roll_writer *wr, struct roll_row *row,
		     const struct ops_document *d, struct ops_error *err)
{
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;
	struct board b = { .config = wr->config, .planning = &wr->config->planning };
	struct reading r = { &b, d->type, wr->findings, NULL, 0 };
	struct task t = { 0 };

	if (state && state->final)
		return 0;
	arena_clear(wr->board);
	b.arena = wr->board;
	b.world = wr->world;
	b.skill_map = map_new(b.arena);
	r.words = map_new(b.arena);
	if (!b.skill_map || !r.words || board_read_task(&t, &r, d))
		return error_nomem(err);
	if (!ops_findings_count(wr->findings))
		add_image(wr, row, &b, &t);
	return 0;
}

static void set_field(struct whole *to, unsigned field, uint32_t value)
{
	if (field < ROLL_NEAR)
		to->row.field[field] = value;
	else
		to->more.field[field - ROLL_NEAR] = value;
}

static void keep_fields(struct roll_writer *wr, struct whole *to,
			const struct ops_document *d)
{
	const struct yaml_node *value;
	unsigned i;

	set_field(to, ROLL_STATE, add_word(wr, d->status));
	for (i = ROLL_STATE + 1; i < ROLL_FIELDS; i++) {
		value = doc_field(d->doc, field_names[i]);
		if (value && value->kind != YAML_SCALAR)
			to->row.flags |= ROW_UNPLAIN;
		else if (value)
			set_field(to, i, i == ROLL_TITLE ? add_text(wr, value->value) :
				  add_word(wr, value->value));
	}
}

/* Read a governed file for its line. */
static int keep_document(struct roll_writer *wr, struct whole *to, const char *dir,
			 const char *path, const struct type *type,
			 const struct snap_entry *entry, struct ops_error *err)
{
	struct blob blob = { NULL, 0, NULL };
	struct ops_document *d = NULL;
	int ret = path_fault(path) ? OPS_EINVALID :
		  snap_read_entry(&blob, world_snap(wr->world), dir, entry, DOC_MAX, NULL);

	if (ret == 0)
		ret = world_make(&d, wr->world, wr->scratch, type, path, blob.data,
				 blob.len, wr->findings, NULL);
	if (ret == OPS_ENOMEM)
		error_nomem(err);
	else if (ret || d->type != type || ops_findings_count(wr->findings))
		to->row.flags |= ROW_UNPLAIN;
	else
		keep_fields(wr, to, d);
	if (ret == 0 && !(to->row.flags & ROW_UNPLAIN) && !strcmp(type->name, "task"))
		ret = keep_task(wr, &to->row, d, err);
	if (ops_findings_count(wr->findings)) {
		to->row.flags |= ROW_UNPLAIN;
		ops_findings_free(wr->findings);
		wr->findings = ops_findings_new();
		if (!wr->findings)
			ret = error_nomem(err);
	}
	blob_release(&blob);
	return ret == OPS_ENOMEM ? ret : 0;
}

/* Rows are put in order in the end, and what is more of them stays where it is. */
static void put_whole(struct roll_writer *wr, struct whole *w)
{
	w->row.more = (uint32_t)wr->rows++;
	buf_add(&wr->part[PART_ROWS], &w->row, sizeof(w->row));
	roll_put(wr, PART_MORE, &w->more, sizeof(w->more));
}

static uint32_t add_stem(struct roll_writer *wr, const char *stem, size_t len)
{
	uint32_t at = (uint32_t)wr->part[PART_STEMS].len;

	buf_add(&wr->part[PART_STEMS], stem, len);
	buf_char(&wr->part[PART_STEMS], '\0');
	return at;
}

static void put_row(struct roll_writer *wr, struct whole *w, const char *dir,
		    const char *name)
{
	const char *stem;
	size_t len = path_stem(name, &stem);

	if (stem[len])
		w->row.flags |= ROW_MARKDOWN;
	w->row.dir = add_word(wr, dir);
	w->row.name = add_stem(wr, stem, len);
	put_whole(wr, w);
}

int roll_add(struct roll_writer *wr, const char *dir, const char *name,
	     const struct snap_entry *entry, struct ops_error *err)
{
	struct whole w = { .row = { .type = ROW_NO_TYPE, .image = ROW_NO_IMAGE } };
	const struct type *type;
	const char *path;
	int ret = 0;

	arena_clear(wr->scratch);
	path = path_joined(wr->scratch, dir, name);
	if (!path)
		return error_nomem(err);
	if (strlen(path) > PATH_MAX_BYTES || (*dir && path_fault(dir)))
		return OPS_EINVALID;
	type = entry && entry->mode != SNAP_DIR ? config_type_of_path(wr->config, path) : NULL;
	w.row.mode = (uint8_t)(entry ? entry->mode : 0);
	if (!entry)
		w.row.flags = ROW_GONE;
	else if (entry->has_oid)
		w.more.oid = entry->oid;
	if (type && !type->abstract) {
		w.row.type = (uint16_t)(type - wr->config->types);
		if (entry->mode != SNAP_FILE && entry->mode != SNAP_EXEC)
			w.row.flags |= ROW_UNPLAIN;
		else
			ret = keep_document(wr, &w, dir, path, type, entry, err);
	}
	if (ret)
		return ret;
	put_row(wr, &w, dir, name);
	if (wr->place->progress && wr->known && wr->rows % 256 == 0)
		wr->place->progress("reading", wr->rows < wr->known ? wr->rows :
				    wr->known - 1, wr->known, wr->place->payload);
	return 0;
}

/* Take over what a plan keeps. */
static int copy_image(struct roll_writer *wr, struct roll_row *row,
		      const struct roll_line *line, struct ops_error *err)
{
	struct board b = { .config = wr->config, .planning = &wr->config->planning };
	struct task t = { 0 };
	int ret;

	arena_clear(wr->board);
	b.arena = wr->board;
	b.skill_map = map_new(b.arena);
	if (!b.skill_map)
		return error_nomem(err);
	ret = roll_task(&t, &b, b.arena, line);
	if (ret == 0)
		add_image(wr, row, &b, &t);
	return ret;
}

int roll_add_line(struct roll_writer *wr, const struct roll_line *line,
		  struct ops_error *err)
{
	const struct roll_more *more = roll_more(line);
	const char *dir = roll_word(line, line->row->dir), *name = roll_id(line), *value;
	struct whole w = { .row = *line->row };
	unsigned i;
	int ret = 0;

	if (!dir || !name || !more)
		return OPS_ENOTFOUND;
	w.more = *more;
	for (i = 0; i < ROLL_FIELDS; i++) {
		value = roll_value(line, (enum roll_field)i);
		set_field(&w, i, i == ROLL_TITLE ? add_text(wr, value) : add_word(wr, value));
	}
	if (w.row.image != ROW_NO_IMAGE)
		ret = copy_image(wr, &w.row, line, err);
	if (ret)
		return ret;
	w.row.dir = add_word(wr, dir);
	w.row.name = add_stem(wr, name, strlen(name));
	put_whole(wr, &w);
	return 0;
}

static void path_of(char *out, size_t room, const struct roll_writer *wr,
		    const struct roll_row *row)
{
	const char *dir = wr->part[PART_WORDS].data + row->dir;

	(void)snprintf(out, room, "%s%s%s%s", dir, *dir ? "/" : "",
		       wr->part[PART_STEMS].data + row->name,
		       row->flags & ROW_MARKDOWN ? ".md" : "");
}

static int by_path(const void *a, const void *b, void *payload)
{
	const struct roll_writer *wr = payload;
	const struct roll_row *p = a, *q = b;
	const char *stems = wr->part[PART_STEMS].data;
	const char *n = stems + p->name, *m = stems + q->name;
	char x[2 * PATH_MAX_BYTES], y[2 * PATH_MAX_BYTES];

	/* Most differ within their names. */
	if (p->dir == q->dir) {
		while (*n && *n == *m) {
			n++;
			m++;
		}
		if (*n && *m)
			return (unsigned char)*n < (unsigned char)*m ? -1 : 1;
	}
	path_of(x, sizeof(x), payload, a);
	path_of(y, sizeof(y), payload, b);
	return strcmp(x, y);
}

static void sort_rows(struct roll_writer *wr)
{
	struct roll_row *rows = (struct roll_row *)(void *)wr->part[PART_ROWS].data;
	size_t i;

	for (i = 1; i < wr->rows; i++)
		if (by_path(&rows[i - 1], &rows[i], wr) > 0)
			break;
	if (i < wr->rows)
		qsort_r(rows, wr->rows, sizeof(*rows), by_path, wr);
}

static int by_id(const void *a, const void *b, void *payload)
{
	const struct roll_writer *wr = payload;
	const struct roll_row *rows = (const struct roll_row *)
				      (const void *)wr->part[PART_ROWS].data;
	const uint32_t *x = a, *y = b;
	int order = strcmp(wr->part[PART_STEMS].data + rows[*x].name,
			   wr->part[PART_STEMS].data + rows[*y].name);

	return order ? order : (*x > *y) - (*x < *y);
}

static int number_ids(struct roll_writer *wr)
{
	uint32_t *ids = malloc((wr->rows + 1) * sizeof(*ids));
	uint32_t i;

	if (!ids)
		return OPS_ENOMEM;
	for (i = 0; i < wr->rows; i++)
		ids[i] = i;
	qsort_r(ids, wr->rows, sizeof(*ids), by_id, wr);
	buf_add(&wr->part[PART_IDS], ids, wr->rows * sizeof(*ids));
	free(ids);
	return 0;
}

/* Nothing failed, and each place in a part is a number of 32 bits. */
static int list_parts(struct sealed_part *parts, struct roll_writer *wr, struct ops_error *err)
{
	unsigned i;

	for (i = 0; i < ROLL_PARTS; i++) {
		if (i < ROLL_NEAR_PARTS && buf_failed(&wr->part[i]))
			return error_nomem(err);
		parts[i] = i < ROLL_NEAR_PARTS ?
			   (struct sealed_part){ wr->part[i].data, wr->part[i].len, NULL } :
			   (struct sealed_part){ NULL, spill_len(&wr->pile[i]), &wr->pile[i] };
		if (parts[i].len > UINT32_MAX / 2)
			return error_nomem(err);
	}
	return wr->failed == OPS_ENOMEM ? error_nomem(err) : wr->failed;
}

int roll_finish(struct sealed **out, struct roll_writer *wr, const char *name,
		const struct mac_pad *pad, const struct oid *tree, uint64_t base,
		struct ops_error *err)
{
	struct roll_facts facts = { .tree = *tree, .base = base, .rows = wr->rows };
	struct sealed_part parts[ROLL_PARTS];
	struct snap_entry entry;
	uint64_t seal;
	bool jobs = false;
	int ret;

	if (snap_find(&entry, world_snap(wr->world), CONFIG_PATH, NULL) == 0)
		facts.config = entry.oid;
	ret = list_parts(parts, wr, err);
	if (ret)
		return ret;
	sort_rows(wr);
	if (number_ids(wr))
		return error_nomem(err);
	ret = base ? 0 : roll_add_jobs(&jobs, wr, err);
	if (ret)
		return ret;
	facts.jobs = jobs;
	buf_add(&wr->part[PART_FACTS], &facts, sizeof(facts));
	ret = list_parts(parts, wr, err);
	if (ret)
		return ret;
	/* That it cannot be kept is no failure: it serves once. */
	if (sealed_write(&seal, wr->place->store, name, pad, parts, ROLL_PARTS, NULL) == 0 &&
	    sealed_open(out, wr->place->store, name, pad) == 0)
		return 0;
	ret = sealed_of(out, parts, ROLL_PARTS, pad);
	return ret == OPS_ENOMEM ? error_nomem(err) : ret;
}
