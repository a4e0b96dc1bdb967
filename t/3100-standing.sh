#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Standing rules, through every door: a commit by hand, its message, the move of the
# branch past --no-verify, a push, a server, an audit, and an act of ops.

test_description='rules for every commit'
. "$(dirname "$0")/test-lib.sh"

ALONE="git -c core.hooksPath=/dev/null"
CONFIG=05-PROCESSES/ops.yaml
SERVER=../server.git
KEY=AKIAQRSTUVWXYZ234567

back () {
	$ALONE checkout -q -f main && $ALONE reset -q --hard good && git clean -q -f -d
}

# by ACTOR git ...: as author and committer.
by () {
	name=$1
	shift
	GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$name@example.org \
	GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$name@example.org "$@"
}

# configure TEXT: what is standing from now on.
configure () {
	version=$(sed -n "s/^version: //p" $CONFIG) &&
	sed "/^standing:/,\$d;s/^version: .*/version: $((version + 1))/" $CONFIG >../yaml &&
	printf "standing:\n%s\n" "$1" >>../yaml && cp ../yaml $CONFIG &&
	ops_commit_as $GOV "chore: rules for every commit" && git tag -f good
}

# fails git ...: with 1, or as when a hook stops a ref.
fails () {
	"$@"
	status=$?
	test $status -eq 1 || test $status -eq 128 && return 0
	echo "fails: status $status: $*"
	return 1
}

# every_door RULE ACTOR MESSAGE: what is staged is stopped by that rule wherever it would
# go in, and named by an audit where it went in past all of them.
every_door () {
	tip=$(git rev-parse HEAD) &&
	fails by "$2" git commit -q -m "$3" >../out 2>&1 && cat ../out &&
	test_grep "error $1: " ../out &&
	fails by "$2" git commit -q --no-verify -m "$3" >../out 2>&1 &&
	test_grep "error $1: " ../out && test_grep "^reference-transaction: stopped" ../out &&
	test "$(git rev-parse HEAD)" = $tip &&
	by "$2" $ALONE commit -q -m "$3" &&
	fails git push origin main >../out 2>&1 && test_grep "error $1: " ../out &&
	test_grep "^pre-push: stopped" ../out &&
	git -C $SERVER for-each-ref >../before &&
	fails git push --no-verify origin main >../out 2>&1 &&
	test_grep "^remote:.* error $1: " ../out &&
	git -C $SERVER for-each-ref >../after && test_cmp ../before ../after &&
	ops_audit_names "$1" HEAD &&
	test_expect_code 0 ops --as $LEAD edit other-1 -f Priority=LOW --dry-run &&
	back
}

# through ACTOR MESSAGE: what is staged goes in everywhere.
through () {
	by "$1" git commit -q -m "$2" && git push -q origin main && ops audit verify && git tag -f good
}

test_expect_success 'by itself nothing is asked' '
	ops_world && ops_task_at In-Progress && ops_task other-1 && git tag good &&
	git init -q --bare $SERVER && ops --git-dir $SERVER hooks install &&
	git remote add origin $SERVER && git push -q origin main && ops hooks install &&
	echo "key = \"$KEY\"" >any.c && git add any.c && through $DEV "anything goes" &&
	ops_json result.values.0.value off ops config standing.messages.check
'

test_expect_success 'messages' '
	configure "  messages: {check: on}" && git push -q origin main &&
	echo 1 >a.c && git add a.c && every_door message.form $DEV "added a" &&
	echo 1 >a.c && git add a.c && through $DEV "feat(a): add it" &&
	git checkout -q -b side && git commit -q --allow-empty -m "feat: side" &&
	git checkout -q main && git merge -q --no-ff side && git push -q origin main &&
	git branch -q -d side && git tag -f good &&
	ops --as $LEAD edit other-1 -f Priority=LOW && git push -q origin main &&
	ops --as $LEAD edit other-1 -f Priority=HIGH && git push -q origin main && git tag -f good
'

test_expect_success 'messages: an act keeps to the length that is allowed' '
	configure "  messages: {check: on, subject-max: 40}" && git push -q origin main &&
	ops --as $LEAD new task --id a-name-that-is-longer-than-a-subject-may-be-here \
		--from "$TEST_FIXTURES/task.md" &&
	git log -1 --format=%s >../out &&
	echo "chore(ops): new task a-name-that-is-l..." >../expected &&
	test_cmp ../expected ../out && ops audit verify && git push -q origin main && git tag -f good
'

