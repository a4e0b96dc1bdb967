/* SPDX-License-Identifier: MIT */
/*
 * Carrying out requests: ops_repo_change().
 *
 * The transaction calls back twice: decide() turns the requests into a draft
 * over the tip, verdict() asks the judge about it.  Neither writes.  Both may
 * be called again when another process moved the branch, so all they make is
 * thrown away and made anew.
 */

#include "change/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/draft.h"
#include "change/key.h"
#include "change/signing.h"
#include "change/uses.h"
#include "judge/judge.h"
#include "model/elsewhere.h"
#include "text/message.h"
#include "util/random.h"

struct changing {
	struct ops_repo *repo;
	const struct ops_request *requests;
	size_t nr;
	struct ops_findings *findings;
	struct draft draft;
	struct world *tip;
	struct world *reading;		/* the world so far, once an act changed it */
	struct ops_findings *fresh;	/* of this attempt */
	const char *subject;
	struct arena *arena;		/* of this attempt; outlives the plan */
	change_genesis_fn *genesis;
	void *payload;
	const char *key;		/* by which it may have been done already; or NULL */
	char id[33];
	struct change_beside beside;
	bool repeated;			/* it was, by this commit: */
	struct oid first;
	struct signing signing;		/* of this attempt */
};

/* After an act the next one reads what it left. */
static int read_on(struct changing *c, struct ops_error *err)
{
	struct world *next;
	int ret = world_open(&next, c->draft.plan->after, c->repo->cache, err);

	if (ret)
		return ret;
	world_close(c->reading);
	c->reading = next;
	c->draft.now = next;
	return 0;
}

static int one_request(struct changing *c, const struct ops_request *r,
		       struct ops_error *err)
{
	draft_act_fn *act;
	unsigned uses;
	int ret;

	if (!r->action || !*r->action)
		return error_set(err, OPS_EUSAGE, "a request has no action");
	act = uses_act(&uses, c->draft.config, r->action);
	ret = uses_check(r, uses, err);
	if (ret == 0)
		ret = act(&c->draft, r, err);
	if (ret && r->line)
		error_prefix(err, "line %u: %s", r->line, r->action);
	return ret;
}

/* Whether a request is a verb of ours whose acts are what its commit names. */
static bool is_verb(const struct ops_request *r)
{
	return !strncmp(r->action, "plan.", 5) || !strncmp(r->action, "emergency.", 10) ||
	       !strncmp(r->action, "scope.", 6) || !strncmp(r->action, "conflict.", 9);
}

/* What the acts of one request are called together. */
static const char *action_of(const struct draft *d, const struct ops_request *r)
{
	size_t i;

	if (!is_verb(r))
		return r->action;
	for (i = 1; i < d->acts_nr; i++)
		if (strcmp(d->acts[i].action, d->acts[0].action))
			return "batch";
	return d->acts[0].action;
}

/* "assign swap-7k2f to Production/codegen" */
static const char *subject_of(struct changing *c)
{
	struct draft *d = &c->draft;
	const struct ops_act *a = d->acts_nr ? &d->acts[0] : NULL;
	const struct ops_request *r = &c->requests[0];
	const char *verb;

	if (d->acts_nr != 1 && !(c->nr == 1 && d->acts_nr))
		return arena_printf(d->arena, "chore(ops): batch of %zu acts", d->acts_nr);
	if (d->acts_nr > 1)
		return arena_printf(d->arena, "chore(ops): %s %zu documents",
				    action_of(d, r), d->acts_nr);
	verb = strncmp(a->action, "gate.", 5) ? a->action : a->action + 5;
	if (!strncmp(a->action, "packet.", 7))
		return arena_printf(d->arena, "chore(ops): record %s about %s",
				    a->action + 7, a->id);
	if (!strncmp(a->action, "gate.", 5))
		return arena_printf(d->arena, "chore(ops): %s %s of %s", verb, r->gate,
				    a->id);
	if (!strncmp(a->action, "key.", 4))
		return arena_printf(d->arena, "chore(ops): %s key of %s", a->action + 4,
				    a->id);
	if (r->to)
		return arena_printf(d->arena, "chore(ops): %s %s to %s", verb, a->id,
				    r->to);
	return arena_printf(d->arena, "chore(ops): %s %s%s%s", verb,
			    !strcmp(verb, "new") ? a->type : "",
			    !strcmp(verb, "new") ? " " : "", a->id);
}

