#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Packets and documents written in an editor: a template of the kind, or the text, opens on a
# terminal, what is typed is recorded, and what is refused is kept for the next time.

test_description='packets and documents from an editor'
. "$(dirname "$0")/test-lib.sh"

command -v script >/dev/null 2>&1 || {
	skip_all='no script(1) to make a terminal'
	test_done
}

TMPDIR=$TEST_ROOT/tmp
export TMPDIR
mkdir "$TMPDIR"

# editor SCRIPT: what the person does with the file, whose name is $1.
editor () {
	printf '#!/bin/sh\ncp "$1" "%s"\n%s\n' "$TEST_ROOT/template" "$1" >"$TEST_ROOT/editor" &&
	chmod +x "$TEST_ROOT/editor"
	GIT_EDITOR="$TEST_ROOT/editor" export GIT_EDITOR
}

# on_terminal N COMMAND: run by a shell on a terminal, it ends with N; what is shown is in
# said.
on_terminal () {
	script -q -e -c "$2" /dev/null </dev/null >said 2>&1
	status=$?
	test $status -eq "$1" || { echo "status $status instead of $1: $2"; cat said; return 1; }
}

ask="$OPS_PROGRAM --no-pager --as $DEV ask swap-7k2f"

# fill: the parts of a question, after their names.
fill='sed -i -e "s/^QUESTION:.*/QUESTION: Which index do we keep?/" \
	-e "s/^CONTEXT:.*/CONTEXT: two are there/" -e "s/^OPTIONS:.*/OPTIONS: the old, the new/" \
	-e "s/^RECOMMENDED:.*/RECOMMENDED: the new/" -e "s/^FILES:.*/FILES: src\/match\/a.c/" \
	-e "s/^BLOCKING:.*/BLOCKING: no/" "$1"'

test_expect_success 'the template of the kind opens, and what is typed is recorded' '
	ops_world && ops_task_at In-Progress >/dev/null && test_tick &&
	editor "$fill" && on_terminal 0 "$ask" &&
	ops packet template question >expected && test_cmp expected "$TEST_ROOT/template" &&
	test_grep "record question swap-7k2f" said &&
	ops packet list --kind question swap-7k2f >list &&
	test_grep "Which index do we keep?" list &&
	ls "$TMPDIR" >left && test_must_be_empty left
'

test_expect_success 'a template that is left as it was records nothing' '
	editor ":" && git rev-parse HEAD >before && on_terminal 2 "$ask" &&
	test_grep "nothing was written, so nothing is recorded" said &&
	git rev-parse HEAD >after && test_cmp before after &&
	ls "$TMPDIR" >left && test_must_be_empty left
'

