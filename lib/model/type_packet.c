/* SPDX-License-Identifier: MIT */
/*
 * Reading what a type says about sections, and what a kind of packet says about
 * those who may write it, what it waits for and what it blocks.
 *
 * Names of kinds are only read here; config.c knows which there are.
 */

#include <string.h>

#include "model/config.h"
#include "util/path.h"

void type_read_when(struct conf_reader *r, struct field_case **out, size_t *nr,
		    const struct conf *when, const char *key)
{
	struct field_case *list;
	size_t i;

	if (when && when->kind != YAML_MAP)
		conf_wrong(r, when, "write {FIELD: [VALUES]}", "'%s' must be a mapping",
			   key);
	if (!when || when->kind != YAML_MAP)
		return;
	list = arena_array(r->arena, conf_count(when) + 1, sizeof(*list));
	if (!list) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(when); i++) {
		list[i].field = conf_at(when, i)->key;
		conf_names(r, when, list[i].field, &list[i].values);
	}
	*out = list;
	*nr = conf_count(when);
}

void type_read_sections(struct conf_reader *r, struct type *t, const struct conf *c)
{
	const struct conf *by = conf_get(c, "sections-by");
	size_t i;

	conf_names(r, c, "sections", &t->sections);
	if (!by)
		return;
	conf_text(r, by, "field", &t->sections_by);
	if (!t->sections_by) {
		conf_wrong(r, by, "add field: NAME",
			   "'sections-by' must be a mapping with a 'field'");
		return;
	}
	t->cases = arena_array(r->arena, conf_count(by) + 1, sizeof(*t->cases));
	if (!t->cases) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(by); i++) {
		const struct conf_entry *e = conf_at(by, i);

		if (!strcmp(e->key, "field"))
			continue;
		t->cases[t->cases_nr].value = e->key;
		conf_names(r, by, e->key, &t->cases[t->cases_nr++].sections);
	}
}

/* {SECTION: NUMBER}, for a value of a field or always. */
static void read_items(struct conf_reader *r, struct packet_rules *p,
		       const struct conf *map, const char *field, const char *value)
{
	size_t i, nr = p->items_nr;
	struct item_rule *list;

	if (map->kind != YAML_MAP) {
		conf_wrong(r, map, "write {SECTION: NUMBER}",
			   "numbers of items must be a mapping");
		return;
	}
	list = arena_array(r->arena, nr + conf_count(map) + 1, sizeof(*list));
	if (!list) {
		r->failed = true;
		return;
	}
	if (nr)
		memcpy(list, p->items, nr * sizeof(*list));
	for (i = 0; i < conf_count(map); i++) {
		double least = 0;
		bool present = false;

		conf_number(r, map, conf_at(map, i)->key, &least, &present);
		if (present && (least < 1 || least > 1000))
			conf_wrong(r, conf_at(map, i)->value, NULL,
				   "a number of items is from 1 to 1000");
		list[nr].section = conf_at(map, i)->key;
		list[nr].field = field;
		list[nr].value = value;
		list[nr++].least = present && least >= 1 && least <= 1000 ?
				   (size_t)least : 0;
	}
	p->items = list;
	p->items_nr = nr;
}

static void read_items_by(struct conf_reader *r, struct packet_rules *p,
			  const struct conf *by)
{
	const char *field = NULL;
	size_t i;

	conf_text(r, by, "field", &field);
	if (!field) {
		conf_wrong(r, by, "add field: NAME",
			   "'items-by' must be a mapping with a 'field'");
		return;
	}
	for (i = 0; i < conf_count(by); i++)
		if (strcmp(conf_at(by, i)->key, "field"))
			read_items(r, p, conf_at(by, i)->value, field,
				   conf_at(by, i)->key);
}

void type_read_packet(struct conf_reader *r, struct type *t, const struct conf *c)
{
	struct packet_rules *p = &t->packet;
	const struct conf *items = conf_get(c, "items"), *by = conf_get(c, "items-by");
	const struct conf *blocks = conf_get(c, "blocks");

	conf_names(r, c, "not-by", &p->not_by);
	conf_names(r, c, "after", &p->after);
	conf_names(r, c, "until", &p->until);
	conf_names(r, c, "checks", &p->checks);
	conf_flag(r, c, "once", &p->once);
	conf_flag(r, c, "part", &p->part);
	conf_text(r, c, "heading", &p->heading);
	if (items)
		read_items(r, p, items, NULL, NULL);
	if (by)
		read_items_by(r, p, by);
	if (!blocks || !conf_keys(r, blocks, "'blocks'", "actions when"))
		return;
	conf_names(r, blocks, "actions", &p->blocks);
	type_read_when(r, &p->when, &p->when_nr, conf_get(blocks, "when"), "when");
	if (!p->until.nr)
		conf_wrong(r, blocks, "add until: [KIND]",
			   "'%s' blocks and nothing can answer it", t->name);
}

