/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

/*
 * The effective configuration: the built-in one with the repository's
 * 05-PROCESSES/ops.yaml laid over it, read into structs and checked.
 */

#include "model/conflict_def.h"
#include "model/emergency_kind.h"
#include "model/planning.h"
#include "model/quality.h"
#include "model/running.h"
#include "model/signal.h"
#include "model/trust.h"
#include "model/standing.h"
#include "model/type.h"
#include "model/waiver.h"
#include "util/date.h"

#define CONFIG_PATH "05-PROCESSES/ops.yaml"
#define CONFIG_MAX (256 * 1024)

struct role {
	const char *id, *title;
	struct names powers;
};

struct gate {
	const char *name, *title;
	const char *power;		/* decides it */
	struct names after;		/* gates that must be approved before a request */
	struct names states;		/* of the task, for requests and approvals */
	size_t evidence;		/* files an approval must name at least */
	size_t approvals;		/* by so many persons */
	struct names request_by;	/* powers */
	struct names request_sections;
	struct names subject_fields, subject_sections;	/* what a decision is about */
};

struct dispatch_part {
	const char *name;		/* TASK, SCOPE, … */
	struct names sections;		/* the first of these that is there is its text */
};

/* How grave a rule is where a check finds it in what lies there. */
struct severity_rule {
	const char *rule;
	bool off;			/* not said at all */
	enum ops_severity severity;
};

struct config {
	struct arena *arena;		/* owns all of it */
	unsigned version;
	bool present;			/* there is an ops.yaml */
	bool broken;			/* it has mistakes: only the built-in part is in force */
	bool sound;			/* nothing was found when it was read */
	struct period review;
	unsigned ratio;			/* of results that succeed, in per cent */
	unsigned handoff_limit;		/* seconds */
	const char *decisions, *patterns;	/* paths of the files of entries */
	struct names references;	/* files that may list them */
	struct names powers;
	struct role *roles, *departments;
	size_t roles_nr, departments_nr;
	struct gate *gates;
	size_t gates_nr;
	struct type *types;
	size_t types_nr;
	struct names vague_verbs;
	struct names critical;		/* patterns of paths that one task at a time may hold */
	struct names scope_states;	/* in which an assigned task holds its scope */
	struct names leased;		/* patterns of paths that are changed only with a lease */
	unsigned lease_usual, lease_longest;	/* seconds */
	struct dispatch_part *parts;
	size_t parts_nr;
	struct standing standing;
	struct waiver_limits waivers;
	struct emergency_kinds emergencies;
	struct conflict_defs conflicts;
	size_t push_commits;		/* new ones, in one push */
	size_t commit_files;		/* that one commit may change */
	unsigned push_seconds;		/* for judging a push */
	struct place_pattern *places;	/* the patterns of all types, in their order ... */
	size_t places_nr;
	struct names folded;		/* ... and in small letters */
	struct severity_rule *severities;
	size_t severities_nr;
	struct planning planning;
	struct running running;
	struct signals signals;
	struct quality quality;
	struct trust trust;
	struct threshold *thresholds;
	size_t thresholds_nr;
	const struct conf *root;	/* merged, with origins */
};

/*
 * Build the configuration of `text` (NULL: only the built-in).  Mistakes are
 * findings config.invalid (and yaml.*) with line and column; then the result is
 * the built-in configuration with `broken` set.  Returns 0 or OPS_ENOMEM.
 */
int config_load(struct config **out, const char *text, size_t len,
		struct ops_findings *findings, struct ops_error *err);
void config_free(struct config *config);	/* NULL is fine */

/* type_packet.c: read what is configured about packets at the top level. */
void config_read_packets(struct conf_reader *r, struct config *c);
/* Complain about what the packet rules of a type name and is not there. */
void config_check_packet(struct conf_reader *r, const struct config *c,
			 const struct type *t);
/* Complain about each of the actions of `whose`, which `verb` says, that is none. */
void config_check_actions(struct conf_reader *r, const struct config *c,
			  const struct names *actions, const struct conf *at,
			  const char *whose, const char *verb);

const struct role *config_role(const struct config *c, const char *id);
/* By id or title. */
const struct role *config_role_named(const struct config *c, const char *name);
const struct role *config_department(const struct config *c, const char *id);
const struct gate *config_gate(const struct config *c, const char *name);
const struct type *config_type(const struct config *c, const char *name);
/* Whether some type has a transition whose action is called so. */
bool config_has_action(const struct config *c, const char *name);
/* What the configuration says about the severity of a rule; NULL: nothing. */
const struct severity_rule *config_severity(const struct config *c, const char *rule);
/* Whether how grave a rule is may be chosen, and a document may be excused from it. */
bool config_may_choose(const char *rule);
/* The directory of that name, e.g. "packets"; never NULL for built-in names. */
const char *config_directory(const struct config *c, const char *name);

/* The type whose patterns match a path; an abstract type for packets; NULL for
 * a file that isn't governed. */
const struct type *config_type_of_path(const struct config *c, const char *path);
/* Whether a file somewhere below a directory may be of another type by one of them than by the
 * other.  It is so for those above and below what the patterns are about that differ. */
bool config_places_differ(const struct config *a, const struct config *b, const char *dir);
/* Make ready what these and the next one need; for config_load().  Returns 0 or OPS_ENOMEM. */
int config_ready_patterns(struct config *c);
/* Whether a path would be governed on a disk that ignores the case of letters.  Returns
 * 0 or OPS_ENOMEM. */
int config_governs_folded(bool *out, const struct config *c, const char *path);
/* The kind `name` of an abstract type; NULL. */
const struct type *config_kind(const struct config *c, const struct type *abstract,
			       const char *name);

#endif
