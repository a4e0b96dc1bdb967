/* SPDX-License-Identifier: MIT */
/*
 * Judging a ref that is about to move, for git's hooks: may this branch of state
 * go from there to here, and is this tag among the seals one?
 *
 * The old value that is told is never believed: what is new is what the ref does not
 * hold yet.  Other branches are not asked about, which is safe because nothing of
 * them counts as judged: what comes from there is judged when it gets here.
 */

#include "ops/audit.h"

#include <string.h>

#include "model/elsewhere.h"
#include "model/repo.h"
#include "store/ref.h"
#include "store/state.h"
#include "util/arena.h"
#include "view/audit_inside.h"
#include "view/landing.h"
#include "view/view.h"

struct updating {
	struct ops_repo *repo;
	const struct ops_ref_update *update;
	struct ops_findings *findings;
	struct oid old, now;	/* zero: not there */
	bool unseen;		/* what is new by it cannot be told in this clone */
	bool state, protected;	/* what the branch is */
};

/* Why the branch is not to be deleted or rewritten. */
static const char *holds(const struct updating *u)
{
	return u->state ? "holds the state" : "is protected";
}

static void refuse(struct updating *u, const char *rule, const char *remedy,
		   const char *what)
{
	findings_add(u->findings, rule, OPS_ERROR, NULL, 0, 0, remedy, "'%s' %s, %s",
		     u->update->ref, holds(u), what);
}

/* Whether the branch of state holds one, or will when this push is taken. */
static bool has_state(const struct updating *u, const char *branch)
{
	struct oid tip;
	size_t i;

	if (store_tip(&tip, u->repo->store, NULL) == 0 && elsewhere_holds(u->repo->store, &tip))
		return true;
	for (i = 0; i < u->update->together_nr; i++)
		if (!strcmp(u->update->together[i].ref, branch) &&
		    oid_parse(&tip, u->update->together[i].now) &&
		    elsewhere_holds(u->repo->store, &tip))
			return true;
	return false;
}

/* A state that nobody would judge, because the server was not told of its branch. */
static int check_unjudged(struct updating *u, const char *branch, struct ops_error *err)
{
	const char *ref = u->update->ref, *advice;
	struct arena *arena;

	if (strncmp(ref, "refs/heads/", 11) || oid_is_zero(&u->now) || !strcmp(ref, branch) ||
	    !elsewhere_holds(u->repo->store, &u->now) || has_state(u, branch))
		return 0;
	arena = arena_new();
	advice = arena ? elsewhere_advice(u->repo->store, ref, arena) : NULL;
	if (advice)
		findings_add(u->findings, "ref.unjudged", OPS_ERROR, NULL, 0, 0,
			     arena_printf(arena, "push '%s' first, or on the server: %s",
					  branch + 11, advice),
			     "'%s' holds a state of ops, but what is judged here is '%s', "
			     "which holds none", ref, branch);
	arena_free(arena);
	return advice ? 0 : error_nomem(err);
}

/* The branch that a server keeps; another name for a ref is no way around it. */
static int server_branch(bool *is, struct updating *u, struct ops_error *err)
{
	const char *branch = store_branch(u->repo->store);
	struct oid value;
	int ret;

	if (!branch)
		return error_set(err, OPS_EENVIRONMENT, "this repository does not say which "
				 "branch holds the state: set git config ops.branch");
	*is = !strcmp(u->update->ref, branch);
	ret = ref_value(&value, u->repo->store, u->update->ref, err);
	return ret && ret != OPS_ENOTFOUND ? ret : check_unjudged(u, branch, err);
}

/* What is at the other end may not be here, or not what leads there: then what is new cannot
 * be told, and that is for the server to see. */
static int find_far(struct updating *u, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct commit c;
	int ret = arena ? 0 : error_nomem(err);

	if (ret == 0 && store_is_shallow(u->repo->store))
		ret = OPS_ENOTFOUND;
	if (ret == 0 && !oid_is_zero(&u->old))
		ret = commit_read(&c, u->repo->store, &u->old, arena, err);
	if (ret == OPS_ENOTFOUND) {
		memset(&u->old, 0, sizeof(u->old));
		u->unseen = true;
		ret = 0;
	}
	arena_free(arena);
	return ret;
}

