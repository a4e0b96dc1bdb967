#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The hooks of a clone: what git alone is about to do is judged before it is done,
# whichever of its commands does it; and hooks that were there go on working.

test_description='hooks of a clone'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md
H=05-PROCESSES/active-tasks/hand-1.md
ALONE="git -c core.hooksPath=/dev/null"

# back: to where the last good state was, past the hooks.
back () {
	for going in rebase merge cherry-pick revert
	do
		$ALONE $going --abort 2>/dev/null
	done
	$ALONE checkout -q -f main && $ALONE reset -q --hard good && git clean -q -f -d 05-PROCESSES
}

# by ACTOR git ...: as that author.
by () {
	name=$1
	shift
	GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$name@example.org "$@"
}

# fails git ...: with 128 too, as when a hook stops a ref.
fails () {
	"$@"
	status=$?
	test $status -eq 1 || test $status -eq 128 && return 0
	echo "fails: status $status: $*"
	return 1
}

# stopped RULE git ...: git fails, the rule is named, nothing has changed but perhaps objects.
stopped () {
	rule=$1
	shift
	git rev-parse -q --verify refs/heads/main >old &&
	fails "$@" >out 2>&1 &&
	cat out &&
	test_grep -E "(^| )error $rule: " out &&
	test_grep "core.hooksPath=/dev/null" out &&
	git rev-parse -q --verify refs/heads/main >now &&
	test_cmp old now
}

# hand EXPRESSION: edit the task by hand and stage it.
hand () {
	test_sed $H "$1" && git add -u
}

test_expect_success 'before ops there is nothing to judge' '
	ops hooks install &&
	test_commit "before ops" &&
	ops hooks uninstall &&
	ops hooks status >out &&
	test_grep "reference-transaction  *missing" out
'

test_expect_success 'installing' '
	ops_world && ops_task_at Review && ops_task hand-1 && git tag good &&
	ops hooks install >out &&
	test_grep "pre-commit  *installed" out &&
	test_grep "commit-msg  *installed" out &&
	test_grep "reference-transaction  *installed" out &&
	test_grep ! pre-receive out &&
	test_grep "for refs/heads/main$" out &&
	test "$(stat -c %a .git/hooks/pre-commit)" = 755 &&
	ops_json result.hooks.0.state installed ops hooks status &&
	ops_json result.server false ops hooks install &&
	ls .git/hooks >found &&
	test_grep ! "ops-new" found &&
	test_grep ! "before-ops" found
'

test_expect_success SHELLCHECK 'the scripts are sound' '
	for hook in $(ops hooks status | sed -n "s/ .*installed$//p")
	do
		shellcheck -s sh ".git/hooks/$hook" || return 1
	done
'

test_expect_success 'acts pass, for no hook is run' '
	ops --as $LEAD edit hand-1 -f Priority=LOW &&
	ops audit verify >out &&
	test_grep "enforcement=local" out &&
	back
'

test_expect_success 'what no rule is about passes' '
	test_commit "code" src.c "int x;" &&
	git commit -q --allow-empty -m "nothing" &&
	git commit -q --amend --allow-empty -m "still nothing" &&
	git branch topic && git tag v1 && git branch -D topic &&
	git tag -d v1 &&
	back
'

test_expect_success 'a legal edit passes' '
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	by $LEAD git commit -q -m "docs: less urgent" &&
	ops audit verify &&
	hand "s/^Priority: LOW/Priority: CRITICAL/" &&
	by $LEAD git commit -q --amend -m "docs: more urgent" &&
	ops audit verify &&
	hand "s/^Priority: CRITICAL/Priority: HIGH/" &&
	by $LEAD git commit -q -a -m "docs: as it was" &&
	ops audit verify &&
	back
'

test_expect_success 'from a folder, and by pathspec' '
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	(cd 05-PROCESSES/active-tasks && by $LEAD git commit -q -m "docs: less" hand-1.md) &&
	ops audit verify && back &&
	hand "s/^Status: Queued/Status: Complete/" &&
	(cd 05-PROCESSES/active-tasks &&
	 fails env GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -m x hand-1.md) &&
	git diff --quiet good HEAD && back
