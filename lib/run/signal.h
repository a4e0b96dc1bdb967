/* SPDX-License-Identifier: MIT */
#ifndef RUN_SIGNAL_H
#define RUN_SIGNAL_H

/*
 * A run of a pipeline, and what its steps are done by.  Private to lib/run.
 */

#include "model/repo.h"
#include "model/signal.h"
#include "ops/run.h"
#include "ops/signal.h"
#include "util/buf.h"

struct json;

enum step_state { STEP_AHEAD, STEP_DONE, STEP_FAILED, STEP_SKIPPED, STEP_WAITING };

struct run_step {
	const struct pipeline_step *step;
	const struct agent *agent;	/* of the roster; NULL: it has none of that name */
	const char *doer;		/* in whose name: the agent's as configured */
	enum step_state state;
	unsigned attempt;		/* that was begun last; 0: none */
	bool program;			/* its agent does it, as a program */
	bool begun;			/* that is on record */
	const char *begun_as;		/* the run of its program that was; or NULL */
	bool passed;			/* what comes after it need not wait */
	int64_t seconds;
	const char *summary, *issues, *label;
	struct json *output;		/* an object; NULL: none */
	const char *request;		/* wait: the packet that asks; or NULL */
};

struct signal_run {
	struct ops_repo *repo;
	struct arena *arena;
	struct ops_findings *findings;
	const struct ops_signal_options *options;
	struct snap *snap;		/* as it began */
	struct world *world;
	const struct config *config;
	const struct roster *roster;
	const struct signal_rule *rule;
	const struct pipeline *pipeline;
	struct json *context;
	const char *id, *signal, *task;	/* id NULL: nothing is recorded */
	const struct agent *worker;	/* who has the task; or NULL */
	const char *actor;		/* the coordinator's id */
	bool fast, waiting;
	const char *ended;		/* its final status; NULL: it goes on */
	struct run_step *steps;
	size_t steps_nr;
	int64_t began;			/* ms of wait_clock_ms() */
	int64_t now;			/* s, of the repository, then */
};

/* One attempt of a step by an operation. */
struct op_call {
	struct signal_run *run;
	struct run_step *at;
	struct arena *arena;
	struct buf summary;		/* a sentence: what was done */
	struct buf issues;		/* a list: what is not as it should be */
	struct json *output;		/* for the step after it, and for who comes back */
	const char *label;		/* "Commit", "PR", … */
	bool for_task;			/* what is committed is work of the run's task: its
					   author is who has it */
	const char *type;		/* of an escalation: Boundary, QualityGate, … */
	bool retry;			/* set: it failed, something was mended, so try again */
};

/* Returns 0: done.  OPS_EREFUSED and others: it failed, `err` says why.  OPS_ENOMEM,
 * OPS_EUNKNOWN, OPS_EBUSY end the run where it is. */
typedef int operation_fn(struct op_call *c, struct ops_error *err);

operation_fn op_commit, op_changelog, op_commit_changelog;
operation_fn op_push, op_pull_request, op_review_status;
operation_fn op_release_check, op_release_changelog, op_release_versions, op_release_commit;
operation_fn op_release_tag, op_publish, op_release_open;
operation_fn op_quality;
operation_fn op_session_handoff, op_session_references, op_synthesize;
operation_fn op_audit_history, op_audit_documentation, op_audit_knowledge, op_audit_pipelines;

/* An item of the context as text; NULL. */
const char *op_context(struct op_call *c, const char *name);
/* Its items, if it is a list.  NULL-terminated; NULL when out of memory. */
const char *const *op_list(struct op_call *c, const char *name, size_t *nr);
/* Note something that was made: "Commit", "`abc123`". */
int op_deliver(struct op_call *c, const char *type, const char *value, struct ops_error *err);
/* Put a text into the output. */
int op_output(struct op_call *c, const char *name, const char *value, struct ops_error *err);
/* What an earlier step put there; NULL. */
const char *op_earlier(struct op_call *c, const char *step, const char *name);
/* Do acts in the name of the step's agent. */
int op_change(struct ops_outcome **out, struct op_call *c, const struct ops_request *requests,
	      size_t nr, const char *key, struct ops_error *err);

