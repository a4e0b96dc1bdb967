#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A run of a pipeline, killed at its system calls: whoever goes on finishes it, with each
# step done once, one owner, and a history that is legal.

test_description='a pipeline killed at system calls'
TEST_NO_VERIFY='each case is a repository of its own, and verified there'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

CASES=60

# order: in the repository at hand, by the program itself.
order () {
	"$@" "$OPS_PROGRAM" --as $LEAD --key order signal OPS:COMMIT task_description="Add it" \
		changed_files=new.c commit_context=why user_facing=yes test_plan=x
}

# whole DIR: the run there is complete, each step of it once, and nothing else is changed.
whole () {
	(cd "$1" &&
	 git log --format=%B | sed -n "s/^Signal-Step: //p" | sort >../made &&
	 test_line_count "=" 2 ../made && sort -u ../made >../once && test_cmp ../once ../made &&
	 test "$(grep -c "^- Add it" CHANGELOG.md)" = 1 &&
	 ls 05-PROCESSES/signals >../runs && test_line_count "=" 1 ../runs &&
	 grep -h "^Status: Complete" 05-PROCESSES/signals/*.md &&
	 find 05-PROCESSES/packets -name "*-run-step-*" >../steps &&
	 test_line_count "=" 4 ../steps &&
	 git status --porcelain >../left && test_must_be_empty ../left &&
	 git fsck --strict --no-dangling --no-progress && ops audit verify)
}

test_expect_success 'a piece of work, and how many calls an order makes' '
	signal_world && echo new >new.c && mkdir ../base && cp -r . ../base/ &&
	cp -r ../base ../clean && (cd ../clean && order strace -o ../calls) >../said 2>&1 &&
	whole ../clean && wc -l <../calls >../number
'

# killed N: the order is killed at its Nth call; sent again, it is done.
killed () {
	rm -rf ../case && cp -r ../base ../case &&
	(cd ../case && order strace -o /dev/null -e inject=all:signal=KILL:when="$1" \
		>../said 2>&1)
	(cd ../case &&
	 for again in 1 2 3 4 5
	 do
		# git that was left running may hold its lock for a moment
		order env >../again 2>&1 && exit 0
		sleep 1
	 done
	 exit 1) && whole ../case
}

test_expect_success STRACE 'killed at calls all over it, it is finished, and no step done twice' '
	all=$(cat ../number) && n=1 && step=$((all / CASES + 1)) && done=0 &&
	while test $n -le $all
	do
		killed $n >../case.out 2>&1 || {
			echo "killed at call $n of $all:"
			cat ../case.out ../said ../again
			return 1
		}
		done=$((done + 1)) n=$((n + step))
	done &&
	echo "# $done points of $all calls" && test $done -ge 10
'

test_done
