#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops trust: the beginning of a history is taken aloud, pinned outside of it, and no
# other takes its place.

test_description='the anchor of a history'
. "$(dirname "$0")/test-lib.sh"

# anchor WORD: the assurance line of an audit says so.
anchor () {
	test_might_fail ops audit verify >found 2>err
	test_grep "^assurance: .* anchor=$1\$" found
}

test_expect_success 'there is no beginning yet' '
	test_expect_code 3 ops trust && test_commit "before ops" && test_expect_code 3 ops trust &&
	anchor none && test_path_is_missing "$HOME/.config/ops/anchors"
'

test_expect_success 'the first audit takes it, and says so' '
	ops_world && digest=$(git cat-file commit HEAD | sha256sum | cut -c 1-64) &&
	ops_task hand-1 &&
	ops trust >found && test_grep "^anchor: none$" found &&
	test_grep "^digest: sha256:$digest$" found &&
	test_grep "^beginning: $(git rev-parse HEAD~)$" found &&
	anchor tofu && test_grep "taken for the beginning" err &&
	test_grep "ops trust sha256:$digest" err &&
	anchor tofu && test_must_be_empty err &&
	ops_json result.anchor tofu ops trust &&
	ops_json result.digest "$digest" ops audit verify &&
	ops_json result.genesis "$(git rev-parse HEAD~)" ops audit verify --full &&
	ops_json result.genesis null ops audit verify HEAD~..
'

test_expect_success 'it is pinned by its digest and by no other' '
	digest=$(git cat-file commit HEAD~ | sha256sum | cut -c 1-64) &&
	other=$(git cat-file commit HEAD | sha256sum | cut -c 1-64) &&
	ops_refused anchor.mismatch ops trust "$other" && anchor tofu &&
	test_expect_code 2 ops trust abc && test_expect_code 2 ops trust "sha256:${digest}0" &&
	test_expect_code 2 ops trust "$(echo "$digest" | tr a-f A-F)0" &&
	test_expect_code 2 ops trust --forget "$digest" &&
	ops_json result.before tofu ops trust "sha256:$digest" &&
	anchor pinned && ops_json result.anchor pinned ops trust "$digest" &&
	ops_refused anchor.mismatch ops trust "$other" && anchor pinned
'

test_expect_success 'another history in its place is refused' '
	git checkout -q --orphan evil && git commit -q -m "another beginning" &&
	test_expect_code 1 ops audit verify >found && test_grep "error anchor.mismatch" found &&
	test_grep "^assurance: .* anchor=none$" found &&
	test_expect_code 1 ops audit verify --accept-rewrite >found &&
	test_expect_code 1 ops audit verify --full >found &&
	ops_refused anchor.mismatch ops trust &&
	test_expect_code 1 ops audit verify --format sarif >answer && test_grep anchor.mismatch answer &&
	ops audit verify main && git checkout -q main && ops audit verify
'

test_expect_success 'unless the user gives it up, or pins the other' '
	git checkout -q evil && digest=$(git cat-file commit evil | sha256sum | cut -c 1-64) &&
	ops trust "$digest" && anchor pinned &&
	ops_json result.before none ops trust --forget && ops_json result.anchor none ops trust &&
	anchor tofu && test_grep "taken for the beginning" err &&
	git checkout -q main && ops trust --forget && ops audit verify
'

test_expect_success 'a history with a fault, or half of one, is not taken for a beginning' '
	ops trust --forget && git checkout -q -b bad &&
	test_sed 05-PROCESSES/active-tasks/hand-1.md "s/^Status: Queued/Status: Complete/" &&
	ops_commit_as $LEAD "done" && anchor none && git checkout -q main &&
	git branch -q -D bad && anchor tofu &&
	git clone -q --depth 1 "file://$TRASH" ../shallow &&
	test_expect_code 3 ops -C ../shallow trust &&
	test_expect_code 3 ops -C ../shallow audit verify 2>err &&
	test_grep ! "taken for" err
'

test_expect_success 'each clone has its own, and nothing in it can say otherwise' '
	git clone -q . ../clone && ops_json result.anchor none ops -C ../clone trust &&
	ops -C ../clone audit verify 2>err && test_grep "taken for" err &&
	ops_json result.anchor tofu ops -C ../clone trust
'

test_expect_success 'an anchor that others may write, or that is damaged, is not believed' '
	F=$(grep -l "$TRASH/.git" "$HOME"/.config/ops/anchors/*) && cp "$F" kept &&
	chmod 666 "$F" && test_expect_code 3 ops audit verify 2>err && test_grep "yours alone" err &&
	test_expect_code 3 ops trust && chmod 600 "$F" && ops audit verify &&
	chmod 777 "$HOME/.config/ops/anchors" && test_expect_code 3 ops audit verify &&
	chmod 700 "$HOME/.config/ops/anchors" &&
	echo damaged >"$F" && test_expect_code 3 ops audit verify 2>err &&
	test_grep "ops trust --forget" err && ops trust --forget && ops audit verify && rm kept
'

test_expect_success 'without a home nothing is kept' '
	( unset XDG_CONFIG_HOME HOME && anchor none && test_expect_code 3 ops trust ) &&
	( HOME=$TRASH/nowhere && export HOME && anchor none &&
		test_expect_code 3 ops trust 2>err && test_grep "HOME to one that is there" err ) &&
	test_path_is_missing nowhere &&
	mkdir elsewhere && ( XDG_CONFIG_HOME=$TRASH/elsewhere && export XDG_CONFIG_HOME &&
		ops_json result.anchor none ops trust && anchor tofu ) &&
	test_path_is_dir elsewhere/ops/anchors && rm -r elsewhere
'

test_done
