#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Hooks beside others, and those that stop nothing: where another program manages git's
# hooks none of its files is touched and all of them run as before; a hand edit gets the
# trailers that ops would have written; what a push would be refused for is known before.

test_description='hooks beside others, and hooks that stop nothing'
. "$(dirname "$0")/test-lib.sh"

H=05-PROCESSES/active-tasks/hand-1.md
ALONE="git -c core.hooksPath=/dev/null"

back () {
	$ALONE checkout -q -f main && $ALONE reset -q --hard good && git clean -q -f -d 05-PROCESSES
}

# by ACTOR git ...: as that author.
by () {
	name=$1
	shift
	GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$name@example.org "$@"
}

hand () {
	test_sed $H "$1" && git add -u
}

# files DIR: all that is there, with modes and contents.
files () {
	find "$1" -type f | sort | while read -r f
	do
		stat -c "%n %a" "$f" && cat "$f"
	done
}

test_expect_success 'a manager of the new kind: its directory is helped by its own helper' '
	ops_world && ops_task hand-1 && git tag good &&
	mkdir -p .husky/_ && git config core.hooksPath .husky/_ &&
	cat >.husky/_/h <<-\EOF &&
	#!/usr/bin/env sh
	n=$(basename "$0")
	s=$(dirname "$(dirname "$0")")/$n
	test ! -f "$s" && exit 0
	sh -e "$s" "$@"
	c=$?
	test $c = 0 || echo "husky - $n script failed (code $c)"
	exit $c
	EOF
	for hook in pre-commit commit-msg post-commit pre-rebase
	do
		printf "#!/usr/bin/env sh\n. \"\$(dirname \"\$0\")/h\"\n" >.husky/_/$hook || return 1
	done &&
	chmod +x .husky/_/* && echo "*" >.husky/_/.gitignore &&
	echo "echo lint: \$#; test ! -f veto || exit 7" >.husky/pre-commit &&
	echo "echo done >>../after" >.husky/post-commit &&
	git add .husky && git commit -q -m "build: add hooks" && git tag -f good &&
	files .husky >../was &&
	ops hooks install >../out &&
	test_grep "in $TRASH/.git/ops/hooks" ../out &&
	test_grep "pre-commit  *chained" ../out &&
	test_grep "commit-msg  *chained" ../out &&
	test_grep "reference-transaction  *installed" ../out &&
	files .husky >../is && test_cmp ../was ../is &&
	git status --porcelain >../changed && test_must_be_empty ../changed
'

test_expect_success SHELLCHECK 'the scripts that only call are sound' '
	shellcheck -s sh .git/ops/hooks/post-commit .git/ops/hooks/pre-commit
'

test_expect_success 'both are asked, and every other hook runs as before' '
	rm -f ../after &&
	echo x >x.c && git add x.c && git commit -m "feat: x" >out 2>&1 &&
	test_grep "^lint: 0$" out && test_grep done ../after &&
	hand "s/^Status: Queued/Status: Complete/" &&
	ops_refused task.transition by $LEAD git commit -m "done" &&
	: >veto && test_expect_code 1 git commit --allow-empty -m "feat: y" >out 2>&1 &&
	test_grep "husky - pre-commit script failed (code 7)" out &&
	test_grep ! "stopped by ops" out &&
	test_expect_code 7 .git/ops/hooks/pre-commit && rm veto && back
'

test_expect_success 'a linked work tree' '
	git worktree add -q ../linked -b linked good &&
	(
		cd ../linked && mkdir -p .husky/_ && cp "$TRASH"/.husky/_/* .husky/_/ &&
		ops_json result.hooks.0.state chained ops hooks status &&
		echo "echo lint of the linked" >.husky/pre-commit &&
		git commit --allow-empty -m "feat: x" >out 2>&1 &&
		test_grep "^lint of the linked$" out &&
		test_sed $H "s/^Status: Queued/Status: Complete/" &&
		! GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -a -m x >out 2>&1 &&
		test_grep "error task.transition" out
	) &&
	git worktree remove --force ../linked && $ALONE branch -q -D linked
'

test_expect_success 'the manager installs itself again, and so does ops' '
	git config core.hooksPath .husky/_ &&
	ops_json result.hooks.0.state foreign ops hooks status &&
	ops_json result.hooks.3.state missing ops hooks status &&
	ops_json result.hooks.0.state chained ops hooks install &&
	ops_json result.hooks.0.state chained ops hooks install &&
	test "$(git config core.hooksPath)" = "$TRASH/.git/ops/hooks"
'

test_expect_success 'uninstalling leaves what was there before, to the byte' '
	ops_json result.hooks.0.state foreign ops -C 05-PROCESSES hooks uninstall &&
	test "$(git config core.hooksPath)" = .husky/_ &&
	test_must_fail git config ops.hooksPath &&
	test_path_is_missing .git/ops/hooks &&
	files .husky >../is && test_cmp ../was ../is
'

test_expect_success 'a clone that is copied, or moved, keeps what was before' '
	ops hooks install >out && cp -R "$TRASH" ../copied && (
		cd ../copied &&
		test "$(git config core.hooksPath)" = "$TRASH/.git/ops/hooks" &&
		ops_json result.moved true ops hooks status &&
		ops hooks status >out && test_grep "moved or copied: install again" out &&
		ops_json result.moved false ops hooks install &&
		test "$(git config core.hooksPath)" = "$TEST_ROOT/copied/.git/ops/hooks" &&
		test "$(git config ops.hooksPath)" = .husky/_ &&
		git commit --allow-empty -m "feat: x" >out 2>&1 && test_grep "^lint: 0$" out &&
		cd .. && mv copied moved && cd moved &&
		ops_json result.hooks.0.state missing ops hooks status &&
		ops_json result.hooks.0.state foreign ops hooks uninstall &&
		test "$(git config core.hooksPath)" = .husky/_ &&
		test_path_is_missing .git/ops/hooks
	) && rm -rf ../moved && ops hooks uninstall >out && test "$(git config core.hooksPath)" = .husky/_
'

test_expect_success 'a directory of hooks for all repositories of a user' '
	git config --unset core.hooksPath && mkdir ../mine &&
	printf "#!/bin/sh\necho mine\n" >../mine/pre-commit && chmod +x ../mine/pre-commit &&
	git config --global core.hooksPath "$TEST_ROOT/mine" &&
	ops hooks install &&
	git commit --allow-empty -m "feat: x" >out 2>&1 && test_grep "^mine$" out &&
	ops hooks uninstall &&
	test_must_fail git config --local core.hooksPath &&
	test "$(git config core.hooksPath)" = "$TEST_ROOT/mine" &&
	ls ../mine >found && echo pre-commit >expected && test_cmp expected found &&
	git config --global --unset core.hooksPath && back
'

test_expect_success 'hooks that are switched off stay off, and that is said' '
	git config core.hooksPath /dev/null && test_expect_code 3 ops hooks install 2>err &&
	test_grep "switched off" err &&
	git config core.hooksPath "" && test_expect_code 3 ops hooks install &&
	git config --unset core.hooksPath
'

test_expect_success 'where a file of higher rank names another directory' '
	git config extensions.worktreeConfig true && git config core.hooksPath .husky/_ &&
	git config --worktree core.hooksPath elsewhere &&
	test_expect_code 3 ops hooks install 2>err && test_grep "unset it there" err &&
	git config --worktree --unset core.hooksPath &&
	git config core.hooksPath .husky/_ && git config --unset extensions.worktreeConfig &&
	git config --unset core.hooksPath && git config --unset ops.hooksPath
'

test_expect_success 'a directory of hooks that is a link is not written to' '
	mv .git/hooks ../hooks && mkdir tools && printf "#!/bin/sh\necho tool\n" >tools/pre-commit &&
	chmod +x tools/pre-commit && ln -s ../tools .git/hooks && files tools >../was &&
	test_expect_code 3 ops hooks install 2>err && files tools | test_cmp ../was - &&
	sed -n "s/.*elsewhere: .\(git config core.hooksPath [a-z]*\). names that.*/\1/p" err >../advice &&
	test_grep -x "git config core.hooksPath tools" ../advice && sh ../advice && rm err &&
	ops_json result.hooks.0.state chained ops hooks install && files tools | test_cmp ../was - &&
	git commit --allow-empty -m "feat: x" >out 2>&1 && test $(grep -c tool out) = 1 &&
	ops hooks uninstall >out && test "$(git config core.hooksPath)" = tools &&
	git config --unset core.hooksPath && rm -r .git/hooks tools && ln -s nowhere .git/hooks &&
	test_expect_code 3 ops hooks install 2>err && test_grep "cannot follow" err && rm err &&
	rm .git/hooks && mv ../hooks .git/hooks
