#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The cache of the state: every answer is the same with, without, and with a bad one.

test_description='the cache of the state'
TEST_NO_VERIFY='steps are taken by hand that no rule allows'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_SOURCE/t/words-cache.sh"

test_expect_success 'a small repository has none' '
	ops_world &&
	ops list &&
	no_cache
'

test_expect_success 'one that is asked for is made by the first question, and used' '
	ops_task_at Queued queued-1 &&
	ops_task_at Assigned assigned-1 &&
	ops_task_at Review review-1 &&
	ops_task_at Complete done-1 &&
	cache always &&
	ops list &&
	cache_file >file &&
	test_line_count = 1 file &&
	is_used
'

test_expect_success 'and its answers are those of the documents' '
	same_answers
'

test_expect_success 'an act brings it up to date, so that the next question makes nothing' '
	cp "$(cache_file)" base &&
	ops_step Requested queued-1 &&
	cmp base "$(cache_file)" &&
	cp "$(cache_file).new" changes &&
	ops list &&
	cmp changes "$(cache_file).new" &&
	is_used &&
	same_answers
'

test_expect_success 'so does a question, after git alone moved the branch' '
	sed -i "s/^Priority: .*/Priority: LOW/" 05-PROCESSES/active-tasks/queued-1.md &&
	git commit -q -a -m "docs: priority" &&
	ops list &&
	test_must_fail cmp changes "$(cache_file).new" &&
	is_used &&
	same_answers
'

test_expect_success 'an old revision is looked at without it, and leaves it alone' '
	cp "$(cache_file).new" changes &&
	ops list --at HEAD~3 &&
	ops show --at HEAD~3 queued-1 &&
	cmp changes "$(cache_file).new"
'

test_expect_success 'another configuration is another cache' '
	cp "$(cache_file)" base &&
	ops config >before &&
	awk "/^version:/ { sub(/[0-9]+/, \$2 + 1) } 1; END { print \"planning: {max-concurrent: 7}\" }" \
		05-PROCESSES/ops.yaml >x && mv x 05-PROCESSES/ops.yaml &&
	git commit -q -a -m "chore: configuration" &&
	same_answers &&
	test_must_fail cmp base "$(cache_file)" &&
	git reset -q --hard HEAD~1 &&
	same_answers
'

test_expect_success 'whoever is to write does not ask it' '
	make_lie &&
	ops list >answer &&
	test_grep "a lie" answer &&
	test "$(ops --as $LEAD edit queued-1 -f Estimated-Hours=3 --dry-run | grep -c lie)" = 0 &&
	ops --as $LEAD edit queued-1 -f Estimated-Hours=3 &&
	test_grep ! "a lie" 05-PROCESSES/active-tasks/queued-1.md &&
	test_grep "Estimated-Hours: 3" 05-PROCESSES/active-tasks/queued-1.md &&
	rm -rf .git/ops/roll-* &&
	same_answers
'

test_expect_success 'a list asks no document what it asks of each' '
	make_lie "s/^Title: .*/&\\nParts: a-lie/" &&
	ops list >answer &&
	test_grep "DONE %" answer &&
	rm -rf .git/ops/roll-* &&
	ops list >answer &&
	test_grep ! "DONE %" answer
'

test_expect_success 'documents that cannot be read are said, each time, and only those' '
	ops list &&
	printf "no header\n" >05-PROCESSES/active-tasks/broken.md &&
	printf -- "---\nTitle: a: b\n---\n" >05-PROCESSES/active-tasks/colon.md &&
	ln -s queued-1.md 05-PROCESSES/active-tasks/link.md &&
	mkdir 05-PROCESSES/active-tasks/directory.md &&
	echo x >05-PROCESSES/active-tasks/directory.md/file &&
	echo x >05-PROCESSES/active-tasks/notes.txt &&
	mkdir -p 05-PROCESSES/completed-tasks/2026/01 && echo "no header" >05-PROCESSES/completed-tasks/2026/01/odd-1.md &&
	git add -A 05-PROCESSES && git commit -q -m "docs: odd files" &&
	same_answers &&
	is_used &&
	test_expect_code 1 ops list &&
	git rm -q -r 05-PROCESSES/active-tasks/broken.md 05-PROCESSES/active-tasks/directory.md \
		05-PROCESSES/active-tasks/link.md 05-PROCESSES/active-tasks/colon.md \
		05-PROCESSES/completed-tasks/2026/01/odd-1.md &&
	git commit -q -m "docs: tidy" &&
	same_answers &&
	git rm -q 05-PROCESSES/active-tasks/notes.txt && git commit -q -m "docs: tidy more"
