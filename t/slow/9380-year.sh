#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A year of a team of fifty, through the real program, with and without rebalancing.
# OPS_YEAR="days=30 tasks=4" and the like make it smaller; see t/year/run.

test_description='a simulated year'
. "$(dirname "$0")/../test-lib.sh"

year () {
	mkdir "$1" && perl "$TEST_SOURCE/t/year/run" "$OPS_PROGRAM" "$TEST_FIXTURES/world" \
		"$PWD/$1" rebalance="$2" $OPS_YEAR >"$1.out" 2>"$1.err" || {
		cat "$1.out" "$1.err"
		return 1
	}
	sed "s/^/# $1: /" "$1.out"
	test_grep "^wrong 0" "$1.out" && test_grep "^refused 0" "$1.out"
}

test_expect_success PERL 'with rebalancing every act is legal and every invariant holds' '
	year with 1
'

test_expect_success PERL 'and without' '
	year without 0 && test_grep "^reassigned 0" without.out
'

test_done