'

test_expect_success 'a manager of the old kind that writes its hooks again' '
	printf "#!/bin/sh\necho managed\n" >../managed && chmod +x ../managed &&
	cp ../managed .git/hooks/pre-commit && ops hooks install >out && test_grep "pre-commit  *chained" out &&
	mv .git/hooks/pre-commit .git/hooks/pre-commit.old && cp ../managed .git/hooks/pre-commit &&
	ops_json result.hooks.0.state chained ops hooks install &&
	git commit --allow-empty -m "feat: x" >out 2>&1 && test $(grep -c managed out) = 1 &&
	echo "echo other" >>.git/hooks/pre-commit.before-ops && cp ../managed .git/hooks/pre-commit &&
	test_expect_code 1 ops hooks install 2>err && test_grep "neither is of ops" err &&
	test_grep other .git/hooks/pre-commit.before-ops && cp ../managed .git/hooks/pre-commit.before-ops &&
	ops hooks uninstall && test_cmp ../managed .git/hooks/pre-commit &&
	test_path_is_missing .git/hooks/pre-commit.before-ops &&
	rm .git/hooks/pre-commit .git/hooks/pre-commit.old
'

test_expect_success 'uninstalling leaves no trace in what git is told' '
	printf "[core]\n\tbare = false\n[x]\n\ty = \\\\\n[merge]\n[merge]\n\t# mine\n[merge \"ops\"]\n" >>.git/config &&
	cp .git/config ../was && rm -f .git/info/attributes && ops hooks install >out &&
	test_path_is_file .git/info/attributes && ops hooks uninstall >out &&
	test_path_is_missing .git/info/attributes && sed "\$d" ../was | test_cmp - .git/config &&
	test "$(git config x.y)" = "[merge]" &&
	echo "*.bin -diff" >.git/info/attributes && ops hooks install >out && ops hooks uninstall >out &&
	echo "*.bin -diff" | test_cmp - .git/info/attributes && rm .git/info/attributes &&
	: >.git/config.lock && test_might_fail ops hooks uninstall && test_path_is_file .git/config.lock &&
	rm .git/config.lock && git config --unset x.y
