#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Many clones of one server, all at once: nothing is lost, nothing is there twice, each task
# has one owner, and everybody else is told.  t/slow/9360-clones.sh does the same at length.

test_description='many clones at once'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git

# clones N: make them, with their hooks.
clones () {
	git init -q --bare -b main "$SERVER" && git remote add origin "$SERVER" && ops sync >/dev/null &&
	ops --git-dir "$SERVER" hooks install >/dev/null &&
	for i in $(seq "$1")
	do
		git clone -q "$SERVER" "$TEST_ROOT/clone-$i" || return 1
	done
}

# act CLONE NUMBER: one task of its own, published at once or with the next.
act () {
	cd "$TEST_ROOT/clone-$1" || exit 1
	for n in $(seq "$2")
	do
		ops --as $LEAD new task --id "task-$1-$n" --from "$TEST_FIXTURES/task.md" >/dev/null || exit 1
		test $((n % 2)) = 0 || ops --as $LEAD edit "task-$1-$n" -f Priority=LOW >/dev/null || exit 1
		ops sync >>../log-"$1" 2>&1 || echo "sync: $?" >>../failed-"$1"
	done
}

test_expect_success 'four clones, ten acts each, at once' '
	ops_world && ops_task other-1 && clones 4 && before=$(git -C "$SERVER" rev-list --count main) &&
	for i in 1 2 3 4
	do
		(act $i 7) &
	done && wait &&
	{ cat ../failed-* 2>/dev/null || :; } >failed && test_must_be_empty failed &&
	test "$(git -C "$SERVER" rev-list --count main)" = $((before + 4 * 11)) &&
	git -C "$SERVER" log --format=%B main | grep "^Ops-Id" | sort | uniq -d >doubled && test_must_be_empty doubled &&
	ops sync && ls 05-PROCESSES/active-tasks/task-*.md >files && test_line_count = 28 files
'

test_expect_success 'all of them come to the same' '
	for i in 1 2 3 4
	do
		(cd ../clone-$i && ops sync >/dev/null && git rev-parse HEAD && test -z "$(git status --porcelain)") || return 1
	done >tips && sort -u tips >one && test_line_count = 1 one && ops audit verify
'

# race CLONE: assign each of the tasks to an agent of its own choice, then publish.
race () {
	cd "$TEST_ROOT/clone-$1" || exit 1
	test $(($1 % 2)) = 0 && agent=codegen || agent=docwriter
	for task in race-1 race-2
	do
		ops --as $LEAD assign $task $agent >/dev/null || echo "assign: $?" >>../failed-"$1"
	done
	ops --json sync >../answer-"$1"
	echo $? >../status-"$1"
}

test_expect_success 'twenty clones race for two tasks' '
	for t in 1 2
	do
		ops_task race-$t && ops_step Requested race-$t && ops_step Approved race-$t || return 1
	done >/dev/null && ops sync >/dev/null && test_tick &&
	for i in $(seq 20)
	do
		{ test -d ../clone-$i || git clone -q "$SERVER" ../clone-$i; } && (cd ../clone-$i && ops sync >/dev/null) || return 1
	done &&
	for i in $(seq 20)
	do
		(race $i) &
	done && wait &&
	{ cat ../failed-* 2>/dev/null || :; } >failed && test_must_be_empty failed && ops sync &&
	for t in 1 2
	do
		git log --format=%s main -- 05-PROCESSES/active-tasks/race-$t.md | grep -c "assign race-$t " >count &&
		test_grep -x 1 count || return 1
	done
'

test_expect_success 'each act was published once or its loser told, and who won' '
	lost=0 won=0 &&
	for i in $(seq 20)
	do
		for t in 0 1
		do
			state=$("$TEST_BUILD/t/json-get" result.acts.$t.state ../answer-$i) || return 1
			case $state in
			published) won=$((won + 1)) ;;
			lost)
				lost=$((lost + 1))
				winner=$("$TEST_BUILD/t/json-get" result.acts.$t.winner ../answer-$i) &&
				git log -1 --format=%s "$winner" | grep -q "assign race-$((t + 1)) " &&
				kept=$("$TEST_BUILD/t/json-get" result.acts.$t.kept ../answer-$i) &&
				git -C ../clone-$i rev-parse -q --verify "$kept" >/dev/null || return 1 ;;
			*) echo "clone $i: $state"; return 1 ;;
			esac
		done
	done && test $won = 2 && test $lost = 38
'

test_expect_success 'and all clones come to one tree' '
	for i in $(seq 20)
	do
		(cd ../clone-$i && ops sync >/dev/null && git rev-parse HEAD && git fsck --strict 2>&1 >/dev/null &&
			test -z "$(git status --porcelain)" && find .git -name "*.lock" ! -path "*/ops/*") || return 1
	done >tips && sort -u tips >one && test_line_count = 1 one && ops audit verify
'

test_done
