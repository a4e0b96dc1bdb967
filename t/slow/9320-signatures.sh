#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Ten thousand signatures of four kinds of keys, most of them damaged, judged by ops
# and by ssh-keygen: one and the same answer each time.

test_description='signatures against ssh-keygen, at length'
TEST_NO_REPO=t
. "$(dirname "$0")/../test-lib.sh"

test_expect_success 'ten thousand signatures' '
	CK_DEFAULT_TIMEOUT=3600 CK_TIMEOUT_MULTIPLIER=20 OPS_SIGNATURES=10000 \
		"$TEST_BUILD/t/u-sshsig"
'

test_done
