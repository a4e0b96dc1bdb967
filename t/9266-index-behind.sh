#!/bin/sh
# SPDX-License-Identifier: MIT
#
# git commit reads the index before it locks it, and writes back what it read: an index that is
# behind at files of ours is nobody's change. What a user staged is.

test_description='an index that git put back'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks

same () {
	git diff --quiet HEAD && git diff --cached --quiet HEAD
}

test_expect_success 'the index is back where it was two acts ago: the next act brings it along' '
	ops_world && ops_task swap-7k2f >/dev/null && cp .git/index ../index && ops --as $LEAD edit swap-7k2f -f Type=one &&
	ops --as $LEAD edit swap-7k2f -f Type=two && cp ../index .git/index && test_must_fail git diff --cached --quiet HEAD &&
	ops --as $LEAD edit swap-7k2f -f Type=three && same && ops_json result.fields.Type three ops show swap-7k2f
'

test_expect_success 'where the file was made since it looks like a removal, which is a user'\''s' '
	cp .git/index ../index && ops_task other-1 >/dev/null && cp ../index .git/index &&
	ops_unchanged 1 ops --as $LEAD edit other-1 -f Type=one && git reset -q && ops --as $LEAD edit other-1 -f Type=one && same
'

# late COMMAND...: an act, and a git commit of a path that had read the index before it.
late () {
	cp .git/index ../index && "$@" >/dev/null && cp ../index .git/index &&
	echo "$(git rev-parse HEAD)" >code.c && git add code.c && git commit -q -m "code" code.c
}

test_expect_success 'but not where git made a commit since: the next act brings it along' '
	late ops_task late-1 && git status --porcelain >status && test_grep "^D .*late-1" status &&
	ops --as $LEAD edit swap-7k2f -f Type=five 2>err && test_grep "brought along with that once more" err && rm status err && same &&
	late ops --as $LEAD edit late-1 -f Type=one && test_must_fail git diff --cached --quiet HEAD &&
	ops recover >../said && test_grep "brought along with that once more" ../said && same && ops recover >../said &&
	test_grep "nothing to recover" ../said && late ops --as $LEAD gate request late-1 pre-governance -s Scope=x -s Approach=x \
		-s "Risk Assessment"=x -s Documentation=x && ops recover && same
'

test_expect_success 'nor what a user changed in the work tree, or staged of it' '
	late ops --as $LEAD edit other-1 -f Title=more && echo more >>$T/other-1.md && cp .git/index ../index &&
	ops recover >../said && test_grep "nothing to recover" ../said && cmp .git/index ../index &&
	git add $T/other-1.md && cp .git/index ../index && ops recover && cmp .git/index ../index && git reset -q --hard &&
	late ops --as $LEAD edit other-1 -f Title=most && git reset -q --hard HEAD~2 && git update-index --refresh &&
	cp .git/index ../index && ops recover && cmp .git/index ../index && same
'

test_expect_success 'for a group of acts, too' '
	cp .git/index ../index && ops --as $LEAD edit other-1 -f Type=two && cp ../index .git/index &&
	test_write_lines "edit other-1 field:Type=three" "edit swap-7k2f field:Type=four" >acts &&
	ops --as $LEAD batch --each acts && rm acts && same
'

test_expect_success 'what a user staged stays theirs, whatever lies in the work tree' '
	cp 05-PROCESSES/active-tasks/other-1.md ../other && echo more >>05-PROCESSES/active-tasks/other-1.md &&
	git add 05-PROCESSES/active-tasks/other-1.md && ops_unchanged 1 ops --as $LEAD edit other-1 -f Type=five &&
	cp ../other 05-PROCESSES/active-tasks/other-1.md && ops_unchanged 1 ops --as $LEAD edit other-1 -f Type=five &&
	git reset -q && git rm -q --cached 05-PROCESSES/active-tasks/other-1.md && rm 05-PROCESSES/active-tasks/other-1.md &&
	ops_unchanged 1 ops --as $LEAD edit other-1 -f Type=five && git reset -q --hard
'

test_expect_success 'an older version that lies in the work tree, too, is the user'\''s' '
	git show HEAD~:05-PROCESSES/active-tasks/other-1.md >05-PROCESSES/active-tasks/other-1.md &&
	git add 05-PROCESSES/active-tasks/other-1.md && { git diff --cached --quiet HEAD && git checkout -q HEAD~2 -- \
		05-PROCESSES/active-tasks/other-1.md; :; } && test_must_fail git diff --cached --quiet HEAD &&
	ops_unchanged 1 ops --as $LEAD edit other-1 -f Type=six && git reset -q --hard
'

test_done
