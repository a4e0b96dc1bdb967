/* SPDX-License-Identifier: MIT */
/*
 * Doing a commit again on top of another one.
 *
 * An act could be run again from its words, if its trailers held them; they name what was
 * done, not what was said (reasons, sections, evidence), and an act that a person typed
 * into a file has none.  What a commit does to its documents is all of it, whoever made it.
 * So the difference to its parent is carried over, document by document through the same
 * merge that git's driver uses, and then the judge is asked as if it were made there: by
 * the powers, gates and rules of the new parent.  Where the act and somebody else meanwhile
 * changed one field of authority, it lost; that the others make an act, the judge sees.
 *
 * Author, committer and their times stay, since the documents hold the day of the act; so
 * does the Ops-Id, by which an answer that was lost is recognised.  A signature cannot
 * stay, and is made anew like that of any act.
 *
 * Must never move a branch, nor leave anything out: what cannot be carried over whole is not
 * carried over at all.
 */
#include "change/replay.h"

#include <string.h>

#include "change/carry.h"
#include "change/signing.h"
#include "change/txn.h"
#include "judge/judge.h"
#include "store/objects.h"
#include "text/message.h"

struct replaying {
	struct ops_repo *repo;
	struct arena *arena;
	const struct commit *c;
	struct oid onto;
	const struct config *config;	/* in force there */
	struct snap *base, *theirs;	/* before and after it, here */
	struct snap *ours, *after;	/* before and after it, there */
	struct world *before, *now;
	struct carrying carrying;
	struct replayed *out;
	struct signing signing;
};

static int end(struct replaying *r, enum replay_end how, const char *why)
{
	r->out->end = how;
	r->out->path = NULL;
	r->out->why = why;
	return why ? 1 : OPS_ENOMEM;
}

/* Give the trailers the version of the configuration in force, and the places where documents
 * lie there; *changed: one of them had another. */
static void rename_trailers(bool *changed, struct trailer *trailers, size_t nr,
			    const char *version, const struct map *elsewhere)
{
	const char *is;
	size_t i;

	*changed = false;
	for (i = 0; i < nr; i++) {
		is = !strcmp(trailers[i].name, "Ops-Policy") ? version :
		     !strcmp(trailers[i].name, "Ops-Doc") ?
		     map_get(elsewhere, trailers[i].value) : NULL;
		if (!is || !strcmp(is, trailers[i].value))
			continue;
		trailers[i].value = is;
		*changed = true;
	}
}

/* The message as it was, but for what it says of where it was made. */
static int make_message(const char **out, struct replaying *r, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	const char *version = arena_printf(r->arena, "%u", r->config->version);
	struct trailer *trailers;
	struct buf text = BUF_INIT;
	struct message m;
	bool changed;
	int ret = ignored && version ? message_parse(&m, r->arena, r->c->message,
						     r->c->message_len, ignored, NULL) :
		  OPS_ENOMEM;

	ops_findings_free(ignored);
	*out = r->c->message;
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret || !m.trailers_nr)
		return 0;
	trailers = arena_array(r->arena, m.trailers_nr, sizeof(*trailers));
	if (!trailers)
		return error_nomem(err);
	memcpy(trailers, m.trailers, m.trailers_nr * sizeof(*trailers));
	rename_trailers(&changed, trailers, m.trailers_nr, version, r->carrying.elsewhere);
	if (!changed)
		return 0;
	m.trailers = trailers;
	ret = message_write(&text, &m, err);
	if (ret == 0) {
		*out = buf_failed(&text) ? NULL : arena_str(r->arena, text.data);
		ret = *out ? 0 : error_nomem(err);
	}
	buf_release(&text);
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

/* What git takes and ops does not write: who, when and why must be as they were. */
static int check_words(struct replaying *r, const char *message, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct buf text = BUF_INIT;
	int ret;

	if (memchr(r->c->message, '\0', r->c->message_len))
		return end(r, REPLAY_UNFIT, "the commit message has a NUL");
	ret = objects_commit_text(&text, &r->c->tree, &r->onto, &r->c->author,
				  &r->c->committer, message, &found);
	buf_release(&text);
	if (ret != OPS_EUSAGE)
		return ret ? error_set(err, ret, "%s", found.message) : 0;
	return end(r, REPLAY_UNFIT, arena_str(r->arena, found.message));
}

