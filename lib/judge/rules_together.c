/* SPDX-License-Identifier: MIT */
/*
 * What two sides of a merge made, neither of which knew of the other: each is legal by
 * itself, and both cannot stand in one world.  An id is there twice, names of the roster
 * cannot be told apart, the chain of command comes back to itself, nobody keeps the roster
 * any more; one path is leased on both, or critical and held by two; or the configuration of
 * one makes documents of what was none where it was made.
 *
 * Asks nothing about who did it, nor about how a document came to be.  What was so on one
 * side already is no fault of the merge.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/scope.h"
#include "util/map.h"
#include "util/path.h"

struct together {
	struct judging j;		/* its case: one parent, and the merge */
	struct world *const *sides;
	size_t sides_nr;
	bool (*own)(const char *path, void *payload);
	void *payload;
	struct map *agents;		/* paths that were looked at */
	bool roster;			/* somebody's entry, or the configuration, is among them */
};

static bool has_file(struct world *w, const char *path)
{
	struct snap_entry entry;

	return snap_find(&entry, world_snap(w), path, NULL) == 0;
}

/* Whether one side has both already. */
static bool was_so(const struct together *t, const char *path, const char *other)
{
	size_t i;

	for (i = 0; i < t->sides_nr; i++)
		if (has_file(t->sides[i], path) && has_file(t->sides[i], other))
			return true;
	return false;
}

/* Two of one id, or of names that some disks take for one. */
static int rules_both_there(struct together *t, const struct type *type, const char *path)
{
	const char *other, *beside;
	int ret = rules_id_holder(&other, &t->j, type, path);

	/* A path of before may be where it was moved from. */
	if (ret == 0 && (!other || !has_file(t->j.c->after, other))) {
		ret = rules_same_but_case(&beside, &t->j, path);
		other = ret || !beside ? NULL :
			arena_printf(t->j.arena, "%.*s/%s", (int)path_directory_len(path),
				     path, beside);
		if (beside && !other)
			ret = OPS_ENOMEM;
	}
	if (ret == 0 && other && !was_so(t, path, other))
		findings_add(t->j.findings, "doc.id-taken", OPS_ERROR, path, 0, 0,
			     "let one side give its own another id, or end it, and merge then",
			     "both sides made one of that id: '%s'", other);
	return ret;
}

/* What is wrong with an agent in one world; nothing when there is none at that path. */
static int check_agent(struct ops_findings *out, struct world *w, const char *path)
{
	const struct roster *roster;
	const struct config *config;
	size_t i;
	int ret = world_roster(&roster, w, NULL);

	if (ret == 0)
		ret = world_config(&config, w, NULL);
	for (i = 0; ret == 0 && i < roster_count(roster); i++)
		if (!strcmp(roster_at(roster, i)->path, path))
			roster_check_agent(roster, roster_at(roster, i), config, out);
	return ret == 0 && findings_failed(out) ? OPS_ENOMEM : ret;
}

static bool has_rule(const struct ops_findings *list, const char *rule)
{
	size_t i;

	for (i = 0; i < ops_findings_count(list); i++)
		if (!strcmp(ops_findings_at(list, i)->rule, rule))
			return true;
	return false;
}

static int rules_agent_among(struct together *t, const char *path)
{
	struct ops_findings *was = ops_findings_new(), *is = ops_findings_new();
	size_t i;
	int ret = was && is && !map_put(t->agents, path, t) ? 0 : OPS_ENOMEM;

	for (i = 0; ret == 0 && i < t->sides_nr; i++)
		ret = check_agent(was, t->sides[i], path);
	if (ret == 0)
		ret = check_agent(is, t->j.c->after, path);
	for (i = 0; ret == 0 && i < ops_findings_count(is); i++) {
		const struct ops_finding *f = ops_findings_at(is, i);

		if (!has_rule(was, f->rule))
			findings_add(t->j.findings, f->rule, f->severity, f->path, f->line,
				     f->column, f->remedy, "%s", f->message);
	}
	ops_findings_free(was);
	ops_findings_free(is);
	return ret;
}

static int read_document(struct ops_document **out, struct world *w, const char *path)
{
	struct ops_findings *ignored = ops_findings_new();
	int ret = ignored ? world_document(out, w, path, ignored, NULL) : OPS_ENOMEM;

	ops_findings_free(ignored);
	if (ret == OPS_EINVALID)
		*out = NULL;	/* the side that made it was told */
	return ret == OPS_EINVALID ? 0 : ret;
}

