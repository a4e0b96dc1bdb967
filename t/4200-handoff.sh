#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A task changes hands: each step is a commit, the task has one owner at each of them,
# and it moves with the acceptance of a package that holds, and with nothing else.

test_description='handoffs of tasks'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/packets/swap-7k2f
T=05-PROCESSES/active-tasks/swap-7k2f.md

# pack ACTOR [WORD...]: a whole package.
pack () {
	from=$1
	shift
	ops --as "$from" handoff package -e reports/test.log -F package swap-7k2f "$@"
}

state () {
	n=$1
	shift
	ops_json "result.handoffs.$n.state" "$1" ops handoff status swap-7k2f
}

owner () {
	test_grep "^Assigned-To: $1$" $T
}

test_expect_success 'nobody has it, so nobody hands it over' '
	ops_world && ops_task nobodys-1 &&
	ops_refused handoff.state ops --as $LEAD handoff start nobodys-1 $DEV &&
	test_grep "nobodys-1. is Queued: nobody works on it" "$TEST_ROOT/refused.err" &&
	test_grep ! "Owner" "$TEST_ROOT/refused.err"
'

test_expect_success 'an agent asks for what cannot be' '
	ops_task_at In-Progress &&
	cat >package <<-\EOF &&
	Completed:
	- [x] the fast path, see src/match/fast.c
	Current State: builds; `make check-match` passes
	Pending:
	- [ ] the slow path, it was not asked for until now
	Risks: the book may be empty
	Findings: most orders are alone
	Next: write the test of the slow path
	Failing-Checks: make bench-match
	EOF
	ops_refused handoff.receiver ops --as $DEV handoff start swap-7k2f $DEV &&
	ops_refused handoff.receiver ops --as $LEAD handoff start swap-7k2f $GOV &&
	ops_refused power.missing ops --as docwriter handoff start swap-7k2f docwriter &&
	ops_unchanged 4 ops --as $DEV handoff start swap-7k2f nobody &&
	ops_unchanged 4 ops --as $DEV handoff accept nothing-like-it &&
	ops_task queued-1 &&
	ops_refused handoff.state ops --as $LEAD handoff start queued-1 docwriter &&
	ops_unchanged 4 ops --as $DEV handoff package swap-7k2f -F package -e reports/test.log &&
	ops --as $BOSS act deactivate docwriter &&
	ops_refused handoff.receiver ops --as $DEV handoff start swap-7k2f docwriter &&
	ops --as $BOSS act activate docwriter
'

test_expect_success 'start: the owner has an hour' '
	ops --as $LEAD handoff start swap-7k2f docwriter -m "codegen is needed elsewhere" &&
	state 0 requested &&
	ops next --for $DEV >out && test_grep "swap-7k2f.*handoff package" out &&
	ops next --for docwriter >out && test_grep "swap-7k2f.*handoff status" out &&
	ops status --for docwriter >out && test_grep "swap-7k2f" out &&
	ops_json result.handoffs.0.deadline "$(test_time $((test_now + 3600)) | cut -d" " -f2)" \
		ops handoff status swap-7k2f &&
	owner Production/codegen &&
	ops_refused handoff.state ops --as $LEAD handoff start swap-7k2f docwriter &&
	ops_refused packet.open ops --as $DEV submit swap-7k2f -s Outputs=a -s "Test Results"=b
'

