#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The worked examples of a coordinator's handbook, each from the order to the report: swap
# matching is committed and brought to review, a session is handed on, all of operations is
# audited by four agents, a version is released.  The agents are small programs, and the
# service that reviews are opened at is one, too.

test_description='the worked examples of a coordinator'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

TMPDIR=$TEST_ROOT/tmp
export TMPDIR
mkdir "$TMPDIR"

# configure: ops.yaml with these lines more, committed.
configure () {
	cat >>05-PROCESSES/ops.yaml &&
	version=$(sed -n "s/^version: //p" 05-PROCESSES/ops.yaml) &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: $((version + 1))/" &&
	ops_commit_as $GOV "chore: configure the coordinator"
}

# without_times FILE: durations and hashes differ from run to run.
without_times () {
	sed -e 's/ [0-9]*s / Ns /g;s/ [0-9]*s)/ Ns)/g;s/([0-9]*s/(Ns/g;s/: [0-9]*s$/: Ns/' \
		-e 's/:\*\* [0-9]*s$/:** Ns/;s/`[0-9a-f]\{9\}`/`HASH`/' "$1"
}

test_expect_success 'a coordinator with four agents, and a place where reviews are opened' '
	signal_world && mkdir tools &&
	cat >tools/gh <<-\EOF &&
	#!/bin/sh
	# Stands in for the program of a forge: keeps what it was told, answers with an address.
	{ echo "---"; printf "%s\n" "$@"; } >>"$TMPDIR/gh.words"
	case "$1 $2" in
	"pr create") cat >"$TMPDIR/gh.text" ;;
	"pr view") printf "%s\tOPEN\tchecks are green\n" "$3"; exit 0 ;;
	esac
	test -f "$TMPDIR/gh.down" && { rm "$TMPDIR/gh.down"; echo "the service is down" >&2; exit 1; }
	echo "Creating pull request for swap-matching"
	echo "https://github.com/org/repo/pull/789"
	EOF
	chmod +x tools/gh && git add tools && git commit -q -m "chore: tools" &&
	configure <<-\EOF
	pull-request:
	  open:
	    command: [tools/gh, pr, create, --title, "{title}", --head, "{branch}", --body-file, "-"]
	    timeout: 20s
	    environment: [GH_TOKEN]
	  status: {command: [tools/gh, pr, view, "{number}"]}
	EOF
'

test_expect_success 'nothing of the repository is run before the user allowed it' '
	echo x >x.c &&
	ops_refused run.not-allowed signal OPS:COMMIT task_description=x changed_files=x.c \
		commit_context=y user_facing=no &&
	test_grep "ops program allow pull-request:open" "$TEST_ROOT/refused.err" && rm x.c &&
	ops program list >list && test_grep "^pull-request:open: not allowed" list &&
	test_grep "sees: GH_TOKEN" list && test_grep "^pull-request:status: not allowed" list &&
	ops program allow pull-request:open && ops program allow pull-request:status
'

# Finished work is committed, told to users, and brought to review.

test_expect_success 'commit and review: the order' '
	mkdir -p backend/app/services backend/app/api/routes backend/tests &&
	echo "ROUTES = []" >backend/app/api/routes/swaps.py &&
	git add backend && git commit -q -m "feat: routes of swaps" &&
	echo "def pairs(): ..." >backend/app/services/swap_matcher.py &&
	echo "ROUTES = [pairs]" >backend/app/api/routes/swaps.py &&
	echo "assert True" >backend/tests/test_swap_matcher.py &&
	cat >"$TEST_ROOT/order" <<-\EOF &&
	{"signal": "OPS:COMMIT",
	 "task_description": "Add automatic swap matching",
	 "changed_files": ["backend/app/services/swap_matcher.py",
	                   "backend/app/api/routes/swaps.py",
	                   "backend/tests/test_swap_matcher.py"],
	 "commit_context": "Finds compatible faculty pairs by rotation, compliance and preference.",
	 "user_facing": true,
	 "originating_domain": "COORD_SCHEDULING",
	 "test_plan": "run backend/tests/test_swap_matcher.py"}
	EOF
	test_tick &&
	signal OPS:COMMIT --context "$TEST_ROOT/order" >said
