/* SPDX-License-Identifier: MIT */
/*
 * Rules for a document by itself: its fields and sections.
 * Asks nothing about who changed it or how it came to be.
 */

#include <string.h>

#include "judge/rules.h"

/* Why a field must have a value now, as the end of a sentence; NULL: it need not. */
static const char *required_by(struct judging *j, const struct field *f,
			       const struct ops_document *d)
{
	const char *text;
	size_t i;

	if (f->required)
		return "";
	if (d->status && names_have(&f->required_in, d->status))
		return arena_printf(j->arena, " and required in status %s", d->status);
	for (i = 0; i < f->when_nr; i++) {
		text = document_text(d, f->when[i].field);
		if (text && names_have(&f->when[i].values, text))
			return arena_printf(j->arena, " and required by '%s: %s'",
					    f->when[i].field, text);
	}
	return NULL;
}

/* What a value of a field with a path refers to. */
static const char *referred(struct judging *j, const struct field *f, const char *name)
{
	const char *hole = f->path ? strstr(f->path, "{}") : NULL;

	return hole ? arena_printf(j->arena, "%.*s%s%s", (int)(hole - f->path), f->path,
				   name, hole + 2) : name;
}

static int exists(struct judging *j, const struct ops_document *d,
		  const struct field *f, const char *name)
{
	struct ops_error ignored = { 0 };
	const char *path, *target = referred(j, f, name);
	int ret = !target ? OPS_ENOMEM :
		  world_exact_path(&path, d->world, target, f->type, &ignored);

	if (ret == OPS_ENOTFOUND && type_lets_lack(d->type, target))
		return 0;
	if (ret == OPS_ENOTFOUND || ret == OPS_EAMBIGUOUS || ret == OPS_EUSAGE) {
		rule_error(j, "field.reference", d, f->name, NULL, "'%s': %s",
			   f->name, ignored.message);
		ret = 0;
	}
	return ret;
}

/* What a value names must be there: documents, agents, roles, gates. */
static int rules_named(struct judging *j, const struct ops_document *d,
		       const struct field *f, enum field_kind kind, const char *text)
{
	const struct config *config;
	const struct roster *roster;
	int ret = world_config(&config, d->world, NULL);

	if (ret)
		return ret;
	if (kind == FIELD_REFERENCE)
		return exists(j, d, f, text);
	if (kind == FIELD_ROLE && !config_role_named(config, text))
		rule_error(j, "field.reference", d, f->name, "ops config roles",
			   "'%s': role '%s' is not configured", f->name, text);
	if (kind == FIELD_DEPARTMENT && !config_department(config, text))
		rule_error(j, "field.reference", d, f->name, "ops config departments",
			   "'%s': department '%s' is not configured", f->name, text);
	if (kind == FIELD_GATE && !config_gate(config, text))
		rule_error(j, "field.reference", d, f->name, "ops config gates",
			   "'%s': gate '%s' is not configured", f->name, text);
	if ((kind == FIELD_AGENT || kind == FIELD_ACTOR) && strcmp(text, "none") &&
	    !type_is(d->type, "agent")) {
		ret = world_roster(&roster, d->world, NULL);
		if (ret == 0 && !roster_agent_named(roster, text))
			rule_error(j, "field.reference", d, f->name,
				   "ops list --type agent",
				   "'%s': '%s' is not in the roster", f->name, text);
	}
	return ret;
}

