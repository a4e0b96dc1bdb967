#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What a check remembers: what did not change is not read again, and no answer differs for it,
# whatever a verdict depended on; a cache that is not ours is none.

test_description='checking again, and what is remembered'
TEST_NO_VERIFY='files are changed by hand, against every rule'
. "$(dirname "$0")/test-lib.sh"

TASKS=05-PROCESSES/active-tasks

# settle: what lies there is in the index, and nothing of it was written in the same moment.
settle () {
	git add -A && sleep 0.05 &&
	git update-index -q --really-refresh && touch .git/index
}

# as_full [OPTION]: with and without what is remembered, the answer is the same.
as_full () {
	test_might_fail ops --json check --full "$@" >../all &&
	test_might_fail ops --json check "$@" >../again &&
	sed "s/\"known\":[0-9]*/\"known\":0/" ../again >../again.cut &&
	test_cmp ../all ../again.cut
}

# known N [OPTION]: so many documents were not read, and the answer is the same.
known () {
	wanted=$1 && shift && as_full "$@" &&
	"$TEST_BUILD/t/json-get" result.known ../again >../said && test_grep -x "$wanted" ../said
}

# fresh: known when it is asked a second time; all that can be is.
fresh () {
	as_full && known "$1"
}

# doc NAME LINE...: a prompt with such a text.
doc () {
	name=$1 && shift &&
	{ test_write_lines --- "Title: $name" "Status: Draft" "Version: 1.0.0" \
		"Owner: $ARCH" "Created: 2026-01-10" "Last-Reviewed: 2026-01-10" \
		"Created-By: $ARCH" "Next-Review: 2026-02-20" \
		"Applies-To: tasks" --- "" "# $name" "" "$@"; } \
		>05-PROCESSES/prompts/$name.md
}

test_expect_success 'a few documents are read each time' '
	ops_world && git config user.email $ARCH@example.org && ops_task swap-1 &&
	doc one "[two](two.md)" && doc two "# Here" && settle &&
	known 0 && known 0 && test "$(ls .git/ops/checked-* 2>/dev/null)" = ""
'

test_expect_success 'where it is asked for, or there are many, they are not' '
	git config ops.cache always && known 0 && CACHE=$(ls .git/ops/checked-*) &&
	test_might_fail ops --json check >../answer &&
	"$TEST_BUILD/t/json-get" result.documents ../answer >../all_nr &&
	nr=$(cat ../all_nr) && known $nr && ops check >../said &&
	test_grep "^$nr were not changed since they were read; --full reads them again" ../said &&
	known $nr --staged && ops_json result.known 0 ops check --full &&
	ops_json result.known 0 ops check 05-PROCESSES &&
	ops_json result.known 0 ops check --at HEAD
'

test_expect_success 'what changed is read' '
	nr=$(cat ../all_nr) && doc two "# There" && known $((nr - 1)) &&
	settle && known $((nr - 1)) && fresh $nr &&
	sed -i "s/^Status: Draft/Status: Drafty/" 05-PROCESSES/prompts/two.md &&
	known $((nr - 1)) && test_grep field.value ../again && settle && as_full &&
	known $nr && test_grep field.value ../again && test_expect_code 1 ops check >../found &&
	test_grep "two.md:3:.*field.value" ../found &&
	sed -i "s/^Status: Drafty/Status: Draft/" 05-PROCESSES/prompts/two.md && settle &&
	fresh $nr && test_grep ! field.value ../again
'

test_expect_success 'a file that is not to be read as a document is told so from memory, too' '
	nr=$(cat ../all_nr) && doc bad && sed -i "s/^Title: bad/Title: [/" 05-PROCESSES/prompts/bad.md &&
	settle && as_full && known $((nr + 1)) && test_grep "\"unreadable\": *1" ../again &&
	test_grep yaml.syntax ../again && rm 05-PROCESSES/prompts/bad.md && settle && fresh $nr
'

