#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops new: documents of every type, from words or from a draft, under ids that
# are used once.

test_description='new documents'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'the standard repository' '
	ops_world &&
	ops check
'

test_expect_success 'a task from a title gets an id, defaults and headings' '
	ops --as $LEAD new task "Swap the matching algorithm" >said &&
	path=$(echo 05-PROCESSES/active-tasks/*.md) &&
	id=${path##*/} && id=${id%.md} &&
	echo "$id" >id &&
	test_grep -E "^swap-the-matching-algorithm-[0-9a-hjkmnp-tv-z]{4}$" id &&
	test_grep "^new $id: Queued" said &&
	cat >expected <<-\EOF &&
	---
	Title: Swap the matching algorithm
	Version: 1.0.0
	Status: Queued
	Owner: Operations Orchestrator
	Priority: MEDIUM
	Created: 2026-01-15
	Created-By: operations-orchestrator
	---

	# Swap the matching algorithm

	## Objective

	## Scope

	## Acceptance Criteria

	## Timeline

	## Dependencies

	## Resources
	EOF
	test_cmp expected "$path" &&
	git diff --quiet HEAD && git diff --cached --quiet HEAD
'

test_expect_success 'the same title twice makes two ids' '
	ops --as $LEAD new task "Swap the matching algorithm" &&
	ls 05-PROCESSES/active-tasks >ids &&
	test_line_count = 2 ids
'

test_expect_success 'the answer in JSON is what was committed' '
	ops --json --as $LEAD new task "A short one" >answer &&
	"$TEST_BUILD/t/json-get" result.commit answer >said &&
	git rev-parse HEAD >expected &&
	test_cmp expected said &&
	"$TEST_BUILD/t/json-get" result.acts.0.path answer >path &&
	git cat-file -e "HEAD:$(cat path)" &&
	"$TEST_BUILD/t/json-get" result.subject answer >said &&
	git log -1 --format=%s >expected &&
	test_cmp expected said &&
	"$TEST_BUILD/t/json-get" result.acts.0.to answer >said &&
	test_grep -x Queued said
'

test_expect_success 'fields and sections are set as given' '
	echo "from a file" >scope.txt &&
	printf "from standard input\n\nin two paragraphs\n" |
	ops --as $LEAD new task --id filled-1 "Filled" -f Priority=LOW -f Due=2026-02-01 \
		-f Prompt=delivery-prompt -f "Milestones=first, second" -f X-Ours=kept \
		-s Objective=inline -s Scope=@scope.txt -s Resources=@- -s Timeline=@@home &&
	ops show --raw filled-1 >shown &&
	for line in "Priority: LOW" "Due: 2026-02-01" "X-Ours: kept" inline "from a file" \
		"in two paragraphs" "@home"
	do
		test_grep -F -x -e "$line" shown || return 1
	done &&
	ops_json result.fields.Milestones "first, second" ops show filled-1
'

test_expect_success 'values that YAML would take for something else come back as given' '
	n=0 &&
	while IFS= read -r title
	do
		n=$((n + 1)) &&
		ops --as $LEAD new --id value-$n -- task "$title" >/dev/null &&
		ops_json result.fields.Title "$title" ops show value-$n || return 1
	done <<-\EOF
	a: b
	# no comment
	a #b
	"quoted"
	it is 'quoted'
	yes
	null
	~
	1.50
	0x1f
	2026-01-01
	- item
	[a] [b]
	{a: b}
	*star &and !bang %percent @at `tick`
	back\slash
	? question
	| pipe
	> fold
	äöü ☃ 漢字
	---
	...
	=
	<<
	EOF
'

test_expect_success 'a draft is kept as it is written' '
	cat >draft <<-\EOF &&
	---
	# what this is about
	Priority:   HIGH    # for now
	Title: "Draft"
	X-Unknown: [1,   2]
	---
	# Draft

	## Objective
	Keep   all   of   this.
	EOF
	ops --as $LEAD new task --id draft-1 --from draft &&
	git show HEAD:05-PROCESSES/active-tasks/draft-1.md >made &&
	while IFS= read -r line
	do
		test_grep -F -x -e "$line" made || return 1
	done <draft &&
	sed 1,/^---/d draft | sed 1,/^---/d >body &&
	tail -n "$(wc -l <body)" made >tail &&
	test_cmp body tail
'

test_expect_success 'a draft without a header, and one with CRLF' '
	printf "# A body\n\n## Objective\n\nx\n" |
	ops --as $LEAD new task --id bare-1 --from - "A title" &&
	ops_json result.fields.Title "A title" ops show bare-1 &&
	printf "%s\r\n" --- "Title: Crlf" --- "" body |
	ops --as $LEAD new task --id crlf-1 --from - -s "Scope=two
lines" &&
	tr -dc "\r" <05-PROCESSES/active-tasks/crlf-1.md | wc -c >cr &&
	wc -l <05-PROCESSES/active-tasks/crlf-1.md >lf &&
	test "$(cat cr)" -eq "$(cat lf)"
'

test_expect_success 'imported spellings of a status become ours' '
	printf "%s\n" --- "Title: Imported" "Status: NOT_STARTED" --- >draft &&
	ops --as $LEAD new task --id imported-1 --from draft &&
	ops_json result.fields.Status Queued ops show imported-1 &&
	test_grep "^Status: Queued$" 05-PROCESSES/active-tasks/imported-1.md
