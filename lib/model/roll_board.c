/* SPDX-License-Identifier: MIT */
/*
 * Tasks of a board out of a roll, as board.c would read them out of their documents.
 */
#include <string.h>

#include "model/board_inside.h"
#include "model/roll_inside.h"

#define TASK_SIZE 224

/* Whoever adds a member to a task gives it to the roll too: keep it in struct roll_image, here
 * and in roll_write.c. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct task) == TASK_SIZE,
	       "the roll keeps all of a task");

static int64_t long_day(int32_t day)
{
	return day == INT32_MIN ? NO_DAY : day;
}

static const struct roll_item *items(const struct roll_line *line, uint32_t at, uint32_t nr)
{
	return sealed_peek(line->roll->segment[line->segment], PART_ITEMS,
			   (size_t)at * sizeof(struct roll_item),
			   (size_t)nr * sizeof(struct roll_item));
}

static int take_needs(struct task *t, struct board *b, struct arena *arena,
		      const struct roll_line *line, const struct roll_image *i)
{
	const struct roll_item *list = items(line, i->needs, i->needs_nr);
	const char *name;
	uint32_t k;

	if (!list)
		return OPS_ENOTFOUND;
	t->needs = arena_array(arena, (size_t)i->needs_nr + 1, sizeof(*t->needs));
	for (k = 0; t->needs && k < i->needs_nr; k++) {
		name = roll_name(line, list[k].name);
		if (!name)
			return OPS_ENOTFOUND;
		if (board_skill(&t->needs[k].name, b, name))
			return OPS_ENOMEM;
		t->needs[k].value = list[k].value;
	}
	t->needs_nr = i->needs_nr;
	if (t->needs)
		board_sort_skills(t->needs, t->needs_nr);
	return t->needs ? 0 : OPS_ENOMEM;
}

static int take_depends(struct task *t, struct arena *arena, const struct roll_line *line,
			const struct roll_image *i)
{
	const struct roll_item *list = items(line, i->depends, i->depends_nr);
	uint32_t k;

	if (!list)
		return OPS_ENOTFOUND;
	t->depends = arena_array(arena, (size_t)i->depends_nr + 1, sizeof(*t->depends));
	for (k = 0; t->depends && k < i->depends_nr; k++) {
		t->depends[k].task = NONE;
		t->depends[k].name = roll_name(line, list[k].name);
		if (!t->depends[k].name)
			return OPS_ENOTFOUND;
	}
	t->depends_nr = i->depends_nr;
	return t->depends ? 0 : OPS_ENOMEM;
}

static int take_names(struct names *out, struct arena *arena, const struct roll_line *line,
		      uint32_t at, uint32_t nr)
{
	const struct roll_item *list = items(line, at, nr);
	const char *name;
	uint32_t k;

	for (k = 0; list && k < nr; k++) {
		name = roll_name(line, list[k].name);
		if (!name)
			return OPS_ENOTFOUND;
		if (names_add(out, arena, name))
			return OPS_ENOMEM;
	}
	return list ? 0 : OPS_ENOTFOUND;
}

/* Words of the roll; those that are absent stay NULL. */
static bool take_words(struct task *t, const struct roll_line *line,
		       const struct roll_image *i)
{
	t->status = roll_word(line, i->status);
	t->type = roll_word(line, i->type);
	t->project = roll_word(line, i->project);
	t->prompt = roll_word(line, i->prompt);
	t->assigned_to = roll_word(line, i->assigned_to);
	t->blocked_reason = roll_text(line, i->reason);
	t->priority_name = roll_word(line, i->priority_name);
	t->title = roll_value(line, ROLL_TITLE);
	if (!line->row->field[ROLL_TITLE])
		t->title = "";
	t->id = roll_id(line);
	return t->status && t->title && t->id && !t->type == !i->type &&
	       !t->project == !i->project && !t->prompt == !i->prompt &&
	       !t->assigned_to == !i->assigned_to && !t->blocked_reason == !i->reason &&
	       !t->priority_name == !i->priority_name;
}

int roll_task(struct task *t, struct board *b, struct arena *arena,
	      const struct roll_line *line)
{
	const struct roll_image *i;
	int ret = 0;

	if (line->row->image == ROW_NO_IMAGE)
		return OPS_ENOTFOUND;
	i = sealed_peek(line->roll->segment[line->segment], PART_IMAGES,
			(size_t)line->row->image * sizeof(*i), sizeof(*i));
	if (!i || !take_words(t, line, i))
		return OPS_ENOTFOUND;
	t->path = roll_path(line, arena);
	t->work = (enum work)i->work;
	t->priority = i->priority;
	t->hours = i->hours;
	t->complexity = i->complexity;
	t->has_hours = i->has_hours;
	t->accepted = i->accepted;
	t->raised = i->raised;
	t->rework = i->rework;
	t->due = long_day(i->due);
	t->started = long_day(i->started);
	t->assigned = long_day(i->assigned);
	t->due_line = i->due_line;
	t->due_column = i->due_column;
	t->agent = NONE;
	t->depends_line = i->depends_line;
	if (!t->path)
		return OPS_ENOMEM;
	if (i->needs_nr)
		ret = take_needs(t, b, arena, line, i);
	if (ret == 0 && i->depends_nr)
		ret = take_depends(t, arena, line, i);
	if (ret == 0 && i->meant_for_nr)
		ret = take_names(&t->meant_for, arena, line, i->meant_for, i->meant_for_nr);
	if (ret == 0 && i->blocked_by_nr)
		ret = take_names(&t->blocked_by, arena, line, i->blocked_by, i->blocked_by_nr);
	return ret;
}
