#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Many clones of one server for long: 16 clones of 250 acts, 15 of 100 pushes killed at
# either end; then 20 clones race for 200 tasks. Prints a table.
#
# CLONES, ACTS, RACERS, TASKS set other sizes; a part of it runs in t/9240-sync-race.sh.

test_description='many clones at length'
. "$(dirname "$0")/../test-lib.sh"

CLONES=${CLONES:-16} ACTS=${ACTS:-250} RACERS=${RACERS:-20} TASKS=${TASKS:-200}
SERVER=$TEST_ROOT/server.git
SLOT=$TEST_ROOT/slot

# row NAME VALUE: of the table.
row () {
	printf '# %-44s %s\n' "$1" "$2" >>"$TEST_ROOT/table"
}

# The other end dies too: a hook that kills what called it, now and then, once it was taken.
deadly () {
	cat >"$SERVER/hooks/post-receive" <<-\EOS
	#!/bin/sh
	n=$(od -An -N1 -tu1 /dev/urandom)
	test $((n % 13)) != 0 || { echo . >>killed-there; kill -9 $PPID; }
	EOS
	chmod +x "$SERVER/hooks/post-receive"
}

# publish NAME: ops sync, killed now and then at any point, until it is done.
publish () {
	tries=0
	while :
	do
		n=$(od -An -N2 -tu2 /dev/urandom)
		tries=$((tries + 1))
		if test $((n % 100)) -lt 8
		then
			timeout -s KILL "0.$(printf %03d $((n % 400)))" "$OPS_PROGRAM" sync >/dev/null 2>&1
			echo . >>"$SLOT-killed-$1"
			continue
		fi
		"$OPS_PROGRAM" sync >"$SLOT-out-$1" 2>&1 && break
		test $tries -lt 200 || { echo "gave up: $(tail -1 "$SLOT-out-$1")" >>"$SLOT-failed-$1"; return 1; }
	done
}

worker () {
	cd "$TEST_ROOT/clone-$1" || exit 1
	begun=$(date +%s)
	for n in $(seq "$ACTS")
	do
		"$OPS_PROGRAM" --as $LEAD --key "w-$1-$n" new task --id "task-$1-$n" \
			--from "$TEST_FIXTURES/task.md" >/dev/null 2>"$SLOT-err-$1" ||
			cat "$SLOT-err-$1" >>"$SLOT-failed-$1"
		test $((n % 5)) != 0 || publish "$1"
	done
	publish "$1"
	echo $(($(date +%s) - begun)) >"$SLOT-time-$1"
}

test_expect_success 'a server and its clones' '
	ops_world && ops_task seed-1 >/dev/null && git init -q --bare -b main "$SERVER" &&
	git remote add origin "$SERVER" && ops sync >/dev/null && ops --git-dir "$SERVER" hooks install >/dev/null &&
	deadly && for i in $(seq $CLONES)
	do
		git clone -q "$SERVER" ../clone-$i || return 1
	done
'

test_expect_success 'each act is on the server exactly once' '
	before=$(git -C "$SERVER" rev-list --count main) &&
	for i in $(seq $CLONES)
	do
		worker $i &
	done && wait &&
	{ cat "$SLOT"-failed-* 2>/dev/null || :; } >failed && test_must_be_empty failed &&
	test "$(git -C "$SERVER" rev-list --count main)" = $((before + CLONES * ACTS)) &&
	git -C "$SERVER" log --format=%B main | grep "^Ops-Id" | sort | uniq -d >doubled && test_must_be_empty doubled &&
	cat "$SLOT"-time-* | sort -n >times && row "clones x acts" "$CLONES x $ACTS" &&
	row "on the server, once each" "$(($(git -C "$SERVER" rev-list --count main) - before))" &&
	row "syncs killed here" "$(cat "$SLOT"-killed-* 2>/dev/null | wc -l)" &&
	row "pushes killed there" "$(wc -l <"$SERVER/killed-there" 2>/dev/null || echo 0)" &&
	median=$(sed -n "$(((CLONES + 1) / 2))p" times) slowest=$(tail -1 times) &&
	row "median and slowest clone, seconds" "$median, $slowest" && test "$slowest" -le $((3 * median + 3))
