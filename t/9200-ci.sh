#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What a pull request needs: one run, one status, one page; the examples for services
# run as they stand; the pre-commit framework runs our manifest.

test_description='continuous integration'
. "$(dirname "$0")/test-lib.sh"

H=05-PROCESSES/active-tasks/hand-1.md
CI=$TEST_SOURCE/examples/ci

# step FILE: the shell of its first block `run: |` or `- |`, without its indent.
step () {
	awk '/^ *(run:|-) \|$/ && !on { on = 1; next }
		on && !width { match($0, /^ */); width = RLENGTH }
		on && $0 !~ /^ *$/ { match($0, /^ */); if (RLENGTH < width) exit }
		on { print substr($0, width + 1) }' "$1"
}

test_expect_success 'a request that is legal' '
	ops_world && ops_task hand-1 && git tag base && git checkout -q -b topic &&
	ops --as $LEAD edit hand-1 -f Priority=LOW && test_commit "feat: code" src.c "int x;" &&
	ops ci --base base >out && test_grep "^passed: 2 commits, 0 refused" out &&
	test_grep "^assurance: " out &&
	ops_json result.passed true ops ci --base base --head topic &&
	ops_json result.commits 2 ops ci --base base &&
	ops_json result.commits 4 ops ci --base "" &&
	ops_json result.commits 4 ops ci --base 0000000000000000000000000000000000000000 &&
	ops_json result.commits 1 ops ci --base base --head topic~ &&
	git tag legal
'

test_expect_success 'a request that is not: status, commit, page' '
	test_sed $H "s/^Status: Queued/Status: Complete/" &&
	ops_commit_as $LEAD "done, \`code\` <b>@all</b> | x" && test_commit "feat: more" more.c x &&
	test_expect_code 1 ops ci --base base --summary page.md >out &&
	test_grep "^refused $(git rev-parse --short=7 HEAD~) " out &&
	test_grep "task.transition" out && test_grep "^refused: 4 commits, 1 refused" out &&
	test_grep "^## ops: refused$" page.md &&
	test_grep "^- refused .$(git rev-parse --short=12 HEAD~). .done, .code. <b>@all</b> | x. by " page.md &&
	test_grep "^  - error \*\*task.transition\*\* at .$H:[0-9:]*.: " page.md &&
	test_grep ! "done, \`code" page.md &&
	test_grep "^### Documents" page.md && test_grep "^assurance: identity=asserted" page.md &&
	cp page.md once && test_expect_code 1 ops ci --base base --summary page.md >out &&
	cat once once >twice && test_cmp twice page.md &&
	test_expect_code 0 ops ci --base base --head legal --summary good.md >out &&
	test_grep "^## ops: passed$" good.md && test_grep ! "^### Commits" good.md
'

test_expect_success 'only commits count, whatever lies in the work tree' '
	git checkout -q legal && echo broken >$H && ops ci --base base >out &&
	test_grep "^passed" out && git checkout -q -f topic
'

test_expect_success 'a fault of a document, in legal commits' '
	git checkout -q -b faulty base && mkdir -p docs &&
	git -c user.email=$LEAD@example.org commit -q --allow-empty -m "feat: x" &&
	test_sed $H "s/^Priority: HIGH/Priority: SOON/" && ops_commit_as $LEAD "docs: soon" &&
	test_expect_code 1 ops ci --base base >out && test_grep "field.value" out &&
	git checkout -q topic
'

test_expect_success 'an illegal commit that leaves no fault behind' '
	git checkout -q -b trace base && test_sed $H "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as stranger "docs: less" && ops check --at HEAD >out &&
	test_expect_code 1 ops ci --base base >out && test_grep "actor.unknown" out &&
	test_grep "^refused: 1 commit, 1 refused; [0-9]* documents, 0 errors" out && git checkout -q topic && git branch -q -D trace
'

test_expect_success 'reports: SARIF that its schema takes, JUnit, workflow commands' '
	test_expect_code 1 ops ci --base base --report sarif=a.sarif --report junit=a.xml >out &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" a.sarif &&
	test_grep "commit $(git rev-parse --short=10 HEAD~): " a.sarif &&
	test_grep "<testsuites" a.xml && test_grep "^refused: " out &&
	test_expect_code 1 ops ci --base base --format github >out &&
	test_grep "^::error file=$H,line=" out && test_grep ! "^refused" out &&
	test_expect_code 1 ops ci --base base --format sarif >b.sarif && test_cmp a.sarif b.sarif &&
	test_expect_code 0 ops ci --base base --head legal --format sarif >c.sarif &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" c.sarif
