/* SPDX-License-Identifier: MIT */
/*
 * The transaction for commits that nobody decides about any more: moving the branch to one
 * that is there, writing one that no branch knows yet, and both for a whole group.
 *
 * Goes through the same states as an act (txn.c), from PLANNED on; its invariants 3 to 8
 * hold here too.  Must never move a branch by another way.
 */
#include "change/txn.h"

#include "change/recover.h"
#include "change/txn_inside.h"
#include "model/elsewhere.h"
#include "store/pile.h"
#include "store/state.h"
#include "util/arena.h"
#include "util/buf.h"

static int plan_move(struct act *a, struct arena *of_commit, struct ops_error *err)
{
	const struct txn_move *m = a->move;
	struct txn_plan *p = &a->plan;
	struct commit c;
	int rc = commit_read(&c, a->store, &m->to, of_commit, err);

	p->arena = arena_new();
	if (rc == 0 && !p->arena)
		rc = error_nomem(err);
	if (rc < 0)
		return rc;
	p->tip = m->from;
	p->unborn = oid_is_zero(&m->from);
	p->message = m->why;
	p->committer = c.committer;
	rc = p->unborn ? snap_of_nothing(&p->before, err) :
	     snap_of_commit(&p->before, a->store, &m->from, err);
	return rc < 0 ? rc : snap_of_commit(&p->after, a->store, &m->to, err);
}

static int move_once(struct txn_result *result, struct last_act *last, struct store *s,
		     const struct txn_options *options, const struct txn_move *move,
		     struct ops_error *err)
{
	static const struct held none = HELD_NONE;
	struct act a = { .store = s, .options = options, .result = result, .move = move,
			 .last = last };
	struct arena *arena = arena_new();
	int rc;

	a.ref = none;
	index_init(&a.index, s);
	objects_init(&a.objects, s);
	buf_init(&a.signature);
	rc = arena ? state_check(s, err) : error_nomem(err);
	if (rc == 0)
		rc = plan_move(&a, arena, err);
	a.journal.ref = store_branch(s);
	a.journal.unborn = a.plan.unborn;
	a.journal.old = a.plan.tip;
	a.journal.new = move->to;
	a.journal.tree = state_has_tree(s);
	if (rc == 0)
		rc = txn_check_tip(&a, err);
	/* Without a work tree it does not matter what lies there. */
	if (rc == 0 && a.journal.tree)
		rc = txn_collect(&a, err);
	if (rc == 0)
		rc = txn_check_user(&a, err);
	if (rc == 0 && !options->dry_run)
		rc = txn_write_all(&a, err);
	txn_release(&a);
	arena_free(arena);
	return rc;
}

int txn_move(struct txn_result *result, struct store *s, const struct txn_options *options,
	     const struct txn_move *move, struct ops_error *err)
{
	struct txn_result r = { 0 };
	struct last_act last = { .arena = NULL };
	struct lock lock = { -1 };
	int rc = state_writable(s, err);

	if (rc == 0 && !options->dry_run)
		rc = lock_take(&lock, s, options->wait_ms, err);
	if (rc == 0 && !options->dry_run)
		rc = recover(&last, &r, s, options->wait_ms, err);
	if (rc == 0)
		rc = move_once(&r, &last, s, options, move, err);
	lock_drop(&lock);
	last_act_release(&last);
	*result = r;
	return rc;
}

/* Under the lock: whatever the tip is, make commits on top of it and move to them. */
static int group_once(struct txn_result *result, struct last_act *last, struct store *s,
		      const struct txn_options *options, struct txn_move *m, txn_make *make,
		      void *payload, struct ops_error *err)
{
	int rc = store_tip(&m->from, s, err);

	m->to = m->from;
	if (rc == OPS_ENOTFOUND)
		return elsewhere_error(s, NULL, err);
	if (rc == 0)
		rc = pile_begin(s, err);
	if (rc == 0)
		rc = make(m, payload, err);
	if (rc == 0 && !oid_equal(&m->to, &m->from))
		rc = move_once(result, last, s, options, m, err);
	txn_end_pile(result, s, rc);
	return rc;
}

int txn_group(struct txn_result *result, struct store *s, const struct txn_options *options,
	      const char *why, txn_make *make, void *payload, struct ops_error *err)
{
	struct txn_move m = { .why = why };
	struct txn_result r = { 0 };
	struct last_act last = { .arena = NULL };
	struct lock lock = { -1 };
	unsigned tries = 0;
	int rc = state_writable(s, err);

	if (rc == 0 && !options->dry_run)
		rc = lock_take(&lock, s, options->wait_ms, err);
	if (rc == 0 && !options->dry_run)
		rc = recover(&last, &r, s, options->wait_ms, err);
	if (rc == 0)
		do
			rc = group_once(&r, &last, s, options, &m, make, payload, err);
		while (rc == OPS_ECHANGED && ++tries < TXN_TRIES);
	lock_drop(&lock);
	last_act_release(&last);
	*result = r;
	return rc;
}

int txn_build(struct oid *out, struct store *s, const struct txn_plan *plan,
	      txn_sign *sign, void *payload, struct ops_error *err)
{
	static const struct held none = HELD_NONE;
	struct txn_options options = { .sign = sign };
	struct act a = { .store = s, .options = &options, .plan = *plan };
	int rc;

	a.ref = none;
	index_init(&a.index, s);
	objects_init(&a.objects, s);
	buf_init(&a.signature);
	a.plan.arena = arena_new();
	rc = a.plan.arena ? txn_collect(&a, err) : error_nomem(err);
	if (rc == 0)
		rc = txn_ask_signature(&a, payload, err);
	if (rc == 0)
		rc = txn_write_objects(&a, err);
	if (rc == 0)
		*out = a.journal.new;
	a.plan.before = a.plan.after = NULL;	/* the caller's */
	txn_release(&a);
	return rc;
}