'

test_expect_success 'a status set by hand is stopped before there is a message' '
	hand "s/^Status: Queued/Status: Complete/" &&
	stopped task.transition by $LEAD git commit -m "done" &&
	test_grep "^pre-commit: stopped" out &&
	stopped task.transition by $LEAD git commit -a -m "done" &&
	back
'

test_expect_success 'a commit of named files is judged by what it will have' '
	hand "s/^Status: Queued/Status: Complete/" && echo code >code.txt &&
	git add -N code.txt && by $LEAD git commit -q -m "feat: code" code.txt &&
	stopped task.transition by $LEAD git commit -m "done" &&
	git reset -q && stopped task.transition by $LEAD git commit -m "done" $H &&
	test_grep "^pre-commit: stopped" out && back
'

test_expect_success 'the index that git names is read, and no other when it cannot be read' '
	cp .git/index other.index && hand "s/^Status: Queued/Status: Complete/" &&
	export GIT_AUTHOR_EMAIL=$LEAD@example.org &&
	test_when_finished "unset GIT_AUTHOR_EMAIL; rm -f other.index" &&
	GIT_INDEX_FILE=$PWD/other.index ops hook pre-commit &&
	GIT_WORK_TREE=$PWD GIT_INDEX_FILE=other.index ops hook pre-commit &&
	for work in "" "GIT_WORK_TREE=."
	do
		test_expect_code 1 env $work GIT_INDEX_FILE=.git/index ops hook pre-commit \
			>out 2>&1 && test_grep "error task.transition: " out || return 1
	done &&
	printf X | dd of=other.index bs=1 seek=8 conv=notrunc 2>/dev/null &&
	test_expect_code 3 env GIT_INDEX_FILE=other.index ops hook pre-commit 2>err &&
	test_grep "cannot read the index" err &&
	back
'

test_expect_success 'nobody known' '
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	stopped actor.unknown git commit -m "less" &&
	back
'

test_expect_success 'nobody known who may be about to claim somebody' '
	git config ops.actor $LEAD &&
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	stopped actor.unknown git commit -m "less" &&
	test_grep "^commit-msg: stopped" out &&
	git config --unset ops.actor && back
'

test_expect_success '--no-verify is stopped when the branch is to move' '
	hand "s/^Status: Queued/Status: Complete/" &&
	stopped task.transition by $LEAD git commit --no-verify -m "done" &&
	test_grep "^reference-transaction: stopped" out &&
	test_grep "^refused [0-9a-f]\{7\} .* done$" out &&
	back
'

test_expect_success 'a message that says what was not done' '
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	stopped trailer.grammar by $LEAD git commit -m "less" -m "ops-action: edit" &&
	test_grep "^commit-msg: stopped" out &&
	stopped actor.forged by $DEV git commit --no-verify -m "less" -m "Ops-Action: edit
Ops-Doc: $H
Ops-Actor: $LEAD
Ops-Policy: 1
Ops-Id: 0123456789abcdef0123456789abcdef" &&
	back
'

test_expect_success 'comments of the editor are no trailers' '
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	test_write_lines "#!/bin/sh" "printf \"less\\n\\n# Ops-Action: x\\n\" >\"\$1\"" >../edit &&
	chmod +x ../edit &&
	GIT_EDITOR=../edit && export GIT_EDITOR &&
	by $LEAD git commit -v -q &&
	unset GIT_EDITOR &&
	ops audit verify && back
'

test_expect_success 'an act can be reworded and amended, and not changed' '
	ops --as $LEAD edit hand-1 -f Priority=LOW &&
	git log -1 --format=%B >message &&
	sed "1s/.*/docs: less urgent/" message >reworded &&
	git commit -q --amend -F reworded &&
	echo code >src.c && git add src.c && git commit -q --amend --no-edit &&
	ops audit verify &&
	sed "s/^Ops-Action: .*/Ops-Action: complete/" message >lie &&
	stopped trailer.mismatch git commit --amend -F lie &&
	hand "s/^Status: Queued/Status: Complete/" &&
	stopped task.transition git commit --amend --no-edit &&
	stopped task.transition git commit --amend --no-edit --no-verify &&
	back
