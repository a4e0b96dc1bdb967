#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The orchestration pass: who is gone, who is blocked, what is stalled, and that a second
# pass finds nothing to do.

test_description='the orchestration pass'
. "$(dirname "$0")/test-lib.sh"

# queued ID SED-EXPRESSION...: a queued task made of the fixture with these changes.
queued () {
	queued_id=$1
	shift
	cp "$TEST_FIXTURES/task.md" draft.md &&
	{ test $# = 0 || test_sed draft.md "$@"; } &&
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

# field ID NAME VALUE ("" = it is not there)
field () {
	field_file=$(ops_path "$1") &&
	field_value=$(sed -n "s/^$2: //p" "$field_file") &&
	test "$field_value" = "$3" && return 0
	echo "field: $2 of $1 is '$field_value', not '$3'"
	return 1
}

commits () {
	git rev-list --count HEAD
}

# pass OPTION...: one pass that changes something.
pass () {
	ops --as $LEAD orchestrate "$@"
}

test_expect_success 'a pass over nothing to do commits nothing' '
	ops_world &&
	ops_unchanged 0 ops --as $LEAD orchestrate &&
	test_grep "^distribute: nothing" "$TEST_ROOT/refused.out" &&
	ops_json result.steps.# 7 ops --as $LEAD orchestrate --once &&
	ops_json result.steps.0.step recover ops --as $LEAD orchestrate &&
	ops_json result.steps.6.step conflicts ops --as $LEAD orchestrate &&
	ops_json result.changed false ops --as $LEAD orchestrate
'

test_expect_success 'that it changed nothing is recorded if it is asked for' '
	before=$(commits) &&
	pass --record-no-op >out &&
	test_grep "^nothing was changed, which is recorded" out &&
	test $(commits) -eq $((before + 1)) &&
	git log -1 --format=%B >message &&
	test_grep "^Ops-Action: packet.no-op" message &&
	ops_unchanged 0 ops --as $LEAD orchestrate --record-no-op --dry-run
'

test_expect_success 'what it blocked on is unblocked when that is complete' '
	ops_task_at Decided base-1111 &&
	given wall-1111 codegen "/^Type:/a Depends-On: [base-1111]" &&
	ops --as $DEV block wall-1111 -m "the base is missing" &&
	grep -A1 "^Blocked-By:" "$(ops_path wall-1111)" >by && test_grep "base-1111" by &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies &&
	ops_step Complete base-1111 &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies --dry-run &&
	test_grep "would unblock wall-1111: Blocked -> Assigned" "$TEST_ROOT/refused.out" &&
	before=$(commits) &&
	pass --only dependencies >out &&
	test_grep "unblock wall-1111: Blocked -> Assigned" out &&
	field wall-1111 Status Assigned && field wall-1111 Blocked-By "" &&
	test $(commits) -eq $((before + 1)) &&
	ops_unchanged 0 ops --as $LEAD orchestrate
'

test_expect_success 'who was blocked for something else stays blocked' '
	ops --as $DEV block wall-1111 -m "the customer is away" &&
	field wall-1111 Blocked-By "" &&
	ops_unchanged 0 ops --as $LEAD orchestrate &&
	ops --as $DEV unblock wall-1111
'

test_expect_success 'a dependency that was cut holds nobody' '
	queued roof-1111 &&
	ops --as $LEAD edit wall-1111 -f Depends-On="base-1111, roof-1111" &&
	ops --as $DEV block wall-1111 -m "no roof" &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies --dry-run &&
	test_grep ! "unblock" "$TEST_ROOT/refused.out" &&
	ops --as $LEAD deps cut wall-1111 roof-1111 --reason "it is a garden wall" &&
	pass --only dependencies >out && test_grep "unblock wall-1111" out
'

test_expect_success 'blockers that nobody has begun become more urgent, once' '
	queued low-1111 "s/^Priority: .*/Priority: LOW/" &&
	queued mid-1111 "s/^Priority: .*/Priority: MEDIUM/" \
		"/^Type:/a Depends-On: [low-1111]" &&
	queued far-1111 "s/^Priority: .*/Priority: LOW/" &&
	given gate-1111 codegen "s/^Priority: .*/Priority: CRITICAL/" \
		"/^Type:/a Depends-On: [mid-1111]" &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies &&
	ops --as $DEV block gate-1111 -m "no frame" &&
	pass >out &&
	test_grep "raise low-1111" out && test_grep "raise mid-1111" out &&
	test_grep ! "far-1111" out &&
	field low-1111 Priority CRITICAL && field mid-1111 Priority CRITICAL &&
	field low-1111 Raised 2026-01-15 && field far-1111 Priority LOW &&
	git log -1 --format=%B >message &&
	test_grep "low-1111 goes from LOW to CRITICAL: gate-1111 is blocked by it" message &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies
'

test_expect_success 'an equal one by a grade, and never to the gravest by that alone' '
	queued peer-1111 "s/^Priority: .*/Priority: MEDIUM/" &&
	queued high-1111 &&
	given wait-1111 codegen "s/^Priority: .*/Priority: MEDIUM/" \
		"/^Type:/a Depends-On: [peer-1111, high-1111]" &&
	ops --as $DEV block wait-1111 -m "no peer" &&
	pass --only dependencies >out &&
	field peer-1111 Priority HIGH && field high-1111 Priority HIGH &&
	field high-1111 Raised "" &&
	ops --as $LEAD edit wait-1111 -f Priority=CRITICAL &&
	pass --only dependencies >out && test_grep "edit peer-1111" out &&
	field peer-1111 Priority CRITICAL && field high-1111 Priority CRITICAL &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies
'

test_expect_success 'nobody else raises, and a new task is not raised' '
	ops_refused power.missing ops --as $DEV act raise far-1111 &&
	ops_refused field.guarded ops --as $LEAD new task --id new-1111 \
		--from "$TEST_FIXTURES/task.md" -f Raised=2026-01-15
'

test_expect_success 'a stalled blocker is put up for investigation, once for each stall' '
	given slow-1111 docwriter &&
	ops --as docwriter accept slow-1111 && ops --as docwriter start slow-1111 &&
	ops --as $LEAD edit wait-1111 -f Depends-On="peer-1111, high-1111, slow-1111" &&
	test_tick 172800 &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies &&
	test_tick 172800 &&
	pass --only progress >out && test_grep "stalled slow-1111: Production/docwriter" out &&
	pass --only dependencies >out && test_grep "investigation slow-1111" out &&
	ls 05-PROCESSES/packets/slow-1111 >packets &&
	grep investigation packets >which && test_line_count = 1 which &&
	test_grep "^To: Production/docwriter" 05-PROCESSES/packets/slow-1111/*investigation* &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies &&
	test_tick 86400 &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies &&
	ops --as docwriter checkpoint slow-1111 --progress 20 -m "half of a half" &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only dependencies &&
	test_tick 345600 &&
	pass --only dependencies >out && test_grep "investigation slow-1111" out &&
	ls 05-PROCESSES/packets/slow-1111 >packets &&
	grep investigation packets >which && test_line_count = 2 which
'

test_expect_success 'nobody is good enough for a critical task: that goes up, once' '
	rm -rf other && git init -q other && cd other && ops_world &&
	queued grave-1111 "s/^Priority: .*/Priority: CRITICAL/" \
		"/^Type:/a Capabilities: {alchemy: 1}" &&
	ops_step Requested grave-1111 && ops_step Approved grave-1111 &&
	pass >../out &&
	test_grep "escalation grave-1111" ../out &&
	test_grep "CAPABILITY_GAP alchemy: 1 queued task asks for it; the best, nobody" ../out &&
	cat 05-PROCESSES/packets/grave-1111/*escalation* >../packet &&
	test_grep "no suitable agent for critical task" ../packet &&
	ops_unchanged 0 ops --as $LEAD orchestrate &&
	ops_json result.steps.1.state nothing ops --as $LEAD orchestrate &&
	cd ..
'

test_expect_success 'while assignments are paused, nothing is tried and all else is done' '
	git init -q paused && cd paused && ops_world &&
	queued free-1111 && ops_step Requested free-1111 && ops_step Approved free-1111 &&
	ops --as $LEAD emergency declare AGENT_CASCADE_FAILURE -m "the endpoint is down" &&
	ops_unchanged 0 ops --as $LEAD orchestrate &&
	test_grep "^distribute: nothing" "$TEST_ROOT/refused.out" &&
	ops plan >../out && test_grep "free-1111.*emergency .*is declared" ../out &&
	cd ..
'

test_done
