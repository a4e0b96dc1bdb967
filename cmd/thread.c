/* SPDX-License-Identifier: MIT */
/*
 * ops thread: what was said about a document, in order, what answers another after it.
 *
 * Everything on record is shown unless one kind is asked for; nothing is summed up.
 */

#include <string.h>

#include "out.h"
#include "packets.h"
#include "report.h"

struct thread_options {
	const char *kind;
	bool open;
};

static const char *const usage[] = {
	"ops thread [--kind KIND] [--open] DOC",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "kind", "KIND", offsetof(struct thread_options, kind),
	  "only packets of that kind" },
	{ OPT_FLAG, 0, "open", NULL, offsetof(struct thread_options, open),
	  "only what waits for an answer" },
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct thread_options *o = args->options;
	const struct ops_document *doc = NULL;
	const struct ops_packet *list = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0 ||
	    (ret = packet_kind(s, view, o->kind)) < 0)
		goto out;
	ret = ops_view_find(&doc, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = ops_view_thread(&list, &nr, view, doc, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_string(s->out, "id", ops_document_id(doc));
	out_string(s->out, "commit", ops_view_commit(view));
	out_list(s->out, "packets");
	for (size_t i = 0; i < nr; i++) {
		if ((o->kind && strcmp(o->kind, list[i].kind)) ||
		    (o->open && (!list[i].state || strcmp(list[i].state, "open"))))
			continue;
		packet_print(s, &list[i]);
		out_say(s->out, "\n");
		out_map(s->out, NULL);
		packet_members(s, &list[i]);
		out_end(s->out);
	}
	out_end(s->out);
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_thread[] = {
	{ "thread", "Show what was said about a task", NEED_REPO | PAGED, usage, options,
	  sizeof(struct thread_options), 1, 1, run },
	{ .name = NULL }
};
