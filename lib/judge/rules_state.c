/* SPDX-License-Identifier: MIT */
/*
 * What a change does to a document with a life: whether it is a creation, an
 * edit of its text, or a transition, and whether that one is there at all.
 *
 * A hand edit and an act of ops are recognised the same way, by what differs:
 * the message has no say in it.
 */

#include <string.h>

#include "judge/rules.h"
#include "util/path.h"

/* Call `each` for every field that differs; it returns false to stop. */
static bool each_difference(const struct ops_document *before, const struct ops_document *after,
			    bool (*each)(const char *field, void *payload),
			    void *payload)
{
	const struct yaml_node *a = before->doc->header, *b = after->doc->header;
	size_t i;

	for (i = 0; i < b->nr; i++)
		if (!same_field(before, after, b->pairs[i].key->value) &&
		    !each(b->pairs[i].key->value, payload))
			return false;
	for (i = 0; i < a->nr; i++)
		if (!yaml_get(b, a->pairs[i].key->value) &&
		    !same_field(before, after, a->pairs[i].key->value) &&
		    !each(a->pairs[i].key->value, payload))
			return false;
	return true;
}

static bool stop(const char *field, void *payload)
{
	(void)field;
	(void)payload;
	return false;
}

bool judge_same(const struct ops_document *a, const struct ops_document *b)
{
	bool same = a->type == b->type || !strcmp(a->type->name, b->type->name);

	same = same && a->doc && b->doc && same_body(a, b) && same_comments(a, b) &&
	       same_comments(b, a);
	return same && each_difference(a, b, stop, NULL);
}

static const struct set_rule *set_of(const struct transition *tr, const char *field)
{
	size_t i;

	for (i = 0; tr && i < tr->sets_nr; i++)
		if (!strcmp(tr->sets[i].field, field))
			return &tr->sets[i];
	return NULL;
}

struct difference {
	struct judging *j;
	const struct change *change;
	const struct transition *transition;
	size_t guarded;		/* fields that only another transition sets */
	size_t set;		/* fields that this transition sets */
	bool free;		/* some other field differs */
	bool report;
};

static bool count_difference(const char *field, void *payload)
{
	struct difference *d = payload;

	if (!strcmp(field, d->change->type->status))
		return true;
	if (set_of(d->transition, field)) {
		d->set++;
	} else if (type_guards(d->change->type, field)) {
		d->guarded++;
		if (d->report)
			rule_error(d->j, "field.guarded", d->change->after, field,
				   "put it back, and use the command that sets it",
				   "'%s' is not for editing: %s", field,
				   d->transition ? "this act does not set it" :
				   "only an act sets it");
	} else if (!d->transition || !names_have(&d->transition->changes, field)) {
		d->free = true;
	}
	return true;
}

static struct difference differences(struct judging *j, const struct change *change,
				     const struct transition *tr, bool report)
{
	struct difference d = { j, change, tr, 0, 0, false, report };

	each_difference(change->before, change->after, count_difference, &d);
	return d;
}

/* Where a transition leads: a state, or what a field held before. */
static const char *target_of(const struct transition *tr, const struct ops_document *before)
{
	size_t len = strlen(tr->to);
	const char *name;

	if (*tr->to != '{' || len < 3)
		return tr->to;
	name = arena_dup(world_arena(before->world), tr->to + 1, len - 2);
	if (name && !strcmp(name, before->type->status))
		return before->status ? before->status : "";
	name = name ? document_text(before, name) : NULL;
	return name ? name : "";
}

/*
 * The transition that explains the change.  With the status unchanged it must
 * be the one whose fields were set; otherwise the one between the two states,
 * the better fitting if there are several.
 */
static const struct transition *recognise(struct judging *j, struct change *change)
{
	const struct type *t = change->type;
	const char *action = message_trailer(&j->c->parsed, "Ops-Action");
	const struct transition *best = NULL;
	size_t i, best_misfit = (size_t)-1;

	for (i = 0; i < t->transitions_nr; i++) {
		const struct transition *tr = &t->transitions[i];
		struct difference d;
		size_t misfit;

		if (!names_have(&tr->from, change->from) ||
		    strcmp(target_of(tr, change->before), change->to))
			continue;
		d = differences(j, change, tr, false);
		if (!strcmp(change->from, change->to) && d.set == 0)
			continue;
		misfit = 2 * d.guarded +
			 (action && strcmp(action, tr->action) ? 1 : 0);
		if (misfit < best_misfit) {
			best = tr;
			best_misfit = misfit;
		}
	}
	return best;
}

static void rules_initial(struct judging *j, const struct change *change)
{
	const struct type *t = change->type;
	const struct state *initial = type_initial(t);

	if (initial && change->to && strcmp(initial->name, change->to) &&
	    type_state(t, change->to))
		rule_error(j, "doc.initial", change->after, t->status,
			   arena_printf(j->arena, "write Status: %s", initial->name),
			   "a %s begins with status %s, not %s", t->name,
			   initial->name, change->to);
}

/* Where owners may not approve, an owner who could otherwise does not hand the
 * document to another name first. */
static void rules_owner(struct judging *j, const struct change *change)
{
	const struct agent *a = j->c->actor;
	const struct type *t = change->type;
	size_t i;

	if (!a || same_field(change->before, change->after, "Owner"))
		return;
	for (i = 0; i < t->transitions_nr; i++) {
		const struct transition *tr = &t->transitions[i];

		if (!names_have(&tr->not_by, "owner") ||
		    rules_may(j, &tr->by, NULL, NULL) == MAY_NOT)
			continue;
		rule_error(j, "power.own-work", change->after, "Owner",
			   "let somebody change it who cannot approve it",
			   "'%s' may %s what others own, so does not change whose it "
			   "is", a->id, tr->action);
		return;
	}
}

