#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A few allocations of the sample of t/slow/9364-memory.sh fail, once and for ever: the old state
# or the new one is left, and where it is the new one the answer says so.

test_description='allocations that fail'
TEST_NO_VERIFY='each case is a repository of its own, and looked at there'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/crash/faults.sh"
allocations_or_skip
trap 'rm -rf "$faults_work"; test_exit' EXIT

some () {
	allocations "$@" >out 2>&1
	code=$?
	tail -n 1 out
	test $code = 0 || { head -n 20 out; return 1; }
}

test_expect_success 'a world for it' '
	faults_world_plain
'

test_expect_success 'one allocation fails' '
	some assign --sample 2 && some complete --sample 1 && some batch --sample 1 --seed 2 && some batch-each --sample 1
'

test_expect_success 'all of them fail from there on' '
	some assign --sticky --sample 2 && some complete --sticky --sample 1
'

test_expect_success 'who has no memory to speak says what became of it all the same' '
	at=$(allocations assign --sample 0 | sed "s/ allocations.*//") && told=0 && while test $at -gt 0 && test $told -lt 3
	do
		at=$((at - 1)) && rm -rf copy && cp -a "$TEST_ROOT/world-plain" copy || return 1
		(cd copy && LD_PRELOAD=$TEST_BUILD/t/alloc-fault.so OPS_ALLOC_AT=$at OPS_ALLOC_EVER=1 "$alloc_program" --as $LEAD \
			assign free-1 codegen >../../out 2>../../err) && continue
		tip=$(git -C copy log -1 --format=%s:%H) && case $tip in
		*"assign free-1"*) grep "out of memory; the change was made, commit ${tip##*:}" ../err || return 1 ;;
		*) break ;;
		esac
		told=$((told + 1))
	done && test $told = 3 && rm -rf copy
'

# Behind the commit of its first step; where libgit2 crashes without memory nothing can be told.
test_expect_success 'a pass that ends without memory tells what it did before' '
	(cd "$TEST_ROOT/world-plain" && ops --as $BOSS act deactivate $DEV >/dev/null) && try () {
		rm -rf copy && cp -a "$TEST_ROOT/world-plain" copy && tip=$(git -C copy rev-parse HEAD) || return 1
		(cd copy && LD_PRELOAD=$TEST_BUILD/t/alloc-fault.so OPS_ALLOC_AT=$1 OPS_ALLOC_COUNT=$PWD/../nr \
			"$alloc_program" --as $LEAD $2 orchestrate >../out 2>../err)
	} && try 0 "" && all=$(cat nr) && at=$((all / 3)) && told=0 && while test $at -lt $all
	do
		for form in "" --json
		do
			try $at $form
			status=$? new=$(git -C copy rev-parse HEAD)
			test $status = 70 && test $new != $tip || continue
			cat out err | grep "the change was made, commit $new" || return 1
			told=$((told + 1))
		done
		at=$((at + 97))
	done && echo "$told were told" && test $told -gt 3 && git -C "$TEST_ROOT/world-plain" reset -q --hard HEAD~
'

test_expect_success 'what is published and cannot be told is told all the same' '
	(cd "$TEST_ROOT/world-plain" && git init -q --bare -b main ../remote.git && git remote add origin ../remote.git &&
		ops sync >/dev/null && ops --as $LEAD assign free-1 codegen >/dev/null) &&
	mkdir pair && try () {
		rm -rf pair && mkdir pair && cp -a "$TEST_ROOT/remote.git" "$TEST_ROOT/world-plain" pair || return 1
		(cd pair/world-plain && LD_PRELOAD=$TEST_BUILD/t/alloc-fault.so OPS_ALLOC_AT=$1 OPS_ALLOC_EVER=$2 \
			OPS_ALLOC_COUNT=$PWD/../nr "$alloc_program" sync >../../out 2>../../err)
	} && try 0 "" && at=$(cat pair/nr) && told=0 && while test $at -gt 0 && test $told -lt 7
	do
		at=$((at - 1)) && try $at 1 && continue
		status=$? tip=$(git -C pair/world-plain log -1 --format=%h --abbrev=7)
		test "$(git -C pair/remote.git log -1 --format=%h --abbrev=7 main)" = "$tip" || break
		test $status = 7 || grep "out of memory; .*$tip" err || return 1
		told=$((told + 1))
	done && test $told -ge 5 && rm -rf pair
'

test_done
