#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Merges by git: fields by fields, sections by sections, and what is left to people.

test_description='merging documents'
. "$(dirname "$0")/test-lib.sh"

# Who merges: one who may edit tasks.
GIT_AUTHOR_EMAIL=$LEAD@example.org
export GIT_AUTHOR_EMAIL

T=05-PROCESSES/active-tasks/swap-7k2f.md
O=05-PROCESSES/active-tasks/other-1.md

# side NAME: begin a branch there, at what both sides know.
side () {
	git checkout -q -B "$1" both
}

# merge: bring theirs into ours; its words are in `out`.
merge () {
	git checkout -q ours && test_tick && git merge --no-edit theirs >out 2>&1
}

# start_over: no merge any more, and hooks that judge.
start_over () {
	git merge --abort 2>/dev/null
	git checkout -q -f main && git reset -q --hard both
}

# field NAME TASK
field () {
	ops show "$2" --json >shown && "$TEST_BUILD/t/json-get" "result.fields.$1" shown
}

test_expect_success 'git asks ops to merge, where documents lie' '
	ops_world && ops_task_at Assigned && ops_task other-1 &&
	git tag both &&
	ops_json result.merge installed ops hooks install &&
	git check-attr merge $T 05-PROCESSES/packets/a/1-request-b.md README.md src/a.md >attr &&
	test_write_lines "$T: merge: ops" "05-PROCESSES/packets/a/1-request-b.md: merge: ops" \
		"README.md: merge: unspecified" "src/a.md: merge: unspecified" >expected &&
	test_cmp expected attr &&
	test "$(git config merge.directoryRenames)" = false
'

test_expect_success 'different fields of one task, and neighbours at that' '
	side ours && ops --as $LEAD edit other-1 -f Priority=CRITICAL -f Type=feature &&
	side theirs && test_tick && ops --as $LEAD edit other-1 -f Due=2026-03-03 -f Estimated-Hours=7 &&
	merge && test_grep ! CONFLICT out &&
	test "$(field Priority other-1)" = CRITICAL && test "$(field Due other-1)" = 2026-03-03 &&
	test "$(field Type other-1)" = feature && test "$(field Estimated-Hours other-1)" = 7 &&
	ops audit verify
'

test_expect_success 'lists are sets' '
	start_over && test_sed $O "s/^Title:.*/&\\nMilestones: [one, two, three]/" &&
	ops_commit_as $LEAD "milestones" && git tag -f listed &&
	git checkout -q -B ours listed && test_sed $O "s/one, two, three/one, three, four/" &&
	ops_commit_as $LEAD "less two, more four" &&
	git checkout -q -B theirs listed && test_sed $O "s/one, two, three/zero, one, two, three, five/" &&
	ops_commit_as $LEAD "more" &&
	merge && test_grep "^Milestones: \[one, three, four, zero, five\]$" $O
'

test_expect_success 'sections and ticks of both sides' '
	start_over &&
	printf "%s\n" "" "## List" "" "- [ ] a" "- [ ] b" "- [x] c" >>$O && ops_commit_as $LEAD "a list" &&
	git tag -f listed &&
	git checkout -q -B ours listed && test_sed $O "s/- \[ \] a/- [x] a/" "s/- \[x\] c/- [ ] c/" &&
	printf "\n## Ours\n\ntext\n" >>$O && ops_commit_as $LEAD "ticks" &&
	git checkout -q -B theirs listed && test_sed $O "s/- \[ \] b/- [x] b/" &&
	printf "\n## Theirs\n\nwords\n" >>$O && ops_commit_as $LEAD "other ticks" &&
	merge &&
	sed -n "/^## List/,\$p" $O >actual &&
	test_write_lines "## List" "" "- [x] a" "- [x] b" "- [ ] c" "" "## Theirs" "" words "" \
		"## Ours" "" text >expected &&
	test_cmp expected actual
'

