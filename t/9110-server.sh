#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The hook of a server: every new commit of a push to the branch of state is judged by
# its parent's rules before it is taken; what is refused leaves the server as it was.

test_description='the hook of a server'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md
H=05-PROCESSES/active-tasks/hand-1.md
SERVER=../server.git

# back: to where the last good state was.
back () {
	git checkout -q -f main && git reset -q --hard good && git clean -q -f -d 05-PROCESSES
}

# refs: all that the server has.
refs () {
	git -C $SERVER for-each-ref && find $SERVER/objects -type f | sort
}

# not_taken RULE git push ...: the server names the rule and takes nothing at all.
not_taken () {
	rule=$1
	shift
	refs >before &&
	test_expect_code 1 "$@" >out 2>&1 &&
	cat out &&
	test_grep -E "^remote:( .*)? error $rule: " out &&
	refs >after &&
	test_cmp before after
}

# names COMMIT: the refusal names it.
names () {
	test_grep "^remote: refused $(git rev-parse --short=7 "$1") " out
}

test_expect_success 'a bare repository has the hook of a server' '
	ops_world && ops_task_at Review && ops_task hand-1 && git tag good &&
	git init -q --bare $SERVER &&
	git remote add origin $SERVER &&
	test_expect_code 3 ops -C $SERVER hooks install &&
	ops --git-dir $SERVER hooks install >out &&
	test_grep "pre-receive  *installed" out &&
	test_grep ! pre-commit out &&
	test_grep "for refs/heads/main" out &&
	ops_json result.server true ops --git-dir $SERVER hooks status &&
	test_path_is_missing $SERVER/hooks/pre-commit
'

test_expect_success SHELLCHECK 'the script is sound' '
	shellcheck -s sh $SERVER/hooks/pre-receive
'

test_expect_success 'the first push is judged from its beginning' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" && test_commit "on top" src.c "int x;" &&
	not_taken gate.missing git push origin main && names HEAD~ && back
'

test_expect_success 'a legal push is taken, as are other branches, tags and no change' '
	git push -q origin good^{}:refs/heads/main &&
	ops --as $LEAD edit hand-1 -f Priority=LOW &&
	git push -q origin main && git push -q origin main &&
	ops --git-dir $SERVER audit verify &&
	git push -q origin good && git push -q origin :good &&
	ops --as $LEAD edit hand-1 -f Priority=HIGH && git tag -f good &&
	git push -q origin main main:refs/heads/topic && git push -q origin :topic
'

test_expect_success 'it is said that the rules are held by a server' '
	ops --git-dir $SERVER audit verify >out &&
	test_grep "enforcement=server" out &&
	ops audit verify >out &&
	test_grep "enforcement=local" out
'

test_expect_success 'a status set by hand' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	not_taken gate.missing git push origin main && names HEAD &&
	test_commit "on top" src.c "int x;" &&
	not_taken gate.missing git push origin main && names HEAD~ &&
	not_taken gate.missing git push --force origin main && names HEAD~
'

test_expect_success 'what was mended afterwards' '
	test_sed $T "s/^Status: Complete/Status: Review/" &&
	ops_commit_as $LEAD "no, not done" &&
	not_taken gate.missing git push origin main && names HEAD~2
'

test_expect_success 'a forged commit that came by another branch first' '
	git push -q origin main:refs/heads/topic &&
	not_taken gate.missing git push origin main && names HEAD~2 &&
	git push -q origin :topic && back
'

test_expect_success 'one refused ref refuses the push' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	not_taken gate.missing git push origin good:refs/heads/other main && back
'

test_expect_success 'an approval of ones own work' '
	ops --as $LEAD gate request hand-1 pre-governance -s Scope="the matcher" \
		-s Approach="test first" -s "Risk Assessment"="low" -s Documentation="comments" &&
	git tag -f asked &&
	ops --as $GOV gate approve hand-1 pre-governance -m "bounded" &&
	P=$(git diff --name-only asked) &&
	git log -1 --format=%B | sed "s/$GOV/$LEAD/" >message &&
	sed "s/$GOV/$LEAD/" $P >../packet && git reset -q --hard asked &&
	mkdir -p $(dirname $P) && cp ../packet $P &&
	ops_commit_as $LEAD "$(cat message)" &&
	not_taken gate.self-approval git push origin main && names HEAD && back
'

test_expect_success 'a policy that is changed and used in one push' '
	test_sed 05-PROCESSES/ops.yaml "s/^version: 1/version: 2/" &&
	printf "powers:\\n  gate.quality: { roles: [Department Agent] }\\n" >>05-PROCESSES/ops.yaml &&
	ops_commit_as $DEV "a better policy" && policy=$(git rev-parse HEAD) &&
	test_commit "code" src.c "int x;" &&
	not_taken power.protected git push origin main && names $policy && back
