#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The keys of the roster from their first day to their last, and git's view of them.

test_description='ops key'
. "$(dirname "$0")/test-lib.sh"

unset SSH_AUTH_SOCK

# key NAME: a new key pair in $TEST_ROOT.
key () {
	ssh-keygen -q -t ed25519 -N '' -C "$1 of many" -f "$TEST_ROOT/$1"
}

# name NAME: what ssh-keygen calls it.
name () {
	ssh-keygen -lf "$TEST_ROOT/$1" | cut -d' ' -f2
}

# use NAME: sign with it from now on.
use () {
	git config user.signingkey "$TEST_ROOT/$1"
}

test_expect_success 'keys are given, once, by others' '
	ops_world && key gov && key new && key boss &&
	git config gpg.format ssh &&
	ops --as $BOSS key add $GOV "@$TEST_ROOT/gov.pub" &&
	ops_refused roster.self ops --as $BOSS key add $BOSS "@$TEST_ROOT/boss.pub" &&
	ops_refused power.missing ops --as $DEV key add $DEV "@$TEST_ROOT/new.pub" &&
	before=$(git rev-parse HEAD) &&
	ops --as $BOSS key add $GOV "$(cut -d" " -f1,2 "$TEST_ROOT/gov.pub")" >out &&
	test_grep "nothing to do" out &&
	test "$before" = "$(git rev-parse HEAD)" &&
	ops_unchanged 2 ops --as $BOSS key add $GOV "ssh-ed25519 AAAA" &&
	ops_unchanged 2 ops --as $BOSS key add $GOV "$TEST_ROOT/gov.pub" &&
	test_grep "is a file: write @" "$TEST_ROOT/refused.err" &&
	ops_unchanged 4 ops --as $BOSS key add nobody "@$TEST_ROOT/new.pub" &&
	ops_unchanged 4 ops --as $BOSS key retire $GOV "$(name new)" &&
	ops_unchanged 0 ops --as $BOSS key add --dry-run $DEV "@$TEST_ROOT/new.pub"
'

test_expect_success 'what is no key is called none' '
	for text in "hello world" "@$TEST_ROOT/new"
	do
		ops_unchanged 2 ops --as $BOSS key add $GOV "$text" &&
		test_grep "is neither .ssh-ed25519 AAAA" "$TEST_ROOT/refused.err" || return 1
	done &&
	ops_unchanged 2 ops --as $BOSS key add $GOV "ssh-ed25519 AAA?" &&
	test_grep "not whole" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops --as $BOSS key retire $GOV gov &&
	test_grep "neither a key nor the name of one: .ops key list" "$TEST_ROOT/refused.err"
'

test_expect_success 'they are listed' '
	ops key list >out &&
	test_grep "$GOV.*active.*$(name gov)" out &&
	ops_json result.keys.# 1 ops key list &&
	ops_json result.keys.0.state active ops key list
'

test_expect_success 'git verifies what ops signed, by the list that ops prints' '
	git config commit.gpgsign true && use gov &&
	test_must_fail ops --as $GOV edit release-policy -f Version=9.9.9 2>err &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from - <<-\EOF2 &&
	format: 1
	version: 2
	trust: {configure: signed}
	EOF2
	ops key allowed-signers >"$TEST_ROOT/signers" &&
	echo "$GOV namespaces=\"git\" $(cut -d" " -f1,2 "$TEST_ROOT/gov.pub")" >expected &&
	test_cmp expected "$TEST_ROOT/signers" &&
	git config gpg.ssh.allowedSignersFile "$TEST_ROOT/signers" &&
	git log --show-signature -1 >shown &&
	test_grep "Good \"git\" signature for $GOV with ED25519 key $(name gov)" shown &&
	ops_json result.signers.0.agent $GOV ops key allowed-signers
'

test_expect_success 'and ops verifies what git signed' '
	printf "format: 1\nversion: 3\ntrust: {configure: signed}\n" >05-PROCESSES/ops.yaml &&
	git -c user.email=$GOV@example.org commit -q -a -S -m "By git" &&
	git verify-commit HEAD 2>err && test_grep "Good .* for $GOV" err &&
	ops --as $GOV log -n 1 >shown &&
	ops audit verify HEAD^..HEAD >out &&
	test_grep "1 of them signed, 0 refused" out
'

test_expect_success 'a key is rotated: both sides of the boundary verify' '
	git config commit.gpgsign false &&
	ops --as $BOSS key add $GOV "@$TEST_ROOT/new.pub" &&
	ops --as $BOSS key retire $GOV "$(name gov)" &&
	git config commit.gpgsign true &&
	ops_refused signature.retired ops --as $GOV edit 05-PROCESSES/ops.yaml --from - <<-\EOF2 &&
	format: 1
	version: 4
	EOF2
	use new &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from - <<-\EOF2 &&
	format: 1
	version: 4
	trust: {configure: signed}
	EOF2
	ops audit verify >out &&
	test_grep "3 of them signed, 0 refused" out &&
	ops key allowed-signers >"$TEST_ROOT/signers" &&
	test_must_fail git verify-commit HEAD~4 &&
	ops key allowed-signers --at HEAD~4 >"$TEST_ROOT/signers" &&
	git verify-commit HEAD~4
'

test_expect_success 'revoked since: what it signed after that is marked, and still legal' '
	since=$(git rev-parse HEAD~4) &&
	git config commit.gpgsign false &&
	ops --as $BOSS key revoke --since "$since" $GOV "$(name gov)" &&
	ops key list >out &&
	test_grep "revoked.*$(name gov)" out &&
	ops audit verify >out &&
	test_grep "0 refused" out &&
	test_grep "signature.disputed" out >marked &&
	test_line_count = 1 marked &&
	test_grep ! "noted $(git rev-parse --short=7 "$since")" out
'

test_expect_success 'a revoked key does not come back' '
	ops_refused roster.key ops --as $BOSS key add $DEV "@$TEST_ROOT/gov.pub"
'

test_expect_success 'what has ended is ended once' '
	ops --as $BOSS key retire $GOV "$(name gov)" >out &&
	test_grep "nothing to do" out &&
	ops --as $BOSS key revoke $GOV "$(name gov)" >out &&
	test_grep "nothing to do" out &&
	ops --as $BOSS key revoke --since "$since" $GOV "$(name gov)" >out &&
	test_grep "nothing to do" out &&
	ops --as $BOSS key revoke --since "$since^" $GOV "$(name gov)" &&
	ops_json result.keys.# 2 ops key list &&
	ops key list --json >out && test_grep "$(git rev-parse "$since^")" out &&
	ops --as $BOSS key retire $GOV "$(name new)" &&
	ops --as $BOSS key revoke $GOV "$(name new)" &&
	ops key list >out && test_grep ! retired out &&
	ops_unchanged 4 ops --as $BOSS key retire $GOV "$(name boss)"
'

test_expect_success 'a key of two entries that is revoked in one is so in both' '
	key two && ops --as $BOSS key add $GOV "@$TEST_ROOT/two.pub" &&
	ops --as $BOSS key add $DEV "@$TEST_ROOT/two.pub" &&
	ops key allowed-signers >out && test_grep "^$DEV " out &&
	ops --as $BOSS key revoke $GOV "$(name two)" &&
	ops key allowed-signers >out && test_must_be_empty out &&
	ops key list >out && test_grep "$DEV.*revoked.*$(name two)" out &&
	ops --as $BOSS key retire $DEV "$(name two)" &&
	ops key list >out && test_grep "$DEV.*revoked.*$(name two)" out &&
	ops audit verify >out && test_grep " 0 refused" out
'

test_done
