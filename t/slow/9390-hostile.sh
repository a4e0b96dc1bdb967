#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Two hundred runs of agents that do not behave, each way several times. After each: no
# process of it is left, it ended within a second of its limit, and the record is true.

test_description='two hundred runs of hostile agents'
. "$(dirname "$0")/../test-lib.sh"

HOSTILE=$TEST_BUILD/t/hostile
PACKETS=05-PROCESSES/packets/swap-7k2f
RUNS=${OPS_HOSTILE_RUNS:-200}

# The machine may have other things to do: what is measured goes first where that is allowed.
first=
if chrt -r 1 true 2>/dev/null
then
	first='chrt -r 1'
fi

# Mode | line of its entry | how it ended | status | exit | what the record says besides
cat >modes <<\END
honest||answered|COMPLETE|0|
unread||answered|COMPLETE|0|
writes-back||answered|COMPLETE|0|
wordy||answered|COMPLETE|0|
closed-early||answered|COMPLETE|0|
milestones||answered|COMPLETE|0|^Heartbeats: 2000$
double-fork||answered|COMPLETE|0|
held||answered|COMPLETE|0|
rabbits||answered|COMPLETE|0|
removes|Directory: worktree|answered|PARTIAL|0|could not be taken in: its work tree is not there
removes|Directory: scratch|answered|COMPLETE|0|
polite||timed out|FAILED|signal 15|
deaf||timed out|FAILED|signal 9|
setsid||timed out|FAILED|signal 9|it left [1-9][0-9]* processes behind
reaper||timed out|FAILED|signal 9|it left [1-9][0-9]* processes behind
leaves-group||timed out|FAILED|signal|it left [1-9][0-9]* processes behind
namespace||timed out|FAILED|signal 9|it left [1-9][0-9]* processes behind
closed||timed out|FAILED|signal|
closes-all||timed out|FAILED|signal 9|
stops||timed out|FAILED|signal|
late||timed out|FAILED|signal 9|
stops-guard||timed out|FAILED|signal 9|it left [1-9][0-9]* processes behind
kills-guard||lost its guard|FAILED|signal 9|
flood||printed too much|FAILED|signal 9|
flood-err||printed too much|FAILED|signal 9|
gigabytes||printed too much|FAILED|signal|
forks|Process-Limit: 64|started too many processes|FAILED|signal 9|
eats|Memory-Limit: 64|timed out|FAILED|signal 15|
eats-four|Memory-Limit: 128|used too much memory|FAILED|signal|
burns|CPU-Limit: 1s|used too much processor time|FAILED|signal|
garbage||gave no answer|FAILED|0|not JSON
garbage-out||gave no answer|FAILED|0|not JSON
deep||gave no answer|FAILED|0|not JSON
nul||gave no answer|FAILED|0|not JSON
unknown||gave no answer|FAILED|0|is not known
small-letters||gave no answer|FAILED|0|none of COMPLETE
silent||gave no answer|FAILED|0|
twice||gave no answer|FAILED|0|
signal||was killed|FAILED|signal 9|ended by signal 9
END

test_expect_success 'agents of each kind' '
	ops_world && ops_task_at In-Progress && nr=0 &&
	mv modes "$TEST_ROOT/modes" &&
	while IFS="|" read -r mode line rest
	do
		nr=$((nr + 1)) word= &&
		case $mode in
		# in pieces that leave room below the limit: its code is in memory, too
		eats) word=", \"4096\", \"24\"" ;;
		eats-four) word=", \"48\"" ;;
		esac &&
		test_write_lines --- "Name: Hostile $nr" "Role: agent" "Department: Production" \
			"Archetype: specialist" "Authority-Level: 3" "Domain: code" \
			"Model-Tier: standard" \
			"Status: Active" "Version: 1.0.0" "Email: hostile-$nr@example.org" \
			"Spawned-By: operations-orchestrator" \
			"Reports-To: operations-orchestrator" \
			"Command: [\"$HOSTILE\", \"$mode\"$word]" "${line:-Max-Concurrent: 9}" --- \
			>05-PROCESSES/agents/Production/hostile-$nr.md || return 1
	done <"$TEST_ROOT/modes" &&
	ops_commit_as $BOSS "chore: agents that do not behave" &&
	i=1 &&
	while test $i -le $nr
	do
		ops program allow hostile-$i >/dev/null || return 1
		i=$((i + 1))
	done
'

# true_record MODE ENDED STATUS EXIT WORDS: of the answer in out.json and its packet.
true_record () {
	value () { "$TEST_BUILD/t/json-get" "result.runs.0.$1" "$TEST_ROOT/out.json"; }
	file=$PACKETS/$(value packet).md
	field () { sed -n "s/^$1: //p" "$file"; }
	test "$(value ended)" = "$2" && test "$(field Ended)" = "$2" &&
	test "$(value status)" = "$3" && test "$(field Status)" = "$3" &&
	case "$(field Exit)" in
	"$4"*) ;;
	*) return 1 ;;
	esac &&
	test "$(field Run)" = "$(value run)" && test "$(value left)" = 0 &&
	test "$(field Output)" = "$(value digest)" &&
	{ test -z "$5" || grep -q "$5" "$file"; } &&
	log=$(value log) &&
	{ test "$log" = null || test "sha256:$(sha256sum <"$log" | cut -d " " -f 1)" = \
		"$(value digest)"; } &&
	case $2 in
	"timed out")
		test "$(value ms)" -ge 1000 && test "$(value ms)" -le 2000 ;;
	*)
		test "$(value ms)" -le 3000 ;;
	esac
}

# one NUMBER MODE ENDED STATUS EXIT WORDS: one run.
one () {
	nr=$1 code=1
	shift
	test "$3" != COMPLETE || code=0
	limit=3
	test "$2" != "timed out" || limit=1
	test_tick
	got=0
	# shellcheck disable=SC2086
	$first "$OPS_PROGRAM" --json --as $LEAD run -q --timeout $limit "hostile-$nr" swap-7k2f \
		>"$TEST_ROOT/out.json" 2>"$TEST_ROOT/err" || got=$?
	ops_runs_left >"$TEST_ROOT/left"
	if test $got -ne $code || test -s "$TEST_ROOT/left" || ! true_record "$@"
	then
		echo "run of '$1': status $got"
		cat "$TEST_ROOT/out.json" "$TEST_ROOT/err" "$TEST_ROOT/left"
		return 1
	fi
}

test_expect_success 'none leaves a process, takes longer, or is told untrue' '
	done=0 &&
	while test $done -lt $RUNS
	do
		nr=0
		while IFS="|" read -r mode line ended status exit words
		do
			nr=$((nr + 1))
			test $done -lt $RUNS || break
			one $nr "$mode" "$ended" "$status" "$exit" "$words" </dev/null || return 1
			done=$((done + 1))
		done <"$TEST_ROOT/modes"
	done &&
	echo "# $done runs of $(wc -l <"$TEST_ROOT/modes") kinds"
'

test_expect_success 'no work tree, scratch directory or work of theirs is left' '
	git worktree list >"$TEST_ROOT/trees" && test_line_count = 1 "$TEST_ROOT/trees" &&
	ls .git/ops >"$TEST_ROOT/there" && test_grep ! "^tree-" "$TEST_ROOT/there" &&
	git status --porcelain >"$TEST_ROOT/left" && test_must_be_empty "$TEST_ROOT/left"
'

test_expect_success 'what the answers said is in the history, each once' '
	find $PACKETS -name "*-result-*" >found && test_line_count = $RUNS found && rm found &&
	ops audit verify
'

test_done
