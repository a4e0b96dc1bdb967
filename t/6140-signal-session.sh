#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A session ends by a signal: the curator writes down what it leaves, the updater of
# documents sees that what it refers to is there.

test_description='OPS:HANDOFF, the end of a session; OPS:SYNTHESIZE'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

cat >"$TEST_ROOT/session" <<\EOF
{"task_description": "Document the decisions of session 039",
 "originating_domain": "COORD_OPS", "session": "Session 039",
 "completed": "- [x] Session patterns extracted\n- [x] PATTERNS.md has new entries",
 "current_state": "Files: `PATTERNS.md`, `DECISIONS.md`. Validation: passed.",
 "pending": "- [ ] Refer to the new patterns in the guide",
 "risks": "two agents do not know it yet",
 "findings": "[[Mission command]] recurs in two sessions",
 "next": "write the guide first",
 "decisions": "- Small models for specialists: they were fast enough",
 "patterns": "- Mission command: say what for, not how"}
EOF

test_expect_success 'what the session leaves is written down by the curator' '
	signal_world &&
	signal OPS:HANDOFF --context "$TEST_ROOT/session" >said 2>talk &&
	test_grep "^COMPLETE: OPS:HANDOFF, pipeline session-handoff" said &&
	test_grep "^\*\*Quality Gate:\*\* PASSED (2/2 = 100%)$" said &&
	FILE=$(ls 05-PROCESSES/sessions/session-039-*.md) &&
	test_grep "^| Session handoff | $FILE |$" said &&
	test_grep "^Created-By: knowledge-curator$" "$FILE" &&
	test_grep "^- \[x\] Session patterns extracted$" "$FILE" &&
	test_grep "^\[Mission command\](../../PATTERNS.md#mission-command) recurs" "$FILE" &&
	test_grep "^## ADR-0001-.*: Small models for specialists$" DECISIONS.md &&
	test_grep "^## Mission command$" PATTERNS.md &&
	test_grep "All references of 3 files lead somewhere." said
'

test_expect_success 'the chain is on record: one hands on to the other' '
	signal_events >found &&
	test_write_lines "1 COORD_OPS:COMPLETE" "1 COORD_OPS:HANDOFF" "2 COORD_OPS:SPAWN" \
		>expected &&
	test_cmp expected found &&
	grep -l "^To: META_UPDATER" 05-PROCESSES/packets/"$(signal_run)"/*-run-event-* >events &&
	test_line_count = 2 events
'

test_expect_success 'what leads nowhere is escalated, and nothing is written down' '
	sed "s/Mission command\]\]/Nothing at all]]/" "$TEST_ROOT/session" >session &&
	test_tick && ls 05-PROCESSES/sessions >before &&
	test_expect_code 1 signal OPS:HANDOFF --context session >said &&
	test_grep "Nothing at all.* is no decision and no pattern" said &&
	ls 05-PROCESSES/sessions >after && test_cmp before after &&
	ops packet list --kind escalation "$(signal_run)" >said && test_line_count = 2 said
'

test_expect_success 'references that broke meanwhile are found' '
	test_sed DECISIONS.md "s|05-PROCESSES/sessions/session-039|05-PROCESSES/sessions/gone|" &&
	git commit -q -a -m "docs: a slip" && test_tick &&
	sed -e "s/039/040/" -e "/\"decisions\"/d" "$TEST_ROOT/session" >session &&
	test_expect_code 1 signal OPS:HANDOFF --context session >said &&
	test_grep "^PARTIAL: OPS:HANDOFF" said &&
	test_grep "1 link leads nowhere" said && test_grep "DECISIONS.md:" said
'

test_expect_success 'results are made into one by a signal' '
	ops_task_at In-Progress >/dev/null && test_tick &&
	for who in $DEV docwriter
	do
		ops --as $who packet new result swap-7k2f Status=COMPLETE \
			Quality-Gate="PASSED (1/1 = 100%)" Summary=done Deliverables="- it" \
			Agent-Contributions="- $who: it" Next-Steps=none || return 1
	done &&
	test_tick && signal OPS:SYNTHESIZE task_description=x document=swap-7k2f >said &&
	test_grep "Made one result of those about swap-7k2f" said &&
	ops packet list --kind result swap-7k2f >list && test_line_count = 4 list &&
	test_tick && test_expect_code 1 signal OPS:SYNTHESIZE task_description=x \
		document=nothing-7k2f >said && test_grep "there is no document" said
'

test_done
