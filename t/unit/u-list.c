/* SPDX-License-Identifier: MIT */
/*
 * Documents that are given one after the other, from the headers and from the roll: who is given
 * them ends it when they like, and nothing is given twice or left out.
 */
#include "trash.h"

#include "ops/repo.h"
#include "ops/view.h"

struct taking {
	size_t nr, most;
	int status;		/* given back for the one after `most` */
	char last[64];
};

static int take(const struct ops_document *d, const char *const *values, void *payload,
		struct ops_error *err)
{
	struct taking *t = payload;

	(void)err;
	ck_assert_str_eq(values[0], "Active");
	ck_assert_ptr_null(values[1]);
	ck_assert_int_lt(strcmp(t->last, ops_document_id(d)), 0);
	snprintf(t->last, sizeof(t->last), "%s", ops_document_id(d));
	return t->nr++ < t->most ? 0 : t->status;
}

static struct ops_repo *open_team(const char *cache)
{
	struct ops_repo_options options = { .directory = "r", .private_dir = "private", .now = 1 };
	struct ops_error err = { 0 };
	struct ops_repo *repo = NULL;

	trash_enter();
	trash_do("git init -q -b main r && cd r && git config ops.cache %s && mkdir -p "
		 "05-PROCESSES/agents/Production && printf 'format: 1\\nversion: 1\\n' "
		 ">05-PROCESSES/ops.yaml && for i in 1 2 3 4 5; do printf -- '---\\nName: N\\n"
		 "Role: agent\\nDepartment: Production\\nStatus: Active\\nVersion: 1.0.0\\n---\\n' "
		 ">05-PROCESSES/agents/Production/agent-$i.md; done && git add . && "
		 "git commit -q -m base", cache);
	ck_assert_msg(ops_repo_open(&repo, &options, &err) == 0, "%s", err.message);
	return repo;
}

static int give_all(struct ops_repo *repo, struct taking *t)
{
	static const char *const fields[] = { "Status", "Nothing" };
	const struct ops_filter filter = { .type = "agent" };
	struct ops_findings *findings = ops_findings_new();
	struct ops_view *view = NULL;
	struct ops_error err = { 0 };
	int ret;

	ck_assert_int_eq(ops_view_open(&view, repo, NULL, &err), 0);
	ret = ops_view_each(view, &filter, fields, 2, take, t, findings, &err);
	ops_view_close(view);
	ops_findings_free(findings);
	return ret;
}

static void ck_given(const char *cache)
{
	static const int statuses[] = { OPS_ENOTFOUND, OPS_EIO, OPS_EREFUSED };
	struct ops_repo *repo = open_team(cache);
	struct taking all = { .most = 9 };
	size_t i;

	/* The first may make the roll, the second reads it. */
	for (i = 0; i < 2; i++) {
		all = (struct taking){ .most = 9 };
		ck_assert_int_eq(give_all(repo, &all), 0);
		ck_assert_uint_eq(all.nr, 5);
	}
	for (i = 0; i < UNIT_COUNT(statuses); i++) {
		struct taking some = { .most = 2, .status = statuses[i] };

		ck_assert_int_eq(give_all(repo, &some), statuses[i]);
		ck_assert_uint_eq(some.nr, 3);
		ck_assert_str_eq(some.last, "agent-3");
	}
	ops_repo_close(repo);
	ck_assert_int_eq(trash_try("ls r/.git/ops/roll-* >/dev/null 2>&1") == 0,
			 !strcmp(cache, "always"));
	trash_end();
}

UNIT_TEST(from_headers)
{
	ck_given("no");
}

UNIT_TEST(from_the_roll)
{
	ck_given("always");
}

UNIT_MAIN("list", from_headers, from_the_roll)
