/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ROLL_INSIDE_H
#define MODEL_ROLL_INSIDE_H

/* How a roll lies in its two sealed files: the base, and what has changed since.  Offsets
 * into texts are 0 for what is absent. */

#include "model/roll.h"
#include "store/sealed.h"
#include "store/spill.h"
#include "util/buf.h"
#include "util/numbering.h"

#define ROLL_KIND "ops roll 6"

/*
 * Rows are what every question goes through, so they are small: what is asked for seldom lies
 * in MORE.  WORDS are few and come again and again; NAMES are those of other documents, STEMS
 * those of the lines.  Who makes a roll looks into the parts up to STEMS at any place, and has
 * them in memory; the others it adds to, and goes through once.
 */
enum roll_part { PART_FACTS, PART_ROWS, PART_IDS, PART_WORDS, PART_NAMES, PART_STEMS,
		 PART_MORE, PART_TEXT, PART_IMAGES, PART_ITEMS, PART_JOBS, PART_LINKS,
		 ROLL_PARTS, ROLL_NEAR_PARTS = PART_MORE };

struct roll_facts {
	struct oid tree, config;	/* config: zero when there is no ops.yaml */
	uint64_t base;			/* the seal of what it changes; 0 in a base */
	uint64_t rows;
	uint64_t jobs;			/* 1: the jobs are those of all active tasks */
};

enum roll_flags {
	ROW_MARKDOWN = 1 << 0,		/* the file's name goes on with ".md" */
	ROW_UNPLAIN = 1 << 1,		/* something is to be said about it: read it */
	ROW_GONE = 1 << 2		/* nothing is there any more */
};

#define ROW_NO_TYPE 0xffff
#define ROW_NO_IMAGE 0xffffffffu

struct roll_row {
	uint32_t dir, name;		/* words; stems */
	uint16_t type;
	uint8_t mode, flags;
	uint32_t more, image;
	uint32_t field[ROLL_NEAR];	/* words, but for Title: text */
};

struct roll_more {
	struct oid oid;
	uint32_t field[ROLL_FIELDS - ROLL_NEAR];	/* words */
};

/* What a board keeps of a task. */
struct roll_image {
	double hours, complexity;
	int32_t due, started, assigned;		/* INT32_MIN: no day */
	uint32_t due_line, due_column, depends_line, rework, priority;
	uint32_t status, type, project, prompt, assigned_to, priority_name;	/* words */
	uint32_t reason;			/* text */
	uint32_t needs, needs_nr, depends, depends_nr;	/* items */
	uint32_t meant_for, meant_for_nr, blocked_by, blocked_by_nr;
	uint8_t work, accepted, has_hours, raised;
};

struct roll_item {
	double value;
	uint32_t name;			/* names */
	uint32_t spare;
};

/*
 * What a base keeps of an active task for who orders and schedules all of them: a job, in
 * order of rows, with its links side by side.  One of a document that has to be read says only
 * that.
 */
struct roll_job {
	double hours;
	int32_t due, started;		/* INT32_MIN: no day */
	uint32_t assigned_to, project;	/* words */
	uint32_t row;
	uint32_t links_nr;
	uint16_t priority;
	uint8_t work, flags;		/* enum job_flags, and these */
};

enum { ROLL_JOB_READ = 1 << 6,		/* its document has to be read */
       ROLL_JOB_NAMES = 1 << 7 };	/* what it depends on has to be looked up by name */

/* What a job of a board has of these. */
#define ROLL_JOB_FLAGS (JOB_ACCEPTED | JOB_PROMPT | JOB_RECORDED | JOB_NAMED | JOB_PART)

/* A link is the number of a job, or a row that is no active task with what it means. */
#define ROLL_LINK_ROW (UINT32_C(1) << 31)
#define ROLL_LINK_MET (UINT32_C(1) << 30)
#define ROLL_LINK_AT (ROLL_LINK_MET - 1)

struct roll {
	struct world *world;
	const struct config *config;
	struct sealed *segment[2];	/* the base; what changed since, or NULL */
	struct roll_facts facts[2];
	struct {
		const char *text;	/* all words of a segment; NULL: not read yet */
		size_t len;
	} words[2];
	struct names roots;		/* directories of which it knows all */
};

/* Everything that will be a segment. */
struct roll_writer {
	struct world *world;
	const struct config *config;
	struct arena *scratch, *board;
	struct numbering words, names;	/* by their text to their place */
	struct ops_findings *findings;
	struct buf part[ROLL_NEAR_PARTS];
	struct spill pile[ROLL_PARTS];	/* of the other parts */
	int failed;			/* a status: something could not be added to one */
	size_t rows;
	const struct roll_place *place;
	size_t known;
};

int roll_writer_init(struct roll_writer *wr, struct world *w, const struct roll_place *place,
		     struct ops_error *err);
void roll_writer_release(struct roll_writer *wr);
/* Add what lies at dir/name; `entry` NULL: nothing. */
int roll_add(struct roll_writer *wr, const char *dir, const char *name,
	     const struct snap_entry *entry, struct ops_error *err);
int roll_add_line(struct roll_writer *wr, const struct roll_line *line,
		  struct ops_error *err);
/* Put what was added in order, write it, and open it: from the disk, or, when that cannot
 * be written to, as it is. */
int roll_finish(struct sealed **out, struct roll_writer *wr, const char *name,
		const struct mac_pad *pad, const struct oid *tree, uint64_t base,
		struct ops_error *err);

/* Add to a part that is not near, and look at what is there; what fails is known in the end. */
void roll_put(struct roll_writer *wr, enum roll_part part, const void *data, size_t len);
const void *roll_look(struct roll_writer *wr, enum roll_part part, size_t at, size_t len);

/* Make the jobs of a base out of its rows, which are in order.  *whole: whether these are all
 * active tasks. */
int roll_add_jobs(bool *whole, struct roll_writer *wr, struct ops_error *err);

/* The directories in which documents can lie, but packets; and that of packets. */
int roll_roots(struct names *out, struct arena *arena, const struct config *config);
/* Add all below the roots. */
int roll_add_all(struct roll_writer *wr, const struct names *roots, struct ops_error *err);
/* How many entries there are below the roots; whether there are so many. */
int roll_count(size_t *out, struct world *w, const struct names *roots, struct ops_error *err);
int roll_is_worth(bool *out, struct world *w, const struct names *roots, size_t least,
		  struct ops_error *err);

const struct roll_row *roll_row(const struct roll *r, unsigned segment, size_t at);
const struct roll_more *roll_more(const struct roll_line *line);
const char *roll_word(const struct roll_line *line, uint32_t at);
const char *roll_name(const struct roll_line *line, uint32_t at);
const char *roll_text(const struct roll_line *line, uint32_t at);
/* The first row of a segment whose path is not before `path`; (size_t)-1: damaged. */
size_t roll_lower(const struct roll *r, unsigned segment, const char *path);
size_t roll_rows(const struct roll *r, unsigned segment);
/* Its whole path, in a buffer of PATH_MAX_BYTES and more; false when damaged. */
bool roll_path_to(char *out, size_t room, const struct roll_line *line);
/* Lines from one path up to, but not with, another (NULL: all after it). */
int roll_range(struct roll *r, const char *from, const char *to,
	       int (*each)(const struct roll_line *line, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_error *err);

#endif
