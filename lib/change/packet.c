/* SPDX-License-Identifier: MIT */
/*
 * Recording packets: composing one of any kind about a document, with what its
 * kind needs filled in: the digest of what a gate decides about, the packet a
 * decision answers, evidence with its digests, the rendered dispatch.
 */

#include <string.h>
#include <strings.h>

#include "change/draft.h"
#include "model/dispatch.h"
#include "model/gate.h"
#include "model/handoff.h"
#include "util/path.h"

#define FILL_MAX 72	/* what a request may set, and what is filled in */

struct filling {
	struct ops_setting fields[FILL_MAX];
	size_t fields_nr;
	struct ops_setting sections[FILL_MAX];
	size_t sections_nr;
};

static int add(struct ops_setting *list, size_t *nr, size_t room, const char *name,
	       const char *value, struct ops_error *err)
{
	if (!value)
		return 0;
	if (*nr == room)
		return error_set(err, OPS_EUSAGE, "too many fields or sections");
	list[*nr].name = name;
	list[(*nr)++].value = value;
	return 0;
}

static int add_field(struct filling *f, const char *name, const char *value,
		     struct ops_error *err)
{
	return add(f->fields, &f->fields_nr, FILL_MAX, name, value, err);
}

static int add_section(struct filling *f, const char *name, const char *value,
		       struct ops_error *err)
{
	size_t i;

	for (i = 0; value && i < f->sections_nr; i++)
		if (!strcasecmp(f->sections[i].name, name))
			return error_set(err, OPS_EUSAGE, "'%.60s' is given twice", name);
	return add(f->sections, &f->sections_nr, FILL_MAX, name, value, err);
}

/* "<path> sha256:<hex>, …" of the files a request names, as they are in `w`. */
static int add_evidence_of(struct filling *f, struct draft *d, const char *field,
			   struct world *w, const struct ops_request *r,
			   struct ops_error *err)
{
	const char *digest, *list = NULL;
	size_t i;
	int ret;

	for (i = 0; i < r->evidence_nr; i++) {
		if (strchr(r->evidence[i], ','))
			return error_set(err, OPS_EUSAGE, "evidence '%s' has a comma in "
					 "its name", r->evidence[i]);
		ret = world_file_digest(&digest, w, r->evidence[i], err);
		if (ret)
			return ret;
		if (!*digest)
			return error_set(err, OPS_ENOTFOUND, "evidence '%s' is not in "
					 "%s%s%s", r->evidence[i], r->at ? "'" : "the repository: "
					 "commit it first", r->at ? r->at : "", r->at ? "'" : "");
		if (world_digest_fault(digest))
			return error_set(err, OPS_ENOTFOUND, "evidence '%s' %s", r->evidence[i],
					 world_digest_fault(digest));
		list = arena_printf(d->arena, "%s%s%s sha256:%s", list ? list : "",
				    list ? ", " : "", r->evidence[i], digest);
		if (!list)
			return error_nomem(err);
	}
	return add_field(f, field, list, err);
}

static int add_evidence(struct filling *f, struct draft *d, const char *field,
			const struct ops_request *r, struct ops_error *err)
{
	struct snap *snap = NULL;
	struct world *w = NULL;
	struct oid commit;
	int ret;

	if (!r || !r->evidence_nr)
		return 0;
	if (!r->at)
		return add_evidence_of(f, d, field, d->now, r, err);
	ret = store_resolve(&commit, d->repo->store, r->at, err);
	if (ret == 0)
		ret = snap_of_commit(&snap, d->repo->store, &commit, err);
	if (ret == 0)
		ret = world_open(&w, snap, d->repo->cache, err);
	if (ret == 0)
		ret = add_evidence_of(f, d, field, w, r, err);
	world_close(w);
	snap_free(snap);
	return ret;
}

