#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the status and the list say of tasks that were broken down, and of acts that are
# recorded here only.

test_description='how far, and whether published'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'a task that was broken down is there until all its parts are done' '
	ops_world && ops_task big-1111 &&
	ops status >out && test_grep ! "Broken down" out &&
	ops --as $LEAD breakdown big-1111 -c one -c two >out &&
	ops status >out && test_grep "^Broken down (1)" out &&
	test_grep "^big-1111 .*Superseded .*0 % done: 0 of 5 parts are complete" out &&
	ops_json result.broken_down.0.task big-1111 ops status &&
	plan=$(ls 05-PROCESSES/active-tasks | sed -n "s/^\(plan-.*\)\.md/\1/p") &&
	ops_step Requested $plan && ops_step Approved $plan &&
	ops --as $LEAD assign $plan $DEV && ops --as $DEV accept $plan &&
	ops --as $DEV start $plan && ops --as $DEV checkpoint $plan --progress 50 -m half &&
	ops status >out && test_grep "^big-1111 .*5 % done" out &&
	ops list --all --status Queued >out && test_grep ! "DONE %" out &&
	ops list --all --status Superseded >out && test_grep "DONE %" out &&
	test_grep "^big-1111  *Superseded .* 5$" out &&
	ops_json result.documents.0.progress 5 ops list --all --status Superseded
'

test_expect_success 'without anywhere to publish to, nothing is said about it' '
	ops status >out && test_grep ! "not published" out
'

test_expect_success 'what is not published is counted' '
	git init -q --bare ../hub.git && git remote add origin "$TEST_ROOT/hub.git" &&
	git push -q -u origin main &&
	ops_json result.unpublished 0 ops status &&
	ops_task here-1111 && ops_task here-2222 &&
	ops_json result.unpublished 2 ops status &&
	ops status >out && test_grep "^recorded here and not published: 2 commits" out &&
	ops sync && ops_json result.unpublished 0 ops status &&
	ops status >out && test_grep ! "not published" out
'

test_done
