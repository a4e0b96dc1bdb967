/* SPDX-License-Identifier: MIT */
/*
 * Any transition that a type defines: the status, the fields it sets, the
 * records it makes, and the move to the archive when it ends there.
 *
 * The definition says what is written; the judge says whether it may be.
 */

#include <stdlib.h>
#include <string.h>

#include "change/uses.h"
#include "judge/judge.h"
#include "model/depend.h"

/* The transition of that action from the document's status, else any of it. */
static const struct transition *choose(const struct ops_document *doc,
				       const char *action)
{
	const struct type *t = doc->type;
	const struct transition *any = NULL;
	size_t i;

	for (i = 0; i < t->transitions_nr; i++) {
		const struct transition *tr = &t->transitions[i];

		if (strcmp(tr->action, action))
			continue;
		if (doc->status && names_have(&tr->from, doc->status))
			return tr;
		any = tr;
	}
	return any;
}

/* What a set rule writes; NULL: remove the field. */
static int set_value(const char **out, struct draft *d, const struct ops_document *doc,
		     const struct set_rule *set, const struct ops_request *r,
		     struct ops_error *err)
{
	const char *was = document_text(doc, set->field);
	const struct agent *agent;
	char day[DATE_LEN + 1];

	switch (set->kind) {
	case SET_TODAY:
		date_format(day, d->today);
		*out = arena_str(d->arena, day);
		break;
	case SET_NEXT_REVIEW:
		date_format(day, period_add(d->today, d->config->review));
		*out = arena_str(d->arena, day);
		break;
	case SET_REASON:
		*out = r->reason;
		return 0;
	case SET_AGENT:
		if (!r->to)
			return error_set(err, OPS_EUSAGE, "name the agent to assign to");
		agent = roster_agent_named(d->roster, r->to);
		if (!agent)
			return error_set(err, OPS_ENOTFOUND,
					 "'%s' is not in the roster", r->to);
		*out = arena_printf(d->arena, "%s/%s", agent->department, agent->id);
		break;
	case SET_STATUS:
		*out = doc->status;
		return 0;
	case SET_NONE:
		*out = NULL;
		return 0;
	case SET_INCREMENT:
		*out = arena_printf(d->arena, "%ld",
				    (was ? strtol(was, NULL, 10) : 0) + 1);
		break;
	case SET_ACTOR:
		if (!d->actor)
			return error_set(err, OPS_EUSAGE, "'%s' is not in the roster",
					 d->actor_name);
		*out = arena_printf(d->arena, "%s/%s", d->actor->department, d->actor->id);
		break;
	case SET_OPEN:
	case SET_PARTS:
		return error_set(err, OPS_EINVALID, "'%s' is no list", set->field);
	case SET_LITERAL:
		*out = set->literal;
		return 0;
	}
	return *out ? 0 : error_nomem(err);
}

/* A list that a set rule writes; none of it: remove the field. */
static int set_list(struct doc_edit *edit, struct draft *d, const struct ops_document *doc,
		    const struct set_rule *set, const struct ops_request *r,
		    struct ops_error *err)
{
	struct names names = { NULL, 0 };
	size_t i;
	int ret = 0;

	if (set->kind == SET_OPEN)
		ret = depend_open(&names, d->arena, d->now, doc, d->findings, err);
	for (i = 0; ret == 0 && set->kind == SET_PARTS && i < r->fields_nr; i++)
		if (!strcmp(r->fields[i].name, "Part") &&
		    names_add(&names, d->arena, r->fields[i].value))
			ret = error_nomem(err);
	edit->kind = names.nr ? DOC_SET_LIST : DOC_REMOVE;
	edit->values = names.list;
	edit->nr = names.nr;
	return ret;
}

/* Whether the fields of a request are the parts that a transition sets. */
static bool takes_parts(const struct transition *tr)
{
	size_t i;

	for (i = 0; i < tr->sets_nr && tr->sets[i].kind != SET_PARTS; i++)
		;
	return i < tr->sets_nr;
}

