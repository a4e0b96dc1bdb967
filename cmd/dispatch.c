/* SPDX-License-Identifier: MIT */
/*
 * ops dispatch: the order to work on a task, as text, Markdown or JSON.
 *
 * Looks only: an assignment records the order, "ops accept" that it was acknowledged,
 * and every packet of the agent is a sign of life.  A bad order is printed with the
 * reasons it would be refused for, and the answer is "no".
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "report.h"

struct dispatch_options {
	const char *format;
};

static const char *const usage[] = {
	"ops dispatch [--format text|markdown|json] TASK",
	NULL
};

static const struct opt options[] = {
	{ OPT_CHOICE, 0, "format", "text|markdown|json",
	  offsetof(struct dispatch_options, format), "how it is written" },
	OPT_TABLE_END
};

static void print_state(struct session *s, const struct ops_dispatch *d)
{
	out_say(s->out, "\n");
	if (d->sent)
		out_say(s->out, "to %s, sent %s, %s%s, last heard %s%s\n", d->to, d->sent,
			d->acknowledged ? "acknowledged " : "not acknowledged",
			d->acknowledged ? d->acknowledged : "",
			d->heartbeat ? d->heartbeat : "never", d->stalled ? ": stalled" : "");
	else
		out_say(s->out, "not sent yet\n");
}

static void print_members(struct session *s, const struct ops_dispatch *d)
{
	out_string(s->out, "task", d->task);
	out_string(s->out, "status", d->status);
	out_string(s->out, "to", d->to);
	out_map(s->out, "parts");
	for (size_t i = 0; i < OPS_DISPATCH_PARTS; i++)
		out_string(s->out, d->part[i].name, d->part[i].text);
	out_end(s->out);
	out_string(s->out, "message", d->message);
	out_string(s->out, "markdown", d->markdown);
	out_string(s->out, "packet", d->packet);
	out_string(s->out, "sent", d->sent);
	out_string(s->out, "acknowledged", d->acknowledged);
	out_string(s->out, "heartbeat", d->heartbeat);
	out_bool(s->out, "stalled", d->stalled);
}

static int run(struct session *s, const struct args *args)
{
	const struct dispatch_options *o = args->options;
	const struct ops_document *task = NULL;
	const struct ops_dispatch *d = NULL;
	struct ops_view *view = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_find(&task, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = ops_view_dispatch(&d, view, task, s->findings, &s->err);
	if (ret < 0)
		goto out;
	print_members(s, d);
	if (o->format && !strcmp(o->format, "markdown")) {
		out_block(s->out, "", d->markdown, strlen(d->markdown));
	} else {
		out_block(s->out, "", d->message, strlen(d->message));
		print_state(s, d);
	}
	s->found = ops_findings_refuse(s->findings);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_dispatch[] = {
	{ "dispatch", "Print the order to work on a task, and what became of it",
	  NEED_REPO, usage, options, sizeof(struct dispatch_options), 1, 1, run },
	{ .name = NULL }
};
