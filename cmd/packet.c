/* SPDX-License-Identifier: MIT */
/*
 * ops packet: record packets of any kind, look at them, print the form of a kind.
 *
 * The kinds that people use most have commands of their own, at the end; they differ
 * from "packet new" in nothing but that the kind is known.  What a kind asks for is
 * its definition's business; whether it is all there, the judge's.
 */

#include "packets.h"

#include <string.h>

#include "body.h"
#include "editor.h"
#include "input.h"
#include "out.h"
#include "report.h"
#include "term.h"
#include "util/arena.h"
#include "util/error.h"

struct list_options {
	const char *kind;
	bool open;
};

struct show_options {
	const char *format;
};

#define USAGE(name, text) \
	static const char *const usage_##name[] = { text, NULL }

USAGE(list, "ops packet list [--kind KIND] [--open] [DOC]");
USAGE(show, "ops packet show [--format text|markdown|json] PACKET");
USAGE(template, "ops packet template KIND");
USAGE(new, "ops packet new [-F FILE] [-e PATH]... KIND DOC [NAME=TEXT]...");
USAGE(ask, "ops ask [-F FILE] TASK [NAME=TEXT]...");
USAGE(answer, "ops answer [-F FILE] TASK [NAME=TEXT]...");
USAGE(debug, "ops debug [-F FILE] TASK [NAME=TEXT]...");
USAGE(escalate, "ops escalate [-F FILE] TASK [NAME=TEXT]...");
USAGE(incident, "ops incident [-F FILE] TASK [NAME=TEXT]...");
USAGE(retro, "ops retro [-F FILE] TASK [NAME=TEXT]...");

static const struct opt new_options[] = { PACKET_OPTIONS, OPT_TABLE_END };
static const struct opt kind_options[] = { PACKET_FROM, ACT_DRY_RUN, OPT_TABLE_END };

static const struct opt list_options[] = {
	{ OPT_TEXT, 0, "kind", "KIND", offsetof(struct list_options, kind),
	  "only packets of that kind" },
	{ OPT_FLAG, 0, "open", NULL, offsetof(struct list_options, open),
	  "only what waits for an answer" },
	OPT_TABLE_END
};

static const struct opt show_options[] = {
	{ OPT_CHOICE, 0, "format", "text|markdown|json",
	  offsetof(struct show_options, format), "how it is written" },
	OPT_TABLE_END
};

static const struct out_column columns[] = {
	{ "id", "PACKET", SHRINK_NEVER },
	{ "state", "STATE", SHRINK_NEVER },
	{ "blocks", NULL, SHRINK_NEVER },
	{ "from", "FROM", SHRINK_LAST },
	{ "gist", "ABOUT WHAT", SHRINK_FIRST },
	{ "kind", NULL, SHRINK_NEVER },
	{ "about", NULL, SHRINK_NEVER },
	{ "date", NULL, SHRINK_NEVER },
	{ "answers", NULL, SHRINK_NEVER },
	{ "path", NULL, SHRINK_NEVER },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* What was typed on a template, or an error when nobody is there to type. */
static int fill_template(const char **text, const char **kept, struct session *s,
			 const char *kind)
{
	struct ops_view *view = NULL;
	const char *form = NULL;
	int ret;

	if (!s->term->input || !s->term->output || s->globals->json)
		return error_set(&s->err, OPS_EUSAGE, "nothing to record: give NAME=TEXT or"
				 " --from, or run it on a terminal; 'ops packet template %.60s'"
				 " prints the parts", kind);
	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0 ||
	    (ret = ops_view_template(&form, view, kind, &s->err)) < 0)
		goto out;
	ret = editor_run(text, kept, s, kind, form, strlen(form));
	if (!ret && !strcmp(*text, form)) {
		editor_discard(*kept);
		*kept = NULL;
		*text = NULL;
	}
out:
	ops_view_close(view);
	return ret;
}

