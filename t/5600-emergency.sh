#!/bin/sh
# SPDX-License-Identifier: MIT
#
# An emergency is declared and ended on record; what it refuses is refused everywhere, and
# shown on every status.

test_description='emergencies'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'while one is declared, what its kind names is refused' '
	ops_world && ops_task_at Approved && ops_task_at In-Progress runs-1aaa &&
	ops_json result.emergencies.# 0 ops status && git tag calm &&
	ops --as $LEAD emergency declare AGENT_CASCADE_FAILURE -m "the endpoint is down" &&
	git tag declared &&
	ops_refused emergency.paused ops --as $LEAD assign swap-7k2f $DEV &&
	test_grep "AGENT_CASCADE_FAILURE is declared" ../refused.err &&
	ops_refused emergency.paused ops --as $LEAD assign swap-7k2f --auto &&
	ops --as $DEV checkpoint runs-1aaa --progress 50
'

test_expect_success 'plan, next and the pass say why nobody is chosen' '
	ops plan >out && test_grep "^swap-7k2f .*wait .*emergency .agents-fail-.* is declared" out &&
	ops plan swap-7k2f >out && test_grep "^swap-7k2f (HIGH): wait, emergency .agents-fail-" out &&
	ops_json result.choices.0.verdict wait ops plan swap-7k2f &&
	ops_unchanged 0 ops --as $LEAD plan --apply &&
	ops next --all >out && test_grep "^2 *swap-7k2f .*emergency .agents-fail-.* refuses it" out &&
	ops_unchanged 0 ops --as $LEAD orchestrate && cp "$TEST_ROOT/refused.out" out &&
	grep -A1 "^distribute: nothing" out >why && test_grep "paused agents-fail-.*refuses: assign" why
'

test_expect_success 'a key declares it once, and is another one for another verb' '
	git checkout -q -b asked calm &&
	ops --as $LEAD --key storm emergency declare AGENT_CASCADE_FAILURE -m "again" &&
	ops_unchanged 0 ops --as $LEAD --key storm emergency declare AGENT_CASCADE_FAILURE -m "again" &&
	test_grep "done already, by this key" ../refused.err &&
	ops --as $LEAD --key storm emergency end AGENT_CASCADE_FAILURE -m "over" &&
	ops_json result.emergencies.# 0 ops status && git checkout -q main
'

test_expect_success 'every status says so, and what there is to do' '
	ops status >out && test_grep "^EMERGENCY AGENT_CASCADE_FAILURE since .*, by $LEAD: the endpoint is down" out &&
	test_grep "refused until it is ended: assign" out &&
	ops status --for $DEV >out && test_grep "^EMERGENCY" out &&
	ops_json result.emergencies.0.kind AGENT_CASCADE_FAILURE ops status &&
	ops_json result.emergencies.0.to "Meta-Orchestrator, Governance Orchestrator" ops emergency status &&
	ops emergency status >out && test_grep "1. assign nothing new" out
'

test_expect_success 'what lost its agent is listed, with who would be chosen instead' '
	ops --as $BOSS act deactivate $DEV &&
	ops emergency status >out && test_grep "orphaned.*runs-1aaa" out &&
	test_grep "backups.*runs-1aaa" out
'

test_expect_success 'a hand edit, the hook, the server and the audit refuse the same' '
	git tag -f good && ops_task_at Requested by-hand-1bbb >/dev/null && ops_step Approved by-hand-1bbb &&
	ops --as $BOSS act activate $DEV && git tag -f good &&
	git checkout -q -b attempt calm && ops --as $LEAD assign swap-7k2f $DEV && git checkout -q main &&
	ops hooks install >out && git checkout -q attempt -- 05-PROCESSES/active-tasks/swap-7k2f.md 05-PROCESSES/packets &&
	ops_unchanged 1 env GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q -m "chore: by hand" &&
	test_grep emergency.paused ../refused.err && git reset -q --hard && ops hooks uninstall >out &&
	git checkout -q attempt -- 05-PROCESSES/active-tasks/swap-7k2f.md 05-PROCESSES/packets &&
	ops_commit_as $LEAD "chore: by hand" && ops_audit_names emergency.paused HEAD &&
	git tag -f bad && git reset -q --hard good &&
	git init -q --bare ../srv.git && git push -q ../srv.git main && ops --git-dir ../srv.git hooks install >out &&
	test_must_fail git push -q ../srv.git bad:main 2>err && test_grep emergency.paused err
'

test_expect_success 'not twice, not by who may not, not of a kind that is none' '
	ops_refused emergency.declared ops --as $BOSS emergency declare AGENT_CASCADE_FAILURE -m again &&
	ops_refused emergency.kind ops --as $LEAD emergency declare FIRE -m "it burns" &&
	ops_refused emergency.kind ops --as $LEAD emergency declare CRITICAL_TASK_FAILURE -m "which?" &&
	ops_refused power.missing ops --as $DEV emergency declare DEADLINE_RISK -m "late" &&
	ops_refused power.missing ops --as $DEV emergency end AGENT_CASCADE_FAILURE -m "over" &&
	ops_unchanged 2 ops --as $LEAD emergency end AGENT_CASCADE_FAILURE &&
	ops_unchanged 2 ops --as $LEAD emergency declare DEADLINE_RISK &&
	ops_unchanged 4 ops --as $LEAD emergency end DEADLINE_RISK -m "over" &&
	ops_unchanged 4 ops --as $LEAD emergency declare CRITICAL_TASK_FAILURE --task nobody -m x &&
	ops_unchanged 0 ops --as $LEAD emergency declare DEADLINE_RISK -m late --dry-run
