/* SPDX-License-Identifier: MIT */
/*
 * The transaction: the only writer.
 *
 * Invariants
 *  1. Nothing is written, not even an object, before judge() returned 0; with
 *     dry_run nothing at all, not even the lock.
 *  2. The commit is made from the tip's tree and the plan, never from the
 *     index or the work tree: nothing of the user's is swept in.
 *  3. Objects and journal are durable, and read back, before any lock of git
 *     exists; the journal knows the identity of every lock before it is visible.
 *  4. There is one commit point: rename(<ref>.lock, <ref>) in ref_publish().
 *     Before it every failure leaves the old world, after it none undoes.
 *  5. The branch moves only from the tip that decide() and judge() saw: it is
 *     read again under its lock.
 *  6. An outcome is reported only after the branch was read back.
 *  7. A path of the user's that isn't as the tip has it, in index or work tree,
 *     refuses the act before 4, by name; an index that another program put back
 *     to an older tip, at a file that is as the tip has it, is not the user's.
 *  8. Of a group of commits (txn_group) all this holds as of one; none of them
 *     is told of before 6.  The objects of a group, and of an act of many files,
 *     are one pack, durable and read back as in 3, which git repack must let be
 *     until the branch knows them.
 *  9. Whatever is left by a death at any point is settled by recover() in the
 *     next command, without a question; a journal without "done" says there
 *     is something to settle.
 *
 * States, and the functions that lead from one to the next:
 *
 *	idle --lock_take, recover--> LOCKED
 *	LOCKED --read_tip--> READ --decide--> DECIDED --judge--> JUDGED
 *	  |  (refused, nothing to do, dry_run: back to idle)
 *	JUDGED --txn_collect, txn_check_user, txn_ask_signature--> PLANNED
 *	PLANNED --txn_write--> WRITTEN              garbage for gc if we die
 *	WRITTEN --prepare--> JOURNALED              the barrier
 *	JOURNALED --lock_index--> INDEXED --lock_branch--> READY
 *	  |  any failure: undo --> LOCKED;  branch moved: undo --> LOCKED again
 *	READY --ref_publish--> COMMITTED            the commit point
 *	  |  outcome unknown: journal and locks stay for recover
 *	COMMITTED --follow--> DONE                  or noted, for recover
 */
#include "change/txn.h"

#include <stdlib.h>
#include <string.h>

#include "change/recover.h"
#include "change/txn_inside.h"
#include "model/elsewhere.h"
#include "store/pile.h"
#include "store/ref.h"
#include "store/state.h"
#include "store/work.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

#define GIT_WAIT_MS 2000	/* a dead git's lock must not cost more */
#define PAST_MAX 256	/* commits that another program may have slept through */

static unsigned git_wait(const struct act *a)
{
	return a->options->wait_ms < GIT_WAIT_MS ? a->options->wait_ms : GIT_WAIT_MS;
}

/* --- LOCKED to JUDGED --- */

static int read_tip(struct act *a, struct ops_error *err)
{
	struct txn_plan *p = &a->plan;
	int rc;

	p->arena = arena_new();
	if (!p->arena)
		return error_nomem(err);
	rc = store_tip(&p->tip, a->store, err);
	p->unborn = rc == OPS_ENOTFOUND;
	if (p->unborn && !a->options->create_branch)
		return elsewhere_error(a->store, NULL, err);
	if (p->unborn) {
		rc = ref_may_exist(a->store, store_branch(a->store), err);
		if (rc == 0)
			rc = snap_of_nothing(&p->before, err);
	} else if (rc == 0) {
		rc = snap_of_commit(&p->before, a->store, &p->tip, err);
	}
	return rc < 0 ? rc : snap_overlay(&p->after, p->before, err);
}

/* --- JUDGED to PLANNED --- */

static int grow(struct act *a, struct ops_error *err)
{
	size_t cap = a->cap ? a->cap * 2 : 16;
	void *more;

	more = realloc(a->journal.paths, cap * sizeof(*a->journal.paths));
	if (!more)
		return error_nomem(err);
	a->journal.paths = more;
	more = realloc(a->after, cap * sizeof(const struct snap_entry *));
	if (!more)
		return error_nomem(err);
	a->after = more;
	more = realloc(a->skip, cap * sizeof(*a->skip));
	if (!more)
		return error_nomem(err);
	a->skip = more;
	memset(a->skip, 0, cap * sizeof(*a->skip));
	a->cap = cap;
	return 0;
}

