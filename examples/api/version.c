/* SPDX-License-Identifier: MIT */
/*
 * The smallest program with libops: prints the version of the library it runs
 * with.  Build it with
 *
 *	cc -o version version.c $(pkg-config --cflags --libs ops)
 */

#include <stdio.h>

#include <ops.h>

int main(void)
{
	return puts(ops_version()) < 0;
}
