/* SPDX-License-Identifier: MIT */
/*
 * ops gate: ask for decisions at the gates of a task, record them, look at them.
 *
 * The five that write differ in their action only: "gate." and their name.  A decision
 * is a record, and no proof, unless an audit found the history good and signed: so the
 * words are "recorded as", and "approved by" only then.  What is shown ends with what it
 * is worth.
 */

#include "gates.h"

#include <string.h>

#include "out.h"
#include "report.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct look_options {
	const char *at;
};

#define USAGE(name, text) \
	static const char *const usage_##name[] = { text, NULL }

USAGE(list, "ops gate list [--at REV] TASK");
USAGE(show, "ops gate show [--at REV] TASK GATE");
USAGE(request, "ops gate request [-s NAME=TEXT]... [-e PATH]... TASK GATE");
USAGE(approve, "ops gate approve [-m TEXT] [-e PATH]... TASK GATE");
USAGE(block, "ops gate block -m TEXT [-s NAME=TEXT]... TASK GATE");
USAGE(reject, "ops gate reject -m TEXT [-s NAME=TEXT]... TASK GATE");
USAGE(lift, "ops gate lift -m TEXT TASK GATE");

static const struct opt act_options[] = {
	ACT_REASON,
	ACT_SECTION,
	ACT_EVIDENCE,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt look_options[] = {
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct look_options, at),
	  "the gates as they are in revision REV" },
	OPT_TABLE_END
};

#define COLUMNS 6

