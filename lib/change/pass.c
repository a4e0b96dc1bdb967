/* SPDX-License-Identifier: MIT */
/*
 * The orchestration pass: the table of its steps, and the walk over them.
 *
 * Decides nothing itself: a step is a list of acts, which are decided inside the
 * transaction, and a look at the board.  A step that fails says so and the next one is
 * taken; only where nothing can be done at all, memory is out, or it is not known whether a
 * commit was made, the pass ends, and says what was done until then.
 */

#include <stdlib.h>
#include <string.h>

#include "change/pass.h"

#define ACTIONS_MAX 4
#define TRIES 3			/* when others are faster; the rest is for the next pass */

/* A step: what it does, in this order, and what it looks at afterwards. */
static const struct step {
	const char *name;
	bool settles;			/* what a killed process left, before all else */
	const char *actions[ACTIONS_MAX];	/* see act_plan.c */
	pass_look_fn *look;
} steps[] = {
	{ "recover", true, { "plan.reclaim" }, NULL },
	{ "distribute", false, { "plan.assign" }, pass_paused },
	{ "rebalance", false, { "plan.rebalance" }, NULL },
	{ "dependencies", false, { "plan.unblock", "plan.raise", "plan.investigate" },
	  NULL },
	{ "progress", false, { NULL }, pass_progress },
	{ "bottlenecks", false, { NULL }, pass_bottlenecks },
	{ "conflicts", false, { NULL }, pass_conflicts },
};
#define STEPS (sizeof(steps) / sizeof(*steps))

struct pass {
	struct ops_pass public;		/* first: freed by its address */
	struct arena *arena;
	struct ops_pass_step list[STEPS];
	char commit[OID_HEX + 1];	/* the last one made, for which no memory is asked */
	struct planning_base base;	/* what is the same for a step as for the one before */
};

/* A list, which is const to others only, with room for one more; or NULL. */
static void *room_for(struct pass_step *s, size_t *room, const void *list, size_t nr,
		      size_t size)
{
	return arena_room(s->arena, (void *)(size_t)list, nr, room, size);
}

int pass_note(struct pass_step *s, const char *kind, const char *about, const char *text,
	      double value, struct ops_error *err)
{
	struct ops_pass_step *p = s->public;
	struct ops_pass_note *list = room_for(s, &s->notes_room, p->notes, p->notes_nr,
					      sizeof(*list));

	if (!list)
		return error_nomem(err);
	p->notes = list;
	list[p->notes_nr].kind = arena_str(s->arena, kind);
	list[p->notes_nr].about = arena_str(s->arena, about);
	list[p->notes_nr].text = arena_str(s->arena, text);
	list[p->notes_nr].value = value;
	if (!list[p->notes_nr].kind || !list[p->notes_nr].about || !list[p->notes_nr].text)
		return error_nomem(err);
	p->notes_nr++;
	return 0;
}

static bool keep(struct arena *arena, const char **out, const char *text)
{
	*out = text ? arena_str(arena, text) : NULL;
	return !text || *out;
}

static int add_act(struct pass_step *s, const struct ops_act *a)
{
	struct ops_pass_step *p = s->public;
	struct ops_act *list = room_for(s, &s->acts_room, p->acts, p->acts_nr, sizeof(*list));

	if (!list)
		return OPS_ENOMEM;
	p->acts = list;
	return change_copy_act(&list[p->acts_nr++], s->arena, a) ? 0 : OPS_ENOMEM;
}

/* The acts of one commit stand together. */
static int add_commit(struct pass_step *s, const char *commit)
{
	struct ops_pass_step *p = s->public;
	const char **list;

	if (p->commits_nr && !strcmp(p->commits[p->commits_nr - 1], commit))
		return 0;
	list = room_for(s, &s->commits_room, p->commits, p->commits_nr, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	p->commits = list;
	list[p->commits_nr] = arena_str(s->arena, commit);
	return list[p->commits_nr++] ? 0 : OPS_ENOMEM;
}

static int take_outcome(struct pass_step *s, const struct ops_outcome *o,
			struct ops_error *err)
{
	size_t i;

	for (i = 0; i < o->acts_nr; i++)
		if (add_act(s, &o->acts[i]) ||
		    (o->acts[i].commit && add_commit(s, o->acts[i].commit)))
			return error_nomem(err);
	return 0;
}

/* Carry out one action, again when others were faster. */
static int act(struct pass_step *s, const char *action, unsigned flags,
	       struct ops_error *err)
{
	struct ops_outcome *o = NULL;
	unsigned tries = 0;
	int ret;

	do {
		ret = planning_change_all(&o, action, s->public->findings, s->base, s->repo,
					  flags, err);
	} while ((ret == OPS_ECHANGED || ret == OPS_EBUSY) && ++tries < TRIES);
	if (ret)
		return ret;
	if (o->committed)
		memcpy(s->commit, o->commit, OID_HEX + 1);
	ret = take_outcome(s, o, err);
	ops_outcome_free(o);
	return ret;
}

/* Open the tip and look at it. */
static int look(struct pass_step *s, pass_look_fn *fn, struct ops_error *err)
{
	struct oid tip;
	int ret = store_tip(&tip, s->repo->store, err);

	if (ret == 0)
		ret = planning_base_open(s->base, s->repo, &tip, err);
	s->board = s->base->board;
	return ret ? ret : fn(s, err);
}

static int settle(struct pass_step *s, struct ops_error *err)
{
	char notes[1024] = "";
	int ret = ops_repo_recover(notes, s->repo, err);

	return ret || !*notes ? ret : pass_note(s, "recovered", "", notes, 0, err);
}

/* What became of it, in a word. */
static const char *state_of(const struct ops_pass_step *p, int status)
{
	switch (status) {
	case 0:
		return p->acts_nr ? "changed" : "nothing";
	case OPS_EREFUSED:
		return "refused";
	case OPS_ECHANGED:
	case OPS_EBUSY:
		return "left";
	default:
		return "failed";
	}
}

static int take_step(struct pass *p, const struct step *step,
		     const struct ops_pass_options *options, struct ops_repo *repo,
		     struct ops_error *err)
{
	struct ops_pass_step *public = &p->list[p->public.nr];
	struct pass_step s = { .public = public, .arena = p->arena, .repo = repo,
			       .base = &p->base, .commit = p->commit };
	struct ops_error why = { 0 };
	size_t i;
	int ret = 0, last;

	public->name = step->name;
	public->findings = ops_findings_new();
	if (!public->findings)
		return error_nomem(err);
	p->public.nr++;
	if (step->settles && !(options->flags & OPS_DRY_RUN))
		ret = settle(&s, &why);
	for (i = 0; i < ACTIONS_MAX && step->actions[i]; i++) {
		last = act(&s, step->actions[i], options->flags, ret ? NULL : &why);
		ret = ret ? ret : last;
	}
	if (step->look) {
		last = look(&s, step->look, ret ? NULL : &why);
		ret = ret ? ret : last;
	}
	planning_base_tell(s.base, public->findings);
	public->state = state_of(public, ret);
	if (ret && !keep(p->arena, &public->error, why.message))
		ret = OPS_ENOMEM;
	p->public.failed += ret != 0;
	p->public.acts_nr += public->acts_nr;
	p->public.commits_nr += public->commits_nr;
	if (*p->commit)
		p->public.commit = p->commit;
	return ret == OPS_ENOMEM || ret == OPS_EENVIRONMENT || ret == OPS_EUNKNOWN ?
	       error_set(err, ret, "%s", why.message) : 0;
}

static bool wanted(const struct ops_pass_options *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->only_nr; i++)
		if (!strcmp(o->only[i], name))
			return true;
	return !o->only_nr;
}

