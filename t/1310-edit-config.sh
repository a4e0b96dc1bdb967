#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The configuration is replaced by an act, as a whole, by who may, one version up.

test_description='ops edit of ops.yaml'
. "$(dirname "$0")/test-lib.sh"

C=05-PROCESSES/ops.yaml

test_expect_success 'a world, and the next version of its configuration' '
	ops_world &&
	version=$(sed -n "s/^version: //p" $C) &&
	sed "s/^version: .*/version: $((version + 1))/" $C >next &&
	printf "review:\n  period: 30 days\n" >>next
'

test_expect_success 'only who may' '
	ops_refused power.protected ops --as $LEAD edit $C --from next &&
	ops_refused power.protected ops --as $DEV edit $C --from next
'

test_expect_success 'exactly one version up, and without mistakes' '
	cp $C same && echo "# the same version" >>same &&
	ops_refused config.version ops --as $GOV edit $C --from same &&
	sed "s/30 days/soon/" next >wrong &&
	ops_refused config.invalid ops --as $GOV edit $C --from wrong
'

test_expect_success 'by whole texts only' '
	test_expect_code 2 ops --as $GOV edit $C --field Title=x 2>err && test_grep -e "--from FILE" err &&
	test_expect_code 4 ops show $C 2>shown && test_grep "no document: .ops config. prints" shown &&
	test_expect_code 4 ops show $C.md 2>err && test_grep ! "configuration" err
'

test_expect_success 'as it is, there is nothing to do' '
	cp $C same && ops_unchanged 0 ops --as $GOV edit $C --from same &&
	test_grep "^nothing to do$" "$TEST_ROOT/refused.out" &&
	ops_unchanged 0 ops --as $DEV edit $C --from same && rm same
'

test_expect_success 'what the refusal says to do is done' '
	sed -n "s/.*.\(ops edit .*\) FILE. replaces.*/\1/p" shown >advice &&
	test_line_count = 1 advice &&
	OPS_ACTOR=$GOV && export OPS_ACTOR && test_when_finished "unset OPS_ACTOR" &&
	eval "$(cat advice) next --dry-run"
'

test_expect_success 'then it is in force' '
	ops --as $GOV edit $C --from next &&
	test_cmp next $C &&
	ops config review.period >found &&
	test_grep "30 days" found &&
	git log -1 --format=%B >message &&
	test_grep "^Ops-Doc: $C$" message
'

test_done
