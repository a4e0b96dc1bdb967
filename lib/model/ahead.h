/* SPDX-License-Identifier: MIT */
#ifndef MODEL_AHEAD_H
#define MODEL_AHEAD_H

/*
 * Documents of a snapshot, read and parsed ahead of who looks at them by another thread.
 *
 * ahead_new(); ahead_add() each, in the order in which they will be asked for; then, for
 * each from the first to the last, ahead_take() unless it is skipped, and ahead_done().
 * Taking may begin while others are still to be added, and has to when ahead_full(): then
 * nothing more can be added.  The answers are the same with and without the thread, which
 * is only begun when there is much to read and a processor for it: what it has not begun yet
 * is read by who asks.
 */

#include "store/snap.h"
#include "text/doc.h"

struct ahead;

/* Called with each document that was read, by either thread: it may look at `doc` alone. */
typedef void ahead_prepare(struct doc *doc, const void *type);

/* A file that is one.  The path is copied, and its copy stays until ahead_done(); all else that
 * is pointed to must live longer than the ahead. */
struct ahead_item {
	const char *path, *dir;
	const struct snap_entry *entry;
	const void *type;		/* only handed to `prepare` */
	bool skip;			/* is not read: nobody may take it */
	size_t spared;			/* of who added it: why it is skipped; or 0 */
};

/* It, read.  All belongs to the ahead, until ahead_done(). */
struct ahead_doc {
	struct arena *arena;
	struct blob blob;
	struct doc *doc;		/* NULL: it could not be read */
	struct ops_findings *findings;	/* of its text; NULL: none */
	int ret;			/* why not: the status of ... */
	bool parsed;			/* ... doc_parse(), or of snap_read_entry() */
	struct ops_error err;
};

/* NULL: out of memory. */
struct ahead *ahead_new(struct snap *snap, size_t max, ahead_prepare *prepare);
void ahead_free(struct ahead *a);	/* NULL is fine; a thread is waited for */

/* List these directories and all below them meanwhile, which will be walked over in this
 * order: before anything is added, once, and only of a snapshot that snap_lists_aside(). */
void ahead_list(struct ahead *a, const char *const *dirs, size_t nr);

/* Not when it is full.  Returns 0 or OPS_ENOMEM. */
int ahead_add(struct ahead *a, const struct ahead_item *item);
/* So many were added. */
size_t ahead_count(const struct ahead *a);
/* Until ahead_done(). */
const struct ahead_item *ahead_at(const struct ahead *a, size_t at);

/* Whether as many were added and are not done as can be read ahead. */
bool ahead_full(const struct ahead *a);

/* The document at that place, read; NULL: out of memory. */
struct ahead_doc *ahead_take(struct ahead *a, size_t at);
void ahead_done(struct ahead *a, size_t at);

#endif
