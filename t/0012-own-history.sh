#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The project keeps account of its own work with the program: its documents are
# in order and every commit of its history is legal.

test_description='the history of the project itself'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

if git -C "$TEST_SOURCE" rev-parse -q --verify HEAD >/dev/null 2>&1 &&
	test "$(git -C "$TEST_SOURCE" rev-parse --is-shallow-repository)" = false
then
	test_set_prereq OWN_HISTORY
fi

own () {
	# The checkout may belong to whoever fetched it.
	git config --global --replace-all safe.directory "$(cd "$TEST_SOURCE" && pwd -P)" &&
	ops -C "$TEST_SOURCE" "$@"
}

test_expect_success OWN_HISTORY 'every document is in order' '
	own check --at HEAD >found &&
	test_grep " 0 unreadable, 0 errors" found
'

test_expect_success OWN_HISTORY 'every commit is legal' '
	own audit verify HEAD >found &&
	test_grep ", 0 refused" found &&
	test_grep ! ": 0 before ops, 0 judged" found
'

test_done
