/* SPDX-License-Identifier: MIT */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

/* The inside of a view, for the files of this folder. */

#include "model/repo.h"
#include "model/roll.h"
#include "ops/audit.h"
#include "ops/view.h"

struct view_board;

struct ops_view {
	struct ops_repo *repo;
	struct snap *snap;
	struct world *world;
	struct arena *arena;		/* the world's */
	struct view_board *boards;	/* view/board.h */
	const struct config *config;
	struct roll *roll;		/* or NULL */
	struct oid commit;
	char hex[OID_HEX + 1];
	bool said_broken;
};

/* Say once what is wrong with the configuration: only the built-in one is in force then. */
int view_say_broken(struct ops_view *view, struct ops_findings *findings,
		    struct ops_error *err);

/* The commit that is looked at when none is named.  OPS_EENVIRONMENT: there is none. */
int view_tip(struct oid *out, struct ops_repo *repo, struct ops_error *err);

/* Whom judging a range tells; all may be NULL. */
struct audit_calls {
	struct ops_findings *gather;	/* the findings of all, each with its commit */
	int (*each)(const struct ops_audit_commit *commit, void *payload);
	void (*progress)(size_t done, size_t known, void *payload);
	void *payload;
	bool looks;			/* nothing is to be remembered of it */
	int64_t clock;			/* seconds: no commit is from after it; 0: not asked */
	size_t earlier;			/* so many commits before the range are asked whether one
					   of their acts is told again; 0: none */
};

/* Judge the commits that `tip` has and `hide` (NULL: nothing) has not.  OPS_EREFUSED:
 * more than `max` of them (0: any number). */
int audit_range(struct ops_audit_result *result, struct ops_repo *repo,
		const struct oid *tip, const struct oid *hide, size_t max,
		const struct audit_calls *calls, struct ops_error *err);

#endif
