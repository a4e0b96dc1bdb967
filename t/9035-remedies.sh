#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What a refusal says to do can be typed, and then it goes on.

test_description='remedies that work when they are followed literally'
. "$(dirname "$0")/test-lib.sh"

# fix RULE: the remedy of that rule in err.
fix () {
	awk -v rule="$1" 'index($0, " " rule ": ") { on = 1; next } on { sub(/^ *fix: /, ""); print; exit }' err
}

test_expect_success 'every transition names a command that there is' '
	ops help --json >help.json &&
	perl -ne "print \"\$1\n\" while /\"name\":\"([a-z -]+)\"/g" help.json | sort -u >commands &&
	sed -n "s/^.*[ {]command: \"\([^\"]*\)\".*/\1/p" "$TEST_SOURCE/lib/model/builtin.yaml" |
		sed "s/ *[{-].*//; s/ [A-Z].*//" | sort -u >named && test $(wc -l <named) -gt 12 &&
	comm -23 named commands >found && test_must_be_empty found && rm help.json commands named found
'

test_expect_success 'an empty roster: the first agent is made by what is said' '(
	mkdir ../first && cd ../first && git init -q -b main && ops init 2>err && test_grep "^nobody is in the roster yet: ops new agent NAME" err &&
	ops list >out && test_grep -x none out && ops key list >out && test_grep "no keys; ops key add" out &&
	ops next 2>err >out && test_grep "nothing to do" out && test_grep "nobody is in the roster" err &&
	test_expect_code 1 ops new task x 2>err &&
	fix actor.unknown | sed "s/NAME/Ann/; s/ ID / ann /; s/ADDRESS/$(git config user.email)/" >remedy &&
	test_grep "^ops new agent Ann --id ann " remedy && sh ./remedy && ops next 2>err >out && test_must_be_empty err &&
	test_grep "^for ann: nothing" out && ops new task Something
)'

test_expect_success 'a world' '
	ops_world && ops_task half-1 &&
	ops --as $LEAD new task --id bare-1 -f Title=Bare && ops --as $LEAD edit bare-1 -f Due=2026-03-01
'

test_expect_success 'an agent that is not active is named' '
	ops --as $BOSS act deactivate docwriter && ops_refused actor.inactive ops --as docwriter edit half-1 -f Priority=LOW &&
	cp ../refused.err err && fix actor.inactive >remedy && test_grep -x "ops act activate docwriter" remedy &&
	OPS_ACTOR=$BOSS sh ./remedy
'

test_expect_success 'the parts of a draft are given by options and words, and its file is said to be none' '
	ops_refused gate.request-parts ops --as $LEAD gate request half-1 pre-governance -s Scope=all && cp ../refused.err err &&
	test_grep "packets/half-1/[^ ]*:[0-9:]* error gate.request-parts: " err &&
	awk "/fix: -s/ { sub(/.*fix: /, \"\"); printf \" %s\", \$0 }" err | sed "s/…/text/g" >options &&
	test_grep "^ -s .Approach=text. " options && eval "ops --as $LEAD gate request half-1 pre-governance -s Scope=all $(cat options)" &&
	test_expect_code 1 ops --json --as $GOV gate reject half-1 pre-governance >answer &&
	"$TEST_BUILD/t/json-get" findings.0.draft answer >said && test_grep -x true said &&
	"$TEST_BUILD/t/json-get" findings.2.remedy answer >said && test_grep -e "^-m .TEXT.$" said &&
	ops_refused section.missing ops --as $LEAD ask half-1 QUESTION=Which FILES=a && cp ../refused.err err &&
	test_grep "fix: .BLOCKING=…." err && test_grep "fix: .CONTEXT=…." err &&
	awk "/fix: / { sub(/.*fix: /, \"\"); printf \" %s\", \$0 }" err | sed "s/BLOCKING=…/BLOCKING=no/; s/…/text/g" >words &&
	eval "ops --as $LEAD ask half-1 QUESTION=Which FILES=a $(cat words)" &&
	ops_unchanged 1 ops --as $LEAD checkpoint half-1 && ops_task_at In-Progress going-1 &&
	ops_refused section.missing ops --as $DEV checkpoint going-1 && test_grep -e "fix: -m .TEXT." ../refused.err &&
	ops --as $DEV checkpoint going-1 -m TEXT
'

