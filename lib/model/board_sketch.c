/* SPDX-License-Identifier: MIT */
/*
 * Sketching a board: the jobs and links as the base of the roll has them, and in their places
 * those of the lines that changed since and of documents that have to be read.
 *
 * What is in any way unusual (a name that came to mean two things, parts that stand for a
 * whole) is no sketch: the whole board is read then, which is what a sketch must agree with.
 */
#include <stdlib.h>
#include <string.h>

#include "model/board_inside.h"
#include "model/roll_inside.h"
#include "model/world_inside.h"
#include "util/bitset.h"
#include "util/path.h"

#define GONE UINT32_MAX		/* a job of the base that is none any more */
#define AGENTS 64		/* words of the base whose agents are known */

/* A changed line, and before which row of the base it lies. */
struct change {
	uint32_t before;
	bool hides;		/* that row */
};

struct sketching {
	struct reading r;	/* reads those apart, as the tasks of its board */
	struct board *b;
	struct roll *roll;
	const struct roll_job *base;
	const uint32_t *base_links;
	uint32_t base_nr;
	struct change *changes;
	size_t changes_nr;
	struct bitset hidden;	/* rows of the base */
	uint32_t *number;	/* of each job of the base: its number now, or GONE */
	size_t nr, room;
	size_t links_nr, links_room;
	struct map *by_id;	/* of tasks apart, to a number + 1 */
	struct {
		uint32_t word, agent;
	} agents[AGENTS];
	struct names roots;
};

/* Say of what a task depends on what its links do. */
static void say_depends(struct task *t, const struct board *b, size_t at)
{
	size_t i;

	for (i = 0; i < t->depends_nr && i < b->links_first[at + 1] - b->links_first[at]; i++) {
		uint32_t link = b->links[b->links_first[at] + i];

		t->depends[i].task = link < LINK_STUCK ? link : NONE;
		t->depends[i].state = link == LINK_MET ? DEPENDS_COMPLETE :
				      link == LINK_STUCK ? DEPENDS_ENDED : DEPENDS_OPEN;
	}
}

int board_get(const struct task **out, struct board *b, size_t at, struct arena *arena,
	      struct ops_error *err)
{
	const struct job *j = &b->jobs[at];
	struct roll_line line = { b->roll, 0, NULL };
	struct task *t;
	int ret;

	if (!b->roll || j->flags & JOB_APART) {
		*out = b->roll ? &b->apart[j->line] : &b->tasks[at];
		return 0;
	}
	t = arena_alloc(arena, sizeof(*t));
	line.row = roll_row(b->roll, 0, j->line);
	if (!t || !line.row)
		return t ? OPS_ENOTFOUND : error_nomem(err);
	ret = roll_task(t, b, arena, &line);
	if (ret)
		return ret == OPS_ENOMEM ? error_nomem(err) : ret;
	t->agent = j->agent == JOB_NOBODY ? NONE : j->agent;
	say_depends(t, b, at);
	*out = t;
	return 0;
}

int board_weigh(struct board *b, struct ops_error *err)
{
	const struct task *t;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && b->roll && i < b->tasks_nr; i++) {
		if (!job_is_held(&b->jobs[i]))
			continue;
		arena_clear(b->scratch);
		ret = board_get(&t, b, i, b->scratch, err);
		if (ret == 0)
			b->workers[b->jobs[i].agent].complexity += t->complexity;
	}
	return ret;
}

/* What a name means that is no active task. */
static int look_up(struct dependency *dep, struct board *b, struct ops_findings *findings,
		   struct ops_error *err)
{
	struct dependency *own = map_get(b->known, dep->name);
	int ret = 0;

	if (!own) {
		own = arena_alloc(b->arena, sizeof(*own));
		if (!own)
			return error_nomem(err);
		*own = (struct dependency){ .name = dep->name, .task = NONE };
		ret = board_look_up(own, b, b->known, findings, err);
	}
	dep->state = own->state;
	dep->status = own->status;
	return ret;
}

