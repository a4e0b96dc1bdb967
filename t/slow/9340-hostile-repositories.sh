#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Sixteen hostile repositories, each with every command of ops: no program of theirs is
# run, and nothing is written outside.

test_description='hostile repositories'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"
. "$TEST_DIRECTORY/attack/hostile-lib.sh"

test_expect_success 'the standard repository' '
	attack_world && git gc -q && rm -rf .git/hooks
'

for hostile_one in $hostile_all
do
	test_expect_success "$hostile_one" "hostile_try $hostile_one"
done

test_done