static bool regular(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

/* What came from elsewhere may be anything, and have any name. */
static bool movable(const char *path, const struct snap_entry *e)
{
	return !e || (regular(e) && e->has_oid && !path_fault(path));
}

static int not_movable(const char *path, struct ops_error *err)
{
	return error_set(err, OPS_EENVIRONMENT, "'%s' is a link or a submodule, or has a name "
			 "that ops does not write: let git bring this work tree along, with "
			 "git merge or git rebase", path);
}

static int collect_one(const char *path, const struct snap_entry *before,
		       const struct snap_entry *after, void *payload,
		       struct ops_error *err)
{
	struct act *a = payload;
	struct snap_entry *copy;
	struct journal_path *p;
	int rc;

	if (a->move ? !movable(path, before) || !movable(path, after) :
	    (before && (!regular(before) || !before->has_oid)) ||
	    (after && (!regular(after) || !after->data)))
		return a->move ? not_movable(path, err) :
		       error_set(err, OPS_EINVALID, "'%s' is not a regular file", path);
	rc = a->journal.paths_nr == a->cap ? grow(a, err) : 0;
	if (rc < 0)
		return rc;
	p = &a->journal.paths[a->journal.paths_nr];
	memset(p, 0, sizeof(*p));
	p->path = arena_str(a->plan.arena, path);
	p->had = before != NULL;
	p->has = after != NULL;
	p->exec = (after ? after : before)->mode == SNAP_EXEC;
	p->was_exec = before ? before->mode == SNAP_EXEC : p->exec;
	if (before)
		p->old = before->oid;
	if (after && a->move)
		p->new = after->oid;
	a->after[a->journal.paths_nr] = NULL;
	if (after) {
		/* The entry is the walk's; its bytes are the overlay's. */
		copy = arena_alloc(a->plan.arena, sizeof(*copy));
		if (!copy)
			return error_nomem(err);
		*copy = *after;
		a->after[a->journal.paths_nr] = copy;
	}
	a->journal.paths_nr++;
	return p->path ? 0 : error_nomem(err);
}

int txn_collect(struct act *a, struct ops_error *err)
{
	return snap_diff(a->plan.before, a->plan.after, collect_one, a, err);
}

/* Whether the branch is no longer at the tip that was judged. */
int txn_check_tip(struct act *a, struct ops_error *err)
{
	struct oid now;
	int rc = ref_value(&now, a->store, a->journal.ref, err);

	if (rc < 0 && rc != OPS_ENOTFOUND)
		return rc;
	a->moved = (rc == OPS_ENOTFOUND) != a->plan.unborn ||
		   (rc == 0 && !oid_equal(&now, &a->plan.tip));
	if (a->moved)
		return error_set(err, OPS_ECHANGED, "branch '%s' keeps being moved "
				 "by other programs; try again", a->journal.ref);
	return 0;
}

static int check_work(struct act *a, struct ops_error *err)
{
	struct journal *j = &a->journal;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < j->paths_nr; i++)
		rc = work_check(a->store, &j->paths[i], a->skip[i], err);
	return rc;
}

/* A path that isn't as our tip has it may well be as a newer tip has it. */
static int refuse_or_retry(struct act *a, int rc, struct ops_error *err)
{
	struct ops_error moved = { 0 };

	if (rc != OPS_EREFUSED || txn_check_tip(a, &moved) != OPS_ECHANGED)
		return rc;
	if (err)
		*err = moved;
	return OPS_ECHANGED;
}

/*
 * What the index has instead of the tip's version, is it an older version of ours?  It is, when
 * the file in the work tree is the tip's and the path was so in one of the last commits:
 * git commit beside us wrote back an index that it had read before.
 */
static bool was_so(const struct journal_path *p, const struct oid *there, void *payload)
{
	struct act *a = payload;
	struct oid at = a->plan.tip;
	enum work_state state;
	bool found = false, ended = false;
	unsigned i;

	if (work_look(&state, a->store, p, false, NULL) < 0 || state != WORK_OLD)
		return false;
	for (i = 0; i < PAST_MAX && !found && !ended; i++) {
		struct arena *arena = arena_new();
		struct snap *snap = NULL;
		struct snap_entry e;
		struct commit c;
		int rc;

		ended = !arena || commit_read(&c, a->store, &at, arena, NULL) < 0 ||
			!c.parents_nr || snap_of_commit(&snap, a->store, &c.parents[0], NULL) < 0;
		rc = ended ? 0 : snap_find(&e, snap, p->path, NULL);
		if (!ended) {
			found = rc == 0 && oid_equal(&e.oid, there);
			at = c.parents[0];
		}
		snap_free(snap);
		arena_free(arena);
	}
	return found;
}

