#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops edit: what is set is replaced, and not a byte more.

test_description='lossless editing'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/odd-task-1.md

# only_lines NUMBER...: between HEAD~ and HEAD only these lines of $T differ.
only_lines () {
	git show "HEAD~:$T" >old && git show "HEAD:$T" >new && cmp "$T" new &&
	diff old new | sed -n "s/^[0-9,]*[acd]\([0-9]*\)$/\1/p" | xargs >changed &&
	echo "$*" >wanted &&
	test_cmp wanted changed
}

test_expect_success 'a task written in its own way' '
	ops_world &&
	tr @ " " >draft <<-\EOF &&
	---
	# An odd hand wrote this.
	Version:    1.0.0
	"Title": '\''Odd'\''   # quoted twice
	Priority: HIGH     # one, two
	X-List: [ a,b,   c ]
	Milestones:
	  - first   # the first
	  - second

	Due: 2026-03-01@@@
	Status: Queued
	Owner: Operations Orchestrator
	Created: 2026-01-15
	Created-By: operations-orchestrator
	Prompt: delivery-prompt
	---
	No heading at first.


	## Objective@@@
	text
	## Objective-Not
	more
	### Objective

	* * *
	EOF
	printf "no newline at the end" >>draft &&
	ops --as $LEAD new task --id odd-task-1 --from draft &&
	cmp draft $T
'

test_expect_success 'a field replaces its value only' '
	ops --as $LEAD edit odd-task-1 -f Priority=LOW &&
	only_lines 5 &&
	test_grep "^Priority: LOW     # one, two$" $T &&
	ops --as $LEAD edit odd-task-1 -f Due=2026-03-02 &&
	only_lines 11 &&
	test_grep "^Due: 2026-03-02   $" $T
'

test_expect_success 'quotes stay what they were' '
	ops --as $LEAD edit odd-task-1 -f "Title=It'\''s: odd" &&
	only_lines 4 &&
	test_grep "^\"Title\": '\''It'\'''\''s: odd'\''   # quoted twice$" $T &&
	ops_json result.fields.Title "It'\''s: odd" ops show odd-task-1
'

test_expect_success 'there and back is where it began' '
	git show "HEAD~3:$T" >first &&
	ops --as $LEAD edit odd-task-1 -f Priority=HIGH -f Due=2026-03-01 -f Title=Odd &&
	cmp first $T
'

test_expect_success 'a section replaces its text only' '
	git show HEAD:$T >old &&
	ops --as $LEAD edit odd-task-1 -s Objective="one
two" &&
	sed "/^text$/,\$d" old >head-old && sed "/^one$/,\$d" $T >head-new &&
	diff -B head-old head-new &&
	sed "1,/^text$/d" old >tail-old && sed "1,/^two$/d" $T | sed "1{/^$/d}" >tail-new &&
	test_cmp tail-old tail-new &&
	test_grep -x one $T && test_grep -x two $T && test_grep ! -x text $T
'

test_expect_success 'a new field and a new section are added; an empty one removed' '
	ops --as $LEAD edit odd-task-1 -f Complexity=3 -s "Resources=a book" &&
	ops_json result.fields.Complexity 3 ops show odd-task-1 &&
	test_grep "^## Resources" $T &&
	test_grep -x "a book" $T &&
	ops --as $LEAD edit odd-task-1 -f Complexity= &&
	test_grep ! Complexity $T &&
	ops --as $LEAD edit odd-task-1 -f "Milestones=third, fourth" &&
	ops_json result.fields.Milestones "third, fourth" ops show odd-task-1
'

test_expect_success 'CRLF, and text in every alphabet, survive' '
	printf "%s\r\n" --- "Title: Crlf" "X-Note: \"naïve ☃\"" "Priority: LOW" --- "" \
		"☃ body" >draft &&
	ops --as $LEAD new task --id crlf-task-1 --from draft &&
	cp 05-PROCESSES/active-tasks/crlf-task-1.md old &&
	ops --as $LEAD edit crlf-task-1 -f Priority=HIGH &&
	sed "s/LOW/HIGH/" old >wanted &&
	cmp wanted 05-PROCESSES/active-tasks/crlf-task-1.md
'

test_expect_success 'the whole text' '
	sed "s/^more$/another/" $T >whole &&
	ops --as $LEAD edit odd-task-1 --from whole &&
	cmp whole $T &&
	sed "s/^another$/yet another/" $T | ops --as $LEAD edit odd-task-1 --from - &&
	test_grep -x "yet another" $T &&
	ops_unchanged 2 ops --as $LEAD edit odd-task-1 --from whole -f Priority=LOW
'

test_expect_success 'nothing to change makes no commit' '
	ops_unchanged 0 ops --as $LEAD edit odd-task-1 -f Priority=HIGH &&
	test_grep -i "noth" "$TEST_ROOT/refused.out" &&
	ops_json result.committed false ops --as $LEAD edit odd-task-1 -f Priority=HIGH
'

