#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What to do now, and how everything stands.

test_description='next and status'
. "$(dirname "$0")/test-lib.sh"

# rows FILE: "TASK DO GATE" of a table, in its order.
rows () {
	sed -n 's/^[0-9][0-9]*  *\([^ ]*\)  *\([^ ]*\)  *\([^ ]*\) .*/\1 \2 \3/p' "$1"
}

# does LINE... : what ops next shows for agent $who, as lines of `rows`.
does () {
	ops next --for "$who" >out &&
	rows out >actual &&
	test_write_lines "$@" | sed '/^$/d' >expected &&
	test_cmp expected actual
}

test_expect_success 'with nothing to do there is nothing to do' '
	ops_world &&
	ops next --all >out && test_grep "nothing to do" out &&
	ops_json result.health 1 ops status &&
	ops_json result.active 0 ops status
'

test_expect_success 'each step of a life is the next for whom it is' '
	ops_task swap-1111 &&
	who=$LEAD && does "swap-1111 request pre-governance" &&
	who=$GOV && does "" &&
	ops_step Requested swap-1111 &&
	who=$GOV && does "swap-1111 decide pre-governance" &&
	who=$LEAD && does "" &&
	ops_step Approved swap-1111 &&
	who=$LEAD && does "swap-1111 assign -" &&
	ops --as $LEAD assign swap-1111 $DEV >/dev/null &&
	who=$DEV && does "swap-1111 accept -" &&
	ops --as $DEV accept swap-1111 && does "swap-1111 start -" &&
	ops --as $DEV start swap-1111 && does "swap-1111 continue -" &&
	ops_step Review swap-1111 &&
	who=$DEV && does "" &&
	who=$QA && does "swap-1111 decide quality" &&
	ops_step Signed swap-1111 &&
	who=$LEAD && does "swap-1111 request post-governance" &&
	ops_step Asked swap-1111 &&
	who=$GOV && does "swap-1111 decide post-governance" &&
	ops_step Decided swap-1111 &&
	who=$LEAD && does "swap-1111 complete -" &&
	ops_step Complete swap-1111 && does ""
'

# alice-checker holds the power, and is one person with codegen-alt, who did the work.
test_expect_success 'nobody is asked to decide about their own work' '
	ops_task own-1111 && ops_step Requested own-1111 && ops_step Approved own-1111 &&
	ops --as $LEAD assign own-1111 codegen-alt >/dev/null &&
	ops --as codegen-alt accept own-1111 && ops --as codegen-alt start own-1111 &&
	ops --as codegen-alt submit own-1111 -s Outputs=o -s "Test Results"=t \
		-e reports/test.log &&
	who=alice-checker && does "" &&
	who=$QA && does "own-1111 decide quality" &&
	ops --as $QA rework own-1111 -m "again" -e reports/test.log &&
	who=codegen-alt && does "own-1111 continue -" &&
	test_grep "sent back 1 time" out &&
	ops --as $LEAD cancel own-1111 -m enough
'

test_expect_success 'a block shows why, and a lift who' '
	ops_task_at Blocked stop-1111 >/dev/null &&
	who=$DEV && does "stop-1111 unblock -" &&
	test_grep "blocked: the orders are missing" out &&
	ops_task_at Requested veto-1111 >/dev/null &&
	ops --as $GOV gate block veto-1111 pre-governance -m "no" \
		-s "Lifted When"="never" &&
	who=$GOV && does "veto-1111 lift pre-governance" &&
	ops --as $LEAD cancel veto-1111 -m enough && ops --as $LEAD cancel stop-1111 -m enough
'

