#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The life of a task in its eight steps, by the hands of four roles: each act is one
# commit, whose message other tools accept.

test_description='the life of a task'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

# act ACTOR STATUS COMMAND...: one commit more, by that actor, after which the task has
# that status and index and work tree are what was committed.
act () {
	actor=$1 status_wanted=$2
	shift 2
	before=$(git rev-parse HEAD) &&
	test_tick &&
	ops --as "$actor" "$@" >said &&
	cat said &&
	git rev-parse HEAD~ >parent &&
	echo "$before" | test_cmp - parent &&
	git log -1 --format="%ae %ce %at %ct" >found &&
	echo "$actor@example.org author@example.com $test_now $test_now" | test_cmp - found &&
	git diff --exit-code HEAD &&
	git diff --cached --exit-code HEAD &&
	ops_json result.fields.Status "$status_wanted" ops show swap-7k2f
}

test_expect_success '0: a repository with its roster' '
	ops_world &&
	git rev-list --count HEAD >count &&
	test_grep -x 1 count
'

test_expect_success '1: approved work is received' '
	act $LEAD Queued new task --id swap-7k2f --from "$TEST_FIXTURES/task.md" &&
	test_path_is_file $T
'

test_expect_success '2: pre-governance review' '
	ops_json result.gates.0.state none ops gate list swap &&
	act $LEAD Queued gate request swap pre-governance -s Scope="the matcher" \
		-s Approach="test first" -s "Risk Assessment"=low -s Documentation=comments &&
	ops_json result.gates.0.state requested ops gate list swap &&
	act $GOV Queued gate approve swap pre-governance -m "bounded and reversible" &&
	ops_json result.gates.0.state approved ops gate list swap &&
	ops_json result.gates.0.by $GOV ops gate list swap
'

test_expect_success '3: assignment' '
	act $LEAD Assigned assign swap $DEV &&
	test_grep "^assign swap-7k2f: Queued -> Assigned" said &&
	test_grep "^TASK: Swap the matching algorithm (swap-7k2f)" said &&
	ops_json result.fields.Assigned-To Production/codegen ops show swap &&
	ops_json result.fields.Assigned 2026-01-15 ops show swap
'

test_expect_success '4: work, and its progress' '
	act $DEV Assigned accept swap &&
	act $DEV In-Progress start swap &&
	act $DEV In-Progress checkpoint swap --progress 50 -m "the fast path works"
'

test_expect_success '5: quality validation' '
	act $DEV Review submit swap -s Outputs=match.c -s "Test Results"=pass -e reports/test.log &&
	ops_json result.gates.1.state requested ops gate list swap &&
	act $QA Review gate approve swap quality -e reports/test.log &&
	ops_json result.gates.1.state approved ops gate list swap
'

test_expect_success '6: post-governance review' '
	act $LEAD Review gate request swap post-governance -s Outputs=match.c \
		-s "Test Results"=pass -s Documentation=comments &&
	act $GOV Review gate approve swap post-governance -e reports/review.txt -m "as agreed"
'

test_expect_success '7 and 8: completion, report and archive' '
	act $LEAD Complete complete swap &&
	test_path_is_missing $T &&
	test_path_is_file 05-PROCESSES/completed-tasks/2026/01/swap-7k2f.md &&
	ls 05-PROCESSES/packets/swap-7k2f/*-completion-*.md >reports.list &&
	test_line_count = 1 reports.list &&
	test_grep "^To: Meta-Orchestrator" "$(cat reports.list)" &&
	test_path_is_missing 05-PROCESSES/active-tasks
'

test_expect_success 'every message is a conventional commit' '
	git log --format=%H HEAD >commits &&
	test_line_count = 13 commits &&
	while read -r commit
	do
		git log -1 --format=%B $commit >message &&
		head -n 1 message >subject &&
		test_grep -E "^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([a-z0-9-]+\))?!?: [a-z].{0,90}[^.]$" subject &&
		sed -n 2p message >second &&
		test_grep "^$" second &&
		test_must_fail grep -n ".\{101\}" message || return 1
	done <commits
'

test_expect_success 'its trailers are strict: one paragraph, one order, each once' '
	while read -r commit
	do
		git log -1 --format=%B $commit | sed -e "\${/^$/d;}" >message &&
		awk "BEGIN { RS = \"\" } { last = \$0 } END { print last }" message >block &&
		test_must_fail grep -v -E "^Ops-(Action|Doc|Status|Actor|Policy|Id): [ -~]+$" block &&
		sed "s/:.*//" block | xargs >names &&
		test_grep -E "^Ops-Action (Ops-Doc (Ops-Status )?)+Ops-Actor (Ops-Policy )?Ops-Id$" names &&
		test_grep -E "^Ops-Id: [0-9a-f]{32}$" block &&
		git interpret-trailers --parse <message >parsed &&
		test_cmp block parsed || return 1
	done <commits &&
	git log --format="%(trailers:key=Ops-Id,valueonly)" | sed "/^$/d" | sort >ids &&
	sort -u ids >unique &&
	test_cmp unique ids
'

test_expect_success 'the trailers say what was done' '
	git log --format="%(trailers:key=Ops-Action,valueonly)%(trailers:key=Ops-Status,valueonly)" --reverse |
		sed "/^$/d" >found &&
	cat >expected <<-\EOF &&
	init
	new
	gate.request
	gate.approve
	assign
	Queued -> Assigned
	accept
	Assigned -> Assigned
	start
	Assigned -> In-Progress
	checkpoint
	submit
	In-Progress -> Review
	gate.approve
	gate.request
	gate.approve
	complete
	Review -> Complete
	EOF
	test_cmp expected found
'

test_expect_success 'the same in one second, for machines do not wait' '
	for step in Queued Requested Approved Assigned In-Progress Review Signed Asked Decided Complete
	do
		ops_step $step quick-1 >/dev/null || return 1
	done &&
	ops_json result.fields.Status Complete ops show quick-1
'

test_done