'

test_expect_success 'values that their types do not allow are said by plans' '
	sed -i "s/^Estimated-Hours: .*/Estimated-Hours: -4/; s/^Due: .*/Due: 2026-02-31/" \
		05-PROCESSES/active-tasks/queued-1.md &&
	git commit -q -a -m "docs: odd values" &&
	same_answers &&
	git revert -n HEAD && git commit -q -m "docs: back" &&
	same_answers
'

test_expect_success 'it may be cut off, damaged or replaced by anything' '
	ops list &&
	cp "$(cache_file)" good &&
	for size in 0 15 100 1000 $(($(wc -c <good) / 2)) $(($(wc -c <good) - 1))
	do
		head -c $size good >"$(cache_file)" &&
		rm -f "$(cache_file).new" &&
		brief_answers || return 1
	done &&
	for i in 1 3 5 6 7 9 11 12
	do
		damage good $((i * $(wc -c <good) / 13)) >"$(cache_file)" &&
		brief_answers || return 1
	done &&
	head -c 5000 /dev/urandom >"$(cache_file)" && brief_answers &&
	sed "1s/ops-sealed 2/ops-sealed 9/" good >"$(cache_file)" && brief_answers &&
	{ cat good; echo more; } >"$(cache_file)" && brief_answers &&
	rm "$(cache_file)" && mkdir "$TEST_ROOT/elsewhere" &&
	ln -s "$TEST_ROOT/elsewhere" .git/ops/roll-link && rm .git/ops/roll-link
'

test_expect_success 'damage that is met half way: nothing is said twice, and nothing left out' '
	for i in $(seq 100 399)
	do
		cp 05-PROCESSES/active-tasks/queued-1.md 05-PROCESSES/active-tasks/many-$i.md || return 1
	done &&
	git add 05-PROCESSES && git commit -q -m "docs: many" && rm -f .git/ops/roll-* &&
	cache no && ops list >wanted && ops --json list >wanted.json && cache always && ops list &&
	cp "$(cache_file)" good && i=0 && test "$(wc -l <wanted)" -gt 300 &&
	while test $i -lt 24
	do
		damage good $((i * $(wc -c <good) / 24)) >"$(cache_file)" &&
		ops list >answer && test_cmp wanted answer &&
		damage good $((i * $(wc -c <good) / 24)) >"$(cache_file)" &&
		ops --json list >answer && test_cmp wanted.json answer || return 1
		i=$((i + 1))
	done &&
	git reset -q --hard HEAD~1 && rm -f .git/ops/roll-*
'

test_expect_success 'nothing in its place is followed, waited for or written through' '
	ops list &&
	name=$(cache_file) &&
	cp "$name" good && rm -f "$name".new &&
	rm "$name" && ln -s "$PWD/good" "$name" && cp good good.before &&
	brief_answers && cmp good good.before &&
	rm "$name" && mkfifo "$name" && brief_answers &&
	rm -f "$name" && mkdir "$name" && brief_answers && rmdir "$name" &&
	brief_answers
'

test_expect_success 'a file of changes goes with its own base only' '
	ops list && rm -f "$(cache_file)" "$(cache_file)".new && ops list &&
	cp "$(cache_file)" base-1 &&
	ops --as $LEAD edit queued-1 -f Estimated-Hours=5 &&
	cp "$(cache_file).new" changes-1 &&
	rm "$(cache_file)" "$(cache_file).new" && ops list &&
	ops --as $LEAD edit queued-1 -f Estimated-Hours=6 &&
	cp "$(cache_file).new" changes-2 && cp "$(cache_file)" base-2 &&
	cp changes-1 "$(cache_file).new" && brief_answers &&
	cp base-1 "$(cache_file)" && cp changes-2 "$(cache_file).new" && brief_answers &&
	cp base-1 "$(cache_file)" && cp changes-1 "$(cache_file).new" && brief_answers &&
	cp changes-1 "$(cache_file)" && brief_answers &&
	cp base-2 "$(cache_file).new" && brief_answers
'

