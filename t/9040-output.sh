#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What comes out: never a control character, never a lost answer without a word, JSON
# for every error.

test_description='output'
. "$(dirname "$0")/test-lib.sh"

esc=$(printf '\033')

# clean FILE...: printable text, tabs and line ends only; no C1, no bidi controls.
clean () {
	! LC_ALL=C grep -a -n -e "[$(printf '\001-\010\013\014\016-\037\177')]" \
		-e "$(printf '\302')[$(printf '\200-\237')]" \
		-e "$(printf '\342\200')[$(printf '\213-\217\250-\256')]" \
		-e "$(printf '\342\201')[$(printf '\246-\251')]" "$@"
}

test_expect_success 'the check itself sees them' '
	printf "a\033[31m\n" >bad && test_must_fail clean bad &&
	printf "a\302\233b\n" >bad && test_must_fail clean bad &&
	printf "a\342\200\256b\n" >bad && test_must_fail clean bad &&
	printf "a\177b\n" >bad && test_must_fail clean bad &&
	printf "a\tb \303\244 \342\230\203\r\n" >good && clean good &&
	rm bad good
'

test_expect_success 'documents full of them' '
	ops_world && ops_task_at Review >/dev/null &&
	T=05-PROCESSES/active-tasks &&
	printf "%s\n" --- "Title: \"red \\\\e[31m \\\\u202e \\\\u009b and \\\\x07\"" "Priority: LOW" "Status: Queued" \
		"Version: 1.0.0" "Owner: x" --- "" "# Body ${esc}[2J $(printf "\302\233")0m $(printf "\342\200\256")x" >$T/evil-1.md &&
	printf "%s\n" --- "Title: body" "Status: Queued" "Priority: LOW" "Version: 1.0.0" "Owner: x" --- \
		"${esc}]0;owned$(printf "\007")" "$(printf "\302\2330m")" >$T/evil-2.md &&
	printf "%s\n" --- "Title: name" "Status: Queued" --- >"$T/evil${esc}[31m-3.md" &&
	printf "%s\n" --- "Title${esc}: x" "${esc}[31m: y" --- >$T/evil-4.md &&
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-request-*.md | head -n 1) &&
	sed "s/^## .*/&${esc}[31m/" "$P" >"${P%????????}evil.md" &&
	test_write_lines "format: 1" "version: 2" "roles:" "  x: {title: \"a\\e[31m\"}" >../ops.yaml &&
	git add -A 05-PROCESSES && test_tick &&
	GIT_AUTHOR_NAME="n${esc}[31m" GIT_AUTHOR_EMAIL="e${esc}[31m@example.org" \
		git commit -q -m "subject ${esc}[31m

