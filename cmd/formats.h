/* SPDX-License-Identifier: MIT */
#ifndef CMD_FORMATS_H
#define CMD_FORMATS_H

/* Findings in the forms that other programs read. */

#include <stdbool.h>
#include <stddef.h>

#include "ops/error.h"

struct buf;

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF, FORMAT_JUNIT, FORMAT_GITHUB };

/* The words of the option, for OPT_CHOICE; in the order of the enum. */
#define FORMAT_CHOICES "text|json|sarif|junit|github"

/* NULL is text. */
enum format format_of(const char *word);

/* What a report is about. */
struct report {
	const char *by;		/* the command, "check" */
	const struct ops_findings *findings;	/* sorted */
	const struct ops_findings *suppressed;	/* the same; NULL: not to be shown */
	const char *const *documents;	/* paths of what was looked at */
	size_t documents_nr;
};

/*
 * Append the report: SARIF 2.1.0, JUnit XML, or workflow commands of GitHub.  Whatever
 * paths and messages hold, it stays a value there and drives no terminal.  Nothing for
 * the first two formats, which are those of cmd/out.h.
 */
void format_report(struct buf *out, enum format format, const struct report *report);
void format_sarif(struct buf *out, const struct report *report);

#endif