'

test_expect_success 'no answer is no pass' '
	test_expect_code 4 ops ci --base no-such && test_expect_code 4 ops ci --head no-such &&
	test_expect_code 2 ops ci --report yaml=x && test_expect_code 2 ops ci --report sarif &&
	test_expect_code 2 ops ci --report sarif= && test_expect_code 2 ops ci --head a..b &&
	test_expect_code 2 ops ci --json --format sarif && test_expect_code 2 ops ci word &&
	test_expect_code 3 ops ci --head legal --summary no/such/file &&
	test_expect_code 3 ops ci --head legal --report sarif=no/such/file &&
	test_expect_code 3 ops -C / ci &&
	git clone -q --depth 1 "file://$TRASH" ../shallow &&
	test_expect_code 3 ops -C ../shallow ci 2>err && test_grep unshallow err
'

test_expect_success 'the composite action, its shell run as it stands' '
	step "$CI/action.yml" >../step && test_grep "ops \"\$@\"" ../step &&
	OPS_BASE=$(git rev-parse base) OPS_HEAD=$(git rev-parse legal) OPS_SARIF=d.sarif \
		GITHUB_STEP_SUMMARY=../page sh -e ../step >out && test_grep "^ops 0" out &&
	test_grep "ops: passed" ../page &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" d.sarif &&
	OPS_BASE=$(git rev-parse base) OPS_HEAD=$(git rev-parse topic) OPS_SARIF= \
		GITHUB_STEP_SUMMARY=../page test_expect_code 1 sh -e ../step >out &&
	test_grep "^::error file=$H" out && test_grep "ops: refused" ../page &&
	OPS_BASE= OPS_HEAD= OPS_SARIF= GITHUB_STEP_SUMMARY= test_expect_code 1 sh -e ../step >out &&
	mkdir ../none && ln -s "$(command -v sh)" ../none/ &&
	(PATH=$TEST_ROOT/none && OPS_BASE="" test_expect_code 3 sh -e ../step >out) &&
	test_grep "^::error title=ops::there is no ops" out
'

test_expect_success SHELLCHECK 'the shell of the examples is sound' '
	shellcheck -s sh ../step && step "$CI/gitlab.yml" >../gitlab &&
	test -s ../gitlab && shellcheck -s sh ../gitlab
'

test_expect_success 'the template of GitLab, its shell run as it stands' '
	step "$CI/gitlab.yml" >../step && rm -f ops.md ops-junit.xml &&
	CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse base) \
		CI_COMMIT_SHA=$(git rev-parse legal) sh -e ../step >out &&
	test_grep "ops: passed" ops.md && test_grep "<testsuites" ops-junit.xml &&
	CI_COMMIT_BEFORE_SHA=0000000000000000000000000000000000000000 \
		CI_COMMIT_SHA=$(git rev-parse topic) test_expect_code 1 sh -e ../step >out &&
	test_grep "ops: refused" ops.md
'

test_expect_success 'a state on a branch of its own: both examples judge that' '
	git init -q ../apart && (
		cd ../apart && test_commit "feat: code" src.c "int x;" && ops init --branch ops --from "$TEST_FIXTURES/world" &&
		ops --as $LEAD new task --id apart-1 --from "$TEST_FIXTURES/task.md"
	) && git clone -q ../apart ../job && (
		cd ../job && head=$(git rev-parse HEAD) && step "$CI/action.yml" >../step &&
		GITHUB_STEP_SUMMARY= OPS_SARIF= OPS_BASE= OPS_HEAD=$head OPS_TARGET=main && export GITHUB_STEP_SUMMARY \
			OPS_SARIF OPS_BASE OPS_HEAD OPS_TARGET &&
		OPS_BRANCH= test_expect_code 3 sh -e ../step 2>../err && test_grep "origin/ops. does: name that" ../err &&
		OPS_BRANCH=ops sh -e ../step && step "$CI/gitlab.yml" >../step &&
		CI_COMMIT_SHA=$head CI_COMMIT_BRANCH=main && export CI_COMMIT_SHA CI_COMMIT_BRANCH &&
		OPS_BRANCH=ops sh -e ../step >../out && test_grep "^passed: 2 commits" ../out &&
		test_grep "testsuite name=.ops ci. " ops-junit.xml && git checkout -q -b ops origin/ops &&
		test_sed 05-PROCESSES/active-tasks/apart-1.md "s/^Status: Queued/Status: Complete/" &&
		git -c user.name=u -c user.email=u@example.org commit -q -a -m "typo" && git push -q origin ops &&
		OPS_BRANCH=ops test_expect_code 1 sh -e ../step >../out && test_grep "1 refused" ../out &&
		OPS_BRANCH=ops CI_COMMIT_BRANCH=ops CI_COMMIT_SHA=$(git rev-parse HEAD~) sh -e ../step >../out
	)
