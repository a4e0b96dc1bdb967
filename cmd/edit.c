/* SPDX-License-Identifier: MIT */
/*
 * ops edit: change fields, sections or the whole text of a document.
 *
 * Without anything to set it opens the user's editor, if a person is there.  A text
 * that was changed by somebody else while the editor was open is not overwritten; the
 * user's text is kept and named whenever the act does not come about.
 */

#include <string.h>

#include "command.h"
#include "editor.h"
#include "out.h"
#include "request.h"
#include "term.h"
#include "util/arena.h"
#include "util/error.h"

struct edit_options {
	struct act_options act;
	const char *from;
};

static const char *const usage[] = {
	"ops edit [-f NAME=VALUE]... [-s NAME=TEXT]... [--dry-run] DOC",
	"ops edit --from FILE [--dry-run] DOC",
	"ops edit DOC",
	NULL
};

static const struct opt options[] = {
	ACT_FIELD,
	ACT_SECTION,
	{ OPT_TEXT, 'F', "from", "FILE", offsetof(struct edit_options, from),
	  "the new text of the whole document; - is standard input" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

/* The path and text of a document as it is at the tip now, in the arena. */
static int read_document(const char **path, const char **id, const char **text,
			 struct session *s, const char *name)
{
	const struct ops_document *doc = NULL;
	struct ops_view *view = NULL;
	const char *found;
	size_t len = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	if ((ret = ops_view_find(&doc, view, name, s->findings, &s->err)) < 0)
		goto out;
	found = ops_document_text(doc, &len);
	*text = arena_dup(s->arena, found, len);
	*path = arena_str(s->arena, ops_document_path(doc));
	*id = arena_str(s->arena, ops_document_id(doc));
	if (!*text || !*path || !*id)
		ret = error_nomem(&s->err);
out:
	ops_view_close(view);
	return ret;
}

static int edit_by_hand(struct session *s, struct ops_request *request, bool dry_run)
{
	const char *path = NULL, *id = NULL, *before = NULL, *kept = NULL;
	int ret;

	if (!s->term->input || !s->term->output || s->globals->json)
		return error_set(&s->err, OPS_EUSAGE, "nothing to set: give --field,"
				 " --section or --from, or run it on a terminal");
	ret = read_document(&path, &id, &before, s, request->target);
	if (ret < 0)
		return ret;
	request->target = path;
	ret = editor_run(&request->text, &kept, s, id, before, strlen(before));
	if (ret < 0)
		return ret;
	if (!strcmp(request->text, before)) {
		out_say(s->out, "nothing to do\n");
		editor_discard(kept);
		return 0;
	}
	request->before = before;
	ret = request_send(s, request, 1, dry_run);
	if (!ret && !dry_run)
		editor_discard(kept);
	else
		out_say(s->talk, "ops: your text is kept in '%s'\n", kept);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct edit_options *o = args->options;
	struct ops_request request = { .action = "edit", .target = args->words[0] };
	int ret;

	if ((ret = request_fill(&request, s, &o->act)) < 0)
		return ret;
	if (!o->from && !request.fields_nr && !request.sections_nr)
		return edit_by_hand(s, &request, o->act.dry_run);
	if ((ret = request_draft(&request, s, o->from, &o->act)) < 0)
		return ret;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_edit[] = {
	{ "edit", "Change fields, sections or the whole text of a document",
	  NEED_REPO | WRITES, usage, options, sizeof(struct edit_options), 1, 1, run },
	{ .name = NULL }
};
