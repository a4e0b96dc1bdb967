/* SPDX-License-Identifier: MIT */
/*
 * The log: commits that changed governed documents, with what they did to the
 * status of each.  Status is read from the documents of both sides, never
 * believed from the trailers; actor and action are the trailers' claims and
 * named as such.
 */

#include <string.h>

#include "store/signature.h"
#include "text/message.h"
#include "util/map.h"
#include "util/path.h"
#include "view/view.h"

struct logging {
	struct ops_view *view;
	const char *id;		/* of the document asked for; or NULL */
	size_t max, given;
	int (*each)(const struct ops_log_entry *entry, void *payload);
	void *payload;
	/* of the commit at hand: */
	struct arena *arena;
	struct arena *scratch;	/* for the document at hand, of any commit */
	struct snap *before, *after;
	struct map *stems;	/* of the paths of changes: the number of the first, from 1 */
	struct ops_log_change *changes;
	size_t nr, room;
	bool fits, cut;
};

/* The status a document had on one side; NULL for none. */
static int status_at(const char **out, struct logging *l, struct snap *snap,
		     const char *path, struct ops_error *err)
{
	const struct type *t = config_type_of_path(l->view->config, path);
	struct ops_findings *ignored = ops_findings_new();
	struct blob blob = { NULL, 0, NULL };
	const struct state *state;
	const char *text = NULL;
	struct doc *doc;
	int ret = ignored ? snap_read(&blob, snap, path, DOC_MAX, NULL) : OPS_ENOMEM;

	*out = NULL;
	arena_clear(l->scratch);
	if (ret == 0)
		ret = doc_parse(&doc, l->scratch, path, blob.data, blob.len, DOC_HEADER_ONLY,
				ignored, NULL);
	if (ret == 0)
		text = doc_text(doc, t ? t->status : "Status");
	if (text) {
		state = t ? type_state(t, text) : NULL;
		/* What the configuration calls it lives longer than the commit at hand. */
		*out = state ? state->name : arena_str(l->arena, text);
		ret = *out ? 0 : OPS_ENOMEM;
	}
	blob_release(&blob);
	ops_findings_free(ignored);
	return ret == OPS_ENOMEM || ret == OPS_EIO ?
	       error_set(err, ret, "cannot read '%s' in the history", path) : 0;
}

/* Whether a path is the document asked for, or a packet about it. */
static bool about(const struct logging *l, const char *path)
{
	const char *packets = config_directory(l->view->config, "packets");
	const char *stem;
	size_t len = strlen(l->id);

	if (path_stem(path, &stem) == len && !strncmp(stem, l->id, len))
		return true;
	return path_below(packets, path) &&
	       !strncmp(path + strlen(packets) + 1, l->id, len) &&
	       path[strlen(packets) + 1 + len] == '/';
}

/*
 * The change of a file at a path, made if there is none: a file that went to or came from
 * another place of the same name (`moved`) is one with that.  NULL: out of memory.
 */
static struct ops_log_change *change_at(struct logging *l, const char *path, bool moved)
{
	struct ops_log_change *list;
	const char *stem;
	size_t first, len = path_stem(path, &stem);

	arena_clear(l->scratch);
	stem = arena_dup(l->scratch, stem, len);
	if (!stem)
		return NULL;
	first = (size_t)map_get(l->stems, stem);
	if (first && moved)
		return &l->changes[first - 1];
	list = arena_room(l->arena, l->changes, l->nr, &l->room, sizeof(*list));
	if (!list)
		return NULL;
	l->changes = list;
	list[l->nr++] = (struct ops_log_change){ NULL, NULL, NULL };
	if (!first && map_put(l->stems, stem, (void *)l->nr))
		return NULL;
	return &list[l->nr - 1];
}

static int log_file(const char *path, const struct snap_entry *before,
		    const struct snap_entry *after, void *payload,
		    struct ops_error *err)
{
	struct logging *l = payload;
	struct ops_log_change *c;
	int ret = 0;

	if (strcmp(path, CONFIG_PATH) && !config_type_of_path(l->view->config, path))
		return 0;
	if (l->id && about(l, path))
		l->fits = true;
	c = change_at(l, path, !before || !after);
	if (!c)
		return error_nomem(err);
	if (!c->path || after)
		c->path = arena_str(l->arena, path);
	if (!c->path)
		return error_nomem(err);
	if (before)
		ret = status_at(&c->from, l, l->before, path, err);
	if (ret == 0 && after)
		ret = status_at(&c->to, l, l->after, path, err);
	return ret;
}

