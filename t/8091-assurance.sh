#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The line of assurance: every command that shows authority says what an audit found, never
# more, and calls a decision approved only in a history that is signed and verified.

test_description='what the answers are worth'
TEST_NO_VERIFY='a history is rewritten on purpose'
. "$(dirname "$0")/test-lib.sh"

unset SSH_AUTH_SOCK
T=05-PROCESSES/active-tasks/hand-1.md

# as AGENT COMMAND...: act with that agent's key.
as () {
	git config user.signingkey "$TEST_ROOT/$1" && agent=$1 && shift && ops --as "$agent" "$@"
}

# lines: the line of each command that shows authority, all of them alike.
lines () {
	packet=$(git ls-files 05-PROCESSES/packets | sed -n 's,.*/\(.*\)\.md,\1,p' | head -n 1)
	rm -f said all && {
		ops log && ops log hand-1 && ops show hand-1 && ops gate list hand-1 &&
		ops gate show hand-1 pre-governance && ops status && ops status --for $GOV &&
		ops thread hand-1 && ops scope show && ops scope show hand-1 &&
		ops scope who src.c && ops key list && ops packet show "$packet" &&
		ops handoff status hand-1
	} >all && grep -c '^assurance: ' all >count && test "$(cat count)" = 14 &&
	grep '^assurance: ' all | sort -u >said && cat said && test "$(wc -l <said)" -eq 1
}

# worth IDENTITY HISTORY ANCHOR: what each of them says, and in JSON the same.
# shellcheck disable=SC2086 # words on purpose
worth () {
	lines >/dev/null && echo "assurance: identity=$1 history=$2 enforcement=local anchor=$3" |
		diff - said &&
	for c in "log" "show hand-1" "gate list hand-1" "gate show hand-1 pre-governance" \
		"status" "thread hand-1" "scope show" "scope who src.c" "key list" \
		"handoff status hand-1"
	do
		ops_json result.assurance.identity "$1" ops $c &&
		ops_json result.assurance.history "$2" ops $c &&
		ops_json result.assurance.anchor "$3" ops $c &&
		ops_json result.assurance.enforcement local ops $c || return 1
	done
}

test_expect_success 'an organisation in which all have keys from the beginning' '
	TEST_REMEMBERS=t && export TEST_REMEMBERS && cp -R "$TEST_FIXTURES/world" ../world &&
	for who in $BOSS $LEAD $GOV
	do
		ssh-keygen -q -t ed25519 -N "" -C $who -f "$TEST_ROOT/$who" &&
		sed "s,^Email: .*,&\nKeys: [\"$(cat "$TEST_ROOT/$who.pub")\"]," \
			../world/05-PROCESSES/agents/*/$who.md >new &&
		mv new "$(ls ../world/05-PROCESSES/agents/*/$who.md)" || return 1
	done &&
	ops init --from ../world && git config gpg.format ssh && git config commit.gpgsign true &&
	as $LEAD new task --id hand-1 --from "$TEST_FIXTURES/task.md" &&
	as $LEAD gate request hand-1 pre-governance -s Scope=all -s Approach=so \
		-s "Risk Assessment"=low -s Documentation=none &&
	as $GOV gate approve hand-1 pre-governance -m "bounded"
'

test_expect_success 'before any audit nothing is known' '
	worth asserted unverified none &&
	ops gate show hand-1 pre-governance >out &&
	test_grep "^gate pre-governance of hand-1: recorded as approved, by $GOV$" out &&
	ops gate list hand-1 >out && test_grep "RECORDED AS" out
'

test_expect_success 'an audit that found it good and signed' '
	ops audit verify && tip=$(git rev-parse HEAD) && worth signed "verified:$tip" tofu &&
	ops gate show hand-1 pre-governance >out &&
	test_grep "^gate pre-governance of hand-1: approved by $GOV$" out &&
	ops gate list hand-1 >out && test_grep ! RECORDED out && test_grep "^GATE  *STATE" out &&
	ops show hand-1 >out && test_grep "^GATE  *STATE" out
