/* SPDX-License-Identifier: MIT */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

/* Statuses, errors and findings as words and exit statuses, in one place. */

#include "command.h"

/* Begin the answer: after it, run() may fill "result". */
void report_begin(struct session *s);

/*
 * End the answer: findings, the error of a negative `status`, what did not
 * happen.  Returns the exit status.
 */
int report_end(struct session *s, int status);

/* The findings as a list of objects under "findings", or as lines
 *	path:line:column: severity rule: message
 *	  fix: remedy
 * each after `indent`. */
void report_findings(struct out *o, const char *indent,
		     const struct ops_findings *findings);

/* The answer is given, but for what is wrong with each of its `nr` parts, which is told as it
 * is found, after the findings of the session: so that it takes no memory for all of them. */
int report_each(struct session *s, size_t nr,
		int (*find)(struct ops_findings *out, const void *payload, size_t at,
			    struct ops_error *err), const void *payload);

/* Those that documents excuse, each with its reason, under "suppressions". */
void report_suppressed(struct out *o, const struct ops_findings *findings);

/* A commit that has findings, with them: an object of a list. */
void report_commit(struct session *s, const struct ops_audit_commit *commit);

/* What the answer about authority is worth, by the view it came from: its last line.
 * Returns as ops_view_assurance(). */
int report_assurance(struct session *s, struct ops_view *view);
/* Whether it may be called verified, and what is decided "approved by" somebody. */
bool report_verified(const struct ops_assurance *assurance);
/* The same, of an answer that knows more than the repository says by itself. */
void report_assured(struct session *s, struct ops_assurance assurance);

/* End a line about output that was lost: was there a change? */
void report_fate(struct session *s);

/* Whether a line of usage goes on what is above it. */
bool report_goes_on(const char *usage);

/* "usage: " and the usage of a command, or of a group of them. */
void report_usage(struct out *o, const struct command *command, const char *group);

#endif
