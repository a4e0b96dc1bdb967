/* SPDX-License-Identifier: MIT */
/*
 * ops resolve: decide what a merge left to people.
 *
 * Without a decision among the options it shows what is left, or, on a terminal and with
 * --ask, asks about one place after the other.  What is decided is written and staged by
 * the library; the commit is git's.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "out.h"
#include "util/arena.h"
#include "util/error.h"

struct resolve_options {
	bool ours, theirs, ask, dry_run;
	struct opt_list fields, sections;
};

static const char *const usage[] = {
	"ops resolve [--ask] [--dry-run] [PATH|TASK]",
	"ops resolve (--ours|--theirs) [-f NAME=VALUE] [--dry-run] PATH|TASK",
	"ops resolve [-f NAME=VALUE] [-s NAME=TEXT] [--dry-run] PATH|TASK",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "ours", NULL, offsetof(struct resolve_options, ours),
	  "what is not named otherwise is as on our side" },
	{ OPT_FLAG, 0, "theirs", NULL, offsetof(struct resolve_options, theirs),
	  "what is not named otherwise is as on their side" },
	{ OPT_FLAG, 0, "ask", NULL, offsetof(struct resolve_options, ask),
	  "ask about each place (so it is on a terminal)" },
	{ OPT_LIST, 'f', "field", "NAME=VALUE", offsetof(struct resolve_options, fields),
	  "this field has this value; without one there is no such field (repeatable)" },
	{ OPT_LIST, 's', "section", "NAME=TEXT", offsetof(struct resolve_options, sections),
	  "this section has this text; @FILE reads a file (repeatable)" },
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct resolve_options, dry_run),
	  "say what would be left, but change nothing" },
	OPT_TABLE_END
};

static void show_side(struct session *s, const char *name, const char *text)
{
	out_say(s->out, "  %s:\n", name);
	out_block(s->out, "    ", text, strlen(text));
}

static void show_hunk(struct session *s, const char *path, const struct ops_hunk *h)
{
	out_say(s->out, "%s:%u:%s%s\n", path, h->line, *h->where ? " " : "", h->where);
	show_side(s, "ours", h->ours);
	show_side(s, "theirs", h->theirs);
}

/* What one file became: "left" NULL is not a state that there is. */
static void tell(struct session *s, const struct ops_unmerged *file, size_t left,
		 bool decided, const struct resolve_options *o)
{
	bool named = o->fields.nr || o->sections.nr;

	out_map(s->out, NULL);
	out_string(s->out, "path", file->path);
	out_bool(s->out, "resolved", decided && !left);
	out_number(s->out, "left", (double)left);
	out_list(s->out, "hunks");
	for (size_t i = 0; i < file->hunks_nr; i++) {
		const struct ops_hunk *h = &file->hunks[i];

		out_map(s->out, NULL);
		out_number(s->out, "line", h->line);
		out_string(s->out, "where", h->where);
		out_string(s->out, "ours", h->ours);
		out_string(s->out, "theirs", h->theirs);
		out_end(s->out);
	}
	out_end(s->out);
	out_end(s->out);
	if (decided && left)
		out_say(s->out, "%s: %zu of %zu places left%s\n", file->path, left,
			file->hunks_nr, named ? ", so nothing was written: name all that they "
			"are about, or a side for the rest" : "");
	else if (decided)
		out_say(s->out, "%s%s: resolved%s\n", o->dry_run ? "would be " : "", file->path,
			o->dry_run ? "" : ", and staged");
	else if (!file->hunks_nr)
		out_say(s->out, "%s: one side has no such file, or its marks are gone: decide "
			"with git add or git rm\n", file->path);
	s->found = s->found || !decided || left;
}

