/* SPDX-License-Identifier: MIT */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

/* Commits as they are, and walks over them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/spill.h"
#include "store/store.h"
#include "util/digest.h"

struct signature {
	const char *name, *email;
	int64_t time;		/* seconds since 1970 */
	int offset;		/* minutes */
};

struct commit {
	struct oid id, tree;
	const struct oid *parents;
	size_t parents_nr;
	struct signature author, committer;
	const char *message;
	size_t message_len;
	/* What is odd about its raw header (a second author, two gpgsig, an unknown
	 * header, NUL in the message, an encoding...), or NULL when it is
	 * byte for byte of the grammar tree, parent*, author, committer,
	 * [encoding UTF-8], [gpgsig], blank. */
	const char *odd;
	bool has_signature;
	/* The armoured text of its gpgsig and the bytes that it is over; NULL if there
	 * is none. */
	const char *signature, *payload;
	size_t signature_len, payload_len;
};

/* Read one commit; strings belong to the arena.  OPS_ENOTFOUND, OPS_EIO,
 * OPS_EINVALID (not a commit, larger than 1 MiB). */
int commit_read(struct commit *out, struct store *s, const struct oid *id,
		struct arena *arena, struct ops_error *err);

/* When the commit of these bytes was made, in seconds; 0: they do not say. */
int64_t commit_date(const char *raw, size_t len);

/* SHA-256 of the bytes of a commit, whose id is computed again on the way.  Statuses as
 * above. */
int commit_digest(char hex[DIGEST_HEX + 1], struct store *s, const struct oid *id,
		  struct ops_error *err);

/*
 * The commits of a range, parents before children.  A long list lies in a file without a name
 * and not in memory; it may be sorted where it is.
 */
struct history {
	struct oid *list;		/* NULL if there is none */
	size_t nr;
	/* Which of them are the tip, its first parent, the first parent of that and so on: a bit
	 * for each, for history_in_line(). */
	unsigned char *line;
	bool descends;			/* `tip` is `hide` or descends from it */
	struct spill bytes;
};

/* List the commits reachable from `tip` and not from `hide` (NULL: none).  More than `max` (0:
 * no bound) is OPS_EREFUSED; OPS_EIO, OPS_ENOTFOUND when one is missing. */
int history_list(struct history *out, struct store *s, const struct oid *tip,
		 const struct oid *hide, size_t max, struct ops_error *err);
/* The first `nr` of them were looked at, and need not stay in memory. */
void history_rest(struct history *h, size_t nr);
void history_release(struct history *h);	/* zero-initialised is fine */

static inline bool history_in_line(const unsigned char *line, size_t at)
{
	return line[at / 8] >> at % 8 & 1;
}

/*
 * Call `each` with the id of every commit reachable from `tip` and not from
 * `hide` (NULL: none), parents before children (`newest_first`: the reverse).
 * A negative return of `each` ends the walk and is returned; a positive one
 * ends it with 0.
 */
int history_walk(struct store *s, const struct oid *tip, const struct oid *hide,
		 bool newest_first,
		 int (*each)(const struct oid *id, void *payload,
			     struct ops_error *err),
		 void *payload, struct ops_error *err);

/* The same for what comes before the commits of a list, the nearest first and `most` of them:
 * their parents, theirs and so on, without a look at the others.  It ends where a clone was cut
 * off. */
int history_before(struct store *s, const struct oid *list, size_t nr, size_t most,
		   int (*each)(const struct commit *commit, void *payload,
			       struct ops_error *err),
		   void *payload, struct ops_error *err);

/* All of the best common ancestors (two branches that were merged into each other have several);
 * the list is the caller's to free().  OPS_ENOTFOUND: none; OPS_EENVIRONMENT: none that a
 * shallow clone has. */
int history_merge_bases(struct oid **out, size_t *nr, struct store *s, const struct oid *a,
			const struct oid *b, struct ops_error *err);

/* One of them; statuses as above. */
int history_merge_base(struct oid *out, struct store *s, const struct oid *a,
		       const struct oid *b, struct ops_error *err);

#endif