test_expect_success 'who has the task is not decided by a merge' '
	start_over && ops_task_at Approved race-1 && git tag -f raced &&
	git checkout -q -B ours raced && test_tick && ops --as $LEAD assign race-1 $DEV &&
	git checkout -q -B theirs raced && test_tick && ops --as $LEAD assign race-1 docwriter &&
	test_must_fail merge && test_grep "ops: .*race-1.md: both sides changed field .Assigned-To" out &&
	R=05-PROCESSES/active-tasks/race-1.md &&
	test_grep "^<<<<<<< ours" $R && test_grep -c "^Status:" $R >count && test_grep -x 1 count &&
	test_must_fail ops check $R >checked 2>&1 && test_grep "doc.conflict" checked
'

test_expect_success 'resolve shows what is left, and takes a side' '
	test_expect_code 1 ops resolve >left && test_grep "race-1.md:[0-9]*: Assigned-To" left &&
	test_grep docwriter left &&
	test_expect_code 1 ops resolve --json >answer &&
	"$TEST_BUILD/t/json-get" result.files.0.hunks.0.where answer >where && test_grep Assigned-To where &&
	cp $R before && test_expect_code 0 ops resolve --ours --dry-run race && test_cmp before $R &&
	test_expect_code 4 ops resolve --ours rac && test_expect_code 4 ops resolve --ours race-12 2>err &&
	test_grep "ops resolve shows what is" err &&
	ops resolve --ours race-1 >out 2>err && test_grep "resolved, and staged" out &&
	test_grep "warning merge.dropped: .* what their side did" err &&
	test_grep "^Assigned-To: Production/$DEV$" $R &&
	git diff --name-only --diff-filter=U >unmerged && test_must_be_empty unmerged &&
	ops resolve >out && test_grep "nothing is unmerged" out
'

test_expect_success 'an act is not taken back by a merge, so the hooks refuse it' '
	test_expect_code 128 git commit --no-edit >out 2>&1 && test_grep "error merge.dropped" out &&
	before=$(git rev-parse HEAD) && git -c core.hooksPath=/dev/null commit -q --no-edit &&
	test_expect_code 1 ops audit verify >out && test_grep "git reset --keep to before it" out &&
	git reset -q --keep HEAD~ && test "$(git rev-parse HEAD)" = "$before" &&
	git diff --quiet HEAD && ops audit verify
'

test_expect_success 'one side that follows from the other is no conflict' '
	start_over &&
	side ours && test_tick && ops --as $DEV accept swap-7k2f &&
	ops --as $LEAD edit swap-7k2f -f Type=chore &&
	side theirs && test_tick && ops --as $DEV accept swap-7k2f &&
	test_tick && ops --as $DEV start swap-7k2f &&
	merge && ops audit verify && test "$(field Status swap-7k2f)" = In-Progress && test "$(field Type swap-7k2f)" = chore
'

test_expect_success 'a task archived here and a new one there: no rename of the directory' '
	start_over && ops_task_at Decided last-1 && ops --as $LEAD cancel other-1 -m "no" &&
	ops --as $LEAD cancel swap-7k2f -m "no" && git tag -f lone &&
	git checkout -q -B ours lone && test_tick && ops --as $LEAD complete last-1 &&
	git checkout -q -B theirs lone && test_tick && ops_task fresh-1 &&
	merge && test_path_is_file 05-PROCESSES/active-tasks/fresh-1.md && ops audit verify
'

test_expect_success 'the same section on both sides: marks there and nowhere else' '
	start_over &&
	side ours && ops --as $LEAD edit other-1 -s Objective="match within 5 ms" -f Priority=LOW &&
	side theirs && test_tick && ops --as $LEAD edit other-1 -s Objective="match within 9 ms" &&
	test_must_fail merge &&
	sed -n "/^<<<<<<</,/^>>>>>>>/p" $O >hunk && test_line_count = 5 hunk &&
	test_must_fail ops check $O >checked 2>&1 && test_grep "$O:[0-9]*:1: error doc.conflict" checked &&
	test_expect_code 1 ops resolve >left && test_grep ": Objective$" left
'

test_expect_success 'marks that are left are not committed past the hooks' '
	git add $O && test_expect_code 128 git commit --no-edit >out 2>&1 && test_grep doc.conflict out
'

