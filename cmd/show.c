/* SPDX-License-Identifier: MIT */
/*
 * ops show: one document of one state: its header, the gates of a task, its body.
 *
 * --raw prints the file as it is, but for bytes that could drive a terminal.  What a gate
 * says is a record, so the answer ends with what it is worth.  Nothing is parsed here.
 */

#include <string.h>

#include "body.h"
#include "command.h"
#include "gates.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"

struct show_options {
	const char *at;
	bool raw;
};

static const char *const usage[] = {
	"ops show [--at REV] [--raw] DOC",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct show_options, at),
	  "the document of revision REV" },
	{ OPT_FLAG, 0, "raw", NULL, offsetof(struct show_options, raw),
	  "the file as it is" },
	OPT_TABLE_END
};

static void print_fields(struct session *s, const struct ops_document *doc)
{
	out_map(s->out, "fields");
	for (size_t i = 0; i < ops_document_fields(doc); i++) {
		const char *name = ops_document_field_name(doc, i);
		const char *value = ops_document_field(doc, name);

		out_string(s->out, name, value);
		out_style(s->out, STYLE_BOLD);
		out_say(s->out, "%s:", name);
		out_style(s->out, STYLE_PLAIN);
		out_say(s->out, " %s\n", value);
	}
	out_end(s->out);
}

/* How far a task is; one that was broken down by its parts. */
static int print_progress(struct session *s, struct ops_view *view,
			  const struct ops_document *doc)
{
	struct ops_progress p;
	int ret;

	if (strcmp(ops_document_type(doc), "task"))
		return 0;
	ret = ops_view_progress(&p, view, doc, s->findings, &s->err);
	if (ret < 0)
		return ret;
	out_map(s->out, "progress");
	out_number(s->out, "percent", p.percent);
	out_number(s->out, "parts", (double)p.parts);
	out_number(s->out, "complete", (double)p.complete);
	out_end(s->out);
	if (p.parts)
		out_say(s->out, "\n%s %% done: %zu of %zu parts are complete\n",
			arena_printf(s->arena, "%.0f", p.percent), p.complete, p.parts);
	return 0;
}

static int print_gates(struct session *s, struct ops_view *view,
		       const struct ops_document *doc, bool verified)
{
	const struct ops_gate *gates = NULL;
	size_t nr = 0;
	int ret = 0;

	if (!strcmp(ops_document_type(doc), "task")) {
		ret = ops_view_gates(&gates, &nr, view, doc, s->findings, &s->err);
		if (ret < 0)
			return ret;
	}
	if (nr)
		out_say(s->out, "\n");
	gates_print(s, gates, nr, verified);
	return 0;
}

static int print(struct session *s, struct ops_view *view,
		 const struct ops_document *doc, bool raw)
{
	struct ops_assurance worth;
	size_t len = 0, body_len;
	const char *text = ops_document_text(doc, &len), *body;
	int ret;

	out_string(s->out, "id", ops_document_id(doc));
	out_string(s->out, "type", ops_document_type(doc));
	out_string(s->out, "path", ops_document_path(doc));
	out_string(s->out, "commit", ops_view_commit(view));
	if (raw) {
		out_string(s->out, "text", text);
		out_block(s->out, "", text, len);
		return 0;
	}
	out_style(s->out, STYLE_BOLD);
	out_say(s->out, "%s %s", ops_document_type(doc), ops_document_id(doc));
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, "  %s\n\n", ops_document_path(doc));
	print_fields(s, doc);
	if ((ret = print_progress(s, view, doc)) < 0)
		return ret;
	if ((ret = ops_view_assurance(&worth, view, &s->err)) < 0 ||
	    (ret = print_gates(s, view, doc, report_verified(&worth))) < 0)
		return ret;
	body_len = len;
	body = body_of(text, &body_len);
	out_string(s->out, "body", body);
	if (body_len && *body != '\n' && *body != '\r')
		out_say(s->out, "\n");
	out_block(s->out, "", body, body_len);
	out_say(s->out, "\n");
	report_assured(s, worth);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct show_options *o = args->options;
	const struct ops_document *doc = NULL;
	struct ops_view *view = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, o->at, &s->err)) < 0)
		goto out;
	ret = ops_view_find(&doc, view, args->words[0], s->findings, &s->err);
	if (ret < 0)
		goto out;
	ret = print(s, view, doc, o->raw);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_show[] = {
	{ "show", "Show a document: header, gates and text", NEED_REPO | PAGED, usage,
	  options, sizeof(struct show_options), 1, 1, run },
	{ .name = NULL }
};
