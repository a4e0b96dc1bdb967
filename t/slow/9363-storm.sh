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

WRITERS=${WRITERS:-32} ACTS=${ACTS:-20} KILLED=${KILLED:-15} ROUNDS=${ROUNDS:-25}
SLOT=$TEST_ROOT/slot
OPS_WAIT=120000
export OPS_WAIT

row () {
	printf '# %-20s %s\n' "$1" "$2" >>"$TEST_ROOT/table"
}

chance () {	# chance OF: one number below it
	n=$(od -An -N2 -tu2 /dev/urandom)
	echo $((n % $1))
}

# writer NAME W DIR [OPTION...]: its acts, each of which puts W-N into its own task.
writer () {
	name=$1 w=$2
	cd "$3" || exit 1
	shift 3
	for n in $(seq "$ACTS")
	do
		"$OPS_PROGRAM" "$@" --as $LEAD edit "task-$w" -f "Type=$name-$w-$n" >"$SLOT-$name-$w" 2>"$SLOT-err-$name-$w" &
		pid=$!
		if test "$(chance 100)" -lt "$KILLED"
		then
			sleep "0.0$(printf %02d "$(chance 60)")"
			kill -9 $pid 2>/dev/null
		fi
		wait $pid 2>/dev/null
		status=$?
		if test -s "$SLOT-$name-$w"
		then
			echo "$name-$w-$n" >>"$SLOT-acknowledged-$name-$w"
		elif test $status = 137
		then
			echo "$name-$w-$n" >>"$SLOT-killed-$name-$w"
		else
			echo "$name-$w-$n: $status $(cat "$SLOT-err-$name-$w")" >>"$SLOT-refused-$name-$w"
		fi
	done
}

# beside COMMAND...: again and again, until the writers are done.
beside () {
	while test ! -e "$SLOT-done"
	do
		"$@" >/dev/null 2>&1
		sleep 0.3
	done
}

commit_code () {
	chance 1000000 >code.c
	git commit -q -m "feat: code" code.c
}

# A document is whole at any moment, in the tree and beside it.
reader () {
	w=$(($(chance "$WRITERS") + 1))
	ops show "task-$w" >/dev/null || echo "show: $?" >>"$SLOT-torn"
	tail -n 1 "05-PROCESSES/active-tasks/task-$w.md" >"$SLOT-last"
	cmp -s "$SLOT-last" "$TEST_ROOT/last" || { sleep 0.05; tail -n 1 "05-PROCESSES/active-tasks/task-$w.md" |
		cmp -s - "$TEST_ROOT/last"; } || echo "torn: task-$w" >>"$SLOT-torn"
}

# account NAME: what was acknowledged against what is in the history.
account () {
	cat "$SLOT"-acknowledged-"$1"-* 2>/dev/null | sort >acknowledged
	cat "$SLOT"-killed-"$1"-* 2>/dev/null | sort >killed
	cat "$SLOT"-refused-"$1"-* 2>/dev/null >refused
	git log -p -U0 --format= main | sed -n "s/^+Type: \($1-.*\)/\1/p" | sort >there
	row "$1" "$(wc -l <acknowledged) acknowledged, $(wc -l <killed) killed, $(comm -12 killed there | wc -l) of them done, $(wc -l <refused) busy"
	test -s acknowledged && uniq -d there >twice && test_must_be_empty twice &&
		comm -23 acknowledged there >lost && test_must_be_empty lost &&
		sort -u acknowledged killed | comm -13 - there >nobody && test_must_be_empty nobody &&
		{ grep -v ": 5 " refused >odd || :; } && test_must_be_empty odd && rm -f acknowledged killed refused there twice lost nobody odd
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
	begun=$(date +%s) && for command in commit_code reader "git status" "git gc -q" "git repack -q -ad" \
		"git pack-refs --all" "git checkout -q -- code.c"
	do
		beside $command &
	done && writers="" && for w in $(seq $WRITERS)
	do
		writer plain $w . & writers="$writers $!"
	done && { wait $writers || :; } && : >"$SLOT-done" && wait && rm "$SLOT-done" && row "seconds" "$(($(date +%s) - begun))" &&
	calm && account plain && { test ! -e "$SLOT-torn" || { cat "$SLOT-torn"; false; }; } &&
	git checkout -q -- . && git diff --quiet HEAD && git diff --cached --quiet HEAD && ops audit verify
'

test_expect_success 'the same from five linked work trees' '
	git config ops.branch main && git checkout -q --detach && for t in 1 2 3 4 5
	do
		git worktree add -q --detach ../tree-$t || return 1
	done && writers="" && for w in $(seq $WRITERS)
	do
		writer trees $w ../tree-$((w % 5 + 1)) & writers="$writers $!"
	done && { wait $writers || :; } && git checkout -q main && calm && account trees && git diff --quiet HEAD && ops audit verify
'

test_expect_success 'the same on a bare repository' '
	git worktree prune && git clone -q --bare . ../bare.git && git -C ../bare.git config user.name Storm &&
	git -C ../bare.git config user.email storm@example.org && writers="" && for w in $(seq $WRITERS)
	do
		writer bare $w . --git-dir "$TEST_ROOT/bare.git" & writers="$writers $!"
	done && { wait $writers || :; } && git fetch -q ../bare.git main && git merge -q --ff-only FETCH_HEAD && calm && account bare &&
	test -z "$(find ../bare.git -name "*.lock")" && git -C ../bare.git fsck --strict >/dev/null 2>&1 && ops audit verify
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
