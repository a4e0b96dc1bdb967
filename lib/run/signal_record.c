/* SPDX-License-Identifier: MIT */
/*
 * What is put on record of a run: each call is one commit, and one that was made already
 * is not made again, by its key.
 *
 * Everything here is written by the coordinator; what agents do in their own name is
 * theirs (op_change(), commits of git).
 */

#include <string.h>

#include "run/signal.h"
#include "store/lock.h"
#include "util/json.h"

int record_acts(struct ops_outcome **out, struct signal_run *run, struct ops_request *list,
		size_t nr, const char *key, struct ops_error *err)
{
	struct ops_outcome *outcome = NULL;
	int ret;

	list[0].key = key ? arena_printf(run->arena, "signal %s %s", run->id, key) : NULL;
	if (key && !list[0].key)
		return error_nomem(err);
	run->repo->own_keys = true;
	run->repo->now = run->now + (int64_t)(wait_clock_ms() - (uint64_t)run->began) / 1000;
	ret = ops_repo_change(&outcome, run->findings, run->repo, list, nr, 0, err);
	if (ret == 0 && out)
		*out = outcome;
	else
		ops_outcome_free(outcome);
	return ret;
}

static const char *number(struct signal_run *run, long n)
{
	return arena_printf(run->arena, "%ld", n);
}

static const char *seconds(struct signal_run *run, int64_t n)
{
	return arena_printf(run->arena, "%lds", (long)n);
}

/* A heading in what others wrote would end the section. */
static const char *body(struct signal_run *run, const char *text)
{
	struct buf b = BUF_INIT;
	const char *safe, *line;
	size_t len;

	for (line = text; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		buf_printf(&b, "%s%.*s%s", *line == '#' ? "\\" : "", (int)len, line,
			   line[len] ? "\n" : "");
	}
	safe = buf_failed(&b) ? NULL : arena_str(run->arena, b.data);
	buf_release(&b);
	return safe;
}

int record_signal(struct signal_run *run, struct ops_error *err)
{
	struct buf json = BUF_INIT;
	const char *text = signal_text(run->arena, run->context, "task_description");
	struct ops_setting fields[6], sections[2];
	struct ops_request r = { .action = "new", .target = "signal", .fields = fields,
				 .sections = sections, .sections_nr = 2 };
	struct ops_outcome *outcome = NULL;
	size_t len = text ? strcspn(text, "\n") : 0;
	char base[OID_HEX + 1];
	struct ops_error ignored = { 0 };
	struct oid head;
	int ret;

	buf_str(&json, "```json\n");
	if (!json_write(&json, run->context, true) || !text)
		buf_str(&json, "");
	buf_str(&json, "\n```");
	fields[0] = (struct ops_setting){ "Title", arena_printf(run->arena, "%s %.*s", run->signal,
					  (int)(len < 80 ? len : 80), text ? text : "") };
	fields[1] = (struct ops_setting){ "Signal", run->signal };
	fields[2] = (struct ops_setting){ "Pipeline", run->pipeline->name };
	r.fields_nr = 3;
	if (run->task)
		fields[r.fields_nr++] = (struct ops_setting){ "Task", run->task };
	/* What its steps commit comes after this. */
	if (store_resolve(&head, run->repo->store, "HEAD", &ignored) == 0) {
		oid_hex(base, &head);
		fields[r.fields_nr++] = (struct ops_setting){ "Base", base };
	}
	sections[0] = (struct ops_setting){ "Task Description", text ? body(run, text) : "" };
	sections[1] = (struct ops_setting){ "Context", json.data };
	if (buf_failed(&json) || !fields[0].value || !sections[0].value) {
		buf_release(&json);
		return error_nomem(err);
	}
	/* The key of the whole call, if there is one, is that of this act. */
	ret = ops_repo_change(&outcome, run->findings, run->repo, &r, 1,
			      run->options->flags & OPS_DRY_RUN, err);
	run->repo->key = NULL;
	if (ret == 0 && outcome->committed && outcome->acts_nr &&
	    !(run->id = arena_str(run->arena, outcome->acts[0].id)))
		ret = error_nomem(err);
	ops_outcome_free(outcome);
	buf_release(&json);
	return ret;
}

