#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Nobody decides about their own work: not under another name, not by having asked, not
# by having once been at it.

test_description='separation of powers'
. "$(dirname "$0")/test-lib.sh"

# task_of AGENT ID: in Review, done by that agent.
task_of () {
	ops_task_at Approved "$2" && test_tick &&
	ops --as $LEAD assign "$2" "$1" &&
	ops --as "$1" accept "$2" && ops --as "$1" start "$2" && test_tick &&
	ops --as "$1" submit "$2" -s Outputs=x -s "Test Results"=y -e reports/test.log
}

test_expect_success 'the assignee, though of the Quality department' '
	ops_world &&
	task_of $QA own-1 &&
	ops_refused gate.self-approval ops --as $QA gate approve own-1 quality -e reports/test.log &&
	ops_refused power.own-work ops --as $QA rework own-1 -m "better myself" &&
	ops --as inspector gate approve own-1 quality -e reports/test.log
'

test_expect_success 'the same person under another name' '
	task_of codegen-alt alias-1 &&
	ops_refused gate.self-approval ops --as alice-checker gate approve alias-1 quality \
		-e reports/test.log &&
	ops_refused power.own-work ops --as alice-checker rework alias-1 -m "again" &&
	ops --as $QA gate approve alias-1 quality -e reports/test.log
'

test_expect_success 'the same person by address or by key' '
	ops --as $BOSS new agent "Second Face" -f Department=Quality -f Email=codegen@EXAMPLE.org &&
	task_of $DEV face-1 &&
	ops_refused gate.self-approval ops --as second-face gate approve face-1 quality \
		-e reports/test.log &&
	one=0123456789abcdef0123456789abcdef01234567 &&
	other=76543210fedcba9876543210fedcba9876543210 &&
	ops --as $BOSS edit scout -f "Keys=$one" &&
	ops --as $BOSS new agent "Third Face" -f Department=Quality -f "Keys=$other, $one" &&
	task_of scout face-2 &&
	ops_refused gate.self-approval ops --as third-face gate approve face-2 quality \
		-e reports/test.log
'

test_expect_success 'an alias that is given up afterwards is remembered by nobody, but its name is' '
	ops --as $BOSS edit alice-checker -f Principal= &&
	task_of codegen-alt alias-2 &&
	ops_refused gate.power ops --as codegen-alt gate approve alias-2 quality -e reports/test.log &&
	test_grep gate.self-approval "$TEST_ROOT/refused.err" &&
	ops --as alice-checker gate approve alias-2 quality -e reports/test.log
'

test_expect_success 'who made the task, or asked for the decision' '
	cat >05-PROCESSES/ops.yaml <<-\EOF &&
	format: 1
	version: 2
	departments:
	  Governance:
	    powers: [task.create, request, govern]
	EOF
	ops_commit_as $GOV "config: a small team" &&
	ops audit verify &&
	ops --as $BOSS new agent "Deputy" -f Department=Governance &&
	ops --as $GOV new task --id made-1 --from "$TEST_FIXTURES/task.md" &&
	ops_step Requested made-1 &&
	ops_refused gate.self-approval ops --as $GOV gate approve made-1 pre-governance &&
	ops --as deputy gate approve made-1 pre-governance &&
	ops_task asked-1 &&
	ops --as $GOV gate request asked-1 pre-governance -s Scope=a -s Approach=b \
		-s "Risk Assessment"=c -s Documentation=d &&
	ops_refused gate.self-approval ops --as $GOV gate approve asked-1 pre-governance &&
	ops --as deputy gate approve asked-1 pre-governance
'

test_expect_success 'nor lift a block of their own work' '
	ops_task blocked-1 &&
	ops_step Requested blocked-1 &&
	ops --as deputy gate block blocked-1 pre-governance -m "no" -s "Lifted When"="yes" &&
	ops --as $GOV gate lift blocked-1 pre-governance -m "yes" &&
	ops --as $GOV new task --id blocked-2 --from "$TEST_FIXTURES/task.md" &&
	ops --as deputy gate block blocked-2 pre-governance -m "no" -s "Lifted When"="yes" &&
	ops_refused gate.self-approval ops --as $GOV gate lift blocked-2 pre-governance -m "yes" &&
	ops --as deputy gate lift blocked-2 pre-governance -m "yes"
'

test_expect_success 'but sending back one may, and blocking' '
	ops_step Requested blocked-2 &&
	ops --as $GOV gate reject blocked-2 pre-governance -m "on second thoughts" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	ops --as $GOV gate block blocked-2 pre-governance -m "never" -s "Lifted When"="never"
'

test_expect_success 'a decision written by hand is no way around' '
	ops_task_at Review hand-1 &&
	P=$(ls 05-PROCESSES/packets/alias-1/*-decision-*.md | tail -n 1) &&
	R=$(basename "$(ls 05-PROCESSES/packets/hand-1/*-request-*.md | tail -n 1)" .md) &&
	S=$(sed -n "s/^Subject: //p" 05-PROCESSES/packets/hand-1/$R.md) &&
	N=05-PROCESSES/packets/hand-1/20260115T235900Z-decision-abcd.md &&
	sed -e "s/^About: .*/About: hand-1/" -e "s/^Answers: .*/Answers: $R/" \
		-e "s/^Subject: .*/Subject: $S/" "$P" >$N &&
	ops_commit_as $DEV "approve, says the validator" &&
	ops_audit_names packet.writer && ops_audit_names gate.power &&
	git reset -q --hard HEAD~ &&
	sed -e "s/^About: .*/About: hand-1/" -e "s/^Answers: .*/Answers: $R/" \
		-e "s/^Subject: .*/Subject: $S/" -e "s/^From: .*/From: $DEV/" \
		05-PROCESSES/packets/alias-1/"$(basename "$P")" >$N &&
	ops_commit_as $DEV "approve it myself" &&
	ops_audit_names gate.self-approval &&
	git reset -q --hard HEAD~
'

test_done
