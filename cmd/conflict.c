/* SPDX-License-Identifier: MIT */
/*
 * ops conflict: see where tasks collide, and settle it on record: freeze one side, say
 * whose it is and how it is merged, resume with evidence.
 *
 * Who may do that, and what a frozen task must not do, the judge says.
 */

#include "conflict.h"

#include <stdio.h>
#include <string.h>

#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/error.h"

struct freeze_options {
	struct act_options act;
	const char *kind;
	struct opt_list with;
};

struct decide_options {
	struct act_options act;
	const char *owner, *merge_path, *impact, *priority, *escalation;
};

struct resume_options {
	struct act_options act;
	struct opt_list contract, regression;
};

static const char *const usage_list[] = { "ops conflict list", NULL };
static const char *const usage_show[] = { "ops conflict show TASK", NULL };
static const char *const usage_freeze[] = {
	"ops conflict freeze --kind KIND [--with TASK]... -m REASON TASK", NULL
};
static const char *const usage_decide[] = {
	"ops conflict decide --owner AGENT --merge-path TEXT -m RATIONALE TASK",
	"ops conflict decide ... --impact TEXT --priority PRIORITY TASK",
	"ops conflict decide ... --escalation ANSWER TASK", NULL
};
static const char *const usage_resume[] = {
	"ops conflict resume --contract FILE... --regression FILE... -m TEXT TASK", NULL
};

