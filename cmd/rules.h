/* SPDX-License-Identifier: MIT */
#ifndef CMD_RULES_H
#define CMD_RULES_H

/* What ops-rules(7) says about each rule: made of that page when the program is built. */

struct rule_text {
	const char *id;			/* NULL: the end */
	const char *summary, *text;	/* the first sentence; the whole paragraph */
};

extern const struct rule_text rule_texts[];

#endif
