#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops batch --each: a commit for each act.  --key: once, however often it is asked for.

test_description='acts one by one, and once'
. "$(dirname "$0")/test-lib.sh"

# commits N COMMAND...: it makes N commits and ends with 0.
commits () {
	wanted=$1 before=$(git rev-list --count HEAD)
	shift
	"$@" && test "$(git rev-list --count HEAD)" -eq $((before + wanted))
}

# value PATH: of the JSON in `answer`.
value () {
	"$TEST_BUILD/t/json-get" "$1" answer
}

test_expect_success 'one commit for each line, each of its own kind' '
	ops_world &&
	test_write_lines "new task id=first-1 field:Title=One" "# talk" "new task id=second-1 field:Title=Two" \
		"edit first-1 field:Priority=LOW" >acts &&
	commits 3 ops --as $LEAD batch --each acts >out && test_line_count = 3 out &&
	git log --format=%s -3 >subjects && test_write_lines "chore(ops): edit first-1" \
		"chore(ops): new task second-1" "chore(ops): new task first-1" >expected && test_cmp expected subjects &&
	ops_json result.fields.Priority LOW ops show first-1 && git diff --quiet HEAD && git diff --quiet --cached HEAD &&
	ops audit verify
'

test_expect_success 'one that is refused does not stop the others, and is named by its line' '
	test_write_lines "edit first-1 field:Priority=HIGH" "assign second-1 to=$DEV" "edit no-such-1 field:Priority=LOW" \
		"edit second-1 field:Priority=HIGH" >acts &&
	before=$(git rev-list --count HEAD) &&
	test_expect_code 1 ops --as $LEAD batch --each acts >out 2>err &&
	test "$(git rev-list --count HEAD)" -eq $((before + 2)) &&
	test_grep "error gate.missing" err && test_grep "^ops: acts:2: assign: " err && test_grep "^ops: acts:3: edit: " err &&
	test_expect_code 1 ops --json --as $LEAD batch --each acts >answer &&
	test "$(value result.lines.1.line)" = 2 && value result.lines.1.findings.0.rule >rule && test -s rule
'

test_expect_success 'a line that is no act stops all of it before' '
	test_write_lines "edit first-1 field:Priority=LOW" "edit first-1 Priority=LOW" >acts &&
	ops_unchanged 2 ops --as $LEAD batch --each acts &&
	test_write_lines "edit first-1 field:Priority=LOW" >acts && ops_unchanged 2 ops --as $LEAD batch --each --dry-run acts
'

test_expect_success 'more than one step holds, and all of them are there' '
	for i in $(seq 300)
	do
		echo "new task id=many-$i field:Title=\"Number $i\""
	done >acts &&
	commits 300 ops --as $LEAD batch --each acts >out && test_line_count = 300 out &&
	ls 05-PROCESSES/active-tasks/many-*.md >files && test_line_count = 300 files &&
	git diff --quiet HEAD && git diff --quiet --cached HEAD && git fsck --strict
'

test_expect_success 'a file of the user'\''s stops its own act only' '
	echo "my words" >>05-PROCESSES/active-tasks/many-2.md &&
	test_write_lines "edit many-1 field:Priority=LOW" "edit many-2 field:Priority=LOW" "edit many-3 field:Priority=LOW" >acts &&
	before=$(git rev-list --count HEAD) &&
	test_expect_code 1 ops --as $LEAD batch --each acts 2>err && test "$(git rev-list --count HEAD)" -eq $((before + 2)) &&
	test_grep "acts:2: .*has changes of yours" err && test_grep "my words" 05-PROCESSES/active-tasks/many-2.md &&
	git checkout -q 05-PROCESSES/active-tasks/many-2.md
'

test_expect_success 'two at once lose nothing' '
	for w in 1 2
	do
		for i in $(seq 40)
		do
			echo "new task id=side-$w-$i field:Title=Side"
		done >acts-$w || return 1
	done &&
	before=$(git rev-list --count HEAD) &&
	{ ops --as $LEAD batch --each acts-1 >out-1 & } && ops --as $LEAD batch --each acts-2 >out-2 && wait &&
	test_line_count = 40 out-1 && test_line_count = 40 out-2 &&
	test "$(git rev-list --count HEAD)" -eq $((before + 80)) && git diff --quiet HEAD && ops audit verify
