/* SPDX-License-Identifier: MIT */
#ifndef VIEW_CHECK_INSIDE_H
#define VIEW_CHECK_INSIDE_H

/* What the files of the check share. */

#include "judge/judge.h"
#include "model/repo.h"
#include "ops/check.h"
#include "text/links.h"
#include "util/map.h"

struct check_past;
struct linking;
struct mending;

struct checking {
	struct ops_repo *repo;
	const struct ops_check_options *options;
	struct ops_check_result *result;
	struct ops_findings *findings;	/* in what lies there */
	struct ops_findings *refusals;	/* of the change */
	struct snap *snap;
	struct world *world;
	const struct config *config;
	struct arena *arena;		/* of the whole check */
	struct map *range;		/* paths a range changed; NULL: no range */
	struct map *visited;		/* of those asked for by name */
	struct linking *linking;
	struct mending *mending;	/* collects what could be mended; NULL */
	const struct mending *mended;	/* laid over what is checked; NULL */
	size_t judged;			/* findings that belong to documents before */
	struct check_past *past;	/* what was found before; NULL: it is not asked */
};

/* Whether findings about a path are asked for; NULL is the change itself. */
bool check_wanted(const struct checking *c, const char *path);

/* Count a document that is governed, and list it if it is asked for. */
int check_count(struct checking *c, const char *path, struct ops_error *err);
/* Check one document, which may be unreadable: for world_each(). */
int check_document(struct ops_document *d, void *checking, struct ops_error *err);

/* Check what the options name: files and directories. */
int check_named(struct checking *c, struct ops_error *err);
/* Check what the range changed. */
int check_range(struct checking *c, struct ops_error *err);

/* The links of a text; all of its links are in `links`, absent targets that `type`
 * (NULL: none) allows are fine.  `doc`: it, read; or NULL. */
int check_links(struct checking *c, const char *path, const struct type *type,
		struct doc *doc, const struct links *links, struct ops_error *err);
/* Say of all that are broken what may have been meant: when all texts were read, since what
 * there is instead is looked for everywhere. */
int check_links_guess(struct checking *c, struct ops_error *err);
/* The last finding is about a link in `from` that leads to `path`, where nothing is; and where the
 * one that a finding is about leads to, or NULL. */
int check_links_missed(struct checking *c, const char *path, const char *from,
		       struct ops_error *err);
const char *check_links_missing(const struct checking *c, size_t finding);
/* Give back what that took; before the arena of `c` goes. */
void check_links_end(struct checking *c);

/* What lies at a path, as a link finds it. */
int check_links_lead(int *lies, struct checking *c, const char *path, struct ops_error *err);

/* Open what was found before, if it may be used for this check; NULL in c->past if not. */
int check_past_open(struct checking *c, struct ops_error *err);
extern const struct world_spared check_past_spared;
/* What is asked about the repository from here on is for the verdict on one document ... */
void check_past_begin(struct checking *c);
/* ... until here, where that stands, if it stands: all findings since c->judged. */
void check_past_end(struct checking *c, bool stands, const struct ops_document *d);
/* It depended on what lies at a path, of the statuses and modes of snap_find(); on the bytes of a
 * file, which have that name, NULL: were not read; or on more than can be said. */
void check_past_led(struct checking *c, const char *path, int lies);
void check_past_read(struct checking *c, const char *path, const struct oid *oid);
void check_past_more(struct checking *c);
/* Keep what was found now, if `whole`, and forget it. */
void check_past_close(struct checking *c, bool whole);

/* Mark the findings since c->judged that the document excuses, and say what is wrong
 * with its excuses. */
int check_allows(struct checking *c, const char *path, const struct doc *doc,
		 const struct links *links, const char *text, size_t len,
		 struct arena *arena, struct ops_error *err);

/* Whether the document is overdue. */
void check_fresh(struct checking *c, const struct ops_document *d);

#endif
