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

static bool same_node(const struct yaml_node *a, const struct yaml_node *b)
{
	size_t i;

	/* Absent and empty are one. */
	if (a && a->kind == YAML_SCALAR && !a->len)
		a = NULL;
	if (b && b->kind == YAML_SCALAR && !b->len)
		b = NULL;
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->nr != b->nr)
		return false;
	if (a->kind == YAML_SCALAR)
		return a->len == b->len && !memcmp(a->value, b->value, a->len);
	for (i = 0; i < a->nr; i++)
		if (a->kind == YAML_LIST ? !same_node(a->items[i], b->items[i]) :
		    (!same_node(a->pairs[i].key, b->pairs[i].key) ||
		     !same_node(a->pairs[i].value, b->pairs[i].value)))
			return false;
	return true;
}

bool same_field(const struct ops_document *a, const struct ops_document *b,
		const char *field)
{
	return same_node(doc_field(a->doc, field), doc_field(b->doc, field));
}

bool same_body(const struct ops_document *a, const struct ops_document *b)
{
	const struct doc *x = a->doc, *y = b->doc;

	return x->len - x->body_at == y->len - y->body_at &&
	       !memcmp(x->text + x->body_at, y->text + y->body_at,
		       x->len - x->body_at);
}

/* Call `each` for every field that differs; it returns false to stop. */
static bool each_difference(const struct change *c,
			    bool (*each)(const char *field, void *payload),
			    void *payload)
{
	const struct yaml_node *a = c->before->doc->header;
	const struct yaml_node *b = c->after->doc->header;
	size_t i;

	for (i = 0; i < b->nr; i++)
		if (!same_field(c->before, c->after, b->pairs[i].key->value) &&
		    !each(b->pairs[i].key->value, payload))
			return false;
	for (i = 0; i < a->nr; i++)
		if (!yaml_get(b, a->pairs[i].key->value) &&
		    !same_field(c->before, c->after, a->pairs[i].key->value) &&
		    !each(a->pairs[i].key->value, payload))
			return false;
	return true;
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

	if (!strcmp(field, "Status"))
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
	} else {
		d->free = true;
	}
	return true;
}

static struct difference differences(struct judging *j, const struct change *change,
				     const struct transition *tr, bool report)
{
	struct difference d = { j, change, tr, 0, 0, false, report };

	each_difference(change, count_difference, &d);
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

static void no_such_transition(struct judging *j, const struct change *change)
{
	const struct type *t = change->type;
	struct names ways = { NULL, 0 };
	size_t i;

	for (i = 0; i < t->transitions_nr; i++)
		if (names_have(&t->transitions[i].from, change->from) &&
		    !names_have(&ways, t->transitions[i].action))
			names_add(&ways, j->arena, t->transitions[i].action);
	rule_error(j, type_is(t, "task") ? "task.transition" : "doc.transition",
		   change->after, "Status", ways.nr ?
		   arena_printf(j->arena, "from %s: %s", change->from,
				names_text(&ways, j->arena, ", ")) :
		   "nothing leads out of this status",
		   "no transition leads from %s to %s", change->from, change->to);
}

/* Text and free fields: only where the status allows it, and with the power. */
static void rules_edit(struct judging *j, struct change *change)
{
	const struct state *state = change->from ?
		type_state(change->type, change->from) : NULL;

	if (j->genesis)
		return;
	if (state && !state->editable)
		rule_error(j, "doc.frozen", change->after, NULL,
			   state->final ? "nothing changes after the end" :
			   "bring it to a status in which it may be edited first",
			   "the text of a %s does not change in status %s",
			   change->type->name, change->from);
	rules_need_power(j, NULL, &change->type->edit, change->after, change->before,
			 NULL, "edit it");
}

/* A new document begins at the beginning. */
static int rules_created(struct judging *j, struct change *change)
{
	struct ops_document *d = change->after;
	const struct state *initial = type_initial(d->type);
	const struct type *t = d->type;
	const char *by = document_text(d, "Created-By");
	size_t i, k;

	change->to = d->status;
	if (j->genesis)
		return 0;
	rules_need_power(j, NULL, &t->create, d, d, NULL, "create it");
	if (initial && d->status && strcmp(initial->name, d->status) &&
	    type_state(t, d->status))
		rule_error(j, "doc.initial", d, "Status",
			   arena_printf(j->arena, "write Status: %s", initial->name),
			   "a new %s has status %s, not %s", t->name, initial->name,
			   d->status);
	for (i = 0; i < t->transitions_nr; i++)
		for (k = 0; k < t->transitions[i].sets_nr; k++) {
			const char *field = t->transitions[i].sets[k].field;
			const struct field *f = type_field(t, field);

			if (f && !f->required && document_text(d, field))
				rule_error(j, "field.guarded", d, field,
					   "leave it out of a new document",
					   "'%s' is set by '%s', not at creation",
					   field, t->transitions[i].action);
		}
	if (by && j->c->actor && type_field(t, "Created-By") &&
	    strcmp(by, j->c->actor->id))
		rule_error(j, "field.guarded", d, "Created-By",
			   arena_printf(j->arena, "write %s", j->c->actor->id),
			   "'Created-By' says '%s' and '%s' creates it", by,
			   j->c->actor->id);
	return 0;
}

/* An id is used once, over active and archived documents. */
static int rules_id(struct judging *j, struct change *change)
{
	struct ops_error ignored = { 0 };
	const char *path;
	int ret = world_exact_path(&path, j->c->before, change->after->id,
				   change->type->name, &ignored);

	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return ret;
	if (ret == 0)
		rule_error(j, "doc.id-taken", change->after, NULL,
			   "choose another file name",
			   "the id '%s' is taken by '%s'", change->after->id, path);
	return 0;
}

int rules_state(struct judging *j, struct change *change)
{
	struct difference d;
	int ret;

	if (change->kind == CHANGE_CREATED) {
		ret = rules_created(j, change);
		return ret || j->genesis ? ret : rules_id(j, change);
	}
	change->to = change->after->status;
	if (!change->before) {
		/* It could not be read before: mending it needs the power to edit. */
		rules_edit(j, change);
		return 0;
	}
	change->from = change->before->status;
	if (j->genesis)
		return 0;
	if (change->from && change->to) {
		change->transition = recognise(j, change);
		if (!change->transition && strcmp(change->from, change->to) &&
		    type_state(change->type, change->to))
			no_such_transition(j, change);
	}
	d = differences(j, change, change->transition, true);
	if ((d.free || !same_body(change->before, change->after) ||
	     (change->kind == CHANGE_MOVED && !change->transition)) &&
	    !(change->transition && change->transition->edits))
		rules_edit(j, change);
	return change->transition ? rules_transition(j, change) : 0;
}
