/* SPDX-License-Identifier: MIT */
/*
 * ops orchestrate: one pass over all that an Operations Orchestrator does, or one after
 * the other until a signal.
 *
 * SIGINT and SIGTERM are blocked and asked for between two steps and while waiting, so an
 * act is never cut short, and the run ends as if it had come to its end.  With --interval
 * each pass is an answer of its own.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "out.h"
#include "report.h"
#include "request.h"
#include "sync.h"
#include "util/arena.h"
#include "util/date.h"
#include "util/error.h"

#define INTERVAL_MAX 86400

struct orchestrate_options {
	struct act_options act;
	bool once, no_op;
	const char *interval;
	struct opt_list only;
};

static const char *const usage[] = {
	"ops orchestrate [--once] [--only STEP]... [--record-no-op] [--dry-run]",
	"ops orchestrate --interval TIME [--only STEP]... [--record-no-op]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "once", NULL, offsetof(struct orchestrate_options, once),
	  "one pass (the default)" },
	{ OPT_TEXT, 0, "interval", "TIME", offsetof(struct orchestrate_options, interval),
	  "pass after pass, with so long between two: 15s, 5m" },
	{ OPT_LIST, 0, "only", "STEP", offsetof(struct orchestrate_options, only),
	  "only this step (repeatable)" },
	{ OPT_FLAG, 0, "record-no-op", NULL, offsetof(struct orchestrate_options, no_op),
	  "record it when there was nothing to change" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

/* The signals that end it, and whether one came. */
struct watch {
	sigset_t set;
	bool ended;
};

/* Wait for a signal; no more when one came. */
static bool wait_for(struct watch *w, int64_t seconds)
{
	struct timespec time = { (time_t)seconds, 0 };

	if (!w->ended)
		w->ended = sigtimedwait(&w->set, NULL, &time) > 0;
	return w->ended;
}

static bool go_on(void *payload)
{
	return !wait_for(payload, 0);
}

static void show_acts(struct session *s, const struct ops_pass_step *step, bool dry_run)
{
	out_list(s->out, "acts");
	for (size_t i = 0; i < step->acts_nr; i++) {
		const struct ops_act *a = &step->acts[i];

		out_say(s->out, "  %s%s %s", dry_run ? "would " : "", a->action, a->id);
		if (a->from && a->to && strcmp(a->from, a->to))
			out_say(s->out, ": %s -> %s", a->from, a->to);
		out_say(s->out, "\n");
		out_map(s->out, NULL);
		out_string(s->out, "action", a->action);
		out_string(s->out, "id", a->id);
		out_string(s->out, "path", a->path);
		out_string(s->out, "from", a->from);
		out_string(s->out, "to", a->to);
		out_end(s->out);
	}
	out_end(s->out);
}

static void show_notes(struct session *s, const struct ops_pass_step *step)
{
	out_list(s->out, "notes");
	for (size_t i = 0; i < step->notes_nr; i++) {
		const struct ops_pass_note *n = &step->notes[i];

		out_say(s->out, "  %s%s%s: %s\n", n->kind, *n->about ? " " : "", n->about,
			n->text);
		out_map(s->out, NULL);
		out_string(s->out, "kind", n->kind);
		out_string(s->out, "about", n->about);
		out_string(s->out, "text", n->text);
		out_number(s->out, "value", n->value);
		out_end(s->out);
	}
	out_end(s->out);
}

static void show_step(struct session *s, const struct ops_pass_step *step, bool dry_run)
{
	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "%s", step->name);
	out_style(s->out, step->error ? STYLE_RED : STYLE_PLAIN);
	out_say(s->out, ": %s", dry_run && !strcmp(step->state, "changed") ?
		"would change" : step->state);
	out_style(s->out, STYLE_PLAIN);
	if (step->error)
		out_say(s->out, ": %s", step->error);
	for (size_t i = 0; i < step->commits_nr; i++)
		out_say(s->out, "%s%.7s%s", i ? " " : " (", step->commits[i],
			i + 1 == step->commits_nr ? ")" : "");
	out_say(s->out, "\n");
	out_map(s->out, NULL);
	out_string(s->out, "step", step->name);
	out_string(s->out, "state", step->state);
	out_string(s->out, "error", step->error);
	out_list(s->out, "commits");
	for (size_t i = 0; i < step->commits_nr; i++)
		out_string(s->out, NULL, step->commits[i]);
	out_end(s->out);
	show_acts(s, step, dry_run);
	show_notes(s, step);
	report_findings(s->out, "  ", step->findings);
	out_end(s->out);
}

