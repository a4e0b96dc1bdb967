/* SPDX-License-Identifier: MIT */
/*
 * Huge pages, asked for by who knows that memory will be used, and pages given back by who knows
 * that it will not.  Only wishes: what comes of them is never looked at, since all works without.
 */
#include "util/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25	/* of Linux 6.1; one that is older refuses it */
#endif

void pages_huge(void *at, size_t len)
{
#ifdef MADV_HUGEPAGE
	(void)madvise(at, len, MADV_HUGEPAGE);
#else
	(void)at;
	(void)len;
#endif
}

void pages_huge_now(void *at, size_t len)
{
	pages_huge(at, len);
#ifdef MADV_HUGEPAGE
	(void)madvise(at, len, MADV_COLLAPSE);
#endif
}

void pages_give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
