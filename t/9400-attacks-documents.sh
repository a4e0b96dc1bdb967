#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Illegal changes of documents, tried with git alone: stopped by the hooks of a clone
# and of a server, and found by the audit where nothing stopped them.

test_description='attacks on documents'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

test_expect_success 'the standard repository, and its server' '
	attack_world && attack_begin && ops audit verify
'

attack_list "$TEST_DIRECTORY/attack/documents.list"

test_done
