#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Where signatures are asked for: a clone with its hooks, a server with its hook, and acts
# that are done again on top of what others published.

test_description='signatures at the doors'
. "$(dirname "$0")/test-lib.sh"

unset SSH_AUTH_SOCK
SERVER=$TEST_ROOT/server.git
OTHER=$TEST_ROOT/clone

# there COMMAND...: in the other clone.
there () {
	(cd "$OTHER" && "$@")
}

# with_key NAME: sign with it here.
with_key () {
	git config gpg.format ssh && git config user.signingkey "$TEST_ROOT/$1"
}

test_expect_success 'a server, two clones, a roster with keys, and trust' '
	for name in gov lead other
	do
		ssh-keygen -q -t ed25519 -N "" -C "" -f "$TEST_ROOT/$name" || return 1
	done &&
	ops_world &&
	ops --as $BOSS key add $GOV "@$TEST_ROOT/gov.pub" &&
	ops --as $BOSS key add $LEAD "@$TEST_ROOT/lead.pub" &&
	ops_task one-1 && ops_task two-2 &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from - <<-\EOF2 &&
	version: 2
	trust: {task.edit: signed, configure: signed}
	EOF2
	git init -q --bare -b main "$SERVER" && git remote add origin "$SERVER" &&
	git push -q origin main && git clone -q "$SERVER" "$OTHER" &&
	ops --git-dir "$SERVER" hooks install &&
	there git config user.email other@example.org && there git config user.name other
'

# edit_by_hand WHO [OPTION...]: a commit of git, as that agent.
edit_by_hand () {
	who=$1
	shift
	test_sed "$(ops_path one-1)" "s/^Priority: .*/Priority: CRITICAL/" &&
	git -c user.email=$who@example.org -c user.name=$who commit -q -a "$@" -m edit
}

test_expect_success 'unsigned: the hooks of the clone refuse, and past them the server' '
	ops --as $BOSS edit $LEAD -f Email=$LEAD@example.org && git push -q origin main &&
	ops hooks install &&
	test_expect_code 128 edit_by_hand $LEAD --no-verify 2>err &&
	test_grep "trust.unsigned" err &&
	ops hooks uninstall && git reset -q --hard &&
	edit_by_hand $LEAD &&
	test_must_fail git push -q origin main 2>err &&
	test_grep "remote:.*trust.unsigned" err &&
	git reset -q --hard HEAD^
'

test_expect_success 'signed by somebody else, or by a key of nobody: refused' '
	with_key gov && edit_by_hand $LEAD -S &&
	test_must_fail git push -q origin main 2>err &&
	test_grep "remote:.*signature.wrong-actor" err &&
	git reset -q --hard HEAD^ &&
	with_key other && edit_by_hand $LEAD -S &&
	test_must_fail git push -q origin main 2>err &&
	test_grep "remote:.*signature.unknown-key" err &&
	git reset -q --hard HEAD^
'

test_expect_success 'the key comes from the branch of the server, not from the push' '
	before=$(git rev-parse HEAD) && with_key other &&
	sed "s|$(cut -d" " -f2 "$TEST_ROOT/lead.pub")|$(cut -d" " -f2 "$TEST_ROOT/other.pub")|" \
		"$(echo 05-PROCESSES/agents/*/$LEAD.md)" >changed &&
	mv changed "$(echo 05-PROCESSES/agents/*/$LEAD.md)" &&
	git -c user.email=$LEAD@example.org commit -q -a -S -m "Let me in" &&
	edit_by_hand $LEAD -S &&
	test_must_fail git push -q origin main 2>err &&
	test_grep "remote:.*signature.unknown-key" err &&
	git reset -q --hard "$before"
'

test_expect_success 'signed by who did it: both doors open' '
	ops hooks install && with_key lead &&
	edit_by_hand $LEAD -S && git push -q origin main && ops hooks uninstall &&
	ops audit verify HEAD^..HEAD >out && test_grep "1 of them signed" out
'

test_expect_success 'an act that is done again on another commit is signed again' '
	there git pull -q && with_key lead &&
	there git config gpg.format ssh && there git config user.signingkey "$TEST_ROOT/lead" &&
	test_tick && ops --as $LEAD edit one-1 -f Priority=LOW && ops sync &&
	test_tick && there ops --as $LEAD edit two-2 -f Priority=LOW &&
	was=$(there git rev-parse HEAD) &&
	there ops sync &&
	test "$was" != "$(there git rev-parse HEAD)" &&
	there ops_json result.acts.0.verified $LEAD ops log -n 1 &&
	there ops audit verify
'

test_expect_success 'without the key it is not done again, and stays here' '
	test_tick && ops sync && ops --as $LEAD edit one-1 -f Priority=HIGH && ops sync &&
	test_tick && there ops --as $LEAD edit two-2 -f Priority=HIGH &&
	there git config --unset user.signingkey &&
	test_must_fail there ops sync >out 2>&1 &&
	test_grep "trust.unsigned" out &&
	git -C "$SERVER" show "main:$(ops_path two-2)" >text &&
	test_grep "^Priority: LOW" text
'

test_done
