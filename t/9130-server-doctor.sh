#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A server is set up and told what it lacks; a push has bounds; what a pusher can set is
# not believed; pushes at once and from shallow clones do no harm.

test_description='servers: settings, bounds, and what is not believed'
. "$(dirname "$0")/test-lib.sh"

H=05-PROCESSES/active-tasks/hand-1.md
SERVER=../server.git

server () {
	git --git-dir $SERVER "$@"
}

doctor () {
	test_expect_code "$1" ops --git-dir $SERVER server doctor >../out
}

test_expect_success 'a new one lacks much, and each is said with what to do' '
	ops_world && ops_task hand-1 && git tag good &&
	git init -q --bare $SERVER && git remote add origin $SERVER &&
	doctor 1 &&
	test_grep "^differs hooks: " ../out && test_grep "each push is judged: ops --git-dir .*/server.git. server install" ../out &&
	test_grep "^differs receive.fsckObjects: not set" ../out &&
	test_grep "^differs the hook: missing" ../out && test_grep ! "chmod.*pre-receive" ../out &&
	test_grep "^ok      receive.shallowUpdate" ../out && test_grep "^ok      its policy: none yet" ../out &&
	server config --list >before && doctor 1 && server config --list >after &&
	test_cmp before after && rm before after &&
	test_expect_code 3 ops server doctor 2>../err && test_grep "no bare repository" ../err &&
	test_expect_code 3 ops server install && test_expect_code 3 ops -C $SERVER server doctor
'

test_expect_success 'it is set up, by what was advised' '
	sed -n "s/.*each push is judged: //p" ../out >../advice &&
	test_line_count = 1 ../advice && sh ../advice >/dev/null && doctor 0 &&
	ops --git-dir $SERVER server install >../out && test_grep ! "^differs" ../out &&
	doctor 0 && ops_json result.ok true ops --git-dir $SERVER server doctor &&
	sed "s/^[a-z]* *\([^:]*\): .*/\1/" ../out | sort | uniq -d >../twice && test_must_be_empty ../twice &&
	test "$(server config receive.denyDeletes)" = true &&
	test "$(server config receive.maxInputSize)" = 64m &&
	test "$(server config core.fsync)" = committed,reference &&
	server config --get-all receive.hideRefs >../hidden &&
	test_write_lines refs/replace refs/ops >../expected && test_cmp ../expected ../hidden &&
	server config --list >../once && ops --git-dir $SERVER server install >/dev/null &&
	server config --list >../twice && test_cmp ../once ../twice &&
	git push -q origin main
'

test_expect_success 'what will do is left, what will not is set' '
	server config receive.maxInputSize 1m && server config core.fsync all &&
	server config core.logAllRefUpdates always && server config --add receive.hideRefs refs/x &&
	doctor 0 && test "$(server config receive.maxInputSize)" = 1m &&
	server config receive.fsckObjects no && server config receive.maxInputSize 0 &&
	server config receive.shallowUpdate true && server config gc.pruneExpire now &&
	doctor 1 && grep -c "^differs" ../out >../nr && echo 4 >../expected && test_cmp ../expected ../nr &&
	server config --add receive.fsckObjects false &&
	ops --git-dir $SERVER server install >/dev/null && doctor 0 &&
	test "$(server config receive.fsckObjects)" = true &&
	server config --get-all receive.hideRefs >../hidden && test_grep refs/x ../hidden
'

test_expect_success 'what is hidden, and shown again by a later line' '
	git update-ref refs/replace/$(git rev-parse HEAD) HEAD~ &&
	for line in "receive !refs/replace" "receive !refs/replace/" "transfer !refs" \
		"transfer !^refs/replace"
	do
		cp $SERVER/config ../config && set -- $line &&
		server config --add $1.hideRefs "$2" && doctor 1 &&
		test_grep "^differs receive.hideRefs of refs/replace: .*$2" ../out &&
		if test "$2" = "!refs"
		then
			test_grep "^differs receive.hideRefs of refs/ops" ../out
		else
			test_grep ! "^differs receive.hideRefs of refs/ops" ../out
		fi &&
		test_might_fail git push $SERVER "refs/replace/*" >../push 2>&1 &&
		test_grep ! "hidden" ../push &&
		ops --git-dir $SERVER server install >/dev/null && doctor 0 &&
		test_must_fail git push $SERVER "refs/replace/*" >../push 2>&1 &&
		test_grep "deny updating a hidden ref" ../push && cp ../config $SERVER/config || return 1
	done &&
	server config --add transfer.hideRefs "!refs/replace/abc" && doctor 1 &&
	test_grep ! "^differs receive.hideRefs of refs/ops" ../out &&
	cp ../config $SERVER/config && server config --add transfer.hideRefs "!refs/heads" &&
	server config --add receive.hideRefs "^refs/replace/" && server config --add receive.hideRefs refs &&
	doctor 0 && cp ../config $SERVER/config && git update-ref -d refs/replace/$(git rev-parse HEAD)
