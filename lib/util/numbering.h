/* SPDX-License-Identifier: MIT */
#ifndef UTIL_NUMBERING_H
#define UTIL_NUMBERING_H

/*
 * Which number a text has, of texts that somebody else keeps: a map that holds neither keys nor
 * values, so that many cost little.
 *
 *	numbering_init(&n, text, whole);
 *	if (!(at = numbering_find(&n, "one")))
 *		ret = numbering_add(&n, at = ...);
 *	numbering_release(&n);
 */

#include <stddef.h>
#include <stdint.h>

/* The text of a number that was added; what is the same text stays so. */
typedef const char *numbering_text(const void *whole, uint32_t number);

struct numbering {
	numbering_text *text;
	const void *whole;
	uint32_t *slots;	/* 0: empty */
	size_t nr, room;	/* of slots: a power of two, at least twice as many */
};

void numbering_init(struct numbering *n, numbering_text *text, const void *whole);
void numbering_release(struct numbering *n);	/* zero-initialised is fine */
uint32_t numbering_find(const struct numbering *n, const char *text);	/* 0: none */
/* A number, not 0, whose text has none yet.  OPS_ENOMEM. */
int numbering_add(struct numbering *n, uint32_t number);

#endif
