#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A run in a linked work tree of its own: what it changes is one commit of the agent,
# judged; legal, a branch; refused, kept aside. The user's own files stay as they are.

test_description='agents in work trees of their own'
. "$(dirname "$0")/test-lib.sh"

PACKETS=05-PROCESSES/packets/swap-7k2f
newest () {
	ls "$PACKETS"/*-result-*.md | tail -n 1
}
result () {
	sed -n "s/^$1: //p" "$(newest)"
}

# agent BODY: make codegen a script that does that and calls it complete.
agent () {
	mkdir -p tools &&
	test_write_lines "#!/bin/sh" "$1" \
		"echo '{\"status\": \"COMPLETE\", \"summary\": \"Swap it: done\"}'" >tools/agent &&
	chmod +x tools/agent && git add tools && git commit -q -m "chore: a tool" &&
	ops program allow codegen >/dev/null && test_tick
}
run () {
	ops --as $LEAD run -q --worktree codegen swap-7k2f
}

test_expect_success 'a task at work' '
	ops_world && ops_task_at In-Progress &&
	file=$(ops_path codegen) && mkdir tools && echo "#!/bin/sh" >tools/agent &&
	sed -i "2i\\
Directory: worktree\\
Command: [tools/agent]" "$file" && ops_commit_as $BOSS "chore: a program"
'

test_expect_success 'what it changes in its scope becomes a branch' '
	agent "mkdir -p src/match && echo 1 >src/match/a.c && pwd >\"$TEST_ROOT/where\"" &&
	git status --porcelain -uno >before &&
	ops_json result.runs.0.refused false ops --as $LEAD run -q --worktree codegen swap-7k2f &&
	R=$(result Run) &&
	git show --name-only --format="%s%n%ae%n%B" agents/codegen/$R >shown &&
	test_grep "^chore: Swap it: done$" shown && test_grep "^codegen@example.org$" shown &&
	test_grep "^Ops-Task: swap-7k2f$" shown && test_grep "^src/match/a.c$" shown &&
	test "$(git rev-parse agents/codegen/$R~1)" = "$(git rev-parse HEAD~1)" &&
	test "$(result Commit)" = "$(git rev-parse agents/codegen/$R)" &&
	test_grep "agents/codegen/$R" "$(newest)" &&
	test_path_is_missing src/match/a.c &&
	git status --porcelain -uno >after && test_cmp before after &&
	test_path_is_missing "$(cat "$TEST_ROOT/where")" &&
	git worktree list >list && test_line_count = 1 list &&
	ops audit verify agents/codegen/$R
'

test_expect_success 'nothing changed: no branch' '
	agent ":" && ops_json result.runs.0.changes null ops --as $LEAD run -q --worktree codegen swap-7k2f &&
	test "$(result Status)" = COMPLETE && test -z "$(result Commit)"
'

test_expect_success 'out of its scope: refused, and kept to be looked at' '
	agent "mkdir -p src/book && echo 1 >src/book/b.c" &&
	test_expect_code 1 run >out 2>err &&
	test_grep "scope.outside" err && test_grep "refs/ops/refused/" out &&
	R=$(result Run) && test "$(result Status)" = PARTIAL &&
	git show refs/ops/refused/$R:src/book/b.c &&
	test_must_fail git rev-parse -q --verify agents/codegen/$R &&
	git rev-parse HEAD:05-PROCESSES >a && test_path_is_missing src/book
'

test_expect_success 'documents are judged as everywhere' '
	agent "sed -i s/^Status:.*/Status:\ Complete/ $(ops_path swap-7k2f)" &&
	test_expect_code 1 run >out 2>err && test_grep "task.transition" err &&
	git for-each-ref refs/heads/agents >refs &&
	R=$(result Run) && test_must_fail grep $R refs
'

test_expect_success 'commits of its own are one in the end; its .git means nothing' '
	agent "mkdir -p src/match; echo 2 >src/match/c.c; git add .; git commit -q -m x --no-verify
rm .git; git init -q; git config core.fsmonitor \"touch $TEST_ROOT/was-run\"" &&
	run && R=$(result Run) && git show agents/codegen/$R:src/match/c.c &&
	test "$(git rev-list --count HEAD~1..agents/codegen/$R)" = 1 &&
	test_path_is_missing "$TEST_ROOT/was-run"
'

test_expect_success 'a run that is killed leaves nothing that stays' '
	agent "echo up >\"$TEST_ROOT/up\"; sleep 600" && rm -f "$TEST_ROOT/up" &&
	{ "$OPS_PROGRAM" --as $LEAD run -q --worktree codegen swap-7k2f & } &&
	pid=$! &&
	while ! test -f "$TEST_ROOT/up"; do sleep 0.1; done &&
	git worktree list >list && test_line_count = 2 list &&
	git rev-parse HEAD >before && kill -9 $pid && { wait $pid || :; } &&
	n=0 && while ops_runs_left >left && test -s left
	do
		n=$((n + 1)) && test $n -lt 50 && sleep 0.1 || return 1
	done &&
	git rev-parse HEAD >after && test_cmp before after &&
	agent ":" && run && git worktree list >list && test_line_count = 1 list &&
	test -z "$(ls .git/ops | grep tree-)"
'

test_expect_success 'a work tree that is gone, or a link, or cannot be read, is on record' '
	agent "rm -rf \"\$PWD\"" && test_expect_code 1 run >out &&
	test_grep "taken in: its work tree is not there any more" out &&
	test "$(result Status)" = PARTIAL && test "$(result Ended)" = answered &&
	test_grep "taken in: its work tree is not there any more" "$(newest)" &&
	agent "D=\$PWD && rm -rf \"\$D\" && ln -s /usr \"\$D\"" && test_expect_code 1 run >out &&
	test_grep "taken in: its work tree is not there any more" "$(newest)" &&
	agent "rm -rf .git src && mkdir src && mkfifo src/pipe && git init -q src/own" &&
	{ run >out || test $? = 1; } && test "$(result Ended)" = answered &&
	git worktree list >list && test_line_count = 1 list &&
	ls .git/ops >there && test_grep ! "tree-" there
'

# hostile KEY VALUE [KEY VALUE]: with these nothing is run for a run, neither agent nor program.
hostile () {
	rm -f "$TEST_ROOT/canary" && git config "$1" "$2" && { test -z "$3" || git config "$3" "$4"; } &&
	ops_unchanged 3 run && test_grep "ops.allowLocal" "$TEST_ROOT/refused.err" &&
	test_path_is_missing "$TEST_ROOT/canary" || return 1
	git config --unset "$1"
	test -z "$3" || git config --unset "$3"
}

test_expect_success 'a program of the clone signs nothing and filters no file, and no hook is run' '
	printf "#!/bin/sh\n: >\"%s\"\ncat\n" "$TEST_ROOT/canary" >"$TEST_ROOT/trap" &&
	chmod +x "$TEST_ROOT/trap" && mkdir -p .git/info hostile && echo "*.c filter=evil" >.git/info/attributes &&
	agent "mkdir -p src/match && echo hostile >src/match/a.c" &&
	hostile filter.evil.clean "$TEST_ROOT/trap" && hostile filter.evil.smudge "$TEST_ROOT/trap" &&
	hostile filter.evil.process "$TEST_ROOT/trap" &&
	hostile commit.gpgSign true gpg.program "$TEST_ROOT/trap" &&
	for hook in pre-commit commit-msg post-commit post-checkout reference-transaction
	do
		cp "$TEST_ROOT/trap" hostile/$hook || return 1
	done &&
	git config core.hooksPath "$TRASH/hostile" && git config core.fsmonitor "$TEST_ROOT/trap" &&
	run && test_path_is_missing "$TEST_ROOT/canary" && test -n "$(result Commit)" &&
	git config --unset core.hooksPath && git config --unset core.fsmonitor && rm -rf hostile .git/info/attributes
'

test_expect_success 'an agent without an address has no work tree' '
	file=$(ops_path codegen) && sed -i "/^Email:/d" "$file" &&
	ops_commit_as $BOSS "chore: no address" &&
	ops_refused run.agent ops --as $LEAD run -q --worktree codegen swap-7k2f
'

test_done
