/* SPDX-License-Identifier: MIT */
/*
 * What the definition of a kind of packet asks for: what it answers was recorded
 * before, by somebody else where it must be; paths within the scope; enough items;
 * and what open packets block.
 *
 * Knows no kind by its name.  What a packet rests on must be in the world before:
 * one commit cannot both ask and answer.
 */

#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"
#include "model/packet.h"
#include "store/past.h"
#include "util/path.h"

static void rules_refers(struct judging *j, const struct ops_document *d,
			 const struct packets *earlier)
{
	const struct ops_document *p;
	const struct field *f;
	const char *id;
	size_t i;

	for (i = 0; i < d->type->fields_nr; i++) {
		f = &d->type->fields[i];
		id = f->kind == FIELD_PACKET ? document_text(d, f->name) : NULL;
		p = packet_with_id(earlier, id);
		if (id && (!p || !names_have(&f->values, p->type->name)))
			rule_error(j, "packet.reference", d, f->name,
				   arena_printf(j->arena, "record it first; ops packet list "
						"%s shows what there is",
						document_text(d, "About")),
				   "'%s' names '%s', which is no %s that was recorded "
				   "about this before", f->name, id,
				   names_text(&f->values, j->arena, " or "));
	}
}

/* The commits that it names are of the history it is recorded on. */
static int rules_commits(struct judging *j, const struct ops_document *d)
{
	const struct past *past = snap_past(world_snap(j->c->before));
	struct ops_error fault = { 0 };
	const char *text;
	struct oid id;
	bool has;
	size_t i;
	int ret;

	for (i = 0; past && i < d->type->fields_nr; i++) {
		text = d->type->fields[i].kind == FIELD_COMMIT ?
		       document_text(d, d->type->fields[i].name) : NULL;
		if (!text || !oid_parse(&id, text))
			continue;
		ret = past->has(&has, past, &id, &fault);
		if (ret && ret != OPS_ENOTFOUND)
			return ret;
		if (ret == 0 && !has)
			rule_error(j, "packet.commit", d, d->type->fields[i].name,
				   "leave it to ops, which fills it in",
				   "'%s' names '%.10s', which is no commit of this history",
				   d->type->fields[i].name, text);
	}
	return 0;
}

/* What it answers has been answered by these kinds already. */
static void rules_after(struct judging *j, const struct ops_document *d,
			const struct packets *earlier)
{
	const struct ops_document *asked = packet_with_id(earlier, document_text(d, "Answers"));
	const struct names *after = &d->type->packet.after;
	struct names kind = { NULL, 1 };
	size_t i;

	for (i = 0; asked && i < after->nr; i++) {
		kind.list = &after->list[i];
		if (!packet_answer(earlier, asked, &kind))
			rule_error(j, "packet.order", d, "Answers",
				   arena_printf(j->arena, "ops packet new %s %s",
						after->list[i], document_text(d, "About")),
				   "'%s' needs its %s first", asked->id, after->list[i]);
	}
}

static int rules_not_by(struct judging *j, struct ops_document *d,
			struct ops_document *about, const struct packets *earlier)
{
	const struct ops_document *asked = packet_with_id(earlier, document_text(d, "Answers"));
	const struct names *not_by = &d->type->packet.not_by;
	const char *from = asked ? document_text(asked, "From") : NULL;
	const struct agent *a = j->c->actor, *other;
	const char *how = NULL;
	int ret;

	if (!a)
		return 0;
	other = from ? roster_agent_named(j->roster, from) : NULL;
	if (names_have(not_by, "contributor")) {
		ret = gate_contributor(&how, about, j->c->before, j->roster, a,
				       j->findings, NULL);
		if (ret)
			return ret;
	}
	if (names_have(not_by, "asker") && other && other->principal == a->principal)
		how = "wrote what it answers";
	if (how)
		rule_error(j, "power.own-work", d, "From", "let somebody else write it",
			   "'%s' may not record this %s: '%s' %s", a->id, d->type->name,
			   a->id, how);
	return 0;
}

