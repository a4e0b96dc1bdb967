/* SPDX-License-Identifier: MIT */
#ifndef MODEL_RUNNING_H
#define MODEL_RUNNING_H

/*
 * Agents as programs, as data: the key `run` of the configuration, and what the entry of an
 * agent says about the program it is (catalogue J5, J6).
 */

#include "model/conf.h"

struct agent;
struct config;
struct ops_document;

struct running {
	unsigned timeout;		/* seconds */
	struct kind_timeout {
		const char *agent, *kind;
		unsigned seconds;
	} *timeouts;
	size_t timeouts_nr;
	struct kind_gates {
		const char *kind;
		struct names gates;	/* to be approved before a task of the kind is run */
	} *gates;
	size_t gates_nr;
	size_t output;			/* bytes */
	unsigned processes;
	struct names environment;	/* names of variables every agent may have */
};

/* Read the mapping `run`; mistakes are reported.  Returns 0 or OPS_ENOMEM. */
int running_read(struct running *out, struct conf_reader *r, const struct conf *map,
		 const struct conf *gates);

enum program_directory { PROGRAM_REPOSITORY, PROGRAM_WORKTREE, PROGRAM_SCRATCH };

struct program {
	struct names argv;		/* none: the agent is no program */
	enum program_directory directory;
	struct names environment;	/* beside those of the configuration */
	unsigned timeout;		/* seconds */
	size_t output;
	unsigned cpu_ms;		/* these three 0: no limit */
	uint64_t memory;
	unsigned processes;
	unsigned at_once;		/* its Max-Concurrent, 0: any */
};

/* What an agent's entry says, for a task of that kind ("" for none).  Strings belong to
 * entry and configuration.  Returns 0 or OPS_ENOMEM. */
int program_read(struct program *out, struct arena *arena, const struct config *config,
		 const struct agent *agent, const struct ops_document *entry, const char *kind);

/* The gates that have to be approved for that kind; NULL: none. */
const struct names *running_gates(const struct config *config, const char *kind);

#endif
