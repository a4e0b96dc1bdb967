/* SPDX-License-Identifier: MIT */
/*
 * Signals: whose they are, what they have to say, and the run they start.
 *
 * One process at a time is at a run, by a lock that dies with it; who comes after goes on
 * from the record.
 */

#include "run/signal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/roster.h"
#include "store/lock.h"
#include "text/labels.h"
#include "util/json.h"

/* The result outlives the run: it owns its arena. */
struct whole {
	struct ops_signal_result public;	/* first: freed by its address */
	struct arena *arena;
};

void ops_signal_free(struct ops_signal_result *result)
{
	struct whole *w = (struct whole *)result;

	if (!w)
		return;
	arena_free(w->arena);
	free(w);
}

/* A value that was given as words becomes what its kind is. */
static struct json *value_of(const struct context_item *item, const char *text)
{
	struct json *list;
	struct buf one = BUF_INIT;
	const char *at = text;
	size_t len;
	bool ok = true, lines = strchr(text, '\n');

	if (!item || (item->kind != CONTEXT_LIST && item->kind != CONTEXT_PATHS))
		return json_new_string(text);
	list = json_new_array();
	while (list && ok && *at) {
		at += strspn(at, lines ? "\r\n" : ", ");
		len = strcspn(at, lines ? "\r\n" : ",");
		buf_clear(&one);
		buf_add(&one, at, len);
		at += len;
		while (one.len && one.data[one.len - 1] == ' ')
			one.data[--one.len] = '\0';
		if (one.len)
			ok = !buf_failed(&one) && json_append(list, json_new_string(one.data));
	}
	buf_release(&one);
	if (!ok) {
		json_free(list);
		return NULL;
	}
	return list;
}

/* The name of an item, in whatever spelling: "Changed-Files" is changed_files. */
static const char *item_name(const struct signals *s, const char *given)
{
	size_t i;

	for (i = 0; i < s->items_nr; i++)
		if (label_is(s->items[i].name, given))
			return s->items[i].name;
	return given;
}

/* The context: the object that was given, and the words over it. */
static int read_context(struct signal_run *run, struct ops_error *err)
{
	const struct ops_signal_options *o = run->options;
	const struct signals *s = &run->config->signals;
	struct json *given = NULL;
	const struct json *m;
	struct buf copy = BUF_INIT;
	size_t i;
	int ret = 0;

	run->context = json_new_object();
	if (!run->context)
		return error_nomem(err);
	if (o->context)
		ret = json_parse(&given, o->context, o->context_len, err);
	if (ret == 0 && given && json_kind(given) != JSON_OBJECT)
		ret = error_set(err, OPS_EINVALID, "the context is no JSON object");
	for (m = ret == 0 && given ? json_first(given) : NULL; ret == 0 && m; m = json_next(m)) {
		const char *name = item_name(s, json_key(m));
		struct json *value = NULL;

		for (i = 0; i < o->items_nr; i++)
			if (label_is(o->items[i].name, name))
				break;
		if (i < o->items_nr)
			continue;
		buf_clear(&copy);
		if (!json_write(&copy, m, false) || buf_failed(&copy) ||
		    json_parse(&value, copy.data, copy.len, err) ||
		    !json_put(run->context, name, value))
			ret = error_nomem(err);
	}
	for (i = 0; ret == 0 && i < o->items_nr; i++) {
		const char *name = item_name(s, o->items[i].name);

		if (json_get(run->context, name))
			ret = error_set(err, OPS_EUSAGE, "'%.60s' is said twice", name);
		else if (!json_put(run->context, name,
				   value_of(signal_item(s, name), o->items[i].value)))
			ret = error_nomem(err);
	}
	if (ret == 0 && !json_get(run->context, "signal") &&
	    !json_put(run->context, "signal", json_new_string(run->signal)))
		ret = error_nomem(err);
	json_free(given);
	buf_release(&copy);
	return ret;
}

