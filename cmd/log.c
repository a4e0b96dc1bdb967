/* SPDX-License-Identifier: MIT */
/*
 * ops log: the acts that changed governed documents, newest first.
 *
 * What a commit says about its actor is a claim, so it is called "recorded as"; a commit
 * that claims none is shown as what it is.  Text is written as the walk goes on, so
 * that a long history begins at once and ends when nobody reads it.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "report.h"
#include "util/date.h"

struct log_options {
	size_t number;
	bool oneline;
};

static const char *const usage[] = {
	"ops log [-n N] [--oneline] [DOC]",
	NULL
};

static const struct opt options[] = {
	{ OPT_NUMBER, 'n', "number", "N", offsetof(struct log_options, number),
	  "at most N acts" },
	{ OPT_FLAG, 0, "oneline", NULL, offsetof(struct log_options, oneline),
	  "one line for each act" },
	OPT_TABLE_END
};

struct walk {
	struct session *s;
	bool oneline;
	size_t nr;
	bool cut;
};

static void print_changes(struct out *o, const struct ops_log_entry *e)
{
	for (size_t i = 0; i < e->changes_nr; i++) {
		const struct ops_log_change *c = &e->changes[i];

		out_say(o, "    %s", c->path);
		if (c->from && c->to && strcmp(c->from, c->to))
			out_say(o, ": %s -> %s", c->from, c->to);
		else if (c->to)
			out_say(o, ": %s", c->to);
		else if (c->from)
			out_say(o, ": %s -> (removed)", c->from);
		out_say(o, "\n");
	}
}

static void print_entry(struct walk *w, const struct ops_log_entry *e, const char *time)
{
	struct out *o = w->s->out;

	if (w->oneline) {
		out_style(o, STYLE_YELLOW);
		out_say(o, "%.7s", e->commit);
		out_style(o, STYLE_PLAIN);
		out_say(o, " %.10s %s %s\n", time, e->actor ? e->actor : e->author,
			e->subject);
		return;
	}
	if (w->nr)
		out_say(o, "\n");
	out_style(o, STYLE_YELLOW);
	out_say(o, "commit %s\n", e->commit);
	out_style(o, STYLE_PLAIN);
	if (e->action)
		out_say(o, "Action: %s, %sby %s\n", e->action,
			e->verified ? "" : "recorded as ", e->actor);
	else
		out_say(o, "Action: none recorded, not made by ops\n");
	if (strcmp(e->signature, "unsigned"))
		out_say(o, "Signed: %s%s%s%s%s\n", e->verified ? "by " : e->signature,
			e->verified ? e->verified : "", e->key ? ", key " : "",
			e->key ? e->key : "", e->verified || strcmp(e->signature, "good") ?
			"" : ", which is not the actor's");
	out_say(o, "Author: %s\nDate:   %s\n\n    %s\n", e->author, time, e->subject);
	if (e->body && *e->body) {
		out_say(o, "\n");
		out_block(o, "    ", e->body, strlen(e->body));
	}
	if (e->changes_nr)
		out_say(o, "\n");
	print_changes(o, e);
}

static void add_entry(struct out *o, const struct ops_log_entry *e, const char *time)
{
	out_map(o, NULL);
	out_string(o, "commit", e->commit);
	out_string(o, "time", time);
	out_string(o, "author", e->author);
	out_string(o, "actor", e->actor);
	out_string(o, "verified", e->verified);
	out_string(o, "signature", e->signature);
	out_string(o, "key", e->key);
	out_string(o, "action", e->action);
	out_string(o, "subject", e->subject);
	out_string(o, "body", e->body);
	if (e->cut)
		out_bool(o, "cut", true);
	out_list(o, "changes");
	for (size_t i = 0; i < e->changes_nr; i++) {
		out_map(o, NULL);
		out_string(o, "path", e->changes[i].path);
		out_string(o, "from", e->changes[i].from);
		out_string(o, "to", e->changes[i].to);
		out_end(o);
	}
	out_end(o);
	out_end(o);
}

static int each(const struct ops_log_entry *entry, void *payload)
{
	struct walk *w = payload;
	char time[DATE_TIME_LEN + 1];

	date_time_format(time, entry->time);
	print_entry(w, entry, time);
	add_entry(w->s->out, entry, time);
	w->cut |= entry->cut;
	w->nr++;
	return out_failed(w->s->out);	/* nobody reads on: the walk may end */
}

static int run(struct session *s, const struct args *args)
{
	const struct log_options *o = args->options;
	struct walk w = { s, o->oneline, 0, false };
	struct ops_view *view = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	out_list(s->out, "acts");
	ret = ops_view_log(view, args->nr ? args->words[0] : NULL, o->number, each, &w,
			   s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_end(s->out);
	if (w.nr && !o->oneline)
		out_say(s->out, "\n");
	if (w.cut)
		out_say(s->talk, "ops: this clone is shallow: what the last of these changed, and "
			"what was before, is not here; git fetch --unshallow brings it\n");
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_log[] = {
	{ "log", "Show the acts, of one document or of all", NEED_REPO | PAGED, usage,
	  options, sizeof(struct log_options), 0, 1, run },
	{ .name = NULL }
};