/* Index and work tree have our paths as the tip has them. */
int txn_check_user(struct act *a, struct ops_error *err)
{
	const struct index_past past = { was_so, a };
	struct journal *j = &a->journal;
	int rc;

	if (!j->tree)
		return 0;
	work_prepare(a->store);
	rc = a->options->dry_run ? 0 :
	     recover_index(a->result, a->store, a->last, &a->plan.tip, git_wait(a), err);
	if (rc < 0)
		return rc;
	rc = index_check(a->store, j->paths, j->paths_nr, a->skip, &past, err);
	if (rc == 0)
		rc = check_work(a, err);
	return refuse_or_retry(a, rc, err);
}

/* --- WRITTEN to JOURNALED --- */

/* Make the private files of both locks and let the journal name them. */
static int prepare(struct act *a, struct ops_error *err)
{
	struct journal *j = &a->journal;
	int rc;

	rc = journal_open(store_git_dir(a->store), err);
	if (rc == 0)
		rc = ref_prepare(&a->ref, a->store, j->ref, &j->new, err);
	if (rc == 0 && j->tree)
		rc = index_prepare(&a->index, err);
	if (rc < 0)
		return rc;
	j->ref_lock = a->ref.id;
	j->index_lock = a->index.lock.id;
	return journal_write(j, store_git_dir(a->store), err);
}

/* --- JOURNALED to READY --- */

static int lock_index(struct act *a, struct ops_error *err)
{
	const struct index_past past = { was_so, a };
	int rc;

	if (!a->journal.tree)
		return 0;
	rc = index_take(&a->index, git_wait(a), err);
	/* Again, now that git cannot change the index beside us. */
	if (rc == 0)
		rc = index_load(&a->index, a->journal.paths, a->journal.paths_nr,
				a->skip, &past, err);
	if (rc == 0)
		rc = check_work(a, err);
	return refuse_or_retry(a, rc, err);
}

static int lock_branch(struct act *a, struct ops_error *err)
{
	bool follows;
	int rc;

	rc = held_take(&a->ref, git_wait(a), err);
	if (rc == 0)
		rc = txn_check_tip(a, err);
	if (rc < 0)
		return rc;
	rc = state_follows(&follows, a->store, a->journal.ref, err);
	if (rc == 0 && follows != a->journal.tree)
		return error_set(err, OPS_ECHANGED, "another branch was checked out "
				 "meanwhile; try again");
	return rc;
}

/* Back to LOCKED.  What cannot be removed the journal explains to recover. */
static void undo(struct act *a)
{
	bool clean = held_drop(&a->ref, NULL) == 0;

	if (index_drop(&a->index, NULL) == 0 && clean)
		(void)journal_remove(store_git_dir(a->store), NULL);
}

/* --- COMMITTED to DONE --- */

static void follow(struct act *a, bool durable)
{
	struct journal *j = &a->journal;
	struct txn_result *result = a->result;
	struct ops_error cause = { 0 };
	int rc = 0;

	result->committed = true;
	result->commit = j->new;
	if (!durable)
		notes_add(result, "the commit is made, but the system could not "
			  "confirm that it survives a power cut");
	if (ref_log(a->store, j->ref, &j->old, &j->new, &a->plan.committer,
		    a->plan.message, &cause) < 0)
		notes_add(result, "the reflog was not written: %s", cause.message);
	if (j->tree) {
		rc = roll_forward(result, a->store, j, true, &a->index, &cause);
		if (rc < 0) {
			notes_add(result, "the commit is made, but the work tree "
				  "does not show all of it yet (%s); the next "
				  "command that writes finishes it", cause.message);
			(void)index_drop(&a->index, NULL);
		}
	}
	if (rc == 0 && pile_is_open(a->store))
		rc = pile_end(a->store, NULL);
	/* Not said, it costs the next command a look. */
	if (rc == 0)
		(void)journal_done(store_git_dir(a->store), NULL);
}

/* --- the whole --- */

void txn_release(struct act *a)
{
	held_release(&a->ref);
	index_release(&a->index);
	objects_release(&a->objects);
	buf_release(&a->signature);
	snap_free(a->plan.after);
	snap_free(a->plan.before);
	arena_free(a->plan.arena);
	free(a->journal.paths);
	free(a->after);
	free(a->skip);
}

