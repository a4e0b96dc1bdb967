/* SPDX-License-Identifier: MIT */
#ifndef OPS_CHECK_H
#define OPS_CHECK_H

/*
 * Checking documents as they lie there, whatever their history: a linter.  Changes that
 * are not committed yet are judged as well, by the same judge as those that are.
 */

#include <stdbool.h>
#include <stddef.h>

#include "ops/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_repo;

enum ops_check_what { OPS_CHECK_WORK_TREE, OPS_CHECK_STAGED, OPS_CHECK_REVISION };

/* What a check looked at. */
struct ops_check_result {
	size_t documents;	/* governed documents */
	size_t unreadable;	/* of them, could not be read */
	size_t known;		/* of them, did not change since they were checked by the same
				   rules, and were not read again (options' `past`) */
	size_t untyped;		/* Markdown that no type governs: header and links only */
	size_t other;		/* files that are no Markdown: not looked at */
	size_t suppressed;	/* findings that the documents themselves excuse */
};

/* Whether slips whose meaning is certain are put right: in the work tree only. */
enum ops_check_fix { OPS_FIX_NOTHING, OPS_FIX_SHOW, OPS_FIX_WRITE };

/* One slip: valid during the call. */
struct ops_fix {
	const char *path, *rule;
	unsigned line;
	const char *before, *after;	/* the line; after NULL: taken out */
	const char *refused;		/* why it stays as it is; NULL: put right */
};

/* What to check; zero-initialise what you do not set. */
struct ops_check_options {
	enum ops_check_what what;
	const char *revision;	/* of OPS_CHECK_REVISION; NULL = the tip.  "A..B": only
				   the documents that B changed since it parted from A,
				   as they stand at B */
	const char *const *paths;	/* files and directories, counted from the top, which
					   is "", or whole; files no type governs are checked
					   there, too */
	size_t paths_nr;	/* 0 = all governed documents */
	const char *text;	/* instead of the file that paths[0] names; NULL */
	size_t text_len;
	const char *config;	/* judge by this ops.yaml, and no change; NULL = by the
				   one that is in force */
	size_t config_len;
	bool past;		/* believe what was found before in documents that did not change,
				   and remember what is found now; only with nothing of the
				   above set but `what`, and not for a revision */
	/* Called with the path of each document that was read and is asked for; valid
	 * during the call.  A negative status ends the check.  May be NULL. */
	int (*each)(const char *path, void *payload);
	enum ops_check_fix fix;	/* OPS_CHECK_WORK_TREE only; findings are those that are
				   left, or with OPS_FIX_SHOW would be */
	int (*fixed)(const struct ops_fix *fix, void *payload);	/* as `each` */
	void *payload;
	struct ops_findings *suppressed;	/* gets the excused findings; may be NULL */
};

/*
 * Check documents: by themselves, their links, and for the work tree and the index also
 * the change against the tip, as if the author made it now.  Findings are sorted.
 * Returns 0 whatever was found (see ops_findings_refuse()); OPS_ENOTFOUND: no such
 * revision or path; OPS_ECHANGED: a file changed while it was put right; OPS_EUSAGE;
 * OPS_EENVIRONMENT; OPS_EIO; OPS_ENOMEM; a negative status of `each` or `fixed`.
 */
int ops_repo_check_with(struct ops_check_result *result, struct ops_findings *findings,
			struct ops_repo *repo, const struct ops_check_options *options,
			struct ops_error *err);

/* The same for the plainest of questions; `paths` with nr 0 = all. */
int ops_repo_check(struct ops_check_result *result, struct ops_findings *findings,
		   struct ops_repo *repo, enum ops_check_what what,
		   const char *revision, const char *const *paths, size_t nr,
		   struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
