/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_INSIDE_H
#define VIEW_AUDIT_INSIDE_H

/* What the files of the audit share. */

#include "judge/judge.h"
#include "model/repo.h"
#include "ops/audit.h"
#include "store/history.h"
#include "store/signers.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/map.h"
#include "view/view.h"

/* For a remedy: a merge is judged before and after it is committed. */
#define TAKE_MERGE_BACK "take the merge back (git merge --abort; once it is committed, git reset " \
			"--keep to before it)"

/* The world of a commit, kept because the next commit is usually its child. */
struct kept_world {
	struct oid commit;
	struct snap *snap;
	struct world *world;
	bool used;
};

/* What is disputed of a key. */
struct disputed {
	struct map *commits;		/* by id; NULL: all */
};

/* An Ops-Id: a key, the highest byte first, and the commit that had it first. */
struct audit_id {
	unsigned char key[8];
	struct oid commit;
};

/* Those that were met (audit_runs.c). */
#define AUDIT_RUNS 64
struct audit_ids {
	struct audit_fresh *fresh;	/* the last of them; NULL: none yet */
	struct audit_run {
		struct spill bytes;
		const struct audit_id *list;	/* sorted */
		size_t nr;
	} runs[AUDIT_RUNS];		/* the others */
	size_t runs_nr;
	struct map *earlier;		/* id -> commit before the range; NULL: not asked for */
};

/* What was judged before, up to `tip`; all points into `text`, but ids into bytes of their own. */
struct audit_past {
	bool usable;
	int fd;				/* of the file, if usable */
	struct buf text;
	size_t text_len;		/* of what is sealed in `text` */
	char ids_digest[DIGEST_HEX + 1];
	struct oid tip, first, genesis;
	size_t commits, prehistory, judged, verified;	/* without those with findings */
	const struct oid *flagged;		/* those */
	struct spill ids_bytes;
	const struct audit_id *ids;		/* sorted, in these; NULL: none, or not yet */
	const struct oid *seals;
	size_t flagged_nr, ids_nr, seals_nr;
};

#define AUDIT_FLAGGED_MAX 10000	/* commits with findings of which a note is made */

struct verifying {
	struct ops_repo *repo;
	struct ops_audit_result *result;
	const struct audit_calls *calls;
	bool shallow;
	struct kept_world kept;
	struct signers *signers;	/* of the list at hand, of which `at` is judged; or NULL */
	size_t at;
	struct history *history;	/* of which the list at hand is; or NULL */
	struct audit_ids ids;
	struct arena *arena;		/* of the whole run */
	const char *branch;	/* without refs/heads/; NULL: of none */
	const unsigned char *line;	/* which of the list at hand are in its line; or NULL */
	struct map *disputed;	/* name of a key -> struct disputed; NULL: none */
	struct audit_past past;
	struct oid *flagged, *seals;	/* commits with findings; tags that were checked */
	size_t flagged_nr, flagged_room, seals_nr;
	struct buf seal_lines;		/* "<id> <ref>" of those of the branch */
	struct ops_audit_result again;	/* the counts of the flagged ones */
};

/* What judging one commit needs and makes. */
struct judged {
	struct verifying *v;
	struct commit commit;
	struct arena *arena;
	struct ops_findings *findings;
	struct snap *snap;
	struct world *world;
	const char *actor_id, *verified_id;
	const char *act_id;	/* its Ops-Id, or NULL */
	size_t at;		/* in the list at hand */
	struct signer signer;
	bool touched, before_ops, unjudged, message_read;
	struct map *own;	/* of a merge: files that equal no parent's */
	struct map *added;	/* of these, those that are not joined of what sides did */
	struct map *moved;	/* and where a side has the documents among these elsewhere */
};

/* Open the world of a commit (NULL: an empty one). */
int audit_world(struct world **world, struct snap **snap, struct ops_repo *repo,
		const struct oid *commit, struct ops_error *err);

/* What is asked of the judge about a commit, but for the worlds; of a merge about its own files
 * alone, the keys of a map, or NULL.  They must outlive it. */
struct judge_case audit_case(const struct commit *commit, const struct signer *signer,
			     struct map *own);
