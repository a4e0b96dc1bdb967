/* SPDX-License-Identifier: MIT */
/* Merging three versions of a document: what each field and section becomes. */
#include "unit.h"

#include "model/config.h"
#include "model/merge.h"
#include "text/conflict.h"

/* What is in conflict, in one letter and a name: "authority:Status". */
static void conflicts_of(struct buf *out, const struct merge *m)
{
	static const char *const kinds[] = { "document", "authority", "field", "section" };
	size_t i;

	for (i = 0; i < m->conflicts_nr; i++)
		buf_printf(out, "%s%s:%s", i ? " " : "", kinds[m->conflicts[i].kind],
			   m->conflicts[i].name);
}

static void expand(char *out, size_t room, const char *text)
{
	const char *rest = strstr(text, "||");

	/* "header||body" */
	ck_assert_int_lt(snprintf(out, room, "---\n%.*s---\n%s", rest ? (int)(rest - text) :
				  (int)strlen(text), text, rest ? rest + 2 : ""), (int)room);
}

static struct side side(char *room, size_t size, const char *text)
{
	struct side none = { NULL, 0 };

	if (!text)
		return none;
	expand(room, size, text);
	return (struct side){ room, strlen(room) };
}

static void check_merge(const char *base, const char *ours, const char *theirs,
			const char *expected, const char *conflicts, unsigned flags)
{
	static char b[4096], o[4096], t[4096], e[4096];
	struct ops_findings *findings = ops_findings_new();
	struct merge m = { .arena = arena_new(), .text = BUF_INIT };
	struct buf found = BUF_INIT;
	struct config *config;

	ck_assert_int_eq(config_load(&config, NULL, 0, findings, NULL), 0);
	ck_assert_int_eq(merge_document(&m, config_type(config, "task"),
					side(b, sizeof(b), base), side(o, sizeof(o), ours),
					side(t, sizeof(t), theirs), flags, NULL), 0);
	conflicts_of(&found, &m);
	ck_assert_str_eq(found.data, conflicts);
	if (expected) {
		expand(e, sizeof(e), expected);
		ck_assert_str_eq(m.text.data, e);
	}
	buf_release(&found);
	buf_release(&m.text);
	arena_free(m.arena);
	config_free(config);
	ops_findings_free(findings);
}

