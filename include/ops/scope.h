/* SPDX-License-Identifier: MIT */
#ifndef OPS_SCOPE_H
#define OPS_SCOPE_H

/*
 * Scopes: which assigned tasks hold which paths.  A task's scope is what its section
 * Scope names in `code`; the files need not be there.
 */

#include "ops/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A task that holds its scope.  Everything belongs to the view. */
struct ops_scope_holder {
	const char *task, *path;	/* its id and file */
	const char *owner;		/* its Assigned-To */
	const char *status;
	const char *patterns;		/* joined by ", " */
	const char *example;		/* a path in both scopes; NULL unless two were compared,
					   "" when the patterns are too hard to decide */
};

/* The tasks that hold `path` (NULL: anything), in order of their files.  Unreadable ones
 * are findings.  OPS_EUSAGE: no path that git could hold; OPS_ENOMEM, OPS_EIO. */
int ops_scope_holders(const struct ops_scope_holder **out, size_t *nr,
		      struct ops_view *view, const char *path,
		      struct ops_findings *findings, struct ops_error *err);

/* The tasks of other owners that hold something the task names too, with an example of
 * each.  OPS_EUSAGE: no task; OPS_EINVALID: it cannot be read; OPS_ENOMEM, OPS_EIO. */
int ops_scope_meetings(const struct ops_scope_holder **out, size_t *nr,
		       struct ops_view *view, const struct ops_document *task,
		       struct ops_findings *findings, struct ops_error *err);

/* The patterns of a task, joined by ", ", whether it holds them or not; "" for none. */
int ops_scope_of(const char **out, struct ops_view *view,
		 const struct ops_document *task, struct ops_error *err);

/* A lease that is held. */
struct ops_lease {
	const char *id, *path;		/* of its document */
	const char *task, *owner;	/* Department/agent */
	const char *paths;		/* joined by ", " */
	const char *token;		/* what commits carry in Ops-Lease */
	const char *expires;
	const char *state;		/* held, expired, orphaned (nobody works on its task) */
};

/* The leases that are held, of paths that match `path` and of task `task` unless they are
 * NULL; by the time of the repository.  Belongs to the view.  As ops_scope_holders(). */
int ops_scope_leases(const struct ops_lease **out, size_t *nr, struct ops_view *view,
		     const char *path, const char *task, struct ops_findings *findings,
		     struct ops_error *err);

/* The configured pattern that makes a path critical; NULL when it is not. */
const char *ops_scope_critical(const struct ops_view *view, const char *path);

#ifdef __cplusplus
}
#endif
#endif
