/* SPDX-License-Identifier: MIT */
/*
 * Judging one commit of a history, maybe in a thread of its own.  audit_judge_by() is the one
 * place where the judge is asked about it; merges come here by way of audit_merge.c.
 *
 * Nothing is believed but trees: trailers are compared with what was done.  What cannot
 * be judged because its parents are not in this clone is counted and never passed over
 * as good.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "store/past.h"
#include "text/message.h"
#include "util/array.h"
#include "util/date.h"

int audit_world(struct world **world, struct snap **snap, struct ops_repo *repo,
		const struct oid *commit, struct ops_error *err)
{
	struct snap *s;
	int ret = commit ? snap_of_commit(&s, repo->store, commit, err) :
		  snap_of_nothing(&s, err);

	if (ret)
		return ret;
	ret = world_open(world, s, repo->cache, err);
	if (ret)
		snap_free(s);
	else
		*snap = s;
	return ret;
}

/* The same for a commit that was read. */
static int open_world(struct judged *j, struct ops_error *err)
{
	struct past past;
	int ret = snap_of_tree(&j->snap, j->v->repo->store, &j->commit.tree, err);

	if (ret)
		return ret;
	/* The next one is made on it. */
	past_of_commit(&past, j->v->repo->store, &j->commit.id, j->commit.committer.time);
	snap_set_past(j->snap, &past);
	ret = world_open(&j->world, j->snap, j->v->repo->cache, err);
	if (ret) {
		snap_free(j->snap);
		j->snap = NULL;
	}
	return ret;
}

bool audit_own_file(const char *path, void *payload)
{
	return map_has(payload, path);
}

struct judge_case audit_case(const struct commit *commit, const struct signer *signer,
			     struct map *own)
{
	return (struct judge_case){
		.message = commit->message, .message_len = commit->message_len,
		.author = commit->author.email, .signer = signer,
		.now = commit->committer.time, .lenient = true,
		.only = own ? audit_own_file : NULL, .payload = own,
	};
}

/* The id of the act, of the message as it was judged. */
static int take_id(struct judged *j, const struct judge_case *c, struct ops_error *err)
{
	const char *id = message_trailer(&c->parsed, "Ops-Id");

	/* A message without a subject was not parsed, or is none. */
	if (!c->parsed.subject)
		return 0;
	j->message_read = true;
	j->act_id = id ? arena_str(j->arena, id) : NULL;
	return id && !j->act_id ? error_nomem(err) : 0;
}

int audit_judge_by(struct judged *j, const struct oid *parent, struct ops_error *err)
{
	struct verifying *v = j->v;
	struct judge_case c = audit_case(&j->commit, &j->signer, j->own);
	struct world *before = NULL;
	struct snap *snap = NULL;
	bool kept = parent && v->kept.used && oid_equal(parent, &v->kept.commit);
	int ret = 0;

	if (kept)
		before = v->kept.world;
	else
		ret = audit_world(&before, &snap, v->repo, parent, err);
	if (ret)
		return ret;
	c.before = before;
	c.after = j->world;
	c.added = j->added;
	ret = judge_change(&c, j->findings, err);
	if (ret == 0 && parent)
		ret = audit_landing(j, parent, before, err);
	if (ret == 0)
		ret = take_id(j, &c, err);
	if (ret == 0) {
		j->before_ops = c.before_ops;
		j->touched = j->touched || c.changes_nr || c.configures;
		if (c.actor && !j->actor_id) {
			j->actor_id = arena_str(j->arena, c.actor->id);
			j->verified_id = c.verified ? arena_str(j->arena,
								c.verified->id) : NULL;
			if (!j->actor_id || (c.verified && !j->verified_id))
				ret = error_nomem(err);
		}
	}
	/* The world of the commit may lean on this one's roster. */
	if (!kept) {
		world_share_roster(j->world, NULL);
		world_close(before);
		snap_free(snap);
	} else {
		world_share_roster(j->world, NULL);
	}
	return ret;
}

