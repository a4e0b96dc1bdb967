#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A legal history of 200 commits, changed at every commit by every operator: more than
# 5000 histories, each of which the audit finds, naming the changed commit first.

test_description='tampering with every commit of a history'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

if ! test_have_prereq PERL
then
	skip_all='needs perl'
	test_done
fi

test_expect_success 'a legal history of 200 commits' '
	attack_world &&
	n=0 &&
	while test "$(git rev-list --count HEAD)" -lt 177
	do
		n=$((n + 1)) && ops_task_at Complete life-$n || return 1
	done &&
	ops --as $LEAD edit queued-1 -f Priority=LOW &&
	ops_task_at Review last-1 && ops --as $QA rework last-1 -m "one fails" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	ops_step Blocked last-1 && ops --as $DEV unblock last-1 &&
	while test "$(git rev-list --count HEAD)" -lt 200
	do
		test_tick &&
		ops --as $DEV checkpoint last-1 --progress 50 -m "on the way" || return 1
	done &&
	git gc -q && ops audit verify &&
	test "$(git rev-list --count HEAD)" = 200 && cp -a . ../copy
'

test_expect_success 'every operator at every commit' '
	cd ../copy && perl "$TEST_DIRECTORY/tamper/tamper.pl" "$OPS_PROGRAM" >said &&
	tail -n 1 said | sed "s/^/# /" >&5 &&
	test_grep " of 200 commits, by 31 operators: 0 not found" said &&
	test "$(sed -n "s/ tampered .*//p" said)" -ge 5000
'

test_done
