/* SPDX-License-Identifier: MIT */
/*
 * ops status: one screen that says how everything stands, or one agent's inbox.
 *
 * In text every list is cut to a few rows, and says how many there are; JSON has all.
 */

#include "command.h"
#include "deeds.h"
#include "emergency.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/error.h"

#define ROWS 5

struct status_options {
	const char *agent;
};

static const char *const usage[] = {
	"ops status [--for ACTOR]",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "for", "ACTOR", offsetof(struct status_options, agent),
	  "only what waits for ACTOR" },
	OPT_TABLE_END
};

static const struct out_column concern_columns[] = {
	{ "task", "TASK", SHRINK_LAST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "agent", "WHOSE", SHRINK_FIRST },
	{ "what", "WHAT", SHRINK_FIRST },
	{ "title", NULL, SHRINK_NEVER },
};

static const struct out_column expired_columns[] = {
	{ "path", "PATH", SHRINK_FIRST },
	{ "next_review", "NEXT-REVIEW", SHRINK_NEVER },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void title(struct session *s, const char *text, size_t nr)
{
	if (!nr)
		return;
	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "\n%s (%zu)\n", text, nr);
	out_style(s->out, STYLE_PLAIN);
}

static size_t rows(const struct session *s, size_t nr)
{
	return s->globals->json || nr < ROWS ? nr : ROWS;
}

static void more(struct session *s, size_t nr)
{
	if (rows(s, nr) < nr)
		out_say(s->out, "and %zu more\n", nr - rows(s, nr));
}

static void show_concerns(struct session *s, const char *key, const char *text,
			  const struct ops_concern *list, size_t nr)
{
	title(s, text, nr);
	out_table(s->out, key, concern_columns, COUNT(concern_columns));
	for (size_t i = 0; i < rows(s, nr); i++) {
		const char *cells[COUNT(concern_columns)] = {
			list[i].task, list[i].status, list[i].agent, list[i].what,
			list[i].title,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
	more(s, nr);
}

static void show_expired(struct session *s, const struct ops_status_report *r)
{
	title(s, "Past their review", r->expired_nr);
	out_table(s->out, "expired", expired_columns, COUNT(expired_columns));
	for (size_t i = 0; i < rows(s, r->expired_nr); i++) {
		const char *cells[COUNT(expired_columns)] = {
			r->expired[i].path, r->expired[i].next_review,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
	more(s, r->expired_nr);
}

static void show_counts(struct session *s, const struct ops_status_report *r)
{
	bool ill = r->health < 0.7;

	out_style(s->out, ill ? STYLE_RED : STYLE_GREEN);
	out_say(s->out, "health %s%s", arena_printf(s->arena, "%.2f", r->health),
		ill ? ", below 0.7" : "");
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, ": %zu of %zu active tasks are in trouble\n", r->troubled, r->active);
	out_say(s->out, "queued %zu, assigned %zu, in progress %zu, review %zu, blocked %zu;"
		" critical %zu, late %zu, stalled %zu\n", r->queued, r->assigned,
		r->in_progress, r->review, r->blocked_nr, r->critical, r->late,
		r->stalled_nr);
	if (r->cyclic)
		out_say(s->out, "in a cycle, or waiting for one: %zu (ops deps)\n",
			r->cyclic);
	if (r->unreadable)
		out_say(s->out, "documents that cannot be read: %zu\n", r->unreadable);
	out_number(s->out, "health", r->health);
	out_string(s->out, "advice", r->advice);
	if (r->advice)
		out_say(s->out, "%s\n", r->advice);
	out_number(s->out, "troubled", (double)r->troubled);
	out_number(s->out, "active", (double)r->active);
	out_number(s->out, "queued", (double)r->queued);
	out_number(s->out, "assigned", (double)r->assigned);
	out_number(s->out, "in_progress", (double)r->in_progress);
	out_number(s->out, "review", (double)r->review);
	out_number(s->out, "blocked", (double)r->blocked_nr);
	out_number(s->out, "critical", (double)r->critical);
	out_number(s->out, "late", (double)r->late);
	out_number(s->out, "stalled", (double)r->stalled_nr);
	out_number(s->out, "cyclic", (double)r->cyclic);
	out_number(s->out, "unreadable", (double)r->unreadable);
}

static int show_unpublished(struct session *s, struct ops_view *view)
{
	size_t nr = 0;
	bool known = false;
	int ret = ops_view_unpublished(&nr, &known, view, &s->err);

	if (ret < 0 || !known)
		return ret;
	if (nr)
		out_say(s->out, "\nrecorded here and not published: %zu commit%s (ops sync)\n",
			nr, nr > 1 ? "s" : "");
	out_number(s->out, "unpublished", (double)nr);
	return 0;
}

static int show_inbox(struct session *s, struct ops_view *view, const char *agent)
{
	const struct ops_deed *list = NULL;
	size_t nr = 0;
	int ret = ops_view_next(&list, &nr, view, agent, 0, s->findings, &s->err);

	if (ret < 0)
		return ret;
	out_say(s->out, "waiting for %s: %zu\n", agent, nr);
	out_string(s->out, "for", agent);
	deeds_show(s, "deeds", list, nr, 0);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct status_options *o = args->options;
	const struct ops_status_report *r = NULL;
	struct ops_view *view = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	if ((ret = emergencies_show(s, view, false)) < 0)
		goto out;
	if (o->agent) {
		if ((ret = show_inbox(s, view, o->agent)) == 0)
			ret = report_assurance(s, view);
		goto out;
	}
	if ((ret = ops_view_status(&r, view, s->globals->json ? 0 : ROWS, s->findings,
				   &s->err)) < 0)
		goto out;
	show_counts(s, r);
	title(s, "Gates that wait for a decision", r->gates_nr);
	deeds_show(s, "gates", r->gates, r->gates_nr, s->globals->json ? 0 : ROWS);
	title(s, "Open, and waiting for somebody", r->open_nr);
	deeds_show(s, "open", r->open, r->open_nr, s->globals->json ? 0 : ROWS);
	show_concerns(s, "blocked_tasks", "Blocked", r->blocked, r->blocked_count);
	show_concerns(s, "blockers", "Others wait for them", r->blockers, r->blockers_nr);
	show_concerns(s, "stalled_tasks", "Stalled", r->stalled, r->stalled_nr);
	show_concerns(s, "late_tasks", "Late", r->overdue, r->overdue_nr);
	show_expired(s, r);
	show_concerns(s, "broken_down", "Broken down", r->wholes, r->wholes_nr);
	if ((ret = show_unpublished(s, view)) < 0)
		goto out;
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_status[] = {
	{ "status", "Show how everything stands, or what waits for somebody",
	  NEED_REPO | PAGED, usage, options, sizeof(struct status_options), 0, 0, run },
	{ .name = NULL }
};
