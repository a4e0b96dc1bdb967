#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops audit seal: a tag says how far a history had come, and an audit of any clone
# holds the history against it.

test_description='seals of a history'
TEST_NO_VERIFY='histories are rewritten on purpose'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/hand-1.md

# by_git TIP: the digest of a seal, made by git and sha256sum alone.
by_git () {
	git rev-list "$1" | LC_ALL=C sort | while read -r c
	do
		echo "$c $(git cat-file commit "$c" | sha256sum | cut -c 1-64)"
	done | sha256sum | cut -c 1-64
}

# named RULE: an audit ends with 1 and that finding.
named () {
	test_expect_code 1 ops audit verify >found 2>err && test_grep "error $1: " found
}

# tag NAME TARGET: a seal of that name, its text from standard input.
tag () {
	git mktag >made <<-END &&
	object $(git rev-parse "$2^{commit}")
	type commit
	tag ops-seal/$1
	tagger A <a@example.org> 1768478400 +0000

	$(cat)
	END
	git update-ref "refs/tags/ops-seal/$1" "$(cat made)"
}

test_expect_success 'a seal says tip, count and digest' '
	ops_world && ops_task hand-1 && test_commit "code" src.c "int x;" &&
	ops audit seal --dry-run first >found && test_grep "^not sealed: a dry run" found &&
	test_must_fail git rev-parse -q --verify refs/tags/ops-seal/first &&
	ops audit seal first >found && test_grep "^sealed: ops-seal/first$" found &&
	test_grep "^commits: 3$" found &&
	test_grep "^digest: sha256:$(by_git HEAD)$" found &&
	test "$(git cat-file -t ops-seal/first)" = tag &&
	test "$(git rev-parse "ops-seal/first^{}")" = "$(git rev-parse HEAD)" &&
	git cat-file tag ops-seal/first >text &&
	test_grep "^Branch: main$" text && test_grep "^Commits: 3$" text &&
	ops_json result.seals 1 ops audit verify && ops audit verify --full >found &&
	test_grep "^1 seal looked at, 0 of them signed$" found
'

test_expect_success 'it is not made twice, nor under an odd name' '
	test_expect_code 1 ops audit seal first 2>err && test_grep "already" err &&
	for name in "" -x .x a/b "a b" "a~1" "x@{1}" "$(printf "%061d" 0)"
	do
		test_expect_code 2 ops audit seal -- "$name" || return 1
	done &&
	test_tick && ops audit seal >found &&
	test_grep "^sealed: ops-seal/20260115T12[0-9]*Z-$(git rev-parse --short=7 HEAD)$" found
'

test_expect_success 'what comes after is held against it, and so is a clone' '
	ops --as $LEAD edit hand-1 -f Priority=LOW && git tag good && ops audit verify &&
	git clone -q . ../clone && ops_json result.seals 2 ops -C ../clone audit verify
'

test_expect_success 'a history that was rewritten before it' '
	git checkout -q -B main good~3 && ops_task other-1 &&
	named seal.rewritten && test_grep "seal .first. is of" found &&
	( cd ../clone && git fetch -q origin +main:refs/remotes/origin/main &&
		test_expect_code 1 ops audit verify origin/main >found &&
		test_grep "error seal.rewritten" found && ops audit verify ) &&
	test_expect_code 1 ops audit seal again && test_expect_code 1 ops audit verify --full &&
	git checkout -q -B main good && ops audit verify
'

test_expect_success 'another branch is not held against it' '
	git checkout -q -b side good~3 && ops_task side-1 && ops audit verify >found &&
	test_grep ! "seal" found && git checkout -q main
'

test_expect_success 'a history with a fault is not sealed, nor half of one' '
	test_sed $T "s/^Status: Queued/Status: Complete/" && ops_commit_as $LEAD "done" &&
	ops_refused task.transition ops audit seal bad &&
	ops_refused task.transition ops --json audit seal bad && git reset -q --hard good &&
	git clone -q --depth 1 "file://$TRASH" ../shallow &&
	test_expect_code 3 ops -C ../shallow audit seal &&
	git checkout -q --detach && test_expect_code 3 ops audit seal && git checkout -q main
'

test_expect_success 'a seal that lies' '
	git cat-file tag ops-seal/first | sed "1,/^$/d" >text &&
	sed "s/^Commits: 3/Commits: 2/" text | tag lie good~ && named seal.differs &&
	git update-ref -d refs/tags/ops-seal/lie &&
	sed "s/^Digest: sha256:./Digest: sha256:$(sed -n "s/^Digest: sha256:\(.\).*/\1/p" text |
		tr 0-9a-f 1-9a-f0)/" text | tag lie good~ && named seal.differs &&
	test_expect_code 1 ops audit verify --full >found &&
	git update-ref -d refs/tags/ops-seal/lie && ops audit verify --accept-rewrite
'

test_expect_success 'what is no seal under its name' '
	sed "s/^Tip: .*/Tip: $(git rev-parse good)/" text | tag odd good~ && named seal.malformed &&
	git update-ref refs/tags/ops-seal/odd good && named seal.malformed &&
	git update-ref refs/tags/ops-seal/odd "$(git rev-parse good:src.c)" &&
	named seal.malformed &&
	for edit in "s/^Ops-Seal: 1/Ops-Seal: 2/" "s/^ops seal/ops-seal/" "/^Rules/d" \
		"s/^Commits: /Commits:  /" "s/^Digest: sha256/Digest: md5/" "s/^Branch: main/& /"
	do
		sed "$edit" text | tag odd good~ &&
		{ test "$edit" = "s/^Branch: main/& /" || named seal.malformed; } || return 1
	done &&
	git update-ref refs/tags/ops-seal/odd "$(git rev-parse ops-seal/first)" &&
	named seal.malformed && git update-ref -d refs/tags/ops-seal/odd && ops audit verify
'

test_expect_success 'a seal that was there and is gone' '
	TEST_REMEMBERS=t && export TEST_REMEMBERS &&
	ops audit verify && kept=$(git rev-parse refs/tags/ops-seal/first) &&
	git tag -d ops-seal/first && named seal.removed && test_grep "is gone" found &&
	git update-ref refs/tags/ops-seal/first "$kept" && ops audit verify &&
	sed "s/^Rules: .*/Rules: sha256:$(by_git HEAD)/" text | tag first good~ &&
	named seal.removed && test_grep "is another now" found &&
	ops audit verify --accept-rewrite && ops audit verify &&
	git tag -d ops-seal/first && named seal.removed &&
	ops audit verify --accept-rewrite && ops audit verify
'

test_expect_success 'a hook does not seal' '
	test_expect_code 3 env GIT_DIR="$TRASH/.git" ops audit seal in-a-hook 2>err &&
	test_grep "hook" err
'

test_done
