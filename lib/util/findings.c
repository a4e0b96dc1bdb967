/* SPDX-License-Identifier: MIT */
/*
 * The list of findings.
 *
 * It owns its strings in an arena of its own, which is made for the first: most
 * lists stay empty.  It never loses a finding silently: when memory runs out the
 * list is marked failed for good, and a failed list refuses whatever is asked of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/array.h"
#include "util/error.h"

struct ops_findings {
	struct arena *arena;
	struct ops_finding *list;
	size_t nr, cap;
	bool failed;
};

struct ops_findings *ops_findings_new(void)
{
	return calloc(1, sizeof(struct ops_findings));
}

void ops_findings_free(struct ops_findings *findings)
{
	if (!findings)
		return;
	arena_free(findings->arena);
	free(findings->list);
	free(findings);
}

void ops_findings_clear(struct ops_findings *findings)
{
	if (findings->arena)
		arena_clear(findings->arena);
	findings->nr = 0;
	findings->failed = false;
}

size_t ops_findings_count(const struct ops_findings *findings)
{
	return findings->nr;
}

const struct ops_finding *ops_findings_at(const struct ops_findings *findings,
					  size_t at)
{
	return &findings->list[at];
}

bool ops_findings_refuse(const struct ops_findings *findings)
{
	size_t i;

	if (findings->failed)
		return true;
	for (i = 0; i < findings->nr; i++)
		if (findings->list[i].severity == OPS_ERROR)
			return true;
	return false;
}

void findings_fail(struct ops_findings *findings)
{
	findings->failed = true;
}

bool findings_failed(const struct ops_findings *findings)
{
	return findings->failed;
}

/* A copy of `s`, which may be NULL; out of memory marks the list. */
static const char *keep(struct ops_findings *f, const char *s)
{
	const char *copy;

	if (!s)
		return NULL;
	copy = arena_str(f->arena, s);
	if (!copy)
		f->failed = true;
	return copy;
}

/* The same, or what is there already when `before` says it too: rules, paths and remedies come
 * again and again. */
static const char *keep_like(struct ops_findings *f, const char *s, const char *before)
{
	return s && before && !strcmp(s, before) ? before : keep(f, s);
}

void findings_vadd(struct ops_findings *findings, const char *rule,
		   enum ops_severity severity, const char *path, unsigned line,
		   unsigned column, const char *remedy, const char *fmt, va_list ap)
{
	struct ops_finding one = { .severity = severity, .line = line,
				   .column = column };
	const struct ops_finding *last;

	if (!findings->arena)
		findings->arena = arena_new();
	if (!findings->arena) {
		findings->failed = true;
		return;
	}
	if (array_room(&findings->list, findings->nr, &findings->cap,
		       sizeof(*findings->list)) < 0) {
		findings->failed = true;
		return;
	}
	last = findings->nr ? &findings->list[findings->nr - 1] : &one;
	one.message = arena_vprintf(findings->arena, fmt, ap);
	one.rule = keep_like(findings, rule, last->rule);
	one.path = keep_like(findings, path, last->path);
	one.remedy = keep_like(findings, remedy, last->remedy);
	if (!one.message || findings->failed) {
		findings->failed = true;
		return;
	}
	findings->list[findings->nr++] = one;
}

void findings_add(struct ops_findings *findings, const char *rule,
		  enum ops_severity severity, const char *path, unsigned line,
		  unsigned column, const char *remedy, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	findings_vadd(findings, rule, severity, path, line, column, remedy, fmt, ap);
	va_end(ap);
}

void ops_findings_copy(struct ops_findings *to, const struct ops_findings *from,
		       const char *prefix)
{
	size_t i;

	for (i = 0; i < from->nr; i++) {
		const struct ops_finding *f = &from->list[i];

		findings_add(to, f->rule, f->severity, f->path, f->line, f->column, f->remedy,
			     "%s%s", prefix ? prefix : "", f->message);
		if (!to->failed)
			to->list[to->nr - 1].draft = f->draft;
	}
	if (from->failed)
		to->failed = true;
}

void findings_move(struct ops_findings *to, struct ops_findings *from)
{
	struct ops_findings all = *from;

	if (to->nr || to->failed) {
		ops_findings_copy(to, from, NULL);
		return;
	}
	*from = *to;
	*to = all;
}

void findings_demote(struct ops_findings *findings, size_t at, enum ops_severity severity,
		     const char *fmt, ...)
{
	struct ops_finding *f = &findings->list[at];
	char *why, *message;
	va_list ap;

	va_start(ap, fmt);
	why = arena_vprintf(findings->arena, fmt, ap);
	va_end(ap);
	message = why ? arena_printf(findings->arena, "%s: %s", why, f->message) : NULL;
	if (!message) {
		findings->failed = true;
		return;
	}
	f->message = message;
	f->severity = severity;
}

void findings_suppress(struct ops_findings *findings, size_t at, const char *reason)
{
	findings->list[at].suppressed = keep(findings, reason);
}

void findings_draft(struct ops_findings *findings, size_t at)
{
	findings->list[at].draft = true;
}

void findings_drop(struct ops_findings *findings, size_t at)
{
	memmove(&findings->list[at], &findings->list[at + 1],
		(--findings->nr - at) * sizeof(*findings->list));
}

void findings_remedy(struct ops_findings *findings, size_t at, const char *remedy)
{
	findings->list[at].remedy = keep(findings, remedy);
}

static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_number(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

/* By what makes two findings the same. */
static int compare_same(const struct ops_finding *a, const struct ops_finding *b)
{
	int order = compare_text(a->path, b->path);

	if (!order)
		order = compare_number(a->line, b->line);
	if (!order)
		order = compare_number(a->column, b->column);
	if (!order)
		order = compare_text(a->rule, b->rule);
	if (!order)
		order = compare_text(a->message, b->message);
	return order;
}

/* Of equal ones the gravest comes first and is the one that stays; the remedy
 * decides last, so that the order never depends on who came first. */
static int compare_findings(const void *left, const void *right)
{
	const struct ops_finding *a = left, *b = right;
	int order = compare_same(a, b);

	if (!order)
		order = (int)b->severity - (int)a->severity;
	if (!order)
		order = compare_text(a->remedy, b->remedy);
	return order;
}

void ops_findings_sort(struct ops_findings *findings)
{
	size_t i, kept = 0;

	if (findings->nr < 2)
		return;
	qsort(findings->list, findings->nr, sizeof(*findings->list),
	      compare_findings);
	for (i = 1; i < findings->nr; i++)
		if (compare_same(&findings->list[kept], &findings->list[i]))
			findings->list[++kept] = findings->list[i];
	findings->nr = kept + 1;
}

const char *ops_severity_name(enum ops_severity severity)
{
	switch (severity) {
	case OPS_NOTE:
		return "note";
	case OPS_WARNING:
		return "warning";
	case OPS_ERROR:
		break;
	}
	return "error";
}
