#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The writers' lock: who came first is first, the wait ends, who holds it is named, and
# neither a killed waiter nor a lost directory is in anybody's way.

test_description='waiting for the lock'
. "$(dirname "$0")/test-lib.sh"

# hold SECONDS: somebody has the lock for so long.
hold () {
	mkdir -p .git/ops && { flock -x 8; sleep "$1"; } 8>.git/ops/lock 6>&- &
	holder=$!
	until ! flock -n .git/ops/lock true
	do
		sleep 0.02
	done
}

test_expect_success 'in order of arrival' '
	ops_world && ops_task swap-7k2f >/dev/null && hold 3 &&
	for n in 1 2 3 4 5 6
	do
		$OPS_PROGRAM --as $LEAD edit swap-7k2f -f Type=turn-$n >/dev/null 2>>../errors &
		sleep 0.3
	done && wait && { test ! -f ../errors || test_must_be_empty ../errors; } &&
	git log --reverse --format=%H -6 | while read -r commit
	do
		git show $commit:05-PROCESSES/active-tasks/swap-7k2f.md | sed -n "s/^Type: //p"
	done >order && test_write_lines turn-1 turn-2 turn-3 turn-4 turn-5 turn-6 >expected && test_cmp expected order
'

test_expect_success 'the wait has an end' '
	hold 3 && OPS_WAIT=300 ops_unchanged 5 ops --as $LEAD edit swap-7k2f -f Type=late &&
	test_grep "ops/lock. is held by another process; try again" "$TEST_ROOT/refused.err" &&
	OPS_WAIT=0 ops_unchanged 5 ops --as $LEAD edit swap-7k2f -f Type=late && wait
'

test_expect_success 'readers do not wait' '
	hold 2 && OPS_WAIT=0 ops show swap-7k2f >/dev/null && OPS_WAIT=0 ops list >/dev/null && wait
'

test_expect_success 'who waits and is killed leaves nothing behind' '
	hold 2 && { $OPS_PROGRAM --as $LEAD edit swap-7k2f -f Type=dead >/dev/null 2>&1 & } && victim=$! &&
	sleep 0.5 && kill -9 $victim && wait && OPS_WAIT=0 ops --as $LEAD edit swap-7k2f -f Type=alive &&
	ops_json result.fields.Type alive ops show swap-7k2f
'

test_expect_success 'its directory is lost while somebody waits' '
	hold 3 && { OPS_WAIT=9000 $OPS_PROGRAM --as $LEAD edit swap-7k2f -f Type=waited >/dev/null 2>../errors & } &&
	waiter=$! && sleep 0.5 && rm -rf .git/ops && ops --as $LEAD edit swap-7k2f -f Estimated-Hours=9 >/dev/null &&
	wait $waiter && wait && test_path_is_file .git/ops/lock && ops_json result.fields.Type waited ops show swap-7k2f &&
	ops_json result.fields.Estimated-Hours 9 ops show swap-7k2f && git diff --quiet HEAD
'

test_expect_success 'in place of it stands something else' '
	rm -rf .git/ops && echo x >.git/ops && ops_unchanged 3 ops --as $LEAD edit swap-7k2f -f Type=a && rm .git/ops &&
	mkdir -p .git/ops/lock && ops_unchanged 3 ops --as $LEAD edit swap-7k2f -f Type=a && rmdir .git/ops/lock &&
	ops --as $LEAD edit swap-7k2f -f Type=a
'

test_expect_success 'too few descriptors: nothing, or all of it' '
	for n in 4 5 6 7 8 9 10 12 14
	do
		before=$(git rev-parse HEAD) &&
		if sh -c "exec 5>&- 6>&- 4>&-; ulimit -n $n; exec $OPS_PROGRAM --as $LEAD edit swap-7k2f -f Type=few-$n" >out 2>err
		then
			test "$(git rev-parse HEAD^)" = "$before" && echo done >>../fits || return 1
		else
			test "$(git rev-parse HEAD)" = "$before" && grep -q -e "Too many open files" -e "Error 24" err || return 1
		fi
		git diff --quiet HEAD && git diff --quiet --cached HEAD || return 1
	done && test -s ../fits && ops --as $LEAD edit swap-7k2f -f Type=enough
'

test_done