/* An event of the cascade, as one more request. */
void record_event(struct ops_request *r, struct ops_setting fields[EVENT_FIELDS],
		  struct ops_setting *section, struct signal_run *run, const char *event,
		      const char *to, const struct run_step *at, const char *detail)
{
	size_t nr = 0;

	fields[nr++] = (struct ops_setting){ "Event", event };
	fields[nr++] = (struct ops_setting){ "To", to };
	if (at) {
		fields[nr++] = (struct ops_setting){ "Step", at->step->name };
		fields[nr++] = (struct ops_setting){ "Attempt", number(run, at->attempt ?
								       at->attempt : 1) };
	}
	*section = (struct ops_setting){ "Detail", detail };
	*r = (struct ops_request){ .action = "packet.run-event", .target = run->id,
				   .fields = fields, .fields_nr = nr,
				   .sections = section, .sections_nr = !!detail };
}

bool run_records(const struct signal_run *run, const struct run_step *at)
{
	return run->id && (!run->fast || at->program);
}

int record_spawn(struct signal_run *run, struct run_step *at, struct ops_error *err)
{
	struct ops_setting fields[EVENT_FIELDS], section;
	struct ops_request r;

	if (!run_records(run, at) || (at->begun && !at->program))
		return 0;
	record_event(&r, fields, &section, run, "COORD_OPS:SPAWN", at->doer, at, NULL);
	at->begun = true;
	if (!at->program)
		return record_acts(NULL, run, &r, 1, arena_printf(run->arena, "spawn %s",
				   at->step->name), err);
	/* before it is: whoever comes after us knows what to look for */
	fields[r.fields_nr++] = (struct ops_setting){ "Run", at->begun_as };
	return record_acts(NULL, run, &r, 1, arena_printf(run->arena, "spawn %s %u",
			   at->step->name, at->attempt), err);
}

/* The next step whose input this one's output is; NULL. */
static const struct run_step *heir(const struct signal_run *run, const struct run_step *at)
{
	size_t i;

	for (i = 0; run->pipeline->pattern == PATTERN_CHAIN && i < run->steps_nr; i++)
		if (run->steps[i].state == STEP_AHEAD &&
		    names_have(&run->steps[i].step->after, at->step->name))
			return &run->steps[i];
	return NULL;
}

/* What somebody has to decide now. */
static void add_escalation(struct ops_request *r, struct ops_setting *sections,
			   struct signal_run *run, const struct run_step *at,
			   const char *attempts, const char *type)
{
	static const char *const causes[][2] = {
		{ "Boundary", "Cross-Domain" }, { "QualityGate", "Systemic-Failure" },
		{ "Resource", "Resources" }, { "Conflict", "Critical-Conflict" }
	};
	const char *cause = "Systemic-Failure", *done = NULL;
	size_t i, nr = 0;

	for (i = 0; i < 4; i++)
		if (!strcmp(causes[i][0], type))
			cause = causes[i][1];
	for (i = 0; i < run->steps_nr; i++)
		if (run->steps[i].state == STEP_DONE)
			done = arena_printf(run->arena, "%s%s%s", done ? done : "",
					    done ? ", " : "", run->steps[i].step->name);
	sections[nr++] = (struct ops_setting){ "Type", type };
	sections[nr++] = (struct ops_setting){ "Cause", cause };
	sections[nr++] = (struct ops_setting){ "Signal", run->signal };
	sections[nr++] = (struct ops_setting){ "Context", arena_printf(run->arena,
		"Step '%s' of pipeline '%s', by %s.", at->step->name, run->pipeline->name,
		at->doer) };
	sections[nr++] = (struct ops_setting){ "Issue", at->issues };
	sections[nr++] = (struct ops_setting){ "Attempts", attempts };
	sections[nr++] = (struct ops_setting){ "Partial Results", arena_printf(run->arena,
		"Done: %s.", done ? done : "nothing") };
	sections[nr++] = (struct ops_setting){ "Recommended Action",
		"Settle the issue, then send the signal again." };
	sections[nr++] = (struct ops_setting){ "Options",
		"1. Retry: when the issue is settled, by a new signal\n"
		"2. Abort: what is done so far stays in the history\n"
		"3. Delegate: to the coordinator whose domain the issue is in" };
	*r = (struct ops_request){ .action = "packet.escalation", .target = run->id,
				   .sections = sections, .sections_nr = nr };
}

