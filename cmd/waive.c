/* SPDX-License-Identifier: MIT */
/*
 * ops waive: except something from a rule, somewhere, for a while and for a reason.
 *
 * It makes a document of type waiver; what may be waived, by whom, how far and how
 * long is the judge's to say.
 */

#include "command.h"
#include "out.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct waive_options {
	struct act_options act;
	const char *until, *task;
	struct opt_list paths;
};

static const char *const usage[] = {
	"ops waive --until DATE [--path PATTERN]... [--task TASK] -m REASON RULE",
	NULL
};

static const struct opt options[] = {
	{ OPT_DATE, 0, "until", "DATE", offsetof(struct waive_options, until),
	  "the last day on which the rule does not hold" },
	{ OPT_LIST, 0, "path", "PATTERN", offsetof(struct waive_options, paths),
	  "only for these files (repeatable)" },
	{ OPT_TEXT, 0, "task", "TASK", offsetof(struct waive_options, task),
	  "only for this task, its records, and commits that name it" },
	{ OPT_TEXT, 'm', "reason", "TEXT", offsetof(struct act_options, reason),
	  "why" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct waive_options *o = args->options;
	struct ops_setting fields[5], sections[1];
	struct ops_request request = { .action = "new", .target = "waiver" };
	const char *paths;
	size_t nr = 0;
	int ret = request_fill(&request, s, &o->act);

	if (ret < 0)
		return ret;
	if (!o->until || !o->act.reason)
		return error_set(&s->err, OPS_EUSAGE, "say until when (--until) and why (-m)");
	if ((ret = opt_join(&paths, s->arena, o->paths.values, o->paths.nr, "path", &s->err)) < 0)
		return ret;
	fields[nr++] = (struct ops_setting){ "Title",
		arena_printf(s->arena, "Waive %s", args->words[0]) };
	fields[nr++] = (struct ops_setting){ "Rule", args->words[0] };
	fields[nr++] = (struct ops_setting){ "Expires", o->until };
	if (*paths)
		fields[nr++] = (struct ops_setting){ "Paths", paths };
	if (o->task)
		fields[nr++] = (struct ops_setting){ "Task", o->task };
	for (size_t i = 0; i < nr; i++)
		if (!fields[i].value)
			ret = error_nomem(&s->err);
	sections[0] = (struct ops_setting){ "Reason", o->act.reason };
	request.fields = fields;
	request.fields_nr = nr;
	request.sections = sections;
	request.sections_nr = 1;
	return ret ? ret : request_send(s, &request, 1, o->act.dry_run);
}

void waivers_show(struct session *s)
{
	struct ops_filter filter = { .type = "waiver", .status = "Active" };
	const struct ops_document *const *docs = NULL;
	struct ops_findings *ignored = ops_findings_new();
	struct ops_error error = { 0 };
	struct ops_view *view = NULL;
	size_t nr = 0;

	out_list(s->out, "waivers");
	if (ignored && !ops_view_open(&view, s->repo, NULL, &error) &&
	    !ops_view_list(&docs, &nr, view, &filter, ignored, &error))
		for (size_t i = 0; i < nr; i++) {
			const char *rule = ops_document_field(docs[i], "Rule");
			const char *until = ops_document_field(docs[i], "Expires");

			out_map(s->out, NULL);
			out_string(s->out, "id", ops_document_id(docs[i]));
			out_string(s->out, "rule", rule);
			out_string(s->out, "until", until);
			out_string(s->out, "paths", ops_document_field(docs[i], "Paths"));
			out_string(s->out, "task", ops_document_field(docs[i], "Task"));
			out_string(s->out, "by", ops_document_field(docs[i], "Created-By"));
			out_end(s->out);
			out_say(s->out, "waiver %s: %s until %s, by %s\n",
				ops_document_id(docs[i]), rule, until,
				ops_document_field(docs[i], "Created-By"));
		}
	out_end(s->out);
	ops_view_close(view);
	ops_findings_free(ignored);
}

const struct command cmd_waive[] = {
	{ "waive", "Except something from a rule for a while", NEED_REPO | WRITES, usage,
	  options, sizeof(struct waive_options), 1, 1, run },
	{ .name = NULL }
};
