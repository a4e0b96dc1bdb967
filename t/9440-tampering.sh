#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A legal history, changed at one commit by each of many operators: the audit finds it,
# and names that commit first.  All commits of a long one: t/slow/9330-tampering.sh.

test_description='tampering with a history'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

if ! test_have_prereq PERL
then
	skip_all='needs perl'
	test_done
fi

test_expect_success 'a legal history' '
	attack_world && git gc -q && ops audit verify && cp -a . ../copy
'

test_expect_success 'what an audit does not find is seen' '
	cd ../copy && test_expect_code 1 perl "$TEST_DIRECTORY/tamper/tamper.pl" "$(command -v true)" 1 >said &&
	test_grep "31 tampered histories of 60 commits, by 31 operators: 31 not found" said
'

test_expect_success 'each operator at two commits' '
	cd ../copy && perl "$TEST_DIRECTORY/tamper/tamper.pl" "$OPS_PROGRAM" 2 >said &&
	test_grep " by 31 operators: 0 not found" said
'

test_done
