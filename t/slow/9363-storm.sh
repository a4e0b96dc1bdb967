#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A storm on one clone: many writers, of whom some are killed at any moment, beside readers and
# git's own commands. Each act that was acknowledged is in the history exactly once, and nothing
# else is. Then in linked work trees, on a bare repository, and a race for the first commit.
# Prints a table.
#
# WRITERS, ACTS (of each), KILLED (of a hundred), ROUNDS set other sizes: 32 x 1250 is the full one.

test_description='a storm on one clone'
. "$(dirname "$0")/../test-lib.sh"

WRITERS=${WRITERS:-32} ACTS=${ACTS:-25} KILLED=${KILLED:-15} ROUNDS=${ROUNDS:-25} SEED=${SEED:-1}
SLOT=$TEST_ROOT/slot
OPS_WAIT=120000
export OPS_WAIT

row () {
	printf '# %-16s %s\n' "$1" "$2" >>"$TEST_ROOT/table"
}

# storm NAME DIRS LOCK [OPTION...]: each writer's acts put NAME-W-N into its own task.
storm () {
	name=$1 dirs=$2 lock=$3
	shift 3
	begun=$(date +%s)
	"$TEST_BUILD/t/storm-tool" --writers "$WRITERS" --acts "$ACTS" --killed "$KILLED" --seed "$SEED" --dirs "$dirs" \
		--lock "$lock" --log "$SLOT-$name" "$OPS_PROGRAM" "$@" --as $LEAD edit task-%w -f "Type=$name-%w-%n"
	row "$name" "$WRITERS x $ACTS acts in $(($(date +%s) - begun)) s"
}

# beside SECONDS COMMAND...: again and again, until the writers are done.
beside () {
	pause=$1
	shift
	while test ! -e "$SLOT-done"
	do
		"$@" >/dev/null 2>&1
		echo . >>"$SLOT-beside"
		sleep "$pause"
	done
}

# A number from 1 to WRITERS.
chance () {
	echo $(($(od -An -N2 -tu2 /dev/urandom) % WRITERS + 1))
}

# with_git DIR COMMAND...: while git packs what lies there, too.
with_git () {
	where=$1
	shift
	beside 2 git -C "$where" gc -q &
	beside 2 git -C "$where" repack -q -ad &
	beside 0.3 git -C "$where" pack-refs --all &
	"$@"
	status=$?
	: >"$SLOT-done"
	wait
	rm "$SLOT-done"
	return $status
}

# One that finds the index locked leaves its edit.
commit_code () {
	date +%s.%N >code.c
	git commit -q -m "feat: code" code.c
}

# A document is whole at any moment, in the tree and beside it.
reader () {
	w=$(chance)
	ops show "task-$w" >/dev/null || echo "show: $?" >>"$SLOT-torn"
	tail -n 1 "05-PROCESSES/active-tasks/task-$w.md" >"$SLOT-last"
	cmp -s "$SLOT-last" "$TEST_ROOT/last" || { sleep 0.05; tail -n 1 "05-PROCESSES/active-tasks/task-$w.md" |
		cmp -s - "$TEST_ROOT/last"; } || echo "torn: task-$w" >>"$SLOT-torn"
}

# Which of the acts, in the order of the history, was over before one that is older began?
misplaced () {
	awk 'NR == FNR { begun[$2] = $3; ended[$2] = $4; next }
		($0 in ended) && ended[$0] < latest { print $0 " stands after an act that it was over before" }
		($0 in begun) && begun[$0] > latest { latest = begun[$0] }' "$1" "$2"
}

