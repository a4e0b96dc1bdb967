#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Leases: one task has its paths for itself, by a token that its commits carry; who has an
# old one is refused by hook, server, merge and audit, whatever the clocks say.

test_description='leases of scopes'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git

# scope_task ID AGENT PATTERN...: a task with this scope that AGENT works on.
scope_task () {
	scope_id=$1 scope_agent=$2
	shift 2
	sed '/^- `src\/match/d; /^- `t\/match/d' "$TEST_FIXTURES/task.md" >text &&
	for pattern in "$@"
	do
		sed -i "/^## Scope/a - \`$pattern\`" text || return 1
	done &&
	ops --as $LEAD new task --id "$scope_id" --from text &&
	rm text && test_tick && ops_step Requested "$scope_id" && ops_step Approved "$scope_id" &&
	ops --as $LEAD assign "$scope_id" "$scope_agent"
}

# change FILE AGENT [TASK [TOKEN]]: a commit of it by git, as that agent.
change () {
	mkdir -p "$(dirname "$1")" && test_tick && date >>"$1" && echo "$test_now" >>"$1" && git add "$1" &&
	printf "feat: change %s\n" "$1" >../message &&
	if test -n "$3"; then printf "\nOps-Task: %s\n" "$3" >>../message; fi &&
	if test -n "$4"; then printf "Ops-Lease: %s\n" "$4" >>../message; fi &&
	GIT_AUTHOR_NAME=$2 GIT_AUTHOR_EMAIL=$2@example.org GIT_COMMITTER_EMAIL=$2@example.org \
		git commit -q -F ../message
}

# unchanged RULE CHANGE...: the hook refuses that, and nothing is left of it.
stopped () {
	rule=$1
	shift
	if change "$@" 2>../stopped
	then
		echo "not refused: $*"
		return 1
	fi
	git reset -q --hard && test_grep "$rule" ../stopped
}

test_expect_success 'a lease has a token, and the hook asks for it' '
	ops_world && scope_task match-1aaa $DEV "src/match/*.c" && scope_task rival-1bbb inspector "src/**/m*" &&
	ops hooks install >out && change src/match/m.c $DEV match-1aaa && git tag free &&
	ops --as $DEV scope lock match-1aaa >out && test_grep "Ops-Lease: 1" out &&
	ops_json result.leases.0.token 1 ops scope show && ops_json result.leases.0.state held ops scope who src/match/z.c &&
	ops_json result.leases.# 0 ops scope who src/other.c &&
	stopped lease.held src/match/m.c $DEV match-1aaa &&
	stopped lease.held src/match/m.c inspector rival-1bbb &&
	stopped lease.held src/match/m.c $LEAD &&
	stopped lease.token src/match/m.c $DEV match-1aaa 2 &&
	stopped lease.token src/match/m.c inspector rival-1bbb 1 &&
	stopped lease.token src/match/m.c inspector match-1aaa 1 &&
	change src/match/m.c $DEV match-1aaa 1 && change src/other.c $LEAD && ops audit verify >out && test_grep "0 refused" out
'

test_expect_success 'nothing of it is leased to another, until it is released' '
	ops_refused lease.held ops --as inspector scope lock rival-1bbb &&
	test_grep "src/match/m.c. is leased to .match-1aaa. (token 1)" ../refused.err &&
	ops_refused lease.held ops --as $DEV scope lock match-1aaa &&
	ops_refused power.missing ops --as inspector scope release match-1aaa &&
	ops --as inspector scope lock --path src/book/m.c rival-1bbb && ops --as inspector scope release rival-1bbb &&
	ops_refused lease.paths ops --as inspector scope lock --path "src/{book,page}/m.c" rival-1bbb &&
	test_grep "src/{book,page}/m.c. is neither" ../refused.err &&
	ops_unchanged 4 ops --as inspector scope release rival-1bbb &&
	ops --as $DEV scope release match-1aaa && ops_json result.leases.# 0 ops scope show &&
	change src/match/m.c inspector rival-1bbb &&
	ops_unchanged 4 ops --as $DEV scope release match-1aaa
'

