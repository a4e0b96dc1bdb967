#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The modes of playbooks are more names of commands, and a hard review asks the bytes.

test_description='playbook modes'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'an alias is its command, everywhere' '
	ops help --json >help.json && "$TEST_BUILD/t/json-get" "result.aliases.*.name" help.json >names &&
	test_write_lines conflict-resolve replan scope-lock sync-status >expected && test_cmp expected names &&
	n=0 && while read -r name
	do
		of=$("$TEST_BUILD/t/json-get" result.aliases.$n.command help.json) && n=$((n + 1)) &&
		ops $of -h >one && ops "$name" -h >two && test_cmp one two && test_grep "also: ops $name" one &&
		ops help "$name" >two && test_cmp one two && ops help >all && test_grep "  $name  *The same as ops $of" all &&
		grep -q -e "$(echo "$name" | sed "s/-/.-/")" "$TEST_SOURCE/docs/ops.1" || return 1
	done <names &&
	for shell in bash zsh fish
	do
		ops completion $shell >script && test_grep -w replan script >/dev/null || return 1
	done && rm -f help.json names expected one two all script
'

test_expect_success 'and does what that does' '
	ops_world && ops_task_at Review && ops_json command status ops sync-status &&
	ops_json command "scope lock" ops --as $DEV scope-lock swap-7k2f && ops scope show >out && test_grep "^swap-7k2f.*held" out &&
	ops_json command rebalance ops replan && ops_unchanged 2 ops conflict-resolve &&
	ops_unchanged 4 ops --as $LEAD conflict-resolve --owner Production/$DEV --merge-path x -m x swap-7k2f
'

if command -v bash >/dev/null
then
	test_set_prereq BASH
fi

test_expect_success BASH 'bash completes the options of an alias' '
	ops completion bash >bash.sh &&
	printf "%s\n" ". ./bash.sh" "COMP_WORDS=(ops scope-lock --) COMP_CWORD=2" "_ops_complete" \
		"printf \"%s\\n\" \"\${COMPREPLY[@]}\"" >complete.bash &&
	bash complete.bash >out && test_grep -e "--token" out && test_grep ! -e "--stale" out && rm bash.sh complete.bash
'

test_expect_success 'a hard review finds nothing in what is as it was' '
	echo "12 passed" >log.txt && git add log.txt && git commit -q -m "test: log" &&
	ops --as $QA gate approve swap-7k2f quality -e log.txt -m "green" && ops review-hard swap-7k2f >out &&
	test_grep "unchanged  log.txt  *quality  *decision" out && test_grep "not as recorded: 0" out &&
	ops_json result.holds true ops review-hard swap-7k2f
'

test_expect_success 'it sees what was changed, and what is gone' '
	echo "11 passed" >log.txt && git commit -q -a -m "test: log" && test_expect_code 1 ops review-hard swap-7k2f >out &&
	test_grep "^changed  *log.txt" out && test_grep "quality  *stale" out &&
	git rm -q log.txt && git commit -q -m "test: no log" && test_expect_code 1 ops review-hard swap-7k2f >out && test_grep "^missing  *log.txt" out &&
	git revert --no-edit HEAD HEAD~ >/dev/null && ops review-hard swap-7k2f >out && test_grep ! "^missing" out
'

test_expect_success 'it sees a task that is not the one that was decided about' '
	ops_task_at Approved other-1bbb && ops review-hard other-1bbb && ops --as $LEAD edit other-1bbb -s Objective="Something else in 5 ms." &&
	test_expect_code 1 ops review-hard other-1bbb >out && test_grep "^changed  *05-PROCESSES/active-tasks/other-1bbb.md  *pre-governance" out &&
	ops_unchanged 4 ops review-hard nobody
'

test_done
