#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Moving work from those who have too much.  Seven agents of the world work, and take
# five tasks at a time each.

test_description='rebalancing'
. "$(dirname "$0")/test-lib.sh"

agent () {
	agent_file=$(find team/05-PROCESSES/agents -name "$1.md") &&
	sed "/^Email: /a Capabilities: {c: $2}" "$agent_file" >new && mv new "$agent_file"
}

# given ID AGENT SED-EXPRESSION...: a task that asks for c, assigned.
given () {
	given_id=$1 given_agent=$2
	shift 2
	cp "$TEST_FIXTURES/task.md" draft.md &&
	test_sed draft.md "/^Type:/a Capabilities: {c: 1}" "$@" &&
	ops --as $LEAD new task --id "$given_id" --from draft.md &&
	ops_step Requested "$given_id" && ops_step Approved "$given_id" &&
	ops --as $LEAD assign "$given_id" "$given_agent" >/dev/null
}

to () {
	ops_json result.fields.Assigned-To "$2" ops show "$1"
}

test_expect_success 'one has four tasks, the others none' '
	cp -R "$TEST_FIXTURES/world" team &&
	agent codegen 0.9 && agent scout 0.8 && agent docwriter 0.71 && agent codegen-alt 0.7 &&
	ops init --from team &&
	given have-1111 codegen && given have-2222 codegen && given have-3333 codegen &&
	given have-4444 codegen "s/^Priority: .*/Priority: LOW/" &&
	ops --as $DEV accept have-1111
'

# 4 of 5 is 0.8; the average of seven 0.8 / 7 = 0.114; over is above 0.171 and under below
# 0.057.  The least grave goes first, to the most capable, then the first by path to the
# next; who is capable to 0.7 is not above it, and one in five is not below 0.057.
test_expect_success 'what should move, and by what numbers' '
	ops rebalance >out &&
	test_grep "^Production/codegen  *4  *5  *0.800  *32  *0  *over  *2$" out &&
	test_grep "^Research/scout  *0  *5  *0.000  *0  *0  *under  *1$" out &&
	test_grep "average utilisation 0.114; over is above 0.171, under is below 0.057" out &&
	test_grep "^have-2222 .*Production/codegen *Production/docwriter *0.7100 *move" out &&
	test_grep "^have-4444 .*Production/codegen *Research/scout *0.8000 *move" out &&
	test_grep ! "^have-[13]" out &&
	ops_json result.moves.# 2 ops rebalance
'

test_expect_success 'what is past its date is not moved: it would be refused' '
	(OPS_NOW=2026-12-01T12:00:00Z && export OPS_NOW && ops_json result.moves.# 0 ops rebalance &&
	 ops_unchanged 0 ops --as $LEAD rebalance --apply)
'

test_expect_success 'it is done as one commit, and no more the second time' '
	ops_unchanged 0 ops --as $LEAD rebalance --dry-run &&
	ops_unchanged 0 ops --as $LEAD rebalance --apply --dry-run &&
	before=$(git rev-list --count HEAD) &&
	ops --as $LEAD rebalance --apply >out &&
	test $(git rev-list --count HEAD) -eq $((before + 1)) &&
	git log -1 --format=%B >message &&
	test_grep "^chore(ops): reassign 2 documents" message &&
	test_grep "have-4444 from Production/codegen to Research/scout: capability 0.800" message &&
	test_grep "^Ops-Action: reassign" message &&
	to have-4444 Research/scout && to have-2222 Production/docwriter &&
	to have-1111 Production/codegen &&
	ops_json result.moves.# 0 ops rebalance &&
	ops_unchanged 0 ops --as $LEAD rebalance --apply &&
	test_grep "nothing to do" "$TEST_ROOT/refused.out"
'

test_expect_success 'the new agent has the order, and it is counted' '
	ops_json result.fields.Moved 1 ops show have-4444 &&
	ls 05-PROCESSES/packets/have-4444 >packets && grep -c dispatch packets >nr &&
	echo 2 >expected && test_cmp expected nr &&
	ops --as scout accept have-4444 &&
	ops_refused power.assignee ops --as $DEV start have-4444
'

test_expect_success 'a task can be given to another by hand, until it is started' '
	ops --as $LEAD act reassign have-1111 --to scout &&
	to have-1111 Research/scout &&
	test_grep ! "^Accepted" "$(ops_path have-1111)" &&
	ops --as scout accept have-1111 && ops --as scout start have-1111 &&
	ops_unchanged 1 ops --as $LEAD act reassign have-1111 --to codegen
'

test_expect_success 'nobody gives work away who may not assign' '
	ops_refused power.missing ops --as $DEV act reassign have-3333 --to scout &&
	ops_refused task.assignee ops --as $LEAD act reassign have-3333 --to $GOV
'

test_expect_success 'what is started goes only by a handoff: it is proposed and not moved' '
	rm -rf team/.git && git init -q other && cd other && ops init --from ../team &&
	for i in 1 2 3
	do
		given "work-$i$i$i$i" codegen && ops --as $DEV accept "work-$i$i$i$i" &&
		ops --as $DEV start "work-$i$i$i$i" || return 1
	done &&
	ops rebalance >../out &&
	test_grep "^work-1111 .*Production/codegen *Research/scout *0.8000 *handoff" ../out &&
	test_grep "^work-2222 .*Production/codegen *Production/docwriter *0.7100 *handoff" ../out &&
	test_grep ! "^work-3333" ../out &&
	ops_unchanged 0 ops --as $LEAD rebalance --apply &&
	cd ..
'

test_expect_success 'an agent that takes one task does not get the second of another' '
	test_when_finished "cd \"$TRASH\"" &&
	sed "/^Email/a Max-Concurrent: 1" team/05-PROCESSES/agents/Research/scout.md >new &&
	mv new team/05-PROCESSES/agents/Research/scout.md &&
	git init -q third && cd third && ops init --from ../team &&
	given solo-1111 codegen && given solo-2222 codegen &&
	ops rebalance >../out &&
	test_grep "^solo-1111 .*Production/docwriter *0.7100 *move" ../out &&
	test_grep ! "scout *0.8000" ../out
'

test_expect_success 'what the judge refuses stays where it is' '
	test_when_finished "cd \"$TRASH\"" &&
	git init -q fourth && cd fourth && ops init --from ../team &&
	given good-1111 codegen && given edit-1111 codegen "s/^Priority: .*/Priority: LOW/" &&
	given more-1111 codegen &&
	test_sed "$(ops_path edit-1111)" "s/less than 20 ms/less than 10 ms/" &&
	ops_commit_as $LEAD "chore: be faster" && test_clock 2026-01-25 &&
	ops --as $LEAD rebalance --apply >../out 2>../err &&
	test_grep "gate.stale.*left out" ../err &&
	test_grep "reassign good-1111" ../out && test_grep ! "edit-1111" ../out
'

test_done
