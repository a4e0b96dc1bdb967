/* SPDX-License-Identifier: MIT */
/*
 * ops handoff: a task goes from its owner to another, step by step; and a session to
 * the next.
 *
 * Each step is one commit; the task moves with the acceptance and with nothing else.
 * What a step needs, and who may take it, is said by the definitions and the judge.
 */

#include <string.h>

#include "out.h"
#include "packets.h"
#include "report.h"
#include "util/arena.h"
#include "util/error.h"

struct mediate_options {
	struct act_options act;
	bool extend, cancel;
};

#define USAGE(name, text) \
	static const char *const usage_##name[] = { text, NULL }

USAGE(start, "ops handoff start [-m TEXT] TASK AGENT");
USAGE(package, "ops handoff package -e PATH... [-F FILE] TASK [NAME=TEXT]...");
USAGE(accept, "ops handoff accept TASK");
USAGE(reject, "ops handoff reject -m TEXT TASK");
USAGE(mediate, "ops handoff mediate --extend|--cancel -m TEXT TASK");
USAGE(session, "ops handoff session [-F FILE] [NAME=TEXT]...");
USAGE(status, "ops handoff status TASK");

static const struct opt reasoned[] = { ACT_REASON, ACT_DRY_RUN, OPT_TABLE_END };
static const struct opt plain[] = { ACT_DRY_RUN, OPT_TABLE_END };
static const struct opt package_options[] = { PACKET_OPTIONS, OPT_TABLE_END };

static const struct opt session_options[] = { PACKET_FROM, ACT_DRY_RUN, OPT_TABLE_END };

static const struct opt mediate_options[] = {
	{ OPT_FLAG, 0, "extend", NULL, offsetof(struct mediate_options, extend),
	  "the owner gets the time limit once more" },
	{ OPT_FLAG, 0, "cancel", NULL, offsetof(struct mediate_options, cancel),
	  "the task stays with its owner" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run_step(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	const char *step = strchr(s->command->name, ' ') + 1;
	struct ops_request request = { .target = args->words[0], .reason = o->reason };

	if (!strcmp(step, "start"))
		request.to = args->words[1];
	request.action = !strcmp(step, "accept") ? "hand-over" :
		arena_printf(s->arena, "handoff.%s", step);
	if (!request.action)
		return error_nomem(&s->err);
	return request_send(s, &request, 1, o->dry_run);
}

static int run_package(struct session *s, const struct args *args)
{
	return packet_record(s, "handoff.package", args->words[0], args->words + 1,
			     args->nr - 1, args->options);
}

static int run_session(struct session *s, const struct args *args)
{
	return packet_record(s, "handoff.session", NULL, args->words, args->nr, args->options);
}

static int run_mediate(struct session *s, const struct args *args)
{
	const struct mediate_options *o = args->options;
	struct ops_request request = { .target = args->words[0],
				       .reason = o->act.reason };

	if (o->extend == o->cancel)
		return error_set(&s->err, OPS_EUSAGE, "say either --extend or --cancel");
	request.action = o->extend ? "handoff.extend" : "handoff.cancel";
	return request_send(s, &request, 1, o->act.dry_run);
}

static void print_one(struct session *s, const struct ops_handoff *h)
{
	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "%s", h->state);
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, ": from %s to %s\n", h->owner, h->to);
	out_say(s->out, "    handoff  %s\n    deadline %s\n", h->id, h->deadline);
	if (h->package)
		out_say(s->out, "    package  %s\n", h->package);
	if (h->rejection)
		out_say(s->out, "    rejected %s\n", h->rejection);
	if (h->next)
		out_say(s->out, "    next     %s\n", h->next);
	out_map(s->out, NULL);
	out_string(s->out, "id", h->id);
	out_string(s->out, "state", h->state);
	out_string(s->out, "owner", h->owner);
	out_string(s->out, "to", h->to);
	out_string(s->out, "deadline", h->deadline);
	out_string(s->out, "package", h->package);
	out_string(s->out, "rejection", h->rejection);
	out_string(s->out, "next", h->next);
	out_end(s->out);
}

static int run_status(struct session *s, const struct args *args)
{
	const struct ops_document *task = NULL;
	const struct ops_handoff *list = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_find(&task, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = ops_view_handoffs(&list, &nr, view, task, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_string(s->out, "task", ops_document_id(task));
	out_string(s->out, "commit", ops_view_commit(view));
	out_string(s->out, "owner", ops_document_field(task, "Assigned-To"));
	out_say(s->out, "%s belongs to %s\n", ops_document_id(task),
		ops_document_field(task, "Assigned-To"));
	out_list(s->out, "handoffs");
	for (size_t i = 0; i < nr; i++)
		print_one(s, &list[i]);
	out_end(s->out);
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

#define ACT(name, summary, table, type, min, max, run) \
	{ "handoff " #name, summary, NEED_REPO | WRITES, usage_##name, table, \
	  sizeof(struct type), min, max, run }

const struct command cmd_handoff[] = {
	ACT(start, "Ask the owner of a task to hand it to another agent", reasoned,
	    act_options, 2, 2, run_step),
	ACT(package, "Record what the next owner has to know", package_options,
	    packet_options, 1, ANY_WORDS, run_package),
	ACT(accept, "Accept a package: the task is yours", plain, act_options, 1, 1,
	    run_step),
	ACT(reject, "Reject a package, or the handoff", reasoned, act_options, 1, 1,
	    run_step),
	ACT(mediate, "Settle a handoff that is late or was rejected", mediate_options,
	    mediate_options, 1, 1, run_mediate),
	ACT(session, "Record what a session leaves to the next", session_options,
	    packet_options, 0, ANY_WORDS, run_session),
	{ "handoff status", "Show where the handoffs of a task stand", NEED_REPO,
	  usage_status, NULL, 0, 1, 1, run_status },
	{ .name = NULL }
};
