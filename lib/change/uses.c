/* SPDX-License-Identifier: MIT */
/*
 * The acts by their names, and what each has a use for: see uses.h.
 *
 * Here is said which members of a request an act reads, and nothing about what they may
 * hold.
 */

#include "change/uses.h"

#include <string.h>
#include <strings.h>

#include "text/labels.h"

#define TEXTS (USE_FIELDS | USE_SECTIONS | USE_TEXT)

/* A name that ends in a dot is that of a group.  The first that fits counts. */
static const struct named {
	const char *name;
	draft_act_fn *act;
	unsigned uses;
} acts[] = {
	{ "new", act_new, TEXTS | USE_ID | USE_REASON | USE_ONCE },
	{ "edit", act_edit, TEXTS | USE_BEFORE | USE_REASON | USE_ONCE },
	{ "flag", act_flag, 0 },
	{ "relocate", act_relocate, 0 },
	{ "gate.", act_gate, USE_GATE | USE_SECTIONS | USE_EVIDENCE | USE_REASON | USE_ONCE },
	{ "key.revoke", act_key, USE_TEXT | USE_TO },
	{ "key.", act_key, USE_TEXT },
	{ "plan.cut", act_plan, USE_TO | USE_REASON },
	{ "plan.breakdown", act_plan, USE_FIELDS | USE_REASON },
	{ "plan.", act_plan, USE_FIELDS },
	{ "packet.", act_packet, TEXTS | USE_EVIDENCE | USE_REASON | USE_ONCE | USE_PARTS },
	{ "emergency.", act_emergency, USE_FIELDS | USE_REASON | USE_ONCE },
	{ "run", act_run, TEXTS | USE_ID | USE_EVIDENCE | USE_ONCE | USE_PARTS },
	{ "scope.lock", act_scope, USE_FIELDS | USE_ONCE },
	{ "scope.", act_scope, 0 },
	{ "conflict.", act_conflict, USE_FIELDS | USE_SECTIONS | USE_REASON },
	{ "taskforce.new", act_taskforce, USE_FIELDS | USE_ONCE },
	{ "synthesize", act_synthesize, USE_FIELDS | USE_SECTIONS | USE_EVIDENCE },
	{ "handoff.session", act_session, TEXTS | USE_ONCE | USE_PARTS },
	{ "handoff.start", act_handoff, TEXTS | USE_TO | USE_REASON | USE_ONCE | USE_PARTS },
	{ "handoff.", act_handoff, TEXTS | USE_EVIDENCE | USE_REASON | USE_ONCE | USE_PARTS },
};

draft_act_fn *uses_act(unsigned *uses, const struct config *config, const char *action)
{
	const struct type *kind = config_type(config, action);
	size_t i, len;

	for (i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		len = strlen(acts[i].name);
		if (strncmp(acts[i].name, action, len) ||
		    (acts[i].name[len - 1] != '.' && action[len]))
			continue;
		*uses = acts[i].uses;
		return acts[i].act;
	}
	*uses = USE_ANY | USE_ONCE;
	return kind && kind->base && kind->base->abstract ? act_record : act_transition;
}

unsigned uses_of_kind(const struct type *kind)
{
	return USE_SECTIONS | (type_field(kind, "Evidence") || type_field(kind, "Reviewed") ?
			       USE_EVIDENCE : 0);
}

/* The name that two settings of a list share, or NULL. */
static const char *twice(const struct ops_setting *list, size_t nr, unsigned uses,
			 bool sections)
{
	const char *a, *b;
	size_t i, k;

	for (i = 0; i < nr; i++)
		for (k = 0; k < i; k++) {
			a = list[k].name;
			b = list[i].name;
			if (uses & USE_PARTS ? label_is(a, b) :
			    !(sections ? strcasecmp(a, b) : strcmp(a, b)))
				return b;
		}
	return NULL;
}

int uses_check(const struct ops_request *r, unsigned uses, struct ops_error *err)
{
	const struct {
		enum use use;
		bool given;
		const char *name;
	} members[] = {
		{ USE_TO, r->to != NULL, "to" },
		{ USE_GATE, r->gate != NULL, "gate" },
		{ USE_ID, r->id != NULL, "id" },
		{ USE_REASON, r->reason != NULL, "reason" },
		{ USE_TEXT, r->text != NULL, "text" },
		{ USE_BEFORE, r->before != NULL, "before" },
		{ USE_FIELDS, r->fields_nr != 0, "field" },
		{ USE_SECTIONS, r->sections_nr != 0, "section" },
		{ USE_EVIDENCE, r->evidence_nr || r->at, "evidence" },
	};
	const char *name;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (members[i].given && !(uses & members[i].use))
			return error_set(err, OPS_EUSAGE, "'%.60s' has no use for '%s'",
					 r->action, members[i].name);
	if (!(uses & USE_ONCE))
		return 0;
	name = twice(r->fields, r->fields_nr, uses, false);
	if (!name)
		name = twice(r->sections, r->sections_nr, uses, true);
	return name ? error_set(err, OPS_EUSAGE, "'%.60s' is given twice", name) : 0;
}