test_expect_success 'what acts set is not for editing' '
	ops_refused field.guarded ops --as $LEAD edit odd-task-1 -f Created=2025-01-01 &&
	ops_refused field.guarded ops --as $LEAD edit odd-task-1 -f Assigned-To=Production/codegen &&
	ops_refused field.guarded ops --as $LEAD edit odd-task-1 -f Rework=1 &&
	ops_refused gate.missing ops --as $LEAD edit odd-task-1 -f Status=Assigned &&
	ops_refused task.transition ops --as $LEAD edit odd-task-1 -f Status=Complete
'

test_expect_success 'only who may, and only while it may be' '
	ops_refused power.missing ops --as $DEV edit odd-task-1 -f Priority=LOW &&
	ops_refused power.missing ops --as $BOSS edit odd-task-1 -f Priority=LOW &&
	ops_refused doc.frozen ops --as $ARCH edit delivery-prompt -s Boundaries=none &&
	ops_refused power.missing ops --as $LEAD edit draft-prompt -s Extra=mine &&
	ops --as $ARCH edit draft-prompt -s Extra=better &&
	ops_task_at Review &&
	ops_refused doc.frozen ops --as $DEV edit swap-7k2f -s Objective=easier &&
	ops_refused doc.frozen ops --as $LEAD edit swap-7k2f -f Due=2027-01-01
'

test_expect_success 'a text that cannot be read is refused, with its line' '
	sed "s/^Due:.*/Due: a: b/" $T >whole &&
	ops_refused yaml.unquoted-colon ops --as $LEAD edit odd-task-1 --from whole &&
	test_grep ":[0-9]*:[0-9]*: error yaml.unquoted-colon" "$TEST_ROOT/refused.err" &&
	sed "2,\$d" $T >whole &&
	ops_unchanged 1 ops --as $LEAD edit odd-task-1 --from whole &&
	: >whole &&
	ops_unchanged 1 ops --as $LEAD edit odd-task-1 --from whole
'

test_expect_success 'values that could break out of their line are wrong usage' '
	ops_unchanged 2 ops --as $LEAD edit odd-task-1 -f "Title=a
Status: Complete" &&
	ops_unchanged 2 ops --as $LEAD edit odd-task-1 -f "Title=a$(printf "\033")[31m" &&
	ops_unchanged 2 ops --as $LEAD new task "a$(printf "\033")[31m" &&
	ops_unchanged 2 ops --as $LEAD edit odd-task-1 -f "Title=$(printf "a\377b")" &&
	ops_unchanged 2 ops --as $LEAD edit odd-task-1 -f "a: b
c=d"
'

test_expect_success 'no document, and more than one' '
	ops_unchanged 4 ops --as $LEAD edit no-such-task -f Priority=LOW &&
	ops_task odd-task-2 &&
	ops_unchanged 4 ops --as $LEAD edit odd-task -f Priority=LOW &&
	test_grep odd-task-1 "$TEST_ROOT/refused.err" &&
	test_grep odd-task-2 "$TEST_ROOT/refused.err"
'

test_expect_success 'what only acts set is not asked for as a field' '
	ops_task guarded-1 &&
	ops_refused field.missing ops --as $LEAD edit guarded-1 -f Status=Complete &&
	test_grep "Assigned-To. is missing" "$TEST_ROOT/refused.err" &&
	test_grep "fix: set by ops assign" "$TEST_ROOT/refused.err" &&
	test_grep "fix: set by ops start" "$TEST_ROOT/refused.err" &&
	test_grep ! "ops edit" "$TEST_ROOT/refused.err" &&
	sed -i "/^Title:/d" 05-PROCESSES/active-tasks/guarded-1.md && test_expect_code 1 ops check >found &&
	test_grep "Title. is missing" found && test_grep "add .Title: …. to the header" found &&
	git checkout -q 05-PROCESSES/active-tasks/guarded-1.md
'

test_expect_success 'without a terminal no editor is opened' '
	EDITOR="touch ../opened" && export EDITOR &&
	test_when_finished "EDITOR=:" &&
	ops_unchanged 2 ops --as $LEAD edit odd-task-1 &&
	test_path_is_missing ../opened
'

test_expect_success 'a slip in the name of a field or of a section is said, and kept' '
	ops_task slip-1 && ops --as $LEAD edit slip-1 -f Stauts=x 2>err && test_grep "warning field.near: .*Stauts.*nearly .Status" err &&
	ops --as $LEAD edit slip-1 -s Scpe=x 2>err && test_grep "warning section.near: .*Scpe.*nearly .Scope" err &&
	ops check >out && test_grep "warning field.near" out && test_grep "warning section.near" out &&
	ops audit verify >out && test_grep ! "near" out && ops --as $LEAD cancel slip-1 -m no 2>err && test_grep ! near err &&
	printf -- "---\ntitle: Old\nstatus: todo\n---\n\n# Old\n" >../old.md && ops --as $LEAD new task --from ../old.md -f Title=Old 2>err &&
	test_grep "field.near: .*title.*nearly .Title" err && test_grep "field.near: .*status.*nearly .Status" err
'

test_done
