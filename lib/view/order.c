/* SPDX-License-Identifier: MIT */
/*
 * The order to work on a task, as it would be given now, and what is known about the one
 * that was: when, whether it was acknowledged, the last sign of life.  Reads only.
 */

#include <string.h>

#include "model/dispatch.h"
#include "ops/view.h"
#include "util/buf.h"
#include "util/date.h"
#include "view/view.h"

/* Under a heading each, for those who read Markdown. */
static const char *markdown(struct arena *arena, const struct ops_dispatch *d)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	buf_printf(&b, "# Dispatch: %s\n", d->task);
	if (d->to)
		buf_printf(&b, "\nTo: %s\n", d->to);
	for (i = 0; i < OPS_DISPATCH_PARTS; i++)
		buf_printf(&b, "\n## %s\n\n%s\n", d->part[i].name, d->part[i].text);
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* The later of two times as text, which are ordered as text; NULL is earliest. */
static const char *later(const char *a, const char *b)
{
	return !a || (b && strcmp(b, a) > 0) ? b : a;
}

/* What the packets tell: who was told when, and when the assignee was last heard. */
static void read_packets(struct ops_dispatch *out, struct ops_document *const *list,
			 size_t nr)
{
	const char *who = out->to ? strchr(out->to, '/') : NULL;
	size_t i;

	for (i = 0; i < nr; i++) {
		const char *from = document_text(list[i], "From");
		const char *date = document_text(list[i], "Date");

		if (!strcmp(list[i]->type->name, "dispatch")) {
			out->packet = list[i]->id;
			out->sent = later(out->sent, date);
		}
		if (who && from && !strcmp(from, who + 1))
			out->heartbeat = later(out->heartbeat, date);
	}
}

/* A part that the task leaves empty; TASK begins with the title. */
static void check_empty(const struct dispatch *order, const struct ops_document *task,
			struct ops_findings *findings)
{
	size_t i, len;

	for (i = 0; i < OPS_DISPATCH_PARTS; i++) {
		len = strlen(order->part[i].text);
		if (len && (i || order->part[i].text[len - 1] != '\n'))
			continue;
		findings_add(findings, "task.dispatch", OPS_ERROR, task->path, 1, 1,
			     "fill the section it comes from",
			     "bad dispatch: %s is empty", order->part[i].name);
	}
}

static bool is_stalled(const struct ops_view *view, const struct ops_document *task,
		       const struct ops_dispatch *d)
{
	const char *last = later(d->sent, d->heartbeat);
	int64_t then;

	return task->status && (!strcmp(task->status, "Assigned") ||
				!strcmp(task->status, "In-Progress")) &&
	       last && date_time_parse(&then, last) &&
	       view->repo->now - then > view->config->planning.stalled;
}

int ops_view_dispatch(const struct ops_dispatch **out, struct ops_view *view,
		      const struct ops_document *task, struct ops_findings *findings,
		      struct ops_error *err)
{
	struct ops_document *doc = (struct ops_document *)(size_t)task;
	struct ops_dispatch *d = arena_alloc(view->arena, sizeof(*d));
	struct ops_document *const *list;
	struct buf text = BUF_INIT;
	struct dispatch order;
	size_t i, nr;
	int ret;

	if (!type_is(task->type, "task"))
		return error_set(err, OPS_EUSAGE, "'%s' is of type '%s', and orders are of "
				 "tasks", task->id, task->type->name);
	if (!d || dispatch_render(&order, view->config, doc))
		return error_nomem(err);
	check_empty(&order, task, findings);
	ret = dispatch_check(view->config, doc, findings, err);
	if (ret == 0)
		ret = world_packets(&list, &nr, view->world, task->id, findings, err);
	if (ret)
		return ret;
	d->task = task->id;
	d->status = task->status;
	d->to = document_text(task, "Assigned-To");
	d->acknowledged = document_text(task, "Accepted");
	for (i = 0; i < OPS_DISPATCH_PARTS; i++) {
		d->part[i].name = order.part[i].name;
		d->part[i].text = order.part[i].text;
	}
	read_packets(d, list, nr);
	d->stalled = is_stalled(view, task, d);
	dispatch_text(&text, &order);
	d->message = buf_failed(&text) ? NULL : arena_str(view->arena, text.data);
	buf_release(&text);
	d->markdown = markdown(view->arena, d);
	if (!d->message || !d->markdown)
		return error_nomem(err);
	*out = d;
	return 0;
}
