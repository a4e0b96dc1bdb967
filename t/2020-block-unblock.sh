#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A task that cannot go on: it waits where it was, and goes on from there.

test_description='blocked tasks'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'block and unblock, from both states' '
	ops_world &&
	ops_task_at Assigned &&
	for state in Assigned In-Progress
	do
		ops --as $DEV block swap-7k2f -m "the orders are missing" &&
		ops_json result.fields.Status Blocked ops show swap-7k2f &&
		ops_json result.fields.Blocked-From $state ops show swap-7k2f &&
		ops_json result.fields.Blocked-Reason "the orders are missing" ops show swap-7k2f &&
		ops --as $DEV unblock swap-7k2f &&
		ops_json result.fields.Status $state ops show swap-7k2f &&
		test_grep ! "^Blocked-" 05-PROCESSES/active-tasks/swap-7k2f.md &&
		{ test $state = In-Progress || ops --as $DEV start swap-7k2f; } || return 1
	done
'

test_expect_success 'the reason is needed, kept in the message, and one line' '
	ops_unchanged 2 ops --as $DEV block swap-7k2f &&
	ops_unchanged 2 ops --as $DEV block swap-7k2f -m "" &&
	ops_unchanged 2 ops --as $DEV block swap-7k2f -m "  " &&
	ops_unchanged 2 ops --as $LEAD cancel swap-7k2f -m "	" &&
	ops_unchanged 2 ops --as $DEV block swap-7k2f -m "one
Ops-Status: forged -> line" &&
	ops --as $DEV block swap-7k2f -m "Ops-Actor: nobody" &&
	git log -1 --format=%B >message &&
	test_grep "^Reason: Ops-Actor: nobody" message &&
	git log -1 --format="%(trailers:key=Ops-Actor,valueonly)" >said &&
	test_grep -x $DEV said &&
	ops audit verify
'

test_expect_success 'who manages tasks may end it, others may not' '
	ops_refused power.missing ops --as docwriter unblock swap-7k2f &&
	ops --as $BOSS unblock swap-7k2f &&
	ops_json result.fields.Status In-Progress ops show swap-7k2f &&
	ops --as $LEAD block swap-7k2f -m "wait" &&
	ops --as $LEAD unblock swap-7k2f
'

test_expect_success 'a hand edit cannot choose another way out' '
	ops --as $DEV block swap-7k2f -m "wait" &&
	test_sed 05-PROCESSES/active-tasks/swap-7k2f.md "s/^Status: Blocked/Status: Assigned/" \
		"/^Blocked-/d" &&
	ops_commit_as $DEV "back to assigned" &&
	ops_audit_names task.transition &&
	git reset -q --hard HEAD~ &&
	test_sed 05-PROCESSES/active-tasks/swap-7k2f.md "s/^Blocked-From: .*/Blocked-From: Review/" &&
	ops_commit_as $DEV "was in review, really" &&
	ops_audit_names field.guarded &&
	git reset -q --hard HEAD~
'

test_expect_success 'a blocked task can be cancelled, not submitted' '
	ops_refused task.transition ops --as $DEV submit swap-7k2f &&
	ops --as $LEAD cancel swap-7k2f -m "too long" &&
	test_path_is_file 05-PROCESSES/completed-tasks/2026/01/swap-7k2f.md
'

test_done
