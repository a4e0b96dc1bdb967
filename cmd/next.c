/* SPDX-License-Identifier: MIT */
/*
 * ops next: what to do now, what comes first first, with the reason.
 */

#include "command.h"
#include "deeds.h"
#include "out.h"
#include "util/arena.h"
#include "util/error.h"

struct next_options {
	const char *agent;
	bool all;
	size_t number;
};

static const char *const usage[] = {
	"ops next [--for AGENT | --all] [-n N]",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "for", "AGENT", offsetof(struct next_options, agent),
	  "what AGENT can do; without it, who acts" },
	{ OPT_FLAG, 'a', "all", NULL, offsetof(struct next_options, all),
	  "what anybody can do" },
	{ OPT_NUMBER, 'n', "number", "N", offsetof(struct next_options, number),
	  "the first N only" },
	OPT_TABLE_END
};

static const struct out_column columns[] = {
	{ "rank", "NR", NUMBER },
	{ "task", "TASK", SHRINK_LAST },
	{ "action", "DO", SHRINK_NEVER },
	{ "gate", "GATE", SHRINK_NEVER },
	{ "who", "WHO", SHRINK_FIRST },
	{ "due", "DUE", SHRINK_NEVER },
	{ "reason", "WHY", SHRINK_FIRST },
	{ "priority", NULL, SHRINK_NEVER },
	{ "status", NULL, SHRINK_NEVER },
	{ "agent", NULL, SHRINK_NEVER },
	{ "waits", NULL, SHRINK_NEVER },
	{ "title", NULL, SHRINK_NEVER },
	{ "type", NULL, SHRINK_NEVER },
	{ "packet", NULL, SHRINK_NEVER },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void show_deed(struct session *s, const struct ops_deed *d, size_t rank)
{
	const char *cells[COLUMNS] = {
		out_cell(s->out, "%zu", rank), d->task, d->action, d->gate, d->who, d->due,
		d->reason, d->priority, d->status, d->agent, d->waits ? "yes" : "no", d->title,
		d->type, d->packet,
	};

	out_row(s->out, cells);
}

int deeds_show(struct session *s, const char *key, const struct ops_agenda *agenda,
	       size_t max)
{
	size_t shown = max && max < agenda->nr ? max : agenda->nr;
	struct ops_deed d;
	int ret = 0;

	out_long_table(s->out, key, columns, COLUMNS);
	do {
		for (size_t i = 0; i < shown && !out_failed(s->out); i++) {
			if ((ret = ops_agenda_deed(&d, agenda, i, &s->err)) < 0)
				return ret;
			show_deed(s, &d, i + 1);
		}
	} while (out_table_again(s->out));
	out_table_end(s->out);
	if (shown < agenda->all)
		out_say(s->out, "and %zu more\n", agenda->all - shown);
	return 0;
}

/* Before there is anybody there is one thing to do. */
static int tell_empty(struct session *s, struct ops_view *view)
{
	const struct ops_filter agents = { .type = "agent" };
	const struct ops_document *const *list;
	size_t nr = 0;
	int ret = ops_view_list(&list, &nr, view, &agents, s->findings, &s->err);

	if (ret == 0 && !nr)
		out_say(s->talk, "nobody is in the roster yet: %s\n", OPS_FIRST_AGENT);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct next_options *o = args->options;
	const struct ops_agenda *agenda = NULL;
	struct ops_view *view = NULL;
	const char *agent;
	int ret;

	if (o->all && o->agent)
		return error_set(&s->err, OPS_EUSAGE, "--all is everybody, --for is one");
	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	agent = o->all ? NULL : o->agent ? o->agent : ops_view_actor(view);
	/* Who is named and is nobody has a name that was mistyped. */
	if (!agent && !o->all)
		agent = ops_view_claim(view);
	ret = ops_view_next(&agenda, view, agent, o->number, s->findings, &s->err);
	if (ret < 0)
		goto out;
	if (!agenda->all && (ret = tell_empty(s, view)) < 0)
		goto out;
	out_leave(s->out);
	if (agent)
		out_say(s->out, "for %s:%s\n", agent, agenda->all ? "" : " nothing to do");
	else if (!agenda->all)
		out_say(s->out, "nothing to do\n");
	out_string(s->out, "commit", ops_view_commit(view));
	out_string(s->out, "for", agent);
	ret = deeds_show(s, "deeds", agenda, o->number);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_next[] = {
	{ "next", "Show what to do now, and why that first", NEED_REPO | PAGED, usage,
	  options, sizeof(struct next_options), 0, 0, run },
	{ .name = NULL }
};
