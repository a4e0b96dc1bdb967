#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who is chosen for a task.  Every number here was computed by hand from the formulas of
# ops-plan(1).

test_description='choosing agents'
. "$(dirname "$0")/test-lib.sh"

# agent ID LINE...: lines for the header of an agent of ./team.
agent () {
	agent_file=$(find team/05-PROCESSES/agents -name "$1.md")
	shift
	for line
	do
		sed "/^Email: /a $line" "$agent_file" >new && mv new "$agent_file" || return 1
	done
}

# ended ID AGENT STATUS TYPE PROJECT STARTED DUE END REWORK: a task of the archive.
ended () {
	mkdir -p team/05-PROCESSES/completed-tasks/2025/12 &&
	{
		echo "---" &&
		sed -n "/^Title/p;/^Prompt/p;/^Priority/p" "$TEST_FIXTURES/task.md" &&
		test_write_lines "Version: 1.0.0" "Status: $3" "Owner: Operations Orchestrator" \
			"Assigned-To: $2" "Type: $4" "Project: $5" "Started: $6" "Due: $7" \
			"$(test "$3" = Complete && echo Completed || echo Cancelled): $8" \
			"Rework: $9" "Created: 2025-11-01" "Created-By: $LEAD" "---" &&
		sed "1,/^---\$/d" "$TEST_FIXTURES/task.md" | sed "1,/^---\$/d"
	} >"team/05-PROCESSES/completed-tasks/2025/12/$1.md"
}

# queued ID SED-EXPRESSION...: a queued task made of the fixture with these changes.
queued () {
	queued_id=$1
	shift
	cp "$TEST_FIXTURES/task.md" draft.md &&
	test_sed draft.md "$@" &&
	ops --as $LEAD new task --id "$queued_id" --from draft.md
}

# approved ID SED-EXPRESSION...: the same, and free to be assigned.
approved () {
	queued "$@" && ops_step Requested "$queued_id" && ops_step Approved "$queued_id"
}

NEEDS='/^Type:/a Capabilities: {c: 1, test: 0.5}'

test_expect_success 'a team with a record' '
	cp -R "$TEST_FIXTURES/world" team &&
	agent codegen "Capabilities: {c: 0.9, test: 0.5}" "Max-Concurrent: 4" &&
	agent scout "Capabilities: {test: 0.5, c: 0.9}" "Max-Concurrent: 4" &&
	agent docwriter "Capabilities: {docs: 1, c: 0.5}" "Max-Concurrent: 2" &&
	agent validator "Capabilities: {seal: 0.525}" "Max-Concurrent: 1" &&
	ended in-time Production/codegen Complete feature apollo 2025-12-01 2025-12-05 \
		2025-12-05 0 &&
	ended late Production/codegen Complete feature gemini 2025-12-01 2025-12-05 \
		2025-12-12 1 &&
	ended dropped Production/codegen Cancelled feature gemini 2025-12-08 2025-12-12 \
		2025-12-10 0 &&
	ended pages Production/docwriter Complete docs apollo 2025-12-01 2025-12-05 \
		2025-12-03 0 &&
	ops init --from team
'