# account NAME: what was acknowledged against what is in the history, and in which order.
account () {
	sed "s/^\([a-z]* \)/\1$1-/" "$SLOT-$1" >../log &&
	sed -n "s/^acknowledged \([^ ]*\) .*/\1/p" ../log | sort >../acknowledged &&
	sed -n "s/^killed \([^ ]*\) .*/\1/p" ../log | sort >../killed &&
	sed -n "s/^refused [^ ]* [0-9]* [0-9]* //p" ../log >../refused && { grep -v "^5 " ../refused >../odd || :; } &&
	git log --reverse -p -U0 --format= main | sed -n "s/^+Type: \($1-.*\)/\1/p" >../history && sort ../history >../there &&
	row "" "$(wc -l <../acknowledged) acknowledged, $(wc -l <../killed) killed, $(comm -12 ../killed ../there | wc -l) of these done, $(wc -l <../refused) told that it was busy" &&
	test -s ../acknowledged && uniq -d ../there >../twice && test_must_be_empty ../twice &&
	comm -23 ../acknowledged ../there >../lost && test_must_be_empty ../lost &&
	sort -u ../acknowledged ../killed | comm -13 - ../there >../nobody && test_must_be_empty ../nobody &&
	misplaced ../log ../history >../late && test_must_be_empty ../late && test_must_be_empty ../odd
}

# A git commit beside us may have put the index back at files that nobody touched since: no act
# is lost by that, and git says so.  What lies in the work tree is what was committed.
as_committed () {
	row "" "$(git diff --cached --name-only HEAD | wc -l) entries of the index put back by git" && git reset -q && git diff --quiet HEAD
}

calm () {
	ops recover >/dev/null && test -z "$(find .git -name "*.lock" ! -name sync.lock)" &&
		test -z "$(find . -name "*.tmp" -o -name "*.keep")" && git fsck --strict >/dev/null 2>&1
}

test_expect_success 'a task for each writer' '
	ops_world && echo 1 >code.c && git add code.c && git commit -q -m "feat: code" &&
	for w in $(seq $WRITERS)
	do
		echo "new task id=task-$w field:Title=Storm field:Type=none"
	done >acts && ops --as $LEAD batch acts >/dev/null && rm acts && tail -n 1 05-PROCESSES/active-tasks/task-1.md >../last
'

test_expect_success 'writers, some killed, beside git and readers' '
	for command in commit_code reader "git status" "git checkout -q -- code.c"
	do
		beside 0.3 $command &
	done && with_git . storm plain . .git/ops/lock && git checkout -q -- code.c &&
	row "" "$(wc -l <"$SLOT-beside") commands of git and readers beside them" && calm && account plain &&
	{ test ! -e "$SLOT-torn" || { cat "$SLOT-torn"; false; }; } && as_committed && ops audit verify
'

test_expect_success 'the same from five linked work trees' '
	git config ops.branch main && git checkout -q --detach && trees="" && for t in 1 2 3 4 5
	do
		git worktree add -q --detach ../tree-$t && trees="$trees,$TEST_ROOT/tree-$t" || return 1
	done && with_git . storm trees "$trees" .git/ops/lock && git checkout -q main && calm && account trees && as_committed && ops audit verify
'

test_expect_success 'the same on a bare repository' '
	git worktree prune && git clone -q --bare . ../bare.git && git -C ../bare.git config user.name Storm &&
	git -C ../bare.git config user.email storm@example.org && with_git ../bare.git \
		storm bare . ../bare.git/ops/lock --git-dir "$TEST_ROOT/bare.git" &&
	ops --git-dir ../bare.git recover >/dev/null && git fetch -q ../bare.git main && git merge -q --ff-only FETCH_HEAD && calm &&
	account bare && test -z "$(find ../bare.git -name "*.lock" ! -name sync.lock)" &&
	git -C ../bare.git fsck --strict >/dev/null 2>&1 && ops audit verify
'

test_expect_success 'a race for the first commit: one root' '
	for r in $(seq $ROUNDS)
	do
		rm -rf ../first && git init -q -b main ../first && for i in 1 2 3 4 5 6 7 8
		do
			(cd ../first && "$OPS_PROGRAM" init --from "$TEST_SOURCE/examples/quickstart" >/dev/null 2>&1) &
		done && wait && test "$(git -C ../first rev-list --max-parents=0 --all --count)" = 1 &&
		test "$(git -C ../first rev-list --count main)" = 1 && git -C ../first diff --quiet HEAD || return 1
	done && row "first commits" "$ROUNDS rounds of 8, one root each" && cat "$TEST_ROOT/table" >&5
'

test_done
