/* SPDX-License-Identifier: MIT */
/*
 * ops sync: publish what is recorded here, and bring here what others published.
 *
 * The library does it and tells what became of each act; here that becomes words. What comes in is
 * judged as an audit does before this branch moves to it, and what goes out before it is published.
 */

#include <string.h>
#include <unistd.h>

#include "command.h"
#include "out.h"
#include "request.h"
#include "sync.h"
#include "util/arena.h"
#include "util/error.h"

struct sync_options {
	bool check, dry_run, rewritten;
	size_t timeout;
};

static const char *const usage[] = {
	"ops sync [--dry-run] [--timeout SECONDS] [--rewritten] [REMOTE]",
	"ops sync --check [--timeout SECONDS] [REMOTE]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "check", NULL, offsetof(struct sync_options, check),
	  "only say how things stand; status 1 unless both sides are the same" },
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct sync_options, dry_run),
	  "fetch, and say what would become of each act, but publish nothing" },
	{ OPT_FLAG, 0, "rewritten", NULL, offsetof(struct sync_options, rewritten),
	  "take an upstream that lacks commits it had; they are kept" },
	{ OPT_NUMBER, 0, "timeout", "SECONDS", offsetof(struct sync_options, timeout),
	  "how long the remote may take for one answer (60)" },
	OPT_TABLE_END
};

/* --- what comes in and goes out --- */

static int judge(struct ops_verdict *verdict, const char *from, const char *to, void *payload,
		 struct ops_error *err)
{
	struct session *s = payload;

	return ops_audit_between(verdict, s->findings, s->repo, from, to, err);
}

/* --- words --- */

static void show_lost(struct out *o, const struct ops_sync_act *a)
{
	out_style(o, STYLE_RED);
	out_say(o, "lost");
	out_style(o, STYLE_PLAIN);
	out_say(o, " %.7s %s %s: %s\n", a->commit, a->actor, a->subject, a->why);
	if (a->conflict)
		out_say(o, "  %s: what was published first stands\n", a->conflict);
	if (a->winner)
		out_say(o, "  won: %.7s %s %s\n", a->winner, a->winner_actor,
			a->winner_subject);
	for (size_t i = 0; a->findings && i < ops_findings_count(a->findings); i++) {
		const struct ops_finding *f = ops_findings_at(a->findings, i);

		if (f->severity == OPS_ERROR)
			out_say(o, "  %s: %s\n", f->rule, f->message);
	}
	out_say(o, "  kept: %s\n", a->kept);
}

static void tell_act(struct session *s, const struct ops_sync_act *a)
{
	out_map(s->out, NULL);
	out_string(s->out, "commit", a->commit);
	out_string(s->out, "state", a->state);
	out_string(s->out, "published", a->published);
	out_string(s->out, "action", a->action);
	out_string(s->out, "actor", a->actor);
	out_string(s->out, "document", a->document);
	out_string(s->out, "subject", a->subject);
	out_string(s->out, "why", a->why);
	out_string(s->out, "conflict", a->conflict);
	out_string(s->out, "kept", a->kept);
	out_string(s->out, "winner", a->winner);
	out_string(s->out, "winner_actor", a->winner_actor);
	out_string(s->out, "winner_subject", a->winner_subject);
	out_list(s->out, "rules");
	for (size_t i = 0; a->findings && i < ops_findings_count(a->findings); i++)
		if (ops_findings_at(a->findings, i)->severity == OPS_ERROR)
			out_string(s->out, NULL, ops_findings_at(a->findings, i)->rule);
	out_end(s->out);
	out_end(s->out);
}

static void say_acts(struct session *s, const struct ops_sync_outcome *o, bool dry)
{
	for (size_t i = 0; i < o->acts_nr; i++) {
		const struct ops_sync_act *a = &o->acts[i];

		if (!strcmp(a->state, "lost"))
			show_lost(s->out, a);
		else if (!strcmp(a->state, "done"))
			out_say(s->out, "left out %.7s %s %s: %s\n", a->commit, a->actor,
				a->subject, a->why);
		else if (dry)
			out_say(s->out, "would publish %.7s %s %s\n", a->commit, a->actor,
				a->subject);
		else if (!strcmp(a->state, "published"))
			out_say(s->out, "published %.7s %s %s\n",
				a->published ? a->published : a->commit, a->actor, a->subject);
		else
			out_say(s->out, "recorded here %.7s %s %s\n", a->commit, a->actor,
				a->subject);
	}
}

static void say_sum(struct session *s, const struct ops_sync_outcome *o)
{
	if (o->ahead)
		out_say(s->out, o->ahead == 1 ? "%zu commit is recorded here and not published\n" :
			"%zu commits are recorded here and not published\n", o->ahead);
	if (o->behind)
		out_say(s->out, o->behind == 1 ? "%zu commit of %s is not here\n" :
			"%zu commits of %s are not here\n", o->behind, o->remote);
	if (o->received)
		out_say(s->out, "received %zu commit%s\n", o->received,
			o->received == 1 ? "" : "s");
	if (!o->ahead && !o->behind)
		out_say(s->out, "this clone and %s of %s are the same\n", o->branch,
			o->remote);
}