/* Whose key signed the commit, if they are who it claims: by the roster before it. */
static int find_verified(struct ops_log_entry *e, struct logging *l,
			 const struct signer *signer, struct ops_error *err)
{
	const struct agent *actor = NULL;
	const struct agent_key *key = NULL;
	const struct roster *roster;
	struct world *before;
	int ret;

	if (signer->state != SIGNER_GOOD || l->cut)
		return 0;
	ret = world_open(&before, l->before, l->view->repo->cache, err);
	if (ret)
		return ret;
	ret = world_roster(&roster, before, err);
	if (ret == 0) {
		actor = e->actor ? roster_agent(roster, e->actor) :
			roster_agent_of_email(roster, e->author);
		key = roster_key(roster, signer->key);
	}
	if (actor && key && key->state == KEY_ACTIVE && key->agent->active &&
	    key->agent->principal == actor->principal) {
		e->verified = arena_str(l->arena, key->agent->id);
		ret = e->verified ? 0 : error_nomem(err);
	}
	world_close(before);
	return ret;
}

static int give(struct logging *l, const struct commit *commit, struct ops_error *err)
{
	struct ops_log_entry e = { 0 };
	struct ops_findings *ignored = ops_findings_new();
	struct signer signer;
	struct message m;
	char hex[OID_HEX + 1];
	int ret;

	if (!ignored)
		return error_nomem(err);
	/* Trailers that break the grammar claim nothing. */
	ret = message_parse(&m, l->arena, commit->message, commit->message_len, ignored,
			    err);
	ops_findings_free(ignored);
	if (ret == OPS_ENOMEM)
		return ret;
	oid_hex(hex, &commit->id);
	e.commit = hex;
	e.time = commit->committer.time;
	e.author = commit->author.email;
	if (ret == 0) {
		e.actor = message_trailer(&m, "Ops-Actor");
		e.action = message_trailer(&m, "Ops-Action");
		e.subject = m.subject;
		e.body = m.body;
	} else {
		e.subject = arena_dup(l->arena, commit->message,
				      strcspn(commit->message, "\n"));
		e.body = "";
	}
	if (!e.subject)
		return error_nomem(err);
	signature_check(&signer, &l->view->repo->verifier, commit);
	e.signature = signer_state_name(signer.state);
	e.key = *signer.key ? signer.key : NULL;
	ret = find_verified(&e, l, &signer, err);
	if (ret)
		return ret;
	e.changes = l->changes;
	e.changes_nr = l->nr;
	e.cut = l->cut;
	l->given++;
	ret = l->each(&e, l->payload);
	return ret ? ret : l->max && l->given == l->max ? 1 : 0;
}

static int log_commit(const struct oid *id, void *payload, struct ops_error *err)
{
	struct logging *l = payload;
	struct commit commit;
	int ret;

	l->arena = arena_new();
	l->stems = l->arena ? map_new(l->arena) : NULL;
	l->before = l->after = NULL;
	l->changes = NULL;
	l->nr = l->room = 0;
	l->fits = !l->id;
	ret = l->stems ? commit_read(&commit, l->view->repo->store, id, l->arena, err) :
	      error_nomem(err);
	/* What that changed cannot be told, so it may be what is asked for. */
	l->cut = ret == 0 && store_is_cut(l->view->repo->store, id);
	if (ret == 0)
		ret = commit.parents_nr && !l->cut ?
			snap_of_commit(&l->before, l->view->repo->store,
				       &commit.parents[0], err) :
			snap_of_nothing(&l->before, err);
	if (ret == 0)
		ret = snap_of_commit(&l->after, l->view->repo->store, id, err);
	if (ret == 0 && !l->cut)
		ret = snap_diff(l->before, l->after, log_file, l, err);
	if (ret == 0 && (l->cut || (l->nr && l->fits)))
		ret = give(l, &commit, err);
	snap_free(l->before);
	snap_free(l->after);
	arena_free(l->arena);
	return ret;
}

int ops_view_log(struct ops_view *view, const char *target, size_t max,
		 int (*each)(const struct ops_log_entry *entry, void *payload),
		 void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct logging l = { 0 };
	const char *path, *stem;
	size_t len;
	int ret;

	ret = view_say_broken(view, findings, err);
	if (ret)
		return ret;
	l.view = view;
	l.max = max;
	l.each = each;
	l.payload = payload;
	if (target) {
		ret = world_find_path(&path, view->world, target, NULL, err);
		if (ret)
			return ret;
		len = path_stem(path, &stem);
		l.id = arena_dup(view->arena, stem, len);
		if (!l.id)
			return error_nomem(err);
	}
	l.scratch = arena_new();
	if (!l.scratch)
		return error_nomem(err);
	ret = history_walk(view->repo->store, &view->commit, NULL, true, log_commit, &l, err);
	arena_free(l.scratch);
	return ret;
}
