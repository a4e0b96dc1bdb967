/* SPDX-License-Identifier: MIT */
#ifndef MODEL_MERGE_H
#define MODEL_MERGE_H

/*
 * Merging three versions of a document: field by field and section by section, by what
 * its type says.
 *
 *	free fields	that one side changed; both: a conflict, unless they agree
 *	lists		as sets: what either added is there, what either took is not
 *	authority	the status and whatever transitions set: all of one side, and if
 *			both changed it a conflict, unless one side follows from the other
 *			by transitions of the type
 *	sections	that one side changed; both: their lines, and a conflict if those meet
 *	checklists	an item that either side ticked is ticked
 *	entries		that either side added to a file of them stay
 *	packets		are never changed, so two versions of one are a conflict
 *
 * The result reads as a document again unless a conflict says otherwise.  Pure.
 */

#include "model/config.h"
#include "model/type.h"
#include "store/merge-text.h"
#include "text/pieces.h"
#include "util/buf.h"

enum conflict_kind {
	CONFLICT_DOCUMENT,	/* all of it */
	CONFLICT_AUTHORITY,	/* fields that transitions set */
	CONFLICT_FIELD,
	CONFLICT_SECTION
};

struct conflict {
	enum conflict_kind kind;
	const char *name;	/* of field or section; "" */
};

enum merge_flags {
	/* Theirs is an act that is done again on ours, and will be judged as such: each field
	 * of authority by itself, and nothing follows from anything. */
	MERGE_ACT = 1 << 0,
	/* A file of entries without a header, as DECISIONS.md: what both sides added stays. */
	MERGE_ENTRIES = 1 << 1,
	/* Ours came after theirs: of what both changed, that of ours stands. */
	MERGE_OURS_LAST = 1 << 2
};

struct merge {
	struct arena *arena;		/* the caller's; owns the conflicts */
	struct buf text;		/* to be released */
	struct conflict *conflicts;
	size_t conflicts_nr, conflicts_room;
};

/* The flags for what lies at a path: MERGE_ENTRIES or 0. */
unsigned merge_flags_at(const struct config *config, const char *path);

/* `type` NULL: a text of any kind, merged by lines.  Zero-initialise *m but for its
 * arena and text.  Returns 0, also with conflicts; OPS_ENOMEM. */
int merge_document(struct merge *m, const struct type *type, struct side base,
		   struct side ours, struct side theirs, unsigned flags,
		   struct ops_error *err);

/* --- between the files of it --- */

struct merging {
	struct merge *m;
	const struct type *type;
	struct doc *base, *ours, *theirs;	/* base may be NULL */
	unsigned flags;
	/* merge_header.c: */
	struct map *lists;		/* fields that were merged as lists */
	enum { TAKE_OURS, TAKE_THEIRS, TAKE_NEITHER, TAKE_EACH } authority;
	struct buf hunk_ours, hunk_theirs;	/* of authority in conflict */
	bool hunk_put;
};

int merge_conflict(struct merge *m, enum conflict_kind kind, const char *name,
		   struct ops_error *err);
void merge_markers(struct buf *out, const char *ours, size_t ours_len,
		   const char *theirs, size_t theirs_len);

/* Lists as sets: give `ours` what the others say, as a new document. */
int merge_lists(struct merging *g, struct ops_error *err);
int merge_header(struct buf *out, struct merging *g, struct ops_error *err);
int merge_body(struct buf *out, struct merging *g, struct ops_error *err);
/* Positive: they meet, and *out is not to be used. */
int merge_entries(struct buf *out, struct arena *arena, struct side base, struct side ours,
		  struct side theirs, struct ops_error *err);

#endif
