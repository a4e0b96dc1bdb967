/* SPDX-License-Identifier: MIT */
/*
 * The jobs of a base: the numbers of all active tasks, side by side, and what they depend on as
 * numbers of one another.
 *
 * What a name means is looked up once, here, as a board would (board.c), when it means one
 * thing; else the task keeps its names and whoever asks looks them up.  Like all of a roll
 * a function of the documents and the configuration alone.
 */
#include <string.h>

#include "model/board_inside.h"
#include "model/roll_inside.h"
#include "model/world_inside.h"
#include "util/path.h"

enum { RECORDED = 1, TWICE = 2 };	/* marks of a line */

struct making {
	struct roll_writer *wr;
	const struct type *type;
	struct names roots;
	struct numbering ids;	/* of tasks, to the first line's number + 1 */
	uint32_t *job;		/* of each row: the number of its job + 1, or 0 */
	uint8_t *marks;		/* there may be packets about it; it is not alone with its id */
	uint32_t nr;
};

static const struct roll_row *row_at(const struct making *m, size_t at)
{
	return (const struct roll_row *)(const void *)m->wr->part[PART_ROWS].data + at;
}

static const char *word_at(const struct making *m, uint32_t at)
{
	return m->wr->part[PART_WORDS].data + at;
}

static const char *id_of(const struct making *m, const struct roll_row *row)
{
	return m->wr->part[PART_STEMS].data + row->name;
}

static const char *id_at(const void *whole, uint32_t number)
{
	return id_of(whole, row_at(whole, number - 1));
}

/* The line that an id means; SIZE_MAX: none, or more than one. */
static size_t meant_by(const struct making *m, const char *id)
{
	uint32_t at = numbering_find(&m->ids, id);

	return at && !(m->marks[at - 1] & TWICE) ? at - 1 : SIZE_MAX;
}

static int add_root(const char *root, void *payload, struct ops_error *err)
{
	struct making *m = payload;

	return names_add(&m->roots, m->wr->scratch, root) ? error_nomem(err) : 0;
}

/* Whether the roots are in order of what lies below them, as rows are. */
static bool in_order(const struct making *m)
{
	size_t i;

	for (i = 1; i < m->roots.nr; i++)
		if (strcmp(m->roots.list[i - 1], m->roots.list[i]) >= 0 ||
		    path_below(m->roots.list[i - 1], m->roots.list[i]))
			return false;
	return true;
}

static bool is_task(const struct making *m, const struct roll_row *row)
{
	const struct config *config = m->wr->config;
	const struct type *t = row->type < config->types_nr ? &config->types[row->type] : NULL;

	return t && (t == m->type || (row->flags & ROW_UNPLAIN && t == m->type->base));
}

/* A name may also mean what a type of its own makes of a task. */
static bool is_named(const struct making *m, const struct roll_row *row)
{
	const struct config *config = m->wr->config;

	return row->type < config->types_nr &&
	       type_is(&config->types[row->type], m->type->name);
}

/* Number the jobs, and find which line a name means. */
static int number(struct making *m)
{
	uint32_t dir = UINT32_MAX;
	bool below = false;
	size_t i;

	for (i = 0; i < m->wr->rows; i++) {
		const struct roll_row *row = row_at(m, i);
		uint32_t other;

		if (!is_task(m, row) && !is_named(m, row))
			continue;
		other = numbering_find(&m->ids, id_of(m, row));
		if (!other && numbering_add(&m->ids, (uint32_t)i + 1))
			return OPS_ENOMEM;
		/* Packets know a task by its id: they may be about each. */
		if (other)
			m->marks[i] = m->marks[other - 1] = RECORDED | TWICE;
		if (row->dir != dir)
			below = names_above(&m->roots, word_at(m, dir = row->dir));
		if (below && is_task(m, row) &&
		    (row->flags & ROW_UNPLAIN || row->image != ROW_NO_IMAGE))
			m->job[i] = ++m->nr;
	}
	return 0;
}

/* Of which tasks there are packets. */
static void find_recorded(struct making *m)
{
	const char *packets = config_directory(m->wr->config, "packets");
	uint32_t dir = UINT32_MAX;
	bool here = false;
	size_t i, at;

	for (i = 0; i < m->wr->rows; i++) {
		const struct roll_row *row = row_at(m, i);

		if (row->dir != dir)
			here = !strcmp(word_at(m, dir = row->dir), packets);
		at = here && row->mode == SNAP_DIR ? meant_by(m, id_of(m, row)) : SIZE_MAX;
		if (at != SIZE_MAX)
			m->marks[at] |= RECORDED;
	}
}