'

test_expect_success 'all come to one tree, without a lock' '
	rm "$SERVER/hooks/post-receive" &&
	for i in $(seq $CLONES)
	do
		(cd ../clone-$i && ops sync >/dev/null && git rev-parse HEAD && test -z "$(git status --porcelain)" &&
			git fsck --strict 2>&1 >/dev/null && find .git -name "*.lock" ! -path "*/ops/*") || return 1
	done >tips && sort -u tips >one && test_line_count = 1 one && ops sync >/dev/null && ops audit verify
'

racer () {
	cd "$TEST_ROOT/clone-$1" || exit 1
	test $(($1 % 2)) = 0 && agent=codegen || agent=docwriter
	for t in $(seq "$TASKS")
	do
		echo "assign race-$t to=$agent"
	done >"$SLOT-acts-$1"
	"$OPS_PROGRAM" --as $LEAD batch --each "$SLOT-acts-$1" >/dev/null 2>>"$SLOT-failed-$1"
	until "$OPS_PROGRAM" --json sync >"$SLOT-answer-$1"
	do
		status=$?
		test $status != 1 || break
		echo "$status" >>"$SLOT-again-$1"
	done
}

test_expect_success 'a race for every task: one owner each, every loser told' '
	for t in $(seq $TASKS)
	do
		ops_task race-$t >/dev/null || return 1
	done && for t in $(seq $TASKS)
	do
		echo "gate.request race-$t gate=pre-governance section:Scope=a section:Approach=b \"section:Risk Assessment=c\" section:Documentation=d"
	done >acts && ops --as $LEAD batch --each acts >/dev/null && test_tick &&
	for t in $(seq $TASKS)
	do
		echo "gate.approve race-$t gate=pre-governance reason=bounded"
	done >acts && ops --as $GOV batch --each acts >/dev/null && ops sync >/dev/null && test_tick &&
	for i in $(seq $RACERS)
	do
		{ test -d ../clone-$i || git clone -q "$SERVER" ../clone-$i; } && (cd ../clone-$i && ops sync >/dev/null) || return 1
	done && rm -f "$SLOT"-failed-* && begun=$(date +%s) &&
	for i in $(seq $RACERS)
	do
		racer $i &
	done && wait && row "racers x tasks" "$RACERS x $TASKS" && row "race, seconds" "$(($(date +%s) - begun))" &&
	{ cat "$SLOT"-failed-* || :; } >failed && test_must_be_empty failed && ops sync >/dev/null &&
	git log --format=%s main | sed -n "s/^chore(ops): assign \(race-[0-9]*\) .*/\1/p" | sort >owners &&
	test_line_count = $TASKS owners && sort -u owners >once && test_cmp owners once
'

test_expect_success 'and all of them come to one tree' '
	lost=0 won=0 &&
	for i in $(seq $RACERS)
	do
		"$TEST_BUILD/t/json-get" "result.acts.*.state" "$SLOT-answer-$i" >states || return 1
		lost=$((lost + $(grep -c lost states))) won=$((won + $(grep -c published states)))
		"$TEST_BUILD/t/json-get" "result.acts.*.winner" "$SLOT-answer-$i" >winners &&
		test "$(grep -c "^[0-9a-f]\{40\}" winners)" = "$(grep -c lost states)" || return 1
		(cd ../clone-$i && ops sync >/dev/null && git rev-parse HEAD >>../tips-race) || return 1
	done && test $won = $TASKS && test $lost = $((RACERS * TASKS - TASKS)) &&
	row "acts that won, and lost and were told" "$won, $lost" &&
	sort -u ../tips-race >one && test_line_count = 1 one && ops audit verify && row "trees at the end" 1 && cat "$TEST_ROOT/table"
'

test_done
