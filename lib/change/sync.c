/* SPDX-License-Identifier: MIT */
/*
 * Synchronising one clone with its upstream.
 *
 *	fetch		what the upstream has; nothing of the user's moves
 *	look		what is here and not there, and which of it is there by its Ops-Id
 *	judge		what comes in, and what would go as it is, by whoever called us
 *	replay		what is here alone, on top of what is there, and judged there: new commits,
 *			no branch
 *	push		never forced: the one moment in which something becomes published
 *	follow		what was lost gets a ref, and then the branch moves here
 *
 * The branch moves last, so until the upstream has taken our commits this clone is as it was,
 * whatever happens to us or to the network. Killed between push and follow, the next call finds
 * its acts there by their ids, and only follows. What is lost is kept before it is left out.
 * A push that gave no answer is neither done nor not done before the next look.
 * A race that was lost is run again, after a random time, until the deadline.
 *
 * Must never move the branch by anything but the transaction, and never force.
 */
#include "change/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/recover.h"
#include "change/txn.h"
#include "store/lock.h"
#include "store/ref.h"
#include "store/state.h"
#include "util/random.h"

#define TIMEOUT_MS 60000
#define DEADLINE_MS 60000
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 2000

struct synced {
	struct ops_sync_outcome public;	/* first: freed by its address */
	struct syncing y;
};

/* --- fetch and look --- */

