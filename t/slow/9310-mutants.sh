#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every condition of the judge negated, and every call that adds a finding left out,
# one at a time: the cases of t/judge notice each, or t/mutate/equivalent says why none
# can.

test_description='mutants of the judge'
TEST_NO_REPO=t
. "$(dirname "$0")/../test-lib.sh"

if ! test_have_prereq PERL,PLAIN_BUILD,BUILD_TREE
then
	skip_all='needs perl and a plain build'
	test_done
fi

# mutants NAME FILE...: what t/mutate/run says of these files of lib/judge.
mutants () {
	mkdir "$1" && out=$1
	shift
	(
		for f
		do
			set -- "$@" "$TEST_SOURCE/lib/judge/$f" && shift
		done
		JOBS=$(nproc) sh "$TEST_DIRECTORY/mutate/run" "$out" "$@" >"$out.said" 2>&1
	)
	status=$?
	tail -n 1 "$out.said" | sed 's/^/# /' >&5
	return $status
}

test_expect_success 'a mutant that no case is about is seen' '
	(
		OPS_JUDGE_ONLY=gate-evidence &&
		export OPS_JUDGE_ONLY &&
		mutants few rules_config.c
	) &&
	test_grep "nothing notices: rules_config.c rules_configured: .* => negated" few.said &&
	test_grep ! " 0 survive" few.said
'

test_expect_success 'every mutant is noticed, or explained' '
	mutants all $(cd "$TEST_SOURCE/lib/judge" && ls *.c) &&
	test_grep ", 0 survive" all.said &&
	test_line_count = 1 all.said &&
	test "$(sed -n "s/ mutants: .*//p" all.said)" -ge 800
'

test_done
