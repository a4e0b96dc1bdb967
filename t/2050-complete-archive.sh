#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Completion: only with all gates, into the archive of its month, and for good.

test_description='completion and archive'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'each missing gate refuses it' '
	ops_world &&
	ops_task_at Review &&
	ops_refused gate.missing ops --as $LEAD complete swap-7k2f &&
	test_grep "quality" "$TEST_ROOT/refused.err" &&
	test_grep "post-governance" "$TEST_ROOT/refused.err" &&
	ops_step Signed swap-7k2f && test_tick &&
	ops_refused gate.missing ops --as $LEAD complete swap-7k2f &&
	test_grep ! "gate .quality." "$TEST_ROOT/refused.err" &&
	ops_step Asked swap-7k2f && test_tick &&
	ops_refused gate.missing ops --as $LEAD complete swap-7k2f &&
	test_grep "wait for the decision" "$TEST_ROOT/refused.err" &&
	ops_step Decided swap-7k2f
'

test_expect_success 'a dry run says what it would do' '
	ops_unchanged 0 ops --as $LEAD complete --dry-run swap-7k2f &&
	test_grep "would complete swap-7k2f: Review -> Complete" "$TEST_ROOT/refused.out"
'

test_expect_success 'into the archive of the month it ends in' '
	test_clock 2026-02-28T23:59:59Z &&
	ops --as $LEAD complete swap-7k2f &&
	test_path_is_file 05-PROCESSES/completed-tasks/2026/02/swap-7k2f.md &&
	test_path_is_missing 05-PROCESSES/active-tasks/swap-7k2f.md &&
	ops_json result.fields.Completed 2026-02-28 ops show swap-7k2f &&
	git log -1 --format= --name-status --find-renames >changed &&
	test_grep "^R[0-9]*.05-PROCESSES/active-tasks/swap-7k2f.md.05-PROCESSES/completed-tasks/2026/02/swap-7k2f.md$" changed &&
	test_grep "^A.05-PROCESSES/packets/swap-7k2f/.*-completion-" changed &&
	test_line_count = 2 changed
'

test_expect_success 'its log goes through both places' '
	ops log --oneline swap-7k2f >log &&
	head -n 1 log >first && test_grep "complete swap-7k2f" first &&
	grep "chore(ops)" log | tail -n 1 >last && test_grep "new task swap-7k2f" last
'

test_expect_success 'frozen, for acts' '
	ops_refused doc.frozen ops --as $LEAD edit swap-7k2f -f Title=Better &&
	ops_refused doc.frozen ops --as $LEAD edit swap-7k2f -s Objective=other &&
	ops_refused task.transition ops --as $LEAD complete swap-7k2f &&
	ops_refused task.transition ops --as $DEV start swap-7k2f
'

test_expect_success 'and for hand edits' '
	A=05-PROCESSES/completed-tasks/2026/02/swap-7k2f.md &&
	test_sed $A "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as $LEAD "less important" &&
	ops_audit_names doc.frozen &&
	git reset -q --hard HEAD~ &&
	git rm -q $A &&
	ops_commit_as $LEAD "forget it" &&
	ops_audit_names doc.deleted &&
	git reset -q --hard HEAD~ &&
	mkdir -p 05-PROCESSES/active-tasks &&
	git mv $A 05-PROCESSES/active-tasks/ &&
	ops_commit_as $LEAD "take it back" &&
	ops_audit_names doc.place &&
	git reset -q --hard HEAD~ &&
	git mv $A 05-PROCESSES/completed-tasks/2026/ &&
	ops_commit_as $LEAD "tidy up" &&
	ops_audit_names doc.deleted &&
	git reset -q --hard HEAD~ &&
	mkdir 05-PROCESSES/completed-tasks/2026/01 &&
	git mv $A 05-PROCESSES/completed-tasks/2026/01/ &&
	ops_commit_as $LEAD "done a month before" &&
	ops_audit_names doc.frozen &&
	git reset -q --hard HEAD~
'

test_expect_success 'its id is not used again' '
	ops_unchanged 1 ops_task swap-7k2f &&
	test_grep swap-7k2f "$TEST_ROOT/refused.err" &&
	cp "$TEST_FIXTURES/task.md" draft &&
	mkdir -p 05-PROCESSES/active-tasks &&
	test_sed draft "s/^Type:.*/Status: Queued/" "s/^Due:/Version: 1.0.0\\
Owner: Operations Orchestrator\\
Due:/" &&
	mv draft 05-PROCESSES/active-tasks/swap-7k2f.md &&
	ops_commit_as $LEAD "once more" &&
	ops_audit_names doc.id-taken &&
	git reset -q --hard HEAD~
'

test_done
