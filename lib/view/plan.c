/* SPDX-License-Identifier: MIT */
/*
 * Plans as plain data: what the model computes over one state, in the words of the
 * public interface.
 *
 * Reads only.  A board is read for each call and is part of what the view owns.
 */

#include <string.h>

#include "model/balance.h"
#include "model/plan.h"
#include "ops/plan.h"
#include "util/path.h"
#include "view/board.h"

static int read_board(struct board **out, struct ops_view *view,
		      int (*read)(struct board **out, struct world *w, int64_t now,
				  struct ops_findings *findings, struct ops_error *err),
		      struct ops_findings *findings, struct ops_error *err)
{
	struct view_board *kept = arena_alloc(view->arena, sizeof(*kept));
	int ret;

	if (!kept)
		return error_nomem(err);
	ret = read(&kept->board, view->world, view->repo->now, findings, err);
	if (ret)
		return ret;
	kept->next = view->boards;
	view->boards = kept;
	*out = kept->board;
	return 0;
}

int view_board(struct board **out, struct ops_view *view, struct ops_findings *findings,
	       struct ops_error *err)
{
	return read_board(out, view, board_read, findings, err);
}

int view_sketch(struct board **out, struct ops_view *view, struct ops_findings *findings,
		struct ops_error *err)
{
	return read_board(out, view, board_sketch, findings, err);
}

int view_ask(struct ops_view *view,
	     int (*ask)(struct ops_view *view, void *payload, struct ops_findings *findings,
			struct ops_error *err),
	     void *payload, struct ops_findings *findings, struct ops_error *err)
{
	bool by_roll = world_roll(view->world) != NULL;
	struct ops_findings *apart = by_roll ? ops_findings_new() : NULL;
	int ret = by_roll && !apart ? error_nomem(err) : view_say_broken(view, findings, err);

	if (ret) {
		ops_findings_free(apart);
		return ret;
	}
	ret = ask(view, payload, by_roll ? apart : findings, err);
	/* What a damaged roll gave is no answer: the documents are asked. */
	if (by_roll && !world_roll(view->world))
		ret = ask(view, payload, findings, err);
	else if (by_roll)
		findings_move(findings, apart);
	ops_findings_free(apart);
	return ret;
}

void view_boards_free(struct view_board *boards)
{
	for (; boards; boards = boards->next)
		board_free(boards->board);
}

int view_number(size_t *out, struct board *b, struct ops_view *view, const char *name,
		struct ops_error *err)
{
	const char *path, *stem, *id;
	const struct task *t = NULL;
	size_t len;
	int ret = world_find_path(&path, view->world, name, "task", err);

	if (ret)
		return ret;
	len = path_stem(path, &stem);
	id = arena_dup(b->arena, stem, len);
	if (!id)
		return error_nomem(err);
	*out = board_number(b, id);
	if (*out != NONE)
		ret = board_get(&t, b, *out, b->arena, err);
	if (ret == 0 && (!t || strcmp(t->path, path)))
		return error_set(err, OPS_EUSAGE, "'%s' is finished, or cannot be read", id);
	return ret;
}

int view_task(struct task **out, struct board *b, struct ops_view *view,
	      const char *name, struct ops_error *err)
{
	size_t at = 0;
	int ret = view_number(&at, b, view, name, err);

	if (ret == 0)
		*out = &b->tasks[at];
	return ret;
}

static int fill_candidates(struct ops_choice *c, const struct board *b,
			   const struct plan_row *row)
{
	struct ops_candidate *list = arena_array(b->arena, b->workers_nr + 1,
						 sizeof(*list));
	size_t i;

	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < b->workers_nr; i++) {
		const struct score *s = &row->table[i];
		const struct worker *w = &b->workers[s->worker];

		list[i].agent = w->name;
		list[i].excluded = choice_why(b->arena, b, row->task, s);
		if (!list[i].excluded && s->why != CAN_TAKE)
			return OPS_ENOMEM;
		list[i].score = s->total;
		list[i].capability = s->factor[FACTOR_CAPABILITY];
		list[i].workload = s->factor[FACTOR_WORKLOAD];
		list[i].performance = s->factor[FACTOR_PERFORMANCE];
		list[i].cohesion = s->factor[FACTOR_COHESION];
		list[i].active = s->active;
		list[i].limit = w->limit;
		list[i].similar = s->performance.ended;
		list[i].completed = s->performance.completed;
		list[i].success = s->performance.part[PART_SUCCESS];
		list[i].efficiency = s->performance.part[PART_EFFICIENCY];
		list[i].quality = s->performance.part[PART_QUALITY];
		list[i].team = s->cohesion.team;
		list[i].known = s->cohesion.known;
	}
	c->candidates = list;
	c->candidates_nr = b->workers_nr;
	return 0;
}

static int fill_choice(struct ops_choice *c, const struct board *b,
		       const struct plan_row *row)
{
	const struct task *t = row->task;

	c->task = t->id;
	c->title = t->title;
	c->priority = t->priority_name;
	c->type = t->type;
	c->verdict = verdict_names[row->verdict];
	c->reason = row->reason;
	if (row->has_best) {
		c->agent = b->workers[row->best.worker].name;
		c->score = row->best.total;
		c->sum = plan_sum(b->arena, b, &row->best);
		if (!c->sum)
			return OPS_ENOMEM;
	}
	return row->table ? fill_candidates(c, b, row) : 0;
}