static int wrong(const char *item, const char *how, void *payload)
{
	struct signal_run *run = payload;

	findings_add(run->findings, "signal.context", OPS_ERROR, NULL, 0, 0, NULL,
		     "'%.80s' of the context of %s %s", item, run->signal, how);
	return 0;
}

/* What each signal of ours is called, for who asks for another. */
static const char *known_signals(struct signal_run *run)
{
	struct names names = { NULL, 0 };
	size_t i;

	for (i = 0; i < run->config->signals.nr; i++)
		if (names_add(&names, run->arena, run->config->signals.list[i].name))
			return "";
	return names_text(&names, run->arena, " and ");
}

/* Whose the signal is: ours (0), nobody's or another's (1, with a verdict). */
static int route(struct ops_signal_result *r, struct signal_run *run, struct ops_error *err)
{
	const struct signals *s = &run->config->signals;
	const char *name = run->options->signal;
	char *upper = arena_str(run->arena, name);
	size_t i;

	if (!upper)
		return error_nomem(err);
	for (i = 0; upper[i]; i++)
		upper[i] = (char)toupper((unsigned char)upper[i]);
	run->signal = name;
	run->rule = signal_find(s, name);
	if (!run->rule && strcmp(upper, name) && signal_is_ours(s, upper, false) &&
	    signal_find(s, upper))
		return error_set(err, OPS_EUSAGE, "'%.60s' is not a signal; '%.60s' is: signals "
				 "are written in capitals", name, upper);
	if (!run->rule && signal_is_ours(s, name, true))
		return error_set(err, OPS_EUSAGE, "there is no signal '%.60s'; there are %s", name,
				 known_signals(run));
	if (!run->rule) {
		r->verdict = "IGNORED";
		return 1;
	}
	return 0;
}

static int check(struct signal_run *run, struct ops_error *err)
{
	size_t before = ops_findings_count(run->findings);
	int ret = signal_check(&run->config->signals, run->rule, run->context, wrong, run);

	if (ret == 0 && ops_findings_count(run->findings) > before)
		ret = error_set(err, OPS_EREFUSED, "the context of %s is not complete, or has too "
				"much", run->signal);
	return ret;
}

/* The steps of the pipeline in the words of the result. */
static int tell_steps(struct ops_signal_result *r, struct signal_run *run,
		      struct ops_error *err)
{
	static const char *const states[] = {
		[STEP_AHEAD] = "todo", [STEP_DONE] = "done", [STEP_FAILED] = "failed",
		[STEP_SKIPPED] = "skipped", [STEP_WAITING] = "waiting"
	};
	static const char *const patterns[] = {
		[PATTERN_SEQUENCE] = "sequence", [PATTERN_PARALLEL] = "parallel",
		[PATTERN_CHAIN] = "chain"
	};
	struct ops_signal_step *list = arena_array(run->arena, run->steps_nr + 1,
						   sizeof(*list));
	size_t i;

	if (!list)
		return error_nomem(err);
	for (i = 0; i < run->steps_nr; i++) {
		const struct run_step *at = &run->steps[i];

		list[i].name = arena_str(run->arena, at->step->name);
		list[i].agent = arena_str(run->arena, at->doer);
		list[i].by = at->step->wait ? "approval" : at->program ? "agent" : "ops";
		list[i].state = states[at->state];
		list[i].summary = at->summary;
		list[i].issues = at->issues;
		list[i].attempts = at->attempt;
		list[i].seconds = (long)at->seconds;
		if (!list[i].name || !list[i].agent)
			return error_nomem(err);
	}
	r->steps = list;
	r->steps_nr = run->steps_nr;
	r->run = run->id;
	r->signal = arena_str(run->arena, run->signal);
	r->pipeline = arena_str(run->arena, run->pipeline->name);
	r->pattern = patterns[run->pipeline->pattern];
	return r->signal && r->pipeline ? 0 : error_nomem(err);
}

