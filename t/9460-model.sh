#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Random actions of six people, legal and illegal: a small model of the rules, ops, the
# hook of a server and the audit agree on each.  More of them: t/slow/9350-model.sh.

test_description='actions judged by a second opinion'
. "$(dirname "$0")/test-lib.sh"

if ! test_have_prereq PERL,BUILD_TREE
then
	skip_all='needs perl and the tools of the build'
	test_done
fi

# Objects of this test need not survive a power cut.
where=$TEST_ROOT
test ! -w /dev/shm || where=$(mktemp -d /dev/shm/ops-model.XXXXXX)

# model COUNT [MODEL]
model () {
	perl "${2-$TEST_DIRECTORY/model/model.pl}" "$TEST_BUILD/t/model-tool" "$where/base" "$1" \
		20260115 >said
	status=$?
	tail -n 1 said | sed "s/^/# /" >&5
	return $status
}

test_expect_success 'a repository to begin with' '
	ops_world && git init -q --bare "$where/base" &&
	git push -q "$where/base" HEAD:refs/heads/main &&
	git -C "$where/base" config ops.branch main && rm -rf "$where/base/hooks"
'

test_expect_success 'a model that errs is seen' '
	sed "s/!had_a_part(.who, .t) && !grep/!grep/" "$TEST_DIRECTORY/model/model.pl" \
		>model.pl &&
	! cmp -s model.pl "$TEST_DIRECTORY/model/model.pl" &&
	test_expect_code 1 model 600 "$PWD/model.pl" &&
	test_grep "the model says legal; hook gate.self-approval, audit gate.self-approval" said
'

test_expect_success 'all agree on 400 actions' '
	model 400 &&
	test_grep ": 0 disagreements" said
'

rm -rf "$where/base" "$where/base.now" && { test "$where" = "$TEST_ROOT" || rmdir "$where"; }
test_done
