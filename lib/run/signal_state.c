/* SPDX-License-Identifier: MIT */
/*
 * The state of a run: its pipeline's steps, and what packets say became of them.
 *
 * Nothing but the record is believed: a run that goes on knows what its document and the
 * packets about it say, and asks the repository for what a step did to it.
 */

#include <stdlib.h>
#include <string.h>

#include "model/elsewhere.h"
#include "model/packet.h"
#include "model/roster.h"
#include "run/signal.h"
#include "text/labels.h"
#include "util/json.h"

int run_open(struct signal_run *run, struct ops_error *err)
{
	int ret = repo_tip(&run->snap, &run->world, run->repo, err);

	if (ret == 0)
		ret = world_config(&run->config, run->world, err);
	if (ret == 0 && !run->config->present)
		ret = elsewhere_error(run->repo->store, NULL, err);
	if (ret == 0)
		ret = world_roster(&run->roster, run->world, err);
	return ret;
}

void run_close(struct signal_run *run)
{
	size_t i;

	for (i = 0; i < run->steps_nr; i++)
		json_free(run->steps[i].output);
	run->steps_nr = 0;
	json_free(run->context);
	run->context = NULL;
	world_close(run->world);
	run->world = NULL;
	snap_free(run->snap);
	run->snap = NULL;
}

/* Who that is in the roster: RELEASE_MANAGER is release-manager. */
static const struct agent *agent_called(const struct roster *r, const char *name)
{
	const struct agent *a;
	size_t i;

	for (i = 0; name && i < roster_count(r); i++) {
		a = roster_at(r, i);
		if (a->active && (label_is(a->id, name) || (a->name && label_is(a->name, name))))
			return a;
	}
	return NULL;
}

int run_prepare(struct signal_run *run, struct ops_error *err)
{
	const struct pipeline *p = run->pipeline;
	size_t i;

	run->steps = arena_array(run->arena, p->steps_nr + 1, sizeof(*run->steps));
	if (!run->steps)
		return error_nomem(err);
	for (i = 0; i < p->steps_nr; i++) {
		struct run_step *at = &run->steps[i];

		at->step = &p->steps[i];
		at->agent = agent_called(run->roster, p->steps[i].agent);
		at->doer = p->steps[i].agent ? p->steps[i].agent :
			   run->config->signals.coordinator;
		if (!signal_holds(p->steps[i].when, p->steps[i].when_nr, run->context))
			at->state = STEP_SKIPPED;
	}
	run->steps_nr = p->steps_nr;
	return step_programs(run, err);
}

static struct run_step *step_called(struct signal_run *run, const char *name)
{
	size_t i;

	for (i = 0; name && i < run->steps_nr; i++)
		if (!strcmp(run->steps[i].step->name, name))
			return &run->steps[i];
	return NULL;
}

const char *run_section(struct signal_run *run, const struct ops_document *p,
			const char *name)
{
	const struct sections *sections = doc_sections(p->doc);
	const struct section *one = sections ? section_find(sections, name) : NULL;
	struct buf b = BUF_INIT;
	const char *text = NULL;

	if (one)
		section_text(&b, sections, one);
	if (one && !buf_failed(&b))
		text = arena_str(run->arena, b.data);
	buf_release(&b);
	return text;
}

static int take_step(struct signal_run *run, struct run_step *at,
		     const struct ops_document *p, struct ops_error *err)
{
	const char *output = document_text(p, "Output"), *outcome = document_text(p, "Outcome");
	const char *duration = document_text(p, "Duration");
	struct ops_error ignored = { 0 };
	struct json *json = NULL;

	at->state = outcome && !strcmp(outcome, "DONE") ? STEP_DONE : STEP_FAILED;
	if (duration)
		(void)duration_parse(&at->seconds, duration);
	at->summary = run_section(run, p, "Summary");
	at->issues = run_section(run, p, "Issues");
	if (output && json_parse(&json, output, strlen(output), &ignored) == OPS_ENOMEM)
		return error_nomem(err);
	if (json && json_kind(json) != JSON_OBJECT) {
		json_free(json);
		json = NULL;
	}
	at->output = json;
	at->label = json ? json_text(json_get(json, "label")) : NULL;
	return 0;
}

