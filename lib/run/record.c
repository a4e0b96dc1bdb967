/* SPDX-License-Identifier: MIT */
/*
 * Recording runs.
 *
 * Each run that was started is recorded, also one that timed out or gave no answer: what is
 * said about it is ours, and what the agent said is put into it as text that cannot become
 * a heading, a field or another paragraph.
 *
 * Signs of life are not commits: their number and the last of them are in the record.  Only
 * a milestone the agent names becomes a packet of its own.
 */
#include "run/record.h"

#include <string.h>

#include "util/json.h"
#include "util/utf8.h"

#define FIELDS_MAX 24
#define LINE_MAX_BYTES 2000
#define ITEMS_MAX 100

struct writing {
	struct arena *arena;
	const struct order *order;
	const struct run_result *result;
	struct ops_setting list[FIELDS_MAX];
	size_t nr;
	bool failed;
};

const char *record_ratio(struct arena *arena, unsigned ratio, size_t passed, size_t of)
{
	return arena_printf(arena, "%s (%zu/%zu = %zu%%)",
			    of && passed * 100 >= of * ratio ? "PASSED" : "FAILED", passed, of,
			    of ? passed * 100 / of : 0);
}

static void set(struct writing *w, const char *name, const char *value)
{
	if (!value || w->nr == FIELDS_MAX) {
		w->failed = true;
		return;
	}
	w->list[w->nr].name = name;
	w->list[w->nr++].value = value;
}

/* Text of somebody else as one line of a paragraph or item. */
static void add_line(struct buf *out, const char *text)
{
	struct buf line = BUF_INIT, flat = BUF_INIT;
	size_t len, i;

	for (i = 0; text[i] && i < LINE_MAX_BYTES; i++)
		buf_char(&flat, strchr("\t\r\n", text[i]) ? ' ' : text[i]);
	utf8_display(&line, flat.data, flat.len, false);
	for (len = line.len; len && line.data[len - 1] == ' '; len--)
		;
	i = strspn(line.data, " ");
	i = i < len ? i : len;
	/* what would begin a heading, a list, a fence, a quotation or a template */
	if (i < len && strchr("#-*+>`~=|<[&0123456789", line.data[i]))
		buf_char(out, '\\');
	buf_add(out, line.data + i, len - i);
	if (buf_failed(&line) || buf_failed(&flat))
		out->failed = true;
	buf_release(&line);
	buf_release(&flat);
}

static const char *take(struct writing *w, struct buf *b)
{
	const char *text = buf_failed(b) ? NULL : arena_str(w->arena, b->data);

	buf_release(b);
	return text;
}

/* The items of a list of its answer, or one line of ours. */
static const char *items_of(struct writing *w, const char *member, const char *otherwise)
{
	const struct json *list = w->result->answer ? json_get(w->result->answer, member) : NULL;
	const struct json *item = list ? json_first(list) : NULL;
	struct buf b = BUF_INIT;
	size_t nr = 0;

	for (; item && nr < ITEMS_MAX; item = json_next(item)) {
		if (!*json_text(item))
			continue;
		buf_str(&b, nr++ ? "\n- " : "- ");
		add_line(&b, json_text(item));
	}
	if (!nr)
		buf_str(&b, otherwise);
	return take(w, &b);
}

static const char *summary_of(struct writing *w)
{
	const struct json *answer = w->result->answer;
	const char *said = answer ? json_text(json_get(answer, "summary")) : NULL;
	struct buf b = BUF_INIT;

	if (said) {
		add_line(&b, said);
	} else {
		buf_printf(&b, "The run of %s ", w->order->agent->id);
		buf_str(&b, run_end_text(w->result->end));
		buf_char(&b, '.');
	}
	return take(w, &b);
}

static const char *contributions_of(struct writing *w)
{
	const struct run_result *r = w->result;

	return arena_printf(w->arena, "- %s: %s (%u.%01us)", w->order->agent->id,
			    *w->order->kind ? w->order->kind : "the task", r->ms / 1000,
			    r->ms % 1000 / 100);
}

static const char *issues_of(struct writing *w)
{
	const struct run_result *r = w->result;
	struct buf b = BUF_INIT;

	if (*r->why) {
		buf_str(&b, "- ");
		add_line(&b, r->why);
	}
	if (r->stragglers)
		buf_printf(&b, "%s- it left %u processes behind, which were ended",
			   b.len ? "\n" : "", r->stragglers);
	if (r->left)
		buf_printf(&b, "%s- %u processes of it could not be ended", b.len ? "\n" : "",
			   r->left);
	if (r->answer && json_get(r->answer, "issues")) {
		const char *more = items_of(w, "issues", "");

		if (more && *more)
			buf_printf(&b, "%s%s", b.len ? "\n" : "", more);
	}
	if (!b.len)
		buf_str(&b, "- it does not call the work complete");
	return take(w, &b);
}

