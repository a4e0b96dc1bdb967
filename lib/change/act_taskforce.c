/* SPDX-License-Identifier: MIT */
/*
 * "taskforce.new": agents put together for tasks.
 *
 * Who has one of the tasks is in it; who else, selection says: the best for each task that
 * is nobody's, then the best for the first of them, until there are enough.
 */

#include <stdlib.h>
#include <string.h>

#include "change/draft.h"
#include "model/choice.h"

#define SIZE_USUAL 3
#define SIZE_MAX_OF_ONE 50

struct force {
	struct draft *d;
	struct board *board;
	struct track *track;
	struct score *table;
	struct names tasks, members;
	const char *lead;
	struct buf duties;
	size_t size;
};

static const char *given(const struct ops_request *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->fields_nr; i++)
		if (!strcmp(r->fields[i].name, name))
			return r->fields[i].value;
	return NULL;
}

/* Take in somebody, who leads if nobody does yet. */
static int join(struct force *f, const char *name, struct ops_error *err)
{
	if (!f->lead)
		f->lead = name;
	return names_have(&f->members, name) ? 0 :
	       names_add(&f->members, f->d->arena, name) ? error_nomem(err) : 0;
}

static int read_tasks(struct force *f, const char *text, struct ops_error *err)
{
	struct ops_document *doc;
	const char *at = text, *one;
	size_t len;
	int ret = 0;

	for (; ret == 0 && *at; at += len) {
		at += strspn(at, ", ");
		len = strcspn(at, ",");
		if (!len)
			break;
		one = arena_dup(f->d->arena, at, len);
		ret = one ? draft_find(&doc, f->d, one, "task", err) : error_nomem(err);
		if (ret == 0 && !board_task(f->board, doc->id))
			ret = error_set(err, OPS_EUSAGE, "'%s' is finished, or cannot be read",
					doc->id);
		if (ret == 0 && names_add(&f->tasks, f->d->arena, doc->id))
			ret = error_nomem(err);
	}
	return ret || f->tasks.nr ? ret :
	       error_set(err, OPS_EUSAGE, "name the tasks that it is for");
}

/* The best for a task; one who is not in it yet, if `other`. */
static const char *best_for(struct force *f, const struct task *t, bool other)
{
	size_t i;

	choice_table(f->table, f->board, f->track, t);
	for (i = 0; i < f->board->workers_nr && f->table[i].why == CAN_TAKE; i++) {
		const char *name = f->board->workers[f->table[i].worker].name;

		if (!other || !names_have(&f->members, name))
			return name;
	}
	return NULL;
}

/* Whose each task is, or is to be. */
static int choose(struct force *f, struct ops_error *err)
{
	const struct task *t;
	const char *who;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < f->tasks.nr; i++) {
		t = board_task(f->board, f->tasks.list[i]);
		who = t->agent != NONE && f->board->workers[t->agent].works ?
		      f->board->workers[t->agent].name : best_for(f, t, false);
		if (who)
			ret = join(f, who, err);
		buf_printf(&f->duties, "- %s: %s (%s)\n", who ? who : "nobody yet", t->id,
			   t->title ? t->title : "");
	}
	t = board_task(f->board, f->tasks.list[0]);
	while (ret == 0 && f->members.nr < f->size && (who = best_for(f, t, true))) {
		ret = join(f, who, err);
		buf_printf(&f->duties, "- %s: helps where it is needed\n", who);
	}
	if (ret == 0 && !f->members.nr)
		ret = error_set(err, OPS_ENOTFOUND, "nobody can take any of these tasks");
	return ret;
}

static int write_down(struct force *f, const struct ops_request *r, struct ops_error *err)
{
	struct ops_setting fields[6], section;
	struct ops_request q = { .action = "new", .target = "taskforce", .fields = fields,
				 .sections = &section, .sections_nr = 1 };
	const char *title = given(r, "Title");
	size_t i;

	if (f->duties.len)
		f->duties.data[f->duties.len - 1] = '\0';
	section = (struct ops_setting){ "Responsibilities",
		arena_str(f->d->arena, f->duties.data) };
	fields[q.fields_nr++] = (struct ops_setting){ "Title", title ? title :
		arena_printf(f->d->arena, "Task force for %s", f->tasks.list[0]) };
	fields[q.fields_nr++] = (struct ops_setting){ "Lead", f->lead };
	fields[q.fields_nr++] = (struct ops_setting){ "Members",
		names_text(&f->members, f->d->arena, ", ") };
	fields[q.fields_nr++] = (struct ops_setting){ "Tasks",
		names_text(&f->tasks, f->d->arena, ", ") };
	if (given(r, "Checkpoints"))
		fields[q.fields_nr++] = (struct ops_setting){ "Checkpoints",
			given(r, "Checkpoints") };
	if (given(r, "Emergency"))
		fields[q.fields_nr++] = (struct ops_setting){ "Emergency",
			given(r, "Emergency") };
	for (i = 0; i < q.fields_nr; i++)
		if (!fields[i].value)
			return error_nomem(err);
	return section.value ? act_new(f->d, &q, err) : error_nomem(err);
}

static int begin(struct force *f, const struct ops_request *r, struct ops_error *err)
{
	const char *size = given(r, "Size"), *lead = given(r, "Lead");
	const struct agent *a = lead ? roster_agent_named(f->d->roster, lead) : NULL;
	char *end = NULL;
	size_t i;

	for (i = 0; i < r->fields_nr; i++)
		if (!conf_word("Title Tasks Size Lead Checkpoints Emergency",
			       r->fields[i].name))
			return error_set(err, OPS_EUSAGE, "'%s' has no use for the field '%.60s'",
					 r->action, r->fields[i].name);
	f->size = size ? strtoul(size, &end, 10) : SIZE_USUAL;
	if (size && (*size < '0' || *size > '9' || *end || !f->size ||
		     f->size > SIZE_MAX_OF_ONE))
		return error_set(err, OPS_EUSAGE, "'%.40s' is no number from 1 to %d", size,
				 SIZE_MAX_OF_ONE);
	if (lead && !a)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not in the roster", lead);
	f->table = arena_array(f->d->arena, f->board->workers_nr + 1, sizeof(*f->table));
	if (!f->table)
		return error_nomem(err);
	lead = a ? arena_printf(f->d->arena, "%s/%s", a->department, a->id) : NULL;
	return lead ? join(f, lead, err) : a ? error_nomem(err) : 0;
}

int act_taskforce(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct force f = { .d = d, .duties = BUF_INIT };
	const char *tasks = given(r, "Tasks");
	int ret = board_read(&f.board, d->now, d->repo->now, d->findings, err);

	if (ret)
		return ret;
	ret = track_read(&f.track, f.board, d->findings, err);
	if (ret == 0)
		ret = begin(&f, r, err);
	if (ret == 0)
		ret = read_tasks(&f, tasks ? tasks : "", err);
	if (ret == 0)
		ret = choose(&f, err);
	if (ret == 0)
		ret = buf_failed(&f.duties) ? error_nomem(err) : write_down(&f, r, err);
	buf_release(&f.duties);
	board_free(f.board);
	return ret;
}
