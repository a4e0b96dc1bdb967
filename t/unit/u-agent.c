/* SPDX-License-Identifier: MIT */
/*
 * Running agents: each way not to behave ends in time, leaves no process, and is
 * told truly; several run side by side.
 */
#include "unit.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run/agent.h"
#include "util/json.h"

static struct ops_error err;
static char hostile[4096];
static unsigned run_nr;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The program beside this one. */
static void find_hostile(void)
{
	ssize_t n = readlink("/proc/self/exe", hostile, sizeof(hostile) - 16);
	char *slash;

	ck_assert(n > 0);
	hostile[n] = '\0';
	slash = strrchr(hostile, '/');
	memcpy(slash + 1, "hostile", 8);
}

/* Processes that run with our marker in their environment, or none can be. */
static int left_of(const char *id)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	char marker[96], path[300], text[8192];
	int nr = 0;

	snprintf(marker, sizeof(marker), "OPS_RUN_ID=%s", id);
	ck_assert_ptr_nonnull(proc);
	while ((e = readdir(proc))) {
		FILE *file;
		size_t n;

		snprintf(path, sizeof(path), "/proc/%s/environ", e->d_name);
		file = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (!file)
			continue;
		n = fread(text, 1, sizeof(text), file);
		nr += n && memmem(text, n, marker, strlen(marker) + 1) != NULL;
		fclose(file);
	}
	closedir(proc);
	return nr;
}

struct job {
	struct run_order order;
	const char *argv[4], *env[3];
	char id[32], marker[64];
};

static struct run_order *job(struct job *j, const char *mode, const char *word)
{
	if (!*hostile)
		find_hostile();
	*j = (struct job){ .argv = { hostile, mode, word, NULL } };
	snprintf(j->id, sizeof(j->id), "u-%d-%u", (int)getpid(), run_nr++);
	snprintf(j->marker, sizeof(j->marker), "OPS_RUN_ID=%s", j->id);
	j->env[0] = j->marker;
	j->order = (struct run_order){
		.agent = mode, .id = j->id, .argv = j->argv, .env = j->env, .dir = "/",
		.packet = "{}", .packet_len = 2, .timeout = 1, .output = 65536,
	};
	return &j->order;
}

/* Run that mode, whose end is expected so, in time: on a machine that is busy otherwise
 * something is added to the second that t/slow asks for. */
static struct run_result *expect(enum run_end end, struct job *j)
{
	double from = seconds();
	struct run_result *r = NULL;

	ck_assert_int_eq(run_agent(&r, &j->order, &err), 0);
	ck_assert_msg(r->end == end, "%s: %s (%s)", j->argv[1], run_end_text(r->end), r->why);
	ck_assert_msg(seconds() - from < j->order.timeout + 5.0, "%s: too late", j->argv[1]);
	ck_assert_msg(left_of(j->id) == 0, "%s: left processes", j->argv[1]);
	ck_assert_int_eq(r->left, 0);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);	/* no zombie of ours */
	return r;
}

UNIT_TEST(an_honest_one_answers)
{
	struct job j;
	struct run_result *r;

	job(&j, "honest", NULL);
	r = expect(RUN_DONE, &j);
	ck_assert_int_eq(r->status, RUN_COMPLETE);
	ck_assert_str_eq(json_text(json_get(r->answer, "summary")), "done");
	ck_assert_int_eq(r->progress.lines, 1);
	ck_assert_int_eq(r->progress.percent, 50);
	ck_assert_str_eq(r->progress.note, "half");
	ck_assert_str_eq(r->why, "");
	run_result_free(r);
	job(&j, "honest", "3");
	r = expect(RUN_DONE, &j);
	ck_assert_int_eq(r->status, RUN_FAILED);
	ck_assert_int_eq(r->code, 3);
	ck_assert_str_eq(r->why, "it ended with status 3");
	run_result_free(r);
}

