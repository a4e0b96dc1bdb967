#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A session ends with decisions and patterns: a document for the next one, an entry for
# each with its reason, and links between them that lead somewhere.

test_description='handoffs of sessions'
. "$(dirname "$0")/test-lib.sh"

S=05-PROCESSES/sessions

# broken: each link of the Markdown files that leads to no file, or to no heading.
broken () {
	for file in DECISIONS.md PATTERNS.md $S/*.md
	do
		grep -o "](\([^)]*\))" "$file" | sed "s/^](//;s/)$//" | while read -r link
		do
			target=${link%%#*} anchor=
			case $link in *#*) anchor=${link#*#} ;; esac
			path=$file
			test -z "$target" || path=$(dirname "$file")/$target
			test -f "$path" || { echo "$file: $link"; continue; }
			test -z "$anchor" ||
				sed -n "s/^##* //p" "$path" | tr "[:upper:] " "[:lower:]-" |
				tr -cd "a-z0-9_\n-" | grep -q -x -e "$anchor" ||
				echo "$file: $link"
		done
	done
}

test_expect_success 'a session leaves a document, decisions with reasons, patterns' '
	ops_world &&
	cat >session <<-\EOF &&
	Title: Session 039
	Completed:
	- [x] Mission Command restructure, by [[One chain of command]]
	Current State: merged, all green
	Pending:
	- [ ] the guide
	Risks: two agents do not know it yet
	Findings: [[Retry a push]] saved an hour
	Next: write the guide first
	Decisions:
	- One chain of command: two orders for one agent met twice
	- Ship on Fridays: nobody objects
	Patterns:
	- Retry a push: fetch, rebase and push again; never force
	EOF
	ops --as docwriter handoff session -F session >said &&
	ls $S/session-039-*.md >files && test_line_count = 1 files &&
	grep "^## ADR-000[12]-[0-9a-z]*: " DECISIONS.md >headings &&
	test_line_count = 2 headings &&
	test_grep "^## Retry a push$" PATTERNS.md &&
	test_grep "^two orders for one agent met twice$" DECISIONS.md &&
	test_grep "^- Recorded by: docwriter$" DECISIONS.md &&
	broken >found && test_must_be_empty found &&
	git diff --name-only HEAD~ >changed && test_line_count = 3 changed
'

test_expect_success 'the next one refers to it; what is superseded says so' '
	test_tick &&
	ID=$(basename $S/session-039-*.md .md) &&
	OLD=$(sed -n "s/^## \(ADR-0002-[0-9a-z]*\):.*/\1/p" DECISIONS.md) &&
	sed -e "s/^Title:.*/Title: Session 040/" -e "/^- One chain/d" \
		-e "s/^- Ship on.*/- No Fridays: it hurt; supersedes $OLD/" \
		-e "s/^- Retry a push:.*/- Retry a push: again/" session >next &&
	ops --as docwriter handoff session -F next Related="$ID" &&
	test_grep "^## ADR-0003-[0-9a-z]*: No Fridays$" DECISIONS.md &&
	sed -n "/^## $OLD/,/^## ADR-0003/p" DECISIONS.md >entry &&
	test_grep "^- Status: Superseded by \[ADR-0003-" entry &&
	grep -c "^- Seen in: " PATTERNS.md >count &&
	test_write_lines 2 >expected && test_cmp expected count &&
	broken >found && test_must_be_empty found
'

test_expect_success 'what leads nowhere, or says not why, is refused' '
	ops_unchanged 4 ops --as docwriter handoff session -F session Findings="[[Nothing]]" &&
	test_grep "is no decision and no pattern" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops --as docwriter handoff session -F session Decisions="- Because" &&
	ops_unchanged 4 ops --as docwriter handoff session -F session \
		Decisions="- New: supersedes ADR-0099" &&
	sed "s/^Findings.*/Findings: none/;/^Risks/d" session >thin &&
	ops_refused section.missing ops --as docwriter handoff session -F thin &&
	ops_refused field.reference ops --as docwriter handoff session -F session \
		Related=no-such-session &&
	ops_refused actor.unknown ops --as nobody handoff session -F session &&
	ops_unchanged 2 ops --as docwriter handoff session </dev/null &&
	ops_unchanged 0 ops --as docwriter handoff session -F session --dry-run
'

test_expect_success 'files that list what there is are brought up to date, and nothing else of them' '
	printf "%s\n" "# Guide" "" "<!-- ops-references: decisions -->" "an old list" \
		"<!-- ops-references: end -->" "My words: [[Retry a push]]." \
		"<!-- ops-references: patterns -->" "<!-- ops-references: end -->" \
		"<!-- ops-references: sessions -->" "<!-- ops-references: end -->" >CLAUDE.md &&
	git add CLAUDE.md && git commit -q -m "docs: a guide" && test_tick &&
	sed -e "/^- One chain/d" -e "s/^- Ship on.*/- Rest: it helps/" session >more &&
	ops --as docwriter handoff session -F more Title="Session 041" &&
	sed -e "s/ADR-\([0-9]*\)-[0-9a-z]*/ADR-\1-XXXX/g;s/adr-\([0-9]*\)-[0-9a-z]*/adr-\1-xxxx/g" \
		-e "s/session-\(0[0-9]*\)-[0-9a-z]*/session-\1/g" CLAUDE.md >found &&
	cat >expected <<-\EOF &&
	# Guide

	<!-- ops-references: decisions -->
	- [ADR-0001-XXXX: One chain of command](DECISIONS.md#adr-0001-xxxx-one-chain-of-command)
	- [ADR-0002-XXXX: Ship on Fridays](DECISIONS.md#adr-0002-xxxx-ship-on-fridays) (superseded)
	- [ADR-0003-XXXX: No Fridays](DECISIONS.md#adr-0003-xxxx-no-fridays)
	- [ADR-0004-XXXX: Rest](DECISIONS.md#adr-0004-xxxx-rest)
	<!-- ops-references: end -->
	My words: [[Retry a push]].
	<!-- ops-references: patterns -->
	- [Retry a push](PATTERNS.md#retry-a-push)
	<!-- ops-references: end -->
	<!-- ops-references: sessions -->
	- [session-039](05-PROCESSES/sessions/session-039.md): Session 039
	- [session-040](05-PROCESSES/sessions/session-040.md): Session 040
	- [session-041](05-PROCESSES/sessions/session-041.md): Session 041
	<!-- ops-references: end -->
	EOF
	test_cmp expected found && git diff --name-only HEAD~ >changed &&
	test_line_count = 4 changed && ops check CLAUDE.md &&
	test_sed CLAUDE.md "\$d" && git commit -q -am "docs: a slip" && test_tick &&
	ops_unchanged 1 ops --as docwriter handoff session -F more &&
	test_grep "a list of references has no end" "$TEST_ROOT/refused.err" &&
	echo "<!-- ops-references: end -->" >>CLAUDE.md && test_sed CLAUDE.md "s/: sessions/: songs/" &&
	git commit -q -am "docs: songs" && test_tick &&
	ops_unchanged 1 ops --as docwriter handoff session -F more &&
	test_grep "none of .songs." "$TEST_ROOT/refused.err" &&
	git rm -q CLAUDE.md && git commit -q -m "docs: no guide" &&
	git reset -q --hard HEAD~4
'

test_expect_success 'what the user is editing is not overwritten' '
	echo "my words" >>DECISIONS.md &&
	test_must_fail ops --as docwriter handoff session -F session 2>err &&
	test_grep DECISIONS.md err && test_grep "^my words$" DECISIONS.md &&
	git checkout -q DECISIONS.md
'

test_expect_success 'two clones never make one number' '
	echo "*.md merge=union" >.gitattributes && git add .gitattributes &&
	git commit -q -m "chore: merge lists by line" &&
	git clone -q . ../clone &&
	test_tick &&
	sed -e "s/^- Ship on.*/- Here: a reason/" -e "s/^- One chain.*/- There: another/" session |
		sed "s/\[\[One chain of command\]\]/it/" >more &&
	ops --as docwriter handoff session -F more &&
	(cd ../clone && git config user.name x && git config user.email x@example.org &&
	 ops --as docwriter handoff session -F ../trash/more) &&
	git pull -q --no-edit --no-rebase ../clone main &&
	sed -n "s/^## \(ADR-[^:]*\):.*/\1/p" DECISIONS.md >ids &&
	test_line_count = 7 ids &&
	sort -u ids >unique && test_line_count = 7 unique &&
	sed "s/-[0-9a-z]*$//" ids | sort | uniq -d >numbers &&
	test_write_lines ADR-0004 ADR-0005 >expected && test_cmp expected numbers &&
	ops audit verify
'

test_expect_success 'a session is on record: it is not changed afterwards' '
	FILE=$(ls $S/session-039-*.md | head -n 1) &&
	test_sed "$FILE" "s/two agents/all agents/" &&
	ops_commit_as docwriter "better words" &&
	ops_audit_names packet.append-only &&
	git reset -q --hard HEAD~
'

test_expect_success 'the files may lie elsewhere, but nowhere outside' '
	printf "handoff:\n  decisions: docs/adr/DECISIONS.md\n" >>05-PROCESSES/ops.yaml &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 2/" &&
	ops_commit_as $GOV "decisions move" &&
	sed "s/\[\[.*\]\]/it/" session >plain && test_tick &&
	ops --as docwriter handoff session -F plain &&
	test_grep "](../../docs/adr/DECISIONS.md#adr-0001" "$(ls -t $S/*.md | head -n 1)" &&
	test_grep "](../../05-PROCESSES/sessions/" docs/adr/DECISIONS.md &&
	test_sed 05-PROCESSES/ops.yaml "s|docs/adr/DEC|../DEC|" &&
	test_expect_code 1 ops check >found && test_grep config.invalid found
'

test_done