/* Where the branch is; it must be where the pusher thinks it is. */
static int find_old(struct updating *u, struct ops_error *err)
{
	struct oid told = u->old;
	int ret;

	if (u->update->push)
		return find_far(u, err);
	ret = ref_value(&u->old, u->repo->store, u->update->ref, err);
	if (ret == OPS_ENOTFOUND) {
		memset(&u->old, 0, sizeof(u->old));
		ret = 0;
	}
	if (ret == 0 && u->update->server && !oid_equal(&told, &u->old))
		ret = error_set(err, OPS_ECHANGED, "'%s' was moved meanwhile: fetch, and "
				"push again", u->update->ref);
	return ret;
}

/* Whether the new tip has all that the old one has. */
static int goes_forward(bool *out, struct updating *u, struct ops_error *err)
{
	struct oid base;
	int ret = history_merge_base(&base, u->repo->store, &u->old, &u->now, err);

	*out = ret == 0 && oid_equal(&base, &u->old);
	if (ret == OPS_EIO)
		error_prefix(err, "'%s' cannot be followed back to where it is here (does the "
			     "clone lack something? git fsck, and look for .git/info/grafts)",
			     u->update->ref);
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

/* What a server does not do to its branch, whatever the commits are. */
static int check_move(bool *refused, struct updating *u, struct ops_error *err)
{
	bool forward;
	int ret = 0;

	*refused = true;
	if (oid_is_zero(&u->now)) {
		refuse(u, "ref.deleted", NULL, "and is not deleted");
		return 0;
	}
	if (u->update->server && store_is_shallow(u->repo->store))
		return error_set(err, OPS_EENVIRONMENT, "this repository is shallow, so a "
				 "push cannot be judged: git fetch --unshallow");
	if (!oid_is_zero(&u->old)) {
		ret = goes_forward(&forward, u, err);
		if (ret || !forward) {
			if (ret == 0)
				refuse(u, "ref.rewritten", "fetch, merge, and push again",
				       "and no commit is taken from it");
			return ret;
		}
	}
	*refused = false;
	return 0;
}

static int is_judged(bool *out, struct updating *u, struct ops_error *err)
{
	const char *branch = store_branch(u->repo->store);

	*out = false;
	if (u->update->push) {
		*out = branch && !strcmp(branch, u->update->ref);
		return 0;
	}
	if (!u->update->server)
		return state_is_branch(out, u->repo->store, u->update->ref, err);
	if (!strncasecmp(u->update->ref, "refs/replace/", 13)) {
		if (!oid_is_zero(&u->now))
			findings_add(u->findings, "ref.replace", OPS_ERROR, NULL, 0, 0, NULL,
				     "'%s' would show one object for another",
				     u->update->ref);
		return 0;
	}
	return server_branch(out, u, err);
}

/* --- seals --- */

static bool is_seal_name(const char *ref)
{
	return !strncasecmp(ref, OPS_SEAL_REFS, strlen(OPS_SEAL_REFS));
}

/* Where the branch of state will be when all of this push is taken. */
static int tip_then(struct oid *tip, const struct updating *u, struct ops_error *err)
{
	const char *branch = store_branch(u->repo->store);
	size_t i;

	for (i = 0; branch && i < u->update->together_nr; i++)
		if (!strcmp(u->update->together[i].ref, branch) &&
		    oid_parse(tip, u->update->together[i].now) && !oid_is_zero(tip))
			return 0;
	return store_tip(tip, u->repo->store, err);
}

/* A seal that a server has stays there as it is; what only looks like one may go. */
static int check_seal_gone(struct updating *u, struct ops_error *err)
{
	const char *name = u->update->ref + strlen(OPS_SEAL_REFS);
	struct ops_findings *ignored;
	bool is = false;
	int ret = find_old(u, err);

	if (ret || oid_is_zero(&u->old) || oid_equal(&u->old, &u->now))
		return ret;
	ignored = ops_findings_new();
	ret = ignored ? seal_check(&is, ignored, u->repo, u->update->ref, &u->old, NULL, err) :
	      error_nomem(err);
	ops_findings_free(ignored);
	if (ret == 0 && is)
		findings_add(u->findings, "seal.removed", OPS_ERROR, NULL, 0, 0,
			     "make another one, by another name", "the seal '%s' is there, and "
			     "is neither moved nor deleted", name);
	return ret;
}

/*
 * A tag that is about to be among the seals: on a server all that an audit would ask of it;
 * elsewhere whether it is one, because the branch may come after it.
 */
static int check_seal(struct updating *u, struct ops_error *err)
{
	const char *ref = u->update->ref;
	struct ops_error none = { 0 };
	struct oid tip;
	bool is;
	int ret = 0;

	if (strncmp(ref, OPS_SEAL_REFS, strlen(OPS_SEAL_REFS))) {
		if (!oid_is_zero(&u->now))
			findings_add(u->findings, "seal.malformed", OPS_ERROR, NULL, 0, 0,
				     "choose another name", "'%s' looks like a seal, and is "
				     "none", ref);
		return 0;
	}
	if (u->update->server)
		ret = check_seal_gone(u, err);
	if (ret || oid_is_zero(&u->now))
		return ret;
	if (u->update->server && tip_then(&tip, u, &none) == 0)
		return seal_check(&is, u->findings, u->repo, ref, &u->now, &tip, err);
	return seal_check(&is, u->findings, u->repo, ref, &u->now, NULL, err);
}

/* --- branches --- */

/* What the branch would get, where that can be told. */
static int judge_new(struct ops_audit_result *found, struct updating *u,
		     const struct audit_calls *calls, struct ops_error *err)
{
	const struct ops_ref_update *update = u->update;
	int ret = 0;

	if (u->unseen)
		return 0;
	if (u->state)
		ret = audit_range(found, u->repo, &u->now,
				  oid_is_zero(&u->old) ? NULL : &u->old,
				  !update->server ? 0 : update->commits ? update->commits :
				  OPS_PUSH_COMMITS_MAX, calls, err);
	/* The state may begin to be protected by what is judged here. */
	if (ret == 0 && (u->state || u->protected))
		ret = landing_check(found, u->repo, update->ref, &u->old, &u->now, calls,
				    err);
	return ret;
}

int ops_audit_update(struct ops_audit_result *result, struct ops_findings *findings,
		     struct ops_repo *repo, const struct ops_ref_update *update,
		     int (*each)(const struct ops_audit_commit *commit, void *payload),
		     void *payload, struct ops_error *err)
{
	struct audit_calls calls = { .each = each, .payload = payload,
				     .earlier = update->server || update->push ?
						OPS_PUSH_EARLIER_MAX : OPS_MOVE_EARLIER_MAX,
				     .clock = update->server ? repo->now : 0 };
	struct ops_audit_result found = { 0 };
	struct updating u = { .repo = repo, .update = update, .findings = findings };
	bool refused = false;
	int ret;

	if (!oid_parse(&u.old, update->old) || !oid_parse(&u.now, update->now))
		return error_set(err, OPS_EUSAGE, "'%.50s' is not the id of a commit",
				 oid_parse(&u.old, update->old) ? update->now : update->old);
	if (is_seal_name(update->ref)) {
		ret = check_seal(&u, err);
		if (ret == 0 && findings_failed(findings))
			ret = error_nomem(err);
		if (ret == 0)
			*result = found;
		return ret;
	}
	ret = is_judged(&u.state, &u, err);
	if (ret == 0)
		ret = landing_protects(&u.protected, repo, update->ref, err);
	if (ret == 0 && (u.state || u.protected))
		ret = find_old(&u, err);
	if (ret == 0 && (u.state || u.protected) && (update->server || update->push))
		ret = check_move(&refused, &u, err);
	if (ret == 0 && !refused && !oid_is_zero(&u.now) && !oid_equal(&u.old, &u.now))
		ret = judge_new(&found, &u, &calls, err);
	if (ret == 0 && findings_failed(findings))
		ret = error_nomem(err);
	if (ret == 0)
		*result = found;
	return ret;
}
