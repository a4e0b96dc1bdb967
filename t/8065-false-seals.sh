#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A remote that offers another tag under the name of a seal: what git, the hooks of a clone, an
# audit that remembers the seal and one that does not make of it.

test_description='false seals that are fetched'
TEST_NO_VERIFY='seals are forged on purpose'
TEST_REMEMBERS=t
export TEST_REMEMBERS
. "$(dirname "$0")/test-lib.sh"

unset SSH_AUTH_SOCK

# forge TIP KEY: what the remote has as the seal `one`, told with the text on standard input and
# signed with that key ("": not at all).
forge () {
	rm -f forged forged.sig &&
	{
		test_write_lines "object $(git rev-parse "$1^{commit}")" "type commit" \
			"tag ops-seal/one" "tagger A <a@example.org> 1768478400 +0000" "" &&
		cat
	} >forged &&
	if test -n "$2"
	then
		ssh-keygen -q -Y sign -n git -f "$TEST_ROOT/$2" forged 2>err && cat forged.sig >>forged
	fi &&
	git update-ref refs/tags/ops-seal/one "$(git hash-object -t tag -w --stdin <forged)"
}

# text TAG: what a seal says, without its signature.
text () {
	git cat-file tag "ops-seal/$1" | sed '1,/^$/d; /^-----BEGIN/,$d'
}

# seal NAME: one that ops signs.
seal () {
	git config commit.gpgsign true && ops audit seal "$1" && git config commit.gpgsign false
}

# fetched CLONE RULE...: with the tag taken by force, an audit there names exactly these.
fetched () {
	(
		cd "../$1" && shift && git fetch -q --force origin "refs/tags/ops-seal/*:refs/tags/ops-seal/*" &&
		test_expect_code $(($# > 0)) ops audit verify main >found 2>err &&
		sed -n "s/^error \([a-z.]*\): .*/\1/p" found | sort >rules &&
		test_write_lines "$@" | sed "/^$/d" | sort | test_cmp - rules
	)
}

# again: the clones as they were, one that remembers the seal, one that never audited.
again () {
	git update-ref refs/tags/ops-seal/one "$good" &&
	rm -rf ../knows ../new && git clone -q . ../knows && git clone -q . ../new &&
	ops -C ../knows audit verify
}

test_expect_success 'a history, its seal, and a remote that has both' '
	ops_world &&
	for name in lead stranger
	do
		ssh-keygen -q -t ed25519 -N "" -C $name -f "$TEST_ROOT/$name" || return 1
	done &&
	ops --as $BOSS edit $LEAD -f "Keys=$(cat "$TEST_ROOT/lead.pub")" && ops_task hand-1 &&
	git config gpg.format ssh && git config user.signingkey "$TEST_ROOT/lead" &&
	seal before && ops_task hand-2 && seal one &&
	git rev-parse refs/tags/ops-seal/one >good && good=$(cat good) &&
	text one >one && text before >before && again
'

test_expect_success 'git takes none for one that is there, unless it is forced' '
	forge HEAD~ lead <before &&
	test_must_fail git -C ../knows fetch --tags 2>err && test_grep clobber err &&
	test "$(git -C ../knows rev-parse refs/tags/ops-seal/one)" = "$good" &&
	ops -C ../knows audit verify
'

test_expect_success 'of another commit of the history, by a key of the roster' '
	fetched knows seal.removed && fetched new
'

test_expect_success 'signed by a key that nobody has' '
	again && sed "s/^Signed: .*/Signed: $(ssh-keygen -lf "$TEST_ROOT/stranger.pub" |
		cut -d " " -f 2 | sed s,/,\\\\/,g)/" one | forge HEAD stranger &&
	fetched knows seal.removed seal.signer && fetched new seal.signer
'

test_expect_success 'that says it is signed, and is not, or by another' '
	again && forge HEAD "" <one &&
	fetched knows seal.removed seal.signature && fetched new seal.signature &&
	again && forge HEAD stranger <one &&
	fetched knows seal.removed seal.signature && fetched new seal.signature
'

test_expect_success 'of another history, by the same key' '
	again && git clone -q . ../other &&
	(
		cd ../other && git tag -d ops-seal/one >out && git reset -q --hard HEAD~ &&
		git config gpg.format ssh && git config user.signingkey "$TEST_ROOT/lead" &&
		ops_task other-1 && seal one
	) &&
	git fetch -q ../other main:other &&
	git fetch -q --force ../other refs/tags/ops-seal/one:refs/tags/ops-seal/one &&
	fetched knows seal.removed seal.rewritten && fetched new seal.rewritten
'

test_expect_success 'and with the branch: only who remembers can tell' '
	git tag kept && git reset -q --hard other && git clone -q . ../late &&
	git -C ../knows fetch -q origin && git -C ../knows reset -q --hard origin/main &&
	fetched knows history.rewritten seal.removed && fetched late &&
	git reset -q --hard kept && git tag -d kept >out
'

test_expect_success 'the hooks of a clone take what is a seal only' '
	again && ops -C ../knows hooks install && git update-ref refs/tags/ops-seal/one HEAD &&
	test_expect_code 128 git -C ../knows fetch -q --force origin \
		"refs/tags/ops-seal/*:refs/tags/ops-seal/*" 2>err &&
	test_grep seal.malformed err &&
	test "$(git -C ../knows rev-parse refs/tags/ops-seal/one)" = "$good" &&
	ops -C ../knows audit verify
'

test_done
