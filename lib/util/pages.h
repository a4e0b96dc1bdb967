/* SPDX-License-Identifier: MIT */
#ifndef UTIL_PAGES_H
#define UTIL_PAGES_H

/*
 * Wishes to the system about the pages of memory, for who touches much of it: the first touch
 * of a page costs more than what is done with most, and a huge one is touched once.  What the
 * system refuses stays as it was; nothing fails.
 */

#include <stddef.h>

#define PAGES_HUGE ((size_t)2 << 20)	/* bytes of a huge page, where it is known */

/* What is touched from now on in these bytes may be of huge pages, that begin at multiples. */
void pages_huge(void *at, size_t len);

/* And so is what was touched before, now: takes as long as touching all of it. */
void pages_huge_now(void *at, size_t len);

/* What was freed is not needed soon.  The heap keeps it otherwise, and what is asked for next may
 * not fit into its holes. */
void pages_give_back(void);

#endif