test_expect_success 'resolve asks, one by one' '
	start_over && git checkout -q ours && test_must_fail git merge theirs >/dev/null 2>&1 &&
	echo q | test_expect_code 1 ops resolve --ask >out 2>&1 && test_grep "9 ms" out &&
	printf "x\nt\n" | ops resolve --ask >out 2>&1 && test_grep "resolved, and staged" out &&
	test_grep "9 ms" $O && git commit -q --no-edit && ops audit verify
'

test_expect_success 'resolve with text of one'\''s own, and refusals' '
	start_over &&
	side ours && ops --as $LEAD edit other-1 -s Objective="match within 5 ms" -f Due=2026-03-01 &&
	side theirs && test_tick && ops --as $LEAD edit other-1 -s Objective="match within 9 ms" -f Due=2026-03-02 &&
	test_must_fail merge &&
	test_expect_code 2 ops resolve --ours --theirs other-1 && test_expect_code 2 ops resolve --ours &&
	test_expect_code 4 ops resolve --ours no-such &&
	cp $O before &&
	test_expect_code 1 ops resolve -f Due=never -s Objective=x other-1 && test_cmp before $O &&
	test_expect_code 1 ops resolve -f Due=2026-03-03 other-1 >out && test_grep ! resolved out &&
	test_expect_code 1 ops resolve -f Due=never --ours other-1 &&
	ops resolve -f Due=2026-03-04 -s Objective="match within 7 ms" other-1 2>err &&
	test_grep ! merge.dropped err &&
	test_grep "^Due: 2026-03-04" $O && test_grep "within 7 ms" $O &&
	git commit -q --no-edit && ops audit verify
'

test_expect_success 'a place is given when all that it is about is, and nothing is taken half' '
	start_over && test_sed $O "s/^Due:/Due-Kind: a\\nKind: a\\nDue:/" && ops_commit_as $LEAD kinds && git tag -f kinds &&
	git checkout -q -B ours kinds && test_sed $O "s/Kind: a/Kind: ours/" && ops_commit_as $LEAD "ours" &&
	git checkout -q -B theirs kinds && test_sed $O "s/Kind: a/Kind: theirs/" && ops_commit_as $LEAD "theirs" &&
	test_must_fail merge && for i in 1 2 3; do git show :$i:$O >$i || return 1; done &&
	test_might_fail git merge-file 2 1 3 && cp 2 $O &&
	test_expect_code 1 ops resolve >left && test_grep ": Due-Kind, Kind$" left &&
	cp $O before && test_expect_code 1 ops resolve -f Due-Kind=mine other-1 >out &&
	test_grep "1 of 1 places left, so nothing was written" out && test_cmp before $O &&
	ops resolve -f Due-Kind=mine -f Kind=theirs other-1 && test_grep "^Kind: theirs$" $O &&
	test_grep "^Due-Kind: mine$" $O
'

test_expect_success 'what is given is not forgotten while something else is left' '
	start_over &&
	side ours && ops --as $LEAD edit other-1 -s Objective="match within 5 ms" -f Due=2026-03-03 &&
	side theirs && test_tick && ops --as $LEAD edit other-1 -s Objective="match within 9 ms" -f Due=2026-03-02 &&
	test_must_fail merge && cp $O before &&
	test_expect_code 1 ops resolve -f Due=2026-03-05 other-1 >out && test_cmp before $O &&
	test_expect_code 1 ops resolve -s Objective=x other-1 && test_cmp before $O &&
	ops resolve -f Due=2026-03-05 -s Objective=x other-1 && test_grep "^Due: 2026-03-05$" $O
'

test_expect_success 'a place over more than the header, or over several sections, is named whole' '
	start_over && git checkout -q -B ours both && printf "# a\n\nx\n\n# b\n\nx\n" >notes.md && git add notes.md &&
	git commit -q --no-verify -m a && git checkout -q -B theirs both &&
	printf "# a\n\ny\n\n# b\n\ny\n" >notes.md && git add notes.md && git commit -q --no-verify -m b &&
	test_must_fail merge &&
	printf "<<<<<<< ours\n# a\n\nx\n\n# b\n\nx\n=======\n# a\n\ny\n# b\n\ny\n>>>>>>> theirs\n" >notes.md &&
	test_expect_code 1 ops resolve >left && test_grep ": a, b$" left && cp notes.md before &&
	test_expect_code 2 ops resolve --ours -f Due=x notes.md && test_cmp before notes.md &&
	test_expect_code 2 ops resolve -s a=x -s b=x notes.md && test_cmp before notes.md &&
	printf -- "---\nA: 1\n<<<<<<< ours\n  x\nB: 1\n---\n\nx\n=======\n  y\nB: 2\n---\n\ny\n>>>>>>> theirs\n" >notes.md &&
	test_expect_code 1 ops resolve >left && test_grep ": A, B, ---$" left
