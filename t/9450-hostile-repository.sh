#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Nothing in a hostile repository makes ops run a program or write outside of it (but for
# the git that ops sync runs), whatever the command: here all of it at once, one by one in
# t/slow/9340-hostile-repositories.sh.

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

test_expect_success 'but what it names for its remote is run by git, for ops sync' '
	cp -a . ../synced && (
		cd ../synced && hostile_transport &&
		OPS_ACTOR=$LEAD test_might_fail ops sync 2>/dev/null
	) &&
	test_path_is_file "$CANARY.transport" && rm "$CANARY.transport"
'

test_expect_success 'links, in the work tree and beside the objects' '
	hostile_try links git_links
'

test_done
