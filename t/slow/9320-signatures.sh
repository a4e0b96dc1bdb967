#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Ten thousand signatures, judged by ops and by ssh-keygen, and a thousand commits,
# judged by ops and by git: one and the same answer each time, or a stricter one that
# is listed here.

test_description='signatures against ssh-keygen and git, at length'
. "$(dirname "$0")/../test-lib.sh"

test_expect_success 'ten thousand signatures' '
	CK_DEFAULT_TIMEOUT=3600 CK_TIMEOUT_MULTIPLIER=20 OPS_SIGNATURES=10000 \
		"$TEST_BUILD/t/u-sshsig-peer" >peer &&
	grep "^# " peer >&5 &&
	rm peer
'

# key N: the public half of a key that a test signs with.
key () {
	"$TEST_BUILD/t/sign-history" key "$1"
}

# Whom the keys belong to: 1 to who acts, 2 to another, 3 to nobody; 4 was retired and
# 5 revoked by who acts, 6 is that of one who is not active any more.
test_expect_success 'keys of all states, and a roster that has them' '
	ops_world &&
	for nr in 1 4 5
	do
		ops --as $BOSS key add $LEAD "$(key $nr)" || return 1
	done &&
	ops --as $BOSS key add $GOV "$(key 2)" &&
	ops --as $BOSS key add codegen-alt "$(key 6)" &&
	ops --as $BOSS key retire $LEAD "$(key 4)" &&
	ops --as $BOSS key revoke $LEAD "$(key 5)" &&
	ops --as $BOSS act deactivate codegen-alt &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from - <<-\EOF2 &&
	version: 2
	trust: {task.edit: signed}
	EOF2
	ops_task swap-7k2f &&
	ops key allowed-signers >"$TEST_ROOT/signers" &&
	test_line_count = 2 "$TEST_ROOT/signers"
'

# What git says of a commit.  It dies now and then, when ssh-keygen does not read all of
# a commit whose signature it does not take: then it is asked again.
git_says () {
	until git -c gpg.ssh.allowedSignersFile="$TEST_ROOT/signers" log -1 --format="%G? %GS" \
		"$1" >"$TEST_ROOT/said" 2>/dev/null
	do
		test $? = 141 || return 1
	done
	cat "$TEST_ROOT/said"
}

# Git calls good what is not taken in three kinds only: a header with two signatures, of
# which it looks at one, and lines longer than any program writes.  And git does not ask
# whose name a commit bears: that a key is another agent's, ops alone sees.
test_expect_success 'a thousand commits, signed in all ways, as git sees them' '
	cat >"$TEST_ROOT/expected" <<-EOF2 &&
	50 changed-after refused B
	50 crlf refused B
	50 flipped refused B
	50 good taken G $LEAD
	50 header-behind refused B
	50 inactive refused U
	50 narrow taken G $LEAD
	50 nobody refused U
	50 other-agent refused G $GOV
	50 other-tree refused B
	50 purpose refused B
	50 replayed refused B
	50 retired refused U
	50 revoked refused U
	50 sha256-header refused N
	50 truncated refused B
	50 two refused G $LEAD
	50 two-others refused G $LEAD
	50 unsigned refused N
	50 wide refused G $LEAD
	EOF2
	"$TEST_BUILD/t/sign-history" kinds 1000 "$(ops_path swap-7k2f)" $LEAD \
		$LEAD@example.org >"$TEST_ROOT/kinds" &&
	last=$(tail -n 1 "$TEST_ROOT/kinds" | cut -d" " -f1) &&
	test_must_fail ops audit verify "HEAD..$last" >"$TEST_ROOT/audit" &&
	while read -r id kind
	do
		ours=taken &&
		if grep -q "^refused $(echo "$id" | cut -c 1-7)" "$TEST_ROOT/audit"
		then
			ours=refused
		fi &&
		theirs=$(git_says "$id") && echo $kind $ours $theirs || return 1
	done <"$TEST_ROOT/kinds" >"$TEST_ROOT/both" &&
	sort "$TEST_ROOT/both" | uniq -c | sed "s/^ *//" >"$TEST_ROOT/found" &&
	test_cmp "$TEST_ROOT/expected" "$TEST_ROOT/found"
'

test_done
