/* SPDX-License-Identifier: MIT */
/*
 * Recovery: making the world whole after a writer died.
 *
 * Runs under the writers' lock, so no other process of ours lives.  The
 * journal says everything that may be left:
 *
 *	no journal, or a torn one	nothing was visible yet
 *	done, same boot			nothing to do; it stays until replaced
 *	locks with the identity it names are ours and dead: removed
 *	the branch holds the new commit	-> roll_forward
 *	else				-> forgotten; its objects are for gc
 *	at last the journal is removed
 *
 * After a power cut (another boot id) a journal that says "done" is looked at
 * again: the documents it speaks of were not waited for.  And so is its index
 * when git made a commit since, which may have put back that of before.
 *
 * Must never remove a lock that is not known to be ours, nor touch a path
 * whose content is neither the old nor the new; and every step may be
 * repeated, because recovery can be killed as well.
 */
#include "change/recover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/pile.h"
#include "store/ref.h"
#include "store/state.h"
#include "store/work.h"
#include "util/arena.h"

#define COPY_WATCH_MS 1000
#define COPY_STEP_MS 50

void notes_add(struct txn_result *result, const char *fmt, ...)
{
	size_t len = strlen(result->notes);
	va_list ap;
	int n;

	if (len + 2 >= sizeof(result->notes))
		return;
	if (len)
		result->notes[len++] = '\n';
	va_start(ap, fmt);
	n = vsnprintf(result->notes + len, sizeof(result->notes) - len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(result->notes) - len)
		result->notes[len ? len - 1 : 0] = '\0';
}

/* --- rolling forward --- */

enum step {
	STEP_NONE,	/* not ours, or outside of a sparse checkout */
	STEP_APPLY,	/* it is as before: it follows */
	STEP_SEEN,	/* it is there already */
	STEP_LEFT	/* it has changes of the user's */
};

struct forward {
	struct txn_result *result;
	struct store *store;
	const struct journal *journal;
	struct snap *tip;	/* what the branch holds now; NULL: the new commit */
	struct index_file *files;
	bool *mine;		/* the tip still has what the journal put there */
	enum step *next;
};

static int still_new(bool *out, struct forward *f, const struct journal_path *p,
		     struct ops_error *err)
{
	struct snap_entry e;
	int rc;

	*out = true;
	if (!f->tip)
		return 0;
	rc = snap_find(&e, f->tip, p->path, err);
	if (rc < 0 && rc != OPS_ENOTFOUND)
		return rc;
	*out = rc == 0 ? p->has && e.has_oid && oid_equal(&e.oid, &p->new) : !p->has;
	return 0;
}

/* Remove what lies beside the paths. */
static void unstage(struct store *s, const struct journal *j)
{
	size_t i;

	for (i = 0; i < j->paths_nr; i++)
		work_unstage(s, j, &j->paths[i]);
}

/* What is to be done about a path; what it will hold is then staged. */
static int plan_path(struct forward *f, struct index_edit *x, size_t i,
		     struct ops_error *err)
{
	const struct journal_path *p = &f->journal->paths[i];
	bool other_boot = f->journal->other_boot;
	enum work_state state;
	int rc;

	rc = still_new(&f->mine[i], f, p, err);
	if (rc < 0 || !f->mine[i])
		return rc;
	rc = work_look(&state, f->store, p, other_boot, err);
	if (rc < 0)
		return rc;
	f->next[i] = state == WORK_NEW ? STEP_SEEN : STEP_LEFT;
	if (state == WORK_GONE && index_skips(x, p->path))
		f->next[i] = STEP_NONE;
	/* A file that was replaced by a rename cannot get lost by a kill: it is
	 * the user who removed it.  A power cut is another matter. */
	else if (state == WORK_OLD || (state == WORK_GONE && other_boot) ||
		 (state == WORK_NEW && !p->has))
		f->next[i] = STEP_APPLY;
	return f->next[i] == STEP_APPLY && p->has ?
	       work_stage(f->store, f->journal, p, err) : 0;
}

static int forward_path(struct forward *f, size_t i, struct ops_error *err)
{
	const struct journal_path *p = &f->journal->paths[i];
	int rc;

	if (f->next[i] == STEP_APPLY) {
		rc = work_apply(f->store, f->journal, p, err);
		if (rc < 0 && rc != OPS_EREFUSED)
			return rc;
		f->next[i] = rc ? STEP_LEFT : STEP_SEEN;
	}
	if (f->next[i] == STEP_SEEN)
		f->files[i].fresh = p->has &&
			work_stat(&f->files[i].st, f->store, p->path);
	else if (f->next[i] == STEP_LEFT)
		notes_add(f->result, "'%s' has changes of yours in the work tree "
			  "and was left as it is", p->path);
	return 0;
}

/* First what is put, then what is removed: a document that moves is always in
 * one of its places. */
static int forward_paths(struct forward *f, struct index_edit *x,
			 struct ops_error *err)
{
	const struct journal *j = f->journal;
	size_t i;
	int rc = 0, round;

