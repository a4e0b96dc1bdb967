/* SPDX-License-Identifier: MIT */
/*
 * Dispatch messages: rendering the six parts from a task, and refusing bad
 * orders.  Words that are vague and the sections each part comes from are
 * configuration; what is measurable or bounded is decided here:
 * measurable: a number or a `code span`; bounded: a `path or pattern` among
 * the items of the scope; verifiable: a checklist item or code span to check.
 */

#include "model/dispatch.h"

#include <ctype.h>
#include <string.h>

#include "model/scope.h"
#include "util/buf.h"

static const struct section *part_section(const struct config *config,
					  const struct sections *sections,
					  const char *part)
{
	const struct section *one;
	size_t i, j;

	for (i = 0; i < config->parts_nr; i++) {
		if (strcmp(config->parts[i].name, part))
			continue;
		for (j = 0; j < config->parts[i].sections.nr; j++) {
			one = section_find(sections, config->parts[i].sections.list[j]);
			if (one && !section_is_empty(sections, one))
				return one;
		}
	}
	return NULL;
}

static const char *part_text(const struct config *config, struct ops_document *task,
			     const struct sections *sections, const char *part,
			     const char *otherwise)
{
	const struct section *one = part_section(config, sections, part);
	struct buf b = BUF_INIT;
	const char *text;

	if (!one)
		return otherwise;
	section_text(&b, sections, one);
	text = buf_failed(&b) ? NULL : arena_str(world_arena(task->world), b.data);
	buf_release(&b);
	return text;
}

int dispatch_render(struct dispatch *out, const struct config *config,
		    struct ops_document *task)
{
	static const char *const names[DISPATCH_PARTS] = {
		"TASK", "SCOPE", "NOT-YOUR-JOB", "DONE-WHEN", "VERIFY", "PRIORITY"
	};
	static const char *const otherwise[DISPATCH_PARTS] = {
		"", "", "Everything outside SCOPE, and other agents' tasks.", "",
		"Every point of DONE-WHEN, with its evidence.", "MEDIUM"
	};
	const struct sections *sections = doc_sections(task->doc);
	const char *title = document_text(task, "Title");
	const char *priority = document_text(task, "Priority");
	size_t i;

	if (!sections)
		return OPS_ENOMEM;
	for (i = 0; i < DISPATCH_PARTS; i++) {
		out->part[i].name = names[i];
		out->part[i].text = part_text(config, task, sections, names[i],
					      otherwise[i]);
	}
	if (out->part[0].text)
		out->part[0].text = arena_printf(world_arena(task->world),
			"%s (%s)\n\n%s", title ? title : task->id, task->id,
			out->part[0].text);
	if (priority)
		out->part[5].text = priority;
	for (i = 0; i < DISPATCH_PARTS; i++)
		if (!out->part[i].text)
			return OPS_ENOMEM;
	return 0;
}

void dispatch_text(struct buf *out, const struct dispatch *d)
{
	const char *line, *end;
	size_t i;

	for (i = 0; i < DISPATCH_PARTS; i++) {
		line = d->part[i].text;
		buf_printf(out, "%s:", d->part[i].name);
		/* One line stands beside its name; the task begins with its title. */
		if (i == 0 || !strchr(line, '\n')) {
			end = line + strcspn(line, "\n");
			buf_char(out, ' ');
			buf_add(out, line, (size_t)(end - line));
			line = *end ? end + 1 : end;
		}
		buf_char(out, '\n');
		for (; *line; line = *end ? end + 1 : end) {
			end = line + strcspn(line, "\n");
			if (end > line)
				buf_printf(out, "  %.*s\n", (int)(end - line), line);
		}
	}
}

/* The first word that a sentence orders with, in lower case. */
static void first_word(char out[32], const char *text)
{
	size_t len = 0;

	while (*text && !isalpha((unsigned char)*text))
		text++;
	while (isalpha((unsigned char)*text) && len < 31)
		out[len++] = (char)tolower((unsigned char)*text++);
	out[len] = '\0';
}

static bool measurable(const char *text)
{
	return strpbrk(text, "0123456789`") != NULL;
}

static void bad_order(struct ops_findings *findings, struct ops_document *task,
		      const struct section *one, const char *remedy,
		      const char *message)
{
	findings_add(findings, "task.dispatch", OPS_ERROR, task->path,
		     one ? one->line : 1, 1, remedy, "bad dispatch: %s", message);
}

static int check_objective(const struct config *config, struct ops_document *task,
			   const struct sections *sections,
			   struct ops_findings *findings)
{
	const struct section *one = part_section(config, sections, "TASK");
	const char *objective = part_text(config, task, sections, "TASK", "");
	const char *criteria = part_text(config, task, sections, "DONE-WHEN", "");
	char word[32];

	if (!objective || !criteria)
		return OPS_ENOMEM;
	first_word(word, objective);
	if (names_have(&config->vague_verbs, word) && !measurable(objective) &&
	    !measurable(criteria))
		bad_order(findings, task, one,
			  "say what will be true when it is done, with a number, a "
			  "`command` or a `file`",
			  arena_printf(world_arena(task->world),
				       "'%s' is vague and nothing in Objective or "
				       "Acceptance Criteria is measurable", word));
	return 0;
}

static int check_scope(const struct config *config, struct ops_document *task,
		       const struct sections *sections,
		       struct ops_findings *findings)
{
	const struct section *one = part_section(config, sections, "SCOPE");
	struct scope scope;

	if (scope_read(&scope, world_arena(task->world), config, task))
		return OPS_ENOMEM;
	if (scope.nr)
		return 0;
	bad_order(findings, task, one,
		  "name the files in Scope, as `lib/text/*.c`",
		  "Scope names no files, so it has no bounds");
	return 0;
}

static int check_verification(const struct config *config, struct ops_document *task,
			      const struct sections *sections,
			      struct ops_findings *findings)
{
	const struct section *criteria = part_section(config, sections, "DONE-WHEN");
	const char *const *spans = NULL;
	size_t i, nr = 0;

	if (part_section(config, sections, "VERIFY"))
		return 0;
	if (criteria && section_code_spans(&spans, &nr, world_arena(task->world),
					   sections, criteria))
		return OPS_ENOMEM;
	for (i = 0; criteria && i < sections->checks_nr && !nr; i++)
		nr = sections->checks[i].mark >= criteria->start &&
		     sections->checks[i].mark < criteria->end;
	if (!nr)
		bad_order(findings, task, criteria,
			  "add a section Verification, or make Acceptance Criteria a "
			  "checklist (- [ ] …)", "nothing says how to verify the work");
	return 0;
}

int dispatch_check(const struct config *config, struct ops_document *task,
		   struct ops_findings *findings, struct ops_error *err)
{
	const struct sections *sections = doc_sections(task->doc);

	if (!sections || check_objective(config, task, sections, findings) ||
	    check_scope(config, task, sections, findings) ||
	    check_verification(config, task, sections, findings))
		return error_nomem(err);
	return 0;
}