'

test_expect_success 'a roster that gives its author what they need' '
	A=05-PROCESSES/agents/Executive/meta-orchestrator.md &&
	sed "s/meta-orchestrator@/evil@/;s/^Name: .*/Name: Evil/" $A \
		>05-PROCESSES/agents/Executive/evil.md &&
	ops_commit_as evil "me too" && evil=$(git rev-parse HEAD) &&
	test_sed $H "s/^Priority: HIGH/Priority: LOW/" && ops_commit_as evil "less" &&
	not_taken actor.unknown git push origin main && names $evil && back
'

test_expect_success 'a decision that was deleted or edited' '
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-decision-*.md) &&
	git rm -q $P && ops_commit_as $GOV "what I did not say" &&
	not_taken packet.append-only git push origin main && names HEAD && back &&
	test_sed $P "s/^bounded/unbounded/" && ops_commit_as $GOV "what I meant" &&
	not_taken packet.append-only git push origin main && names HEAD && back &&
	git rm -q $T && ops_commit_as $LEAD "never was" &&
	not_taken doc.deleted git push origin main && names HEAD && back
'

test_expect_success 'trailers that were forged' '
	test_sed $H "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as $DEV "$(printf "%s\n" "chore(ops): edit hand-1" "" "Ops-Action: edit" \
		"Ops-Doc: $H" "Ops-Actor: $LEAD" "Ops-Policy: 1" \
		"Ops-Id: 0123456789abcdef0123456789abcdef")" &&
	not_taken actor.forged git push origin main && names HEAD && back
'

test_expect_success 'a commit with an odd header' '
	test_sed $H "s/^Priority: HIGH/Priority: LOW/" && ops_commit_as $LEAD "less" &&
	git cat-file commit HEAD | sed "s/^committer /author Evil <evil@example.org> 1 +0000\n&/" >raw &&
	odd=$(git hash-object -t commit -w --literally raw) && git reset -q --hard $odd &&
	not_taken commit.header git push origin main && names $odd && back &&
	git reflog expire --expire=all --all &&
	rm ".git/objects/$(echo $odd | cut -c 1-2)/$(echo $odd | cut -c 3-)"
'

test_expect_success 'a link where a document belongs' '
	rm $H && ln -s swap-7k2f.md $H && ops_commit_as $LEAD "the same" &&
	not_taken doc.mode git push origin main && names HEAD && back
'

test_expect_success 'a merge that hides an edit, or drops one' '
	git checkout -q -b side && test_commit "code" src.c "int x;" && git checkout -q main &&
	ops_task main-1 && git merge -q --no-commit --no-ff side &&
	test_sed $T "s/^Status: Review/Status: Complete/" && ops_commit_as $LEAD "merge" &&
	not_taken gate.missing git push origin main && names HEAD && back &&
	git checkout -q -B side good &&
	ops --as $GOV gate block hand-1 pre-governance -m "no" -s "Lifted When"="yes" &&
	git checkout -q main && ops_task main-2 && test_tick &&
	git merge -q -s ours --no-edit side &&
	not_taken merge.dropped git push origin main && names HEAD && back
'

test_expect_success 'taking commits back, deleting the branch' '
	git checkout -q -B other good~ && test_commit "another history" x.c "x" &&
	not_taken ref.rewritten git push --force origin other:main &&
	not_taken ref.rewritten git push --force origin good~:main &&
	not_taken ref.deleted git push origin :main &&
	git checkout -q --orphan new && git rm -q -r -f . && test_commit "new" x y &&
	not_taken ref.rewritten git push --force origin new:main &&
	back && git branch -q -D other new
'

test_expect_success 'replace refs' '
	R=refs/replace/$(git rev-parse good~) &&
	not_taken ref.replace git push origin good^{}:$R &&
	git -C $SERVER update-ref $R $(git rev-parse good) &&
	git push -q origin :$R
'

test_expect_success 'another name of the branch is no way around' '
	git -C $SERVER symbolic-ref refs/heads/alias refs/heads/main &&
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	refs >before &&
	test_must_fail git push origin HEAD:refs/heads/alias >out 2>&1 &&
	test_grep "symbolic" out &&
	refs >after && test_cmp before after &&
	git -C $SERVER symbolic-ref -d refs/heads/alias && back
'

