/* SPDX-License-Identifier: MIT */
/*
 * "new" and "edit": documents as their authors write them.  What may be
 * created or edited, by whom and in which state, is the judge's to say.
 */

#include <string.h>

#include "change/advice.h"
#include "change/draft.h"
#include "util/digest.h"

int act_new(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct composition c = { 0 };
	struct ops_document *doc;
	struct buf text = BUF_INIT;
	struct ops_act *act;
	const char *copy;
	int ret;

	c.type = r->target ? config_type(d->config, r->target) : NULL;
	if (!c.type)
		return error_set(err, OPS_EUSAGE, "there is no type '%s'",
				 r->target ? r->target : "");
	if (type_is(c.type, "packet"))
		return error_set(err, OPS_EUSAGE, "documents of type '%s' are recorded by "
				 "the command for them, not by new", c.type->name);
	c.text = r->text;
	c.fields = r->fields;
	c.fields_nr = r->fields_nr;
	c.sections = r->sections;
	c.sections_nr = r->sections_nr;
	c.id = r->id;
	c.headings = !r->text;
	ret = compose(&text, &c, d, err);
	if (ret == 0)
		ret = draft_put(d, c.path, &text, err);
	/* A document's text must live as long as the world it is read in. */
	copy = ret ? NULL : arena_dup(world_arena(d->now), text.data, text.len);
	if (ret == 0)
		ret = copy ? world_document_of(&doc, d->now, c.path, copy, text.len,
					       d->findings, err) : error_nomem(err);
	buf_release(&text);
	if (ret)
		return ret;
	act = draft_act(d, "new", doc);
	if (!act)
		return error_nomem(err);
	act->to = doc->status ? arena_str(d->arena, doc->status) : NULL;
	draft_say_why(d, r);
	return 0;
}

/* The configuration is no document: it is replaced as a whole. */
static int edit_config(struct draft *d, const struct ops_request *r,
		       struct ops_error *err)
{
	char digest[DIGEST_HEX + 1];
	const char *was;
	struct ops_act *act;
	int ret;

	if (!r->text || r->before || r->fields_nr || r->sections_nr)
		return error_set(err, OPS_EUSAGE, "give the whole text of '%s' (--from FILE), "
				 "with its version raised by one", CONFIG_PATH);
	digest_of(r->text, strlen(r->text), digest);
	ret = world_file_digest(&was, d->now, CONFIG_PATH, err);
	if (ret == 0 && !strcmp(was, digest))
		return 0;
	if (ret == 0)
		ret = snap_put(d->plan->after, CONFIG_PATH, r->text, strlen(r->text), err);
	act = ret ? NULL : draft_act(d, "edit", NULL);
	if (!act)
		return ret ? ret : error_nomem(err);
	act->type = "configuration";
	act->id = "ops.yaml";
	act->path = CONFIG_PATH;
	draft_say_why(d, r);
	return 0;
}

/* Whether it is what the new text was made of: asked where nobody can change it any more. */
static int check_before(const struct ops_document *doc, const struct ops_request *r,
			struct ops_error *err)
{
	struct buf before = BUF_INIT;
	int ret = 0;

	if (!r->before)
		return 0;
	buf_str(&before, r->before);
	if (buf_failed(&before))
		ret = error_nomem(err);
	else if (!draft_is_same(doc, &before))
		ret = error_set(err, OPS_ECHANGED, "'%s' was changed by somebody else meanwhile",
				doc->path);
	buf_release(&before);
	return ret;
}

int act_edit(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct ops_document *doc;
	struct buf text = BUF_INIT;
	struct ops_act *act;
	bool nothing;
	int ret;

	if (r->target && !strcmp(r->target, CONFIG_PATH))
		return edit_config(d, r, err);
	ret = draft_find(&doc, d, r->target, NULL, err);
	if (ret == 0)
		ret = check_before(doc, r, err);
	if (ret)
		return ret;
	if (r->text && (r->fields_nr || r->sections_nr))
		return error_set(err, OPS_EUSAGE, "give either a whole text, or fields "
				 "and sections");
	if (r->text)
		buf_str(&text, r->text);
	else
		ret = compose_settings(&text, d, doc, r->fields, r->fields_nr,
				       r->sections, r->sections_nr, err);
	nothing = ret == 0 && draft_is_same(doc, &text);
	if (ret == 0 && !nothing)
		ret = warn_ends(d, doc, &text, err);
	if (ret == 0 && !nothing)
		ret = draft_put(d, doc->path, &text, err);
	buf_release(&text);
	if (ret || nothing)
		return ret;
	act = draft_act(d, "edit", doc);
	draft_say_why(d, r);
	return act ? 0 : error_nomem(err);
}
