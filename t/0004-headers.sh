#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each public header stands alone, in plain C99 and in C++, and the examples of
# the interface run.

test_description='public headers'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

as_c99 () {
	$CC -std=c99 -pedantic -Wall -Wextra -Wstrict-prototypes -Werror -fsyntax-only \
		-I"$TEST_SOURCE/include" -x c "$1"
}
as_cxx () {
	$CXX -std=c++98 -pedantic -Wall -Wextra -Wno-long-long -Wno-variadic-macros \
		-Werror -fsyntax-only -I"$TEST_SOURCE/include" -x c++ "$1"
}

CXX=${CXX:-c++}
if command -v "$CXX" >/dev/null 2>&1
then
	test_set_prereq CXX
fi

for header in "$TEST_SOURCE"/include/ops.h "$TEST_SOURCE"/include/ops/*.h
do
	name=${header#"$TEST_SOURCE/include/"}
	echo "#include \"$name\"" >"$TRASH/alone"
	test_expect_success "$name compiles alone as C99" 'as_c99 alone'
	test_expect_success CXX "$name compiles alone as C++" 'as_cxx alone'
	test_expect_success "$name is guarded, and friendly to C++" '
		echo "#include \"$name\"" >>alone && as_c99 alone &&
		{ test "$name" = ops.h || test_grep "extern \"C\"" "$header"; }
	'
done

# The examples of the interface, built with the library beside them, or by
# distcheck against the installed one.
EXAMPLES=${OPS_TEST_EXAMPLES:-$TEST_BUILD/examples/api}

test_expect_success SHARED_LIBRARY 'the example of the version runs and tells the truth' '
	"$EXAMPLES/version" >actual &&
	test_cmp "$TEST_SOURCE/VERSION" actual
'

test_expect_success SHARED_LIBRARY 'every example is C99' '
	for example in "$TEST_SOURCE"/examples/api/*.c
	do
		as_c99 "$example" &&
		test -x "$EXAMPLES/$(basename "$example" .c)" || return 1
	done
'

test_expect_success 'a header that leans on another is seen' '
	echo "int ops_x(size_t n);" >bad.h &&
	test_must_fail as_c99 bad.h &&
	echo "int ops_x(); // k" >bad.h &&
	test_must_fail as_c99 bad.h
'

test_expect_success CXX 'a header that is not C++ is seen' '
	echo "int ops_x(int class);" >bad.h &&
	as_c99 bad.h &&
	test_must_fail as_cxx bad.h
'

test_done
