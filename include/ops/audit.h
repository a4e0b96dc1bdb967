/* SPDX-License-Identifier: MIT */
#ifndef OPS_AUDIT_H
#define OPS_AUDIT_H

/*
 * Judging what is there: a work tree, the index, a revision, a history.  All of it
 * asks the same judge as the acts do.
 */

#include "ops/check.h"
#include "ops/repo.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Judge what the next `git commit` would make of the index, by the rules of an audit.
 * `message` is what its message looks like in the editor (NULL: there is none yet).  It
 * is for hooks: also accepted is what would be legal instead of the last commit, since
 * a hook is not told that a commit is amended, and a merge is not looked at before it is
 * made; ops_audit_update() misses neither.  Returns as ops_repo_check().
 */
int ops_repo_check_commit(struct ops_findings *findings, struct ops_repo *repo,
			  const char *message, size_t len, struct ops_error *err);

/*
 * The trailers that ops would have written for the change in the index, as lines for the
 * end of its message, in *out, to be freed; NULL if there is nothing to say: no governed
 * document was touched, the change is not legal or not known to be, or git is in the
 * middle of a merge or the like.  Returns as ops_repo_check().
 */
int ops_repo_commit_trailers(char **out, struct ops_repo *repo, struct ops_error *err);

/* Where a message ends that git gives to an editor: before comments, as core.commentChar begins
 * them, and a diff that is shown.  The text has a NUL behind it. */
int ops_repo_message_end(size_t *out, struct ops_repo *repo, const char *text, size_t len,
			 struct ops_error *err);

/* A text of messages of others, as git puts them into that of a squash: lines that could be read as
 * trailers of this commit are marked, in *out, to be freed.  Returns 0; OPS_ENOMEM. */
int ops_quote_messages(char **out, const char *text, size_t len, struct ops_error *err);

/* One judged commit that has findings. */
struct ops_audit_commit {
	const char *commit;	/* 40 digits */
	int64_t time;
	const char *author;	/* e-mail */
	const char *actor;	/* who is claimed to have acted; NULL if nobody known */
	const char *verified;	/* whose key in the roster signed it, of the actor's person;
				   NULL: the claim is all there is */
	const char *subject;
	const struct ops_findings *findings;
};

struct ops_audit_result {
	char first[41], last[41];	/* of the history that was judged; "" for none */
	size_t commits;		/* looked at */
	size_t prehistory;	/* of them, before ops was there */
	size_t judged;		/* of them, changed a governed document */
	size_t verified;	/* of these, signed by who is claimed to have acted */
	size_t refused;		/* of them, with an error */
	size_t unjudged;	/* of them, not to be judged: a shallow clone lacks their past */
	size_t known;		/* of the judged, judged before by the same rules and not again */
	size_t seals;		/* tags of ops_audit_seal() that were looked at */
	size_t seals_signed;	/* of them, signed with a key that the roster of the commit they
				   are of gives somebody */
	char genesis[41];	/* the commit that made this an ops repository; "" if there is
				   none, or the range has a beginning */
	char anchor_digest[65];	/* SHA-256 of it */
	bool first_use;		/* it was taken for the beginning now, for the first time */
	struct ops_assurance assurance;
};

/* What to judge, and whom to tell.  Zero-initialise what you do not set. */
struct ops_audit_options {
	const char *range;	/* NULL = from the first commit to the tip of the branch of
				   state; "A..B"; "B" */
	bool since_policy;	/* begin with the commit that brought the configuration of
				   the tip into force; the range has no beginning then */
	bool full;		/* judge all again, whatever was judged before, and compute the
				   ids of all objects that are read; without a beginning */
	bool accept_rewrite;	/* the branch need not hold the commit it was verified at */
	bool gather;		/* the findings of all commits are added to those about the
				   history, each with its commit */
	/* Called for commits with findings, if not NULL; a negative status ends it. */
	int (*each)(const struct ops_audit_commit *commit, void *payload);
	/* Called now and then with the number done and that of all; may be NULL. */
	void (*progress)(size_t done, size_t known, void *payload);
	void *payload;
};

/*
 * Judge every commit of a range, parents first, by the policy, roster and gates of its
 * parent; a merge by each parent.  Replace refs and grafts are not followed.  In a
 * shallow clone what can be judged is, and `unjudged` counts the rest.
 *
 * Without a beginning of the range the history as a whole is held against what is known
 * from elsewhere, and what is wrong there goes to `findings`: the anchor of its beginning
 * (see ops_repo_trust()), and the commit that its branch was verified at before.  Both are
 * remembered when nothing is wrong, and so is what was judged, in caches below the common
 * directory of the clone that may be deleted at any time.
 * Returns 0 whatever was found; OPS_ENOTFOUND; OPS_EUSAGE; OPS_EIO; OPS_EENVIRONMENT
 * (what is remembered cannot be believed); a negative status of `each`.
 */
