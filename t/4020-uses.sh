#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What a request holds is recorded, or refused: nothing of it is dropped without a word.

test_description='what an act has no use for'
. "$(dirname "$0")/test-lib.sh"

# no_use WORD CMD...: wrong usage, and it is said which word.
no_use () {
	no_use_for=$1
	shift
	ops_unchanged 2 "$@" && test_grep "has no use for '$no_use_for'" "$TEST_ROOT/refused.err"
}

# no_line WORD LINE: likewise as a line of a batch.
no_line () {
	printf "%s\n" "$2" >"$TEST_ROOT/act" &&
	no_use "$1" ops --as $DEV batch "$TEST_ROOT/act" &&
	test_grep "act:1: " "$TEST_ROOT/refused.err"
}

# twice NAME CMD...: wrong usage, since only one of both could count.
twice () {
	given_twice=$1
	shift
	ops_unchanged 2 "$@" && test_grep "'$given_twice' is given twice" "$TEST_ROOT/refused.err"
}

test_expect_success 'a transition takes what its definition has a place for' '
	ops_world && ops_task_at Assigned swap-7k2f &&
	no_use to ops --as $DEV act start swap --to validator &&
	no_use section ops --as $DEV act start swap -s Outputs=a &&
	no_use evidence ops --as $DEV act start swap -e reports/test.log &&
	no_use evidence ops --as $DEV act start swap -e no/such/file &&
	ops --as $DEV act start swap -m "the day is long" &&
	git log -1 --format=%B >message && test_grep -x "Reason: the day is long" message
'

test_expect_success 'an action that there is not: those that there are' '
	ops_unchanged 2 ops --as $DEV act begin swap &&
	test_grep "no action .begin.: it has assign, .* and cancel" "$TEST_ROOT/refused.err"
'

test_expect_success 'an order is made of the task, not of sections beside it' '
	ops_task_at Approved other-1bbb &&
	no_use section ops --as $LEAD act assign other --to codegen -s SCOPE=everything &&
	ops --as $LEAD act assign other --to codegen
'

test_expect_success 'lines of a batch' '
	no_line to "edit other field:Priority=LOW to=codegen" &&
	no_line gate "checkpoint swap field:Progress=10 gate=quality" &&
	no_line evidence "checkpoint swap field:Progress=10 evidence=reports/test.log" &&
	no_line id "edit other field:Priority=LOW id=new-1aaa" &&
	no_line text "checkpoint swap field:Progress=10 text=half" &&
	no_line field "gate.request other gate=quality field:Colour=red" &&
	no_line reason "flag reason=late" &&
	no_line to "{\"action\": \"checkpoint\", \"target\": \"swap\", \"to\": \"codegen\"}" &&
	printf "%s\n" "checkpoint swap field:Progress=10 reason=begun" >"$TEST_ROOT/act" &&
	ops --as $DEV batch "$TEST_ROOT/act"
'

test_expect_success 'one line of --each is told, and the others are done' '
	printf "%s\n" "checkpoint swap field:Progress=20 reason=a" "checkpoint swap field:Progress=30 gate=quality" \
		>"$TEST_ROOT/act" &&
	test_expect_code 1 ops --as $DEV batch --each "$TEST_ROOT/act" 2>err &&
	test_grep "act:2: .*has no use for .gate." err &&
	git log -1 --format=%B >message && test_grep -x "Reason: a" message
'

test_expect_success 'evidence of a kind of packet that has none' '
	no_use evidence ops --as $DEV packet new -e reports/test.log no-op swap Reviewed=a Reason=b &&
	ops --as $LEAD packet new no-op swap Reviewed=a Reason=b
'

test_expect_success 'a field, a section, a part that is given twice' '
	twice Title ops --as $LEAD edit other -f Title=a -f Title=b &&
	twice Depends-On ops --as $LEAD edit other -f Depends-On=swap-7k2f -f Depends-On=other-1bbb &&
	twice objective ops --as $LEAD edit other -s Objective=a -s objective=b &&
	twice Title ops --as $LEAD new task Third -f Title=Fourth -f Prompt=delivery-prompt &&
	twice REASON ops --as $LEAD packet new no-op swap Reviewed=a Reason=b REASON=c &&
	twice Reason ops --as $GOV gate block swap post-governance -m a -s Reason=b -s "Lifted When=c" &&
	ops --as $GOV gate block swap post-governance -s Reason=b -s "Lifted When=c" &&
	ops --as $LEAD new task Fourth -f Prompt=delivery-prompt -f "Depends-On=swap-7k2f, other-1bbb" -s Objective=a
'

test_expect_success 'words are laid over the text beside them' '
	printf "%s\n" "Reviewed: all of it" "Reason: none" >"$TEST_ROOT/text" &&
	ops --as $LEAD packet new -F "$TEST_ROOT/text" no-op swap Reason=some &&
	git show --format= >shown && test_grep "^+some$" shown && test_grep ! "none" shown
'

test_expect_success 'why a document was made or changed' '
	ops --as $LEAD new task --id fifth-1ccc Fifth -f Prompt=delivery-prompt -m "it was asked for" &&
	git log -1 --format=%B >message && test_grep -x "Reason: it was asked for" message &&
	ops --as $LEAD edit fifth -f Priority=LOW -m "nobody waits" &&
	git log -1 --format=%B >message && test_grep -x "Reason: nobody waits" message &&
	sed "s/^version: .*/version: 2/" 05-PROCESSES/ops.yaml >"$TEST_ROOT/new.yaml" &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from "$TEST_ROOT/new.yaml" -m "to try it" &&
	git log -1 --format=%B >message && test_grep -x "Reason: to try it" message
'

test_expect_success 'the report of a completed task has its evidence' '
	ops_task_at Decided done-1ddd &&
	ops_unchanged 4 ops --as $LEAD complete done -e no/such/file &&
	ops --as $LEAD complete done -e reports/test.log &&
	git show --format= >shown && test_grep "^+  - reports/test.log sha256:" shown
'

test_done
