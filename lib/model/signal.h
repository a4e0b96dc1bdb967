/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SIGNAL_H
#define MODEL_SIGNAL_H

/*
 * Signals as data: what each needs to be told, for which agents it is, and the pipeline
 * that is run for it; and what a given context lacks or has too much of.
 */

#include <stdint.h>

#include "model/quality.h"
#include "model/type.h"

struct json;
struct ops_document;

enum context_kind { CONTEXT_LINE, CONTEXT_TEXT, CONTEXT_BOOLEAN, CONTEXT_SEMVER,
		    CONTEXT_INTEGER, CONTEXT_LIST, CONTEXT_PATHS };

struct context_item {
	const char *name;
	enum context_kind kind;
	const struct field_case *when;	/* needed when other items say so; or NULL */
	size_t when_nr;
};

struct signal_rule {
	const char *name, *title;	/* the name may end in '*' */
	struct names agents;
	struct names requires;		/* of its context, beside what all need */
	const char *pipeline;		/* NULL: none but a fast one, or it is routed */
	const char *fast;		/* the pipeline without coordination; or NULL */
	const struct field_case *fast_when;	/* when the context says so; none: always */
	size_t fast_when_nr;
	const char *route;		/* the coordinator it belongs to; or NULL: ours */
	const struct conf *at;
};

enum pattern { PATTERN_SEQUENCE, PATTERN_PARALLEL, PATTERN_CHAIN };

struct pipeline_step {
	const char *name, *agent;	/* agent NULL: the coordinator */
	const char *kind;		/* of work, for limits of time; or NULL */
	const char *operation;		/* of ops; or NULL */
	const char *otherwise;		/* the same, if the agent has no command; or NULL */
	const char *wait;		/* "approval"; or NULL */
	struct names after;		/* steps */
	const struct field_case *when;	/* of the context: else it is not done */
	size_t when_nr;
	int64_t timeout;		/* seconds; 0: by its kind */
	unsigned attempts;		/* 1 to 10 */
	bool repeat;			/* a program that may be begun again, if it was cut off */
	const struct conf *at;
};

struct pipeline {
	const char *name, *title;
	enum pattern pattern;
	const struct pipeline_step *steps;	/* in an order that fits their `after` */
	size_t steps_nr;
	unsigned parallel;		/* at most so many at once; 0: as many as there are
					   processors */
};

/* Of what the user allows: "pull-request:open", "pull-request:status". */
#define REVIEW_FAMILY "pull-request"

/* Where a version stands in a file: the text around it. */
struct version_file {
	const char *path, *before, *after;
};

struct signals {
	struct names domains;
	const char *coordinator;
	struct names always;		/* needed by every signal */
	struct context_item *items;
	size_t items_nr;
	struct signal_rule *list;
	size_t nr;
	struct pipeline *pipelines;
	size_t pipelines_nr;
	const char *tag;		/* of a release, with {version} */
	struct version_file *files;	/* of a release */
	size_t files_nr;
	struct names blocking;		/* priorities of tasks that keep a release */
	struct quality_check review_open;	/* where the text for a review goes; its */
	struct quality_check review_status;	/* command has no words: nowhere */
	int64_t stale_branch, release_every, fresh;	/* seconds */
	unsigned messages;		/* per cent */
};

/* The names of all operations, parted by blanks: what lib/run can do. */
extern const char signal_operations[];

/* Read them; mistakes are findings of the reader.  Returns 0 or OPS_ENOMEM. */
int signals_read(struct signals *s, struct conf_reader *r, const struct conf *root);
/* Complain about pipelines that are named and not there. */
void signals_check(struct conf_reader *r, const struct signals *s);

/* The rule of a signal, by its name or a pattern; NULL: there is none. */
const struct signal_rule *signal_find(const struct signals *s, const char *name);
/* Whether it begins with a domain of ours; `folded`: in whatever case. */
bool signal_is_ours(const struct signals *s, const char *name, bool folded);
const struct pipeline *signal_pipeline(const struct signals *s, const char *name);
const struct context_item *signal_item(const struct signals *s, const char *name);

/* Whether the context says what each of the cases asks; without cases it does. */
bool signal_holds(const struct field_case *cases, size_t nr, const struct json *context);
/* The pipeline for that context; *fast says whether it is the one without coordination. */
const struct pipeline *signal_choose(bool *fast, const struct signals *s,
				     const struct signal_rule *rule,
				     const struct json *context);

/* An item of a context as text (a list: its items on lines); NULL when it is not there. */
const char *signal_text(struct arena *arena, const struct json *context, const char *name);
/* Whether an item says yes. */
bool signal_says(const struct json *context, const char *name);

/* The context that the document of a signal keeps, for json_free().  OPS_EINVALID: there
 * is none; OPS_ENOMEM. */
int signal_context(struct json **out, const struct ops_document *d, struct ops_error *err);

/*
 * Call `wrong` for each thing that is missing, not known, or not of its kind; `item` is
 * its name.  Returns 0 or what `wrong` returned.
 */
int signal_check(const struct signals *s, const struct signal_rule *rule,
		 const struct json *context,
		 int (*wrong)(const char *item, const char *how, void *payload),
		 void *payload);

#endif
