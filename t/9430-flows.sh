#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Legal ways of working, which hooks, server and audit let pass; and that there are as
# many attacks and flows as the page about security says.

test_description='legal flows'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

test_expect_success 'the standard repository, and its server' '
	attack_world && attack_begin && ops audit verify
'

attack_list "$TEST_DIRECTORY/attack/flows.list"

test_expect_success 'at least 150 attacks and 40 flows, each with a name of its own' '
	cat "$TEST_DIRECTORY"/attack/*.list | sed -n "s/^\(attack\|flow\) \([^ ]*\).*/\1 \2/p" >names &&
	sed "s/.* //" names | sort | uniq -d >twice &&
	test_must_be_empty twice &&
	test "$(grep -c ^attack names)" -ge 150 &&
	test "$(grep -c ^flow names)" -ge 40 &&
	rm names twice
'

test_done
