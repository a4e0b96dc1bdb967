/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_SIDES_H
#define VIEW_AUDIT_SIDES_H

#include "view/audit_inside.h"

/* The paths in which two commits differ (the first may be NULL, for nothing), as keys of a map
 * in the arena of the commit that is judged. */
int audit_differing(struct map **out, struct judged *j, const struct oid *a,
		    const struct oid *b, struct ops_error *err);

/* Whether some parent has no commit in common with the first one. */
int audit_unrelated(bool *out, struct judged *j, const struct commit *c, struct ops_error *err);

/* Those of a commit that are as none of its parents has them; where some parent has nothing in
 * common with the first, all that are not as one of them has them: a second beginning judged
 * itself by its own law, so what it brings is of who brought it. */
int audit_own(struct map **out, struct judged *j, const struct commit *c,
	      struct ops_error *err);

/* Those that `less` has not. */
int audit_without(struct map **out, struct judged *j, const struct map *all,
		  const struct map *less, struct ops_error *err);

/* The id of the document of that type at a path, or of the one that the record there is about. */
int audit_id_at(const char **out, struct arena *arena, const struct type *type,
		const char *path, struct ops_error *err);

/* Lay those files over a snapshot as that of a commit has them, or has them no more. */
int audit_lay(struct snap *over, struct snap *from, const struct map *paths,
	      struct ops_error *err);

/* Where sides of a merge have documents of its own that lie elsewhere in it; they are added
 * to its own, since to be gone from there is part of what it made of them. */
int audit_moved(struct map **out, struct judged *j, const struct commit *c, struct map *own,
		struct ops_error *err);

/* One side of a merge, against another one. */
struct audit_side {
	struct oid *bases;	/* where both began: one commit, or several; its own */
	size_t bases_nr;
	struct map *changed;	/* files that it changed since, and the other side knows not */
};

/* OPS_ENOTFOUND: both have nothing in common. */
int audit_side_read(struct audit_side *out, struct judged *j, const struct oid *mine,
		    const struct oid *other, struct ops_error *err);
void audit_side_release(struct audit_side *side);

/* Those of its own that git cannot have joined out of what its sides did (audit_joined.c). */
int audit_added(struct map **out, struct judged *j, const struct commit *c,
		const struct map *own, struct ops_error *err);

#endif