'

test_expect_success 'owners and modes' '
	chmod g+w $SERVER/hooks/pre-receive && doctor 1 &&
	test_grep "^differs the hook: owner .*mode 0775" ../out && test_grep "chmod go-w" ../out &&
	chmod g-w $SERVER/hooks/pre-receive && chmod o+w $SERVER/hooks && doctor 1 &&
	test_grep "^differs its directory" ../out && chmod o-w $SERVER/hooks &&
	chmod g+w $SERVER/config && doctor 1 && test_grep "^differs the configuration" ../out &&
	chmod g-w $SERVER/config && chmod g+w $SERVER && doctor 1 &&
	test_grep "^differs the repository" ../out && chmod g-w $SERVER && doctor 0 &&
	chmod -x $SERVER/hooks/pre-receive && doctor 1 && test_grep "^differs hooks" ../out &&
	chmod +x $SERVER/hooks/pre-receive && doctor 0
'

test_expect_success 'the branch and its policy' '
	server symbolic-ref HEAD refs/heads/none && doctor 1 &&
	test_grep "^differs its policy: none, but .refs/heads/main. holds a state" ../out &&
	server config ops.branch main && doctor 0 && test_grep "ok      its policy: readable" ../out &&
	test_sed 05-PROCESSES/ops.yaml "s/^format: 1/format: 7/" && ops_commit_as $GOV "chore: broken" &&
	git push -q --receive-pack="git -c core.hooksPath=/dev/null receive-pack" origin main &&
	doctor 1 && test_grep "^differs its policy: broken" ../out &&
	git reset -q --hard good && server update-ref refs/heads/main $(git rev-parse HEAD) &&
	doctor 0 &&
	server config --unset ops.branch && server symbolic-ref HEAD refs/heads/main
'

test_expect_success 'the size of a push is git and data' '
	server config receive.maxInputSize 20k && head -c 60000 /dev/urandom >big && git add big && git commit -q -m "feat: big" &&
	test_must_fail git push origin main >../out 2>&1 && test_grep "exceeds maximum" ../out &&
	server config receive.maxInputSize 64m && git reset -q --hard good
'

test_expect_success 'the number of its commits is data' '
	test_sed 05-PROCESSES/ops.yaml "s/^version: 1/version: 2/" &&
	echo "push: {commits: 2, time: 1s}" >>05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "chore: small pushes" &&
	for i in 1 2 3
	do
		test_commit "feat: $i" file-$i.c $i || return 1
	done &&
	git push -q origin main~3:main && test_must_fail git push origin main >../out 2>&1 &&
	test_grep "more than 2 new commits at once" ../out &&
	git push -q origin main~1:main && git push -q origin main && git tag -f good
'

test_expect_success 'so is the number of files of one commit' '
	test_sed 05-PROCESSES/ops.yaml "s/^version: 2/version: 3/" "s/^push:.*/push: {files: 3}/" &&
	ops_commit_as $GOV "chore: small commits" && git push -q origin main && git tag -f good &&
	for i in 1 2 3 4; do echo $i >many-$i.c || return 1; done && git add . &&
	git commit -q -m "feat: four" && test_must_fail git push origin main >../out 2>&1 &&
	test_grep "error doc.limit: the change is about more than 3 files" ../out &&
	git rm -q --cached many-4.c && git commit -q --amend --no-edit && git push -q origin main &&
	rm many-4.c && test_sed 05-PROCESSES/ops.yaml "s/^version: 3/version: 4/" \
		"s/^push:.*/push: {commits: 2, time: 1s}/" && ops_commit_as $GOV "chore: as before" &&
	git push -q origin main && git tag -f good
'

test_expect_success PLAIN_BUILD 'a file of any size is taken in memory that has a bound' '
	head -c 192M /dev/zero >big && cp big 05-PROCESSES/active-tasks/big-1.md && git add . &&
	git commit -q -m "feat: big" && git push -q origin HEAD:refs/heads/big &&
	echo "$(git rev-parse good) $(git rev-parse HEAD) refs/heads/main" >../moves &&
	git reset -q --hard good && rm -f big && (
		ulimit -v 160000 &&
		test_expect_code 1 ops --git-dir $SERVER hook pre-receive <../moves >../err 2>&1
	) && test_grep "error doc.limit: " ../err && server update-ref -d refs/heads/big
