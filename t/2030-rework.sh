#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Work that comes back: counted, with a reason, and everything approved before it is
# asked for again.

test_description='rework'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'back to its agent, with a decision on record' '
	ops_world &&
	ops_task_at Review &&
	test_tick &&
	ops --as $QA rework swap-7k2f -m "the empty book is not tested" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	ops_json result.fields.Status In-Progress ops show swap-7k2f &&
	ops_json result.fields.Rework 1 ops show swap-7k2f &&
	ls 05-PROCESSES/packets/swap-7k2f/*-decision-*.md >packets &&
	test_grep "^Decision: Reject" "$(tail -n 1 packets)" &&
	test_grep "the empty book is not tested" "$(tail -n 1 packets)" &&
	ops gate show swap-7k2f quality >shown &&
	test_grep "recorded as \(rejected\|stale\), by $QA" shown &&
	test_grep "the empty book is not tested" shown
'

test_expect_success 'and again' '
	test_tick &&
	ops_step Review swap-7k2f &&
	ops_json result.gates.1.state requested ops gate list swap-7k2f &&
	test_tick &&
	ops --as inspector rework swap-7k2f -m "still not" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	ops_json result.fields.Rework 2 ops show swap-7k2f
'

test_expect_success 'it needs a reason and the power' '
	test_tick &&
	ops_step Review swap-7k2f &&
	ops_unchanged 2 ops --as $QA rework swap-7k2f &&
	ops_refused power.missing ops --as $LEAD rework swap-7k2f -m "no" &&
	ops_refused power.missing ops --as $GOV rework swap-7k2f -m "no" &&
	ops_refused power.missing ops --as $DEV rework swap-7k2f -m "my own"
'

test_expect_success 'what was signed off before is stale afterwards' '
	for step in Signed Asked Decided
	do
		test_tick && ops_step $step swap-7k2f || return 1
	done &&
	ops_json result.gates.2.state approved ops gate list swap-7k2f &&
	test_tick &&
	ops --as $QA rework swap-7k2f -m "found one more" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	test_tick &&
	ops_step Review swap-7k2f &&
	ops_json result.gates.1.state requested ops gate list swap-7k2f &&
	ops_json result.gates.2.state stale ops gate list swap-7k2f &&
	ops_refused gate.missing ops --as $LEAD complete swap-7k2f &&
	test_grep gate.stale "$TEST_ROOT/refused.err" &&
	for step in Signed Asked Decided Complete
	do
		test_tick && ops_step $step swap-7k2f || return 1
	done
'

test_expect_success 'the count is not for editing' '
	ops_task_at Review hand-1 &&
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Status: Review/Status: In-Progress/" &&
	ops_commit_as $QA "take it back quietly" &&
	ops_audit_names field.guarded &&
	ops_audit_names packet.missing &&
	git reset -q --hard HEAD~
'

test_done