static int tell_waiting(struct ops_signal_result *r, struct signal_run *run,
			struct ops_error *err)
{
	size_t i;

	r->verdict = "WAITING";
	for (i = 0; i < run->steps_nr; i++)
		if (run->steps[i].state == STEP_WAITING && run->steps[i].request)
			r->next = arena_printf(run->arena, "ops packet new approval %s Answers=%s "
				"Decision=Approve Reason=...; then ops signal --resume %s", run->id,
				run->steps[i].request, run->id);
	return r->next ? 0 : error_nomem(err);
}

/* Do what can be done, and end the run if nothing is left. */
static int go(struct ops_signal_result *r, struct signal_run *run, struct ops_error *err)
{
	size_t i;
	bool waits = false;
	int ret = 0;

	for (i = 0; i < run->steps_nr; i++)
		waits |= run->steps[i].state == STEP_WAITING;
	if (!waits) {
		if (run->waiting)
			ret = record_go_on(run, err);
		run->waiting = false;
		if (ret == 0)
			ret = run_steps(run, err);
	}
	if (ret == 0 && run->waiting)
		ret = tell_waiting(r, run, err);
	else if (ret == 0)
		ret = record_end(&r->verdict, &r->gate, &r->message, run, err);
	if (ret == 0 && !r->next)
		for (i = run->steps_nr; i > 0 && !r->next; i--)
			if (json_text(json_get(run->steps[i - 1].output, "next")))
				r->next = arena_str(run->arena, json_text(
					json_get(run->steps[i - 1].output, "next")));
	return ret ? ret : tell_steps(r, run, err);
}

/* What a run came to that has ended before. */
static int tell_ended(struct ops_signal_result *r, struct signal_run *run,
		      struct ops_error *err)
{
	char *word = arena_str(run->arena, run->ended);
	size_t i;

	for (i = 0; word && word[i]; i++)
		word[i] = (char)toupper((unsigned char)word[i]);
	r->verdict = word;
	return word ? tell_steps(r, run, err) : error_nomem(err);
}

static int with_lock(struct ops_signal_result *r, struct signal_run *run,
		     struct ops_error *err)
{
	const char *name = arena_printf(run->arena, "signal-%s", run->id), *id;
	struct lock lock = { -1 };
	int ret = name ? lock_take_named(&lock, run->repo->store, name, 0, err) :
		  error_nomem(err);

	if (ret == OPS_EBUSY)
		return error_set(err, ret, "somebody else is at '%s' now", run->id);
	if (ret)
		return ret;
	/* somebody may have been at it until now: only what is on record under the lock counts */
	id = run->id;
	run_close(run);
	ret = run_open(run, err);
	if (ret == 0)
		ret = run_load(run, id, err);
	if (ret == 0 && run->ended) {
		ret = tell_ended(r, run, err);
	} else if (ret == 0) {
		ret = step_take_up(run, err);
		if (ret == 0)
			ret = step_check_programs(run, err);
		if (ret == 0)
			ret = go(r, run, err);
	}
	lock_drop(&lock);
	return ret;
}

static bool has_to_do(const struct signal_run *run)
{
	size_t i;

	for (i = 0; i < run->steps_nr; i++)
		if (run->steps[i].state != STEP_SKIPPED)
			return true;
	return false;
}