test_expect_success 'where a link leads' '
	nr=$(cat ../all_nr) && mv 05-PROCESSES/prompts/two.md ../two && as_full &&
	test_grep link.broken ../again && mkdir 05-PROCESSES/prompts/two.md && as_full &&
	rmdir 05-PROCESSES/prompts/two.md && ln -s one.md 05-PROCESSES/prompts/two.md && as_full &&
	rm 05-PROCESSES/prompts/two.md && settle && as_full && test_grep link.broken ../again &&
	as_full && test_grep link.broken ../again && mv ../two 05-PROCESSES/prompts/two.md && settle &&
	fresh $nr && test_grep ! link.broken ../again
'

test_expect_success 'what was meant by a link that leads nowhere is found out each time' '
	nr=$(cat ../all_nr) && doc one "[two](tvo.md)" && settle && fresh $nr &&
	test_grep "did you mean .two.md" ../again && doc four && settle && as_full && as_full &&
	rm 05-PROCESSES/prompts/four.md && settle && fresh $nr && mv 05-PROCESSES/prompts/two.md ../two &&
	known $((nr - 1)) && test_grep ! "did you mean" ../again &&
	settle && fresh $((nr - 1)) && test_grep ! "did you mean" ../again &&
	mkdir ../docs && mv ../docs docs && echo text >docs/TVO.md && known $((nr - 1)) &&
	test_grep "did you mean ...*/docs/TVO.md" ../again && rm -r docs &&
	doc one "[two](tvo.md)" "[three](" "[four](fuor.md) [five](ot/four.md)" && settle &&
	fresh $((nr - 1)) && doc four && known $((nr - 1)) &&
	test_grep "did you mean .four.md" ../again && test_grep "ot.four.md.*did you mean .four.md" ../again &&
	rm 05-PROCESSES/prompts/four.md &&
	mv ../two 05-PROCESSES/prompts/two.md && doc one "[two](two.md)" && settle && fresh $nr
'

test_expect_success 'a finding between two documents is of neither' '
	nr=$(cat ../all_nr) && bad=05-PROCESSES/prompts/$(printf "a\\377") && settle && fresh $nr &&
	mkdir "$bad" && doc one "[two](two.md) " && doc two "# There " && settle &&
	rm "$CACHE" && as_full && as_full && test_grep doc.path ../again && as_full &&
	rmdir "$bad" && as_full &&
	test_grep ! doc.path ../again && doc one "[two](two.md)" && doc two "# There" && settle &&
	fresh $nr
'

# both: as it lies there, and again when git knows of it.
both () {
	as_full && settle && as_full && as_full
}

test_expect_success 'what a directory holds' '
	nr=$(cat ../all_nr) && P=05-PROCESSES/prompts && settle && fresh $nr &&
	echo text >$P/new.txt && as_full && echo text >$P/new.md && both &&
	git rm -q --cached $P/new.md && as_full && sleep 0.05 && touch .git/index && both &&
	git rm -q --cached $P/new.md && as_full && git update-index --add --cacheinfo \
		100644,$(git rev-parse ":$P/two.md"),$P/ghost.md && as_full && both &&
	git rm -q --cached $P/one.md && mv $P/one.md $P/eno.md && as_full && git add $P/eno.md &&
	sleep 0.05 && touch .git/index && as_full && both && mkdir $P/deep && as_full &&
	mv $P/new.md $P/deep && both && git init -q $P/deep && as_full &&
	echo >>$P/two.md && git add $P/two.md && sleep 0.05 && touch .git/index && as_full &&
	as_full && rm -rf $P/deep/.git && git checkout -q $P/two.md &&
	rm $P/deep/new.md && echo text >$P/deep/other.md && both && mv $P/deep ../deep &&
	echo text >$P/deep && both && rm $P/deep && ln -s ../../../deep $P/deep && both &&
	rm $P/deep && mv ../deep $P && both && rm -r $P/deep $P/new.txt && mv $P/eno.md $P/one.md &&
	settle && fresh $nr
