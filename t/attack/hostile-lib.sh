# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Hostile repositories: configuration, attributes, hooks, filters and names that would
# run a program or write elsewhere, if anything believed them.  Each hostile_NAME makes
# the repository in the current directory so; what is run leaves $CANARY.NAME, and
# what lies in $OUTSIDE must stay as it is.  Read after attack-lib.sh.

CANARY=$TEST_ROOT/canary
OUTSIDE=$TEST_ROOT/outside

# trap_for NAME: the path of a program that leaves the canary, and fails.
trap_for () {
	mkdir -p "$TEST_ROOT/traps" &&
	printf '#!/bin/sh\n: >"%s"\nexit 1\n' "$CANARY.$1" >"$TEST_ROOT/traps/$1" &&
	chmod +x "$TEST_ROOT/traps/$1" && echo "$TEST_ROOT/traps/$1"
}

hostile_fsmonitor () {
	git config core.fsmonitor "$(trap_for fsmonitor)" && git config core.untrackedCache true
}

hostile_hooks () {
	mkdir -p .git/hooks .evil && for hook in applypatch-msg pre-applypatch post-applypatch \
		pre-commit pre-merge-commit prepare-commit-msg commit-msg post-commit pre-rebase \
		post-checkout post-merge pre-push pre-receive update proc-receive post-receive \
		post-update reference-transaction push-to-checkout pre-auto-gc post-rewrite \
		fsmonitor-watchman post-index-change
	do
		cp "$(trap_for hooks)" .git/hooks/$hook && cp "$(trap_for hooks)" .evil/$hook || return 1
	done
	git config core.hooksPath "$PWD/.evil"
}

hostile_signatures () {
	for key in gpg.program gpg.ssh.program gpg.openpgp.program gpg.x509.program \
		gpg.ssh.defaultKeyCommand
	do
		git config $key "$(trap_for signatures)" || return 1
	done
	git config gpg.format ssh && git config commit.gpgsign true &&
	git config user.signingkey "$OUTSIDE/key" &&
	git config gpg.ssh.allowedSignersFile "$OUTSIDE/signers"
}

hostile_transport () {
	git config core.sshCommand "$(trap_for transport)" &&
	git config core.gitProxy "$(trap_for transport)" &&
	git config remote.origin.url "ext::$(trap_for transport)" &&
	git config remote.origin.uploadpack "$(trap_for transport)" &&
	git config remote.origin.receivepack "$(trap_for transport)" &&
	git config uploadpack.packObjectsHook "$(trap_for transport)" &&
	git config core.alternateRefsCommand "$(trap_for transport)" &&
	git config protocol.ext.allow always && git config remote.origin.vcs evil
}

hostile_filters () {
	echo '* filter=evil diff=evil merge=evil' >.gitattributes &&
	echo '* filter=evil' >.git/info/attributes &&
	for key in filter.evil.clean filter.evil.smudge filter.evil.process diff.evil.command \
		diff.evil.textconv diff.external merge.evil.driver
	do
		git config $key "$(trap_for filters)" || return 1
	done
	git config filter.evil.required true &&
	git config core.attributesFile "$PWD/.git/info/attributes"
}

hostile_editors () {
	for key in core.editor sequence.editor core.pager core.askPass pager.log pager.show \
		interactive.diffFilter diff.tool web.browser browser.evil.cmd help.browser
	do
		git config $key "$(trap_for editors)" || return 1
	done
}

hostile_helpers () {
	git config credential.helper "!$(trap_for helpers)" &&
	git config alias.ops "!$(trap_for helpers)" && git config alias.log "!$(trap_for helpers)" &&
	git config alias.status "!$(trap_for helpers)" && git config trailer.ops.cmd "$(trap_for helpers)" &&
	git config ops.editor "$(trap_for helpers)" && git config ops.pager "$(trap_for helpers)"
}

hostile_includes () {
	printf '[core]\n\tfsmonitor = %s\n\teditor = %s\n' "$(trap_for includes)" "$(trap_for includes)" \
		>.git/evil.config && git config include.path evil.config &&
	git config "includeIf.gitdir:/**.path" evil.config
}

hostile_worktree_config () {
	git config extensions.worktreeConfig true &&
	printf '[core]\n\tfsmonitor = %s\n\thooksPath = %s/.evil\n' "$(trap_for worktree_config)" \
		"$PWD" >.git/config.worktree
}

hostile_elsewhere () {
	git config core.worktree "$OUTSIDE/dir"
}

hostile_submodules () {
	printf '[submodule "evil"]\n\tpath = evil\n\turl = ext::%s\n\tupdate = !%s\n' \
		"$(trap_for submodules)" "$(trap_for submodules)" >.gitmodules &&
	git config submodule.evil.update "!$(trap_for submodules)" &&
	git config submodule.recurse true && git config status.submoduleSummary true &&
	git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),evil"
}

