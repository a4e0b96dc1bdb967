#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Running agents: what an entry of the roster names runs for a task when the user
# allowed it, within its limits, and what came of it is on record.

test_description='agents that are programs'
. "$(dirname "$0")/test-lib.sh"

HOSTILE=$TEST_BUILD/t/hostile
TMPDIR=$TEST_ROOT/tmp
export TMPDIR
mkdir "$TMPDIR"
PACKETS=05-PROCESSES/packets/swap-7k2f

# program AGENT WORD...: make it that program, as the roster's keeper.
program () {
	agent=$1
	shift
	list=
	for word
	do
		list="$list${list:+, }\"$word\""
	done
	test_tick
	file=$(ops_path "$agent")
	grep -v "^Command:" "$file" | sed "2i\\
Command: [$list]" >"$TEST_ROOT/entry" &&
		cp "$TEST_ROOT/entry" "$file" &&
		ops_commit_as $BOSS "chore: give $agent a program"
}

# entry AGENT LINE: add a line to its header.
entry () {
	file=$(ops_path "$1")
	sed "2i\\
$2" "$file" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$file" &&
		ops_commit_as $BOSS "chore: change $1"
}

# newest: the file of the last result; result FIELD: a field of it.
newest () {
	ls "$PACKETS"/*-result-*.md | tail -n 1
}
result () {
	sed -n "s/^$1: //p" "$(newest)"
}

test_expect_success 'a task at work, and an agent that is a script' '
	ops_world && ops_task_at In-Progress &&
	mkdir -p tools &&
	cat >tools/agent <<-\EOF &&
	#!/bin/sh
	cat >"$TMPDIR/packet.json"
	env | sort >"$TMPDIR/env"
	ls /proc/self/fd >"$TMPDIR/fds"
	pwd >"$TMPDIR/pwd"
	echo "{\"progress\": 40, \"note\": \"reading\"}"
	echo "to people" >&2
	echo "{\"status\": \"COMPLETE\", \"summary\": \"It is done.\","
	echo " \"deliverables\": [\"a file\", \"# no heading\"], \"next-steps\": [\"rest\"]}"
	EOF
	chmod +x tools/agent &&
	git add tools && git commit -q -m "chore: add a tool" &&
	program codegen tools/agent
'

test_expect_success 'nothing runs that the user did not allow' '
	ops_refused run.not-allowed ops --as $LEAD run codegen swap-7k2f &&
	test_grep "tools/agent" "$TEST_ROOT/refused.err" &&
	test_grep "ops program allow codegen" "$TEST_ROOT/refused.err" &&
	test_path_is_missing "$TMPDIR/packet.json" &&
	ops_json result.programs.0.allowed false ops program list codegen &&
	ops program allow codegen >said &&
	test_grep "codegen: allowed" said &&
	ops --as $LEAD run --dry-run codegen swap-7k2f >said &&
	test_grep "would run codegen for swap-7k2f: tools/agent" said &&
	test_path_is_missing "$TMPDIR/packet.json"
'

test_expect_success 'it gets the packet, a clean environment, and three descriptors' '
	test_tick && SECRET_TOKEN=hunter2 ops_json result.runs.0.status COMPLETE \
		ops --as $LEAD run codegen swap-7k2f 2>signs &&
	test_grep "codegen: 40 % reading" signs &&
	test_grep "\"id\":\"swap-7k2f\"" "$TMPDIR/packet.json" &&
	test_grep "\"agent\":{\"id\":\"codegen\"" "$TMPDIR/packet.json" &&
	test_grep "^OPS_ACTOR=codegen$" "$TMPDIR/env" &&
	test_grep ! "SECRET_TOKEN" "$TMPDIR/env" &&
	test_grep ! "GIT_" "$TMPDIR/env" &&
	test_write_lines 0 1 2 3 >expected &&	# 3 is ls itself
	test_cmp expected "$TMPDIR/fds" &&
	pwd -P >expected && test_cmp expected "$TMPDIR/pwd"
'

test_expect_success 'the result is on record, with what it printed and its digest' '
	test "$(result Status)" = COMPLETE &&
	test "$(result Quality-Gate)" = "PASSED (1/1 = 100%)" &&
	test "$(result Agent)" = codegen && test "$(result Exit)" = 0 &&
	test "$(result Ended)" = answered && test "$(result Class)" = fast &&
	test "$(result Heartbeats)" = 1 && test "$(result Progress)" = 40 &&
	log=05-PROCESSES/reports/swap-7k2f/$(result Run).log &&
	test_grep "to people" "$log" &&
	test "sha256:$(sha256sum <"$log" | cut -d " " -f 1)" = "$(result Output)" &&
	git show --name-only --format= HEAD >files && test_line_count = 2 files &&
	test_grep "Evidence:" "$(newest)" && test_grep "  *$log sha256:\|$log sha256:" "$(newest)" &&
	test_grep "^- .# no heading$" "$(newest)"
'

test_expect_success 'a program that changed is another program' '
	echo "# changed" >>tools/agent &&
	ops_refused run.not-allowed ops --as $LEAD run codegen swap-7k2f &&
	git checkout -q tools/agent &&
	ops --as $LEAD run --dry-run codegen swap-7k2f &&
	D=$(ops program list codegen | tail -n 1 | tr -d " ") &&
	ops program forbid codegen &&
	ops_refused run.not-allowed ops --as $LEAD run codegen swap-7k2f &&
	ops_unchanged 5 ops program allow --digest sha256:$(printf "%064d" 1) codegen &&
	ops program allow --digest $D codegen &&
	ops --as $LEAD run --dry-run codegen swap-7k2f
'

test_expect_success 'a link to a program is not taken for it' '
	ln -s agent tools/link && git add tools && git commit -q -m "chore: add a link" &&
	program docwriter tools/link &&
	ops_unchanged 2 ops program allow docwriter &&
	ops_unchanged 2 ops --as $LEAD run docwriter swap-7k2f
'

test_expect_success 'whoever may not record a result runs nothing' '
	ops_refused power.missing ops --as $GOV run codegen swap-7k2f &&
	test_grep "fix: act as somebody (--as) with the power .*work" "$TEST_ROOT/refused.err" &&
	ops_unchanged 4 ops --as $LEAD run nobody swap-7k2f &&
	ops_unchanged 4 ops --as $LEAD run codegen nothing-here &&
	ops_refused run.agent ops --as $LEAD run $GOV swap-7k2f &&
	ops_unchanged 2 ops --as $LEAD run --timeout 0 codegen swap-7k2f &&
	echo "[1]" >list.json &&
	ops_unchanged 2 ops --as $LEAD run --context list.json codegen swap-7k2f &&
	rm list.json
'

# try MODE [WORD]: run the hostile stand-in so; its answer is in out.
try () {
	program codegen "$HOSTILE" "$@" &&
	ops program allow codegen >/dev/null &&
	test_tick &&
	test_expect_code ${CODE-1} ops --as $LEAD run -q --timeout 1 codegen swap-7k2f >out
}

test_expect_success 'a timeout is a recorded result' '
	try deaf &&
	test_grep "^FAILED codegen timed out" out &&
	test "$(result Status)" = FAILED && test "$(result Ended)" = "timed out" &&
	test "$(result Quality-Gate)" = "FAILED (0/1 = 0%)"
'

test_expect_success 'no answer, none that can be read, a signal, a flood: all on record' '
	try silent && test "$(result Ended)" = "gave no answer" &&
	try garbage && test "$(result Ended)" = "gave no answer" &&
	test_grep "not JSON" "$(newest)" &&
	try twice && test "$(result Ended)" = "gave no answer" &&
	try signal && test "$(result Exit)" = "signal 9" &&
	try flood && test "$(result Ended)" = "printed too much" &&
	log=05-PROCESSES/reports/swap-7k2f/$(result Run).log && test "$(wc -c <"$log")" -le 1048576 &&
	try honest 3 && test_grep "ended with status 3" "$(newest)" &&
	CODE=0 && try double-fork && CODE=1 &&
	test "$(result Status)" = COMPLETE
'

test_expect_success 'what is missing or cannot run is on record, too' '
	program codegen no-such-program-here && ops program allow codegen >/dev/null &&
	test_tick && test_expect_code 1 ops --as $LEAD run codegen swap-7k2f &&
	test "$(result Ended)" = "could not be started" &&
	program codegen /etc/hostname && ops program allow codegen >/dev/null &&
	test_tick && test_expect_code 1 ops --as $LEAD run codegen swap-7k2f &&
	test "$(result Ended)" = "could not be started" && test "$(result Exit)" = none
'

test_expect_success 'a secret that it prints is not kept' '
	test_tick && mkdir -p "$TMPDIR" &&
	cat >>05-PROCESSES/ops.yaml <<-\EOF &&
	standing:
	  secrets: {check: on}
	EOF
	sed -i "s/^version: 1$/version: 2/" 05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "chore: look for secrets" &&
	printf "#!/bin/sh\nprintf AKIA%%s IOSFODNN7ABCDEFG >&2\n" >tools/leaks &&
	echo "echo \"{\\\"status\\\": \\\"COMPLETE\\\", \\\"summary\\\": \\\"TODO\\\"}\"" >>tools/leaks &&
	chmod +x tools/leaks && git add tools && git commit -q -m "chore: a tool that leaks" &&
	program codegen tools/leaks && ops program allow codegen >/dev/null &&
	test_tick && ops_json result.runs.0.log null ops --as $LEAD run codegen swap-7k2f &&
	test "$(result Status)" = COMPLETE && test_grep "could not be kept" "$(newest)" &&
	test_must_fail git grep -q "AKIAIOS" HEAD
'

test_expect_success 'an agent may have more time, and a kind may need a gate' '
	program codegen "$HOSTILE" honest && ops program allow codegen >/dev/null &&
	ops_refused run.gate ops --as $LEAD run --kind deploy codegen swap-7k2f &&
	entry codegen "Timeouts: {commit: 7s}" &&
	program codegen sh -c "cat" && ops program allow codegen >/dev/null &&
	test_tick && test_expect_code 1 ops --as $LEAD run --kind commit codegen swap-7k2f &&
	log=05-PROCESSES/reports/swap-7k2f/$(result Run).log &&
	test_grep "\"seconds\":7" "$log" && test "$(result Task-Kind)" = commit &&
	test_grep ! "/usr/bin" "$(newest)"
'

test_expect_success 'a milestone is a checkpoint of the agent' '
	cat >tools/miles <<-\EOF &&
	#!/bin/sh
	echo "{\"progress\": 10, \"milestone\": \"parsed\"}"
	echo "{\"progress\": 20, \"note\": \"still alive\"}"
	echo "{\"status\": \"PARTIAL\", \"summary\": \"Half of it.\", \"issues\": [\"no time\"]}"
	EOF
	chmod +x tools/miles && git add tools && git commit -q -m "chore: miles" &&
	program codegen tools/miles && ops program allow codegen >/dev/null &&
	git rev-list --count HEAD >before &&
	test_tick && test_expect_code 1 ops --as $LEAD run codegen swap-7k2f &&
	echo $(($(cat before) + 2)) >expected && git rev-list --count HEAD >after &&
	test_cmp expected after &&
	ops_json result.packets.# 1 ops packet list --kind checkpoint swap-7k2f &&
	test "$(result Status)" = PARTIAL && test_grep "^- no time$" "$(newest)"
'

test_expect_success 'of very many milestones some are commits' '
	program codegen "$HOSTILE" milestones && ops program allow codegen >/dev/null &&
	git rev-list --count HEAD >before && test_tick &&
	ops --as $LEAD run -q codegen swap-7k2f >out &&
	test "$(result Heartbeats)" = 2000 &&
	test $(($(git rev-list --count HEAD) - $(cat before))) = 33
'

test_expect_success 'several at once take as long as the slowest' '
	for a in codegen docwriter
	do
		program $a "$HOSTILE" deaf &&
		ops program allow $a >/dev/null || return 1
	done &&
	test_tick && from=$(date +%s%N) &&
	test_expect_code 1 ops --json --as $LEAD run --timeout 1 codegen docwriter swap-7k2f >out &&
	wall=$((($(date +%s%N) - from) / 1000000)) &&
	one=$("$TEST_BUILD/t/json-get" result.runs.0.ms out) &&
	two=$("$TEST_BUILD/t/json-get" result.runs.1.ms out) &&
	test "$wall" -lt $((one + two)) && test "$one" -ge 1000
'

test_expect_success 'a scratch directory lies in TMPDIR, where nobody can replace it' '
	printf "#!/bin/sh\npwd >\"%s\"\n" "$TEST_ROOT/where" >tools/scratch &&
	echo "echo \"{\\\"status\\\": \\\"COMPLETE\\\", \\\"summary\\\": \\\"x\\\"}\"" >>tools/scratch &&
	chmod +x tools/scratch && git add tools && git commit -q -m "chore: a tool" &&
	program codegen tools/scratch && entry codegen "Directory: scratch" &&
	ops program allow codegen >/dev/null && test_tick &&
	ops --as $LEAD run codegen swap-7k2f &&
	test_grep "^$TMPDIR/ops-run-......$" "$TEST_ROOT/where" &&
	test_path_is_missing "$(cat "$TEST_ROOT/where")" && rm "$TEST_ROOT/where" &&
	mkdir "$TEST_ROOT/open" && chmod 777 "$TEST_ROOT/open" && test_tick &&
	TMPDIR=$TEST_ROOT/open ops_unchanged 3 ops --as $LEAD run codegen swap-7k2f &&
	test_grep "others may replace" "$TEST_ROOT/refused.err" &&
	TMPDIR=$TEST_ROOT/missing ops_unchanged 3 ops --as $LEAD run codegen swap-7k2f &&
	test_grep "no scratch directory can be made" "$TEST_ROOT/refused.err" &&
	chmod 1777 "$TEST_ROOT/open" &&
	TMPDIR=$TEST_ROOT/open ops --as $LEAD run codegen swap-7k2f &&
	test_grep "^$TEST_ROOT/open/ops-run-" "$TEST_ROOT/where" && rm "$TEST_ROOT/where" &&
	TMPDIR=here ops --as $LEAD run codegen swap-7k2f && test_grep "^/tmp/ops-run-" "$TEST_ROOT/where" &&
	sed -i "/^Directory: scratch$/d" "$(ops_path codegen)" && ops_commit_as $BOSS "chore: back"
'

test_expect_success 'those that end together are one commit, each with its record' '
	for a in codegen docwriter
	do
		program $a "$HOSTILE" honest && ops program allow $a >/dev/null || return 1
	done &&
	git rev-list --count HEAD >before && test_tick &&
	# whoever ends first waits to be recorded, the others end meanwhile
	{ flock .git/ops/lock sleep 3 & } &&
	ops --json --as $LEAD run codegen docwriter codegen docwriter swap-7k2f >out && wait &&
	for i in 0 1 2 3
	do
		packet=$("$TEST_BUILD/t/json-get" result.runs.$i.packet out) &&
		run=$("$TEST_BUILD/t/json-get" result.runs.$i.run out) &&
		test "$(sed -n "s/^Run: //p" $PACKETS/$packet.md)" = $run &&
		git cat-file -e $("$TEST_BUILD/t/json-get" result.runs.$i.commit out):$PACKETS/$packet.md ||
			return 1
	done &&
	made=$(($(git rev-list --count HEAD) - $(cat before))) &&
	test $made -ge 1 && test $made -le 2
'

test_expect_success 'a record that is refused keeps no other from its own' '
	program docwriter tools/leaks && ops program allow docwriter >/dev/null && test_tick &&
	ops --json --as $LEAD run codegen docwriter swap-7k2f >out &&
	test "$("$TEST_BUILD/t/json-get" result.runs.1.log out)" = null &&
	log=$("$TEST_BUILD/t/json-get" result.runs.0.log out) && test_path_is_file "$log" &&
	test_must_fail git grep -q "AKIAIOS" HEAD
'

test_expect_success 'no process of any run is left' '
	ops_runs_left >left && test_must_be_empty left
'

test_done
