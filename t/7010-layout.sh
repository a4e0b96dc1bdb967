#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Very many active tasks lie in 256 directories: the way there, and life in both layouts.

test_description='the layout of very many tasks'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_SOURCE/t/words-cache.sh"

T=05-PROCESSES/active-tasks
shard () { printf %s "$1" | sha256sum | cut -c 1-2; }

# set_types LINE...: another configuration, by who may.
set_types () {
	awk '/^version:/ { print "version: " $2 + 1; next } /^types:/ { exit } 1' \
		05-PROCESSES/ops.yaml >"$TEST_ROOT/ops.yaml" &&
	printf '%s\n' "$@" >>"$TEST_ROOT/ops.yaml" &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from "$TEST_ROOT/ops.yaml"
}

test_expect_success 'tasks in one directory, in every status' '
	ops_world &&
	ops_task_at Queued queued-1 &&
	ops_task_at Assigned assigned-1 &&
	ops_task_at In-Progress working-1 &&
	ops_task_at Review review-1 &&
	ops_task_at Complete done-1 &&
	cache always &&
	ops list
'

test_expect_success 'nothing has to be moved: no commit' '
	at=$(git rev-parse HEAD) &&
	ops --as $LEAD relocate &&
	test "$at" = "$(git rev-parse HEAD)"
'

test_expect_success 'another place, with the old one known' '
	set_types "types:" "  task:" "    place: \"{tasks}/{shard}/{id}.md\"" \
		"    paths: [\"$T/*.md\"]" &&
	same_answers &&
	ops show queued-1 && ops show work &&
	ops check
'

test_expect_success 'new tasks go to the new place, the others live on where they are' '
	ops_task fresh-1 &&
	test_path_is_file $T/$(shard fresh-1)/fresh-1.md &&
	test_expect_code 1 ops --as $LEAD new task --id queued-1 --from "$TEST_FIXTURES/task.md" &&
	ops --as $LEAD edit queued-1 -f Estimated-Hours=3 &&
	test_path_is_file $T/queued-1.md &&
	ops_step Requested queued-1 &&
	same_answers
'

test_expect_success 'only who may edit tasks moves them' '
	ops_refused power.missing ops --as $QA relocate
'

test_expect_success 'what would be tried, and nothing done' '
	at=$(git rev-parse HEAD) &&
	ops --as $LEAD relocate --dry-run &&
	test "$at" = "$(git rev-parse HEAD)" && test_path_is_file $T/working-1.md
'

test_expect_success 'one commit moves them, whatever their status, and changes no byte' '
	git ls-tree -r HEAD $T | awk "{ print \$3 }" | sort >blobs &&
	ops --as $LEAD relocate &&
	git ls-tree -r HEAD $T | awk "{ print \$3 }" | sort >blobs.after &&
	test_cmp blobs blobs.after &&
	git show --stat --format= HEAD >stat &&
	for id in queued-1 assigned-1 working-1 review-1
	do
		test_path_is_file $T/$(shard $id)/$id.md &&
		test_path_is_missing $T/$id.md || return 1
	done &&
	git diff --exit-code && git diff --cached --exit-code &&
	same_answers
'

test_expect_success 'life goes on there' '
	ops_step Approved queued-1 && ops_step Assigned queued-1 && ops_step In-Progress queued-1 &&
	ops --as $LEAD cancel assigned-1 -m "no more" &&
	test_path_is_missing $T/$(shard assigned-1)/assigned-1.md &&
	ops list --all && ops next --all && ops status && ops deps &&
	same_answers
'

test_expect_success 'a task in the wrong one of these directories is a finding' '
	set_types "types:" "  task:" "    place: \"{tasks}/{shard}/{id}.md\"" &&
	mkdir -p $T/zz && git mv $T/$(shard working-1)/working-1.md $T/zz/ &&
	test_expect_code 1 ops check >found 2>&1 &&
	test_grep doc.place found &&
	git reset -q --hard
'

test_expect_success 'a frozen task that is moved changes in nothing else' '
	f=$T/$(shard review-1)/review-1.md &&
	set_types "types:" "  task:" "    place: \"{tasks}/{id}.md\"" \
		"    paths: [\"$T/*/*.md\"]" &&
	sed "s/^## Objective/## Objective\n\nMore./" $f >$T/review-1.md && git rm -q $f &&
	git add -A $T &&
	git -c user.email=operations-orchestrator@example.org commit -q --no-verify --author "L <operations-orchestrator@example.org>" -m "docs: move and change" &&
	test_must_fail ops audit verify >found 2>&1 &&
	test_grep doc.frozen found &&
	git reset -q --hard HEAD~1
'

test_expect_success 'and back' '
	ops --as $LEAD relocate &&
	test_path_is_file $T/working-1.md &&
	same_answers
'

test_expect_success 'more than 4096 tasks in one directory: status says what would help' '
	git init -q "$TEST_ROOT/many" && cd "$TEST_ROOT/many" && ops_world &&
	ops status >before && test_grep ! relocate before &&
	awk -v tip="$(git rev-parse HEAD)" "BEGIN {
		print \"commit refs/heads/$(git symbolic-ref --short HEAD)\"
		print \"committer B <b@example.org> 1768478400 +0000\\ndata 1\\nx\\nfrom \" tip
		for (i = 0; i < 4097; i++) {
			t = \"---\\nTitle: T\\nVersion: 1.0.0\\nStatus: Queued\\nPriority: LOW\\n\" \
				\"Owner: Operations Orchestrator\\n---\\n\"
			printf \"M 100644 inline $T/t-%d.md\\ndata %d\\n%s\\n\", i, length(t), t
		}
		print \"done\" }" | git fast-import --quiet --done &&
	ops status >after && test_grep "relocate" after &&
	ops --json status >answer && test_grep advice answer
'

test_expect_success 'so many are moved by two commits, each of which is judged' '
	cd "$TEST_ROOT/many" && git reset -q --hard &&
	set_types "types:" "  task:" "    place: \"{tasks}/{shard}/{id}.md\"" \
		"    paths: [\"$T/*.md\"]" &&
	at=$(git rev-parse HEAD) &&
	ops --as $LEAD relocate >moved &&
	test_grep "4096 documents moved" moved && test_grep "1 documents moved" moved &&
	test "$(git rev-list --count $at..HEAD)" = 2 &&
	test -z "$(git ls-tree HEAD $T/ | grep blob)" &&
	test "$(git ls-tree -r HEAD $T/ | wc -l)" -eq 4097 &&
	git diff --exit-code && git diff --cached --exit-code &&
	ops_json result.committed false ops --as $LEAD relocate
'

test_done