'

test_expect_success 'what a directory is called in the index' '
	mkdir -p docs/in/old && echo text >docs/in/old/bad.md && cp 05-PROCESSES/ops.yaml ../before &&
	test_write_lines "types:" "  note:" "    title: A note" "    paths: [\"docs/in/*/*.md\"]" \
		"    fields: {Title: {kind: line}}" >>05-PROCESSES/ops.yaml &&
	both && test_grep "docs/in/old/bad.md.*doc.header\|doc.header.*docs/in/old/bad.md" ../again &&
	mv docs/in/old docs/in/new && both && test_grep docs/in/new/bad.md ../again &&
	git rm -q --cached docs/in/new/bad.md && git update-index --add --cacheinfo \
		100644,$(git hash-object docs/in/new/bad.md),docs/in/old/bad.md &&
	sleep 0.05 && touch .git/index && as_full && test_grep docs/in/new/bad.md ../again && both
'

test_expect_success 'whatever the length of its name' '
	long=a-name-of-more-bytes-than-are-kept-of-names && mv docs/in/new docs/in/$long-old && both &&
	mv docs/in/$long-old docs/in/$long-new && both && test_grep "$long-new/bad.md" ../again &&
	git rm -q --cached docs/in/$long-new/bad.md && git update-index --add --cacheinfo \
		100644,$(git hash-object docs/in/$long-new/bad.md),docs/in/$long-old/bad.md &&
	sleep 0.05 && touch .git/index && as_full && test_grep "$long-new/bad.md" ../again &&
	mv docs/in/$long-new docs/in/new && both
'

test_expect_success 'a directory that is reached by way of a link' '
	both && mv docs ../docs && ln -s ../docs docs && as_full &&
	test_grep ! docs/in/new ../again && rm docs && mv ../docs docs && both &&
	test_grep docs/in/new/bad.md ../again && rm -r docs && mv ../before 05-PROCESSES/ops.yaml &&
	settle && fresh $(cat ../all_nr)
'

test_expect_success 'a heading of another document' '
	nr=$(cat ../all_nr) && doc one "[two](two.md#there)" && settle && fresh $nr &&
	test_grep ! link.anchor ../again && doc two "# Elsewhere" && settle && as_full &&
	test_grep link.anchor ../again && doc two "# There" && settle && fresh $nr &&
	test_grep ! link.anchor ../again && doc two "# Elsewhere" && known $((nr - 2)) &&
	test_grep link.anchor ../again && settle && fresh $nr &&
	test_grep link.anchor ../again && doc two "# There" && known $((nr - 2)) &&
	test_grep ! link.anchor ../again && settle && fresh $nr &&
	doc three "[one](one.md#two) [two](two.md#three) [three](#one)" && settle &&
	fresh $((nr + 1)) && test_grep "two.md. has no heading" ../again && cp \
		05-PROCESSES/prompts/two.md ../two && rm 05-PROCESSES/prompts/two.md && as_full &&
	git add -A && as_full && cp ../two 05-PROCESSES/prompts/two.md && settle && as_full &&
	fresh $((nr + 1)) && rm 05-PROCESSES/prompts/three.md && doc two "# There" && doc one "[two](two.md)" && settle &&
	fresh $nr
'

test_expect_success 'a heading of what is too large to be read' '
	nr=$(cat ../all_nr) && doc one "[big](../../big.md#there)" && echo "# Here" >big.md &&
	truncate -s 5000000 big.md && settle && as_full && as_full &&
	test_grep ! link.anchor ../again && echo "# Here" >big.md && as_full &&
	test_grep link.anchor ../again && both && rm big.md && doc one "[two](two.md)" &&
	settle && fresh $nr
'

test_expect_success 'the bytes of a document as what a link says' '
	nr=$(cat ../all_nr) && both && as_full --staged && git update-index --cacheinfo \
		120000,$(git rev-parse ":05-PROCESSES/prompts/two.md"),05-PROCESSES/prompts/two.md &&
	as_full --staged && test_grep doc.mode ../again && settle && fresh $nr