int packet_record(struct session *s, const char *kind, const char *target,
		  const char *const *parts, size_t nr, const struct packet_options *o)
{
	struct opt_list words = { (const char **)(size_t)parts, nr, nr };
	struct ops_request request = { .target = target };
	const char *kept = NULL;
	int ret;

	/* A step of a handoff is an act of its own that records a packet. */
	request.action = arena_printf(s->arena, "%s%s", strchr(kind, '.') ? "" : "packet.",
				      kind);
	if (!request.action)
		return error_nomem(&s->err);
	ret = input_settings(&request.sections, s->arena, &words, true, &s->err);
	if (ret < 0)
		return ret;
	request.sections_nr = nr;
	request.evidence = o->act.evidence.values;
	request.evidence_nr = o->act.evidence.nr;
	if (o->from) {
		struct act_options act = { .sections = words };

		ret = request_draft(&request, s, o->from, &act);
	} else if (!nr) {
		ret = fill_template(&request.text, &kept, s, !strcmp(kind, "handoff.package") ?
				    "handoff-package" : !strcmp(kind, "handoff.session") ?
				    "session" : kind);
		if (!ret && !request.text) {
			out_say(s->talk, "ops: nothing was written, so nothing is recorded\n");
			return error_set(&s->err, OPS_EUSAGE, "the template was not filled in");
		}
	}
	if (ret < 0)
		return ret;
	ret = request_send(s, &request, 1, o->act.dry_run);
	if (!ret && !o->act.dry_run)
		editor_discard(kept);
	else if (kept)
		out_say(s->talk, "ops: your text is kept in '%s'\n", kept);
	return ret;
}

void packet_members(struct session *s, const struct ops_packet *p)
{
	size_t len = 0;

	out_string(s->out, "id", ops_document_id(p->document));
	out_string(s->out, "kind", p->kind);
	out_string(s->out, "about", p->about);
	out_string(s->out, "from", p->from);
	out_string(s->out, "date", p->date);
	out_string(s->out, "answers", p->answers);
	out_string(s->out, "state", p->state);
	out_bool(s->out, "blocks", p->blocks);
	out_string(s->out, "path", ops_document_path(p->document));
	out_string(s->out, "text", ops_document_text(p->document, &len));
}

static void print_fields(struct session *s, const struct ops_document *doc)
{
	static const char *const shown[] = { "Kind", "About", "From", "Date", "Answers" };

	for (size_t i = 0; i < ops_document_fields(doc); i++) {
		const char *name = ops_document_field_name(doc, i);
		size_t k = 0;

		while (k < sizeof(shown) / sizeof(*shown) && strcmp(shown[k], name))
			k++;
		if (k == sizeof(shown) / sizeof(*shown))
			out_say(s->out, "    %s: %s\n", name, ops_document_field(doc, name));
	}
}

void packet_print(struct session *s, const struct ops_packet *p)
{
	size_t len = 0;
	const char *text = ops_document_text(p->document, &len);
	const char *body = body_of(text, &len);

	out_style(s->out, STYLE_YELLOW);
	out_say(s->out, "%s", ops_document_id(p->document));
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, "\n%s: %s from %s", p->date, p->kind, p->from);
	if (p->state)
		out_say(s->out, ", %s%s", p->state, p->blocks ? " and blocking" : "");
	if (p->answers)
		out_say(s->out, "\n    answers %s", p->answers);
	out_say(s->out, "\n");
	print_fields(s, p->document);
	out_block(s->out, "    ", body, len);
}

int packet_kind(struct session *s, struct ops_view *view, const char *kind)
{
	return kind ? ops_view_kind(view, kind, &s->err) : 0;
}