/* Gate, Subject and, for decisions, Answers. */
static int add_gate(struct filling *f, struct draft *d, const struct packet_want *want,
		    struct ops_error *err)
{
	const struct gate *g = config_gate(d->config, want->gate);
	struct gate_status s;
	char subject[SUBJECT_LEN + 1];
	const char *answers = NULL;
	int ret;

	if (!g)
		return error_set(err, OPS_EUSAGE, "there is no gate '%s'", want->gate);
	if (gate_subject(subject, g, want->about))
		return error_nomem(err);
	ret = add_field(f, "Gate", g->name, err);
	if (ret == 0)
		ret = add_field(f, "Decision", want->decision, err);
	if (ret == 0 && want->decision) {
		ret = gate_evaluate(&s, g, want->about, d->now, d->now, d->findings,
				    err);
		if (ret)
			return ret;
		if (s.state == (!strcmp(want->decision, "Lift") ? GATE_BLOCKED :
				GATE_REQUESTED))
			answers = arena_str(d->arena, s.packet->id);
	}
	if (ret == 0)
		ret = add_field(f, "Answers", answers, err);
	if (ret == 0)
		ret = add_field(f, "Subject", arena_str(d->arena, subject), err);
	return ret;
}

/* An acceptance names the handoff and the package it accepts. */
static int add_accepted(struct filling *f, struct draft *d, const struct packet_want *want,
			struct ops_error *err)
{
	struct packets all;
	struct handoff h;
	int ret = world_packets(&all.list, &all.nr, d->now, want->about->id, d->findings,
				err);

	if (ret)
		return ret;
	handoff_open(&h, &all, d->repo->now);
	ret = add_field(f, "Answers", h.start ? h.start->id : NULL, err);
	return ret ? ret : add_field(f, "Package", h.package ? h.package->id : NULL, err);
}

/* What a checkpoint says when its author left it at the numbers; NULL for nothing. */
static const char *progress(const struct filling *f, struct draft *d)
{
	const char *text = NULL;
	size_t i;

	for (i = 0; i < f->fields_nr; i++) {
		if (!*f->fields[i].value)
			continue;
		if (!strcmp(f->fields[i].name, "Milestone"))
			return arena_printf(d->arena, "Reached: %s.", f->fields[i].value);
		if (!strcmp(f->fields[i].name, "Progress"))
			text = arena_printf(d->arena, "%s %% done.", f->fields[i].value);
	}
	return text;
}

/* The sections a kind is known to need that the request did not give. */
static int add_known_sections(struct filling *f, struct draft *d,
			      const struct packet_want *want, const char **message,
			      struct ops_error *err)
{
	const char *reason = want->request ? want->request->reason : NULL;
	struct dispatch dispatch;
	struct buf text = BUF_INIT;
	size_t i;
	int ret = 0;

	if (!strcmp(want->kind, "decision") || !strcmp(want->kind, "flag") ||
	    !strcmp(want->kind, "path-review"))
		return add_section(f, "Reason", reason, err);
	if (!strcmp(want->kind, "checkpoint"))
		return add_section(f, "Notes", reason ? reason : progress(f, d), err);
	if (!strcmp(want->kind, "completion"))
		return add_section(f, "Summary", reason ? reason :
			arena_printf(d->arena, "'%s' was completed by %s.",
				     document_text(want->about, "Title") ?
				     document_text(want->about, "Title") :
				     want->about->id,
				     document_text(want->about, "Assigned-To") ?
				     document_text(want->about, "Assigned-To") :
				     "nobody"), err);
	if (strcmp(want->kind, "dispatch"))
		return 0;
	if (dispatch_render(&dispatch, d->config, want->about))
		return error_nomem(err);
	for (i = 0; ret == 0 && i < DISPATCH_PARTS; i++)
		ret = add_section(f, dispatch.part[i].name, dispatch.part[i].text, err);
	dispatch_text(&text, &dispatch);
	*message = buf_failed(&text) ? NULL : arena_str(d->arena, text.data);
	buf_release(&text);
	return ret ? ret : *message ? 0 : error_nomem(err);
}