'

test_expect_success 'a hand edit gets the trailers of the act it is' '
	ops hooks install >out && test_grep "prepare-commit-msg  *installed" out &&
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	by $LEAD git commit -q -m "docs: less urgent" &&
	git log -1 --format=%B >message &&
	test_grep "^Ops-Action: edit$" message && test_grep "^Ops-Doc: $H$" message &&
	test_grep "^Ops-Actor: $LEAD$" message && test_grep "^Ops-Policy: 1$" message &&
	test_grep "^docs: less urgent$" message &&
	ops audit verify && back &&
	ops_task_at Assigned && git tag assigned &&
	ops --as $DEV accept swap-7k2f && git show HEAD:05-PROCESSES/active-tasks/swap-7k2f.md >after &&
	$ALONE reset -q --hard assigned && cp after 05-PROCESSES/active-tasks/swap-7k2f.md &&
	git add -u && by $DEV git commit -q -m "chore: accept it" -m "#7 says why" &&
	git log -1 --format=%B >message &&
	test_grep "^Ops-Action: accept$" message && test_grep "^Ops-Actor: $DEV$" message &&
	test_grep "^#7 says why" message && ops audit verify && back
'

test_expect_success 'in an editor they stand before the comments' '
	test_write_lines "#!/bin/sh" "cp \"\$1\" \"$TRASH/seen\"; sed -i \"1s/^/docs: less/\" \"\$1\"" \
		>../edit && chmod +x ../edit &&
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	GIT_EDITOR=../edit by $LEAD git commit -q &&
	sed -n 1,3p seen >head && { echo && echo && echo "Ops-Action: edit"; } >expected &&
	test_cmp expected head && test_grep "^# " seen &&
	test "$(git log -1 --format=%s)" = "docs: less" &&
	git log -1 --format=%B >message && test_grep "^Ops-Actor: $LEAD$" message &&
	ops audit verify && back &&
	: "whoever leaves the editor with nothing has said nothing" &&
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	! GIT_EDITOR=true by $LEAD git commit 2>err && back
'

