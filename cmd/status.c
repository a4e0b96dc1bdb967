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

/* In the order in which they are shown. */
static const struct {
	enum ops_concerns list;
	const char *key, *title;
} concerns[] = {
	{ OPS_CONCERN_BLOCKED, "blocked_tasks", "Blocked" },
	{ OPS_CONCERN_WAITED_FOR, "blockers", "Others wait for them" },
	{ OPS_CONCERN_STALLED, "stalled_tasks", "Stalled" },
	{ OPS_CONCERN_LATE, "late_tasks", "Late" },
	{ OPS_CONCERN_BROKEN_DOWN, "broken_down", "Broken down" },
};

static int show_concerns(struct session *s, const struct ops_status_report *r, size_t which)
{
	enum ops_concerns list = concerns[which].list;
	size_t nr = r->concerns[list];
	struct ops_concern c;
	int ret;

	title(s, concerns[which].title, nr);
	out_long_table(s->out, concerns[which].key, concern_columns, COUNT(concern_columns));
	do {
		for (size_t i = 0; i < rows(s, nr) && !out_failed(s->out); i++) {
			if ((ret = ops_status_concern(&c, r, list, i, &s->err)) < 0)
				return ret;
			out_row(s->out, (const char *const[COUNT(concern_columns)]){
				c.task, c.status, c.agent, c.what, c.title });
		}
	} while (out_table_again(s->out));
	out_table_end(s->out);
	more(s, nr);
	return 0;
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
		r->in_progress, r->review, r->blocked, r->critical, r->late,
		r->concerns[OPS_CONCERN_STALLED]);
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
	out_number(s->out, "blocked", (double)r->blocked);
	out_number(s->out, "critical", (double)r->critical);
	out_number(s->out, "late", (double)r->late);
	out_number(s->out, "stalled", (double)r->concerns[OPS_CONCERN_STALLED]);
	out_number(s->out, "cyclic", (double)r->cyclic);
	out_number(s->out, "unreadable", (double)r->unreadable);
}

static void show_unpublished(struct session *s, size_t nr)
{
	if (nr)
		out_say(s->out, "\nrecorded here and not published: %zu commit%s (ops sync)\n",
			nr, nr > 1 ? "s" : "");
	out_number(s->out, "unpublished", (double)nr);
}

/* All that there is to know comes first: lists leave while they are shown. */
static int show_inbox(struct session *s, struct ops_view *view, const char *agent)
{
	const struct ops_agenda *agenda = NULL;
	struct ops_assurance assurance;
	int ret;

	if ((ret = ops_view_next(&agenda, view, agent, 0, s->findings, &s->err)) < 0 ||
	    (ret = ops_view_assurance(&assurance, view, &s->err)) < 0)
		return ret;
	out_leave(s->out);
	out_say(s->out, "waiting for %s: %zu\n", agent, agenda->all);
	out_string(s->out, "for", agent);
	if ((ret = deeds_show(s, "deeds", agenda, 0)) < 0)
		return ret;
	report_assured(s, assurance);
	return 0;
}

static int show_deeds(struct session *s, const char *key, const char *text,
		      const struct ops_agenda *agenda)
{
	title(s, text, agenda->all);
	return deeds_show(s, key, agenda, s->globals->json ? 0 : ROWS);
}

static int show_lists(struct session *s, const struct ops_status_report *r)
{
	int ret;

	if ((ret = show_deeds(s, "gates", "Gates that wait for a decision", r->gates)) < 0 ||
	    (ret = show_deeds(s, "open", "Open, and waiting for somebody", r->open)) < 0)
		return ret;
	for (size_t i = 0; i < COUNT(concerns); i++) {
		if (concerns[i].list == OPS_CONCERN_BROKEN_DOWN)
			show_expired(s, r);
		if ((ret = show_concerns(s, r, i)) < 0)
			return ret;
	}
	return 0;
}

static int show_whole(struct session *s, struct ops_view *view)
{
	const struct ops_status_report *r = NULL;
	struct ops_assurance assurance;
	bool known = false;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_status(&r, view, s->globals->json ? 0 : ROWS, s->findings,
				   &s->err)) < 0 ||
	    (ret = ops_view_unpublished(&nr, &known, view, &s->err)) < 0 ||
	    (ret = ops_view_assurance(&assurance, view, &s->err)) < 0)
		return ret;
	out_leave(s->out);
	show_counts(s, r);
	if ((ret = show_lists(s, r)) < 0)
		return ret;
	if (known)
		show_unpublished(s, nr);
	report_assured(s, assurance);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct status_options *o = args->options;
	struct ops_view *view = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	if ((ret = emergencies_show(s, view, false)) < 0)
		goto out;
	ret = o->agent ? show_inbox(s, view, o->agent) : show_whole(s, view);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_status[] = {
	{ "status", "Show how everything stands, or what waits for somebody",
	  NEED_REPO | PAGED, usage, options, sizeof(struct status_options), 0, 0, run },
	{ .name = NULL }
};
