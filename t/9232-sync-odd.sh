#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Synchronising in repositories that are set up in odd ways: it works there, or says why not
# and what to do, and neither loses nor moves anything.

test_description='synchronising odd repositories'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git
OTHER=$TEST_ROOT/other

there () {
	(cd "$OTHER" && "$@")
}

# stays N WORDS COMMAND...: it ends with N and says that, and no branch moved.
stays () {
	wanted=$1 words=$2
	shift 2
	git for-each-ref refs/heads >../refs && git status --porcelain >../status &&
	test_expect_code "$wanted" "$@" >../out 2>../err && test_grep -e "$words" ../err &&
	git for-each-ref refs/heads >../refs.now && test_cmp ../refs ../refs.now &&
	git status --porcelain >../status.now && test_cmp ../status ../status.now
}

# apart: something that is recorded here alone, and something that is there alone.
apart () {
	test_tick && ops --as $LEAD edit first-1 -f Due="2026-03-0$1" >/dev/null &&
	there ops --as $LEAD edit second-1 -f Due="2026-04-0$1" >/dev/null && there ops sync >/dev/null
}

together () {
	ops sync >/dev/null && there ops sync >/dev/null &&
	test "$(git rev-parse HEAD)" = "$(there git rev-parse HEAD)"
}

test_expect_success 'two clones and a server' '
	ops_world && ops_task first-1 >/dev/null && ops_task second-1 >/dev/null &&
	git init -q --bare -b main "$SERVER" && git remote add origin "$SERVER" && ops sync >/dev/null &&
	git clone -q "$SERVER" "$OTHER" && OPS_ACTOR=$LEAD && export OPS_ACTOR && apart 1 && together
'

test_expect_success 'where git would fetch over the branch, checked out or not, nothing is fetched' '
	apart 2 && git config ops.branch main && git branch side && fetch=$(git config remote.origin.fetch) &&
	for spec in "+refs/heads/*:refs/heads/*" "+refs/*:refs/*" main:main "refs/heads/main:heads/main" \
		"+refs/heads/*:refs/ops/seen/origin/*"
	do
		git config --replace-all remote.origin.fetch "$fetch" &&
		git config --add remote.origin.fetch "$spec" &&
		stays 3 "git config --replace-all remote.origin.fetch" ops sync &&
		git checkout -q side && stays 3 "write what it fetches over" ops sync --check &&
		git checkout -q main || return 1
	done &&
	git config --replace-all remote.origin.fetch "$fetch" &&
	git config --add remote.origin.fetch "^refs/heads/main" &&
	git config --add remote.origin.fetch "refs/heads/other:refs/heads/mainly" && together &&
	git config --replace-all remote.origin.fetch "$fetch"
'

test_expect_success 'nor to a mirror, which git overwrites' '
	apart 3 && git config remote.origin.mirror true && stays 3 "is a mirror" ops sync &&
	git config remote.origin.mirror false && together && git config --unset remote.origin.mirror &&
	git config --unset ops.branch
'

test_expect_success 'a branch that is neither here nor there is not the same' '
	git checkout -q --orphan fresh && stays 3 "nothing to synchronise" ops sync &&
	stays 3 "nothing to synchronise" ops sync --check && git checkout -q -f main
'

test_expect_success 'a shallow clone does its acts again, too' '
	apart 4 && together && git clone -q --depth 2 "file://$SERVER" ../shallow &&
	(cd ../shallow && ops edit first-1 -f Due=2026-05-01 >/dev/null) &&
	there ops edit second-1 -f Due=2026-05-02 >/dev/null && there ops sync >/dev/null &&
	(cd ../shallow && ops sync >out && test_grep "received 1" out && test_grep published out) &&
	together && test_grep "^Due: 2026-05-01" "$OTHER/05-PROCESSES/active-tasks/first-1.md"
'

test_expect_success 'where the common past was cut off it says so' '
	git clone -q --depth 1 "file://$SERVER" ../shallow2 &&
	(cd ../shallow2 && ops edit first-1 -f Due=2026-05-03 >/dev/null) &&
	there ops edit second-1 -f Due=2026-05-04 >/dev/null && there ops edit second-1 -f Due=2026-05-05 >/dev/null &&
	there ops sync >/dev/null && cd ../shallow2 && git fetch -q --depth 1 &&
	stays 3 "git fetch --unshallow" ops sync && git fetch -q --unshallow && ops sync >/dev/null &&
	cd "$TRASH" && together
'