static int fill_plan(struct ops_plan *out, const struct board *b,
		     const struct track *track, const struct plan *plan)
{
	const double *w = b->planning->weight;
	struct ops_choice *list = arena_array(b->arena, plan->nr + 1, sizeof(*list));
	size_t i;

	for (i = 0; list && i < plan->nr; i++)
		if (fill_choice(&list[i], b, &plan->rows[i]))
			return OPS_ENOMEM;
	out->capability = w[FACTOR_CAPABILITY];
	out->workload = w[FACTOR_WORKLOAD];
	out->performance = w[FACTOR_PERFORMANCE];
	out->cohesion = w[FACTOR_COHESION];
	out->threshold = b->planning->threshold;
	out->history = track_count(track);
	out->choices = list;
	out->nr = plan->nr;
	return list ? 0 : OPS_ENOMEM;
}

struct asking {
	struct ops_plan *out;
	const char *task;
	bool tables;
};

static int ask(struct ops_view *view, void *payload, struct ops_findings *findings,
	       struct ops_error *err)
{
	const struct asking *a = payload;
	struct plan_wish wish = { NULL, a->tables, NULL };
	const struct task *t = NULL;
	struct track *track;
	struct board *b;
	struct plan plan;
	size_t at;
	int ret = view_sketch(&b, view, findings, err);

	if (ret == 0 && a->task) {
		ret = view_number(&at, b, view, a->task, err);
		if (ret == 0)
			ret = board_get(&t, b, at, b->arena, err);
		if (ret == 0 && t->work != WORK_QUEUED)
			ret = error_set(err, OPS_EUSAGE, "'%s' is %s, and only a task that "
					"is Queued is assigned", t->id, t->status);
		if (ret == 0)
			wish.only = t->id;
	}
	if (ret == 0)
		ret = track_read(&track, b, findings, err);
	if (ret == 0)
		ret = plan_make(&plan, b, track, &wish, findings, err);
	if (ret == 0 && fill_plan(a->out, b, track, &plan))
		ret = error_nomem(err);
	return ret;
}

int ops_view_plan(const struct ops_plan **out, struct ops_view *view, const char *task,
		  bool tables, struct ops_findings *findings, struct ops_error *err)
{
	struct ops_plan *public = arena_alloc(view->arena, sizeof(*public));
	struct asking a = { public, task, tables };
	int ret = public ? view_ask(view, ask, &a, findings, err) : error_nomem(err);

	if (ret == 0)
		*out = public;
	return ret;
}

static int fill_loads(struct ops_balance *out, const struct board *b,
		      const struct balance *balance)
{
	static const char *const levels[] = { "under", "even", "over" };
	struct ops_load *list = arena_array(b->arena, b->workers_nr + 1, sizeof(*list));
	size_t i;

	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < b->workers_nr; i++) {
		const struct worker *w = &b->workers[i];
		struct ops_load *l = &list[out->loads_nr];

		if (!w->works && !balance->loads[i].before)
			continue;
		l->agent = w->name;
		l->tasks = balance->loads[i].before;
		l->limit = w->limit;
		l->hours = w->hours;
		l->complexity = w->complexity;
		l->utilisation = (double)l->tasks / (w->limit ? w->limit : 1);
		l->level = levels[balance->loads[i].level + 1];
		l->after = balance->loads[i].after;
		out->loads_nr++;
	}
	out->loads = list;
	return 0;
}

static int fill_moves(struct ops_balance *out, struct board *b, const struct balance *balance,
		      struct ops_error *err)
{
	struct ops_move *list = arena_array(b->arena, balance->nr + 1, sizeof(*list));
	const struct task *t;
	size_t i;
	int ret = list ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < balance->nr; i++) {
		const struct move *m = &balance->moves[i];

		arena_clear(b->scratch);
		ret = board_get(&t, b, m->task, b->scratch, err);
		if (ret == 0)
			list[i] = (struct ops_move){ t->id, t->title, b->workers[m->from].name,
						     b->workers[m->to].name, m->capability,
						     m->started };
	}
	out->moves = list;
	out->moves_nr = balance->nr;
	return ret;
}

static int ask_balance(struct ops_view *view, void *payload, struct ops_findings *findings,
		       struct ops_error *err)
{
	const struct ops_balance **out = payload;
	struct ops_balance *public = arena_alloc(view->arena, sizeof(*public));
	struct balance balance;
	struct board *b;
	int ret = public ? view_sketch(&b, view, findings, err) : error_nomem(err);

	if (ret == 0)
		ret = board_weigh(b, err);
	if (ret == 0)
		ret = balance_make(&balance, b, NULL, err);
	if (ret)
		return ret;
	public->before = balance.before;
	public->after = balance.after;
	public->over = b->planning->over;
	public->under = b->planning->under;
	public->match = b->planning->match;
	if (fill_loads(public, b, &balance))
		return error_nomem(err);
	ret = fill_moves(public, b, &balance, err);
	if (ret == 0)
		*out = public;
	return ret;
}

int ops_view_balance(const struct ops_balance **out, struct ops_view *view,
		     struct ops_findings *findings, struct ops_error *err)
{
	return view_ask(view, ask_balance, out, findings, err);
}
