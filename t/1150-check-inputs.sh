#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What ops check can be asked about: files and directories by name, ranges, standard
# input, another configuration.  Nothing that is named is passed over in silence.

test_description='what is checked'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

# counts WORDS FILE: the last line of an answer ends so.
counts () {
	tail -n 1 "$2" | grep -q -F "$1" || { cat "$2"; return 1; }
}

test_expect_success 'files that no type governs are said to be so' '
	ops_world && git config user.email $LEAD@example.org && ops_task swap-7k2f &&
	mkdir notes && test_write_lines "# Notes" "" "[gone](gone.md)" >notes/a.md &&
	test_write_lines --- "name: a" --- "" text >notes/b.md &&
	test_write_lines --- "name: a: b" --- >notes/bad.md && echo x >notes/c.txt &&
	git add notes && git commit -q -m "notes" &&
	ops check >found && test_grep ! notes found &&
	test_expect_code 1 ops check notes/a.md >found &&
	test_grep "^notes/a.md: note doc.untyped: no type governs" found &&
	test_grep "^notes/a.md:3:8: error link.broken: .*notes/gone.md" found &&
	counts "0 documents: 0 unreadable, 1 error, 0 warnings; 1 of no type" found &&
	ops check notes/b.md notes/c.txt >found &&
	test_grep "^notes/c.txt: note doc.untyped: .*not looked at" found &&
	counts "; 1 of no type: only header and links; 1 file not looked at" found &&
	test_expect_code 1 ops check notes/bad.md >found &&
	test_grep "notes/bad.md:2:8: error yaml.unquoted-colon" found &&
	test_expect_code 1 ops check notes >found && test_grep ! doc.untyped found &&
	counts "; 3 of no type: only header and links; 1 file not looked at" found
'

test_expect_success 'a file is checked once, however often it is named' '
	ops_json result.documents 1 ops check $T ./$T 05-PROCESSES/active-tasks/ &&
	ops_json result.documents 1 ops check $T &&
	ops_json result.documents 1 ops check "$PWD/$T" $T &&
	(cd notes && ops check "$PWD/b.md" >../found) && test_grep "^notes/b.md" found &&
	test_expect_code 4 ops check /etc/passwd &&
	test_expect_code 1 ops --json check notes notes/a.md . >answer &&
	test "$("$TEST_BUILD/t/json-get" result.untyped answer)" = 3
'

test_expect_success 'a dot is everything but what git ignores' '
	mkdir made && cp notes/a.md made && echo /made/ >.gitignore &&
	test_expect_code 1 ops check . >found &&
	test_grep "^notes/a.md" found && test_grep ! "^made" found &&
	test_expect_code 1 ops check made/a.md >found && test_grep "^made/a.md:3" found &&
	test_expect_code 1 ops check --format junit . >junit &&
	test_grep "name=\"notes/a.md\" file=" junit && test_grep "name=\"$T\"" junit
'

test_expect_success 'a line across the page is no header' '
	test_when_finished "rm notes/line.md" &&
	test_write_lines --- "a: b: c" "" "No header" >notes/line.md &&
	ops check notes/line.md && printf -- --- >notes/line.md && ops check notes/line.md &&
	: >notes/line.md && ops check notes/line.md &&
	test_write_lines --- "" Text "" Heading ------- "" "| a |" "---|" >notes/line.md &&
	ops check notes/line.md
'

test_expect_success 'a header behind a byte order mark is one' '
	test_when_finished "rm notes/mark.md" &&
	printf "\357\273\277---\nname: a: b\n---\n[gone](gone.md)\n" >notes/mark.md &&
	test_expect_code 1 ops check notes/mark.md >found &&
	test_grep "notes/mark.md:1:1: error doc.encoding: .*byte order mark" found &&
	test_expect_code 1 ops check --fix notes/mark.md >found && test_grep "^2 fixed" found &&
	test_grep "notes/mark.md:4:8: error link.broken" found &&
	printf -- "---\nname: \"a: b\"\n---\n[gone](gone.md)\n" | test_cmp - notes/mark.md &&
	printf "\357\273\277# No header\n" >notes/mark.md && ops check notes/mark.md
'

test_expect_success 'links and devices are not followed out of the tree' '
	test_when_finished "rm notes/l.md notes/pipe.md" &&
	ln -s /etc/passwd notes/l.md && mkfifo notes/pipe.md &&
	test_expect_code 1 ops check notes/l.md >found && test_grep ! root: found &&
	test_grep "notes/l.md: error doc.unreadable" found &&
	test_expect_code 1 ops check notes/pipe.md >found &&
	test_grep "notes/pipe.md: error doc.unreadable" found
'