/* What is true of every run, whatever it printed. */
static void add_facts(struct writing *w, enum run_status status, const char *quality,
		      const struct tree_outcome *changes)
{
	const struct run_result *r = w->result;

	set(w, "Status", run_status_text(status));
	set(w, "Quality-Gate", quality);
	set(w, "Duration", arena_printf(w->arena, "%us", (r->ms + 500) / 1000));
	set(w, "Agent", w->order->agent->id);
	set(w, "Run", w->order->run.id);
	if (*w->order->kind)
		set(w, "Task-Kind", w->order->kind);
	set(w, "Class", run_class(r->ms));
	set(w, "Ended", run_end_text(r->end));
	set(w, "Exit", r->signal ? arena_printf(w->arena, "signal %d", r->signal) :
	    r->code < 0 ? "none" : arena_printf(w->arena, "%d", r->code));
	set(w, "Output", arena_printf(w->arena, "sha256:%s", r->digest));
	if (r->progress.lines)
		set(w, "Heartbeats", arena_printf(w->arena, "%u", r->progress.lines));
	if (r->progress.percent >= 0)
		set(w, "Progress", arena_printf(w->arena, "%d", r->progress.percent));
	if (changes && changes->changed)
		set(w, "Commit", changes->commit);
	set(w, "Agent Contributions", contributions_of(w));
}

/* What it said itself; `bare`: nothing of it. */
static void add_words(struct writing *w, enum run_status status, bool bare,
		      const struct tree_outcome *changes)
{
	const char *none = "Nothing.";

	if (changes && changes->changed)
		none = arena_printf(w->arena, changes->refused ?
				    "- %s, refused and kept as %s" : "- %s, on %s",
				    changes->commit, changes->ref);
	if (bare) {
		set(w, "Summary", "What it said could not be kept.");
		set(w, "Deliverables", none);
		set(w, "Next Steps", "Look at its output where it ran.");
		if (status != RUN_COMPLETE)
			set(w, "Issues", arena_printf(w->arena, "- The run %s.",
						      run_end_text(w->result->end)));
		return;
	}
	set(w, "Summary", summary_of(w));
	set(w, "Deliverables", items_of(w, "deliverables", none ? none : ""));
	set(w, "Next Steps", items_of(w, "next-steps", status == RUN_COMPLETE ?
				      "Have it checked." : "Look at the issues."));
	if (status != RUN_COMPLETE)
		set(w, "Issues", issues_of(w));
}

/* One try.  The judge's no is OPS_EREFUSED, or OPS_EINVALID. */
static int attempt(struct record *out, struct arena *arena, struct ops_repo *repo,
		   struct writing *w, const struct buf *log, struct ops_findings *findings,
		   struct ops_error *err)
{
	struct ops_request request = { .action = "run", .target = w->order->task,
				       .id = w->order->run.id, .sections = w->list,
				       .sections_nr = w->nr };
	struct ops_outcome *outcome;
	int ret;

	if (w->failed)
		return error_nomem(err);
	if (log) {
		request.text = log->data;
		request.text_len = log->len;
	}
	ret = ops_repo_change(&outcome, findings, repo, &request, 1, 0, err);
	if (ret)
		return ret;
	memcpy(out->commit, outcome->commit, sizeof(out->commit));
	out->packet = outcome->acts_nr && outcome->acts[0].message ?
		      arena_str(arena, outcome->acts[0].message) : NULL;
	ops_outcome_free(outcome);
	return 0;
}

int record_write(struct record *out, struct arena *arena, struct ops_repo *repo,
		 unsigned ratio, const struct order *order, const struct run_result *result,
		 const struct tree_outcome *changes, struct ops_error *err)
{
	struct buf log = BUF_INIT;
	int ret = OPS_EREFUSED, try;

	out->status = result->status;
	if (out->status == RUN_COMPLETE && changes && changes->refused)
		out->status = RUN_PARTIAL;
	out->quality = record_ratio(arena, ratio, out->status == RUN_COMPLETE, 1);
	out->log = false;
	buf_add(&log, result->out.data, result->out.len);
	buf_add(&log, result->err.data, result->err.len);
	if (!out->quality || buf_failed(&log)) {
		buf_release(&log);
		return error_nomem(err);
	}
	/* everything; without the file; without a word of the agent's */
	for (try = log.len ? 0 : 1; try < 3 && (ret == OPS_EREFUSED || ret == OPS_EINVALID);
	     try++) {
		struct writing w = { .arena = arena, .order = order, .result = result };
		struct ops_findings *findings = ops_findings_new();

		add_facts(&w, out->status, out->quality, changes);
		add_words(&w, out->status, try == 2, changes);
		ret = findings ? attempt(out, arena, repo, &w, try ? NULL : &log, findings, err) :
		      error_nomem(err);
		if (ret == 0 && !try)
			out->log = true;
		ops_findings_free(findings);
	}
	buf_release(&log);
	return ret;
}

bool record_milestone(struct ops_repo *repo, const struct order *order,
		      const struct run_progress *progress)
{
	const struct ops_setting fields[] = { { "Milestone", progress->milestone } };
	struct ops_request request = { .action = "checkpoint", .target = order->task,
				       .fields = fields, .fields_nr = 1 };
	struct ops_findings *findings = ops_findings_new();
	struct ops_outcome *outcome = NULL;
	const char *actor = repo->actor;
	bool made = false;

	repo->actor = order->agent->id;
	if (findings)
		made = ops_repo_change(&outcome, findings, repo, &request, 1, 0, NULL) == 0;
	repo->actor = actor;
	ops_outcome_free(outcome);
	ops_findings_free(findings);
	return made;
}
