#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The loop around the pass: signals, steps that fail, races, and what is wrong usage.

test_description='orchestrating on and on'
. "$(dirname "$0")/test-lib.sh"

queued () {
	queued_id=$1
	shift
	cp "$TEST_FIXTURES/task.md" draft.md &&
	{ test $# = 0 || test_sed draft.md "$@"; } &&
	ops --as $LEAD new task --id "$queued_id" --from draft.md &&
	ops_step Requested "$queued_id" && ops_step Approved "$queued_id"
}

# until_grep PATTERN FILE: at most half a minute.
until_grep () {
	for i in $(seq 300)
	do
		grep -q -e "$1" "$2" && return 0
		sleep 0.1
	done
	echo "until_grep: no '$1' in '$2':"
	cat "$2"
	return 1
}

# ended PID: within ten seconds.
ended () {
	for i in $(seq 100)
	do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	echo "process $1 goes on"
	kill -9 "$1"
	return 1
}

test_expect_success 'wrong usage' '
	ops_world &&
	test_expect_code 2 ops orchestrate --once --interval 15s &&
	test_expect_code 2 ops orchestrate --interval soon &&
	test_expect_code 2 ops orchestrate --interval 0s &&
	test_expect_code 2 ops orchestrate --interval 2d &&
	test_expect_code 2 ops orchestrate --interval 15s --dry-run &&
	test_expect_code 2 ops --as $LEAD orchestrate --only dance &&
	test_expect_code 2 ops orchestrate now &&
	mkdir none && git init -q none &&
	test_expect_code 3 ops -C none --as $LEAD orchestrate &&
	test_expect_code 3 ops -C none --as $LEAD orchestrate --interval 1s
'

test_expect_success 'a dry run shows all steps and changes nothing' '
	queued have-1111 &&
	ops_unchanged 0 ops --as $LEAD orchestrate --dry-run &&
	test_grep "would assign have-1111: Queued -> Assigned" "$TEST_ROOT/refused.out" &&
	test_grep "^distribute: would change" "$TEST_ROOT/refused.out" &&
	ops_json result.steps.1.state changed ops --as $LEAD orchestrate --dry-run &&
	ops_json result.steps.1.commits.# 0 ops --as $LEAD orchestrate --dry-run
'

test_expect_success 'who has not the power is refused, and every other step is taken' '
	ops_unchanged 1 ops --json --as $QA orchestrate &&
	cp "$TEST_ROOT/refused.out" answer &&
	json () {
		test "$("$TEST_BUILD/t/json-get" "$1" answer)" = "$2"
	} &&
	json result.steps.# 7 && json result.failed 1 &&
	json result.steps.1.state refused && json result.steps.2.state nothing &&
	json result.steps.6.state nothing
'

test_expect_success 'what cannot be read is told in the first step that met it, and keeps nothing from the rest' '
	{ printf -- "---\nTitle: Broken\nTitle: Twice\n---\n" >05-PROCESSES/active-tasks/torn-9zzz.md; } && git add 05-PROCESSES &&
	git commit -q --no-verify -m "chore: a slip" && test_when_finished "git reset -q --hard HEAD^" &&
	ops --as $LEAD orchestrate --dry-run --only progress >out && test_grep "torn-9zzz.md:3" out && test_grep "^progress: nothing" out &&
	ops --as $LEAD orchestrate --dry-run >out && test_grep "torn-9zzz.md:3" out && test_grep "would assign have-1111" out &&
	ops --as $LEAD plan --apply --dry-run >out 2>err && test_grep "torn-9zzz.md:3" err && test_grep have-1111 out &&
	ops --as $LEAD rebalance --apply --dry-run >out 2>err && test_grep "torn-9zzz.md:3" err
'

test_expect_success 'it ends on SIGTERM between two passes, with every act whole' '
	{ "$OPS_PROGRAM" --as $LEAD orchestrate --interval 1s >out 2>err & pid=$!; } &&
	until_grep "^conflicts: nothing" out &&
	test_grep "assign have-1111: Queued -> Assigned" out &&
	queued have-2222 &&
	until_grep "assign have-2222: Queued -> Assigned" out &&
	kill $pid && ended $pid && wait $pid &&
	test_grep "^ended after [0-9]* passes" out &&
	test_must_be_empty err && git fsck --strict && ops recover >done &&
	test_grep "nothing to recover" done
'

# The program itself: a shell in between would be the one that gets the signal.  In the
# background a shell has SIGINT ignored, and who is told to ignore it does.
test_expect_success PERL 'and on SIGINT, with one JSON object for each pass' '
	{ perl -e "\$SIG{INT} = q(DEFAULT); exec @ARGV" "$OPS_PROGRAM" --json --as $LEAD \
		orchestrate --interval 1s >out 2>err & pid=$!; } &&
	until_grep "\"step\": *\"conflicts\"" out && sleep 2 &&
	kill -INT $pid && ended $pid && wait $pid &&
	test_line_count -ge 2 out &&
	sed -n 1p out >answer &&
	test "$("$TEST_BUILD/t/json-get" result.steps.# answer)" = 7 &&
	sed -n 2p out >answer &&
	test "$("$TEST_BUILD/t/json-get" result.failed answer)" = 0 &&
	mkdir -p answers && split -l 1 -d out answers/orchestrate. &&
	"$TEST_BUILD/t/schema-check" "$TEST_SOURCE/docs/json" answers/*
'

# Nothing is executed from a prompt that nobody approved.
test_expect_success 'what is refused is left out, and the rest is done' '
	queued good-1111 && queued vague-1111 "s/^Prompt: .*/Prompt: draft-prompt/" &&
	test_expect_code 0 ops --as $LEAD orchestrate >out &&
	test_grep "assign good-1111" out && test_grep "left out: " out &&
	ops_unchanged 1 ops --as $LEAD orchestrate &&
	test_grep "^distribute: refused: all that could be done is refused" "$TEST_ROOT/refused.out" &&
	test_grep "^rebalance: nothing" "$TEST_ROOT/refused.out" &&
	ops --as $LEAD cancel vague-1111 -m "nobody can do it"
'

test_expect_success PERL 'a busy repository is left for the next pass, which does it' '
	queued busy-1111 &&
	mkfifo held && cat >holder.pl <<-\EOF &&
	use Fcntl ":flock";
	open(F, "+>>", ".git/ops/lock") && flock(F, LOCK_EX) || die;
	print "held\n";
	close STDOUT;
	open(H, "<", "held");
	<H>;
	EOF
	{ perl holder.pl >locked & holder=$!; } &&
	until_grep held locked &&
	if OPS_WAIT=1 test_expect_code 1 ops --as $LEAD orchestrate --only distribute >out
	then
		test_grep "^distribute: left: " out
	else
		echo "the lock was not seen" && cat out && false
	fi &&
	echo go >held && wait $holder &&
	ops --as $LEAD orchestrate >out && test_grep "assign busy-1111" out
'

test_expect_success 'two that pass at once give nothing twice' '
	for i in 1 2 3 4 5 6
	do
		queued "race-$i$i$i$i" || return 1
	done &&
	before=$(git rev-list --count HEAD) &&
	{ ops --as $LEAD orchestrate --only distribute >one 2>&1 & first=$!; } &&
	ops --as $LEAD orchestrate --only distribute >two 2>&1 && wait $first &&
	cat one two >both && grep "assign race-" both >assigned &&
	test_line_count = 6 assigned &&
	test $(git rev-list --count HEAD) -eq $((before + 1))
'

test_done