test_expect_success 'whatever comments begin with, and before a diff that is shown' '
	for with in "core.commentChar ;" "commit.verbose true" "core.commentChar %"
	do
		git config $with && hand "s/^Priority: HIGH/Priority: LOW/" &&
		GIT_EDITOR=../edit by $LEAD git commit -q &&
		sed -n 1,3p seen >head && test_cmp expected head &&
		git log -1 --format=%B >message && test_grep "^docs: less$" message &&
		test_grep "^Ops-Actor: $LEAD$" message && test_grep ! "^[;%#]" message &&
		test_grep ! "^diff" message && ops audit verify && back || return 1
	done &&
	test_grep "^diff --git" seen &&
	git config --unset commit.verbose && git config --unset core.commentChar
'

test_expect_success 'what a squash brings is no message of this commit' '
	git checkout -q -b side &&
	hand "s/^Priority: HIGH/Priority: LOW/" && by $LEAD git commit -q -m "docs: less" &&
	git checkout -q main && git merge -q --squash side &&
	test_write_lines "#!/bin/sh" "cp \"\$1\" \"$TRASH/seen\"; sed -i \"1s/.*/docs: less/\" \"\$1\"" \
		>../edit && GIT_EDITOR=../edit by $LEAD git commit -q &&
	test_grep "^|     Ops-Action: edit" seen && test_grep "^Ops-Action: edit" seen &&
	git log -1 --format=%B >message && test_grep "^|     Ops-Actor: $LEAD$" message &&
	test_grep "^Ops-Actor: $LEAD$" message && ops audit verify && back &&
	: "also when nothing of it is governed, and as it stands" &&
	git checkout -q side && test_commit "feat: more" more.c "int y;" && git checkout -q main &&
	git merge -q --squash side && git reset -q 05-PROCESSES && git checkout -q 05-PROCESSES &&
	GIT_EDITOR=../edit by $LEAD git commit -q && git log -1 --format=%B >message &&
	test_grep "^|     Ops-Action: edit" message && test_grep ! "^Ops-" message &&
	ops audit verify && git branch -q -D side && back
'

test_expect_success 'nothing is added to what is none, is illegal, or has some' '
	test_commit "feat: code" src.c "int x;" &&
	git log -1 --format=%B >message && test_grep ! Ops- message &&
	hand "s/^Priority: HIGH/Priority: LOW/" &&
	by $LEAD ops_json result.written true ops hook prepare-commit-msg message message &&
	cp message once &&
	by $LEAD ops_json result.written false ops hook prepare-commit-msg message message &&
	test_cmp once message &&
	echo x >message && ops_json result.written false \
		ops hook prepare-commit-msg message commit HEAD &&
	ops_json result.written false ops hook prepare-commit-msg message merge &&
	ops_json result.written false ops hook prepare-commit-msg message &&
	hand "s/^Status: Queued/Status: Complete/" &&
	by $LEAD ops_json result.written false ops hook prepare-commit-msg message message &&
	echo x >expected && test_cmp expected message && back
'

test_expect_success 'what a push would be refused for is known before it' '
	git init -q --bare ../server.git && git remote add origin ../server.git &&
	git push -q origin main && ops --as $LEAD edit hand-1 -f Priority=LOW &&
	git push -q origin main && git push -q origin main:topic good &&
	hand "s/^Status: Queued/Status: Complete/" &&
	$ALONE -c user.email=$LEAD@example.org commit -q -m "done, I think" &&
	git push -q origin main:topic && git push -q origin :topic &&
	git -C ../server.git for-each-ref >before &&
	test_expect_code 1 git push origin main 2>err &&
	test_grep "error task.transition" err && test_grep "^pre-push: stopped" err &&
	test_expect_code 1 git push --force origin good~^{}:main 2>err &&
	test_grep "error ref.rewritten" err &&
	test_expect_code 1 git push origin :main 2>err && test_grep "error ref.deleted" err &&
	git -C ../server.git for-each-ref >after && test_cmp before after &&
	git push -q --no-verify origin main && back &&
	git tag -d good && git tag good HEAD
'

