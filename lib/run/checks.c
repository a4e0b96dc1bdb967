/* SPDX-License-Identifier: MIT */
/*
 * Checks of an agent's work: what `ops quality` finds, in the words of a result.
 */
#include "run/checks.h"

#include <string.h>

#include "ops/quality.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/utf8.h"

static void add_issue(struct buf *out, const struct ops_quality_check *c)
{
	buf_printf(out, "%s- check %s%s: ", out->len ? "\n" : "", c->name,
		   c->mandatory ? " (mandatory)" : "");
	utf8_display(out, c->why, strcspn(c->why, "\r\n"), false);
	buf_str(out, "; next: ");
	utf8_display(out, c->next, strcspn(c->next, "\r\n"), false);
}

static int take(struct run_checks *out, struct arena *arena, const struct ops_quality *q,
		struct ops_error *err)
{
	struct buf issues = BUF_INIT, mandatory = BUF_INIT;
	bool ok;
	size_t i;

	for (i = 0; i < q->checks_nr; i++) {
		const struct ops_quality_check *c = &q->checks[i];

		if (c->passed)
			continue;
		add_issue(&issues, c);
		if (c->mandatory)
			buf_printf(&mandatory, "%s%s", mandatory.len ? ", " : "", c->name);
	}
	ok = !buf_failed(&issues) && !buf_failed(&mandatory);
	*out = (struct run_checks){ .passed = q->passed_nr, .of = q->checks_nr,
				    .pass = q->passed };
	out->gate = arena_str(arena, q->gate);
	if (ok && issues.len)
		ok = (out->issues = arena_str(arena, issues.data)) != NULL;
	if (ok && mandatory.len)
		ok = (out->mandatory = arena_str(arena, mandatory.data)) != NULL;
	buf_release(&issues);
	buf_release(&mandatory);
	return ok && out->gate ? 0 : error_nomem(err);
}

int checks_do(struct run_checks *out, struct arena *arena, struct ops_repo *repo,
	      const char *document, const char *set, const char *range,
	      struct ops_findings *findings, struct ops_error *err)
{
	const struct ops_quality_request request = { document, set, range };
	struct ops_quality *q;
	int ret = ops_repo_quality(&q, findings, repo, &request, err);

	if (ret)
		return ret;
	ret = take(out, arena, q, err);
	ops_quality_free(q);
	return ret;
}
