#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops check: the work tree, the index and any revision by the same judge.

test_description='checking documents'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

test_expect_success 'a clean repository' '
	ops_world &&
	git config user.email $LEAD@example.org &&
	ops_task swap-7k2f &&
	ops check >found &&
	test_grep "documents: 0 unreadable, 0 errors, 1 warning" found &&
	test_grep "^05-PROCESSES/prompts/old-prompt.md:8:14: warning doc.overdue: .*2025-12-31" found &&
	ops_json result.errors 0 ops check --staged &&
	ops_json result.errors 0 ops check --at HEAD &&
	ops_json result.documents 15 ops check --at HEAD~
'

test_expect_success 'a wrong value in the work tree, with its place' '
	test_when_finished "git checkout -q -f" &&
	test_sed $T "s/^Priority: HIGH/Priority: URGENT/" &&
	line=$(grep -n "^Priority" $T | cut -d: -f1) &&
	test_expect_code 1 ops check >found &&
	test_grep "^$T:$line:11: error field.value: .*URGENT" found &&
	test_grep "1 error" found &&
	ops check --staged &&
	ops check --at HEAD
'

test_expect_success 'the index is checked as it would be committed' '
	test_when_finished "git reset -q --hard" &&
	test_sed $T "s/^Priority: HIGH/Priority: URGENT/" &&
	git add $T &&
	git show HEAD:$T >$T &&
	test_expect_code 1 ops check --staged >found &&
	test_grep "field.value" found &&
	test_expect_code 1 ops --json check --staged >answer &&
	"$TEST_BUILD/t/json-get" "result.findings.*.rule" answer >rules &&
	test_grep -x field.value rules &&
	test_might_fail ops check >found &&
	test_grep ! field.value found
'

test_expect_success 'what is not committed is judged as a change, too' '
	test_when_finished "git checkout -q -f" &&
	test_sed $T "s/^Status: Queued/Status: Complete/" &&
	test_expect_code 1 ops check >found &&
	test_grep task.transition found &&
	git checkout -q -f &&
	test_sed $T "s/^Priority: HIGH/Priority: LOW/" &&
	ops check &&
	test_expect_code 1 env GIT_AUTHOR_EMAIL=$DEV@example.org ops check >found &&
	test_grep power.missing found &&
	test_expect_code 1 ops --as $DEV check >found &&
	test_grep power.missing found &&
	test_grep ! actor.forged found &&
	ops --as $LEAD check
'

test_expect_success 'a deleted document is seen' '
	test_when_finished "git reset -q --hard" &&
	rm $T &&
	test_expect_code 1 ops check >found &&
	test_grep "^$T: error doc.deleted" found
'

test_expect_success 'only the paths that are asked for' '
	test_when_finished "git checkout -q -f" &&
	test_sed $T "s/^Priority: HIGH/Priority: URGENT/" &&
	test_sed 05-PROCESSES/prompts/draft-prompt.md "s/^Version: .*/Version: one/" &&
	test_expect_code 1 ops check $T >found &&
	test_grep "^$T:" found && test_grep ! draft-prompt found &&
	test_expect_code 1 ops check ./05-PROCESSES/prompts/ >found &&
	test_grep ! "^$T:" found && test_grep draft-prompt found &&
	ops check 05-PROCESSES/policies
'

test_expect_success 'a value of another kind is told with what it should be' '
	test_when_finished "git checkout -q -f" &&
	test_sed $T "s/^Status: .*/Status: Done/" &&
	test_sed $T "/^Status:/aDepends-On: other-1" &&
	test_expect_code 1 ops check $T >found &&
	test_grep "which is none of Queued, .* or Superseded" found &&
	test_grep -A1 "field.value: .Depends-On. is .other-1., which is not a list" found >told &&
	test_grep "fix: write a list: Depends-On: \[\.\.\.\]" told
'