UNIT_TEST(whoever_does_not_behave_ends_in_time_with_all_of_it)
{
	static const struct {
		const char *mode;
		enum run_end end;
	} cases[] = {
		{ "double-fork", RUN_DONE }, { "setsid", RUN_TIMED_OUT },
		{ "deaf", RUN_TIMED_OUT }, { "rabbits", RUN_DONE },
		{ "forks", RUN_PROCESSES }, { "reaper", RUN_TIMED_OUT },
		{ "unread", RUN_DONE }, { "closed", RUN_TIMED_OUT },
		{ "closed-early", RUN_DONE }, { "flood", RUN_OUTPUT },
		{ "flood-err", RUN_OUTPUT }, { "garbage", RUN_NO_ANSWER },
		{ "silent", RUN_NO_ANSWER }, { "twice", RUN_NO_ANSWER },
		{ "late", RUN_TIMED_OUT }, { "signal", RUN_KILLED },
		{ "kills-guard", RUN_UNGUARDED }, { "stops-guard", RUN_TIMED_OUT },
	};
	struct job j;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		job(&j, cases[i].mode, NULL);
		/* What ends by itself or by another limit may be slow on a busy machine. */
		if (cases[i].end != RUN_TIMED_OUT)
			j.order.timeout = 20;
		if (!strcmp(cases[i].mode, "forks"))
			j.order.limits.processes = 30;
		run_result_free(expect(cases[i].end, &j));
	}
}

UNIT_TEST(what_is_left_behind_is_counted)
{
	struct job j;
	struct run_result *r;

	job(&j, "double-fork", NULL);
	r = expect(RUN_DONE, &j);
	ck_assert_int_eq(r->status, RUN_COMPLETE);
	ck_assert_int_eq(r->stragglers, 1);
	run_result_free(r);
}

UNIT_TEST(processor_and_memory_are_limited)
{
	struct job j;
	struct run_result *r;

	job(&j, "burns", NULL);
	j.order.timeout = 20;
	j.order.limits.cpu_ms = 200;
	r = expect(RUN_CPU, &j);
	ck_assert(r->cpu_ms >= 200 && r->cpu_ms < 2000);
	run_result_free(r);
#ifndef __SANITIZE_ADDRESS__	/* which itself takes more than any of this */
	job(&j, "eats", "64");
	j.order.timeout = 20;
	j.order.limits.memory = 32 << 20;
	r = expect(RUN_MEMORY, &j);
	ck_assert(r->memory > 32 << 20 && r->memory < 48 << 20);
	run_result_free(r);
	job(&j, "eats-four", "24");
	j.order.timeout = 20;
	j.order.limits.memory = 32 << 20;
	r = expect(RUN_MEMORY, &j);
	ck_assert(r->memory > 32 << 20);
	run_result_free(r);
#endif
}

UNIT_TEST(what_cannot_start_is_a_result)
{
	struct job j;
	struct run_result *r;

	job(&j, "honest", NULL);
	j.argv[0] = "/dev/null/none/agent";
	r = expect(RUN_NOT_STARTED, &j);
	ck_assert_ptr_nonnull(strstr(r->why, "/dev/null/none/agent"));
	run_result_free(r);
	job(&j, "honest", NULL);
	j.argv[0] = "/etc/passwd";
	run_result_free(expect(RUN_NOT_STARTED, &j));
	job(&j, "honest", NULL);
	j.argv[0] = "no-such-agent";
	run_result_free(expect(RUN_NOT_STARTED, &j));
	job(&j, "honest", NULL);
	j.order.dir = "/dev/null/none";
	run_result_free(expect(RUN_NOT_STARTED, &j));
}

static unsigned heard;

static void hear(const struct run_order *order, const struct run_progress *p, void *payload)
{
	(void)order;
	(void)payload;
	heard += p->lines;
}

UNIT_TEST(several_run_side_by_side_within_their_bounds)
{
	struct job jobs[8];
	struct run_set *set = run_set_new(8);
	struct run_result *r;
	double from = seconds();
	size_t i, nr = 0;

	run_set_on_progress(set, hear, NULL);
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(run_set_add(set, job(&jobs[i], i ? "deaf" : "honest", NULL),
					     &err), 0);
	while (run_set_next(&r, set, &err) == 1) {
		ck_assert(nr || r->end == RUN_DONE);
		nr++;
		run_result_free(r);
	}
	ck_assert_int_eq(nr, 8);
	ck_assert_int_eq(heard, 1);
	ck_assert(seconds() - from < 6);
	run_set_free(set);

	/* one at a time of that agent: each has its second for itself */
	set = run_set_new(8);
	from = seconds();
	for (i = 0; i < 2; i++) {
		job(&jobs[i], "deaf", NULL);
		jobs[i].order.at_once = 1;
		ck_assert_int_eq(run_set_add(set, &jobs[i].order, &err), 0);
	}
	while (run_set_next(&r, set, &err) == 1)
		run_result_free(r);
	ck_assert(seconds() - from > 2);
	run_set_free(set);
}

