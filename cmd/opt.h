/* SPDX-License-Identifier: MIT */
#ifndef CMD_OPT_H
#define CMD_OPT_H

/*
 * Options as tables.  A table says for each option its names, the kind of its
 * value and where in a structure of the caller the value goes; from the same
 * table come the parser, the text of -h and the words of completion.
 *
 *	struct log_options { size_t number; bool oneline; };
 *	static const struct opt options[] = {
 *		{ OPT_NUMBER, 'n', "number", "N",
 *		  offsetof(struct log_options, number), "show at most N commits" },
 *		...
 *		{ OPT_END, 0, NULL, NULL, 0, NULL }
 *	};
 */

#include <stdbool.h>
#include <stddef.h>

#include "ops/error.h"

struct arena;
struct buf;

enum opt_kind {
	OPT_END,
	OPT_FLAG,	/* bool */
	OPT_TEXT,	/* const char *, NULL when not given; may be given once; never empty,
			 * as the value of a variable is that was not set */
	OPT_BLANK,	/* the same, but empty says nothing, and is left to who asks */
	OPT_DATE,	/* the same, a day that exists */
	OPT_CHOICE,	/* the same, one of the words of `value`, which are parted by '|' */
	OPT_NUMBER,	/* size_t, 1 to 1,000,000,000 */
	OPT_LIST	/* struct opt_list, any number of times; none empty */
};

struct opt {
	enum opt_kind kind;
	char letter;		/* 0 = none */
	const char *name;	/* without "--"; NULL = none */
	const char *value;	/* what -h calls its value; NULL for a flag */
	size_t at;		/* offset of where it goes */
	const char *help;
};

#define OPT_TABLE_END { OPT_END, 0, NULL, NULL, 0, NULL }

struct opt_list {
	const char **values;	/* belong to argv and the arena */
	size_t nr, cap;
};

/* A table and the structure its values go to. */
struct opt_target {
	const struct opt *table;	/* NULL = none */
	void *base;
};

/*
 * Read argv[0..argc): options go to the first target that knows them, the other
 * words to `words`, in order.  "--" ends the options; with `stop`, the first word
 * does (and *used says how many arguments were read before it).
 * Returns 0, OPS_EUSAGE or OPS_ENOMEM.
 */
int opt_parse(struct opt_list *words, size_t *used, struct arena *arena,
	      const struct opt_target *targets, size_t nr, bool stop,
	      int argc, char **argv, struct ops_error *err);

/* Append `value` to a list that lives in `arena`; false when out of memory. */
bool opt_list_add(struct opt_list *list, struct arena *arena, const char *value);

/* The values of option `name` (NULL: the words) as "a, b", in the arena; "" for none.  One with
 * a comma, outside of the braces of a pattern, would become two: OPS_EUSAGE.  Or OPS_ENOMEM. */
int opt_join(const char **out, struct arena *arena, const char *const *values, size_t nr,
	     const char *name, struct ops_error *err);

/* Whether `word` is one of `choices`, words parted by '|'. */
bool opt_choice(const char *choices, const char *word);

/* Append "-n, --number N". */
void opt_names(struct buf *out, const struct opt *opt);

/* Append the table as lines of at most 80 columns, two columns in. */
void opt_describe(struct buf *out, const struct opt *table);

#endif
