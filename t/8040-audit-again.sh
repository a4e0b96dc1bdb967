#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What an audit remembers: what was judged is not judged again, and no answer differs
# for it; a cache that is not ours is none; a branch that was rewritten is named.

test_description='judging again, and what is remembered'
TEST_NO_VERIFY='illegal commits are made on purpose'
TEST_REMEMBERS=t
export TEST_REMEMBERS
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/hand-1.md

# cache: the file of main.
cache () {
	ls .git/ops/verified-*
}

# known N: so many commits were not judged again.
known () {
	ops --json audit verify >known
	"$TEST_BUILD/t/json-get" result.known known >said &&
	test_grep -x "$1" said
}

# as_full: the answer but for what it says of itself is that of --full.
as_full () {
	test_might_fail ops audit verify >again &&
	test_might_fail ops audit verify --full >all &&
	grep -v " judged before" again >again.cut &&
	test_cmp all again.cut
}

test_expect_success 'what was judged is not judged again' '
	ops_world && ops_task hand-1 && git tag start &&
	ops audit verify >first && test_grep ! "judged before" first &&
	ops audit verify >again &&
	test_grep "^2 were judged before by the same rules" again &&
	known 2 && as_full &&
	ops --as $LEAD edit hand-1 -f Priority=LOW && known 2 && as_full && known 3 &&
	ops_json result.known 0 ops audit verify --full &&
	ops_json result.known 0 ops audit verify start..
'

test_expect_success 'and what was found is told each time' '
	test_sed $T "s/^Status: Queued/Status: Complete/" &&
	ops_commit_as $LEAD "done, by hand" && git tag fault &&
	ops_audit_names task.transition fault && known 3 &&
	ops_audit_names task.transition fault && as_full &&
	test_sed $T "s/^Status: Complete/Status: Queued/" &&
	ops_commit_as $LEAD "not done" && ops_task more-1 &&
	ops_audit_names task.transition fault && known 4 &&
	ops_audit_names task.transition HEAD~ && as_full &&
	test_expect_code 1 ops audit verify --format github >found &&
	test_grep "title=task.transition" found
'

test_expect_success 'an act that is told again is found across what was judged' '
	git checkout -q -B replay start && ops audit verify &&
	ops --as $LEAD edit hand-1 -f Priority=LOW && git log -1 --format=%B >message &&
	ops audit verify &&
	ops --as $LEAD edit hand-1 -f Priority=HIGH && ops audit verify && known 4 &&
	test_sed $T "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as $LEAD "$(cat message)" &&
	ops_audit_names trailer.replayed && ops_audit_names trailer.replayed && as_full
'

# acts FROM TO: commits with the ids of their numbers, but of what `repeats` says another.
acts () {
	git log -1 --format='%an <%ae>' >author &&
	awk -v from="$1" -v to="$2" -v begin="$(git rev-parse HEAD)" -v who="$(cat author)" '
		FILENAME == "repeats" { other[$1] = $2 }
		END {
			for (i = from; i <= to; i++) {
				text = sprintf("chore: act %d\n\nOps-Id: %032x\n", i, i in other ? other[i] : i)
				printf "commit refs/heads/many\nauthor %s 1768478400 +0000\n", who
				printf "committer %s 1768478400 +0000\ndata %d\n%s\n", who, length(text), text
				if (i == from)
					print "from " begin
				printf "M 100644 inline notes\ndata %d\n%s\n", length(i ""), i
			}
		}' repeats | git fast-import --quiet --force && git reset -q --hard
}

# replays NUMBER...: the acts whose ids were there, each naming the commit that had it first.
replays () {
	for number
	do
		first=$(git log --format=%h --abbrev=7 --grep="^chore: act $(awk -v n=$number '$1 == n { print $2 }' repeats)\$")
		echo "$(git log --format=%h --abbrev=7 --grep="^chore: act $number\$") $first"
	done | sort >expected &&
	test_expect_code 1 ops audit verify >answer &&
	awk '/^refused/ { commit = $2 }
		/trailer\.replayed/ { print commit, substr($0, match($0, /commit [0-9a-f]+/) + 7, 7) }' answer |
	sort >found && test_cmp expected found
}

test_expect_success 'an act that is told again is found among thousands' '
	git checkout -q -b many start && ops audit verify &&
	test_write_lines "2990 3" "3000 2989" "3001 1500" "3105 7" "3106 2999" "3107 3104" >repeats &&
	acts 1 3002 && replays 2990 3000 3001 && replays 2990 3000 3001 && as_full &&
	acts 3003 3110 && replays 2990 3000 3001 3105 3106 3107 && as_full &&
	test "$(ls -A .git/ops | grep -c new)" = 0
'

test_expect_success 'another branch has its own' '
	git checkout -q main && known 4 && git checkout -q replay && known 4 &&
	git checkout -q --detach && known 0 && known 0 &&
	git checkout -q -B side start && ops_task side-1 && known 0 && known 3
'

test_expect_success 'a merge with an old branch is judged where it comes in' '
	git checkout -q -B merged start && ops_task main-1 && ops_task main-2 && ops audit verify &&
	test_tick && git merge -q --no-edit side && known 4 && as_full && known 5
'

test_expect_success 'a cache that is damaged is none' '
	git checkout -q -B spoiled start && ops audit verify && known 2 &&
	ls -t .git/ops/verified-* | head -n 1 >name && F=$(cat name) && cp $F good &&
	size=$(($(wc -c <good))) &&
	for cut in 0 1 14 50 90 200 $((size - 1))
	do
		head -c $cut good >$F && known 0 && cp good $F || return 1
	done &&
	printf x >>$F && known 0 && cp good $F && known 2 &&
	for byte in 3 20 85 130 180
	do
		cp good $F && printf "#" |
			dd of=$F bs=1 seek=$byte conv=notrunc 2>/dev/null && known 0 || return 1
	done &&
	head -c 100000 /dev/urandom >$F && known 0 &&
	rm $F && mkdir $F && known 0 && rmdir $F &&
	ln -s ../../good $F && known 0 && rm -f $F && known 0 && known 2
