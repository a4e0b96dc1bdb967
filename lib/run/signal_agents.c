/* SPDX-License-Identifier: MIT */
/*
 * Steps that agents do themselves, as programs: side by side where they may, each with the
 * context of the signal and with what the one before it gave.
 *
 * Nothing is begun of a run whose programs the user did not allow.  Each is on record before
 * it is begun: an agent is not asked twice, as only it knows what it did the first time
 * (signal_again.c).
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/roster.h"
#include "run/order.h"
#include "run/review.h"
#include "run/signal.h"
#include "util/json.h"

int step_programs(struct signal_run *run, struct ops_error *err)
{
	const char *const *words;
	struct ops_document *entry;
	size_t i, nr;
	int ret = 0;

	for (i = 0; ret == 0 && i < run->steps_nr; i++) {
		struct run_step *at = &run->steps[i];

		if (!at->agent || at->step->operation || at->step->wait)
			continue;
		ret = world_document(&entry, run->world, at->agent->path, run->findings, err);
		if (ret == 0 && document_list(&words, &nr, entry, "Command"))
			ret = error_nomem(err);
		if (ret == 0)
			at->program = nr > 0;
	}
	return ret;
}

int step_check_programs(struct signal_run *run, struct ops_error *err)
{
	size_t i, before = ops_findings_count(run->findings);
	int ret = 0;

	for (i = 0; ret == 0 && i < run->steps_nr; i++) {
		struct run_step *at = &run->steps[i];
		struct ops_programs *programs = NULL;

		if (at->state != STEP_AHEAD)
			continue;
		if (!at->program && !at->step->operation && !at->step->otherwise &&
		    !at->step->wait)
			findings_add(run->findings, "run.agent", OPS_ERROR, at->agent ?
				     at->agent->path : NULL, 0, 0,
				     "give its entry in the roster a Command, or the step an "
				     "operation", "nobody does step '%s': '%s' is no program",
				     at->step->name, at->doer);
		if (!at->program) {
			ret = review_check_allowed(run, at, err);
			continue;
		}
		ret = ops_repo_programs(&programs, run->findings, run->repo, at->agent->id, err);
		if (ret == 0 && !programs->list[0].allowed)
			findings_add(run->findings, "run.not-allowed", OPS_ERROR,
				     at->agent->path, 0, 0,
				     arena_printf(run->arena, "look at it, then: ops program "
						  "allow %s", at->agent->id),
				     "the repository wants to run %s as '%s', and you have not "
				     "allowed that", programs->list[0].words, at->agent->id);
		ops_programs_free(programs);
	}
	if (ret == 0 && ops_findings_count(run->findings) > before)
		ret = error_set(err, OPS_EREFUSED, "the pipeline '%s' is not begun",
				run->pipeline->name);
	return ret;
}

static const char *json_words(struct arena *arena, const struct json *v)
{
	struct buf b = BUF_INIT;
	const char *text = NULL;

	if (json_write(&b, v, false) && !buf_failed(&b))
		text = arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

/* What the step before it gave; NULL: nothing. */
static const char *input_of(struct signal_run *run, const struct run_step *at)
{
	const struct json *output;
	size_t i;

	for (i = 0; i < run->steps_nr; i++) {
		if (!names_have(&at->step->after, run->steps[i].step->name))
			continue;
		output = json_get(run->steps[i].output, "output");
		if (!output)
			output = run->steps[i].output;
		if (output && json_kind(output) == JSON_OBJECT)
			return json_words(run->arena, output);
	}
	return NULL;
}

/* Each text of a list of the answer, as an item. */
static void add_items(struct buf *out, const struct json *answer, const char *member)
{
	const struct json *list = json_get(answer, member), *item;

	for (item = list && json_kind(list) == JSON_ARRAY ? json_first(list) : NULL; item;
	     item = json_next(item))
		if (json_text(item))
			buf_printf(out, "%s- %.*s", out->len ? "\n" : "",
				   (int)strcspn(json_text(item), "\r\n"), json_text(item));
}

static bool add_pair(struct json *list, const char *type, const char *value)
{
	struct json *pair = json_new_array();

	if (!pair || !json_append(pair, json_new_string(type)) ||
	    !json_append(pair, json_new_string(value))) {
		json_free(pair);
		return false;
	}
	return json_append(list, pair);
}

/* What it gave to the next one, and what it made. */
static struct json *output_of(const struct run_step *at, const struct ops_run *r,
			      const struct json *answer)
{
	struct json *output = json_new_object(), *list = json_new_array(), *copy = NULL;
	const struct json *given = answer ? json_get(answer, "output") : NULL, *item;
	struct buf text = BUF_INIT;
	bool ok = output && list && r->packet && add_pair(list, "Record", r->packet);

	item = answer ? json_get(answer, "deliverables") : NULL;
	for (item = item && json_kind(item) == JSON_ARRAY ? json_first(item) : NULL; ok && item;
	     item = json_next(item))
		if (json_text(item) && !strpbrk(json_text(item), "|\r\n"))
			ok = add_pair(list, at->step->name, json_text(item));
	if (ok && given)
		ok = json_write(&text, given, false) && !buf_failed(&text) &&
		     json_parse(&copy, text.data, text.len, NULL) == 0 &&
		     json_put(output, "output", copy);
	ok = ok && json_put(output, "label", json_new_string(at->step->name));
	if (ok && json_put(output, "deliverables", list))
		list = NULL;
	else
		ok = false;
	json_free(list);
	buf_release(&text);
	if (!ok) {
		json_free(output);
		return NULL;
	}
	return output;
}