bool audit_own_file(const char *path, void *payload);

/* Judge a commit and tell of it; each is asked about once, parents first. */
int audit_commit(struct verifying *v, const struct oid *id, struct ops_error *err);

/*
 * The two halves of it.  Judging looks at the commit and what it knows by itself; with
 * `plain` only at one without a signature and a second parent, *left says that it is none.
 * Telling counts it, and looks at what was before.
 */
int audit_judge_alone(struct judged *j, const struct oid *id, bool plain, bool *left,
		      struct ops_error *err);
int audit_tell(struct judged *j, struct ops_error *err);
/* It is zero at first; audit_judged_clear() lets its memory be used for the next. */
int audit_judged_init(struct judged *j, struct verifying *v, struct ops_error *err);
void audit_judged_clear(struct judged *j);
void audit_judged_release(struct judged *j);

/* Judging ahead (audit_ahead.c): NULL when it is not worth it.  The list must live as long. */
struct audit_ahead;
struct audit_ahead *audit_ahead_new(struct verifying *v, const struct oid *list, size_t nr);
void audit_ahead_free(struct audit_ahead *a);
/* Tell of the commit at that place, each in turn; *left: it has to be judged yet. */
int audit_ahead_tell(struct audit_ahead *a, size_t at, bool *left, struct ops_error *err);

/* The same for a list of them; `line` (NULL: none) has a bit for those in the line. */
int audit_list(struct verifying *v, const struct oid *list, size_t nr,
	       const unsigned char *line, struct ops_error *err);
/* The same for a history, which need not stay in memory. */
int audit_history(struct verifying *v, struct history *h, bool line, struct ops_error *err);
void audit_release(struct verifying *v);

/* Judge a history from its beginning to `tip`, which is that of the branch `ref` (NULL: of
 * none). */
int audit_whole(struct ops_audit_result *result, struct ops_findings *findings,
		struct ops_repo *repo, const struct oid *tip, const char *ref,
		const struct ops_audit_options *options, const struct audit_calls *calls,
		struct ops_error *err);

/* Keep the world of a commit for its children, and no other (NULL: none). */
void audit_keep(struct verifying *v, struct judged *j);

/*
 * What was judged before of a branch: not usable when there is nothing, or nothing that
 * can be believed.  Storing it may fail in silence.
 */
void audit_past_init(struct audit_past *p);
void audit_past_load(struct audit_past *p, struct ops_repo *repo, const char *ref);
/* Have the ids of it; false: they are not what was written, and nothing of it can be used. */
bool audit_past_ids(struct audit_past *p);
/* They need not stay in memory until they are looked at again. */
void audit_past_rest(struct audit_past *p);
void audit_past_release(struct audit_past *p);
void audit_past_store(struct verifying *v, const char *ref, const struct oid *tip,
		      const struct oid *genesis);
/* SHA-256 of all that judges, by the Makefile. */
extern const char rules_digest[];

/* The tip that a branch was verified at must be in its history, and the seals that it had
 * must be there; `seals` has a line "<id> <ref>" for each.  OPS_EENVIRONMENT: what
 * was noted is damaged. */
int audit_check_seen(struct ops_findings *findings, struct ops_repo *repo, const char *ref,
		     const struct oid *tip, struct ops_error *err);
int audit_note_seen(struct ops_repo *repo, const char *ref, const struct oid *tip,
		    const struct buf *seals, struct ops_error *err);

/* The beginning that the user trusts, by the digest of its commit. */
struct anchor {
	char digest[DIGEST_HEX + 1];
	bool pinned;			/* by the user; else it was taken on first use */
};
/* OPS_ENOTFOUND: there is none; OPS_EENVIRONMENT: it cannot be believed. */
int anchor_read(struct anchor *out, const struct ops_repo *repo, struct ops_error *err);
int anchor_write(const struct ops_repo *repo, const struct anchor *anchor,
		 struct ops_error *err);
int anchor_forget(const struct ops_repo *repo, struct ops_error *err);

/* The first commit of a list with a configuration; zero: none. */
int audit_genesis(struct oid *out, struct ops_repo *repo, const struct oid *list, size_t nr,
		  struct ops_error *err);

