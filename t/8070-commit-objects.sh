#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Commit objects that git takes and never makes: a judge that reads the first of two
# authors is deceived by the second.  And objects that are not what their id says.

test_description='odd commits and damaged objects in an audit'
TEST_NO_VERIFY='odd commits are made on purpose'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/hand-1.md

# odd [SED...]: the commit of a legal edit, with its raw text changed, as branch odd.
odd () {
	git cat-file commit legal >raw &&
	for expression
	do
		sed "$expression" raw >raw.new && mv raw.new raw || return 1
	done &&
	git hash-object -t commit -w --stdin --literally <raw >.git/refs/heads/odd
}

# refused_as WHAT: the audit names the branch odd by its header.
refused_as () {
	test_expect_code 1 ops audit verify odd >found &&
	test_grep "error commit.header: its header is odd: .*$1" found &&
	test_grep "fix: make the commit again: git -c i18n.commitEncoding=utf-8 commit --amend" found
}

test_expect_success 'a legal commit, copied byte for byte' '
	ops_world && ops_task hand-1 && ops --as $LEAD edit hand-1 -f Priority=LOW &&
	git tag legal && odd && test "$(git rev-parse odd)" = "$(git rev-parse legal)" &&
	ops audit verify odd
'

test_expect_success 'headers twice, out of order, or of no kind we know' '
	odd "s/^author .*/&\nauthor B <b@example.org> 1768478400 +0000/" &&
	refused_as "repeated or out of order" &&
	odd "s/^committer .*/&\ncommitter B <b@example.org> 1768478400 +0000/" &&
	refused_as "repeated or out of order" &&
	odd "/^author /{h;d}" "/^committer /{p;s/^committer/author/}" &&
	refused_as "repeated or out of order" &&
	odd "s/^committer .*/&\nHG:rename x/" && refused_as "an unknown header" &&
	odd "s/^committer .*/&\nmergetag object $(git rev-parse HEAD)/" &&
	refused_as "an unknown header" &&
	odd "s/^committer .*/&\ngpgsig-sha256 x/" && refused_as "an unknown header" &&
	odd "s/^committer .*/&\n more/" && refused_as "a continued header" &&
	odd "s/^committer .*/&\ngpgsig a\n b\ngpgsig c\n d/" &&
	refused_as "repeated or out of order" &&
	odd "s/^committer .*/&\nencoding ISO-8859-1/" && refused_as "an encoding" &&
	odd "s/^committer .*/&\nencoding UTF-8/" && ops audit verify odd
'

test_expect_success 'a merge whose parents are one' '
	odd "s/^parent .*/&\n&/" && refused_as "the same parent twice"
'

test_expect_success 'persons and dates that are none' '
	odd "s/^committer .*/committer nobody/" && refused_as "malformed author or committer" &&
	odd "s/^author \(.*\) <\(.*\)> /author \1 > <\2> /" && refused_as "malformed" &&
	odd "s/^committer \(.*>\) .*/committer \1 yesterday/" && refused_as "malformed date" &&
	odd "s/^committer \(.*\) +0000/committer \1 UTC/" && refused_as "malformed date" &&
	odd "/^committer /d" && refused_as "no author or no committer" &&
	odd "/^author /d" && test_expect_code 1 ops audit verify odd >found &&
	test_grep "no author or no committer" found
'

test_expect_success 'NUL, where people see the end of a text' '
	git cat-file commit legal >raw && { cat raw && printf "x\000y\n"; } |
		git hash-object -t commit -w --stdin --literally >.git/refs/heads/odd &&
	refused_as "a NUL in the message" &&
	sed "s/^committer /&N@/" raw | tr "@" "\000" |
		git hash-object -t commit -w --stdin --literally >.git/refs/heads/odd &&
	refused_as "a NUL in the header"
'

test_expect_success 'a commit without a tree ends the audit, and is no pass' '
	odd "/^tree /d" && test_expect_code 3 ops audit verify odd 2>err &&
	test_grep "without a tree" err && rm .git/refs/heads/odd
'

test_expect_success 'an object that is not what its id says is found by --full' '
	git checkout -q main && ops audit verify && ops audit verify --full &&
	id=$(git rev-parse HEAD:$T) &&
	git show HEAD:$T | sed "s/^Priority: LOW/Priority: MID/" >other &&
	other=$(git hash-object -w --stdin <other) &&
	here=.git/objects/$(echo "$id" | sed "s|^..|&/|") &&
	from=.git/objects/$(echo "$other" | sed "s|^..|&/|") &&
	chmod u+w $here && cp $here kept && cp $from $here &&
	test_expect_code 3 ops audit verify --full 2>err && test_grep "hash mismatch\|corrupt" err &&
	cp kept $here && ops audit verify --full
'

test_expect_success 'and a commit without it' '
	ops --as $LEAD edit hand-1 -f Priority=HIGH && id=$(git rev-parse HEAD) &&
	other=$(git cat-file commit HEAD | sed "s/^author [^<]*/author Somebody /" |
		git hash-object -t commit -w --stdin) &&
	here=.git/objects/$(echo "$id" | sed "s|^..|&/|") &&
	from=.git/objects/$(echo "$other" | sed "s|^..|&/|") &&
	chmod u+w $here && cp $here kept && cp $from $here &&
	test_expect_code 3 ops audit verify 2>err && cp kept $here && ops audit verify
'

test_done