static void show(struct session *s, const struct ops_sync_outcome *o,
		 const struct sync_options *how)
{
	size_t lost = 0;

	out_string(s->out, "remote", o->remote);
	out_string(s->out, "branch", o->branch);
	out_string(s->out, "state", o->state);
	out_bool(s->out, "dry_run", how->dry_run);
	out_string(s->out, "tip", *o->tip ? o->tip : NULL);
	out_string(s->out, "upstream", *o->upstream ? o->upstream : NULL);
	out_number(s->out, "ahead", (double)o->ahead);
	out_number(s->out, "behind", (double)o->behind);
	out_number(s->out, "received", (double)o->received);
	out_number(s->out, "tries", o->tries);
	out_list(s->out, "acts");
	for (size_t i = 0; i < o->acts_nr; i++) {
		tell_act(s, &o->acts[i]);
		lost += !strcmp(o->acts[i].state, "lost");
	}
	out_end(s->out);
	if (!how->check && !how->dry_run)
		s->fate = arena_printf(s->arena, "this clone is at %s, %s of %s at %s",
				       *o->tip ? o->tip : "nothing", o->branch, o->remote,
				       *o->upstream ? o->upstream : "nothing");
	request_notes(s, s->talk, o->notes);
	say_acts(s, o, how->dry_run);
	say_sum(s, o);
	s->found = lost || (how->check && (o->ahead || o->behind));
}

static int run(struct session *s, const struct args *args)
{
	const struct sync_options *o = args->options;
	struct ops_sync_options how = { .judge = judge, .payload = s,
					.findings = s->findings };
	struct ops_sync_outcome *outcome = NULL;
	int ret;

	if (o->check && (o->dry_run || o->rewritten))
		return error_set(&s->err, OPS_EUSAGE, "--check goes with no other but --timeout");
	if (o->timeout > 86400)
		return error_set(&s->err, OPS_EUSAGE, "--timeout is more than a day");
	how.remote = args->nr ? args->words[0] : NULL;
	how.timeout_ms = (unsigned)o->timeout * 1000;
	how.flags = (o->check ? OPS_SYNC_CHECK : 0U) | (o->dry_run ? OPS_SYNC_DRY_RUN : 0U) |
		    (o->rewritten ? OPS_SYNC_REWRITTEN : 0U) |
		    (isatty(STDIN_FILENO) && !s->globals->json ? OPS_SYNC_ASKS : 0U);
	ret = ops_repo_sync(&outcome, s->repo, &how, &s->err);
	if (!ret)
		show(s, outcome, o);
	ops_sync_free(outcome);
	return ret;
}

/* --- around a writing command --- */

#define AUTO_TIMEOUT_MS 10000

/* Its findings are not those of the command. */
static int judge_aside(struct ops_verdict *verdict, const char *from, const char *to,
		       void *payload, struct ops_error *err)
{
	struct session *s = payload;
	struct ops_findings *aside = ops_findings_new();
	int ret = aside ? ops_audit_between(verdict, aside, s->repo, from, to, err) :
		  error_nomem(err);

	ops_findings_free(aside);
	return ret;
}

static int by_itself(struct ops_sync_outcome **out, struct session *s, struct ops_error *err)
{
	struct ops_sync_options how = { .judge = judge_aside, .payload = s,
					.timeout_ms = AUTO_TIMEOUT_MS,
					.deadline_ms = AUTO_TIMEOUT_MS };

	return ops_repo_sync(out, s->repo, &how, err);
}

int sync_before(struct session *s)
{
	struct ops_sync_outcome *o = NULL;
	struct ops_error err = { 0 };
	bool has, automatic;
	int ret = ops_repo_publishes(&has, &automatic, s->repo, &s->err);

	if (ret || !automatic)
		return ret;
	if (by_itself(&o, s, &err))
		out_say(s->talk, "note: not synchronised: %s\n", err.message);
	for (size_t i = 0; o && i < o->acts_nr; i++)
		if (!strcmp(o->acts[i].state, "lost"))
			show_lost(s->talk, &o->acts[i]);
	ops_sync_free(o);
	return 0;
}

static void stand(struct session *s, const char *state, const char *commit, const char *why)
{
	out_map(s->out, "standing");
	out_string(s->out, "state", state);
	out_string(s->out, "commit", commit);
	out_string(s->out, "why", why);
	out_end(s->out);
}

/* What became of the commit that the command has made. */
static void tell_standing(struct session *s, const struct ops_sync_outcome *o)
{
	const struct ops_sync_act *mine = NULL;
	size_t lost = 0;

	for (size_t i = 0; i < o->acts_nr; i++) {
		const struct ops_sync_act *a = &o->acts[i];

		if (!strcmp(a->commit, s->commit))
			mine = a;
		if (!strcmp(a->state, "lost")) {
			show_lost(s->out, a);
			lost++;
		}
	}
	if (mine && !strcmp(mine->state, "lost")) {
		stand(s, "lost", NULL, mine->why);
	} else {
		const char *commit = mine && mine->published ? mine->published : s->commit;

		stand(s, "published", commit, NULL);
		out_say(s->out, "published to %s as %.7s\n", o->remote, commit);
	}
	s->found = s->found || lost;
}

void sync_after(struct session *s)
{
	struct ops_sync_outcome *o = NULL;
	struct ops_error err = { 0 };
	bool has, automatic;

	if (!s->committed || ops_repo_publishes(&has, &automatic, s->repo, &err) || !has)
		return;
	if (!automatic) {
		stand(s, "recorded", s->commit, NULL);
		out_say(s->out, "recorded here; ops sync publishes it\n");
	} else if (by_itself(&o, s, &err)) {
		stand(s, "recorded", s->commit, err.message);
		out_say(s->out, "recorded here, not published: %s\n", err.message);
	} else {
		tell_standing(s, o);
	}
	ops_sync_free(o);
}

const struct command cmd_sync[] = {
	{ "sync", "Publish what is recorded here, and bring here what others published",
	  NEED_REPO, usage, options, sizeof(struct sync_options), 0, 1, run },
	{ .name = NULL }
};
