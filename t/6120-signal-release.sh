#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A version is released: what is in the way is named, then change log, versions, commit, tag,
# an approval that somebody else gives, and a new beginning.

test_description='OPS:RELEASE, with its approval'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

# release [WORD...]
release () {
	test_tick
	signal OPS:RELEASE task_description="Release 1.1.0" version=1.1.0 "$@"
}

test_expect_success 'something to release' '
	signal_world &&
	printf "%s\n" "# Changelog" "" "Told to users." "" "## [Unreleased]" "" "### Added" "" \
		"- Swap matching" "" "## [1.0.0] - 2026-01-02" "" "- The first" "" \
		"[Unreleased]: https://example.org/compare/v1.0.0...HEAD" \
		"[1.0.0]: https://example.org/tag/v1.0.0" >CHANGELOG.md &&
	echo 1.0.0 >VERSION && printf "{\r\n  \"version\": \"1.0.0\",\r\n  \"dep\": \"1.0.0\"\r\n}\r\n" \
		>package.json &&
	git add . && git commit -q -m "chore: a first version" &&
	cat >>05-PROCESSES/ops.yaml <<-\EOF &&
	release:
	  files:
	    VERSION: "{version}"
	    package.json: "\"version\": \"{version}\""
	EOF
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 2/" &&
	ops_commit_as $GOV "where the version stands"
'

test_expect_success 'all that is in the way is named, and nothing is done' '
	ops_task_at In-Progress >/dev/null && ops_task other-7k2f >/dev/null &&
	ops --as $LEAD edit other-7k2f -f Priority=LOW && test_tick &&
	echo dirty >>VERSION && git tag v1.1.0 &&
	test_expect_code 1 release >said &&
	test_grep "there are changes that are not committed" said &&
	test_grep "tag .v1.1.0. is there already" said &&
	test_grep "swap-7k2f. is HIGH, and In-Progress" said &&
	test_grep ! "other-7k2f. is" said &&
	test_grep "1.1.0 is not ready to be released" said &&
	test_grep "^## \[Unreleased\]$" CHANGELOG.md &&
	git checkout -q VERSION && git tag -d v1.1.0 >/dev/null &&
	ops --as $LEAD cancel swap-7k2f -m "not now"
'

test_expect_success 'it is made, and waits for somebody' '
	release >said 2>talk &&
	test_grep "^WAITING: OPS:RELEASE, pipeline release" said &&
	RUN=$(signal_run) && test "$(signal_status "$RUN")" = Waiting &&
	test_grep "waiting: approval, by COORD_OPS" said &&
	test_grep "^next: ops packet new approval $RUN Answers=.* Decision=Approve" said &&
	test_grep "^## \[1.1.0\] - 2026-01-15$" CHANGELOG.md &&
	test_grep "^\[1.1.0\]: https://example.org/compare/v1.0.0...v1.1.0$" CHANGELOG.md &&
	test_grep ! Unreleased CHANGELOG.md &&
	test_write_lines 1.1.0 >expected && test_cmp expected VERSION &&
	printf "{\r\n  \"version\": \"1.1.0\",\r\n  \"dep\": \"1.0.0\"\r\n}\r\n" >expected &&
	test_cmp expected package.json &&
	git log -1 --format=%s%n%an v1.1.0 >found &&
	test_write_lines "chore(release): 1.1.0" release-manager >expected &&
	test_cmp expected found &&
	git show --format= --name-only v1.1.0^0 >found &&
	test_write_lines CHANGELOG.md VERSION package.json >expected && test_cmp expected found &&
	git for-each-ref --format="%(taggername) %(contents)" refs/tags/v1.1.0 >found &&
	test_grep "^release-manager v1.1.0" found && test_grep "^- Swap matching" found
'

