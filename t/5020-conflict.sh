#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Conflicts: seen, and settled on record.  A frozen task does nothing until somebody who is
# no side of it has decided, and evidence lets it go on.

test_description='conflicts between tasks'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git

# scope_task ID AGENT PATTERN [OPTION...]: a task with this scope that AGENT works on.
scope_task () {
	scope_id=$1 scope_agent=$2 scope_pattern=$3
	shift 3
	sed '/^- `src\/match/d; /^- `t\/match/d' "$TEST_FIXTURES/task.md" >text &&
	sed -i "/^## Scope/a - \`$scope_pattern\`" text &&
	ops --as $LEAD new task --id "$scope_id" --from text "$@" &&
	rm text && test_tick && ops_step Requested "$scope_id" && ops_step Approved "$scope_id" &&
	ops --as $LEAD assign "$scope_id" "$scope_agent"
}

test_expect_success 'two tasks that want one file are seen, once' '
	ops_world && scope_task match-1aaa $DEV "src/match/*.c" && ops_json result.conflicts.# 0 ops conflict list &&
	scope_task rival-1bbb inspector "src/**/m*" && scope_task apart-1ccc $QA "doc/*.md" &&
	scope_task also-1ddd $DEV "src/match/m.c" &&
	ops conflict list >out && test_grep "RESOURCE_CONTENTION.*seen.*match-1aaa.*rival-1bbb.*src/match/m.c" out &&
	ops_json result.conflicts.# 2 ops conflict list && ops_json result.conflicts.# 1 ops conflict show match-1aaa &&
	ops_json result.conflicts.# 0 ops conflict show apart-1ccc &&
	ops conflict show match-1aaa >out && test_grep "next: ops conflict freeze --kind RESOURCE_CONTENTION --with rival-1bbb" out
'

test_expect_success 'a lease or a dependency keeps them apart' '
	ops --as inspector scope lock rival-1bbb >out && ops_json result.conflicts.# 0 ops conflict list &&
	ops --as inspector scope release rival-1bbb && ops_json result.conflicts.# 2 ops conflict list
'

test_expect_success 'a lease of something else does not' '
	ops --as inspector scope lock --path src/match/mm.c rival-1bbb >out &&
	ops_json result.conflicts.# 2 ops conflict list &&
	ops --as inspector scope release rival-1bbb
'

test_expect_success 'frozen, it does nothing, and no commit is for it' '
	ops hooks install >out && git tag before &&
	ops_refused conflict.kind ops --as $LEAD conflict freeze --kind QUARREL -m x match-1aaa &&
	ops_refused power.missing ops --as $DEV conflict freeze --kind TASK_DISPUTE -m x match-1aaa &&
	ops_unchanged 2 ops --as $LEAD conflict freeze -m x match-1aaa &&
	ops_unchanged 4 ops --as $LEAD conflict freeze --kind TASK_DISPUTE --with nobody -m x match-1aaa &&
	ops_refused section.missing ops --as $LEAD conflict freeze --kind TASK_DISPUTE match-1aaa &&
	ops --as $LEAD scope freeze --with rival-1bbb -m "both change m.c" match-1aaa && git tag frozen &&
	ops_refused packet.open ops --as $DEV accept match-1aaa && ops_refused packet.open ops --as $DEV start match-1aaa &&
	ops_refused conflict.state ops --as $LEAD conflict freeze --kind TASK_DISPUTE -m x match-1aaa &&
	mkdir -p src/match && echo 1 >src/match/m.c && git add src && test_tick &&
	ops_unchanged 1 env GIT_AUTHOR_EMAIL=$DEV@example.org git commit -q -m "feat: match" -m "Ops-Task: match-1aaa" &&
	test_grep scope.frozen ../refused.err &&
	GIT_AUTHOR_NAME=inspector GIT_AUTHOR_EMAIL=inspector@example.org git commit -q -m "feat: match" -m "Ops-Task: rival-1bbb" &&
	ops_json result.conflicts.1.state frozen ops conflict list && ops_json result.conflicts.1.with rival-1bbb ops conflict list
'

