/* SPDX-License-Identifier: MIT */
/*
 * "synthesize": one result of many.
 *
 * Counts what is there: a part is a success if it is complete; some success is partial,
 * and what went wrong is carried over.  What the request says wins over what is computed;
 * the judge holds the numbers against the status.
 */

#include <string.h>

#include "change/draft.h"
#include "model/packet.h"
#include "text/labels.h"
#include "util/buf.h"

struct synthesis {
	struct draft *d;
	const struct ops_document **parts;
	size_t nr;
	size_t complete, partial, escalated;
	int64_t seconds;
	bool timed;
};

static bool is_result(const struct ops_document *p)
{
	return !strcmp(p->type->name, "result");
}

/* Whether some result was made of this one already. */
static bool is_used(const struct packets *all, const struct ops_document *p)
{
	const char *const *of;
	size_t i, k, nr;

	for (i = 0; i < all->nr; i++) {
		if (!is_result(all->list[i]) || document_list(&of, &nr, all->list[i], "Of"))
			continue;
		for (k = 0; k < nr; k++)
			if (!strcmp(of[k], p->id))
				return true;
	}
	return false;
}

static void count(struct synthesis *s, const struct ops_document *p)
{
	const char *status = document_text(p, "Status");
	const char *duration = document_text(p, "Duration");
	int64_t seconds;

	s->parts[s->nr++] = p;
	s->complete += status && !strcmp(status, "COMPLETE");
	s->partial += status && !strcmp(status, "PARTIAL");
	s->escalated += status && !strcmp(status, "ESCALATED");
	if (duration && duration_parse(&seconds, duration)) {
		s->seconds += seconds;
		s->timed = true;
	}
}

/* The results the request names as Of, else all of which none was made yet. */
static int choose(struct synthesis *s, const struct packets *all,
		  const struct ops_request *r, struct ops_error *err)
{
	static const char *const result[] = { "result" };
	const struct names kinds = { (const char **)(size_t)result, 1 };
	const struct ops_document *p;
	bool named = false;
	size_t i, k;
	int ret;

	s->parts = arena_array(s->d->arena, all->nr + 1, sizeof(*s->parts));
	if (!s->parts)
		return error_nomem(err);
	for (i = 0; i < r->fields_nr; i++) {
		if (strcmp(r->fields[i].name, "Of"))
			continue;
		named = true;
		ret = packet_find(&p, all, r->fields[i].value, &kinds, err);
		if (ret)
			return ret;
		for (k = 0; k < s->nr && s->parts[k] != p; k++)
			;
		if (k == s->nr)
			count(s, p);
	}
	for (i = 0; !named && i < all->nr; i++)
		if (is_result(all->list[i]) && !is_used(all, all->list[i]))
			count(s, all->list[i]);
	if (!s->nr)
		return error_set(err, OPS_ENOTFOUND, "there is no result to make one of");
	return 0;
}

