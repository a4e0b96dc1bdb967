#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Task forces: put together by who has the tasks and whom selection likes best, tracked as one.

test_description='task forces'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'who has a task is in it and leads, the rest is chosen' '
	ops_world && ops_task_at In-Progress && ops_task_at Approved other-1bbb &&
	ops --as $LEAD taskforce new --checkpoint "2026-02-01 design" --size 3 swap-7k2f other-1bbb >out && test_grep "^new .*: Active" out &&
	ops_json result.taskforces.# 1 ops taskforce list && ops_json result.taskforces.0.lead Production/codegen ops taskforce list &&
	ops taskforce list >out && test_grep "0 of 2 tasks ended" out && test_grep "checkpoints: 2026-02-01 design" out &&
	F=$(ls 05-PROCESSES/taskforces/*.md) && test_grep "^- Production/codegen: swap-7k2f" "$F" && id=$(basename "$F" .md) &&
	grep -c "^  - [A-Z][a-z]*/" "$F" >count && test_grep -x 3 count && rm count
'

test_expect_success 'its tasks are tracked as one' '
	ops --as $DEV checkpoint --progress 40 swap-7k2f && ops --as $LEAD cancel other-1bbb -m "not wanted" &&
	ops taskforce show "$id" >out && test_grep "1 of 2 tasks ended" out && test_grep "swap-7k2f  *In-Progress  *Production/codegen  *40 %" out &&
	test_grep "other-1bbb  *Cancelled" out && ops_json result.taskforces.0.ended 1 ops taskforce show "$id"
'

test_expect_success 'who may not, who is none, what is no task' '
	ops_refused power.missing ops --as $DEV taskforce new swap-7k2f && ops_unchanged 4 ops --as $LEAD taskforce new nobody &&
	ops_unchanged 4 ops --as $LEAD taskforce new --lead nobody swap-7k2f && ops_unchanged 2 ops --as $LEAD taskforce new other-1bbb &&
	ops_unchanged 2 ops --as $LEAD taskforce new --size 0 swap-7k2f && ops_unchanged 2 ops --as $LEAD taskforce new --size -3 swap-7k2f &&
	ops_unchanged 2 ops --as $LEAD taskforce new --size 99999999999999999999 swap-7k2f && ops_unchanged 2 ops taskforce new &&
	ops_refused taskforce.member ops --as $LEAD taskforce new --lead $GOV swap-7k2f &&
	ops_unchanged 4 ops taskforce show nobody && ops_unchanged 0 ops --as $LEAD taskforce new --lead docwriter --dry-run swap-7k2f
'

test_expect_success 'it ends with a reason, once, and is listed no more' '
	ops_unchanged 2 ops --as $LEAD taskforce end "$id" && ops --as $LEAD taskforce end -m "done" "$id" >out && test_grep "Active -> Ended" out &&
	ops_json result.taskforces.# 0 ops taskforce list && ops_unchanged 1 ops --as $LEAD taskforce end -m "done" "$id" &&
	ops taskforce show "$id" >out && test_grep Ended out
'

test_done
