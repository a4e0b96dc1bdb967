#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What is tried where signatures are asked for: other keys, old keys, other bytes, and
# several names where several persons are needed.

test_description='attacks on signatures'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

unset SSH_AUTH_SOCK
K=$TEST_ROOT/keys

# with KEY COMMAND...: git and ops sign with that, in the clone at hand.
with () {
	git config gpg.format ssh && git config user.signingkey "$K/$1" &&
	git config commit.gpgsign true || return 1
	shift
	with_status=0
	"$@" || with_status=$?
	git config --unset commit.gpgsign
	return $with_status
}

# edit_queued [TO]: what whoever leads may do.
edit_queued () {
	test_sed $A/queued-1.md "s/^Priority: .*/Priority: ${1-LOW}/"
}

# raw FILE: the commit in that file becomes the tip.
raw () {
	git reset -q --hard "$(git hash-object -t commit -w --literally "$1")"
}

# policy VERSION [LINE...]: prints the configuration of this world with another version.
policy () {
	policy_version=$1
	shift
	test_write_lines "format: 1" "version: $policy_version" \
		"trust: {task.edit: signed, configure: signed, roster: signed}" \
		"thresholds: {configure: 2}" "$@"
}

# give KEY ACTOR: one more key in that entry, by hand.
give () {
	test_sed "$(echo $ROSTER/*/"$2".md)" "s|^Keys:\$|&\n  - \"$(cut -d' ' -f 1,2 "$K/$1.pub")\"|"
}

# agree AGENT KEY FILE: that the configuration is to be so.
agree () {
	with "$2" ops --as "$1" packet new endorsement queued-1 Power=configure File=$CONFIG \
		"Digest=sha256:$(sha256sum "$3" | cut -d' ' -f1)" && test_tick
}

test_expect_success 'a world in which it counts who signed, and its server' '
	mkdir "$K" &&
	for key in lead was stolen gov gwen second dev boss gone nobody
	do
		ssh-keygen -q -t ed25519 -N "" -C "" -f "$K/$key" || return 1
	done &&
	ssh-keygen -q -t rsa -b 2048 -N "" -C "" -f "$K/weak" &&
	ops_world && ops_task queued-1 &&
	ops --as $BOSS new agent Gwen -f Department=Governance -f Role=governance-orchestrator &&
	ops --as $BOSS new agent "Gov Second" -f Department=Governance \
		-f Role=governance-orchestrator -f Principal=gov &&
	ops --as $BOSS edit $GOV -f Principal=gov &&
	for pair in $LEAD:lead $LEAD:was $LEAD:stolen $GOV:gov gwen:gwen gov-second:second \
		$DEV:dev docwriter:gone
	do
		ops --as $BOSS key add "${pair%:*}" "@$K/${pair#*:}.pub" || return 1
	done &&
	ops --as $BOSS new agent "Vice" -f Department=Executive -f Role=meta-orchestrator &&
	ops --as vice key add $BOSS "@$K/boss.pub" &&
	for agent in gwen vice gov-second
	do
		ops --as $BOSS edit $agent -f Email=$agent@example.org || return 1
	done &&
	ops --as $BOSS key retire $LEAD "@$K/was.pub" &&
	ops --as $BOSS key revoke $LEAD "@$K/stolen.pub" &&
	ops --as $BOSS act deactivate docwriter &&
	policy 2 >../new && ops --as $GOV edit $CONFIG --from ../new &&
	attack_begin
'

attack_list "$TEST_DIRECTORY/attack/signed.list"

test_done
