#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Many signed commits in one audit, verified ahead by threads: the answer is that of
# looking at them one by one, however they are mixed.

test_description='long signed histories'
. "$(dirname "$0")/test-lib.sh"

# history N K: N signed commits of $LEAD, each Kth without or with a bad signature.
history () {
	last=$("$TEST_BUILD/t/sign-history" make "$1" "$(ops_path swap-7k2f)" $LEAD \
		$LEAD@example.org "$2" 2>bad) &&
	git reset -q --hard "$last"
}

test_expect_success 'the key of one who edits tasks' '
	ops_world &&
	ops --as $BOSS key add $LEAD "$("$TEST_BUILD/t/sign-history" key)" &&
	ops --as $BOSS edit $LEAD -f Email=$LEAD@example.org &&
	ops_task swap-7k2f &&
	good=$(git rev-parse HEAD)
'

test_expect_success 'two thousand signed ones, as git sees them' '
	history 2500 0 &&
	git repack -adq &&
	ops audit verify >out &&
	test_grep "2500 of them signed, 0 refused" out &&
	ops key allowed-signers >signers &&
	git -c gpg.ssh.allowedSignersFile="$TRASH/signers" verify-commit HEAD HEAD~1000
'

test_expect_success 'those of them that are bad, and no others' '
	git reset -q --hard "$good" &&
	history 2500 8 &&
	test_line_count = 312 bad &&
	test_must_fail ops audit verify >out &&
	test_grep "2188 of them signed, 312 refused" out &&
	cut -c1-7 bad | sort >expected &&
	sed -n "s/^refused \([0-9a-f]*\) .*/\1/p" out | sort >found &&
	test_cmp expected found &&
	git reset -q --hard "$good"
'

test_expect_success 'each Kth unsigned: not one signature is taken for another' '
	history 2500 7 &&
	test_must_fail ops audit verify >out &&
	bad=$(wc -l <bad) &&
	none=$((2500 / 7 - bad)) &&
	test "$none" -gt 100 && test "$bad" -gt 100 &&
	test_grep "$((2500 - bad - none)) of them signed, $((bad)) refused" out &&
	git reset -q --hard "$good"
'

test_done
