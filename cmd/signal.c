/* SPDX-License-Identifier: MIT */
/*
 * ops signal: tell a coordinator what is to be done; see what came of it.
 *
 * Which signals there are, what each needs and what is done for it, is the
 * configuration's business.
 */

#include <string.h>

#include "command.h"
#include "input.h"
#include "out.h"
#include "report.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct signal_options {
	struct act_options act;
	const char *context, *task, *resume, *abort, *report;
};

static const char *const usage[] = {
	"ops signal [--context FILE] [--task TASK] SIGNAL [NAME=TEXT]...",
	"ops signal --resume RUN",
	"ops signal --abort RUN -m TEXT",
	"ops signal --report RUN",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "context", "FILE", offsetof(struct signal_options, context),
	  "what the signal has to tell, as a JSON object; - is standard input" },
	{ OPT_TEXT, 0, "task", "TASK", offsetof(struct signal_options, task),
	  "the task it is for; its commits name it" },
	{ OPT_TEXT, 0, "resume", "RUN", offsetof(struct signal_options, resume),
	  "go on with a run that was cut off or waits" },
	{ OPT_TEXT, 0, "abort", "RUN", offsetof(struct signal_options, abort),
	  "end a run where it is" },
	{ OPT_TEXT, 0, "report", "RUN", offsetof(struct signal_options, report),
	  "say how a run stands, or what it came to" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static void progress(const char *step, const char *state, void *payload)
{
	struct session *s = payload;

	if (!s->globals->json)
		out_say(s->talk, "ops: %s %s\n", step, state);
}

static void show_step(struct session *s, const struct ops_signal_step *step)
{
	out_say(s->out, "  %s", step->state);
	out_say(s->out, ": %s, by %s", step->name, step->agent);
	if (step->summary && *step->summary)
		out_say(s->out, ": %s", step->summary);
	out_say(s->out, "\n");
}

static void tell_step(struct session *s, const struct ops_signal_step *step)
{
	out_map(s->out, NULL);
	out_string(s->out, "name", step->name);
	out_string(s->out, "agent", step->agent);
	out_string(s->out, "by", step->by);
	out_string(s->out, "state", step->state);
	out_string(s->out, "summary", step->summary);
	out_string(s->out, "issues", step->issues);
	out_number(s->out, "attempts", step->attempts);
	out_number(s->out, "seconds", (double)step->seconds);
	out_end(s->out);
}

/* For people: what came of each step, and its issues where no message tells them. */
static void show(struct session *s, const struct ops_signal_result *r)
{
	size_t i;

	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "%s", r->verdict);
	out_style(s->out, STYLE_PLAIN);
	if (r->route)
		out_say(s->out, ": it is for %s", r->route);
	if (r->pipeline)
		out_say(s->out, ": %s, pipeline %s", r->signal, r->pipeline);
	if (r->run)
		out_say(s->out, ", run %s", r->run);
	out_say(s->out, "\n");
	for (i = 0; i < r->steps_nr; i++) {
		show_step(s, &r->steps[i]);
		if (!r->message && r->steps[i].issues)
			out_block(s->out, "    ", r->steps[i].issues, strlen(r->steps[i].issues));
	}
}

static void print(struct session *s, const struct ops_signal_result *r, bool report)
{
	if (!report)
		show(s, r);
	out_string(s->out, "verdict", r->verdict);
	out_string(s->out, "route", r->route);
	out_string(s->out, "run", r->run);
	out_string(s->out, "signal", r->signal);
	out_string(s->out, "pipeline", r->pipeline);
	out_string(s->out, "pattern", r->pattern);
	out_string(s->out, "gate", r->gate);
	out_list(s->out, "steps");
	for (size_t i = 0; i < r->steps_nr; i++)
		tell_step(s, &r->steps[i]);
	out_end(s->out);
	out_string(s->out, "message", r->message);
	out_string(s->out, "next", r->next);
	if (r->message)
		out_block(s->out, "", r->message, strlen(r->message));
	else if (r->next)
		out_say(s->out, "next: %s\n", r->next);
}

/* Whether it came to a good end, or has none yet. */
static bool is_well(const char *verdict)
{
	return strcmp(verdict, "PARTIAL") && strcmp(verdict, "FAILED") &&
	       strcmp(verdict, "ESCALATED");
}

static int check_words(struct session *s, const struct args *args)
{
	const struct signal_options *o = args->options;
	int other = !!o->resume + !!o->abort + !!o->report;

	if ((other && (args->nr || o->context || o->task)) || other > 1)
		return error_set(&s->err, OPS_EUSAGE, "give a signal, --resume, --abort or "
				 "--report");
	if (!other && !args->nr)
		return error_set(&s->err, OPS_EUSAGE, "which signal?");
	if (o->abort && !o->act.reason)
		return error_set(&s->err, OPS_EUSAGE, "say why, with -m");
	if (o->act.reason && !o->abort)
		return error_set(&s->err, OPS_EUSAGE, "-m is the reason of --abort");
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct signal_options *o = args->options;
	struct ops_signal_options signal = {
		.task = o->task, .resume = o->resume, .abort = o->abort,
		.report = o->report, .reason = o->act.reason,
		.flags = o->act.dry_run ? OPS_DRY_RUN : 0,
		.progress = progress, .payload = s,
	};
	struct ops_signal_result *result = NULL;
	int ret = check_words(s, args);

	if (ret == 0 && args->nr) {
		struct opt_list words = { (const char **)(size_t)(args->words + 1),
					  args->nr - 1, args->nr - 1 };

		signal.signal = args->words[0];
		signal.items_nr = words.nr;
		ret = input_settings(&signal.items, s->arena, &words, true, &s->err);
	}
	if (ret == 0 && o->context) {
		ret = input_text(&signal.context, s->arena, o->context, INPUT_FILE_MAX, &s->err);
		signal.context_len = ret ? 0 : strlen(signal.context);
	}
	if (ret == 0)
		ret = ops_repo_signal(&result, s->findings, s->repo, &signal, &s->err);
	if (ret < 0)
		return ret;
	print(s, result, o->report != NULL);
	s->found = !o->report && !is_well(result->verdict);
	ops_signal_free(result);
	return 0;
}

const struct command cmd_signal[] = {
	{ "signal", "Tell a coordinator what is to be done, and have it done",
	  NEED_REPO | WRITES, usage, options, sizeof(struct signal_options), 0, ANY_WORDS,
	  run },
	{ .name = NULL }
};
