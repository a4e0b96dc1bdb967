/* SPDX-License-Identifier: MIT */
/*
 * The objects of a transaction, from PLANNED to WRITTEN: files of their own, or one pack.
 *
 * What is written here no branch knows yet; a death leaves garbage, for git gc or for
 * pile_sweep().  Must never write before the judge has agreed, nor ask a signer after the first
 * byte was written.
 */
#include "change/recover.h"
#include "change/txn_inside.h"
#include "store/pile.h"

#define PACK_MIN 100	/* objects that are worth a pack of their own */

/* Blobs, trees and the bytes of the commit; with `objects->dry` none is written. */
static int make_objects(struct buf *commit, struct act *a, struct objects *objects,
			struct ops_error *err)
{
	struct txn_plan *p = &a->plan;
	struct journal *j = &a->journal;
	struct oid tree;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < j->paths_nr; i++)
		if (j->paths[i].has)
			rc = objects_blob(&j->paths[i].new, objects, a->after[i]->data,
					  a->after[i]->len, err);
	if (rc == 0)
		rc = objects_tree(&tree, objects, p->before, j->paths, j->paths_nr, err);
	if (rc == 0)
		rc = objects_commit_text(commit, &tree, p->unborn ? NULL : &p->tip,
					 &p->author, &p->committer, p->message, err);
	return rc;
}

/* A signer can fail or take its time: it is asked while nothing is written yet. */
int txn_ask_signature(struct act *a, void *payload, struct ops_error *err)
{
	struct objects objects;
	struct buf commit = BUF_INIT;
	int rc;

	if (!a->plan.is_signed)
		return 0;
	objects_init(&objects, a->store);
	objects.dry = true;
	rc = make_objects(&commit, a, &objects, err);
	if (rc == 0)
		rc = a->options->sign(&a->signature, &commit, payload, err);
	objects_release(&objects);
	buf_release(&commit);
	return rc;
}

int txn_write_objects(struct act *a, struct ops_error *err)
{
	struct buf commit = BUF_INIT;
	int rc = make_objects(&commit, a, &a->objects, err);

	if (rc == 0 && a->signature.len)
		rc = objects_commit_sign(&commit, &a->signature, err);
	if (rc == 0)
		rc = objects_commit(&a->journal.new, &a->objects, &commit, err);
	buf_release(&commit);
	return rc < 0 ? rc : objects_settle(&a->objects, err);
}

/*
 * Objects lie in a pile, or were there before.  A few of a group become files, as those of a
 * small act do: git would rather not have many small packs.  No journal may say "done" while a
 * pack is written: what a death leaves of it would not be looked for.
 */
static int write_pile(struct act *a, struct ops_error *err)
{
	size_t nr = pile_count(a->store);
	int rc;

	if (nr == 0)
		return 0;
	if (nr < PACK_MIN) {
		rc = objects_spill(&a->objects, err);
		return rc < 0 ? rc : objects_settle(&a->objects, err);
	}
	rc = journal_retire(store_git_dir(a->store), err);
	return rc < 0 ? rc : pile_write(a->store, err);
}

/* An act of many files costs one pack, and not a file for each of its objects. */
static int write_act(struct act *a, struct ops_error *err)
{
	int rc;

	if (a->journal.paths_nr < PACK_MIN)
		return txn_write_objects(a, err);
	rc = pile_begin(a->store, err);
	if (rc == 0)
		rc = txn_write_objects(a, err);
	return rc < 0 ? rc : write_pile(a, err);
}

int txn_write(struct act *a, struct ops_error *err)
{
	return a->move ? write_pile(a, err) : write_act(a, err);
}

/* What was not published goes; after an unknown outcome it stays as it is, for recover. */
void txn_end_pile(struct txn_result *result, struct store *s, int outcome)
{
	struct ops_error lost;

	if (outcome != OPS_EUNKNOWN && pile_end(s, &lost) < 0)
		notes_add(result, "%s; the next command that writes removes it", lost.message);
}