'

test_expect_success 'a key: the first result is given back' '
	commits 1 ops --as $LEAD --key k-1 edit first-1 -f Priority=CRITICAL && first=$(git rev-parse HEAD) &&
	commits 1 ops --as $LEAD edit first-1 -f Priority=LOW &&
	ops_unchanged 0 ops --as $LEAD --key k-1 edit first-1 -f Priority=CRITICAL &&
	test_grep "done already, by this key" "$TEST_ROOT/refused.err" &&
	ops_json result.commit $first ops --as $LEAD --key k-1 edit first-1 -f Priority=CRITICAL &&
	ops_json result.acts.0.id first-1 ops --as $LEAD --key k-1 edit first-1 -f Priority=CRITICAL
'

test_expect_success 'a key is of one act and of one actor' '
	ops_unchanged 2 ops --as $LEAD --key k-1 edit second-1 -f Priority=LOW && test_grep "used already" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops --as $LEAD --key k-1 cancel first-1 -m "no" &&
	commits 1 ops --as $ARCH --key k-1 new prompt -f Title="A prompt" -f Applies-To=all &&
	ops_unchanged 2 ops --as $LEAD --key "" edit first-1 -f Priority=HIGH &&
	ops_unchanged 2 ops --key k-2 list && ops_unchanged 2 ops --key k-2 recover
'

test_expect_success 'keys of a batch, and of each of its acts' '
	test_write_lines "edit first-1 field:Priority=HIGH" "edit second-1 field:Priority=LOW" >acts &&
	commits 1 ops --as $LEAD --key b-1 batch acts && commits 0 ops --as $LEAD --key b-1 batch acts &&
	test_write_lines "edit first-1 field:Priority=LOW" "edit second-1 field:Priority=HIGH" >acts &&
	commits 2 ops --as $LEAD --key b-2 batch --each acts &&
	commits 0 ops --as $LEAD --key b-2 batch --each acts &&
	test_write_lines "edit first-1 field:Type=a key=x" "edit second-1 field:Type=b key=y" >acts &&
	ops_unchanged 2 ops --as $LEAD batch acts && commits 2 ops --as $LEAD batch --each acts &&
	commits 0 ops --as $LEAD batch --each acts &&
	test_write_lines "edit first-1 field:Type=c key=z" "edit second-1 field:Type=d key=z" >acts &&
	ops_unchanged 2 ops --as $LEAD batch --each acts && test_grep "stands twice" "$TEST_ROOT/refused.err"
'

test_expect_success 'the same key in two clones is one act' '
	git init -q --bare -b main ../server.git && git remote add origin ../server.git && ops sync >/dev/null &&
	ops --git-dir ../server.git hooks install >/dev/null && git clone -q ../server.git ../other &&
	test_tick && ops --as $LEAD --key both new task --id keyed-1 --from "$TEST_FIXTURES/task.md" &&
	test_tick && (cd ../other && ops --as $LEAD --key both new task --id keyed-1 --from "$TEST_FIXTURES/task.md") &&
	ops sync && (cd ../other && ops_json result.acts.0.state published ops sync) &&
	test "$(git rev-parse HEAD)" = "$(git -C ../other rev-parse HEAD)" && ops audit verify
'

test_expect_success STRACE 'killed in between, asked again: done once' '
	for n in 1 2 3
	do
		strace -f -o /dev/null -e inject=renameat,rename,renameat2:signal=KILL:when=$n \
			"$OPS_PROGRAM" --as $LEAD --key crash-$n edit first-1 -f Type=crash-$n >/dev/null 2>&1
		ops --as $LEAD --key crash-$n edit first-1 -f Type=crash-$n >/dev/null || return 1
	done &&
	git log --format=%B | grep "^Ops-Id" | sort | uniq -d >doubled && test_must_be_empty doubled &&
	ops_json result.fields.Type crash-3 ops show first-1
'

test_done
