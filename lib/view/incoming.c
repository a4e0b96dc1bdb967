/* SPDX-License-Identifier: MIT */
/*
 * Judging commits that are about to come in from elsewhere, as one answer: each fault is
 * a finding that names its commit.  Knows nothing of networks or branches.
 */

#include "ops/audit.h"

#include "model/repo.h"
#include "view/view.h"

static int each(const struct ops_audit_commit *c, void *payload)
{
	struct ops_findings *findings = payload;
	size_t i;

	for (i = 0; i < ops_findings_count(c->findings); i++) {
		const struct ops_finding *f = ops_findings_at(c->findings, i);

		if (f->severity == OPS_ERROR)
			findings_add(findings, f->rule, f->severity, f->path, f->line, f->column,
				     f->remedy, "%s (in %.10s, by %s)", f->message, c->commit,
				     c->actor ? c->actor : c->author);
	}
	return 0;
}

int ops_audit_incoming(struct ops_findings *findings, struct ops_repo *repo,
		       const char *from, const char *to, struct ops_error *err)
{
	struct audit_calls calls = { .each = each, .payload = findings };
	struct ops_audit_result result = { .commits = 0 };
	struct oid tip, hide;
	int ret;

	if (!oid_parse(&tip, to) || (*from && !oid_parse(&hide, from)))
		return error_set(err, OPS_EUSAGE, "'%.50s' is not the id of a commit", to);
	ret = audit_range(&result, repo, &tip, *from ? &hide : NULL, 0, &calls, err);
	if (ret == 0 && findings_failed(findings))
		return error_nomem(err);
	if (ret == 0 && result.refused)
		return error_set(err, OPS_EREFUSED, "of the commits that come in %zu %s not legal, "
				 "so none was taken", result.refused,
				 result.refused == 1 ? "is" : "are");
	return ret;
}
