/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

/* Setting errors and adding findings: the inside of <ops/error.h>. */

#include <stdarg.h>

#include "ops/error.h"

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PRINTF_LIKE(fmt, args)
#endif

/* Set *err (which may be NULL) and return `status`, so that callers can
 * `return error_set(err, OPS_EIO, "cannot read '%s'", path);`. */
int error_set(struct ops_error *err, int status, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* error_set for OPS_ENOMEM. */
int error_nomem(struct ops_error *err);

/* Put "<prefix>: " before the message. */
void error_prefix(struct ops_error *err, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/*
 * Add a finding; every string is copied.  An allocation that fails makes the
 * list stick in a failed state: it then reports ops_findings_refuse() and
 * findings_failed().
 */
void findings_add(struct ops_findings *findings, const char *rule,
		  enum ops_severity severity, const char *path, unsigned line,
		  unsigned column, const char *remedy, const char *fmt, ...)
	PRINTF_LIKE(8, 9);
void findings_vadd(struct ops_findings *findings, const char *rule,
		   enum ops_severity severity, const char *path, unsigned line,
		   unsigned column, const char *remedy, const char *fmt, va_list ap)
	PRINTF_LIKE(8, 0);

/* Make the finding at `at` less grave than it was found, and say why before its message. */
void findings_demote(struct ops_findings *findings, size_t at, enum ops_severity severity,
		     const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Say that the finding at `at` does not count, and why.  The caller sees to it that it
 * is not counted. */
void findings_suppress(struct ops_findings *findings, size_t at, const char *reason);

/* Say what to do about the finding at `at`, once that is known. */
void findings_remedy(struct ops_findings *findings, size_t at, const char *remedy);

/* Say that the file of the finding at `at` is a draft. */
void findings_draft(struct ops_findings *findings, size_t at);

/* Forget the finding at `at`. */
void findings_drop(struct ops_findings *findings, size_t at);

/* Add all findings of `from`, which may lose them by that. */
void findings_move(struct ops_findings *to, struct ops_findings *from);

/* Put it into that state, for who could not find out whether there is something to say. */
void findings_fail(struct ops_findings *findings);
bool findings_failed(const struct ops_findings *findings);

#endif
