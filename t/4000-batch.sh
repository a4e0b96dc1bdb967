#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops batch: many acts, one commit, or none.

test_description='batches'
. "$(dirname "$0")/test-lib.sh"

# one_commit COMMAND...: it makes exactly one.
one_commit () {
	before=$(git rev-list --count HEAD) &&
	"$@" &&
	test "$(git rev-list --count HEAD)" -eq $((before + 1))
}

test_expect_success 'words' '
	ops_world &&
	cat >acts <<-\EOF &&
	# three tasks
	new task id=first-1 field:Title="The first"

	new task id=second-1 field:Title='\''The "second"'\'' field:Priority=LOW section:Objective="less than 5 ms"
	   new task id=third-1 field:Title=Third # one word
	EOF
	one_commit ops --as $LEAD batch acts &&
	ops_json "result.documents.#" 3 ops list &&
	ops_json result.fields.Title "The \"second\"" ops show second-1 &&
	git log -1 --format=%B >message &&
	test_grep "^chore(ops): batch of 3 acts$" message &&
	test_grep "^Ops-Action: batch$" message &&
	test_grep -c "^Ops-Doc: " message >count && test_grep -x 3 count
'

test_expect_success 'JSON lines, from standard input' '
	cat >acts <<-\EOF &&
	{"action": "edit", "target": "first-1", "fields": {"Priority": "HIGH", "Due": "2026-02-02"}}
	{"action": "cancel", "target": "third-1", "reason": "not \"needed\"\u00e9"}
	{"action": "new", "target": "task", "id": "fourth-1", "fields": {"Title": "Fourth"}, "sections": {"Objective": "two\nlines"}}
	EOF
	one_commit ops --as $LEAD batch <acts &&
	ops_json result.fields.Priority HIGH ops show first-1 &&
	ops_json result.fields.Status Cancelled ops show third-1 &&
	ops show --raw fourth-1 >shown && test_grep -x lines shown
'

test_expect_success 'the answer lists the acts in order' '
	printf "%s\n" "edit first-1 field:Priority=LOW" "edit second-1 field:Priority=HIGH" >acts &&
	ops --json --as $LEAD batch acts >answer &&
	"$TEST_BUILD/t/json-get" "result.acts.*.id" answer | xargs >ids &&
	test_grep -x "first-1 second-1" ids
'

test_expect_success 'a later act sees what an earlier one did' '
	sed "s/^Title:.*/Title: Fifth/" "$TEST_FIXTURES/task.md" >draft &&
	cat >acts <<-\EOF &&
	new task id=fifth-1 field:Title=Fifth field:Due=2026-02-02
	edit fifth-1 field:Priority=CRITICAL
	edit fifth-1 section:Objective="in 3 steps"
	gate.request fifth-1 gate=pre-governance section:Scope=a section:Approach=b "section:Risk Assessment=c" section:Documentation=d
	EOF
	one_commit ops --as $LEAD batch acts &&
	ops_json result.fields.Priority CRITICAL ops show fifth-1 &&
	ops_json result.gates.0.state requested ops gate list fifth-1
'

test_expect_success 'none, if one is refused by the judge' '
	printf "%s\n" "edit first-1 field:Priority=HIGH" "assign second-1 to=codegen" >acts &&
	ops_refused gate.missing ops --as $LEAD batch acts &&
	ops_json result.fields.Priority LOW ops show first-1
'

test_expect_success 'none, if one cannot be done, and the first such line is named' '
	printf "%s\n" "# no act" "edit first-1 field:Priority=HIGH" "edit no-such-task field:Priority=HIGH" \
		"also wrong" >acts &&
	ops_unchanged 4 ops --as $LEAD batch acts &&
	test_grep "^ops: acts:3: edit: " "$TEST_ROOT/refused.err"
'

# bad_line TEXT: as line 2 it is refused by name before anything is done.
bad_line () {
	{ echo "edit first-1 field:Priority=HIGH" && printf "%s\n" "$1"; } >acts &&
	ops_unchanged 2 ops --as $LEAD batch - <acts &&
	test_grep "<stdin>:2: " "$TEST_ROOT/refused.err"
}

test_expect_success 'lines that are no acts' '
	bad_line "edit first-1 Priority=HIGH" &&
	bad_line "edit first-1 field:Priority" &&
	bad_line "edit first-1 \"open" &&
	bad_line "{\"action\": \"edit\"" &&
	bad_line "{\"action\": \"edit\", \"action\": \"new\"}" &&
	bad_line "{\"action\": 1}" &&
	bad_line "{\"target\": \"first-1\"}" &&
	bad_line "{\"action\": \"edit\", \"target\": \"first-1\", \"colour\": \"red\"}" &&
	bad_line "[1]" &&
	bad_line "{\"action\": \"edit\", \"fields\": [\"a\"]}" &&
	bad_line "new task id=a-1 id=b-1" &&
	bad_line "frobnicate first-1" &&
	bad_line "frobnicate no-such-1" &&
	test_grep "no type has an action .frobnicate" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops --as $LEAD act frobnicate no-such-1 &&
	ops_unchanged 4 ops --as $LEAD act start no-such-1 &&
	bad_line "edit first-1 field:Priority=LOW key=k-1"
'

test_expect_success 'nothing, a directory, a file that is not there, a NUL byte' '
	: >acts &&
	ops_unchanged 2 ops --as $LEAD batch acts &&
	echo "# only talk" >acts &&
	ops_unchanged 2 ops --as $LEAD batch acts &&
	ops_unchanged 2 ops --as $LEAD batch . &&
	ops_unchanged 4 ops --as $LEAD batch no-such-file &&
	printf "edit first-1 field:Priority=HIGH\000\n" >acts &&
	ops_unchanged 2 ops --as $LEAD batch acts &&
	ops_json result.fields.Priority LOW ops show first-1
'

test_expect_success 'the same id twice, the same act twice' '
	printf "%s\n" "new task id=same-1 field:Title=One" "new task id=same-1 field:Title=Two" >acts &&
	ops_unchanged 1 ops --as $LEAD batch acts &&
	ops_task_at Assigned swap-7k2f &&
	printf "%s\n" "accept swap-7k2f" "accept swap-7k2f" >acts &&
	ops_refused task.done-already ops --as $DEV batch acts
'

test_expect_success 'steps of a life in one act are judged as one change' '
	printf "%s\n" "accept swap-7k2f" "start swap-7k2f" >acts &&
	test_might_fail ops --as $DEV batch acts &&
	ops audit verify
'

test_expect_success 'nobody asks and answers in one commit' '
	ops_task quick-1 &&
	printf "%s\n" "gate.approve quick-1 gate=pre-governance" "edit quick-1 field:Priority=LOW" >acts &&
	ops_refused gate.no-request ops --as $GOV batch acts
'

test_expect_success 'an act that changes nothing does not spoil the others' '
	printf "%s\n" "edit first-1 field:Priority=LOW" "edit second-1 field:Priority=MEDIUM" >acts &&
	one_commit ops --as $LEAD batch acts &&
	ops_unchanged 0 ops --as $LEAD batch acts
'

test_expect_success 'a dry run, and a hundred at once' '
	for i in $(seq 100)
	do
		echo "new task id=many-$i field:Title=\"Number $i\""
	done >acts &&
	ops_unchanged 0 ops --as $LEAD batch --dry-run acts &&
	one_commit ops --as $LEAD batch acts &&
	ls 05-PROCESSES/active-tasks/many-*.md >files &&
	test_line_count = 100 files &&
	git diff --quiet HEAD && git diff --quiet --cached HEAD
'

test_done