test_expect_success 'a reason is an option where the command has one, and else a word' '
	ops_refused section.missing ops --as $LEAD packet new no-op half-1 Reviewed=all && cp ../refused.err err &&
	fix section.missing >remedy && test_grep -x ".Reason=…." remedy &&
	eval "ops --as $LEAD packet new no-op half-1 Reviewed=all $(cat remedy)" &&
	ops_refused section.missing ops --as $DEV handoff start going-1 docwriter -m "" && cp ../refused.err err &&
	fix section.missing >remedy && test_grep -x -e "-m .TEXT." remedy
'

test_expect_success 'the parts of a session are words' '
	ops_refused section.missing ops --as $LEAD handoff session Completed=a && cp ../refused.err err &&
	awk "/fix: / { sub(/.*fix: /, \"\"); printf \" %s\", \$0 }" err >words && test_grep "^ .Current State=…. " words &&
	eval "ops --as $LEAD handoff session Completed=a $(cat words)"
'

test_expect_success 'what is not a draft is said as before' '
	test_expect_code 1 ops --json --as $LEAD complete half-1 >answer && test_grep ! "\"draft\"" answer &&
	ops_refused field.value ops --as $LEAD edit half-1 -f Due=soon
'

test_expect_success 'an incomplete task is said to be incomplete, and not its order' '
	ops_refused task.parts ops --as $LEAD assign bare-1 $DEV && test_grep ! packet.differs ../refused.err &&
	test_grep ! "packets/" ../refused.err && test_grep ! "completed-tasks" ../refused.err && test_grep "prompt.missing" ../refused.err &&
	test_sed "$(ops_path bare-1)" "s/^Status: .*/Status: Assigned/" && test_expect_code 1 ops check >../err &&
	test_grep "fix: ops assign bare-1 AGENT writes it" ../err && git checkout -q .
'

test_expect_success 'what a task lacks is filled by what is said, wherever the state is' '
	test_must_fail ops --as $LEAD assign bare-1 $DEV 2>err && fix task.parts >remedy &&
	test_grep "^ops edit bare-1 -s .Objective=….$" remedy && sed "s/…/match faster/" remedy >typed && OPS_ACTOR=$LEAD sh ./typed &&
	test_must_fail ops --as $LEAD assign bare-1 $DEV 2>err && test_grep ! "Objective" err
'

test_expect_success 'who acts by the address of another is told to have one' '
	ops --as $BOSS new agent Mute --id mute -f Department=Operations -f Role=operations-orchestrator &&
	(GIT_AUTHOR_EMAIL=$DEV@example.org && export GIT_AUTHOR_EMAIL &&
	 test_expect_code 1 ops --as mute new task --id of-mute -f Title=Mute 2>err) &&
	fix actor.forged >remedy && test_grep "^ops edit mute -f Email=ADDRESS gives" remedy &&
	ops --as $BOSS edit mute -f Email=mute@example.org &&
	(GIT_AUTHOR_EMAIL=$DEV@example.org && export GIT_AUTHOR_EMAIL && ops --as mute new task --id of-mute -f Title=Mute)
'

test_expect_success 'a prompt that is not approved: the way from where it is' '
	ops_task_at Approved prompted-1 && P=prompted-1 &&
	ops --as $LEAD new task --id draft-1 --from "$TEST_FIXTURES/task.md" -f Prompt=draft-prompt &&
	ops_step Requested draft-1 && ops_step Approved draft-1 &&
	ops_refused prompt.unapproved ops --as $LEAD assign draft-1 $DEV && cp ../refused.err err && fix prompt.unapproved >remedy &&
	test_grep -x "ops act approve draft-prompt" remedy && OPS_ACTOR=$GOV sh ./remedy && ops --as $LEAD assign draft-1 $DEV &&
	ops --as $GOV act retire delivery-prompt && ops_refused prompt.unapproved ops --as $LEAD assign $P $DEV &&
	cp ../refused.err err && fix prompt.unapproved >remedy && test_grep -x "ops edit $P --field Prompt=…" remedy
'

test_expect_success 'a transition that is not there: the commands that are' '
	ops_refused task.transition ops --as $DEV start half-1 &&
	test_grep "fix: from Queued: ops assign, ops act raise, ops conflict decide, ops breakdown, ops cancel$" ../refused.err &&
	ops_refused doc.transition ops --as $GOV review delivery-prompt && test_grep "nothing leads out" ../refused.err &&
	ops --as $ARCH new prompt --id fresh-prompt -f Title=New -f Applies-To=all &&
	ops_refused doc.transition ops --as $GOV review fresh-prompt && test_grep "from Draft: ops act approve, ops act retire" ../refused.err
'

test_done
