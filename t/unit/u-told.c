/* SPDX-License-Identifier: MIT */
/*
 * Answers that are told row by row: they say the same out of the documents, out of the roll, and
 * out of a roll that is damaged after the answer was worked out and before its rows are told.
 */
#include "trash.h"

#include "ops/plan.h"
#include "ops/repo.h"
#include "util/buf.h"

#define TASKS 2400	/* more than is read ahead */

static struct ops_repo *open_tasks(void)
{
	struct ops_repo_options options = { .directory = "r", .private_dir = "private",
					    .now = 1768478400 };
	struct ops_error err = { 0 };
	struct ops_repo *repo = NULL;

	ck_assert_msg(ops_repo_open(&repo, &options, &err) == 0, "%s", err.message);
	return repo;
}

static void write_task(size_t id)
{
	static const char *const states[] = { "Queued", "Assigned", "In-Progress", "Review",
					      "Blocked" };
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "r/05-PROCESSES/active-tasks/task-%04zu.md", id);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "---\nTitle: Task %zu of them all\nVersion: 1.0.0\nStatus: %s\nType: feature\n"
		"Priority: %s\nProject: parser\nAssigned-To: Production/codegen\n", id,
		states[id % 5], id % 7 ? "LOW" : "HIGH");
	if (id % 5 == 4)
		fprintf(f, "Blocked-Reason: waits for vendor %zu\n", id);
	if (id % 3)
		fprintf(f, "Estimated-Hours: %zu\n", 4 + id % 9);
	if (id % 4)
		fprintf(f, "Due: 2026-0%zu-1%zu\n", 1 + id % 9, id % 10);
	if (id)
		fprintf(f, "Started: 2026-01-05\nDepends-On: [task-%04zu%s]\n", id / 2,
			id % 11 || id > 99 ? "" : ", task-gone");
	fprintf(f, "---\n\n## Objective\n\nOne.\n");
	ck_assert_int_eq(fclose(f), 0);
}

static void make_tasks(void)
{
	size_t i;

	trash_enter();
	trash_do("git init -q -b main r && cd r && mkdir -p 05-PROCESSES/agents/Production "
		 "05-PROCESSES/active-tasks && printf 'format: 1\\nversion: 1\\n' "
		 ">05-PROCESSES/ops.yaml && printf -- '---\\nName: N\\nRole: agent\\n"
		 "Department: Production\\nStatus: Active\\nVersion: 1.0.0\\n"
		 "Email: codegen@example.org\\n---\\n' "
		 ">05-PROCESSES/agents/Production/codegen.md");
	for (i = 0; i < TASKS; i++)
		write_task(i);
	trash_do("cd r && git add . && git commit -q -m base");
}

static void say(struct buf *b, const char *text)
{
	buf_str(b, text ? text : "-");
	buf_char(b, '|');
}

static void tell_agenda(struct buf *b, const struct ops_agenda *agenda)
{
	struct ops_error err = { 0 };
	struct ops_deed d;
	size_t i;

	buf_printf(b, "%zu of %zu\n", agenda->nr, agenda->all);
	for (i = 0; i < agenda->nr; i++) {
		ck_assert_msg(ops_agenda_deed(&d, agenda, i, &err) == 0, "%s", err.message);
		say(b, d.task);
		say(b, d.title);
		say(b, d.status);
		say(b, d.priority);
		say(b, d.due);
		say(b, d.agent);
		say(b, d.action);
		say(b, d.who);
		say(b, d.reason);
		buf_char(b, '\n');
	}
}

static void tell_status(struct buf *b, const struct ops_status_report *r)
{
	struct ops_error err = { 0 };
	struct ops_concern c;
	size_t list, i;

	tell_agenda(b, r->gates);
	tell_agenda(b, r->open);
	for (list = 0; list < OPS_CONCERN_LISTS; list++)
		for (i = 0; i < r->concerns[list]; i++) {
			ck_assert_msg(ops_status_concern(&c, r, (enum ops_concerns)list, i,
							 &err) == 0, "%s", err.message);
			say(b, c.task);
			say(b, c.title);
			say(b, c.status);
			say(b, c.agent);
			say(b, c.what);
			buf_printf(b, "%zu\n", c.count);
		}
}