/* signal_state.c: the steps of a pipeline, and what is on record of them. */
int run_prepare(struct signal_run *run, struct ops_error *err);
/* Find the task it is for, and who has it. */
int run_task(struct signal_run *run, const char *name, struct ops_error *err);
int run_load(struct signal_run *run, const char *id, struct ops_error *err);
/* Whether it still goes on by the record as it is now; OPS_EREFUSED when somebody ended it. */
int run_stands(struct signal_run *run, struct ops_error *err);
/* The text of a section of a packet; NULL: it has none. */
const char *run_section(struct signal_run *run, const struct ops_document *p,
			const char *name);
/* Whether what becomes of a step is on record by itself: in a run without coordination only
 * what must not be begun twice unseen. */
bool run_records(const struct signal_run *run, const struct run_step *at);
/* Look at the tip: OPS_EENVIRONMENT: no configuration. */
int run_open(struct signal_run *run, struct ops_error *err);
void run_close(struct signal_run *run);

/* signal_record.c: what is put on record.  Acts of the coordinator, as one commit; done by
 * that key before, they are not done again. */
int record_acts(struct ops_outcome **out, struct signal_run *run, struct ops_request *list,
		size_t nr, const char *key, struct ops_error *err);
/* A request to record an event of the cascade; its parts live in what is given. */
#define EVENT_FIELDS 5
void record_event(struct ops_request *r, struct ops_setting fields[EVENT_FIELDS],
		  struct ops_setting *section, struct signal_run *run, const char *event,
		  const char *to, const struct run_step *at, const char *detail);
int record_signal(struct signal_run *run, struct ops_error *err);
int record_spawn(struct signal_run *run, struct run_step *at, struct ops_error *err);
/* The end of a step, and whom its output goes to; `attempts`: of a failure, a list. */
int record_step(struct signal_run *run, struct run_step *at, const char *attempts,
		const char *type, struct ops_error *err);
int record_wait(struct signal_run *run, struct run_step *at, struct ops_error *err);
int record_go_on(struct signal_run *run, struct ops_error *err);
int record_abort(struct signal_run *run, const char *reason, struct ops_error *err);
/* signal_share.c: what one agent did in the run. */
struct share {
	const char *agent;
	size_t done, of;		/* steps; of a step that checks, its checks */
	const char *mandatory;		/* of those, that failed and must not; or NULL */
	int64_t seconds;
	struct buf summary, issues, labels, times, table;
};

/* One for each agent that had a step; there is room for as many as there are steps. */
size_t share_all(struct share *shares, struct signal_run *run);
void share_release(struct share *p);
/* What a step made, a line for each: its kind and its value, with what stands around them. */
void share_made(struct buf *out, const struct run_step *at, const char *before,
		const char *between, const char *after);
/* In the run's arena; NULL: out of memory.  "PASSED (2/2 = 100%)", never with
 * something mandatory that failed; what was written, or
 * `otherwise`; a table of what was made; "- AGENT: Commit + PR (45s + 30s)". */
const char *share_gate(struct signal_run *run, size_t done, size_t of, const char *mandatory);
const char *share_text(struct signal_run *run, const struct buf *b, const char *otherwise);
const char *share_table(struct signal_run *run, const struct buf *rows);
const char *share_contribution(struct signal_run *run, const struct share *p);

/* signal_end.c: the results of the agents, the one made of them, and the end. */
int record_end(const char **verdict, const char **gate, const char **message,
	       struct signal_run *run, struct ops_error *err);

/* signal_report.c: how it stands, in Markdown. */
int run_report(const char **message, const char **gate, struct signal_run *run,
	       struct ops_error *err);

/* signal_agents.c: which steps are done by programs; whether all that are ahead may be
 * begun (OPS_EREFUSED with findings); do some side by side, and how many that are. */
int step_programs(struct signal_run *run, struct ops_error *err);
int step_check_programs(struct signal_run *run, struct ops_error *err);
int step_run_programs(struct signal_run *run, struct run_step **list, size_t nr,
		      struct ops_error *err);
size_t step_programs_at_once(const struct signal_run *run);
/* What came of its run becomes what came of the step; put that on record. */
int step_take(struct signal_run *run, struct run_step *at, const struct ops_run *r,
	      struct ops_error *err);
int step_record(struct signal_run *run, struct run_step *at, struct ops_error *err);

/* signal_again.c: programs that were begun and whose step has no end on record: take the
 * result that they left, or let them be begun again, or record that nobody knows. */
int step_take_up(struct signal_run *run, struct ops_error *err);

/* signal_steps.c: do what can be done. */
int run_steps(struct signal_run *run, struct ops_error *err);

#endif