test_expect_success 'secrets: stopped, and never shown' '
	configure "  secrets: {check: on}" && git push -q origin main &&
	echo "key = \"$KEY\"" >deploy.sh && git add deploy.sh &&
	fails by $DEV git commit -m "feat: deploy" >../out 2>&1 &&
	test_grep "deploy.sh:1:8: error secret.shape: " ../out && test_grep ! "$KEY" ../out &&
	every_door secret.shape $DEV "feat: deploy" &&
	echo "password = \"f3Zq8Lw0xN7rT2vK9sYb\"" >deploy.sh && git add deploy.sh &&
	every_door secret.entropy $DEV "feat: deploy" &&
	test_grep ! f3Zq8Lw0 ../out
'

test_expect_success 'secrets: in JSON neither, nor in the message' '
	echo "key = \"$KEY\"" >deploy.sh && git add deploy.sh &&
	test_expect_code 1 ops --json hook pre-commit >../out && test_grep secret.shape ../out &&
	test_grep ! "$KEY" ../out && git reset -q && rm deploy.sh &&
	echo "feat: $KEY" >message &&
	test_expect_code 1 ops --json hook commit-msg message >../out &&
	test_grep "in the message" ../out && test_grep ! "$KEY" ../out && rm message
'

test_expect_success 'secrets: what was there, what is marked, what is no text but shows none' '
	test_sed any.c "s/key/the_key/" && echo more >>any.c && git add any.c &&
	fails by $DEV git commit -m "feat: any" >../out 2>&1 && test_grep "any.c:1:" ../out &&
	git checkout -q -f HEAD any.c && echo more >>any.c && git mv any.c moved.c && git add . &&
	fails by $DEV git commit -m "feat: any" >../out 2>&1 && test_grep "moved.c:1:" ../out && back &&
	echo more >>any.c && echo "x = \"${KEY}\" # not-a-secret" >b.c &&
	printf "\\0\\1key\\n" >binary && git add any.c b.c binary && through $DEV "feat: any"
'

test_expect_success 'secrets: a NUL hides none' '
	printf "\\0%s\\n" "$KEY" >behind && git add behind &&
	every_door secret.shape $DEV "feat: data" &&
	printf "%s" "$KEY" | sed "s/./&\\x00/g" >between && git add between &&
	every_door secret.shape $DEV "feat: data"
'

test_expect_success 'the scope of a task' '
	mkdir -p src/match src/book && echo 1 >src/match/a.c && echo 1 >src/book/b.c &&
	git add src && every_door scope.outside $DEV "feat: match

Ops-Task: swap-7k2f" &&
	mkdir -p src/match && echo 1 >src/match/a.c && git add src &&
	every_door scope.task $LEAD "feat: match

Ops-Task: swap-7k2f" &&
	mkdir -p src/match && echo 1 >src/match/a.c && git add src &&
	every_door scope.task $DEV "feat: match

Ops-Task: other-1" &&
	mkdir -p src/match && echo 1 >src/match/a.c && git add src && through $DEV "feat: match

Ops-Task: swap-7k2f"
'

test_expect_success 'every commit names its task' '
	configure "  scope: {check: required}" && git push -q origin main &&
	echo 2 >src/match/a.c && git add src && every_door scope.unnamed $DEV "feat: match" &&
	ops --as $DEV checkpoint swap-7k2f -m "on it" && git push -q origin main && git tag -f good
'

test_expect_success 'the change log' '
	configure "  changelog: {check: on, paths: [src/]}" && git push -q origin main &&
	echo 2 >src/match/a.c && git add src && every_door changelog.missing $DEV "feat: match" &&
	echo 2 >src/match/a.c && echo "- a" >CHANGELOG.md && git add src CHANGELOG.md &&
	through $DEV "feat: match" &&
	echo 3 >src/match/a.c && git add src && through $DEV "test: match"
'

test_expect_success 'what security rests on' '
	configure "  sensitive: {paths: [src/match/key.c]}" && git push -q origin main &&
	echo "int key;" >src/match/key.c && git add src &&
	every_door sensitive.unreviewed $DEV "feat: key

Ops-Task: swap-7k2f" &&
	git checkout -q -b topic && $ALONE config ops.branch main &&
	echo "int key;" >src/match/key.c && git add src && by $DEV git commit -q -m "feat: key