/* What a packet says of a step. */
static int take_packet(struct signal_run *run, const struct packets *all,
		       const struct ops_document *p, struct ops_error *err)
{
	struct run_step *at = step_called(run, document_text(p, "Step"));
	const struct ops_document *answer;
	const char *number = document_text(p, "Attempt"), *event, *decision, *begun;
	unsigned attempt = number ? (unsigned)strtoul(number, NULL, 10) : 0;

	if (!at)
		return 0;
	if (attempt > at->attempt)
		at->attempt = attempt;
	if (!strcmp(p->type->name, "run-event")) {
		event = document_text(p, "Event");
		if (!event || strcmp(event, "COORD_OPS:SPAWN"))
			return 0;
		at->begun = true;
		begun = document_text(p, "Run");
		/* packets come in no order: the last attempt counts */
		if (begun && attempt >= at->attempt &&
		    !(at->begun_as = arena_str(run->arena, begun)))
			return error_nomem(err);
		return 0;
	}
	if (!strcmp(p->type->name, "run-step"))
		return at->state == STEP_DONE ? 0 : take_step(run, at, p, err);
	if (strcmp(p->type->name, "approval-request"))
		return 0;
	answer = packet_answer(all, p, NULL);
	decision = answer ? document_text(answer, "Decision") : NULL;
	at->request = arena_str(run->arena, p->id);
	at->state = !decision ? STEP_WAITING : !strcmp(decision, "Approve") ? STEP_DONE :
		    STEP_FAILED;
	if (answer) {
		at->summary = arena_printf(run->arena, "%s by %s.", at->state == STEP_DONE ?
					   "Approved" : "Rejected", document_text(answer, "From"));
		at->issues = at->state == STEP_DONE ? NULL : run_section(run, answer, "Reason");
	}
	return at->request && (!answer || at->summary) ? 0 : error_nomem(err);
}

static int read_packets(struct signal_run *run, struct ops_error *err)
{
	struct packets all;
	size_t i;
	int ret = world_packets(&all.list, &all.nr, run->world, run->id, run->findings, err);

	for (i = 0; ret == 0 && i < all.nr; i++)
		ret = take_packet(run, &all, all.list[i], err);
	return ret;
}

int run_task(struct signal_run *run, const char *name, struct ops_error *err)
{
	struct ops_document *task;
	const char *to;
	int ret = world_find(&task, run->world, name, "task", run->findings, err);

	if (ret)
		return ret;
	to = document_text(task, "Assigned-To");
	run->worker = to ? roster_agent_named(run->roster, to) : NULL;
	run->task = arena_str(run->arena, task->id);
	return run->task ? 0 : error_nomem(err);
}

/* Whether nothing more is to be done for it. */
static bool is_over(const struct ops_document *signal)
{
	const struct state *state = signal->status ? type_state(signal->type, signal->status) :
				    NULL;

	return !state || state->final;
}

int run_stands(struct signal_run *run, struct ops_error *err)
{
	struct snap *snap = NULL;
	struct world *world = NULL;
	struct ops_document *doc;
	int ret;

	if (!run->id)
		return 0;	/* a look, which is not on record */
	ret = repo_tip(&snap, &world, run->repo, err);
	if (ret == 0)
		ret = world_find(&doc, world, run->id, "signal", run->findings, err);
	if (ret == 0 && is_over(doc))
		ret = error_set(err, OPS_EREFUSED, "'%s' was ended meanwhile: it is %s",
				run->id, doc->status ? doc->status : "without a status");
	world_close(world);
	snap_free(snap);
	return ret;
}

int run_load(struct signal_run *run, const char *id, struct ops_error *err)
{
	struct ops_document *doc;
	const char *signal, *pipeline, *task;
	int ret = world_find(&doc, run->world, id, "signal", run->findings, err);

	if (ret)
		return ret;
	signal = document_text(doc, "Signal");
	pipeline = document_text(doc, "Pipeline");
	task = document_text(doc, "Task");
	run->id = arena_str(run->arena, doc->id);
	run->signal = signal ? arena_str(run->arena, signal) : NULL;
	run->rule = signal ? signal_find(&run->config->signals, signal) : NULL;
	run->pipeline = pipeline ? signal_pipeline(&run->config->signals, pipeline) : NULL;
	if (!run->id || (signal && !run->signal))
		return error_nomem(err);
	if (task && (ret = run_task(run, task, err)) < 0)
		return ret;
	if (!run->rule || !run->pipeline)
		return error_set(err, OPS_EENVIRONMENT, "'%s' has signal '%s' and pipeline '%s', "
				 "and the configuration does not know both any more", doc->id,
				 signal ? signal : "", pipeline ? pipeline : "");
	run->fast = run->rule->fast && !strcmp(run->rule->fast, run->pipeline->name);
	ret = signal_context(&run->context, doc, err);
	if (ret)
		return ret;
	if (is_over(doc))
		run->ended = doc->status ? arena_str(run->arena, doc->status) : "Failed";
	run->waiting = doc->status && !strcmp(doc->status, "Waiting");
	ret = run_prepare(run, err);
	return ret ? ret : read_packets(run, err);
}