test_expect_success 'what is incomplete is refused naming the fields, and the text is kept' '
	editor "$fill; sed -i -e /^OPTIONS/d -e \"s/^BLOCKING:.*/BLOCKING:/\" \"\$1\"" &&
	on_terminal 1 "$ask" && test_grep "section.missing.*OPTIONS" said &&
	test_grep "field.missing.*BLOCKING" said &&
	sed -n "s/.*your text is kept in .\(.*\.md\)..*/\1/p" said >kept && test -s kept &&
	test_grep "Which index do we keep" "$(cat kept)" &&
	git rev-parse HEAD >after && test_cmp before after &&
	printf "OPTIONS: a, b\nBLOCKING: no\n" >>"$(cat kept)" &&
	sed -i "/^BLOCKING:\$/d" "$(cat kept)" &&
	ops --as $DEV ask -F "$(cat kept)" swap-7k2f && rm -r "$TMPDIR"/*
'

test_expect_success 'an editor that fails, or is not there, records nothing' '
	editor "echo x >>\"\$1\"; exit 3" && git rev-parse HEAD >before && on_terminal 3 "$ask" &&
	test_grep "the editor .* failed; your text is in" said && rm -r "$TMPDIR"/* &&
	editor "exit 3" && on_terminal 3 "$ask" && test_grep "failed, and wrote nothing" said &&
	editor "rm \"\$1\"" && on_terminal 3 "$ask" && test_grep "failed, and wrote nothing" said &&
	GIT_EDITOR=/no/such/editor on_terminal 3 "$ask" &&
	ls "$TMPDIR" >left && test_must_be_empty left &&
	git rev-parse HEAD >after && test_cmp before after &&
	ops_unchanged 2 ops --as $DEV ask swap-7k2f </dev/null
'

test_expect_success 'a package of a handoff, and a session, are written in it as well' '
	editor ":" && on_terminal 2 "$OPS_PROGRAM --as docwriter handoff session" &&
	ops packet template session >expected && test_cmp expected "$TEST_ROOT/template" &&
	test_tick && ops --as $DEV handoff start swap-7k2f docwriter &&
	on_terminal 2 "$OPS_PROGRAM --as $DEV handoff package -e reports/test.log swap-7k2f" &&
	ops packet template handoff-package >expected &&
	test_cmp expected "$TEST_ROOT/template"
'

test_expect_success 'what the editor is called may have options and quotes' '
	mkdir "$TEST_ROOT/my dir" && editor "$fill" &&
	mv "$TEST_ROOT/editor" "$TEST_ROOT/my dir/ed" &&
	cat >"$TEST_ROOT/my dir/two" <<-\EOF &&
	#!/bin/sh
	test "$1" = --wait && shift && exec "$(dirname "$0")/ed" "$@"
	EOF
	chmod +x "$TEST_ROOT/my dir/two" && test_tick &&
	GIT_EDITOR="\"$TEST_ROOT/my dir/two\" --wait" on_terminal 0 "$ask" &&
	test_grep "record question swap-7k2f" said
'

edit="$OPS_PROGRAM --no-pager --as $LEAD edit other-1"
other=05-PROCESSES/active-tasks/other-1.md

test_expect_success 'a document in the editor: changed, left as it was, emptied' '
	ops_task other-1 >/dev/null && rm -rf "$TMPDIR"/* && test_tick &&
	editor "sed -i \"s/^Priority:.*/Priority: LOW/\" \"\$1\"" && on_terminal 0 "$edit" &&
	test_grep "^Priority: LOW" $other && editor : && on_terminal 0 "$edit" &&
	test_grep "nothing to do" said && ls "$TMPDIR" >left && test_must_be_empty left &&
	git rev-parse HEAD >before && editor ": >\"\$1\"" && on_terminal 1 "$edit" &&
	test_grep "doc.header" said && test_grep "your text is kept in" said &&
	git rev-parse HEAD >after && test_cmp before after && rm -r "$TMPDIR"/*
'

# Who edits waits for the lock, and meanwhile git, which does not ask for it, commits.
test_expect_success 'what somebody else changes until the act is not overwritten' '
	cat >"$TEST_ROOT/meanwhile" <<-EOF &&
	sleep 1
	sed -i "s/^Type:.*/Type: docs/" $other
	GIT_AUTHOR_EMAIL=$LEAD@example.org GIT_COMMITTER_EMAIL=$LEAD@example.org \
		git commit -q -a -m "docs: another type"
	EOF
	editor "sed -i \"s/^Priority:.*/Priority: HIGH/\" \"\$1\"
		flock .git/ops/lock sh \"$TEST_ROOT/meanwhile\" >/dev/null 2>&1 &
		until ! flock -n .git/ops/lock true; do sleep 0.02; done" &&
	on_terminal 5 "$edit" && test_grep "was changed by somebody else meanwhile" said &&
	test_grep "^Type: docs" $other && test_grep "^Priority: LOW" $other &&
	kept=$(sed -n "s/.*your text is kept in .\(.*\.md\)..*/\1/p" said) &&
	test_grep "^Priority: HIGH" "$kept" && git diff --quiet && rm -r "$TMPDIR"/*
'

test_done
