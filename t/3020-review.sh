#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Governed documents and their review: dates by the configured period, expiry flagged
# once, and nothing assigned from a prompt that is past it.

test_description='review of prompts and policies'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'what is expired is flagged to governance, once' '
	ops_world &&
	ops --as $LEAD review --flag >said &&
	test_grep "^flag old-prompt" said &&
	test_grep ! delivery-prompt said &&
	P=$(ls 05-PROCESSES/packets/old-prompt/*-flag-*.md) &&
	test_grep "^To: Governance Orchestrator" "$P" &&
	test_grep "^Next-Review: 2025-12-31" "$P" &&
	test_grep "^Document: 05-PROCESSES/prompts/old-prompt.md" "$P" &&
	test_tick 86400 &&
	ops_unchanged 0 ops --as $LEAD review --flag &&
	ops_unchanged 0 ops --as $GOV review --flag old-prompt &&
	ops_json result.committed false ops --as $DEV review --flag
'

test_expect_success 'a task cannot be assigned from it' '
	ops_task old-task-1 -f Prompt=old-prompt &&
	ops_step Requested old-task-1 && test_tick && ops_step Approved old-task-1 &&
	ops_refused prompt.expired ops --as $LEAD assign old-task-1 $DEV &&
	test_grep "fix: ops review old-prompt" "$TEST_ROOT/refused.err"
'

test_expect_success 'reviewed, it can' '
	ops --as $GOV review old-prompt -m "still right" &&
	ops_json result.fields.Last-Reviewed 2026-01-16 ops show old-prompt &&
	ops_json result.fields.Next-Review 2026-04-16 ops show old-prompt &&
	ops_json result.fields.Version 2.0.1 ops show old-prompt &&
	ops --as $LEAD assign old-task-1 $DEV
'

test_expect_success 'a second review of the same day changes nothing' '
	ops_unchanged 0 ops --as $GOV review old-prompt
'

test_expect_success 'expired between assignment and start' '
	ops --as $DEV accept old-task-1 &&
	test_clock 2026-04-16 &&
	ops --as $DEV start --dry-run old-task-1 &&
	test_clock 2026-04-17 &&
	ops_refused prompt.expired ops --as $DEV start old-task-1 &&
	ops --as $GOV review old-prompt &&
	ops --as $DEV start old-task-1
'

test_expect_success 'the next expiry is flagged again, with all others' '
	test_clock 2026-08-01 &&
	ops --as $LEAD review --flag >said &&
	for doc in old-prompt delivery-prompt draft-prompt release-policy
	do
		test_grep "^flag $doc" said || return 1
	done &&
	git log -1 --format=%B >message &&
	test_grep "^chore(ops): flag 4 documents$" message &&
	ls 05-PROCESSES/packets/old-prompt/*-flag-*.md >packets &&
	test_line_count = 2 packets &&
	ops_unchanged 0 ops --as $LEAD review --flag
'

test_expect_success 'months end where they end' '
	test_clock 2026-11-30 &&
	ops --as $GOV review delivery-prompt &&
	ops_json result.fields.Next-Review 2027-02-28 ops show delivery-prompt
'

test_expect_success 'only who may review, and never the owner' '
	ops_refused power.missing ops --as $LEAD review old-prompt &&
	ops_refused power.missing ops --as $ARCH review old-prompt &&
	test_grep power.own-work "$TEST_ROOT/refused.err" &&
	ops_refused power.own-work ops --as $GOV review release-policy &&
	ops --as $BOSS review release-policy
'

test_expect_success 'a draft is approved by another than its owner, and not reviewed' '
	ops_refused doc.transition ops --as $GOV review draft-prompt &&
	ops_refused power.missing ops --as $ARCH act approve draft-prompt &&
	ops --as $GOV act approve draft-prompt &&
	ops_json result.fields.Status Approved ops show draft-prompt &&
	ops_json result.fields.Next-Review 2027-02-28 ops show draft-prompt
'

test_expect_success 'an approved prompt is revised by its owner, and approved anew' '
	ops_refused doc.frozen ops --as $ARCH edit draft-prompt -s Extra=more &&
	ops_refused power.missing ops --as $GOV act revise draft-prompt &&
	ops --as $ARCH act revise draft-prompt &&
	ops --as $ARCH edit draft-prompt -s Extra=more -f Version=0.2.0 &&
	ops_task_at Queued revised-1 && ops --as $LEAD edit revised-1 -f Prompt=draft-prompt -f Due=2027-01-01 &&
	ops_step Requested revised-1 && test_tick && ops_step Approved revised-1 &&
	ops_refused prompt.unapproved ops --as $LEAD assign revised-1 $DEV &&
	ops --as $GOV act approve draft-prompt &&
	ops --as $LEAD assign revised-1 $DEV
'

test_expect_success 'a retired one is over' '
	ops --as $ARCH act retire old-prompt &&
	ops_refused doc.transition ops --as $GOV review old-prompt &&
	test_clock 2028-01-01 &&
	ops --as $LEAD review --flag >said &&
	test_grep ! old-prompt said
'

test_expect_success 'a review date is not for editing' '
	test_sed 05-PROCESSES/prompts/delivery-prompt.md "s/^Next-Review: .*/Next-Review: 2099-01-01/" &&
	ops_commit_as $ARCH "no more reviews" &&
	ops_audit_names field.guarded &&
	git reset -q --hard HEAD~ &&
	ops_refused field.guarded ops --as $ARCH edit delivery-prompt -f Next-Review=2099-01-01
'

test_expect_success 'what has no review dates is not reviewed' '
	ops_unchanged 2 ops --as $GOV review revised-1 &&
	ops_unchanged 4 ops --as $GOV review no-such-prompt
'

test_done