/* What an endorsement is about is as the tip has it. */
static int add_base(struct filling *f, struct draft *d, struct ops_error *err)
{
	const char *digest = NULL;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && !digest && i < f->fields_nr; i++)
		if (!strcmp(f->fields[i].name, "File") && !path_fault(f->fields[i].value))
			ret = world_file_digest(&digest, d->now, f->fields[i].value, err);
	if (ret == 0 && digest && *digest && world_digest_fault(digest))
		return error_set(err, OPS_EINVALID, "what is agreed to %s",
				 world_digest_fault(digest));
	return ret || !digest ? ret :
	       add_field(f, "Base", *digest ? arena_printf(d->arena, "sha256:%s", digest) :
			 "none", err);
}

static int fill(struct filling *f, struct draft *d, const struct packet_want *want,
		const char **message, struct ops_error *err)
{
	const struct ops_request *r = want->request;
	const struct type *kind = config_type(d->config, want->kind);
	size_t i;
	int ret = add_field(f, "Kind", want->kind, err);

	if (ret == 0)
		ret = add_field(f, "About", want->about->id, err);
	if (ret == 0 && want->gate)
		ret = add_gate(f, d, want, err);
	if (ret == 0 && !strcmp(want->kind, HANDOFF_ACCEPTANCE) && !want->fields_nr)
		ret = add_accepted(f, d, want, err);
	for (i = 0; ret == 0 && want->rule && i < want->rule->with_nr; i++)
		if (strcmp(want->rule->with[i].name, "Gate") &&
		    strcmp(want->rule->with[i].name, "Decision"))
			ret = add_field(f, want->rule->with[i].name,
					want->rule->with[i].value, err);
	for (i = 0; ret == 0 && i < want->fields_nr; i++)
		ret = add_field(f, want->fields[i].name, want->fields[i].value, err);
	if (ret == 0)
		ret = add_field(f, "To", want->to, err);
	if (ret == 0 && !strcmp(want->kind, "endorsement"))
		ret = add_base(f, d, err);
	if (ret == 0 && kind && type_field(kind, "Evidence"))
		ret = add_evidence(f, d, "Evidence", r, err);
	if (ret == 0 && kind && type_field(kind, "Reviewed"))
		ret = add_evidence(f, d, "Reviewed", r, err);
	for (i = 0; ret == 0 && r && i < r->sections_nr; i++)
		ret = add_section(f, r->sections[i].name, r->sections[i].value, err);
	if (ret == 0)
		ret = add_known_sections(f, d, want, message, err);
	return ret;
}

/* The id of a packet, which others name it by. */
static const char *packet_id(struct draft *d, const char *path)
{
	const char *stem;
	size_t len = path_stem(path, &stem);

	return arena_dup(d->arena, stem, len);
}

int draft_packet(struct draft *d, const struct packet_want *want,
		 struct ops_error *err)
{
	struct composition c = { 0 };
	struct filling f = { 0 };
	struct buf text = BUF_INIT;
	const char *message = NULL;
	struct ops_act *act;
	int ret = fill(&f, d, want, &message, err);

	c.type = config_type(d->config, want->kind);
	if (ret == 0 && !c.type)
		ret = error_set(err, OPS_EUSAGE, "there is no kind of packet '%s'",
				want->kind);
	if (ret)
		return ret;
	c.text = want->text;
	c.fields = f.fields;
	c.fields_nr = f.fields_nr;
	c.sections = f.sections;
	c.sections_nr = f.sections_nr;
	ret = compose(&text, &c, d, err);
	if (ret == 0)
		ret = draft_put(d, c.path, &text, err);
	buf_release(&text);
	if (ret)
		return ret;
	act = d->acts_nr ? &d->acts[d->acts_nr - 1] : NULL;
	if (act && !message && !strncmp(act->action, "packet.", 7))
		message = packet_id(d, c.path);
	if (message && act)
		act->message = message;
	return 0;
}