static const struct opt freeze_options[] = {
	{ OPT_TEXT, 0, "kind", "KIND", offsetof(struct freeze_options, kind),
	  "the kind of conflict" },
	{ OPT_LIST, 0, "with", "TASK", offsetof(struct freeze_options, with),
	  "the task of the other side (repeatable)" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt decide_options[] = {
	{ OPT_TEXT, 0, "owner", "AGENT", offsetof(struct decide_options, owner),
	  "whose it is: Department/agent of one of the sides" },
	{ OPT_TEXT, 0, "merge-path", "TEXT", offsetof(struct decide_options, merge_path),
	  "in which order, and how, the work comes together" },
	{ OPT_TEXT, 0, "impact", "TEXT", offsetof(struct decide_options, impact),
	  "the business impact that it is decided by" },
	{ OPT_TEXT, 0, "priority", "PRIORITY", offsetof(struct decide_options, priority),
	  "the priority of the task from now on" },
	{ OPT_TEXT, 0, "escalation", "ANSWER", offsetof(struct decide_options, escalation),
	  "the answer to the escalation that it follows" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt resume_options[] = {
	{ OPT_LIST, 0, "contract", "FILE", offsetof(struct resume_options, contract),
	  "a committed file that shows that the contract holds (repeatable)" },
	{ OPT_LIST, 0, "regression", "FILE", offsetof(struct resume_options, regression),
	  "a committed file that shows that nothing broke (repeatable)" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct out_column columns[] = {
	{ "kind", "CONFLICT", SHRINK_NEVER },
	{ "state", "STATE", SHRINK_NEVER },
	{ "task", "TASK", SHRINK_LAST },
	{ "owner", "OWNER", SHRINK_FIRST },
	{ "with", "WITH", SHRINK_LAST },
	{ "with_owner", "OWNER", SHRINK_FIRST },
	{ "what", "WHAT", SHRINK_FIRST },
	{ "freeze", NULL, SHRINK_NEVER },
	{ "arbitration", NULL, SHRINK_NEVER },
	{ "authority", NULL, SHRINK_NEVER },
	{ "merge_path", NULL, SHRINK_NEVER },
	{ "rationale", NULL, SHRINK_NEVER },
	{ "next", NULL, SHRINK_NEVER },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void show_rows(struct session *s, const struct ops_conflict *list, size_t nr,
		      size_t most)
{
	out_table(s->out, "conflicts", columns, COLUMNS);
	for (size_t i = 0; i < nr && (s->globals->json || i < most); i++) {
		const struct ops_conflict *c = &list[i];
		const char *cells[COLUMNS] = {
			c->kind, c->state, c->task, c->owner, c->with, c->with_owner, c->what,
			c->freeze, c->arbitration, c->authority, c->merge_path, c->rationale,
			c->next,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
}

static int look(struct session *s, const char *task)
{
	const struct ops_conflict *list = NULL;
	struct ops_view *view = NULL;
	bool more = false;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_conflicts(&list, &nr, &more, view, task, s->findings, &s->err);
	if (ret)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	out_bool(s->out, "more", more);
	show_rows(s, list, nr, (size_t)-1);
	if (more)
		out_say(s->out, "and more\n");
	for (size_t i = 0; task && i < nr; i++) {
		if (list[i].authority)
			out_say(s->out, "\n%s: it is %s's\n  merge path: %s\n  because: %s\n",
				list[i].task, list[i].authority, list[i].merge_path,
				list[i].rationale);
		out_say(s->out, "\nnext: %s\n", list[i].next);
	}
	if (!nr)
		out_say(s->out, "no conflicts\n");
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

static int run_list(struct session *s, const struct args *args)
{
	(void)args;
	return look(s, NULL);
}

static int run_show(struct session *s, const struct args *args)
{
	return look(s, args->words[0]);
}

/* An option without which nothing is settled. */
struct needed {
	const char *option;
	bool given;
};

/* That one of them is missing is wrong usage, told of all at once. */
static int need(struct session *s, const struct needed *list, size_t nr)
{
	char text[64] = "";
	size_t len = 0;

	for (size_t i = 0; i < nr; i++)
		if (!list[i].given)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? ", " : "", list[i].option);
	return len ? error_set(&s->err, OPS_EUSAGE, "it is not said: %s", text) : 0;
}

int conflict_freeze_task(struct session *s, const char *task, const char *kind,
			 const struct opt_list *with, const struct act_options *act)
{
	struct ops_setting fields[2] = { { "Conflict", kind }, { "With", NULL } };
	struct ops_request request = { .action = "conflict.freeze", .target = task,
				       .reason = act->reason, .fields = fields,
				       .fields_nr = 1 };
	int ret = opt_join(&fields[1].value, s->arena, with->values, with->nr, "with", &s->err);

	request.fields_nr += with->nr > 0;
	return ret ? ret : request_send(s, &request, 1, act->dry_run);
}

static int run_freeze(struct session *s, const struct args *args)
{
	const struct freeze_options *o = args->options;

	if (!o->kind)
		return error_set(&s->err, OPS_EUSAGE, "say of what kind it is (--kind)");
	return conflict_freeze_task(s, args->words[0], o->kind, &o->with, &o->act);
}

static int run_decide(struct session *s, const struct args *args)
{
	const struct decide_options *o = args->options;
	const struct ops_setting given[] = {
		{ "Owner", o->owner }, { "Impact", o->impact },
		{ "Priority", o->priority }, { "Escalation", o->escalation },
	};
	struct ops_setting fields[4], section = { "Merge Path", o->merge_path };
	struct ops_request request = { .action = "conflict.decide",
				       .target = args->words[0], .reason = o->act.reason,
				       .fields = fields, .sections = &section,
				       .sections_nr = o->merge_path != NULL };
	const struct needed needed[] = {
		{ "--owner", o->owner }, { "--merge-path", o->merge_path },
		{ "-m", o->act.reason },
	};
	int ret = need(s, needed, 3);

	if (ret)
		return ret;
	for (size_t i = 0; i < 4; i++)
		if (given[i].value)
			fields[request.fields_nr++] = given[i];
	return request_send(s, &request, 1, o->act.dry_run);
}

static int run_resume(struct session *s, const struct args *args)
{
	const struct resume_options *o = args->options;
	struct ops_setting fields[2] = { { "Contract", NULL }, { "Regression", NULL } };
	struct ops_request request = { .action = "conflict.resume",
				       .target = args->words[0], .reason = o->act.reason,
				       .fields = fields, .fields_nr = 2 };
	const struct needed needed[] = {
		{ "--contract", o->contract.nr }, { "--regression", o->regression.nr },
		{ "-m", o->act.reason },
	};
	int ret = need(s, needed, 3);

	if (ret == 0)
		ret = opt_join(&fields[0].value, s->arena, o->contract.values,
			       o->contract.nr, "contract", &s->err);
	if (ret == 0)
		ret = opt_join(&fields[1].value, s->arena, o->regression.values,
			       o->regression.nr, "regression", &s->err);
	return ret ? ret : request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_conflict[] = {
	{ "conflict list", "Show where active tasks collide", NEED_REPO | PAGED, usage_list,
	  NULL, 0, 0, 0, run_list },
	{ "conflict show", "Show the conflicts of a task, and the next step",
	  NEED_REPO | PAGED, usage_show, NULL, 0, 1, 1, run_show },
	{ "conflict freeze", "Freeze one side of a conflict until it is settled",
	  NEED_REPO | WRITES, usage_freeze, freeze_options, sizeof(struct freeze_options), 1,
	  1, run_freeze },
	{ "conflict decide", "Say whose it is, and how the work is merged",
	  NEED_REPO | WRITES, usage_decide, decide_options, sizeof(struct decide_options), 1,
	  1, run_decide },
	{ "conflict resume", "Let the frozen side go on, with evidence",
	  NEED_REPO | WRITES, usage_resume, resume_options, sizeof(struct resume_options), 1,
	  1, run_resume },
	{ .name = NULL }
};
