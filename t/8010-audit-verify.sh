#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops audit verify: whatever was done past the commands is judged all the same, and
# named by its commit.

test_description='judging a history again'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

# back: to where the last good state was.
back () {
	git reset -q --hard good && git clean -q -f -d 05-PROCESSES
}

# message_of ACTION ACTOR [LINE...]: a message with trailers as ops writes them.
message_of () {
	action=$1 claimed=$2
	shift 2
	printf "%s\n" "chore(ops): $action swap-7k2f" "" "Ops-Action: $action" "$@" \
		"Ops-Actor: $claimed" "Ops-Policy: 1" \
		"Ops-Id: $(echo "$action $claimed $*" | md5sum | cut -c 1-32)"
}

test_expect_success 'a prehistory, and a task in work' '
	test_commit "before ops" &&
	test_commit "still before" &&
	ops_world &&
	ops_task_at Review &&
	git tag good &&
	ops audit verify >found &&
	test_grep "^10 commits: 2 before ops, 8 judged, 0 refused$" found &&
	ops_json result.before_ops 2 ops audit verify &&
	ops_json result.last "$(git rev-parse HEAD)" ops audit verify
'

test_expect_success 'a legal edit by hand is as good as an act' '
	ops_task hand-1 &&
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as $LEAD "docs: less urgent" &&
	ops audit verify &&
	sed "s/^Priority: .*/&\nStatus: Queued\nVersion: 1.0.0\nOwner: Operations Orchestrator\nCreated: $(echo $OPS_NOW | cut -c 1-10)\nCreated-By: $LEAD/" \
		"$TEST_FIXTURES/task.md" >05-PROCESSES/active-tasks/hand-2.md &&
	ops_commit_as $LEAD "docs: a task by hand" &&
	ops audit verify &&
	git tag -f good
'

test_expect_success 'a status set by hand' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	ops_audit_names gate.missing &&
	ops_audit_names packet.missing &&
	back
'

test_expect_success 'by nobody known' '
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: LOW/Priority: HIGH/" &&
	ops_commit_as stranger "urgent!" &&
	ops_audit_names actor.unknown &&
	back
'

test_expect_success 'what was mended afterwards stays named' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	test_sed $T "s/^Status: Complete/Status: Review/" &&
	ops_commit_as $LEAD "no, not done" &&
	ops check --at HEAD &&
	ops_audit_names gate.missing HEAD~ &&
	ops_json result.refused 0 ops audit verify good &&
	ops audit verify good &&
	test_expect_code 1 ops audit verify good..HEAD &&
	test_expect_code 1 ops audit verify good.. &&
	test_expect_code 1 ops audit verify HEAD~ &&
	back
'

test_expect_success 'an actor that is claimed, and another author' '
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: LOW/Priority: HIGH/" &&
	ops_commit_as $DEV "$(message_of edit $LEAD "Ops-Doc: 05-PROCESSES/active-tasks/hand-1.md")" &&
	ops_audit_names actor.forged &&
	back &&
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: LOW/Priority: HIGH/" &&
	ops_commit_as stranger "$(message_of edit $LEAD "Ops-Doc: 05-PROCESSES/active-tasks/hand-1.md")" &&
	ops_audit_names actor.forged &&
	back
'

test_expect_success 'trailers that say what was not done' '
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: LOW/Priority: HIGH/" &&
	ops_commit_as $LEAD "$(message_of edit $LEAD "Ops-Doc: $T")" &&
	ops_audit_names trailer.mismatch &&
	back &&
	ops --as $LEAD cancel hand-1 -m "no" &&
	git log -1 --format=%B | sed "s/^Ops-Status: .*/Ops-Status: Queued -> Complete/" >message &&
	GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q --amend --reset-author -F message &&
	ops_audit_names trailer.mismatch &&
	back &&
	ops --as $LEAD cancel hand-1 -m "no" &&
	git log -1 --format=%B | sed "s/^Ops-Action: .*/Ops-Action: complete/" >message &&
	GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q --amend --reset-author -F message &&
	ops_audit_names trailer.mismatch &&
	back
'

test_expect_success 'trailers in any other form' '
	for trailer in "ops-action: edit" "Ops-Action:edit" " Ops-Action: edit" "Ops-Unknown: x"
	do
		test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: LOW/Priority: HIGH/" &&
		ops_commit_as $LEAD "docs: urgent

$trailer" &&
		ops_audit_names trailer.grammar &&
		back || return 1
	done
'

test_expect_success 'an act told twice' '
	ops --as $LEAD edit hand-1 -f Priority=HIGH &&
	git log -1 --format=%B >message &&
	test_tick &&
	ops --as $LEAD edit hand-1 -f Priority=LOW && test_tick &&
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Priority: LOW/Priority: HIGH/" &&
	ops_commit_as $LEAD "$(cat message)" &&
	ops_audit_names trailer.replayed &&
	back
'

test_expect_success 'a decision that was edited, deleted, or moved' '
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-decision-*.md) &&
	test_sed $P "s/^bounded/unbounded/" &&
	ops_commit_as $GOV "what I meant" &&
	ops_audit_names packet.append-only &&
	back &&
	git rm -q $P &&
	ops_commit_as $GOV "what I did not say" &&
	ops_audit_names packet.append-only &&
	back &&
	git mv $P 05-PROCESSES/packets/swap-7k2f/20250101T000000Z-decision-aaaa.md &&
	ops_commit_as $GOV "said it earlier" &&
	ops_audit_names packet.append-only &&
	back &&
	mkdir 05-PROCESSES/packets/hand-1 && git mv $P 05-PROCESSES/packets/hand-1/ &&
	ops_commit_as $GOV "said it of another" &&
	test_expect_code 1 ops audit verify &&
	back
