#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Help, completion, and the names a program can be called by.

test_description='help, completion and names'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'ops help, for people and for machines' '
	ops help >all &&
	ops -h >short && test_cmp all short &&
	for command in init new assign "audit verify" "gate approve"
	do
		test_grep -F "$command" all || return 1
	done &&
	for chapter in "Setting up" Looking Documents Work Conversations Decisions \
		"Many hands" "Judging what is there" "Called by git"
	do
		grep -q "^$chapter *\$" all || return 1
	done &&
	ops help assign >one && test_grep "^usage: ops assign " one &&
	ops assign -h >two && test_cmp one two &&
	ops gate -h >group && test_grep "ops gate request" group &&
	ops help gate >one && test_cmp one group &&
	ops_json result.commands.0.name init ops help &&
	test_expect_code 2 ops help no-such-command
'

test_expect_success '-h --json is the help for programs' '
	ops help --json >expected && ops -h --json >said && test_cmp expected said &&
	ops --json --help >said && test_cmp expected said &&
	ops help --json gate show >expected && ops gate show -h --json >said &&
	test_cmp expected said &&
	ops --json gate show --help >said && test_cmp expected said &&
	ops help --json gate >expected && ops gate -h --json >said && test_cmp expected said &&
	ops help --json rebalance >expected && ops replan --json -h >said &&
	test_cmp expected said
'

test_expect_success 'the version' '
	ops --version >said &&
	echo "ops $(cat "$TEST_SOURCE/VERSION")" >expected &&
	test_cmp expected said &&
	ops_json result.version "$(cat "$TEST_SOURCE/VERSION")" ops --version
'

test_expect_success 'wrong usage shows the usage, on standard error' '
	test_expect_code 2 ops assign 2>err >out &&
	test_must_be_empty out && test_grep "^usage: ops assign" err &&
	test_expect_code 2 ops assign a b c 2>err && test_grep "no use for .c." err &&
	test_expect_code 2 ops 2>err && test_grep "ops help" err &&
	test_expect_code 2 ops show --at 2>err && test_grep -e "--at" err &&
	test_expect_code 2 ops lst 2>err && test_grep "lst" err
'

test_expect_success 'completion for three shells' '
	ops completion bash >bash.sh && test_grep "gate" bash.sh &&
	ops completion zsh >zsh.sh && test_grep "^#compdef ops" zsh.sh &&
	ops completion fish >fish.sh && test_grep "complete -c ops" fish.sh &&
	test_expect_code 2 ops completion tcsh &&
	test_expect_code 2 ops completion
'

command -v bash >/dev/null && test_set_prereq BASH

test_expect_success BASH 'what bash completes' '
	bash -n bash.sh &&
	cat >complete.bash <<-\EOF &&
	. ./bash.sh
	COMP_WORDS=(ops as) COMP_CWORD=1 COMP_LINE="ops as" COMP_POINT=6
	$(complete -p ops | sed "s/.*-F \([^ ]*\) .*/\1/") ops as ops
	printf "%s\n" "${COMPREPLY[@]}"
	EOF
	bash complete.bash >found && test_grep "^assign *$" found &&
	cat >driver.bash <<-\EOF &&
	. ./bash.sh
	ops() { test "$1" = list && printf "ID  TITLE\nswap-7k2f  x\n"; }
	try() {
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_ops_complete
		echo "$* =>${COMPREPLY[0]:+ ${COMPREPLY[*]}}"
	}
	try ops --ver
	try ops --as x assi
	try ops -C . --json --as = x gate re
	try ops --as ""
	try ops deps ""
	try ops deps --format ""
	try ops deps swap-7k2f --as
	try ops deps cut --r
	try ops check --format = s
	try ops gate list --a
	try ops --as x show ""
	EOF
	cat >expected <<-\EOF &&
	ops --ver => --version
	ops --as x assi => assign
	ops -C . --json --as = x gate re => request reject
	ops --as  =>
	ops deps  => cut swap-7k2f
	ops deps --format  => list tree dot mermaid json
	ops deps swap-7k2f --as => --assume --as
	ops deps cut --r => --reason
	ops check --format = s => sarif
	ops gate list --a => --at --as
	ops --as x show  => swap-7k2f
	EOF
	bash driver.bash >found && test_cmp expected found
'

test_expect_success 'in fish an option belongs to one command, whatever else the line says' '
	grep -e "-l assignee " fish.sh >found && test_line_count = 1 found &&
	test_grep "^complete -c ops -n \"__ops_in .list.\" -s A -l assignee -r " found
'

command -v fish >/dev/null && test_set_prereq FISH

test_expect_success FISH 'what fish completes' '
	mkdir -p empty && cat >driver.fish <<-\EOF &&
	source ../fish.sh
	function ops
		test "$argv[1]" = list; and printf "ID  TITLE\nswap-7k2f  x\n"
	end
	function try
		echo "$argv =>" (complete -C "$argv" | sed "s/\t.*//")
	end
	try "ops --ver"
	try "ops --as x assi"
	try "ops -C . --json --as=x gate re"
	try "ops gate "
	try "ops deps "
	try "ops deps swap-7k2f "
	try "ops deps cut --r"
	try "ops check --format "
	try "ops list --a"
	try "ops gate list --a"
	try "ops show list --a"
	try "ops scope-lock --p"
	try "ops --as x show "
	EOF
	cat >expected <<-\EOF &&
	ops --ver => --version
	ops --as x assi => assign
	ops -C . --json --as=x gate re => reject request
	ops gate  => approve block lift list reject request show
	ops deps  => cut swap-7k2f
	ops deps swap-7k2f  => swap-7k2f
	ops deps cut --r => --reason
	ops check --format  => github json junit sarif text
	ops list --a => --all --as --assignee --at
	ops gate list --a => --as --at
	ops show list --a => --as --at
	ops scope-lock --p => --path
	ops --as x show  => swap-7k2f
	EOF
	( cd empty && fish -N ../driver.fish ) >found && test_cmp expected found
'

test_expect_success 'a command of ones own on the path' '
	mkdir -p bin && test_write_lines "#!/bin/sh" "echo mine: \"\$@\" \"\$OPS_ACTOR\"" >bin/ops-hello &&
	chmod +x bin/ops-hello &&
	PATH=$TRASH/bin:$PATH ops --as codegen hello a "b c" >said &&
	echo "mine: a b c codegen" >expected &&
	test_cmp expected said
'

test_expect_success 'git ops is ops' '
	"$(dirname "$OPS_PROGRAM")/git-ops" --version >said &&
	PATH=$TRASH/twin:$PATH && mkdir twin && ln -s "$OPS_PROGRAM" twin/git-ops &&
	git ops --version >again && test_cmp said again
'

test_done