test_expect_success 'a package is whole, and says what is so' '
	sed /^Risks/d package >thin &&
	ops_refused section.missing ops --as $DEV handoff package swap-7k2f -F thin \
		-e reports/test.log &&
	ops_refused field.missing ops --as $DEV handoff package swap-7k2f -F package &&
	ops_unchanged 4 ops --as $DEV handoff package swap-7k2f -F package -e no-such-file &&
	ops_refused power.missing pack docwriter &&
	ops_refused handoff.package pack $DEV Gates="pre-governance: none" &&
	HEAD=$(git rev-parse HEAD) &&
	pack $DEV &&
	test_grep "^Base: $HEAD$" $P/*-handoff-package-*.md &&
	test_grep "pre-governance: approved" $P/*-handoff-package-*.md &&
	test_grep "^  - .*src/match/\*.c" $P/*-handoff-package-*.md &&
	test_grep "reports/test.log sha256:" $P/*-handoff-package-*.md &&
	state 0 packaged && owner Production/codegen
'

test_expect_success 'only the receiver accepts; then the task is theirs, in one commit' '
	ops_refused handoff.receiver ops --as $QA handoff accept swap-7k2f &&
	ops_refused handoff.receiver ops --as $DEV handoff accept swap-7k2f &&
	test_tick &&
	ops --as docwriter handoff accept swap-7k2f &&
	owner Production/docwriter && state 0 accepted &&
	git diff --name-only HEAD~ >changed && test_line_count = 2 changed &&
	ops_refused power.assignee ops --as $DEV checkpoint swap-7k2f --progress 50 &&
	ops --as docwriter checkpoint swap-7k2f --progress 50
'

test_expect_success 'each commit has one owner' '
	for commit in $(git rev-list HEAD -- $T)
	do
		git show "$commit:$T" | grep -c "^Assigned-To: "
	done | sort -u >counts &&
	test_write_lines 0 1 >expected &&
	test_cmp expected counts
'

test_expect_success 'a package that became untrue is not accepted' '
	test_tick &&
	ops --as docwriter handoff start swap-7k2f $DEV && pack docwriter &&
	test_tick &&
	ops --as docwriter ask swap-7k2f QUESTION=which CONTEXT=two FILES=a OPTIONS=b \
		RECOMMENDED=c BLOCKING=no &&
	ops_refused handoff.stale ops --as $DEV handoff accept swap-7k2f &&
	ops --as $LEAD answer swap-7k2f CHOSEN=a RATIONALE=b CONSTRAINTS=c NEXT-STEP=d &&
	echo "other words" >>reports/test.log && git commit -q -m "fix(reports): say more" -a &&
	ops_refused gate.evidence ops --as $DEV handoff accept swap-7k2f &&
	owner Production/docwriter
'

test_expect_success 'a rejection goes to mediation, by neither side' '
	test_tick &&
	ops_unchanged 2 ops --as $LEAD handoff mediate swap-7k2f -m "go on" &&
	ops_refused handoff.receiver ops --as $QA handoff reject swap-7k2f -m "it is stale" &&
	ops_refused section.missing ops --as $DEV handoff reject swap-7k2f &&
	ops --as $DEV handoff reject swap-7k2f -m "it is stale" &&
	state 1 rejected &&
	ops_refused handoff.state pack docwriter &&
	ops_refused power.missing ops --as docwriter handoff mediate swap-7k2f --extend -m x &&
	ops --as $LEAD handoff mediate swap-7k2f --extend -m "once more" &&
	state 1 requested &&
	test_tick && pack docwriter && test_tick &&
	ops --as $DEV handoff accept swap-7k2f && owner Production/codegen
'

test_expect_success 'a package that is late goes to mediation' '
	test_tick &&
	ops --as $DEV handoff start swap-7k2f docwriter &&
	test_tick 3601 &&
	state 2 late &&
	ops_refused handoff.late pack $DEV &&
	ops --as $LEAD handoff mediate swap-7k2f --cancel -m "it is nearly done" &&
	state 2 cancelled && owner Production/codegen &&
	ops_refused handoff.state ops --as docwriter handoff accept swap-7k2f &&
	test_grep "fix: ops packet list swap-7k2f shows what there is" "$TEST_ROOT/refused.err" &&
	test_grep ! "Package=" "$TEST_ROOT/refused.err"
'

test_expect_success 'the time limit is configuration' '
	printf "handoff:\n  limit: 2h\n" >>05-PROCESSES/ops.yaml &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 2/" &&
	ops_commit_as $GOV "more time" &&
	ops --as $DEV handoff start swap-7k2f docwriter &&
	test_tick 7000 &&
	pack $DEV
'

test_expect_success 'by hand, nobody takes a task' '
	test_sed $T "s/^Assigned-To: .*/Assigned-To: Quality\/validator/" &&
	ops_commit_as validator "mine" &&
	ops_audit_names packet.missing &&
	git reset -q --hard HEAD~ &&
	ops_refused handoff.receiver ops --as validator handoff accept swap-7k2f &&
	test_tick && ops --as docwriter handoff accept swap-7k2f --dry-run &&
	owner Production/codegen && ops --as docwriter handoff accept swap-7k2f
'

test_expect_success 'who had it for a while has a part in it' '
	test_tick &&
	ops --as docwriter handoff start swap-7k2f $QA && pack docwriter &&
	ops --as $QA handoff accept swap-7k2f && test_tick &&
	ops --as $QA handoff start swap-7k2f docwriter && pack $QA &&
	ops --as docwriter handoff accept swap-7k2f &&
	ops --as docwriter submit swap-7k2f -s Outputs=a -s "Test Results"=b \
		-e reports/test.log &&
	ops_refused gate.self-approval ops --as $QA gate approve swap-7k2f quality \
		-e reports/test.log
'

test_done
