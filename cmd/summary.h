/* SPDX-License-Identifier: MIT */
#ifndef CMD_SUMMARY_H
#define CMD_SUMMARY_H

/* What `ops ci` found, as Markdown for the page of a job. */

#include "ops.h"

struct buf;

struct summary {
	const char *base, *head;		/* as they were named; base may be NULL */
	bool passed;
	const struct ops_check_result *tree;
	const struct ops_audit_result *range;
	const struct ops_findings *findings;	/* of the tree; sorted */
	const struct buf *commits;		/* lines of summary_commit() */
	size_t errors, warnings;		/* in the tree */
	const struct ops_assurance *assurance;
};

/* Add the lines for a commit that has findings, unless `shown` are enough; counts it. */
void summary_commit(struct buf *out, size_t *shown, const struct ops_audit_commit *commit);

/* Append the whole page. */
void summary_write(struct buf *out, const struct summary *s);

#endif
