#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The example programs of the public interface do what they say.

test_description='example programs with libops'
. "$(dirname "$0")/test-lib.sh"

EXAMPLES=${OPS_TEST_EXAMPLES:-$TEST_BUILD/examples/api}

test_expect_success 'a repository with a task at work' '
	ops_world && ops_task_at In-Progress >/dev/null
'

test_expect_success SHARED_LIBRARY 'list prints the tasks' '
	"$EXAMPLES/list" . >actual &&
	test_grep ": In-Progress" actual &&
	test_expect_code 1 "$EXAMPLES/list" / 2>actual &&
	test_grep "^list: " actual
'

test_expect_success SHARED_LIBRARY 'checkpoint makes one commit, or says why not' '
	id=$("$EXAMPLES/list" . | sed "s/:.*//") &&
	git rev-parse HEAD >before &&
	"$EXAMPLES/checkpoint" . codegen "$id" 40 >actual &&
	test_grep "checkpoint $id" actual &&
	git rev-parse HEAD~1 >after &&
	test_cmp before after &&
	test_expect_code 1 "$EXAMPLES/checkpoint" . docwriter "$id" 50 2>actual &&
	test_grep "power.assignee" actual &&
	git rev-parse HEAD~1 >after &&
	test_cmp before after
'

test_done