# codegen: capability (0.9 x 1 + 0.5 x 0.5) / 2 = 0.575; success 2/3, efficiency
# (1 + 5/10) / 2 = 0.75, quality (1 + 1/2) / 2 = 0.75: 0.5 x 2/3 + 0.3 x 0.75 + 0.2 x 0.75
# = 0.7083; it knows docwriter, the one other of the team: cohesion 1.
# 0.4 x 0.575 + 0.3 x 1 + 0.2 x 0.7083 + 0.1 x 1 = 0.7717
test_expect_success 'four factors, their parts, and the sum' '
	queued swap-1111 "$NEEDS" "/^Type:/a Project: apollo" &&
	ops_json result.choices.0.agent Production/codegen ops plan swap-1111 &&
	for pair in score=0.7717 capability=0.575 workload=1 performance=0.7083 cohesion=1 \
		similar=3 completed=2 success=0.6667 efficiency=0.75 quality=0.75 team=1 known=1
	do
		ops_json result.choices.0.candidates.0.${pair%=*} ${pair#*=} \
			ops plan swap-1111 || return 1
	done &&
	ops_json result.history 4 ops plan swap-1111
'

# scout: 0.4 x 0.575 + 0.3 + 0.2 x 0.7 + 0.1 x 0 = 0.67, it knows none of two;
# docwriter: 0.4 x 0.25 + 0.3 + 0.2 x 0.7 + 0.1 x 1 = 0.64, c alone of c and test.
test_expect_success 'the others follow, and who cannot is last with the reason' '
	ops plan swap-1111 >table &&
	test_grep "^Production/docwriter *0.6400 *0.2500 *1.0000 *0.7000 *1.0000" table &&
	test_grep "^Research/scout *0.6700 *0.5750 *1.0000 *0.7000 *0.0000" table &&
	test_grep "^Quality/inspector *0.4400 *0.0000 *1.0000 *0.7000 *0.0000" table &&
	test_grep "^Operations/operations-orchestrator.* does not hold the power .work." table &&
	test_grep "0.772 = 0.4 x 0.575 capability + 0.3 x 1.000 workload" table
'

test_expect_success 'a clone chooses as its origin does, with a cache and without' '
	git clone -q . ../clone && ops plan --explain swap-1111 >table &&
	ops -C ../clone plan --explain swap-1111 >../clone.table && test_cmp table ../clone.table &&
	rm -rf .git/ops && ops plan --explain swap-1111 >again && test_cmp table again &&
	test_grep "^Production/codegen" table && rm table again
'

# No project: 0.5.  codegen 0.23 + 0.3 + 0.1417 + 0.05; scout without a record 0.14.
test_expect_success 'without a project cohesion is one half' '
	queued bare-1111 "$NEEDS" &&
	ops_json result.choices.0.candidates.0.score 0.7217 ops plan bare-1111 &&
	ops_json result.choices.0.candidates.1.score 0.72 ops plan bare-1111
'

test_expect_success 'without history performance is 0.7, and equals go to the first by path' '
	queued tie-1111 "$NEEDS" "s/^Type: .*/Type: chore/" &&
	ops_json result.choices.0.candidates.0.agent Production/codegen ops plan tie-1111 &&
	ops_json result.choices.0.candidates.0.score 0.72 ops plan tie-1111 &&
	ops_json result.choices.0.candidates.1.agent Research/scout ops plan tie-1111 &&
	ops_json result.choices.0.candidates.1.score 0.72 ops plan tie-1111
'

test_expect_success 'a task that asks for nothing is matched by everybody' '
	queued free-1111 "s/^Type: .*/Type: chore/" &&
	ops_json result.choices.0.candidates.0.capability 1 ops plan free-1111 &&
	ops_json result.choices.0.candidates.0.score 0.89 ops plan free-1111
'

test_expect_success 'a weight of zero asks for nothing, and still counts as asked' '
	queued zero-1111 "/^Type:/a Capabilities: {c: 1, docs: 0}" "s/^Type: .*/Type: chore/" &&
	ops_json result.choices.0.candidates.0.capability 0.45 ops plan zero-1111
'

# 0.4 x 0.525 + 0.3 + 0.14 + 0.05 = 0.7 and not above it.
test_expect_success 'a score that is just the threshold is not above it' '
	queued edge-1111 "/^Type:/a Capabilities: {seal: 1}" "s/^Type: .*/Type: chore/" &&
	ops_step Requested edge-1111 && ops_step Approved edge-1111 &&
	ops_json result.choices.0.candidates.0.agent Quality/validator ops plan edge-1111 &&
	ops_json result.choices.0.verdict queue ops plan edge-1111 &&
	ops plan edge-1111 >out && test_grep "has 0.700, and it must be above 0.7" out
'

test_expect_success 'what nobody can do is queued, and escalated if it is critical' '
	queued rust-1111 "/^Type:/a Capabilities: {rust: 1}" &&
	ops_step Requested rust-1111 && ops_step Approved rust-1111 &&
	ops_json result.choices.0.verdict queue ops plan rust-1111 &&
	queued rust-2222 "/^Type:/a Capabilities: {rust: 1}" "s/^Priority: .*/Priority: CRITICAL/" &&
	ops_step Requested rust-2222 && ops_step Approved rust-2222 &&
	ops_json result.choices.0.verdict escalate ops plan rust-2222 &&
	ops plan rust-2222 >out &&
	test_grep "no suitable agent for critical task" out
'

test_expect_success 'it is not assigned, and says so' '
	ops_unchanged 1 ops --as $LEAD assign --auto rust-1111 &&
	test_grep "no suitable agent" "$TEST_ROOT/refused.out" &&
	ops_unchanged 1 ops --as $LEAD --json assign --auto rust-1111 &&
	test_grep "\"verdict\":\"queue\"" "$TEST_ROOT/refused.out"
'

# Nobody is told of by the id of the task twice: the packet is there.
test_expect_success 'a critical one is escalated by a packet, once' '
	ops_unchanged 1 ops --as $LEAD assign --auto --dry-run rust-2222 &&
	test_expect_code 1 ops --as $LEAD assign --auto rust-2222 >out &&
	test_grep "(CRITICAL): escalate, no suitable agent for critical task" out &&
	git log -1 --format=%B >message && test_grep "rust-2222 is escalated" message &&
	cat 05-PROCESSES/packets/rust-2222/*-escalation-* >packet &&
	test_grep "^Type: Resource" packet && test_grep "^From: $LEAD" packet &&
	test_grep "no suitable agent for critical task" packet &&
	ops_json result.fields.Status Queued ops show rust-2222 &&
	ops_unchanged 1 ops --as $LEAD assign --auto rust-2222 &&
	ops_unchanged 0 ops --as $LEAD plan --apply
'

test_expect_success 'what the gate has not let through is refused by the judge' '
	ops_refused gate.missing ops --as $LEAD assign --auto tie-1111 &&
	ops_json result.choices.1.verdict wait ops plan &&
	ops plan >out && test_grep "gate .pre-governance. has not been asked" out
'

test_expect_success 'asked for by its name it waits as in the list, and who is best is shown' '
	ops_json result.choices.0.verdict wait ops plan tie-1111 &&
	ops_json result.choices.0.reason "gate '\''pre-governance'\'' has not been asked" ops plan tie-1111 &&
	ops plan tie-1111 >out && test_grep "^tie-1111 (.*): wait, gate .pre-governance. has not been asked" out &&
	test_grep "^[A-Z][a-z]*/[a-z]*: 0.* = 0.4 x " out &&
	test_expect_code 1 ops --as $LEAD assign --auto tie-1111 >out && test_grep ": wait, gate" out
'

test_expect_success '--auto assigns to the best and records how it was chosen' '
	ops_step Requested swap-1111 && ops_step Approved swap-1111 &&
	ops_unchanged 0 ops --as $LEAD assign --auto --dry-run swap-1111 &&
	test_grep "would assign swap-1111" "$TEST_ROOT/refused.out" &&
	ops --as $LEAD assign --auto --explain swap-1111 >out &&
	test_grep "0.772 = 0.4 x 0.575 capability" out &&
	test_grep "^TASK" out &&
	git log -1 --format=%B >message &&
	test_grep "^chore(ops): assign swap-1111" message &&
	test_grep "swap-1111 to Production/codegen: 0.772 = 0.4 x 0.575" message &&
	test_grep "^Ops-Action: assign" message &&
	ops_json result.fields.Assigned-To Production/codegen ops show swap-1111
'

# 1 of 4 tasks: workload 0.75; 0.23 + 0.225 + 0.14 + 0.05 = 0.645, so scout is next.
test_expect_success 'its work now counts' '
	ops_json result.choices.0.candidates.0.agent Research/scout ops plan tie-1111 &&
	ops_json result.choices.0.candidates.1.score 0.645 ops plan tie-1111 &&
	ops_json result.choices.0.candidates.1.workload 0.75 ops plan tie-1111
'

test_expect_success 'an agent at its limit takes nothing' '
	approved seal-1111 "/^Type:/a Capabilities: {seal: 1}" &&
	ops --as $LEAD assign seal-1111 validator &&
	ops plan edge-1111 >out &&
	test_grep "^Quality/validator .*has 1 of 1 tasks" out &&
	ops_json result.choices.0.agent Production/codegen-alt ops plan edge-1111
'

test_expect_success 'who may not assign may not choose either' '
	approved chore-1111 "s/^Type: .*/Type: chore/" &&
	ops_refused power.missing ops --as $DEV assign --auto chore-1111 &&
	ops_refused power.missing ops --as $DEV plan --apply
'

test_expect_success 'a plan gives each the work that is left, the gravest first' '
	approved chore-2222 "s/^Type: .*/Type: chore/" "s/^Priority: .*/Priority: CRITICAL/" &&
	approved chore-3333 "s/^Type: .*/Type: chore/" "s/^Priority: .*/Priority: LOW/" &&
	ops plan >out && sed -n "/^chore/p" out >rows &&
	test_grep "^chore-2222 *CRITICAL *assign *Production/codegen-alt *0.8900" rows &&
	test_grep "^chore-1111 *HIGH *assign *Production/docwriter *0.8900" rows &&
	test_grep "^chore-3333 *LOW *assign *Quality/alice-checker *0.8900" rows &&
	test_line_count = 3 rows
'

test_expect_success 'it is applied as one commit, without what waits' '
	before=$(git rev-list --count HEAD) &&
	ops_unchanged 0 ops --as $LEAD plan --apply --dry-run &&
	ops --as $LEAD plan --apply >out &&
	test $(git rev-list --count HEAD) -eq $((before + 1)) &&
	git log -1 --format=%B >message &&
	test_grep "^chore(ops): assign 3 documents" message &&
	test_grep "chore-1111 to Production/docwriter: 0.890 = 0.4 x 1.000" message &&
	ops_json result.fields.Assigned-To Quality/alice-checker ops show chore-3333 &&
	ops_unchanged 0 ops --as $LEAD plan --apply
'

test_expect_success 'what the judge refuses is left out by name, the rest is done' '
	approved short-1111 "s/^Type: .*/Type: chore/" "/^## Resources/,\$d" &&
	approved chore-4444 "s/^Type: .*/Type: chore/" &&
	ops --as $LEAD plan --apply >out 2>err &&
	test_grep "assign chore-4444" out &&
	test_grep ! short-1111 out &&
	test_grep "task.parts.*left out" err &&
	ops_json result.fields.Status Queued ops show short-1111
'

test_expect_success 'when all is refused, that is the answer' '
	ops_unchanged 1 ops --as $LEAD plan --apply &&
	test_grep "all that could be done is refused" "$TEST_ROOT/refused.err"
'

test_expect_success 'a department that is no expert, an agent away or inactive' '
	cp -R team other && rm -rf other/.git &&
	echo "format: 1
version: 1
selection:
  departments: {chore: [Quality]}" >other/05-PROCESSES/ops.yaml &&
	sed "/^Email/a Away: [2026-01-12..2026-01-16]" team/05-PROCESSES/agents/Quality/inspector.md \
		>other/05-PROCESSES/agents/Quality/inspector.md &&
	sed "s/^Status: .*/Status: Inactive/" team/05-PROCESSES/agents/Quality/validator.md \
		>other/05-PROCESSES/agents/Quality/validator.md &&
	mkdir sub && git init -q sub && (
		cd sub &&
		ops init --from ../other &&
		queued chore-1111 "s/^Type: .*/Type: chore/" &&
		ops plan chore-1111 >../out
	) &&
	test_grep "^Quality/alice-checker *0.8900.*-\$" out &&
	test_grep "^Production/codegen .*Production takes no tasks of type .chore." out &&
	test_grep "^Quality/inspector .*is away today" out &&
	test_grep "^Quality/validator .*is not active" out
'

# config_refused TEXT LINE...: a repository with these lines in ops.yaml is refused.
config_refused () {
	text=$1
	shift
	rm -rf bad badrepo && cp -R "$TEST_FIXTURES/world" bad &&
	test_write_lines "format: 1" "version: 1" "$@" >bad/05-PROCESSES/ops.yaml &&
	git init -q badrepo &&
	test_expect_code 1 ops -C badrepo init --from ../bad >out 2>err &&
	test_grep "config.invalid" err && test_grep "$text" err
}

test_expect_success 'weights sum to 1, and other impossible numbers are refused' '
	config_refused "sum to 1.1, and must sum to 1" "selection:" "  weights: {capability: 0.5}" &&
	config_refused "must be from 0 to 1" "selection:" \
		"  weights: {capability: 1.2, workload: -0.2, performance: 0, cohesion: 0}" &&
	config_refused "sum to 1.2" "selection:" "  performance: {success: 0.7}" &&
	config_refused "is no period" "selection:" "  history: a while" &&
	config_refused "is no department" "selection:" "  departments: {chore: [Nowhere]}" &&
	config_refused "working-days" "calendar:" "  working-days: [Monday]" &&
	config_refused "no day and no range" "calendar:" "  holidays: [2026-02-30]" &&
	config_refused "duration" "progress:" "  stalled: soon" &&
	config_refused "must be from 1 to" "rebalance:" "  over: 0.5"
'

test_expect_success 'weights of zero leave the factor out' '
	rm -rf bad badrepo && cp -R team bad &&
	test_write_lines "format: 1" "version: 1" "selection:" \
		"  weights: {capability: 1, workload: 0, performance: 0, cohesion: 0}" \
		>bad/05-PROCESSES/ops.yaml &&
	git init -q badrepo &&
	(
		cd badrepo && ops init --from ../bad &&
		queued swap-1111 "$NEEDS" &&
		ops_json result.choices.0.candidates.0.score 0.575 ops plan swap-1111
	)
'

# crowd LINE: that line of `ops batch` for each of 230 tasks, ID being its id.
crowd () {
	awk -v line="$1" 'BEGIN {
		for (i = 1; i <= 230; i++) {
			one = line
			sub("ID", sprintf("crowd-%04d", i), one)
			print one
		}
	}'
}
MAKE='{"action": "new", "target": "task", "id": "ID", "fields": {"Title": "Crowd",
"Type": "chore", "Due": "2026-03-01", "Prompt": "delivery-prompt"}, "sections":
{"Objective": "Print 1.", "Scope": "`a.c`", "Acceptance Criteria": "`make` prints 1",
"Verification": "`make`", "Not Your Job": "The rest.", "Timeline": "A day.",
"Dependencies": "None.", "Resources": "None."}}'
ASK='{"action": "gate.request", "target": "ID", "gate": "pre-governance", "sections":
{"Scope": "s", "Approach": "a", "Risk Assessment": "r", "Documentation": "d"}}'
GRANT='{"action": "gate.approve", "target": "ID", "gate": "pre-governance", "reason": "ok"}'
one_line () {
	echo "$1" | tr "\n" " "
}

