#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What every command costs before it begins: no certificate of the system is read and
# no SSH begun, although libgit2 wants to (cmd/notls.c says why), and memory is taken
# once (cmd/heap.c).

test_description='start of the program'
. "$(dirname "$0")/test-lib.sh"

test_expect_success STRACE,PLAIN_BUILD 'strace sees what a program reads' '
	strace -f -e trace=openat,open -o calls cat "$TRASH/.git/HEAD" &&
	test_grep "\.git/HEAD" calls >/dev/null
'

test_expect_success STRACE,PLAIN_BUILD 'no certificates are read' '
	test_might_fail strace -f -e trace=openat,open -o calls "$OPS_PROGRAM" list &&
	test_grep "\.git/" calls >/dev/null &&
	test_grep ! "/ssl/\|/certs\|/pki/" calls
'

test_expect_success PLAIN_BUILD 'the replaced functions are those that libgit2 finds' '
	nm -D --defined-only "$TEST_BUILD/shared/ops" | awk "{ print \$3 }" |
		grep "mbedtls\|ssh" | sort >found &&
	test_write_lines libssh2_init mbedtls_havege_init mbedtls_havege_random \
		mbedtls_x509_crt_parse_file mbedtls_x509_crt_parse_path >expected &&
	test_cmp expected found &&
	test_might_fail env LD_DEBUG=bindings LD_DEBUG_OUTPUT=bound \
		"$TEST_BUILD/shared/ops" list &&
	cat bound.* | grep -f expected >calls &&
	test_grep ! " to [^ ]*/lib[^/ ]* " calls
'

# Behind the first heap, which was there before the program began, and never again.
test_expect_success STRACE,PLAIN_BUILD 'memory is taken in one piece, for huge pages' '
	if getconf GNU_LIBC_VERSION
	then
		test_might_fail strace -f -e trace=brk,madvise -o calls "$OPS_PROGRAM" list &&
		test_grep "madvise(0x[0-9a-f]*[02468ace]00000, 67108864, MADV_HUGEPAGE" calls &&
		test_grep "madvise(0x[0-9a-f]*[02468ace]00000, 2097152, \(MADV_COLLAPSE\|0x19\)" calls &&
		sed "1,/MADV_HUGEPAGE/d" calls >later &&
		test_grep ! "brk(" later
	fi
'

test_done