static void show(struct session *s, const struct ops_pass *p, bool dry_run)
{
	s->committed = p->commit != NULL;
	if (p->commit)
		memcpy(s->commit, p->commit, sizeof(s->commit));
	out_bool(s->out, "dry_run", dry_run);
	out_bool(s->out, "changed", p->acts_nr > 0);
	out_number(s->out, "acts", (double)p->acts_nr);
	out_number(s->out, "failed", (double)p->failed);
	out_bool(s->out, "ended", p->ended);
	out_string(s->out, "no_op", p->no_op);
	out_list(s->out, "steps");
	for (size_t i = 0; i < p->nr; i++)
		show_step(s, &p->steps[i], dry_run);
	out_end(s->out);
	if (p->no_op)
		out_say(s->out, "nothing was changed, which is recorded (%.7s)\n", p->no_op);
	s->found |= p->failed > 0;
}

static int pass(struct session *s, const struct orchestrate_options *o, struct watch *w)
{
	const struct ops_pass_options how = {
		o->act.dry_run ? OPS_DRY_RUN : 0, o->only.values, o->only.nr, o->no_op,
		go_on, w
	};
	struct ops_pass *p = NULL;
	int ret = ops_repo_pass(&p, s->repo, &how, &s->err);

	if (p)
		show(s, p, o->act.dry_run);
	ops_pass_free(p);
	return ret;
}

/* End the answer about one pass, and begin the next. */
static int next(struct session *s, bool answered)
{
	int ret = 0;

	if (answered) {
		out_end(s->out);
		out_end(s->out);
		ret = out_write(s->out);
		out_flush(s->out);
	}
	out_discard(s->out);
	report_begin(s);
	return ret;
}

static int again(struct session *s, const struct orchestrate_options *o, struct watch *w)
{
	int ret;

	sync_after(s);
	if ((ret = next(s, true)) < 0 || wait_for(w, 0))
		return ret;
	s->committed = false;
	if ((ret = session_renew(s)) < 0 || (ret = sync_before(s)) < 0)
		return ret;
	return pass(s, o, w);
}

/* What goes wrong after the first pass is told, and the next one may do better. */
static int keep_on(struct session *s, const struct orchestrate_options *o, struct watch *w,
		   int64_t interval)
{
	double nr = 1;
	int ret = pass(s, o, w);

	while (ret == 0 && !wait_for(w, interval)) {
		out_say(s->out, "\n");
		ret = again(s, o, w);
		nr += !w->ended;
		if (ret == OPS_ENOMEM || out_failed(s->out))
			return ret;
		if (ret < 0 && s->repo) {
			out_say(s->talk, "ops: %s\n", s->err.message);
			ret = next(s, false);
		}
	}
	if (ret == 0 && !s->found)
		out_say(s->out, "ended after %zu passes\n", (size_t)nr);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct orchestrate_options *o = args->options;
	struct watch w = { .ended = false };
	int64_t interval = 0;

	if (o->once && o->interval)
		return error_set(&s->err, OPS_EUSAGE, "--once and --interval exclude each "
				 "other");
	if (o->interval && o->act.dry_run)
		return error_set(&s->err, OPS_EUSAGE, "--dry-run is for one pass");
	if (o->interval && (!duration_parse(&interval, o->interval) || interval < 1 ||
			    interval > INTERVAL_MAX))
		return error_set(&s->err, OPS_EUSAGE, "'%s' is no time between a second and "
				 "a day: write for example 15s", o->interval);
	sigemptyset(&w.set);
	sigaddset(&w.set, SIGINT);
	sigaddset(&w.set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &w.set, NULL) < 0)
		return error_set(&s->err, OPS_EENVIRONMENT, "cannot wait for signals: %s",
				 strerror(errno));
	return o->interval ? keep_on(s, o, &w, interval) : pass(s, o, &w);
}

const struct command cmd_orchestrate[] = {
	{ "orchestrate", "Recover, distribute, rebalance, and see what is stuck",
	  NEED_REPO | WRITES, usage, options, sizeof(struct orchestrate_options), 0, 0, run },
	{ .name = NULL }
};
