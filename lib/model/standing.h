/* SPDX-License-Identifier: MIT */
#ifndef MODEL_STANDING_H
#define MODEL_STANDING_H

/*
 * Standing rules as data: what holds for every commit, whatever files it touches
 * (catalogue M1).  All of it is the key `standing` of the configuration.
 */

#include "model/conf.h"

struct shape;

struct secret_shape {
	const char *name;
	const struct shape *shape;
};

struct standing {
	struct {
		bool on;
		struct names types;	/* feat, fix, … */
		struct names exempt;	/* forms of whole subjects */
		size_t subject_max;	/* characters */
	} messages;
	struct {
		struct names protect;	/* patterns of names, without refs/heads/ */
		struct names by;	/* powers */
	} branches;
	struct {
		bool on;
		struct secret_shape *shapes;
		size_t shapes_nr;
		struct names words;	/* in the name of what is assigned */
		double entropy;		/* bits a character */
		size_t min_length;	/* characters */
		size_t max_bytes;	/* of a file */
		struct names allow_paths, allow_values;
		const char *marker;	/* on the line */
	} secrets;
	struct {
		bool on;		/* where a commit names its task */
		bool required;		/* and every one that touches other files does */
		struct names states;	/* of the task */
	} scope;
	struct {
		bool on;
		const char *file;
		struct names paths;	/* what users see; none: any file */
		struct names types;	/* of messages; none: any */
	} changelog;
	struct {
		struct names paths;
		struct names by;	/* powers, one of which has reviewed */
	} sensitive;
};

/* Read the mapping `standing`; mistakes are reported.  Returns 0 or OPS_ENOMEM. */
int standing_read(struct standing *out, struct conf_reader *r, const struct conf *map);

/* Whether some pattern matches. */
bool standing_paths_have(const struct names *patterns, const char *path);
/* Whether some pattern guards the path: it matches it, or what a disk takes for it that
 * ignores case or characters that are not seen; or, if it is no `plain` file, something that
 * would lie below it: a link or a submodule stands for all of that.  OPS_ENOMEM. */
int standing_paths_guard(bool *out, const struct names *patterns, const char *path, bool plain);

#endif
