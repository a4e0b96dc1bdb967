/* SPDX-License-Identifier: MIT */
/*
 * Slips of who wrote a document, which would be kept in silence: names that are nearly those
 * of its type, since it may have fields and sections of its own; and what looks like a path
 * in its scope and is none, since any code may stand there.
 *
 * Never refuses, and says nothing of what was committed long ago: only a check of documents
 * asks, and a command about what it writes.
 */
#include "judge/rules.h"

#include <string.h>

#include "model/scope.h"
#include "text/place.h"
#include "util/near.h"
#include "util/utf8.h"

/* Nearer than a guess about a whole path has to be: one slip, in a long name two. */
static struct near_best slip_of(const char *name)
{
	struct near_best best = { name, NULL, strlen(name) < 8 ? 2 : 3, 0, 0 };

	return best;
}

static void say(struct judging *j, const struct ops_document *d, const char *rule,
		unsigned line, unsigned column, const char *what, const struct near_best *best)
{
	if (best->name)
		findings_add(j->findings, rule, OPS_WARNING, d->path, line, column,
			     arena_printf(j->arena, "if that was meant, call it '%s'", best->name),
			     "the %s '%s' means nothing here, and is nearly '%s'", what,
			     best->wanted, best->name);
}

static void near_fields(struct judging *j, const struct ops_document *d)
{
	const struct yaml_node *header = d->doc->header;
	size_t i, k;

	for (i = 0; header && header->kind == YAML_MAP && i < header->nr; i++) {
		const struct yaml_node *key = header->pairs[i].key;
		struct near_best best = slip_of(key->value);

		if (strlen(key->value) < 4 || type_field(d->type, key->value))
			continue;
		for (k = 0; k < d->type->fields_nr; k++)
			near_try(&best, d->type->fields[k].name);
		say(j, d, "field.near", key->start.line, key->start.column, "field", &best);
	}
}

static bool try_all(struct near_best *best, const struct names *names)
{
	size_t i;

	for (i = 0; i < names->nr; i++) {
		near_try(best, names->list[i]);
		if (best->distance == 0)
			return true;
	}
	return false;
}

/* Whether a title is that of a section that something asks for; else what it is near to. */
static bool is_known(struct near_best *best, const struct judging *j, const struct type *t)
{
	size_t i;

	if (try_all(best, &t->titles))
		return true;
	for (i = 0; type_passes_gates(t) && i < j->config->gates_nr; i++)
		if (try_all(best, &j->config->gates[i].subject_sections))
			return true;
	return false;
}

/* Titles of words alone: what is set around them is no slip. */
static bool is_words(const char *title)
{
	size_t len = 0;

	while (ascii_letter(title[len]) || title[len] == ' ' || title[len] == '-')
		len++;
	return len >= 4 && !title[len];
}

static int near_sections(struct judging *j, const struct ops_document *d)
{
	const struct sections *sections = doc_sections(d->doc);
	size_t i;

	for (i = 0; sections && i < sections->nr; i++) {
		const struct section *one = &sections->list[i];
		struct near_best best;

		if (one->level != 2 || !is_words(one->title))
			continue;
		best = slip_of(one->title);
		if (!is_known(&best, j, d->type))
			say(j, d, "section.near", one->line, 1, "section", &best);
	}
	return sections ? 0 : OPS_ENOMEM;
}

/* What ended is not mended any more. */
static bool is_over(const struct ops_document *d)
{
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;

	return state && state->final;
}

static int near_paths(struct judging *j, struct ops_document *d)
{
	const struct scope_fault *list;
	struct place_walk places;
	unsigned line, column;
	size_t i, nr;

	if (!type_is(d->type, "task") || is_over(d))
		return 0;
	if (scope_faults(&list, &nr, j->arena, j->config, d))
		return OPS_ENOMEM;
	place_begin(&places, d->doc->text, d->doc->body_at, d->doc->body_line);
	for (i = 0; i < nr; i++) {
		const struct scope_fault *f = &list[i];

		place_at(&places, f->at, &line, &column);
		findings_add(j->findings, "scope.pattern", OPS_WARNING, d->path, line, column,
			     f->instead ? arena_printf(j->arena, "if it is a path, write '%s'",
						       f->instead) :
			     "write it from the top of the repository, or as no code",
			     "'%s' %s, so nothing is in the scope by it", f->span, f->why);
	}
	return 0;
}

int rules_near(struct judging *j, struct ops_document *d, const struct change *change)
{
	int ret = 0;

	if (type_is(d->type, "packet") ||
	    (change && !(j->c->drafted && (change->kind == CHANGE_CREATED || change->edited))))
		return 0;
	near_fields(j, d);
	if (type_needs_sections(d->type))
		ret = near_sections(j, d);
	return ret ? ret : near_paths(j, d);
}