test_expect_success 'renewed, the old token is worth nothing: another session of one agent' '
	ops --as $DEV scope lock --for 1h match-1aaa >out && test_grep "Ops-Lease: 2" out && git branch -f session &&
	ops_unchanged 4 ops --as $DEV scope lock --token 1 match-1aaa && ops_unchanged 4 ops --as $DEV scope lock --token 9 match-1aaa &&
	ops --as $DEV scope lock --token 2 --for 1h match-1aaa >out && test_grep "Ops-Lease: 3" out &&
	stopped lease.token src/match/m.c $DEV match-1aaa 2 &&
	change src/match/m.c $DEV match-1aaa 3 && git tag -f renewed
'

test_expect_success 'a merge does not bring work past it' '
	git checkout -q session && change src/match/late.c $DEV match-1aaa 2 && git checkout -q main &&
	test_expect_code 128 git merge -q --no-ff --no-edit session 2>err && test_grep lease.held err && git reset -q --hard renewed &&
	git -c core.hooksPath=/dev/null merge -q --no-ff --no-edit session &&
	ops_audit_names lease.held HEAD && git reset -q --hard renewed && git branch -q -D session
'

test_expect_success 'when its time is over, others may end it, and it is theirs' '
	ops_refused lease.held ops --as inspector scope lock rival-1bbb &&
	test_tick 7200 && ops_json result.leases.0.state expired ops scope show &&
	stopped lease.expired src/match/m.c $DEV match-1aaa 3 &&
	stopped lease.held src/match/m.c inspector rival-1bbb &&
	ops --as inspector scope lock rival-1bbb >out && test_grep "expire" out && test_grep "Ops-Lease: 2" out &&
	change src/match/m.c inspector rival-1bbb 2 && git tag -f taken
'

test_expect_success 'a clock that is set back gains nothing' '
	before=$test_now && test_tick -7000 &&
	stopped lease.token src/match/m.c $DEV match-1aaa 3 &&
	git -c core.hooksPath=/dev/null commit -q --allow-empty -m x && git reset -q --hard taken &&
	mkdir -p src/match && echo late >>src/match/m.c && git add src &&
	GIT_AUTHOR_NAME=$DEV GIT_AUTHOR_EMAIL=$DEV@example.org git -c core.hooksPath=/dev/null commit -q \
		-m "feat: late" -m "Ops-Task: match-1aaa
Ops-Lease: 3" && ops_audit_names lease.token HEAD && git tag forged && git reset -q --hard taken && test_clock "$before"
'

test_expect_success 'the server refuses it too' '
	git init -q --bare -b main "$SERVER" && git push -q "$SERVER" main && ops --git-dir "$SERVER" hooks install >out &&
	test_must_fail git push -q "$SERVER" forged:main 2>err && test_grep lease.token err
'

test_expect_success 'two clones lock one scope and sync: the first published has it' '
	ops --as inspector scope release rival-1bbb && git remote add origin "$SERVER" && ops sync >out &&
	git clone -q "$SERVER" ../other && ops --as $DEV scope lock match-1aaa >out && test_grep "Ops-Lease: 4" out &&
	(cd ../other && ops --as inspector scope lock rival-1bbb >out && ops sync >out) &&
	test_expect_code 1 ops sync >out 2>&1 && test_grep -i "lost" out && test_grep lease.held out &&
	ops_json result.leases.# 1 ops scope show && ops_json result.leases.0.task rival-1bbb ops scope show &&
	(cd ../other && ops --as inspector scope release rival-1bbb && ops sync >out) && ops sync >out &&
	ops --as $DEV scope lock match-1aaa >out && test_grep "Ops-Lease: 4" out && ops sync >out &&
	(cd ../other && ops sync >out && ops_refused lease.held ops --as $DEV scope lock match-1aaa) &&
	ops audit verify >out && test_grep "0 refused" out
'

test_expect_success 'when nobody works on its task any more, it keeps nobody out' '
	ops --as $LEAD cancel match-1aaa -m "not wanted" && ops_json result.leases.0.state orphaned ops scope show &&
	change src/match/m.c inspector rival-1bbb &&
	ops --as $LEAD scope release --stale >out && test_grep "expire" out &&
	ops --as $LEAD scope release --stale >out && test_grep "nothing to do" out &&
	ops_json result.leases.# 0 ops scope show && ops_unchanged 1 ops --as $DEV scope lock match-1aaa
'

