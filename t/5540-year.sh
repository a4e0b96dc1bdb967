#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Two weeks of a small team, through the real program; t/slow has the year.

test_description='a small part of the simulated year'
. "$(dirname "$0")/test-lib.sh"

# year DIRECTORY SETTING...: what it prints goes to year.out.
year () {
	year_dir=$PWD/$1 && shift && mkdir "$year_dir" &&
	perl "$TEST_SOURCE/t/year/run" "$OPS_PROGRAM" "$TEST_FIXTURES/world" "$year_dir" \
		"$@" >year.out 2>year.err || {
		cat year.out year.err
		return 1
	}
}

test_expect_success PERL 'every act is legal, and every invariant holds' '
	year one seed=3 agents=6 days=9 tasks=2 hours=14 &&
	test_grep "^wrong 0" year.out && test_grep "^refused 0" year.out &&
	test_grep "^broken_down 1" year.out && test_grep "^completed [1-9]" year.out
'

# One decision is taken away before the end is looked at.
test_expect_success PERL 'what is wrong is seen' '
	sed "\$d" "$TEST_SOURCE/t/year/run" >broken && cat >>broken <<-\EOF &&
	for (glob("05-PROCESSES/completed-tasks/*/*/*.md")) {
		my ($id) = m{([^/]+)\.md$};
		unlink((glob("05-PROCESSES/packets/$id/*-decision-*.md"))[0] || "none");
	}
	finish();
	EOF
	mkdir two && test_expect_code 1 perl broken "$OPS_PROGRAM" "$TEST_FIXTURES/world" \
		"$PWD/two" seed=3 agents=4 days=8 tasks=1 hours=8 >out 2>err &&
	test_grep "no gate skipped: .* passed" err && test_grep "^wrong [1-9]" out
'

test_done
