#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who holds which paths: patterns are compared, and critical paths have one owner.

test_description='scopes of tasks'
. "$(dirname "$0")/test-lib.sh"

# scope_task ID PATTERN...: a queued task with this scope.
scope_task () {
	scope_id=$1
	shift
	sed '/^- `src\/match/d; /^- `t\/match/d' "$TEST_FIXTURES/task.md" >text &&
	for pattern in "$@"
	do
		sed -i "/^## Scope/a - \`$pattern\`" text || return 1
	done &&
	ops --as $LEAD new task --id "$scope_id" --from text &&
	rm text
}

# assign_to AGENT ID: through governance.
assign_to () {
	for step in Requested Approved
	do
		test_tick && ops_step $step "$2" >/dev/null || return 1
	done &&
	test_tick &&
	ops --as $LEAD assign "$2" "$1"
}

test_expect_success 'a queued task holds nothing, an assigned one its scope' '
	ops_world &&
	scope_task match-1aaa "src/match/*.c" "t/match.sh" &&
	ops_json result.tasks.# 0 ops scope show &&
	ops_json result.tasks.# 0 ops scope who src/match/a.c &&
	assign_to $DEV match-1aaa &&
	ops_json result.tasks.0.task match-1aaa ops scope show &&
	ops_json result.tasks.0.owner Production/codegen ops scope who src/match/a.c &&
	ops_json result.tasks.# 0 ops scope who src/match/a.h &&
	ops_json result.critical null ops scope who src/match/a.c
'

test_expect_success 'what another would share is shown before it is assigned' '
	scope_task rival-1bbb "src/**/m*" "docs/" &&
	ops scope show rival-1bbb >out &&
	test_grep "^rival-1bbb: docs/, src/\*\*/m\*$" out &&
	test_grep "match-1aaa.*Production/codegen.*Assigned.*src/match/m.c" out &&
	ops_json result.tasks.0.example src/match/m.c ops scope show rival-1bbb &&
	scope_task apart-1ccc "src/book/*.c" "t/match" &&
	ops_json result.tasks.# 0 ops scope show apart-1ccc
'

test_expect_success 'it is no reason to refuse, unless the path is critical' '
	assign_to Quality/inspector rival-1bbb &&
	ops scope who src/match/m.c >out &&
	test_line_count = 4 out &&
	sed -i "s/^version: 1/version: 2/" 05-PROCESSES/ops.yaml &&
	echo "scope: {critical: [\"src/match/**\"]}" >>05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "configure: one owner for the matcher" &&
	scope_task third-1ddd "src/match/x.c" &&
	for step in Requested Approved
	do
		test_tick && ops_step $step third-1ddd >/dev/null || return 1
	done &&
	ops_refused scope.critical ops --as $LEAD assign third-1ddd Quality/inspector &&
	test_grep "match-1aaa.*Production/codegen holds it" "$TEST_ROOT/refused.err" &&
	ops scope who src/match/x.c >out &&
	test_grep "src/match/x.c is critical (src/match/\*\*)" out
'

test_expect_success 'its owner may have it twice, and it is free when the work is done' '
	ops --as $LEAD assign third-1ddd $DEV &&
	ops --as $LEAD cancel third-1ddd -m "not wanted" &&
	ops_json result.tasks.# 1 ops scope who src/match/x.c
'

test_expect_success 'a task that cannot be read is said to be missing from the list' '
	test_when_finished "git checkout -q -- . && git reset -q --hard HEAD~1" &&
	sed -i "s/^Title:.*/Title: [/" 05-PROCESSES/active-tasks/rival-1bbb.md &&
	ops_commit_as $LEAD "break it" &&
	test_expect_code 1 ops scope show 2>err &&
	test_grep rival-1bbb.md err &&
	test_grep "may not be whole" err
'

test_expect_success 'what cannot be asked is said' '
	ops_unchanged 2 ops scope who ../elsewhere &&
	ops_unchanged 2 ops scope show delivery-prompt &&
	ops_unchanged 4 ops scope show no-such-task &&
	ops_unchanged 2 ops scope
