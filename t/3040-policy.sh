#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Policies and the configuration: changed by those who keep them, version by version,
# never by Operations or a department.

test_description='protected documents'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/policies/release-policy.md
CONFIG=05-PROCESSES/ops.yaml

test_expect_success 'a policy is not touched by Operations or a department' '
	ops_world &&
	for who in $LEAD $DEV $QA scout $ARCH $BOSS
	do
		ops_refused power.protected ops --as $who edit release-policy -f Version=2.0.0 &&
		ops_refused power.protected ops --as $who act revise release-policy || return 1
	done &&
	ops_refused power.protected ops --as $LEAD act retire release-policy &&
	ops_refused power.protected ops --as $LEAD review release-policy
'

test_expect_success 'nor by hand' '
	test_sed $P "s/^2\. .*/2. Whoever is in a hurry decides./" &&
	ops_commit_as $LEAD "docs: a small correction" &&
	ops_audit_names power.protected &&
	ops_audit_names doc.frozen &&
	git reset -q --hard HEAD~ &&
	git rm -q $P &&
	ops_commit_as $LEAD "docs: tidy up" &&
	ops_audit_names doc.deleted &&
	git reset -q --hard HEAD~
'

test_expect_success 'its owner revises it, another approves it' '
	ops --as $GOV act revise release-policy &&
	ops --as $GOV edit release-policy -f Version=1.1.0 -s "Release policy=1. As before." &&
	ops_refused power.own-work ops --as $GOV act approve release-policy &&
	ops_refused power.protected ops --as $LEAD act approve release-policy &&
	ops --as $BOSS act approve release-policy &&
	ops_json result.fields.Status Approved ops show release-policy
'

test_expect_success 'the configuration is not changed without the power' '
	for who in $LEAD $DEV $QA $BOSS $ARCH
	do
		test_write_lines "format: 1" "version: 2" >$CONFIG &&
		ops_commit_as $who "config: nothing special" &&
		ops_audit_names power.protected &&
		git reset -q --hard HEAD~ || return 1
	done
'

test_expect_success 'not even by giving oneself the power in the same commit' '
	test_write_lines "format: 1" "version: 2" "roles:" "  operations-orchestrator:" \
		"    powers: [configure, govern, assign]" >$CONFIG &&
	ops_commit_as $LEAD "config: more powers" &&
	ops_audit_names power.protected &&
	git reset -q --hard HEAD~
'

test_expect_success 'each version is one more than the last' '
	for version in 1 3
	do
		test_write_lines "format: 1" "version: $version" "# changed" >$CONFIG &&
		ops_commit_as $GOV "config: version $version" &&
		ops_audit_names config.version &&
		git reset -q --hard HEAD~ || return 1
	done &&
	test_write_lines "format: 1" "version: 0" "# changed" >$CONFIG &&
	ops_commit_as $GOV "config: version 0" &&
	ops_audit_names config.invalid &&
	git reset -q --hard HEAD~ &&
	test_write_lines "format: 1" "version: 2" "# changed" >$CONFIG &&
	ops_commit_as $GOV "config: the next version" &&
	ops audit verify
'

test_expect_success 'an old version does not come back as if it were new' '
	git show HEAD~:$CONFIG >$CONFIG &&
	ops_commit_as $GOV "config: as it was" &&
	ops_audit_names config.version &&
	git reset -q --hard HEAD~
'

test_expect_success 'it is not deleted, and not a link' '
	git rm -q $CONFIG &&
	ops_commit_as $GOV "config: none" &&
	ops_audit_names doc.deleted &&
	git reset -q --hard HEAD~ &&
	rm $CONFIG && ln -s ../reports/test.log $CONFIG &&
	ops_commit_as $GOV "config: elsewhere" &&
	ops_audit_names doc.mode &&
	git reset -q --hard HEAD~
'

test_expect_success 'a commit is judged by the configuration of its parent' '
	test_write_lines "format: 1" "version: 3" "roles:" "  operations-orchestrator:" \
		"    powers: [task.create, task.manage]" >$CONFIG &&
	ops_commit_as $GOV "config: fewer powers" &&
	ops_task swap-7k2f &&
	ops_refused power.missing ops_step Requested swap-7k2f &&
	ops audit verify
'

test_done