void gates_print(struct session *s, const struct ops_gate *gates, size_t nr, bool verified)
{
	const struct out_column columns[COLUMNS] = {
		{ "name", "GATE", SHRINK_NEVER },
		{ "state", verified ? "STATE" : "RECORDED AS", SHRINK_NEVER },
		{ "by", "BY", SHRINK_FIRST },
		{ "reason", "REASON", SHRINK_FIRST },
		{ "power", NULL, SHRINK_NEVER },
		{ "packet", NULL, SHRINK_NEVER },
	};

	out_table(s->out, "gates", columns, COLUMNS);
	for (size_t i = 0; i < nr; i++) {
		const char *cells[COLUMNS] = {
			gates[i].name, gates[i].state, gates[i].by, gates[i].reason,
			gates[i].power, gates[i].packet
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
}

/* The view, the task, and its gates; the caller closes *view whatever is returned. */
static int look(struct ops_view **view, const struct ops_document **task,
		const struct ops_gate **gates, size_t *nr, struct session *s,
		const struct args *args)
{
	const struct look_options *o = args->options;
	int ret;

	if ((ret = ops_view_open(view, s->repo, o->at, &s->err)) < 0)
		return ret;
	ret = ops_view_find(task, *view, args->words[0], s->findings, &s->err);
	if (ret < 0)
		return ret;
	out_string(s->out, "task", ops_document_id(*task));
	out_string(s->out, "commit", ops_view_commit(*view));
	return ops_view_gates(gates, nr, *view, *task, s->findings, &s->err);
}

static int run_list(struct session *s, const struct args *args)
{
	struct ops_view *view = NULL;
	const struct ops_document *task = NULL;
	const struct ops_gate *gates = NULL;
	struct ops_assurance worth;
	size_t nr = 0;
	int ret;

	if ((ret = look(&view, &task, &gates, &nr, s, args)) < 0 ||
	    (ret = ops_view_assurance(&worth, view, &s->err)) < 0)
		goto out;
	gates_print(s, gates, nr, report_verified(&worth));
	report_assured(s, worth);
out:
	ops_view_close(view);
	return ret;
}

static void print_gate(struct session *s, const struct ops_gate *gate, const char *task,
		       bool verified)
{
	out_say(s->out, "gate %s of %s: ", gate->name, task);
	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "%s%s", verified ? "" : "recorded as ", gate->state);
	out_style(s->out, STYLE_PLAIN);
	if (gate->by)
		out_say(s->out, "%s by %s", verified ? "" : ",", gate->by);
	out_say(s->out, "\n  needs the power '%s'\n", gate->power);
	if (gate->packet)
		out_say(s->out, "  made so by %s\n", gate->packet);
	if (gate->reason)
		out_say(s->out, "  reason: %s\n", gate->reason);
	out_map(s->out, "gate");
	out_string(s->out, "name", gate->name);
	out_string(s->out, "state", gate->state);
	out_string(s->out, "by", gate->by);
	out_string(s->out, "reason", gate->reason);
	out_string(s->out, "power", gate->power);
	out_string(s->out, "packet", gate->packet);
	out_end(s->out);
}

static void print_packet(struct session *s, const struct ops_document *packet)
{
	size_t len = 0;
	const char *text = ops_document_text(packet, &len);

	out_style(s->out, STYLE_YELLOW);
	out_say(s->out, "\n%s\n", ops_document_path(packet));
	out_style(s->out, STYLE_PLAIN);
	out_block(s->out, "  ", text, len);
	out_map(s->out, NULL);
	out_string(s->out, "path", ops_document_path(packet));
	out_string(s->out, "kind", ops_document_field(packet, "Kind"));
	out_string(s->out, "from", ops_document_field(packet, "From"));
	out_string(s->out, "date", ops_document_field(packet, "Date"));
	out_string(s->out, "decision", ops_document_field(packet, "Decision"));
	out_string(s->out, "text", text);
	out_end(s->out);
}

static int print_packets(struct session *s, struct ops_view *view,
			 const struct ops_document *task, const char *gate)
{
	const struct ops_document *const *packets = NULL;
	size_t nr = 0;
	int ret;

	ret = ops_view_packets(&packets, &nr, view, task, s->findings, &s->err);
	if (ret < 0)
		return ret;
	out_list(s->out, "packets");
	for (size_t i = 0; i < nr; i++) {
		const char *about = ops_document_field(packets[i], "Gate");

		if (about && !strcmp(about, gate))
			print_packet(s, packets[i]);
	}
	out_end(s->out);
	return 0;
}

static int run_show(struct session *s, const struct args *args)
{
	const char *name = args->words[1];
	struct ops_view *view = NULL;
	const struct ops_document *task = NULL;
	const struct ops_gate *gates = NULL;
	struct ops_assurance worth;
	size_t nr = 0, at = 0;
	int ret;

	if ((ret = look(&view, &task, &gates, &nr, s, args)) < 0)
		goto out;
	while (at < nr && strcmp(gates[at].name, name))
		at++;
	if (at == nr) {
		ret = error_set(&s->err, OPS_ENOTFOUND, "'%s' has no gate '%.60s'",
				ops_document_id(task), name);
		goto out;
	}
	if ((ret = ops_view_assurance(&worth, view, &s->err)) < 0)
		goto out;
	print_gate(s, &gates[at], ops_document_id(task), report_verified(&worth));
	if ((ret = print_packets(s, view, task, name)) < 0)
		goto out;
	out_say(s->out, "\n");
	report_assured(s, worth);
out:
	ops_view_close(view);
	return ret;
}

static int run_act(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	struct ops_request request = { .target = args->words[0],
				       .gate = args->words[1] };
	int ret;

	request.action = arena_printf(s->arena, "gate.%s", strchr(s->command->name, ' ') + 1);
	if (!request.action)
		return error_nomem(&s->err);
	if ((ret = request_fill(&request, s, o)) < 0)
		return ret;
	return request_send(s, &request, 1, o->dry_run);
}

#define LOOK(name, summary, words) \
	{ "gate " #name, summary, NEED_REPO | PAGED, usage_##name, look_options, \
	  sizeof(struct look_options), words, words, run_##name }
#define ACT(name, summary) \
	{ "gate " #name, summary, NEED_REPO | WRITES, usage_##name, act_options, \
	  sizeof(struct act_options), 2, 2, run_act }

const struct command cmd_gate[] = {
	LOOK(list, "List the gates of a task and what is recorded at each", 1),
	LOOK(show, "Show one gate of a task with its requests and decisions", 2),
	ACT(request, "Ask for a decision at a gate"),
	ACT(approve, "Record an approval at a gate"),
	ACT(block, "Record a block at a gate; it stands until it is lifted"),
	ACT(reject, "Record a rejection at a gate"),
	ACT(lift, "Lift a block at a gate"),
	{ .name = NULL }
};
