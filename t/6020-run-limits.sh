#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The limits of an agent's own entry hold for its acts, its commits and its runs.

test_description='limits and standing orders of single agents'
. "$(dirname "$0")/test-lib.sh"

# entry AGENT LINE...: add lines to its header.
entry () {
	file=$(ops_path "$1")
	shift
	for line
	do
		sed "2i\\
$line" "$file" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$file" || return 1
	done
	ops_commit_as $BOSS "chore: limit an agent"
}

test_expect_success 'a task at work, and an agent with limits' '
	ops_world && ops_task_at In-Progress &&
	entry codegen "Forbidden-Paths: [src/match/secret/**, \"src/match/keys.c\"]" \
		"Forbidden-Actions: [block, packet.question]" &&
	entry $LEAD "Forbidden-Actions: [cancel]"
'

test_expect_success 'its acts are refused where it is forbidden them' '
	ops_refused agent.action ops --as $DEV block swap-7k2f -m "no access" &&
	ops_refused agent.action ops --as $DEV ask swap-7k2f QUESTION=a CONTEXT=b OPTIONS=c \
		RECOMMENDED=d FILES=src/match/a.c BLOCKING=no &&
	ops_refused agent.action ops --as $LEAD cancel swap-7k2f -m "not wanted" &&
	test_tick && ops --as $DEV checkpoint swap-7k2f --progress 10
'

test_expect_success 'and so is a commit of its hands, by whoever judges it' '
	mkdir -p src/match && echo 1 >src/match/keys.c && git add src &&
	ops_commit_as $DEV "feat: keys" &&
	ops_audit_names agent.path &&
	git reset -q --hard HEAD~1
'

test_expect_success 'a run that goes beyond them is kept aside' '
	mkdir -p tools &&
	cat >tools/agent <<-\EOF &&
	#!/bin/sh
	mkdir -p src/match && echo 1 >src/match/keys.c
	cat >"$TMPDIR/packet.json"
	echo "{\"status\": \"COMPLETE\", \"summary\": \"done\"}"
	EOF
	chmod +x tools/agent && git add tools && git commit -q -m "chore: a tool" &&
	entry codegen "Command: [tools/agent]" && ops program allow codegen >/dev/null &&
	TMPDIR=$TEST_ROOT && export TMPDIR && test_tick &&
	test_expect_code 1 ops --as $LEAD run -q --worktree codegen swap-7k2f >out 2>err &&
	test_grep "agent.path" err && test_grep "refs/ops/refused/" out &&
	test_grep "\"forbidden-actions\":\[\"block\",\"packet.question\"\]" "$TMPDIR/packet.json"
'

test_done
