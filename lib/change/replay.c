/* SPDX-License-Identifier: MIT */
/*
 * Doing a commit again on top of another one.
 *
 * An act could be run again from its words, if its trailers held them; they name what was
 * done, not what was said (reasons, sections, evidence), and an act that a person typed
 * into a file has none.  What a commit does to its documents is all of it, whoever made it.
 * So the difference to its parent is carried over, document by document through the same
 * merge that git's driver uses, and then the judge is asked as if it were made there: by
 * the powers, gates and rules of the new parent.  Where the act and somebody else meanwhile
 * changed one field of authority, it lost; that the others make an act, the judge sees.
 *
 * Author, committer and their times stay, since the documents hold the day of the act; so
 * does the Ops-Id, by which an answer that was lost is recognised.  A signature cannot
 * stay, and is made anew like that of any act.
 *
 * Must never move a branch, nor leave anything out: what cannot be carried over whole is not
 * carried over at all.
 */
#include "change/replay.h"

#include <string.h>

#include "change/signing.h"
#include "change/txn.h"
#include "judge/judge.h"
#include "model/merge.h"
#include "store/objects.h"
#include "text/message.h"
#include "util/path.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

struct item {
	const char *path, *stem;
	size_t stem_len;
	bool had, has;
	struct snap_entry before, after;
};

struct replaying {
	struct ops_repo *repo;
	struct arena *arena;
	const struct commit *c;
	struct oid onto;
	const struct config *config;	/* in force there */
	struct snap *base, *theirs;	/* before and after it, here */
	struct snap *ours, *after;	/* before and after it, there */
	struct world *before, *now;
	struct item *items;
	size_t nr, room;
	struct replayed *out;
	struct signing signing;
};

/* --- what it did --- */

static int note_item(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct replaying *r = payload;
	struct item *one;

	if (r->nr == r->room) {
		size_t room = r->room ? 2 * r->room : 16;
		struct item *list = arena_array(r->arena, room, sizeof(*list));

		if (!list)
			return error_nomem(err);
		if (r->nr)
			memcpy(list, r->items, r->nr * sizeof(*list));
		r->items = list;
		r->room = room;
	}
	one = &r->items[r->nr++];
	one->path = arena_str(r->arena, path);
	one->stem_len = one->path ? path_stem(one->path, &one->stem) : 0;
	one->had = before != NULL;
	one->has = after != NULL;
	if (before)
		one->before = *before;
	if (after)
		one->after = *after;
	return one->path ? 0 : error_nomem(err);
}

static int end(struct replaying *r, enum replay_end how, const char *path, const char *why)
{
	r->out->end = how;
	r->out->path = path;
	r->out->why = why;
	return why ? 1 : OPS_ENOMEM;
}

