/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SCOPE_H
#define MODEL_SCOPE_H

/*
 * The scope of a task: the patterns of paths that its section Scope names in `code`.
 * A task that is assigned and not finished holds its scope (catalogue I1).
 */

#include "model/world.h"
#include "util/path.h"

/* The section's spans that can be patterns of paths; none for a task without them. */
struct scope {
	const char *const *patterns;
	size_t nr;
};

/* Read it; strings belong to the arena.  OPS_ENOMEM. */
int scope_read(struct scope *out, struct arena *arena, const struct config *config,
	       struct ops_document *task);

/* A span of the section that looks like a path and belongs to no scope. */
struct scope_fault {
	const char *span;
	const char *why;	/* as a phrase: "is absolute" */
	const char *instead;	/* what may have been meant; or NULL */
	size_t at;		/* offset in the text of the document */
};

/* All of them; strings belong to the arena.  OPS_ENOMEM. */
int scope_faults(const struct scope_fault **out, size_t *nr, struct arena *arena,
		 const struct config *config, struct ops_document *task);

/* Whether the task holds what it names: somebody is to work, works, or waits with it. */
bool scope_held(const struct config *config, const struct ops_document *task);

bool scope_has(const struct scope *s, const char *path);

/* Whether some path that matches `within` is in both; `example` gets one, PATH_MAX_BYTES
 * at most, unless the answer is PATHS_UNDECIDED. */
enum path_overlap scope_meet(char *example, const struct scope *a, const struct scope *b,
			     const char *within);

/* Two tasks that one path belongs to. */
struct scope_meeting {
	struct ops_document *task;	/* the other; lives as long as the call */
	const char *owner;		/* its Assigned-To */
	const char *example;		/* a path of both; "" when it could not be decided */
};

/*
 * Call `each` for the tasks that hold something matching `within` which `scope` has as well, but
 * for the task `id` and those assigned to `owner` (NULL: nobody is excepted).  A task
 * that cannot be read is a finding.  OPS_ENOMEM, OPS_EIO, or what `each` returned.
 */
int scope_meetings(struct world *w, const struct scope *scope, const char *within,
		   const char *id, const char *owner,
		   int (*each)(const struct scope_meeting *meeting, void *payload),
		   void *payload, struct ops_findings *findings, struct ops_error *err);

#endif