static int run_list(struct session *s, const struct args *args)
{
	const struct list_options *o = args->options;
	const struct ops_document *doc = NULL;
	const struct ops_packet *list = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0, shown = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0 ||
	    (ret = packet_kind(s, view, o->kind)) < 0)
		goto out;
	if (args->nr)
		ret = ops_view_find(&doc, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = doc ? ops_view_thread(&list, &nr, view, doc, s->findings, &s->err) :
			ops_view_all_packets(&list, &nr, view, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	out_table(s->out, "packets", columns, COLUMNS);
	for (size_t i = 0; i < nr; i++) {
		bool asked = (!o->kind || !strcmp(o->kind, list[i].kind)) &&
			(!o->open || (list[i].state && !strcmp(list[i].state, "open")));
		const char *cells[COLUMNS] = {
			ops_document_id(list[i].document), list[i].state,
			list[i].blocks ? "yes" : "no", list[i].from, list[i].gist,
			list[i].kind, list[i].about, list[i].date, list[i].answers,
			ops_document_path(list[i].document)
		};

		if (asked)
			out_row(s->out, cells);
		shown += asked;
	}
	out_table_end(s->out);
	if (!shown)
		out_say(s->out, "none\n");
out:
	ops_view_close(view);
	return ret;
}

static int run_show(struct session *s, const struct args *args)
{
	const struct show_options *o = args->options;
	const struct ops_packet *packet = NULL;
	const char *markdown = NULL;
	struct ops_view *view = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_packet(&packet, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = ops_view_message(&markdown, view, packet, &s->err);
	if (ret < 0)
		goto out;
	packet_members(s, packet);
	out_string(s->out, "markdown", markdown);
	if (o->format && !strcmp(o->format, "markdown")) {
		out_block(s->out, "", markdown, strlen(markdown));
		goto out;
	}
	packet_print(s, packet);
	out_say(s->out, "\n");
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

static int run_template(struct session *s, const struct args *args)
{
	struct ops_view *view = NULL;
	const char *text = NULL;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_template(&text, view, args->words[0], &s->err);
	if (ret < 0)
		goto out;
	out_string(s->out, "text", text);
	out_block(s->out, "", text, strlen(text));
out:
	ops_view_close(view);
	return ret;
}

static int run_new(struct session *s, const struct args *args)
{
	return packet_record(s, args->words[0], args->words[1], args->words + 2,
			     args->nr - 2, args->options);
}

/* Commands whose kind is not their name. */
static const struct {
	const char *command, *kind;
} kinds[] = {
	{ "ask", "question" },
	{ "escalate", "escalation" },
	{ "retro", "retrospective" },
};

static int run_kind(struct session *s, const struct args *args)
{
	const char *kind = s->command->name;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].command, kind)) {
			kind = kinds[i].kind;
			break;
		}
	return packet_record(s, kind, args->words[0], args->words + 1, args->nr - 1,
			     args->options);
}

#define KIND(name, summary) \
	{ #name, summary, NEED_REPO | WRITES, usage_##name, kind_options, \
	  sizeof(struct packet_options), 1, ANY_WORDS, run_kind }

const struct command cmd_packet[] = {
	{ "packet list", "List packets, of one document or of all", NEED_REPO | PAGED,
	  usage_list, list_options, sizeof(struct list_options), 0, 1, run_list },
	{ "packet show", "Show a packet", NEED_REPO | PAGED, usage_show, show_options,
	  sizeof(struct show_options), 1, 1, run_show },
	{ "packet template", "Print what a kind of packet asks for", NEED_REPO,
	  usage_template, NULL, 0, 1, 1, run_template },
	{ "packet new", "Record a packet of any kind", NEED_REPO | WRITES, usage_new,
	  new_options, sizeof(struct packet_options), 2, ANY_WORDS, run_new },
	KIND(ask, "Ask a question about a task, blocking or not"),
	KIND(answer, "Answer a question or an escalation"),
	KIND(debug, "Record a defect, its root, its fix and the proof"),
	KIND(escalate, "Escalate what cannot be settled, with what was tried"),
	KIND(incident, "Record an incident; its fix needs governance"),
	KIND(retro, "Record a retrospective with its recommendations"),
	{ .name = NULL }
};