'

test_expect_success 'the anchor that the user pinned' '
	ops --json trust >doc && ops trust "sha256:$("$TEST_BUILD/t/json-get" result.digest doc)" &&
	worth signed "verified:$tip" pinned
'

test_expect_success 'what came since is judged by the look' '
	as $LEAD edit hand-1 -f Priority=LOW && worth signed "verified:$(git rev-parse HEAD)" pinned &&
	ls -l .git/ops >before && lines && ls -l .git/ops >after && test_cmp before after
'

test_expect_success 'an older state of it, and one that is not of it' '
	ops gate show --at "$tip" hand-1 pre-governance >out && test_grep "approved by" out &&
	test_grep "history=verified:$tip " out &&
	git branch other && git checkout -q other && git checkout -q - &&
	elsewhere=$(git commit-tree -p HEAD -m "another" HEAD^{tree}) &&
	ops gate show --at "$elsewhere" hand-1 pre-governance >out &&
	test_grep "recorded as approved" out && test_grep "history=unverified" out
'

test_expect_success 'one act that is not signed' '
	good=$(git rev-parse HEAD) && git config commit.gpgsign false &&
	ops --as $LEAD edit hand-1 -f Priority=HIGH && worth asserted unverified pinned &&
	ops gate show hand-1 pre-governance >out && test_grep "recorded as approved" out &&
	git config commit.gpgsign true && git reset -q --hard "$good" &&
	worth signed "verified:$good" pinned
'

test_expect_success 'a change that the judge refuses' '
	test_sed $T "s/^Status: .*/Status: Complete/" && git config user.signingkey "$TEST_ROOT/$LEAD" &&
	GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q -S -a -m "done" &&
	worth asserted unverified pinned && git reset -q --hard "$good"
'

test_expect_success 'a branch that was taken back is not verified any more' '
	ops audit verify && as $LEAD edit hand-1 -f Priority=HIGH && ops audit verify &&
	git reset -q --hard "$good" && worth asserted unverified pinned &&
	ops audit verify --accept-rewrite && worth signed "verified:$good" pinned
'

test_expect_success 'more than 200 new commits are for an audit' '
	tree=$(git rev-parse HEAD^{tree}) && at=$good &&
	for i in $(seq 199)
	do
		at=$(git commit-tree -p "$at" -m "chore: $i" "$tree") || return 1
	done &&
	git reset -q --soft "$at" && worth signed "verified:$at" pinned &&
	at=$(git commit-tree -p "$at" -m "chore: 200" "$tree") &&
	at=$(git commit-tree -p "$at" -m "chore: 201" "$tree") &&
	git reset -q --soft "$at" && worth asserted unverified pinned &&
	ops audit verify && worth signed "verified:$at" pinned
'

test_expect_success 'what is remembered is believed from nobody else' '
	for f in .git/ops/verified-*
	do
		sed "s/^judged .*/judged 1/" "$f" >new && mv new "$f" || return 1
	done &&
	worth asserted unverified none && ops audit verify && worth signed "verified:$at" pinned &&
	git clone -q . ../clone && ops -C ../clone gate show hand-1 pre-governance >out &&
	test_grep "recorded as approved" out &&
	mkdir -p ../clone/.git/ops && cp .git/ops/verified-* ../clone/.git/ops/ &&
	ops -C ../clone gate show hand-1 pre-governance >out && test_grep "recorded as approved" out
'

test_expect_success 'a revoked key, whose commits are disputed, leaves no more than an audit says' '
	as $BOSS key revoke --since "$good" $GOV "$(ssh-keygen -l -f "$TEST_ROOT/$GOV.pub" |
		cut -d " " -f 2)" &&
	lines && test_grep "history=unverified" said
'

test_done
