#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Commits that git signed: verified by the roster of their parent, and by nothing else.

test_description='signed commits'
. "$(dirname "$0")/test-lib.sh"

# key NAME [TYPE...]: a new key pair in $TEST_ROOT; its public text is in $pub.
key () {
	name=$1
	shift
	ssh-keygen -q -t "${@:-ed25519}" -N '' -C "$name" -f "$TEST_ROOT/$name" &&
	pub=$(cat "$TEST_ROOT/$name.pub")
}

# signed_by KEY ACTOR MESSAGE: commit everything with git, signed.
signed_by () {
	test_tick &&
	git -c gpg.format=ssh -c user.signingkey="$TEST_ROOT/$1" \
		-c user.email="$2@example.org" -c user.name="$2" commit -q -a -S -m "$3"
}

test_expect_success 'the standard organisation, with keys' '
	ops_world &&
	key dev && dev=$pub && key gov && gov=$pub && key other && key rsa rsa -b 3072 &&
	ops --as $BOSS edit $DEV -f "Keys=$dev" -f Email=$DEV@example.org &&
	ops --as $BOSS edit $GOV -f "Keys=$gov" -f Email=$GOV@example.org &&
	ops_task swap-7k2f
'

test_expect_success 'what git signs is verified by the roster, and shown so' '
	cat >05-PROCESSES/ops.yaml <<-\EOF2 &&
	format: 1
	version: 2
	trust: {govern: signed, configure: signed}
	EOF2
	signed_by gov $GOV "Ask for signatures" &&
	ops audit verify HEAD^..HEAD >found &&
	test_grep "1 judged, 1 of them signed, 0 refused" found &&
	ops_json result.acts.0.verified $GOV ops log -n 1 &&
	ops_json result.acts.0.signature good ops log -n 1 &&
	ops_json result.acts.0.key "$(ssh-keygen -lf "$TEST_ROOT/gov" | cut -d" " -f2)" \
		ops log -n 1 &&
	ops log -n 1 >log &&
	test_grep "^Signed: by $GOV, key SHA256:" log &&
	ops log -n 2 >log &&
	test_grep "recorded as by" log
'

test_expect_success 'what needs a signature is refused without one, also as a commit of git' '
	ops_step Requested swap-7k2f &&
	ops_refused trust.unsigned ops --as $GOV gate approve swap-7k2f pre-governance &&
	printf "version: 3\n" >05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "Change it all" &&
	ops_audit_names trust.unsigned &&
	git reset -q --hard HEAD^
'

# refused_by RULE KEY ACTOR: a change of the configuration, so signed.
refused_by () {
	printf "version: 3\n" >05-PROCESSES/ops.yaml &&
	signed_by "$2" "$3" "Change it all" &&
	ops_audit_names "$1" &&
	git reset -q --hard HEAD^
}

test_expect_success 'another key, and another name, are not the actor' '
	refused_by signature.unknown-key other $GOV &&
	refused_by signature.wrong-actor dev $GOV
'

test_expect_success 'a commit that brings its own key is judged without it' '
	test_sed $(ops_path $GOV) "s|^Keys:.*|Keys: [\"$(cat "$TEST_ROOT/other.pub")\"]|" &&
	signed_by other $GOV "Let me in" &&
	ops_audit_names signature.unknown-key &&
	git reset -q --hard HEAD^
'

test_expect_success 'a signature of another commit is bad' '
	printf "version: 3\n" >05-PROCESSES/ops.yaml &&
	signed_by gov $GOV "Change it" &&
	git cat-file commit HEAD | sed "s/^Change it/Change it all/" >raw &&
	git reset -q --hard "$(git hash-object -t commit -w raw)" &&
	ops_audit_names signature.bad &&
	test_must_fail git -c gpg.ssh.allowedSignersFile=/dev/null verify-commit HEAD &&
	git reset -q --hard HEAD^
'

test_expect_success 'a bad one on a commit of code is said, and not refused' '
	echo code >code.c && git add code.c &&
	signed_by gov $GOV "Code" &&
	git cat-file commit HEAD | sed "s/^Code/More code/" >raw &&
	git reset -q --hard "$(git hash-object -t commit -w raw)" &&
	ops audit verify HEAD^..HEAD >found &&
	test_grep "signature.bad" found &&
	git reset -q --hard HEAD^
'

test_expect_success 'a key ended today verifies what it signed before, and nothing after' '
	name=$(ssh-keygen -lf "$TEST_ROOT/gov" | cut -d" " -f2) &&
	before=$(git rev-parse HEAD) &&
	ops --as $BOSS edit $GOV -f "Keys=$(cat "$TEST_ROOT/rsa.pub")" \
		-f "Former-Keys=$name revoked" &&
	refused_by signature.revoked gov $GOV &&
	ops audit verify "$before" >found &&
	test_grep "1 of them signed, 0 refused" found &&
	printf "version: 3\ntrust: {govern: signed}\n" >05-PROCESSES/ops.yaml &&
	signed_by rsa $GOV "With the new key" &&
	ops audit verify HEAD^..HEAD >found &&
	test_grep "1 of them signed" found
'

test_expect_success 'dated before the revocation, it gains nothing' '
	test_clock 2026-01-15 &&
	refused_by signature.revoked gov $GOV
'

test_expect_success 'nor on a branch from before that is merged' '
	git checkout -q -b old "$before" &&
	test_sed 05-PROCESSES/ops.yaml "s/version: 2/version: 3/" &&
	signed_by gov $GOV "Forked before" &&
	ops audit verify HEAD^..HEAD &&
	git checkout -q main &&
	test_must_fail git -c user.email=$BOSS@example.org merge -q -m merge old &&
	git checkout -q old -- 05-PROCESSES/ops.yaml &&
	git -c user.email=$BOSS@example.org commit -q -m merge &&
	ops_audit_names signature.revoked &&
	git reset -q --hard HEAD^ &&
	git branch -q -D old
'

test_done
