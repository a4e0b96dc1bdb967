/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_DRAFT_H
#define CHANGE_DRAFT_H

/*
 * A draft: the change that requests add up to, before it is judged.  Acts read
 * the world as it is so far and put documents; nothing here writes to disk.
 */

#include "change/txn.h"
#include "model/repo.h"
#include "ops/change.h"
#include "util/buf.h"

struct planning_run;

struct draft {
	struct ops_repo *repo;
	struct txn_plan *plan;
	struct arena *arena;		/* of the attempt; outlives the plan */
	struct world *tip;		/* the world before all of it */
	struct world *now;		/* the world so far; reopened after each request */
	const struct config *config;
	const struct roster *roster;
	const struct agent *actor;	/* NULL: not in the roster */
	const char *actor_name;		/* its id, or what was claimed */
	struct date today;
	struct ops_findings *findings;
	struct ops_act *acts;
	size_t acts_nr, acts_room;
	struct buf body;		/* of the commit message */
	struct planning_run *run;	/* of a group of commits that planning decided; or NULL */
};

/* One act; sets nothing but through draft_put and draft_act. */
typedef int draft_act_fn(struct draft *d, const struct ops_request *r,
			 struct ops_error *err);

/* Put a document's whole text. */
int draft_put(struct draft *d, const char *path, const struct buf *text,
	      struct ops_error *err);
int draft_remove(struct draft *d, const char *path, struct ops_error *err);

/* Whether `text` is what the document is already: then there is no act. */
bool draft_is_same(const struct ops_document *doc, const struct buf *text);

/* Note what was done, for the outcome and the trailers; NULL when out of memory. */
struct ops_act *draft_act(struct draft *d, const char *action,
			  const struct ops_document *doc);

/* Whether a reason says anything: blanks do not. */
bool draft_says(const char *reason);
/* Put the reason of a request, if it has one, into the commit message. */
void draft_say_why(struct draft *d, const struct ops_request *r);

/* Find the document of a request in the world so far. */
int draft_find(struct ops_document **out, struct draft *d, const char *name,
	       const char *type, struct ops_error *err);

/*
 * Findings about files that are written nowhere say so.  What an order lacks is said of its
 * task; of the packet that would record it, nobody can mend it.
 */
void draft_tell(struct ops_findings *found, const struct config *config, struct snap *before);

/* compose.c: the text of a new document of a type.  `text` is a draft of it, or
 * NULL; fields and sections given win over it, defaults fill what is missing. */
struct composition {
	const struct type *type;
	const char *text;
	const struct ops_setting *fields, *sections;
	size_t fields_nr, sections_nr;
	const char *id;			/* wanted, or NULL */
	bool headings;			/* add empty sections for what will be needed */
	/* out: */
	const char *path, *made_id;
};
int compose(struct buf *out, struct composition *c, struct draft *d,
	    struct ops_error *err);

/* Apply field and section settings to a document's text. */
int compose_settings(struct buf *out, struct draft *d, struct ops_document *doc,
		     const struct ops_setting *fields, size_t fields_nr,
		     const struct ops_setting *sections, size_t sections_nr,
		     struct ops_error *err);

/* packet.c: record a packet of `kind` about a document; `task` is the version of
 * the document that the packet is about. */
struct packet_want {
	const char *kind;
	struct ops_document *about;
	const char *gate, *decision, *to;
	const struct record_rule *rule;	/* fixed fields; or NULL */
	const struct ops_setting *fields;
	size_t fields_nr;
	const char *text;		/* a draft of all of it; or NULL */
	const struct ops_request *request;
};
int draft_packet(struct draft *d, const struct packet_want *want,
		 struct ops_error *err);

draft_act_fn act_conflict, act_edit, act_emergency, act_flag, act_gate;
draft_act_fn act_handoff, act_key, act_new, act_packet, act_plan;
draft_act_fn act_record, act_relocate, act_run, act_scope, act_session;
draft_act_fn act_synthesize, act_taskforce, act_transition;

/* act_run.c: where the output of a run is kept, beside the packets: nothing that lies among
 * them is anything else. */
const char *act_run_log(struct arena *arena, const struct config *config, const char *task,
			const char *run);

#endif