'

test_expect_success 'and so is the time it may take' '
	{ sleep 5 | test_expect_code 6 ops --git-dir $SERVER hook pre-receive 2>../err; } &&
	test_grep "takes longer than it may" ../err
'

test_expect_success 'a mistake in these bounds is named' '
	test_sed 05-PROCESSES/ops.yaml "s/^push:.*/push: {commits: 0, time: 2h}/" &&
	test_expect_code 1 ops check >../out && test_grep "whole number from 1 to 1000000" ../out &&
	test_grep "from a second to an hour" ../out && git checkout -q 05-PROCESSES
'

# illegal: make a commit that no server takes, on a branch of its own.
illegal () {
	git checkout -q -B bad main && test_sed $H "s/^Status: Queued/Status: Complete/" &&
	ops_commit_as $LEAD "docs: done, I think" && git checkout -q main
}

# not_taken git push...: for that status; the server is as it was.
not_taken () {
	server for-each-ref >../before &&
	test_must_fail "$@" >../out 2>&1 &&
	server for-each-ref >../after && test_cmp ../before ../after
}

test_expect_success 'what the home of a pusher says is not believed' '
	illegal && git config --global ops.branch elsewhere &&
	not_taken git push origin bad:main && test_grep "error task.transition" ../out &&
	git config --global --unset ops.branch &&
	GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=ops.branch GIT_CONFIG_VALUE_0=elsewhere &&
	export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 &&
	not_taken git push origin bad:main && test_grep "error task.transition" ../out &&
	unset GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
'

test_expect_success 'nor push options, nor names of actors and times' '
	server config receive.advertisePushOptions true &&
	not_taken git push -o ops.branch=elsewhere -o skip origin bad:main &&
	OPS_NOW=2030-01-01T00:00:00Z && OPS_ACTOR=$GOV && export OPS_ACTOR &&
	not_taken git push origin bad:main && unset OPS_ACTOR && test_tick
'

test_expect_success 'a repository that is served in parts takes nothing' '
	GIT_NAMESPACE=part && export GIT_NAMESPACE &&
	not_taken git push origin bad:main && test_grep "remote: ops: this repository is served in parts" ../out &&
	not_taken git push origin main:refs/heads/main && unset GIT_NAMESPACE &&
	git push -q origin main
'

test_expect_success 'from a shallow clone: what is whole is judged, what is not is not taken' '
	git clone -q --depth 1 "file://$TEST_ROOT/server.git" ../shallow &&
	(
		cd ../shallow && SERVER=../server.git && test_commit "feat: far" far.c far &&
		git push -q origin main && test_sed $H "s/^Status: Queued/Status: Complete/" &&
		ops_commit_as $LEAD "docs: done" && not_taken git push origin main &&
		test_grep "error task.transition" ../out
	) &&
	git init -q --bare ../other.git && ops --git-dir ../other.git server install >/dev/null &&
	git -C ../shallow reset -q --hard HEAD~ &&
	test_must_fail git -C ../shallow push ../other.git main >../out 2>&1 &&
	test_grep "shallow update not allowed" ../out &&
	git --git-dir ../other.git config receive.shallowUpdate true &&
	test_must_fail git -C ../shallow push ../other.git main >../out 2>&1 &&
	git --git-dir ../other.git for-each-ref >../refs && test_must_be_empty ../refs &&
	git fetch -q origin && git merge -q --ff-only origin/main && git tag -f good
'

test_expect_success 'many pushes at once: one is taken at a time, none is lost' '
	for n in 1 2 3 4
	do
		git clone -q $SERVER ../clone-$n && (cd ../clone-$n && test_commit "feat: $n" n-$n.c $n) ||
			return 1
	done &&
	for n in 1 2 3 4
	do
		(
			cd ../clone-$n && tries=0 &&
			until git push -q origin main 2>/dev/null
			do
				tries=$((tries + 1)) && test $tries -lt 20 &&
				git fetch -q origin && git rebase -q origin/main || exit 1
			done && echo done >../pushed-$n
		) &
	done && wait &&
	server ls-tree --name-only main >../names &&
	for n in 1 2 3 4
	do
		test_path_is_file ../pushed-$n && test_grep "^n-$n.c$" ../names || return 1
	done &&
	ops --git-dir $SERVER audit verify && server fsck --strict 2>&1 | test_must_fail grep error
'

test_done