test_expect_success 'what is at the other end and not here is left to the other end' '
	git clone -q -b main ../server.git ../far &&
	(cd ../far && test_commit "feat: far" far.c far && git push -q origin main) &&
	test_commit "feat: here" here.c here &&
	test_expect_code 1 git push origin main 2>err && test_grep "fetch first" err &&
	test_grep ! "stopped by ops" err &&
	zero=0000000000000000000000000000000000000000 &&
	echo "refs/heads/main $(git rev-parse good) refs/heads/main 1" >in &&
	test_expect_code 2 ops hook pre-push origin url <in &&
	echo "refs/heads/main x" >in && test_expect_code 2 ops hook pre-push origin url <in &&
	echo "a b c d e" >in && test_expect_code 2 ops hook pre-push origin url <in &&
	echo "refs/heads/main $(git rev-parse good) refs/heads/main $zero" >in &&
	ops_json result.refused 0 ops hook pre-push origin url <in &&
	: >in && ops_json result.commits 0 ops hook pre-push origin url <in
'

test_expect_success 'after a merge or a checkout it is told what waits, and that is all' '
	ops_task_at Assigned && git branch side && back &&
	git config ops.actor $DEV &&
	git merge -q side 2>err && test_grep "^ops: assigned to you and not accepted yet: swap-7k2f$" err &&
	ops_json "result.waiting.#" 1 ops hook post-checkout x y 1 &&
	git config ops.actor $LEAD && ops_json "result.waiting.#" 0 ops hook post-merge 0 &&
	git config ops.actor $DEV && ops --as $DEV accept swap-7k2f &&
	git checkout -q -b other 2>err && test_must_be_empty err &&
	git checkout -q main -- $H 2>err && test_must_be_empty err &&
	git config --unset ops.actor && git checkout -q main && $ALONE branch -q -D other side
'

test_expect_success STRACE 'after a checkout it is finished what a dead process left' '
	for n in 1 2 3 4 5 6
	do
		now=$(git rev-parse HEAD)
		test_might_fail strace -f -o /dev/null -e inject=rename:signal=KILL:when=$n \
			"$OPS_PROGRAM" --as $LEAD edit hand-1 -f Priority=CRITICAL
		test "$(git rev-parse HEAD)" = $now || git diff --cached --quiet HEAD || break
		ops recover && git reset -q --hard good || return 1
	done &&
	test "$(git rev-parse HEAD)" != $now && ! git diff --cached --quiet HEAD &&
	GIT_DIR=$TRASH/.git ops hook post-checkout x y 1 &&
	git diff --quiet HEAD && git diff --cached --quiet HEAD && back
'

test_expect_success 'a busy repository is not waited for' '
	(
		flock 9 && start=$(date +%s) && ops hook post-merge 0 9>&- 2>err &&
		test $(($(date +%s) - start)) -lt 3 && echo fine
	) 9>.git/ops/lock >out && test_grep fine out
'

test_expect_success 'a commit of what no rule is about needs no reader' '
	echo y >y.c && git add y.c &&
	(ops hook pre-commit; echo $? >status) | : && test "$(cat status)" = 0 &&
	ops hook pre-commit >&- 2>&- && ops hook commit-msg message >&- 2>&- &&
	: >in && ops hook reference-transaction prepared <in >&- 2>&- && back
'

test_expect_success 'the hooks that stop nothing stop nothing' '
	test_expect_code 3 ops -C / hook post-merge 0 && test_expect_code 3 ops -C / hook pre-push a b &&
	test_expect_code 3 ops -C / hook prepare-commit-msg x &&
	mv 05-PROCESSES/ops.yaml ../ops.yaml && echo "types: [" >05-PROCESSES/ops.yaml &&
	$ALONE -c user.email=$LEAD@example.org commit -q -a -m "broken" &&
	git checkout -q -b broken && git checkout -q main &&
	git commit -q --allow-empty -m "feat: x" && back && $ALONE branch -q -D broken &&
	mkdir ../none && for tool in git cat sh env sed basename dirname
	do
		ln -s "$(command -v $tool)" ../none/ || return 1
	done &&
	(PATH=$TEST_ROOT/none && git checkout -q -b without && git checkout -q main &&
	 git commit -q --allow-empty -m "feat: x" 2>err) &&
	test_grep ! post-checkout err && test_grep ! prepare err && $ALONE branch -q -D without && back
'

test_done
