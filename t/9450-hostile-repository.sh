#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Nothing in a hostile repository makes ops run a program or write outside of it, whatever
# the command: here all of it at once, one by one in t/slow/9340-hostile-repositories.sh.
# What ops sync and ops resolve would have git run is tried setting by setting.

test_description='a hostile repository'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"
. "$TEST_DIRECTORY/attack/hostile-lib.sh"

test_expect_success 'the standard repository' '
	attack_world && git gc -q && rm -rf .git/hooks
'

test_expect_success 'a canary that is run is seen' '
	mkdir -p "$OUTSIDE" && hostile_hooks && hostile_fsmonitor && hostile_filters &&
	{ git status >/dev/null 2>&1 || : "its filter fails"; } &&
	test_path_is_file "$CANARY.fsmonitor" && rm -f "$CANARY".* &&
	git config --unset core.hooksPath && rm -rf .evil .git/hooks .gitattributes \
		.git/info/attributes && git config --remove-section filter.evil &&
	git config --remove-section diff.evil && git config --unset core.fsmonitor &&
	git config --unset core.attributesFile && git config --remove-section merge.evil &&
	git config --unset diff.external && git reset -q --hard
'

test_expect_success 'all that is hostile and can be together' '
	hostile_try fsmonitor hooks signatures transport filters editors helpers includes \
		names embedded own_settings
'

# distrusts NAME SETTING VALUE: ops sync refuses a clone that says so, by name, and runs
# nothing of it; and the same is run where the user allows it, so it was a danger.
distrusts () {
	git config --replace-all "$2" "$3" || return 1
	ops_sync 3 && test_grep "'$(printf %.60s "$2")" err && test_grep "ops.allowLocal '$1 " err &&
	test_path_is_missing "$CANARY.transport" || return 1
	git config --unset-all "$2"
}

# ops_sync STATUS: with somebody to act.
ops_sync () {
	OPS_ACTOR=$LEAD test_expect_code "$1" ops sync 2>err >out || { cat err; return 1; }
}

test_expect_success 'a clone with an upstream to synchronise with' '
	git clone -q --bare . "$TEST_ROOT/up.git" && git clone -q "$TEST_ROOT/up.git" ../synced &&
	cd ../synced && ops_sync 0 && ops --as $LEAD edit queued-1 -f Priority=LOW && ops_sync 0
'

test_expect_success 'ops sync runs nothing that the clone chose' '
	cd ../synced && trap=$(trap_for transport) &&
	distrusts core.sshCommand core.sshcommand "$trap" &&
	distrusts core.gitProxy core.gitproxy "$trap" &&
	distrusts core.askPass core.askpass "$trap" &&
	distrusts core.alternateRefsCommand core.alternaterefscommand "$trap" &&
	distrusts credential.helper credential.helper "!$trap" &&
	distrusts credential.helper credential.https://example.org.helper "!$trap" &&
	distrusts remote.vcs remote.origin.vcs evil &&
	distrusts remote.uploadpack remote.origin.uploadpack "$trap" &&
	distrusts remote.receivepack remote.origin.receivepack "$trap" &&
	distrusts remote.url remote.origin.pushurl "ext::$trap" &&
	distrusts url.insteadOf url.ext::.insteadof "$TEST_ROOT" &&
	distrusts url.insteadOf "url.ext::sh -c $trap #.pushinsteadof" "$TEST_ROOT" &&
	distrusts url.insteadOf url.e.insteadof "$TEST_ROOT" &&
	distrusts protocol.allow protocol.allow always &&
	distrusts protocol.allow protocol.ext.allow always &&
	distrusts http.saveCookies http.savecookies true &&
	distrusts http.saveCookies http.https://example.org.savecookies yes && ops_sync 0
'