int ops_audit_verify(struct ops_audit_result *result, struct ops_findings *findings,
		     struct ops_repo *repo, const struct ops_audit_options *options,
		     struct ops_error *err);

/* Below this there are seals, and nothing else. */
#define OPS_SEAL_REFS "refs/tags/ops-seal/"

/* What ops_audit_seal() made. */
struct ops_seal {
	char name[100];		/* of the tag: "ops-seal/..." */
	char tag[41];		/* its object; "" when none was made */
	char tip[41];
	size_t commits;
	char digest[65];
	char signer[80];	/* the key it is signed with; "": it is not signed */
	const char *note;	/* for the user; or NULL */
};

/*
 * Judge the branch of state from its beginning, as ops_audit_verify(), and if nothing is
 * wrong make an annotated tag of its tip that says how many commits there are and a
 * digest over them, signed when an act of the same actor would be.  An audit
 * of the branch, wherever the tag is, holds it against that from then on.  `name`: what to
 * call it; NULL: the time and the tip.  What is wrong goes to `findings`, and then there
 * is no tag.  Returns 0 whatever was found; OPS_EEXISTS: there is one of that name;
 * OPS_EUSAGE: no such name; else as ops_audit_verify().
 */
int ops_audit_seal(struct ops_seal *out, struct ops_findings *findings,
		   struct ops_repo *repo, const char *name, bool dry_run,
		   struct ops_error *err);

/* The beginning of the history and whether the user trusts it. */
struct ops_trust {
	char commit[41];	/* that made this an ops repository */
	char digest[65];	/* SHA-256 of it */
	const char *anchor;	/* "none", "tofu" or "pinned", after the call */
	const char *before;	/* and before it */
};

/*
 * Tell the beginning of the history, and pin it: with `digest` (64 hexadecimal digits, also
 * after "sha256:") if that is its digest, else the finding anchor.mismatch.  The anchor is
 * kept in options' `private_dir`, for this clone.  `forget`: give it up.  Returns 0
 * whatever was found; OPS_EUSAGE: no such digest; OPS_EENVIRONMENT, also when
 * there is no beginning; OPS_EIO; OPS_ENOMEM.
 */
int ops_repo_trust(struct ops_trust *out, struct ops_findings *findings,
		   struct ops_repo *repo, const char *digest, bool forget,
		   struct ops_error *err);

/* Whether commits are legal. */
struct ops_verdict {
	size_t refused;		/* how many are not */
	char first[41];		/* of these, parents first; "" = none */
};

/*
 * Judge the commits of `to` that `from` ("": nothing) has not, both 40 digits, before they
 * come in from elsewhere or go there.  Returns 0 whatever was found, with a finding for each
 * fault, which names its commit; else as ops_audit_verify().
 */
int ops_audit_between(struct ops_verdict *verdict, struct ops_findings *findings,
		      struct ops_repo *repo, const char *from, const char *to,
		      struct ops_error *err);

/* A ref that is about to move, in the words of git's hooks. */
struct ops_ref_update {
	const char *ref;	/* in full: "refs/heads/main" */
	const char *old, *now;	/* 40 digits; only zeros: it is not there */
	bool server;		/* somebody pushes it to us */
	size_t commits;		/* at most, of a push; 0: OPS_PUSH_COMMITS_MAX */
	bool push;		/* we are about to push it: `old` is what is there */
	/* All that the same push moves; 0: this is all. */
	const struct ops_ref_update *together;
	size_t together_nr;
};

/* What ops_audit_update() takes of one push. */
#define OPS_PUSH_COMMITS_MAX 10000
/* How far back it looks for acts that a push tells again. */
#define OPS_PUSH_EARLIER_MAX 50000
/* The same of a branch that moves in a clone, where somebody waits. */
#define OPS_MOVE_EARLIER_MAX 500
/* Seconds that the date of a commit may be ahead of the clock of the server it is pushed to. */
#define OPS_AHEAD_MAX 86400

/*
 * Judge the commits that a ref would get, if it is the branch of state; others are left
 * alone.  Commits with findings are told as by ops_audit_verify(), what is wrong
 * with the move itself goes to `findings`.  On a server the branch of state is neither
 * deleted nor taken back, no refs/replace is taken, and no branch with a state while the branch
 * of state has none, since nobody would judge it.  Below OPS_SEAL_REFS nothing is taken but a
 * seal; on a server it must hold, for the branch as the push leaves it, and stays there as it
 * is.  What is about to be pushed is
 * judged as the server would, as far as can be told here.  Returns 0 whatever was found;
 * OPS_ECHANGED: the ref is not at `old` any more; OPS_EREFUSED: more than
 * `commits` commits in a push; OPS_EUSAGE: not such words; else as
 * ops_audit_verify().
 */
int ops_audit_update(struct ops_audit_result *result, struct ops_findings *findings,
		     struct ops_repo *repo, const struct ops_ref_update *update,
		     int (*each)(const struct ops_audit_commit *commit, void *payload),
		     void *payload, struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