static int publish(struct act *a, struct ops_error *err)
{
	bool durable = false;
	int rc = prepare(a, err);

	if (rc == 0)
		rc = lock_index(a, err);
	if (rc == 0)
		rc = lock_branch(a, err);
	if (rc == 0)
		rc = ref_publish(&durable, &a->ref, a->store, a->journal.ref,
				 &a->journal.old, &a->journal.new, err);
	if (rc == 0)
		follow(a, durable);
	else if (rc != OPS_EUNKNOWN)
		undo(a);
	return rc;
}

/* From PLANNED on; the caller holds the lock. */
int txn_write_all(struct act *a, struct ops_error *err)
{
	int rc = txn_write(a, err);

	if (rc == 0)
		rc = publish(a, err);
	if (!a->move)
		txn_end_pile(a->result, a->store, rc);
	return rc;
}

static int decide_and_judge(struct act *a, txn_decide *decide, txn_judge *judge,
			    void *payload, struct ops_error *err)
{
	int rc = read_tip(a, err);

	if (rc == 0)
		rc = decide(&a->plan, payload, err);
	if (rc == 0 && !a->plan.nothing)
		rc = judge(&a->plan, payload, err);
	return rc;
}

static int attempt(bool *moved, struct txn_result *result, struct last_act *last,
		   struct store *s, const struct txn_options *options, txn_decide *decide,
		   txn_judge *judge, void *payload, struct ops_error *err)
{
	static const struct held none = HELD_NONE;
	struct act a = { .store = s, .options = options, .result = result, .last = last };
	int rc;

	a.ref = none;
	index_init(&a.index, s);
	objects_init(&a.objects, s);
	buf_init(&a.signature);
	rc = state_check(s, err);
	if (rc == 0)
		rc = decide_and_judge(&a, decide, judge, payload, err);
	if (rc < 0 || a.plan.nothing)
		goto out;
	a.journal.ref = store_branch(s);
	a.journal.unborn = a.plan.unborn;
	a.journal.old = a.plan.tip;
	a.journal.tree = state_has_tree(s);
	rc = txn_collect(&a, err);
	if (rc == 0)
		rc = txn_check_user(&a, err);
	if (rc < 0 || options->dry_run)
		goto out;
	if (a.journal.paths_nr == 0)
		notes_add(result, "nothing changed, so no commit was made");
	else
		rc = txn_ask_signature(&a, payload, err);
	if (rc == 0 && a.journal.paths_nr)
		rc = txn_write_all(&a, err);
out:
	*moved = a.moved;
	txn_release(&a);
	return rc;
}

int txn_run(struct txn_result *result, struct store *s,
	    const struct txn_options *options, txn_decide *decide, txn_judge *judge,
	    void *payload, struct ops_error *err)
{
	struct txn_result r = { 0 };
	struct last_act last = { .arena = NULL };
	struct lock lock = { -1 };
	unsigned tries = 0;
	bool moved = false;
	int rc;

	rc = state_writable(s, err);
	if (rc == 0 && !options->dry_run)
		rc = lock_take(&lock, s, options->wait_ms, err);
	if (rc == 0 && !options->dry_run)
		rc = recover(&last, &r, s, options->wait_ms, err);
	if (rc == 0)
		do
			rc = attempt(&moved, &r, &last, s, options, decide, judge,
				     payload, err);
		while (moved && ++tries < TXN_TRIES);
	lock_drop(&lock);
	last_act_release(&last);
	*result = r;
	return rc;
}

int txn_recover(struct txn_result *result, struct store *s, unsigned wait_ms,
		struct ops_error *err)
{
	struct last_act last = { .arena = NULL };
	struct txn_result r = { 0 };
	struct lock lock = { -1 };
	struct oid tip;
	int rc;

	rc = state_writable(s, err);
	if (rc == 0)
		rc = lock_take(&lock, s, wait_ms, err);
	if (rc == 0)
		rc = recover(&last, &r, s, wait_ms, err);
	if (rc == 0 && last.arena && ref_value(&tip, s, last.journal.ref, NULL) == 0)
		rc = recover_index(&r, s, &last, &tip, wait_ms, err);
	/* Private files are in nobody's way, and the next writer would replace them. */
	if (rc == 0)
		recover_sweep(s);
	lock_drop(&lock);
	last_act_release(&last);
	*result = r;
	return rc;
}