'

test_expect_success 'update-ref, reset, branch -f, fetch, merge: the branch stays' '
	test_sed $T "s/^Status: Review/Status: Complete/" &&
	$ALONE add -u && by $LEAD $ALONE commit -q -m "done, I think" &&
	bad=$(git rev-parse HEAD) && git tag bad && back &&
	stopped gate.missing git update-ref refs/heads/main $bad &&
	stopped gate.missing git update-ref HEAD $bad $(git rev-parse HEAD) &&
	stopped gate.missing git update-ref --no-deref refs/heads/main $bad &&
	printf "update refs/heads/main %s\n" $bad >in &&
	stopped gate.missing git update-ref --stdin <in &&
	stopped gate.missing git reset --soft bad &&
	stopped gate.missing git merge --ff-only bad && back &&
	git config ops.branch main && git checkout -q --detach &&
	stopped gate.missing git branch -f main bad &&
	git clone -q . ../far && $ALONE -C ../far reset -q --hard bad &&
	stopped gate.missing git fetch ../far +HEAD:main &&
	git config --unset ops.branch && back
'

test_expect_success 'cherry-pick, revert' '
	stopped gate.missing git cherry-pick bad && back &&
	ops --as $LEAD cancel hand-1 -m "no" && git tag -f good-2 &&
	fails git revert --no-edit HEAD >out 2>&1 &&
	test_grep " error " out &&
	test "$(git rev-parse HEAD)" = "$(git rev-parse good-2)" && back
'

test_expect_success 'a branch that is deleted and made again' '
	git checkout -q --detach &&
	git update-ref -d refs/heads/main && git symbolic-ref HEAD refs/heads/main &&
	fails git update-ref refs/heads/main bad >out 2>&1 &&
	test_grep " error gate.missing: " out &&
	fails git rev-parse -q --verify refs/heads/main &&
	git update-ref refs/heads/main good && git reset -q --hard && back
'

test_expect_success 'a merge: honest, or with something of its own' '
	git checkout -q -b side && ops_task side-1 && git checkout -q main &&
	ops_task main-1 && test_tick && git tag -f base &&
	git merge -q --no-edit side && ops audit verify && $ALONE reset -q --hard base &&
	git merge -q --no-commit --no-ff side &&
	test_sed $T "s/^Status: Review/Status: Complete/" && git add -u &&
	stopped gate.missing by $LEAD git commit -m "merge side" && $ALONE reset -q --hard base &&
	git merge -q --no-commit --no-ff side &&
	test_sed $T "s/^Status: Review/Status: Complete/" && git add -u &&
	stopped gate.missing by $LEAD git commit --no-verify -m "merge side" &&
	$ALONE reset -q --hard base && back &&
	git checkout -q side && $ALONE reset -q --hard good && git checkout -q main &&
	$ALONE branch -q -D side
'

test_expect_success 'a rebase: of code, and of a forged commit' '
	git checkout -q -b other && test_commit "code" src.c "int x;" && git checkout -q main &&
	ops_task main-1 && git rebase -q other && ops audit verify && back &&
	$ALONE merge -q --ff-only bad &&
	stopped gate.missing git rebase other && test_grep "git rebase --abort takes" out &&
	git rebase --abort && test "$(git rev-parse HEAD)" = "$(git rev-parse bad)" &&
	git status --porcelain -uno >out && test_must_be_empty out && back &&
	$ALONE merge -q --ff-only bad &&
	stopped gate.missing git rebase --apply other && test_grep ! "rebase --abort" out && back &&
	$ALONE merge -q --ff-only bad &&
	stopped gate.missing git commit --amend --no-verify --no-edit && test_grep ! "rebase --abort" out && back &&
	git branch -q -D other
