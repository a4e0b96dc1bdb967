/* SPDX-License-Identifier: MIT */
/*
 * Judging commits that are about to come in from elsewhere or to go there, as one answer: each
 * fault is a finding that names its commit.  Knows nothing of networks or branches.
 */

#include "ops/audit.h"

#include <string.h>

#include "model/repo.h"
#include "view/view.h"

struct between {
	struct ops_verdict verdict;
	struct ops_findings *findings;
};

static int each(const struct ops_audit_commit *c, void *payload)
{
	struct between *b = payload;
	bool refused = false;
	size_t i;

	for (i = 0; i < ops_findings_count(c->findings); i++) {
		const struct ops_finding *f = ops_findings_at(c->findings, i);

		if (f->severity != OPS_ERROR)
			continue;
		findings_add(b->findings, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s (in %.10s, by %s)", f->message, c->commit,
			     c->actor ? c->actor : c->author);
		refused = true;
	}
	if (refused && !*b->verdict.first)
		memcpy(b->verdict.first, c->commit, sizeof(b->verdict.first));
	return 0;
}

int ops_audit_between(struct ops_verdict *verdict, struct ops_findings *findings,
		      struct ops_repo *repo, const char *from, const char *to,
		      struct ops_error *err)
{
	struct between b = { .findings = findings };
	struct audit_calls calls = { .each = each, .payload = &b };
	struct ops_audit_result result = { .commits = 0 };
	struct oid tip, hide;
	int ret;

	if (!oid_parse(&tip, to))
		return error_set(err, OPS_EUSAGE, "'%.50s' is not the id of a commit", to);
	if (*from && !oid_parse(&hide, from))
		return error_set(err, OPS_EUSAGE, "'%.50s' is not the id of a commit", from);
	ret = audit_range(&result, repo, &tip, *from ? &hide : NULL, 0, &calls, err);
	if (ret == 0 && findings_failed(findings))
		return error_nomem(err);
	if (ret == 0) {
		b.verdict.refused = result.refused;
		*verdict = b.verdict;
	}
	return ret;
}
