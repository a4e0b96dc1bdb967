/* SPDX-License-Identifier: MIT */
/*
 * Keys of the roster: given to an agent, and ended.  Nothing is forgotten: a key that is
 * ended is named among the former ones, so that nobody takes it up again unseen.
 * Who may, says the judge; it is an edit of the agent's document.
 */

#include <string.h>

#include "change/draft.h"
#include "model/type.h"
#include "store/sshkey.h"

struct keeping {
	struct draft *d;
	struct ops_document *doc;
	const char *const *keys, *const *former;
	size_t keys_nr, former_nr;
};

static int name_of(char name[KEY_NAME_MAX + 1], const char *text, struct ops_error *err)
{
	const char *why = strlen(text) > KEY_TEXT_MAX ? "is longer than a key" :
			  key_name(name, text);

	return why ? error_set(err, OPS_EUSAGE, "'%.60s' cannot be a key of the roster: it %s",
			       text, why) : 0;
}

/* The name of the key that `text` is, or is the name of. */
static int meant(char name[KEY_NAME_MAX + 1], const char *text, struct ops_error *err)
{
	if (key_is_name(text))
		memcpy(name, text, strlen(text) + 1);
	else if (strlen(text) > KEY_TEXT_MAX || key_name(name, text))
		return error_set(err, OPS_EUSAGE, "'%.60s' is neither a key nor the name of one: "
				 "'ops key list' prints names, as SHA256:…", text);
	return 0;
}

static int add(struct doc_edit *edits, size_t *nr, struct keeping *k,
	       const struct ops_request *r, struct ops_error *err)
{
	char name[KEY_NAME_MAX + 1], other[KEY_NAME_MAX + 1];
	size_t i;
	int ret = r->text ? name_of(name, r->text, err) :
		  error_set(err, OPS_EUSAGE, "the key is not given");

	if (ret)
		return ret;
	for (i = 0; i < k->keys_nr; i++)
		if (!key_name(other, k->keys[i]) && !strcmp(name, other))
			return 0;	/* it is there */
	edits[(*nr)++] = (struct doc_edit){ .kind = DOC_APPEND, .name = "Keys",
					    .value = r->text };
	return 0;
}

/* Take the key out of Keys; the new list, or NULL when out of memory. */
static const char *const *without(bool *found, size_t *nr, const struct keeping *k,
				  const char *wanted)
{
	const char **list = arena_array(k->d->arena, k->keys_nr + 1, sizeof(*list));
	char name[KEY_NAME_MAX + 1];
	size_t i;

	*found = false;
	*nr = 0;
	for (i = 0; list && i < k->keys_nr; i++)
		if (!key_name(name, k->keys[i]) && !strcmp(name, wanted))
			*found = true;
		else
			list[(*nr)++] = k->keys[i];
	return list;
}

/* What Former-Keys says of the key, the gravest first: a line, or NULL. */
static const char *former_line(struct former_key *was, const struct keeping *k, const char *name)
{
	const char *line = NULL;
	struct former_key one;
	size_t i;

	for (i = 0; i < k->former_nr; i++)
		if (former_key_read(&one, k->former[i]) && !strcmp(one.name, name) &&
		    (!line || (one.revoked && !was->revoked))) {
			*was = one;
			line = k->former[i];
		}
	return line;
}

/* Have Former-Keys say `line` of the key, and nothing else of it. */
static int say(struct doc_edit *edit, const struct keeping *k, const char *name,
	       const char *line)
{
	const char **list = arena_array(k->d->arena, k->former_nr + 1, sizeof(*list));
	struct former_key one;
	size_t i, nr = 0;

	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < k->former_nr; i++)
		if (!former_key_read(&one, k->former[i]) || strcmp(one.name, name))
			list[nr++] = k->former[i];
	*edit = (struct doc_edit){ .kind = DOC_APPEND, .name = "Former-Keys", .value = line };
	if (nr != k->former_nr) {
		list[nr++] = line;
		*edit = (struct doc_edit){ .kind = DOC_SET_LIST, .name = "Former-Keys",
					   .values = list, .nr = nr };
	}
	return 0;
}

/* The line of a key that is ended now; NULL: the one that it has says it all. */
static int ended(const char **line, const struct keeping *k, const struct former_key *was,
		 const char *name, const struct ops_request *r, bool revoke,
		 struct ops_error *err)
{
	char since[OID_HEX + 1];
	struct oid commit;
	int ret = r->to ? store_resolve(&commit, k->d->repo->store, r->to, err) : 0;

	if (ret)
		return ret;
	*line = NULL;
	if (r->to)
		oid_hex(since, &commit);
	if (was && (r->to ? was->revoked && was->since && !strcmp(was->since, since) :
		    was->revoked || !revoke))
		return 0;
	*line = r->to ? arena_printf(k->d->arena, "%s revoked since %s", name, since) :
	       arena_printf(k->d->arena, "%s %s", name, revoke ? "revoked" : "retired");
	return *line ? 0 : error_nomem(err);
}

static int end(struct doc_edit *edits, size_t *nr, struct keeping *k,
	       const struct ops_request *r, bool revoke, struct ops_error *err)
{
	char name[KEY_NAME_MAX + 1];
	const char *const *rest;
	const char *line, *now;
	struct former_key was;
	size_t rest_nr;
	bool found;
	int ret = r->text ? meant(name, r->text, err) :
		  error_set(err, OPS_EUSAGE, "the key is not given");

	if (ret)
		return ret;
	if (!(rest = without(&found, &rest_nr, k, name)))
		return error_nomem(err);
	now = former_line(&was, k, name);
	if (!found && !now)
		return error_set(err, OPS_ENOTFOUND, "'%s' has no key %s", k->doc->id, name);
	if ((ret = ended(&line, k, now ? &was : NULL, name, r, revoke, err)))
		return ret;
	if (found)
		edits[(*nr)++] = rest_nr ?
			(struct doc_edit){ .kind = DOC_SET_LIST, .name = "Keys",
					   .values = rest, .nr = rest_nr } :
			(struct doc_edit){ .kind = DOC_REMOVE, .name = "Keys" };
	if (line && say(&edits[(*nr)++], k, name, line))
		return error_nomem(err);
	return 0;
}

int act_key(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct keeping k = { d, NULL, NULL, NULL, 0, 0 };
	struct doc_edit edits[2];
	struct buf text = BUF_INIT;
	bool revoke = !strcmp(r->action, "key.revoke");
	size_t nr = 0;
	int ret = draft_find(&k.doc, d, r->target, "agent", err);

	if (ret)
		return ret;
	if (document_list(&k.keys, &k.keys_nr, k.doc, "Keys") ||
	    document_list(&k.former, &k.former_nr, k.doc, "Former-Keys"))
		return error_nomem(err);
	if (!strcmp(r->action, "key.add"))
		ret = add(edits, &nr, &k, r, err);
	else if (revoke || !strcmp(r->action, "key.retire"))
		ret = end(edits, &nr, &k, r, revoke, err);
	else
		ret = error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
	if (ret || !nr)
		return ret;
	ret = doc_edit(&text, k.doc->doc, edits, nr, err);
	if (ret == 0)
		ret = draft_put(d, k.doc->path, &text, err);
	buf_release(&text);
	if (ret == 0 && !draft_act(d, r->action, k.doc))
		ret = error_nomem(err);
	return ret;
}