static bool is_file(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

static bool same(const struct snap_entry *a, const struct snap_entry *b)
{
	return a->mode == b->mode && a->has_oid && b->has_oid && oid_equal(&a->oid, &b->oid);
}

/* --- carrying it over; positive: it ended otherwise --- */

struct texts {
	struct blob base, ours, theirs;
};

static struct side side_of(const struct blob *b, bool there)
{
	struct side side = { there ? b->data : NULL, there ? b->len : 0 };

	return side;
}

/* Merge one file, whose other versions lie at `from`, and put it at `to`. */
static int merge_file(struct replaying *r, const char *from, const char *to, bool had,
		      struct ops_error *err)
{
	const struct type *type = config_type_of_path(r->config, to);
	struct merge m = { .arena = r->arena, .text = BUF_INIT };
	struct texts t = { .base = { 0 } };
	int ret = snap_read(&t.theirs, r->theirs, to, FILE_BYTES_MAX, err);

	if (ret == 0)
		ret = snap_read(&t.ours, r->ours, from, FILE_BYTES_MAX, err);
	if (ret == 0 && had)
		ret = snap_read(&t.base, r->base, from, FILE_BYTES_MAX, err);
	if (ret == 0)
		ret = merge_document(&m, type, side_of(&t.base, had), side_of(&t.ours, true),
				     side_of(&t.theirs, true),
				     MERGE_ACT | merge_flags_at(r->config, to), err);
	if (ret == 0 && m.conflicts_nr)
		ret = end(r, REPLAY_CONFLICT, to, *m.conflicts[0].name ?
			  arena_printf(r->arena, "'%s' of '%s' was changed there meanwhile",
				       m.conflicts[0].name, to) :
			  arena_printf(r->arena, "'%s' was changed there meanwhile", to));
	if (ret == 0)
		ret = snap_put(r->after, to, m.text.data, m.text.len, err);
	blob_release(&t.base);
	blob_release(&t.ours);
	blob_release(&t.theirs);
	buf_release(&m.text);
	return ret;
}

/* What a new packet says of the commit it was recorded on, it says of the one it is recorded
 * on there. */
static int rebase_fields(struct buf *out, struct replaying *r, const struct item *one,
			 const struct blob *text, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct doc_edit edits[4];
	char was[OID_HEX + 1], is[OID_HEX + 1];
	struct ops_error found = { 0 };
	struct ops_document *d;
	size_t i, nr = 0;
	int ret = ignored ? world_document_of(&d, r->before, one->path, text->data, text->len,
					      ignored, &found) : OPS_ENOMEM;

	oid_hex(was, &r->c->parents[0]);
	oid_hex(is, &r->onto);
	for (i = 0; ret == 0 && i < d->type->fields_nr && nr < 4; i++) {
		const struct field *f = &d->type->fields[i];
		const char *value = f->kind == FIELD_COMMIT ? document_text(d, f->name) : NULL;

		if (value && !strcmp(value, was))
			edits[nr++] = (struct doc_edit){ .kind = DOC_SET, .name = f->name,
							 .value = is };
	}
	if (ret == 0 && nr)
		ret = doc_edit(out, d->doc, edits, nr, &found);
	ops_findings_free(ignored);
	/* of what is no document nothing is said; the judge looks at it */
	return ret == OPS_ENOMEM || ret == OPS_EIO ? error_set(err, ret, "%s", found.message) : 0;
}

static int copy_file(struct replaying *r, const struct item *one, struct ops_error *err)
{
	struct buf rebased = BUF_INIT;
	struct blob text = { 0 };
	int ret = snap_read(&text, r->theirs, one->path, FILE_BYTES_MAX, err);

	if (ret == 0 && !one->had && r->c->parents_nr && config_type_of_path(r->config, one->path))
		ret = rebase_fields(&rebased, r, one, &text, err);
	if (ret == 0 && buf_failed(&rebased))
		ret = error_nomem(err);
	if (ret == 0)
		ret = snap_put_mode(r->after, one->path, rebased.len ? rebased.data : text.data,
				    rebased.len ? rebased.len : text.len,
				    one->after.mode == SNAP_EXEC, err);
	buf_release(&rebased);
	blob_release(&text);
	return ret;
}

/* What stands at a path there; *is false: nothing. */
static int find_there(struct snap_entry *e, bool *is, struct replaying *r, const char *path,
		      struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = snap_find(e, r->ours, path, &found);

	*is = ret == 0;
	return ret == 0 || ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
}

/* The item that a document moved from, when it was made at `one`; NULL. */
static const struct item *moved_from(const struct replaying *r, const struct item *one)
{
	const struct type *type = config_type_of_path(r->config, one->path);
	size_t i;

	for (i = 0; type && !one->had && i < r->nr; i++)
		if (r->items[i].had && !r->items[i].has &&
		    r->items[i].stem_len == one->stem_len &&
		    !memcmp(r->items[i].stem, one->stem, one->stem_len) &&
		    config_type_of_path(r->config, r->items[i].path) == type)
			return &r->items[i];
	return NULL;
}

/* The item that a document moved to, when it went from `one`; NULL. */
static const struct item *moved_to(const struct replaying *r, const struct item *one)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		if (r->items[i].has && moved_from(r, &r->items[i]) == one)
			return &r->items[i];
	return NULL;
}

static int gone_there(struct replaying *r, const char *path)
{
	return end(r, REPLAY_CONFLICT, path,
		   arena_printf(r->arena, "'%s' is not there any more", path));
}

/* A document that it moved: what changed there meanwhile comes along. */
static int carry_move(struct replaying *r, const struct item *from, const struct item *to,
		      struct ops_error *err)
{
	struct snap_entry e, at;
	bool is, taken;
	int ret = find_there(&e, &is, r, from->path, err);

	if (ret == 0)
		ret = find_there(&at, &taken, r, to->path, err);
	if (ret)
		return ret;
	if (!is)
		return gone_there(r, from->path);
	if (taken)
		return end(r, REPLAY_CONFLICT, to->path,
			   arena_printf(r->arena, "'%s' is there already", to->path));
	if (same(&e, &from->before))
		return copy_file(r, to, err);
	return merge_file(r, from->path, to->path, true, err);
}

