/* SPDX-License-Identifier: MIT */
/*
 * Packets: written by whom they say, about something that is there, and in the
 * right place.  Their contents are their type's; gates have rules of their own.
 */

#include <string.h>

#include "judge/rules.h"
#include "util/path.h"

static void rules_writer(struct judging *j, struct ops_document *d)
{
	const char *from = document_text(d, "From");

	if (from && j->c->actor && strcmp(from, j->c->actor->id))
		rule_error(j, "packet.writer", d, "From", NULL,
			   "it says to be from '%s' and '%s' records it", from,
			   j->c->actor->id);
}

/* packets/<About>/<file> */
static void rules_about(struct judging *j, struct ops_document *d, const char *about)
{
	size_t len = path_directory_len(d->path), name = strlen(about);

	if (len < name || strncmp(d->path + len - name, about, name) ||
	    (len > name && d->path[len - name - 1] != '/'))
		rule_error(j, "packet.about", d, "About", NULL,
			   "it is about '%s' and does not lie in that directory",
			   about);
}

/* An order goes to whom the task is assigned: who was ever ordered to work on it
 * counts as having had a part in it. */
static void rules_addressee(struct judging *j, struct ops_document *d,
			    const struct ops_document *about)
{
	const struct field *f = type_field(d->type, "To");
	const char *to = document_text(d, "To");
	const char *assignee = document_text(about, "Assigned-To");

	if (f && f->kind == FIELD_AGENT && to && type_field(about->type, "Assigned-To") &&
	    (!assignee || strcmp(to, assignee)))
		rule_error(j, "packet.about", d, "To", NULL,
			   "it is to '%s', and '%s' is assigned to '%s'", to,
			   assignee ? assignee : "nobody", about->id);
}

int rules_packet(struct judging *j, struct change *change)
{
	struct ops_document *d = change->after, *about;
	const char *name = document_text(d, "About");
	struct ops_error found = { 0 };
	int ret;

	if (!name || d->type->abstract || j->genesis)
		return 0;	/* field.missing or packet.kind say so */
	rules_writer(j, d);
	rules_about(j, d, name);
	ret = world_find(&about, j->c->after, name, NULL, j->findings, &found);
	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return ret;
	if (ret || strcmp(about->id, name)) {
		rule_error(j, "packet.about", d, "About", NULL,
			   "there is no readable document '%s'", name);
		return 0;
	}
	if (!strcmp(d->type->name, "request"))
		return rules_request(j, d, about);
	if (!strcmp(d->type->name, "decision"))
		return rules_decision(j, d, about);
	if (!strcmp(d->type->name, "endorsement")) {
		rules_endorsement(j, d);
		return rules_record(j, d, about);
	}
	rules_addressee(j, d, about);
	rules_need_power(j, NULL, &d->type->create, d, about, NULL, "record it");
	return rules_record(j, d, about);
}
