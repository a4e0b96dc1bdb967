#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Many random histories: every question with and without the cache after each step; and a
# cache with each of many bytes changed, or cut off at many places.

test_description='the cache, at length'
TEST_NO_VERIFY='steps are taken by hand that no rule allows'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_SOURCE/t/words-cache.sh"

for seed in 11 22 33 44 55 66
do
	test_expect_success "random histories from $seed" "
		random_histories 3 20 $seed
	"
done

test_expect_success 'every 97th byte changed, or the last' '
	cd "$TEST_ROOT/random" && git reset -q --hard && { ops list >/dev/null 2>&1 || :; } &&
	cp "$(cache_file)" good && size=$(wc -c <good) && cache no &&
	ask "$TEST_ROOT/without" brief && cache always && at=0 &&
	while test $at -lt $size
	do
		damage good $at >"$(cache_file)" && ask "$TEST_ROOT/with" brief &&
		test_cmp "$TEST_ROOT/without" "$TEST_ROOT/with" &&
		head -c $at good >"$(cache_file)" && ask "$TEST_ROOT/with" brief &&
		test_cmp "$TEST_ROOT/without" "$TEST_ROOT/with" || return 1
		at=$((at + 97 * (1 + size / 40000)))
	done
'

test_done
