#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Cancelled tasks: from every open state, with a reason, into the archive.

test_description='cancelled tasks'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'from every open state' '
	ops_world &&
	for state in Queued Approved Assigned In-Progress Review Blocked
	do
		ops_task_at $state of-$state >/dev/null &&
		test_tick &&
		ops --as $LEAD cancel of-$state -m "not worth it" &&
		test_path_is_missing 05-PROCESSES/active-tasks/of-$state.md &&
		ops_json result.path 05-PROCESSES/completed-tasks/2026/01/of-$state.md \
			ops show of-$state &&
		ops_json result.fields.Status Cancelled ops show of-$state &&
		ops_json result.fields.Cancelled 2026-01-15 ops show of-$state &&
		ops_json result.fields.Cancelled-Reason "not worth it" ops show of-$state || return 1
	done &&
	ops list >open &&
	test_grep ! of- open
'

test_expect_success 'only with a reason, and the power' '
	ops_task keep-1 &&
	ops_unchanged 2 ops --as $LEAD cancel keep-1 &&
	ops_refused power.missing ops --as $DEV cancel keep-1 -m "dull" &&
	ops_refused power.missing ops --as $GOV cancel keep-1 -m "dull" &&
	ops --as $BOSS cancel keep-1 -m "the plan changed"
'

test_expect_success 'nothing changes afterwards' '
	ops_refused doc.frozen ops --as $LEAD edit keep-1 -f Priority=LOW &&
	ops_refused task.transition ops --as $LEAD assign keep-1 $DEV &&
	ops_refused gate.state ops --as $LEAD gate request keep-1 pre-governance -s Scope=a \
		-s Approach=b -s "Risk Assessment"=c -s Documentation=d
'

test_done
