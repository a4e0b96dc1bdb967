/* SPDX-License-Identifier: MIT */
/*
 * A sketch of the board out of the roll is the board itself: the same jobs, the same links, the
 * same tasks, after each of many steps by chance, most of which change what others depend on.
 */
#include "unit.h"

#include "trash.h"

#include "model/board.h"
#include "model/roll.h"
#include "util/arena.h"

#define TASKS 24
#define ACTIVE "05-PROCESSES/active-tasks"
#define ARCHIVE "05-PROCESSES/completed-tasks/2026/01"
#define PACKETS "05-PROCESSES/packets"

#define SAME (JOB_ACCEPTED | JOB_PROMPT | JOB_NAMED | JOB_PART)

static unsigned long seed;
static size_t parts, held;	/* that were compared */
static struct world_cache *cache;

static size_t dice(size_t sides)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (size_t)(seed >> 33) % sides;
}

static void write_task(const char *dir, size_t id, const char *status, bool twin)
{
	static const char *const agents[] = { "Production/codegen", "Production/tester", "x/y" };
	size_t i, nr = dice(4);
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "r/%s/%s/task-%zu.md", dir, twin ? "twin" : ".", id);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "---\nTitle: Task %zu\nVersion: 1.0.0\nStatus: %s\n", id, status);
	if (dice(8))
		fprintf(f, "Priority: %s\n", dice(2) ? "LOW" : "CRITICAL");
	if (dice(3))
		fprintf(f, "Started: 2026-01-%02zu\n", 10 + dice(10));
	if (dice(3))
		fprintf(f, "Project: %s\n", dice(2) ? "parser" : "lexer");
	if (dice(3))
		fprintf(f, "Type: %s\n", dice(2) ? "feature" : "IMPLEMENTATION");
	fprintf(f, "Assigned-To: %s\nEstimated-Hours: %s%zu\n", agents[dice(3)],
		dice(8) ? "" : "-", 1 + dice(20));
	if (dice(3))
		fprintf(f, "Due: 2026-02-%02zu\n", 10 + dice(10));
	if (dice(3))
		fprintf(f, "Prompt: delivery-prompt\n");
	if (!strcmp(status, "Superseded"))
		fprintf(f, "Parts: [task-1]\n");
	for (i = 0; i < nr; i++) {
		fprintf(f, i ? ", " : "Depends-On: [");
		if (dice(12))
			fprintf(f, "task-%zu", dice(TASKS));
		else
			fprintf(f, ACTIVE "/task-%zu.md", dice(TASKS));
	}
	fprintf(f, "%sComplexity: %zu\n---\n\n## Objective\n\nOne.\n", i ? "]\n" : "",
		1 + id % 9);
	ck_assert_int_eq(fclose(f), 0);
}

static void write_agent(const char *id)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "r/05-PROCESSES/agents/Production/%s.md", id);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "---\nName: %s\nRole: agent\nDepartment: Production\nArchetype: specialist\n"
		"Authority-Level: 3\nDomain: code\nStatus: Active\nVersion: 1.0.0\n"
		"Model-Tier: standard\nSpawned-By: x\nReports-To: x\nEmail: %s@example.org\n"
		"---\n\n# Agent\n", id, id);
	ck_assert_int_eq(fclose(f), 0);
}

/* What lies somewhere goes elsewhere, or is written anew, or is broken. */
static void step(void)
{
	static const char *const states[] = { "Queued", "Assigned", "In-Progress", "Review",
					      "Blocked" };
	size_t id = dice(TASKS), what = dice(16);

	if (what < 9) {
		if (dice(16))
			trash_try("rm -f r/" ARCHIVE "/task-%zu.md", id);
		write_task(ACTIVE, id, states[dice(5)], false);
	} else if (what < 11) {
		trash_try("cd r/" ACTIVE " && rm -f task-%zu.md", id);
		write_task(ARCHIVE, id, what == 9 ? "Complete" : "Cancelled", false);
	} else if (what == 11) {
		trash_try("cd r/" ACTIVE " && mv -f task-%zu.md ../completed-tasks/2026/01/ "
			  "2>/dev/null", id);
	} else if (what == 12) {
		trash_try("mkdir -p r/" PACKETS "/task-%zu && echo x >r/" PACKETS
			  "/task-%zu/20260110T080000Z-question-ab12.md", id, id);
	} else if (what == 13 && !dice(3)) {
		trash_try("echo broken >r/" ACTIVE "/task-%zu.md", id);
	} else if (what == 14) {
		trash_try("rm -f r/" ARCHIVE "/task-%zu.md r/" ACTIVE "/twin/*", id);
	} else if (what == 15 && !dice(6)) {
		write_task(dice(2) ? ACTIVE : ARCHIVE, id, dice(2) ? "Superseded" : "Queued",
			   dice(2));
	}
	trash_do("cd r && git add -A . && git commit -q --allow-empty -m step");
}