test_expect_success 'a repository that was moved or copied makes its own' '
	ops list &&
	cp "$(cache_file)" mine &&
	here=$PWD &&
	cp -r "$here" ../copy && cd ../copy &&
	cmp mine "$(cache_file)" &&
	same_answers && ops list && test_must_fail cmp mine "$(cache_file)" &&
	is_used && cd .. && mv copy moved && cd moved && same_answers && is_used &&
	cd "$here" && rm -rf ../moved
'

test_expect_success 'what somebody else sealed is not believed, at the same place too' '
	rm -f .git/ops/roll-* &&
	(HOME=$TEST_ROOT/other && export HOME && mkdir "$HOME" &&
		git config --global user.name x && git config --global user.email x@example.org &&
		make_lie && ops list >answer && grep "a lie" answer) &&
	ops list >answer &&
	test_grep ! "a lie" answer &&
	same_answers
'

test_expect_success 'without a place for secrets there is none' '
	rm -f .git/ops/roll-* &&
	(unset HOME XDG_CONFIG_HOME; ops list >/dev/null 2>&1; no_cache)
'

test_expect_success 'one that cannot be written is done without' '
	rm -f .git/ops/roll-* && mv .git/ops .git/ops.kept && : >.git/ops &&
	same_answers &&
	rm .git/ops && mv .git/ops.kept .git/ops
'

test_expect_success NOT_ROOT 'a disk that is read only' '
	rm -f .git/ops/roll-* && chmod a-w .git/ops && test_when_finished "chmod u+w .git/ops" &&
	same_answers && no_cache
'

test_expect_success 'the clock may jump' '
	ops list &&
	for now in 1999-01-01T00:00:00Z 2038-01-20T00:00:00Z 2026-03-01T00:00:00Z
	do
		OPS_NOW=$now brief_answers || return 1
	done
'

test_expect_success 'each branch of state has its own' '
	ops list && mine=$(cache_file) && cp "$mine" mine &&
	git checkout -q -b other && ops_task only-here && brief_answers &&
	ops show only-here && ls .git/ops/roll-* >files && test_line_count -gt 1 files &&
	git checkout -q - && cmp mine "$mine" && brief_answers &&
	test_expect_code 4 ops show only-here && rm -f .git/ops/roll-*
'

test_expect_success 'it can be forbidden' '
	cache no && rm -f .git/ops/roll-* && ops list && no_cache && cache always
'

test_expect_success 'random histories: every question, both ways, after each step' '
	cd "$TEST_ROOT" &&
	random_histories 1 "$(test -z "$OPS_SANITIZE" && echo 9 || echo 4)"
'

# reader N: ask again and again, and now and then delete what is asked.
reader () {
	i=0
	while test ! -f stop && test $i -lt 60
	do
		i=$((i + 1))
		ops --json list >answer-$1-$i 2>/dev/null || echo failed >failed
		test $((i % 7)) -ne 3 || rm -f .git/ops/roll-*
	done
}

writer () {
	for n in 1 2 3 4 5 6 7 8
	do
		ops --as $LEAD edit task-$((n % 3 + 1)) -f Estimated-Hours=$n || : >failed
	done
	: >stop
}

test_expect_success 'readers beside a writer: each answer is that of its commit' '
	mkdir "$TEST_ROOT/busy" && cd "$TEST_ROOT/busy" && git init -q . && ops_world &&
	cache always && ops_task task-1 && ops_task task-2 && ops_task task-3 &&
	{
		reader 1 &
		reader 2 &
		reader 3 &
		writer
		wait
	} &&
	test ! -f failed &&
	for f in answer-*
	do
		at=$("$TEST_BUILD/t/json-get" result.commit $f) &&
		ops --json list --at $at >wanted && cmp wanted $f || return 1
	done
'

test_expect_success 'what branches that are gone have left goes in time; what is asked for stays' '
	mkdir "$TEST_ROOT/branches" && cd "$TEST_ROOT/branches" && git init -q . && ops_world && cache always &&
	for i in $(seq 20)
	do
		git checkout -q -b branch-$i && ops list >/dev/null && git checkout -q main && git branch -q -D branch-$i || return 1
	done && ls .git/ops/roll-* >files && test "$(wc -l <files)" -le 16 && ops list >/dev/null &&
	touch -d 2001-01-01 "$(ls -t .git/ops/roll-* | head -n 1)" && git checkout -q -b last && ops list >/dev/null &&
	ls .git/ops/roll-* >files && test_line_count = 16 files
'

test_done