test_expect_success 'more than one message can name is several commits, and one answer' '
	rm -rf bad badrepo && cp -R "$TEST_FIXTURES/world" bad &&
	sed "/^Email: /a Max-Concurrent: 1000" bad/05-PROCESSES/agents/Production/codegen.md >new &&
	mv new bad/05-PROCESSES/agents/Production/codegen.md &&
	git init -q badrepo &&
	(
		cd badrepo && ops init --from ../bad &&
		crowd "$(one_line "$MAKE")" | ops --as $LEAD batch >/dev/null &&
		crowd "$(one_line "$ASK")" | ops --as $LEAD batch >/dev/null &&
		crowd "$GRANT" | ops --as $GOV batch >/dev/null &&
		ops_json result.acts.# 230 ops --as $LEAD plan --apply --dry-run &&
		ops --as $LEAD --key crowd plan --apply >out &&
		test $(git rev-list --count HEAD) -eq 6 &&
		grep -c "^assign .*($(git rev-parse --short=7 HEAD~1))" out >first &&
		grep -c "^assign .*($(git rev-parse --short=7 HEAD))" out >second &&
		test $(($(cat first) + $(cat second))) -eq 230 && ! grep -qx 0 first second &&
		ops_unchanged 0 ops --as $LEAD --key crowd plan --apply &&
		test_grep "done already" "$TEST_ROOT/refused.err" &&
		ops_unchanged 0 ops --as $LEAD plan --apply &&
		ops audit verify
	)
