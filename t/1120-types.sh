#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The examples of types over documents nobody here wrote: each finding is one that
# docs/types.md explains, and stands in a list, so that a new one is looked at.

test_description='types for documents of others'
. "$(dirname "$0")/test-lib.sh"

TYPES=$TEST_SOURCE/examples/types
FINDINGS=$TEST_FIXTURES/types

# typed NAME DIRECTORY: a repository there with the type in force.
typed () {
	mkdir "$2" && cd "$2" && git init -q && ops_world &&
	cp "$TYPES/$1.yaml" 05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "feat: keep $1" &&
	ops check --at HEAD
}

# complete: in force is the type without what it lets be absent.
complete () {
	test_sed 05-PROCESSES/ops.yaml "/^    absent:/d" "s/^version: .*/version: 3/" &&
	ops_commit_as $GOV "feat: have all of them"
}

# found: "path:line rule" of the findings of an answer in text.
found () {
	sed -n 's/^\(.*\.md:[0-9]*\):[0-9]*: error \([a-z.-]*\): .*/\1 \2/p' | LC_ALL=C sort
}

# classes: "count rule name" of them, the name being the first that is quoted.
classes () {
	sed -n "s/.*\.md:[0-9]*:[0-9]*: error \([a-z.-]*\): [^']*'\([^']*\)'.*/\1 \2/p" |
		LC_ALL=C sort | uniq -c | sed "s/^ *//"
}