test_expect_success 'it goes on waiting, and its own coordinator does not approve it' '
	ops_json result.verdict WAITING ops --as $LEAD signal --resume "$RUN" &&
	ID=$(ops packet list --kind approval-request "$RUN" | sed -n "2s/ .*//p") &&
	ops_refused power.own-work ops --as $LEAD packet new approval "$RUN" Answers="$ID" \
		Decision=Approve Reason=fine &&
	ops_refused power.missing ops --as $DEV packet new approval "$RUN" Answers="$ID" \
		Decision=Approve Reason=fine &&
	ops_refused field.value ops --as $BOSS packet new approval "$RUN" Decision=Maybe Reason=x
'

test_expect_success 'approved, it opens what comes next, and is complete' '
	test_tick && ops --as $BOSS packet new approval "$RUN" Decision=Approve Reason="go" &&
	test_tick && signal --resume "$RUN" >said &&
	test_grep "^COMPLETE: OPS:RELEASE" said &&
	test_grep "^\*\*Quality Gate:\*\* PASSED (2/2 = 100%)$" said &&
	test_grep "Approved by meta-orchestrator" said &&
	test_grep "^- META_UPDATER: CHANGELOG + \[Unreleased\] " said &&
	test_grep "^- RELEASE_MANAGER: Check + Versions + Release commit + Tag " said &&
	test_grep "^| Tag | .v1.1.0. |$" said &&
	test "$(signal_status "$RUN")" = Complete &&
	sed -n "5,8p" CHANGELOG.md >found &&
	test_write_lines "## [Unreleased]" "" "## [1.1.0] - 2026-01-15" "" >expected &&
	test_cmp expected found &&
	test_grep "^\[Unreleased\]: https://example.org/compare/v1.1.0...HEAD$" CHANGELOG.md &&
	git log -1 --format="%an %s" --grep "Signal-Step: $RUN/unreleased" >found &&
	test_write_lines "meta-updater docs: open a new [Unreleased]" >expected &&
	test_cmp expected found &&
	git status --porcelain --untracked-files=no >left && test_must_be_empty left &&
	ops_unchanged 1 signal --resume "$RUN" &&
	test_grep "has ended: it is Complete" "$TEST_ROOT/refused.err"
'

test_expect_success 'rejected, it fails with the reason; what was made stays' '
	test_sed CHANGELOG.md "s/^## .Unreleased.$/&\n\n### Fixed\n\n- A slip/" &&
	git commit -q -am "docs: a slip" && test_tick &&
	signal OPS:RELEASE task_description="Release 1.1.1" version=1.1.1 >said &&
	RUN=$(signal_run) && test_tick &&
	ops --as $BOSS packet new approval "$RUN" Decision=Reject Reason="the slip is still there" &&
	test_tick && test_expect_code 1 signal --resume "$RUN" >said &&
	test_grep "^PARTIAL: OPS:RELEASE" said && test_grep "the slip is still there" said &&
	test "$(signal_status "$RUN")" = Partial && git rev-parse -q --verify v1.1.1 &&
	test_grep ! "Unreleased. *$" CHANGELOG.md
'

test_expect_success 'a file without the version is named, before anything is committed' '
	echo none >VERSION && git commit -q -am "chore: no version" &&
	test_sed CHANGELOG.md "s/^## .1.1.1.*/## [Unreleased]\n\n- More\n\n&/" &&
	git commit -q -am "docs: more" && test_tick &&
	test_expect_code 1 signal OPS:RELEASE task_description="x" version=1.2.0 >said &&
	test_grep "VERSION. has no version like" said &&
	test_must_fail git rev-parse -q --verify v1.2.0 &&
	git checkout -q CHANGELOG.md
'

test_expect_success 'a run is ended where it is' '
	echo 1.1.1 >VERSION && git commit -q -am "chore: a version" && test_tick &&
	signal OPS:RELEASE task_description="x" version=1.3.0 >said && RUN=$(signal_run) &&
	ops_unchanged 2 signal --abort "$RUN" && test_tick &&
	signal --abort "$RUN" -m "wrong number" >said &&
	test_grep "^ABORTED: OPS:RELEASE" said && test "$(signal_status "$RUN")" = Aborted &&
	signal_events "$RUN" >found && test_grep "^1 COORD_OPS:ABORT$" found &&
	ops_unchanged 1 signal --resume "$RUN"
'

test_done