test_expect_success 'nor by another address, nor in a directory that came with it' '
	cd ../synced && was=$(git config remote.origin.url) &&
	git clone -q --bare . .evil.git && mkdir -p .evil.git/hooks &&
	cp "$(trap_for transport)" .evil.git/hooks/pre-receive &&
	for url in "ext::$(trap_for transport)" "ext://$(trap_for transport)" "fd::7" fd://7 evil://x ::x .evil.git ./.evil ".git/../.evil.git" \
		"$PWD/.evil.git" "file://$PWD/.evil.git"
	do
		git config remote.origin.url "$url" && ops_sync 3 &&
		test_grep "remote.origin.url = " err || return 1
	done &&
	git config remote.origin.url "$was" && ops_sync 0 && test_path_is_missing "$CANARY.transport"
'

test_expect_success 'what is included, or of a work tree, is of the clone' '
	cd ../synced && printf "[core]\n\tsshCommand = %s\n" "$(trap_for transport)" >.git/more &&
	git config include.path more && ops_sync 3 && test_grep "core.sshcommand = " err &&
	git config --unset include.path && git config extensions.worktreeConfig true &&
	mv .git/more .git/config.worktree && ops_sync 3 && test_grep "core.sshcommand = " err &&
	rm .git/config.worktree && git config --unset extensions.worktreeConfig && ops_sync 0
'

test_expect_success 'another remote than the one that is asked stops nobody, a promisor does' '
	cd ../synced && git remote add other "ext::$(trap_for transport)" &&
	git config remote.orig.vcs evil && git config remote.origin2.vcs evil && ops_sync 0 &&
	git config remote.other.promisor true && ops_sync 3 && test_grep "remote.other.url = " err &&
	git remote remove other && git config --remove-section remote.orig &&
	git config --remove-section remote.origin2 && test_path_is_missing "$CANARY.transport"
'

test_expect_success 'so does one that only the extension for partial clones names' '
	cd ../synced && git config core.repositoryFormatVersion 0 && git remote add other "$TEST_ROOT/up.git" &&
	git config remote.other.uploadpack "$(trap_for transport)" && ops_sync 0 &&
	git config extensions.partialClone other &&
	test_expect_code 128 git cat-file -p 1111111111111111111111111111111111111111 2>err &&
	test_path_is_file "$CANARY.transport" && rm "$CANARY.transport" &&
	ops_sync 3 && test_grep "remote.other.uploadpack = " err && test_path_is_missing "$CANARY.transport" &&
	git config --unset extensions.partialClone && git remote remove other
'

test_expect_success 'a remote that is a directory elsewhere has hooks of its own' '
	cd ../synced && mkdir -p "$TEST_ROOT/up.git/hooks" &&
	cp "$(trap_for transport)" "$TEST_ROOT/up.git/hooks/pre-receive" &&
	ops --as $LEAD edit queued-1 -f Priority=HIGH && OPS_ACTOR=$LEAD test_must_fail ops sync &&
	test_path_is_file "$CANARY.transport" && rm -f "$CANARY.transport" \
		"$TEST_ROOT/up.git/hooks/pre-receive" && ops_sync 0
'

test_expect_success 'what is harmless, empty, or false is left alone' '
	cd ../synced && git config credential.helper "" && git config protocol.ext.allow never &&
	git config http.saveCookies false && git config url.https://example.org/.insteadOf ex: &&
	git config remote.origin.uploadpack git-upload-pack && git config core.editor false &&
	git config gpg.ssh.program "$(trap_for transport)" &&
	git config filter.evil.clean "$(trap_for transport)" &&
	git config diff.evil.textconv "$(trap_for transport)" &&
	echo "* filter=evil diff=evil" >.gitattributes && ops_sync 0 &&
	ops --as $LEAD edit queued-1 -f Priority=HIGH && ops_sync 0 &&
	test_path_is_missing "$CANARY.transport" &&
	git config push.gpgSign if-asked && ops_sync 3 && test_grep "gpg.ssh.program = " err &&
	git config --unset push.gpgSign && ops_sync 0
'

