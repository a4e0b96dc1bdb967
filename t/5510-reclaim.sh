#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tasks whose assignee is gone: found, put back into the queue with a record of how they
# stood, and given to somebody else by the same pass.

test_description='orphaned tasks'
. "$(dirname "$0")/test-lib.sh"

field () {
	field_file=$(ops_path "$1") &&
	field_value=$(sed -n "s/^$2: //p" "$field_file") &&
	test "$field_value" = "$3" && return 0
	echo "field: $2 of $1 is '$field_value', not '$3'"
	return 1
}

test_expect_success 'nothing is taken from who is there' '
	ops_world &&
	ops_task_at In-Progress work-1111 && ops_task_at Assigned next-1111 &&
	ops_task_at Review seen-1111 && ops_task_at In-Progress stop-1111 &&
	ops --as $DEV checkpoint work-1111 --progress 40 -m "the parser reads half of it" &&
	ops --as $DEV block stop-1111 -m "no orders" &&
	ops_unchanged 0 ops --as $LEAD recover --tasks &&
	test_grep "nothing to do" "$TEST_ROOT/refused.out" &&
	ops_refused task.orphaned ops --as $LEAD act reclaim work-1111 -m "I want it" &&
	ops_refused power.missing ops --as $QA act reclaim work-1111 -m "I want it" &&
	test_expect_code 2 ops recover --dry-run
'

test_expect_success 'who is inactive has nothing left but what is in review' '
	ops --as $BOSS act deactivate $DEV &&
	ops_unchanged 0 ops --as $LEAD recover --tasks --dry-run &&
	test_grep "would reclaim work-1111: In-Progress -> Queued" "$TEST_ROOT/refused.out" &&
	ops_refused power.missing ops --as $QA recover --tasks &&
	before=$(git rev-list --count HEAD) &&
	ops_json result.acts.# 3 ops --as $LEAD recover --tasks &&
	test $(git rev-list --count HEAD) -eq $((before + 1)) &&
	for id in work-1111 next-1111 stop-1111
	do
		field $id Status Queued && field $id Reclaimed 1 &&
		for gone in Assigned-To Assigned Accepted Started Blocked-From Blocked-Reason
		do
			field $id $gone "" || return 1
		done || return 1
	done &&
	field seen-1111 Status Review &&
	ops_unchanged 0 ops --as $LEAD recover --tasks
'

test_expect_success 'a record says whose it was and how it stood' '
	cat 05-PROCESSES/packets/work-1111/*recovery* >packet &&
	test_grep "^Owner: Production/codegen" packet && test_grep "^Was: In-Progress" packet &&
	test_grep "who is not active. Started 2026-01-15. Due 2026-03-01." packet &&
	test_grep "Last checkpoint, 40 %: .*the parser reads half of it" packet &&
	cat 05-PROCESSES/packets/stop-1111/*recovery* >packet &&
	test_grep "^Was: Blocked" packet && test_grep "Blocked: no orders" packet &&
	git log -1 --format=%B >message && test_grep "^Reason: .*is not active" message
'

test_expect_success 'no gate is lost: it is given to somebody else and goes on' '
	ops --as $LEAD orchestrate >out &&
	test_grep "assign work-1111: Queued -> Assigned" out &&
	new=$(sed -n "s/^Assigned-To: .*\///p" "$(ops_path work-1111)") &&
	test "$new" != "$DEV" &&
	ops --as $new accept work-1111 && ops --as $new start work-1111 &&
	ops_unchanged 0 ops --as $LEAD orchestrate --only recover
'

test_expect_success 'an agent that is not in the roster any more' '
	new=$(sed -n "s/^Assigned-To: //p" "$(ops_path work-1111)") &&
	file=05-PROCESSES/agents/$new.md &&
	test_sed "$file" "s/^Status: .*/Status: Inactive/" &&
	ops_commit_as $BOSS "the agent leaves" &&
	ops --as $LEAD orchestrate --only recover >out &&
	test_grep "reclaim work-1111: In-Progress -> Queued" out &&
	field work-1111 Reclaimed 2
'

test_expect_success 'what is on its way to somebody is left to that handoff' '
	git init -q hand && cd hand && ops_world &&
	ops_task_at In-Progress work-1111 &&
	ops --as $DEV handoff start work-1111 docwriter &&
	ops --as $BOSS act deactivate $DEV &&
	ops_unchanged 0 ops --as $LEAD recover --tasks &&
	ops --as $BOSS act deactivate docwriter &&
	ops --as $LEAD recover --tasks >../out &&
	test_grep "reclaim work-1111" ../out &&
	ls 05-PROCESSES/packets/work-1111 >../packets &&
	test_grep "handoff-cancellation" ../packets && test_grep "recovery" ../packets &&
	ops audit verify && cd ..
'

test_expect_success 'a package that came too late does not keep it' '
	git init -q late && cd late && ops_world &&
	ops_task_at In-Progress work-1111 &&
	ops --as $DEV handoff start work-1111 docwriter &&
	ops --as $BOSS act deactivate $DEV && test_tick 3601 &&
	ops --as $LEAD recover --tasks >../out &&
	test_grep "reclaim work-1111" ../out && ops audit verify && cd ..
'

test_expect_success 'taking it back by hand needs the record' '
	git init -q byhand && cd byhand && ops_world &&
	ops_task_at Assigned work-1111 && ops --as $BOSS act deactivate $DEV &&
	test_sed "$(ops_path work-1111)" "s/^Status: .*/Status: Queued/" "/^Assigned/d" \
		"/^Due/a Reclaimed: 1" &&
	ops_commit_as $LEAD "take it back" &&
	ops_audit_names packet.missing && cd ..
'

test_done
