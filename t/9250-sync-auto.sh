#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every act says whether it is recorded here or published; with ops.sync=auto it is
# published at once, and offline it is recorded.

test_description='recorded here, or published'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git

there () {
	(cd "$TEST_ROOT/other" && "$@")
}

test_expect_success 'without a remote nothing is said' '
	ops_world && ops_task_at Approved swap-7k2f && ops_task other-1 >out && test_grep ! "recorded here" out
'

test_expect_success 'with one, what is recorded is said to be' '
	git init -q --bare -b main "$SERVER" && git remote add origin "$SERVER" && ops sync >/dev/null &&
	ops --git-dir "$SERVER" hooks install >/dev/null && git clone -q "$SERVER" ../other &&
	test_tick && ops --as $LEAD edit other-1 -f Priority=LOW >out && test_grep "^recorded here; ops sync publishes it$" out &&
	ops_json result.standing.state recorded ops --as $LEAD edit other-1 -f Priority=HIGH && ops sync >/dev/null &&
	ops --as $LEAD edit other-1 -f Priority=LOW --dry-run >out && test_grep ! "recorded here" out
'

test_expect_success 'by itself: published, on top of what others did meanwhile' '
	git config ops.sync auto && there git config ops.sync auto &&
	test_tick && ops --as $LEAD edit other-1 -f Priority=CRITICAL >out && test_grep "^published to origin as $(git rev-parse --short=7 HEAD)$" out &&
	test_tick && there ops --as $LEAD edit other-1 -f Due=2026-05-05 >out && test_grep "^published" out &&
	ops_json result.standing.state published ops --as $LEAD edit other-1 -f Type=chore &&
	test "$(git rev-parse HEAD)" = "$(git -C "$SERVER" rev-parse main)" && git diff --quiet HEAD &&
	test_grep "^Due: 2026-05-05" 05-PROCESSES/active-tasks/other-1.md
'

test_expect_success 'offline it is recorded here, and the next act publishes both' '
	mv "$SERVER" "$SERVER.off" && test_tick &&
	ops --as $LEAD edit other-1 -f Type=feature >out 2>err && test_grep "^recorded here, not published: cannot fetch" out &&
	test_grep "note: not synchronised" err &&
	ops_json result.standing.state recorded ops --as $LEAD edit other-1 -f Type=fix &&
	mv "$SERVER.off" "$SERVER" && ops --as $LEAD edit other-1 -f Type=docs >out && test_grep "^published" out && ops sync --check
'

test_expect_success 'an act that is not legal on top of what others published is refused at once' '
	test_tick && ops --as $LEAD assign swap-7k2f $DEV >/dev/null &&
	(cd ../other && test_expect_code 1 ops --as $LEAD assign swap-7k2f docwriter 2>err && test_grep "error task.transition" err)
'

test_expect_success 'a race that is lost after all is told, with status 1' '
	ops_task race-1 >/dev/null && ops_step Requested race-1 >/dev/null && ops_step Approved race-1 >/dev/null && there ops sync >/dev/null &&
	git config ops.sync manual && test_tick && ops --as $LEAD assign race-1 $DEV >/dev/null &&
	printf "#!/bin/sh\ntest -e %s/late || { : >%s/late; git -C %s push -q origin main; }\nexec git-receive-pack \"\$@\"\n" \
		"$TEST_ROOT" "$TEST_ROOT" "$PWD" >../slow &&
	chmod +x ../slow && there git config remote.origin.receivepack "$TEST_ROOT/slow" &&
	git config --global ops.allowLocal remote.receivepack &&
	(cd ../other && test_expect_code 1 ops --as $LEAD assign race-1 docwriter >out && test_grep "^lost " out && test_grep "won: " out) &&
	there git config --unset remote.origin.receivepack && there ops sync --check && ops sync >/dev/null &&
	test "$(git rev-parse HEAD)" = "$(there git rev-parse HEAD)" &&
	test_grep "^Assigned-To: Production/$DEV" ../other/05-PROCESSES/active-tasks/race-1.md
'

test_expect_success 'a setting that is neither' '
	git config ops.sync sometimes && ops_unchanged 3 ops --as $LEAD edit other-1 -f Type=x &&
	test_grep "not .auto. or .manual." "$TEST_ROOT/refused.err" && git config --unset ops.sync
'

test_done