test_expect_success 'what is no token, no time, no path, or no task' '
	for token in 0 -1 +3 03 3x 99999999999 "" 1.5
	do
		ops_unchanged 2 ops --as inspector scope lock --token "$token" rival-1bbb || return 1
	done &&
	ops_refused lease.limit ops --as inspector scope lock --for 30d rival-1bbb &&
	ops_unchanged 2 ops --as inspector scope lock --for -1h rival-1bbb &&
	ops_unchanged 2 ops --as inspector scope lock --for soon rival-1bbb &&
	ops_refused lease.limit ops --as inspector scope lock --for 0s rival-1bbb &&
	ops_refused lease.paths ops --as inspector scope lock --path "**" rival-1bbb &&
	ops_refused lease.paths ops --as inspector scope lock --path ../m rival-1bbb &&
	ops_unchanged 4 ops --as inspector scope lock nobody &&
	ops_unchanged 2 ops --as inspector scope release && ops_unchanged 2 ops --as inspector scope release --stale rival-1bbb &&
	ops_unchanged 0 ops --as inspector scope lock --dry-run rival-1bbb
'

test_expect_success 'a pattern that matches everything is leased as any other' '
	scope_task all-1ccc $DEV "**" && ops --as $DEV scope lock all-1ccc >out && test_grep "Ops-Lease: 1" out &&
	stopped lease.held README $LEAD && stopped lease.held src/match/m.c inspector rival-1bbb &&
	ops_refused lease.held ops --as inspector scope lock rival-1bbb &&
	change any/where/x $DEV all-1ccc 1 && ops --as $LEAD scope release all-1ccc
'

test_expect_success 'what cannot be read may be a lease of anything, until it is mended' '
	git tag -f good && git branch -f session && ops --as inspector scope lock rival-1bbb >out &&
	token=$(sed -n "s/.*Ops-Lease: \([0-9]*\).*/\1/p" out) &&
	held=$(git ls-files 05-PROCESSES/leases/held) && cp "$held" ../readable && git tag -f locked &&
	test_sed "$held" "s/^Title: .*/&\n&/" && git add 05-PROCESSES && git -c core.hooksPath=/dev/null commit -q -m "chore: break it" &&
	git tag -f broken && stopped lease.unreadable README $LEAD &&
	ops_refused lease.unreadable ops --as inspector scope lock rival-1bbb &&
	git checkout -q session && change src/match/late.c $DEV && git checkout -q main &&
	test_expect_code 128 git merge -q --no-ff --no-edit session 2>err && test_grep lease.unreadable err && git reset -q --hard &&
	cp ../readable "$held" && git add 05-PROCESSES && GIT_AUTHOR_EMAIL=inspector@example.org git commit -q -m "chore: mend it" &&
	stopped lease.held src/match/m.c $DEV && change src/match/m.c inspector rival-1bbb "$token" &&
	git reset -q --hard broken && date >README && git add README && git -c core.hooksPath=/dev/null commit -q -m "docs: read me" && ops_audit_names lease.unreadable HEAD &&
	git reset -q --hard good && git branch -q -D session
'

test_expect_success 'a task that is named by its path is the same task' '
	ops --as inspector scope lock rival-1bbb >out && held=$(git ls-files 05-PROCESSES/leases/held) &&
	test_sed "$held" "s,^Task: .*,Task: 05-PROCESSES/active-tasks/rival-1bbb.md," && git add 05-PROCESSES &&
	GIT_AUTHOR_EMAIL=inspector@example.org git -c core.hooksPath=/dev/null commit -q --amend --no-edit &&
	ops_json result.leases.0.task rival-1bbb ops scope show && ops_refused lease.held ops --as inspector scope lock rival-1bbb &&
	ops --as inspector scope release rival-1bbb && ops_json result.leases.# 0 ops scope show &&
	test_path_is_file "05-PROCESSES/leases/ended/rival-1bbb/${held##*/}" && git reset -q --hard good
'

test_expect_success 'some files are changed only with a lease' '
	C=05-PROCESSES/ops.yaml && test_sed $C "s/^version: .*/version: 2/" && printf "scope: {leased: [\"src/match/\"], longest: 1h}\n" >>$C &&
	ops_commit_as $GOV "chore: ask for leases" && stopped lease.missing src/match/m.c inspector rival-1bbb &&
	change src/free.c inspector && ops --as inspector scope lock rival-1bbb >out && test_grep "Ops-Lease: 4" out &&
	change src/match/m.c inspector rival-1bbb 4 && ops --as inspector scope release rival-1bbb
'

test_done
