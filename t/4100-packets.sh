#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Packets: one mechanism for every kind, from words, a file, standard input, or an
# editor; incomplete ones are sent back with all that is missing, and nothing is kept.

test_description='packets of every kind'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/packets/swap-7k2f

# ask FROM BLOCKING [WORD...]: a whole question.
ask () {
	from=$1 blocking=$2
	shift 2
	ops --as "$from" ask swap-7k2f QUESTION="Which index do we keep?" \
		CONTEXT="Two do the same." FILES=src/match/index.c \
		OPTIONS="- the old one
- the new one" RECOMMENDED="the new one" BLOCKING="$blocking" "$@"
}

answer () {
	ops --as "$1" answer swap-7k2f CHOSEN="the new one" RATIONALE="it is smaller" \
		CONSTRAINTS="keep the file format" NEXT-STEP="remove the old one"
}

test_expect_success 'an incomplete packet is sent back with exactly what is missing' '
	ops_world &&
	ops packet list --kind question >none && echo none | test_cmp - none &&
	ops_unchanged 2 ops packet list --kind questions && ops_unchanged 2 ops packet list --kind task &&
	ops_task_at In-Progress &&
	ops_refused section.missing ops --as $DEV ask swap-7k2f QUESTION="Which index?" &&
	sed -n "s/.*error [a-z.]*: '\''\([A-Z]*\)'\'' is missing.*/\1/p" \
		"$TEST_ROOT/refused.err" | sort >missing &&
	test_write_lines BLOCKING CONTEXT FILES OPTIONS RECOMMENDED >expected &&
	test_cmp expected missing
'

