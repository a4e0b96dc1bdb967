/* SPDX-License-Identifier: MIT */
/*
 * Running agents for tasks, from the request to the record.
 *
 * First all orders are prepared, and if one may not run, none does.  Then they run side by
 * side; each is recorded when it ends, so that what was done is on record even if we die
 * before the others end.  Those that end together are recorded as one commit.
 *
 * Must never hold the writers' lock while an agent runs.
 */
#include "ops/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/draft.h"
#include "model/elsewhere.h"
#include "run/record.h"
#include "store/lock.h"
#include "util/json.h"
#include "util/utf8.h"

#define TOGETHER_MS 20	/* for what ends side by side */
#define MILESTONES_MAX 32	/* of a run that are recorded: each is a commit */

struct running_set {
	struct ops_repo *repo;
	struct arena *arena;		/* of the report */
	struct snap *snap;
	struct world *world;
	const struct config *config;
	struct order **orders;
	struct ops_run *runs;
	size_t nr;
	struct ops_findings *findings;
	void (*watch)(const char *agent, int progress, const char *note, void *payload);
	void *payload;
};

/* What is recorded together. */
struct gathered {
	struct record *list;
	struct run_result **results;
	size_t nr, results_nr;
};

struct report {
	struct ops_run_report public;	/* first: freed by its address */
	struct arena *arena;
};

void ops_run_report_free(struct ops_run_report *report)
{
	struct report *r = (struct report *)report;

	if (r) {
		arena_free(r->arena);
		free(r);
	}
}

static int open_world(struct running_set *s, struct ops_error *err)
{
	int ret = repo_tip(&s->snap, &s->world, s->repo, err);

	if (ret == 0)
		ret = world_config(&s->config, s->world, err);
	if (ret == 0 && !s->config->present)
		ret = elsewhere_error(s->repo->store, NULL, err);
	return ret;
}

/* Whoever may not record a result may not have one made. */
static int check_actor(struct running_set *s, struct ops_error *err)
{
	const struct type *type = config_type(s->config, "result");
	const struct roster *roster;
	const struct agent *actor;
	const char *claim;
	size_t i;
	int ret = world_roster(&roster, s->world, err);

	if (ret)
		return ret;
	actor = repo_actor(s->repo, roster, &claim);
	for (i = 0; actor && actor->active && type && i < type->create.nr; i++)
		if (agent_holds(actor, type->create.list[i]))
			return 0;
	findings_add(s->findings, "power.missing", OPS_ERROR, NULL, 0, 0,
		     type ? arena_printf(s->arena, "act as somebody (--as) with the power %s",
					 names_text(&type->create, s->arena, " or ")) : NULL,
		     "'%s' may not record results, so it may not run agents",
		     actor ? actor->id : claim ? claim : "nobody known");
	return 0;
}

static int prepare_one(struct running_set *s, size_t at, const struct ops_run_request *r,
		       struct ops_error *err)
{
	struct run_want want = { .agent = r->agent, .kind = r->kind, .context = r->context,
				 .input = r->input, .timeout = r->timeout,
				 .worktree = r->worktree, .id = r->id };
	struct ops_error found = { 0 };
	int ret = world_find(&want.task, s->world, r->task, NULL, s->findings, err);

	if (ret)
		return ret;
	/* a run of a pipeline has work for agents, too */
	if (!type_is(want.task->type, "task") && !type_is(want.task->type, "signal"))
		return error_set(err, OPS_ENOTFOUND, "there is no task '%.100s'", r->task);
	ret = order_prepare(&s->orders[at], s->arena, s->repo, s->world, &want, s->findings,
			    &found);
	/* the next one may be wrong, too */
	return ret == OPS_EREFUSED ? 0 : ret ? error_set(err, ret, "%s", found.message) : 0;
}

static int prepare(struct running_set *s, const struct ops_run_request *requests,
		   struct ops_error *err)
{
	size_t i;
	int ret = open_world(s, err);

	if (ret == 0)
		ret = check_actor(s, err);
	for (i = 0; ret == 0 && i < s->nr; i++)
		ret = prepare_one(s, i, &requests[i], err);
	if (ret == 0 && ops_findings_refuse(s->findings))
		ret = error_set(err, OPS_EREFUSED, "nothing was run");
	for (i = 0; ret == 0 && i < s->nr; i++) {
		struct ops_run *run = &s->runs[i];
		const struct order *o = s->orders[i];

		run->agent = o->agent->id;
		run->task = o->task;
		run->kind = o->kind;
		run->id = o->run.id;
		run->program = o->words;
		run->progress = -1;
		run->why = run->ended = run->status = "";
	}
	return ret;
}

