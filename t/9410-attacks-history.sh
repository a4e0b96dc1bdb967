#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Ways around the rules through git's commands, messages, objects and merges, by
# decisions that are not one's own, and by changing roster and policy first.

test_description='attacks on histories and authority'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

test_expect_success 'the standard repository, and its server' '
	attack_world && attack_begin && ops audit verify
'

attack_list "$TEST_DIRECTORY/attack/history.list"

test_done
