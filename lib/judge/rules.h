/* SPDX-License-Identifier: MIT */
#ifndef JUDGE_RULES_H
#define JUDGE_RULES_H

/* What the rules share.  Private to lib/judge. */

#include "judge/judge.h"
#include "util/date.h"

struct lease;

struct judging {
	struct judge_case *c;
	const struct config *config;	/* in force */
	const struct config *config_after;
	const struct roster *roster;	/* of the world before */
	struct change *changes;
	size_t changes_nr, room;
	const struct change *change;	/* that is judged by itself, or NULL */
	struct date today;
	bool genesis;			/* the change makes this an ops repository */
	bool bootstrap;			/* nobody holds the power 'roster' yet */
	const char *governed;		/* a document it touches, by either configuration */
	struct arena *arena;		/* of the world after */
	struct map *folded;		/* rules_place.c: names by their small letters */
	size_t seen;			/* files looked at */
	bool unbounded;			/* there were more */
	struct ops_findings *findings;
	/* rules_commit.c: of the files of the change */
	bool asks_files, names_task, touches_others;
	bool works;			/* so that it needs a task: of a merge, by what it adds */
	bool tells_users;		/* the change log says more than before */
	const char *touches_shown;	/* one that users are concerned with */
	struct names files, sensitive;
	struct map *links;		/* and submodules: what is no plain file afterwards; NULL:
					   there is none */
	struct leases *leases;		/* rules_lease.c: that were held before; NULL: none */
	struct leasing *leasing;	/* rules_lease_apart.c: those, and what becomes of them */
	struct path_starts *leased;	/* rules_lease_apart.c: paths that are; NULL: none */
	size_t steps;			/* that it may take yet, of JUDGE_STEPS_MAX */
	bool spent;			/* there were not enough */
	bool unread;			/* rules_lease.c: was said of a file */
	struct emergencies *emergencies;	/* rules_emergency.c: in force; NULL: not read */
	struct names touched;		/* all, if some agent has limits */
};

/* Room for one more change; NULL: out of memory. */
struct change *rules_change(struct judging *j);

/* Whether a change makes a document of the same type as `d` that comes before it, in order of
 * path: of two in one commit the second is the one too many. */
bool rules_earlier(const struct change *change, const struct ops_document *d);
/* Whether there is such a change, with the same value of a field. */
bool rules_second(const struct judging *j, const struct ops_document *d, const char *field);

/* Add an error about a document's field (NULL: about its header). */
void rule_error(struct judging *j, const char *rule, const struct ops_document *d,
		const char *field, const char *remedy, const char *fmt, ...)
	PRINTF_LIKE(6, 7);

/* rules_document.c: a document by itself. */
int rules_document(struct judging *j, struct ops_document *d);
/* rules_near.c: fields and sections that are nearly called as the type's.  `change`: what made
 * it so; NULL: it is looked at by itself. */
int rules_near(struct judging *j, struct ops_document *d, const struct change *change);
/* Whether a section is there and filled; otherwise add `rule`. */
int rules_section(struct judging *j, const char *rule, struct ops_document *d,
		  const char *name, const char *whose);

/* rules_place.c: nine objects can make a tree of 10^9 files.  Whether one more may be
 * looked at, of those that a change may have, or a tree; the first that may not is a
 * finding. */
#define JUDGE_TREE_MAX 1000000
bool rules_bounded(struct judging *j, const char *path, size_t most);
/* A judgement compares patterns for a few seconds at most.  Take some steps; when there are
 * not so many left, false, and a finding once: then nothing more is decided. */
#define JUDGE_STEPS_MAX 50000000
#define JUDGE_MATCH_STEPS 16		/* of one pattern and one path */
bool rules_spend(struct judging *j, size_t steps);
/* Whether a document only goes to where its type's documents lie now. */
bool rules_goes_home(struct judging *j, const struct ops_document *before,
		     const struct ops_document *after);
/* The place of a document. */
void rules_place(struct judging *j, const struct ops_document *d);
/* Whether a path is one that is never read; of a new or changed file that is said. */
bool rules_path(struct judging *j, const char *path, const struct snap_entry *after);
/* The name of a new one: an id that can be typed. */
void rules_name(struct judging *j, const struct change *change);
/* A new or changed file that is no document. */
int rules_stray(struct judging *j, const char *path, const struct snap_entry *after);
/* The name of a file in the same directory that differs from this one in the case
 * of letters only; NULL. */