test_expect_success 'who is a side does not decide; who decides says whose it is, and how' '
	ops_unchanged 1 ops --as inspector conflict decide --owner Quality/inspector --merge-path now -m mine match-1aaa &&
	test_grep conflict.arbiter ../refused.err &&
	ops_refused conflict.owner ops --as $LEAD conflict decide --owner Quality/validator --merge-path now -m x match-1aaa &&
	ops_unchanged 2 ops --as $LEAD conflict decide --owner Quality/inspector match-1aaa && test_grep "not said: --merge-path, -m$" ../refused.err &&
	ops_refused section.missing ops --as $LEAD packet new arbitration match-1aaa Owner=Quality/inspector Rationale=x &&
	ops_refused packet.order ops --as $LEAD conflict resume --contract src/match/m.c --regression src/match/m.c -m x match-1aaa &&
	ops --as $LEAD conflict decide --owner Quality/inspector --merge-path "rival first, then rebase" -m "it is nearly done" match-1aaa &&
	ops conflict show match-1aaa >out && test_grep "it is Quality/inspector.s" out && test_grep "merge path: rival first" out &&
	ops_json result.conflicts.1.state decided ops conflict list &&
	ops_refused conflict.state ops --as $LEAD conflict decide --owner Quality/inspector --merge-path again -m x match-1aaa &&
	ops_refused packet.open ops --as $DEV accept match-1aaa
'

test_expect_success 'it goes on with evidence, by digest' '
	ops_unchanged 4 ops --as $LEAD conflict resume --contract none.md --regression src/match/m.c -m x match-1aaa &&
	ops_unchanged 2 ops --as $LEAD conflict resume --contract src/match/m.c match-1aaa && test_grep "not said: --regression, -m$" ../refused.err &&
	ops_refused gate.evidence ops --as $LEAD packet new resume match-1aaa "Contract=src/match/m.c sha256:$(sha256sum src/match/m.c | cut -d" " -f1)" Reason=x &&
	ops_unchanged 1 ops --as inspector conflict resume --contract src/match/m.c --regression src/match/m.c -m x match-1aaa &&
	ops --as $LEAD conflict resume --contract src/match/m.c --regression src/match/m.c -m "rebased" match-1aaa &&
	P=$(git diff --name-only HEAD~ HEAD) && test_grep "Contract:" "$P" && test_grep "src/match/m.c sha256:" "$P" &&
	ops_unchanged 4 ops --as $LEAD conflict resume --contract src/match/m.c --regression src/match/m.c -m x match-1aaa &&
	ops --as $DEV accept match-1aaa && ops hooks uninstall >out && git tag -f good
'

test_expect_success 'evidence that is not what its digest says is refused, also by hand' '
	git checkout -q -b forged && git reset -q --hard HEAD~2 && mkdir -p "$(dirname "$P")" &&
	git show main:"$P" | sed "s/sha256:..../sha256:0000/" >"$P" && ops_commit_as $LEAD "chore: by hand" &&
	ops_audit_names gate.evidence HEAD && git checkout -q main && git branch -q -D forged
'

test_expect_success 'priorities are settled by their impact, and set' '
	ops --as $LEAD edit match-1aaa -f Business-Impact=900 -f Priority=LOW && ops --as $LEAD edit also-1ddd -f Business-Impact=10 -f Priority=HIGH &&
	ops conflict list >out && test_grep "PRIORITY_CONFLICT.*match-1aaa.*also-1ddd.*impact 900 is LOW, and 10 is HIGH" out &&
	ops --as $LEAD conflict freeze --kind PRIORITY_CONFLICT --with also-1ddd -m "impact" match-1aaa &&
	ops_refused conflict.kind ops --as $LEAD conflict decide --owner Production/$DEV --merge-path none -m x match-1aaa &&
	ops --as $LEAD conflict decide --owner Production/$DEV --impact "900 a day" --priority CRITICAL --merge-path none -m pays match-1aaa &&
	grep "^Priority: CRITICAL" 05-PROCESSES/active-tasks/match-1aaa.md &&
	ops --as $LEAD conflict resume --contract src/match/m.c --regression src/match/m.c -m "set" match-1aaa &&
	ops conflict list >out && test_grep ! PRIORITY out
'

