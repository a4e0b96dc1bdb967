/* SPDX-License-Identifier: MIT */
/*
 * Carrying out what planning decides for many tasks at once: what is refused is left out,
 * and the rest is tried again, commit after commit.
 *
 * Decides nothing: that is done inside the transaction, by the acts.
 */

#include <string.h>

#include "change/planning.h"
#include "ops/pass.h"
#include "util/path.h"

#define ACTS_MANY 50	/* fewer do not fill a message */
#define SKIP_MAX 20000
#define ROUNDS_MAX 8

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

/* Try, leave out what is refused, and try again. */
static int try_all(struct ops_outcome **out, struct left_out *l, const char *action,
		   struct ops_findings *findings, struct ops_repo *repo,
		   unsigned flags, struct ops_error *err)
{
	struct ops_request r = { .action = action };
	struct ops_findings *found;
	size_t round, before;
	int ret = OPS_EREFUSED, lost;

	for (round = 0; ret == OPS_EREFUSED && round < ROUNDS_MAX; round++) {
		found = ops_findings_new();
		if (!found)
			return error_nomem(err);
		r.fields = l->list;
		r.fields_nr = before = l->nr;
		ret = ops_repo_change(out, found, repo, &r, 1, flags, err);
		lost = learn(l, found, findings, err);
		ops_findings_free(found);
		if (lost && ret == 0)
			ops_outcome_free(*out);
		if (lost || (ret == OPS_EREFUSED && l->nr == before))
			return lost ? lost : ret;
	}
	if (ret == 0 && l->nr && !(*out)->acts_nr) {
		ops_outcome_free(*out);
		ret = error_set(err, OPS_EREFUSED, "all that could be done is refused");
	}
	return ret;
}

/* Put the acts of `before` in front of those of `o`. */
static int join(struct ops_outcome *o, const struct ops_outcome *before,
		struct ops_error *err)
{
	struct arena *arena = ((struct outcome *)o)->arena;
	struct ops_act *list = arena_array(arena, o->acts_nr + before->acts_nr + 1,
					   sizeof(*list));
	size_t i;

	if (!list)
		return error_nomem(err);
	for (i = 0; i < before->acts_nr; i++) {
		const struct ops_act *a = &before->acts[i];

		list[i].action = arena_str(arena, a->action);
		list[i].type = arena_str(arena, a->type);
		list[i].id = arena_str(arena, a->id);
		list[i].path = arena_str(arena, a->path);
		list[i].from = a->from ? arena_str(arena, a->from) : NULL;
		list[i].to = a->to ? arena_str(arena, a->to) : NULL;
		list[i].message = a->message ? arena_str(arena, a->message) : NULL;
		if (!list[i].action || !list[i].type || !list[i].id || !list[i].path)
			return error_nomem(err);
	}
	if (o->acts_nr)
		memcpy(list + i, o->acts, o->acts_nr * sizeof(*list));
	if (!o->committed) {
		o->committed = before->committed;
		memcpy(o->commit, before->commit, sizeof(o->commit));
		o->subject = arena_str(arena, before->subject);
	}
	o->acts = list;
	o->acts_nr += before->acts_nr;
	return o->subject ? 0 : error_nomem(err);
}

/* All of it, in as many commits as messages need.  What was committed stays so when a
 * later one fails. */
static int change_on(struct ops_outcome **out, struct left_out *l, const char *action,
		     struct ops_findings *findings, struct ops_repo *repo,
		     unsigned flags, struct ops_error *err)
{
	struct ops_outcome *next;
	size_t nr = ACTS_MANY;
	int ret = try_all(out, l, action, findings, repo, flags, err);

	while (ret == 0 && (*out)->committed && nr >= ACTS_MANY &&
	       (*out)->acts_nr >= ACTS_MANY) {
		if (try_all(&next, l, action, findings, repo, flags, NULL))
			break;	/* the next run says why */
		nr = next->acts_nr;
		ret = join(next, *out, err);
		ops_outcome_free(*out);
		*out = next;
	}
	if (ret == OPS_ENOMEM && *out) {
		ops_outcome_free(*out);
		*out = NULL;
	}
	return ret;
}

int planning_change_all(struct ops_outcome **out, const char *action,
			struct ops_findings *findings, struct ops_repo *repo,
			unsigned flags, struct ops_error *err)
{
	struct left_out l = { arena_new(), NULL, 0 };
	int ret;

	l.list = l.arena ? arena_array(l.arena, SKIP_MAX, sizeof(*l.list)) : NULL;
	ret = l.list ? change_on(out, &l, action, findings, repo, flags, err) :
	      error_nomem(err);
	arena_free(l.arena);
	return ret;
}

int ops_repo_rebalance(struct ops_outcome **out, struct ops_findings *findings,
		       struct ops_repo *repo, unsigned flags, struct ops_error *err)
{
	return planning_change_all(out, "plan.rebalance", findings, repo, flags, err);
}

int ops_repo_assign(struct ops_outcome **out, struct ops_findings *findings,
		    struct ops_repo *repo, const char *task, unsigned flags,
		    struct ops_error *err)
{
	struct ops_request r = { .action = "plan.assign", .target = task };

	if (task)
		return ops_repo_change(out, findings, repo, &r, 1, flags, err);
	return planning_change_all(out, "plan.assign", findings, repo, flags, err);
}

int ops_repo_reclaim(struct ops_outcome **out, struct ops_findings *findings,
		     struct ops_repo *repo, unsigned flags, struct ops_error *err)
{
	return planning_change_all(out, "plan.reclaim", findings, repo, flags, err);
}
