/* SPDX-License-Identifier: MIT */
/*
 * The record of agents, from the archive.
 *
 * Who worked with whom is kept as sets of bits, one row an agent, so that a question costs
 * a pass over a row.  Months that ended before the time that counts are not opened.
 */

#include "model/track.h"

#include <stdlib.h>
#include <string.h>

#include "model/roll.h"
#include "util/map.h"
#include "util/path.h"

#define JOINED 64		/* agents whose last project is known */

struct sums {
	unsigned ended, completed;
	double efficiency, quality;
};

struct project {
	uint64_t *team, *done;
};

struct track {
	const struct board *b;
	const struct type *type;
	struct map *types;		/* to struct sums[workers] */
	struct map *projects;		/* to struct project */
	uint64_t *known;		/* a row for each worker */
	size_t row;			/* words of a row */
	int64_t since;			/* day */
	size_t count;
	struct ops_findings *findings;	/* while reading */
};

static void set_bit(uint64_t *row, size_t at)
{
	row[at / 64] |= UINT64_C(1) << at % 64;
}

static bool has_bit(const uint64_t *row, size_t at)
{
	return row[at / 64] >> at % 64 & 1;
}

static unsigned bits(uint64_t word)
{
	unsigned nr = 0;

	for (; word; word &= word - 1)
		nr++;
	return nr;
}

static struct project *project_of(struct track *t, const char *name)
{
	struct project *p = map_get(t->projects, name);

	if (p)
		return p;
	p = arena_alloc(t->b->arena, sizeof(*p));
	if (!p)
		return NULL;
	p->team = arena_array(t->b->arena, t->row + 1, sizeof(*p->team));
	p->done = arena_array(t->b->arena, t->row + 1, sizeof(*p->done));
	if (!p->team || !p->done || map_put(t->projects, name, p))
		return NULL;
	return p;
}

int track_join(struct track *t, const char *project, size_t worker)
{
	struct project *p = project_of(t, project);

	if (!p)
		return OPS_ENOMEM;
	set_bit(p->team, worker);
	return 0;
}

/* Working days with both ends, at least one. */
static double days(const struct calendar *c, int64_t from, int64_t to)
{
	int64_t nr = to < from ? 0 :
		     calendar_between(c, from * DAY_TICKS, (to + 1) * DAY_TICKS) / DAY_TICKS;

	return nr > 1 ? (double)nr : 1;
}

/* What counts of a task, from its document or from the roll. */
struct record {
	const char *status, *to, *type, *project, *started, *due, *completed, *cancelled,
		*rework;	/* NULL: absent or empty */
};

static int64_t day_of(const char *text)
{
	struct date date;

	return text && date_parse(&date, text) ? date_to_days(date) : NO_DAY;
}

static void add_completed(struct sums *s, const struct calendar *c,
			  const struct record *d)
{
	int64_t started = day_of(d->started), due = day_of(d->due);
	int64_t completed = day_of(d->completed);
	long rework = d->rework ? strtol(d->rework, NULL, 10) : 0;
	double ratio = 1;

	if (started != NO_DAY && due != NO_DAY && completed != NO_DAY)
		ratio = days(c, started, due) / days(c, started, completed);
	s->completed++;
	s->efficiency += ratio < 1 ? ratio : 1;
	s->quality += 1 / (1 + (double)(rework > 0 ? rework : 0));
}

static int add_record(struct track *t, const struct record *d, struct ops_error *err)
{
	const struct board *b = t->b;
	const char *type = d->type, *name = d->project;
	size_t worker = d->to ? board_worker(b, d->to) : NONE;
	bool complete = d->status && !strcmp(d->status, "Complete");
	int64_t end = day_of(complete ? d->completed : d->cancelled);
	struct project *p;
	struct sums *s;

	if (worker == NONE || end == NO_DAY || end < t->since)
		return 0;
	if (!complete && (!d->status || strcmp(d->status, "Cancelled") || !d->started))
		return 0;
	t->count++;
	s = type ? map_get(t->types, type) : NULL;
	if (type && !s) {
		s = arena_array(b->arena, b->workers_nr, sizeof(*s));
		if (!s || map_put(t->types, type, s))
			return error_nomem(err);
	}
	if (s) {
		s[worker].ended++;
		if (complete)
			add_completed(&s[worker], &b->workers[worker].calendar, d);
	}
	p = name && complete ? project_of(t, name) : NULL;
	if (name && complete && !p)
		return error_nomem(err);
	if (p) {
		set_bit(p->team, worker);
		set_bit(p->done, worker);
	}
	return 0;
}

