/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_ASKED_H
#define VIEW_AUDIT_ASKED_H

#include "view/audit_laid.h"

/* What a side of a merge did about what the other one did something about, too. */
struct audit_common {
	struct map *paths;
	struct map *ids;		/* -> struct about_one */
	struct map *joined;		/* of documents that both changed */
	struct map *config;		/* its path, if only this side changed it */
};

/* Asking about what commits of one side did, with what the other one did. */
struct audit_asking {
	struct judged *j;
	const struct config *config;
	struct laying laying;		/* what the other side did before */
	const struct audit_common *asked;	/* what is in question, of this side */
	struct ops_findings *found;	/* where errors are told */
/* Of the commit at hand: */
	const struct map *own;		/* of a merge: what it did itself; else NULL */
	bool makes;			/* it has made one of those in question */
};

/* The id of the document at a path, or of the one that the record there is about; NULL: that
 * is neither. */
int audit_about(const char **out, bool *is_record, struct judged *j,
		const struct config *config, const char *path, struct ops_error *err);

/* Tell of what is not legal of a commit there; the payload is a struct audit_asking. */
int audit_ask(const struct oid *id, void *payload, struct ops_error *err);

/* Only whether it did anything that is in question: `makes`. */
int audit_ask_whether(struct audit_asking *r, const struct commit *c, struct ops_error *err);

/* What the other side did is what it had done up to that commit. */
int audit_ask_after(struct audit_asking *r, const struct oid *commit,
		    const struct audit_common *laid, struct ops_error *err);
void audit_ask_end(struct audit_asking *r);

#endif