'

test_expect_success 'a new task begins at the beginning' '
	printf "%s\n" --- "Title: Imported" "Status: IN_PROGRESS" --- >draft &&
	ops_refused doc.initial ops --as $LEAD new task --from draft &&
	printf "%s\n" --- "Title: Imported" "Started: 2026-01-01" --- >draft &&
	ops_refused field.guarded ops --as $LEAD new task --from draft &&
	test "$(grep -c "error field.guarded" "$TEST_ROOT/refused.err")" = 1 &&
	test_grep "is set by .start., .reclaim., not at creation" "$TEST_ROOT/refused.err" &&
	printf "%s\n" --- "Title: Imported" "Created-By: meta-orchestrator" --- >draft &&
	ops_refused field.guarded ops --as $LEAD new task --from draft &&
	printf "%s\n" --- "Title: Imported" "Status: Nonsense" --- >draft &&
	ops_refused field.value ops --as $LEAD new task --from draft
'

test_expect_success 'templates and unfilled values are refused' '
	ops_refused doc.placeholder ops --as $LEAD new task "[TASK TITLE]" &&
	ops_refused doc.placeholder ops --as $LEAD new task "<name>" &&
	ops_refused doc.placeholder ops --as $LEAD new task "Fine" -f Due=YYYY-MM-DD &&
	printf "%s\n" --- "Title: [Name of the task]" --- >draft &&
	ops_refused doc.placeholder ops --as $LEAD new task --from draft &&
	ops_refused field.missing ops --as $LEAD new task &&
	ops_refused field.missing ops --as $LEAD new task ""
'

test_expect_success 'wrong values are all named at once' '
	ops_refused field.value ops --as $LEAD new task --id wrong-1 Wrong \
		-f Priority=URGENT -f Due=2026-02-30 -f Version=1 -f Estimated-Hours=many \
		-f Prompt=no-such-prompt &&
	for field in Priority Due Version Estimated-Hours Prompt
	do
		test_grep "wrong-1.md:[0-9]*:[0-9]*: .*$field" "$TEST_ROOT/refused.err" ||
			return 1
	done &&
	test_grep field.reference "$TEST_ROOT/refused.err"
'

test_expect_success 'the commonest slip of all is named with its remedy' '
	printf "%s\n" --- "Title: Fix: the matcher" --- >draft &&
	ops_refused yaml.unquoted-colon ops --as $LEAD new task --from draft &&
	test_grep "Title: \"Fix: the matcher\"" "$TEST_ROOT/refused.err"
'

test_expect_success 'an id is used once, and is a name' '
	ops_unchanged 1 ops --as $LEAD new task --id draft-1 "Again" &&
	test_grep "draft-1" "$TEST_ROOT/refused.err" &&
	for id in ../x a/b "a b" .hidden "" "$(printf "%0101d" 0)" "a
b" "é"
	do
		ops_unchanged 2 ops --as $LEAD new task --id "$id" "Named" || return 1
	done
'

test_expect_success 'agents, prompts and policies, by who may' '
	ops --as $BOSS new agent "New Person" -f Department=Production &&
	test_path_is_file 05-PROCESSES/agents/Production/new-person.md &&
	ops --as $ARCH new prompt "New prompt" -f Applies-To=everybody &&
	ops_json result.fields.Status Draft ops show new-prompt &&
	ops_json result.fields.Next-Review 2026-04-15 ops show new-prompt &&
	ops_json result.fields.Owner "System Architect" ops show new-prompt &&
	ops --as $GOV new policy "New policy" -f Applies-To=everybody &&
	ops_unchanged 1 ops --as $ARCH new prompt "New prompt" -f Applies-To=everybody &&
	ops_refused power.missing ops --as $DEV new task "Mine" &&
	ops_refused power.missing ops --as $LEAD new agent "Crony" -f Department=Production &&
	ops_refused power.missing ops --as $LEAD new prompt "Mine" -f Applies-To=me &&
	ops_refused power.protected ops --as $LEAD new policy "Mine" -f Applies-To=me
'

test_expect_success 'nobody known may not, and unknown types are wrong usage' '
	ops_refused actor.unknown ops new task "Whose" &&
	ops_refused actor.unknown ops --as nobody new task "Whose" &&
	ops_unchanged 2 ops --as $LEAD new widget "What" &&
	ops_unchanged 2 ops --as $LEAD new decision "Approve" &&
	ops_unchanged 2 ops --as $LEAD new packet "Approve" &&
	ops_unchanged 4 ops --as $LEAD new task "Where" -s Scope=@no-such-file &&
	ops_unchanged 2 ops --as $LEAD new task "Where" -f Scope
'

test_expect_success 'a dry run says the same and changes nothing' '
	ops_unchanged 0 ops --as $LEAD new task --dry-run --id dry-1 "Dry" &&
	test_grep "^would new dry-1: Queued" "$TEST_ROOT/refused.out" &&
	ops_unchanged 0 ops --json --as $LEAD new task --dry-run --id dry-1 "Dry" &&
	test_grep "\"committed\": *false" "$TEST_ROOT/refused.out" &&
	ops_refused power.missing ops --as $DEV new task --dry-run "Dry"
'

test_done