body ${esc}[2J"
'

test_expect_success 'no command lets one through' '
	for command in list "list --all" "show evil-1" "show --raw evil-1" "show evil-2" "show --raw evil-2" \
		"show evil-4" "show swap-7k2f" log "log --oneline" "log swap-7k2f" "log evil-1" check \
		"check --at HEAD" "gate list swap-7k2f" "gate show swap-7k2f quality" \
		"gate show swap-7k2f pre-governance" config "audit verify" "show e${esc}[31m" \
		"list --status ${esc}[31m" "${esc}[31m" "--as ${esc}[31m new task x" "list --at ${esc}[31m" \
		"edit evil-1 -f Priority=HIGH" "show 05-PROCESSES/active-tasks/evil${esc}[31m-3.md" "list --${esc}[31m"
	do
		test_might_fail $OPS_PROGRAM $command >out 2>err && clean out err &&
		test_might_fail $OPS_PROGRAM --json $command >out 2>err && clean out err ||
		{ echo "ops $command"; return 1; }
	done
'

test_expect_success 'they are shown as what they are' '
	test_might_fail ops log -n 1 >out &&
	test_grep -F "\\x1b[31m" out
'

test_expect_success 'nor the answer of a writer' '
	git reset -q --hard HEAD~ && git clean -q -f -d &&
	ops --as $LEAD new task --id fine-1 "fine" -s Objective="tab	and text" >out 2>err && clean out err &&
	echo "echo ${esc}[31m" >"reports/e${esc}.log" && git add reports && git commit -q -m "a log" &&
	test_might_fail ops --as $QA gate approve swap-7k2f quality -e "reports/e${esc}.log" >out 2>err &&
	clean out err
'

test_expect_success 'a full disk behind the output of a reader' '
	for command in list "show swap-7k2f" log config check "gate list swap-7k2f" help "audit verify" --version "list -h"
	do
		test_expect_code 3 $OPS_PROGRAM $command >/dev/full 2>err || return 1
		test_grep "standard output" err || return 1
		test_expect_code 3 $OPS_PROGRAM --json $command >/dev/full 2>err || return 1
	done
'

test_expect_success 'a writer says whether the change was made' '
	before=$(git rev-parse HEAD) &&
	test_expect_code 3 $OPS_PROGRAM --as $LEAD edit fine-1 -f Priority=LOW >/dev/full 2>err &&
	test_grep "the change was made, commit $(git rev-parse HEAD)" err &&
	test "$before" != "$(git rev-parse HEAD)" &&
	before=$(git rev-parse HEAD) &&
	test_expect_code 3 $OPS_PROGRAM --json --as $LEAD edit fine-1 -f Priority=HIGH >/dev/full 2>err &&
	test_grep "the change was made, commit $(git rev-parse HEAD)" err &&
	test_expect_code 3 $OPS_PROGRAM --as $LEAD edit --dry-run fine-1 -f Priority=LOW >/dev/full 2>err &&
	test_grep "nothing was changed" err
'

test_expect_success 'an output that nobody reads any more' '
	mkfifo unread && exec 8<>unread 9>unread 8<&- && before=$(git rev-parse HEAD) &&
	for command in list "show swap-7k2f" log "--json list" --version "list -h"
	do
		test_expect_code 141 $OPS_PROGRAM $command >&9 2>err &&
		test_must_be_empty err || return 1
	done &&
	test_expect_code 3 $OPS_PROGRAM --as $LEAD edit fine-1 -f Priority=LOW >&9 2>err &&
	exec 9>&- && rm unread &&
	test_grep "standard output: Broken pipe" err &&
	test_grep "the change was made, commit $(git rev-parse HEAD)" err &&
	test "$before" != "$(git rev-parse HEAD)"
'

test_expect_success 'a closed output' '
	test_expect_code 3 $OPS_PROGRAM list >&- 2>err &&
	test_expect_code 3 $OPS_PROGRAM --as $LEAD edit fine-1 -f Priority=MEDIUM >&- 2>err &&
	test_grep "the change was made" err &&
	git fsck --strict && test -z "$(git status --porcelain -uno)" &&
	test_expect_code 1 $OPS_PROGRAM --as $DEV edit fine-1 -f Priority=LOW 2>&- &&
	$OPS_PROGRAM --as $LEAD edit fine-1 -f Priority=LOW 2>&- <&- &&
	git fsck --strict && ops_json result.fields.Priority LOW ops show fine-1
'

test_expect_success 'a reader that goes away' '
	{ $OPS_PROGRAM config; echo $? >status; } 2>err | head -n 1 >first &&
	test_line_count = 1 first &&
	{ test_grep -x 141 status || test_grep -x 0 status; } && test_must_be_empty err
'

# The answer of deps leaves in pieces.
test_expect_success 'a long answer is one object, and half of it is told' '
	git clone -q . long && (
		cd long && git config user.name Ops && git config user.email ops@example.org &&
		i=0 && while test $i -lt 700
		do
			i=$((i + 1)) && sed "s/^Title: .*/Title: part $i/" ../$(ops_path swap-7k2f) \
				>05-PROCESSES/active-tasks/part-$i.md || exit 1
		done && git add 05-PROCESSES && git commit -q --no-verify -m "feat: many" ) &&
	ops -C long --json deps >out && test_line_count = 1 out && test $(wc -c <out) -gt 131072 &&
	"$TEST_BUILD/t/json-get" result.tasks.# out >nr && test_grep -x 70[0-9] nr &&
	test_expect_code 3 $OPS_PROGRAM -C long --json deps >/dev/full 2>err && test_grep "standard output" err &&
	{ $OPS_PROGRAM -C long --json deps; echo $? >status; } 2>err | head -c 70000 >first &&
	test_grep -x 141 status && test_must_be_empty err && head -c 70000 out | cmp - first &&
	rm -rf long
'

test_expect_success 'refusals and findings go to standard error, answers to standard output' '
	test_expect_code 1 ops --as $DEV new task x >out 2>err &&
	test_must_be_empty out && test_grep power.missing err &&
	ops list >out 2>err && test_must_be_empty err &&
	test_expect_code 1 ops --json --as $DEV new task x >out 2>err &&
	test_must_be_empty err && test_line_count = 1 out
'

test_expect_success 'every error is an object' '
	check_error () {
		wanted_code=$1 wanted_status=$2
		shift 2
		test_expect_code $wanted_code ops --json "$@" >out 2>err &&
		"$TEST_BUILD/t/json-get" error.status out >said &&
		test_grep -x "$wanted_status" said &&
		"$TEST_BUILD/t/json-get" error.message out >said &&
		test -s said && test_line_count = 1 out && test_must_be_empty err
	} &&
	check_error 1 refused --as $DEV new task x &&
	check_error 1 exists --as $LEAD new task --id fine-1 x &&
	check_error 2 usage list --no-such-option &&
	check_error 2 usage show &&
	check_error 2 usage nonsense &&
	check_error 2 usage --as $LEAD new widget x &&
	check_error 3 environment -C /nowhere list &&
	check_error 3 environment --git-dir=/nowhere list &&
	check_error 4 not-found show no-such-document &&
	check_error 4 not-found list --at no-such-revision &&
	ops_task fine-2 &&
	check_error 4 ambiguous show fine &&
	printf "%s\n" --- "Title: a: b" --- >draft &&
	check_error 1 invalid --as $LEAD new task --from draft
'

test_expect_success 'colour: only where it is wanted' '
	ops list >out && test_must_fail grep "$esc" out &&
	ops --color=always show fine-1 >out && test_grep "$esc" out &&
	NO_COLOR=1 ops --color=auto show fine-1 >out && test_must_fail grep "$esc" out &&
	ops --color=never show fine-1 >out && test_must_fail grep "$esc" out &&
	ops --json --color=always show fine-1 >out && test_must_fail grep "$esc" out &&
	test_expect_code 2 ops --color=sometimes list
'

# A chroot may be without terminals.
script -q -e -c true /dev/null </dev/null >/dev/null 2>&1 && test_set_prereq SCRIPT

test_expect_success SCRIPT 'on a terminal' '
	TERM=xterm PAGER= script -q -e -c "$OPS_PROGRAM show fine-1" typed </dev/null >/dev/null &&
	test_grep "$esc" typed &&
	NO_COLOR=1 TERM=xterm PAGER= script -q -e -c "$OPS_PROGRAM show fine-1" typed </dev/null >/dev/null &&
	test_must_fail grep "$esc\[[0-9;]*m" typed &&
	TERM=dumb PAGER= script -q -e -c "$OPS_PROGRAM show fine-1" typed </dev/null >/dev/null &&
	test_must_fail grep "$esc\[[0-9;]*m" typed &&
	TERM=xterm PAGER="sed s/^/paged:/" script -q -e -c "$OPS_PROGRAM log" typed </dev/null >/dev/null &&
	test_grep "^paged:" typed
'

test_expect_success SCRIPT 'a pager that cannot be run loses nothing' '
	for pager in nosuch "$HOME"
	do
		PAGER=$pager timeout 20 script -q -e -c "$OPS_PROGRAM list" typed </dev/null >/dev/null &&
		test_grep "sh: .*$pager" typed && test_grep swap-7k2f typed || return 1
	done &&
	PAGER="head -n 1" timeout 20 script -q -e -c "$OPS_PROGRAM list" typed </dev/null >/dev/null &&
	test_must_fail grep swap-7k2f typed
'

test_done