static int related(struct syncing *y, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret;

	memset(&y->base, 0, sizeof(y->base));
	if (oid_is_zero(&y->here) || oid_is_zero(&y->there))
		return 0;
	ret = history_merge_base(&y->base, y->repo->store, &y->here, &y->there, &found);
	if (ret == OPS_ENOTFOUND)
		return error_set(err, OPS_EREFUSED, "'%s' of '%s' has no commit in common with "
				 "this clone: it is another repository, or one was begun anew; "
				 "nothing was changed", y->up.ref, y->up.remote);
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* Commits that it had when we agreed last, and has no more. */
static int not_rewritten(struct syncing *y, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct oid base;
	int ret;

	if (oid_is_zero(&y->seen) || oid_equal(&y->seen, &y->there))
		return 0;
	memset(&base, 0, sizeof(base));
	ret = oid_is_zero(&y->there) ? OPS_ENOTFOUND :
	      history_merge_base(&base, y->repo->store, &y->seen, &y->there, &found);
	if (ret && ret != OPS_ENOTFOUND)
		return error_set(err, ret, "%s", found.message);
	if (ret == 0 && oid_equal(&base, &y->seen))
		return 0;
	if (y->options->flags & OPS_SYNC_REWRITTEN)
		return 0;
	return error_set(err, OPS_EREFUSED, "the upstream was rewritten: '%s' of '%s' %s; "
			 "nothing was changed, and what it was is kept as '%s'. If that was "
			 "meant: ops sync --rewritten", y->up.ref, y->up.remote,
			 oid_is_zero(&y->there) ? "is gone" :
			 "lacks commits that it had", y->up.seen);
}

static int ref_or_zero(struct oid *out, struct store *s, const char *ref,
		       struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = ref_value(out, s, ref, &found);

	if (ret == OPS_ENOTFOUND) {
		memset(out, 0, sizeof(*out));
		return 0;
	}
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* Which of what is pending the upstream had once. */
static int mark_one(const struct oid *id, void *payload, struct ops_error *err)
{
	struct syncing *y = payload;
	size_t i;

	(void)err;
	for (i = 0; i < y->nr; i++)
		if (oid_equal(&y->list[i].c.id, id))
			y->list[i].rewritten = true;
	return 0;
}

static int mark_rewritten(struct syncing *y, struct ops_error *err)
{
	if (!(y->options->flags & OPS_SYNC_REWRITTEN) || !y->nr || oid_is_zero(&y->seen) ||
	    oid_is_zero(&y->there))
		return 0;
	return history_walk(y->repo->store, &y->seen, &y->there, false, mark_one, y, err);
}

static int look(struct syncing *y, struct ops_error *err)
{
	int ret = ref_or_zero(&y->here, y->repo->store, store_branch(y->repo->store), err);

	if (ret == 0)
		ret = ref_or_zero(&y->seen, y->repo->store, y->up.seen, err);
	if (ret == 0)
		ret = not_rewritten(y, err);
	if (ret == 0 && oid_is_zero(&y->here) && oid_is_zero(&y->there))
		return error_set(err, OPS_EENVIRONMENT, "there is no commit on '%s' here, and no "
				 "such branch at '%s', so there is nothing to synchronise: check "
				 "out the branch of state, or name it (git config ops.branch)",
				 store_branch(y->repo->store), y->up.remote);
	if (ret == 0)
		ret = related(y, err);
	if (ret == 0)
		ret = sync_read_here(y, err);
	if (ret == 0)
		ret = mark_rewritten(y, err);
	return ret ? ret : sync_read_there(y, err);
}

/* --- judge --- */

/* Zero stands for the time before the first commit. */
static int judge(struct ops_verdict *verdict, struct syncing *y, const struct oid *from,
		 const struct oid *to, struct ops_error *err)
{
	char a[OID_HEX + 1] = "", b[OID_HEX + 1];

	memset(verdict, 0, sizeof(*verdict));
	if (!y->options->judge)
		return 0;
	if (!oid_is_zero(from))
		oid_hex(a, from);
	oid_hex(b, to);
	return y->options->judge(verdict, a, b, y->options->payload, err);
}

/* Nobody here can mend it: who published it can, or a person takes it as it is. */
static int judge_incoming(struct syncing *y, struct ops_error *err)
{
	struct ops_verdict verdict;
	int ret;

	if (!y->behind || oid_equal(&y->judged, &y->there))
		return 0;
	ret = judge(&verdict, y, oid_is_zero(&y->judged) ? &y->base : &y->judged, &y->there,
		    err);
	if (ret == 0 && verdict.refused)
		return error_set(err, OPS_EREFUSED, "of the commits that come in %zu %s not legal, "
				 "first %.10s, so none was taken: who published it takes it back "
				 "from '%s', and then ops sync --rewritten; or a person decides "
				 "with git (ops help sync, 'A commit that is not legal')",
				 verdict.refused, verdict.refused == 1 ? "is" : "are",
				 verdict.first, y->up.remote);
	if (ret == 0)
		y->judged = y->there;
	return ret;
}

static bool is_merge(const struct syncing *y, const char *hex)
{
	size_t i;

	for (i = 0; i < y->nr && strcmp(y->acts[i].commit, hex); i++)
		;
	return i < y->nr && y->list[i].c.parents_nr > 1;
}

/* How to take a commit of this branch back and keep what it did, with git. */
static int not_sent(struct syncing *y, const struct ops_verdict *verdict,
		    struct ops_error *err)
{
	const char *branch = store_branch(y->repo->store) + strlen("refs/heads/");
	char here[OID_HEX + 1];
	bool last;

	oid_hex(here, &y->here);
	last = !strcmp(here, verdict->first);
	if (!state_has_tree(y->repo->store))
		return error_set(err, OPS_EREFUSED, "of the commits recorded here %zu %s not "
				 "legal, first %.10s, so nothing was published; 'git branch -f "
				 "%s %.10s~' takes it back, and what came after it",
				 verdict->refused, verdict->refused == 1 ? "is" : "are",
				 verdict->first, branch, verdict->first);
	/* What it left in the index would be what others did. */
	if (last && is_merge(y, verdict->first))
		return error_set(err, OPS_EREFUSED, "of the commits recorded here %zu %s not "
				 "legal, first %.10s, so nothing was published; 'git reset --keep "
				 "%.10s~' takes the merge back, and ops sync does again what it "
				 "joins", verdict->refused, verdict->refused == 1 ? "is" : "are",
				 verdict->first, verdict->first);
	return error_set(err, OPS_EREFUSED, "of the commits recorded here %zu %s not legal, first "
			 "%.10s, so nothing was published; %s%.10s~%s", verdict->refused,
			 verdict->refused == 1 ? "is" : "are", verdict->first,
			 last ? "'git reset --soft " : "'git rebase -i ", verdict->first,
			 last ? "' takes it back and leaves its changes to you" :
			 "' takes it out, or lets you mend it");
}

/* What goes as it is; what is done again is judged where it is done. */
static int judge_outgoing(struct syncing *y, struct ops_error *err)
{
	struct ops_verdict verdict;
	int ret;

	if (oid_equal(&y->here, &y->there) ||
	    (oid_equal(&y->sound, &y->here) && oid_equal(&y->sound_on, &y->there)))
		return 0;
	ret = judge(&verdict, y, &y->there, &y->here, err);
	if (ret == 0 && verdict.refused)
		ret = not_sent(y, &verdict, err);
	if (ret == 0) {
		y->sound = y->here;
		y->sound_on = y->there;
	}
	return ret;
}

/* --- follow --- */

/* Move the branch here; with `dry` only say whether it could be. */
static int move(struct syncing *y, bool dry, struct ops_error *err)
{
	struct txn_options options = { .wait_ms = y->repo->wait_ms, .dry_run = dry,
				       .create_branch = true };
	struct txn_result result = { 0 };
	struct txn_move m = { .from = y->here, .to = y->made, .why = "ops sync" };
	int ret;

	if (oid_equal(&y->here, &y->made))
		return 0;
	ret = txn_move(&result, y->repo->store, &options, &m, err);
	if (ret == 0 && !dry)
		(void)snprintf(y->notes, sizeof(y->notes), "%s", result.notes);
	return ret;
}

static int keep_lost(struct syncing *y, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < y->nr; i++)
		if (y->acts[i].kept)
			ret = upstream_note(y->repo->store, y->acts[i].kept,
					    &y->list[i].c.id, &y->how, err);
	return ret;
}

static int follow(struct syncing *y, struct ops_error *err)
{
	size_t i;
	int ret = keep_lost(y, err);

	if (ret == 0)
		ret = move(y, false, err);
	if (ret == 0 && !oid_equal(&y->seen, &y->made))
		ret = upstream_note(y->repo->store, y->up.seen, &y->made, &y->how, err);
	for (i = 0; ret == 0 && i < y->nr; i++)
		if (!strcmp(y->acts[i].state, "recorded") && y->acts[i].published)
			y->acts[i].state = "published";
	if (ret == 0) {
		y->received += y->behind;
		y->behind = 0;
		y->here = y->there = y->made;
	}
	return ret;
}

/* --- one round --- */

/* What earlier rounds have taught. */
struct lesson {
	const char *words;	/* of the last push that failed */
	bool unknown;		/* which gave no answer */
	unsigned refused;	/* how often it was refused by one tip */
};

/* Positive: somebody was faster, or it is not known; again. */
static int send(struct syncing *y, struct lesson *l, struct ops_error *err)
{
	enum push_end end = PUSH_DONE;
	int ret;

	if (oid_equal(&y->made, &y->there))
		return 0;
	ret = upstream_push(&end, &l->words, y->repo->store, &y->up, &y->made, &y->how,
			    y->arena, err);
	if (ret == 0) {
		l->unknown = end == PUSH_UNKNOWN;
		l->refused += end == PUSH_REFUSED;
	}
	return ret ? ret : end != PUSH_DONE;
}

static int prepare(struct syncing *y, struct ops_error *err)
{
	bool rewritten = false;
	size_t i;
	int ret;

	for (i = 0; i < y->nr; i++)
		rewritten = rewritten || y->list[i].rewritten;
	/* Nothing is there that is not here: it can go as it is, merges too. */
	if (!rewritten && (oid_is_zero(&y->there) || oid_equal(&y->base, &y->there))) {
		y->made = y->here;
		for (i = 0; i < y->nr; i++)
			y->acts[i].published = y->acts[i].commit;
		return judge_outgoing(y, err);
	}
	ret = judge_incoming(y, err);
	return ret ? ret : sync_replay(y, err);
}

/* Every commit of a round is as it was read; nothing stays of an earlier one. */
static void forget(struct syncing *y)
{
	size_t i;

	for (i = 0; i < y->nr; i++)
		ops_findings_free((struct ops_findings *)(size_t)y->acts[i].findings);
	y->nr = 0;
}

/* A server's hook has much to say: each of its lines is a finding where those are wanted. */
static int said_no(struct syncing *y, const char *words, struct ops_error *err)
{
	const char *line = words;
	size_t len = strcspn(words, "\n");

	if (!y->options->findings)
		return error_set(err, OPS_EREFUSED, "'%s' does not take your commits, which stay "
				 "recorded here: %.*s", y->up.remote, (int)len, words);
	for (; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		findings_add(y->options->findings, "push.refused", OPS_ERROR, NULL, 0, 0, NULL,
			     "%.*s", (int)len, line);
	}
	return error_set(err, OPS_EREFUSED, "'%s' does not take your commits, which stay recorded "
			 "here; what it says stands above: do that, or take the commit back that "
			 "it names ('git rebase -i COMMIT~' takes it out, or lets you mend it; "
			 "'git reset --keep COMMIT~', if it is a merge and the last), "
			 "and synchronise again", y->up.remote);
}

static int ask(struct syncing *y, struct lesson *l, struct ops_error *err)
{
	struct oid before = y->there;
	struct ops_error found = { 0 };
	int ret = upstream_fetch(&y->there, y->repo->store, &y->up, &y->how, &found);

	if (ret && l->unknown)
		return error_set(err, OPS_EUNKNOWN, "'%s' gave no answer to a push, and cannot "
				 "be asked: it is not known whether your acts are published; "
				 "the next ops sync finds out", y->up.remote);
	if (ret)
		return error_set(err, ret, "%s; what is recorded here stays so", found.message);
	l->unknown = false;
	if (!oid_equal(&before, &y->there))
		l->refused = 0;
	/* Once may be a race that we did not see the end of. */
	if (l->refused < 2)
		return 0;
	return said_no(y, l->words, err);
}

static int round_of(struct syncing *y, struct lesson *l, struct ops_error *err)
{
	char tip[OID_HEX + 1];
	int ret;

	forget(y);
	ret = ask(y, l, err);
	if (ret == 0)
		ret = look(y, err);
	if (ret || y->options->flags & OPS_SYNC_CHECK)
		return ret;
	y->tries++;
	ret = prepare(y, err);
	if (ret == 0)
		ret = move(y, true, err);
	if (ret || y->options->flags & OPS_SYNC_DRY_RUN)
		return ret;
	ret = send(y, l, err);
	if (ret)
		return ret;
	ret = follow(y, err);
	if (ret < 0) {
		oid_hex(tip, &y->made);
		error_prefix(err, "your acts are published (%.7s), but this clone does not show "
			     "it; the next ops sync sees to that", tip);
	}
	return ret;
}

/* Full jitter: any time up to twice that of the last pause. */
static void pause_before(unsigned tries)
{
	unsigned most = PAUSE_MIN_MS, value = 0;
	char hex[33];

	while (--tries && most < PAUSE_MAX_MS)
		most *= 2;
	if (random_hex128(hex)) {
		hex[7] = '\0';
		value = (unsigned)strtoul(hex, NULL, 16);
	}
	wait_for(value % (most < PAUSE_MAX_MS ? most : PAUSE_MAX_MS) + 1);
}

static int rounds(struct syncing *y, struct ops_error *err)
{
	unsigned allowed = y->options->deadline_ms ? y->options->deadline_ms : DEADLINE_MS;
	uint64_t begun = wait_clock_ms();
	struct lesson lesson = { "", false, 0 };
	int ret;

	for (;;) {
		struct ops_error found = { 0 };

		ret = round_of(y, &lesson, &found);
		/* Somebody here made another commit meanwhile: that goes, too. */
		if (ret <= 0 && ret != OPS_ECHANGED) {
			if (ret && err)
				*err = found;
			return ret;
		}
		if (wait_clock_ms() - begun >= allowed)
			break;
		pause_before(y->tries ? y->tries : 1);
	}
	if (lesson.unknown)
		return error_set(err, OPS_EUNKNOWN, "'%s' gave no answer (%s): it is not known "
				 "whether your acts are published; the next ops sync finds out",
				 y->up.remote, lesson.words);
	return error_set(err, OPS_EBUSY, "others were faster for %u s and %u tries; what is "
			 "recorded here stays so, try again", allowed / 1000, y->tries);
}

/* --- the whole --- */

static void publish(struct synced *d)
{
	struct syncing *y = &d->y;
	struct ops_sync_outcome *o = &d->public;
	size_t i;

	o->remote = y->up.remote;
	o->branch = y->up.ref;
	if (!oid_is_zero(&y->here))
		oid_hex(o->tip, &y->here);
	if (!oid_is_zero(&y->there))
		oid_hex(o->upstream, &y->there);
	o->acts = y->acts;
	o->acts_nr = y->nr;
	for (i = 0; i < y->nr; i++)
		o->ahead += !strcmp(y->acts[i].state, "recorded");
	if (oid_equal(&y->here, &y->there))
		o->ahead = 0;
	o->behind = y->behind;
	o->received = y->received;
	o->tries = y->tries;
	o->notes = y->notes;
	o->state = o->ahead ? "recorded" : "published";
}

static int synchronise(struct syncing *y, struct ops_error *err)
{
	struct store *s = y->repo->store;
	struct lock lock = { -1 };
	int ret = upstream_find(&y->up, s, y->arena, y->options->remote, err);

	if (ret == 0)
		ret = upstream_apart(s, &y->up, y->arena, err);
	if (ret == 0)
		ret = state_writable(s, err);
	if (ret == 0)
		ret = state_refresh(s, err);
	if (ret == 0 && !(y->options->flags & OPS_SYNC_CHECK))
		ret = state_check(s, err);
	if (ret == 0)
		ret = lock_take_named(&lock, s, "sync.lock", y->repo->wait_ms, err);
	if (ret == 0)
		ret = rounds(y, err);
	lock_drop(&lock);
	return ret;
}

int ops_repo_sync(struct ops_sync_outcome **out, struct ops_repo *repo,
		  const struct ops_sync_options *options, struct ops_error *err)
{
	struct synced *d = calloc(1, sizeof(*d));
	struct syncing *y;
	int ret;

	if (!d)
		return error_nomem(err);
	y = &d->y;
	y->repo = repo;
	y->options = options;
	y->arena = arena_new();
	y->how.env = repo->env;
	y->how.timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
	y->how.asks = options->flags & OPS_SYNC_ASKS;
	ret = y->arena ? synchronise(y, err) : error_nomem(err);
	if (ret == 0) {
		publish(d);
		*out = &d->public;
	} else {
		ops_sync_free(&d->public);
	}
	return ret;
}

void ops_sync_free(struct ops_sync_outcome *outcome)
{
	struct synced *d = (struct synced *)outcome;

	if (!d)
		return;
	forget(&d->y);
	arena_free(d->y.arena);
	free(d);
}

int ops_repo_publishes(bool *has_upstream, bool *automatic, struct ops_repo *repo,
		       struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct ops_error found = { 0 };
	const char *value = "";
	struct upstream up;
	int ret = arena ? upstream_find(&up, repo->store, arena, NULL, &found) :
		  error_nomem(err);

	*has_upstream = ret == 0;
	*automatic = false;
	if (ret == OPS_EENVIRONMENT)
		ret = 0;
	else if (ret)
		ret = error_set(err, ret, "%s", found.message);
	if (ret == 0 && *has_upstream) {
		ret = store_config(&value, repo->store, arena, "ops.sync", &found);
		if (ret == 0 && strcmp(value, "auto") && strcmp(value, "manual"))
			ret = error_set(err, OPS_EENVIRONMENT, "git config ops.sync is '%.40s', "
					"not 'auto' or 'manual'", value);
		else if (ret == OPS_ENOTFOUND)
			ret = 0;
		else if (ret)
			ret = error_set(err, ret, "%s", found.message);
		*automatic = ret == 0 && !strcmp(value, "auto");
	}
	arena_free(arena);
	return ret;
}
