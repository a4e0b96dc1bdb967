#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Ways to take a task, or to give it away, without the other side or without the
# truth; and packets that say what is not so, or what their writer may not say.

test_description='attacks on handoffs and packets'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

# pack TASK [WORD...]: a whole package, by who has the task.
pack () {
	pack_task=$1
	shift
	ops --as $DEV handoff package "$pack_task" -e reports/test.log -F "$TEST_ROOT/package" "$@"
}

# take TASK: as the receiver.
take () {
	ops --as docwriter handoff accept "$1"
}

ask () {
	ops --as $DEV ask "$1" QUESTION=which CONTEXT=two FILES=a OPTIONS=b RECOMMENDED=c \
		BLOCKING=yes
}

answer () {
	ops --as $LEAD answer "$@" CHOSEN=a RATIONALE=b CONSTRAINTS=c NEXT-STEP=d
}

debug () {
	ops --as $DEV debug open-1 BUG=a ROOT=b FIX=c TEST=d RESULT=e FILES=src/match/sort.c \
		RISKY=no
}

# The id of the newest packet of a kind about a document.
newest () {
	basename "$(grep -l "^Kind: $1\$" $P/"$2"/*.md | sort | tail -n 1)" .md
}

# unsay: what the last commit did is in the work tree, and was never committed.
unsay () {
	git reset -q HEAD~
}

test_expect_success 'a world with handoffs in each state, and its server' '
	handoff_package &&
	ops_world &&
	ops --as $BOSS new agent "Code Twin" -f Department=Production \
		-f Principal=twins &&
	ops --as $BOSS edit $DEV -f Principal=twins &&
	for task in open-1 begun-1 packed-1 back-1 late-1
	do
		ops_task_at In-Progress $task || return 1
	done &&
	test_tick && ask open-1 &&
	for task in late-1 begun-1 packed-1 back-1
	do
		ops --as $DEV handoff start $task docwriter && test_tick || return 1
		test $task != late-1 || test_tick 3601
	done &&
	pack packed-1 && pack back-1 && test_tick &&
	ops --as docwriter handoff reject back-1 -m "it is stale" && test_tick &&
	ops --as $DEV incident open-1 SCOPE=all IMPACT=none Department=Production && test_tick &&
	ops --as $DEV packet new incident-report open-1 SUMMARY=a ROOT-CAUSE=b RESOLUTION=c \
		PREVENTION=d && test_tick &&
	attack_begin && ops audit verify
'

attack_list "$TEST_DIRECTORY/attack/handoff.list"

test_done
