#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Progress is recorded as it was told: packets that stay, and a task that does not
# change.

test_description='checkpoints'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

test_expect_success 'progress, milestone and notes' '
	ops_world &&
	ops_task_at In-Progress &&
	cksum <$T >before &&
	ops --as $DEV checkpoint swap-7k2f --progress 40 --milestone "first version" \
		-m "the fast path works" &&
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-checkpoint-*.md) &&
	test_grep "^Progress: 40$" $P &&
	test_grep "^Milestone: first version$" $P &&
	test_grep "^From: $DEV$" $P &&
	test_grep "^the fast path works$" $P &&
	cksum <$T >after &&
	test_cmp before after &&
	ops_json result.fields.Status In-Progress ops show swap-7k2f
'

test_expect_success 'several within one second are all kept' '
	for i in 1 2 3 4 5
	do
		ops --as $DEV checkpoint swap-7k2f --progress 5$i -m "step $i" || return 1
	done &&
	ls 05-PROCESSES/packets/swap-7k2f/*-checkpoint-*.md >packets &&
	test_line_count = 6 packets
'

test_expect_success 'notes of several lines' '
	ops --as $DEV checkpoint swap-7k2f --progress 60 -m "first

- one
- two" &&
	grep -l "^- two" 05-PROCESSES/packets/swap-7k2f/*-checkpoint-*.md
'

test_expect_success 'what makes no sense is refused' '
	ops_refused field.value ops --as $DEV checkpoint swap-7k2f --progress 101 -m x &&
	ops_refused field.value ops --as $DEV checkpoint swap-7k2f --progress much -m x
'

test_expect_success 'only by the agent it is assigned to' '
	ops_refused power.assignee ops --as $LEAD checkpoint swap-7k2f --progress 70 -m x &&
	ops_refused power.assignee ops --as docwriter checkpoint swap-7k2f --progress 70 -m x &&
	ops_task queued-1 &&
	ops_refused power.assignee ops --as $DEV checkpoint queued-1 --progress 70 -m x
'

test_expect_success 'a packet does not change, and does not go' '
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-checkpoint-*.md | head -n 1) &&
	test_sed "$P" "s/^Progress: .*/Progress: 99/" &&
	ops_commit_as $DEV "more progress" &&
	ops_audit_names packet.append-only &&
	git reset -q --hard HEAD~ &&
	git rm -q "$P" &&
	ops_commit_as $DEV "never said that" &&
	ops_audit_names packet.append-only &&
	git reset -q --hard HEAD~
'

test_expect_success 'numbers alone are enough, nothing at all is not' '
	ops --as $DEV checkpoint swap-7k2f --progress 45 &&
	test_grep "^45 % done.$" "$(ls -t 05-PROCESSES/packets/swap-7k2f/*-checkpoint-* | head -n 1)" &&
	ops_refused section.missing ops --as $DEV checkpoint swap-7k2f &&
	for nothing in Progress Milestone
	do
		echo "checkpoint swap-7k2f field:$nothing=" >"$TEST_ROOT/act" &&
		ops_refused section.missing ops --as $DEV batch "$TEST_ROOT/act" || return 1
	done &&
	echo "checkpoint swap-7k2f field:Progress=46 field:Milestone=" >"$TEST_ROOT/act" &&
	ops --as $DEV batch "$TEST_ROOT/act" &&
	git show --format= >shown && test_grep "^+46 % done.$" shown && test_grep ! Reached shown
'

test_done