static void on_progress(const struct run_order *order, const struct run_progress *progress,
			void *payload)
{
	struct running_set *s = payload;
	struct order *o = order->payload;

	if (*progress->milestone && o->milestones < MILESTONES_MAX)
		o->milestones += record_milestone(s->repo, o, progress);
	if (s->watch)
		s->watch(order->agent, progress->percent, *progress->milestone ?
			 progress->milestone : progress->note, s->payload);
}

static struct ops_run *run_of(struct running_set *s, const struct order *order)
{
	size_t at;

	for (at = 0; s->orders[at] != order; at++)
		;
	return &s->runs[at];
}

static const char *json_words(struct arena *arena, const struct json *v)
{
	struct buf b = BUF_INIT;
	const char *text = NULL;

	if (v && json_write(&b, v, false) && !buf_failed(&b))
		text = arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* Tell what came of it. */
static int tell(struct running_set *s, const struct record *record, struct ops_error *err)
{
	const struct run_result *r = record->result;
	const struct tree_outcome *changes = record->changes;
	struct ops_run *run = run_of(s, record->order);
	const struct json *summary = r->answer ? json_get(r->answer, "summary") : NULL;
	struct arena *a = s->arena;

	run->status = run_status_text(record->status);
	run->ended = run_end_text(r->end);
	run->why = !changes->lost ? arena_str(a, r->why) :
		   arena_printf(a, "%s%swhat it changed could not be taken in: %s", r->why,
				*r->why ? "; " : "", changes->lost);
	run->summary = summary ? arena_str(a, json_text(summary)) : NULL;
	run->answer = json_words(a, r->answer);
	run->digest = arena_printf(a, "sha256:%s", r->digest);
	run->size_class = run_class(r->ms);
	run->quality = record->quality;
	run->exit = r->code;
	run->signal = r->signal;
	run->ms = r->ms;
	run->cpu_ms = (unsigned)r->cpu_ms;
	run->memory = (uint64_t)r->memory;
	run->stragglers = r->stragglers;
	run->left = r->left;
	run->heartbeats = r->progress.lines;
	run->progress = r->progress.percent;
	run->log = record->log ? act_run_log(a, s->config, run->task, run->id) : NULL;
	run->packet = record->packet;
	run->commit = arena_str(a, record->commit);
	run->changes = changes->changed ? arena_str(a, changes->commit) : NULL;
	run->ref = changes->ref;
	run->refused = changes->refused;
	return run->why && run->digest && run->commit ? 0 : error_nomem(err);
}

/* What its entry asks of its work, if it calls that done. */
static int check(struct record *record, struct running_set *s)
{
	const struct order *o = record->order;
	const struct tree_outcome *changes = record->changes;
	const char *const *list, *range = NULL;
	struct ops_document *entry;
	struct ops_error fault = { 0 };
	size_t nr = 0;
	int ret;

	if (record->result->status != RUN_COMPLETE || changes->refused || changes->lost)
		return 0;
	ret = world_document(&entry, s->world, o->agent->path, s->findings, &fault);
	if (ret == 0 && document_list(&list, &nr, entry, "Checks"))
		return OPS_ENOMEM;
	if (ret || !nr)
		return ret;
	if (changes->changed) {
		range = arena_printf(s->arena, "%s^..%s", changes->commit, changes->commit);
		if (!range)
			return OPS_ENOMEM;
	}
	ret = checks_do(&record->checks, s->arena, s->repo, o->task, o->agent->id, range,
			s->findings, &fault);
	/* what cannot be checked has not passed, and keeps no run from its record */
	if (ret && ret != OPS_ENOMEM) {
		record->checks = (struct run_checks){ .of = nr };
		record->checks.issues = arena_printf(s->arena, "- its checks could not be done: "
						     "%s", fault.message);
		ret = record->checks.issues ? 0 : OPS_ENOMEM;
	}
	return ret;
}

/* One has ended: what became of its work tree. */
static int settle(struct record *record, struct running_set *s, const struct run_result *r,
		  struct ops_error *err)
{
	struct order *o = r->order->payload;
	const struct json *summary = r->answer ? json_get(r->answer, "summary") : NULL;
	struct tree_outcome *changes = arena_alloc(s->arena, sizeof(*changes));
	struct ops_error fault = { 0 };
	int ret = changes ? 0 : OPS_ENOMEM;

	*record = (struct record){ .order = o, .result = r, .changes = changes };
	if (ret == 0 && o->tree && r->end != RUN_NOT_STARTED)
		ret = tree_commit(changes, o->tree, s->arena, s->repo, o->agent, o->task,
				  o->run.id, summary ? json_text(summary) :
				  run_end_text(r->end), s->findings, &fault);
	/* a work tree in whatever state keeps no run from its record */
	if (ret && ret != OPS_ENOMEM) {
		*changes = (struct tree_outcome){ .lost = arena_str(s->arena, fault.message) };
		ret = changes->lost ? 0 : OPS_ENOMEM;
	}
	if (ret == 0)
		ret = check(record, s);
	if (o->tree)
		tree_drop(o->tree, s->repo);
	order_done(o);
	return ret ? error_nomem(err) : 0;
}

/* What is the first fault of many. */
static void note(int *failed, int one, const struct ops_error *fault, struct ops_error *err)
{
	if (one && !*failed)
		*failed = error_set(err, one, "%s", fault->message);
}

/*
 * Take in those that end a moment after the first: nobody waits for us while others run, but
 * whoever ends last would wait for a commit each.
 */
static void gather(int *failed, struct gathered *g, struct running_set *s,
		   struct run_set *set, struct ops_error *err)
{
	uint64_t until = wait_clock_ms() + TOGETHER_MS, now;
	struct run_result *result = NULL;
	struct ops_error fault = { 0 };
	int one;

	do {
		one = settle(&g->list[g->nr], s, g->results[g->results_nr - 1], &fault);
		note(failed, one, &fault, err);
		g->nr += one == 0;
		now = wait_clock_ms();
		one = run_set_look(&result, set, now < until ? (unsigned)(until - now) : 0,
				   &fault);
		if (one == 1)
			g->results[g->results_nr++] = result;
	} while (one == 1);
	note(failed, one, &fault, err);
}

/* Record what has ended.  What went wrong with one does not keep the rest from their record. */
static void conclude(int *failed, struct running_set *s, struct run_set *set,
		     struct run_result *first, struct ops_error *err)
{
	struct gathered g = { .results_nr = 1 };
	struct ops_error fault = { 0 };
	size_t i;
	int one;

	g.list = arena_array(s->arena, s->nr, sizeof(*g.list));
	g.results = arena_array(s->arena, s->nr, sizeof(*g.results));
	if (!g.list || !g.results) {
		run_result_free(first);
		note(failed, error_nomem(&fault), &fault, err);
		return;
	}
	g.results[0] = first;
	gather(failed, &g, s, set, err);
	one = g.nr ? record_write(g.list, g.nr, s->arena, s->repo, s->config->ratio, &fault) : 0;
	note(failed, one, &fault, err);
	for (i = 0; i < g.nr; i++)
		if (g.list[i].packet)
			note(failed, tell(s, &g.list[i], &fault), &fault, err);
	for (i = 0; i < g.results_nr; i++)
		run_result_free(g.results[i]);
}

static int run_all(struct running_set *s, struct ops_error *err)
{
	struct run_set *set = run_set_new(s->nr > 1 ? (unsigned)s->nr : 1);
	struct run_result *result;
	size_t i;
	int ret = set ? 0 : error_nomem(err), failed = 0;

	if (set)
		run_set_on_progress(set, on_progress, s);
	for (i = 0; ret == 0 && i < s->nr; i++) {
		ret = order_place(s->orders[i], s->arena, s->repo, err);
		if (ret == 0)
			ret = run_set_add(set, &s->orders[i]->run, err);
	}
	while (ret == 0 && (ret = run_set_next(&result, set, err)) == 1) {
		conclude(&failed, s, set, result, err);
		ret = 0;
	}
	ret = ret ? ret : failed;
	run_set_free(set);
	for (i = 0; i < s->nr; i++) {
		if (s->orders[i]->tree && s->orders[i]->tree->path)
			tree_drop(s->orders[i]->tree, s->repo);
		order_done(s->orders[i]);
	}
	return ret;
}

int ops_repo_run(struct ops_run_report **out, struct ops_findings *findings,
		 struct ops_repo *repo, const struct ops_run_request *requests, size_t nr,
		 unsigned flags,
		 void (*watch)(const char *agent, int progress, const char *note,
			       void *payload),
		 void *payload, struct ops_error *err)
{
	struct running_set s = { .repo = repo, .nr = nr, .findings = findings, .watch = watch,
				 .payload = payload };
	struct report *report = calloc(1, sizeof(*report));
	int ret = 0;

	if (!nr) {
		free(report);
		return error_set(err, OPS_EUSAGE, "there is nothing to run");
	}
	if (report)
		report->arena = s.arena = arena_new();
	if (s.arena) {
		s.orders = arena_array(s.arena, nr, sizeof(struct order *));
		s.runs = arena_array(s.arena, nr, sizeof(*s.runs));
	}
	if (!s.orders || !s.runs)
		ret = error_nomem(err);
	if (ret == 0)
		ret = prepare(&s, requests, err);
	if (ret == 0 && !(flags & OPS_DRY_RUN))
		ret = run_all(&s, err);
	world_close(s.world);
	snap_free(s.snap);
	if (ret) {
		ops_run_report_free(&report->public);
		return ret;
	}
	report->public.runs = s.runs;
	report->public.runs_nr = nr;
	*out = &report->public;
	return 0;
}
