#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Many at once: one wins, none is lost, and what a dead one left is settled.

test_description='writers side by side'
. "$(dirname "$0")/test-lib.sh"

# both COMMAND: two such at once; one wins, the other was refused (1), or found it busy
# or changed (5).
both () {
	{ "$@"; echo $? >../status.1; } >../out.1 2>&1 &
	{ "$@"; echo $? >../status.2; } >../out.2 2>&1 &
	wait
	cat ../out.1 ../out.2
	sort ../status.1 ../status.2 | xargs >../statuses
	test_grep -x "0 [15]" ../statuses
}

# progress TEXT COUNT: that many checkpoints; each that fails is named in ../failed.
progress () {
	for i in $(seq "$2")
	do
		$OPS_PROGRAM --as $DEV checkpoint swap-7k2f --progress "$i" -m "$1 $i" \
			>/dev/null 2>>../errors || echo "$1 $i: $?" >>../failed
	done
}

none_failed () {
	test ! -f ../errors || cat ../errors
	test_path_is_missing ../failed
}

writers () {
	for writer in 1 2 3 4 5 6 7 8
	do
		progress "writer $writer, step" 10 &
	done
	wait
}

two_assign () {
	{ ops --as $LEAD assign claim-1 $DEV >/dev/null 2>&1; echo $? >../status.1; } &
	{ ops --as $LEAD assign claim-1 docwriter >/dev/null 2>&1; echo $? >../status.2; } &
	wait
}

# Ten commits by git alone; it gives up where ops holds its lock, and is asked again.
git_commits () {
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		echo "$i" >code.c
		for try in 1 2 3 4 5 6 7 8 9
		do
			git commit -q -m "code $i" code.c 2>/dev/null && break
			sleep 0.05
		done
	done
}

beside_git () {
	git_commits &
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		ops --as $DEV checkpoint swap-7k2f --progress "$i" -m "beside $i" >/dev/null 2>>../errors ||
			test $? = 5 || echo "ops $i" >>../failed
	done
	wait
}

beside_readers () {
	progress "read" 10 &
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		{ ops list && ops show swap-7k2f && ops log -n 3; } >/dev/null || echo "reader $i" >>../failed
	done
	wait
}

# One act, killed after so many seconds.
killed () {
	$OPS_PROGRAM --as $DEV checkpoint swap-7k2f --progress 1 -m "killed" >/dev/null 2>&1 &
	victim=$!
	sleep "$1"
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	:
}

test_expect_success 'two want the same act: exactly one has it' '
	ops_world && test_commit code code.c && ops_task_at Assigned >/dev/null &&
	for step in accept start
	do
		before=$(git rev-list --count HEAD) &&
		both ops --as $DEV $step swap-7k2f &&
		test "$(git rev-list --count HEAD)" -eq $((before + 1)) || return 1
	done &&
	for n in 1 2 3 4 5
	do
		before=$(git rev-list --count HEAD) &&
		both ops --as $LEAD new task --id race-$n "Race" &&
		test "$(git rev-list --count HEAD)" -eq $((before + 1)) || return 1
	done
'

test_expect_success 'two assign one task to two agents' '
	ops_task_at Approved claim-1 >/dev/null &&
	two_assign &&
	sort ../status.1 ../status.2 | xargs >../statuses && test_grep -x "0 [15]" ../statuses &&
	ls 05-PROCESSES/packets/claim-1/*-dispatch-* >../packets && test_line_count = 1 ../packets
'

test_expect_success 'eight writers, ten checkpoints each: all are there' '
	before=$(git rev-list --count HEAD) &&
	writers &&
	none_failed &&
	cat 05-PROCESSES/packets/swap-7k2f/*-checkpoint-*.md | grep "^writer" | sort -u >../said &&
	test_line_count = 80 ../said &&
	test "$(git rev-list --count HEAD)" -eq $((before + 80)) &&
	test -z "$(git status --porcelain)"
'

# git reads the index before it locks it, and may put back an old one: the next that writes
# mends that, which is ops recover after the last.
test_expect_success 'beside commits made by git' '
	beside_git &&
	none_failed &&
	ops recover && git fsck --strict &&
	git diff --cached --exit-code -- 05-PROCESSES && git diff --exit-code &&
	git reset -q --hard
'

test_expect_success 'readers are never in the way, and see whole states' '
	beside_readers &&
	none_failed
'

test_expect_success 'a lock that git left is named, and repeating is safe' '
	test_when_finished "rm -f .git/index.lock" &&
	: >.git/index.lock &&
	OPS_WAIT=100 ops_unchanged 5 ops --as $DEV checkpoint swap-7k2f --progress 1 -m x &&
	test_grep "index.lock" "$TEST_ROOT/refused.err" &&
	OPS_WAIT=100 ops_unchanged 5 ops --json --as $DEV checkpoint swap-7k2f --progress 1 -m x &&
	"$TEST_BUILD/t/json-get" error.status "$TEST_ROOT/refused.out" >../said &&
	test_grep -x busy ../said &&
	test_path_is_file .git/index.lock && rm .git/index.lock &&
	: >.git/refs/heads/main.lock &&
	OPS_WAIT=100 ops_unchanged 5 ops --as $DEV checkpoint swap-7k2f --progress 1 -m x &&
	rm .git/refs/heads/main.lock &&
	ops --as $DEV checkpoint swap-7k2f --progress 1 -m x &&
	: >.git/index.lock && ops list >/dev/null
'

test_expect_success 'nothing to recover' '
	ops_unchanged 0 ops recover &&
	ops_json "result.notes.#" 0 ops recover
'

test_expect_success 'killed at any moment: the next one settles it' '
	for n in 01 02 03 04 05 06 07 08 09 10 011 012 013 014 015 016 017 018 019 00
	do
		before=$(git rev-list --count HEAD) &&
		killed 0.0$n &&
		ops recover && ops --as $DEV checkpoint swap-7k2f --progress 2 -m "after $n" >/dev/null &&
		git diff --exit-code && git diff --cached --exit-code &&
		test -z "$(find .git -name "*.lock")" &&
		after=$(git rev-list --count HEAD) &&
		test $after -ge $((before + 1)) && test $after -le $((before + 2)) || return 1
	done &&
	test -z "$(git status --porcelain)"
'

test_done