static void open_world(struct world **w, struct snap **snap, struct store *s)
{
	struct oid commit;

	ck_assert_int_eq(store_resolve(&commit, s, "HEAD", NULL), 0);
	ck_assert_int_eq(snap_of_commit(snap, s, &commit, NULL), 0);
	ck_assert_int_eq(world_open(w, *snap, cache, NULL), 0);
}

/* What each worker has to do. */
static void compare_workers(const struct board *sketch, const struct board *whole)
{
	size_t i;

	ck_assert_uint_eq(sketch->workers_nr, whole->workers_nr);
	for (i = 0; i < whole->workers_nr; i++) {
		const struct worker *x = &sketch->workers[i], *y = &whole->workers[i];

		ck_assert_uint_eq(x->active, y->active);
		ck_assert(x->hours == y->hours);
		ck_assert(x->complexity == y->complexity);
		held += y->active;
	}
}

static void compare(struct board *sketch, struct board *whole)
{
	const struct task *a, *b;
	char dir[128];
	size_t i, k;

	ck_assert_uint_eq(sketch->tasks_nr, whole->tasks_nr);
	for (i = 0; i < whole->tasks_nr; i++) {
		const struct job *x = &sketch->jobs[i], *y = &whole->jobs[i];
		size_t nr = whole->links_first[i + 1] - whole->links_first[i];

		ck_assert_int_eq(board_get(&a, sketch, i, sketch->arena, NULL), 0);
		ck_assert_int_eq(board_get(&b, whole, i, whole->arena, NULL), 0);
		ck_assert_int_eq(board_look_at(a, sketch, NULL), 0);
		ck_assert_str_eq(a->path, b->path);
		ck_assert_str_eq(a->status, b->status);
		ck_assert(a->agent == b->agent);
		ck_assert(x->hours == y->hours && x->due == y->due && x->agent == y->agent);
		ck_assert(x->priority == y->priority && x->work == y->work);
		ck_assert(x->started == y->started);
		ck_assert_uint_eq(x->flags & SAME, y->flags & SAME);
		parts += (y->flags & JOB_PART) != 0;
		ck_assert_str_eq(board_id(sketch, i), b->id);
		ck_assert_uint_eq(board_number(sketch, b->id), board_number(whole, b->id));
		ck_assert_pstr_eq(board_project(sketch, i), b->project);
		ck_assert_pstr_eq(board_project(whole, i), b->project);
		snprintf(dir, sizeof(dir), "r/" PACKETS "/%s", a->id);
		ck_assert(x->flags & JOB_RECORDED || access(dir, F_OK));
		ck_assert_uint_eq(sketch->links_first[i + 1] - sketch->links_first[i], nr);
		for (k = 0; k < nr; k++) {
			ck_assert_msg(a->depends[k].state == b->depends[k].state &&
				      a->depends[k].task == b->depends[k].task,
				      "dependency %zu of %s", k, a->path);
			/* What is met is not looked up. */
			if (b->depends[k].state != DEPENDS_COMPLETE)
				ck_assert_pstr_eq(a->depends[k].status, b->depends[k].status);
			ck_assert_msg(sketch->links[sketch->links_first[i] + k] ==
				      whole->links[whole->links_first[i] + k],
				      "link %zu of %s", k, a->path);
		}
	}
}

