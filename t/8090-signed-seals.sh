#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Seals that are signed tags: ops signs one as it would sign an act, git verifies it, and
# an audit holds it against the roster of the commit that it is of.

test_description='signed seals'
TEST_NO_VERIFY='seals are forged on purpose'
. "$(dirname "$0")/test-lib.sh"

unset SSH_AUTH_SOCK

# key NAME [TYPE...]: a new key pair in $TEST_ROOT.
key () {
	name=$1
	shift
	ssh-keygen -q -t "${@:-ed25519}" -N '' -C "$name" -f "$TEST_ROOT/$name"
}

# named RULE: an audit ends with 1 and that finding.
named () {
	test_expect_code 1 ops audit verify >found 2>err && test_grep "error $1: " found
}

# forge NAME [KEY [NAMESPACE]]: a tag of the commit `sealed` with the text on standard
# input, signed with that key.
forge () {
	rm -f forged.sig &&
	{
		test_write_lines "object $(git rev-parse sealed)" "type commit" \
			"tag ops-seal/$1" "tagger A <a@example.org> 1768478400 +0000" "" &&
		cat
	} >forged &&
	{ test -z "$2" || ssh-keygen -q -Y sign -n "${3:-git}" -f "$TEST_ROOT/$2" forged 2>err; } &&
	{ test -z "$2" || cat forged.sig >>forged; } &&
	git update-ref "refs/tags/ops-seal/$1" "$(git hash-object -t tag -w --stdin <forged)"
}

# text [TAG]: what a seal says, without its signature.
text () {
	git cat-file tag "ops-seal/${1:-one}" | sed '1,/^$/d; /^-----BEGIN/,$d'
}

gone () {
	git update-ref -d "refs/tags/ops-seal/$1"
}

test_expect_success 'the standard organisation, with keys' '
	ops_world && key gov && key lead rsa -b 3072 && key stranger && key weak rsa -b 1024 &&
	ops --as $BOSS edit $GOV -f "Keys=$(cat "$TEST_ROOT/gov.pub")" &&
	ops --as $BOSS edit $LEAD -f "Keys=$(cat "$TEST_ROOT/lead.pub")" && ops_task hand-1 &&
	git config gpg.format ssh && git config user.signingkey "$TEST_ROOT/lead"
'

test_expect_success 'without signing the seal says that it is not signed' '
	ops audit seal plain >out && test_grep "^signed: no$" out &&
	text plain | tail -n 1 >last && test "$(cat last)" = "Signed: no" &&
	ops_json result.signer null ops audit seal --dry-run &&
	ops audit verify --full >out && test_grep "^1 seal looked at, 0 of them signed$" out
'

test_expect_success 'a signed seal, which git verifies by the signers of ops' '
	git config commit.gpgsign true && git tag sealed && ops audit seal one >out &&
	name=$(ssh-keygen -l -f "$TEST_ROOT/lead.pub" | cut -d " " -f 2) &&
	test_grep "^signed: $name$" out && text | tail -n 1 >last &&
	test "$(cat last)" = "Signed: $name" &&
	ops key allowed-signers >"$TEST_ROOT/signers" &&
	git -c gpg.ssh.allowedSignersFile="$TEST_ROOT/signers" tag -v ops-seal/one 2>err &&
	test_grep "Good \"git\" signature for $LEAD" err &&
	ops_json result.seals_signed 1 ops audit verify &&
	ops audit verify --full >out && test_grep "^2 seals looked at, 1 of them signed$" out &&
	git fsck --strict
'

test_expect_success 'an audit that judged it before counts it again' '
	ops_json result.seals_signed 1 ops audit verify &&
	git clone -q . ../clone && ops_json result.seals_signed 1 ops -C ../clone audit verify
'

test_expect_success 'a key revoked later does not unmake it, one that comes later not make it' '
	git config commit.gpgsign false && key late &&
	ops --as $BOSS key revoke $LEAD "$(ssh-keygen -l -f "$TEST_ROOT/lead.pub" | cut -d " " -f 2)" &&
	ops --as $BOSS key add $LEAD @"$TEST_ROOT/late.pub" &&
	ops_json result.seals_signed 1 ops audit verify &&
	git config user.signingkey "$TEST_ROOT/late" && git config commit.gpgsign true &&
	ops audit seal two && ops_json result.seals_signed 2 ops audit verify &&
	text | sed "/^Signed:/d" | forge bad late && named seal.signer && gone bad &&
	git config user.signingkey "$TEST_ROOT/lead" && ops_refused seal.signer ops audit seal three
'

test_expect_success 'a signature over other bytes, for another purpose, cut or doubled' '
	text | sed "s/^Commits: .*/Commits: 1/" | forge bad lead &&
	named seal.differs && gone bad &&
	git cat-file tag ops-seal/one | sed "s/^tag .*/tag ops-seal\/bad/" >bytes &&
	git update-ref refs/tags/ops-seal/bad "$(git hash-object -t tag -w --stdin <bytes)" &&
	named seal.signature && test_grep "not made by its key" found && gone bad &&
	text | forge bad lead file && named seal.signature && gone bad &&
	text | forge bad && named seal.signature &&
	test_grep "says that it is signed, and is not" found && gone bad &&
	text | forge bad gov && named seal.signature && test_grep "another key" found &&
	gone bad &&
	text | forge bad weak && named seal.signature && gone bad &&
	text | forge bad lead && git cat-file tag ops-seal/bad >bytes &&
	sed -n "/^-----BEGIN/,\$p" bytes >again && cat again >>bytes &&
	git update-ref refs/tags/ops-seal/bad "$(git hash-object -t tag -w --stdin <bytes)" &&
	test_must_fail ops audit verify >found && test_grep "error seal\.[ms]" found && gone bad &&
	git cat-file tag ops-seal/one | sed "s/^tag .*/tag ops-seal\/bad/" | sed "\$d" >bytes &&
	git update-ref refs/tags/ops-seal/bad "$(git hash-object -t tag -w --stdin <bytes)" &&
	named seal.signature && gone bad && ops audit verify
'

test_expect_success 'a well made signature by nobody of the roster' '
	text | sed "/^Signed:/d" | forge bad stranger && named seal.signer &&
	test_grep "nobody in the roster has" found && gone bad &&
	text | sed "s/^Signed:.*/Signed: no/" | forge good gov &&
	ops_json result.seals_signed 3 ops audit verify && gone good &&
	ops audit verify --accept-rewrite
'

test_expect_success 'another last line than ops writes is no seal' '
	for line in "Signed:" "Signed: " "Signed: yes" "Signed: no " "signed: no" "Signed: no
More: 1"
	do
		{ text | sed "/^Signed:/d" && test_write_lines "$line"; } | forge bad &&
		test_must_fail ops audit verify >found &&
		test_grep "error seal\.\(malformed\|signature\)" found && gone bad || return 1
	done && ops audit verify
'

test_expect_success 'ops makes no seal that it would refuse' '
	git config user.signingkey "$TEST_ROOT/stranger" &&
	ops_refused seal.signer ops audit seal four && ops_refused seal.signer ops audit seal &&
	git config user.signingkey "$TEST_ROOT/none" && test_expect_code 3 ops audit seal four &&
	test_must_fail git rev-parse -q --verify refs/tags/ops-seal/four &&
	git config gpg.format openpgp && ops audit seal four >out 2>err &&
	test_grep "^signed: no$" out && test_grep "not signed" err
'

test_done