static int add_task(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct record r = { 0 };

	if (!d->doc)
		return 0;
	r.status = d->status;
	r.to = document_text(d, "Assigned-To");
	r.type = document_text(d, "Type");
	r.project = document_text(d, "Project");
	r.started = document_text(d, "Started");
	r.due = document_text(d, "Due");
	r.completed = document_text(d, "Completed");
	r.cancelled = document_text(d, "Cancelled");
	r.rework = document_text(d, "Rework");
	return add_record(payload, &r, err);
}

/* Text of a field, as document_text() gives it. */
static const char *some(const struct roll_line *line, enum roll_field field)
{
	const char *text = roll_value(line, field);

	return text && *text ? text : NULL;
}

static int add_line(const struct roll_line *line, bool plain, void *payload,
		    struct ops_error *err)
{
	struct track *t = payload;
	struct record r = { 0 };
	const char *path;

	if (!plain) {
		path = roll_path(line, t->b->arena);
		return path ? world_at(t->b->world, t->type, path, add_task, t, t->findings,
				       err) : OPS_ENOTFOUND;
	}
	r.status = roll_value(line, ROLL_STATE);
	r.to = some(line, ROLL_ASSIGNED);
	r.type = some(line, ROLL_TYPE);
	r.project = some(line, ROLL_PROJECT);
	r.started = some(line, ROLL_STARTED);
	r.due = some(line, ROLL_DUE);
	r.completed = some(line, ROLL_COMPLETED);
	r.cancelled = some(line, ROLL_CANCELLED);
	r.rework = some(line, ROLL_REWORK);
	return add_record(t, &r, err);
}

/* The tasks of one directory of the archive. */
static int read_below(struct track *t, const char *dir, struct ops_error *err)
{
	struct roll *roll = world_roll(t->b->world);

	return roll ? roll_each_below(roll, t->type, dir, add_line, t, err) :
	       world_each_below(t->b->world, t->type, dir, add_task, t, t->findings, err);
}

/* All digits, so many of them; else -1. */
static int number(const char *name, size_t digits)
{
	return strlen(name) == digits && strspn(name, "0123456789") == digits ?
	       (int)strtol(name, NULL, 10) : -1;
}

/* Whether a directory of the archive can hold nothing that counts. */
static bool is_past(const struct track *t, int year, int month)
{
	struct date last = { year, month, 1 };

	return year >= 1 && month >= 1 && month <= 12 &&
	       date_to_days(date_add_months(last, 1)) <= t->since;
}

/* A task that lies beside the months, from when they had another place. */
static int read_stray(struct track *t, const char *path, struct ops_error *err)
{
	return config_type_of_path(t->b->config, path) != t->type ? 0 :
	       world_at(t->b->world, t->type, path, add_task, t, t->findings, err);
}

static int read_months(struct track *t, const char *dir, int year, struct ops_error *err)
{
	struct snap_entry *list;
	const char *below;
	size_t i, nr;
	int ret = snap_list(&list, &nr, world_snap(t->b->world), dir, t->b->arena, err);

	for (i = 0; ret == 0 && i < nr; i++) {
		int at = number(list[i].name, year ? 2 : 4);

		if (list[i].mode == SNAP_DIR && (year ? is_past(t, year, at) :
						 is_past(t, at, 12)))
			continue;
		below = arena_printf(t->b->arena, "%s/%s", dir, list[i].name);
		if (!below)
			return error_nomem(err);
		if (list[i].mode != SNAP_DIR)
			ret = read_stray(t, below, err);
		else
			ret = year || at < 1 ? read_below(t, below, err) :
			      read_months(t, below, at, err);
	}
	return ret;
}

/* By months, if the type puts its tasks there so; or wherever else it puts them, and what lies
 * in the archive from before. */
static int read_archive(struct track *t, struct ops_error *err)
{
	const char *archive = config_directory(t->b->config, "archive");
	const char *template = t->type && t->type->archive ? t->type->archive : archive;
	size_t len = path_pattern_root(template);
	const char *dir = arena_dup(t->b->arena, template, len);
	int ret = 0;

	if (!dir)
		return error_nomem(err);
	if (!strcmp(dir, archive) && !strncmp(template + len, "/{year}/{month}/", 16))
		return read_months(t, archive, 0, err);
	if (strcmp(dir, archive) && !path_below(archive, dir))
		ret = read_below(t, dir, err);
	return ret || path_below(dir, archive) ? ret : read_below(t, archive, err);
}

/* Everybody who completed tasks of a project knows the others who did. */
static void introduce(struct track *t)
{
	size_t i, k, w;

	for (i = 0; i < map_count(t->projects); i++) {
		const struct project *p = map_at(t->projects, i)->value;

		for (k = 0; k < t->b->workers_nr; k++)
			for (w = 0; has_bit(p->done, k) && w < t->row; w++)
				t->known[k * t->row + w] |= p->done[w];
	}
}

