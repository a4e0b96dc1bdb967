#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A task is complete only after those it depends on.

test_description='dependencies'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'a dependency must be there' '
	ops_world &&
	ops_refused field.reference ops_task later-1 -f Depends-On=first-1 &&
	ops_task first-1 &&
	ops_task later-1 -f Depends-On=first-1 &&
	ops_json result.fields.Depends-On first-1 ops show later-1
'

test_expect_success 'it does not hold up the work, but the completion' '
	for step in Requested Approved Assigned In-Progress Review Signed Asked Decided
	do
		test_tick && ops_step $step later-1 >/dev/null || return 1
	done &&
	ops_refused task.dependencies ops --as $LEAD complete later-1 &&
	test_grep "fix: complete first-1 first" "$TEST_ROOT/refused.err"
'

test_expect_success 'each of several is named' '
	ops_task other-1 &&
	ops_task late-2 -f Depends-On="first-1, other-1" &&
	for step in Requested Approved Assigned In-Progress Review Signed Asked Decided
	do
		test_tick && ops_step $step late-2 >/dev/null || return 1
	done &&
	ops_refused task.dependencies ops --as $LEAD complete late-2 &&
	test_grep "first-1" "$TEST_ROOT/refused.err" &&
	test_grep "other-1" "$TEST_ROOT/refused.err"
'

test_expect_success 'a cancelled dependency is not a complete one' '
	ops --as $LEAD cancel other-1 -m "no" &&
	ops_refused task.dependencies ops --as $LEAD complete late-2 &&
	test_grep "other-1.*Cancelled" "$TEST_ROOT/refused.err"
'

test_expect_success 'after it, completion is free' '
	for step in Requested Approved Assigned In-Progress Review Signed Asked Decided Complete
	do
		test_tick && ops_step $step first-1 >/dev/null || return 1
	done &&
	ops --as $LEAD complete later-1
'

test_done
