/* SPDX-License-Identifier: MIT */
#ifndef VIEW_CHECK_PAST_H
#define VIEW_CHECK_PAST_H

/* How what a check found lies in its sealed file, and the making of one. */

#include "store/sealed.h"
#include "store/spill.h"
#include "util/buf.h"
#include "util/numbering.h"
#include "view/check_inside.h"

/*
 * The parts.  NAMES are the rows by the hashes of their paths, in order of these.  A row has its
 * questions in ASKED, by number, and its findings in FOUND.  WORDS are what questions are made
 * of, TEXTS all else; 0 is no text.
 */
#define PAST_PREFIX "checked-"	/* of the file: one for each work tree of a clone */
#define PAST_NAME_LEN 32
#define PAST_FILES 8		/* so many are kept */

enum past_part { FACTS, NAMES, ROWS, ASKED, QUESTIONS, FOUND, WORDS, TEXTS, DIRS,
		 PAST_PARTS };

struct facts {
	char key[DIGEST_HEX + 8];	/* of all that is the same for all documents */
	uint64_t rows;
};

struct name {
	uint64_t hash;
	uint32_t row, spare;
};

struct row {
	struct oid oid;
	uint32_t path;
	uint32_t asked, asked_nr, found, found_nr;
	uint32_t unreadable;
};

/* "pPATH": what lies there; "bPATH": which bytes are said to be in that file; "dTYPE\tNAME":
 * whether there is such a document. */
struct question {
	uint32_t text, said;
	int32_t answer;
};

struct found {
	uint32_t rule, message, remedy, excuse;
	uint32_t missing;	/* where its link leads to, though nothing is there: what may have
				   been meant is found out each time */
	uint32_t line, column, severity;
};

/* What becomes the next file. */
struct writing {
	struct spill rows, asked, found, texts;
	struct buf questions, words;
	struct numbering numbers;	/* of the questions, from 1 on */
	struct name *names;
	size_t nr, room;
	struct dir_seen *dirs;		/* in order */
	size_t dirs_nr;
	bool failed;			/* there will be none */
};

/* In order of hashes, for qsort() and bsearch(). */
int past_name_order(const void *a, const void *b);

/* Begin an empty one; and forget it. */
void past_writing_init(struct writing *w, struct store *store);
void past_writing_release(struct writing *w);
/* The number of a question with that answer, from 1 on; 0: it is not to be had, or was
 * answered otherwise before. */
uint32_t past_number(struct writing *w, const char *text, int answer, const char *said);
/* Append a question by its number, or a finding, to those of the next row; `missing`: NULL, or
 * where its link leads to. */
void past_put_asked(struct writing *w, uint32_t number);
void past_put_found(struct writing *w, const struct ops_finding *f, const char *missing);
/* Append a row, whose questions and findings are the last ones. */
void past_put_row(struct writing *w, const char *path, const struct oid *oid, bool unreadable,
		  size_t asked_nr, size_t found_nr);
/* Write it under the key; where it cannot be written there is none. */
void past_write(struct writing *w, const char *key, const char *name, struct store *store,
		const struct mac_pad *pad);

#endif
