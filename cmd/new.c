/* SPDX-License-Identifier: MIT */
/*
 * ops new: create a document of any type, from fields and sections or from a whole draft.
 *
 * Which header field a title goes to is asked of the configuration: types whose ids are
 * made from a name have a Name, all others a Title.  Defaults, ids, places and rules
 * are the library's; nothing is filled in here.
 */

#include <string.h>

#include "command.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct new_options {
	struct act_options act;
	const char *id, *from;
};

static const char *const usage[] = {
	"ops new [--id ID] [-f NAME=VALUE]... [-s NAME=TEXT]... TYPE [TITLE]",
	"ops new [--id ID] --from FILE TYPE [TITLE]",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "id", "ID", offsetof(struct new_options, id),
	  "the id, instead of one made from the title" },
	ACT_FIELD,
	ACT_SECTION,
	{ OPT_TEXT, 'F', "from", "FILE", offsetof(struct new_options, from),
	  "begin with a whole document; - is standard input" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

/* The field of a type that its title goes to. */
static int title_field(const char **out, struct session *s, const char *type)
{
	const struct ops_config_value *values;
	struct ops_findings *findings = ops_findings_new();
	struct ops_view *view = NULL;
	struct ops_error ignored = { 0 };
	char *key = arena_printf(s->arena, "types.%s.id", type);
	size_t nr = 0;
	int ret = 0;

	if (!key || !findings) {
		ret = error_nomem(&s->err);
		goto out;
	}
	*out = "Title";
	/* what is wrong with the repository is for the act itself to say */
	if (!ops_view_open(&view, s->repo, NULL, &ignored) &&
	    !ops_view_config(&values, &nr, view, key, findings, &ignored) &&
	    nr && !strcmp(values[0].value, "name"))
		*out = "Name";
out:
	ops_view_close(view);
	ops_findings_free(findings);
	return ret;
}

static int add_title(struct ops_request *request, struct session *s, const char *type,
		     const char *title)
{
	size_t nr = request->fields_nr;
	struct ops_setting *fields = arena_array(s->arena, nr + 1, sizeof(*fields));
	int ret;

	if (!fields)
		return error_nomem(&s->err);
	if ((ret = title_field(&fields[0].name, s, type)) < 0)
		return ret;
	fields[0].value = title;
	if (nr)
		memcpy(fields + 1, request->fields, nr * sizeof(*fields));
	request->fields = fields;
	request->fields_nr = nr + 1;
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct new_options *o = args->options;
	struct ops_request request = { .action = "new", .target = args->words[0],
				       .id = o->id };
	int ret;

	if ((ret = request_fill(&request, s, &o->act)) < 0)
		return ret;
	if (args->nr > 1) {
		ret = add_title(&request, s, args->words[0], args->words[1]);
		if (ret < 0)
			return ret;
	}
	if ((ret = request_draft(&request, s, o->from, &o->act)) < 0)
		return ret;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_new[] = {
	{ "new", "Create a task, an agent, a prompt, or another document",
	  NEED_REPO | WRITES, usage, options, sizeof(struct new_options), 1, 2, run },
	{ .name = NULL }
};
