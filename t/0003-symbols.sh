#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What libops.so gives and takes.  Gives: exactly the functions of the public
# headers, listed once more in lib/libops.sym.  Takes: nothing that prints,
# ends the process, reads the environment or the clock.  What changes a whole process
# (a handler of a signal, the working directory) only a process of our own may: the guard.

test_description='symbols of libops.so'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

LIBOPS=$(dirname "$OPS_PROGRAM")/libops.so
test -f "$LIBOPS" || LIBOPS=$(dirname "$OPS_PROGRAM")/../lib/libops.so
if ! test -f "$LIBOPS"
then
	skip_all='there is no libops.so'
	test_done
fi

# The functions declared in headers, in a version script, exported by a library.
declared () {
	cat "$@" | $CC -fpreprocessed -dD -E -P - 2>/dev/null |
		grep -o '[A-Za-z_][A-Za-z0-9_]*(' | tr -d '(' | sort -u
}
listed () {
	sed -n 's/^[	 ]*\([a-z0-9_]*\);$/\1/p' "$1" | sort -u
}
exported () {
	nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
		grep -v -E '^__(asan|ubsan|odr)' | sort -u
}
# What the objects of a library, or an object, ask for.
wanted () {
	nm -D --undefined-only "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u
}

# forbidden: those of the names on standard input that a library may not have,
# also in the forms the C library has for them (__printf_chk, fputc_unlocked).
names='exit _exit _Exit quick_exit abort atexit
	printf vprintf fprintf vfprintf dprintf vdprintf puts fputs putchar putc fputc
	fwrite perror err errx warn warnx syslog stdout stderr stdin
	getenv secure_getenv setenv putenv unsetenv environ setlocale umask
	time clock gettimeofday localtime localtime_r gmtime gmtime_r ctime ctime_r
	signal fchdir longjmp siglongjmp dlopen system popen
	strcpy strcat sprintf vsprintf gets'
names=$(echo "$names" | tr -s ' \t\n' '|')
forbidden () {
	grep -x -E "(__)?($names)(_chk|_unlocked)?"
}

test_expect_success 'public functions begin with ops_' '
	declared "$TEST_SOURCE"/include/ops/*.h >names &&
	test -s names &&
	test_expect_code 1 grep -v "^ops_" names
'

test_expect_success 'headers and libops.sym name the same functions' '
	listed "$TEST_SOURCE/lib/libops.sym" >list &&
	test_cmp names list
'

test_expect_success 'libops.so exports these and nothing else' '
	exported "$LIBOPS" >exports &&
	test_cmp names exports
'

test_expect_success 'a difference between the three is seen' '
	cat >one.h <<-\EOF &&
	/* ops_in_comment() */
	int ops_one(struct x *x);
	EOF
	test_write_lines "int ops_one(int a) { return a; }" \
		"int ops_two(int a) { return a; }" "int other(void) { return 1; }" >two.c &&
	test_write_lines "V {" "global:" "	ops_one;" "	ops_two;" "local:" "	*;" "};" >two.sym &&
	$CC -shared -fPIC -Wl,--version-script=two.sym -o two.so two.c &&
	declared one.h >a && test_write_lines ops_one >expected && test_cmp expected a &&
	listed two.sym >b && test_write_lines ops_one ops_two >expected && test_cmp expected b &&
	exported two.so >c && test_cmp expected c &&
	$CC -shared -fPIC -o two.so two.c &&
	exported two.so >c && test_grep other c
'

test_expect_success 'libops.so asks for nothing a library may not have' '
	wanted "$LIBOPS" >names &&
	test_grep git_libgit2_init names &&
	test_expect_code 1 forbidden <names
'

test_expect_success 'such a wish is seen' '
	cat >three.c <<-\EOF &&
	#include <stdio.h>
	#include <stdlib.h>
	#include <time.h>
	int f(int x)
	{
		if (x)
			exit(x);
		printf("%d%s", x, getenv("HOME"));
		return (int)time(NULL) + snprintf(0, 0, "%d", x);
	}
	EOF
	$CC -O1 -shared -fPIC -o three.so three.c &&
	wanted three.so >names &&
	forbidden <names >found &&
	test_write_lines exit getenv printf time >expected &&
	test_cmp expected found &&
	$CC -O2 -D_FORTIFY_SOURCE=2 -shared -fPIC -o three.so three.c &&
	wanted three.so >names &&
	forbidden <names >found &&
	test_grep printf_chk found
'

# objects PATTERN NAMES: objects whose path does not match, asking for NAMES.
objects () {
	test -s wishes || (
		cd "$TEST_BUILD" &&
		find lib -name "*.o" | sort | xargs nm -A --undefined-only
	) | awk '{ print $1, $NF }' >wishes
	awk -v but="^(.*/)?($1)" -v names="^($2)$" '$1 !~ but && $2 ~ names' wishes
}

test_expect_success 'only the store looks at a clock, only child.c and its guard start programs' '
	objects "lib/store/" "clock_gettime|clock_nanosleep|nanosleep|usleep|sleep" >found &&
	test_must_be_empty found &&
	objects "lib/store/(child|guard|turn).o" "fork|vfork|execv.*|posix_spawn.*|waitpid" >found &&
	test_must_be_empty found &&
	objects "lib/store/(child|guard|proctree|turn).o" "kill" >found &&
	test_must_be_empty found &&
	objects "lib/store/guard.o" "sigaction|chdir" >found &&
	test_must_be_empty found &&
	objects "no such" "malloc" >found &&
	test_grep "^lib/util/" found
'

test_expect_success 'the program brings no public function of its own' '
	nm "$TEST_BUILD/shared/ops" | awk "\$2 ~ /[TtVW]/ && \$3 ~ /^ops_/ { print \$3 }" >found &&
	test_must_be_empty found
'

test_expect_success 'the name of the library holds its version' '
	readelf -d "$LIBOPS" >dynamic &&
	test_grep "SONAME.*libops.so.0\]" dynamic &&
	readelf -d "$TEST_BUILD/shared/ops" >dynamic &&
	test_grep "NEEDED.*libops.so.0\]" dynamic
'

test_done
