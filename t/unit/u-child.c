/* SPDX-License-Identifier: MIT */
/*
 * Running a program: what it gets, what comes back, and that nothing of it stays.
 */
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/child.h"

static struct ops_error err;
static struct child_result result;

/* Run a shell script of ours under the limits of `how`. */
static int script(const char *text, struct child_request how)
{
	const char *argv[] = { "sh", "-c", text, "sh", "with 'quotes' $HOME", NULL };

	how.argv = argv;
	if (!how.max)
		how.max = 4096;
	child_result_release(&result);
	child_result_init(&result);
	memset(&err, 0, sizeof(err));
	return child_run(&result, &how, &err);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A process that nobody has reaped yet does not run any more. */
static bool runs(long pid)
{
	char name[64], state = 'Z';
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
	file = fopen(name, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(file);
	return state != 'Z';
}

UNIT_TEST(what_it_is_given_comes_back)
{
	const char *const env[] = { "ONE=1", NULL };

	ck_assert_int_eq(script("printf '%s|' \"$1\" $ONE; cat; echo talk >&2; exit 3",
				(struct child_request){ .env = env, .in = "input",
							.in_len = 5 }), 0);
	ck_assert_str_eq(result.out.data, "with 'quotes' $HOME|1|input");
	ck_assert_str_eq(result.err.data, "talk\n");
	ck_assert_int_eq(result.code, 3);
	ck_assert_int_eq(result.signal, 0);
	ck_assert(!result.timed_out && !result.too_much);
}

UNIT_TEST(nothing_of_ours_is_handed_down)
{
	int fd = dup2(1, 57);	/* not close-on-exec */

	ck_assert_int_eq(fd, 57);
	setenv("SECRET", "value", 1);
	ck_assert_int_eq(script("test -e /proc/$$/fd/57 || echo \"[$SECRET]\"; pwd",
				(struct child_request){ .dir = "/", .env = NULL }), 0);
	ck_assert_str_eq(result.out.data, "[]\n/\n");
	close(fd);
}

UNIT_TEST(it_works_with_our_own_three_closed)
{
	int kept[3], i, ret;

	for (i = 0; i < 3; i++) {
		kept[i] = dup(i);
		close(i);
	}
	ret = script("cat; echo two >&2", (struct child_request){ .in = "one", .in_len = 3 });
	for (i = 0; i < 3; i++)
		dup2(kept[i], i);
	ck_assert_int_eq(ret, 0);
	ck_assert_str_eq(result.out.data, "one");
	ck_assert_str_eq(result.err.data, "two\n");
}

UNIT_TEST(a_large_input_that_is_not_read_does_no_harm)
{
	char *much = calloc(1, 1 << 22);

	ck_assert_int_eq(script("exit 0", (struct child_request){ .in = much,
								   .in_len = 1 << 22 }), 0);
	ck_assert_int_eq(result.code, 0);
	ck_assert_int_eq(script("wc -c", (struct child_request){ .in = much,
								  .in_len = 1 << 22 }), 0);
	ck_assert_str_eq(result.out.data, "4194304\n");
	free(much);
}

UNIT_TEST(what_is_missing_or_cannot_run_is_said)
{
	const char *argv[] = { "no-such-program-here", NULL };
	struct child_request request = { .argv = argv, .max = 10 };

	child_result_init(&result);
	ck_assert_int_eq(child_run(&result, &request, &err), OPS_ENOTFOUND);
	argv[0] = "/no/such/file";
	ck_assert_int_eq(child_run(&result, &request, &err), OPS_ENOTFOUND);
	argv[0] = "/etc/passwd";
	ck_assert_int_eq(child_run(&result, &request, &err), OPS_EENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "cannot start '/etc/passwd'"));
	argv[0] = "sh";
	request.path = "::relative:";
	ck_assert_int_eq(child_run(&result, &request, &err), OPS_ENOTFOUND);
}

UNIT_TEST(a_signal_is_told_from_a_status)
{
	ck_assert_int_eq(script("kill -SEGV $$", (struct child_request){ 0 }), 0);
	ck_assert_int_eq(result.code, -1);
	ck_assert_int_eq(result.signal, SIGSEGV);
}

UNIT_TEST(it_ends_in_time_with_all_of_its_group)
{
	double begun = seconds();
	long pid;

	ck_assert_int_eq(script("sleep 100 & echo $!; wait",
				(struct child_request){ .timeout_ms = 300 }), 0);
	ck_assert(result.timed_out);
	ck_assert_int_eq(result.signal, SIGTERM);
	ck_assert(seconds() - begun < 60);
	pid = strtol(result.out.data, NULL, 10);
	ck_assert(pid > 1);
	for (int i = 0; i < 100 && runs(pid); i++)
		usleep(10000);
	ck_assert(!runs(pid));
}

UNIT_TEST(who_does_not_listen_is_killed)
{
	ck_assert_int_eq(script("trap '' TERM; while :; do sleep 100; done",
				(struct child_request){ .timeout_ms = 100 }), 0);
	ck_assert(result.timed_out);
	ck_assert_int_eq(result.signal, SIGKILL);
}

UNIT_TEST(a_child_of_its_own_keeps_nobody_waiting)
{
	double begun = seconds();

	/* it holds the pipes, in the group */
	ck_assert_int_eq(script("sleep 100 & echo done", (struct child_request){ 0 }), 0);
	ck_assert_str_eq(result.out.data, "done\n");
	ck_assert(seconds() - begun < 60);
	/* and out of the group */
	ck_assert_int_eq(script("setsid sleep 3 & echo done", (struct child_request){ 0 }), 0);
	ck_assert_str_eq(result.out.data, "done\n");
}

UNIT_TEST(a_flood_is_cut_off)
{
	ck_assert_int_eq(script("yes", (struct child_request){ .max = 1000 }), 0);
	ck_assert(result.too_much && !result.timed_out);
	ck_assert_int_eq((int)result.out.len, 1000);
	ck_assert_int_eq(script("head -c 1000 /dev/zero",
				(struct child_request){ .max = 1000 }), 0);
	ck_assert(!result.too_much);
	ck_assert_int_eq((int)result.out.len, 1000);
}

UNIT_TEST(who_asks_stays_in_our_group)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "%d\n", (int)getpgrp());
	ck_assert_int_eq(script("cut -d ' ' -f 5 /proc/$$/stat",
				(struct child_request){ .asks = true }), 0);
	ck_assert_str_eq(result.out.data, expected);
	ck_assert_int_eq(script("cut -d ' ' -f 5 /proc/$$/stat",
				(struct child_request){ 0 }), 0);
	ck_assert_str_ne(result.out.data, expected);
}

UNIT_MAIN("child", what_it_is_given_comes_back, nothing_of_ours_is_handed_down,
	  it_works_with_our_own_three_closed, a_large_input_that_is_not_read_does_no_harm,
	  what_is_missing_or_cannot_run_is_said, a_signal_is_told_from_a_status,
	  it_ends_in_time_with_all_of_its_group, who_does_not_listen_is_killed,
	  a_child_of_its_own_keeps_nobody_waiting, a_flood_is_cut_off,
	  who_asks_stays_in_our_group)
