#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The configuration: what is in force and why, mistakes with their place, and a
# type of the user's own from its definition to the end of its life.

test_description='configuration'
. "$(dirname "$0")/test-lib.sh"

CONFIG=05-PROCESSES/ops.yaml

# config_mistake LINE:COLUMN TEXT: $CONFIG, as it comes on standard input, is refused
# there by `ops check`, and by the audit if it is committed.
config_mistake () {
	cat >$CONFIG &&
	test_expect_code 1 ops check $CONFIG >found &&
	git checkout -q $CONFIG &&
	test_grep "^$CONFIG:$1: error config.invalid: .*$2" found
}

test_expect_success 'an empty configuration is complete' '
	ops_world &&
	ops config >all &&
	test_grep "^review.period = 3 months  (built-in)$" all &&
	test_grep "^gates.quality.power = validate  (built-in)$" all &&
	test_grep "^version = 1  ($CONFIG:4)$" all &&
	ops_json result.values.0.origin built-in ops config gates.quality.power &&
	test_expect_code 4 ops config no.such.key &&
	test_expect_code 4 ops config gates.qual
'

test_expect_success 'a value of ours says where it comes from' '
	test_write_lines "format: 1" "version: 2" "# more" "review:" "  period: 6 months" \
		"departments:" "  Legal: {title: Contracts}" >$CONFIG &&
	GIT_AUTHOR_EMAIL=$GOV@example.org ops check &&
	ops config review >found &&
	test_grep "3 months  (built-in)" found &&
	ops_commit_as $GOV "config: review twice a year" &&
	ops audit verify &&
	ops config review >found &&
	test_grep "^review.period = 6 months  ($CONFIG:5)$" found &&
	ops config departments >found &&
	test_grep "Legal.title = Contracts  ($CONFIG:7)" found &&
	test_grep "Quality.title = .*(built-in)" found
'

test_expect_success 'and is in force' '
	ops --as $ARCH new prompt "Half a year" -f Applies-To=all &&
	ops_json result.fields.Next-Review 2026-07-15 ops show half-a-year &&
	ops --as $BOSS new agent "Counsel" -f Department=Legal &&
	ops_refused field.reference ops --as $BOSS new agent "Nobody" -f Department=Nowhere
'

test_expect_success 'mistakes have a line and a column' '
	config_mistake 4:3 soon <<-\EOF &&
	format: 1
	version: 3
	review:
	  period: soon
	EOF
	config_mistake 5:5 powr <<-\EOF &&
	format: 1
	version: 3
	gates:
	  quality:
	    powr: validate
	EOF
	config_mistake 6:13 datum <<-\EOF &&
	format: 1
	version: 3
	types:
	  task:
	    fields:
	      Due: {kind: datum}
	EOF
	config_mistake 6:15 Nowhere <<-\EOF &&
	format: 1
	version: 3
	types:
	  task:
	    transitions:
	      start: {from: [Nowhere]}
	EOF
	config_mistake 3:1 colour <<-\EOF &&
	format: 1
	version: 3
	colour: red
	EOF
	config_mistake 3:1 "" <<-\EOF
	format: 1
	version: 3
	roles: [a, b]
	EOF
'

test_expect_success 'mistakes of form have, too' '
	for text in "version: [1" "a: b: c" "version: 1
version: 2" "x: &a [*a]"
	do
		test_write_lines "format: 1" "$text" >$CONFIG &&
		test_expect_code 1 ops check $CONFIG >found &&
		test_grep "^$CONFIG:[0-9]*:[0-9]*: error yaml\." found || return 1
	done &&
	git checkout -q $CONFIG
'

