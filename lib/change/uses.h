/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_USES_H
#define CHANGE_USES_H

/*
 * What an act has a use for.  Whatever else a request holds would be dropped without a
 * word, and somebody believe that it is on record: so it is wrong usage.
 */

#include "change/draft.h"

enum use {
	USE_TO = 1 << 0,
	USE_GATE = 1 << 1,
	USE_ID = 1 << 2,
	USE_REASON = 1 << 3,
	USE_TEXT = 1 << 4,
	USE_FIELDS = 1 << 5,
	USE_SECTIONS = 1 << 6,
	USE_EVIDENCE = 1 << 7,
	USE_ANY = (1 << 8) - 1,		/* the act looks itself */
	USE_ONCE = 1 << 8,		/* a field has one value: each is named once */
	USE_PARTS = 1 << 9,		/* they are parts, which are named more freely */
	USE_BEFORE = 1 << 10
};

/* The act of that name, and its uses.  Kinds of packets and transitions are found by their
 * data. */
draft_act_fn *uses_act(unsigned *uses, const struct config *config, const char *action);

/* Refuse what a request holds beyond `uses`: OPS_EUSAGE. */
int uses_check(const struct ops_request *r, unsigned uses, struct ops_error *err);

/* What a packet of that kind has a use for, beside its parts. */
unsigned uses_of_kind(const struct type *kind);

#endif