static bool has_line(const struct buf *b, const char *line, size_t len)
{
	const char *at;

	for (at = b->data; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n'))
		if (strcspn(at, "\n") == len && !memcmp(at, line, len))
			return true;
	return false;
}

/* The lines of that section of all parts, each line once. */
static int gather(const char **out, struct synthesis *s, const char *name, bool signed_by,
		  struct ops_error *err)
{
	struct buf all = BUF_INIT, one = BUF_INIT;
	const char *line, *from;
	size_t i, len;

	for (i = 0; i < s->nr; i++) {
		const struct sections *sections = doc_sections(s->parts[i]->doc);
		const struct section *section = sections ? section_find(sections, name) : NULL;

		from = document_text(s->parts[i], "From");
		buf_clear(&one);
		if (section)
			section_text(&one, sections, section);
		for (line = one.data; *line; line += len + (line[len] == '\n')) {
			len = strcspn(line, "\n");
			if (!len || has_line(&all, line, len))
				continue;
			if (signed_by)
				buf_printf(&all, "- %s: %.*s\n", from ? from : "nobody",
					   (int)(len - strspn(line, "- ")),
					   line + strspn(line, "- "));
			else
				buf_printf(&all, "%.*s\n", (int)len, line);
		}
	}
	*out = buf_failed(&all) || buf_failed(&one) ? NULL : arena_str(s->d->arena, all.data);
	buf_release(&all);
	buf_release(&one);
	return *out ? 0 : error_nomem(err);
}

static const char *status_of(const struct synthesis *s)
{
	if (s->complete == s->nr)
		return "COMPLETE";
	if (s->complete || s->partial)
		return "PARTIAL";
	return s->escalated ? "ESCALATED" : "FAILED";
}

/* A part that the request does not say. */
static void offer(struct ops_request *r, struct ops_setting *sections, const char *name,
		  const char *value)
{
	size_t i;

	for (i = 0; i < r->sections_nr; i++)
		if (label_is(sections[i].name, name))
			return;
	sections[r->sections_nr].name = name;
	sections[r->sections_nr++].value = value;
}

static int fill(struct ops_request *r, struct ops_setting *sections, struct synthesis *s,
		struct ops_error *err)
{
	static const struct {
		const char *name;
		bool signed_by;
	} carried[] = {
		{ "Summary", true }, { "Deliverables", false },
		{ "Agent Contributions", false }, { "Issues", true }, { "Next Steps", false },
	};
	struct arena *arena = s->d->arena;
	unsigned ratio = s->d->config->ratio;
	const char *text, *of = NULL;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < sizeof(carried) / sizeof(*carried); i++) {
		ret = gather(&text, s, carried[i].name, carried[i].signed_by, err);
		if (ret == 0)
			offer(r, sections, carried[i].name, text);
	}
	for (i = 0; i < s->nr; i++)
		of = arena_printf(arena, "%s%s%s", of ? of : "", of ? ", " : "",
				  s->parts[i]->id);
	offer(r, sections, "Of", of);
	offer(r, sections, "Status", status_of(s));
	if (s->timed)
		offer(r, sections, "Duration", arena_printf(arena, "%lds", (long)s->seconds));
	offer(r, sections, "Quality-Gate",
	      arena_printf(arena, "%s (%zu/%zu = %zu%%)", s->complete * 100 >= s->nr * ratio ?
			   "PASSED" : "FAILED", s->complete, s->nr,
			   s->complete * 100 / s->nr));
	for (i = 0; ret == 0 && i < r->sections_nr; i++)
		if (!sections[i].value)
			ret = error_nomem(err);
	return ret;
}

int act_synthesize(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct ops_request request = { 0 };
	struct synthesis s = { d, NULL, 0, 0, 0, 0, 0, false };
	struct ops_setting *sections;
	struct ops_document *task;
	struct packets all;
	size_t i;
	int ret = draft_find(&task, d, r->target, NULL, err);

	if (ret == 0)
		ret = world_packets(&all.list, &all.nr, d->now, task->id, d->findings, err);
	if (ret == 0)
		ret = choose(&s, &all, r, err);
	if (ret)
		return ret;
	sections = arena_array(d->arena, r->fields_nr + r->sections_nr + 16,
			       sizeof(*sections));
	if (!sections)
		return error_nomem(err);
	request.action = "packet.result";
	request.target = r->target;
	request.evidence = r->evidence;
	request.evidence_nr = r->evidence_nr;
	request.sections = sections;
	for (i = 0; i < r->sections_nr; i++)
		sections[request.sections_nr++] = r->sections[i];
	for (i = 0; i < r->fields_nr; i++)
		if (strcmp(r->fields[i].name, "Of"))
			sections[request.sections_nr++] = r->fields[i];
	ret = fill(&request, sections, &s, err);
	return ret ? ret : act_packet(d, &request, err);
}
