#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the user has edited or staged is never overwritten and never swept into an act.

test_description='with changes of the user around'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

# refused_for PATH COMMAND...: status 1, naming the path, and nothing has changed.
refused_for () {
	named=$1
	shift
	ops_unchanged 1 "$@" && test_grep -F "$named" "$TEST_ROOT/refused.err"
}

# keeps COMMAND...: it succeeds; whatever index and files differ from HEAD in is the same.
keeps () {
	git diff --binary >../unstaged.before && git diff --binary --cached >../staged.before &&
	git ls-files -o >../untracked.before &&
	"$@" &&
	git diff --binary >../unstaged.after && git diff --binary --cached >../staged.after &&
	git ls-files -o >../untracked.after &&
	test_cmp ../unstaged.before ../unstaged.after &&
	test_cmp ../staged.before ../staged.after &&
	test_cmp ../untracked.before ../untracked.after
}

test_expect_success 'a task in work, and some code' '
	ops_world &&
	test_commit "code" src.c "int x;" &&
	test_commit "more" other.c "int y;" &&
	ops_task_at Assigned
'

test_expect_success 'edits elsewhere stay, staged or not' '
	echo "int z;" >>src.c &&
	echo "int w;" >>other.c && git add other.c && echo "int v;" >>other.c &&
	echo new >staged-new && git add staged-new &&
	echo untracked >untracked &&
	git rm -q --cached reports/review.txt &&
	test_sed 05-PROCESSES/prompts/draft-prompt.md "s/^Version: .*/Version: 0.1.1/" &&
	keeps ops --as $DEV accept swap-7k2f &&
	git show --stat --format= HEAD >changed &&
	test_line_count = 2 changed &&
	test_grep "swap-7k2f.md" changed &&
	rm changed
'

test_expect_success 'an edit of the touched file refuses the act' '
	cp $T ../saved &&
	echo "a thought" >>$T &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	tail -n 1 $T >../last && test_grep "a thought" ../last
'

test_expect_success 'a staged one, too' '
	git add $T &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	cp ../saved $T &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	git add $T
'

test_expect_success 'a file that was removed, or staged for removal' '
	rm $T &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	cp ../saved $T &&
	git rm -q --cached $T &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	git add $T
'

test_expect_success 'a link or a directory in its place' '
	rm $T && ln -s ../../src.c $T &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	rm $T && mkdir $T && echo mine >$T/file &&
	refused_for $T ops --as $DEV start swap-7k2f &&
	rm -r $T && cp ../saved $T
'

test_expect_success 'a directory on the way that is a link' '
	mv 05-PROCESSES/active-tasks ../elsewhere && ln -s ../../elsewhere 05-PROCESSES/active-tasks &&
	ops_unchanged 1 ops --as $DEV start swap-7k2f &&
	rm 05-PROCESSES/active-tasks && mv ../elsewhere 05-PROCESSES/active-tasks
'

test_expect_success 'an untracked file where a new document would be' '
	echo "my notes" >05-PROCESSES/active-tasks/new-1.md &&
	refused_for 05-PROCESSES/active-tasks/new-1.md ops_task new-1 &&
	test_grep "my notes" 05-PROCESSES/active-tasks/new-1.md &&
	rm 05-PROCESSES/active-tasks/new-1.md
'

test_expect_success 'only a newer time is no edit' '
	touch $T &&
	keeps ops --as $DEV start swap-7k2f &&
	git diff --exit-code $T && git diff --cached --exit-code $T
'

test_expect_success 'the same edit as the act makes is still an edit' '
	cp $T ../saved &&
	test_sed $T "s/^Priority: HIGH/Priority: LOW/" &&
	refused_for $T ops --as $DEV edit swap-7k2f -f Priority=LOW &&
	cp ../saved $T
'

test_expect_success 'a dry run sees it as well' '
	echo x >>$T &&
	refused_for $T ops --as $DEV block --dry-run swap-7k2f -m x &&
	cp ../saved $T
'

test_expect_success 'after all that the users changes are as they were' '
	echo "int z;" | tail -n 1 src.c >../z && test_grep "int z;" ../z &&
	git show :other.c >../staged && test_grep ! "int v;" ../staged && test_grep "int w;" ../staged &&
	test_grep "int v;" other.c &&
	test_must_fail git ls-files --error-unmatch reports/review.txt &&
	test_path_is_file reports/review.txt && test_path_is_file untracked &&
	git show :staged-new | test_cmp staged-new - &&
	git reset -q --hard && rm untracked
'

test_expect_success 'an intended addition, and flags of the index' '
	echo later >later && git add -N later &&
	git update-index --assume-unchanged src.c && git update-index --skip-worktree other.c &&
	ops --as $DEV checkpoint swap-7k2f --progress 1 -m x &&
	git ls-files -v src.c other.c >flags &&
	test_grep "^h src.c" flags && test_grep "^S other.c" flags &&
	git diff --name-only >names && test_grep "^later$" names &&
	git update-index --no-assume-unchanged src.c && git update-index --no-skip-worktree other.c &&
	git reset -q && rm later
'

test_expect_success 'line ends as the user has them' '
	git config core.autocrlf true && rm .git/index && git reset -q --hard &&
	grep -q "$(printf "\r")" $T &&
	ops --as $DEV block swap-7k2f -m x &&
	ops --as $DEV unblock swap-7k2f &&
	git diff --exit-code && git diff --cached --exit-code &&
	git show HEAD:$T >../in-git && test_must_fail grep -q "$(printf "\r")" ../in-git &&
	git config --unset core.autocrlf && rm .git/index && git reset -q --hard
'

test_expect_success 'the mode of a file stays' '
	chmod +x $T && git commit -q -m "chmod" $T &&
	ops --as $DEV block swap-7k2f -m x &&
	test -x $T && git ls-files -s $T >../mode && test_grep "^100755" ../mode &&
	git reset -q --hard HEAD~2
'

test_expect_success 'run from below' '
	(cd 05-PROCESSES/active-tasks && ops --as $DEV block swap-7k2f -m x && ops show swap-7k2f) &&
	git diff --exit-code && git diff --cached --exit-code
'

test_done
