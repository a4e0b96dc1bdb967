/* SPDX-License-Identifier: MIT */
#ifndef TEXT_CHANGELOG_H
#define TEXT_CHANGELOG_H

/*
 * A changelog in the form of "Keep a Changelog": a heading "## [1.2.0] - 2026-01-15" for
 * each version, newest first, "## [Unreleased]" above them, and below each "### Added"
 * and the like.
 *
 * Edits insert and replace lines and leave every other byte as it is: comments, blank
 * lines, links, CRLF.  Each is asked for again without harm: what is there already is
 * not written twice.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct arena;
struct buf;

struct changelog {
	struct arena *arena;
	const char *text;
	size_t len;
	const char *eol;	/* "\n", or "\r\n" */
	struct sections *sections;
};

/* `text` is followed by a NUL and must outlive it; an empty one is a changelog that is not
 * written yet.  OPS_ENOMEM. */
int changelog_parse(struct changelog *c, struct arena *arena, const char *text, size_t len,
		    struct ops_error *err);

/* "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security". */
bool changelog_is_kind(const char *kind);

/* Append it with `entry` below that kind of what is unreleased; heading and file are made
 * if they are not there.  OPS_EUSAGE: no such kind. */
int changelog_add(struct buf *out, const struct changelog *c, const char *kind,
		  const char *entry, struct ops_error *err);

/* Append it with what is unreleased as that version.  OPS_ENOTFOUND: nothing is
 * unreleased; OPS_EEXISTS: the version is there, and something is unreleased too. */
int changelog_release(struct buf *out, const struct changelog *c, const char *version,
		      const char *day, const char *tag, struct ops_error *err);

/* Append it with an empty "[Unreleased]" above `version`, whose tag is given for links. */
int changelog_open(struct buf *out, const struct changelog *c, const char *tag,
		   struct ops_error *err);

/* Whether a version ("Unreleased" for what is) has a heading; and an entry. */
bool changelog_has(const struct changelog *c, const char *version);
bool changelog_has_entries(const struct changelog *c, const char *version);
/* The newest version; NULL: none. */
const char *changelog_newest(const struct changelog *c);
/* Append the text below the heading of a version, outer blank lines trimmed. */
void changelog_text(struct buf *out, const struct changelog *c, const char *version);

#endif