int rules_same_but_case(const char **out, struct judging *j, const char *path);
static inline bool snap_entry_is_file(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

/* rules_state.c: what a change does to a document. */
int rules_state(struct judging *j, struct change *change);
/* Who had the id of a document at that path before: of the same type, active and archived;
 * and of any other if one of the two passes gates, since records are kept by id.  Or the name
 * of a file beside it that differs in the case of letters only.  NULL: nobody. */
int rules_id_holder(const char **out, struct judging *j, const struct type *type,
		    const char *path);

/* rules_way.c: no transition leads there; a reason is required and not kept. */
void rules_no_way(struct judging *j, const struct change *change);
void rules_reason(struct judging *j, const struct change *change);
/* The acts that set a field, for a remedy; NULL: none does, or memory is short. */
const char *rules_setters(struct judging *j, const struct type *t, const char *field);

/* rules_same.c: whether two documents have equal bodies; equal values of a
 * field; and no comment in the header of the second that the first has not. */
bool same_body(const struct ops_document *a, const struct ops_document *b);
bool same_field(const struct ops_document *a, const struct ops_document *b,
		const char *field);
bool same_comments(const struct ops_document *before,
		   const struct ops_document *after);

/* rules_power.c: who may. `about` is the task a packet is about, or the
 * document itself; `gate` for packets at gates, else NULL. */
enum may { MAY_NOT, MAY_SIGNED, MAY };	/* MAY_SIGNED: if it were signed */
enum may rules_may(struct judging *j, const struct names *powers,
		   const struct ops_document *about, const struct gate *gate);
void rules_need_power(struct judging *j, const char *rule, const struct names *powers,
		      const struct ops_document *d, const struct ops_document *about,
		      const struct gate *gate, const char *what);
/* actor.*: resolve who acts. */
int rules_actor(struct judging *j);
/* The power that it is done with, of those which the actor has the one that asks for
 * the fewest to agree; NULL when none asks for more than one. */
const char *rules_power_used(struct judging *j, const struct names *powers,
			     const struct ops_document *about);

/* rules_signature.c: whether the signature proves the claim. */
void rules_signature(struct judging *j);
/* Say that a power needs a verified actor. */
void rules_unsigned(struct judging *j, const char *path, const char *what);

/* rules_transition.c: what a recognised transition needs. */
int rules_transition(struct judging *j, struct change *change);

/* rules_task.c: named checks of transitions. */
int rules_check(struct judging *j, struct change *change, const char *check);
/* Whether a task of somebody else holds a critical path of this one; of those that do not
 * count (`counts` NULL: all do) nothing is said. */
int rules_critical(struct judging *j, struct ops_document *task,
		   bool (*counts)(const struct ops_document *other, void *payload), void *payload);

/* rules_parts.c: the tasks that this act makes, whose Parent the task of a change is. */
int rules_parts_of(struct names *out, struct judging *j, const struct change *change);
/* Named checks: a task is taken back only from who is gone, and broken down only into
 * tasks; what it depends on is complete. */
int rules_orphaned(struct judging *j, struct change *change);
int rules_parts(struct judging *j, struct change *change);
/* rules_conflict.c: a decision of the same commit says the priority that a task gets. */
int rules_prioritised(struct judging *j, struct change *change);
int rules_dependencies(struct judging *j, struct change *change);

/* rules_gate.c: requests and decisions. */
int rules_request(struct judging *j, struct ops_document *d, struct ops_document *task);
int rules_decision(struct judging *j, struct ops_document *d, struct ops_document *task);
/* Each of `gates` must be approved for `task` as it is after the change. */
int rules_gates_approved(struct judging *j, const struct names *gates,
			 struct ops_document *task, const struct ops_document *at,
			 const char *rule, const char *what);
/* No gate may be blocked; of those `asked` it was said already. */
int rules_unblocked(struct judging *j, const struct names *asked,
		    struct ops_document *task, const char *what);

/* Each piece of evidence of a field is a file that is there with that digest; `least` of
 * them. */
int rules_evidence(struct judging *j, struct ops_document *d, const char *field,
		   size_t least);

/* rules_packet.c: records. */
int rules_packet(struct judging *j, struct change *change);

/* rules_handoff.c: a packet of a handoff; the task that moves by one. */
int rules_handoff(struct judging *j, struct ops_document *d, struct ops_document *about);
int rules_handed_over(struct judging *j, struct change *change);

/* rules_record.c: what the definition of a kind asks for. */
int rules_record(struct judging *j, struct ops_document *d, struct ops_document *about);
/* rules_revision.c: what comes back, and what takes its place. */
struct packets;
void rules_revision(struct judging *j, const struct ops_document *d,
		    const struct packets *earlier);
/* Sections with too few items. */
int rules_items(struct judging *j, struct ops_document *d);
/* Nothing may be open that blocks the action. */
int rules_open(struct judging *j, const struct change *change, const char *action);
/* rules_commit.c: standing rules.  Which files have to be noted; note one (which is a
 * document of `type`, or NULL); judge, when message and actor are known. */
int rules_commit_begin(struct judging *j);
int rules_commit_file(struct judging *j, const char *path, const struct type *type,
		      const struct snap_entry *before, const struct snap_entry *after);
int rules_commit(struct judging *j);
/* Whether patterns guard a file of the change: standing_paths_guard(). */
int rules_guarded(bool *out, struct judging *j, const struct names *patterns,
		  const char *path);
/* The task of that name as it was before the change; *out NULL when there is none such. */
int rules_task_named(struct ops_document **out, struct judging *j, const char *name);
/* The final status that the document of that id and type (NULL: any) had before the change;
 * *out NULL when there is none such, it cannot be read, or it goes on. */
int rules_ended_as(const char **out, struct judging *j, const char *id, const char *type);
#define NAMES_SHOWN 5		/* files that are named; of more only the number is said */

/* rules_review.c: the records of the task that the commit names; whether one of them is a
 * review of a file as it becomes, by somebody else for whom `by` is true. */
int rules_reviews(struct ops_document *const **out, size_t *nr, struct judging *j);
int rules_reviewed(bool *out, struct judging *j, const char *path,
		   struct ops_document *const *packets, size_t nr,
		   bool (*by)(const struct judging *j, const struct agent *a,
			      const void *payload),
		   const void *payload);
/* Whether a file is what it was when that packet was recorded, and has been all the time. */
int rules_fresh(bool *out, struct judging *j, const struct ops_document *packet,
		const char *path);

/* rules_clock.c: seconds: the time of the commit, or the latest since a document that was
 * there came to be as it is, if that is later. */
int rules_late(int64_t *out, struct judging *j, const char *path);
/* The same with the commit that it was made on for all of them, which costs nothing. */
int64_t rules_no_earlier(const struct judging *j);
/* Whether it is dated before that one. */
void rules_dated(struct judging *j);

/* rules_agent.c: what the entries of who acts forbid; and whether it has a standing order
 * for a commit with that subject, of the files that were touched. */
int rules_agent(struct judging *j);
bool rules_has_order(const struct judging *j, const char *subject);

/* rules_secret.c: what a file, or the message, adds. */
int rules_secrets(struct judging *j, const char *path, const struct snap_entry *before,
		  const struct snap_entry *after);
int rules_secrets_message(struct judging *j);

/* rules_signal.c: a new signal. */
int rules_signal(struct judging *j, struct ops_document *d);

/* rules_waiver.c: a new waiver; and what is waived of the findings from `from` on. */
int rules_waiver(struct judging *j, struct ops_document *d);
int rules_waive(struct judging *j, size_t from);

/* rules_conflict.c: a packet that settles one; a commit for a task that may be frozen. */
int rules_settling(struct judging *j, struct ops_document *d, struct ops_document *about);
int rules_frozen(struct judging *j, const struct ops_document *task);

/* rules_emergency.c: one that is declared; one that ends; what waits meanwhile. */
int rules_emergency(struct judging *j, struct ops_document *d);
void rules_emergency_ends(struct judging *j, struct change *change);
int rules_paused(struct judging *j, const struct change *change, const char *action);

/* rules_taskforce.c: who is in one. */
int rules_taskforce(struct judging *j, struct ops_document *d);

/* rules_lease.c: one that is taken; one that ends; which files have to be noted, and
 * whether they may be changed. */
int rules_lease(struct judging *j, struct ops_document *d);
int rules_lease_ends(struct judging *j, struct change *change);
int rules_leases_begin(struct judging *j);
int rules_leased(struct judging *j);

/* rules_lease_apart.c: whether anything of a new one is leased to somebody else. */
int rules_lease_apart(struct judging *j, const struct ops_document *d);
/* One that was held, by its id, or NULL; whether a task gets one; its last token before. */
int rules_lease_held(const struct lease **out, struct judging *j, const char *id);
int rules_lease_renewed(bool *out, struct judging *j, const char *task);
int rules_lease_token(unsigned long *out, struct judging *j, const char *task);
/* The lease that a file belongs to and that is not `mine`; after rules_lease_files(). */
int rules_lease_files(struct judging *j);
const struct lease *rules_lease_of_file(struct judging *j, const char *path,
					const struct lease *mine);

/* rules_threshold.c: several must agree to a change that uses the power. */
int rules_threshold(struct judging *j, const char *power, const char *old_path,
		    const char *path, bool transition);
/* The same for a change of a document that needs one of the powers. */
int rules_agreed(struct judging *j, const struct names *powers,
		 const struct change *change);
void rules_endorsement(struct judging *j, struct ops_document *d);

/* rules_config.c, rules_roster.c, rules_message.c */
int rules_config(struct judging *j, const struct snap_entry *before,
		 const struct snap_entry *after);
/* Say of a file that it becomes a document by a change of the configuration. */
void rules_taken_in(struct judging *j, const char *path, const struct type *is);
/* If the configuration was changed: whether the actor may, and nothing else was. */
int rules_configured(struct judging *j);
int rules_roster(struct judging *j, struct change *change);
/* After the change somebody must still be able to change the roster. */
int rules_roster_held(struct judging *j);
void rules_roster_kept(struct judging *j, const struct roster *after, const char *path);
int rules_message(struct judging *j);

#endif
