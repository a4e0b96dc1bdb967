#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What depends on what, and when it can be done.  The dates were computed by hand: it is
# Thursday, 2026-01-15, and a day has eight hours.

test_description='dependencies: graph, dates, cycles, cuts'
. "$(dirname "$0")/test-lib.sh"

# queued ID SED-EXPRESSION...: a queued task made of the fixture with these changes.
queued () {
	queued_id=$1
	shift
	cp "$TEST_FIXTURES/task.md" draft.md &&
	test_sed draft.md "$@" &&
	ops --as $LEAD new task --id "$queued_id" --from draft.md
}

# given ID AGENT SED-EXPRESSION...: the same, assigned.
given () {
	given_agent=$2
	given_id=$1
	shift 2
	queued "$given_id" "$@" && ops_step Requested "$given_id" &&
	ops_step Approved "$given_id" && ops --as $LEAD assign "$given_id" "$given_agent"
}

hours () {
	echo "s/^Estimated-Hours: .*/Estimated-Hours: $1/"
}

# task ID: its place in the answer of ops deps, which is in order of path.
task () {
	ls 05-PROCESSES/active-tasks | sed "s/\.md\$//" | awk -v id="$1" '$0 == id { print NR - 1 }'
}

# dates ID BEGIN END LATEST SLACK [OPTION...]
dates () {
	dates_at=$(task "$1") dates_begin=$2 dates_end=$3 dates_latest=$4 dates_slack=$5
	shift 5
	ops_json result.tasks.$dates_at.begin $dates_begin ops deps "$@" &&
	ops_json result.tasks.$dates_at.end $dates_end ops deps "$@" &&
	ops_json result.tasks.$dates_at.latest $dates_latest ops deps "$@" &&
	ops_json result.tasks.$dates_at.slack $dates_slack ops deps "$@"
}

test_expect_success 'work and what waits for it' '
	ops_world &&
	given frame-1111 codegen "$(hours 12)" &&
	given glaze-1111 docwriter "/^Type:/a Depends-On: [frame-1111]" &&
	given hinge-1111 codegen "$(hours 4)" "/^Type:/a Depends-On: [glaze-1111]" \
		"s/^Due: .*/Due: 2026-01-21/" &&
	given paint-1111 codegen "s/^Priority: .*/Priority: LOW/" &&
	ops_json result.edges 2 ops deps
'

# frame: Thursday and half of Friday.  paint waits for codegen: the other half of Friday
# and half of Monday.  glaze the same for docwriter, and hinge the rest of Monday.
# hinge may end on Wednesday, two days later; so may what it waits for, by as much.
test_expect_success 'earliest and latest dates, by who does it' '
	dates frame-1111 2026-01-15 2026-01-16 2026-01-20 2 &&
	dates glaze-1111 2026-01-16 2026-01-19 2026-01-21 2 &&
	dates hinge-1111 2026-01-19 2026-01-19 2026-01-21 2 &&
	dates paint-1111 2026-01-16 2026-01-19 2026-03-01 29.5
'

test_expect_success 'the critical path says what each step waited for' '
	ops_json result.critical_path.# 3 ops deps &&
	ops_json result.critical_path.0.task frame-1111 ops deps &&
	ops_json result.critical_path.1.task glaze-1111 ops deps &&
	ops_json result.critical_path.1.because depends ops deps &&
	ops_json result.critical_path.2.task hinge-1111 ops deps &&
	ops_json result.critical_path.# 2 ops deps paint-1111 &&
	ops_json result.critical_path.1.because agent ops deps paint-1111 &&
	ops deps paint-1111 >out &&
	test_grep "paint-1111 .*when Production/codegen is free" out
'

test_expect_success 'what if one were done' '
	dates glaze-1111 2026-01-15 2026-01-15 2026-01-21 3.5 --assume done:frame-1111 &&
	ops_json result.tasks.0.assumed true ops deps --assume done:frame-1111 &&
	test_expect_code 2 ops deps --assume frame-1111 &&
	test_expect_code 4 ops deps --assume done:nothing-1111
'

test_expect_success 'a due date that cannot be kept is named' '
	ops --as $LEAD edit hinge-1111 -f Due=2026-01-16 &&
	ops deps >out 2>err &&
	test_grep "hinge-1111.md:[0-9]*.*graph.late" err &&
	test_grep "due on 2026-01-16 and can be done by 2026-01-19" err &&
	ops_json result.tasks.$(task hinge-1111).late true ops deps &&
	ops_json result.tasks.$(task hinge-1111).slack -1 ops deps &&
	ops --as $LEAD edit hinge-1111 -f Due=2026-01-21
