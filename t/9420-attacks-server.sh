#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What only a push can try, and objects that are shown under other names.

test_description='attacks on a server, and on who reads a clone'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

test_expect_success 'the standard repository, and its server' '
	attack_world && attack_begin && ops audit verify
'

attack_list "$TEST_DIRECTORY/attack/server.list"

test_done