static int write_message(struct changing *c, const char *subject, const char *action,
			 struct ops_error *err)
{
	struct draft *d = &c->draft;
	struct trailer *trailers = arena_array(d->arena, 2 * d->acts_nr + 5,
					       sizeof(*trailers));
	struct message m = { 0 };
	struct buf text = BUF_INIT;
	size_t i, nr = 0;
	int ret;

	if (!trailers || !subject)
		return error_nomem(err);
	if (!c->key && !random_hex128(c->id))
		return error_set(err, OPS_EIO, "the system has no random numbers");
	trailers[nr++] = (struct trailer){ "Ops-Action", action };
	for (i = 0; i < d->acts_nr; i++) {
		const struct ops_act *a = &d->acts[i];

		trailers[nr++] = (struct trailer){ "Ops-Doc", a->path };
		if (a->from && a->to)
			trailers[nr++] = (struct trailer){ "Ops-Status",
				arena_printf(d->arena, "%s -> %s", a->from, a->to) };
	}
	trailers[nr++] = (struct trailer){ "Ops-Actor", d->actor_name };
	if (d->config->present)
		trailers[nr++] = (struct trailer){ "Ops-Policy",
			arena_printf(d->arena, "%u", d->config->version) };
	trailers[nr++] = (struct trailer){ "Ops-Id", arena_str(d->arena, c->id) };
	m.subject = subject;
	m.subject_max = d->config->standing.messages.on ?
			d->config->standing.messages.subject_max : 0;
	m.body = d->body.data;
	m.trailers = trailers;
	m.trailers_nr = nr;
	ret = buf_failed(&d->body) ? error_nomem(err) : message_write(&text, &m, err);
	if (ret == 0) {
		d->plan->message = buf_failed(&text) ? NULL :
				   arena_str(d->arena, text.data);
		if (!d->plan->message)
			ret = error_nomem(err);
	}
	buf_release(&text);
	return ret;
}

/* Begin an attempt: forget what the last one made. */
static int begin(struct changing *c, struct txn_plan *plan, struct ops_error *err)
{
	struct draft *d = &c->draft;
	int ret;

	world_close(c->reading);
	world_close(c->tip);
	c->reading = c->tip = NULL;
	buf_release(&d->body);
	ops_findings_free(c->fresh);
	arena_free(c->arena);
	c->arena = arena_new();
	c->fresh = ops_findings_new();
	if (!c->fresh || !c->arena)
		return error_nomem(err);
	memset(d, 0, sizeof(*d));
	buf_init(&d->body);
	d->repo = c->repo;
	d->plan = plan;
	d->arena = c->arena;
	d->findings = c->fresh;
	d->run = c->beside.run;
	d->today = date_from_epoch(c->repo->now);
	ret = world_open(&c->tip, plan->before, c->repo->cache, err);
	if (ret)
		return ret;
	d->tip = d->now = c->tip;
	ret = world_config(&d->config, d->tip, err);
	return ret ? ret : world_roster(&d->roster, d->tip, err);
}

static int plan_signature(struct changing *c, struct txn_plan *plan, struct ops_error *err)
{
	struct draft *d = &c->draft;
	int ret = signing_decide(&c->signing, c->repo, d->config, d->roster, d->actor,
				 d->arena, err);

	if (ret == 0)
		plan->is_signed = c->signing.used;
	return ret;
}