'

test_expect_success 'what a field names' '
	nr=$(cat ../all_nr) && ops_task swap-2 && sed -i "s/^Priority: .*/&\nDepends-On: [swap-1]/" \
		$TASKS/swap-2.md && git add -A && git commit -q -n -m "docs: depends" &&
	settle && as_full && known $((nr + 1)) &&
	test_grep ! field.reference ../again && mv $TASKS/swap-1.md ../away && as_full &&
	test_grep field.reference ../again && settle && as_full && as_full &&
	test_grep field.reference ../again && mv ../away $TASKS/swap-1.md && settle &&
	fresh $((nr + 1)) && test_grep ! field.reference ../again
'

test_expect_success STRACE,PLAIN_BUILD 'directories that did not change are not read' '
	rm "$CACHE" && settle && as_full &&
	test_might_fail strace -f -e trace=getdents64 -o ../few "$OPS_PROGRAM" check &&
	test_might_fail strace -f -e trace=getdents64 -o ../many "$OPS_PROGRAM" check --full &&
	few=$(grep -c getdents64 ../few) && many=$(grep -c getdents64 ../many) &&
	echo "$few $many" && test $((few * 2)) -lt "$many"
'

test_expect_success 'who is in the roster' '
	agent=$(ls 05-PROCESSES/agents/*/$DEV.md) &&
	sed -i "s/^Priority: .*/&\nAssigned-To: Production\/$DEV/" $TASKS/swap-2.md && settle && as_full &&
	as_full && test_grep ! "is not in the roster" ../again && mv "$agent" ../away && known 0 &&
	as_full && test_grep "is not in the roster" ../again && mv ../away "$agent" && settle &&
	known 0 && as_full && test_grep ! "is not in the roster" ../again
'

test_expect_success 'the configuration' '
	nr=$(($(cat ../all_nr) + 1)) && fresh $nr && cp 05-PROCESSES/ops.yaml ../before &&
	sed -i "s/^version: .*/version: 99/" 05-PROCESSES/ops.yaml && known 0 && known $nr &&
	cp ../before 05-PROCESSES/ops.yaml && settle && known 0 && known $nr
'

test_expect_success 'the day' '
	nr=$(($(cat ../all_nr) + 1)) && known $nr && test_grep ! "by 2026-02-20" ../again &&
	(OPS_NOW=2026-03-01T12:00:00Z && export OPS_NOW && known 0 && known $nr &&
		test_grep "by 2026-02-20" ../again) && known 0 && test_grep ! "by 2026-02-20" ../again
'

test_expect_success 'what a document excuses stays excused, and is shown' '
	nr=$(($(cat ../all_nr) + 2)) &&
	doc three "<!-- ops-allow link.label: it is a sign -->" "[x][y] [z]" "" "[z]: one.md" &&
	settle && as_full && known $nr && test_grep "\"suppressed\": *1" ../again &&
	known $nr --show-suppressed && test_grep "it is a sign" ../again
'

test_expect_success 'what is not in the index as it is on the disk is read each time' '
	nr=$(($(cat ../all_nr) + 2)) && known $nr && echo >>05-PROCESSES/prompts/one.md &&
	known $((nr - 1)) && known $((nr - 1)) && doc four && known $((nr - 1)) && settle &&
	fresh $((nr + 1)) && touch 05-PROCESSES/prompts/one.md && known $nr && git add -A && settle &&
	known $((nr + 1))
'

test_expect_success 'one that is cut off, changed, or another one is none' '
	nr=$(($(cat ../all_nr) + 3)) && known $nr && cp "$CACHE" ../good &&
	for at in 0 100 1000 5000 9000 $(($(wc -c <../good) - 9))
	do
		cp ../good "$CACHE" && truncate -s $at "$CACHE" && known 0 &&
		known $nr && cp ../good "$CACHE" &&
		printf "\125" | dd of="$CACHE" bs=1 seek=$at conv=notrunc 2>../dd &&
		as_full && known $nr || return 1
	done &&
	rm "$CACHE" && mkdir "$CACHE" && known 0 && rmdir "$CACHE" &&
	ln -s ../../../good "$CACHE" && known 0 && rm "$CACHE" &&
	cp ../good "$CACHE"
'

test_expect_success 'each work tree of a clone has its own' '
	nr=$(($(cat ../all_nr) + 3)) && known $nr && git worktree add -q ../linked HEAD &&
	(cd ../linked && sleep 0.05 && touch "$(git rev-parse --git-path index)" && known 0 &&
		as_full && "$TEST_BUILD/t/json-get" result.known ../again >../said &&
		test "$(cat ../said)" -gt 2) && known $nr && git worktree remove --force ../linked
'

test_expect_success 'nor is one that came with the repository, or is of another user' '
	nr=$(($(cat ../all_nr) + 3)) && known $nr && cp -a . ../copy &&
	(cd ../copy && settle && known 0 && known $nr) && rm -rf ../copy &&
	(HOME=$PWD/../other && export HOME && mkdir "$HOME" && git config --global user.name O &&
		git config --global user.email $LEAD@example.org && known 0) && rm -r ../other &&
	git config ops.cache no && known 0 && known 0
'

# change N: one of many things that somebody may do, by the numbers of a row that is always the
# same.
change () {
	awk -v n="$1" "BEGIN { srand(n); for (i = 0; i < 4; i++)
		printf \"%d \", int(rand() * 1000); print \"\" }" >../row &&
	read -r what first second last <../row &&
	name=$(echo one two three four five six | cut -d " " -f $((first % 6 + 1))) &&
	other=$(echo one two three four five six | cut -d " " -f $((second % 6 + 1))) &&
	file=05-PROCESSES/prompts/$name.md &&
	case $((what % 16)) in
	0) doc $name "[other]($other.md)" ;;
	1) doc $name "[other]($other.md#there)" "[x][y]" "" "[z]: $other.md" ;;
	2) doc $name "# There" "[d](../prompts)" "[e](../../$other)" ;;
	3) rm -rf $file ;;
	4) rm -rf $file && mkdir $file ;;
	5) rm -rf $file && ln -s $other.md $file ;;
	6) test ! -f $file || sed -i "s/^Owner: .*/Owner: $other/" $file ;;
	7) test ! -f $file || sed -i "s/^Title:.*/Title: [/" $file ;;
	8) test ! -f $file || mv $file 05-PROCESSES/prompts/$other.md ;;
	9) sed -i "s/^Depends-On: .*/Depends-On: [swap-1, $name]/" $TASKS/swap-2.md ;;
	10) test -f $TASKS/$name.md || ops --as $LEAD new task $name \
		--from $TASKS/swap-1.md >../made 2>&1 || cp $TASKS/swap-1.md $TASKS/$name.md ;;
	11) rm -f $TASKS/$name.md ;;
	12) echo text >$other ;;
	13) rm -f $other ;;
	14) test ! -f $file || cp -p $file ../copy && mv ../copy $file ;;
	15) doc $name "<!-- ops-allow link.broken: later -->" "[a]($other.md) [b](no.md)" ;;
	esac
	case $((last % 4)) in
	0) settle ;;
	1) git add -A ;;
	2) git add -A && git commit -q -n -m "docs: step" ;;
	3) : ;;
	esac
}

test_expect_success 'whatever is done, in a long row, the answer is that of reading all' '
	git config ops.cache always && settle &&
	for n in $(seq 1 ${OPS_STEPS:-40})
	do
		change $n >../change 2>&1
		as_full || { echo "after step $n"; return 1; }
	done &&
	settle && as_full && as_full && "$TEST_BUILD/t/json-get" result.known ../again >../said &&
	test "$(cat ../said)" -gt 2
'

test_done
