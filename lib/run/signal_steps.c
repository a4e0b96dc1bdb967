/* SPDX-License-Identifier: MIT */
/*
 * Doing the steps of a run: each when those before it are done, some at once.
 *
 * A step that fails is tried again as often as the pipeline says, if something was mended;
 * then it is escalated, with its attempts.  What depends on it is not done.  Before each the
 * record is asked whether somebody ended the run: nothing begins after that.
 */

#include <string.h>

#include "model/roster.h"
#include "run/signal.h"
#include "store/lock.h"
#include "util/json.h"

static const struct {
	const char *name;
	operation_fn *run;
} operations[] = {
	{ "commit", op_commit },
	{ "changelog", op_changelog },
	{ "commit-changelog", op_commit_changelog },
	{ "push", op_push },
	{ "pull-request", op_pull_request },
	{ "review-status", op_review_status },
	{ "quality", op_quality },
	{ "release-check", op_release_check },
	{ "release-changelog", op_release_changelog },
	{ "release-versions", op_release_versions },
	{ "release-commit", op_release_commit },
	{ "release-tag", op_release_tag },
	{ "publish", op_publish },
	{ "release-open", op_release_open },
	{ "session-handoff", op_session_handoff },
	{ "session-references", op_session_references },
	{ "synthesize", op_synthesize },
	{ "audit-history", op_audit_history },
	{ "audit-documentation", op_audit_documentation },
	{ "audit-knowledge", op_audit_knowledge },
	{ "audit-pipelines", op_audit_pipelines },
};

static operation_fn *operation(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operations[i].name, name))
			return operations[i].run;
	return NULL;
}

const char *op_context(struct op_call *c, const char *name)
{
	return signal_text(c->run->arena, c->run->context, name);
}

const char *const *op_list(struct op_call *c, const char *name, size_t *nr)
{
	const struct json *v = json_get(c->run->context, name), *item;
	const char **list = arena_array(c->arena, (v ? json_count(v) : 0) + 2, sizeof(*list));

	*nr = 0;
	for (item = list && v ? json_first(v) : NULL; item; item = json_next(item))
		if (json_text(item))
			list[(*nr)++] = json_text(item);
	return list;
}

int op_output(struct op_call *c, const char *name, const char *value, struct ops_error *err)
{
	if (!c->output)
		c->output = json_new_object();
	return c->output && json_put(c->output, name, json_new_string(value)) ? 0 :
	       error_nomem(err);
}

int op_deliver(struct op_call *c, const char *type, const char *value, struct ops_error *err)
{
	struct json *list, *pair = json_new_array();

	if (!c->output)
		c->output = json_new_object();
	/* what json_get() gives is ours: the tree is being built */
	list = c->output ? (struct json *)(size_t)json_get(c->output, "deliverables") : NULL;
	if (c->output && !list && json_put(c->output, "deliverables", json_new_array()))
		list = (struct json *)(size_t)json_get(c->output, "deliverables");
	if (!list || !pair || !json_append(pair, json_new_string(type)) ||
	    !json_append(pair, json_new_string(value))) {
		json_free(pair);
		return error_nomem(err);
	}
	return json_append(list, pair) ? 0 : error_nomem(err);
}

const char *op_earlier(struct op_call *c, const char *step, const char *name)
{
	size_t i;

	for (i = 0; i < c->run->steps_nr; i++)
		if (!strcmp(c->run->steps[i].step->name, step))
			return json_text(json_get(c->run->steps[i].output, name));
	return NULL;
}

int op_change(struct ops_outcome **out, struct op_call *c, const struct ops_request *requests,
	      size_t nr, const char *key, struct ops_error *err)
{
	struct ops_repo *repo = c->run->repo;
	const char *was = repo->actor;
	struct ops_request *list = arena_array(c->arena, nr + 1, sizeof(*list));
	int ret;

	if (!list)
		return error_nomem(err);
	memcpy(list, requests, nr * sizeof(*list));
	if (c->run->id && key)
		list[0].key = arena_printf(c->arena, "signal %s %s", c->run->id, key);
	repo->own_keys = true;
	repo->actor = c->at->agent ? c->at->agent->id : was;
	repo->now = c->run->now + (int64_t)(wait_clock_ms() - (uint64_t)c->run->began) / 1000;
	ret = ops_repo_change(out, c->run->findings, repo, list, nr, 0, err);
	repo->actor = was;
	return ret;
}

static bool ends_the_run(int ret)
{
	return ret == OPS_ENOMEM || ret == OPS_EUNKNOWN || ret == OPS_EBUSY;
}

static void tell(struct signal_run *run, const struct run_step *at, const char *state)
{
	if (run->options->progress)
		run->options->progress(at->step->name, state, run->options->payload);
}

/* Keep what a call said, for as long as the run is. */
static int keep(struct run_step *at, struct op_call *c, const struct ops_error *failed,
		struct ops_error *err)
{
	struct arena *arena = c->run->arena;
	int ret = 0;

	if (c->label && op_output(c, "label", c->label, err))
		return OPS_ENOMEM;
	json_free(at->output);
	at->output = c->output;
	c->output = NULL;
	at->label = c->label ? arena_str(arena, c->label) : NULL;
	if (failed)
		buf_printf(&c->issues, "%s- %s", c->issues.len ? "\n" : "", failed->message);
	at->summary = failed ? arena_printf(arena, "Step '%s' failed.", at->step->name) :
		      arena_str(arena, c->summary.len ? c->summary.data : at->step->name);
	at->issues = c->issues.len ? arena_str(arena, c->issues.data) : NULL;
	if (buf_failed(&c->issues) || buf_failed(&c->summary) || !at->summary ||
	    (c->issues.len && !at->issues))
		ret = error_nomem(err);
	return ret;
}