static int decide(struct txn_plan *plan, void *payload, struct ops_error *err)
{
	struct changing *c = payload;
	struct draft *d = &c->draft;
	const char *claim;
	size_t i;
	int ret = begin(c, plan, err);

	if (ret)
		return ret;
	if (c->genesis) {
		ret = plan_signature(c, plan, err);
		ret = ret ? ret : c->genesis(d, &c->subject, c->payload, err);
		return ret ? ret : write_message(c, c->subject, "init", err);
	}
	if (!d->config->present)
		return elsewhere_error(c->repo->store, NULL, err);
	d->actor = repo_actor(c->repo, d->roster, &claim);
	d->actor_name = d->actor ? d->actor->id : claim;
	if (!d->actor_name)
		return error_set(err, OPS_EENVIRONMENT, "it is not known who acts: use "
				 "--as, or set git config ops.actor");
	if (c->key) {
		const struct ops_request *r = c->requests;
		bool verb = c->nr == 1 && is_verb(r);

		ret = key_id(c->id, d->actor_name, c->key, verb ? r : NULL, err);
		if (ret == 0)
			ret = key_look(&c->repeated, &c->first, &c->subject, d, c->id,
				       c->nr > 1 ? "batch" : verb ? NULL : r->action, r,
				       c->beside.index, err);
		plan->nothing = c->repeated;
		if (ret || c->repeated)
			return ret;
	}
	ret = repo_identity(&plan->author, &plan->committer, c->repo, d->actor, err);
	if (ret == 0)
		ret = plan_signature(c, plan, err);
	for (i = 0; ret == 0 && i < c->nr; i++) {
		ret = one_request(c, &c->requests[i], err);
		if (ret == 0 && i + 1 < c->nr)
			ret = read_on(c, err);
	}
	if (ret)
		return ret;
	if (!d->acts_nr) {
		plan->nothing = true;
		return 0;
	}
	if (c->nr > 1)
		for (i = 0; i < d->acts_nr; i++)
			buf_printf(&d->body, "- %s %s\n", d->acts[i].action,
				   d->acts[i].id);
	c->subject = subject_of(c);
	return write_message(c, c->subject, c->nr > 1 ? "batch" :
			     action_of(d, &c->requests[0]), err);
}

static int verdict(const struct txn_plan *plan, void *payload, struct ops_error *err)
{
	struct changing *c = payload;
	struct judge_case k = { 0 };
	struct world *before, *after = NULL;
	int ret = world_open(&before, plan->before, c->repo->cache, err);

	if (ret)
		return ret;
	ret = world_open(&after, plan->after, c->repo->cache, err);
	if (ret)
		goto out;
	k.before = before;
	k.after = after;
	k.message = plan->message;
	k.message_len = strlen(plan->message);
	k.claimed = c->genesis ? NULL : c->draft.actor_name;
	k.author = plan->author.email;
	k.now = c->repo->now;
	k.signer = c->signing.used ? &c->signing.promised : NULL;
	k.drafted = true;
	ret = judge_change(&k, c->fresh, err);
	if (ret == 0)
		draft_tell(c->fresh, c->draft.config, plan->before);
	if (ret == 0 && ops_findings_refuse(c->fresh))
		ret = error_set(err, OPS_EREFUSED, "the change is refused");
out:
	world_close(after);
	world_close(before);
	return ret;
}

static int sign(struct buf *out, const struct buf *commit, void *payload,
		struct ops_error *err)
{
	struct changing *c = payload;

	return sign_bytes(out, &c->signing.with, c->repo->verifier.keys, commit->data,
			  commit->len, err);
}

static const char *copy(struct arena *arena, const char *text)
{
	return text ? arena_str(arena, text) : NULL;
}

