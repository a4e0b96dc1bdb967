/* SPDX-License-Identifier: MIT */
#ifndef MODEL_QUALITY_H
#define MODEL_QUALITY_H

/*
 * Checks of work as data (catalogue D3-D5): the key `quality` of the configuration.
 *
 * A check is one of the engines that ops has, or a command that the repository names; a set is
 * a list of checks, by the name of an agent or for a purpose.
 */

#include "model/conf.h"

enum quality_engine {
	QUALITY_MESSAGES,	/* the form of the messages of the task's commits */
	QUALITY_SECRETS,	/* no secrets in them */
	QUALITY_SCOPE,		/* they touch what is in scope */
	QUALITY_CHANGELOG,	/* what users see is told */
	QUALITY_LINKS,		/* links of the Markdown that they touch lead somewhere */
	QUALITY_DOCUMENTS,	/* the documents they touch are right by themselves */
	QUALITY_OPEN,		/* nothing open blocks the task */
	QUALITY_OBJECTIVE,	/* each acceptance criterion is met, by its mark */
	QUALITY_CONFLICTS,	/* nobody else's task holds what is in scope */
	QUALITY_EVIDENCE,	/* a complete result with evidence is on record */
	QUALITY_COMMAND
};

/* What the user allows is "<family>:<name>". */
#define CHECK_FAMILY "check"

struct quality_check {
	const char *name;
	const char *family;		/* CHECK_FAMILY, or that of another command whose exit
					   status is its answer */
	enum quality_engine does;
	struct names command;		/* QUALITY_COMMAND */
	struct names environment;	/* variables it sees beside those of any run */
	unsigned timeout;		/* seconds; 0: as any run */
	bool mandatory;			/* the ratio does not make up for it */
};

struct quality {
	struct quality_check *checks;
	size_t checks_nr;
	struct quality_set {
		const char *name;
		struct names checks;
	} *sets;
	size_t sets_nr;
};

/* Read `command`, `timeout` and `environment` of a mapping into a check. */
void quality_command_read(struct quality_check *c, struct conf_reader *r,
			  const struct conf *map);
/* Read the mapping `quality`; mistakes are reported.  Returns 0 or OPS_ENOMEM. */
int quality_read(struct quality *out, struct conf_reader *r, const struct conf *map);

/* NULL: there is none of that name; letter case, '-' and '_' make no difference. */
const struct quality_check *quality_check_named(const struct quality *q, const char *name);
const struct quality_set *quality_set_named(const struct quality *q, const char *name);

#endif