/* What a name means, as a link; false: look it up each time. */
static bool find_link(uint32_t *out, const struct making *m, const char *name)
{
	size_t at = meant_by(m, name);
	const struct roll_row *row = at != SIZE_MAX ? row_at(m, at) : NULL;
	const char *state;

	if (!row || row->flags & ROW_UNPLAIN)
		return false;
	if (m->job[at]) {
		*out = m->job[at] - 1;
		return true;
	}
	state = word_at(m, row->field[ROLL_STATE]);
	*out = ROLL_LINK_ROW | (uint32_t)at;
	if (!strcmp(state, "Complete"))
		*out |= ROLL_LINK_MET;
	return row->field[ROLL_STATE] && strcmp(state, "Superseded") != 0;
}

static void add_links(struct making *m, struct roll_job *j, uint32_t at, uint32_t nr)
{
	const struct roll_item *item;
	uint32_t link;

	for (j->links_nr = nr; nr; at++, nr--) {
		const char *name = m->wr->part[PART_NAMES].data;

		item = roll_look(m->wr, PART_ITEMS, at * sizeof(*item), sizeof(*item));
		if (!item)
			return;
		name += item->name;
		if (strchr(name, '/') || !find_link(&link, m, name)) {
			link = ROLL_LINK_ROW;
			j->flags |= ROLL_JOB_NAMES;
		}
		roll_put(m->wr, PART_LINKS, &link, sizeof(link));
	}
}

static bool is_part(const struct making *m, const struct roll_image *image)
{
	return image->type && job_may_be_part(&m->wr->config->planning,
					      word_at(m, image->type));
}

static void add_job(struct making *m, size_t at)
{
	const struct roll_row *row = row_at(m, at);
	const struct roll_image *image;
	struct roll_job j = { .row = (uint32_t)at };

	if (row->flags & ROW_UNPLAIN) {
		j.flags = ROLL_JOB_READ;
	} else {
		image = roll_look(m->wr, PART_IMAGES, row->image * sizeof(*image),
				  sizeof(*image));
		if (!image)
			return;
		j.hours = image->hours;
		j.due = image->due;
		j.started = image->started;
		j.assigned_to = image->assigned_to;
		j.project = image->project;
		j.priority = image->priority < JOB_PRIORITY_MAX ? (uint16_t)image->priority :
			     JOB_PRIORITY_MAX;
		j.work = image->work;
		j.flags = (uint8_t)((image->accepted ? JOB_ACCEPTED : 0) |
				    (image->prompt ? JOB_PROMPT : 0) |
				    (m->marks[at] & RECORDED ? JOB_RECORDED : 0) |
				    (image->priority_name ? JOB_NAMED : 0) |
				    (is_part(m, image) ? JOB_PART : 0));
		add_links(m, &j, image->depends, image->depends_nr);
	}
	roll_put(m->wr, PART_JOBS, &j, sizeof(j));
}

int roll_add_jobs(bool *whole, struct roll_writer *wr, struct ops_error *err)
{
	struct making m = { .wr = wr, .type = config_type(wr->config, "task") };
	size_t i;
	int ret = 0;

	arena_clear(wr->scratch);
	if (m.type && !m.type->abstract && !(m.type->base && m.type->base->abstract))
		ret = world_each_root(wr->world, m.type, false, add_root, &m, err);
	*whole = m.roots.nr && in_order(&m) && wr->rows < ROLL_LINK_AT;
	if (ret || !*whole)
		return ret;
	m.job = arena_array(wr->scratch, wr->rows + 1, sizeof(*m.job));
	m.marks = arena_array(wr->scratch, wr->rows + 1, sizeof(*m.marks));
	numbering_init(&m.ids, id_at, &m);
	if (!m.job || !m.marks || number(&m)) {
		numbering_release(&m.ids);
		return error_nomem(err);
	}
	find_recorded(&m);
	for (i = 0; i < wr->rows; i++)
		if (m.job[i])
			add_job(&m, i);
	numbering_release(&m.ids);
	return 0;
}