'

test_expect_success 'a pattern of no form is refused in the configuration' '
	echo "scope: {critical: [\"src/[\"]}" >text &&
	sed -i "/^scope:/d" 05-PROCESSES/ops.yaml &&
	cat text >>05-PROCESSES/ops.yaml &&
	test_when_finished "rm text && git checkout -q -- 05-PROCESSES/ops.yaml" &&
	test_expect_code 1 ops check 2>err >out &&
	cat out err >both &&
	test_grep "config.invalid.*src/\[" both
'

# hard PART LAST: a pattern that is made to be hard.
hard () {
	i=0 hard=
	while [ $i -lt 240 ]
	do
		hard=$hard$1
		i=$((i + 1))
	done
	printf "%s" "$hard{a,b,c,d}{a,b,c,d}{a,b,c,d}{$2}"
}

test_expect_success 'what cannot be decided in time is said, and counts as shared' '
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 3/" "s,^scope: .*,scope: {critical: [\"hard/**\"]}," &&
	ops_commit_as $GOV "configure: it is critical" &&
	scope_task hard-1ggg "hard/$(hard "*a" a,b,c,d)" && assign_to $DEV hard-1ggg &&
	scope_task hard-1hhh "hard/$(hard "b*" e,f,g,h)" &&
	ops scope show hard-1hhh >out && test_grep "hard-1ggg.*(too hard to decide)" out &&
	ops_json result.tasks.0.task hard-1ggg ops scope show hard-1hhh &&
	ops_step Requested hard-1hhh && ops_step Approved hard-1hhh &&
	ops_refused scope.critical ops --as $LEAD assign hard-1hhh Quality/inspector &&
	test_grep "too hard to keep apart, so .hard-1ggg. of" "$TEST_ROOT/refused.err" &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 4/" "s/^scope: .*/scope: {critical: []}/" &&
	ops_commit_as $GOV "configure: nothing is" && ops --as $LEAD assign hard-1hhh Quality/inspector &&
	ops conflict list >out && test_grep "RESOURCE_CONTENTION.*hard-1ggg.*too hard to keep apart" out
'

test_expect_success 'what looks like a path and is none is told where it stands, and refuses nothing' '
	sed "s|^- .t/match.sh.|- éé \`./src\`, \`src//a\` and \`../x\`|" "$TEST_FIXTURES/task.md" >text &&
	ops --as $LEAD new task --id slips-1 --from text 2>err && test_grep "warning scope.pattern: .\./src" err &&
	P=$(ops_path slips-1) && line=$(grep -n "éé" "$P" | cut -d : -f 1) && ops check >found &&
	test_grep "^$P:$line:6: warning scope.pattern: .\./src. has a part" found &&
	test_grep "^$P:$line:15: warning scope.pattern: .src//a. has an empty part" found &&
	test_grep "^$P:$line:28: warning scope.pattern: .\.\./x. leaves the tree" found &&
	test_grep "fix: if it is a path, write .src/a." found &&
	ops --as $LEAD edit slips-1 -s Scope="- \`/abs\`" 2>err && test_grep "warning scope.pattern: ./abs. is absolute" err &&
	ops audit verify >found && test_grep ! scope.pattern found &&
	ops --as $LEAD cancel slips-1 -m "no" 2>err && test_grep ! scope.pattern err &&
	ops check >found && test_grep ! scope.pattern found && rm text
'

test_expect_success 'how grave that is the configuration says' '
	ops_task slips-2 && ops --as $LEAD edit slips-2 -s Scope="- \`a\\b\`" 2>err && test_grep "write .a/b" err &&
	n=$(sed -n "s/^version: //p" 05-PROCESSES/ops.yaml) &&
	sed "s/^version: .*/version: $((n + 1))/" 05-PROCESSES/ops.yaml >policy && echo "severity: {scope.pattern: error}" >>policy &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from policy && rm policy &&
	test_expect_code 1 ops check >found && test_grep "error scope.pattern" found
'

test_done
