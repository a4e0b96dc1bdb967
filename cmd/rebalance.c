/* SPDX-License-Identifier: MIT */
/*
 * ops rebalance: who has too much, who too little, and what should change hands.
 *
 * Without --apply it only shows.  With it the library decides again under its lock; what
 * is started is shown and not moved, since only a handoff moves it.
 */

#include "command.h"
#include "out.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct balance_options {
	bool apply, dry_run;
};

static const char *const usage[] = {
	"ops rebalance [--dry-run]",
	"ops rebalance --apply [--dry-run]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "apply", NULL, offsetof(struct balance_options, apply),
	  "move what is not started" },
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct balance_options, dry_run),
	  "change nothing; with --apply, decide and judge all the same" },
	OPT_TABLE_END
};

static const struct out_column load_columns[] = {
	{ "agent", "AGENT", SHRINK_LAST },
	{ "tasks", "TASKS", NUMBER },
	{ "limit", "OF", NUMBER },
	{ "utilisation", "UTILISATION", NUMBER },
	{ "hours", "HOURS", NUMBER },
	{ "complexity", "COMPLEXITY", NUMBER },
	{ "level", "LOAD", SHRINK_NEVER },
	{ "after", "AFTER", NUMBER },
};

static const struct out_column move_columns[] = {
	{ "task", "TASK", SHRINK_LAST },
	{ "from", "FROM", SHRINK_LAST },
	{ "to", "TO", SHRINK_LAST },
	{ "capability", "CAPABLE", NUMBER },
	{ "how", "HOW", SHRINK_NEVER },
	{ "title", NULL, SHRINK_NEVER },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void show_loads(struct session *s, const struct ops_balance *b)
{
	out_table(s->out, "loads", load_columns, COUNT(load_columns));
	for (size_t i = 0; i < b->loads_nr; i++) {
		const struct ops_load *l = &b->loads[i];
		const char *cells[COUNT(load_columns)] = {
			l->agent, arena_printf(s->arena, "%u", l->tasks),
			arena_printf(s->arena, "%u", l->limit),
			arena_printf(s->arena, "%.3f", l->utilisation),
			arena_printf(s->arena, "%g", l->hours),
			arena_printf(s->arena, "%g", l->complexity), l->level,
			arena_printf(s->arena, "%u", l->after),
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
}

static void show_moves(struct session *s, const struct ops_balance *b)
{
	out_say(s->out, b->moves_nr ? "\n" : "\nnothing should change hands\n");
	out_table(s->out, "moves", move_columns, COUNT(move_columns));
	for (size_t i = 0; i < b->moves_nr; i++) {
		const struct ops_move *m = &b->moves[i];
		const char *cells[COUNT(move_columns)] = {
			m->task, m->from, m->to,
			arena_printf(s->arena, "%.4f", m->capability),
			m->handoff ? "handoff" : "move", m->title,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
}

static int apply(struct session *s, bool dry_run)
{
	struct ops_outcome *outcome = NULL;
	int ret = ops_repo_rebalance(&outcome, s->findings, s->repo,
				     dry_run ? OPS_DRY_RUN : 0, &s->err);

	if (ret < 0)
		return ret;
	request_show(s, outcome, dry_run, false);
	ops_outcome_free(outcome);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct balance_options *o = args->options;
	const struct ops_balance *b = NULL;
	struct ops_view *view = NULL;
	int ret;

	if (o->apply)
		return apply(s, o->dry_run);
	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	if ((ret = ops_view_balance(&b, view, s->findings, &s->err)) < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	out_number(s->out, "average", b->before);
	out_number(s->out, "average_after", b->after);
	show_loads(s, b);
	out_say(s->out, "average utilisation %s; over is above %s, under is below %s\n",
		arena_printf(s->arena, "%.3f", b->before),
		arena_printf(s->arena, "%.3f", b->over * b->before),
		arena_printf(s->arena, "%.3f", b->under * b->before));
	show_moves(s, b);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_rebalance[] = {
	{ "rebalance", "Move work from agents that have too much", NEED_REPO |
	  WRITES | READS_ANEW, usage, options, sizeof(struct balance_options), 0, 0, run },
	{ .name = NULL }
};
