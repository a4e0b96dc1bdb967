#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The index after an act: what git would have made of it, with everything of the user's still there.

test_description='changing the index'
. "$(dirname "$0")/test-lib.sh"

# of_the_user: entries that are not the tip's, and flags.
of_the_user () {
	git ls-files -s -v -- 00-first zz-last conflicted && git ls-files -v | grep -v "^H" && git ls-files -t | grep "^S"
}

test_expect_success 'entries of the user, in every form that git has' '
	ops_world && for id in aa-1 mm-1 zz-1
	do
		ops_task $id || return 1
	done && mkdir -p outside && echo 1 >outside/one && echo 1 >outside/two && git add outside && git commit -q -m "chore: files" &&
	echo 0 >00-first && echo 9 >zz-last && git add 00-first && git add -N zz-last &&
	git update-index --assume-unchanged outside/one && git update-index --skip-worktree outside/two &&
	one=$(echo one | git hash-object -w --stdin) && two=$(echo two | git hash-object -w --stdin) &&
	printf "100644 %s 1\tconflicted\n100644 %s 2\tconflicted\n100755 %s 3\tconflicted\n" $one $two $one |
		git update-index --index-info && of_the_user >user.expected && test_line_count = 11 user.expected
'

for version in 3 4
do
	test_expect_success "version $version: entries come, change, and go" "
		git update-index --index-version $version &&
		ops --as \$LEAD new task --id 00-$version -f Title=x && ops --as \$LEAD new task --id nn-$version -f Title=x &&
		ops --as \$LEAD new task --id zzz-$version -f Title=x && ops --as \$LEAD edit mm-1 -f Priority=LOW -f Title=v$version &&
		printf '%s\n' 'cancel nn-$version reason=x' 'cancel 00-$version reason=x' 'edit zzz-$version field:Title=y' \
			'new task id=00-0-$version field:Title=x' 'new task id=zzzz-$version field:Title=x' >acts &&
		ops --as \$LEAD batch acts && of_the_user >user.actual && test_cmp user.expected user.actual &&
		git ls-tree -r HEAD:05-PROCESSES | wc -l >files && git ls-files -s -- 05-PROCESSES | wc -l >entries &&
		test_cmp files entries && git diff --quiet -- 05-PROCESSES && git diff --quiet --cached HEAD -- 05-PROCESSES &&
		git fsck --strict
	"
done

test_expect_success 'without them it is the tip, entry for entry, and the trees it remembers are true' '
	git update-index --force-remove conflicted && git rm -q --cached 00-first zz-last &&
	git update-index --no-assume-unchanged outside/one && git update-index --no-skip-worktree outside/two &&
	git read-tree HEAD && git update-index -q --refresh && ops --as $LEAD edit aa-1 -f Priority=LOW &&
	git ls-tree -r HEAD | sed "s/ blob / /; s/	/ 0	/" >tree.expected &&
	git ls-files -s >index.actual && test_cmp tree.expected index.actual &&
	test "$(git write-tree)" = "$(git rev-parse HEAD^{tree})" &&
	ops --as $LEAD cancel aa-1 -m x && ops --as $LEAD new task --id first-1 -f Title=x &&
	test "$(git write-tree)" = "$(git rev-parse HEAD^{tree})" && grep -q TREE .git/index
'

test_expect_success 'what git knows of the files that an act wrote is as fresh as they are' '
	sleep 1 && ops --as $LEAD edit mm-1 -f Priority=HIGH && cp .git/index ../index &&
	git ls-files --debug "$(ops_path mm-1)" >actual && test_grep "size: $(wc -c <"$(ops_path mm-1)")" actual &&
	test_grep "ino: $(stat -c %i "$(ops_path mm-1)")" actual && git diff-files --quiet
'

test_expect_success 'a damaged index is not made to look whole' '
	cp .git/index ../index && size=$(wc -c <.git/index) &&
	printf X | dd of=.git/index bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null && cp .git/index ../damaged &&
	git rev-parse HEAD >before && test_expect_code 3 ops --as $LEAD edit mm-1 -f Priority=LOW 2>err &&
	test_grep "the index is" err && git rev-parse HEAD >after && test_cmp before after &&
	cmp .git/index ../damaged && cp ../index .git/index
'

test_expect_success PERL 'one whose entries are out of order is refused' '
	git update-index --index-version 2 && cp .git/index ../index &&
	perl -MDigest::SHA=sha1 -0777 -e '\''
		my $all = <STDIN>; my $at = 12; my @list;
		for (1 .. unpack("N", substr($all, 8, 4))) {
			my $end = index($all, "\0", $at + 62);
			my $len = (int(($end - $at) / 8) + 1) * 8;
			push @list, substr($all, $at, $len);
			$at += $len;
		}
		@list[0, 1] = @list[1, 0];
		my $new = join("", substr($all, 0, 12), @list, substr($all, $at, -20));
		print $new, sha1($new);
	'\'' <../index >.git/index && test_expect_code 3 ops --as $LEAD edit mm-1 -f Priority=LOW 2>err &&
	test_grep "malformed" err && cp ../index .git/index && ops --as $LEAD edit mm-1 -f Priority=LOW
'

test_done
