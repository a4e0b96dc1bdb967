/* SPDX-License-Identifier: MIT */
/*
 * Where the memory of the program comes from: one piece of addresses, taken at the start and
 * given back by its end, which the system may fill with huge pages.
 *
 * A page that is touched for the first time costs more than what is done with most of them,
 * and a check of some thousand documents touches thousands.  In huge pages that is one cost
 * for five hundred.  So that they can be used, the heap begins where one of them does, has room
 * at once for all that most commands need, and shrinks never.  Threads have heaps of their own
 * all the same: one for all of them made judging a history take half as long again.
 *
 * Only addresses are reserved: memory is what is touched of them.  Where the system refuses
 * any of this, or another allocator is in its place, memory is taken as ever.  Must never be
 * part of libops.so: how a process allocates is not a library's to decide.
 */
#include "heap.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#include <stdint.h>
#include <unistd.h>

#include "util/pages.h"

#define RESERVE (64 << 20)
#define STEP (1 << 20)		/* by which it grows when that is used up */
#define LARGE (4 << 20)		/* what is larger is mapped by itself */
#define PROBE (256 << 10)	/* more than what was allocated before begins with */

void heap_prepare(void)
{
	uintptr_t start = (uintptr_t)sbrk(0), gap = -start & (PAGES_HUGE - 1), end;
	void *volatile probe;

	if (sbrk((intptr_t)gap) == (void *)-1)
		return;
	start += gap;
	mallopt(M_MMAP_THRESHOLD, LARGE);
	mallopt(M_TRIM_THRESHOLD, 2 * RESERVE);
	mallopt(M_TOP_PAD, RESERVE);
	probe = malloc(PROBE);
	free(probe);
	mallopt(M_TOP_PAD, STEP);
	end = (uintptr_t)sbrk(0) & ~(PAGES_HUGE - 1);
	if (end <= start)
		return;
	pages_huge((void *)start, end - start);
	/* The allocator wrote into the first of them already, to take it. */
	pages_huge_now((void *)start, PAGES_HUGE);
}
#else
void heap_prepare(void)
{
}
#endif