struct anchor_check {
	struct anchor own, kept;	/* of this history; of the user */
	bool known;			/* they are the same */
	bool first_use;			/* the user has none */
};
int audit_check_anchor(struct anchor_check *out, struct ops_findings *findings,
		       struct ops_repo *repo, const struct oid *genesis,
		       struct ops_error *err);

/* What a seal says. */
#define SEALS OPS_SEAL_REFS
struct seal {
	const char *branch;		/* without refs/heads/ */
	struct oid tip;
	size_t commits;
	char digest[DIGEST_HEX + 1];
	char by[KEY_NAME_MAX + 1];	/* the key that it says it is signed with; "": none */
};
/* Count and digest of the history up to a commit; the branch is left alone. */
int seal_measure(struct seal *out, struct ops_repo *repo, const struct oid *tip,
		 struct ops_error *err);
void seal_write(struct buf *out, const struct seal *seal);
/* The line behind that, which seals had not always. */
void seal_write_signer(struct buf *out, const struct seal *seal);
/* Whether the key that signed one is somebody's in the roster of its tip; without any keys
 * there that cannot be told, and nothing is said.  `what` names the seal. */
bool seal_signer(struct ops_findings *findings, const struct roster *roster, const char *key,
		 const char *what);
const char *seal_branch(const char *ref);
/* Whether a tag of that name is a seal; if not, that is a finding.  With a `tip` of the branch
 * of state (else NULL) one of that branch must hold, too. */
int seal_check(bool *is, struct ops_findings *findings, struct ops_repo *repo, const char *ref,
	       const struct oid *id, const struct oid *tip, struct ops_error *err);
/* Every seal of the branch must hold; those that do are listed in v->seals. */
int audit_check_seals(struct verifying *v, struct ops_findings *findings,
		      const struct oid *tip, const char *ref, struct ops_error *err);

/* Whether the tip is the other commit or descends from it, which may be gone. */
int audit_descends(bool *out, struct ops_repo *repo, const struct oid *tip,
		   const struct oid *from, struct ops_error *err);
int audit_by_oid(const void *a, const void *b);

/* Remember the Ops-Id of a commit.  *found: it was that of *first. */
int audit_ids_add(bool *found, struct oid *first, const struct judged *j,
		  struct ops_error *err);

/* audit_runs.c.  Put one there; all of them, sorted, in the possession of v->ids; the next of
 * those put last that has the key (NULL: the first; NULL at the end). */
uint64_t audit_id_key(const struct audit_id *id);
int audit_ids_put(struct verifying *v, uint64_t key, const struct oid *commit,
		  struct ops_error *err);
int audit_ids_sort(const struct audit_id **list, size_t *nr, struct verifying *v,
		   struct ops_error *err);
const struct audit_id *audit_fresh_next(const struct audit_fresh *fresh, uint64_t key,
					const struct audit_id *last);
/* They need not stay in memory until they are looked at again. */
void audit_ids_rest(struct audit_ids *ids);
void audit_ids_release(struct audit_ids *ids);
/* Remember those of what comes before the list, of the nearest v->calls->earlier commits, if one
 * of the list has any. */
int audit_ids_before(struct verifying *v, const struct oid *list, size_t nr,
		     struct ops_error *err);

/* Judge the commit against one parent (NULL: it has none). */
int audit_judge_by(struct judged *j, const struct oid *parent, struct ops_error *err);

/* audit_line.c: branch.protected.  *out has a bit for each of v->past.flagged, for the caller
 * to free(): those in the line that goes on at `from`. */
void audit_line_begin(struct verifying *v, const char *ref);
int audit_line_past(unsigned char **out, struct verifying *v, const struct oid *from,
		    struct ops_error *err);
/* `parent` is not NULL, and `before` its world. */
int audit_landing(struct judged *j, const struct oid *parent, struct world *before,
		  struct ops_error *err);

/* audit_dispute.c: signature.disputed. */
int audit_dispute_begin(struct verifying *v, const struct oid *tip, struct ops_error *err);
void audit_dispute(struct judged *j);

/* Judge a merge. */
int audit_judge_merge(struct judged *j, struct ops_error *err);

#endif
