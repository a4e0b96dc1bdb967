#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A question that is complete in form and says too little: it comes back once, with the
# exact parts, stays open and blocks, and is asked again by who asked.

test_description='a question is sent back once'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/packets/swap-7k2f

# ask FROM BLOCKING [WORD...]
ask () {
	from=$1 blocking=$2
	shift 2
	ops --as "$from" ask swap-7k2f QUESTION="Which index do we keep?" \
		CONTEXT="Two do the same." FILES=src/match/index.c \
		RECOMMENDED="the better one" BLOCKING="$blocking" "$@"
}

# send_back FROM PARTS [WORD...]
send_back () {
	from=$1 parts=$2
	shift 2
	ops --as "$from" packet new revision-request swap-7k2f Missing="$parts" \
		Reason="Which are there, and which is the better one?" "$@"
}

answer () {
	ops --as $LEAD answer swap-7k2f CHOSEN="the new one" RATIONALE="it is smaller" \
		CONSTRAINTS="keep the file format" NEXT-STEP="remove the old one" "$@"
}

# The id of the newest packet of a kind.
newest () {
	basename "$(ls $P/*Z-"$1"-????.md | sort | tail -n 1)" .md
}

test_expect_success 'a question that says too little is complete in form' '
	ops_world &&
	ops_task_at Decided &&
	ask $DEV yes OPTIONS="to be seen" &&
	newest question >../first &&
	ops_json result.packets.0.blocks yes ops packet list --open swap-7k2f
'

test_expect_success 'what is sent back names parts that a question has, and says why' '
	test_tick &&
	ops_refused field.value send_back $LEAD OPTIONS,DEADLINE &&
	test_grep "has .DEADLINE., which is none of QUESTION, CONTEXT, FILES, OPTIONS," \
		"$TEST_ROOT/refused.err" &&
	ops_refused field.missing ops --as $LEAD packet new revision-request swap-7k2f \
		Reason="Too little." &&
	ops_refused section.missing ops --as $LEAD packet new revision-request swap-7k2f \
		Missing=OPTIONS &&
	ops packet template revision-request >form &&
	ops packet template question | sed -n "s/^\([A-Z]*\):$/\1/p" | sort >parts &&
	sed -n "s/^#   Missing: a list, parted by commas, of //p" form |
		sed "s/, / /g; s/ or / /" | tr " " "\n" | sort >named &&
	test_line_count = 6 parts &&
	test_cmp parts named
'

test_expect_success 'only who may answer sends back, and not their own question' '
	ops_refused power.missing send_back $DEV OPTIONS &&
	ops_refused power.own-work send_back $DEV OPTIONS
'

test_expect_success 'before that there is nothing to revise' '
	ops_refused packet.order ask $DEV yes OPTIONS=two Answers="$(cat ../first)"
'

test_expect_success 'sent back, it is open as before, and blocks' '
	send_back $LEAD OPTIONS,RECOMMENDED &&
	test_grep "^  - OPTIONS$" $P/*-revision-request-*.md &&
	test_grep "^  - RECOMMENDED$" $P/*-revision-request-*.md &&
	test_grep "^Answers: $(cat ../first)$" $P/*-revision-request-*.md &&
	ops_json result.packets.# 1 ops packet list --open swap-7k2f &&
	ops_json result.packets.0.blocks yes ops packet list --open swap-7k2f &&
	ops_refused packet.open ops --as $LEAD complete swap-7k2f
'

test_expect_success 'it is not sent back twice, by nobody' '
	ops_refused packet.once send_back $LEAD FILES &&
	ops_refused packet.once send_back $BOSS FILES
'

test_expect_success 'who asked asks again, and nobody else, and it blocks as before' '
	test_tick &&
	ops_refused packet.revision ask $LEAD yes OPTIONS=two Answers="$(cat ../first)" &&
	ops_refused packet.revision ask $DEV no OPTIONS=two Answers="$(cat ../first)" &&
	FIRST=$(cat ../first) &&
	ask $DEV yes OPTIONS="- the old one
- the new one" Answers="${FIRST##*-}" &&
	newest question >../second &&
	ops_json result.packets.# 1 ops packet list --open swap-7k2f &&
	ops_json result.packets.0.id "$(cat ../second)" ops packet list --open swap-7k2f &&
	ops_json result.packets.0.blocks yes ops packet list --open swap-7k2f &&
	ops_refused packet.open ops --as $LEAD complete swap-7k2f
'

test_expect_success 'the revised question is answered, and not sent back again' '
	test_tick &&
	ops_refused packet.once send_back $LEAD OPTIONS &&
	test_grep "a revision-request comes once" "$TEST_ROOT/refused.err" &&
	ops_refused packet.once send_back $BOSS OPTIONS Answers="$(cat ../first)" &&
	answer &&
	test_grep "^Answers: $(cat ../second)$" $P/*-answer-*.md
'

test_expect_success 'the thread shows the question, what it lacked, its revision, the answer' '
	ops thread swap-7k2f >thread &&
	sed -n "/^20.*: \(question\|revision-request\|answer\) from/s/^[^ ]*: //p" thread >said &&
	cat >expected <<-EOF &&
	question from $DEV, answered
	revision-request from $LEAD
	question from $DEV, answered
	answer from $LEAD
	EOF
	test_cmp expected said &&
	test_grep "^    answers $(cat ../first)$" thread &&
	test_grep "^    answers $(cat ../second)$" thread &&
	test_grep "^    Missing: OPTIONS, RECOMMENDED$" thread
'

test_expect_success 'then the task is completed; past ops, too, nothing comes back twice' '
	sed -e "s/^From: .*/From: $BOSS/" "$P/$(newest revision-request).md" \
		>"$P/20260116T000000Z-revision-request-zzzz.md" &&
	ops_commit_as $BOSS "again" &&
	test_must_fail ops audit verify >found 2>&1 &&
	test_grep packet.once found &&
	git reset --hard -q HEAD~ &&
	ops --as $LEAD complete swap-7k2f
'

test_done
