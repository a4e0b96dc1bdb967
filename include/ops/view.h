/* SPDX-License-Identifier: MIT */
#ifndef OPS_VIEW_H
#define OPS_VIEW_H

/*
 * Looking at one state of a repository: documents, gates, configuration, log.
 * A view never changes and takes no lock.
 */

#include "ops/repo.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_view;
struct ops_document;

/* Open a view of `revision` (NULL = tip of the branch of state; else a commit
 * id, branch, tag, HEAD, with ~N or ^).  OPS_ENOTFOUND, OPS_EAMBIGUOUS, OPS_EUSAGE;
 * OPS_EENVIRONMENT: no ops configuration there. */
int ops_view_open(struct ops_view **out, struct ops_repo *repo, const char *revision,
		  struct ops_error *err);
void ops_view_close(struct ops_view *view);	/* NULL is fine; frees its documents */
const char *ops_view_commit(const struct ops_view *view);	/* 40 digits, "" if unborn */
/* The actor this repository was opened for, by the view's roster; NULL if nobody. */
const char *ops_view_actor(struct ops_view *view);
/* Who it is claimed to be, by the options or git config ops.actor, in the roster or not; NULL when
 * nobody is named, so that the author's e-mail decides.  Belongs to the view. */
const char *ops_view_claim(const struct ops_view *view);

/*
 * What the view is worth: "signed" and "verified:" with its commit if an audit of this clone
 * found the branch of state good and signed by who acted, and all that came since is; the
 * anchor as audits left it.  It says less than ops_audit_verify() would, never more, and
 * remembers nothing.  The words belong to the view.
 */
int ops_view_assurance(struct ops_assurance *out, struct ops_view *view,
		       struct ops_error *err);

/* A document; everything belongs to the view. */
const char *ops_document_path(const struct ops_document *doc);
const char *ops_document_id(const struct ops_document *doc);
const char *ops_document_type(const struct ops_document *doc);
/* Text of a field: scalars as they are, lists joined by ", ", maps as
 * "key: value, …"; NULL when absent. */
const char *ops_document_field(const struct ops_document *doc, const char *name);
size_t ops_document_fields(const struct ops_document *doc);
const char *ops_document_field_name(const struct ops_document *doc, size_t at);
/* The whole file; NULL for a document of ops_view_list(), which keeps only the
 * header: ops_view_find() it. */
const char *ops_document_text(const struct ops_document *doc, size_t *len);

/* Which documents: NULL or false members do not filter.  Dates are YYYY-MM-DD. */
struct ops_filter {
	const char *type;	/* NULL = task */
	const char *status;	/* one, or several with ','; S4's spellings too */
	const char *assignee;	/* agent id or Department/agent */
	const char *department;
	const char *priority;
	const char *due_before, *due_after;	/* inclusive */
	bool archived;		/* finished ones too */
};

/* Documents in order of path.  What could not be read is among the findings
 * (severity error) and the status is still 0. */
int ops_view_list(const struct ops_document *const **out, size_t *nr,
		  struct ops_view *view, const struct ops_filter *filter,
		  struct ops_findings *findings, struct ops_error *err);

/* The same, one after the other, for lists of any length: `each` is called with every document
 * and its values of these fields, as ops_document_field() says them.  The document is there until
 * it returns, what it was asked for and the values as long as the view.  Whatever but 0 `each`
 * returns ends this and is returned. */
int ops_view_each(struct ops_view *view, const struct ops_filter *filter,
		  const char *const *fields, size_t fields_nr,
		  int (*each)(const struct ops_document *document, const char *const *values,
			      void *payload, struct ops_error *err),
		  void *payload, struct ops_findings *findings, struct ops_error *err);

/* The document of an id, a unique prefix of one, or a path.  OPS_ENOTFOUND,
 * OPS_EAMBIGUOUS (err names the candidates), OPS_EINVALID with findings. */
int ops_view_find(const struct ops_document **out, struct ops_view *view,
		  const char *name, struct ops_findings *findings,
		  struct ops_error *err);

/* The state of one gate of one task. */
struct ops_gate {
	const char *name;
	const char *state;	/* none, requested, approved, blocked, rejected, stale */
	const char *power;	/* the power that decides it */
	const char *packet;	/* path of the packet that made it so, or NULL */
	const char *by;		/* who wrote that packet, or NULL */
	const char *reason;	/* why it is blocked, rejected or stale, or NULL */
};

/* All gates of a task, in their order. */
int ops_view_gates(const struct ops_gate **out, size_t *nr, struct ops_view *view,
		   const struct ops_document *task, struct ops_findings *findings,
		   struct ops_error *err);

/* Something that a record about a task rests on, looked at again. */
struct ops_review_item {
	const char *verdict;	/* unchanged, changed, missing */
	const char *path;	/* of the file; of the task itself for what a gate decides about */
	const char *digest;	/* as it was recorded */
	const char *packet, *kind, *by;	/* the record: its id, its kind, who wrote it */
	const char *gate, *decision;	/* or NULL */
};

/* Each piece of evidence of each record about a task, and the text that gates were asked
 * or decided about, compared with the bytes of the view's commit.  OPS_ENOMEM, OPS_EIO,
 * OPS_EINVALID: the task cannot be read. */
int ops_view_review(const struct ops_review_item **out, size_t *nr, struct ops_view *view,
		    const struct ops_document *task, struct ops_findings *findings,
		    struct ops_error *err);

/* The packets of a task, in order of time. */
int ops_view_packets(const struct ops_document *const **out, size_t *nr,
		     struct ops_view *view, const struct ops_document *task,
		     struct ops_findings *findings, struct ops_error *err);