UNIT_TEST(merge_free_fields_and_lists)
{
	static const struct {
		const char *base, *ours, *theirs, *expected, *conflicts;
	} cases[] = {
		{ "A: 1\nB: 1\n", "A: 2\nB: 1\n", "A: 1\nB: 2\n", "A: 2\nB: 2\n", "" },
		{ "A: 1\n", "A: 2\n", "A: \"2\"\n", "A: 2\n", "" },
		{ "A: 1\nB: 1\n", "B: 1\n", "A: 1\nB: 2\n", "B: 2\n", "" },
		{ "A: 1\n", "A: 1\nO: 1\n", "A: 1\nT: 1\n", "A: 1\nT: 1\nO: 1\n", "" },
		{ "# c\nA: 1\nB: 1\n", "# d\nA: 1\nB: 1\n", "# c\nA: 1\nB: 2\n",
		  "# d\nA: 1\nB: 2\n", "" },
		{ "A: 1\n", "A: 2\n", "A: 3\n",
		  "<<<<<<< ours\nA: 2\n=======\nA: 3\n>>>>>>> theirs\n", "field:A" },
		{ "A: 1\nB: 1\n", "B: 1\n", "A: 3\nB: 1\n",
		  "<<<<<<< ours\n=======\nA: 3\n>>>>>>> theirs\nB: 1\n", "field:A" },
		{ "L: [a, b]\n", "L: [a, c]\n", "L: [d, a, b]\n", "L: [a, c, d]\n", "" },
		{ "Depends-On:\n  - a\n", "Depends-On:\n  - a\n  - b\n", "Depends-On:\n  - c\n",
		  "Depends-On:\n  - b\n  - c\n", "" },
		{ "A: 1\n", "A: 1\nL: [a]\n", "A: 1\nL: [b]\n", "A: 1\nL: [a, b]\n", "" },
		{ "A: 1\nL: [a]\n", "A: 1\n", "A: 1\nL: [a, b]\n", "A: 1\nL:\n  - b\n", "" },
		{ "Capabilities:\n  a: 1\n  b: 1\n  c: 1\n  d: 1\n",
		  "Capabilities:\n  a: 2\n  b: 1\n  c: 1\n  d: 1\n",
		  "Capabilities:\n  a: 1\n  b: 1\n  c: 1\n  d: 2\n",
		  "Capabilities:\n  a: 2\n  b: 1\n  c: 1\n  d: 2\n", "" },
		{ "A: |\n  x\nB: 1\n", "A: |\n  x\nB: 2\n", "A: |\n  y\n  z\nB: 1\n",
		  "A: |\n  y\n  z\nB: 2\n", "" },
		{ NULL, "A: 1\n", "A: 1\nB: 2\n", "A: 1\nB: 2\n", "" },
		{ NULL, "A: 1\n", "A: 2\n", NULL, "field:A" },
		{ "A: 1\n", "A: 2\n", NULL, NULL, "document:" },
		{ "A: 1\n", "A: [\n", "A: 2\n", NULL, "document:" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check_merge(cases[i].base, cases[i].ours, cases[i].theirs, cases[i].expected,
			    cases[i].conflicts, 0);
}

#define QUEUED "Status: Queued\n"
#define ASSIGNED "Status: Assigned\nAssigned-To: Production/a\nAssigned: 2026-01-01\n"
#define STARTED "Status: In-Progress\nAssigned-To: Production/a\nAssigned: 2026-01-01\n" \
	"Started: 2026-01-02\n"

UNIT_TEST(merge_authority_is_of_one_side)
{
	static const struct {
		const char *base, *ours, *theirs, *expected, *conflicts;
	} cases[] = {
		{ QUEUED "T: 1\n", ASSIGNED "T: 1\n", QUEUED "T: 2\n", ASSIGNED "T: 2\n", "" },
		{ QUEUED, ASSIGNED, ASSIGNED, ASSIGNED, "" },
		/* Both assigned it, and one side went on. */
		{ QUEUED, ASSIGNED, STARTED, STARTED, "" },
		{ QUEUED "T: 1\n", STARTED "T: 1\n", ASSIGNED "T: 2\n", STARTED "T: 2\n", "" },
		/* Somebody else has it. */
		{ QUEUED, ASSIGNED, "Status: Assigned\nAssigned-To: Production/b\n"
		  "Assigned: 2026-01-01\n", NULL, "authority:Assigned-To" },
		{ QUEUED, ASSIGNED, "Status: Cancelled\nCancelled: 2026-01-01\n"
		  "Cancelled-Reason: x\n", NULL,
		  "authority:Status authority:Cancelled authority:Cancelled-Reason "
		  "authority:Assigned-To authority:Assigned" },
		/* A block is not undone by going on. */
		{ STARTED, "Status: Blocked\nAssigned-To: Production/a\nAssigned: 2026-01-01\n"
		  "Started: 2026-01-02\nBlocked-From: In-Progress\nBlocked-Reason: x\n",
		  "Status: Review\nAssigned-To: Production/a\nAssigned: 2026-01-01\n"
		  "Started: 2026-01-02\n", NULL,
		  "authority:Status authority:Blocked-From authority:Blocked-Reason" },
		/* Rework is counted. */
		{ "Status: Review\n", "Status: In-Progress\nRework: 1\n", "Status: Complete\n"
		  "Completed: 2026-01-03\n", NULL,
		  "authority:Status authority:Completed authority:Rework" },
		{ QUEUED "Created-By: a\n", QUEUED "Created-By: b\n", QUEUED "Created-By: c\n",
		  QUEUED "<<<<<<< ours\nCreated-By: b\n=======\nCreated-By: c\n>>>>>>> theirs\n",
		  "authority:Created-By" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check_merge(cases[i].base, cases[i].ours, cases[i].theirs, cases[i].expected,
			    cases[i].conflicts, 0);
	/* An act that is done again follows from nothing, and changes its own fields. */
	check_merge(QUEUED, ASSIGNED, STARTED, NULL, "authority:Status", MERGE_ACT);
	check_merge(ASSIGNED, ASSIGNED "Accepted: 2026-01-02\n", "Status: Cancelled\n"
		    "Assigned-To: Production/a\nAssigned: 2026-01-01\nCancelled: 2026-01-02\n",
		    "Status: Cancelled\nAssigned-To: Production/a\nAssigned: 2026-01-01\n"
		    "Cancelled: 2026-01-02\nAccepted: 2026-01-02\n", "", MERGE_ACT);
}

UNIT_TEST(merge_lets_what_came_last_stand)
{
	static const struct {
		const char *base, *ours, *theirs, *expected;
	} cases[] = {
		{ "A: 1\nB: 1\n", "A: 2\nB: 1\n", "A: 3\nB: 2\n", "A: 2\nB: 2\n" },
		{ "A: 1\nB: 1\n", "B: 1\n", "A: 3\nB: 1\n", "B: 1\n" },
		{ QUEUED, ASSIGNED, STARTED, "Status: Assigned\nAssigned-To: Production/a\n"
		  "Assigned: 2026-01-01\nStarted: 2026-01-02\n" },
		{ "||# A\nx\n# B\ny\n", "||# A\nX\n# B\ny\n", "||# A\nz\n# B\nY\n",
		  "||# A\nX\n# B\nY\n" },
		{ "||# A\n- [ ] x\n", "||# A\n- [x] X\n", "||# A\n- [ ] z\n", "||# A\n- [x] X\n" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check_merge(cases[i].base, cases[i].ours, cases[i].theirs, cases[i].expected, "",
			    MERGE_ACT | MERGE_OURS_LAST);
}

UNIT_TEST(merge_sections_and_ticks)
{
	static const struct {
		const char *base, *ours, *theirs, *expected, *conflicts;
	} cases[] = {
		{ "||# A\n\nx\n\n# B\n\ny\n", "||# A\n\nX\n\n# B\n\ny\n",
		  "||# A\n\nx\n\n# B\n\nY\n", "||# A\n\nX\n\n# B\n\nY\n", "" },
		/* Side by side, where lines would meet. */
		{ "||# A\nx\n# B\ny\n", "||# A\nX\n# B\ny\n", "||# A\nx\n# B\nY\n",
		  "||# A\nX\n# B\nY\n", "" },
		/* A section is added where the other side wrote the last line. */
		{ "||# A\n\nx\n", "||# A\n\nX\n", "||# A\n\nx\n\n# B\n\ny\n",
		  "||# A\n\nX\n\n# B\n\ny\n", "" },
		{ "||# A\n\nx\n", "||# A\n\nx\n\n# C\n\nz\n", "||# A\n\nx\n\n# B\n\ny\n",
		  "||# A\n\nx\n\n# B\n\ny\n\n# C\n\nz\n", "" },
		{ "||# A\n\nx\n\n# B\n\ny\n", "||# B\n\ny\n", "||# A\n\nx\n\n# B\n\nY\n",
		  "||# B\n\nY\n", "" },
		{ "||# A\n\nx\n\n# B\n\ny\n", "||# B\n\ny\n", "||# A\n\nX\n\n# B\n\ny\n",
		  NULL, "section:A" },
		/* Rearranged there, changed here. */
		{ "||# A\n\nx\n\n# B\n\ny\n", "||# A\n\nX\n\n# B\n\ny\n",
		  "||# B\n\ny\n\n# A\n\nx\n", "||# B\n\ny\n\n# A\n\nX\n", "" },
		{ "||# A\n\nx\n", "||# A\n\ny\n", "||# A\n\nz\n", "||# A\n\n<<<<<<< ours\ny\n"
		  "=======\nz\n>>>>>>> theirs\n", "section:A" },
		{ "||# A\n- [ ] a\n- [x] b\n- [ ] c\n", "||# A\n- [x] a\n- [x] b\n- [ ] c\n",
		  "||# A\n- [ ] a\n- [ ] b\n- [X] c\n", "||# A\n- [x] a\n- [ ] b\n- [X] c\n", "" },
		{ "||# A\n- [ ] a\n- [ ] a\n", "||# A\n- [x] a\n- [ ] a\n",
		  "||# A\n- [ ] a\n- [x] a\n", "||# A\n- [x] a\n- [x] a\n", "" },
		{ "||# A\nx\n# A\ny\n", "||# A\nX\n# A\ny\n", "||# A\nZ\n# A\ny\n", NULL,
		  "section:" },
		{ "||pre\n# A\nx\n", "||PRE\n# A\nx\n", "||pre\n# A\nX\n", "||PRE\n# A\nX\n", "" },
		{ "||# A\n## C\nx\n# B\n## C\ny\n", "||# A\n## C\nX\n# B\n## C\ny\n",
		  "||# A\n## C\nx\n# B\n## C\nY\n", "||# A\n## C\nX\n# B\n## C\nY\n", "" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check_merge(cases[i].base, cases[i].ours, cases[i].theirs, cases[i].expected,
			    cases[i].conflicts, 0);
}

UNIT_TEST(hunks_are_what_git_writes)
{
	static const struct {
		const char *text, *choices, *expected;
		size_t nr;
		unsigned line;		/* outside of code */
	} cases[] = {
		{ "a\n<<<<<<< x\no\n=======\nt\n>>>>>>> y\nb\n", "o", "a\no\nb\n", 1, 2 },
		{ "a\n<<<<<<< x\no\n=======\nt\n>>>>>>> y\nb\n", "t", "a\nt\nb\n", 1, 2 },
		{ "<<<<<<< x\no\n||||||| z\nb\n=======\n>>>>>>> y", "o", "o\n", 1, 1 },
		{ "<<<<<<< x\n=======\n=======\n>>>>>>> y\n", "t", "=======\n", 1, 1 },
		{ "```\n<<<<<<< x\no\n=======\nt\n>>>>>>> y\n```\n", "-",
		  "```\n<<<<<<< x\no\n=======\nt\n>>>>>>> y\n```\n", 1, 0 },
		{ "<<<<<<< x\n<<<<<<< x\no\n=======\nt\n>>>>>>> y\n", "o", "<<<<<<< x\no\n", 1, 2 },
		{ "<<<<<<<\n=======\n>>>>>>> y\n", "o", "<<<<<<<\n=======\n>>>>>>> y\n", 0, 0 },
		{ "<<<<<<< x\n=======\n", "o", "<<<<<<< x\n=======\n", 0, 0 },
		{ "=======\n>>>>>>> y\n<<<<<<< x\n", "o", "=======\n>>>>>>> y\n<<<<<<< x\n", 0, 0 },
	};
	struct arena *arena = arena_new();
	struct hunk *hunks;
	size_t i, nr;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);
		struct buf b = BUF_INIT;

		ck_assert_int_eq(hunks_find(&hunks, &nr, arena, cases[i].text, len), 0);
		ck_assert_uint_eq(nr, cases[i].nr);
		ck_assert_uint_eq(hunk_line(cases[i].text, 0, len, 1), cases[i].line);
		hunks_apply(&b, cases[i].text, len, hunks, nr, cases[i].choices);
		ck_assert_str_eq(b.data, cases[i].expected);
		buf_release(&b);
	}
	arena_free(arena);
}

UNIT_MAIN("merge", merge_free_fields_and_lists, merge_authority_is_of_one_side,
	  merge_lets_what_came_last_stand, merge_sections_and_ticks, hunks_are_what_git_writes)
