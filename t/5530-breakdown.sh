#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A task that is too great becomes smaller ones, in one act: who depends on it waits for
# all of them, and how far it is follows from how far they are.

test_description='breaking a task down'
. "$(dirname "$0")/test-lib.sh"

queued () {
	queued_id=$1
	shift
	cp "$TEST_FIXTURES/task.md" draft.md &&
	{ test $# = 0 || test_sed draft.md "$@"; } &&
	ops --as $LEAD new task --id "$queued_id" --from draft.md
}

# part PREFIX: the id of the part whose title begins like that.
part () {
	ls 05-PROCESSES/active-tasks | sed -n "s/^\($1-.*\)\.md\$/\1/p"
}

# has ID FIELD VALUE
has () {
	has_value=$(sed -n "s/^$2: //p" "$(ops_path "$1")") &&
	test "$has_value" = "$3" && return 0
	echo "has: $2 of $1 is '$has_value', not '$3'"
	return 1
}

# finish ID AGENT: through all of its life.
finish () {
	ops_step Requested "$1" && ops_step Approved "$1" &&
	ops --as $LEAD assign "$1" "$2" && ops --as "$2" accept "$1" &&
	ops --as "$2" start "$1" &&
	ops --as "$2" submit "$1" -s Outputs="it" -s "Test Results"="pass" \
		-e reports/test.log &&
	ops_step Signed "$1" && ops_step Asked "$1" && ops_step Decided "$1" &&
	ops_step Complete "$1"
}

test_expect_success 'what is too great is said, with the numbers' '
	ops_world &&
	queued base-1111 && queued big-1111 "s/^Estimated-Hours: .*/Estimated-Hours: 100/" \
		"/^Type:/a Complexity: 8" "/^Type:/a Depends-On: [base-1111]" \
		"/^Type:/a Capabilities: {c: 1}" &&
	queued after-1111 "/^Type:/a Depends-On: [big-1111]" &&
	ops breakdown --suggest >out &&
	test_grep "^big-1111: 2 of 4 factors are great, 2 make it too great: break it down" out &&
	test_grep "complexity 8 of 8: great" out && test_grep "hours 100 of 40: great" out &&
	test_grep ! "base-1111" out &&
	ops_json result.sizes.0.dependencies.is 1 ops breakdown --suggest big-1111 &&
	ops_json result.sizes.0.too_great false ops breakdown --suggest base-1111 &&
	ops_json result.sizes.0.unknowns.is 0 ops breakdown --suggest base-1111 &&
	ops --as $LEAD edit base-1111 -s Unknowns="- how fast
- how much" && ops_json result.sizes.0.unknowns.is 2 ops breakdown --suggest base-1111
'

test_expect_success 'wrong usage, and who may not' '
	test_expect_code 2 ops --as $LEAD breakdown &&
	test_expect_code 2 ops --as $LEAD breakdown big-1111 &&
	test_expect_code 2 ops --as $LEAD breakdown big-1111 -c parser -c parser &&
	test_expect_code 2 ops --as $LEAD breakdown big-1111 -c ": src/**" &&
	test_expect_code 2 ops breakdown --suggest -c parser &&
	test_expect_code 4 ops --as $LEAD breakdown none-1111 -c parser &&
	ops_refused power.missing ops --as $DEV breakdown big-1111 -c parser
'

test_expect_success 'it becomes planning, components, integration, testing in one commit' '
	ops_unchanged 0 ops --as $LEAD breakdown big-1111 --dry-run -c parser -c writer &&
	before=$(git rev-list --count HEAD) &&
	ops --as $LEAD breakdown big-1111 -c "parser: src/parse/*.c, t/parse.sh" -c writer >out &&
	test_grep "supersede big-1111: Queued -> Superseded" out &&
	test $(git rev-list --count HEAD) -eq $((before + 1)) &&
	plan=$(part plan) build=$(part build-parser) write=$(part build-writer) &&
	join=$(part integrate) try=$(part test) &&
	test_path_is_file 05-PROCESSES/completed-tasks/2026/01/big-1111.md &&
	has $plan Type PLANNING && has $build Type IMPLEMENTATION &&
	has $join Type INTEGRATION && has $try Type TESTING &&
	for id in $plan $build $write $join $try
	do
		has $id Parent big-1111 && has $id Status Queued && has $id Priority HIGH ||
			return 1
	done &&
	ops_json result.fields.For ARCHITECT ops show $plan &&
	ops_json result.fields.For QA_ENGINEER ops show $try &&
	ops_json result.fields.Depends-On base-1111 ops show $plan &&
	ops_json result.fields.Depends-On $plan ops show $build &&
	ops_json result.fields.Depends-On "$build, $write" ops show $join &&
	ops_json result.fields.Depends-On $join ops show $try &&
	has $plan Estimated-Hours 10 && has $build Estimated-Hours 30 &&
	has $try Estimated-Hours 15 && grep "^Capabilities:.*c.*: 1" "$(ops_path $build)" &&
	grep -A3 "^## Scope" "$(ops_path $build)" >scope && test_grep "src/parse" scope &&
	grep -A3 "^## Scope" "$(ops_path $write)" >scope && test_grep "src/match" scope
'

test_expect_success 'no gate is skipped by it, and it is done once' '
	ops_refused gate.missing ops --as $LEAD assign $(part plan) $DEV &&
	test_expect_code 2 ops --as $LEAD breakdown big-1111 -c parser &&
	ops plan --explain $(part plan) >out && test_grep "it is for ARCHITECT" out
'

test_expect_success 'who depended on it waits for its parts' '
	ops deps >out 2>err && test_grep ! "graph.ended" err &&
	ops_json result.tasks.0.id after-1111 ops deps &&
	ops_json result.tasks.0.depends.# 5 ops deps &&
	ops_step Requested after-1111 && ops_step Approved after-1111 &&
	ops --as $LEAD assign after-1111 docwriter && ops --as docwriter accept after-1111 &&
	ops --as docwriter start after-1111 &&
	ops --as docwriter submit after-1111 -s Outputs="it" -s "Test Results"="pass" \
		-e reports/test.log &&
	ops_step Signed after-1111 && ops_step Asked after-1111 && ops_step Decided after-1111 &&
	ops_refused task.dependencies ops --as $LEAD complete after-1111 &&
	test_grep "depends on .big-1111., and so on its part .plan-.*, which is Queued" \
		"$TEST_ROOT/refused.err"
'

test_expect_success 'how far it is follows from its parts' '
	ops_json result.progress.percent 0 ops show big-1111 &&
	finish base-1111 $DEV >/dev/null && finish $(part plan) $DEV >/dev/null &&
	ops show big-1111 >out && test_grep "^10 % done: 1 of 5 parts are complete" out &&
	build=$(part build-parser) &&
	ops_step Requested $build && ops_step Approved $build &&
	ops --as $LEAD assign $build $DEV && ops --as $DEV accept $build &&
	ops --as $DEV start $build && ops --as $DEV checkpoint $build --progress 50 -m half &&
	ops_json result.progress.percent 25 ops show big-1111
'

test_expect_success 'when all parts are complete, so is the dependency' '
	build=$(part build-parser) &&
	ops --as $DEV submit $build -s Outputs="it" -s "Test Results"="pass" \
		-e reports/test.log &&
	ops_step Signed $build && ops_step Asked $build && ops_step Decided $build &&
	ops_step Complete $build && finish $(part build-writer) $DEV >/dev/null &&
	finish $(part integrate) $DEV >/dev/null &&
	ops_refused task.dependencies ops --as $LEAD complete after-1111 &&
	finish $(part test) docwriter >/dev/null &&
	ops_json result.progress.percent 100 ops show big-1111 &&
	ops --as $LEAD complete after-1111
'

test_expect_success 'components come from its own list; a part is broken down too' '
	queued list-1111 "/^## Objective/i ## Components\n\n- [ ] reader: \`src/read/*.c\`\n- [ ] printer\n" &&
	queued last-1111 "/^Type:/a Depends-On: [list-1111]" &&
	ops --as $LEAD breakdown list-1111 >out &&
	test -n "$(part build-reader)" && test -n "$(part build-printer)" &&
	grep -A3 "^## Scope" "$(ops_path $(part build-reader))" >scope &&
	test_grep "src/read" scope &&
	ops --as $LEAD breakdown $(part build-reader) -c left -c right >out &&
	ops_json result.progress.parts 9 ops show list-1111 &&
	ops deps >out 2>err && test_grep ! "graph.ended" err &&
	ops_json result.cycles.# 0 ops deps
'

test_expect_success 'a part that was cancelled is never complete: the dependency is cut' '
	ops --as $LEAD cancel $(part build-printer) -m "nobody prints" &&
	ops deps >out 2>err && test_grep "last-1111.md.*graph.ended" err &&
	ops --as $LEAD deps cut last-1111 list-1111 -m "nobody prints" &&
	ops deps >out 2>err && test_grep ! "last-1111.md.*graph.ended" err
'

test_done