static int read_id(struct judged *j, struct ops_error *err)
{
	struct ops_findings *ignored;
	struct message m;

	if (j->message_read)
		return 0;
	ignored = ops_findings_new();
	if (!ignored)
		return error_nomem(err);
	if (message_parse(&m, j->arena, j->commit.message, j->commit.message_len,
			  ignored, NULL) == 0)
		j->act_id = message_trailer(&m, "Ops-Id");
	ops_findings_free(ignored);
	return 0;
}

/* One act is one commit: the same Ops-Id twice is a replay. */
static int check_id(struct judged *j, struct ops_error *err)
{
	struct oid first;
	char hex[OID_HEX + 1];
	bool found = false;
	int ret = j->act_id ? audit_ids_add(&found, &first, j, err) : 0;

	if (found) {
		oid_hex(hex, &first);
		findings_add(j->findings, "trailer.replayed", OPS_ERROR, NULL, 0, 0,
			     "leave one of the two out, or its trailers: git rebase -i",
			     "its Ops-Id is that of commit %.10s", hex);
	}
	return ret;
}

/* The first line of a message. */
static const char *subject_of(struct judged *j)
{
	const char *end = memchr(j->commit.message, '\n', j->commit.message_len);
	size_t len = end ? (size_t)(end - j->commit.message) : j->commit.message_len;
	const char *text = arena_dup(j->arena, j->commit.message, len);

	return text ? text : "";
}