static void check_kinds(struct conf_reader *r, const struct config *c,
			const struct type *t, const struct names *kinds, const char *what)
{
	const struct type *kind;
	size_t i;

	for (i = 0; i < kinds->nr; i++) {
		kind = config_type(c, kinds->list[i]);
		if (!kind || !kind->base || !kind->base->abstract)
			conf_wrong(r, t->at, NULL, "'%s' in '%s' of '%s' is no kind of "
				   "packet", kinds->list[i], what, t->name);
	}
}

/* "commit" is what git does for a task that its message names. */
static bool is_action(const struct config *c, const char *name)
{
	return !strcmp(name, "commit") || config_has_action(c, name);
}

void config_check_actions(struct conf_reader *r, const struct config *c,
			  const struct names *actions, const struct conf *at,
			  const char *whose, const char *verb)
{
	size_t i;

	for (i = 0; i < actions->nr; i++)
		if (!is_action(c, actions->list[i]))
			conf_wrong(r, at, NULL, "'%s' %s '%s', which is the action "
				   "of no transition", whose, verb, actions->list[i]);
}

void config_check_packet(struct conf_reader *r, const struct config *c,
			 const struct type *t)
{
	const struct packet_rules *p = &t->packet;
	size_t i;

	check_kinds(r, c, t, &p->after, "after");
	check_kinds(r, c, t, &p->until, "until");
	for (i = 0; i < t->fields_nr; i++)
		if (t->fields[i].kind == FIELD_PACKET)
			check_kinds(r, c, t, &t->fields[i].values, t->fields[i].name);
	if (p->once && !type_field(t, "Answers"))
		conf_wrong(r, t->at, "add a field Answers of kind packet",
			   "'%s' comes once, and answers nothing", t->name);
	config_check_actions(r, c, &p->blocks, t->at, t->name, "blocks");
	for (i = 0; i < p->not_by.nr; i++)
		if (!conf_word("contributor asker", p->not_by.list[i]))
			conf_wrong(r, t->at, "use contributor, asker",
				   "'%s' in 'not-by' of '%s' is not known",
				   p->not_by.list[i], t->name);
	for (i = 0; i < p->checks.nr; i++)
		if (!conf_word("ratio handoff conflict going-on", p->checks.list[i]))
			conf_wrong(r, t->at, NULL, "'%s' asks for check '%s', which does "
				   "not exist", t->name, p->checks.list[i]);
}

static void read_results(struct conf_reader *r, struct config *c, const struct conf *map)
{
	double ratio = 0;
	bool present = false;

	if (!map || !conf_keys(r, map, "'results'", "ratio"))
		return;
	conf_number(r, map, "ratio", &ratio, &present);
	if (!present || ratio < 1 || ratio > 100 || ratio != (unsigned)ratio)
		conf_wrong(r, map, "write ratio: 80", "'ratio' is a whole number from 1 to 100");
	else
		c->ratio = (unsigned)ratio;
}

static void read_handoff(struct conf_reader *r, struct config *c, const struct conf *map)
{
	const char *limit = NULL;
	int64_t seconds;
	size_t i;

	if (!map || !conf_keys(r, map, "'handoff'", "limit decisions patterns references"))
		return;
	conf_text(r, map, "decisions", &c->decisions);
	conf_text(r, map, "patterns", &c->patterns);
	if (path_fault(c->decisions))
		conf_wrong(r, conf_get(map, "decisions"), NULL, "path '%s' %s", c->decisions,
			   path_fault(c->decisions));
	if (path_fault(c->patterns))
		conf_wrong(r, conf_get(map, "patterns"), NULL, "path '%s' %s", c->patterns,
			   path_fault(c->patterns));
	conf_names(r, map, "references", &c->references);
	for (i = 0; i < c->references.nr; i++)
		if (path_fault(c->references.list[i]))
			conf_wrong(r, conf_get(map, "references"), NULL, "path '%s' %s",
				   c->references.list[i], path_fault(c->references.list[i]));
	conf_text(r, map, "limit", &limit);
	if (!limit || !duration_parse(&seconds, limit) || seconds < 1 ||
	    seconds > 366 * 86400)
		conf_wrong(r, map, "write for example limit: 3600s",
			   "'limit' is a time from a second to a year");
	else
		c->handoff_limit = (unsigned)seconds;
}

void config_read_packets(struct conf_reader *r, struct config *c)
{
	read_results(r, c, conf_get(c->root, "results"));
	read_handoff(r, c, conf_get(c->root, "handoff"));
}
