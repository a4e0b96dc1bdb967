/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ROLL_H
#define MODEL_ROLL_H

/*
 * The roll: what the headers of all documents of one tree say, kept below the git
 * directory, so that a question costs what its answer does and not what the repository does.
 *
 * A cache: keyed by the tree and the configuration, sealed with the user's secret
 * (store/sealed.h), brought up to date by the differences of trees, and deleted whenever
 * somebody likes.  Only views use one, to show: nothing that decides or writes asks it.
 * docs/cache.md has the figures and the reasons.
 */

#include "model/world.h"

/* Whether anything may be remembered of documents, which git's configuration says. */
#define ROLL_CONFIG "ops.cache"
enum roll_wish { ROLL_NEVER, ROLL_IF_IT_PAYS, ROLL_ALWAYS };
enum roll_wish roll_wish(struct store *s);

struct board;
struct roll;
struct roll_line;
struct task;

/* Where a roll is kept, and who is told how far its making is. */
struct roll_place {
	struct store *store;
	const char *private_dir;	/* of the user's secret; NULL: there is no roll */
	const char *branch;		/* whose state it is; or NULL */
	void (*progress)(const char *what, size_t done, size_t known, void *payload);
	void *payload;
};

/*
 * The roll of the world's tree, brought up to date or made if that pays; *out is NULL when
 * there is none: all answers are the same without, only slower.  The world must be one of
 * a tree and live longer.  OPS_ENOMEM.
 */
int roll_open(struct roll **out, struct world *w, const struct roll_place *place,
	      struct ops_error *err);
void roll_close(struct roll *r);	/* NULL is fine */

/* Bring the roll of that world's tree up to date, if there is one. */
void roll_follow(struct world *w, const struct roll_place *place);

/* From now on the world and its snapshot look things up in the roll. */
void world_use_roll(struct world *w, struct roll *r);
struct roll *world_roll(const struct world *w);	/* NULL: none, or it was found damaged */

/* A header's value that lists and plans ask for; first those that nearly every list does. */
enum roll_field { ROLL_STATE, ROLL_TITLE, ROLL_NAME, ROLL_ASSIGNED, ROLL_DEPARTMENT,
		  ROLL_PRIORITY, ROLL_DUE, ROLL_DIVIDED, ROLL_NEAR,
		  ROLL_STATUS = ROLL_NEAR, ROLL_TYPE, ROLL_PROJECT, ROLL_STARTED,
		  ROLL_COMPLETED, ROLL_CANCELLED, ROLL_REWORK, ROLL_FIELDS };

/* One line of it: a document, another file, or a directory. */
struct roll_line {
	struct roll *roll;
	unsigned segment;
	const struct roll_row *row;
};

/* What the value is; NULL when absent.  Belongs to the roll. */
const char *roll_value(const struct roll_line *line, enum roll_field field);
/* The number of a value of those before ROLL_NEAR: in one segment equal numbers are equal
 * values, and 0 is none. */
uint32_t roll_number(const struct roll_line *line, enum roll_field field);
/* The field of that name: false when the roll does not keep it. */
bool roll_field_named(enum roll_field *out, const char *name);
const char *roll_id(const struct roll_line *line);
char *roll_path(const struct roll_line *line, struct arena *arena);
/* Its blob or tree; false when damaged. */
bool roll_oid(struct oid *out, const struct roll_line *line);

/*
 * Call `each` with the lines of the documents of a type, as world_each() does with
 * documents: in order of path.  `plain` is false when the document has to be read, because
 * there is something to say about it: world_at_of() says it.  OPS_ENOTFOUND: the roll
 * cannot tell; ask world_each().
 */
int roll_each(struct roll *r, const struct type *type, bool archived,
	      int (*each)(const struct roll_line *line, bool plain, void *payload,
			  struct ops_error *err),
	      void *payload, struct ops_error *err);
/* The same for those below a directory. */
int roll_each_below(struct roll *r, const struct type *type, const char *dir,
		    int (*each)(const struct roll_line *line, bool plain, void *payload,
				struct ops_error *err),
		    void *payload, struct ops_error *err);

/* The type of a line's document. */
const struct type *roll_type(const struct roll_line *line);

/* The line at a path.  OPS_ENOTFOUND: nothing is there; OPS_EINVALID: it cannot tell. */
int roll_at(struct roll_line *out, struct roll *r, const char *path);
bool roll_is_plain(const struct roll_line *line);
bool roll_is_directory(const struct roll_line *line);

/* All lines whose id is `name`, or (`prefix`) begins with it, in order of path. */
int roll_named(struct roll_line **out, size_t *nr, struct roll *r, const char *name,
	       bool prefix, struct arena *arena, struct ops_error *err);

/* Fill in a task of a board from the line of a plain, active task; all but its agent.  What is
 * made for that is in `arena`.  OPS_ENOTFOUND: read the document. */
int roll_task(struct task *out, struct board *b, struct arena *arena,
	      const struct roll_line *line);

#endif