'

command -v pre-commit >/dev/null && test_set_prereq PRE_COMMIT

test_expect_success PRE_COMMIT 'the pre-commit framework takes our manifest' '
	pre-commit validate-manifest "$TEST_SOURCE/.pre-commit-hooks.yaml"
'

test_expect_success PRE_COMMIT 'and runs it, without a network' '
	git init -q ../manifest && cp "$TEST_SOURCE/.pre-commit-hooks.yaml" ../manifest/ &&
	git -C ../manifest add -A && git -C ../manifest commit -q -m hooks &&
	git checkout -q -b framework legal &&
	cat >.pre-commit-config.yaml <<-EOF &&
	repos:
	- repo: $TEST_ROOT/manifest
	  rev: $(git -C ../manifest rev-parse HEAD)
	  hooks:
	  - id: ops
	  - id: ops-commit-msg
	  - id: ops-trailers
	EOF
	git add .pre-commit-config.yaml && git commit -q -m "build: hooks" &&
	PRE_COMMIT_HOME=$TEST_ROOT/pre-commit && export PRE_COMMIT_HOME &&
	http_proxy=http://127.0.0.1:9 && https_proxy=$http_proxy && export http_proxy https_proxy &&
	pre-commit install -t pre-commit -t commit-msg -t prepare-commit-msg &&
	echo y >y.c && git add y.c && git commit -m "feat: y" >out 2>&1 &&
	test_grep "ops judges what is staged.*Passed" out &&
	test_sed $H "s/^Priority: LOW/Priority: HIGH/" && git add -u &&
	GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q -m "docs: urgent" &&
	git log -1 --format=%B >message && test_grep "^Ops-Action: edit$" message &&
	ops audit verify && git tag -f framework-good
'

test_expect_success PRE_COMMIT 'and stops what is illegal' '
	test_sed $H "s/^Status: Queued/Status: Complete/" && git add -u &&
	! GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -m "docs: done" >out 2>&1 &&
	test_grep "ops judges what is staged.*Failed" out && test_grep "task.transition" out &&
	git reset -q --hard &&
	test_sed $H "s/^Priority: HIGH/Priority: LOW/" && git add -u &&
	! GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -m "docs: less" -m "ops-action: x" \
		>out 2>&1 &&
	test_grep "trailer.grammar" out && git reset -q --hard &&
	git rev-parse HEAD framework-good^{} | uniq >same && test_line_count = 1 same
'

test_expect_success PRE_COMMIT 'both kinds of hooks together' '
	ops hooks install >out && test_grep "pre-commit  *chained" out &&
	echo z >z.c && git add z.c && git commit -m "feat: z" >out 2>&1 &&
	test_grep "ops judges what is staged.*Passed" out &&
	test_sed $H "s/^Status: Queued/Status: Complete/" && git add -u &&
	! GIT_AUTHOR_EMAIL=$LEAD@example.org git commit --no-verify -m "docs: done" >out 2>&1 &&
	test_grep "task.transition" out && git reset -q --hard && ops hooks uninstall &&
	test_grep "File generated by pre-commit" .git/hooks/pre-commit
'

test_expect_success 'the end' '
	git checkout -q -f main && git branch -q -D topic faulty && git tag -d legal base &&
	if test_have_prereq PRE_COMMIT; then git branch -q -D framework; fi
'

test_done