/* Text and free fields: only where the status allows it, and with the power.  What could
 * not be read is mended by who may edit such documents or, if nobody may, make them. */
static int rules_edit(struct judging *j, struct change *change)
{
	const struct names *by = change->before || change->type->edit.nr ?
				 &change->type->edit : &change->type->create;
	const struct state *state = change->from ?
		type_state(change->type, change->from) : NULL;

	change->edited = true;
	if (j->genesis)
		return 0;
	/* Where it lies is no text of it: when the places change, all of them go. */
	if (state && !state->editable &&
	    !(change->kind == CHANGE_MOVED && rules_goes_home(j, change->before, change->after)))
		rule_error(j, "doc.frozen", change->after, NULL,
			   state->final ? "nothing changes after the end" :
			   "bring it to a status in which it may be edited first",
			   "the text of a %s does not change in status %s",
			   change->type->name, change->from);
	rules_need_power(j, NULL, by, change->after, change->before, NULL, "edit it");
	return rules_agreed(j, by, change);
}

/* Who creates a document says so in it: nobody decides about their own work, and
 * this is how it is known whose it is. */
static void rules_creator(struct judging *j, const struct ops_document *d)
{
	const char *by = document_text(d, "Created-By");
	const struct agent *a = j->c->actor;

	if (!a || !type_field(d->type, "Created-By"))
		return;
	if (!by)
		rule_error(j, "field.missing", d, NULL,
			   arena_printf(j->arena, "add 'Created-By: %s' to the header",
					a->id), "'Created-By' is missing");
	else if (strcmp(by, a->id))
		rule_error(j, "field.guarded", d, "Created-By",
			   arena_printf(j->arena, "write %s", a->id),
			   "'Created-By' says '%s' and '%s' creates it", by, a->id);
}

/* What acts set is not there before the first of them. */
static void rules_set_later(struct judging *j, const struct ops_document *d, const char *field)
{
	const struct type *t = d->type;
	const char *first = NULL, *acts = NULL;
	size_t i;

	for (i = 0; i < t->transitions_nr; i++) {
		if (!set_of(&t->transitions[i], field))
			continue;
		first = first ? first : t->transitions[i].action;
		acts = arena_printf(j->arena, "%s, '%s'", acts ? acts : "",
				    t->transitions[i].action);
	}
	if (first)
		rule_error(j, "field.guarded", d, field, "leave it out of a new document",
			   "'%s' is set by %s, not at creation", field,
			   acts ? acts + strlen(", ") : first);
}

/* A new document begins at the beginning. */
static int rules_created(struct judging *j, struct change *change)
{
	struct ops_document *d = change->after;
	const struct type *t = d->type;
	size_t i;

	change->to = d->status;
	if (j->genesis)
		return 0;
	rules_need_power(j, NULL, &t->create, d, d, NULL, "create it");
	rules_initial(j, change);
	for (i = 0; i < t->fields_nr; i++)
		if (!t->fields[i].required && document_text(d, t->fields[i].name))
			rules_set_later(j, d, t->fields[i].name);
	rules_creator(j, d);
	return type_is(t, "packet") ? 0 : rules_agreed(j, &t->create, change);
}

int rules_id_holder(const char **out, struct judging *j, const struct type *type,
		    const char *path)
{
	struct ops_error ignored = { 0 };
	const char *stem, *id;
	const struct type *t;
	size_t i, len = path_stem(path, &stem);
	int ret;

	*out = NULL;
	id = arena_dup(j->arena, stem, len);
	for (i = 0; id && i < j->config->types_nr; i++) {
		t = &j->config->types[i];
		if (t->abstract || type_is(t, "packet") ||
		    (strcmp(t->name, type->name) && !type_passes_gates(t) &&
		     !type_passes_gates(type)))
			continue;
		ret = world_exact_path(out, j->c->before, id, t->name, &ignored);
		if (ret == OPS_ENOMEM || ret == OPS_EIO || ret == 0)
			return ret;
	}
	return id ? rules_same_but_case(out, j, path) : OPS_ENOMEM;
}

static int rules_id(struct judging *j, struct change *change)
{
	const char *path;
	int ret = rules_id_holder(&path, j, change->type, change->after->path);

	if (ret == 0 && path)
		rule_error(j, "doc.id-taken", change->after, NULL,
			   "choose another file name",
			   "the id '%s' is taken by '%s'", change->after->id, path);
	return ret;
}

int rules_state(struct judging *j, struct change *change)
{
	struct difference d;
	bool moved_on;
	int ret;

	if (change->kind == CHANGE_CREATED) {
		ret = rules_created(j, change);
		return ret || j->genesis ? ret : rules_id(j, change);
	}
	change->to = change->after->status;
	if (!change->before) {
		return rules_edit(j, change);	/* it could not be read before */
	}
	change->from = change->before->status;
	if (j->genesis)
		return 0;
	if (change->from && change->to)
		change->transition = recognise(j, change);
	moved_on = change->from && (!change->to || strcmp(change->from, change->to));
	if (moved_on && !change->transition &&
	    (!change->to || type_state(change->type, change->to)))
		rules_no_way(j, change);
	if (!change->from)
		rules_initial(j, change);
	d = differences(j, change, change->transition, true);
	rules_owner(j, change);
	/* Whatever differs and is no act is an edit, be it a comment only. */
	change->edited = d.free || !same_body(change->before, change->after) ||
			 !same_comments(change->before, change->after) ||
			 (!change->transition && !moved_on && !d.guarded);
	if (change->edited && !(change->transition && change->transition->edits)) {
		ret = rules_edit(j, change);
		if (ret)
			return ret;
	}
	return change->transition ? rules_transition(j, change) : 0;
}