'

test_expect_success 'files that git merges with other texts' '
	start_over && printf "1\n2\n3\n4\n5\n6\n7\n" >base && sed "s/1/one/" base >a && sed "s/7/seven/" base >b &&
	ops merge-driver base a b notes.md && test_grep one a && test_grep seven a &&
	sed "s/1/eins/" base >b && test_expect_code 1 ops merge-driver base a b notes.md 2>err &&
	test_grep "same lines" err && test_grep "^<<<<<<< ours" a &&
	test_expect_code 4 ops merge-driver base a no-such notes.md &&
	rm -f base a b
'

test_expect_success 'a file whose name begins with a hyphen is merged as others are' '
	start_over && ops hooks install >/dev/null && cp .git/info/attributes ../attributes && printf "%s\n" "-x.md merge=ops" >>.git/info/attributes &&
	test_write_lines 1 2 3 4 5 6 7 >./-x.md && git add -- -x.md && git commit -q -m "docs: text" &&
	git checkout -q -B ours && test_sed ./-x.md "s/1/one/" && git commit -q -a -m "docs: one" &&
	git checkout -q -B theirs ours~ && test_sed ./-x.md "s/7/seven/" && git commit -q -a -m "docs: seven" &&
	git checkout -q ours && git merge -q --no-edit theirs && test_grep one ./-x.md && test_grep seven ./-x.md &&
	mv ../attributes .git/info/attributes
'

test_expect_success 'without an ops git merges by itself' '
	start_over &&
	side ours && ops --as $LEAD edit other-1 -f Priority=LOW &&
	side theirs && test_tick && ops --as $LEAD edit other-1 -s Objective="match within 9 ms" &&
	git checkout -q ours && mkdir -p ../empty &&
	for tool in git sh cat env sed
	do
		ln -sf "$(command -v $tool)" ../empty/ || return 1
	done &&
	(PATH=$TEST_ROOT/empty && git merge --no-edit theirs >out 2>&1) && test_grep "within 9 ms" $O
'

test_expect_success 'uninstalling leaves what others wrote' '
	start_over && ops hooks uninstall >/dev/null && test_must_fail git config merge.ops.driver &&
	test_must_fail git config merge.directoryRenames && test_path_is_missing .git/info/attributes &&
	printf "*.bin -diff" >.git/info/attributes && git config merge.directoryRenames true &&
	ops hooks install >/dev/null && test_grep "^\*.bin -diff$" .git/info/attributes &&
	test "$(git config merge.directoryRenames)" = true && cp .git/info/attributes once &&
	ops hooks install >/dev/null && test_cmp once .git/info/attributes && rm once &&
	test_sed .git/info/attributes "s/active-tasks/elsewhere/" &&
	ops_json result.merge old ops hooks status && ops hooks install >/dev/null &&
	ops_json result.merge installed ops hooks status && ops hooks uninstall >/dev/null &&
	ops_json result.merge missing ops hooks status &&
	echo "*.bin -diff" >expected && test_cmp expected .git/info/attributes &&
	test "$(git config merge.directoryRenames)" = true &&
	git config --unset merge.directoryRenames && ops hooks install >/dev/null &&
	before=$(git config merge.ops.driver | sed "s/ -- / /") && git config merge.ops.driver "$before" &&
	ops_json result.merge old ops hooks status && ops hooks install >/dev/null &&
	ops_json result.merge installed ops hooks status && git config merge.ops.driver "$before" &&
	ops hooks uninstall >/dev/null && test_must_fail git config merge.ops.driver &&
	git config merge.ops.driver mine && test_expect_code 1 ops hooks install &&
	ops_json result.merge other ops hooks status && ops hooks uninstall && test "$(git config merge.ops.driver)" = mine
'

test_done
