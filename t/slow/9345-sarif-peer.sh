#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What ops writes as SARIF, by the schema that is published: t/fixtures/sarif holds only what we
# write of it.  The schema and a validator come from npm, into the directory of this script
# alone; where there is no node, no npm or no network, all of it is skipped, and says so.

test_description='SARIF by its published schema'
TEST_NO_VERIFY='illegal commits are made on purpose'
. "$(dirname "$0")/../test-lib.sh"

T=05-PROCESSES/active-tasks
peer=$TEST_ROOT/peer

if ! command -v node >/dev/null || ! command -v npm >/dev/null
then
	skip_all='needs node and npm'
	test_done
fi
mkdir "$peer"
if ! timeout 300 npm install --prefix "$peer" --ignore-scripts --no-audit --no-fund \
	@microsoft/jest-sarif@1.0.0-beta.0 >"$peer/said" 2>&1 </dev/null
then
	skip_all="npm installs nothing here: $(sed -n 's/^npm [a-zA-Z]*!* *code *//p' "$peer/said" | head -n 1)"
	test_done
fi

published () {
	node "$TEST_FIXTURES/sarif/published.js" "$peer" "$@"
}

# has FILE TEXT...: all of these are in it.
has () {
	has_in=$1
	shift
	for has_text
	do
		test_grep -F -e "$has_text" "$has_in" || return 1
	done
}

test_expect_success 'the schema itself sees faults' '
	run () {
		printf "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"x\"}}, \
			\"results\": [%s]}]}" "$1"
	} &&
	run "{\"message\": {\"text\": \"a\"}, \"level\": \"note\"}" >good && published good &&
	at () {
		run "{\"message\": {\"text\": \"a\"}, \"locations\": [{\"physicalLocation\": {$1}}]}"
	} &&
	run "{}" >bad-1 && run "{\"message\": {\"text\": \"a\"}, \"level\": \"bad\"}" >bad-2 &&
	at "\"artifactLocation\": {\"uri\": \"a b\"}" >bad-3 &&
	at "\"region\": {\"startLine\": 0}" >bad-4 &&
	run "{\"message\": {\"text\": \"a\"}, \"suppressions\": [{}]}" >bad-5 &&
	for n in 1 2 3 4 5
	do
		test_expect_code 1 published bad-$n >said && test_grep "^bad-$n: " said || return 1
	done &&
	test_expect_code 3 node "$TEST_FIXTURES/sarif/published.js" "$HOME" good 2>said
'

test_expect_success 'documents: every severity, excuses, odd names' '
	ops_world && ops_task swap-7k2f && ops_task second-1 && mkdir docs &&
	test_sed $T/swap-7k2f.md "s/^Priority: .*/Priority: URGENT/" \
		"s/^Estimated-Hours:.*/Estimated-Hours: many # ops-allow field.value: guessed/" &&
	test_sed $T/second-1.md "s/^Due: .*/Due: 2025-01-01/" &&
	for name in "with space" "naïve 日本" "a%41,b:c<d>&\"e" "back\\slash?#[x]"
	do
		test_write_lines --- "Title: x" "Status: Queued" --- >"$T/$name.md" || return 1
	done &&
	test_write_lines --- "Title: \"\\u202e\\u0007\"" --- >"$T/$(printf "back \342\200\256wards").md" &&
	printf "[a](gone.md) <!-- ops-allow link.broken: \"later\" \\\\ \303\244 -->\n" >docs/a.md &&
	printf "%s\n" --- "a: b: c" "x	y: z" >$T/broken-1.md &&
	ops_commit_as $LEAD "faults" &&
	test_write_lines "format: 1" "version: 2" "severity: {field.missing: note}" \
		>05-PROCESSES/ops.yaml && ops_commit_as $GOV "config: not so grave" &&
	test_expect_code 1 ops check --show-suppressed --format sarif >all.sarif &&
	has all.sarif "\"level\": \"error\"" "\"level\": \"warning\"" "\"level\": \"note\"" \
		"\"suppressions\"" "with%20space" "na%C3%AFve%20%E6%97%A5" &&
	published all.sarif &&
	test_might_fail ops check --format sarif docs >some.sarif && published some.sarif
'

test_expect_success 'commits: findings with a place and without' '
	test_sed $T/swap-7k2f.md "s/^Status: Queued/Status: Complete/" &&
	ops_commit_as $LEAD "done, \"by hand\"" &&
	test_sed $T/second-1.md "s/^Priority: HIGH/Priority: LOW/" && ops_commit_as nobody "less" &&
	test_expect_code 1 ops audit verify --format sarif >audit.sarif &&
	has audit.sarif actor.unknown "\"locations\": []" startLine && published audit.sarif &&
	test_expect_code 1 ops ci --base HEAD~3 --report sarif=ci.sarif >out &&
	has ci.sarif actor.unknown with%20space "\"level\": \"note\"" && published ci.sarif
'

test_expect_success 'nothing found' '
	git init -q ../empty && git -C ../empty commit -q --allow-empty -m one &&
	ops -C ../empty audit verify --format sarif >none.sarif && published none.sarif
'

test_done
