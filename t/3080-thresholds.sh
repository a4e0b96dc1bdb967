#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What needs several persons: decisions at a gate, and changes of the rules.

test_description='approvals and thresholds'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'a quality gate that two approve' '
	ops_world &&
	ops --as $BOSS new agent "Vic Second" -f Department=Quality &&
	ops --as $BOSS new agent "Vera Alias" -f Department=Quality -f Principal=vera &&
	ops --as $BOSS edit $QA -f Principal=vera &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from - <<-\EOF2 &&
	format: 1
	version: 2
	gates: {quality: {approvals: 2}}
	EOF2
	ops_task_at Review &&
	ops_step Signed swap-7k2f &&
	ops gate show swap-7k2f quality >out &&
	test_grep "recorded as requested" out &&
	test_grep "1 of 2 approvals" out
'

test_expect_success 'one person counts once, by whatever name' '
	ops_refused gate.once ops --as $QA gate approve swap-7k2f quality -e reports/test.log &&
	ops_refused gate.once ops --as vera-alias gate approve swap-7k2f quality -e reports/test.log &&
	ops_refused gate.order ops --as $LEAD gate request swap-7k2f post-governance \
		-s Outputs=x -s "Test Results"=x -s Documentation=x
'

test_expect_success 'the second opens it' '
	ops --as vic-second gate approve swap-7k2f quality -e reports/test.log &&
	ops_json result.gate.state approved ops gate show swap-7k2f quality &&
	ops_step Asked swap-7k2f
'

# proposal VERSION: the configuration that somebody would have.
proposal () {
	test_write_lines "format: 1" "version: $1" "thresholds: {configure: $2}" >proposal
}

test_expect_success 'two for the configuration, from now on' '
	ops --as $BOSS new agent "Gwen" -f Department=Governance \
		-f Role=governance-orchestrator &&
	proposal 3 2 &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from proposal
'

test_expect_success 'then nobody lowers it, or anything, alone' '
	proposal 4 1 &&
	ops_refused power.threshold ops --as $GOV edit 05-PROCESSES/ops.yaml --from proposal &&
	cp proposal 05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "Lower it" &&
	ops_audit_names power.threshold &&
	git reset -q --hard HEAD^
'

test_expect_success 'who may not agree, does not' '
	digest=sha256:$(sha256sum proposal | cut -d" " -f1) &&
	ops_refused power.missing ops --as $LEAD packet new endorsement swap-7k2f \
		Power=configure File=05-PROCESSES/ops.yaml Digest=$digest
'

test_expect_success 'with the agreement of another to these bytes, it goes' '
	ops --as gwen packet new endorsement swap-7k2f Power=configure \
		File=05-PROCESSES/ops.yaml Digest=$digest &&
	echo "# other" >>proposal &&
	ops_refused power.threshold ops --as $GOV edit 05-PROCESSES/ops.yaml --from proposal &&
	proposal 4 1 &&
	ops_refused power.threshold ops --as gwen edit 05-PROCESSES/ops.yaml --from proposal &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from proposal &&
	rm proposal
'

test_done
