# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Words of the tests of pipelines whose steps are programs with effects; read after
# test-lib.sh and signal-words.sh.

# agent_world [DIR]: two agents that note in DIR/effects (of $TMPDIR) that they ran, and
# pipelines of them: of OPS:CHAIN the second may be repeated, of OPS:ONCE none.
agent_world () {
	signal_world && mkdir tools &&
	test_write_lines "#!/bin/sh" "TMPDIR=${1:-\$TMPDIR}" >tools/agent &&
	cat >>tools/agent <<-\EOF &&
	echo "$OPS_ACTOR" >>"$TMPDIR/effects"
	cat >"$TMPDIR/$OPS_ACTOR.json"
	test ! -e "$TMPDIR/hang" || sleep 3600
	echo "to people" >&2
	echo '{"progress": 50}'
	echo "{\"status\": \"COMPLETE\", \"summary\": \"$OPS_ACTOR did it.\","
	echo " \"deliverables\": [\"by $OPS_ACTOR\"], \"output\": {\"from\": \"$OPS_ACTOR\"}}"
	EOF
	chmod +x tools/agent && git add tools && git commit -q -m "chore: a tool" &&
	for agent in knowledge-curator meta-updater
	do
		file=$(ops_path $agent) &&
		sed "2i\\
Command: [tools/agent]" "$file" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$file" || return 1
	done &&
	ops_commit_as $BOSS "chore: programs" &&
	cat >>05-PROCESSES/ops.yaml <<-\EOF &&
	signals:
	  "OPS:CHAIN": {agents: [KNOWLEDGE_CURATOR], pipeline: chain}
	  "OPS:ONCE": {agents: [KNOWLEDGE_CURATOR], pipeline: once}
	pipelines:
	  chain:
	    pattern: chain
	    steps:
	      first: {agent: KNOWLEDGE_CURATOR}
	      second: {agent: META_UPDATER, repeat: yes}
	  once:
	    pattern: chain
	    steps:
	      only: {agent: KNOWLEDGE_CURATOR}
	EOF
	version=$(sed -n "s/^version: //p" 05-PROCESSES/ops.yaml) &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: $((version + 1))/" &&
	ops_commit_as $GOV "chore: pipelines of our own" && test_tick &&
	ops program allow knowledge-curator >/dev/null && ops program allow meta-updater >/dev/null
}

# agent_effects AGENT: how often it ran.
agent_effects () {
	grep -c "^$1$" "$TMPDIR/effects"
}