bool change_copy_act(struct ops_act *to, struct arena *arena, const struct ops_act *from)
{
	*to = (struct ops_act){ copy(arena, from->action), copy(arena, from->type),
				copy(arena, from->id), copy(arena, from->path),
				copy(arena, from->from), copy(arena, from->to),
				copy(arena, from->message), copy(arena, from->commit) };
	return !(from->action && !to->action) && !(from->type && !to->type) &&
	       !(from->id && !to->id) && !(from->path && !to->path) &&
	       !(from->from && !to->from) && !(from->to && !to->to) &&
	       !(from->message && !to->message) && !(from->commit && !to->commit);
}

/* The outcome outlives the plan: copy what it says. */
static int make_outcome(struct ops_outcome **out, struct changing *c,
			const struct txn_result *result, struct ops_error *err)
{
	const struct draft *d = &c->draft;
	struct outcome *o = calloc(1, sizeof(*o));
	struct ops_act *acts;
	bool whole;
	size_t i;

	if (o)
		o->arena = arena_new();
	if (!o || !o->arena) {
		free(o);
		return error_nomem(err);
	}
	acts = arena_array(o->arena, d->acts_nr + 1, sizeof(*acts));
	whole = acts != NULL;
	o->public.subject = copy(o->arena, c->subject ? c->subject : "");
	o->public.actor = copy(o->arena, d->actor_name ? d->actor_name : "");
	o->public.notes = c->signing.note && result->committed ?
		arena_printf(o->arena, "%s%s%s", c->signing.note, *result->notes ? "\n" : "",
			     result->notes) : copy(o->arena, result->notes);
	for (i = 0; whole && i < d->acts_nr; i++) {
		whole = change_copy_act(&acts[i], o->arena, &d->acts[i]);
		acts[i].commit = result->committed ? o->public.commit : NULL;
	}
	if (!whole || !o->public.subject || !o->public.actor || !o->public.notes) {
		ops_outcome_free(&o->public);
		return error_nomem(err);
	}
	o->public.acts = acts;
	o->public.acts_nr = d->acts_nr;
	o->public.committed = result->committed;
	if (result->committed)
		oid_hex(o->public.commit, &result->commit);
	*out = &o->public;
	return 0;
}

void ops_outcome_free(struct ops_outcome *outcome)
{
	struct outcome *o = (struct outcome *)outcome;

	if (!o)
		return;
	arena_free(o->arena);
	free(o);
}

/* Hand the findings of the attempt that counted to the caller. */
static void give_findings(struct ops_findings *to, const struct ops_findings *from)
{
	if (from)
		ops_findings_copy(to, from, NULL);
	ops_findings_sort(to);
}

static void changing_release(struct changing *c)
{
	world_close(c->reading);
	world_close(c->tip);
	buf_release(&c->draft.body);
	ops_findings_free(c->fresh);
	arena_free(c->arena);
}

/* What was done by this key before is what is done now. */
static void take_first(struct txn_result *result, const struct changing *c)
{
	if (!c->repeated)
		return;
	result->committed = true;
	result->commit = c->first;
	(void)snprintf(result->notes, sizeof(result->notes), "it was done already, by this key");
}

static int run_change(struct ops_outcome **out, struct changing *c,
		      const struct txn_options *options, struct ops_error *err)
{
	struct txn_result result = { 0 };
	struct ops_error lost = { 0 };
	int ret = txn_run(&result, c->repo->store, options, decide, verdict, c, err);

	if (ret == 0)
		take_first(&result, c);
	/* Once it is committed, nothing may say that it is not. */
	if (ret == 0 && make_outcome(out, c, &result, &lost) != 0) {
		ret = result.committed ?
			error_set(err, OPS_EUNKNOWN, "the change was committed, and "
				  "memory ran out while reporting it") :
			error_nomem(err);
	}
	give_findings(c->findings, c->fresh);
	changing_release(c);
	return ret;
}

void change_follow(struct ops_repo *repo)
{
	struct roll_place place = repo_roll_place(repo);
	struct snap *snap = NULL;
	struct world *w = NULL;
	struct oid tip;

	if (store_tip(&tip, repo->store, NULL) == 0 &&
	    snap_of_commit(&snap, repo->store, &tip, NULL) == 0 &&
	    world_open(&w, snap, repo->cache, NULL) == 0)
		roll_follow(w, &place);
	world_close(w);
	snap_free(snap);
}