static int report(struct judged *j, struct ops_error *err)
{
	const struct audit_calls *calls = j->v->calls;
	struct ops_audit_commit c = { 0 };
	const struct ops_finding *f;
	char hex[OID_HEX + 1];
	size_t i;

	if (!ops_findings_count(j->findings))
		return 0;
	if (findings_failed(j->findings))
		return error_nomem(err);
	ops_findings_sort(j->findings);
	oid_hex(hex, &j->commit.id);
	for (i = 0; calls->gather && i < ops_findings_count(j->findings); i++) {
		f = ops_findings_at(j->findings, i);
		findings_add(calls->gather, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s (commit %.10s)", f->message, hex);
	}
	c.commit = hex;
	c.time = j->commit.committer.time;
	c.author = j->commit.author.email;
	c.actor = j->actor_id;
	c.verified = j->verified_id;
	c.subject = subject_of(j);
	c.findings = j->findings;
	if (ops_findings_refuse(j->findings))
		j->v->result->refused++;
	return calls->each ? calls->each(&c, calls->payload) : 0;
}

/* Commits with findings are judged again another time, so that they are told of. */
static int flag(struct judged *j, struct ops_error *err)
{
	struct verifying *v = j->v;

	v->again.commits++;
	v->again.prehistory += j->before_ops;
	v->again.judged += j->touched;
	v->again.verified += j->touched && j->verified_id;
	/* Of more than can be noted nothing is. */
	if (v->flagged_nr > AUDIT_FLAGGED_MAX)
		return 0;
	if (array_room(&v->flagged, v->flagged_nr, &v->flagged_room, sizeof(*v->flagged)) < 0)
		return error_nomem(err);
	v->flagged[v->flagged_nr++] = j->commit.id;
	return 0;
}

void audit_keep(struct verifying *v, struct judged *j)
{
	if (v->kept.used) {
		world_close(v->kept.world);
		snap_free(v->kept.snap);
	}
	v->kept.used = j != NULL;
	if (!j)
		return;
	v->kept.commit = j->commit.id;
	v->kept.world = j->world;
	v->kept.snap = j->snap;
	j->world = NULL;
	j->snap = NULL;
}

/* Of a shallow clone: whether what is needed to judge the commit is not here. */
static bool lacks_past(const struct judged *j)
{
	return j->v->shallow && (j->commit.parents_nr > 1 ||
				 store_is_cut(j->v->repo->store, &j->commit.id));
}

int audit_judge_alone(struct judged *j, const struct oid *id, bool plain, bool *left,
		      struct ops_error *err)
{
	struct verifying *v = j->v;
	int ret = commit_read(&j->commit, v->repo->store, id, j->arena, err);

	*left = ret == 0 && plain && (j->commit.has_signature || j->commit.parents_nr > 1);
	if (ret == 0 && !*left)
		ret = open_world(j, err);
	if (ret || *left)
		return ret;
	if (plain)
		signature_check(&j->signer, &v->repo->verifier, &j->commit);
	else
		signers_check(&j->signer, v->signers, &v->repo->verifier, v->at, &j->commit);
	if (lacks_past(j))
		j->unjudged = true;
	else if (j->commit.parents_nr > 1)
		ret = audit_judge_merge(j, err);
	else
		ret = audit_judge_by(j, j->commit.parents_nr ? j->commit.parents : NULL, err);
	if (ret)
		return ret;
	if (j->commit.odd && j->touched)
		findings_add(j->findings, "commit.header", OPS_ERROR, NULL, 0, 0,
			     "make the commit again: git -c i18n.commitEncoding=utf-8 commit "
			     "--amend", "its header is odd: %s", j->commit.odd);
	ret = read_id(j, err);
	if (ret == 0)
		audit_keep(v, j);
	return ret;
}

/* Who takes commits as they come can tell that one has not been made yet. */
static void check_ahead(struct judged *j)
{
	int64_t clock = j->v->calls->clock;
	char date[DATE_TIME_LEN + 1];

	if (!clock || j->before_ops || j->commit.committer.time <= clock + OPS_AHEAD_MAX)
		return;
	date_time_format(date, j->commit.committer.time);
	findings_add(j->findings, "commit.dated-ahead", OPS_ERROR, NULL, 0, 0,
		     "set the clock, and make the commit again: git rebase --force-rebase",
		     "it is dated %s, which has not come yet", date);
}

int audit_tell(struct judged *j, struct ops_error *err)
{
	struct verifying *v = j->v;
	int ret;

	audit_dispute(j);
	check_ahead(j);
	ret = check_id(j, err);
	if (ret)
		return ret;
	v->result->unjudged += j->unjudged;
	v->result->commits++;
	v->result->prehistory += j->before_ops;
	v->result->judged += j->touched;
	v->result->verified += j->touched && j->verified_id;
	if (ops_findings_count(j->findings))
		ret = flag(j, err);
	return ret ? ret : report(j, err);
}

int audit_judged_init(struct judged *j, struct verifying *v, struct ops_error *err)
{
	struct arena *arena = j->arena;
	struct ops_findings *findings = j->findings;

	memset(j, 0, sizeof(*j));
	j->v = v;
	j->arena = arena ? arena : arena_new();
	j->findings = findings ? findings : ops_findings_new();
	return j->arena && j->findings ? 0 : error_nomem(err);
}

void audit_judged_clear(struct judged *j)
{
	world_close(j->world);
	snap_free(j->snap);
	j->world = NULL;
	j->snap = NULL;
	if (j->findings && (ops_findings_count(j->findings) || findings_failed(j->findings))) {
		ops_findings_free(j->findings);
		j->findings = NULL;
	}
	if (j->arena)
		arena_clear(j->arena);
}

void audit_judged_release(struct judged *j)
{
	world_close(j->world);
	snap_free(j->snap);
	ops_findings_free(j->findings);
	arena_free(j->arena);
	memset(j, 0, sizeof(*j));
}

int audit_commit(struct verifying *v, const struct oid *id, struct ops_error *err)
{
	struct judged j = { 0 };
	bool left;
	int ret = audit_judged_init(&j, v, err);

	j.at = v->at;
	if (ret == 0)
		ret = audit_judge_alone(&j, id, false, &left, err);
	if (ret == 0)
		ret = audit_tell(&j, err);
	audit_judged_release(&j);
	return ret;
}