static int check_names(const struct ops_pass_options *o, struct ops_error *err)
{
	size_t i, k;

	for (i = 0; i < o->only_nr; i++) {
		for (k = 0; k < STEPS && strcmp(steps[k].name, o->only[i]); k++)
			;
		if (k == STEPS)
			return error_set(err, OPS_EUSAGE, "there is no step '%s': recover, "
					 "distribute, rebalance, dependencies, progress, "
					 "bottlenecks, conflicts", o->only[i]);
	}
	return 0;
}

/* That a review changed nothing is a decision, which is kept with who made it. */
static int record_no_op(struct pass *p, struct ops_repo *repo, unsigned flags,
			struct ops_error *err)
{
	struct ops_setting sections[2] = {
		{ "Reviewed", NULL },
		{ "Reason", "No step of the pass found anything to change." },
	};
	struct ops_request r = { .action = "packet.no-op", .sections = sections,
				 .sections_nr = 2 };
	struct ops_findings *findings = ops_findings_new();
	struct ops_outcome *o = NULL;
	const char *names = "";
	size_t i;
	int ret = findings ? 0 : error_nomem(err);

	for (i = 0; names && i < p->public.nr; i++)
		names = arena_printf(p->arena, "%s%s%s", names, i ? ", " : "",
				     p->list[i].name);
	sections[0].value = names ? arena_printf(p->arena, "%s.", names) : NULL;
	r.target = repo->actor;
	if (ret == 0 && !sections[0].value)
		ret = error_nomem(err);
	if (ret == 0 && !r.target)
		ret = error_set(err, OPS_EUSAGE, "say with --as who passes, to record it");
	if (ret == 0)
		ret = ops_repo_change(&o, findings, repo, &r, 1, flags, err);
	if (ret == 0) {
		if (o->committed) {
			memcpy(p->commit, o->commit, OID_HEX + 1);
			p->public.no_op = p->public.commit = p->commit;
			p->public.commits_nr++;
		}
		ops_outcome_free(o);
	}
	ops_findings_free(findings);
	return ret;
}

int ops_repo_pass(struct ops_pass **out, struct ops_repo *repo,
		  const struct ops_pass_options *options, struct ops_error *err)
{
	struct pass *p;
	size_t i;
	int ret = check_names(options, err);

	if (ret)
		return ret;
	p = calloc(1, sizeof(*p));
	if (p)
		p->arena = arena_new();
	if (!p || !p->arena) {
		free(p);
		return error_nomem(err);
	}
	p->public.steps = p->list;
	for (i = 0; ret == 0 && i < STEPS && !p->public.ended; i++) {
		if (!wanted(options, steps[i].name))
			continue;
		if (options->go_on && !options->go_on(options->payload))
			p->public.ended = true;
		else
			ret = take_step(p, &steps[i], options, repo, err);
	}
	if (ret == 0 && options->record_no_op && !p->public.acts_nr && !p->public.failed &&
	    !p->public.ended)
		ret = record_no_op(p, repo, options->flags, err);
	if (ret && !p->public.commit)
		ops_pass_free(&p->public);
	else
		*out = &p->public;
	return ret;
}

void ops_pass_free(struct ops_pass *pass)
{
	struct pass *p = (struct pass *)pass;
	size_t i;

	if (!p)
		return;
	planning_base_close(&p->base);
	for (i = 0; i < STEPS; i++)
		ops_findings_free(p->list[i].findings);
	arena_free(p->arena);
	free(p);
}
