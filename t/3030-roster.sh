#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The roster: how it begins, who keeps it, and what it must never say.

test_description='roster and powers'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'an empty repository: anyone may add agents until one keeps the roster' '
	mkdir ../fresh && (
		cd ../fresh && git init -q . &&
		ops init &&
		ops_refused actor.unknown ops new task "Too early" &&
		ops new agent "First" -f Department=Production -f Email=author@example.com &&
		ops new agent "Keeper" -f Department=Executive -f Role=meta-orchestrator \
			-f Email=keeper@example.org &&
		ops_refused power.missing ops new agent "Second" -f Department=Production &&
		ops --as keeper new agent "Second" -f Department=Production &&
		ops audit verify
	)
'

test_expect_success 'only the keeper adds and changes agents' '
	ops_world &&
	for who in $LEAD $GOV $ARCH $DEV $QA
	do
		ops_refused power.missing ops --as $who new agent "Crony" -f Department=Quality &&
		ops_refused power.missing ops --as $who edit $DEV -f Authority-Level=9 || return 1
	done &&
	ops --as $BOSS edit $DEV -f Authority-Level=4
'

test_expect_success 'nobody gives a role or a department to themselves by hand' '
	test_sed 05-PROCESSES/agents/Production/codegen.md "s/^Role: agent/Role: governance-orchestrator/" &&
	ops_commit_as $DEV "a promotion" &&
	ops_audit_names power.missing &&
	git reset -q --hard HEAD~ &&
	git mv 05-PROCESSES/agents/Production/codegen.md 05-PROCESSES/agents/Quality/codegen.md &&
	ops_commit_as $DEV "a move" &&
	ops_audit_names doc.place &&
	ops_audit_names power.missing &&
	git reset -q --hard HEAD~
'

test_expect_success 'a promotion holds from the next commit on, not in its own' '
	test_sed 05-PROCESSES/agents/Production/codegen.md "s/^Role: agent/Role: meta-orchestrator/" &&
	test_sed 05-PROCESSES/agents/Research/scout.md "s/^Status: Active/Status: Inactive/" &&
	ops_commit_as $DEV "first myself, then the rest" &&
	ops_audit_names power.missing &&
	git reset -q --hard HEAD~
'

test_expect_success 'an inactive agent has no powers, and can be activated again' '
	ops_task_at Assigned &&
	ops --as $BOSS act deactivate $DEV &&
	ops_refused actor.inactive ops --as $DEV accept swap-7k2f &&
	ops_task_at Approved other-1 &&
	ops_refused task.assignee ops --as $LEAD assign other-1 $DEV &&
	ops_refused power.missing ops --as $LEAD act activate $DEV &&
	ops --as $BOSS act activate $DEV &&
	ops --as $DEV accept swap-7k2f
'

test_expect_success 'the chain of command has no dangling name and no cycle' '
	ops_refused roster.dangling ops --as $BOSS edit scout -f Reports-To=nobody-here &&
	ops_refused roster.cycle ops --as $BOSS edit scout -f Reports-To=scout &&
	ops_refused roster.cycle ops --as $BOSS edit $BOSS -f Reports-To=codegen &&
	ops --as $BOSS edit scout -f Reports-To=$GOV -f Spawned-By=$GOV &&
	ops_refused field.reference ops --as $BOSS edit scout -f Role=emperor &&
	ops_refused field.reference ops --as $BOSS new agent "Lost" -f Department=Nowhere
'

test_expect_success 'names can be told apart' '
	ops_unchanged 1 ops --as $BOSS new agent "Codegen" -f Department=Quality &&
	ops_refused roster.confusable ops --as $BOSS new agent "System Architect" --id chief \
		-f Department=Quality
'

test_expect_success 'somebody always keeps the roster' '
	ops_unchanged 1 ops --as $BOSS act deactivate $BOSS &&
	ops_unchanged 1 ops --as $BOSS edit $BOSS -f Role=agent
'

test_expect_success 'agents do not disappear' '
	git rm -q 05-PROCESSES/agents/Research/scout.md &&
	ops_commit_as $BOSS "good riddance" &&
	ops_audit_names doc.deleted &&
	git reset -q --hard HEAD~
'

test_expect_success 'who acts: an id, Department/id, the address, the configuration' '
	ops --as Production/codegen start swap-7k2f &&
	test_tick &&
	GIT_AUTHOR_EMAIL=Codegen@Example.org ops checkpoint swap-7k2f --progress 10 -m by-mail &&
	OPS_ACTOR=$DEV ops checkpoint swap-7k2f --progress 20 -m by-environment &&
	git config ops.actor $DEV &&
	ops checkpoint swap-7k2f --progress 30 -m by-config &&
	git config --unset ops.actor &&
	git log -4 --format="%ae %(trailers:key=Ops-Actor,valueonly,separator=%x2C)" >found &&
	sort -u found >unique &&
	echo "codegen@example.org $DEV" >expected &&
	test_cmp expected unique &&
	OPS_ACTOR=$QA ops_refused power.assignee ops checkpoint swap-7k2f --progress 1 -m x &&
	OPS_ACTOR=$QA ops --as $DEV checkpoint swap-7k2f --progress 40 -m option-wins
'

test_expect_success 'an entry that cannot be read stops every act, and is named' '
	test_sed 05-PROCESSES/agents/Research/scout.md "s/^Domain: .*/Domain: a: b/" &&
	ops_commit_as $BOSS "a slip" &&
	ops_refused roster.unreadable ops --as $LEAD new task "Anything" &&
	test_grep "scout.md:[0-9]*:[0-9]*" "$TEST_ROOT/refused.err" &&
	git reset -q --hard HEAD~
'

test_done
