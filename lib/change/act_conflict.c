/* SPDX-License-Identifier: MIT */
/*
 * "conflict.freeze", "conflict.decide" and "conflict.resume": the packets that settle a
 * conflict, with ids in full and evidence by digest.
 */

#include <string.h>

#include "change/draft.h"
#include "model/conflict.h"

struct settling {
	struct draft *d;
	struct ops_document *task;
	struct packets all;
	struct ops_setting *fields, *sections;
	size_t fields_nr, sections_nr;
};

static int begin(struct settling *s, struct draft *d, const struct ops_request *r,
		 struct ops_error *err)
{
	int ret = draft_find(&s->task, d, r->target, "task", err);

	s->d = d;
	if (ret == 0)
		ret = world_packets(&s->all.list, &s->all.nr, d->now, s->task->id,
				    d->findings, err);
	if (ret)
		return ret;
	s->fields = arena_array(d->arena, r->fields_nr + 2, sizeof(*s->fields));
	s->sections = arena_array(d->arena, r->sections_nr + 2, sizeof(*s->sections));
	if (!s->fields || !s->sections)
		return error_nomem(err);
	if (r->sections_nr)
		memcpy(s->sections, r->sections, r->sections_nr * sizeof(*s->sections));
	s->sections_nr = r->sections_nr;
	return 0;
}

/* Each of "a, b" as `each` has it. */
static int each_item(const char **out, struct settling *s, const char *text,
		     int (*each)(const char **out, struct settling *s, const char *item,
				 struct ops_error *err), struct ops_error *err)
{
	const char *list = NULL, *one, *at = text;
	size_t len;
	int ret = 0;

	for (; ret == 0 && *at; at += len) {
		at += strspn(at, ", ");
		len = strcspn(at, ",");
		one = arena_dup(s->d->arena, at, len);
		if (!len)
			break;
		ret = one ? each(&one, s, one, err) : error_nomem(err);
		if (ret == 0)
			list = list ? arena_printf(s->d->arena, "%s, %s", list, one) : one;
		if (ret == 0 && !list)
			ret = error_nomem(err);
	}
	*out = list ? list : "";
	return ret;
}

static int full_id(const char **out, struct settling *s, const char *item,
		   struct ops_error *err)
{
	struct ops_document *doc;
	int ret = draft_find(&doc, s->d, item, "task", err);

	if (ret == 0)
		*out = doc->id;
	return ret;
}

static int with_digest(const char **out, struct settling *s, const char *item,
		       struct ops_error *err)
{
	const char *digest;
	int ret = world_file_digest(&digest, s->d->now, item, err);

	if (ret)
		return ret;
	if (world_digest_fault(digest))
		return error_set(err, OPS_ENOTFOUND, "evidence '%s' %s: commit it first", item,
				 world_digest_fault(digest));
	*out = arena_printf(s->d->arena, "%s sha256:%s", item, digest);
	return *out ? 0 : error_nomem(err);
}

static int read_fields(struct settling *s, const struct ops_request *r,
		       struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < r->fields_nr; i++) {
		const char *name = r->fields[i].name, *value = r->fields[i].value;

		if (!strcmp(name, "With"))
			ret = each_item(&value, s, value, full_id, err);
		else if (!strcmp(name, "Contract") || !strcmp(name, "Regression"))
			ret = each_item(&value, s, value, with_digest, err);
		s->fields[s->fields_nr].name = name;
		s->fields[s->fields_nr++].value = value;
	}
	return ret;
}

static int record(struct settling *s, const struct ops_request *r, const char *action,
		  const char *section, struct ops_error *err)
{
	struct ops_request q = { .action = action, .target = s->task->path };
	int ret = read_fields(s, r, err);

	if (ret)
		return ret;
	if (r->reason) {
		s->sections[s->sections_nr].name = section;
		s->sections[s->sections_nr++].value = r->reason;
	}
	q.fields = s->fields;
	q.fields_nr = s->fields_nr;
	q.sections = s->sections;
	q.sections_nr = s->sections_nr;
	return act_packet(s->d, &q, err);
}

/* Who settles a matter of priorities sets that of the task, too. */
static int set_priority(struct settling *s, const struct ops_request *r,
			struct ops_error *err)
{
	struct ops_setting one;
	const char *was;
	size_t i;

	for (i = 0; i < r->fields_nr; i++)
		if (!strcmp(r->fields[i].name, "Priority")) {
			one = r->fields[i];
			was = document_text(s->task, one.name);
			return was && !strcmp(was, one.value) ? 0 :
			       act_transition(s->d, &(struct ops_request){
					.action = "prioritise", .target = s->task->path,
					.fields = &one, .fields_nr = 1 }, err);
		}
	return 0;
}

int act_conflict(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	const char *step = r->action + strlen("conflict.");
	struct settling s = { 0 };
	const struct ops_document *freeze;
	int ret = begin(&s, d, r, err);

	if (ret)
		return ret;
	if (!strcmp(step, "freeze"))
		return record(&s, r, "packet." FREEZE, "Reason", err);
	freeze = conflict_freeze(&s.all);
	if (!freeze)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not frozen", s.task->id);
	s.fields[s.fields_nr].name = "Answers";
	s.fields[s.fields_nr++].value = freeze->id;
	if (!strcmp(step, "decide")) {
		ret = set_priority(&s, r, err);
		return ret ? ret : record(&s, r, "packet." ARBITRATION, "Rationale", err);
	}
	if (!strcmp(step, "resume"))
		return record(&s, r, "packet." RESUME, "Reason", err);
	return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
}
