/* SPDX-License-Identifier: MIT */
#ifndef UNIT_H
#define UNIT_H

/*
 * Unit tests: Check, with its ceremony hidden.
 *
 *	UNIT_TEST(date_add_months_clamps_day)
 *	{
 *		ck_assert_str_eq(...);
 *	}
 *	UNIT_MAIN("date", date_add_months_clamps_day, ...)
 *
 * Each program prints TAP and exits 0 only if every test passed.  A test is
 * named by what it expects.  CK_FORK=no runs all in one process, for debuggers
 * and valgrind.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_TIMEOUT 120	/* seconds: valgrind is slow */
#define UNIT_SKIP 77		/* exit status: nothing was tested */
#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNIT_TEST(name) START_TEST(name)

/* For hot loops: Check writes to a file at each assertion that holds. */
#define UNIT_NEED(condition)						\
	do {								\
		if (!(condition))					\
			ck_abort_msg("needed: %s", #condition);		\
	} while (0)

static inline int unit_run(const char *name, const TTest *const *tests, size_t nr)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	size_t i;
	int failed, ran;

	tcase_set_timeout(tcase, UNIT_TIMEOUT);
	for (i = 0; i < nr; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	ran = srunner_ntests_run(runner);
	srunner_free(runner);
	return failed || ran != (int)nr ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define UNIT_MAIN(name, ...)						\
	int main(void)							\
	{								\
		const TTest *const tests[] = { __VA_ARGS__ };		\
									\
		return unit_run(name, tests, UNIT_COUNT(tests));	\
	}

#endif