static int carry_put(struct replaying *r, const struct item *one, struct ops_error *err)
{
	const struct item *from = moved_from(r, one);
	struct snap_entry e;
	bool is;
	int ret = find_there(&e, &is, r, one->path, err);

	if (ret)
		return ret;
	if (from)
		return carry_move(r, from, one, err);
	if (is && same(&e, &one->after))
		return 0;
	if (!is_file(&one->after) || (one->had && !is_file(&one->before)) ||
	    (is && !is_file(&e)))
		return end(r, REPLAY_UNFIT, one->path,
			   arena_printf(r->arena, "'%s' is no regular file", one->path));
	if (one->had && !is)
		return gone_there(r, one->path);
	if (!is || (one->had && same(&e, &one->before)))
		return copy_file(r, one, err);
	/* A merge is of texts. */
	if (one->after.mode != (one->had ? one->before.mode : e.mode))
		return end(r, REPLAY_UNFIT, one->path,
			   arena_printf(r->arena, "it changes the mode of '%s'", one->path));
	return merge_file(r, one->path, one->path, one->had, err);
}

static int carry_removal(struct replaying *r, const struct item *one, struct ops_error *err)
{
	struct snap_entry e;
	bool is;
	int ret = find_there(&e, &is, r, one->path, err);

	if (ret || !is)
		return ret;
	if (!same(&e, &one->before) && !moved_to(r, one))
		return end(r, REPLAY_CONFLICT, one->path,
			   arena_printf(r->arena, "'%s' was changed there meanwhile",
					one->path));
	return snap_remove(r->after, one->path, err);
}

static int carry_over(struct replaying *r, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < r->nr; i++)
		if (path_fault(r->items[i].path))
			return end(r, REPLAY_UNFIT, r->items[i].path,
				   "it has a path that ops does not write");
	/* Removals first: one may make room for what is put. */
	for (i = 0; ret == 0 && i < r->nr; i++)
		if (!r->items[i].has)
			ret = carry_removal(r, &r->items[i], err);
	for (i = 0; ret == 0 && i < r->nr; i++)
		if (r->items[i].has)
			ret = carry_put(r, &r->items[i], err);
	return ret;
}

/* --- judging and writing it --- */

/* The message as it was, but for the version of the configuration in force. */
static int make_message(const char **out, struct replaying *r, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	const char *version = arena_printf(r->arena, "%u", r->config->version), *is;
	struct trailer *trailers;
	struct buf text = BUF_INIT;
	struct message m;
	size_t i;
	int ret = ignored && version ? message_parse(&m, r->arena, r->c->message,
						     r->c->message_len, ignored, NULL) :
		  OPS_ENOMEM;

	ops_findings_free(ignored);
	*out = r->c->message;
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	is = ret ? NULL : message_trailer(&m, "Ops-Policy");
	if (!is || !strcmp(is, version))
		return 0;
	trailers = arena_array(r->arena, m.trailers_nr, sizeof(*trailers));
	if (!trailers)
		return error_nomem(err);
	for (i = 0; i < m.trailers_nr; i++) {
		trailers[i] = m.trailers[i];
		if (!strcmp(trailers[i].name, "Ops-Policy"))
			trailers[i].value = version;
	}
	m.trailers = trailers;
	ret = message_write(&text, &m, err);
	if (ret == 0) {
		*out = buf_failed(&text) ? NULL : arena_str(r->arena, text.data);
		ret = *out ? 0 : error_nomem(err);
	}
	buf_release(&text);
	return ret;
}

static int differs(const char *path, const struct snap_entry *before,
		   const struct snap_entry *after, void *payload, struct ops_error *err)
{
	(void)path;
	(void)before;
	(void)after;
	(void)err;
	*(bool *)payload = true;
	return 0;
}

/* What git takes and ops does not write: who, when and why must be as they were. */
static int check_words(struct replaying *r, const char *message, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct buf text = BUF_INIT;
	int ret;

	if (memchr(r->c->message, '\0', r->c->message_len))
		return end(r, REPLAY_UNFIT, NULL, "the commit message has a NUL");
	ret = objects_commit_text(&text, &r->c->tree, &r->onto, &r->c->author,
				  &r->c->committer, message, &found);
	buf_release(&text);
	if (ret != OPS_EUSAGE)
		return ret ? error_set(err, ret, "%s", found.message) : 0;
	return end(r, REPLAY_UNFIT, NULL, arena_str(r->arena, found.message));
}