'

test_expect_success 'the branch moves to all of them at once' '
	git -C badrepo reflog main >moves && test_line_count = 5 moves &&
	test_grep "main@{0}: commit: chore(ops): assign 23 documents" moves
'

# One that is refused lies in the first message, one in the second.
test_expect_success 'what is refused in one of several commits is left out of it alone' '
	cd badrepo &&
	git reset -q --hard HEAD~2 &&
	for id in aa-1111 zz-1111
	do
		approved $id "s/^Type: .*/Type: chore/;s/^Priority: .*/Priority: MEDIUM/" \
			"/^## Resources/,\$d" || return 1
	done &&
	ops_unchanged 0 ops --as $LEAD plan --apply --dry-run &&
	test_grep "^would assign crowd-0230" "$TEST_ROOT/refused.out" &&
	before=$(git rev-list --count HEAD) &&
	ops --as $LEAD plan --apply >out 2>err &&
	test $(git rev-list --count HEAD) -eq $((before + 2)) &&
	grep "^assign crowd-" out >done && test_line_count = 230 done &&
	test_grep "aa-1111.md.*left out" err && test_grep "zz-1111.md.*left out" err &&
	ops_unchanged 1 ops --as $LEAD plan --apply &&
	ops audit verify --accept-rewrite &&
	cd ..