int step_take(struct signal_run *run, struct run_step *at, const struct ops_run *r,
	      struct ops_error *err)
{
	bool some = !strcmp(r->status, "PARTIAL");
	struct json *answer = NULL;
	struct buf issues = BUF_INIT;
	int ret = r->answer ? json_parse(&answer, r->answer, strlen(r->answer), err) : 0;

	at->state = some || !strcmp(r->status, "COMPLETE") ? STEP_DONE : STEP_FAILED;
	at->seconds = (r->ms + 500) / 1000;
	at->label = at->step->name;
	if (answer)
		add_items(&issues, answer, "issues");
	if (*r->why)
		buf_printf(&issues, "%s- %s", issues.len ? "\n" : "", r->why);
	if (!issues.len && (some || at->state == STEP_FAILED))
		buf_printf(&issues, "- '%s' calls its work %s", at->agent->id, r->status);
	at->summary = r->summary && *r->summary ?
		arena_dup(run->arena, r->summary, strcspn(r->summary, "\r\n")) :
		arena_printf(run->arena, "The run of %s %s.", at->agent->id, r->ended);
	at->issues = issues.len && !buf_failed(&issues) ? arena_str(run->arena, issues.data) :
		     NULL;
	json_free(at->output);
	at->output = ret ? NULL : output_of(at, r, answer);
	if (ret == 0 && (buf_failed(&issues) || !at->summary || !at->output ||
			 (issues.len && !at->issues)))
		ret = error_nomem(err);
	buf_release(&issues);
	json_free(answer);
	return ret;
}

/* None of them could be begun. */
static int fail_all(struct signal_run *run, struct run_step **list, size_t nr,
		    const struct ops_error *why, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		list[i]->state = STEP_FAILED;
		list[i]->summary = arena_printf(run->arena, "Step '%s' failed.",
						list[i]->step->name);
		list[i]->issues = arena_printf(run->arena, "- %s", why->message);
		if (!list[i]->summary || !list[i]->issues)
			ret = error_nomem(err);
	}
	return ret;
}

int step_record(struct signal_run *run, struct run_step *at, struct ops_error *err)
{
	const char *attempts = arena_printf(run->arena, "- attempt %u: %s",
					    at->attempt ? at->attempt : 1,
					    at->issues ? at->issues + 2 : "it failed");

	return attempts ? record_step(run, at, attempts, "QualityGate", err) : error_nomem(err);
}

/* The one that is to be begun now: it is on record before. */
static int begin(struct ops_run_request *r, struct signal_run *run, struct run_step *at,
		 const char *context, struct ops_error *err)
{
	int ret;

	at->attempt = at->begun ? at->attempt + 1 : 1;
	ret = order_id(&at->begun_as, run->arena, err);
	if (ret == 0)
		ret = record_spawn(run, at, err);
	*r = (struct ops_run_request){
		.agent = at->agent->id, .task = run->task ? run->task : run->id,
		.kind = at->step->kind, .context = context, .input = input_of(run, at),
		.timeout = (unsigned)at->step->timeout, .id = at->begun_as,
	};
	return ret;
}

size_t step_programs_at_once(const struct signal_run *run)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (run->pipeline->parallel)
		return run->pipeline->parallel;
	return processors > 4 ? (size_t)processors : 4;	/* they mostly wait */
}

int step_run_programs(struct signal_run *run, struct run_step **list, size_t nr,
		      struct ops_error *err)
{
	struct ops_run_request *requests = arena_array(run->arena, nr + 1, sizeof(*requests));
	const char *context = json_words(run->arena, run->context);
	struct ops_run_report *report = NULL;
	struct ops_error found = { 0 };
	size_t i;
	int ret = requests && context ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		ret = begin(&requests[i], run, list[i], context, err);
	if (ret)
		return ret;
	ret = ops_repo_run(&report, run->findings, run->repo, requests, nr, 0, NULL, NULL, &found);
	if (ret == OPS_ENOMEM || ret == OPS_EBUSY || ret == OPS_EUNKNOWN)
		return error_set(err, ret, "%s", found.message);
	if (ret)
		ret = fail_all(run, list, nr, &found, err);
	else
		for (i = 0; ret == 0 && i < nr; i++)
			ret = step_take(run, list[i], &report->runs[i], err);
	ops_run_report_free(report);
	for (i = 0; ret == 0 && i < nr; i++)
		ret = step_record(run, list[i], err);
	return ret;
}