Ops-Task: swap-7k2f" &&
	ops_unchanged 1 ops --as $DEV vet swap-7k2f --at topic -m "mine" src/match/key.c &&
	test_grep power.missing ../refused.err &&
	ops_unchanged 4 ops --as $ARCH vet swap-7k2f --at topic -m "none" src/match/none.c &&
	ops_unchanged 4 ops --as $ARCH vet swap-7k2f --at none -m "none" src/match/key.c &&
	ops_unchanged 1 ops --as $ARCH vet swap-7k2f --at topic src/match/key.c &&
	ops --as $ARCH vet swap-7k2f --at topic -m "only compared" --dry-run src/match/key.c &&
	ops --as $ARCH vet swap-7k2f --at topic -m "only compared" src/match/key.c &&
	git checkout -q main && $ALONE config --unset ops.branch && git push -q origin main && git tag -f good &&
	echo "int key, more;" >src/match/key.c && git add src &&
	every_door sensitive.unreviewed $DEV "feat: key

Ops-Task: swap-7k2f" &&
	git cherry-pick topic >/dev/null && git push -q origin main && ops audit verify &&
	git branch -q -D topic && git tag -f good
'

test_expect_success 'protected branches' '
	configure "  branches: {protect: [main, \"release/*\"]}" && git push -q origin main &&
	echo 4 >src/match/a.c && git add src && every_door branch.protected $DEV "feat: match" &&
	git checkout -q -b topic && echo 4 >src/match/a.c && git add src &&
	by $DEV git commit -q -m "feat: match" && git push -q origin topic &&
	git checkout -q main && fails by $DEV git merge -q --ff-only topic >../out 2>&1 &&
	test_grep "error branch.protected: " ../out && back &&
	fails by $DEV git merge -q --no-ff --no-edit topic >../out 2>&1 &&
	test_grep "error branch.protected: " ../out && back &&
	fails git push origin topic:main >../out 2>&1 && test_grep "error branch.protected" ../out &&
	fails git push --no-verify origin topic:main >../out 2>&1 &&
	test_grep "^remote:.*error branch.protected" ../out &&
	by $LEAD git merge -q --no-ff --no-edit topic && git push -q origin main &&
	ops audit verify && ops audit verify --full &&
	ops --as $DEV checkpoint swap-7k2f -m "merged" && git push -q origin main && git tag -f good
'

test_expect_success 'an audit of the branch names who moved it directly, of a range nobody' '
	echo 5 >src/match/a.c && git add src && by $DEV $ALONE commit -q -m "feat: match more" &&
	bad=$(git rev-parse --short=7 HEAD) &&
	ops_audit_names branch.protected HEAD && ops audit verify HEAD~..HEAD &&
	git branch -q other && ops audit verify other &&
	by $LEAD $ALONE commit -q --allow-empty -m "chore: nothing" &&
	test_expect_code 1 ops audit verify main >../out && test_grep "^refused $bad" ../out &&
	test_expect_code 1 ops audit verify >../again && test_grep "^refused $bad" ../again &&
	git branch -q -D other && back
'

test_expect_success 'protection holds from the commit that brings it, in one push as well' '
	configure "  branches: {protect: [\"release/*\"]}" && echo 6 >src/match/a.c && git add src &&
	by $DEV git commit -q -m "feat: match freely" && git push -q origin main && ops audit verify &&
	git tag -f good &&
	configure "  branches: {protect: [main, \"release/*\"]}" && echo 7 >src/match/a.c && git add src &&
	by $DEV $ALONE commit -q -m "feat: match again" &&
	fails git push --no-verify origin main >../out 2>&1 &&
	test_grep "^remote:.*error branch.protected" ../out &&
	ops_audit_names branch.protected HEAD && git reset -q --hard HEAD~ &&
	git push -q origin main && git tag -f good
'

test_expect_success 'what a protected branch has is not asked about again' '
	git checkout -q -B topic main^ && echo 6 >src/match/six.c && git add src && by $LEAD git commit -q -m "feat: six" &&
	by $LEAD git merge -q --no-ff --no-edit main && git checkout -q main &&
	by $LEAD git merge -q --ff-only topic && git push -q origin main && git tag -f good
'

test_expect_success 'a line beside the branch takes nothing back from it' '
	echo 8 >src/match/a.c && git add src && by $LEAD git commit -q -m "feat: eight" &&
	git checkout -q -B topic main^ && by $DEV $ALONE commit -q --allow-empty -m "chore: nothing" &&
	by $DEV $ALONE merge -q -s ours --no-edit main && git push -q origin main &&
	fails git push --no-verify origin topic:main >../out 2>&1 &&
	test_grep "^remote:.*error branch.protected" ../out &&
	git checkout -q main && $ALONE merge -q --ff-only topic && ops_audit_names branch.protected HEAD &&
	git reset -q --hard origin/main && $ALONE branch -q -D topic && git tag -f good