'

test_expect_success 'a capability that is no number is named, and counts as none' '
	queued odd-1111 "/^Type:/a Capabilities: {c: much, test: 3, docs: -1}" &&
	test_expect_code 1 ops plan odd-1111 >out 2>err &&
	test_grep "odd-1111.md:6:.*field.value.*.c. in Capabilities is .much." err &&
	test_grep "not a number from 0 to 1" err
'

test_expect_success 'wrong usage is said' '
	test_expect_code 2 ops --as $LEAD assign tie-1111 &&
	test_expect_code 2 ops --as $LEAD assign --auto tie-1111 codegen &&
	test_expect_code 2 ops --as $LEAD assign --explain tie-1111 codegen &&
	test_expect_code 2 ops plan --apply tie-1111 &&
	test_expect_code 2 ops plan --dry-run &&
	test_expect_code 4 ops plan nowhere-1111 &&
	test_expect_code 2 ops plan swap-1111
'

test_expect_success 'the archive is read wherever the type puts its tasks' '
	git init -q ../other && cd ../other && ops_world && ops_task_at Complete done-1 && ops_task other-1 &&
	ops plan --explain >out && test_grep "archive that count: 1$" out &&
	n=1 && for place in "{archive}/{id}.md" "{archive}/{year}/{id}.md" "{archive}/x/{id}.md" \
		"{archive}/{year}/{month}/{id}.md" "05-PROCESSES/old/{id}.md"
	do
		n=$((n + 1)) && sed "/^types:/,\$d;s/^version:.*/version: $n/" 05-PROCESSES/ops.yaml >../yaml &&
		printf "types: {task: {archive: \"%s\", paths: [\"%s\", \"%s\"]}}\n" "$place" \
			"05-PROCESSES/completed-tasks/**/*.md" "05-PROCESSES/old/*.md" >>../yaml &&
		ops --as $GOV edit 05-PROCESSES/ops.yaml --from ../yaml &&
		ops_task_at Complete done-$n &&
		ops plan --explain >out && test_grep "archive that count: $n$" out || return 1
	done &&
	cd ../trash
'

test_done