/* Whether a path is one that the patterns of a section of `about` name. */
static int is_within(bool *out, struct judging *j, struct ops_document *about,
		     const char *section, const char *path)
{
	const struct sections *sections = doc_sections(about->doc);
	const struct section *one;
	const char *const *spans;
	size_t i, nr = 0;

	*out = false;
	if (!sections)
		return OPS_ENOMEM;
	one = section_find(sections, section);
	if (one && section_code_spans(&spans, &nr, j->arena, sections, one))
		return OPS_ENOMEM;
	for (i = 0; i < nr && !*out; i++)
		*out = !path_pattern_fault(spans[i]) && path_match(spans[i], path);
	return 0;
}

static int rules_within(struct judging *j, const struct ops_document *d,
			struct ops_document *about)
{
	const struct field *f;
	const char *const *list;
	size_t i, k, nr;
	bool within;
	int ret;

	for (i = 0; i < d->type->fields_nr; i++) {
		f = &d->type->fields[i];
		if (!f->within)
			continue;
		if (document_list(&list, &nr, d, f->name))
			return OPS_ENOMEM;
		for (k = 0; k < nr; k++) {
			ret = is_within(&within, j, about, f->within, list[k]);
			if (ret)
				return ret;
			if (!within)
				rule_error(j, "packet.drift", d, f->name,
					   "leave it alone, or have the task changed first",
					   "'%s' is not within %s of '%s'", list[k],
					   f->within, about->id);
		}
	}
	return 0;
}

int rules_items(struct judging *j, struct ops_document *d)
{
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one;
	const char *const *items;
	size_t i, nr;

	if (!sections)
		return OPS_ENOMEM;
	for (i = 0; i < d->type->packet.items_nr; i++) {
		const struct item_rule *rule = &d->type->packet.items[i];
		const char *value = rule->field ? document_text(d, rule->field) : NULL;

		one = section_find(sections, rule->section);
		if ((rule->field && (!value || strcmp(value, rule->value))) || !one ||
		    section_is_empty(sections, one))
			continue;	/* section.missing says the last */
		if (section_items(&items, &nr, j->arena, sections, one))
			return OPS_ENOMEM;
		if (nr < rule->least)
			findings_add(j->findings, "packet.items", OPS_ERROR, d->path,
				     one->line, 1, "write one on each line, after '- '",
				     "'%s' has %zu item%s, and needs %zu%s%s%s%s",
				     rule->section, nr, nr == 1 ? "" : "s", rule->least,
				     rule->field ? " with " : "",
				     rule->field ? rule->field : "",
				     rule->field ? ": " : "",
				     rule->field ? rule->value : "");
	}
	return 0;
}

int rules_open(struct judging *j, const struct change *change, const char *action)
{
	const struct ops_document *d = change->after, *p;
	struct packets all;
	const char *gist;
	size_t i;
	int ret = world_packets(&all.list, &all.nr, j->c->after, d->id, j->findings, NULL);

	for (i = 0; ret == 0 && i < all.nr; i++) {
		p = all.list[i];
		if (!packet_blocks(&all, p, action))
			continue;
		gist = packet_gist(j->arena, p, 100);
		if (!gist)
			return OPS_ENOMEM;
		rule_error(j, "packet.open", d, NULL,
			   arena_printf(j->arena, "ops packet show %s; it waits for its %s",
					p->id, names_text(&p->type->packet.until,
							  j->arena, " or ")),
			   "'%s' is refused while this %s is open: '%s'", action,
			   p->type->name, *gist ? gist : p->id);
	}
	return ret;
}

/* "PASSED (2/3 = 66%)": its numbers, and whether it says passed; false: another form. */
static bool read_ratio(const char *text, unsigned long n[3], bool *passed)
{
	static const char *const after[] = { "/", " = ", "%)" };
	char *end;
	size_t i;

	*passed = !strncmp(text, "PASSED (", 8);
	if (!*passed && strncmp(text, "FAILED (", 8))
		return false;
	text += 8;
	for (i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			return false;
		n[i] = strtoul(text, &end, 10);
		if (n[i] > 1000000 || strncmp(end, after[i], strlen(after[i])))
			return false;
		text = end + strlen(after[i]);
	}
	return !*text;
}