int ops_repo_change(struct ops_outcome **out, struct ops_findings *findings,
		    struct ops_repo *repo, const struct ops_request *requests,
		    size_t nr, unsigned flags, struct ops_error *err)
{
	struct txn_options options = { repo->wait_ms, flags & OPS_DRY_RUN, false, sign };
	struct changing c = { 0 };
	int ret;

	if (nr == 0)
		return error_set(err, OPS_EUSAGE, "there is nothing to do");
	c.repo = repo;
	c.requests = requests;
	c.nr = nr;
	c.key = requests[0].key ? requests[0].key : repo->key;
	c.findings = findings;
	buf_init(&c.draft.body);
	ret = run_change(out, &c, &options, err);
	if (ret == 0 && !(flags & OPS_DRY_RUN))
		change_follow(repo);
	return ret;
}

static int differs(const char *path, const struct snap_entry *before,
		   const struct snap_entry *after, void *payload, struct ops_error *err)
{
	(void)path;
	(void)before;
	(void)after;
	(void)err;
	*(bool *)payload = true;
	return 0;
}

static int build(struct oid *made, bool *changed, struct changing *c, struct txn_plan *plan,
		 struct ops_error *err)
{
	int ret = snap_of_commit(&plan->before, c->repo->store, &plan->tip, err);

	if (ret == 0)
		ret = snap_overlay(&plan->after, plan->before, err);
	if (ret == 0)
		ret = decide(plan, c, err);
	if (ret == 0 && !plan->nothing)
		ret = verdict(plan, c, err);
	if (ret == 0 && !plan->nothing)
		ret = snap_diff(plan->before, plan->after, differs, changed, err);
	if (ret || !*changed)
		return ret;
	plan->is_signed &= !c->beside.dry_run;
	return txn_build(made, c->repo->store, plan, sign, c, err);
}

int change_build(struct oid *made, struct ops_outcome **out, struct ops_findings *findings,
		 struct ops_repo *repo, const struct ops_request *request,
		 const struct oid *onto, const struct change_beside *beside,
		 struct ops_error *err)
{
	struct txn_plan plan = { .tip = *onto };
	struct txn_result result = { 0 };
	struct changing c = { .repo = repo, .requests = request, .nr = 1,
			      .findings = findings, .key = request->key, .beside = *beside };
	bool changed = false;
	int ret;

	buf_init(&c.draft.body);
	plan.arena = arena_new();
	ret = plan.arena ? build(&result.commit, &changed, &c, &plan, err) :
	      error_nomem(err);
	if (ret == 0) {
		if (changed)
			*made = result.commit;
		result.committed = changed && !beside->dry_run;
		take_first(&result, &c);
		ret = make_outcome(out, &c, &result, err);
	}
	give_findings(findings, c.fresh);
	changing_release(&c);
	snap_free(plan.after);
	snap_free(plan.before);
	arena_free(plan.arena);
	return ret;
}

int change_genesis(struct ops_outcome **out, struct ops_findings *findings,
		   struct ops_repo *repo, change_genesis_fn *genesis, void *payload,
		   struct ops_error *err)
{
	struct txn_options options = { repo->wait_ms, false, true, sign };
	struct changing c = { 0 };

	c.repo = repo;
	c.findings = findings;
	c.genesis = genesis;
	c.payload = payload;
	buf_init(&c.draft.body);
	return run_change(out, &c, &options, err);
}

int ops_repo_recover(char notes[1024], struct ops_repo *repo, struct ops_error *err)
{
	struct txn_result result = { 0 };
	int ret = txn_recover(&result, repo->store, repo->wait_ms, err);

	if (ret == 0)
		memcpy(notes, result.notes, sizeof(result.notes));
	return ret;
}
