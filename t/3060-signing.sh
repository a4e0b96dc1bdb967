#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Acts that ops signs, as git's configuration says, and what happens when it cannot.

test_description='signing of acts'
. "$(dirname "$0")/test-lib.sh"

unset SSH_AUTH_SOCK

# key NAME [TYPE...]: a new key pair in $TEST_ROOT.
key () {
	name=$1
	shift
	ssh-keygen -q -t "${@:-ed25519}" -N '' -C "$name" -f "$TEST_ROOT/$name"
}

test_expect_success 'the standard organisation, with keys' '
	ops_world &&
	key gov && key lead rsa -b 3072 &&
	ops --as $BOSS edit $GOV -f "Keys=$(cat "$TEST_ROOT/gov.pub")" &&
	ops --as $BOSS edit $LEAD -f "Keys=$(cat "$TEST_ROOT/lead.pub")" &&
	ops_task swap-7k2f &&
	git config gpg.format ssh &&
	git config commit.gpgsign true &&
	git config user.signingkey "$TEST_ROOT/lead"
'

test_expect_success 'an act is signed, and git itself agrees' '
	ops_step Requested swap-7k2f &&
	ops_json result.acts.0.verified $LEAD ops log -n 1 &&
	test_write_lines "$LEAD namespaces=\"git\" $(cat "$TEST_ROOT/lead.pub")" >signers &&
	git -c gpg.ssh.allowedSignersFile="$TRASH/signers" verify-commit HEAD 2>err &&
	test_grep "Good \"git\" signature for $LEAD" err &&
	git cat-file commit HEAD >raw &&
	test_grep "^gpgsig -----BEGIN SSH SIGNATURE-----" raw
'

test_expect_success 'a dry run signs nothing' '
	git config user.signingkey "$TEST_ROOT/gov" &&
	ops_unchanged 0 ops --as $GOV gate approve --dry-run swap-7k2f pre-governance
'

test_expect_success 'the key of somebody else is refused before it signs' '
	ops_refused signature.wrong-actor ops --as $LEAD cancel swap-7k2f -m "not now"
'

test_expect_success 'a public key is enough where an agent holds the private one' '
	test_when_finished "ssh-agent -k >/dev/null" &&
	eval "$(ssh-agent)" >/dev/null &&
	ssh-add -q "$TEST_ROOT/gov" &&
	mv "$TEST_ROOT/gov" "$TEST_ROOT/hidden" &&
	git config user.signingkey "key::$(cat "$TEST_ROOT/gov.pub")" &&
	ops_step Approved swap-7k2f &&
	ops_json result.acts.0.verified $GOV ops log -n 1 &&
	git config user.signingkey "$TEST_ROOT/gov.pub" &&
	ops --as $GOV gate block swap-7k2f pre-governance -m "wait" -s "Lifted When"="later" &&
	ops_json result.acts.0.verified $GOV ops log -n 1
'

# not_signed TEXT...: the act is refused as an environment that does not do, saying so.
not_signed () {
	ops_unchanged 3 ops --as $GOV gate lift swap-7k2f pre-governance -m "now" &&
	test_grep "$1" "$TEST_ROOT/refused.err"
}

test_expect_success 'without the private key, the agent, the public key, or any key' '
	git config user.signingkey "$TEST_ROOT/gov.pub" &&
	not_signed "did not sign.*nothing was changed" &&
	git config user.signingkey "key::$(cat "$TEST_ROOT/gov.pub")" &&
	not_signed "did not sign" &&
	git config user.signingkey "$TEST_ROOT/nothing" &&
	not_signed "cannot be read" &&
	git config user.signingkey "ssh-ed25519 AAAA" &&
	not_signed "cannot be used: it says another type" &&
	git config --unset user.signingkey &&
	not_signed "does not say with which key"
'

test_expect_success 'a weak key is not taken' '
	key weak rsa -b 2048 &&
	git config user.signingkey "$TEST_ROOT/weak" &&
	not_signed "less than 3072 bits"
'