static void tell_findings(struct buf *b, const struct ops_findings *findings)
{
	size_t i;

	for (i = 0; i < ops_findings_count(findings); i++) {
		const struct ops_finding *f = ops_findings_at(findings, i);

		buf_printf(b, "%s:%u:%u: %s: %s\n", f->path, f->line, f->column, f->rule,
			   f->message);
	}
}

static void tell_graph(struct buf *b, const struct ops_graph *g)
{
	struct ops_findings *findings = ops_findings_new();
	struct ops_error err = { 0 };
	struct ops_node n;
	size_t i, k;

	for (i = 0; i < g->nr; i++) {
		ck_assert_msg(ops_graph_node(&n, g, i, &err) == 0, "%s", err.message);
		say(b, n.id);
		say(b, n.begin);
		say(b, n.latest);
		say(b, n.due);
		buf_printf(b, "%g %g", n.hours, n.slack);
		for (k = 0; k < n.depends_nr; k++)
			buf_printf(b, " %s %s %zu", n.depends[k].task, n.depends[k].state,
				   n.depends[k].node);
		for (k = 0; k < n.dependents_nr; k++)
			buf_printf(b, " %u", n.dependents[k]);
		buf_char(b, '\n');
		ops_findings_clear(findings);
		ck_assert_msg(ops_graph_findings(findings, g, i, &err) == 0, "%s", err.message);
		tell_findings(b, findings);
	}
	ops_findings_free(findings);
}

/* What of a state is asked, and told. */
enum question { NEXT, STATUS, GRAPH };

static char *answer(enum question q, bool damage)
{
	struct ops_findings *findings = ops_findings_new();
	const struct ops_status_report *r = NULL;
	const struct ops_agenda *agenda = NULL;
	const struct ops_graph *graph = NULL;
	struct ops_repo *repo = open_tasks();
	struct ops_view *view = NULL;
	struct ops_error err = { 0 };
	struct buf b = BUF_INIT;
	char *text;

	ck_assert_int_eq(ops_view_open(&view, repo, NULL, &err), 0);
	if (q == NEXT)
		ck_assert_int_eq(ops_view_next(&agenda, view, NULL, 0, findings, &err), 0);
	else if (q == STATUS)
		ck_assert_int_eq(ops_view_status(&r, view, 0, findings, &err), 0);
	else
		ck_assert_int_eq(ops_view_graph(&graph, view, NULL, NULL, 0, findings, &err), 0);
	/* Its second half, in place: what is open stays open. */
	if (damage)
		trash_do("f=$(ls r/.git/ops/roll-*) && n=$(wc -c <$f) && "
			 "dd if=/dev/zero of=$f bs=1 seek=$((n / 2)) count=$((n - n / 2)) "
			 "conv=notrunc 2>/dev/null");
	if (q == NEXT)
		tell_agenda(&b, agenda);
	else if (q == STATUS)
		tell_status(&b, r);
	else
		tell_graph(&b, graph);
	ck_assert(!buf_failed(&b));
	buf_printf(&b, "%zu findings\n", ops_findings_count(findings));
	text = strdup(b.data);
	buf_release(&b);
	ops_view_close(view);
	ops_repo_close(repo);
	ops_findings_free(findings);
	return text;
}

static void ck_same(enum question q)
{
	char *plain, *quick, *damaged;

	make_tasks();
	trash_do("cd r && git config ops.cache no");
	plain = answer(q, false);
	trash_do("cd r && git config ops.cache always");
	free(answer(q, false));
	trash_do("ls r/.git/ops/roll-* >/dev/null");
	quick = answer(q, false);
	damaged = answer(q, true);
	ck_assert_uint_gt(strlen(plain), 10 * TASKS);
	ck_assert_str_eq(plain, quick);
	ck_assert_str_eq(plain, damaged);
	free(plain);
	free(quick);
	free(damaged);
	trash_end();
}

UNIT_TEST(what_is_next)
{
	ck_same(NEXT);
}

UNIT_TEST(how_it_stands)
{
	ck_same(STATUS);
}

UNIT_TEST(what_depends_on_what)
{
	ck_same(GRAPH);
}

UNIT_MAIN("told", what_is_next, how_it_stands, what_depends_on_what)