test_expect_success 'a range: what the one side changed, as it stands at its end' '
	git add .gitignore && git commit -q -m "ignore" && git checkout -q -b topic &&
	test_write_lines "[gone](gone.md)" >notes/new.md &&
	test_sed $T "s/^Priority: HIGH/Priority: URGENT/" && git add -A notes $T &&
	git commit -q -m one && test_sed $T "s/^Priority: URGENT/Priority: HOT/" &&
	git commit -q -a -m two && git rm -q notes/c.txt && git commit -q -m three &&
	git checkout -q main && echo "[gone](gone.md)" >notes/theirs.md && echo >>notes/a.md &&
	git add notes && git commit -q -m theirs &&
	for range in main..topic main...topic ..topic
	do
		test_expect_code 1 ops check --at $range >found &&
		test_grep "^$T:[0-9]*:11: error field.value: .*HOT" found &&
		test_grep "^notes/new.md:1:8: error link.broken" found &&
		test_grep ! "notes/[abt]" found && test_grep ! URGENT found &&
		counts "1 document: 0 unreadable, 2 errors, 0 warnings; 1 of no type" found ||
		return 1
	done &&
	test_expect_code 1 ops check --at main..topic notes >found &&
	test_grep ! "$T" found && test_grep notes/new.md found &&
	ops check --at topic..topic >found && counts "0 documents" found &&
	ops check --at main..topic 05-PROCESSES/agents &&
	test_expect_code 4 ops check --at nothing..topic &&
	test_expect_code 2 ops check --at main....topic
'

test_expect_success 'a document on standard input' '
	test_expect_code 1 ops check --path $T - <notes/bad.md >found &&
	test_grep "^$T:2:8: error yaml.unquoted-colon" found &&
	ops check --path $T - <$T &&
	sed "s/^Priority: HIGH/Priority: URGENT/" $T >edited &&
	test_expect_code 1 ops check --path ./$T - <edited >found &&
	test_grep "^$T:4:11: error field.value" found && counts "1 document:" found &&
	sed "s/^Status: Queued/Status: Complete/" $T >edited &&
	test_expect_code 1 ops check --path $T - <edited >found && test_grep task.transition found &&
	ops check $T && git diff --quiet &&
	echo "[x](a.md) [y](b.md)" | ops check --path notes/new.md - &&
	echo "[x](gone.md)" | test_expect_code 1 ops check --path docs/new/deep.md - >found &&
	test_grep "^docs/new/deep.md:1:5: error link.broken: .*docs/new/gone.md" found
'

test_expect_success 'standard input is only taken as it should be' '
	head -c 2000000 /dev/zero | tr "\0" x >../large &&
	test_expect_code 1 ops check --path $T - <../large >found && test_grep "^$T: error doc.limit" found &&
	test_expect_code 2 ops check - <$T 2>said && test_grep "needs --path" said &&
	test_expect_code 2 ops check --path $T <$T &&
	test_expect_code 2 ops check --path $T - $T <$T &&
	test_expect_code 2 ops check --path $T --at HEAD - <$T &&
	test_expect_code 2 ops check --path $T --staged - <$T &&
	test_expect_code 2 ops check --path ../x.md - <$T &&
	test_expect_code 2 ops check --path . - <$T &&
	test_expect_code 2 ops check --path .git/config - <$T &&
	head -c 2000000 /dev/zero | test_must_fail ops check --path $T -
'

test_expect_success 'a change that keeps size and time of the file is a change' '
	git checkout -q -f && sleep 1 && git update-index -q --refresh &&
	ops --as $DEV check >found && cp -p $T kept &&
	sed "s/^Title: ./Title: X/" kept >$T && touch -r kept $T &&
	sleep 1 && : >other && git add other &&
	test "$(wc -c <kept)" = "$(wc -c <$T)" &&
	test_expect_code 1 ops --as $DEV check >found && test_grep power.missing found &&
	git rm -q -f other && git checkout -q -f && chmod 755 $T && test_might_fail ops --as $DEV check >found &&
	chmod 644 $T && ops --as $DEV check
'

test_expect_success 'another configuration, also where there is none' '
	test_write_lines "format: 1" "version: 9" "types:" "  note:" "    title: A note" \
		"    paths: [\"notes/*.md\"]" "    create: [anyone]" \
		"    fields: {name: {kind: name, required: always, max: 3}}" >types.yaml &&
	test_expect_code 1 ops check --config types.yaml >found &&
	test_grep "notes/a.md:1:1: error doc.header" found &&
	test_grep ! config.version found &&
	git init -q elsewhere && mkdir elsewhere/notes && cp notes/b.md elsewhere/notes &&
	(
		cd elsewhere && ops check >found 2>said && counts "0 documents" found &&
		test_grep "nothing is governed here: name files" said &&
		ops check --config ../types.yaml >found && counts "1 document: 0 unr" found &&
		test_write_lines --- "name: abcd" --- >notes/b.md &&
		test_expect_code 1 ops check --config ../types.yaml >found &&
		test_grep "notes/b.md:2:7: error field.value" found &&
		ops check notes >found && counts "1 of no type" found &&
		echo "types: [" >broken.yaml &&
		test_expect_code 1 ops check --config broken.yaml >found &&
		test_grep "05-PROCESSES/ops.yaml" found &&
		test_expect_code 4 ops check --config no-such.yaml
	)
'

TEST_NO_VERIFY='a bad edit was committed on purpose'
test_done