# What the refusal says to do: ssh-add, with somebody to tell the passphrase.
locked_in_an_agent () {
	test_write_lines "#!/bin/sh" "echo secret" >"$TEST_ROOT/tells" &&
	chmod +x "$TEST_ROOT/tells" &&
	(
		eval "$(ssh-agent)" >/dev/null && trap "ssh-agent -k >/dev/null" EXIT &&
		SSH_ASKPASS="$TEST_ROOT/tells" SSH_ASKPASS_REQUIRE=force DISPLAY=: \
			ssh-add -q "$TEST_ROOT/locked" </dev/null &&
		setsid -w ops --as $GOV gate block swap-7k2f pre-governance -m "wait" \
			-s "Lifted When"="later" </dev/null
	) &&
	ops_json result.acts.0.verified $GOV ops log -n 1
}

test_expect_success 'a key with a passphrase that nobody types' '
	ssh-keygen -q -t ed25519 -N secret -f "$TEST_ROOT/locked" &&
	git config user.signingkey "$TEST_ROOT/locked" &&
	git config commit.gpgsign false &&
	ops --as $BOSS edit $GOV -f "Keys=$(cat "$TEST_ROOT/locked.pub")" &&
	git config commit.gpgsign true &&
	ops_unchanged 3 setsid -w ops --as $GOV gate lift swap-7k2f pre-governance -m "now" </dev/null &&
	test_grep "did not sign.*no terminal to ask for it; ssh-add " "$TEST_ROOT/refused.err" &&
	test_grep ! "incorrect" "$TEST_ROOT/refused.err" &&
	locked_in_an_agent &&
	git config commit.gpgsign false &&
	ops --as $BOSS edit $GOV -f "Keys=$(cat "$TEST_ROOT/gov.pub")" &&
	git config commit.gpgsign true
'

test_expect_success 'an agent that never answers is left after its time' '
	eval "$(ssh-agent)" >/dev/null &&
	test_when_finished "kill -CONT $SSH_AGENT_PID && kill $SSH_AGENT_PID" &&
	kill -STOP $SSH_AGENT_PID &&
	git config user.signingkey "$TEST_ROOT/gov.pub" &&
	git config ops.signTimeout 1 &&
	ops_unchanged 6 ops --as $GOV gate lift swap-7k2f pre-governance -m "now" &&
	test_grep "within 1 seconds; nothing was changed" "$TEST_ROOT/refused.err"
'

test_expect_success 'no program of the configuration is run' '
	mv "$TEST_ROOT/hidden" "$TEST_ROOT/gov" &&
	git config user.signingkey "$TEST_ROOT/gov" &&
	test_write_lines "#!/bin/sh" "touch \"$TEST_ROOT/canary\"" >fake &&
	chmod +x fake &&
	git config gpg.ssh.program "$TRASH/fake" &&
	git config gpg.program "$TRASH/fake" &&
	git config gpg.ssh.defaultKeyCommand "$TRASH/fake" &&
	PATH="$TRASH:$PATH" ops --as $GOV gate lift swap-7k2f pre-governance -m "now" &&
	ops log -n 1 >/dev/null &&
	ops audit verify >/dev/null &&
	test_path_is_missing "$TEST_ROOT/canary"
'

test_expect_success 'where trust asks for it, it is signed without commit.gpgSign' '
	git config --unset gpg.ssh.program && git config --unset gpg.program &&
	git config commit.gpgsign false &&
	printf "version: 2\ntrust: {govern: signed}\n" >05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "Ask for signatures" &&
	ops --as $GOV gate block swap-7k2f pre-governance -m "wait" -s "Lifted When"="later" &&
	ops_json result.acts.0.verified $GOV ops log -n 1 &&
	git config --unset user.signingkey &&
	ops_refused trust.unsigned ops --as $GOV gate lift swap-7k2f pre-governance -m "now"
'

test_expect_success 'OpenPGP asked for: it says that it does not sign' '
	git config commit.gpgsign true &&
	git config --unset gpg.format &&
	ops --as $LEAD edit swap-7k2f -f Priority=LOW 2>err &&
	test_grep "note: the commit is not signed" err &&
	ops_json result.acts.0.signature unsigned ops log -n 1 &&
	git config --unset commit.gpgsign
'

test_done