int board_look_at(const struct task *t, struct board *b, struct ops_error *err)
{
	struct ops_findings *ignored = NULL;	/* they were said when it was read */
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && b->roll && i < t->depends_nr; i++) {
		if (t->depends[i].task != NONE || t->depends[i].state == DEPENDS_COMPLETE)
			continue;
		if (!ignored)
			ignored = ops_findings_new();
		ret = ignored ? look_up(&t->depends[i], b, ignored, err) : error_nomem(err);
	}
	ops_findings_free(ignored);
	return ret;
}

/* --- what changed --- */

static int find_changes(struct sketching *s)
{
	struct roll *r = s->roll;
	struct roll_line line = { r, 1, NULL }, other = { r, 0, NULL };
	char path[2 * PATH_MAX_BYTES], own[2 * PATH_MAX_BYTES];
	size_t i, at;

	s->changes_nr = roll_rows(r, 1);
	s->changes = arena_array(s->b->arena, s->changes_nr + 1, sizeof(*s->changes));
	if (!s->changes || bitset_init(&s->hidden, s->b->arena, roll_rows(r, 0)))
		return OPS_ENOMEM;
	for (i = 0; i < s->changes_nr; i++) {
		line.row = roll_row(r, 1, i);
		if (!line.row || !roll_path_to(path, sizeof(path), &line))
			return OPS_ENOTFOUND;
		at = roll_lower(r, 0, path);
		s->changes[i].before = (uint32_t)at;
		if (at < roll_rows(r, 0)) {
			other.row = roll_row(r, 0, at);
			if (!other.row || !roll_path_to(own, sizeof(own), &other))
				return OPS_ENOTFOUND;
			s->changes[i].hides = !strcmp(path, own);
		} else if (at > roll_rows(r, 0)) {
			return OPS_ENOTFOUND;
		}
		if (s->changes[i].hides)
			bitset_add(&s->hidden, at);
	}
	return 0;
}

/* Whether a changed line has a name that the base has too, elsewhere. */
static int is_twin(bool *out, const struct sketching *s, const struct roll_line *line,
		   struct ops_error *err)
{
	const char *id = roll_id(line);
	struct roll_line *list;
	size_t i, nr;
	int ret = id ? roll_named(&list, &nr, s->roll, id, false, s->b->arena, err) :
		  OPS_ENOTFOUND;

	for (*out = false, i = 0; ret == 0 && i < nr; i++)
		if (list[i].row != line->row && roll_type(&list[i]) &&
		    (type_is(roll_type(&list[i]), s->r.type->name) ||
		     roll_type(&list[i]) == s->r.type->base))
			*out = true;
	return ret;
}

/* --- jobs --- */

static struct job *next_job(struct sketching *s)
{
	struct job *j = s->nr < s->room ? &s->b->jobs[s->nr] : NULL;

	if (j)
		memset(j, 0, sizeof(*j));
	return j;
}

static uint32_t agent_of(struct sketching *s, uint32_t word)
{
	struct roll_line line = { s->roll, 0, NULL };
	size_t at = word % AGENTS, worker;
	const char *name;

	if (!word)
		return JOB_NOBODY;
	if (s->agents[at].word != word) {
		name = roll_word(&line, word);
		worker = name ? board_worker(s->b, name) : NONE;
		s->agents[at].word = word;
		s->agents[at].agent = worker == NONE ? JOB_NOBODY : (uint32_t)worker;
	}
	return s->agents[at].agent;
}

/* The task apart that was read last, if one was: its place is here. */
static int take_apart(struct sketching *s, size_t before, struct ops_error *err)
{
	struct job *j;
	const struct task *t;
	struct roll_line line;
	const char *dir;

	if (s->b->tasks_nr == before)
		return 0;
	t = &s->b->tasks[before];
	j = next_job(s);
	dir = arena_printf(s->b->arena, "%s/%s", config_directory(s->b->config, "packets"),
			   t->id);
	if (!j || !dir)
		return j ? error_nomem(err) : OPS_ENOTFOUND;
	board_fill_job(j, t, s->b->planning);
	j->flags |= JOB_APART;
	if (roll_at(&line, s->roll, dir))
		j->flags &= (uint8_t)~JOB_RECORDED;
	j->line = (uint32_t)before;
	s->nr++;
	return map_put(s->by_id, t->id, (void *)(size_t)s->nr) ? error_nomem(err) : 0;
}