static int apply(struct session *s, const struct ops_unmerged *file, const char *choices,
		 const struct resolve_options *o, bool files)
{
	struct ops_resolution r = { .choices = choices, .dry_run = o->dry_run };
	size_t left = 0;
	int ret;

	r.fields_nr = files ? o->fields.nr : 0;
	r.sections_nr = files ? o->sections.nr : 0;
	if ((ret = input_settings(&r.fields, s->arena, &o->fields, false, &s->err)) < 0 ||
	    (ret = input_settings(&r.sections, s->arena, &o->sections, true, &s->err)) < 0)
		return ret;
	ret = ops_repo_resolve(&left, s->findings, s->repo, file->path, &r, &s->err);
	if (!ret)
		tell(s, file, left, true, o);
	return ret;
}

/* 'o', 't', '-' for later, 'q' for no more questions; 0 at the end of input. */
static char ask_one(struct session *s)
{
	char line[64];

	for (;;) {
		out_say(s->talk, "take ours, theirs, or leave it for later? [o/t/l/q] ");
		fflush(stderr);
		if (!fgets(line, sizeof(line), stdin))
			return 0;
		if (line[0] == 'l')
			return '-';
		if (line[0] && strchr("otq", line[0]))
			return line[0];
	}
}

static int ask(struct session *s, const struct ops_unmerged *file,
	       const struct resolve_options *o, bool *more)
{
	char *choices = arena_alloc(s->arena, file->hunks_nr + 1);
	bool any = false;

	if (!choices)
		return error_nomem(&s->err);
	memset(choices, '-', file->hunks_nr);
	for (size_t i = 0; *more && i < file->hunks_nr; i++) {
		char c;

		show_hunk(s, file->path, &file->hunks[i]);
		fflush(stdout);
		c = ask_one(s);
		*more = c && c != 'q';
		if (*more)
			choices[i] = c;
		any = any || c == 'o' || c == 't';
	}
	if (any)
		return apply(s, file, choices, o, false);
	tell(s, file, file->hunks_nr, false, o);
	return 0;
}

static int one_file(struct session *s, const struct ops_unmerged *file,
		    const struct resolve_options *o, bool *more)
{
	bool terminal = !s->globals->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	char *choices;

	if (!file->hunks_nr) {
		tell(s, file, 0, false, o);
		return 0;
	}
	if (o->ours || o->theirs || o->fields.nr || o->sections.nr) {
		choices = arena_alloc(s->arena, file->hunks_nr + 1);
		if (!choices)
			return error_nomem(&s->err);
		memset(choices, o->ours ? 'o' : o->theirs ? 't' : '-', file->hunks_nr);
		return apply(s, file, choices, o, true);
	}
	if (o->ask || (terminal && !o->dry_run))
		return ask(s, file, o, more);
	for (size_t i = 0; i < file->hunks_nr; i++)
		show_hunk(s, file->path, &file->hunks[i]);
	tell(s, file, file->hunks_nr, false, o);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct resolve_options *o = args->options;
	struct ops_unmerged_list *list = NULL;
	bool more = true;
	int ret;

	if ((o->ours && o->theirs) || (o->ask && (o->ours || o->theirs)))
		return error_set(&s->err, OPS_EUSAGE, "only one of --ours, --theirs and --ask");
	if (o->ask && s->globals->json)
		return error_set(&s->err, OPS_EUSAGE, "--ask is for people, --json is not");
	if ((o->ours || o->theirs || o->fields.nr || o->sections.nr) && !args->nr)
		return error_set(&s->err, OPS_EUSAGE, "name the file or task that is decided");
	ret = ops_repo_unmerged(&list, s->repo, args->nr ? args->words[0] : NULL, &s->err);
	if (ret < 0)
		return ret;
	out_list(s->out, "files");
	for (size_t i = 0; !ret && i < list->nr; i++)
		ret = one_file(s, &list->files[i], o, &more);
	out_end(s->out);
	if (!ret && !list->nr)
		out_say(s->out, "nothing is unmerged\n");
	ops_unmerged_free(list);
	return ret;
}

const struct command cmd_resolve[] = {
	{ "resolve", "Decide what a merge left to people", NEED_REPO, usage, options,
	  sizeof(struct resolve_options), 0, 1, run },
	{ .name = NULL }
};
