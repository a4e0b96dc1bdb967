/* SPDX-License-Identifier: MIT */
#ifndef OPS_ERROR_H
#define OPS_ERROR_H

/*
 * Errors and findings.
 *
 * An error is the absence of an answer: the disk was full, the repository is
 * not there.  A finding is an answer: this document, this line, breaks this
 * rule, and this is how to mend it.  Functions return 0 or a negative
 * `enum ops_status`; findings are collected in a list the caller owns.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ops_status {
	OPS_OK = 0,
	OPS_ENOMEM = -1,	/* an allocation failed */
	OPS_EIO = -2,		/* reading or writing failed; nothing was changed */
	OPS_ENOTFOUND = -3,	/* no such document, revision or file */
	OPS_EAMBIGUOUS = -4,	/* a prefix names more than one document */
	OPS_EEXISTS = -5,	/* it is there already */
	OPS_EINVALID = -6,	/* malformed input; findings say where */
	OPS_EREFUSED = -7,	/* the judge said no; findings say why */
	OPS_EBUSY = -8,		/* a lock is held; repeating is safe */
	OPS_ECHANGED = -9,	/* the branch moved meanwhile; repeating is safe */
	OPS_ETIMEOUT = -10,	/* a time limit ran out */
	OPS_EUNKNOWN = -11,	/* the outcome is unknown; run again to settle it */
	OPS_EENVIRONMENT = -12,	/* no repository, or one in a state that forbids it */
	OPS_EUSAGE = -13	/* an argument that can never be right */
};

/*
 * What went wrong, in the caller's storage; zero-initialise it.  Setting it
 * never allocates.  It is written only by a function that returns a negative
 * status, once, where the cause is known.
 */
struct ops_error {
	int status;
	char message[1024];
};

enum ops_severity { OPS_NOTE, OPS_WARNING, OPS_ERROR };

/*
 * One finding.  All strings belong to the list that holds it.  `path` may be
 * NULL (a finding about a whole change); `line` and `column` count from 1, 0
 * means unknown; `remedy` may be NULL.
 */
struct ops_finding {
	const char *rule;
	enum ops_severity severity;
	const char *path;
	unsigned line, column;
	const char *message;
	const char *remedy;
	const char *suppressed;	/* why the document itself wants it not to count;
				   NULL: it counts */
	bool draft;		/* what it is about would lie at the path and is written nowhere */
};

struct ops_findings;

/* Create an empty list.  Returns NULL when out of memory. */
struct ops_findings *ops_findings_new(void);

/* Free a list and all its findings.  NULL is fine. */
void ops_findings_free(struct ops_findings *findings);

/* Forget all of them, as if it were new. */
void ops_findings_clear(struct ops_findings *findings);

size_t ops_findings_count(const struct ops_findings *findings);

/* The finding at `at` (less than the count); belongs to the list. */
const struct ops_finding *ops_findings_at(const struct ops_findings *findings,
					  size_t at);

/* Whether any finding is an error, which is what refuses a change. */
bool ops_findings_refuse(const struct ops_findings *findings);

/* Add copies of all findings of `from`, each message after `prefix` (which may be NULL).  An
 * allocation that fails makes `to` refuse whatever it is asked. */
void ops_findings_copy(struct ops_findings *to, const struct ops_findings *from,
		       const char *prefix);

/*
 * Put the findings in their stable order: by path, line, column, rule,
 * message.  Findings that are equal in all of these are dropped but one.
 */
void ops_findings_sort(struct ops_findings *findings);

/* "note", "warning" or "error". */
const char *ops_severity_name(enum ops_severity severity);

#ifdef __cplusplus
}
#endif
#endif