/* Whether it was a sketch. */
static bool look(struct store *s)
{
	struct ops_findings *said = ops_findings_new(), *findings = ops_findings_new();
	struct roll_place place = { .store = s, .private_dir = trash_dir, .branch = "main" };
	struct board *sketch, *whole;
	struct snap *snap, *other;
	struct world *w, *plain;
	struct roll *roll;
	bool is_sketch;

	open_world(&w, &snap, s);
	open_world(&plain, &other, s);
	ck_assert_int_eq(roll_open(&roll, w, &place, NULL), 0);
	ck_assert_ptr_nonnull(roll);
	world_use_roll(w, roll);
	ck_assert_int_eq(board_sketch(&sketch, w, 1768478400, said, NULL), 0);
	ck_assert_int_eq(board_read(&whole, plain, 1768478400, findings, NULL), 0);
	ck_assert_uint_eq(ops_findings_count(said), ops_findings_count(findings));
	compare(sketch, whole);
	ck_assert_int_eq(board_weigh(sketch, NULL), 0);
	compare_workers(sketch, whole);
	is_sketch = sketch->roll != NULL;
	board_free(sketch);
	board_free(whole);
	roll_close(roll);
	world_close(w);
	world_close(plain);
	snap_free(snap);
	snap_free(other);
	ops_findings_free(said);
	ops_findings_free(findings);
	return is_sketch;
}

static struct store *begin(void)
{
	trash_make();
	trash_do("cd r && git config ops.cache always && mkdir -p " ACTIVE "/twin " ARCHIVE
		 "/twin " PACKETS " 05-PROCESSES/agents/Production");
	write_agent("codegen");
	write_agent("tester");
	cache = world_cache_new();
	ck_assert_ptr_nonnull(cache);
	return trash_open("r");
}

static void end(struct store *s)
{
	world_cache_free(cache);
	store_close(s);
	trash_end();
}

UNIT_TEST(a_sketch_is_the_board)
{
	struct store *s = begin();
	size_t i, sketches = 0;

	seed = 61;
	for (i = 0; i < TASKS / 2; i++)
		write_task(ACTIVE, i, "Queued", false);
	for (i = 0; i < 160; i++) {
		/* Now and then all is a base again. */
		if (!dice(12))
			trash_do("rm -f r/.git/ops/roll-*");
		step();
		sketches += look(s);
	}
	ck_assert_msg(sketches > 60, "%zu sketches", sketches);
	ck_assert_msg(sketches < 160, "%zu sketches", sketches);
	ck_assert_msg(parts > 60, "%zu parts", parts);
	ck_assert_msg(held > 60, "%zu tasks that somebody has", held);
	end(s);
}

/* A name that meant a task of the archive means the active one that comes to have it. */
UNIT_TEST(a_name_that_comes_to_mean_another_task_is_looked_up)
{
	struct store *s = begin();

	seed = 63;
	write_task(ARCHIVE, 2, "Complete", false);
	trash_do("cd r && printf -- '---\nTitle: A\nVersion: 1.0.0\nStatus: Queued\n"
		 "Depends-On: [task-2]\n---\n' >" ACTIVE "/task-1.md && "
		 "git add . && git commit -q -m base");
	ck_assert(look(s));
	write_task(ACTIVE, 2, "Queued", false);
	trash_do("cd r && git add . && git commit -q -m twin");
	ck_assert(!look(s));
	trash_do("cd r && git rm -q " ARCHIVE "/task-2.md && git commit -q -m 'no twin'");
	ck_assert(look(s));
	end(s);
}

UNIT_TEST(a_sketch_of_much_that_changed_is_the_board)
{
	struct store *s = begin();
	size_t i, k;

	seed = 62;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < 900; i++)
			if (!k || !dice(40))
				write_task(ACTIVE, i, "Assigned", false);
		trash_do("cd r && git add -A . && git commit -q -m step");
		ck_assert(look(s));
	}
	end(s);
}

UNIT_MAIN("sketch", a_sketch_is_the_board,
	  a_name_that_comes_to_mean_another_task_is_looked_up,
	  a_sketch_of_much_that_changed_is_the_board)