/* Its output, on one line. */
static int output_text(const char **out, struct signal_run *run, const struct run_step *at,
		       struct ops_error *err)
{
	struct buf b = BUF_INIT;
	int ret = 0;

	*out = NULL;
	if (!at->output)
		return 0;
	if (!json_write(&b, at->output, false) || buf_failed(&b) ||
	    !(*out = arena_str(run->arena, b.data)))
		ret = error_nomem(err);
	buf_release(&b);
	return ret;
}

int record_step(struct signal_run *run, struct run_step *at, const char *attempts,
		const char *type, struct ops_error *err)
{
	struct ops_setting sections[10], more[2][EVENT_FIELDS], detail[2], escalation[9];
	struct ops_request list[4] = { { .action = "packet.run-step", .target = run->id } };
	const struct run_step *next = heir(run, at);
	const char *output;
	size_t nr = 0, requests = 1;
	int ret = output_text(&output, run, at, err);

	if (ret || !run_records(run, at))
		return ret;
	sections[nr++] = (struct ops_setting){ "Step", at->step->name };
	sections[nr++] = (struct ops_setting){ "Agent", at->doer };
	sections[nr++] = (struct ops_setting){ "Outcome", at->state == STEP_DONE ? "DONE" :
					       "FAILED" };
	sections[nr++] = (struct ops_setting){ "Attempt", number(run, at->attempt ?
								 at->attempt : 1) };
	sections[nr++] = (struct ops_setting){ "Duration", seconds(run, at->seconds) };
	sections[nr++] = (struct ops_setting){ "Summary", at->summary };
	if (at->issues)
		sections[nr++] = (struct ops_setting){ "Issues", at->issues };
	if (output)
		sections[nr++] = (struct ops_setting){ "Output", output };
	list[0].sections = sections;
	list[0].sections_nr = nr;
	if (at->state == STEP_FAILED && attempts) {
		add_escalation(&list[requests++], escalation, run, at, attempts, type);
		record_event(&list[requests++], more[0], &detail[0], run, "COORD_OPS:ESCALATE",
			  "ORCHESTRATOR", at, at->issues);
	} else if (at->state == STEP_DONE && next) {
		record_event(&list[requests++], more[1], &detail[1], run, "COORD_OPS:HANDOFF",
			  next->doer, next, NULL);
	}
	return record_acts(NULL, run, list, requests,
		      arena_printf(run->arena, "step %s", at->step->name), err);
}

int record_wait(struct signal_run *run, struct run_step *at, struct ops_error *err)
{
	struct ops_setting sections[2];
	struct ops_request list[2] = {
		{ .action = "packet.approval-request", .target = run->id, .sections = sections,
		  .sections_nr = 2 },
		{ .action = "wait", .target = run->id }
	};
	struct ops_outcome *outcome = NULL;
	int ret;

	sections[0] = (struct ops_setting){ "Step", at->step->name };
	sections[1] = (struct ops_setting){ "Request", arena_printf(run->arena,
		"%s of %s: approve what was done so far, or reject it.", at->step->name,
		run->signal) };
	if (!sections[1].value)
		return error_nomem(err);
	ret = record_acts(&outcome, run, list, 2, arena_printf(run->arena, "wait %s",
							  at->step->name), err);
	if (ret == 0 && outcome->acts_nr && outcome->acts[0].message)
		at->request = arena_str(run->arena, outcome->acts[0].message);
	ops_outcome_free(outcome);
	return ret;
}

int record_go_on(struct signal_run *run, struct ops_error *err)
{
	struct ops_request r = { .action = "go-on", .target = run->id };

	return record_acts(NULL, run, &r, 1, NULL, err);
}

int record_abort(struct signal_run *run, const char *reason, struct ops_error *err)
{
	struct ops_setting fields[EVENT_FIELDS], detail;
	struct ops_request list[2];

	record_event(&list[0], fields, &detail, run, "COORD_OPS:ABORT", "ORCHESTRATOR", NULL,
		  reason);
	list[1] = (struct ops_request){ .action = "abort", .target = run->id, .reason = reason };
	return record_acts(NULL, run, list, 2, "abort", err);
}