hostile_names () {
	for name in '$(touch canary.names)' '`touch canary.names`' ';touch canary.names' '--exec=touch' \
		'|touch canary.names' "$(printf 'a\ntouch canary.names')" '-f' '.git2'
	do
		cp $A/queued-1.md "$A/$name.md" && mkdir -p "$P/$name" &&
		cp $A/queued-1.md "$P/$name/20260115T000000Z-x-aaaa.md" || return 1
	done
}

hostile_embedded () {
	mkdir -p docs && git init -q --bare docs/evil && rm -rf docs/evil/hooks &&
	git -C docs/evil config core.fsmonitor "$(trap_for embedded)" &&
	git -C docs/evil config core.worktree .. &&
	git -C docs/evil config core.bare false && cp -a docs/evil 05-PROCESSES/evil
}

hostile_links () {
	ln -s "$OUTSIDE/file" $A/link-1.md && rm -rf reports && ln -s "$OUTSIDE/dir" reports &&
	mkdir -p $P && ln -s "$OUTSIDE/dir" $P/queued-1 && rm -f $A/requested-1.md &&
	ln -s "$OUTSIDE/file" $A/requested-1.md && rm -rf 05-PROCESSES/completed-tasks &&
	ln -s "$OUTSIDE/dir" 05-PROCESSES/completed-tasks
}

hostile_git_links () {
	rm -rf .git/ops && ln -s "$OUTSIDE/dir" .git/ops && mkdir -p .git/logs/refs/heads &&
	ln -sf "$OUTSIDE/file" .git/ORIG_HEAD && ln -sf "$OUTSIDE/file" .git/ops.lock
}

hostile_own_settings () {
	git config ops.branch "../../../../outside/dir" &&
	git config ops.actor "\$(touch $CANARY.own_settings)"
}

hostile_all="fsmonitor hooks signatures transport filters editors helpers includes
	worktree_config elsewhere submodules names embedded links git_links own_settings"

# What must stay as it is.
hostile_outside () {
	find "$OUTSIDE" -exec ls -ld --time-style=full-iso {} + && cat "$OUTSIDE/file"
}

# Every command that there is, with and without a plausible word; then acts.
hostile_commands () {
	ops help --json | grep -o '"name": *"[a-z -]*"' | sed 's/.*: *"//;s/"$//' | sort -u \
		>"$TEST_ROOT/commands" || return 1
	test -s "$TEST_ROOT/commands" || return 1
	while read -r command
	do
		# It is git fetch and git push, with all that git does for a remote.
		test "$command" != sync || continue
		# shellcheck disable=SC2086 # a command may be two words
		for words in "" queued-1 "requested-1 pre-governance" "--at HEAD"
		do
			OPS_ACTOR=$LEAD timeout 20 ops $command $words >>"$TEST_ROOT/said" 2>&1 </dev/null
			test $? -lt 124 || {
				echo "ops $command $words: it crashed, or did not end"
				return 1
			}
		done
	done <"$TEST_ROOT/commands"
	for words in "edit queued-1 -f Priority=LOW" "cancel queued-1 -m no" "assign approved-1 $DEV" \
		"complete decided-1" "new task --id more-1 --from $TEST_FIXTURES/task.md" \
		"act deactivate scout" "check" "audit verify"
	do
		# shellcheck disable=SC2086
		OPS_ACTOR=$LEAD timeout 20 ops $words >>"$TEST_ROOT/said" 2>&1 </dev/null
		test $? -lt 124 || return 1
	done
}

# hostile_try NAME...: a repository that is all of these.
hostile_try () {
	rm -rf "$TEST_ROOT/work" "$OUTSIDE" "$CANARY".* && mkdir -p "$OUTSIDE/dir" &&
	echo untouched >"$OUTSIDE/file" && cp -a "$TRASH" "$TEST_ROOT/work" &&
	cd "$TEST_ROOT/work" || return 1
	for hostile_name
	do
		"hostile_$hostile_name" || return 1
	done
	hostile_outside >"$TEST_ROOT/outside.before"
	hostile_commands || return 1
	if test -d docs/evil
	then
		(cd docs/evil && hostile_commands) || return 1
	fi
	hostile_outside >"$TEST_ROOT/outside.after"
	diff -u "$TEST_ROOT/outside.before" "$TEST_ROOT/outside.after" || return 1
	found=$(find "$TEST_ROOT" -maxdepth 4 -name 'canary.*')
	test -z "$found" || { echo "was run: $found"; return 1; }
	cd "$TRASH" || return 1
}
