#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Killed at every system call, or with every call failing once, a command leaves
# the old state or the new one, and the next command settles it by itself.

test_description='a transition killed at every system call'
TEST_NO_VERIFY='each case is a repository of its own, and verified there'
. "$(dirname "$0")/../test-lib.sh"

# The world before: a task that can be started, and one that can be completed.
cat >prepare <<EOF
set -e
mkdir -p "\$1"
cp -r "$TRASH/world/.git" "\$1"
cd "\$1" && git reset -q --hard
EOF

next="$OPS_PROGRAM --as operations-orchestrator new task --from $TEST_SOURCE/examples/retry-task.md"

matrix () {
	sh "$TEST_SOURCE/t/crash/kill-matrix.sh" --next "$next" "$@" >matrix.out 2>&1
	status=$?
	tail -n 1 matrix.out | sed 's/^/# /'
	test $status = 0 && tail -n 1 matrix.out | grep -q ' 0 failures$' && return
	sed 's/^/# /' matrix.out | tail -n 40
	return 1
}

test_expect_success 'a task that can be started, one that can be completed' '
	ops_world && ops_task_at Assigned start-7k2f >/dev/null &&
	ops_task_at Decided done-7k2f >/dev/null &&
	ops_task_at In-Progress hand-7k2f >/dev/null && test_tick &&
	ops --as codegen handoff start hand-7k2f docwriter >/dev/null &&
	ops --as codegen handoff package hand-7k2f -e reports/test.log Completed="- [x] a" \
		Current-State=b Pending="- [ ] c" Risks=d Findings=e Next=f \
		Failing-Checks=none >/dev/null &&
	cat >after <<-EOF &&
	set -e
	$next
	task=05-PROCESSES/active-tasks/hand-7k2f.md
	owner=\$(sed -n "s/^Assigned-To: //p" \$task)
	set -- 05-PROCESSES/packets/hand-7k2f/*-handoff-acceptance-*
	if test -f "\$1"
	then
		test "\$owner" = Production/docwriter
	else
		test "\$owner" = Production/codegen
	fi
	EOF
	mkdir world && cp -r .git world/
'

test_expect_success STRACE 'start, killed' '
	matrix prepare "$OPS_PROGRAM" --as codegen start start-7k2f
'

test_expect_success STRACE 'start, with a full disk or a failing one' '
	matrix --error ENOSPC,EIO prepare "$OPS_PROGRAM" --as codegen start start-7k2f
'

test_expect_success STRACE 'complete, which moves a document and records another, killed' '
	matrix prepare "$OPS_PROGRAM" --as operations-orchestrator complete done-7k2f
'

test_expect_success STRACE 'a handoff accepted, killed: one owner, the one on record' '
	next="sh $TRASH/after" &&
	matrix --most 240 prepare "$OPS_PROGRAM" --as docwriter \
		handoff accept hand-7k2f
'

test_done