# explained NAME: the same from the tables of the page.
explained () {
	awk -v name="$1" -F "|" '
	/^## / { here = index($0, "(" name ".yaml)") }
	here && /^\| [0-9]+ \|/ { gsub(/[` ]/, "", $2); split($3, w, "`"); print $2, w[2], w[4] }
	' "$TEST_SOURCE/docs/types.md" | LC_ALL=C sort -k2
}

# compare NAME: the findings of the files in the work tree with list and page.
compare () {
	git add -A && git commit -q --no-verify -m "documents of others" &&
	test_expect_code 1 ops check --at HEAD >answer &&
	found <answer >actual &&
	test_cmp "$FINDINGS/$1.findings" actual &&
	classes <answer | LC_ALL=C sort -k2 >counted &&
	explained "$1" >expected &&
	test_cmp expected counted
}

test_have_prereq CORPUS || say_skipped="no documents in $OPS_CORPUS (set OPS_CORPUS)"
test -z "$say_skipped" || echo "# SKIPPED: the tests over the corpus: $say_skipped"

test_expect_success CORPUS 'improvement proposals' '
	(
		typed improvement-proposals proposals &&
		mkdir EIPS && cp "$OPS_CORPUS"/proposals/*.md EIPS &&
		compare improvement-proposals
	)
'

test_expect_success CORPUS 'what a proposal requires is found when it is there' '
	(
		cd proposals && complete &&
		test_expect_code 1 ops check --at HEAD >answer &&
		test $(grep -c "error field.reference: " answer) = 109 &&
		sed -n "s|.*error field.reference: .*there is no .EIPS/eip-\([0-9]*\).md.$|\1|p" \
			answer | sort -u >numbers &&
		test_line_count = 62 numbers &&
		while read -r n
		do
			test_write_lines --- "eip: $n" "category: Core" "status: Moved" --- \
				>EIPS/eip-$n.md || exit 1
		done <numbers &&
		test_might_fail ops check >answer &&
		test_grep section.missing answer && test_grep ! field.reference answer &&
		test_grep "link.broken: there is no .assets/" answer &&
		mv EIPS/eip-7723.md EIPS/eip-99999.md &&
		test_might_fail ops check >answer &&
		test_grep "field.reference: .requires.: there is no .EIPS/eip-7723.md" answer &&
		test_grep "EIPS/eip-99999.md:1:1: error doc.place" answer
	)
'

test_expect_success CORPUS 'agents, skills and commands' '
	(
		typed skills-and-agents plugins &&
		for f in "$OPS_CORPUS"/agents/*.md
		do
			to=$(basename "$f" | tr _ /) && mkdir -p "${to%/*}" &&
			cp "$f" "$to" || exit 1
		done &&
		compare skills-and-agents
	)
'

test_expect_success CORPUS 'tasks of another tool' '
	(
		typed backlog-tasks backlog &&
		mkdir -p backlog/tasks backlog/drafts &&
		cp "$OPS_CORPUS"/backlog/back-*.md backlog/tasks &&
		cp "$OPS_CORPUS"/backlog/draft-*.md backlog/drafts &&
		compare backlog-tasks
	)
'

# proposal NUMBER STATUS [LINE...]: one that is as it should be.
proposal () {
	number=$1 status=$2 && shift 2 &&
	test_write_lines --- "eip: $number" "title: Pay once" \
		"description: A payment is made once." "author: Ada (@ada)" \
		"discussions-to: https://example.org/1" "status: $status" "$@" \
		"type: Standards Track" "category: Core" "created: 2026-01-02" --- "" \
		"## Security Considerations" "" "None." "" "## Copyright" "" "CC0." \
		>EIPS/eip-$number.md
}

test_expect_success 'a proposal that is right, and each thing that is not' '
	(
		typed improvement-proposals rules && complete && mkdir EIPS && p=EIPS/eip-7.md &&
		proposal 5 Draft && proposal 7 Draft "requires: 5" &&
		ops check --at HEAD && git add EIPS && git commit -q -m "proposals" &&
		ops check --at HEAD &&
		while IFS="|" read -r edit rule words
		do
			test_sed $p "$edit" &&
			test_expect_code 1 ops --as $DEV check >answer &&
			test_grep -F "error $rule: $words" answer &&
			git checkout -q $p || exit 1
		done <<-\EOF
		s/^title:.*/title: 123456789 123456789 123456789 123456789 12345/|field.value|'\''title'\'' is
		s/^author:.*/author: Ada <ada@example.org>/|field.value|'\''author'\'' is
		/^category:/d|field.missing|'\''category'\'' is missing and required by '\''type: Standards Track'\''
		s/^requires:.*/requires: 5, 6/|field.reference|'\''requires'\'': there is no '\''EIPS/eip-6.md'\''
		s/^requires:.*/requires: 5,,5/|field.reference|'\''requires'\'': there is no '\''EIPS/eip-.md'\''
		s/^requires:.*/requires: ..\/..\/x/|field.reference|'\''requires'\'': path
		s/^status:.*/status: Idea/|field.value|'\''status'\'' is
		s/^status:.*/status: Final/|doc.transition|no transition leads from Draft to Final
		s/^status:.*/status: Last Call/|field.missing|'\''last-call-deadline'\'' is missing
		s/^eip:.*/eip: 8/|doc.place|its path is not EIPS/eip-{eip}.md
		EOF
	)
'

test_expect_success 'its life, by acts and by hand' '
	(
		cd rules && p=EIPS/eip-7.md &&
		ops --as $DEV act review eip-7 &&
		test_grep "^status: Review" $p && test_grep ! "^Status" $p &&
		ops list --type improvement-proposal >listed &&
		test_grep "^eip-7 .*Review" listed &&
		ops_refused doc.transition ops --as $DEV act finalize eip-7 &&
		test_sed $p "s/^status:.*/status: Last Call/" "/^status/a last-call-deadline: 2026-02-01" &&
		ops --as $DEV check &&
		git add -A EIPS && GIT_AUTHOR_EMAIL=$DEV@example.org git commit -q -m "last call" &&
		ops_refused power.missing ops --as $DEV act finalize eip-7 &&
		ops --as $DEV act withdraw eip-7 --reason "Somebody else did it" &&
		test_grep "^withdrawal-reason: Somebody else did it" $p &&
		test_sed $p "s/^status:.*/status: Draft/" &&
		test_expect_code 1 ops --as $DEV check >answer &&
		test_grep "$p:7:9: error doc.transition" answer
	)
'

test_expect_success 'an agent and a skill with faults' '
	(
		typed skills-and-agents faults && d=plugins/a &&
		mkdir -p $d/agents $d/skills/one $d/commands &&
		test_write_lines --- "name: Rusty" "description: Writes Rust." "model: gpt" \
			"tools: Read, Bash(git *)" --- >$d/agents/rusty.md &&
		test_write_lines --- "name: two" --- >$d/skills/one/SKILL.md &&
		test_write_lines --- "description: >-" "  Two" "  lines." \
			"argument-hint: [path]" --- >$d/commands/go.md &&
		git add -A && test_expect_code 1 ops check --staged >answer &&
		test_grep "rusty.md:2:7: error field.value: .name. is .Rusty., which is not a name" answer &&
		test_grep "rusty.md:4:8: error field.value: .model." answer &&
		test_grep ! "rusty.md.*tools" answer &&
		test_grep "SKILL.md:1:1: error doc.place" answer &&
		test_grep "SKILL.md:1:1: error field.missing: .description." answer &&
		test_grep ! "go.md:[0-9]*:[0-9]*: error field" answer &&
		test_grep ! "go.md:[0-9]*:[0-9]*: error doc.placeholder" answer
	)
'

test_expect_success 'decision records: who proposes does not accept' '
	(
		typed decision-records decisions &&
		ops --as $DEV new decision-record "Keep money in integers" \
			-s "Context=Sums drift." -s "Decision=Amounts are integers." &&
		ops --as $DEV edit keep-money -s "Consequences=Whoever prints divides." &&
		ops_refused power.missing ops --as $DEV act accept keep-money &&
		ops --as $ARCH act accept keep-money &&
		ops_refused doc.frozen ops --as $DEV edit keep-money -s "Context=None." &&
		f=docs/decisions/keep-money-in-integers.md &&
		test_sed $f "s/^Status:.*/Status: Replaced/" &&
		test_expect_code 1 ops --as $ARCH check >answer &&
		test_grep "error field.missing: .Replaced-By." answer
	)
'

test_done