	for (i = 0; rc == 0 && i < j->paths_nr; i++)
		rc = plan_path(f, x, i, err);
	for (round = 0; round < 2; round++)
		for (i = 0; rc == 0 && i < j->paths_nr; i++)
			if (j->paths[i].has == (round == 0))
				rc = forward_path(f, i, err);
	/* What a failure, or a death before, left staged. */
	if (rc < 0 || f->tip)
		unstage(f->store, j);
	return rc;
}

/* Paths that a later commit has changed again are not ours any more. */
static int forward_index(struct forward *f, struct index_edit *x,
			 struct ops_error *err)
{
	const struct journal *j = f->journal;
	struct journal_path *paths = calloc(j->paths_nr ? j->paths_nr : 1,
					    sizeof(*paths));
	size_t i, nr = 0;
	int rc;

	if (!paths)
		return error_nomem(err);
	for (i = 0; i < j->paths_nr; i++) {
		if (!f->mine[i])
			continue;
		paths[nr] = j->paths[i];
		f->files[nr++] = f->files[i];
	}
	rc = index_apply(x, paths, nr, f->files, err);
	free(paths);
	return rc;
}

int roll_forward(struct txn_result *result, struct store *s, const struct journal *j,
		 bool just_moved, struct index_edit *x, struct ops_error *err)
{
	struct forward f = { .result = result, .store = s, .journal = j };
	struct oid tip;
	int rc = 0;

	f.files = calloc(j->paths_nr + 1, sizeof(*f.files));
	f.mine = calloc(j->paths_nr + 1, sizeof(*f.mine));
	f.next = calloc(j->paths_nr + 1, sizeof(*f.next));
	if (!f.files || !f.mine || !f.next)
		rc = error_nomem(err);
	else if (!just_moved)
		rc = ref_value(&tip, s, j->ref, err);
	if (rc == 0 && !just_moved)
		rc = snap_of_commit(&f.tip, s, &tip, err);
	if (rc == 0)
		rc = forward_paths(&f, x, err);
	if (rc == 0)
		rc = forward_index(&f, x, err);
	snap_free(f.tip);
	free(f.files);
	free(f.mine);
	free(f.next);
	return rc;
}

/* --- locks that were left --- */

/* In a copied clone no identity fits.  A lock that does not change for a
 * second there belongs to nobody. */
static int settle_copied(const char *path, const struct file_id *first,
			 struct ops_error *err)
{
	struct file_id now;
	unsigned waited;
	int rc;

	for (waited = 0; waited < COPY_WATCH_MS; waited += COPY_STEP_MS) {
		wait_for(COPY_STEP_MS);
		rc = file_identify(&now, path, err);
		if (rc == OPS_ENOTFOUND || (rc == 0 && !file_same(&now, first, false)))
			return 0;
		if (rc < 0)
			return rc;
	}
	if (unlink(path) != 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot remove '%s': %s", path,
				 strerror(errno));
	return 0;
}

static int settle_lock(char *path, const struct file_id *ours, const struct journal *j,
		       struct ops_error *err)
{
	struct file_id now;
	int rc;

	if (!path)
		return error_nomem(err);
	rc = file_identify(&now, path, err);
	if (rc == OPS_ENOTFOUND) {
		rc = 0;
	} else if (rc == 0 && file_same(&now, ours, j->other_boot)) {
		if (unlink(path) != 0 && errno != ENOENT)
			rc = error_set(err, OPS_EIO, "cannot remove '%s': %s",
				       path, strerror(errno));
	} else if (rc == 0 && j->copied) {
		rc = settle_copied(path, &now, err);
	}
	free(path);
	return rc;
}

void recover_sweep(const struct store *s)
{
	const char *git_dir = store_git_dir(s);
	static const char *const names[] = {
		"ops/index.new", "ops/index.hold",
		"ops/ref.hold", "ops/journal.new"
	};
	size_t i;
	char *path;

	/* Private files: if one cannot be removed it is in nobody's way. */
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		path = file_join(git_dir, names[i]);
		if (path)
			(void)unlink(path);
		free(path);
	}
	pile_sweep(s);
}

/* The journal of another work tree: its ref lock may be in our way; its files
 * are left to the next command there. */
static int recover_other(struct store *s, const char *git_dir, void *payload,
			 struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct journal j;
	int rc;

	(void)payload;
	if (!arena)
		return error_nomem(err);
	rc = journal_read(&j, git_dir, arena, err);
	if (rc == 0 && !j.done)
		rc = settle_lock(ref_lock_path(s, j.ref), &j.ref_lock, &j, err);
	arena_free(arena);
	return rc == OPS_ENOTFOUND ? 0 : rc;
}

/* --- here --- */

/* Take the index lock, after the journal names it, and roll forward. */
static int finish(struct txn_result *result, struct store *s, struct journal *j,
		  unsigned wait_ms, struct ops_error *err)
{
	struct index_edit x;
	int rc;

	index_init(&x, s);
	rc = index_prepare(&x, err);
	if (rc == 0) {
		j->index_lock = x.lock.id;
		memset(&j->ref_lock, 0, sizeof(j->ref_lock));
		/* It keeps its boot id, which tells that power was cut. */
		rc = journal_write(j, store_git_dir(s), err);
	}
	if (rc == 0)
		rc = index_take(&x, wait_ms, err);
	if (rc == 0)
		rc = index_load(&x, NULL, 0, NULL, NULL, err);
	if (rc == 0)
		rc = roll_forward(result, s, j, false, &x, err);
	if (rc < 0)
		(void)index_drop(&x, NULL);
	index_release(&x);
	return rc;
}

