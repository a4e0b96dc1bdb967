/* SPDX-License-Identifier: MIT */
/*
 * ops quality: the checks of the work on a task, and the gate by their ratio.
 *
 * What is checked, and whether it passes, the library decides; --record keeps the answer as a
 * packet, whose file is evidence for a gate.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct quality_options {
	struct act_options act;
	const char *set, *range;
	bool record;
};

static const char *const usage[] = {
	"ops quality [--set SET] [--range A..B] [--record [--dry-run]] TASK",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "set", "SET", offsetof(struct quality_options, set),
	  "which checks: the name of a set, or of an agent (default: default)" },
	{ OPT_TEXT, 0, "range", "A..B", offsetof(struct quality_options, range),
	  "look at these commits, not at those that name the task" },
	{ OPT_FLAG, 0, "record", NULL, offsetof(struct quality_options, record),
	  "record it as a packet, whose file can be evidence" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static void show(struct session *s, const struct ops_quality *q)
{
	size_t i;

	out_string(s->out, "task", q->task);
	out_string(s->out, "set", q->set);
	out_number(s->out, "commits", (double)q->commits);
	out_list(s->out, "checks");
	for (i = 0; i < q->checks_nr; i++) {
		const struct ops_quality_check *c = &q->checks[i];

		out_map(s->out, NULL);
		out_string(s->out, "name", c->name);
		out_bool(s->out, "passed", c->passed);
		out_bool(s->out, "mandatory", c->mandatory);
		out_string(s->out, "why", c->why);
		out_string(s->out, "next", c->next);
		out_number(s->out, "ms", c->ms);
		out_end(s->out);
		out_style(s->out, c->passed ? STYLE_GREEN : STYLE_RED);
		out_say(s->out, "%s", c->passed ? "passed" : "FAILED");
		out_style(s->out, STYLE_PLAIN);
		out_say(s->out, " %s%s\n", c->name, c->mandatory ? " (mandatory)" : "");
		if (!c->passed)
			out_say(s->out, "  %s\n  next: %s\n", c->why, c->next);
	}
	out_end(s->out);
	out_bool(s->out, "passed", q->passed);
	out_string(s->out, "gate", q->gate);
	out_say(s->out, "Quality Gate: %s\n", q->gate);
}

/* Those that failed, with a comma between them; NULL for none. */
static const char *failed(struct session *s, const struct ops_quality *q)
{
	const char *list = NULL;
	size_t i;

	for (i = 0; i < q->checks_nr; i++)
		if (!q->checks[i].passed)
			list = arena_printf(s->arena, "%s%s%s", list ? list : "",
					    list ? ", " : "", q->checks[i].name);
	return list;
}

static int record(struct session *s, const struct ops_quality *q, bool dry_run)
{
	struct ops_setting list[] = {
		{ "Set", q->set }, { "Quality-Gate", q->gate }, { "Checks", q->text },
		{ "Commits", arena_printf(s->arena, "%zu", q->commits) },
		{ "Failed", failed(s, q) },
	};
	struct ops_request request = { .action = "packet.quality-report", .target = q->task,
				       .sections = list, .sections_nr = list[4].value ? 5 : 4 };

	return list[3].value ? request_send(s, &request, 1, dry_run) : error_nomem(&s->err);
}

static int run(struct session *s, const struct args *args)
{
	const struct quality_options *o = args->options;
	const struct ops_quality_request request = { args->words[0], o->set, o->range };
	struct ops_quality *q;
	int ret;

	if (o->act.dry_run && !o->record)
		return error_set(&s->err, OPS_EUSAGE, "--dry-run is for --record");
	ret = ops_repo_quality(&q, s->findings, s->repo, &request, &s->err);
	if (ret)
		return ret;
	show(s, q);
	if (o->record)
		ret = record(s, q, o->act.dry_run);
	s->found = !q->passed;
	ops_quality_free(q);
	return ret;
}

const struct command cmd_quality[] = {
	{ "quality", "Check the work on a task, and tell whether it passes",
	  NEED_REPO | WRITES, usage, options, sizeof(struct quality_options), 1, 1, run },
	{ .name = NULL }
};
