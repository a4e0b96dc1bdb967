/* SPDX-License-Identifier: MIT */
/*
 * ops review-hard: look at everything again that the gates of a task rest on.
 *
 * The answer is "no" when a gate does not stand, or what stands rests on something that
 * is not as it was.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "report.h"
#include "util/error.h"

static const char *const usage[] = { "ops review-hard TASK", NULL };

static const struct out_column gate_columns[] = {
	{ "gate", "GATE", SHRINK_NEVER },
	{ "state", "STATE", SHRINK_NEVER },
	{ "by", "BY", SHRINK_FIRST },
	{ "reason", "REASON", SHRINK_FIRST },
};

static const struct out_column item_columns[] = {
	{ "verdict", "BYTES", SHRINK_NEVER },
	{ "path", "OF", SHRINK_FIRST },
	{ "gate", "GATE", SHRINK_NEVER },
	{ "kind", "RECORD", SHRINK_NEVER },
	{ "decision", NULL, SHRINK_NEVER },
	{ "by", "BY", SHRINK_FIRST },
	{ "packet", NULL, SHRINK_NEVER },
	{ "digest", NULL, SHRINK_NEVER },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Whether a gate is against the task. */
static bool stands_not(const struct ops_gate *g)
{
	return !strcmp(g->state, "blocked") || !strcmp(g->state, "rejected") ||
	       !strcmp(g->state, "stale");
}

static int show_gates(struct session *s, struct ops_view *view,
		      const struct ops_document *task, size_t *against)
{
	const struct ops_gate *list = NULL;
	size_t nr = 0;
	int ret = ops_view_gates(&list, &nr, view, task, s->findings, &s->err);

	if (ret)
		return ret;
	out_table(s->out, "gates", gate_columns, COUNT(gate_columns));
	for (size_t i = 0; i < nr; i++) {
		const char *cells[COUNT(gate_columns)] = {
			list[i].name, list[i].state, list[i].by, list[i].reason,
		};

		out_row(s->out, cells);
		*against += stands_not(&list[i]);
	}
	out_table_end(s->out);
	return 0;
}

static int show_items(struct session *s, struct ops_view *view,
		      const struct ops_document *task, size_t *differ)
{
	const struct ops_review_item *list = NULL;
	size_t nr = 0;
	int ret = ops_view_review(&list, &nr, view, task, s->findings, &s->err);

	if (ret)
		return ret;
	out_say(s->out, "\n");
	out_table(s->out, "items", item_columns, COUNT(item_columns));
	for (size_t i = 0; i < nr; i++) {
		const char *cells[COUNT(item_columns)] = {
			list[i].verdict, list[i].path, list[i].gate, list[i].kind,
			list[i].decision, list[i].by, list[i].packet, list[i].digest,
		};

		out_row(s->out, cells);
		*differ += strcmp(list[i].verdict, "unchanged") != 0;
	}
	out_table_end(s->out);
	out_say(s->out, "\nlooked at again: %zu, not as recorded: %zu\n", nr, *differ);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct ops_document *task = NULL;
	struct ops_view *view = NULL;
	size_t against = 0, differ = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_find(&task, view, args->words[0], s->findings, &s->err);
	if (ret)
		goto out;
	out_string(s->out, "task", ops_document_id(task));
	out_string(s->out, "commit", ops_view_commit(view));
	if (!(ret = show_gates(s, view, task, &against)) &&
	    !(ret = show_items(s, view, task, &differ)))
		ret = report_assurance(s, view);
	out_bool(s->out, "holds", !against && !differ);
	s->found = against || differ;
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_review_hard[] = {
	{ "review-hard", "Look again at the bytes that the gates of a task rest on",
	  NEED_REPO | PAGED, usage, NULL, 0, 1, 1, run },
	{ .name = NULL }
};