static int rules_value(struct judging *j, const struct ops_document *d,
		       const struct field *f, const struct yaml_node *value)
{
	struct names items = { NULL, 0 };
	const char *fault, *remedy = NULL;
	size_t i;
	int ret = 0;

	if (doc_is_placeholder(value) && f->kind != FIELD_LIST &&
	    f->kind != FIELD_MAP && f->kind != FIELD_ANY) {
		rule_error(j, "doc.placeholder", d, f->name, "write the value itself",
			   "'%s' is an unfilled placeholder", f->name);
		return 0;
	}
	fault = field_fault(j->arena, d->type, f, value);
	if (fault) {
		/* One value in place of a list is most often its only item. */
		if (f->kind == FIELD_LIST && value->kind == YAML_SCALAR && !f->separator)
			remedy = arena_printf(j->arena, "write a list: %s: [...], or '- ' and a "
					      "line for each", f->name);
		rule_error(j, "field.value", d, f->name, remedy, "'%s'%s%s%s %s", f->name,
			   value->kind == YAML_SCALAR && value->len ? " is '" : "",
			   value->kind == YAML_SCALAR ? value->value : "",
			   value->kind == YAML_SCALAR && value->len ? "', which" : "",
			   fault);
		return 0;
	}
	if (value->kind == YAML_SCALAR && value->len && f->kind != FIELD_LIST)
		ret = rules_named(j, d, f, f->kind, value->value);
	if (f->kind == FIELD_LIST)
		ret = field_items(&items, j->arena, f, value);
	for (i = 0; ret == 0 && i < items.nr; i++)
		ret = rules_named(j, d, f, f->of, items.list[i]);
	return ret;
}

/* A scalar with nothing in it but blanks says nothing. */
static bool is_blank(const struct yaml_node *value)
{
	return value->kind == YAML_SCALAR &&
	       strspn(value->value, " \t\n") == value->len;
}

/* Whether the command that records a kind has a reason, which is that part; others have words. */
static bool has_reason(const struct type *kind, const char *part)
{
	static const char *const with[] = {
		"arbitration", "flag", "freeze", "handoff", "handoff-cancellation",
		"handoff-extension", "handoff-rejection", "path-review", "resume",
	};
	size_t i;

	if (strcmp(part, "Reason") || type_field(kind, "Gate"))
		return !strcmp(part, "Reason") ||
		       (!strcmp(part, "Notes") && !strcmp(kind->name, "checkpoint"));
	for (i = 0; i < sizeof(with) / sizeof(*with); i++)
		if (!strcmp(with[i], kind->name))
			return true;
	return false;
}

/* How a command is told a part of what it drafts, which no editor can mend: a reason, an option,
 * or a word; of what is there, how it is edited.  NULL: it is no draft, or one of files. */
static const char *tell(struct judging *j, const struct ops_document *d, const char *name,
			bool section)
{
	bool packet = type_is(d->type, "packet");

	if (j->genesis || !j->change || j->change->after != d || !j->c->drafted)
		return NULL;
	if (j->change->kind != CHANGE_CREATED)
		return arena_printf(j->arena, "ops edit %s %s '%s=…'", d->id,
				    section ? "-s" : "-f", name);
	if (packet && section && has_reason(d->type, name))
		return "-m 'TEXT'";
	if (!strcmp(d->type->name, "session") || (packet && !type_field(d->type, "Gate")))
		return arena_printf(j->arena, "'%s=…'", name);
	return arena_printf(j->arena, "%s '%s=…'", section ? "-s" : "-f", name);
}

static int rules_fields(struct judging *j, const struct ops_document *d)
{
	const struct yaml_node *value;
	const char *why, *remedy;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < d->type->fields_nr; i++) {
		const struct field *f = &d->type->fields[i];

		value = doc_field(d->doc, f->name);
		if (value && !is_blank(value)) {
			ret = rules_value(j, d, f, value);
			continue;
		}
		why = required_by(j, f, d);
		remedy = NULL;
		if (why && !(j->change && j->change->kind == CHANGE_CREATED))
			remedy = rules_setters(j, d->type, f->name);
		/* Commands that answer a packet know which one, unless there is none. */
		if (why && !remedy && f->kind == FIELD_PACKET && document_text(d, "About"))
			remedy = arena_printf(j->arena, "ops packet list %s shows what there is",
					      document_text(d, "About"));
		if (why && !remedy)
			remedy = tell(j, d, f->name, false);
		if (why && !remedy)
			remedy = arena_printf(j->arena, "add '%s: …' to the header",
					      f->name);
		if (why)
			rule_error(j, "field.missing", d, value ? f->name : NULL,
				   remedy,
				   "'%s' is missing%s", f->name, why);
	}
	return ret;
}