/* A packet in its conversation; everything belongs to the view. */
struct ops_packet {
	const struct ops_document *document;
	const char *kind, *about, *from, *date;
	const char *answers;	/* id of the packet it answers, or NULL */
	const char *state;	/* open, answered; NULL for what waits for nothing */
	bool blocks;		/* it is open and keeps its document from some act */
	const char *gist;	/* the beginning of its first section, on one line */
};

/* The packets of a document, in order of time, what answers another after it. */
int ops_view_thread(const struct ops_packet **out, size_t *nr, struct ops_view *view,
		    const struct ops_document *document, struct ops_findings *findings,
		    struct ops_error *err);

/* The packets of all documents, in order of path. */
int ops_view_all_packets(const struct ops_packet **out, size_t *nr, struct ops_view *view,
			 struct ops_findings *findings, struct ops_error *err);

/* The packet of an id, of the end of one after a '-' (4 characters or more), or of a
 * path.  OPS_ENOTFOUND, OPS_EAMBIGUOUS (err names two). */
int ops_view_packet(const struct ops_packet **out, struct ops_view *view,
		    const char *name, struct ops_findings *findings,
		    struct ops_error *err);

/* A packet as a message in Markdown.  Belongs to the view. */
int ops_view_message(const char **out, struct ops_view *view,
		     const struct ops_packet *packet, struct ops_error *err);

/* Whether there is such a kind of packet.  OPS_EUSAGE: there is none. */
int ops_view_kind(struct ops_view *view, const char *kind, struct ops_error *err);

/* What to fill in for a packet of a kind: its named parts, with comments.  OPS_EUSAGE:
 * there is no such kind, or it is not made of parts that somebody writes, as a decision at a
 * gate, which is computed.  Belongs to the view. */
int ops_view_template(const char **out, struct ops_view *view, const char *kind,
		      struct ops_error *err);

/* The order to work on a task. */
#define OPS_DISPATCH_PARTS 6
struct ops_dispatch {
	const char *task, *status;
	const char *to;			/* Department/agent it belongs to now; or NULL */
	struct {
		const char *name, *text;	/* TASK, SCOPE, … as the task says now */
	} part[OPS_DISPATCH_PARTS];
	const char *message;		/* all of them as text */
	const char *markdown;
	const char *packet, *sent;	/* id and time of the last that was given; or NULL */
	const char *acknowledged;	/* the day; or NULL */
	const char *heartbeat;		/* time of the last packet of who has it; or NULL */
	bool stalled;			/* silent for longer than progress.stalled */
};

/* What makes it a bad order is among the findings (task.dispatch). */
int ops_view_dispatch(const struct ops_dispatch **out, struct ops_view *view,
		      const struct ops_document *task, struct ops_findings *findings,
		      struct ops_error *err);

/* A handoff of a task. */
struct ops_handoff {
	const char *id;
	const char *state;	/* requested, late, packaged, rejected, accepted, cancelled */
	const char *owner;	/* Department/agent it leaves */
	const char *to;		/* agent's id */
	const char *deadline;	/* of the package, the latest that was given */
	const char *package, *rejection;	/* ids of packets, or NULL */
	const char *next;	/* who does what next, or NULL */
};

/* The handoffs of a task, in order of time; the time is that of the repository. */
int ops_view_handoffs(const struct ops_handoff **out, size_t *nr, struct ops_view *view,
		      const struct ops_document *task, struct ops_findings *findings,
		      struct ops_error *err);

/* One key of the roster. */
struct ops_key {
	const char *agent;
	const char *name;	/* "SHA256:…", or "openpgp:…" */
	const char *text;	/* "ssh-ed25519 AAAA…" as it stands there; NULL of a former one */
	const char *state;	/* active, retired, revoked */
	const char *since;	/* revoked: its commits after this one are disputed; or NULL */
	bool signs;		/* the agent is active, and the key */
};

/* All keys, by agent. */
int ops_view_keys(const struct ops_key **out, size_t *nr, struct ops_view *view,
		  struct ops_findings *findings, struct ops_error *err);

/* One value of the effective configuration. */
struct ops_config_value {
	const char *key;	/* "gates.quality.power" */
	const char *value;
	const char *origin;	/* "built-in", or "05-PROCESSES/ops.yaml:12" */
};

/* Values whose key is `prefix` or below it (NULL = all), in order. */
int ops_view_config(const struct ops_config_value **out, size_t *nr,
		    struct ops_view *view, const char *prefix,
		    struct ops_findings *findings, struct ops_error *err);

/* One commit of the log. */
struct ops_log_entry {
	const char *commit;
	int64_t time;
	const char *author;	/* e-mail */
	const char *actor;	/* claimed by the trailers; NULL for a commit not made by ops */
	const char *action;	/* NULL likewise */
	const char *signature;	/* unsigned, good, bad or unchecked */
	const char *key;	/* that signed it ("SHA256:…"); NULL if not known */
	const char *verified;	/* whose key that is by the roster of the parent, if it is of
				   the person who is claimed to act; or NULL */
	const char *subject;
	const char *body;
	struct ops_log_change {
		const char *path;
		const char *from, *to;	/* status; NULL when it has none there */
	} const *changes;
	size_t changes_nr;	/* governed documents it changed */
	bool cut;		/* a shallow clone ends behind it: what it changed, and what was
				   before, is not here, so it is given whatever it is about */
};

/*
 * Call `each` for the commits of the view, newest first, that changed a governed
 * document; with `target`, that document (wherever it lay) or packets about it.
 * `max` 0 = all.  A non-zero return of `each` ends the walk; a negative one is returned.
 */
int ops_view_log(struct ops_view *view, const char *target, size_t max,
		 int (*each)(const struct ops_log_entry *entry, void *payload),
		 void *payload, struct ops_findings *findings, struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
