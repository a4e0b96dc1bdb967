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
#include "util/map.h"
#include "util/path.h"

#define TWICE UINT32_MAX	/* a name that more than one line has */

struct making {
	struct roll_writer *wr;
	const struct type *type;
	struct names roots;
	struct map *ids;	/* of tasks, to a line's number + 1, or TWICE */
	uint32_t *job;		/* of each row: the number of its job + 1, or 0 */
	bool *recorded;		/* of each row: there may be packets about it */
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
	return m->wr->part[PART_TEXT].data + row->name;
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
		const char *id = id_of(m, row);
		size_t other;

		if (!is_task(m, row) && !is_named(m, row))
			continue;
		other = (size_t)map_get(m->ids, id);
		if (map_put(m->ids, id, (void *)(other ? (size_t)TWICE : i + 1)))
			return OPS_ENOMEM;
		/* Packets know a task by its id: they may be about each. */
		m->recorded[i] = other;
		if (other && other != TWICE)
			m->recorded[other - 1] = true;
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
		at = here && row->mode == SNAP_DIR ? (size_t)map_get(m->ids, id_of(m, row)) : 0;
		if (at && at != TWICE)
			m->recorded[at - 1] = true;
	}
}

/* What a name means, as a link; false: look it up each time. */
static bool find_link(uint32_t *out, const struct making *m, const char *name)
{
	size_t at = (size_t)map_get(m->ids, name);
	const struct roll_row *row = at && at != TWICE ? row_at(m, at - 1) : NULL;
	const char *state;

	if (!row || row->flags & ROW_UNPLAIN)
		return false;
	if (m->job[at - 1]) {
		*out = m->job[at - 1] - 1;
		return true;
	}
	state = word_at(m, row->field[ROLL_STATE]);
	*out = ROLL_LINK_ROW | (uint32_t)(at - 1);
	if (!strcmp(state, "Complete"))
		*out |= ROLL_LINK_MET;
	return row->field[ROLL_STATE] && strcmp(state, "Superseded") != 0;
}

static void add_links(struct making *m, struct roll_job *j, const struct roll_image *image)
{
	const struct roll_item *items = (const struct roll_item *)(const void *)
					m->wr->part[PART_ITEMS].data;
	struct buf *links = &m->wr->part[PART_LINKS];
	uint32_t i, link;

	for (i = 0; i < image->depends_nr; i++) {
		const char *name = m->wr->part[PART_NAMES].data + items[image->depends + i].name;

		if (strchr(name, '/') || !find_link(&link, m, name)) {
			link = ROLL_LINK_ROW;
			j->flags |= ROLL_JOB_NAMES;
		}
		buf_add(links, &link, sizeof(link));
	}
	j->links_nr = image->depends_nr;
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
		image = (const struct roll_image *)(const void *)m->wr->part[PART_IMAGES].data +
			row->image;
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
				    (m->recorded[at] ? JOB_RECORDED : 0) |
				    (image->priority_name ? JOB_NAMED : 0) |
				    (is_part(m, image) ? JOB_PART : 0));
		add_links(m, &j, image);
	}
	buf_add(&m->wr->part[PART_JOBS], &j, sizeof(j));
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
	m.ids = map_new(wr->scratch);
	m.job = arena_array(wr->scratch, wr->rows + 1, sizeof(*m.job));
	m.recorded = arena_array(wr->scratch, wr->rows + 1, sizeof(*m.recorded));
	if (!m.ids || !m.job || !m.recorded || number(&m))
		return error_nomem(err);
	find_recorded(&m);
	for (i = 0; i < wr->rows; i++)
		if (m.job[i])
			add_job(&m, i);
	return 0;
}