'

# Four hours a day, Monday to Thursday, away on Monday: glaze is ready on Friday at noon,
# begins on Tuesday and takes two of its days.
test_expect_success 'hours, days and absences are those of the agent' '
	ops --as $BOSS edit docwriter -f Hours-Per-Day=4 -f Working-Days="Mon, Tue, Wed, Thu" \
		-f Away="2026-01-19..2026-01-19" &&
	ops_json result.tasks.$(task glaze-1111).begin 2026-01-20 ops deps &&
	ops_json result.tasks.$(task glaze-1111).end 2026-01-21 ops deps
'

# At noon of Thursday by UTC it is Friday where they are.
test_expect_success 'and so is the day it is' '
	ops --as $BOSS edit codegen -f Timezone=+12:00 &&
	ops_json result.tasks.$(task frame-1111).begin 2026-01-16 ops deps &&
	ops_json result.tasks.$(task frame-1111).end 2026-01-19 ops deps &&
	ops --as $BOSS edit codegen -f Timezone=-11:00 &&
	ops_json result.tasks.$(task frame-1111).begin 2026-01-15 ops deps
'

test_expect_success 'what cannot be understood there is named and does not count' '
	ops --as $BOSS edit codegen -f Timezone=Mars -f Away=2026-02-30 &&
	test_expect_code 1 ops deps >out 2>err &&
	test_grep "codegen.md:.*field.value.*cannot be understood" err &&
	ops --as $BOSS edit codegen -f Timezone= -f Away=
'

test_expect_success 'trees and drawings' '
	ops deps --format tree hinge-1111 >out &&
	cat >expected <<-\EOF &&
	hinge-1111  Assigned  2026-01-22 to 2026-01-22  late: due 2026-01-21
	  glaze-1111  Assigned  2026-01-20 to 2026-01-21
	    frame-1111  Assigned  2026-01-15 to 2026-01-16
	EOF
	test_cmp expected out &&
	ops deps --format dot >out && test_grep "^	n1 -> n0;$" out && test_grep "^}$" out &&
	ops deps --format mermaid >out && test_grep "^  n2 --> n1$" out &&
	test_grep "n0\[\"frame-1111: Assigned\"\]" out &&
	ops deps --format json >out && test_grep "^{\"format\":1" out &&
	test_expect_code 2 ops deps --format svg
'

test_expect_success 'of one task, what it needs and what needs it' '
	ops deps glaze-1111 >out && test_grep ! "^paint-1111" out &&
	test_grep "^frame-1111" out && test_grep "^hinge-1111" out
'

test_expect_success 'a task that depends on itself' '
	queued ouro-1111 &&
	ops --as $LEAD edit ouro-1111 -f Depends-On=ouro-1111 &&
	test_expect_code 1 ops deps >out 2>err &&
	test_grep "ouro-1111.md:[0-9]*.*graph.cycle.*.ouro-1111. depends on itself" err &&
	test_grep "ops deps cut ouro-1111 ouro-1111 --reason WHY" err &&
	test_grep "^ouro-1111 *Queued *cycle" out &&
	test_expect_code 1 ops deps ouro-1111 >out 2>err && test_line_count = 4 err &&
	test_grep "^ouro-1111 *Queued *cycle" out && test_grep ! "the critical path" out &&
	ops_unchanged 0 ops --as $LEAD deps cut --dry-run ouro-1111 ouro-1111 -m "a slip" &&
	ops --as $LEAD deps cut ouro-1111 ouro-1111 -m "a slip" &&
	git log -1 --format=%B >message &&
	test_grep "No longer depends on ouro-1111" message &&
	test_grep "Reason: a slip" message &&
	ops deps
'

