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

# does LINE... : what ops next shows for agent $who of tasks, as lines of `rows`.
does () {
	ops next --for "$who" >out &&
	rows out | sed "/-prompt /d" >actual &&
	test_write_lines "$@" | sed '/^$/d' >expected &&
	test_cmp expected actual
}

test_expect_success 'with nothing to do there is nothing to do' '
	ops_world &&
	ops next --for codegen >out && test_grep "nothing to do" out &&
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
	ops --as $QA rework own-1111 -m "again" -s "Missing Evidence=a log" -s "Next Action=run it" -e reports/test.log &&
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
	ops_json result.deeds.# 7 ops next --all && ops_json result.deeds.5.type prompt ops next --all &&
	ops_json result.deeds.# 6 ops next --all -n 6 && ops next --all -n 6 >out && test_grep "and 1 more" out &&
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

test_expect_success 'an actor that is named and is nobody is no question about everybody' '
	test_expect_code 4 ops --as nobody-here next 2>err && test_grep "nobody-here. is not in the roster" err &&
	(OPS_ACTOR=zzz && export OPS_ACTOR && test_expect_code 4 ops next 2>err && test_grep "zzz" err &&
	 test_expect_code 4 ops --json next >answer && ops next --all && ops next --for $DEV && ops status) &&
	test_when_finished "git config --unset ops.actor" && git config ops.actor typo &&
	test_expect_code 4 ops next && ops --as $DEV next
'

test_expect_success 'who acts by the e-mail alone, and is nobody, sees what anybody can do' '
	(GIT_AUTHOR_EMAIL=stranger@example.org && export GIT_AUTHOR_EMAIL && ops_json result.for null ops next)
'

test_expect_success 'what is open is said to who can settle it, and what it keeps from is not offered' '
	ops --as $LEAD cancel stop-2222 -m enough && ops_task_at Decided open-1111 >/dev/null && ops next --for $LEAD >out && test_grep "open-1111 *complete" out &&
	ops --as $DEV ask open-1111 QUESTION="Which index?" CONTEXT="two" OPTIONS="a, b" RECOMMENDED="a" \
		FILES=src/match.c BLOCKING=yes >/dev/null &&
	ops next --all >out && test_grep ! "open-1111 *complete" out && test_grep "open-1111 *answer" out &&
	test_grep "question [0-9a-z]* is open and keeps it from: complete" out &&
	ops next --for $DEV >out && test_grep ! open-1111 out &&
	ops_json result.open.0.action answer ops status && ops_json result.open.0.task open-1111 ops status &&
	who=$(ops next --all | sed -n "s/.* answer  *-  *\([^ ,]*\).*/\1/p") && ops next --for "$who" >out && test_grep "open-1111 *answer" out &&
	ops status --for $who >out && test_grep "open-1111 *answer" out &&
	ops --as $who answer open-1111 CHOSEN=a RATIONALE="small" CONSTRAINTS="none" "NEXT STEP=go on" >/dev/null &&
	ops next --for $who >out && test_grep ! "open-1111 *answer" out && ops_json result.open.0.type prompt ops status &&
	ops_step Complete open-1111
'

test_expect_success 'a question that keeps from nothing is open, and nothing is kept back' '
	ops_task_at Decided open-2222 >/dev/null &&
	ops --as $DEV ask open-2222 QUESTION="Which index?" CONTEXT="two" OPTIONS="a, b" RECOMMENDED="a" \
		FILES=src/match.c BLOCKING=no >/dev/null && ops next --all >out &&
	test_grep "open-2222 *answer .* is open; HIGH" out && test_grep "open-2222 *complete" out &&
	ops_step Complete open-2222
'

test_expect_success 'a handoff is with its owner, then with its receiver, or with who mediates' '
	ops_task_at In-Progress hand-1111 >/dev/null && ops --as $LEAD handoff start hand-1111 docwriter -m "on leave" &&
	ops next --for $DEV >out && test_grep "hand-1111 *handoff package" out && test_grep ! "hand-1111 *continue" out &&
	test_grep "handoff .* is open until 2026-01-[0-9T:]*Z and keeps it from: submit" out &&
	ops next --for docwriter >out && test_grep "hand-1111 *handoff status" out &&
	ops_json result.open.0.action "handoff package" ops status &&
	test_tick 7200 && ops next --for $DEV >out && test_grep ! "handoff package" out &&
	test_grep "hand-1111 *handoff status .* until 2026-01" out &&
	ops next --for docwriter >out && test_grep "hand-1111 *handoff status" out &&
	ops next --for $LEAD >out && test_grep "hand-1111 *handoff mediate" out &&
	ops --as $LEAD handoff mediate --extend -m "one hour more" hand-1111 &&
	ops --as $DEV handoff package hand-1111 -e reports/test.log Completed="- the tests" \
		"Current State=half" Pending="- the rest" Risks=none Findings=none Next="go on" Failing-Checks=none &&
	ops next --for docwriter >out && test_grep "hand-1111 *handoff accept" out &&
	ops next --for $DEV >out && test_grep ! hand-1111 out &&
	ops --as docwriter handoff accept hand-1111 && ops next --for docwriter >out && test_grep "hand-1111 *continue" out
'

test_expect_success 'a document under review is with who may review it, and nobody else' '
	ops next --for $GOV >out && test_grep "draft-prompt *approve" out && test_grep "old-prompt *review .*2025-12-31 .*past" out &&
	ops status --for $GOV >out && test_grep "old-prompt *review" out && ops next --for $DEV >out &&
	test_grep ! "-prompt " out && ops --as $GOV act approve draft-prompt && ops --as $GOV review old-prompt &&
	ops next --for $GOV >out && test_grep ! "-prompt " out
'

test_expect_success 'a task that lacks what its assignment needs is edited before a gate is asked' '
	ops --as $LEAD new task --id bare-1111 -f Title="Something" && who=$LEAD && ops next --for $LEAD >out &&
	test_grep "bare-1111 *edit .*lacks Due and Prompt" out && ops --as $LEAD edit bare-1111 -f Due=2026-03-01 \
		-f Prompt=delivery-prompt && ops next --for $LEAD >out && test_grep "bare-1111 *request *pre-governance" out &&
	ops --as $LEAD gate request bare-1111 pre-governance -s Scope="all" -s Approach="test first" \
		-s "Risk Assessment"="low" -s Documentation="comments" 2>err &&
	test_grep "warning gate.early: .assign. will also need section .Objective., section .Scope" err &&
	test_grep "fix: ops edit bare-1111 " err && ops --as $LEAD cancel bare-1111 -m enough &&
	ops_task full-1111 && ops_step Requested full-1111 2>err && test_grep ! gate.early err &&
	ops_task vague-1111 -s "Acceptance Criteria"="" && ops --as $LEAD --json gate request vague-1111 pre-governance \
		-s Scope="all" -s Approach="x" -s "Risk Assessment"="low" -s Documentation="c" >answer &&
	"$TEST_BUILD/t/json-get" findings.0.rule answer >rule && test_grep -x gate.early rule &&
	ops --as $LEAD cancel vague-1111 -m enough && ops --as $LEAD cancel full-1111 -m enough
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