test_expect_success 'neither hooks nor a monitor of the clone are run' '
	cd ../synced && hostile_hooks && hostile_fsmonitor &&
	ops --as $LEAD edit queued-1 -f Priority=LOW && ops_sync 0 &&
	test_path_is_missing "$CANARY.hooks" && test_path_is_missing "$CANARY.fsmonitor" &&
	git config --global core.hooksPath "$TEST_ROOT/own" && mkdir -p "$TEST_ROOT/own" &&
	test_when_finished "git config --global --unset core.hooksPath" &&
	printf "#!/bin/sh\n: >\"%s.own\"\n" "$TEST_ROOT/ran" >"$TEST_ROOT/own/pre-push" &&
	chmod +x "$TEST_ROOT/own/pre-push" && ops --as $LEAD edit queued-1 -f Priority=HIGH &&
	ops_sync 0 && test_path_is_file "$TEST_ROOT/ran.own" &&
	test_path_is_missing "$CANARY.hooks"
'

test_expect_success 'where the user allows it in their own file, git is left to it' '
	cd ../synced && git config remote.origin.receivepack "$(trap_for transport)" &&
	ops --as $LEAD edit queued-1 -f Priority=LOW && ops_sync 3 &&
	allow () { git config --global --replace-all ops.allowLocal "$1"; } &&
	test_when_finished "git config --global --unset-all ops.allowLocal" &&
	git config --add ops.allowLocal remote.receivepack && ops_sync 3 &&
	allow "remote.receivepack /elsewhere" && ops_sync 3 &&
	allow "remote.receivepac" && ops_sync 3 && allow "remote.receivepack $PWD-other" &&
	ops_sync 3 && test_path_is_missing "$CANARY.transport" &&
	allow "remote.receivepack $PWD" &&
	OPS_ACTOR=$LEAD test_must_fail ops sync 2>err && test_path_is_file "$CANARY.transport" &&
	rm "$CANARY.transport" && git config --unset remote.origin.receivepack &&
	allow core.hooksPath && OPS_ACTOR=$LEAD test_must_fail ops sync 2>err &&
	test_path_is_file "$CANARY.hooks" && rm "$CANARY.hooks"
'

test_expect_success 'ops resolve runs no filter of the clone' '
	git clone -q . ../resolved && cd ../resolved && git checkout -q -b side &&
	ops --as $LEAD edit queued-1 -f Title="One thing" && git checkout -q - &&
	ops --as $LEAD edit queued-1 -f Title="Another" && test_must_fail git merge -q side &&
	hostile_hooks && echo "* filter=evil" >.git/info/attributes &&
	git config filter.evil.clean "$(trap_for filters)" &&
	test_expect_code 3 ops resolve --ours queued-1 2>err && test_grep "filter.evil.clean = " err &&
	test_path_is_missing "$CANARY.filters" && test_path_is_missing "$CANARY.hooks"
'

test_expect_success 'a work tree elsewhere is written to where it leads back, or is named with its repository' '
	mkdir -p "$OUTSIDE/dir" && git clone -q . ../away && cd ../away && hostile_elsewhere &&
	add () { ops --as $BOSS "$@" new agent Zed -f Department=Production 2>err; } &&
	test_expect_code 3 add && test_grep "does not belong to it; name it" err &&
	test_must_fail ops init 2>err && test -z "$(ls "$OUTSIDE/dir")" &&
	add --git-dir .git && test_path_is_file "$OUTSIDE/dir/$ROSTER/Production/zed.md" &&
	rm -rf "$OUTSIDE/dir" && mkdir "$OUTSIDE/dir" && git config --unset core.worktree &&
	mv .git ../away.git && echo "gitdir: ../away.git" >.git && ops list >/dev/null &&
	git -C ../away.git config core.worktree ../away && ops list >/dev/null &&
	git -C ../away.git config core.worktree "$OUTSIDE/dir" && test_expect_code 3 ops list &&
	git -C ../away.git config --unset core.worktree && rm .git && ln -s ../away.git .git &&
	ops list >/dev/null && git worktree add -q ../linked -b linked && cd ../linked && ops list >/dev/null &&
	echo "$OUTSIDE/dir/.git" >"$(git rev-parse --absolute-git-dir)/gitdir" &&
	test_expect_code 3 ops list 2>err && test_grep "does not belong to it" err
'

test_expect_success 'links, in the work tree and beside the objects' '
	hostile_try links git_links
'

test_done