/* A line of which there is no job in the base. */
static int add_line(struct sketching *s, const struct roll_line *line, struct ops_error *err)
{
	size_t before = s->b->tasks_nr;
	int ret = board_add_line(line, roll_is_plain(line), &s->r, err);

	return ret ? ret : take_apart(s, before, err);
}

static int add_change(struct sketching *s, size_t at, struct ops_error *err)
{
	struct roll_line line = { s->roll, 1, roll_row(s->roll, 1, at) };
	const struct type *type = line.row ? roll_type(&line) : NULL;
	const char *dir = line.row ? roll_word(&line, line.row->dir) : NULL;
	bool twin = false, task;
	int ret = 0;

	if (!line.row || !dir)
		return OPS_ENOTFOUND;
	if (!type || line.row->flags & ROW_GONE)
		return 0;
	task = type == s->r.type || (!roll_is_plain(&line) && type == s->r.type->base);
	if ((task || type_is(type, s->r.type->name)) && !s->changes[at].hides)
		ret = is_twin(&twin, s, &line, err);
	if (ret || twin)
		return ret ? ret : OPS_ENOTFOUND;
	return task && names_above(&s->roots, dir) ? add_line(s, &line, err) : 0;
}

static int add_base(struct sketching *s, uint32_t at, struct ops_error *err)
{
	const struct roll_job *from = &s->base[at];
	struct roll_line line = { s->roll, 0, NULL };

	s->number[at] = GONE;
	if (from->row >= s->hidden.bound)
		return OPS_ENOTFOUND;
	if (s->changes_nr && bitset_has(&s->hidden, from->row))
		return 0;
	if (from->flags & ROLL_JOB_READ) {
		line.row = roll_row(s->roll, 0, from->row);
		return line.row ? add_line(s, &line, err) : OPS_ENOTFOUND;
	}
	if (s->nr >= s->room)
		return OPS_ENOTFOUND;
	s->b->jobs[s->nr] = (struct job){
		.hours = from->hours, .due = from->due, .started = from->started,
		.project = from->project, .agent = agent_of(s, from->assigned_to),
		.line = from->row, .priority = from->priority, .work = from->work,
		.flags = from->flags & ROLL_JOB_FLAGS
	};
	s->number[at] = (uint32_t)s->nr++;
	return 0;
}

/* In order of path: a change lies before the row that it hides. */
static int add_jobs(struct sketching *s, struct ops_error *err)
{
	size_t change = 0;
	uint32_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < s->base_nr; i++) {
		for (; ret == 0 && change < s->changes_nr &&
		       s->changes[change].before <= s->base[i].row; change++)
			ret = add_change(s, change, err);
		if (ret == 0)
			ret = add_base(s, i, err);
	}
	for (; ret == 0 && change < s->changes_nr; change++)
		ret = add_change(s, change, err);
	return ret;
}

/* --- links --- */