'

test_expect_success 'commit and review: the result' '
	signal_result said >message && without_times message >found &&
	cat >expected <<-\EOF &&
	## Ops Result: OPS:COMMIT

	**Status:** COMPLETE
	**Duration:** Ns
	**Quality Gate:** PASSED (2/2 = 100%)

	### Summary
	Committed 3 files. Added an entry to CHANGELOG.md. Committed CHANGELOG.md. The checks of META_UPDATER: PASSED (2/2 = 100%). The checks of RELEASE_MANAGER: PASSED (2/2 = 100%). Opened the review of 2 commits.

	### Deliverables
	| Type | Value |
	|------|-------|
	| Commit | `HASH` |
	| PR URL | https://github.com/org/repo/pull/789 |
	| CHANGELOG | Entry added under [Unreleased] > Added |

	### Agent Contributions
	- RELEASE_MANAGER: Commit + CHANGELOG commit + PR (Ns + Ns + Ns)
	- META_UPDATER: CHANGELOG (Ns)

	### Next Steps
	Awaiting human PR approval.

	EOF
	test_cmp expected found
'

test_expect_success 'commit and review: what was asked for holds' '
	RUN=$(signal_run) &&
	git log --format="%an: %s" --grep "Signal-Step: $RUN/" >found &&
	test_write_lines "release-manager: docs: note the change in the changelog" \
		"release-manager: feat: add automatic swap matching" >expected &&
	test_cmp expected found &&
	sed -n "/Unreleased/,\$p" CHANGELOG.md >found &&
	test_write_lines "## [Unreleased]" "" "### Added" "" "- Add automatic swap matching" \
		>expected && test_cmp expected found &&
	test_write_lines --- pr create --title "feat: add automatic swap matching" \
		--head swap-matching --body-file - >expected &&
	test_cmp expected "$TMPDIR/gh.words" &&
	test_grep "^Finds compatible faculty pairs" "$TMPDIR/gh.text" &&
	test_grep "^run backend/tests/test_swap_matcher.py$" "$TMPDIR/gh.text" &&
	test_grep "^- \[x\] the changelog has an entry" "$TMPDIR/gh.text" &&
	test_grep "^Prepared by RELEASE_MANAGER for OPS:COMMIT" "$TMPDIR/gh.text" &&
	test_cmp "$TMPDIR/gh.text" .git/ops/pull-request-$RUN.md
'

test_expect_success 'how a review stands is asked where it was opened, and leaves no record' '
	: >"$TMPDIR/gh.words" &&
	ops_unchanged 0 signal OPS:PR_STATUS task_description=look pr_number=789 >said &&
	test_grep "done: status, by RELEASE_MANAGER: 789.*OPEN.*checks are green" said &&
	test_write_lines --- pr view 789 >expected && test_cmp expected "$TMPDIR/gh.words" &&
	test_expect_code 1 signal OPS:PR_STATUS task_description=look >said &&
	test_grep "the context does not say pr_number" said
'

test_expect_success 'a service that is down for a moment is asked again, with another title' '
	: >"$TMPDIR/gh.words" && : >"$TMPDIR/gh.down" && echo more >>backend/app/api/routes/swaps.py &&
	test_tick &&
	signal OPS:COMMIT task_description="Use it" commit_context=why user_facing=no \
		changed_files=backend/app/api/routes/swaps.py >said &&
	grep -A 3 "^create$" "$TMPDIR/gh.words" | grep "use it" >titles &&
	test_write_lines "chore: use it" "chore: use it (2)" >expected &&
	test_cmp expected titles && test_grep "PR URL" said
'

