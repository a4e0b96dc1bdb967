/* SPDX-License-Identifier: MIT */
/*
 * "emergency.declare" and "emergency.end": the document of an emergency, with what its
 * kind says filled in.
 *
 * What is done is what a person could write by hand, and is judged as that.
 */

#include <string.h>

#include "change/draft.h"
#include "model/emergency.h"

/* The field of a request; NULL. */
static const char *given(const struct ops_request *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->fields_nr; i++)
		if (!strcmp(r->fields[i].name, name))
			return r->fields[i].value;
	return NULL;
}

static int declare(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	const struct emergency_kind *kind = emergency_kind(&d->config->emergencies,
							   r->target);
	const char *task = given(r, "Task"), *about = given(r, "Project");
	struct ops_setting fields[5], sections[1] = { { "Reason", r->reason } };
	struct ops_request q = { .action = "new", .target = "emergency",
				 .fields = fields, .sections = sections };
	struct ops_document *doc = NULL;
	size_t i;
	int ret = task ? draft_find(&doc, d, task, "task", err) : 0;

	if (ret)
		return ret;
	for (i = 0; i < r->fields_nr; i++)
		if (strcmp(r->fields[i].name, "Task") && strcmp(r->fields[i].name, "Project"))
			return error_set(err, OPS_EUSAGE, "'%s' has no use for the field '%.60s'",
					 r->action, r->fields[i].name);
	if (doc)
		fields[q.fields_nr++] = (struct ops_setting){ "Task", doc->id };
	if (about)
		fields[q.fields_nr++] = (struct ops_setting){ "Project", about };
	about = doc ? doc->id : about;
	fields[q.fields_nr++] = (struct ops_setting){ "Emergency", r->target ? r->target : "" };
	fields[q.fields_nr++] = (struct ops_setting){ "Title", kind ?
		arena_printf(d->arena, "%s%s%s", kind->title, about ? ": " : "",
			     about ? about : "") : r->target };
	if (kind && kind->alerts.nr)
		fields[q.fields_nr++] = (struct ops_setting){ "To",
			names_text(&kind->alerts, d->arena, ", ") };
	q.sections_nr = r->reason != NULL;
	for (i = 0; i < q.fields_nr; i++)
		if (!fields[i].value)
			return error_nomem(err);
	return act_new(d, &q, err);
}

/* By its id, or by its kind when only one of that is declared. */
static int end(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct ops_request q = *r;
	struct emergencies all;
	const char *found = NULL;
	size_t i;
	int ret = emergencies_find(&all, d->now, d->findings, err);

	if (ret)
		return ret;
	for (i = 0; r->target && i < all.nr; i++) {
		if (!all.list[i].kind || strcmp(all.list[i].kind->name, r->target))
			continue;
		if (found)
			return error_set(err, OPS_EAMBIGUOUS, "'%s' and '%s' are declared: name "
					 "one", found, all.list[i].document->id);
		found = all.list[i].document->id;
	}
	if (!found && emergency_kind(&d->config->emergencies, r->target))
		return error_set(err, OPS_ENOTFOUND, "no %s is declared", r->target);
	q.action = "end";
	if (found)
		q.target = found;
	return act_transition(d, &q, err);
}

int act_emergency(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	if (!strcmp(r->action, "emergency.declare"))
		return declare(d, r, err);
	if (!strcmp(r->action, "emergency.end"))
		return end(d, r, err);
	return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
}