static int start(struct ops_signal_result *r, struct signal_run *run, struct ops_error *err)
{
	int ret = route(r, run, err);

	if (ret)
		return ret < 0 ? ret : 0;
	ret = read_context(run, err);
	if (ret == 0)
		ret = check(run, err);
	if (ret)
		return ret;
	if (run->rule->route) {
		r->verdict = "ROUTED";
		r->route = run->rule->route;
		return 0;
	}
	run->pipeline = signal_choose(&run->fast, &run->config->signals, run->rule, run->context);
	if (!run->pipeline)
		return error_set(err, OPS_EUSAGE, "nothing is done for %s", run->signal);
	ret = run_prepare(run, err);
	if (ret == 0 && !has_to_do(run))
		ret = error_set(err, OPS_EREFUSED, "no step of pipeline '%s' is to be done for "
				"this context", run->pipeline->name);
	if (ret == 0)
		ret = run->options->task ? run_task(run, run->options->task, err) : 0;
	if (ret == 0)
		ret = step_check_programs(run, err);
	if (ret)
		return ret;
	if (!run->rule->pipeline) {
		run->repo->key = NULL;	/* a look, which leaves nothing on record */
		r->verdict = "PLANNED";
		return run->options->flags & OPS_DRY_RUN ? tell_steps(r, run, err) :
		       go(r, run, err);
	}
	ret = record_signal(run, err);
	if (ret || run->options->flags & OPS_DRY_RUN) {
		r->verdict = "PLANNED";
		return ret ? ret : tell_steps(r, run, err);
	}
	/* by a key it may have begun before, or have ended */
	return with_lock(r, run, err);
}

/* How it stands; nothing is done. */
static int report(struct ops_signal_result *r, struct signal_run *run, const char *id,
		  struct ops_error *err)
{
	int ret = run_load(run, id, err);

	if (ret == 0)
		ret = run_report(&r->message, &r->gate, run, err);
	if (ret == 0 && run->ended)
		return tell_ended(r, run, err);
	r->verdict = run->waiting ? "WAITING" : "RUNNING";
	return ret ? ret : tell_steps(r, run, err);
}

static int resume(struct ops_signal_result *r, struct signal_run *run, const char *id,
		  struct ops_error *err)
{
	int ret = run_load(run, id, err);

	if (ret)
		return ret;
	if (run->ended)
		return error_set(err, OPS_EREFUSED, "'%s' has ended: it is %s", run->id,
				 run->ended);
	if (!run->options->abort)
		return run->options->flags & OPS_DRY_RUN ?
		       (r->verdict = "PLANNED", tell_steps(r, run, err)) :
		       with_lock(r, run, err);
	ret = record_abort(run, run->options->reason, err);
	r->verdict = "ABORTED";
	return ret ? ret : tell_steps(r, run, err);
}

static int find_actor(struct signal_run *run, struct ops_error *err)
{
	const char *claim = NULL;
	const struct agent *a = repo_actor(run->repo, run->roster, &claim);

	/* the roster does not last as long as the run */
	run->actor = a ? arena_str(run->arena, a->id) : claim;
	return run->actor ? 0 : error_set(err, OPS_EENVIRONMENT, "it is not known who acts: use "
					  "--as, or set git config ops.actor");
}

int ops_repo_signal(struct ops_signal_result **out, struct ops_findings *findings,
		    struct ops_repo *repo, const struct ops_signal_options *options,
		    struct ops_error *err)
{
	struct whole *w = calloc(1, sizeof(*w));
	struct signal_run run = { .repo = repo, .findings = findings, .options = options,
				};
	int64_t now = repo->now;
	const char *id = options->abort ? options->abort : options->resume;
	int ret;

	if (w)
		w->arena = run.arena = arena_new();
	if (!w || !w->arena) {
		free(w);
		return error_nomem(err);
	}
	run.began = (int64_t)wait_clock_ms();
	run.now = now;
	ret = run_open(&run, err);
	if (ret == 0 && !options->report)
		ret = find_actor(&run, err);
	if (ret == 0)
		ret = options->report ? report(&w->public, &run, options->report, err) :
		      id ? resume(&w->public, &run, id, err) : start(&w->public, &run, err);
	if (ret == 0 && w->public.route &&
	    !(w->public.route = arena_str(w->arena, w->public.route)))
		ret = error_nomem(err);
	run_close(&run);
	repo->now = now;
	if (ret) {
		ops_signal_free(&w->public);
		return ret;
	}
	*out = &w->public;
	return 0;
}