/* Where the transition leads: a state, or what a field holds. */
static const char *target(struct draft *d, const struct ops_document *doc,
			  const struct transition *tr)
{
	const char *name;

	if (*tr->to != '{')
		return tr->to;
	name = arena_dup(d->arena, tr->to + 1, strlen(tr->to) - 2);
	if (name && !strcmp(name, doc->type->status))
		return doc->status ? doc->status : "";
	name = name ? document_text(doc, name) : NULL;
	return name ? name : "";
}

static int transition_text(struct buf *out, struct draft *d, struct ops_document *doc,
			   const struct transition *tr, const char *to,
			   const struct ops_request *r, struct ops_error *err)
{
	struct doc_edit *edits = arena_array(d->arena, tr->sets_nr + 1,
					     sizeof(*edits));
	struct buf free_text = BUF_INIT;
	struct ops_document *edited = doc;
	size_t i, nr = 0;
	int ret = 0;

	if (!edits)
		return error_nomem(err);
	if (r->fields_nr && !takes_parts(tr)) {
		const char *copy;

		ret = compose_settings(&free_text, d, doc, r->fields, r->fields_nr, NULL,
				       0, err);
		copy = ret ? NULL : arena_dup(world_arena(d->now), free_text.data,
					      free_text.len);
		if (ret == 0)
			ret = copy ? world_document_of(&edited, d->now, doc->path, copy,
						       free_text.len, d->findings, err) :
			      error_nomem(err);
	}
	if (ret == 0 && (!doc->status || strcmp(doc->status, to))) {
		edits[nr].kind = DOC_SET;
		edits[nr].name = doc->type->status;
		edits[nr++].value = to;
	}
	for (i = 0; ret == 0 && i < tr->sets_nr; i++) {
		const char *value = NULL;

		edits[nr].name = tr->sets[i].field;
		if (tr->sets[i].kind == SET_OPEN || tr->sets[i].kind == SET_PARTS) {
			ret = set_list(&edits[nr++], d, doc, &tr->sets[i], r, err);
			continue;
		}
		ret = set_value(&value, d, doc, &tr->sets[i], r, err);
		edits[nr].kind = value ? DOC_SET : DOC_REMOVE;
		edits[nr++].value = value;
	}
	if (ret == 0)
		ret = doc_edit(out, edited->doc, edits, nr, err);
	buf_release(&free_text);
	return ret;
}

static const char *archive_value(const char *name, void *payload)
{
	struct draft *d = ((void **)payload)[0];
	const struct ops_document *doc = ((void **)payload)[1];
	char shard[TYPE_SHARD + 1];

	if (!strcmp(name, "id"))
		return doc->id;
	if (!strcmp(name, "year"))
		return arena_printf(d->arena, "%04d", d->today.year);
	if (!strcmp(name, "month"))
		return arena_printf(d->arena, "%02d", d->today.month);
	if (!strcmp(name, "shard") && !type_field(doc->type, name)) {
		type_shard(shard, doc->id);
		return arena_str(d->arena, shard);
	}
	return document_text(doc, name);
}

/* The place of a document that comes to an end; its own path otherwise. */
static int place_after(const char **out, struct draft *d, struct ops_document *doc,
		       const char *to, struct ops_error *err)
{
	const struct state *state = type_state(doc->type, to);
	void *payload[2] = { d, doc };
	const char *missing;

	*out = doc->path;
	if (!state || !state->final || !doc->type->archive)
		return 0;
	*out = type_place(d->arena, doc->type->archive, archive_value, payload,
			  &missing);
	if (*out)
		return 0;
	return missing ? error_set(err, OPS_EINVALID, "the archive needs a value for "
				   "'%s'", missing) : error_nomem(err);
}

static const char *rule_value(const struct record_rule *rule, const char *name)
{
	size_t i;

	for (i = 0; i < rule->with_nr; i++)
		if (!strcmp(rule->with[i].name, name))
			return rule->with[i].value;
	return NULL;
}