test_expect_success 'a question is recorded, and is open' '
	test_tick &&
	ask $DEV yes &&
	ops_json result.packets.# 1 ops packet list --kind question swap-7k2f &&
	ops_json result.packets.0.state open ops packet list --open swap-7k2f &&
	ops_json result.packets.0.blocks yes ops packet list --open swap-7k2f &&
	test_grep "^  - src/match/index.c$" $P/*-question-*.md &&
	test_grep "^BLOCKING: yes$" $P/*-question-*.md &&
	git log -1 --format=%s >subject &&
	test_grep "^chore(ops): record question about swap-7k2f$" subject
'

test_expect_success 'only who may answer does, and not their own question' '
	ops_refused power.missing answer $DEV &&
	ops_refused power.own-work answer $DEV
'

test_expect_success 'the answer finds the open question, and closes it' '
	answer $LEAD &&
	Q=$(basename "$(ls $P/*-question-*.md)" .md) &&
	test_grep "^Answers: $Q$" $P/*-answer-*.md &&
	ops_json result.packets.0.state answered ops packet list --kind question &&
	ops_json result.packets.# 0 ops packet list --open
'

test_expect_success 'without an open one there is nothing to answer' '
	ops_unchanged 4 answer $LEAD &&
	test_grep "no question or escalation is open there" "$TEST_ROOT/refused.err"
'

test_expect_success 'two open questions are told apart by the end of their ids' '
	ask $DEV no && test_tick && ask $DEV yes &&
	ops_unchanged 4 answer $LEAD &&
	test_grep "are open: name one" "$TEST_ROOT/refused.err" &&
	ops packet list --open >open &&
	ID=$(sed -n "2s/ .*//p" open) &&
	ops --as $LEAD answer swap-7k2f Answers="${ID##*-}" CHOSEN=a RATIONALE=b \
		CONSTRAINTS=c NEXT-STEP=d &&
	grep -l "^Answers: $ID$" $P/*-answer-*.md &&
	ops packet list --open >open &&
	test_line_count = 2 open &&
	ops_unchanged 4 ops --as $LEAD answer swap-7k2f Answers=nope CHOSEN=a RATIONALE=b \
		CONSTRAINTS=c NEXT-STEP=d
'

test_expect_success 'from standard input, as named parts' '
	test_tick &&
	cat >packet <<-\EOF &&
	# how agents send it
	Question: May the cache grow?
	context: The limit is 10: no more.

	It was set long ago.
	FILES:
	- src/match/cache.c
	- src/match/cache.h
	OPTIONS:
	1. yes
	2. no
	RECOMMENDED: no
	BLOCKING: no
	EOF
	ops --as $DEV ask swap-7k2f --from - <packet &&
	Q=$(grep -l "May the cache grow" $P/*-question-*.md) &&
	test_grep "^  - src/match/cache.c$" "$Q" &&
	test_grep "^  - src/match/cache.h$" "$Q" &&
	test_grep "^The limit is 10: no more.$" "$Q" &&
	test_grep "^It was set long ago.$" "$Q"
'

test_expect_success 'from a file, as a document or as Markdown' '
	cat >doc.md <<-\EOF &&
	---
	FILES: [a.c]
	BLOCKING: no
	---

	## QUESTION
	As a document?

	## CONTEXT
	None.

	## OPTIONS
	- yes

	## RECOMMENDED
	yes
	EOF
	ops --as $DEV ask --from doc.md swap-7k2f &&
	sed -e 1,4d -e "s/As a document/As Markdown/" doc.md >body.md &&
	ops --as $DEV ask --from body.md swap-7k2f FILES=a.c BLOCKING=no &&
	grep -l "As a document" $P/*-question-*.md &&
	grep -l "As Markdown" $P/*-question-*.md
'

test_expect_success 'what a document says about itself does not count' '
	sed "s/^FILES/From: $LEAD\\
About: other\\
Kind: answer\\
FILES/" doc.md >forged.md &&
	ops_refused packet.writer ops --as $DEV ask --from forged.md swap-7k2f &&
	sed "s/^From: .*/From: $DEV/" forged.md >forged2.md &&
	ops --as $DEV ask --from forged2.md swap-7k2f &&
	grep -L "^About: swap-7k2f$" $P/*-question-*.md >not &&
	grep -L "^Kind: question$" $P/*-question-*.md >>not &&
	test_must_be_empty not
'

test_expect_success 'slips in the text are named' '
	ops_unchanged 2 ops --as $DEV ask swap-7k2f QUESTIONS=x &&
	test_grep "kind .question. has no .QUESTIONS.; it has QUESTION, CONTEXT" \
		"$TEST_ROOT/refused.err" &&
	test_write_lines "QUESTION: a" "BLOCKING: no" "Question: b" >twice &&
	ops_unchanged 2 ops --as $DEV ask --from twice swap-7k2f &&
	test_grep "line 3: there is .QUESTION. already, in line 1" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops --as $DEV packet new confession swap-7k2f A=b &&
	ops_unchanged 2 ops --as $DEV packet new decision swap-7k2f Gate=quality &&
	ops_unchanged 2 ops --as $DEV ask swap-7k2f BLOCKING &&
	ops_unchanged 4 ops --as $DEV ask nothing-like-it BLOCKING=yes
'

test_expect_success 'without anything to record, off a terminal, it says how' '
	ops_unchanged 2 ops --as $DEV ask swap-7k2f </dev/null &&
	test_grep "ops packet template question" "$TEST_ROOT/refused.err"
'

test_expect_success 'the template of a kind can be filled in and sent' '
	ops packet template debug >form &&
	test_grep "^RISKY:$" form &&
	sed -e "s/^\(BUG\|ROOT\|FIX\|TEST\|RESULT\):/&told/" -e "s/^RISKY:/& no/" \
		-e "s|^FILES:|& src/match/sort.c|" form >filled &&
	ops --as $DEV debug swap-7k2f -F filled &&
	sed "s|src/match/sort.c|src/book/book.c|" filled >other &&
	ops_refused packet.drift ops --as $DEV debug swap-7k2f -F other &&
	ops --json packet template debug &&
	test_expect_code 2 ops packet template confession &&
	for kind in decision request
	do
		test_expect_code 2 ops packet template $kind 2>err &&
		test_grep "is recorded by .ops gate" err &&
		ops packet list --kind $kind >list || return 1
	done
'

test_expect_success '--dry-run records nothing' '
	ops_unchanged 0 ask $DEV yes --dry-run
'

test_expect_success 'the thread shows all of it, answers after what they answer' '
	ops thread swap-7k2f >thread &&
	test_grep "question from $DEV, open and blocking" thread &&
	test_grep "question from $DEV, answered$" thread &&
	test_grep "    Which index do we keep?" thread &&
	awk "/^20.*-(question|answer)-/ { last = \$1 }
		/^    answers / { if (!seen[\$2]) bad = 1 } { seen[\$1] = 1 }
		END { exit bad || !last }" thread &&
	ops_json result.packets.0.kind question ops thread --kind question swap-7k2f &&
	ops_unchanged 2 ops thread --kind questions swap-7k2f &&
	ops thread --open swap-7k2f >open &&
	test_grep ! "answered" open &&
	ID=$(ops packet list --kind answer | sed -n "2s/ .*//p") &&
	ops_json result.id "$ID" ops packet show "$ID" &&
	ops_json result.id "$ID" ops packet show "${ID##*-}" &&
	ops packet show "$ID" | grep "    answers .*-question-" &&
	test_expect_code 4 ops packet show no-such-packet
'

test_expect_success 'in a batch too' '
	cat >acts <<-\EOF &&
	{"action": "packet.no-op", "target": "swap-7k2f", "sections": {"Reviewed": "the first half", "Reason": "it goes well"}}
	{"action": "packet.retrospective", "target": "swap-7k2f", "sections": {"Went Well": "a", "Went Badly": "b", "Recommendations": "c"}}
	EOF
	ops --as $LEAD batch <acts &&
	ls $P/*-no-op-*.md $P/*-retrospective-*.md
'

test_expect_success 'a kind of ones own is a definition, with all that goes with it' '
	cat >>05-PROCESSES/ops.yaml <<-\EOF &&
	types:
	  objection:
	    title: An objection to the work
	    base: packet
	    create: [anyone]
	    sections: [WHY]
	    until: [objection-overruled]
	    blocks: {actions: [submit]}
	  objection-overruled:
	    title: An objection is overruled
	    base: packet
	    create: [govern]
	    not-by: [asker]
	    sections: [WHY]
	    fields:
	      Answers: {kind: packet, values: [objection], required: always}
	EOF
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 2/" &&
	ops_commit_as $GOV "objections" &&
	ops --as docwriter packet new objection swap-7k2f WHY="it is the wrong matcher" &&
	ops_refused packet.open ops --as $DEV submit swap-7k2f -s Outputs=a -s "Test Results"=b &&
	ops --as $GOV packet new objection-overruled swap-7k2f WHY="it is the right one" &&
	ops --as $DEV submit swap-7k2f -s Outputs=a -s "Test Results"=b
'

test_done