/* One attempt.  Returns 0 done, 1 failed, 2 try again; or what ends the run. */
static int attempt(struct signal_run *run, struct run_step *at, struct buf *attempts,
		   const char **type, struct ops_error *err)
{
	const char *name = at->step->operation ? at->step->operation : at->step->otherwise;
	struct op_call c = { .run = run, .at = at, .summary = BUF_INIT, .issues = BUF_INIT,
			     .type = "QualityGate" };
	struct ops_error found = { 0 };
	operation_fn *op = operation(name);
	int ret;

	c.arena = arena_new();
	if (!c.arena)
		return error_nomem(err);
	ret = op ? op(&c, &found) :
	      error_set(&found, OPS_EENVIRONMENT, "nobody does it: the roster gives '%s' no "
			"command", at->doer);
	if (ends_the_run(ret)) {
		ret = error_set(err, ret, "%s", found.message);
	} else if (ret) {
		found.message[strcspn(found.message, "\n")] = '\0';
		buf_printf(attempts, "%s- attempt %u: %s", attempts->len ? "\n" : "",
			   at->attempt, found.message);
		*type = c.type;
		if (c.retry && at->attempt < at->step->attempts)
			ret = 2;
		else
			ret = keep(at, &c, &found, err) ? OPS_ENOMEM : 1;
	} else {
		ret = keep(at, &c, NULL, err);
	}
	json_free(c.output);
	buf_release(&c.summary);
	buf_release(&c.issues);
	arena_free(c.arena);
	return ret;
}

/* Try it until it is done, or no more is to be tried. */
static int do_step(struct signal_run *run, struct run_step *at, struct ops_error *err)
{
	struct buf attempts = BUF_INIT;
	const char *type = "QualityGate";
	uint64_t began = wait_clock_ms();
	int ret = record_spawn(run, at, err);

	for (at->attempt = 1; ret == 0; at->attempt++) {
		ret = attempt(run, at, &attempts, &type, err);
		if (ret != 2)
			break;
		ret = 0;
	}
	if (ret >= 0) {
		at->state = ret ? STEP_FAILED : STEP_DONE;
		at->seconds = (int64_t)(wait_clock_ms() - began + 500) / 1000;
		ret = buf_failed(&attempts) ? error_nomem(err) :
		      record_step(run, at, attempts.data, type, err);
	}
	buf_release(&attempts);
	return ret;
}

/* Whether all that it comes after is done.  What is left out hands on what it comes after
 * itself; steps stand after those they name. */
static bool is_ready(struct signal_run *run, size_t at)
{
	const struct names *after = &run->steps[at].step->after;
	size_t i, k;
	bool ready = true;

	for (i = 0; i < after->nr; i++)
		for (k = 0; k < at; k++)
			if (!strcmp(run->steps[k].step->name, after->list[i]))
				ready &= run->steps[k].passed;
	run->steps[at].passed = run->steps[at].state == STEP_DONE ||
				(run->steps[at].state == STEP_SKIPPED && ready);
	return ready;
}

/* Programs that can begin now, side by side. */
static int begin_programs(bool *some, struct signal_run *run, struct ops_error *err)
{
	struct run_step **list = arena_array(run->arena, run->steps_nr + 1, sizeof(*list));
	size_t i, nr = 0, most = step_programs_at_once(run);
	int ret;

	if (!list)
		return error_nomem(err);
	for (i = 0; i < run->steps_nr; i++)
		if (is_ready(run, i) && run->steps[i].state == STEP_AHEAD &&
		    run->steps[i].program && nr < most)
			list[nr++] = &run->steps[i];
	*some = nr > 0;
	ret = nr ? run_stands(run, err) : 0;
	for (i = 0; ret == 0 && i < nr; i++)
		tell(run, list[i], "begins");
	if (ret == 0 && nr)
		ret = step_run_programs(run, list, nr, err);
	for (i = 0; ret == 0 && i < nr; i++)
		tell(run, list[i], list[i]->state == STEP_DONE ? "done" : "failed");
	return ret;
}

/* What is ready of the rest, one after the other. */
static int do_others(bool *some, struct signal_run *run, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	*some = false;
	for (i = 0; ret == 0 && i < run->steps_nr; i++) {
		struct run_step *at = &run->steps[i];

		if (!is_ready(run, i) || at->state != STEP_AHEAD || at->program)
			continue;
		ret = run_stands(run, err);
		if (ret)
			break;
		tell(run, at, "begins");
		if (at->step->wait) {
			ret = record_wait(run, at, err);
			at->state = STEP_WAITING;
			run->waiting = true;
		} else {
			ret = do_step(run, at, err);
			at->passed = at->state == STEP_DONE;
			*some = true;
		}
		if (ret == 0)
			tell(run, at, at->state == STEP_DONE ? "done" :
			     at->state == STEP_FAILED ? "failed" : "waiting");
	}
	return ret;
}

int run_steps(struct signal_run *run, struct ops_error *err)
{
	bool programs = true, others = true;
	int ret = 0;

	while (ret == 0 && (programs || others)) {
		ret = begin_programs(&programs, run, err);
		if (ret == 0)
			ret = do_others(&others, run, err);
	}
	return ret;
}
