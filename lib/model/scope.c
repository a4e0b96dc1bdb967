/* SPDX-License-Identifier: MIT */
/*
 * The scope of a task, and who else holds a part of it.
 *
 * Pure text: the files need not be there.  What cannot be decided counts as shared.
 */
#include "model/scope.h"

#include <string.h>

#include "text/section.h"
#include "util/arena.h"

/* A span of Scope is meant as a path when it looks like one. */
static bool is_pattern(const char *span)
{
	return !path_pattern_fault(span) && !strchr(span, ' ') && strpbrk(span, "/.*");
}

static const struct section *section_of(const struct config *config,
					const struct sections *sections)
{
	const struct section *one = NULL;
	size_t i, j;

	for (i = 0; i < config->parts_nr; i++)
		for (j = 0; !one && !strcmp(config->parts[i].name, "SCOPE") &&
			    j < config->parts[i].sections.nr; j++)
			one = section_find(sections, config->parts[i].sections.list[j]);
	return one;
}

/* What was meant by a span that cannot be a pattern: without what no path has; NULL. */
static const char *mended(struct arena *arena, const char *span)
{
	size_t len = strlen(span), at, to = 0;
	char *path = arena_alloc(arena, len + 2);

	for (at = 0; path && at < len; at++) {
		char c = span[at] == '\\' ? '/' : span[at];
		bool begins = !to || path[to - 1] == '/';

		if (c == '/' && begins)
			continue;
		/* a part '.' */
		if (c == '.' && begins && strchr("/\\", span[at + 1]))
			continue;
		path[to++] = c;
	}
	if (!path || !to)
		return NULL;
	path[to] = '\0';
	if (!is_pattern(path) && path[to - 1] != '/') {
		path[to++] = '/';
		path[to] = '\0';
	}
	return is_pattern(path) ? path : NULL;
}

/* Why a span that looks like a path is none, or never one of a file; NULL. */
static const char *span_fault(const char *text, const struct code_span *span)
{
	const char *backslash = strchr(text, '\\');
	bool looks = strpbrk(text, "/.*") != NULL;

	if (span->open && span->ticks != 2)
		return looks ? "has no closing backtick on its line" : NULL;
	if (span->open || strspn(text, " ") == strlen(text))
		return "has nothing between its backticks";
	if (strchr(text, ' ') || strstr(text, "://"))
		return NULL;
	if (backslash && (looks || (backslash > text && backslash[1])))
		return "has a '\\', and parts of a path are parted by '/'";
	return looks ? path_pattern_fault(text) : NULL;
}

static int add_fault(struct scope_fault *out, size_t *nr, struct arena *arena,
		     const struct code_span *span)
{
	/* Of what nothing ends the first word may be meant. */
	const char *text = !span->open ? span->text :
			   arena_dup(arena, span->text, strcspn(span->text, " "));
	const char *why = text ? span_fault(text, span) : NULL;

	if (!text)
		return OPS_ENOMEM;
	if (why && ((span->open && span->ticks == 2) || strspn(text, " ") == strlen(text)))
		out[(*nr)++] = (struct scope_fault){ "``", why, NULL, span->at };
	else if (why)
		out[(*nr)++] = (struct scope_fault){ text, why, mended(arena, text), span->at };
	return 0;
}

int scope_faults(const struct scope_fault **out, size_t *nr, struct arena *arena,
		 const struct config *config, struct ops_document *task)
{
	const struct sections *sections = task->doc ? doc_sections(task->doc) : NULL;
	const struct section *one = sections ? section_of(config, sections) : NULL;
	const struct code_span *spans = NULL;
	struct scope_fault *list;
	size_t i, all = 0;
	int ret = 0;

	*nr = 0;
	if ((task->doc && !sections) ||
	    (one && section_spans(&spans, &all, arena, sections, one)))
		return OPS_ENOMEM;
	list = arena_array(arena, all + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	for (i = 0; ret == 0 && i < all; i++)
		ret = add_fault(list, nr, arena, &spans[i]);
	*out = list;
	return ret;
}

int scope_read(struct scope *out, struct arena *arena, const struct config *config,
	       struct ops_document *task)
{
	const struct sections *sections = task->doc ? doc_sections(task->doc) : NULL;
	const struct section *one = sections ? section_of(config, sections) : NULL;
	const char *const *spans = NULL;
	const char **list;
	size_t i, nr = 0, kept = 0;

	out->patterns = NULL;
	out->nr = 0;
	if (task->doc && !sections)
		return OPS_ENOMEM;
	if (!one)
		return 0;
	if (section_code_spans(&spans, &nr, arena, sections, one))
		return OPS_ENOMEM;
	list = arena_array(arena, nr + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++)
		if (is_pattern(spans[i]))
			list[kept++] = spans[i];
	out->patterns = list;
	out->nr = kept;
	return 0;
}

bool scope_held(const struct config *config, const struct ops_document *task)
{
	return task->doc && task->status && document_text(task, "Assigned-To") &&
	       names_have(&config->scope_states, task->status);
}

bool scope_has(const struct scope *s, const char *path)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (path_match(s->patterns[i], path))
			return true;
	return false;
}

enum path_overlap scope_meet(char *example, const struct scope *a, const struct scope *b,
			     const char *within)
{
	enum path_overlap worst = PATHS_APART;
	size_t i, j;

	for (i = 0; i < a->nr; i++) {
		for (j = 0; j < b->nr; j++) {
			enum path_overlap is = path_overlap_of(example, a->patterns[i],
							       b->patterns[j], within);

			if (is == PATHS_OVERLAP)
				return is;
			if (is == PATHS_UNDECIDED)
				worst = is;
		}
	}
	*example = '\0';
	return worst;
}

struct meeting_walk {
	const struct config *config;
	const struct scope *scope;
	const char *within, *id, *owner;
	int (*each)(const struct scope_meeting *meeting, void *payload);
	void *payload;
	struct arena *scratch;
};

static int meet_one(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct meeting_walk *walk = payload;
	char example[PATH_MAX_BYTES + 1];
	struct scope_meeting meeting = { d, NULL, example };
	struct scope scope;

	if (!scope_held(walk->config, d) || (walk->id && !strcmp(d->id, walk->id)))
		return 0;
	meeting.owner = document_text(d, "Assigned-To");
	if (walk->owner && !strcmp(meeting.owner, walk->owner))
		return 0;
	arena_clear(walk->scratch);
	if (scope_read(&scope, walk->scratch, walk->config, d))
		return error_nomem(err);
	if (scope_meet(example, &scope, walk->scope, walk->within) == PATHS_APART)
		return 0;
	return walk->each(&meeting, walk->payload);
}

int scope_meetings(struct world *w, const struct scope *scope, const char *within,
		   const char *id, const char *owner,
		   int (*each)(const struct scope_meeting *meeting, void *payload),
		   void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct meeting_walk walk = { NULL, scope, within, id, owner, each, payload,
				     NULL };
	const struct type *task;
	int ret = world_config(&walk.config, w, err);

	task = ret ? NULL : config_type(walk.config, "task");
	if (ret || !task || !scope->nr)
		return ret;
	walk.scratch = arena_new();
	if (!walk.scratch)
		return error_nomem(err);
	ret = world_each(w, task, false, false, meet_one, &walk, findings, err);
	arena_free(walk.scratch);
	return ret;
}