test_expect_success 'a service that stays away is escalated with its attempts, and the rest is told' '
	echo away >tools/gone && printf "#!/bin/sh\necho no >&2; exit 7\n" >tools/gh &&
	git commit -q -am "chore: a service that is away" && rm tools/gone &&
	ops program allow pull-request:open && echo more >>backend/app/api/routes/swaps.py &&
	test_tick &&
	test_expect_code 1 signal OPS:COMMIT task_description="Use it" commit_context=why \
		user_facing=no changed_files=backend/app/api/routes/swaps.py >said &&
	test_grep "^PARTIAL: OPS:COMMIT" said && RUN=$(signal_run) &&
	cat 05-PROCESSES/packets/$RUN/*-escalation-* >escalation &&
	test_grep "^- attempt 3: tools/gh: .*7: no$" escalation &&
	test_grep "^Type: Resource$" escalation &&
	test_grep "^Done: commit, checks\.$" escalation
'

test_expect_success 'tests that fail keep the work from review, and are counted as what they are' '
	echo "exit 0" >tools/tests && git add tools/tests && git commit -q -m "chore: tests" &&
	configure <<-\EOF &&
	quality:
	  checks: {tests: {command: [sh, tools/tests], mandatory: yes}}
	  sets: {RELEASE_MANAGER: [commit-format, secrets, links, changelog, tests]}
	EOF
	ops program allow check:tests >said && : >"$TMPDIR/gh.words" &&
	echo "exit 1" >tools/tests && ops program allow check:tests >said &&
	echo more >>backend/app/api/routes/swaps.py && test_tick &&
	test_expect_code 1 signal OPS:COMMIT task_description="Use it" commit_context=why \
		user_facing=no changed_files=backend/app/api/routes/swaps.py >said &&
	test_grep "^PARTIAL: OPS:COMMIT" said && test_must_be_empty "$TMPDIR/gh.words" &&
	test_grep "^- check tests (mandatory): it ended with status 1; next: run it" said &&
	test_grep "step .pull-request. was not done" said &&
	RUN=$(signal_run) && cat 05-PROCESSES/packets/$RUN/*-result-* >results &&
	test_grep "^Quality-Gate: FAILED (5/7 = 71%)$" results &&
	test_grep "^Failed-Mandatory:" results && test_grep "^  - tests$" results &&
	test_grep "^Type: QualityGate$" 05-PROCESSES/packets/$RUN/*-escalation-* &&
	git checkout -q tools && configure <<-\EOF
	EOF
'

test_expect_success 'words for a review come from what is known, and none becomes an option' '
	test_sed 05-PROCESSES/ops.yaml "s/--title, .{title}./\"{title}\"/" &&
	configure </dev/null && ops program allow pull-request:open &&
	echo more >>backend/app/api/routes/swaps.py && test_tick &&
	test_expect_code 1 signal OPS:COMMIT task_description="x" commit_context=why \
		pr_title="--repo=elsewhere" user_facing=no \
		changed_files=backend/app/api/routes/swaps.py >said &&
	test_grep "would be an option of the command" said &&
	test_sed 05-PROCESSES/ops.yaml "s/{number}/{colour}/" &&
	test_expect_code 1 ops check >found &&
	test_grep "ops.yaml:.*{colour}.* is no word of a command about a review" found &&
	git checkout -q 05-PROCESSES/ops.yaml
'

# A session ends: what it found is written down, and what refers to it is looked at.

test_expect_success 'session: what was decided and what recurs is written down by the curator' '
	git checkout -q . && printf "%s\n" "<!-- ops-references: decisions -->" \
		"<!-- ops-references: end -->" >CLAUDE.md &&
	git add CLAUDE.md && git commit -q -m "docs: a guide" && test_tick &&
	cat >"$TEST_ROOT/session" <<-\EOF &&
	{"task_description": "Document the decisions of session 039",
	 "originating_domain": "COORD_OPS", "session": "Session 039",
	 "completed": "- [x] Session patterns extracted and documented\n- [x] PATTERNS.md has new entries\n- [x] ADR entries are in DECISIONS.md",
	 "current_state": "Files updated: `PATTERNS.md`, `DECISIONS.md`. Validation: passed.",
	 "pending": "- [ ] Refer to the new patterns in the guide\n- [ ] Cross-reference the session documents",
	 "risks": "none known",
	 "findings": "[[Mission Command]] recurs in sessions 038 and 039. [[Haiku for specialists]] was effective.",
	 "next": "update the guide",
	 "decisions": "- Haiku for specialists: they were fast enough and cheap",
	 "patterns": "- Mission Command: say what for, and leave the how"}
	EOF
	signal OPS:HANDOFF --context "$TEST_ROOT/session" >said &&
	signal_result said >message && without_times message >found &&
	S=$(ls 05-PROCESSES/sessions/session-039-*.md) &&
	cat >expected <<-EOF &&
	## Ops Result: OPS:HANDOFF

	**Status:** COMPLETE
	**Duration:** Ns
	**Quality Gate:** PASSED (2/2 = 100%)

	### Summary
	Wrote down what the session leaves. Brought the references of 1 file up to date. All references of 3 files lead somewhere.

	### Deliverables
	| Type | Value |
	|------|-------|
	| Session handoff | $S |
	| Patterns | PATTERNS.md |
	| Decisions | DECISIONS.md |

	### Agent Contributions
	- KNOWLEDGE_CURATOR: Handoff (Ns)
	- META_UPDATER: References (Ns)

	### Next Steps
	None.

	EOF
	test_cmp expected found &&
	git log -1 --format="%an: %s" -- CLAUDE.md >found &&
	test_write_lines "meta-updater: docs: refer to what the session left" >expected &&
	test_cmp expected found &&
	test_grep "^- .ADR-0001-.*: Haiku for specialists.(DECISIONS.md#adr-0001-" CLAUDE.md &&
	grep "^## ADR-0001-[0-9a-z]*: Haiku for specialists$" DECISIONS.md &&
	grep "^## Mission Command$" PATTERNS.md &&
	signal_events >found &&
	test_write_lines "1 COORD_OPS:COMPLETE" "1 COORD_OPS:HANDOFF" "2 COORD_OPS:SPAWN" \
		>expected && test_cmp expected found
'

# Everything is audited, by four agents at once; each is a program with a part of its own.

# agent_program ID FILE: what the agent of that id is from now on.
agent_program () {
	file=$(ops_path "$1") &&
	sed "2i\\
Command: [$2]" "$file" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$file" &&
	ops_commit_as $BOSS "chore: $1 is a program" && ops program allow "$1"
}

test_expect_success 'audit: four agents begin at once, and each has its part' '
	cat >tools/auditor <<-\EOF &&
	#!/bin/sh
	# Audits one part.  Does not end before all four have begun.
	cat >"$TMPDIR/$OPS_ACTOR.json"
	: >"$TMPDIR/$OPS_ACTOR.here"
	n=0
	while test "$(ls "$TMPDIR" | grep -c "\.here$")" -lt 4 && test $n -lt 100
	do
		n=$((n + 1)); sleep 0.1
	done
	case $OPS_ACTOR in
	release-manager) what="2 stale branches; 98 % of messages conform" ;;
	meta-updater) what="1 page is older than 30 days" ;;
	knowledge-curator) what="no decision is missing" ;;
	ci-liaison) test -f "$TMPDIR/ci.down" && exit 1; what="all pipelines are green" ;;
	esac
	echo "{\"status\": \"COMPLETE\", \"summary\": \"$what\","
	echo " \"deliverables\": [\"report of $OPS_ACTOR\"]}"
	EOF
	chmod +x tools/auditor && git add tools && git commit -q -m "chore: auditors" &&
	for agent in release-manager meta-updater knowledge-curator ci-liaison
	do
		agent_program $agent tools/auditor >/dev/null || return 1
	done &&
	test_tick && signal OPS:AUDIT task_description="Audit of the quarter" >said &&
	signal_result said >message && without_times message >found &&
	sed -n "/^### Agent/,/^### Next/p" found >parts &&
	cat >expected <<-\EOF &&
	### Agent Contributions
	- RELEASE_MANAGER: git-history (Ns)
	- META_UPDATER: documentation (Ns)
	- KNOWLEDGE_CURATOR: knowledge (Ns)
	- CI_LIAISON: pipelines (Ns)

	### Next Steps
	EOF
	test_cmp expected parts &&
	test_grep "^\*\*Quality Gate:\*\* PASSED (4/4 = 100%)$" found &&
	test_grep "2 stale branches; 98 % of messages conform" found &&
	ls "$TMPDIR" | grep -c "\.here$" >count && test_write_lines 4 >expected &&
	test_cmp expected count
'

test_expect_success 'audit: three of four are 75 %, less than the gate asks for, and are not thrown away' '
	rm -f "$TMPDIR"/*.here && : >"$TMPDIR/ci.down" && test_tick &&
	test_expect_code 1 signal OPS:AUDIT task_description="Audit of the quarter" >said &&
	test_grep "^PARTIAL: OPS:AUDIT" said &&
	test_grep "^\*\*Quality Gate:\*\* FAILED (3/4 = 75%)$" said &&
	test_grep "no decision is missing" said &&
	signal_events >found &&
	test_write_lines "1 COORD_OPS:ESCALATE" "1 COORD_OPS:FAILURE" "4 COORD_OPS:SPAWN" \
		>expected && test_cmp expected found &&
	ops signal --report "$(signal_run)" >report &&
	test_grep "^| CI_LIAISON | FAILED | [0-9]*s | it ended with status 1, " report &&
	test_grep "^- .*-escalation-.*, open: it ended with status 1" report
'

# A version is released; two agents have a part, two have none.

test_expect_success 'release: made, approved by somebody else, and told as a report' '
	test_sed 05-PROCESSES/ops.yaml "/^pull-request:/,\$d" &&
	configure <<-\EOF &&
	release: {files: {VERSION: "{version}"}}
	EOF
	echo 1.0.0 >VERSION && git add VERSION && git commit -q -m "chore: a version" &&
	test_tick &&
	signal OPS:RELEASE task_description="Release 1.1.0" version=1.1.0 >said &&
	test_grep "^WAITING" said && RUN=$(signal_run) &&
	ops signal --report "$RUN" >report &&
	test_grep "^\*\*Status:\*\* Waiting$" report &&
	test_grep "^| META_UPDATER | IN PROGRESS | " report &&
	test_grep ! "Quality Gate" report &&
	test_tick && ops --as $BOSS packet new approval "$RUN" Decision=Approve Reason=go &&
	test_tick && signal --resume "$RUN" >said &&
	test_grep "^\*\*Quality Gate:\*\* PASSED (2/2 = 100%)$" said &&
	ops signal --report "$RUN" >report && without_times report >found &&
	cat >expected <<-\EOF &&
	## Ops Quality Report

	**Timestamp:** TIME
	**Signal:** OPS:RELEASE
	**Status:** Complete
	**Agents Spawned:** 2

	### Results

	| Agent | Status | Duration | Notes |
	|-------|--------|----------|-------|
	| RELEASE_MANAGER | SUCCESS | Ns | Check + Versions + Release commit + Tag |
	| META_UPDATER | SUCCESS | Ns | CHANGELOG + [Unreleased] |
	| KNOWLEDGE_CURATOR | SKIPPED | - | Not applicable for OPS:RELEASE |
	| CI_LIAISON | SKIPPED | - | Not applicable for OPS:RELEASE |

	**Quality Gate:** PASSED (2/2 = 100%)

	### Deliverables

	EOF
	sed -e "/^\*\*Timestamp/s/ .*/ TIME/" -e "/^### Deliverables/q" found >top && echo >>top &&
	test_cmp expected top &&
	test_grep "^- Tag: .v1.1.0.$" found && test_grep "^None$" found &&
	ops_json result.verdict COMPLETE ops signal --report "$RUN" &&
	ops_unchanged 4 ops signal --report nothing-7k2f &&
	ops_unchanged 2 ops signal --report "$RUN" OPS:AUDIT
'

test_done
