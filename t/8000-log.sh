#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops log: what was done, by whom as far as recorded, of one document or of all.

test_description='the log'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'acts, newest first' '
	ops_world &&
	ops_task_at Complete >/dev/null &&
	ops_task other-1 &&
	ops log --oneline >log &&
	test_grep -c "chore(ops)" log >count &&
	test_grep -x 13 count &&
	head -n 1 log >first &&
	test_grep "operations-orchestrator chore(ops): new task other-1" first &&
	tail -n 1 log >last && test_grep "^assurance: " last
'

test_expect_success 'of one task: its own changes and what was recorded about it' '
	ops log --oneline swap-7k2f >log &&
	grep -c "chore(ops)" log >count &&
	test_grep -x 11 count &&
	test_grep ! other-1 log &&
	ops log --oneline swap >short &&
	test_cmp log short &&
	ops_json "result.acts.#" 1 ops log other-1
'

test_expect_success 'only the last few' '
	ops_json "result.acts.#" 3 ops log -n 3 &&
	ops_json "result.acts.#" 2 ops log -n 2 swap-7k2f &&
	test_expect_code 2 ops log -n many
'

test_expect_success 'what one act says' '
	ops log -n 2 >log &&
	test_grep "^Action: new, recorded as by $LEAD$" log &&
	test_grep "^Action: complete, recorded as by $LEAD$" log &&
	test_grep "completed-tasks/2026/01/swap-7k2f.md: Review -> Complete" log &&
	ops --json log -n 2 >answer &&
	"$TEST_BUILD/t/json-get" result.acts.1.action answer >said &&
	test_grep -x complete said &&
	"$TEST_BUILD/t/json-get" result.acts.1.commit answer >said &&
	git rev-parse HEAD~ >expected &&
	test_cmp expected said
'

test_expect_success 'a hand edit is shown as what it is' '
	test_sed 05-PROCESSES/active-tasks/other-1.md "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as $LEAD "less urgent" &&
	ops log -n 1 >log &&
	test_grep "not made by ops" log &&
	test_grep "$LEAD@example.org" log &&
	ops --json log -n 1 >answer &&
	"$TEST_BUILD/t/json-get" result.acts.0.actor answer >said &&
	test_grep -x null said
'

test_expect_success 'a claim is shown with its author, and the audit refuses it' '
	test_sed 05-PROCESSES/active-tasks/other-1.md "s/^Priority: LOW/Priority: HIGH/" &&
	ops_commit_as $LEAD "urgent again

Ops-Action: gate.approve
Ops-Actor: $GOV" &&
	ops log -n 1 >log &&
	test_grep "^Author: $LEAD@example.org" log &&
	ops_audit_names actor.forged &&
	ops_audit_names trailer.mismatch &&
	git reset -q --hard HEAD~
'

test_expect_success 'commits that concern no document are left out' '
	test_commit "code: something" src.c "int x;" &&
	ops log --oneline >log &&
	test_grep ! "code: something" log
'

test_expect_success 'both sides of a merge are in it' '
	git checkout -q -b side && ops_task side-1 &&
	git checkout -q main && ops_task main-1 &&
	test_tick && git merge -q --no-edit side &&
	ops log --oneline >log &&
	test_grep "new task side-1" log &&
	test_grep "new task main-1" log &&
	ops audit verify
'

test_expect_success 'a shallow clone ends where it is cut off, and says so' '
	git clone -q --depth 3 "file://$(pwd)" ../shallow && (
		cd ../shallow && ops log >log 2>err && test_grep "this clone is shallow" err &&
		test_grep "chore(ops)" log && ops log --oneline side-1 >log 2>err &&
		test_grep "this clone is shallow" err && ops log --json >answer 2>err &&
		nr=$("$TEST_BUILD/t/json-get" "result.acts.#" answer) &&
		"$TEST_BUILD/t/json-get" "result.acts.$((nr - 1)).cut" answer >cut &&
		echo true | test_cmp - cut &&
		"$TEST_BUILD/t/json-get" "result.acts.$((nr - 1)).changes.#" answer >cut &&
		echo 0 | test_cmp - cut &&
		git fetch -q --unshallow && ops log 2>err && test_must_be_empty err
	)
'

test_expect_success 'of nothing' '
	test_expect_code 4 ops log no-such-document
'

test_done
