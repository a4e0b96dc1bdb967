/* SPDX-License-Identifier: MIT */
/*
 * Judging commits that are about to come in from elsewhere, as one answer: each fault is
 * a finding that names its commit.  Knows nothing of networks or branches.
 */

#include <string.h>

#include "model/repo.h"
#include "ops/audit.h"
#include "util/buf.h"

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
	struct ops_audit_result result = { .commits = 0 };
	struct buf range = BUF_INIT;
	int ret;

	if (*from)
		buf_printf(&range, "%s..", from);
	buf_str(&range, to);
	ret = buf_failed(&range) ? error_nomem(err) :
	      ops_audit_verify(&result, repo, range.data, each, NULL, findings, err);
	buf_release(&range);
	if (ret == 0 && findings_failed(findings))
		return error_nomem(err);
	if (ret == 0 && result.refused)
		return error_set(err, OPS_EREFUSED, "of the commits that come in %zu %s not legal, "
				 "so none was taken", result.refused,
				 result.refused == 1 ? "is" : "are");
	return ret;
}