'

test_expect_success 'ids of acts that are damaged are none, once something new is held against them' '
	git checkout -q -B replays start && ops audit verify && known 2 &&
	ls -t .git/ops/verified-* | head -n 1 >name && F=$(cat name) && cp $F good &&
	ops_task again-1 && size=$(($(wc -c <good))) &&
	for byte in $((size - 30)) $((size - 50))
	do
		cp good $F && printf "####" |
			dd of=$F bs=1 seek=$byte conv=notrunc 2>/dev/null &&
		git reset -q --hard start && known 2 && git reset -q --hard HEAD@{1} &&
		known 0 || return 1
	done &&
	cp good $F && known 2 && known 3
'

test_expect_success 'nor is one of another history that says it judged this one' '
	git checkout -q -B forged start && ops audit verify &&
	test_sed $T "s/^Status: Queued/Status: Complete/" && ops_commit_as $LEAD "done" &&
	ls -t .git/ops/verified-* | head -n 1 >name && F=$(cat name) &&
	sed "s/^tip .*/tip $(git rev-parse HEAD)/" $F >$F.new && mv $F.new $F &&
	ops_audit_names task.transition
'

test_expect_success 'nor one that came with a copy, or was made by somebody else' '
	git checkout -q main && known 4 &&
	cp -a . ../copy && ( cd ../copy && known 0 && known 4 ) &&
	echo "$(head -c 64 /dev/zero | tr "\0" 0)" >"$HOME/.config/ops/secret.new" &&
	mv "$HOME/.config/ops/secret" kept && mv "$HOME/.config/ops/secret.new" "$HOME/.config/ops/secret" &&
	chmod 600 "$HOME/.config/ops/secret" && known 0 && known 4 &&
	chmod 644 "$HOME/.config/ops/secret" && known 0 && known 0 &&
	rm "$HOME/.config/ops/secret" && known 0 && known 4
'

test_expect_success 'nothing is needed to remember' '
	( unset XDG_CONFIG_HOME HOME && known 0 && known 0 ) &&
	( XDG_CONFIG_HOME=relative && export XDG_CONFIG_HOME && known 4 ) &&
	rm -rf .git/ops && known 0 && known 4
'

test_expect_success 'a link in the place of the directory is not followed' '
	rm -rf .git/ops && mkdir ../elsewhere && ln -s ../../elsewhere .git/ops &&
	test_might_fail ops audit verify >found 2>&1 &&
	test -z "$(ls ../elsewhere)" && rm .git/ops
'

test_expect_success 'a branch that was rewritten is an alarm until it is accepted' '
	git checkout -q -B seen start && ops_task seen-1 && git tag seen-1 && ops audit verify &&
	git reset -q --hard start && ops_task other-1 &&
	test_expect_code 1 ops audit verify >found &&
	test_grep "error history.rewritten: .refs/heads/seen. was verified at $(git rev-parse --short=10 seen-1)" \
		found &&
	test_expect_code 1 ops audit verify --full >found &&
	test_expect_code 1 ops --json audit verify >answer &&
	"$TEST_BUILD/t/json-get" result.findings.0.rule answer >said &&
	test_grep -x history.rewritten said &&
	test_expect_code 1 ops audit verify --format github >found &&
	test_grep "^::error title=history.rewritten::" found &&
	ops audit verify start.. && ops audit verify "$(git rev-parse HEAD)" &&
	git reset -q --hard start && test_expect_code 1 ops audit verify &&
	ops audit verify --accept-rewrite && ops audit verify &&
	git reset -q --hard seen-1 && ops audit verify
'

test_expect_success 'also when what was rewritten is gone' '
	git tag -d seen-1 && git checkout -q -B seen start &&
	git reflog expire --expire=now --all && git gc -q --prune=now &&
	test_expect_code 1 ops audit verify >found && test_grep history.rewritten found &&
	ops audit verify --accept-rewrite
'

test_expect_success 'a branch of a remote that went back' '
	git checkout -q -B far start && ops_task far-1 && git clone -q . ../near && (
		cd ../near && ops audit verify origin/far && ops audit verify far &&
		git -C "$TRASH" reset -q --hard start && git fetch -q origin &&
		test_expect_code 1 ops audit verify origin/far >found &&
		test_grep "history.rewritten: .refs/remotes/origin/far" found &&
		ops audit verify && ops audit verify --accept-rewrite origin/far &&
		ops audit verify origin/far
	)
'

test_expect_success 'what is noted of it must be readable' '
	git checkout -q -B seen start && ops audit verify --accept-rewrite &&
	F=$(ls -t .git/ops/seen-* | head -n 1) && echo damaged >$F &&
	test_expect_code 3 ops audit verify 2>err && test_grep "damaged" err && rm $F &&
	ops audit verify
'

test_expect_success 'a tip with a fault, or of half a clone, is not taken for verified' '
	git checkout -q -B bad start &&
	test_sed $T "s/^Status: Queued/Status: Complete/" && ops_commit_as $LEAD "done" &&
	test_expect_code 1 ops audit verify && git reset -q --hard start && ops audit verify &&
	git clone -q --depth 1 --branch main "file://$TRASH" ../shallow &&
	test_expect_code 3 ops -C ../shallow audit verify &&
	test_path_is_missing ../shallow/.git/ops
'

test_done
