#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A group of acts, and an act of many files: one pack, one wait for the disk, and still all or
# nothing of it.

test_description='many acts in one step'
. "$(dirname "$0")/test-lib.sh"

# acts N NAME: lines that make N tasks.
acts () {
	for i in $(seq "$1")
	do
		echo "new task id=$2-$i field:Title=\"Number $i\""
	done
}

# left: what a dead writer could leave behind.
left () {
	find .git 05-PROCESSES \( -name "*.keep" -o -name "tmp_*" -o -name "*.lock" -o -name ".*.tmp" \) -print
}

loose () {
	find .git/objects -type f -path "*/??/*" | wc -l
}

test_expect_success 'many acts become a pack that git likes' '
	ops_world && acts 150 many >acts && before=$(loose) && packs=$(ls .git/objects/pack/*.pack 2>/dev/null | wc -l) &&
	ops --as $LEAD batch --each acts >out && test_line_count = 150 out &&
	test "$(loose)" = "$before" && test "$(ls .git/objects/pack/*.pack | wc -l)" = $((packs + 1)) &&
	for pack in .git/objects/pack/*.idx
	do
		git verify-pack -v "$pack" >verified && git index-pack --verify "${pack%.idx}.pack" || return 1
	done && test_grep "chain length" verified && git fsck --strict && left >leftovers && test_must_be_empty leftovers &&
	git repack -q -adF && git fsck --strict && git diff --quiet HEAD
'

test_expect_success 'trees go into the pack as what differs' '
	git cat-file --batch-all-objects --batch-check="%(objecttype)" >kinds &&
	acts 150 deep >acts && ops --as $LEAD batch --each acts >out &&
	git verify-pack -v "$(ls -t .git/objects/pack/*.idx | head -n 1)" >verified &&
	awk "\$2 == \"tree\" && \$3 > 5000 { wide++ } END { exit !(wide < 20) }" verified &&
	awk "\$2 == \"tree\" && NF == 7 { thin++ } END { exit !(thin > 100) }" verified
'

test_expect_success 'a few acts become files of their own' '
	packs=$(ls .git/objects/pack/*.pack | wc -l) && acts 3 few >acts && ops --as $LEAD batch --each acts >out &&
	test "$(ls .git/objects/pack/*.pack | wc -l)" = "$packs" && test "$(loose)" -gt 0 && git fsck --strict
'

test_expect_success 'repack beside it keeps what is not published yet' '
	acts 400 beside >acts && { ops --as $LEAD batch --each acts >out & } &&
	while kill -0 $! 2>/dev/null
	do
		git repack -q -ad || :
	done && wait && test_line_count = 400 out && git fsck --strict && git diff --quiet HEAD
'

test_expect_success 'a .keep file of somebody else stays' '
	pack=$(ls .git/objects/pack/*.pack | head -n 1) && echo mine >"${pack%.pack}.keep" && rm -f .git/ops/journal &&
	ops recover && test_grep mine "${pack%.pack}.keep" && rm "${pack%.pack}.keep"
'

# struck WHAT N CALL... COMMITS [OPTION]: the N-th of these calls of a batch that makes so many
# commits is hit; the state is whole, and the next command settles it.
struck () {
	calls=$3 commits=$4 before=$(git rev-parse HEAD)
	# shellcheck disable=SC2086
	strace -f -o /dev/null -e trace="$calls" -e inject="$calls:$1:when=$2" \
		"$OPS_PROGRAM" --as $LEAD batch ${5-} acts >out 2>err
	status=$?
	made=$(git rev-list --count "$before..HEAD")
	# What was told is there, all of it; and of a step nothing or all.
	test $status != 0 || test "$made" = "$commits" || return 1
	test "$(wc -l <out)" = 0 || test "$made" = "$commits" || return 1
	test "$made" = 0 || test "$made" = "$commits" || return 1
	git fsck --strict >/dev/null 2>&1 && ops recover >/dev/null && git diff --quiet HEAD &&
		git diff --quiet --cached HEAD && left >leftovers && test_must_be_empty leftovers &&
		git reset -q --hard "$before"
}

test_expect_success STRACE 'killed at any of its renames, links and removals: nothing or all' '
	acts 60 kill >acts &&
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13
	do
		struck signal=KILL $n rename,renameat2,link 60 --each || return 1
	done &&
	for n in 1 3 5 7 9 11
	do
		struck signal=KILL $n unlink,sync_file_range,fsync 60 --each || return 1
	done
'

test_expect_success STRACE 'a full disk at any write: nothing or all' '
	for n in 1 2 3 4 5 6 7 8 30 60 63 64
	do
		struck error=ENOSPC $n write 60 --each || return 1
	done &&
	for n in 1 2 3 4 5 6 7 8
	do
		struck error=EIO $n rename,fsync 60 --each || return 1
	done
'

test_expect_success 'one commit of many files is a pack as well' '
	acts 120 once >acts && before=$(loose) && packs=$(ls .git/objects/pack/*.pack | wc -l) &&
	ops --as $LEAD batch acts >out && test "$(loose)" = "$before" &&
	test "$(ls .git/objects/pack/*.pack | wc -l)" = $((packs + 1)) && git fsck --strict &&
	left >leftovers && test_must_be_empty leftovers && git diff --quiet HEAD && git diff --quiet --cached HEAD
'

test_expect_success STRACE 'killed, or without room, nothing or all of it' '
	acts 100 whole >acts &&
	for n in 1 3 5 6 8
	do
		struck signal=KILL $n rename,link,unlink,fsync 1 || return 1
	done &&
	for n in 3 5 70 105
	do
		struck error=ENOSPC $n write 1 || return 1
	done
'

test_done
