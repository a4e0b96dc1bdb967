#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A pipeline of two programs, killed at its system calls: sent again, it ends without a human;
# the first program ran at most once, whatever happened, and only if its end is on record is
# the step done; the second, which may be repeated, ran once the first was done.
#
# AGENT_CRASH_CASES=2000 tries more points; 0 all of them.

test_description='a pipeline of programs killed at system calls'
TEST_NO_VERIFY='each case is a repository of its own, and verified there'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"
. "$TEST_DIRECTORY/agent-words.sh"

CASES=${AGENT_CRASH_CASES:-60}
TMPDIR=$TEST_ROOT/tmp
export TMPDIR
mkdir "$TMPDIR"

# order PROGRAM...: in the repository at hand, by the program itself.
order () {
	"$@" "$OPS_PROGRAM" --as $LEAD --key order signal OPS:CHAIN task_description="Chain it"
}

# whole: the run here has ended as its effects say, and nothing else is changed.
whole () {
	first=$(agent_effects knowledge-curator) second=$(agent_effects meta-updater)
	ls 05-PROCESSES/signals >../runs && test_line_count "=" 1 ../runs &&
	run=$(sed -n "s/\.md$//p" ../runs) && status=$(signal_status "$run") &&
	for step in first second
	do
		cat 05-PROCESSES/packets/$run/*-run-step-* | grep -c "^Step: $step$" || :
	done >../ends &&
	case $status in
	Complete)
		test $first = 1 && test $second -ge 1 &&
		test_write_lines 1 1 >../expected && test_cmp ../expected ../ends ;;
	Escalated)
		test $first -le 1 && test $second = 0 &&
		test_write_lines 1 0 >../expected && test_cmp ../expected ../ends ;;
	*)
		false ;;
	esac &&
	ops_runs_left >../left && test_must_be_empty ../left &&
	git status --porcelain >../left && test_must_be_empty ../left &&
	git fsck --strict --no-dangling --no-progress && ops audit verify &&
	echo "$status" >>../statuses
}

# The consent is for a place: all cases are tried in one.
test_expect_success 'two programs, and how many calls an order makes' '
	agent_world && mkdir ../base && cp -r . ../base/ && : >"$TMPDIR/effects" && : >../statuses &&
	cp -r . ../case && (cd ../case && ops program allow knowledge-curator &&
		ops program allow meta-updater && order strace -o ../calls) >../said 2>&1 &&
	(cd ../case && whole) && wc -l <../calls >../number
'

# killed N: the order is killed at its Nth call; sent again, it ends.
killed () {
	rm -rf ../case && cp -r ../base ../case && : >"$TMPDIR/effects" &&
	(cd ../case && order strace -o /dev/null -e inject=all:signal=KILL:when="$1" \
		>../said 2>&1)
	(cd ../case && order env >../again 2>&1
	 status=$?
	 test $status -le 1 && whole)
}

test_expect_success STRACE 'killed at calls all over it, it ends, and no program ran twice that may not' '
	all=$(cat ../number) && n=1 && step=1 && done=0 &&
	{ test $CASES = 0 || step=$((all / CASES + 1)); } &&
	while test $n -le $all
	do
		killed $n >../case.out 2>&1 || {
			echo "killed at call $n of $all:"
			cat ../case.out ../said ../again
			return 1
		}
		done=$((done + 1)) n=$((n + step))
	done &&
	sort ../statuses | uniq -c | sed "s/^/# /" &&
	echo "# $done points of $all calls" && test $done -ge 10 &&
	grep -q Complete ../statuses && { test $done -lt 60 || grep -q Escalated ../statuses; }
'

test_done
