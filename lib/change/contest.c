/* SPDX-License-Identifier: MIT */
/*
 * What kind of conflict it was that an act was lost by when clones are brought together.
 *
 * A word for people: who won was decided by what was published first, before anybody
 * asks here.
 */
#include "change/contest.h"

#include <string.h>

/* Whether a transition of that action says whose a document is. */
static bool is_claim(const struct config *config, const char *action)
{
	size_t i, k, n;

	for (i = 0; i < config->types_nr; i++)
		for (k = 0; k < config->types[i].transitions_nr; k++) {
			const struct transition *tr = &config->types[i].transitions[k];

			if (strcmp(tr->action, action))
				continue;
			for (n = 0; n < tr->sets_nr; n++)
				if (!strcmp(tr->sets[n].field, "Assigned-To"))
					return true;
			if (names_have(&tr->by, "assignee"))
				return true;
		}
	return false;
}

const char *contest_of(const struct config *config, const char *action,
		       const struct ops_findings *findings)
{
	size_t i;

	for (i = 0; findings && i < ops_findings_count(findings); i++) {
		const char *rule = ops_findings_at(findings, i)->rule;

		if (!strncmp(rule, "lease.", 6) || !strcmp(rule, "scope.critical"))
			return "RESOURCE_CONTENTION";
	}
	return config && action && is_claim(config, action) ? "TASK_DISPUTE" : NULL;
}
