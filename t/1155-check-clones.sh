#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A work tree is checked as git would commit it: what git's settings make of a file, and
# what they leave out, is no change of anybody's.

test_description='ops check where the work tree is not byte for byte what is stored'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md
CR=$(printf "\r")

# clean: nothing was changed, and ops says so.
clean () {
	git status --porcelain -uno >changed && test_must_be_empty changed && rm changed &&
	ops check >found && test_grep " 0 errors" found
}

# by ACTOR ops...
by () {
	OPS_ACTOR=$1
	export OPS_ACTOR
	shift
	"$@"
	test_status=$?
	unset OPS_ACTOR
	return $test_status
}

test_expect_success 'a world' '
	ops_world && ops_task_at Requested && cp $T ../stored
'

test_expect_success 'line endings that git converts' '
	git clone -q -c core.autocrlf=true "$TRASH" ../crlf && (
		cd ../crlf && test_grep "$CR\$" $T && clean &&
		find . -name "*.md" -exec touch {} + && clean &&
		test_sed $T "s/^Priority: HIGH/Priority: LOW/" && by $LEAD ops check >found &&
		test_expect_code 1 ops --as codegen check >found && test_grep "active-tasks.*power" found &&
		test_sed $T "s/^Due: .*/Due: 2026\\/3\\/4$CR/" && cp $T ../slip &&
		test_expect_code 1 by $LEAD ops check --path $T - <../slip >found &&
		test_grep "error field.value" found && test_line_count = 2 found &&
		by $LEAD ops check --fix >found && test_grep "^1 fixed, 0 not" found &&
		sed "s/^Due: .*/Due: 2026-03-04$CR/" ../slip | test_cmp - $T
	)
'

test_expect_success 'the same by attributes, and a file that is stored with its endings' '
	git clone -q "$TRASH" ../attributes && (
		cd ../attributes && echo "*.md text eol=crlf" >.gitattributes && git add .gitattributes &&
		git commit -q -m "chore: endings" && rm -r 05-PROCESSES && git checkout -q . &&
		test_grep "$CR\$" $T && clean &&
		echo "*.md -text" >.gitattributes && find . -name "*.md" -exec touch {} + &&
		test_expect_code 1 ops check >found &&
		test_grep "packet.append-only" found
	)
'

test_expect_success 'what a sparse checkout leaves out' '
	git clone -q "$TRASH" ../sparse && (
		cd ../sparse && git sparse-checkout set --cone reports && test_path_is_missing $T && clean &&
		ops check $T 05-PROCESSES/prompts >found && test_grep "^[45] documents" found &&
		git sparse-checkout set --no-cone "/*" "!/05-PROCESSES/prompts" "!/$T" &&
		test_path_is_missing $T && test_path_is_dir 05-PROCESSES/packets && clean &&
		rm 05-PROCESSES/policies/release-policy.md && test_expect_code 1 ops check >found &&
		test_grep "release-policy.md: error doc.deleted" found && test_grep ! $T found &&
		git checkout -q . && mkdir -p 05-PROCESSES/active-tasks && cp ../stored $T && ops check >found && test_grep " 0 errors" found &&
		test_sed $T "s/^Status: Queued/Status: Complete/" && test_expect_code 1 ops check >found &&
		test_grep "error task.transition" found
	)
'

test_expect_success 'an index of directories is not taken for files that are gone' '
	git clone -q "$TRASH" ../index && (
		cd ../index && git sparse-checkout set --cone --sparse-index reports &&
		git sparse-checkout list >../kept &&
		for how in "" --staged
		do
			test_expect_code 3 ops check $how 2>err &&
			test_grep "sparse-checkout reapply --no-sparse-index" err || exit 1
		done &&
		git sparse-checkout reapply --no-sparse-index && clean && ops check --staged &&
		git sparse-checkout list | test_cmp ../kept - && rm err &&
		git sparse-checkout disable && git update-index --split-index &&
		test_expect_code 3 ops check --staged 2>err && test_grep "update-index --no-split-index" err
	)
'

test_expect_success 'a disk that does not know what is executable' '
	git clone -q "$TRASH" ../modes && (
		cd ../modes && git config core.fileMode false && find . -type f -exec chmod +x {} + && clean &&
		git update-index --chmod=+x $T && git commit -q -m "chore: mode" && chmod -x $T && clean &&
		git config core.fileMode true && test_expect_code 1 ops check >found &&
		test_grep packet.append-only found
	)
'

test_done