static int begin(struct track *t, const struct board *b)
{
	const struct period *back = &b->planning->history;

	t->b = b;
	t->type = config_type(b->config, "task");
	t->row = b->workers_nr / 64 + 1;
	t->count = 0;
	t->types = map_new(b->arena);
	t->projects = map_new(b->arena);
	t->known = arena_array(b->arena, b->workers_nr + 1, t->row * sizeof(*t->known));
	t->since = date_to_days(date_add_months(date_from_days(b->today), -back->months)) -
		   back->days;
	return t->types && t->projects && t->known ? 0 : OPS_ENOMEM;
}

/* All that ended within the time that counts.  A roll that is damaged on the way counts
 * for nothing. */
static int read_ended(struct track *t, const struct board *b, struct ops_findings *findings,
		      struct ops_error *err)
{
	struct roll *roll = world_roll(b->world);
	int ret = begin(t, b) ? error_nomem(err) : 0;

	t->findings = roll ? ops_findings_new() : findings;
	if (ret == 0 && !t->findings)
		ret = error_nomem(err);
	if (ret == 0)
		ret = read_archive(t, err);
	if (roll && ret == 0 && world_roll(b->world))
		ops_findings_copy(findings, t->findings, NULL);
	if (roll)
		ops_findings_free(t->findings);
	t->findings = findings;
	if (!roll || (ret == 0 && world_roll(b->world)) || (ret && ret != OPS_ENOTFOUND))
		return ret;
	world_use_roll(b->world, NULL);
	ret = begin(t, b) ? error_nomem(err) : 0;
	return ret ? ret : read_archive(t, err);
}

/* Who has active tasks is in the teams of their projects.  Most have the same two as one that
 * lies near. */
static int join_all(struct track *t, struct board *b)
{
	struct {
		const char *project;
		uint32_t agent;
	} last[JOINED] = { { NULL, 0 } };
	size_t i, at;

	for (i = 0; i < b->tasks_nr; i++) {
		const struct job *j = &b->jobs[i];
		const char *project = job_is_held(j) ? board_project(b, i) : NULL;

		at = j->agent % JOINED;
		if (!project || (last[at].project == project && last[at].agent == j->agent))
			continue;
		if (track_join(t, project, j->agent))
			return OPS_ENOMEM;
		last[at].project = project;
		last[at].agent = j->agent;
	}
	return 0;
}

int track_read(struct track **out, struct board *b, struct ops_findings *findings,
	       struct ops_error *err)
{
	struct track *t = arena_alloc(b->arena, sizeof(*t));
	int ret;

	if (!t)
		return error_nomem(err);
	ret = read_ended(t, b, findings, err);
	if (ret)
		return ret;
	introduce(t);
	if (join_all(t, b))
		return error_nomem(err);
	*out = t;
	return 0;
}

size_t track_count(const struct track *t)
{
	return t->count;
}

struct track_about track_about(const struct track *t, const struct task *task)
{
	struct track_about a = { t, NULL, NULL };

	if (task->type)
		a.sums = map_get(t->types, task->type);
	if (task->project)
		a.project = map_get(t->projects, task->project);
	return a;
}

struct performance track_performance(const struct track_about *a, size_t worker)
{
	const struct planning *p = a->track->b->planning;
	const struct sums *s = a->sums;
	struct performance out = { 0, 0, { 0, 0, 0 }, p->no_history };
	size_t i;

	if (!s || !s[worker].ended)
		return out;
	s += worker;
	out.ended = s->ended;
	out.completed = s->completed;
	out.part[PART_SUCCESS] = (double)s->completed / s->ended;
	out.part[PART_EFFICIENCY] = s->completed ? s->efficiency / s->completed : 0;
	out.part[PART_QUALITY] = s->completed ? s->quality / s->completed : 0;
	out.score = 0;
	for (i = 0; i < PARTS; i++)
		out.score += p->part[i] * out.part[i];
	return out;
}

struct cohesion track_cohesion(const struct track_about *a, size_t worker)
{
	const struct track *t = a->track;
	const struct project *p = a->project;
	struct cohesion out = { 0, 0, t->b->planning->no_project };
	const uint64_t *known = t->known + worker * t->row;
	size_t i;

	for (i = 0; p && i < t->row; i++) {
		uint64_t team = p->team[i];

		if (i == worker / 64)
			team &= ~(UINT64_C(1) << worker % 64);
		out.team += bits(team);
		out.known += bits(team & known[i]);
	}
	if (out.team)
		out.score = (double)out.known / out.team;
	return out;
}