/* A result made of others has their numbers. */
static int check_parts(struct judging *j, const struct ops_document *d,
		       const struct packets *earlier, const unsigned long n[3])
{
	const char *const *of;
	const struct ops_document *p;
	const char *status;
	size_t i, nr, complete = 0;

	if (document_list(&of, &nr, d, "Of"))
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++) {
		p = packet_with_id(earlier, of[i]);
		status = p ? document_text(p, "Status") : NULL;
		if (!p || strcmp(p->type->name, d->type->name))
			rule_error(j, "packet.reference", d, "Of", NULL,
				   "it is made of '%s', which is no %s that was recorded "
				   "about this before", of[i], d->type->name);
		complete += status && !strcmp(status, "COMPLETE");
	}
	if (nr && (n[0] != complete || n[1] != nr))
		rule_error(j, "packet.ratio", d, "Quality-Gate", "ops synthesize counts them",
			   "it says %lu of %lu, and of what it is made of %zu of %zu are "
			   "complete", n[0], n[1], complete, nr);
	return 0;
}

/* A result that counts: the numbers agree, some success is no failure, and no whole one. */
static int check_ratio(struct judging *j, const struct ops_document *d,
		       const struct packets *earlier)
{
	const char *text = document_text(d, "Quality-Gate");
	const char *status = document_text(d, "Status");
	const bool failed = doc_field(d->doc, "Failed-Mandatory") != NULL;
	unsigned long n[3];
	bool passed;

	if (!text)
		return 0;
	if (!read_ratio(text, n, &passed)) {
		rule_error(j, "packet.ratio", d, "Quality-Gate",
			   "write PASSED (2/2 = 100%)", "it has not the form of a ratio");
		return 0;
	}
	if (n[0] > n[1] || n[2] != (n[1] ? n[0] * 100 / n[1] : 0))
		rule_error(j, "packet.ratio", d, "Quality-Gate", NULL,
			   "%lu of %lu is not %lu %%", n[0], n[1], n[2]);
	else if (passed && failed)
		rule_error(j, "packet.ratio", d, "Quality-Gate", "write FAILED",
			   "something mandatory has failed, and it says PASSED");
	else if (!failed && passed != (n[1] && n[0] * 100 >= n[1] * j->config->ratio))
		rule_error(j, "packet.ratio", d, "Quality-Gate", NULL,
			   "%lu of %lu %s: at least %u %% have to succeed", n[0], n[1],
			   passed ? "did not pass" : "passed", j->config->ratio);
	else if (status && ((!strcmp(status, "COMPLETE") && n[0] < n[1]) ||
			    (!strcmp(status, "FAILED") && n[0])))
		rule_error(j, "packet.ratio", d, "Status", "write Status: PARTIAL",
			   "%lu of %lu is partial success, and it says %s", n[0], n[1],
			   status);
	return check_parts(j, d, earlier, n);
}

/* What it is about goes on: it had not ended before this commit. */
static int rules_going_on(struct judging *j, const struct ops_document *d, const char *id)
{
	const char *ended;
	int ret = rules_ended_as(&ended, j, id, NULL);

	if (ret == 0 && ended)
		rule_error(j, "packet.ended", d, "About", NULL,
			   "'%s' is %s: nothing more happens to it", id, ended);
	return ret;
}

int rules_record(struct judging *j, struct ops_document *d, struct ops_document *about)
{
	struct packets earlier;
	int ret = world_packets(&earlier.list, &earlier.nr, j->c->before, about->id,
				j->findings, NULL);

	if (ret)
		return ret;
	rules_refers(j, d, &earlier);
	rules_after(j, d, &earlier);
	rules_revision(j, d, &earlier);
	ret = rules_commits(j, d);
	if (ret == 0)
		ret = rules_not_by(j, d, about, &earlier);
	if (ret == 0)
		ret = rules_within(j, d, about);
	if (ret == 0 && type_field(d->type, "Evidence"))
		ret = rules_evidence(j, d, "Evidence", 0);
	if (ret == 0 && names_have(&d->type->packet.checks, "ratio"))
		ret = check_ratio(j, d, &earlier);
	if (ret == 0 && names_have(&d->type->packet.checks, "handoff"))
		ret = rules_handoff(j, d, about);
	if (ret == 0 && names_have(&d->type->packet.checks, "conflict"))
		ret = rules_settling(j, d, about);
	if (ret == 0 && names_have(&d->type->packet.checks, "going-on"))
		ret = rules_going_on(j, d, about->id);
	return ret;
}