'

test_expect_success 'nor does a line that left before it was protected bring anything' '
	free=$(git log --format=%h -1 --grep "feat: match freely") && git checkout -q -B topic $free &&
	echo 9 >src/match/nine.c && git add src && by $DEV $ALONE commit -q -m "feat: nine" &&
	by $DEV $ALONE merge -q --no-edit main &&
	fails git push --no-verify origin topic:main >../out 2>&1 &&
	test_grep "^remote:.*error branch.protected" ../out &&
	git checkout -q main && $ALONE merge -q --ff-only topic && ops_audit_names branch.protected HEAD &&
	git reset -q --hard origin/main && git checkout -q -B topic $free &&
	echo 9 >src/match/nine.c && git add src && by $DEV $ALONE commit -q -m "feat: nine" &&
	by $LEAD $ALONE merge -q --no-edit main && git checkout -q main &&
	$ALONE merge -q --ff-only topic && git push -q origin main && $ALONE branch -q -D topic && git tag -f good
'

test_expect_success 'who may not move it merges what has documents only' '
	git checkout -q -B topic main^2 && ops --as $DEV checkpoint swap-7k2f -m "beside" &&
	git checkout -q main && by $DEV git merge -q --no-ff --no-edit topic && git push -q origin main &&
	ops audit verify && $ALONE branch -q -D topic && git tag -f good
'

test_expect_success 'a protected branch that holds no state' '
	git push -q origin main:refs/heads/release/1 &&
	git checkout -q -B topic main && echo 5 >src/match/a.c && by $DEV git commit -q -a -m "feat: five" &&
	fails git push --no-verify origin topic:refs/heads/release/1 >../out 2>&1 &&
	test_grep "^remote:.*error branch.protected" ../out &&
	fails git push --no-verify origin :refs/heads/release/1 >../out 2>&1 &&
	test_grep "^remote:.*error ref.deleted: .*is protected" ../out &&
	fails git push --no-verify --force origin main~:refs/heads/release/1 >../out 2>&1 &&
	test_grep "^remote:.*error ref.rewritten: " ../out &&
	fails git push --no-verify origin topic:refs/heads/release/2 >../out 2>&1 &&
	test_grep "^remote:.*error branch.protected" ../out &&
	git push -q origin topic:refs/heads/topic-2 && git push -q origin main:refs/heads/release/2 &&
	git checkout -q main && $ALONE branch -q -D topic
'

test_expect_success 'mistakes in the configuration are named' '
	printf "version: 99\nstanding:\n  secrets: {check: maybe, entropy: 9, shapes: {x: \"[\"}}\n  branches: {protect: [/x], by: [nothing]}\n  changelog: {file: ../x}\n  messages: {subject-max: 1, what: 1}\n" >$CONFIG &&
	test_expect_code 1 ops check >../out &&
	for text in "off on" "bits a character" "shape .x. has" "is absolute" "no declared power" \
		"is no path" "from 20 to 1000" "what"
	do
		test_grep -- "$text" ../out || return 1
	done &&
	git checkout -q $CONFIG
'

# A work tree holds what is made, which no commit will have.
test_expect_success 'what git ignores is no part of the change to come' '
	back && configure "  secrets: {check: on}" && mkdir -p made/deep && echo "key=$KEY" >made/deep/key.sh &&
	echo "key=$KEY" >made.sh && test_expect_code 1 ops check >found &&
	test_grep "^made.sh:1.*secret.shape" found && test_grep "^made/deep/key.sh:1.*secret.shape" found &&
	test_write_lines "/made/*" "!/made/deep/" "made/deep/k*" "*.sh" >.git/info/exclude &&
	ops check >found && test_grep ! secret found &&
	git add -f made/deep/key.sh && test_expect_code 1 ops check >found &&
	test_grep "^made/deep/key.sh:1.*secret.shape" found && test_grep ! "^made.sh" found &&
	git reset -q && git add -f -N made/deep/key.sh && test_expect_code 1 ops check >found &&
	test_grep "^made/deep/key.sh:1.*secret.shape" found && git reset -q && ops check &&
	: >.git/info/exclude && back
'

test_expect_success 'but a document is judged where it lies' '
	echo "05-PROCESSES/active-tasks/" >.git/info/exclude && test_write_lines --- "Status: Done" --- >05-PROCESSES/active-tasks/ignored-1.md &&
	test_expect_code 1 ops check >found && test_grep "^05-PROCESSES/active-tasks/ignored-1.md.*error" found &&
	: >.git/info/exclude && back
'

test_done