/* A lease as the side has it, of that id; one that ended lies elsewhere. *out may be NULL. */
static int lease_before(struct ops_document **out, struct together *t, const struct type *type,
			const char *path, bool is_new)
{
	const char *stem, *was = path;
	size_t len = path_stem(path, &stem);
	const char *id = arena_dup(t->j.arena, stem, len);
	int ret = !id ? OPS_ENOMEM : is_new ?
		  world_exact_path(&was, t->j.c->before, id, type->name, NULL) : 0;

	*out = NULL;
	if (ret == 0)
		ret = read_document(out, t->j.c->before, was);
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

/* A lease that a side has not as the merge has it; what was taken and ended is none. */
static int note_lease(struct together *t, const struct type *type, const char *path, bool is_new)
{
	struct change change = { .path = path, .old_path = path, .type = type };
	const struct state *state;
	struct change *one;
	int ret = read_document(&change.after, t->j.c->after, path);

	if (ret == 0 && change.after)
		ret = lease_before(&change.before, t, type, path, is_new);
	if (ret || !change.after)
		return ret;
	state = change.after->status ? type_state(type, change.after->status) : NULL;
	if (!change.before && state && state->final)
		return 0;
	change.kind = !change.before && is_new ? CHANGE_CREATED : CHANGE_MODIFIED;
	one = rules_change(&t->j);
	if (!one)
		return OPS_ENOMEM;
	*one = change;
	return 0;
}

/* What the merge leases beside what this side does. */
static int rules_leased_apart(struct together *t)
{
	struct ops_findings *all = t->j.findings, *found = ops_findings_new();
	const struct ops_finding *f;
	size_t i;
	int ret = found ? rules_leases_begin(&t->j) : OPS_ENOMEM;

	t->j.steps = JUDGE_STEPS_MAX;
	t->j.findings = found;
	for (i = 0; ret == 0 && i < t->j.changes_nr; i++)
		if (t->j.changes[i].kind == CHANGE_CREATED)
			ret = rules_lease_apart(&t->j, t->j.changes[i].after);
	t->j.findings = all;
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		f = ops_findings_at(found, i);
		findings_add(all, f->rule, f->severity, f->path, f->line, f->column,
			     "let one side release its own, and merge then", "%s", f->message);
	}
	t->j.changes_nr = 0;
	t->j.leases = NULL;
	t->j.leasing = NULL;
	ops_findings_free(found);
	return ret;
}

/* Whether the document of that type and id holds its scope on one side. */
static int held_on(bool *out, const struct together *t, struct world *side,
		   const struct ops_document *like)
{
	struct ops_findings *ignored = ops_findings_new();
	struct ops_document *d;
	int ret = ignored ? world_find(&d, side, like->id, like->type->name, ignored, NULL) :
		  OPS_ENOMEM;

	ops_findings_free(ignored);
	*out = ret == 0 && scope_held(t->j.config, d);
	return ret == OPS_ENOMEM || ret == OPS_EIO ? ret : 0;
}

struct holding {
	const struct together *t;
	const struct ops_document *d;
	int ret;
};

/* Whether no side had both of them hold what they do: there it was judged. */
static bool is_apart(const struct ops_document *other, void *payload)
{
	struct holding *h = payload;
	bool one, two;
	size_t i;

	for (i = 0; h->ret == 0 && i < h->t->sides_nr; i++) {
		h->ret = held_on(&one, h->t, h->t->sides[i], h->d);
		if (h->ret == 0)
			h->ret = held_on(&two, h->t, h->t->sides[i], other);
		if (h->ret == 0 && one && two)
			return false;
	}
	return h->ret == 0;
}

/* A task that one side has not as the merge has it, and that somebody else's is in the way of. */
static int rules_critical_apart(struct together *t, const char *path)
{
	struct ops_findings *all = t->j.findings, *found = ops_findings_new();
	struct ops_document *d;
	struct holding h = { t, NULL, 0 };
	size_t i;
	int ret = found ? read_document(&d, t->j.c->after, path) : OPS_ENOMEM;

	if (ret == 0 && d && scope_held(t->j.config, d)) {
		h.d = d;
		t->j.findings = found;
		ret = rules_critical(&t->j, d, is_apart, &h);
		ret = ret ? ret : h.ret;
		t->j.findings = all;
	}
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		findings_add(all, f->rule, f->severity, f->path, f->line, f->column,
			     "let one side give its own back, or take the path out of it, and "
			     "merge then", "%s", f->message);
	}
	ops_findings_free(found);
	return ret;
}

