/* SPDX-License-Identifier: MIT */
/*
 * Recording runs.
 *
 * Each run that was started is recorded, also one that timed out or gave no answer: what is
 * said about it is ours, and what the agent said is put into it as text that cannot become
 * a heading, a field or another paragraph.
 *
 * Those that ended together are recorded together.  Signs of life are not commits: their
 * number and the last of them are in the record.  Only a milestone the agent names becomes a
 * packet of its own.
 */
#include "run/record.h"

#include <assert.h>
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
	const struct run_checks *checks;
	struct ops_setting list[FIELDS_MAX];
	size_t nr;
	bool failed;
};

const char *record_ratio(struct arena *arena, unsigned ratio, size_t passed, size_t of,
			 bool failed)
{
	return arena_printf(arena, "%s (%zu/%zu = %zu%%)",
			    of && !failed && passed * 100 >= of * ratio ? "PASSED" : "FAILED",
			    passed, of, of ? passed * 100 / of : 0);
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

static const char *issues_of(struct writing *w, const struct tree_outcome *changes)
{
	const struct run_result *r = w->result;
	struct buf b = BUF_INIT;

	if (changes->lost) {
		buf_str(&b, "- what it changed could not be taken in: ");
		add_line(&b, changes->lost);
	}
	if (*r->why) {
		buf_str(&b, b.len ? "\n- " : "- ");
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
	if (w->checks->issues)
		buf_printf(&b, "%s%s", b.len ? "\n" : "", w->checks->issues);
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
	set(w, "Printed", arena_printf(w->arena, "%zu", r->out.len));
	if (r->progress.lines)
		set(w, "Heartbeats", arena_printf(w->arena, "%u", r->progress.lines));
	if (r->progress.percent >= 0)
		set(w, "Progress", arena_printf(w->arena, "%d", r->progress.percent));
	if (changes && changes->changed)
		set(w, "Commit", changes->commit);
	if (w->checks->mandatory)
		set(w, "Failed-Mandatory", w->checks->mandatory);
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
		set(w, "Issues", issues_of(w, changes));
}

/* What it printed, as one file. */
static int log_of(struct buf *log, const struct run_result *r, struct ops_error *err)
{
	buf_add(log, r->out.data, r->out.len);
	buf_add(log, r->err.data, r->err.len);
	return buf_failed(log) ? error_nomem(err) : 0;
}

/* How much of it one try is to keep. */
enum keep { KEEP_ALL, KEEP_WORDS, KEEP_FACTS };

/* The request to record it; `log` is filled in, and lives as long as the request. */
static int ask(struct ops_request *out, struct writing *w, struct buf *log,
	       const struct record *record, enum keep keep, struct arena *arena,
	       struct ops_error *err)
{
	*w = (struct writing){ .arena = arena, .order = record->order,
			       .result = record->result, .checks = &record->checks };
	add_facts(w, record->status, record->quality, record->changes);
	add_words(w, record->status, keep == KEEP_FACTS, record->changes);
	*out = (struct ops_request){ .action = "run", .target = record->order->task,
				     .id = record->order->run.id, .sections = w->list,
				     .sections_nr = w->nr };
	if (w->failed || (keep == KEEP_ALL && log_of(log, record->result, err)))
		return error_nomem(err);
	if (log->len) {
		out->text = log->data;
		out->text_len = log->len;
	}
	return 0;
}

static int note_made(struct record *list, size_t nr, const struct ops_outcome *outcome,
		     const struct buf *logs, struct arena *arena, struct ops_error *err)
{
	size_t i;

	assert(outcome->acts_nr == nr);
	for (i = 0; i < nr; i++) {
		memcpy(list[i].commit, outcome->commit, sizeof(list[i].commit));
		list[i].packet = arena_str(arena, outcome->acts[i].message);
		list[i].log = logs[i].len > 0;
		if (!list[i].packet)
			return error_nomem(err);
	}
	return 0;
}

/* One try.  The judge's no is OPS_EREFUSED, or OPS_EINVALID. */
static int attempt(struct record *list, size_t nr, enum keep keep, struct arena *arena,
		   struct ops_repo *repo, struct ops_error *err)
{
	struct ops_request *requests = arena_array(arena, nr, sizeof(*requests));
	struct writing *w = arena_array(arena, nr, sizeof(*w));
	struct buf *logs = arena_array(arena, nr, sizeof(*logs));
	struct ops_findings *findings = ops_findings_new();
	struct ops_outcome *outcome = NULL;
	size_t i;
	int ret = requests && w && logs && findings ? 0 : error_nomem(err);

	for (i = 0; logs && i < nr; i++)
		buf_init(&logs[i]);
	for (i = 0; ret == 0 && i < nr; i++)
		ret = ask(&requests[i], &w[i], &logs[i], &list[i], keep, arena, err);
	if (ret == 0)
		ret = ops_repo_change(&outcome, findings, repo, requests, nr, 0, err);
	if (ret == 0)
		ret = note_made(list, nr, outcome, logs, arena, err);
	ops_outcome_free(outcome);
	ops_findings_free(findings);
	for (i = 0; logs && i < nr; i++)
		buf_release(&logs[i]);
	return ret;
}

/* Everything; without the file; without a word of the agent's. */
static int write_one(struct record *record, struct arena *arena, struct ops_repo *repo,
		     struct ops_error *err)
{
	int ret = OPS_EREFUSED, keep;

	for (keep = KEEP_ALL; keep <= KEEP_FACTS; keep++) {
		ret = attempt(record, 1, (enum keep)keep, arena, repo, err);
		if (ret != OPS_EREFUSED && ret != OPS_EINVALID)
			break;
	}
	return ret;
}

int record_write(struct record *list, size_t nr, struct arena *arena, struct ops_repo *repo,
		 unsigned ratio, struct ops_error *err)
{
	struct ops_error fault = { 0 };
	size_t i;
	int ret, one;

	for (i = 0; i < nr; i++) {
		struct record *r = &list[i];

		r->status = r->result->status;
		if (r->status == RUN_COMPLETE && (r->changes->refused || r->changes->lost))
			r->status = RUN_PARTIAL;
		r->quality = record_ratio(arena, ratio, r->checks.passed +
					  (r->status == RUN_COMPLETE), r->checks.of + 1,
					  r->checks.mandatory);
		if (r->status == RUN_COMPLETE && r->checks.passed < r->checks.of)
			r->status = RUN_PARTIAL;
		if (!r->quality)
			return error_nomem(err);
	}
	if (nr == 1)
		return write_one(list, arena, repo, err);
	ret = attempt(list, nr, KEEP_ALL, arena, repo, err);
	if (ret == 0 || ret == OPS_EUNKNOWN || ret == OPS_EBUSY)
		return ret;
	/* what is wrong with one does not keep the others from their record */
	for (ret = 0, i = 0; i < nr; i++) {
		one = write_one(&list[i], arena, repo, &fault);
		if (one && !ret)
			ret = error_set(err, one, "%s", fault.message);
	}
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