test_expect_success 'who pushes can set neither actor nor time' '
	test_sed $H "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as stranger "less" &&
	OPS_ACTOR=$LEAD && OPS_NOW=nonsense && OPS_WAIT=nonsense &&
	export OPS_ACTOR OPS_WAIT &&
	not_taken actor.unknown git push origin main && names HEAD &&
	unset OPS_ACTOR OPS_WAIT && test_tick && back
'

test_expect_success 'the branch of state may be named' '
	git -C $SERVER config ops.branch state &&
	git -C $SERVER branch state main &&
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	not_taken gate.missing git push origin main:state && names HEAD &&
	git push -q origin main:topic && back &&
	git -C $SERVER config --unset ops.branch && git -C $SERVER update-ref -d refs/heads/state &&
	git push -q origin :topic
'

test_expect_success 'a server without ops takes nothing' '
	mkdir ../empty &&
	for tool in git cat sh env sed git-receive-pack git-upload-pack
	do
		ln -s "$(command -v $tool)" ../empty/ || return 1
	done &&
	test_commit "code" src.c "int x;" &&
	refs >before &&
	(PATH=$TEST_ROOT/empty && ! git push origin main >out 2>&1) &&
	test_grep "remote: pre-receive: there is no ops on this server" out &&
	refs >after && test_cmp before after && back
'

test_expect_success 'the hook that was there goes first, and both read the push' '
	ops --git-dir $SERVER hooks uninstall && test_path_is_missing $SERVER/hooks/pre-receive &&
	printf "#!/bin/sh\nread old new ref\necho \"old hook: \$ref\"\ntest ! -f veto || exit 9\n" \
		>$SERVER/hooks/pre-receive && chmod +x $SERVER/hooks/pre-receive &&
	ops_json result.hooks.0.state chained ops --git-dir $SERVER hooks install &&
	test_commit "code" src.c "int x;" && git tag code &&
	: >$SERVER/veto && refs >before &&
	test_must_fail git push origin main >out 2>&1 &&
	test_grep "old hook: refs/heads/main" out &&
	refs >after && test_cmp before after && rm $SERVER/veto &&
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	not_taken gate.missing git push origin main && names HEAD &&
	git push -q origin code:main && git tag -f good code && back &&
	ops --git-dir $SERVER hooks uninstall && test_grep "old hook" $SERVER/hooks/pre-receive &&
	rm $SERVER/hooks/pre-receive
'

test_expect_success 'as an update hook' '
	printf "#!/bin/sh\nexec ops hook update \"\$@\"\n" >$SERVER/hooks/update &&
	chmod +x $SERVER/hooks/update &&
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	ops_commit_as $LEAD "done, I think" &&
	git -C $SERVER config receive.denyDeleteCurrent ignore &&
	git -C $SERVER for-each-ref >before &&
	test_must_fail git push origin main >out 2>&1 && names HEAD &&
	test_must_fail git push origin :main >out 2>&1 &&
	test_grep "error ref.deleted" out &&
	git -C $SERVER for-each-ref >after && test_cmp before after && back &&
	ops --as $LEAD edit hand-1 -f Priority=LOW && git push -q origin main && rm $SERVER/hooks/update
'

test_expect_success 'a ref that moved meanwhile, odd words, a gigantic push' '
	zero=0000000000000000000000000000000000000000 && tip=$(git rev-parse main) &&
	test_expect_code 5 ops --git-dir $SERVER hook update refs/heads/main $zero $tip &&
	test_expect_code 5 ops --git-dir $SERVER hook update refs/heads/main $(git rev-parse main~) $tip &&
	ops_json result.commits 0 ops --git-dir $SERVER hook update refs/heads/main $tip $tip &&
	test_expect_code 2 ops --git-dir $SERVER hook update refs/heads/main main $tip &&
	test_expect_code 1 ops --json --git-dir $SERVER hook update refs/heads/main $tip $zero &&
	echo "$tip $tip refs/heads/main" >in &&
	ops_json "result.found.#" 0 ops --git-dir $SERVER hook pre-receive <in &&
	GIT_DIR=$SERVER ops hook pre-receive <in &&
	echo "$tip" >in && test_expect_code 2 ops --git-dir $SERVER hook pre-receive <in &&
	awk -v tip=$tip "BEGIN { for (i = 0; i <= 10000; i++) {
		print \"commit refs/heads/many\\ncommitter a <a@example.org> 1770000000 +0000\\ndata 1\\nx\"
		if (!i) print \"from \" tip } }" | git fast-import --quiet &&
	ops --git-dir $SERVER hooks install &&
	refs >before &&
	test_must_fail git push -q origin many:main >out 2>&1 &&
	test_grep "remote: ops: more than 10000 new commits at once" out &&
	refs >after && test_cmp before after &&
	git push -q origin many~:main
'

test_done
