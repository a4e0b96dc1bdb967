/* SPDX-License-Identifier: MIT */
/*
 * ops run: run agents of the roster for a task.
 *
 * What runs, how long, and what is recorded, is the library's business; here are the words.
 */

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/error.h"

struct run_options {
	const char *kind, *context, *input, *timeout;
	bool worktree, dry_run, quiet;
};

static const char *const usage[] = {
	"ops run [--kind KIND] [--context FILE] [--input FILE] [--timeout SECONDS]",
	"        [--worktree] [--quiet] [--dry-run] AGENT... TASK",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "kind", "KIND", offsetof(struct run_options, kind),
	  "of the task, which decides how long it may take (default: its Type)" },
	{ OPT_TEXT, 0, "context", "FILE", offsetof(struct run_options, context),
	  "a JSON object that the packet holds as its context (- = standard input)" },
	{ OPT_TEXT, 0, "input", "FILE", offsetof(struct run_options, input),
	  "a JSON object that the packet holds as its input" },
	{ OPT_TEXT, 0, "timeout", "SECONDS", offsetof(struct run_options, timeout),
	  "end it after so long, where it could have more" },
	{ OPT_FLAG, 0, "worktree", NULL, offsetof(struct run_options, worktree),
	  "in a linked work tree of its own; changes become a branch" },
	{ OPT_FLAG, 'q', "quiet", NULL, offsetof(struct run_options, quiet),
	  "do not show its signs of life" },
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct run_options, dry_run),
	  "say what would run, and start nothing" },
	OPT_TABLE_END
};

static void watch(const char *agent, int progress, const char *note, void *payload)
{
	struct session *s = payload;

	if (progress >= 0)
		out_say(s->talk, "%s: %d %%%s%s\n", agent, progress, *note ? " " : "", note);
	else
		out_say(s->talk, "%s: %s\n", agent, note);
}

static void say_changes(struct session *s, const struct ops_run *r)
{
	if (!r->changes)
		return;
	if (r->refused)
		out_say(s->out, "  its changes are refused, and kept as %s\n", r->ref);
	else
		out_say(s->out, "  its changes: %.10s on %s\n", r->changes, r->ref);
}

static void say_run(struct session *s, const struct ops_run *r, bool dry_run)
{
	if (dry_run) {
		out_say(s->out, "would run %s for %s: %s\n", r->agent, r->task, r->program);
		return;
	}
	out_style(s->out, !strcmp(r->status, "COMPLETE") ? STYLE_GREEN : STYLE_RED);
	out_say(s->out, "%s", r->status);
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, " %s %s in %u.%u s (%s), %s\n", r->agent, r->ended, r->ms / 1000,
		r->ms % 1000 / 100, r->size_class, r->quality);
	if (r->summary)
		out_say(s->out, "  %s\n", r->summary);
	if (*r->why)
		out_say(s->out, "  %s\n", r->why);
	say_changes(s, r);
	out_say(s->out, "  recorded as %s\n", r->packet);
}

static void show_members(struct session *s, const struct ops_run *r)
{
	out_string(s->out, "agent", r->agent);
	out_string(s->out, "task", r->task);
	out_string(s->out, "kind", r->kind);
	out_string(s->out, "run", r->id);
	out_string(s->out, "command", r->program);
	out_string(s->out, "status", *r->status ? r->status : NULL);
	out_string(s->out, "ended", *r->ended ? r->ended : NULL);
	out_string(s->out, "why", r->why);
	out_string(s->out, "summary", r->summary);
	out_string(s->out, "answer", r->answer);
	out_string(s->out, "digest", r->digest);
	out_string(s->out, "class", r->size_class);
	out_string(s->out, "quality", r->quality);
	out_number(s->out, "exit", r->exit);
	out_number(s->out, "signal", r->signal);
	out_number(s->out, "ms", r->ms);
	out_number(s->out, "cpu-ms", r->cpu_ms);
	out_number(s->out, "memory", (double)r->memory);
	out_number(s->out, "stragglers", r->stragglers);
	out_number(s->out, "left", r->left);
	out_number(s->out, "heartbeats", r->heartbeats);
	out_number(s->out, "progress", r->progress);
	out_string(s->out, "log", r->log);
	out_string(s->out, "packet", r->packet);
	out_string(s->out, "commit", r->commit);
	out_string(s->out, "changes", r->changes);
	out_string(s->out, "ref", r->ref);
	out_bool(s->out, "refused", r->refused);
}

static int show(struct session *s, const struct ops_run_report *report, bool dry_run)
{
	size_t i, complete = 0;
	const char *commit;

	out_bool(s->out, "dry-run", dry_run);
	out_list(s->out, "runs");
	for (i = 0; i < report->runs_nr; i++) {
		const struct ops_run *r = &report->runs[i];

		out_map(s->out, NULL);
		show_members(s, r);
		out_end(s->out);
		say_run(s, r, dry_run);
		complete += !strcmp(r->status, "COMPLETE");
		commit = r->commit;
		if (commit && *commit) {
			s->committed = true;
			memcpy(s->commit, commit, sizeof(s->commit) - 1);
		}
	}
	out_end(s->out);
	report_findings(s->talk, "  ", s->findings);
	s->found = !dry_run && complete < report->runs_nr;
	return 0;
}

static int read_options(struct ops_run_request *r, struct session *s,
			const struct run_options *o)
{
	char *end;
	int ret = 0;

	r->kind = o->kind;
	r->worktree = o->worktree;
	if (o->timeout) {
		unsigned long seconds = strtoul(o->timeout, &end, 10);

		if (*o->timeout < '1' || *o->timeout > '9' || *end || seconds > 86400)
			return error_set(&s->err, OPS_EUSAGE, "--timeout is a number of seconds, "
					 "at most a day");
		r->timeout = (unsigned)seconds;
	}
	if (o->context)
		ret = input_text(&r->context, s->arena, o->context, INPUT_FILE_MAX, &s->err);
	if (ret == 0 && o->input)
		ret = input_text(&r->input, s->arena, o->input, INPUT_FILE_MAX, &s->err);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct run_options *o = args->options;
	struct ops_run_request *requests = arena_array(s->arena, args->nr, sizeof(*requests));
	struct ops_run_report *report;
	size_t i, nr = args->nr - 1;
	int ret;

	if (!requests)
		return error_nomem(&s->err);
	ret = read_options(&requests[0], s, o);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		requests[i] = requests[0];
		requests[i].agent = args->words[i];
		requests[i].task = args->words[nr];
	}
	ret = ops_repo_run(&report, s->findings, s->repo, requests, nr,
			   o->dry_run ? OPS_DRY_RUN : 0, o->quiet ? NULL : watch, s, &s->err);
	if (ret)
		return ret;
	ret = show(s, report, o->dry_run);
	ops_run_report_free(report);
	return ret;
}

const struct command cmd_run[] = {
	{ "run", "Run agents of the roster for a task", NEED_REPO | WRITES, usage, options,
	  sizeof(struct run_options), 2, 64, run },
	{ .name = NULL }
};