int rules_section(struct judging *j, const char *rule, struct ops_document *d,
		  const char *name, const char *whose)
{
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one;
	const char *remedy;

	if (!sections)
		return OPS_ENOMEM;
	one = section_find(sections, name);
	if (one && !section_is_empty(sections, one))
		return 0;
	remedy = tell(j, d, name, true);
	if (!remedy)
		remedy = arena_printf(j->arena, one ? "fill the section '%s'" :
				      "add a section '## %s'", name);
	findings_add(j->findings, rule, OPS_ERROR, d->path,
		     one ? one->line : d->doc->body_line, 1, remedy,
		     "'%s' is %s%s%s", name, one ? "empty" : "missing",
		     whose ? ", and required by " : "", whose ? whose : "");
	return 0;
}

static int rules_sections(struct judging *j, struct ops_document *d)
{
	const struct type *t = d->type;
	const char *value;
	size_t i, k;
	int ret = 0;

	for (i = 0; ret == 0 && i < t->sections.nr; i++)
		ret = rules_section(j, "section.missing", d, t->sections.list[i], NULL);
	value = t->sections_by ? document_text(d, t->sections_by) : NULL;
	for (i = 0; value && i < t->cases_nr; i++)
		for (k = 0; ret == 0 && !strcmp(t->cases[i].value, value) &&
		     k < t->cases[i].sections.nr; k++)
			ret = rules_section(j, "section.missing", d,
					    t->cases[i].sections.list[k], value);
	return ret;
}

/* The next section of that title that does not lie deeper than `one`. */
static const struct section *next_of(const struct sections *sections,
				     const struct section *one, const char *name)
{
	struct sections rest = *sections;
	const struct section *next = one;

	do {
		rest.list = (struct section *)(size_t)next + 1;
		rest.nr = sections->nr - (size_t)(rest.list - sections->list);
		next = section_find(&rest, name);
	} while (next && next->level > one->level);
	return next;
}

/*
 * A section that a gate decides about stands once: of two with one title rules
 * see the first, and people read both.
 */
static int rules_sections_once(struct judging *j, struct ops_document *d)
{
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one;
	const struct names *names;
	size_t i, k;

	if (!sections)
		return OPS_ENOMEM;
	for (i = 0; i < j->config->gates_nr; i++) {
		names = &j->config->gates[i].subject_sections;
		for (k = 0; k < names->nr; k++) {
			one = section_find(sections, names->list[k]);
			one = one ? next_of(sections, one, names->list[k]) : NULL;
			if (one)
				findings_add(j->findings, "section.duplicate", OPS_ERROR,
					     d->path, one->line, 1,
					     "make them one section, or rename this one",
					     "there is a section '%s' above", names->list[k]);
		}
	}
	return 0;
}

/* Marks of a merge in the header are seen by its reader. */
static void rules_conflict(struct judging *j, const struct ops_document *d)
{
	unsigned line = doc_conflict(d->doc);

	if (line)
		findings_add(j->findings, "doc.conflict", OPS_ERROR, d->path, line, 1,
			     "ops resolve asks which of both is right",
			     "a merge left two versions here");
}

int rules_document(struct judging *j, struct ops_document *d)
{
	int ret;

	rules_place(j, d);
	rules_conflict(j, d);
	ret = rules_fields(j, d);
	if (ret == 0)
		ret = rules_sections(j, d);
	if (ret == 0 && d->type->packet.items_nr)
		ret = rules_items(j, d);
	if (ret == 0 && type_passes_gates(d->type))
		ret = rules_sections_once(j, d);
	return ret;
}