test_expect_success 'a path that is not there is not found' '
	test_expect_code 4 ops check no/such/path
'

test_expect_success 'what cannot be read is loud' '
	test_when_finished "git clean -q -f 05-PROCESSES" &&
	test_write_lines --- "Title: a: b" --- >05-PROCESSES/active-tasks/bad-one-1.md &&
	test_write_lines --- "Title: a" "Title: b" --- >05-PROCESSES/active-tasks/bad-two-2.md &&
	printf -- "---\nTitle: a\377\n---\n" >05-PROCESSES/active-tasks/bad-three-3.md &&
	test_write_lines --- "Title: a" "no end" >05-PROCESSES/active-tasks/bad-four-4.md &&
	test_expect_code 1 ops check >found &&
	test_grep "bad-one-1.md:2:9: error yaml.unquoted-colon" found &&
	test_grep "bad-two-2.md:3:1: error yaml.duplicate-key" found &&
	test_grep "bad-three-3.md:2:[0-9]*: error [a-z]*.encoding" found &&
	test_grep "bad-four-4.md:[0-9]*:[0-9]*: error doc.header" found &&
	test_grep " 4 unreadable" found
'

test_expect_success 'a mistake of the past stays findable' '
	test_sed $T "s/^Priority: HIGH/Priority: URGENT/" &&
	ops_commit_as $LEAD "a bad edit" &&
	git show HEAD~:$T >$T &&
	ops_commit_as $LEAD "put it right" &&
	ops check --at HEAD &&
	test_expect_code 1 ops check --at HEAD~ >found &&
	test_grep "^$T:.*field.value" found &&
	test_expect_code 4 ops check --at no-such-revision &&
	test_expect_code 2 ops check --at HEAD --staged &&
	ops_audit_names field.value HEAD~
'

test_expect_success 'a link and a directory in place of a document' '
	test_when_finished "git clean -q -f -d 05-PROCESSES" &&
	ln -s /etc/passwd 05-PROCESSES/active-tasks/link-1.md &&
	test_expect_code 1 ops check >found &&
	test_grep "link-1.md: error doc.mode" found &&
	test_grep ! root: found &&
	ops list --all
'

test_expect_success 'a repository of its own in place of a document, and one beside' '
	test_when_finished "rm -rf 05-PROCESSES/active-tasks/own-1.md 05-PROCESSES/active-tasks/own" &&
	git init -q 05-PROCESSES/active-tasks/own-1.md &&
	git init -q 05-PROCESSES/active-tasks/own &&
	echo bad >05-PROCESSES/active-tasks/own-1.md/a-1.md &&
	echo bad >05-PROCESSES/active-tasks/own/b-1.md &&
	test_expect_code 1 ops check >found &&
	test_grep "own-1.md: error doc.mode: it is not a regular file and was not read" found &&
	test_grep ! "a-1.md\|b-1.md" found &&
	# Nor where it cannot be listed.
	if test_have_prereq NOT_ROOT
	then
		test_when_finished "chmod 755 05-PROCESSES/active-tasks/own-1.md" &&
		chmod 111 05-PROCESSES/active-tasks/own-1.md &&
		test_expect_code 1 ops check >again &&
		test_cmp found again
	fi
'

test_expect_success 'checking changes nothing, not even the index' '
	cksum .git/index >before &&
	ops_unchanged 0 ops check &&
	ops_unchanged 0 ops check --staged &&
	cksum .git/index >after &&
	test_cmp before after
'

TEST_NO_VERIFY='a bad edit was committed on purpose'
test_expect_success 'a document of very many sections' '
	test_when_finished "git checkout -q -f" &&
	i=0 &&
	while test $i -lt 400
	do
		i=$((i + 1)) && printf "\n## Section %s\n\ntext\n" $i || return 1
	done >>$T &&
	ops --as $LEAD check >found &&
	test_grep " 0 unreadable, 0 errors" found
'

test_done