# By itself base is LOW.  CRITICAL hangs on it, so it goes before HIGH; what waits is last.
test_expect_success 'what others wait for takes their priority, what waits is last' '
	ops_task base-1111 -f Priority=LOW &&
	ops_task high-1111 && ops_task more-1111 -f Priority=MEDIUM -f Due=2026-02-01 &&
	ops_task soon-1111 -f Due=2026-01-20 &&
	ops_task roof-1111 -f Priority=CRITICAL -f Depends-On=base-1111 &&
	who=$LEAD && does "base-1111 request pre-governance" \
		"soon-1111 request pre-governance" "high-1111 request pre-governance" \
		"more-1111 request pre-governance" "roof-1111 request pre-governance" &&
	test_grep "LOW, roof-1111 waits for it and is CRITICAL; .*; 1 task waits for it" out &&
	test_grep "roof-1111 .*CRITICAL; .*; waits for base-1111" out &&
	ops --json next --for $LEAD -n 2 >answer &&
	ops_json result.deeds.# 2 ops next --for $LEAD -n 2 &&
	ops_json result.deeds.0.waits no ops next --for $LEAD
'

test_expect_success 'without --for it is who acts, and --all is everybody' '
	ops_json result.for $LEAD ops --as $LEAD next &&
	ops_json result.for $DEV ops --as $DEV next &&
	ops_json result.deeds.# 0 ops --as $DEV next &&
	ops_json result.deeds.# 5 ops next --all &&
	test_expect_code 2 ops next --all --for $DEV &&
	test_expect_code 4 ops next --for nobody-here &&
	ops_json result.deeds.# 5 ops status --for $LEAD &&
	test_expect_code 4 ops status --for nobody-here
'

test_expect_success 'the status: gates and for whom, blocked, blockers, prompts' '
	for i in base-1111 high-1111 more-1111 soon-1111 roof-1111
	do
		ops --as $LEAD cancel $i -m enough || return 1
	done &&
	ops_task_at Requested gate-1111 >/dev/null &&
	ops_task wait-1111 -f Depends-On=gate-1111 &&
	ops_task_at Blocked stop-2222 >/dev/null &&
	ops status >out &&
	test_grep "^health 0.67, below 0.7: 1 of 3 active tasks" out &&
	test_grep "queued 2, assigned 0, in progress 0, review 0, blocked 1" out &&
	test_grep "gate-1111 *decide *pre-governance *governance-orchestrator" out &&
	test_grep "stop-2222 *Blocked *Production/codegen *the orders are missing" out &&
	test_grep "gate-1111 *Queued *- *1 waits for it" out &&
	test_grep "old-prompt.md *2025-12-31" out
'

# Three days is the default; a checkpoint is a sign of life, a decision is none.
test_expect_success 'work without a sign of life is stalled' '
	ops_task_at In-Progress slow-1111 >/dev/null &&
	ops_json result.stalled 0 ops status &&
	test_clock 2026-01-19 &&
	ops_json result.stalled 1 ops status &&
	ops status >out && test_grep "slow-1111 *In-Progress *Production/codegen *last sign" out &&
	ops --as $GOV gate block slow-1111 pre-governance -m "wait" \
		-s "Lifted When"="it is said" &&
	ops --as $GOV gate lift slow-1111 pre-governance -m "go on" &&
	ops_json result.stalled 1 ops status &&
	ops --as $DEV checkpoint slow-1111 -m "half" &&
	ops_json result.stalled 0 ops status &&
	test_clock 2026-01-23 &&
	ops_json result.stalled_tasks.0.what "last sign of life 2026-01-19T12:00:00Z" ops status
'

test_expect_success 'what is late' '
	ops --as $LEAD edit slow-1111 -f Due=2026-01-22 &&
	ops_json result.late 1 ops status &&
	ops status >out && test_grep "due 2026-01-22, can be done by 2026-01-23" out
'

test_expect_success 'what cannot be read is counted and named' '
	echo "no header" >05-PROCESSES/active-tasks/bad-1111.md &&
	ops_commit_as $LEAD "by hand" &&
	test_expect_code 1 ops status >out 2>err &&
	test_grep "documents that cannot be read: 1" out &&
	test_grep "bad-1111.md:1:1.*doc.header" err &&
	git reset -q --hard HEAD~1
'

test_expect_success 'one screen, whatever there is' '
	for i in 1 2 3 4 5 6 7
	do
		ops_task_at Requested many-$i$i$i$i >/dev/null || return 1
	done &&
	ops status >out && test_grep "^and 3 more" out &&
	test_grep "Gates that wait for a decision (8)" out &&
	ops_json result.gates.# 8 ops status
'

test_done
