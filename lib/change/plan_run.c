/* SPDX-License-Identifier: MIT */
/*
 * Carrying out what planning decides for many tasks at once: one decision, as many commits as
 * messages need, and the branch moved once.  What is refused is left out, and the rest is
 * decided again on what is made so far.
 *
 * Decides nothing: that is done by the acts, under the lock of the transaction.
 */

#include <stdlib.h>
#include <string.h>

#include "change/planning.h"
#include "ops/pass.h"
#include "store/pile.h"
#include "util/array.h"
#include "util/path.h"

#define SKIP_MAX 20000
#define ROUNDS_MAX 8	/* in a row in which nothing is made */
#define GROUP_BYTES ((size_t)32 << 20)	/* of new objects, in one move of the branch */

/* What is left out of the next attempt. */
struct left_out {
	struct arena *arena;
	struct ops_setting *list;
	size_t nr;
};

static int leave_out(struct left_out *l, const char *name, size_t len,
		     struct ops_error *err)
{
	char *id = arena_dup(l->arena, name, len);
	size_t k;

	if (!id)
		return error_nomem(err);
	for (k = 0; k < l->nr && strcmp(l->list[k].value, id); k++)
		;
	if (k == l->nr && l->nr < SKIP_MAX) {
		l->list[l->nr].name = "Skip";
		l->list[l->nr++].value = id;
	}
	return 0;
}

/* Leave out the tasks that errors are about: a finding names the file of the task, or a
 * packet in the directory of its name. */
static int learn(struct left_out *l, const struct ops_findings *found,
		 struct ops_findings *findings, struct ops_error *err)
{
	const char *stem, *dir;
	size_t i, len;
	int ret = 0;

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		findings_add(findings, f->rule, f->severity == OPS_ERROR ? OPS_WARNING :
			     f->severity, f->path, f->line, f->column, f->remedy,
			     f->severity == OPS_ERROR ? "left out: %s" : "%s",
			     f->message);
		if (f->severity != OPS_ERROR || !f->path)
			continue;
		len = path_stem(f->path, &stem);
		ret = leave_out(l, stem, len, err);
		len = path_directory_len(f->path);
		for (dir = f->path + len; dir > f->path && dir[-1] != '/'; dir--)
			;
		if (ret == 0)
			ret = leave_out(l, dir, (size_t)(f->path + len - dir), err);
	}
	return ret;
}

struct carrying {
	struct ops_repo *repo;
	const char *action;
	const char *key;		/* NULL once a commit has it */
	bool dry_run;
	struct left_out left;
	size_t left_before;		/* of it, by what was published */
	struct ops_findings *findings;	/* of the group that counts */
	struct ops_outcome **made;	/* of its commits */
	size_t made_nr, room;
	struct planning_base *base;	/* what the run decides on */
	struct planning_run run;
	bool done;			/* nothing is left for another group */
};

static void forget(struct carrying *c)
{
	while (c->made_nr)
		ops_outcome_free(c->made[--c->made_nr]);
}

static int keep(struct carrying *c, struct ops_outcome *o)
{
	if (array_room(&c->made, c->made_nr, &c->room, sizeof(struct ops_outcome *)) < 0) {
		ops_outcome_free(o);
		return OPS_ENOMEM;
	}
	c->made[c->made_nr++] = o;
	return 0;
}

/* One commit of the run.  OPS_EREFUSED: what it was refused for is left out from now on. */
static int one_commit(struct carrying *c, struct oid *at, struct ops_error *err)
{
	const struct change_beside beside = { .run = &c->run, .dry_run = c->dry_run };
	struct ops_request r = { .action = c->action, .key = c->key,
				 .fields = c->left.list, .fields_nr = c->left.nr };
	struct ops_findings *found = ops_findings_new();
	struct ops_outcome *o = NULL;
	int ret, lost;

	if (!found)
		return error_nomem(err);
	ret = change_build(at, &o, found, c->repo, &r, at, &beside, err);
	lost = learn(&c->left, found, c->findings, err);
	ops_findings_free(found);
	if (ret == 0 && keep(c, o))
		lost = error_nomem(err);
	if (ret == 0)
		c->key = NULL;
	return lost ? lost : ret;
}

/* Decide on what is there, and carry it out to its end or until something is refused. */
static int one_run(struct carrying *c, struct oid *at, struct ops_error *err)
{
	int ret = planning_base_open(c->base, c->repo, at, err);

	c->run = (struct planning_run){ .board = c->base->board };
	while (ret == 0) {
		ret = one_commit(c, at, err);
		c->done = ret == 0 && !c->run.full;
		if (c->done || (!c->dry_run && pile_size(c->repo->store) > GROUP_BYTES))
			break;
	}
	return ret;
}

static int make(struct txn_move *m, void *payload, struct ops_error *err)
{
	struct carrying *c = payload;
	unsigned round = 0;
	size_t before, made;
	int ret;

	forget(c);
	c->left.nr = c->left_before;
	ops_findings_free(c->findings);
	c->findings = ops_findings_new();
	if (!c->findings)
		return error_nomem(err);
	do {
		before = c->left.nr;
		made = c->made_nr;
		ret = one_run(c, &m->to, err);
		round = c->made_nr > made ? 0 : round + 1;
	} while (ret == OPS_EREFUSED && c->left.nr > before && round < ROUNDS_MAX);
	/* What is made is good; the next run says why the rest is not. */
	if (ret == OPS_EREFUSED && c->made_nr) {
		c->done = true;
		ret = 0;
	}
	if (ret == 0 && c->made_nr)
		m->why = c->made[c->made_nr - 1]->subject;
	return ret;
}