UNIT_TEST(who_prints_while_nobody_looks_is_not_held_up)
{
	struct job jobs[2];
	struct run_set *set = run_set_new(2);
	struct run_result *r;
	size_t i;

	/* more than a pipe takes that nobody made wider */
	for (i = 0; i < 2; i++) {
		job(&jobs[i], "wordy", "512");
		jobs[i].order.output = 1 << 20;
		jobs[i].order.timeout = 10;
		ck_assert_int_eq(run_set_add(set, &jobs[i].order, &err), 0);
	}
	ck_assert_int_eq(run_set_look(&r, set, 0, &err), 0);
	usleep(2500000);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(i ? run_set_next(&r, set, &err) :
				 run_set_look(&r, set, 0, &err), 1);
		ck_assert_int_eq(r->end, RUN_DONE);
		ck_assert_uint_eq(r->err.len, 512 << 10);
		ck_assert_msg(r->ms < 2000, "it says it took %u ms", r->ms);
		run_result_free(r);
	}
	ck_assert_int_eq(run_set_look(&r, set, 1000, &err), 0);
	run_set_free(set);
}

UNIT_TEST(a_look_waits_no_longer_than_it_is_told)
{
	struct job j;
	struct run_set *set = run_set_new(1);
	struct run_result *r;
	double from = seconds();

	job(&j, "deaf", NULL);
	j.order.timeout = 2;
	ck_assert_int_eq(run_set_add(set, &j.order, &err), 0);
	ck_assert_int_eq(run_set_look(&r, set, 50, &err), 0);
	ck_assert(seconds() - from >= 0.05 && seconds() - from < 1.9);
	ck_assert_int_eq(run_set_look(&r, set, 10000, &err), 1);
	ck_assert_int_eq(r->end, RUN_TIMED_OUT);
	run_result_free(r);
	run_set_free(set);
}

UNIT_TEST(a_set_that_is_freed_ends_what_runs)
{
	struct job jobs[3];
	struct run_set *set = run_set_new(2);
	struct run_result *r;
	size_t i;

	for (i = 0; i < 3; i++) {
		job(&jobs[i], i ? "setsid" : "honest", NULL);
		jobs[i].order.timeout = 0;
		ck_assert_int_eq(run_set_add(set, &jobs[i].order, &err), 0);
	}
	ck_assert_int_eq(run_set_next(&r, set, &err), 1);
	run_result_free(r);
	for (i = 0; i < 3000 && !left_of(jobs[1].id); i++)
		usleep(1000);
	ck_assert_int_ge(left_of(jobs[1].id), 1);
	run_set_free(set);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(left_of(jobs[i].id), 0);
}

UNIT_TEST(nothing_survives_the_death_of_whoever_runs_it)
{
	struct job j;
	struct run_result *r;
	pid_t pid;
	int i, nr = 0;

	job(&j, "setsid", NULL);
	j.order.timeout = 0;
	pid = fork();
	if (pid == 0) {
		(void)run_agent(&r, &j.order, &err);
		_exit(0);
	}
	/* Looked at once more, one that begins another and ends could be missed. */
	for (i = 0; i < 6000 && (nr = left_of(j.id)) < 2; i++)
		usleep(10000);
	ck_assert_int_ge(nr, 2);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	for (i = 0; i < 1000 && left_of(j.id); i++)
		usleep(10000);
	ck_assert_int_eq(left_of(j.id), 0);
}

UNIT_MAIN("agent", an_honest_one_answers,
	  whoever_does_not_behave_ends_in_time_with_all_of_it,
	  what_is_left_behind_is_counted, processor_and_memory_are_limited,
	  what_cannot_start_is_a_result, several_run_side_by_side_within_their_bounds,
	  who_prints_while_nobody_looks_is_not_held_up, a_look_waits_no_longer_than_it_is_told,
	  a_set_that_is_freed_ends_what_runs,
	  nothing_survives_the_death_of_whoever_runs_it)