/* The job of a row of the base; NONE. */
static size_t job_of_row(const struct sketching *s, uint32_t row)
{
	size_t low = 0, high = s->base_nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->base[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->base_nr && s->base[low].row == row && s->number[low] != GONE ?
	       s->number[low] : NONE;
}

/* The active task of an id: of several the last, as a board has it; NONE. */
static int find_task(size_t *out, struct sketching *s, const char *id, struct ops_error *err)
{
	const struct roll_row *first = roll_rows(s->roll, 0) ? roll_row(s->roll, 0, 0) : NULL;
	size_t apart = (size_t)map_get(s->by_id, id), i, nr, at;
	struct roll_line *list;
	int ret = roll_named(&list, &nr, s->roll, id, false, s->b->arena, err);

	*out = apart ? apart - 1 : NONE;
	for (i = 0; ret == 0 && i < nr; i++) {
		if (list[i].segment || !first || !roll_type(&list[i]))
			continue;
		at = job_of_row(s, (uint32_t)(list[i].row - first));
		if (at != NONE && (*out == NONE || at > *out))
			*out = at;
	}
	return ret;
}

static int link_name(uint32_t *out, struct sketching *s, const char *name,
		     struct ops_error *err)
{
	struct dependency *dep;
	const struct task *t;
	const char *stem, *id;
	size_t at, len = path_stem(name, &stem);
	int ret;

	id = strchr(name, '/') ? arena_dup(s->b->arena, stem, len) : name;
	if (!id)
		return error_nomem(err);
	ret = find_task(&at, s, id, err);
	if (ret == 0 && at != NONE && id != name) {
		ret = board_get(&t, s->b, at, s->b->arena, err);
		at = ret == 0 && !strcmp(t->path, name) ? at : NONE;
	}
	if (ret)
		return ret;
	if (at != NONE) {
		*out = (uint32_t)at;
		return 0;
	}
	dep = arena_alloc(s->b->arena, sizeof(*dep));
	if (!dep)
		return error_nomem(err);
	*dep = (struct dependency){ .name = name, .task = NONE };
	ret = board_look_up(dep, s->b, s->b->known, s->r.findings, err);
	if (ret)
		return ret;
	*out = dep->state == DEPENDS_COMPLETE ? LINK_MET : LINK_STUCK;
	return dep->status && !strcmp(dep->status, "Superseded") ? OPS_ENOTFOUND : 0;
}

static int put_link(struct sketching *s, uint32_t link, struct ops_error *err)
{
	uint32_t *list = s->b->links;

	if (s->links_nr == s->links_room)
		list = arena_room(s->b->arena, list, s->links_nr, &s->links_room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	s->b->links = list;
	list[s->links_nr++] = link;
	return 0;
}

static int link_names(struct sketching *s, size_t job, struct ops_error *err)
{
	const struct task *t;
	uint32_t link = LINK_STUCK;
	size_t i;
	int ret = board_get(&t, s->b, job, s->b->arena, err);

	for (i = 0; ret == 0 && i < t->depends_nr; i++) {
		ret = link_name(&link, s, t->depends[i].name, err);
		if (ret == 0)
			ret = put_link(s, link, err);
	}
	return ret;
}

/* What a link of the base means now; false: ask by name. */
static bool link_of(uint32_t *out, const struct sketching *s, uint32_t link)
{
	if (!(link & ROLL_LINK_ROW)) {
		*out = link < s->base_nr ? s->number[link] : GONE;
		return *out != GONE;
	}
	*out = link & ROLL_LINK_MET ? LINK_MET : LINK_STUCK;
	return !s->changes_nr || !bitset_has(&s->hidden, link & ROLL_LINK_AT);
}

static int link_base(struct sketching *s, const struct roll_job *from, size_t first,
		     size_t job, struct ops_error *err)
{
	size_t before = s->links_nr, i;
	uint32_t link;
	int ret = 0;

	if (from->flags & ROLL_JOB_NAMES)
		return link_names(s, job, err);
	for (i = 0; ret == 0 && i < from->links_nr; i++) {
		if (!link_of(&link, s, s->base_links[first + i])) {
			s->links_nr = before;
			return link_names(s, job, err);
		}
		ret = put_link(s, link, err);
	}
	return ret;
}

/* The tasks apart lie between those of the base, in the order in which they were read. */
static int add_links(struct sketching *s, struct ops_error *err)
{
	size_t total = sealed_size(s->roll->segment[0], PART_LINKS) / sizeof(uint32_t);
	size_t first = 0, done = 0;
	uint32_t i = 0;
	int ret = 0;

	while (ret == 0 && done < s->nr) {
		if (s->b->jobs[done].flags & JOB_APART) {
			ret = link_names(s, done, err);
		} else {
			for (; i < s->base_nr && s->number[i] != done; i++)
				first += s->base[i].links_nr;
			if (i == s->base_nr || first + s->base[i].links_nr > total)
				return OPS_ENOTFOUND;
			ret = link_base(s, &s->base[i], first, done, err);
		}
		s->b->links_first[++done] = (uint32_t)s->links_nr;
		if (s->b->jobs[done - 1].flags & JOB_APART)
			say_depends(&s->b->apart[s->b->jobs[done - 1].line], s->b, done - 1);
	}
	return ret;
}

/* Packets about a task that is not apart may have come since. */
static int mark_recorded(struct sketching *s, struct ops_error *err)
{
	const char *packets = config_directory(s->b->config, "packets"), *dir, *id;
	struct roll_line line = { s->roll, 1, NULL };
	size_t i, at;
	int ret = 0;

	for (i = 0; ret == 0 && i < s->changes_nr; i++) {
		line.row = roll_row(s->roll, 1, i);
		dir = line.row ? roll_word(&line, line.row->dir) : NULL;
		id = line.row ? roll_id(&line) : NULL;
		if (!dir || !id)
			return OPS_ENOTFOUND;
		if (strcmp(dir, packets) != 0 || line.row->flags & ROW_GONE)
			continue;
		ret = find_task(&at, s, id, err);
		if (ret == 0 && at != NONE)
			s->b->jobs[at].flags |= JOB_RECORDED;
	}
	return ret;
}

/* --- all of it --- */

static int add_root(const char *root, void *payload, struct ops_error *err)
{
	struct sketching *s = payload;

	return names_add(&s->roots, s->b->arena, root) ? error_nomem(err) : 0;
}

static int begin(struct sketching *s, struct ops_error *err)
{
	struct sealed *base = s->roll->segment[0];
	struct board *b = s->b;
	size_t jobs = sealed_size(base, PART_JOBS), links = sealed_size(base, PART_LINKS);
	int ret;

	s->base_nr = (uint32_t)(jobs / sizeof(*s->base));
	s->base = sealed_at(base, PART_JOBS, 0, jobs);
	s->base_links = sealed_at(base, PART_LINKS, 0, links);
	if (!s->roll->facts[0].jobs || !s->base || !s->base_links)
		return OPS_ENOTFOUND;
	ret = find_changes(s);
	if (ret)
		return ret == OPS_ENOMEM ? error_nomem(err) : ret;
	s->room = s->base_nr + s->changes_nr;
	s->links_room = links / sizeof(uint32_t) + 64;
	b->known = map_new(b->arena);
	s->by_id = map_new(b->arena);
	s->number = arena_space(b->arena, (size_t)s->base_nr + 1, sizeof(*s->number));
	b->jobs = arena_space(b->arena, s->room + 1, sizeof(*b->jobs));
	b->links_first = arena_array(b->arena, s->room + 1, sizeof(*b->links_first));
	b->links = arena_array(b->arena, s->links_room, sizeof(*b->links));
	if (!b->known || !s->by_id || !s->number || !b->jobs || !b->links_first || !b->links)
		return error_nomem(err);
	return world_each_root(b->world, s->r.type, false, add_root, s, err);
}

static int sketch(struct sketching *s, struct ops_error *err)
{
	struct board *b = s->b;
	int ret = begin(s, err);

	if (ret == 0)
		ret = add_jobs(s, err);
	if (ret)
		return ret;
	/* From here on a task is asked for by its number. */
	b->apart = b->tasks;
	b->tasks = NULL;
	b->tasks_nr = s->nr;
	b->roll = s->roll;
	ret = add_links(s, err);
	if (ret == 0)
		ret = mark_recorded(s, err);
	if (ret == 0)
		board_count_work(b);
	sealed_forget(s->roll->segment[0], PART_JOBS);
	sealed_forget(s->roll->segment[0], PART_LINKS);
	return ret == 0 && !world_roll(b->world) ? OPS_ENOTFOUND : ret;
}

int board_sketch(struct board **out, struct world *w, int64_t now,
		 struct ops_findings *findings, struct ops_error *err)
{
	struct sketching s = { .roll = world_roll(w) };
	struct ops_findings *apart;
	int ret;

	if (!s.roll || !s.roll->facts[0].jobs)
		return board_read(out, w, now, findings, err);
	apart = ops_findings_new();
	ret = apart ? board_begin(&s.b, w, now, &s.r, apart, err) : error_nomem(err);
	if (ret == 0)
		ret = sketch(&s, err);
	if (ret == 0) {
		findings_move(findings, apart);
		*out = s.b;
	} else {
		board_free(s.b);
	}
	ops_findings_free(apart);
	return ret == OPS_ENOTFOUND ? board_read(out, w, now, findings, err) : ret;
}
