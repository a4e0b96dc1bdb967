#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every transition of a task from every state it does not lead from, by whoever
# might: refused by name, with the ways there are, and nothing changed.

test_description='transitions that are not there'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'a task in each state' '
	ops_world &&
	for state in Queued Assigned In-Progress Review Blocked Complete Cancelled
	do
		ops_task_at $state in-$state >/dev/null || return 1
	done
'

# refuse ACTION ACTOR STATE... [-- OPTION...]
refuse () {
	action=$1 who=$2
	shift 2
	for state
	do
		test_expect_success "$action in $state" '
			case $action in
			assign) set -- $DEV ;;
			block|rework|cancel) set -- -m "a reason" ;;
			submit) set -- -s Outputs=x -s "Test Results"=y ;;
			*) set -- ;;
			esac &&
			ops_refused task.transition ops --as $who $action in-$state "$@" &&
			test_grep "in-$state.md:[0-9]*:[0-9]*: error" "$TEST_ROOT/refused.err" &&
			test_grep "fix: " "$TEST_ROOT/refused.err"
		'
	done
}

refuse assign $LEAD Assigned In-Progress Review Blocked Complete Cancelled
refuse accept $DEV Queued In-Progress Review Blocked Complete Cancelled
refuse start $DEV Queued In-Progress Review Blocked Complete Cancelled
refuse block $DEV Queued Review Blocked Complete Cancelled
refuse unblock $DEV Queued Assigned In-Progress Review Complete Cancelled
refuse submit $DEV Queued Assigned Review Blocked Complete Cancelled
refuse rework $QA Queued Assigned In-Progress Blocked Complete Cancelled
refuse complete $LEAD Queued Assigned In-Progress Blocked Complete Cancelled
refuse cancel $LEAD Complete Cancelled

test_expect_success 'the ways there are' '
	ops_refused task.transition ops --as $DEV submit in-Queued &&
	test_grep "fix: from Queued: ops assign, ops act raise, ops conflict decide, ops breakdown, ops cancel$" "$TEST_ROOT/refused.err" &&
	ops_refused task.transition ops --as $DEV start in-Complete &&
	test_grep "fix: nothing leads out of this status" "$TEST_ROOT/refused.err"
'

test_expect_success 'in JSON, too' '
	ops_refused task.transition ops --json --as $LEAD complete in-Queued &&
	"$TEST_BUILD/t/json-get" error.status "$TEST_ROOT/refused.out" >said &&
	test_grep -x refused said &&
	"$TEST_BUILD/t/json-get" findings.0.path "$TEST_ROOT/refused.out" >said &&
	test_grep -x 05-PROCESSES/active-tasks/in-Queued.md said
'

test_expect_success 'and by the wrong hands' '
	ops_refused power.missing ops --as $DEV assign in-Queued $DEV &&
	ops_refused power.assignee ops --as $LEAD accept in-Assigned &&
	ops_refused power.assignee ops --as docwriter start in-Assigned &&
	ops_refused power.assignee ops --as $QA submit in-In-Progress &&
	ops_refused power.missing ops --as $LEAD rework in-Review -m "no" &&
	ops_refused power.missing ops --as $DEV complete in-Review &&
	ops_refused power.missing ops --as $DEV cancel in-Queued -m "no" &&
	ops_refused power.missing ops --as $QA unblock in-Blocked &&
	ops_refused power.missing ops --as scout block in-In-Progress -m "no" &&
	ops_refused power.assignee ops --as $LEAD checkpoint in-In-Progress --progress 10 &&
	ops_refused actor.unknown ops --as stranger start in-Assigned
'

test_expect_success 'what is done once is not done again' '
	ops_task_at Assigned again-1 &&
	ops --as $DEV accept again-1 &&
	ops_refused task.done-already ops --as $DEV accept again-1 &&
	test_tick 86400 &&
	ops_refused task.done-already ops --as $DEV accept again-1
'

test_expect_success 'a transition that does not exist is wrong usage' '
	ops_unchanged 2 ops --as $DEV act fly in-Queued &&
	ops_unchanged 2 ops --as $DEV start &&
	ops_unchanged 2 ops --as $DEV start in-Assigned in-Queued &&
	ops_unchanged 4 ops --as $DEV start in-Nowhere
'

test_done