/* Whoever is said to have acted signs it again, as they would there. */
static int decide_signature(struct replaying *r, const char *message, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	const struct roster *roster;
	struct message m = { 0 };
	const char *claim = NULL;
	int ret = ignored ? world_roster(&roster, r->before, err) : error_nomem(err);

	if (ret == 0 && message_parse(&m, r->arena, message, strlen(message), ignored,
				      NULL) == 0)
		claim = message_trailer(&m, "Ops-Actor");
	if (ret == 0)
		ret = signing_decide(&r->signing, r->repo, r->config, roster, claim ?
				     roster_agent(roster, claim) :
				     roster_agent_of_email(roster, r->c->author.email),
				     r->arena, err);
	ops_findings_free(ignored);
	return ret;
}

static int sign(struct buf *out, const struct buf *commit, void *payload,
		struct ops_error *err)
{
	struct replaying *r = payload;

	return sign_bytes(out, &r->signing.with, r->repo->verifier.keys, commit->data,
			  commit->len, err);
}

static int judge(struct replaying *r, const char *message, struct ops_error *err)
{
	struct judge_case k = { 0 };
	struct ops_findings *found = ops_findings_new();
	int ret = found ? world_open(&r->now, r->after, r->repo->cache, err) :
		  error_nomem(err);

	if (ret == 0) {
		k.before = r->before;
		k.after = r->now;
		k.message = message;
		k.message_len = strlen(message);
		k.author = r->c->author.email;
		k.now = r->c->committer.time;
		k.lenient = true;
		k.signer = r->signing.used ? &r->signing.promised : NULL;
		ret = judge_change(&k, found, err);
	}
	if (ret == 0 && ops_findings_refuse(found)) {
		ops_findings_sort(found);
		r->out->findings = found;
		return end(r, REPLAY_REFUSED, NULL, "it is not legal there any more");
	}
	ops_findings_free(found);
	return ret;
}

static int finish(struct replaying *r, struct ops_error *err)
{
	struct txn_plan plan = { 0 };
	const char *message;
	bool changed = false;
	int ret = snap_diff(r->ours, r->after, differs, &changed, err);

	if (ret == 0 && !changed && r->nr)
		return end(r, REPLAY_EMPTY, NULL, "all of it is there already");
	if (ret == 0)
		ret = make_message(&message, r, err);
	if (ret == 0)
		ret = check_words(r, message, err);
	if (ret == 0)
		ret = decide_signature(r, message, err);
	if (ret == 0)
		ret = judge(r, message, err);
	if (ret)
		return ret;
	r->out->end = REPLAY_MADE;
	plan.before = r->ours;
	plan.after = r->after;
	plan.tip = r->onto;
	plan.message = message;
	plan.author = r->c->author;
	plan.committer = r->c->committer;
	plan.is_signed = r->signing.used;
	return txn_build(&r->out->commit, r->repo->store, &plan, sign, r, err);
}

static int open_all(struct replaying *r, struct ops_error *err)
{
	struct store *s = r->repo->store;
	int ret = r->c->parents_nr ? snap_of_commit(&r->base, s, &r->c->parents[0], err) :
		  snap_of_nothing(&r->base, err);

	if (ret == 0)
		ret = snap_of_commit(&r->theirs, s, &r->c->id, err);
	if (ret == 0)
		ret = snap_of_commit(&r->ours, s, &r->onto, err);
	if (ret == 0)
		ret = snap_overlay(&r->after, r->ours, err);
	if (ret == 0)
		ret = world_open(&r->before, r->ours, r->repo->cache, err);
	return ret ? ret : world_config(&r->config, r->before, err);
}

int replay(struct replayed *out, struct ops_repo *repo, const struct commit *c,
	   const struct oid *onto, struct arena *arena, struct ops_error *err)
{
	struct replaying r = { .repo = repo, .arena = arena, .c = c, .onto = *onto,
			       .out = out };
	int ret;

	memset(out, 0, sizeof(*out));
	ret = open_all(&r, err);
	out->config = r.config;
	if (ret == 0)
		ret = snap_diff(r.base, r.theirs, note_item, &r, err);
	if (ret == 0)
		ret = carry_over(&r, err);
	if (ret == 0)
		ret = finish(&r, err);
	world_close(r.now);
	world_close(r.before);
	snap_free(r.after);
	snap_free(r.ours);
	snap_free(r.theirs);
	snap_free(r.base);
	return ret > 0 ? 0 : ret;
}