/* Whoever is said to have acted signs it again, as they would there. */
static int decide_signature(struct replaying *r, const char *message, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	const struct roster *roster;
	struct message m = { 0 };
	const char *claim = NULL;
	int ret = ignored ? world_roster(&roster, r->before, err) : error_nomem(err);

	if (ret == 0 && message_parse(&m, r->arena, message, strlen(message), ignored,
				      NULL) == 0)
		claim = message_trailer(&m, "Ops-Actor");
	if (ret == 0)
		ret = signing_decide(&r->signing, r->repo, r->config, roster, claim ?
				     roster_agent(roster, claim) :
				     roster_agent_of_email(roster, r->c->author.email),
				     r->arena, err);
	ops_findings_free(ignored);
	return ret;
}

static int sign(struct buf *out, const struct buf *commit, void *payload,
		struct ops_error *err)
{
	struct replaying *r = payload;

	return sign_bytes(out, &r->signing.with, r->repo->verifier.keys, commit->data,
			  commit->len, err);
}

static int judge(struct replaying *r, const char *message, struct ops_error *err)
{
	struct judge_case k = { 0 };
	struct ops_findings *found = ops_findings_new();
	int ret = found ? world_open(&r->now, r->after, r->repo->cache, err) :
		  error_nomem(err);

	if (ret == 0) {
		k.before = r->before;
		k.after = r->now;
		k.message = message;
		k.message_len = strlen(message);
		k.author = r->c->author.email;
		k.now = r->c->committer.time;
		k.lenient = true;
		k.signer = r->signing.used ? &r->signing.promised : NULL;
		ret = judge_change(&k, found, err);
	}
	if (ret == 0 && ops_findings_refuse(found)) {
		ops_findings_sort(found);
		r->out->findings = found;
		return end(r, REPLAY_REFUSED, "it is not legal there any more");
	}
	ops_findings_free(found);
	return ret;
}

static int finish(struct replaying *r, struct ops_error *err)
{
	struct txn_plan plan = { 0 };
	const char *message;
	bool changed = false;
	int ret = snap_diff(r->ours, r->after, differs, &changed, err);

	if (ret == 0 && !changed && r->carrying.nr)
		return end(r, REPLAY_EMPTY, "all of it is there already");
	if (ret == 0)
		ret = make_message(&message, r, err);
	if (ret == 0)
		ret = check_words(r, message, err);
	if (ret == 0)
		ret = decide_signature(r, message, err);
	if (ret == 0)
		ret = judge(r, message, err);
	if (ret)
		return ret;
	r->out->end = REPLAY_MADE;
	plan.before = r->ours;
	plan.after = r->after;
	plan.tip = r->onto;
	plan.message = message;
	plan.author = r->c->author;
	plan.committer = r->c->committer;
	plan.is_signed = r->signing.used;
	return txn_build(&r->out->commit, r->repo->store, &plan, sign, r, err);
}

static int open_all(struct replaying *r, struct ops_error *err)
{
	struct store *s = r->repo->store;
	int ret = r->c->parents_nr ? snap_of_commit(&r->base, s, &r->c->parents[0], err) :
		  snap_of_nothing(&r->base, err);

	if (ret == 0)
		ret = snap_of_commit(&r->theirs, s, &r->c->id, err);
	if (ret == 0)
		ret = snap_of_commit(&r->ours, s, &r->onto, err);
	if (ret == 0)
		ret = snap_overlay(&r->after, r->ours, err);
	if (ret == 0)
		ret = world_open(&r->before, r->ours, r->repo->cache, err);
	return ret ? ret : world_config(&r->config, r->before, err);
}

static int carry(struct replaying *r, struct ops_error *err)
{
	r->carrying = (struct carrying){ .arena = r->arena, .base = r->base, .theirs = r->theirs,
					 .ours = r->ours, .after = r->after, .world = r->before,
					 .config = r->config, .onto = &r->onto, .out = r->out };
	if (r->c->parents_nr)
		r->carrying.parent = &r->c->parents[0];
	return carry_over(&r->carrying, err);
}

int replay(struct replayed *out, struct ops_repo *repo, const struct commit *c,
	   const struct oid *onto, struct arena *arena, struct ops_error *err)
{
	struct replaying r = { .repo = repo, .arena = arena, .c = c, .onto = *onto,
			       .out = out };
	int ret;

	memset(out, 0, sizeof(*out));
	ret = open_all(&r, err);
	out->config = r.config;
	if (ret == 0)
		ret = carry(&r, err);
	if (ret == 0)
		ret = finish(&r, err);
	world_close(r.now);
	world_close(r.before);
	snap_free(r.after);
	snap_free(r.ours);
	snap_free(r.theirs);
	snap_free(r.base);
	return ret > 0 ? 0 : ret;
}