'

test_expect_success 'a branch of its own, named by configuration' '
	git checkout -q -b code && git config ops.branch main &&
	test_sed $T "s/^Status: Review/Status: Complete/" && git add -u &&
	by $LEAD git commit -q -m "on a branch that holds no state" &&
	stopped gate.missing git update-ref refs/heads/main code &&
	git config --unset ops.branch && back && git branch -q -D code
'

test_expect_success 'a linked work tree has the same hooks' '
	git worktree add -q ../linked -b linked good &&
	(
		cd ../linked &&
		ops_json result.hooks.3.state installed ops hooks status &&
		test_sed $H "s/^Status: Queued/Status: Complete/" &&
		fails env GIT_AUTHOR_EMAIL=$LEAD@example.org \
			git commit -a --no-verify -m x 2>err &&
		test_grep "error task.transition" err &&
		fails git update-ref refs/heads/main bad 2>err &&
		test_grep "error gate.missing" err &&
		git checkout -q -f . && test_sed $H "s/^Priority: HIGH/Priority: LOW/" &&
		GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q -a -m x
	) &&
	git worktree remove --force ../linked && $ALONE branch -q -D linked
'

test_expect_success 'a shallow clone goes on' '
	git clone -q --depth 1 "file://$TRASH" ../shallow &&
	git clone -q --bare . ../shallow-end.git &&
	(
		cd ../shallow && ops hooks install && test_commit "code" src.c "int x;" &&
		git push -q origin HEAD:refs/heads/of-shallow &&
		git push -q "$TEST_ROOT/shallow-end.git" HEAD:main &&
		test_commit "more" src.c "int y;" &&
		git push -q "$TEST_ROOT/shallow-end.git" HEAD:main &&
		test_sed $H "s/^Status: Queued/Status: Complete/" &&
		fails env GIT_AUTHOR_EMAIL=$LEAD@example.org \
			git commit -a --no-verify -m x 2>err &&
		test_grep "error task.transition" err
	) &&
	git branch -q -D of-shallow
'

test_expect_success 'what cannot be judged is stopped, and it is said how to go on' '
	tree=$(git mktree </dev/null) &&
	printf "tree %s\nparent %s\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n" \
		0123456789012345678901234567890123456789 $(git rev-parse HEAD) >raw &&
	lost=$(git hash-object -t commit -w --literally raw) &&
	fails git update-ref refs/heads/main $lost 2>err &&
	test_grep "ops: " err &&
	test_grep "core.hooksPath=/dev/null" err &&
	test "$(git rev-parse main)" = "$(git rev-parse good)" &&
	rm -f ".git/objects/$(echo $lost | cut -c 1-2)/$(echo $lost | cut -c 3-)"
'

test_expect_success 'hooks alone, outside of a repository or with odd words' '
	test_expect_code 3 ops -C / hook pre-commit &&
	test_expect_code 3 ops -C / hook reference-transaction prepared &&
	echo "x y" >in &&
	test_expect_code 2 ops hook reference-transaction prepared <in &&
	echo "x y refs/heads/main" >in &&
	test_expect_code 2 ops hook reference-transaction prepared <in &&
	test_expect_code 3 ops hook commit-msg no-such-file &&
	test_expect_code 3 ops hook reference-transaction prepared <&- &&
	: >in && ops hook reference-transaction prepared <in &&
	ops hook reference-transaction committed &&
	ops_json result.commits 0 ops hook reference-transaction aborted &&
	echo x >in && ops_json "result.findings.#" 0 ops hook commit-msg in &&
	ops_json "result.findings.#" 0 ops hook pre-commit
'

test_expect_success 'without ops the hooks let pass, and say so' '
	mkdir ../empty &&
	for tool in git cat sh env sed
	do
		ln -s "$(command -v $tool)" ../empty/ || return 1
	done &&
	hand "s/^Status: Queued/Status: Complete/" &&
	(PATH=$TEST_ROOT/empty && by $LEAD git commit -q -m "done" 2>err) &&
	test_grep "^pre-commit: there is no ops here" err &&
	test_grep "^commit-msg: there is no ops here" err &&
	test_grep "^reference-transaction: there is no ops here" err &&
	back