static int look_at(const char *path, const struct snap_entry *before,
		   const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct together *t = payload;
	const struct type *type = config_type_of_path(t->j.config, path);
	bool agent = type && type_is(type, "agent");
	int ret = 0;

	(void)err;
	if (!rules_bounded(&t->j, path, JUDGE_TREE_MAX))
		return OPS_EREFUSED;
	t->roster |= agent || !strcmp(path, CONFIG_PATH);
	if (!type || type_is(type, "packet") || !after || !snap_entry_is_file(after) ||
	    t->own(path, t->payload))
		return 0;
	path = arena_str(t->j.arena, path);
	if (!path)
		return OPS_ENOMEM;
	if (!before)
		ret = rules_both_there(t, type, path);
	if (ret == 0 && agent && !map_has(t->agents, path))
		ret = rules_agent_among(t, path);
	if (ret == 0 && type_is(type, "lease"))
		ret = note_lease(t, type, path, !before);
	if (ret == 0 && t->j.config->critical.nr && type_is(type, "task"))
		ret = rules_critical_apart(t, path);
	return ret;
}

/* Somebody kept the roster on a side, and nobody does any more. */
static int rules_kept(struct together *t)
{
	const struct roster *roster;
	bool held = false;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && !held && i < t->sides_nr; i++) {
		ret = world_roster(&roster, t->sides[i], NULL);
		held = ret == 0 && roster_anyone_holds(roster, "roster");
	}
	if (ret || !held)
		return ret;
	ret = world_roster(&roster, t->j.c->after, NULL);
	if (ret == 0)
		rules_roster_kept(&t->j, roster, config_directory(t->j.config, "agents"));
	return ret;
}

/* Whether a side has the file as the merge has it, and as a document of that type. */
static int was_governed(bool *out, const struct together *t, const char *path,
			const struct snap_entry *entry, const struct type *is)
{
	const struct config *config;
	struct snap_entry there;
	struct snap *side;
	size_t i;
	int ret = 0;

	*out = false;
	for (i = 0; ret == 0 && !*out && i < t->sides_nr; i++) {
		side = world_snap(t->sides[i]);
		ret = world_config(&config, t->sides[i], NULL);
		if (ret == 0 && type_same(config_type_of_path(config, path), is) &&
		    snap_find(&there, side, path, NULL) == 0)
			ret = snap_same_file(out, path, side, &there, world_snap(t->j.c->after),
					     entry, NULL);
	}
	return ret;
}

static int look_at_place(const char *path, const struct snap_entry *entry, void *payload,
			 struct ops_error *err)
{
	struct together *t = payload;
	const struct type *is = config_type_of_path(t->j.config, path);
	bool was = false;
	int ret;

	(void)err;
	if (!rules_bounded(&t->j, path, JUDGE_TREE_MAX))
		return OPS_EREFUSED;
	if (!is || t->own(path, t->payload))
		return 0;
	ret = was_governed(&was, t, path, entry, is);
	if (ret == 0 && !was)
		rules_taken_in(&t->j, path, is);
	return ret;
}

/* Whether some side has documents elsewhere than the merge, in a directory or below. */
static int may_differ(const char *dir, void *payload, struct ops_error *err)
{
	struct together *t = payload;
	const struct config *config;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < t->sides_nr; i++) {
		ret = world_config(&config, t->sides[i], err);
		if (ret == 0 && config_places_differ(config, t->j.config, dir))
			return rules_bounded(&t->j, dir, JUDGE_TREE_MAX) ? 1 : OPS_EREFUSED;
	}
	return ret;
}

static int rules_governed(struct together *t)
{
	int ret;

	t->j.seen = 0;
	ret = snap_walk_some(world_snap(t->j.c->after), "", may_differ, look_at_place, t, NULL);
	return ret && t->j.unbounded ? 0 : ret;
}

int judge_together(struct world *merged, struct world *const *sides, size_t sides_nr,
		   bool (*own)(const char *path, void *payload), void *payload,
		   struct ops_findings *findings, struct ops_error *err)
{
	struct judge_case c = { .after = merged };
	struct together t = { .j = { .c = &c, .findings = findings }, .sides = sides,
			      .sides_nr = sides_nr, .own = own, .payload = payload };
	size_t i;
	int ret = world_config(&t.j.config, merged, err);

	if (ret || !t.j.config->present)
		return ret;
	t.j.arena = world_arena(merged);
	t.agents = map_new(t.j.arena);
	if (!t.agents)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < sides_nr; i++) {
		c.before = sides[i];
		t.j.seen = 0;
		ret = snap_diff(world_snap(c.before), world_snap(merged), look_at, &t, err);
		if (ret && t.j.unbounded)
			ret = 0;
		if (ret == 0 && t.j.changes_nr)
			ret = rules_leased_apart(&t);
	}
	if (ret == 0 && t.roster)
		ret = rules_kept(&t);
	if (ret == 0)
		ret = rules_governed(&t);
	if (ret == OPS_ENOMEM || (ret == 0 && findings_failed(findings)))
		return error_nomem(err);
	return ret ? error_set(err, ret, "the merge could not be judged") : 0;
}