'

test_expect_success 'ended, it refuses nothing more, and cannot be ended again' '
	ops --as $LEAD emergency end AGENT_CASCADE_FAILURE -m "it answers" >out &&
	ops_json result.emergencies.# 0 ops status &&
	ops_unchanged 4 ops --as $LEAD emergency end AGENT_CASCADE_FAILURE -m "it answers" &&
	id=$(basename "$(git ls-files "05-PROCESSES/emergencies/2026/*")" .md) &&
	ops_unchanged 1 ops --as $LEAD emergency end "$id" -m "it answers" &&
	ops --as $LEAD assign swap-7k2f $DEV
'

test_expect_success 'for a critical task, others of little weight wait, and it does not' '
	ops --as $LEAD new task --id small-1ccc --from "$TEST_FIXTURES/task.md" -f Priority=LOW &&
	test_tick && ops_step Requested small-1ccc && ops_step Approved small-1ccc &&
	ops --as $BOSS emergency declare CRITICAL_TASK_FAILURE --task swap-7k2f -m "it fails" &&
	ops_refused emergency.paused ops --as $LEAD assign small-1ccc $DEV &&
	ops --as $DEV accept swap-7k2f &&
	ops emergency status >out && test_grep "set-aside.*small-1ccc" out && test_grep "best.*swap-7k2f.*score" out &&
	ops --as $LEAD emergency declare DEADLINE_RISK --project none -m "late" &&
	ops emergency status >out && test_grep "EMERGENCY DEADLINE_RISK (none)" out &&
	ops --as $BOSS emergency end DEADLINE_RISK -m "moved" &&
	ops --as $LEAD emergency end CRITICAL_TASK_FAILURE -m "saved" &&
	ops --as $LEAD assign small-1ccc $DEV
'

test_expect_success 'one that cannot be read is not taken for ended' '
	git tag -f calm && ops_task_at Approved next-1ddd >/dev/null && git tag -f good &&
	ops --as $LEAD emergency declare AGENT_CASCADE_FAILURE -m "down again" &&
	burns=$(git diff --name-only HEAD^) && cp "$burns" ../readable &&
	test_sed "$burns" "s/^Title: .*/&\n&/" && ops_commit_as $LEAD "chore: break it" && git tag -f broken &&
	ops_refused emergency.unreadable ops --as $LEAD assign next-1ddd $DEV &&
	test_grep "$burns. cannot be read" ../refused.err &&
	ops --as $DEV checkpoint swap-7k2f --progress 20 &&
	cp ../readable "$burns" && ops hooks install >out && git add "$burns" &&
	ops_unchanged 1 env GIT_AUTHOR_EMAIL=$DEV@example.org git commit -q -m "chore: mend it" &&
	test_grep power.missing ../refused.err &&
	GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q -m "chore: mend it" && ops hooks uninstall >out &&
	ops_refused emergency.paused ops --as $LEAD assign next-1ddd $DEV &&
	git checkout -q -b past broken^ && ops --as $LEAD emergency end AGENT_CASCADE_FAILURE -m "up" &&
	ops --as $LEAD assign next-1ddd $DEV && git checkout -q main && git reset -q --hard broken &&
	git checkout -q past -- 05-PROCESSES/active-tasks 05-PROCESSES/packets && git branch -q -D past &&
	ops_commit_as $LEAD "chore: past it" && ops_audit_names emergency.unreadable HEAD &&
	git reset -q --hard good
'

test_expect_success 'kinds are data, and a mistake in one is found' '
	C=05-PROCESSES/ops.yaml && test_sed $C "s/^version: .*/version: 2/" &&
	printf "emergencies: {FREEZE: {by: [emergency], alerts: [], refuses: {actions: [complete]}}}\n" >>$C &&
	ops_commit_as $GOV "chore: a kind" && ops --as $LEAD emergency declare FREEZE -m "release" &&
	ops status >out && test_grep "EMERGENCY FREEZE" out && ops --as $LEAD emergency end FREEZE -m "out" &&
	for wrong in "by: [nobody]" "refuses: {actions: [fly]}" "shows: [all]" "x: y" "by: []"
	do
		test_sed $C "s/^emergencies: .*/emergencies: {FREEZE: {by: [emergency], $wrong}}/" &&
		case $wrong in by*) test_sed $C "s/by: .emergency., //" ;; esac &&
		test_expect_code 1 ops check $C >out 2>&1 && test_grep config.invalid out || return 1
	done &&
	git checkout -q -- $C
'

test_done