/* Put the outcomes of a group behind what was done before it. */
static int join(struct ops_outcome *all, const struct carrying *c, const char *notes,
		struct ops_error *err)
{
	struct arena *arena = ((struct outcome *)all)->arena;
	size_t i, k, nr = all->acts_nr;
	struct ops_act *list;

	for (i = 0; i < c->made_nr; i++)
		nr += c->made[i]->acts_nr;
	list = arena_array(arena, nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	if (all->acts_nr)
		memcpy(list, all->acts, all->acts_nr * sizeof(*list));
	nr = all->acts_nr;
	for (i = 0; i < c->made_nr; i++) {
		const struct ops_outcome *o = c->made[i];

		for (k = 0; k < o->acts_nr; k++)
			if (!change_copy_act(&list[nr++], arena, &o->acts[k]))
				return error_nomem(err);
		if (o->committed || !*all->subject) {
			memcpy(all->commit, o->commit, sizeof(all->commit));
			all->subject = arena_str(arena, o->subject);
		}
		all->committed |= o->committed;
		all->actor = arena_str(arena, o->actor);
	}
	all->acts = list;
	all->acts_nr = nr;
	if (c->made_nr && *c->made[0]->notes)
		all->notes = arena_printf(arena, "%s%s%s", all->notes, *all->notes ? "\n" : "",
					  c->made[0]->notes);
	if (all->notes && *notes)
		all->notes = arena_printf(arena, "%s%s%s", all->notes, *all->notes ? "\n" : "",
					  notes);
	return all->subject && all->actor && all->notes ? 0 : error_nomem(err);
}

static struct ops_outcome *nothing(void)
{
	struct outcome *o = calloc(1, sizeof(*o));

	if (o)
		o->arena = arena_new();
	if (!o || !o->arena) {
		free(o);
		return NULL;
	}
	o->public.subject = o->public.actor = o->public.notes = "";
	return &o->public;
}

/* Group after group, until there is nothing left.  What was published stays so when a later one
 * fails, of which the next run says why. */
static int all_groups(struct ops_outcome *all, struct carrying *c,
		      struct ops_findings *findings, struct ops_error *err)
{
	struct txn_options options = { .wait_ms = c->repo->wait_ms, .dry_run = c->dry_run };
	struct txn_result result;
	int ret = 0;

	while (ret == 0 && !c->done) {
		c->left_before = c->left.nr;
		ret = txn_group(&result, c->repo->store, &options, c->action, make, c, err);
		if (c->findings)
			ops_findings_copy(findings, c->findings, NULL);
		if (ret == 0)
			ret = join(all, c, result.notes, err);
		forget(c);
		if (ret == OPS_ENOMEM && (all->committed || result.committed))
			return error_set(err, OPS_EUNKNOWN, "the change was committed, and "
					 "memory ran out while reporting it");
	}
	if (ret && ret != OPS_EUNKNOWN && all->committed)
		ret = 0;
	if (ret == 0 && c->left.nr && !all->acts_nr)
		ret = error_set(err, OPS_EREFUSED, "all that could be done is refused");
	return ret;
}

int planning_change_all(struct ops_outcome **out, const char *action,
			struct ops_findings *findings, struct planning_base *base,
			struct ops_repo *repo, unsigned flags, struct ops_error *err)
{
	struct carrying c = { .repo = repo, .base = base, .action = action, .key = repo->key,
			      .dry_run = flags & OPS_DRY_RUN,
			      .left = { arena_new(), NULL, 0 } };
	struct ops_outcome *all = nothing();
	int ret;

	c.left.list = c.left.arena ? arena_array(c.left.arena, SKIP_MAX,
						 sizeof(*c.left.list)) : NULL;
	ret = all && c.left.list ? all_groups(all, &c, findings, err) : error_nomem(err);
	if (ret == 0 && !c.dry_run)
		change_follow(repo);
	ops_findings_free(c.findings);
	free(c.made);
	arena_free(c.left.arena);
	if (ret)
		ops_outcome_free(all);
	else
		*out = all;
	return ret;
}

static int change_all(struct ops_outcome **out, const char *action,
		      struct ops_findings *findings, struct ops_repo *repo, unsigned flags,
		      struct ops_error *err)
{
	struct planning_base base = { .board = NULL };
	int ret = planning_change_all(out, action, findings, &base, repo, flags, err);

	planning_base_tell(&base, findings);
	planning_base_close(&base);
	return ret;
}

int ops_repo_rebalance(struct ops_outcome **out, struct ops_findings *findings,
		       struct ops_repo *repo, unsigned flags, struct ops_error *err)
{
	return change_all(out, "plan.rebalance", findings, repo, flags, err);
}

int ops_repo_assign(struct ops_outcome **out, struct ops_findings *findings,
		    struct ops_repo *repo, const char *task, unsigned flags,
		    struct ops_error *err)
{
	struct ops_request r = { .action = "plan.assign", .target = task };

	if (task)
		return ops_repo_change(out, findings, repo, &r, 1, flags, err);
	return change_all(out, "plan.assign", findings, repo, flags, err);
}

int ops_repo_reclaim(struct ops_outcome **out, struct ops_findings *findings,
		     struct ops_repo *repo, unsigned flags, struct ops_error *err)
{
	return change_all(out, "plan.reclaim", findings, repo, flags, err);
}
