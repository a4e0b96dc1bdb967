#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The examples of agents do what they say: a script, a program in Python, an adapter for
# coding agents (with stand-ins that note how they were called), entries with limits.

test_description='examples of agents'
. "$(dirname "$0")/test-lib.sh"

EXAMPLES=$TEST_SOURCE/examples/agents
test -d "$EXAMPLES" || {
	skip_all='there are no examples here'
	test_done
}
command -v python3 >/dev/null && test_set_prereq PYTHON

# program WORD...: make codegen that program.
program () {
	list=
	for word
	do
		list="$list${list:+, }\"$word\""
	done
	file=$(ops_path codegen) && grep -v "^Command:" "$file" | sed "2i\\
Command: [$list]" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$file" &&
		ops_commit_as $BOSS "chore: a program" && ops program allow codegen && test_tick
}

test_expect_success 'a task at work, and the examples' '
	ops_world && ops_task_at In-Progress && cp -r "$EXAMPLES" agents &&
	git add agents && git commit -q -m "chore: agents"
'

test_expect_success 'the shell script' '
	program agents/agent.sh && ops_json result.runs.0.status COMPLETE \
		ops --as $LEAD run -q codegen swap-7k2f
'

test_expect_success PYTHON 'the program in Python, whose milestone is a checkpoint' '
	program agents/agent.py && ops --as $LEAD run -q codegen swap-7k2f >out &&
	test_grep "2 criteria, 2 of them not met" out &&
	ops_json result.packets.# 1 ops packet list --kind checkpoint swap-7k2f
'

# stand_in NAME: a program of that name that notes its words, changes a file in scope, and
# says what it reads from standard input.
stand_in () {
	mkdir -p "$TEST_ROOT/bin" &&
	cat >"$TEST_ROOT/bin/$1" && chmod +x "$TEST_ROOT/bin/$1"
}

test_expect_success PYTHON 'coding agents are called by their flags, and judged' '
	PATH=$TEST_ROOT/bin:$PATH && export PATH &&
	for tool in claude codex gemini aider
	do
		stand_in $tool <<-EOF || return 1
		#!/bin/sh
		printf "%s\\n" "\$@" >"$TEST_ROOT/$tool.words"
		mkdir -p src/match && echo $tool >src/match/$tool.c
		case $tool in
		claude) echo "{\"type\": \"result\", \"is_error\": false, \"result\": \"Did it.\"}" ;;
		gemini) echo "{\"response\": \"Did it.\"}" ;;
		codex) while test "\$1" != --output-last-message; do shift; done; echo "Did it." >"\$2" ;;
		aider) echo "talk"; echo "Did it." ;;
		esac
		EOF
		program python3 agents/coder.py $tool &&
		ops_json result.runs.0.refused false \
			ops --as $LEAD run -q --worktree codegen swap-7k2f &&
		test_grep "Task: Swap the matching algorithm (swap-7k2f)" "$TEST_ROOT/$tool.words" &&
		test_grep "Change only: src/match" "$TEST_ROOT/$tool.words" || return 1
	done &&
	test_grep "^-p$" "$TEST_ROOT/claude.words" &&
	test_grep "^acceptEdits$" "$TEST_ROOT/claude.words" &&
	test_grep "^exec$" "$TEST_ROOT/codex.words" &&
	test_grep "^workspace-write$" "$TEST_ROOT/codex.words" &&
	test_grep "^--output-format$" "$TEST_ROOT/gemini.words" &&
	test_grep "^--no-auto-commits$" "$TEST_ROOT/aider.words" &&
	git for-each-ref refs/heads/agents >refs && test_line_count = 4 refs
'

test_expect_success PYTHON 'a coding agent that fails has failed' '
	stand_in claude <<-\EOF &&
	#!/bin/sh
	echo "no key" >&2
	exit 1
	EOF
	program python3 agents/coder.py claude &&
	test_expect_code 1 ops --as $LEAD run -q --worktree codegen swap-7k2f >out &&
	test_grep "^FAILED codegen" out
'

test_expect_success 'the entries are legal, and their limits hold' '
	cp "$EXAMPLES"/roster/*.md 05-PROCESSES/agents/Operations/ &&
	git add 05-PROCESSES && ops_commit_as $BOSS "chore: specialists" &&
	ops check && ops audit verify &&
	ops_json result.programs.# 5 ops program list &&
	test_tick && echo "x" >new.c && git add new.c &&
	git commit -q -m "feat: x" --author "m <meta-updater@example.org>" --no-verify &&
	ops_audit_names agent.path && git reset -q --hard HEAD~1 &&
	git commit -q --allow-empty -m "chore: x [skip ci]" --no-verify \
		--author "c <ci-liaison@example.org>" &&
	ops_audit_names agent.action && git reset -q --hard HEAD~1
'

test_done