'

test_expect_success 'an honest merge' '
	git checkout -q -b side && ops_task side-1 && ops --as $LEAD edit hand-1 -f Priority=HIGH &&
	git checkout -q main && ops_task main-1 && ops --as $QA rework swap-7k2f -m "no" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	test_tick && git merge -q --no-edit side &&
	ops audit verify &&
	back
'

test_expect_success 'a merge that brings something of its own' '
	git merge -q --no-commit --no-ff side &&
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "merge side" &&
	git rev-parse -q --verify HEAD^2 &&
	ops_audit_names gate.missing &&
	back
'

test_expect_success 'a merge that drops what one side did' '
	git checkout -q -b block good &&
	ops --as $GOV gate block hand-1 pre-governance -m "no" -s "Lifted When"="yes" &&
	git checkout -q main && ops_task main-2 &&
	test_tick && git merge -q -s ours --no-edit block &&
	ops_audit_names merge.dropped &&
	back
'

test_expect_success 'a branch of the past is judged at what it joins' '
	git checkout -q -b late good &&
	git checkout -q main &&
	ops --as $BOSS act deactivate $DEV &&
	git checkout -q late &&
	ops --as $QA rework swap-7k2f -m "no" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	ops --as $DEV checkpoint swap-7k2f --progress 1 -m x &&
	ops audit verify &&
	git checkout -q main && test_tick && git merge -q --no-edit late &&
	test_expect_code 1 ops audit verify >found &&
	test_grep actor.inactive found &&
	test_grep "by the rules of what it joins" found &&
	back
'

test_expect_success 'a second beginning does not bring its own law' '
	git checkout -q --orphan other && git rm -q -r -f . && git clean -q -f -d &&
	mkdir -p 05-PROCESSES/completed-tasks/2026/01 05-PROCESSES/agents/Executive &&
	test_write_lines "format: 1" "version: 1" >05-PROCESSES/ops.yaml &&
	sed "s/meta-orchestrator@/evil@/;s/^Name: .*/Name: Evil/" \
		"$TEST_FIXTURES"/world/05-PROCESSES/agents/Executive/meta-orchestrator.md \
		>05-PROCESSES/agents/Executive/evil.md &&
	ops_commit_as stranger "another beginning" &&
	git checkout -q -f main && test_tick &&
	test_might_fail git merge -q --no-edit --allow-unrelated-histories -X ours other &&
	git ls-files --error-unmatch 05-PROCESSES/agents/Executive/evil.md &&
	test_expect_code 1 ops audit verify >found &&
	test_grep "^refused" found &&
	back
'

test_expect_success 'a second beginning without any is only code' '
	git checkout -q --orphan library && git rm -q -r -f . && git clean -q -f -d &&
	test_commit "a library" lib.c "int y;" &&
	git checkout -q -f main && test_tick &&
	git merge -q --no-edit --allow-unrelated-histories library &&
	ops audit verify &&
	back
'

test_expect_success 'a task that a second beginning smuggles in' '
	git checkout -q --orphan smuggle && git rm -q -r -f . && git clean -q -f -d &&
	mkdir -p 05-PROCESSES/completed-tasks/2026/01 &&
	sed "s/^Priority: .*/&\nStatus: Complete\nVersion: 1.0.0\nOwner: Operations Orchestrator\nCreated: 2026-01-15\nCreated-By: $LEAD\nAssigned-To: Production\/codegen\nStarted: 2026-01-15\nCompleted: 2026-01-15/" \
		"$TEST_FIXTURES/task.md" >05-PROCESSES/completed-tasks/2026/01/smuggled-1.md &&
	ops_commit_as stranger "some files" &&
	git checkout -q -f main && test_tick &&
	git merge -q --no-edit --allow-unrelated-histories smuggle &&
	git ls-files --error-unmatch 05-PROCESSES/completed-tasks/2026/01/smuggled-1.md &&
	test_expect_code 1 ops audit verify >found &&
	test_grep "^refused" found &&
	back
'

test_expect_success 'what no rule is about is not judged' '
	test_commit "code" src.c "int x;" &&
	ops audit verify &&
	back
'

test_expect_success 'a clone without its beginning is refused' '
	git clone -q --depth 3 "file://$TRASH" ../shallow &&
	test_expect_code 3 ops -C ../shallow audit verify 2>err &&
	test_grep "shallow" err &&
	test_grep "unshallow" err
'

test_expect_success 'no such commit' '
	test_expect_code 2 ops audit verify good...HEAD 2>err && test_grep "write A..B" err &&
	test_expect_code 4 ops audit verify no-such-commit &&
	test_expect_code 4 ops audit verify good..no-such-commit
'

test_expect_success 'each finding is in the answer' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done" &&
	test_expect_code 1 ops --json audit verify >answer &&
	"$TEST_BUILD/t/json-get" result.found.0.commit answer >said &&
	git rev-parse HEAD >expected &&
	test_cmp expected said &&
	"$TEST_BUILD/t/json-get" "result.found.0.findings.*.rule" answer >rules &&
	test_grep -x gate.missing rules &&
	"$TEST_BUILD/t/json-get" result.refused answer >said &&
	test_grep -x 1 said &&
	back
'

test_done