static int settle(struct txn_result *result, struct store *s, struct journal *j,
		  unsigned wait_ms, struct ops_error *err)
{
	bool published, follows, was_done = j->done;
	int rc;

	rc = settle_lock(ref_lock_path(s, j->ref), &j->ref_lock, j, err);
	if (rc == 0)
		rc = settle_lock(index_lock_path(s), &j->index_lock, j, err);
	if (rc == 0)
		rc = ref_holds(&published, s, j->ref, &j->new, &j->old, err);
	if (rc == 0)
		rc = state_follows(&follows, s, j->ref, err);
	/* When another branch was checked out since, git has seen to the files. */
	if (rc == 0 && published && j->tree && follows)
		rc = finish(result, s, j, wait_ms, err);
	else if (rc == 0 && j->tree)
		unstage(s, j);
	if (rc == 0)
		rc = journal_retire(store_git_dir(s), err);
	if (rc == 0 && !was_done)
		notes_add(result, published ? "an interrupted change was finished" :
			  "an interrupted change was undone; nothing of it "
			  "was published");
	return rc;
}

/* Whether branch and work tree still have all that the act put there. */
static int stands(bool *out, struct store *s, const struct journal *j, const struct oid *tip,
		  struct ops_error *err)
{
	struct forward f = { .store = s, .journal = j };
	enum work_state state;
	size_t i;
	int rc = snap_of_commit(&f.tip, s, tip, err);

	*out = true;
	for (i = 0; rc == 0 && *out && i < j->paths_nr; i++) {
		rc = still_new(out, &f, &j->paths[i], err);
		if (rc == 0 && *out)
			rc = work_look(&state, s, &j->paths[i], false, err);
		if (rc == 0 && *out)
			*out = state == WORK_NEW;
	}
	snap_free(f.tip);
	return rc;
}

/* Whether the index has all of the act as it was before, or git may be about to put that back:
 * it moves the branch first. */
static int may_be_behind(bool *out, struct store *s, const struct journal *j,
			 struct ops_error *err)
{
	char *lock = index_lock_path(s);
	struct ops_error found = { 0 };
	int rc;

	if (!lock)
		return error_nomem(err);
	*out = access(lock, F_OK) == 0 || errno != ENOENT;
	free(lock);
	if (*out)
		return 0;
	rc = index_check(s, j->paths, j->paths_nr, NULL, NULL, &found);
	*out = rc == 0;
	/* Of an index that we cannot work with, whoever wants to is told. */
	return rc < 0 && rc != OPS_EREFUSED && rc != OPS_EENVIRONMENT ?
	       error_set(err, rc, "%s", found.message) : 0;
}

/*
 * git commit reads the index before it locks it.  The one that came right after our commit may
 * have read the index of before, and put it back: all of the act is missing there, while the
 * branch and the work tree have it.  Without a commit since, whoever put it back is the user.
 */
int recover_index(struct txn_result *result, struct store *s, struct last_act *last,
		  const struct oid *tip, unsigned wait_ms, struct ops_error *err)
{
	struct journal *j = &last->journal;
	bool follows, whole = false, behind = false;
	int rc;

	if (!last->arena || !j->tree || !j->paths_nr || oid_equal(tip, &j->new))
		return 0;
	rc = state_follows(&follows, s, j->ref, err);
	if (rc == 0 && follows)
		rc = stands(&whole, s, j, tip, err);
	if (rc == 0 && whole)
		rc = may_be_behind(&behind, s, j, err);
	if (rc < 0 || !behind)
		return rc;
	rc = finish(result, s, j, wait_ms, err);
	/* Not said, it costs the next command a look. */
	if (rc == 0 || rc == OPS_EBUSY)
		(void)journal_done(store_git_dir(s), NULL);
	if (rc == 0)
		notes_add(result, "git made a commit beside the last change, and the index was "
			  "brought along with that once more");
	return rc;
}

void last_act_release(struct last_act *last)
{
	arena_free(last->arena);
	last->arena = NULL;
}

int recover(struct last_act *last, struct txn_result *result, struct store *s, unsigned wait_ms,
	    struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct journal j;
	int rc;

	last->arena = NULL;
	if (!arena)
		return error_nomem(err);
	rc = journal_read(&j, store_git_dir(s), arena, err);
	if (rc == OPS_ENOTFOUND) {
		rc = journal_remove(store_git_dir(s), err);
		recover_sweep(s);
	} else if (rc == 0 && (!j.done || j.other_boot)) {
		rc = settle(result, s, &j, wait_ms, err);
		recover_sweep(s);
	} else if (rc == 0) {
		*last = (struct last_act){ arena, j };
		arena = NULL;
	}
	if (rc == 0)
		rc = state_others(s, recover_other, NULL, err);
	arena_free(arena);
	return rc;
}