test_expect_success 'what a partial clone lacks is brought by a command that it names' '
	git clone -q --no-local "$SERVER" ../partial && (
		cd ../partial && git config remote.origin.promisor true &&
		blob=$(git rev-parse "HEAD~1:05-PROCESSES/active-tasks/second-1.md") &&
		mv .git/objects/pack ../packs && mkdir .git/objects/pack &&
		for pack in ../packs/*.pack; do git unpack-objects -q <$pack || exit 1; done &&
		rm -f ".git/objects/$(echo "$blob" | cut -c 1-2)/$(echo "$blob" | cut -c 3-)" &&
		test_expect_code 3 ops audit verify 2>err && test_grep "$blob" err &&
		command=$(grep -o "git fetch --refetch --no-filter" err) && $command -q && ops audit verify
	)
'

test_expect_success 'what git says in two lines is told' '
	git remote add shut git://127.0.0.1:1/x.git &&
	stays 3 "cannot fetch from .shut.: .*: 127.0.0.1.*: .*; what is recorded here stays so" ops sync shut &&
	git remote remove shut
'

# A server that names what it cannot send is not believed.
test_expect_success 'objects that are missing at the other end stop it, and nothing else' '
	apart 9 && blob=$(git -C "$SERVER" rev-parse main:05-PROCESSES/active-tasks/second-1.md) &&
	lacking=$SERVER/objects/$(echo "$blob" | cut -c 1-2)/$(echo "$blob" | cut -c 3-) &&
	mv "$lacking" ../kept && stays 3 "cannot fetch from .*; what is recorded here stays so" ops sync &&
	mv ../kept "$lacking" && together
'

# told WORDS: a commit of these bytes on the branch is not done again, and nothing is lost.
told () {
	apart "$2" &&
	printf "tree %s\nparent %s\nauthor A <a@example.org> 1768478400 +0000\ncommitter A <a@example.org> 1768478400 +0000\n%b" \
		"$(git rev-parse "HEAD^{tree}")" "$(git rev-parse HEAD)" "$3" >../raw &&
	git reset -q --soft "$(git hash-object -t commit -w --literally ../raw)" &&
	stays 1 "cannot be done again on top of the upstream: $1; bring both together" ops sync &&
	git reset -q --soft HEAD~ && git reflog expire --expire=now --all && git prune --expire=now && together
}

test_expect_success 'a message that cannot be carried over as it is stops it' '
	told "the commit message is empty, too long or not UTF-8" 5 "\ncode \0344\n" &&
	told "the commit message is empty, too long or not UTF-8" 6 "encoding ISO-8859-1\n\ncode \0344\n" &&
	told "the commit message has a NUL" 7 "\ncode\0000and more\n" &&
	told "the commit message is empty, too long or not UTF-8" 8 "\n"
'

test_expect_success 'one key for two acts is one act too many, and not the same' '
	together && test_tick && there ops --as $LEAD --key nightly edit second-1 -f Priority=LOW && there ops sync &&
	ops --as $LEAD --key nightly edit first-1 -f Priority=LOW && mine=$(git rev-parse HEAD) &&
	test_expect_code 1 ops sync >out && test_grep "a key was used for both" out &&
	git show-ref >refs && test_grep "$mine refs/ops/lost/" refs && test_grep "Priority: HIGH" "$(ops_path first-1)" &&
	ops --as $LEAD --key nightly-2 edit first-1 -f Priority=LOW && ops sync && test_grep "Priority: LOW" "$(ops_path first-1)"
'

test_expect_success 'the same act by the same key is one, wherever its document lies by now' '
	together && test_tick && there ops --as $LEAD --key twice edit second-1 -f Type=x && there ops sync &&
	ops --as $LEAD --key twice edit second-1 -f Type=x && ops sync >out && test_grep ! lost out &&
	git log --format=%B >log && test "$(grep -c "^chore(ops): edit second-1" log)" -ge 1 &&
	test "$(git log --format=%B | grep "^Ops-Id" | sort | uniq -d)" = ""
'

# Whoever knows how keys are chosen can make an id before its owner does.
test_expect_success 'an id that somebody else has used is not the owner' '
	together && test_tick && ops --as $LEAD --key guessed edit first-1 -f Type=y &&
	id=$(git log -1 --format=%B | sed -n "s/^Ops-Id: //p") &&
	there ops --as $BOSS edit scout -f Domain=all && (cd "$OTHER" && git log -1 --format=%B | sed "s/^Ops-Id: .*/Ops-Id: $id/" >../message &&
		git commit -q --amend -F ../message) && there ops sync &&
	test_expect_code 1 ops sync >out && test_grep "it was copied" out && git show-ref >refs && test_grep refs/ops/lost/ refs &&
	test_expect_code 2 ops --as $LEAD --key guessed edit first-1 -f Type=y 2>err && test_grep "has no part in it" err
'

test_done
