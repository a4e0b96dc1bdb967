/* SPDX-License-Identifier: MIT */
#ifndef OPS_MERGE_H
#define OPS_MERGE_H

/*
 * Merging documents, field by field and section by section, and deciding what a merge
 * left to people.
 */

#include "ops/change.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One version; `text` NULL: it is not there. */
struct ops_text {
	const char *text;
	size_t len;
};

struct ops_merge_conflict {
	const char *kind;	/* "document", "authority", "field", "section" */
	const char *name;	/* of the field or section; "" */
};

/* The merge; everything in it belongs to it. */
struct ops_merge {
	const char *text;
	size_t len;
	const struct ops_merge_conflict *conflicts;
	size_t conflicts_nr;
};

/*
 * Merge three versions of the file at `path`, by the type the configuration of the tip
 * (without one, of HEAD) gives it; any other file by its lines.  What is in conflict stands between
 * marks as git makes them.  Returns 0, also with conflicts; OPS_EIO; OPS_ENOMEM.
 */
int ops_repo_merge(struct ops_merge **out, struct ops_repo *repo, const char *path,
		   const struct ops_text *base, const struct ops_text *ours,
		   const struct ops_text *theirs, struct ops_error *err);
void ops_merge_free(struct ops_merge *merge);	/* NULL is fine */

/* One place where a merge left two versions. */
struct ops_hunk {
	unsigned line;
	const char *where;	/* fields or section; "" */
	const char *ours, *theirs;
};

/* A file that git holds for unmerged. */
struct ops_unmerged {
	const char *path;
	const struct ops_hunk *hunks;	/* none: it has no marks (any more), or is gone */
	size_t hunks_nr;
};

struct ops_unmerged_list {
	const struct ops_unmerged *files;
	size_t nr;
};

/*
 * The files of the work tree that a merge left undecided; `target`: only that one, a path or an
 * id or how one of them begins.  OPS_ENOTFOUND: it isn't among them; OPS_EAMBIGUOUS: the ids of
 * several begin like that; OPS_EENVIRONMENT: no work tree; OPS_EIO.
 */
int ops_repo_unmerged(struct ops_unmerged_list **out, struct ops_repo *repo,
		      const char *target, struct ops_error *err);
void ops_unmerged_free(struct ops_unmerged_list *list);	/* NULL is fine */

/* What somebody decided about one file. */
struct ops_resolution {
	const char *choices;	/* a letter for each hunk: 'o' ours, 't' theirs, '-' open */
	const struct ops_setting *fields;	/* fields of the result */
	size_t fields_nr;
	const struct ops_setting *sections;
	size_t sections_nr;
	bool dry_run;
};

/*
 * Decide.  A hunk of the header whose every field is among `fields` needs no letter.  When
 * no hunk is left and the document by itself breaks no rule, the file is written and staged by
 * `git add`; *left says how many hunks are.  Findings about the result go to `findings`; with
 * an error among them nothing is written.  Returns 0; OPS_ENOTFOUND: not an unmerged
 * file; OPS_EUSAGE: a field or section that cannot be set so; OPS_EREFUSED; OPS_EIO.
 */
int ops_repo_resolve(size_t *left, struct ops_findings *findings, struct ops_repo *repo,
		     const char *path, const struct ops_resolution *resolution,
		     struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