static int make_records(struct draft *d, const struct transition *tr,
			const struct ops_document *before, struct ops_document *after,
			const struct ops_request *r, struct ops_error *err)
{
	const struct ops_setting was[] = {
		{ "Owner", document_text(before, "Assigned-To") },
		{ "Was", before->status },
	};
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < tr->records_nr; i++) {
		struct packet_want want = { 0 };

		want.kind = tr->records[i].kind;
		want.about = after;
		want.rule = &tr->records[i];
		want.gate = rule_value(want.rule, "Gate");
		want.decision = rule_value(want.rule, "Decision");
		want.request = r;
		if (!strcmp(want.kind, "dispatch"))
			want.to = document_text(after, "Assigned-To");
		if (!strcmp(want.kind, "recovery")) {
			want.fields = was;
			want.fields_nr = 2;
		}
		ret = draft_packet(d, &want, err);
	}
	return ret;
}

static int no_action(struct draft *d, const struct type *t, const char *action,
		     struct ops_error *err)
{
	struct names known = { NULL, 0 };
	size_t i;

	for (i = 0; i < t->transitions_nr; i++)
		if (!names_have(&known, t->transitions[i].action) &&
		    names_add(&known, d->arena, t->transitions[i].action))
			return error_nomem(err);
	return error_set(err, OPS_EUSAGE, "type '%s' has no action '%.60s'%s%s", t->name, action,
			 known.nr ? ": it has " : "", names_text(&known, d->arena, " and "));
}

/* What the definition of a transition has a place for.  A reason always has one: the message. */
static unsigned uses_of(const struct draft *d, const struct transition *tr)
{
	unsigned uses = USE_REASON | USE_FIELDS | USE_ONCE;
	const struct type *kind;
	size_t i;

	for (i = 0; i < tr->sets_nr; i++)
		if (tr->sets[i].kind == SET_AGENT)
			uses |= USE_TO;
	for (i = 0; i < tr->records_nr; i++) {
		kind = config_type(d->config, tr->records[i].kind);
		if (kind && strcmp(kind->name, "dispatch"))	/* that is made of the task */
			uses |= uses_of_kind(kind);
	}
	return takes_parts(tr) ? uses & ~(unsigned)USE_ONCE : uses;
}

int act_transition(struct draft *d, const struct ops_request *r,
		   struct ops_error *err)
{
	struct ops_document *doc, *after;
	const struct transition *tr;
	struct buf text = BUF_INIT;
	const char *to, *path, *copy;
	struct ops_act *act;
	int ret = draft_find(&doc, d, r->target, NULL, err);

	if (ret == OPS_ENOTFOUND && !config_has_action(d->config, r->action))
		return error_set(err, OPS_EUSAGE, "no type has an action '%.60s'", r->action);
	if (ret)
		return ret;
	tr = choose(doc, r->action);
	if (!tr)
		return no_action(d, doc->type, r->action, err);
	ret = uses_check(r, uses_of(d, tr), err);
	if (ret)
		return ret;
	/* What changes nothing could not be judged afterwards. */
	if (!judge_allows(doc, tr, d->findings))
		return error_set(err, OPS_EREFUSED, "'%s' is refused", tr->action);
	if (tr->reason && !draft_says(r->reason))
		return error_set(err, OPS_EUSAGE, "'%s' needs a reason (--reason)",
				 r->action);
	to = target(d, doc, tr);
	ret = transition_text(&text, d, doc, tr, to, r, err);
	if (ret == 0)
		ret = place_after(&path, d, doc, to, err);
	if (ret == 0 && !tr->records_nr && !strcmp(path, doc->path) &&
	    draft_is_same(doc, &text)) {
		buf_release(&text);
		return 0;	/* a second review of one day */
	}
	if (ret == 0)
		ret = draft_put(d, path, &text, err);
	if (ret == 0 && strcmp(path, doc->path))
		ret = draft_remove(d, doc->path, err);
	copy = ret ? NULL : arena_dup(world_arena(d->now), text.data, text.len);
	if (ret == 0)
		ret = copy ? world_document_of(&after, d->now, path, copy, text.len,
					       d->findings, err) : error_nomem(err);
	buf_release(&text);
	if (ret)
		return ret;
	act = draft_act(d, tr->action, after);
	if (!act)
		return error_nomem(err);
	act->from = arena_str(d->arena, doc->status);
	act->to = arena_str(d->arena, to);
	draft_say_why(d, r);
	if (tr->records_nr)
		ret = make_records(d, tr, doc, after, r, err);
	return ret;
}
