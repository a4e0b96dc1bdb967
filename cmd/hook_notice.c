/* SPDX-License-Identifier: MIT */
/*
 * ops hook, for the hooks that stop nothing: trailers for a message that git is about to
 * show, and notices when git has merged or checked out.
 *
 * Must never keep git from anything: what goes wrong here is said, and that is all; the
 * scripts take no notice of the status.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "out.h"
#include "report.h"
#include "request.h"
#include "util/buf.h"
#include "util/error.h"

#define NAMES_SHOWN 5

static const char *const usage_prepare[] = {
	"ops hook prepare-commit-msg FILE [SOURCE [COMMIT]]", NULL
};
static const char *const usage_merge[] = { "ops hook post-merge SQUASH", NULL };
static const char *const usage_checkout[] = { "ops hook post-checkout OLD NEW BRANCH", NULL };

/* A message that speaks of us already is its author's. */
static bool has_trailers(const struct buf *text)
{
	const char *at = text->data;

	for (; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, "Ops-", 4))
			return true;
	}
	return false;
}

/* With trailers at `end`, or without (NULL). */
static int write_message(const char *path, const struct buf *text, size_t end,
			 const char *trailers, struct ops_error *err)
{
	FILE *file = fopen(path, "w");
	bool bad;

	if (!file)
		return error_set(err, OPS_EENVIRONMENT, "cannot write '%s': %s", path,
				 strerror(errno));
	fwrite(text->data, 1, end, file);
	/* Line one is for the subject, and line two is blank. */
	if (trailers) {
		fputs(!end ? "\n\n" : text->data[end - 1] == '\n' ? "\n" : "\n\n", file);
		fputs(trailers, file);
		if (end < text->len && text->data[end] != '\n')
			fputc('\n', file);
	}
	fwrite(text->data + end, 1, text->len - end, file);
	bad = fflush(file) || ferror(file);
	bad |= fclose(file) != 0;
	return bad ? error_set(err, OPS_EIO, "cannot write '%s'", path) : 0;
}

/* Whether the message would be legal with these trailers. */
static int would_pass(bool *out, struct session *s, const struct buf *text, size_t end,
		      const char *trailers)
{
	struct ops_findings *found = ops_findings_new();
	struct buf whole = BUF_INIT;
	int ret;

	if (!found)
		return error_nomem(&s->err);
	buf_add(&whole, text->data, end);
	buf_printf(&whole, "%s\n\n%s", end ? "" : "subject", trailers);
	ret = buf_failed(&whole) ? error_nomem(&s->err) :
	      ops_repo_check_commit(found, s->repo, whole.data, whole.len, &s->err);
	*out = ret == 0 && !ops_findings_refuse(found);
	buf_release(&whole);
	ops_findings_free(found);
	return ret;
}

/* Git lists the messages of what it squashes; their trailers are not those of this commit. */
static int quote(struct buf *text, bool *changed, struct ops_error *err)
{
	char *quoted = NULL;
	int ret = ops_quote_messages(&quoted, text->data, text->len, err);

	*changed = ret == 0 && strlen(quoted) != text->len;
	if (*changed) {
		buf_clear(text);
		buf_str(text, quoted);
		ret = buf_failed(text) ? error_nomem(err) : 0;
	}
	free(quoted);
	return ret;
}

static int run_prepare(struct session *s, const struct args *args)
{
	const char *source = args->nr > 1 ? args->words[1] : "";
	bool squash = !strcmp(source, "squash"), quoted = false;
	bool editor = !s->env->editor || strcmp(s->env->editor, ":");
	struct buf text = BUF_INIT;
	char *trailers = NULL;
	bool passes = false, written = false;
	size_t end = 0;
	int ret = 0;

	/* Merges and amended commits have a message of their own. */
	if (!*source || squash || !strcmp(source, "message") || !strcmp(source, "template"))
		ret = ops_repo_commit_trailers(&trailers, s->repo, &s->err);
	if (ret == 0 && (trailers || squash))
		ret = hook_read_message(&text, args->words[0], &s->err);
	if (ret == 0 && squash && text.len && !memchr(text.data, '\0', text.len))
		ret = quote(&text, &quoted, &s->err);
	if (ret == 0 && trailers && !has_trailers(&text)) {
		end = text.len;
		if (editor && end)
			ret = ops_repo_message_end(&end, s->repo, text.data, text.len, &s->err);
		if (ret == 0)
			ret = would_pass(&passes, s, &text, end, trailers);
		if (ret == 0 && passes) {
			ret = write_message(args->words[0], &text, end, trailers, &s->err);
			written = ret == 0;
		}
	}
	if (ret == 0 && quoted && !written)
		ret = write_message(args->words[0], &text, text.len, NULL, &s->err);
	out_bool(s->out, "written", written);
	free(trailers);
	buf_release(&text);
	return ret;
}

/* What a dead process left: finished now, or said to be left. */
static void settle(struct session *s)
{
	struct ops_error found = { 0 };
	char notes[1024] = "";

	if (ops_repo_recover(notes, s->repo, &found))
		out_say(s->talk, "ops: %s\n", found.message);
	request_notes(s, s->talk, notes);
}

/* Tasks that wait for whoever runs this. */
static int tell_waiting(struct session *s)
{
	struct ops_filter filter = { .status = "Assigned" };
	const struct ops_document *const *docs = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0, waiting = 0;
	int ret = ops_view_open(&view, s->repo, NULL, &s->err);

	out_list(s->out, "waiting");
	if (ret == 0)
		filter.assignee = ops_view_actor(view);
	if (ret == 0 && filter.assignee)
		ret = ops_view_list(&docs, &nr, view, &filter, s->findings, &s->err);
	for (size_t i = 0; ret == 0 && i < nr; i++) {
		if (ops_document_field(docs[i], "Accepted"))
			continue;
		if (++waiting <= NAMES_SHOWN)
			out_say(s->talk, "%s%s", waiting == 1 ?
				"ops: assigned to you and not accepted yet: " : ", ",
				ops_document_id(docs[i]));
		out_string(s->out, NULL, ops_document_id(docs[i]));
	}
	out_end(s->out);
	if (waiting > NAMES_SHOWN)
		out_say(s->talk, ", and %zu more", waiting - NAMES_SHOWN);
	if (waiting)
		out_say(s->talk, "\n");
	ops_view_close(view);
	/* No ops here, or no branch: nothing waits. */
	return ret == OPS_EENVIRONMENT || ret == OPS_ENOTFOUND ? 0 : ret;
}

static int run_notice(struct session *s, const struct args *args)
{
	(void)args;
	settle(s);
	return tell_waiting(s);
}

#define NOTICE(name, summary, needs, usage, min, max, run) \
	{ "hook " name, summary, NEED_REPO | (needs), usage, NULL, 0, min, max, run }

const struct command cmd_hook_notice[] = {
	NOTICE("prepare-commit-msg", "Add the trailers of a legal hand edit to its message",
	       0, usage_prepare, 1, 3, run_prepare),
	NOTICE("post-merge", "Settle what is left behind, and tell what waits", AFTER_GIT,
	       usage_merge, 1, 1, run_notice),
	NOTICE("post-checkout", "Settle what is left behind, and tell what waits", AFTER_GIT,
	       usage_checkout, 3, 3, run_notice),
	{ .name = NULL }
};
