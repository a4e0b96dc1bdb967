#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Commits that are signed with OpenPGP: verified by the user's program for it, and by
# no program that a repository names.

test_description='OpenPGP signatures'
. "$(dirname "$0")/test-lib.sh"

command -v gpg >/dev/null 2>&1 && command -v gpg-agent >/dev/null 2>&1 || {
	skip_all='there is no gpg here'
	test_done
}

# The path of an agent's socket must be short.
GNUPGHOME=$(mktemp -d /tmp/ops-gpg.XXXXXX)
export GNUPGHOME
gpg --batch --quiet --passphrase '' --quick-gen-key gov@example.org ed25519 sign never 2>/dev/null ||
{
	rm -rf "$GNUPGHOME"
	skip_all='gpg makes no key here'
	test_done
}
fingerprint=$(gpg --batch --with-colons --list-keys | awk -F: '/^fpr/ { print $10; exit }')

# signed MESSAGE: a change of the configuration, signed by git with OpenPGP.
signed () {
	git -c user.signingkey="$fingerprint" -c user.email=$GOV@example.org \
		commit -q -a -S -m "$1"
}

test_expect_success 'the fingerprint in the roster, and trust' '
	ops_world &&
	ops --as $BOSS key add $GOV "$fingerprint" &&
	printf "version: 2\ntrust: {configure: signed}\n" >05-PROCESSES/ops.yaml &&
	signed "Ask for signatures"
'

test_expect_success 'it verifies who did it' '
	ops audit verify HEAD^..HEAD >out &&
	test_grep "1 of them signed, 0 refused" out &&
	ops_json result.acts.0.verified $GOV ops log -n 1 &&
	ops_json result.acts.0.key "openpgp:$fingerprint" ops log -n 1
'

test_expect_success 'over other bytes it is bad' '
	git cat-file commit HEAD | sed "s/^Ask for/Ask not for/" >raw &&
	good=$(git rev-parse HEAD) &&
	git reset -q --hard "$(git hash-object -t commit -w raw)" &&
	ops_audit_names signature.bad &&
	git reset -q --hard "$good"
'

test_expect_success 'where the key is not known nothing is proved, and trust is not enough' '
	printf "version: 3\n" >05-PROCESSES/ops.yaml &&
	signed "No more" &&
	ops audit verify HEAD^..HEAD &&
	empty=$(mktemp -d /tmp/ops-gpg.XXXXXX) &&
	test_when_finished "rm -rf $empty" &&
	test_must_fail env GNUPGHOME="$empty" "$OPS_PROGRAM" audit verify HEAD^..HEAD >out &&
	test_grep "warning signature.bad.*not in the keyring here" out &&
	test_grep "error trust.unsigned" out
'

test_expect_success 'a program that the repository names is not run' '
	test_write_lines "#!/bin/sh" "touch \"$TEST_ROOT/canary\"" \
		"echo \"[GNUPG:] VALIDSIG $fingerprint 2026-01-15 0 0 4 0 22 8 00 $fingerprint\"" >fake &&
	chmod +x fake &&
	git config gpg.program "$TRASH/fake" &&
	ops audit verify HEAD^..HEAD >out &&
	test_path_is_missing "$TEST_ROOT/canary" &&
	git config --unset gpg.program
'

test_expect_success 'the one that the user names is, and is not believed without a fingerprint' '
	test_when_finished "git config --global --unset gpg.program" &&
	git config --global gpg.program "$TRASH/fake" &&
	ops audit verify HEAD^..HEAD >out &&
	test_path_is_file "$TEST_ROOT/canary" &&
	test_grep "1 of them signed" out &&
	for says in "VALIDSIG x" "GOODSIG 1 2" "VALIDSIG $fingerprint" \
		"VALIDSIG $fingerprint 2026-01-15 0 0 4 0 22 8 00 0123"
	do
		test_write_lines "#!/bin/sh" "echo \"[GNUPG:] $says\"" >fake &&
		test_must_fail ops audit verify HEAD^..HEAD >out &&
		test_grep "could not be verified" out || return 1
	done &&
	git config --global gpg.program /nowhere/gpg &&
	test_must_fail ops audit verify HEAD^..HEAD >out &&
	test_grep "there is no OpenPGP program" out
'

gpgconf --kill all >/dev/null 2>&1
rm -rf "$GNUPGHOME"
git reset -q --hard "$(git rev-list --max-parents=0 HEAD)"
unset GNUPGHOME
test_done