# a -> b -> c -> d -> a and b -> d: the shorter one goes by b, d and a.
test_expect_success 'of cycles that hang together the shortest is shown, edge by edge' '
	queued knot-aaaa && queued knot-bbbb && queued knot-cccc && queued knot-dddd &&
	queued tail-1111 "/^Type:/a Depends-On: [knot-cccc]" &&
	ops --as $LEAD edit knot-aaaa -f Depends-On=knot-bbbb &&
	ops --as $LEAD edit knot-bbbb -f Depends-On="knot-cccc, knot-dddd" &&
	ops --as $LEAD edit knot-cccc -f Depends-On=knot-dddd &&
	ops --as $LEAD edit knot-dddd -f Depends-On=knot-aaaa &&
	test_expect_code 1 ops deps >out 2>err &&
	test_grep "a cycle of 3: knot-aaaa -> knot-bbbb -> knot-dddd -> knot-aaaa; more" err &&
	test_expect_code 1 ops --json deps >answer &&
	"$TEST_BUILD/t/json-get" result.cycles.0.members answer >members &&
	echo 4 >expected && test_cmp expected members &&
	"$TEST_BUILD/t/json-get" result.cycles.# answer >nr &&
	echo 1 >expected && test_cmp expected nr &&
	test_grep "^tail-1111 *Queued *cycle" out &&
	for form in list tree dot mermaid
	do
		test_expect_code 1 ops deps --format $form knot-cccc >out 2>err &&
		test_grep knot-aaaa out && test_grep knot-cccc out || return 1
	done &&
	ops_json result.critical_path.# 3 ops deps --assume done:knot-aaaa tail-1111
'

test_expect_success 'cutting one edge leaves the next, cutting that none' '
	ops --as $LEAD deps cut knot-bbbb knot-dddd -m "not needed" &&
	test_expect_code 1 ops deps >out 2>err &&
	test_grep "a cycle of 4" err && test_grep ! "; more" err &&
	ops --as $LEAD deps cut knot-dddd knot-aaaa -m "not needed" &&
	ops deps --format tree tail-1111 >out &&
	test_line_count = 3 out &&
	ops_json result.cycles.# 0 ops deps
'

test_expect_success 'a cut needs a reason, an edge, and who may' '
	test_expect_code 2 ops --as $LEAD deps cut tail-1111 knot-cccc &&
	test_expect_code 4 ops --as $LEAD deps cut tail-1111 knot-aaaa -m why &&
	test_expect_code 4 ops --as $LEAD deps cut nothing-1111 knot-aaaa -m why &&
	ops_refused power.missing ops --as $QA deps cut tail-1111 knot-cccc -m why
'

test_expect_success 'a dependency that was given up, and one that is not there' '
	queued gone-1111 && queued base-1111 &&
	queued needs-1111 "/^Type:/a Depends-On: [gone-1111, base-1111]" &&
	ops --as $LEAD cancel gone-1111 -m no &&
	ops deps >out 2>err &&
	test_grep "graph.ended.*depends on .gone-1111., which is Cancelled" err &&
	test_grep "gone-1111 (ended)" out
'

test_expect_success 'a complete one is counted as that' '
	ops_task_at Complete made-1111 &&
	queued uses-1111 "/^Type:/a Depends-On: [made-1111]" &&
	ops deps >out && test_grep "made-1111 (complete)" out &&
	ops_json result.tasks.$(task uses-1111).waits false ops deps
'

test_expect_success 'a negative estimate by hand does not count, and is named' '
	file=$(ops_path uses-1111) &&
	test_sed "$file" "s/^Estimated-Hours: .*/Estimated-Hours: -8/" \
		"s/made-1111/nothing-1111/" "s/^Due: .*/Due: 2026-02-30/" &&
	ops_commit_as $LEAD "by hand" &&
	test_expect_code 1 ops deps >out 2>err &&
	test_grep "uses-1111.md.*field.value.*Estimated-Hours. is below 0" err &&
	test_grep "uses-1111.md.*field.value.*Due. is not a date" err &&
	test_grep "uses-1111.md.*graph.unknown.*.nothing-1111., which is not there" err &&
	test_grep "without an estimate, which count with none: 1" out &&
	test_expect_code 1 ops --json deps >answer &&
	"$TEST_BUILD/t/json-get" findings.# answer >nr &&
	grep -c "^05-PROCESSES" err >expected && test_cmp expected nr &&
	git reset -q --hard HEAD~1
'

test_expect_success 'one that is not there refuses by itself, in JSON too' '
	test_sed "$(ops_path uses-1111)" "s/made-1111/nothing-1111/" &&
	ops_commit_as $LEAD "by hand" &&
	test_expect_code 1 ops deps &&
	test_expect_code 1 ops --json deps >answer &&
	test_grep "\"rule\":\"graph.unknown\",\"severity\":\"error\"" answer &&
	git reset -q --hard HEAD~1 && ops deps
'

test_expect_success 'an estimate of ages does not take any' '
	queued ages-1111 "$(hours 999999999999)" &&
	ops deps ages-1111 >out 2>err && test_grep "^ages-1111 .*-.*-" out &&
	ops --as $LEAD cancel ages-1111 -m "too long"
'

test_done