test_expect_success 'a type of our own' '
	cat >$CONFIG <<-\EOF &&
	format: 1
	version: 3
	review:
	  period: 6 months
	departments:
	  Legal: {title: Contracts}
	types:
	  proposal:
	    title: An enhancement proposal
	    place: "proposals/{id}.md"
	    archive: "proposals/{year}/{id}.md"
	    id: title
	    create: [work]
	    edit: [owner]
	    fields:
	      Title: {kind: line, required: always}
	      Status: {kind: state, required: always}
	      Owner: {kind: line, required: always, default: actor}
	      Rank: {kind: enum, values: [a, b], default: a}
	      Task: {kind: reference, type: task}
	      Decided: {kind: date}
	    states:
	      Draft: {initial: yes, editable: yes, aliases: [WIP]}
	      Accepted: {}
	      Withdrawn: {final: yes}
	    transitions:
	      accept:
	        from: [Draft]
	        to: Accepted
	        by: [govern]
	        not-by: [owner]
	        sections: [Motivation]
	        sets: {Decided: today}
	      withdraw:
	        from: [Draft, Accepted]
	        to: Withdrawn
	        by: [owner]
	        reason: required
	EOF
	ops_commit_as $GOV "config: proposals" &&
	ops audit verify &&
	ops config types.proposal.transitions.accept >found &&
	test_grep "accept.by = govern  ($CONFIG:30)" found
'

test_expect_success 'lives like the built-in ones' '
	ops --as $DEV new proposal "Better matching" &&
	test_path_is_file proposals/better-matching.md &&
	test_grep "^## Motivation" proposals/better-matching.md &&
	ops_json result.documents.0.id better-matching ops list --type proposal &&
	ops_json result.documents.0.id better-matching ops list --type proposal -s WIP &&
	ops_refused field.value ops --as $DEV new proposal "Third rank" -f Rank=c &&
	ops_refused field.reference ops --as $DEV new proposal "Of what" -f Task=nothing &&
	ops_refused power.missing ops --as $LEAD new proposal "Not mine" &&
	ops_refused task.parts ops --as $GOV act accept better-matching &&
	ops_refused power.missing ops --as $QA edit better-matching -s Motivation=none &&
	ops --as $DEV edit better-matching -s Motivation="it is slow" &&
	ops_refused power.missing ops --as $DEV act accept better-matching &&
	ops --as $GOV act accept better-matching &&
	ops_json result.fields.Decided 2026-01-15 ops show better-matching &&
	ops_refused doc.frozen ops --as $DEV edit better-matching -s Motivation="still slow" &&
	ops_refused doc.transition ops --as $GOV act accept better-matching &&
	ops_unchanged 2 ops --as $DEV act withdraw better-matching &&
	ops_unchanged 2 ops --as $DEV act fly better-matching &&
	ops --as $DEV act withdraw better-matching -m "no time" &&
	test_path_is_file proposals/2026/better-matching.md &&
	test_path_is_missing proposals/better-matching.md &&
	ops_refused doc.transition ops --as $DEV act withdraw better-matching -m "again" &&
	ops log --oneline better-matching >found &&
	test_line_count = 5 found
'

test_expect_success 'a configuration with mistakes in force stops every act, and says so' '
	git branch good &&
	test_sed $CONFIG "s/6 months/soon/" "s/^version: 3/version: 4/" &&
	ops_commit_as $GOV "config: a slip" &&
	ops_refused config.broken ops --as $LEAD new task "Anything" &&
	test_expect_code 1 ops list 2>err &&
	test_grep "$CONFIG:4:3: error config.invalid" err &&
	for command in status next deps plan rebalance "conflict list" "emergency status" "taskforce list" \
		"key list" "packet list" log "show delivery-prompt"
	do
		test_expect_code 1 ops $command 2>err >out && test_grep "config.invalid" err || return 1
	done &&
	test_expect_code 1 ops config review &&
	test_expect_code 1 ops check &&
	ops_audit_names config.invalid &&
	test_sed $CONFIG "s/soon/6 months/" "s/^version: 4/version: 5/" &&
	ops_commit_as $GOV "config: mended" &&
	ops list &&
	git reset -q --hard good
'

test_done
