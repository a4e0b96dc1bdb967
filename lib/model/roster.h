/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ROSTER_H
#define MODEL_ROSTER_H

/*
 * Who there is, and what each may do: agents with their role and department,
 * powers from both, and which of them are one person (catalogue C1-C4).
 */

#include "model/world.h"
#include "store/sshkey.h"

enum key_state { KEY_ACTIVE, KEY_RETIRED, KEY_REVOKED };

/* A key as one entry has it.  What is no key (the document's own finding) has its
 * text for a name, so that it still tells persons apart, and signs nothing. */
struct agent_key {
	const char *name;		/* "SHA256:…", "openpgp:…" */
	const char *text;		/* as in Keys; NULL of a former key */
	enum key_state state;
	const char *since;		/* revoked: its commits after that are disputed; or NULL */
	const struct agent *agent;
	const struct agent_key *next;	/* another of that name */
};

/* What an entry forbids its agent, and what it may do unasked (catalogue C5, C6).  Patterns are
 * of paths, those of actions with * and ?. */
struct agent_limits {
	struct names allowed, forbidden;	/* paths; allowed: none is any */
	struct names actions;			/* forbidden */
	struct names review, review_by;		/* paths; ids, none is anybody else */
	struct names orders;			/* "TYPE" or "TYPE PATTERN" */
};

struct agent {
	const char *id;			/* file stem */
	const char *department;		/* directory */
	const char *path;
	const char *name, *email, *role_name, *reports_to, *spawned_by;
	const struct role *role;	/* NULL: unknown to the configuration */
	const struct role *department_def;
	bool active;
	size_t principal;		/* equal for agents that are one person */
	const char *principal_name;	/* its Principal; or NULL */
	const struct agent_key *keys;	/* its own; first those of Keys */
	size_t keys_nr;
	const struct agent_limits *limits;	/* NULL: it has none */
	const char *bare;		/* its id without hyphens */
	bool circular;			/* its chain of command comes back to it */
};

struct roster;

/* Read all agents of a world; everything goes into `arena`. */
int roster_read(struct roster **out, struct world *w, struct arena *arena,
		struct ops_error *err);
void roster_free(struct roster *r);	/* its findings; the rest is the arena's */

size_t roster_count(const struct roster *r);
const struct agent *roster_at(const struct roster *r, size_t at);
/* By id. */
const struct agent *roster_agent(const struct roster *r, const char *id);
/* By id, or Department/id. */
const struct agent *roster_agent_named(const struct roster *r, const char *name);
/* By e-mail address, letter case ignored in its domain and local part. */
const struct agent *roster_agent_of_email(const struct roster *r, const char *email);
/* The key of that name: one that is revoked anywhere, else an active one, else a
 * retired one.  NULL: nobody's. */
const struct agent_key *roster_key(const struct roster *r, const char *name);
/* Whether an agent's person has an active key; NULL: whether anybody has. */
bool roster_has_key(const struct roster *r, const struct agent *a);
/* Findings of entries that could not be read. */
const struct ops_findings *roster_findings(const struct roster *r);
/* Whether some agent has limits. */
bool roster_has_limits(const struct roster *r);
/* Whether somebody active holds a power. */
bool roster_anyone_holds(const struct roster *r, const char *power);

/* Whether an agent's role or department gives it a power. */
bool agent_holds(const struct agent *a, const char *power);
/* Whether an agent's own entry forbids it an action. */
bool agent_forbids(const struct agent *a, const char *action);
/* Whether an Owner field ("Operations Orchestrator", a role's id, an agent's
 * name or id) means this agent. */
bool agent_is_named(const struct agent *a, const char *owner);

/* Chain of command and keys of the entry `a`: rules roster.dangling, roster.cycle,
 * roster.role, roster.department, roster.confusable, roster.key. */
void roster_check_agent(const struct roster *r, const struct agent *a,
			const struct config *config, struct ops_findings *findings);

#endif
