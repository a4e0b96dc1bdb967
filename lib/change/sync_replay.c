/* SPDX-License-Identifier: MIT */
/*
 * Doing what is pending again on top of what the upstream has.
 *
 * An act that lost is left out, and what comes after it is tried all the same. Merges among
 * them are left out too: what they join becomes one line, if they say nothing else. A commit that
 * somebody made with git is no act: nobody leaves it out for them, so where it cannot be
 * carried over everything stops, and git helps on.
 */
#include "change/sync.h"

#include <string.h>

#include "change/contest.h"
#include "util/map.h"

static bool is_act(const struct pending *p)
{
	return p->act->action != NULL;
}

static int stop(struct pending *p, const char *why, struct ops_error *err)
{
	return error_set(err, OPS_EREFUSED, "commit %.10s (%s) cannot be done again on top of "
			 "the upstream: %s; bring both together with git merge or git rebase, and "
			 "synchronise then; where a hook refuses that, git rebase -i takes out "
			 "what it names", p->act->commit, p->act->subject, why);
}

/* A commit made with git that is not legal there: its findings go to who asked. */
static int refuse(struct syncing *y, struct pending *p, struct replayed *r,
		  struct ops_error *err)
{
	if (y->options->findings)
		ops_findings_copy(y->options->findings, r->findings, NULL);
	return error_set(err, OPS_EREFUSED, "commit %.10s (%s) is not legal on top of the "
			 "upstream, so nothing was published; 'git rebase -i %.10s~' takes it out, "
			 "or lets you mend it", p->act->commit, p->act->subject, p->act->commit);
}

static int lose(struct syncing *y, struct pending *p, struct replayed *r,
		struct ops_error *err)
{
	p->act->state = "lost";
	p->act->why = r->why;
	p->act->findings = r->findings;
	p->act->conflict = contest_of(r->config, p->act->action, r->findings);
	r->findings = NULL;
	p->act->kept = arena_printf(y->arena, "refs/ops/lost/%.12s", p->act->commit);
	return p->act->kept ? sync_find_winner(y, p, r->path, err) : error_nomem(err);
}

static int take(struct syncing *y, struct pending *p, struct replayed *r,
		struct ops_error *err)
{
	char hex[OID_HEX + 1];

	switch (r->end) {
	case REPLAY_MADE:
		y->made = r->commit;
		oid_hex(hex, &r->commit);
		p->act->published = arena_str(y->arena, hex);
		return p->act->published ? 0 : error_nomem(err);
	case REPLAY_EMPTY:
		p->act->state = "done";
		p->act->why = r->why;
		return 0;
	case REPLAY_UNFIT:
		return stop(p, r->why, err);
	case REPLAY_REFUSED:
		if (!is_act(p) && r->findings)
			return refuse(y, p, r, err);
		break;
	default:
		break;
	}
	return is_act(p) ? lose(y, p, r, err) : stop(p, r->why, err);
}

/* A merge goes when its sides were done again; what a person resolved in it cannot. */
static int pass_merge(struct syncing *y, struct pending *p, struct ops_error *err)
{
	struct map *odd;
	int ret = replay_joins(&odd, y->repo, &p->c, false, y->arena, err);

	if (ret)
		return ret;
	if (!odd || map_count(odd))
		return stop(p, !odd ? "it is a merge of very many" :
			    arena_printf(y->arena, "it is a merge in which '%s' was decided by "
					 "hand", map_at(odd, 0)->key), err);
	p->act->state = "done";
	p->act->why = "a merge: what it joins was done again, one after the other";
	return 0;
}

/* Its id is there. */
static int meet(struct syncing *y, struct pending *p, const struct told *told,
		struct ops_error *err)
{
	struct replayed r = { .path = NULL };
	int ret;

	/* An answer was lost, and the push had happened. */
	if (sync_same_act(told, p)) {
		p->act->state = "published";
		p->act->published = told->by->commit;
		return 0;
	}
	r.why = "its id is that of another act there: a key was used for both, or it was copied";
	ret = is_act(p) ? lose(y, p, &r, err) : stop(p, r.why, err);
	p->act->winner = told->by->commit;
	p->act->winner_actor = told->by->actor;
	p->act->winner_subject = told->by->subject;
	return ret;
}

static int one_more(struct syncing *y, struct pending *p, struct ops_error *err)
{
	const struct told *told = p->id ? map_get(y->theirs, p->id) : NULL;
	struct replayed r;
	int ret;

	if (told)
		return meet(y, p, told, err);
	if (p->c.parents_nr > 1)
		return pass_merge(y, p, err);
	if (p->rewritten) {
		memset(&r, 0, sizeof(r));
		r.why = "the upstream was rewritten without it";
		return lose(y, p, &r, err);
	}
	ret = replay(&r, y->repo, &p->c, &y->made, y->arena, err);
	if (ret == 0)
		ret = take(y, p, &r, err);
	ops_findings_free(r.findings);
	return ret;
}

int sync_replay(struct syncing *y, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	y->made = y->there;
	for (i = 0; ret == 0 && i < y->nr; i++)
		ret = one_more(y, &y->list[i], err);
	return ret;
}