test_expect_success 'the architect and the Meta-Orchestrator settle it by the power to settle, in Review too' '
	ops_task_at Review rank-1iii && ops_task peer-1jjj -f Business-Impact=10 &&
	ops_unchanged 2 ops --as $LEAD conflict freeze --kind PRIORITY_CONFLICT --with peer-1jjj,rank-1iii -m "impact" rank-1iii &&
	test_grep "has a comma" "$TEST_ROOT/refused.err" &&
	ops --as $LEAD conflict freeze --kind PRIORITY_CONFLICT --with peer-1jjj -m "impact" rank-1iii &&
	ops_refused power.missing ops --as $ARCH edit peer-1jjj -f Priority=LOW &&
	ops_refused power.missing ops --as $GOV conflict decide --owner Production/$DEV --impact "9 a day" --priority CRITICAL --merge-path none -m pays rank-1iii &&
	ops --as $ARCH conflict decide --owner Production/$DEV --impact "9 a day" --priority CRITICAL --merge-path none -m pays rank-1iii &&
	P=$(ops_path rank-1iii) && grep "^Priority: CRITICAL" $P && grep "^Arbitrated: 1" $P &&
	git diff-tree -r --name-only HEAD^ HEAD >out && test_line_count = 2 out &&
	ops --as $ARCH conflict resume --contract src/match/m.c --regression src/match/m.c -m "set" rank-1iii &&
	ops --as $LEAD conflict freeze --kind PRIORITY_CONFLICT --with peer-1jjj -m "again" rank-1iii &&
	ops --as $BOSS conflict decide --owner Production/$DEV --impact "9 a day" --priority LOW --merge-path none -m less rank-1iii &&
	grep "^Priority: LOW" $P && grep "^Arbitrated: 2" $P &&
	ops --as $BOSS conflict resume --contract src/match/m.c --regression src/match/m.c -m "set" rank-1iii
'

test_expect_success 'two decisions that differ, merged from two clones, are seen' '
	ops_task split-1eee && ops_step Requested split-1eee && git tag -f asked && git checkout -q -b one && test_tick &&
	ops --as $GOV gate approve split-1eee pre-governance -m "bounded" && git checkout -q -b two asked && test_tick &&
	ops --as $GOV gate reject split-1eee pre-governance -m "too wide" -s "Missing Evidence=a log" -s "Next Action=run it" && git checkout -q main && git merge -q one &&
	git merge -q --no-edit two && ops conflict show split-1eee >out && test_grep "DECISION_CONFLICT.*Approve.*Reject" out
'

test_expect_success 'two clones claim one task: the first published has it, and the loser is told' '
	git branch -q -D one two && ops_task_at Approved race-1fff && git init -q --bare -b main "$SERVER" && git remote add origin "$SERVER" &&
	ops sync >out && git clone -q "$SERVER" ../other && ops --as $LEAD assign race-1fff $DEV &&
	(cd ../other && ops --as $LEAD assign race-1fff docwriter && ops sync) >out && test_expect_code 1 ops --json sync >answer && test_grep TASK_DISPUTE answer && test_grep lost answer && rm answer &&
	git show main:05-PROCESSES/active-tasks/race-1fff.md >text && test_grep docwriter text && rm text
'

test_expect_success 'so it says what kind of conflict was lost' '
	ops_task_at Approved race-1ggg && ops sync >out && (cd ../other && ops sync >out) &&
	ops --as $LEAD assign race-1ggg $DEV && (cd ../other && ops --as $LEAD assign race-1ggg docwriter && ops sync) >out &&
	test_expect_code 1 ops sync >out && test_grep "TASK_DISPUTE: what was published first stands" out && test_grep "won:.*assign race-1ggg to docwriter" out
'

test_expect_success 'kinds are data' '
	C=05-PROCESSES/ops.yaml && test_sed $C "s/^version: .*/version: 2/" && printf "conflicts: {QUARREL: {by: [govern]}}\n" >>$C &&
	ops_commit_as $GOV "chore: a kind" && ops --as $LEAD conflict freeze --kind QUARREL -m "it is loud" apart-1ccc &&
	ops_refused power.missing ops --as $LEAD conflict decide --owner Quality/$QA --merge-path none -m x apart-1ccc &&
	test_sed $C "s/by: .govern./by: []/" && test_expect_code 1 ops check $C >out 2>&1 && test_grep config.invalid out && git checkout -q $C
'

test_done
