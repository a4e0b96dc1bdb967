#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Exceptions: made on record, shown wherever they are used, listed by every audit; no wider
# and no longer than allowed, and of some rules none. The first who needs one is the person
# who is alone.

test_description='waivers'
. "$(dirname "$0")/test-lib.sh"

CONFIG=05-PROCESSES/ops.yaml
KEY=AKIAQRSTUVWXYZ234567

test_expect_success 'who is alone waits for nobody, on record' '
	ops_world &&
	for agent in $LEAD $GOV
	do
		A=$(ls 05-PROCESSES/agents/*/$agent.md) &&
		test_sed $A "s/^Email: /Principal: one\nEmail: /" || return 1
	done &&
	ops_commit_as $BOSS "docs: one person" && ops_task_at Requested && git tag -f before &&
	ops_unchanged 1 ops --as $GOV gate approve swap-7k2f pre-governance -m "bounded" &&
	test_grep gate.self-approval ../refused.err &&
	ops --as $GOV waive gate.self-approval --until 2026-03-31 -m "there is one of us" >out &&
	ops --as $GOV gate approve swap-7k2f pre-governance -m "bounded" >out 2>&1 &&
	test_grep "warning gate.self-approval: waived until 2026-03-31 by " out
'

test_expect_success 'a pattern with braces is one, and a comma outside of them parts nothing in silence' '
	ops --as $GOV waive scope.outside --until 2026-02-28 --path "src/{a,b}.c" --path "t/*.c" -m "generated" &&
	git show --format= >shown && test_grep -x -e "+  - src/{a,b}.c" shown && test_grep -x -e "+  - t/\*.c" shown && rm shown &&
	ops_unchanged 2 ops --as $GOV waive scope.outside --until 2026-02-28 --path "src/a,src/b" -m "generated" &&
	test_grep "give each by a --path of its own" ../refused.err &&
	ops_unchanged 2 ops --as $LEAD taskforce new swap-7k2f --checkpoint "2026-03-12 design, then build" &&
	ops --as $BOSS edit $DEV -f "Allowed-Paths=src/{a,b}/**, t/*.c" &&
	git show --format= >shown && test_grep -x -e "+  - src/{a,b}/\*\*" shown && rm shown &&
	git reset -q --hard HEAD~2
'

test_expect_success 'every audit says so' '
	ops audit verify >out && test_grep "0 refused" out &&
	test_grep "^noted .* chore(ops): new waiver" out &&
	test_grep "note gate.self-approval: with this it is waived until 2026-03-31" out &&
	test_grep "^noted $(git rev-parse --short=7 HEAD) " out &&
	test_grep "warning gate.self-approval: waived until 2026-03-31" out &&
	test_grep "^waiver .*: gate.self-approval until 2026-03-31, by $GOV$" out &&
	ops_json result.waivers.0.rule gate.self-approval ops audit verify &&
	ops_json result.waivers.0.by $GOV ops ci &&
	ops list --type waiver >out && test_grep Active out
'

test_expect_success 'not in the same breath, nor by the same commit' '
	git checkout -q -b attempt before && W=05-PROCESSES/policies/waivers &&
	waiver=$(git ls-tree --name-only main $W/) && P=$(git diff --name-only main~ main) &&
	git checkout -q main -- $waiver $P && ops_commit_as $GOV "docs: both" &&
	ops_audit_names gate.self-approval HEAD && git checkout -q main && git branch -q -D attempt
'

test_expect_success 'it ends with its day, or when it is revoked' '
	git tag -f good && ops_task two-1 &&
	ops --as $LEAD gate request two-1 pre-governance -s Scope="all" -s Approach="so" \
		-s "Risk Assessment"="low" -s Documentation="none" &&
	test_clock 2026-04-01 &&
	ops_unchanged 1 ops --as $GOV gate approve two-1 pre-governance -m "bounded" &&
	test_grep "error gate.self-approval" ../refused.err &&
	test_grep "ended on 2026-03-31" ../refused.err && test_clock 2026-01-20 &&
	id=$(ops list --type waiver | sed -n "2s/ .*//p") &&
	ops_unchanged 1 ops --as $DEV act revoke "$id" &&
	ops --as $GOV act revoke "$id" &&
	ops_unchanged 1 ops --as $GOV gate approve two-1 pre-governance -m "bounded" &&
	ops audit verify >out && test_grep ! "^waiver " out && test_grep "0 refused" out
'

test_expect_success 'what is never waived, too wide, too long, over, or by nobody who may' '
	refused () {
		ops_refused "$@"
	} &&
	refused waiver.never ops --as $GOV waive power.missing --until 2026-02-01 --path a/ -m x &&
	refused waiver.never ops --as $GOV waive trailer.mismatch --until 2026-02-01 --path a/ -m x &&
	refused waiver.broad ops --as $GOV waive secret.shape --until 2026-02-01 -m x &&
	refused waiver.broad ops --as $GOV waive secret.shape --until 2026-02-01 --path "**" -m x &&
	refused waiver.broad ops --as $GOV waive secret.shape --until 2027-02-01 --path a/ -m x &&
	refused waiver.expired ops --as $GOV waive secret.shape --until 2026-01-01 --path a/ -m x &&
	refused power.protected ops --as $DEV waive secret.shape --until 2026-02-01 --path a/ -m x &&
	ops_unchanged 2 ops --as $GOV waive secret.shape --path a/ -m x &&
	ops_unchanged 2 ops --as $GOV waive secret.shape --until 2026-02-01 --path a/ &&
	ops_unchanged 0 ops --as $GOV waive secret.shape --until 2026-02-01 --path a/ -m x --dry-run
'

test_expect_success 'what the configuration says may not be waived, though it was' '
	ops --as $GOV waive secret.shape --until 2026-02-01 --path a/ --path "b/*.c" -m "made up" &&
	test_sed $CONFIG "s/^version: .*/version: 2/" &&
	printf "standing: {secrets: {check: on}}\n" >>$CONFIG && ops_commit_as $GOV "chore: look" &&
	ops hooks install >out && mkdir -p a b && echo "$KEY" >a/x && echo "$KEY" >b/y.c &&
	git add a b && git commit -q -m "feat: made up" 2>err && git tag -f good &&
	ops audit verify >out && test_grep "a/x:1:1: warning secret.shape: waived until 2026-02-01" out &&
	test_grep ! "$KEY" out &&
	echo "$KEY" >b/y.h && git add b && test_must_fail git commit -q -m "feat: more" 2>err &&
	test_grep "error secret.shape" err && git reset -q --hard &&
	test_sed $CONFIG "s/^version: .*/version: 3/" &&
	printf "waivers: {rules: [\"*\"], never: [\"secret.*\"]}\n" >>$CONFIG &&
	ops_commit_as $GOV "chore: no more" &&
	echo "$KEY" >a/z && git add a && test_must_fail git commit -q -m "feat: more" 2>err &&
	test_grep "error secret.shape" err && git reset -q --hard && ops hooks uninstall >out &&
	ops audit verify >out && test_grep "0 refused" out
'

test_done