'

test_expect_success 'a hook that was there goes first, and its status is kept' '
	ops hooks uninstall &&
	cat >.git/hooks/pre-commit <<-\EOF &&
	#!/bin/sh
	echo "the old one: $*"
	test ! -f veto || exit 7
	EOF
	printf "#!/bin/sh\nread x; echo \"\$1 \$x\" >>\"$TRASH/seen\"\n" \
		>.git/hooks/reference-transaction &&
	chmod 750 .git/hooks/pre-commit && chmod 755 .git/hooks/reference-transaction &&
	ln -s /nowhere .git/hooks/commit-msg &&
	cp -p .git/hooks/pre-commit ../kept &&
	ops_json result.hooks.0.state foreign ops hooks status &&
	ops_json result.hooks.0.state chained ops hooks install &&
	ops_json result.hooks.0.state chained ops hooks install &&
	: >seen && echo y >y.c && git add y.c && git commit -m y >out 2>&1 &&
	test_grep "the old one: $" out &&
	test_grep "^prepared [0-9a-f]* [0-9a-f]* HEAD" seen &&
	test_grep "^committed " seen &&
	printf "#!/bin/sh\ntest \"\$1\" != prepared || exit 8\n" >../never && chmod +x ../never &&
	cp -p .git/hooks/reference-transaction.before-ops ../was &&
	cp ../never .git/hooks/reference-transaction.before-ops &&
	fails git commit --allow-empty -m z &&
	echo "x x refs/heads/main" >in &&
	test_expect_code 8 .git/hooks/reference-transaction prepared <in &&
	cp -p ../was .git/hooks/reference-transaction.before-ops &&
	: >veto && test_expect_code 7 .git/hooks/pre-commit &&
	fails git commit --allow-empty -m z && rm veto &&
	hand "s/^Status: Queued/Status: Complete/" &&
	stopped task.transition by $LEAD git commit -m "done" && back
'

test_expect_success 'uninstalling puts it back, byte for byte' '
	ops_json result.hooks.0.state foreign ops hooks uninstall &&
	test_cmp ../kept .git/hooks/pre-commit &&
	test "$(stat -c %a .git/hooks/pre-commit)" = 750 &&
	test "$(readlink .git/hooks/commit-msg)" = /nowhere &&
	ls .git/hooks >found &&
	test_grep ! ops found &&
	ops hooks uninstall && test_cmp ../kept .git/hooks/pre-commit
'

test_expect_success 'neither of two hooks is lost' '
	echo kept >.git/hooks/pre-commit.before-ops &&
	test_expect_code 1 ops hooks install 2>err &&
	test_grep "both" err &&
	test_cmp ../kept .git/hooks/pre-commit &&
	test_grep kept .git/hooks/pre-commit.before-ops &&
	rm .git/hooks/commit-msg .git/hooks/reference-transaction &&
	mv .git/hooks/pre-commit.before-ops .git/hooks/pre-commit &&
	: "killed between its two steps" &&
	mv .git/hooks/pre-commit .git/hooks/pre-commit.before-ops &&
	ops_json result.hooks.0.state missing ops hooks status &&
	: "one that may not be run is passed over, as git does" &&
	ops_json result.hooks.0.state installed ops hooks install &&
	chmod +x .git/hooks/pre-commit.before-ops &&
	ops_json result.hooks.0.state chained ops hooks status &&
	ops hooks uninstall && test_grep kept .git/hooks/pre-commit &&
	rm .git/hooks/pre-commit
'

test_expect_success 'uninstalled, git asks nobody' '
	git tag -d bad &&
	hand "s/^Priority: HIGH/Priority: LOW/" && by stranger git commit -q -m "x" && back
'

test_done
