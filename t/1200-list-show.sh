#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops list and ops show: filters, revisions, names, and nothing left out.

test_description='looking at documents'
. "$(dirname "$0")/test-lib.sh"

# listed OPTION...: the ids, one line.
listed () {
	ops --json list "$@" >answer &&
	{ "$TEST_BUILD/t/json-get" "result.documents.*.id" answer || :; } | xargs
}

test_expect_success 'tasks in several states' '
	ops_world &&
	ops_task_at Queued queued-1 &&
	ops_task queued-2 -f Priority=LOW -f Due=2026-02-01 -f Type=bug &&
	ops_task_at In-Progress working-1 &&
	ops_task_at Blocked blocked-1 &&
	ops_task_at Review review-1 &&
	ops_task_at Cancelled gone-1 &&
	git tag before &&
	ops_task_at Complete done-1
'

test_expect_success 'the open ones, in order' '
	test "$(listed)" = "blocked-1 queued-1 queued-2 review-1 working-1" &&
	test "$(listed --all | tr " " "\n" | sort | xargs)" = \
		"blocked-1 done-1 gone-1 queued-1 queued-2 review-1 working-1"
'

test_expect_success 'every filter' '
	test "$(listed -s Queued)" = "queued-1 queued-2" &&
	test "$(listed --status In-Progress,Review)" = "review-1 working-1" &&
	test "$(listed --status NOT_STARTED)" = "queued-1 queued-2" &&
	test "$(listed --status IN_PROGRESS)" = working-1 &&
	test "$(listed --status COMPLETED --all)" = done-1 &&
	test "$(listed --assignee codegen)" = "blocked-1 review-1 working-1" &&
	test "$(listed --assignee Production/codegen -s Review)" = review-1 &&
	test "$(listed --assignee scout)" = "" &&
	test "$(listed --department Production)" = "blocked-1 review-1 working-1" &&
	test "$(listed --department Quality)" = "" &&
	test "$(listed --priority LOW)" = queued-2 &&
	test "$(listed --due-before 2026-02-01)" = queued-2 &&
	test "$(listed --due-before 2026-01-31)" = "" &&
	test "$(listed --due-after 2026-02-02 -s Queued)" = queued-1 &&
	test "$(listed --type policy)" = release-policy &&
	test "$(listed --type prompt --status Draft)" = draft-prompt
'

test_expect_success 'a filter that can match nothing is an error, not an empty list' '
	test_expect_code 2 ops list --due-before tomorrow &&
	test_expect_code 2 ops list --due-after 2026-02-30 &&
	test_expect_code 2 ops list --type nonsense &&
	test_expect_code 2 ops list --status Nonsense 2>err && test_grep "Review, Blocked" err
'

test_expect_success 'nor is a name that nobody has' '
	ops_unchanged 2 ops list -p high && test_grep "which has CRITICAL, HIGH, MEDIUM and LOW" ../refused.err &&
	ops_unchanged 2 ops list -p HIGH, && ops_unchanged 2 ops list -s "" && ops_unchanged 2 ops list -s Queued, &&
	ops list -p HIGH,LOW && ops list -t prompt -p high &&
	ops_unchanged 4 ops list -A nobody && ops_unchanged 4 ops list -A Quality/$DEV && ops_unchanged 4 ops list -D production &&
	ops list -A $BOSS >out && test_grep -x none out && ops list -D Executive >out && test_grep -x none out
'

test_expect_success 'an earlier state' '
	test "$(listed --all --at before)" = \
		"blocked-1 queued-1 queued-2 review-1 working-1 gone-1" &&
	test "$(listed --at before~2 -s Review)" = review-1 &&
	test "$(listed --at HEAD --all -s Complete)" = done-1 &&
	test_expect_code 4 ops list --at no-such-revision &&
	ops_json result.fields.Status Queued ops show queued-1 --at before &&
	test_expect_code 4 ops show done-1 --at before
'

test_expect_success 'the table' '
	ops list -s Queued >table &&
	test_line_count = 3 table &&
	test_grep "^ID  *STATUS  *PRIORITY  *ASSIGNED  *DUE  *TITLE$" table &&
	test_grep "^queued-1  *Queued  *HIGH  *-  *2026-03-01  *Swap the matching algorithm$" table
'

test_expect_success 'names: an id, a prefix, a path' '
	ops_json result.id working-1 ops show working-1 &&
	ops_json result.id working-1 ops show work &&
	ops_json result.id working-1 ops show 05-PROCESSES/active-tasks/working-1.md &&
	ops_json result.id done-1 ops show done-1 &&
	ops_json result.type policy ops show release-policy &&
	test_expect_code 4 ops show wor &&
	test_expect_code 4 ops show nothing-of-that-name &&
	test_expect_code 4 ops --json show nothing-of-that-name >answer &&
	"$TEST_BUILD/t/json-get" error.status answer >said &&
	test_grep -x not-found said
'

test_expect_success 'a prefix of two is ambiguous, and both are named' '
	test_expect_code 4 ops show queued 2>err &&
	test_grep queued-1 err && test_grep queued-2 err &&
	test_expect_code 4 ops --json show queued >answer &&
	"$TEST_BUILD/t/json-get" error.status answer >said &&
	test_grep -x ambiguous said &&
	ops_task queued &&
	ops_json result.id queued ops show queued
'

test_expect_success 'show: header, gates, body, and what they are worth' '
	ops show done-1 >shown &&
	test_grep "^Status: Complete$" shown &&
	test_grep "^pre-governance  *approved  *governance-orchestrator" shown &&
	test_grep "^quality  *approved  *validator" shown &&
	test_grep "^post-governance  *approved" shown &&
	test_grep "^Match 10 000 orders" shown &&
	tail -n 1 shown >last &&
	test_grep "^assurance: identity=asserted history=unverified enforcement=local anchor=none$" last &&
	ops_json result.gates.1.state approved ops show done-1 &&
	ops_json "result.gates.#" 3 ops show working-1
'

test_expect_success 'show --raw is the file' '
	ops show --raw queued-2 >raw &&
	cmp raw 05-PROCESSES/active-tasks/queued-2.md &&
	printf "%s\r\n" --- "Title: Crlf" --- "a	tab" >draft &&
	ops --as $LEAD new task --id crlf-1 --from draft &&
	ops show --raw crlf-1 >raw &&
	cmp raw 05-PROCESSES/active-tasks/crlf-1.md
'

test_expect_success 'the tip is shown, whatever lies in the work tree' '
	test_when_finished "git checkout -q -f" &&
	test_sed 05-PROCESSES/active-tasks/queued-1.md "s/^Priority: .*/Priority: LOW/" &&
	ops_json result.fields.Priority HIGH ops show queued-1
'

test_expect_success 'a document that cannot be read is reported, and the rest listed' '
	test_write_lines --- "Title: a: b" --- >05-PROCESSES/active-tasks/broken-1.md &&
	ops_commit_as $LEAD "a broken one" &&
	test_expect_code 1 ops list >table 2>err &&
	test_grep "^queued-1 " table &&
	test_grep "broken-1.md:2:9: error yaml.unquoted-colon" err &&
	test_grep "may not be whole" err &&
	test_expect_code 1 ops --json list >answer &&
	"$TEST_BUILD/t/json-get" "findings.0.path" answer >said &&
	test_grep broken-1 said &&
	test_expect_code 1 ops show broken-1 2>err &&
	test_grep yaml.unquoted-colon err
'

TEST_NO_VERIFY='a broken document was committed on purpose'
test_done
