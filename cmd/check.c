/* SPDX-License-Identifier: MIT */
/*
 * ops check: judge the documents of the work tree, the index, a revision or a range, and
 * any files and directories by name.
 *
 * The findings are the answer, so they go to standard output, and report.c does not
 * print them again.  Nothing is changed but by --fix, and no lock is taken.  Paths are
 * counted from the top of the repository, as in the findings themselves.  The forms for
 * other programs are those of formats.c.
 */

#include <string.h>

#include "command.h"
#include "formats.h"
#include "input.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

struct check_options {
	bool staged, show_suppressed, full, fix, dry_run;
	const char *at, *path, *config, *format;
};

static const char *const usage[] = {
	"ops check [--staged | --at REV] [OPTION...] [PATH...]",
	"ops check --path PATH [OPTION...] -",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "staged", NULL, offsetof(struct check_options, staged),
	  "check what the next git commit would hold" },
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct check_options, at),
	  "check revision REV; of A..B, what B changed since A" },
	{ OPT_TEXT, 0, "path", "PATH", offsetof(struct check_options, path),
	  "where the document on standard input ('-') belongs" },
	{ OPT_TEXT, 0, "config", "FILE", offsetof(struct check_options, config),
	  "judge by this configuration, and no change" },
	{ OPT_FLAG, 0, "show-suppressed", NULL,
	  offsetof(struct check_options, show_suppressed),
	  "show also what the documents themselves excuse" },
	{ OPT_FLAG, 0, "full", NULL, offsetof(struct check_options, full),
	  "read also what was read before and did not change" },
	{ OPT_FLAG, 0, "fix", NULL, offsetof(struct check_options, fix),
	  "put right in the work tree what is certainly a slip" },
	{ OPT_FLAG, 'n', "dry-run", NULL, offsetof(struct check_options, dry_run),
	  "with --fix: show it and write nothing" },
	{ OPT_CHOICE, 0, "format", FORMAT_CHOICES, offsetof(struct check_options, format),
	  "how findings are written" },
	OPT_TABLE_END
};

/* Paths as the library wants them: "./a/" is "a", "." is "". */
static int plain_paths(struct ops_check_options *to, struct session *s,
		       const struct args *args)
{
	const char **paths = arena_array(s->arena, args->nr + 1, sizeof(*paths));

	if (!paths)
		return error_nomem(&s->err);
	for (size_t i = 0; i < args->nr; i++) {
		const char *path = args->words[i];
		size_t len;

		while (!strncmp(path, "./", 2))
			path += 2 + strspn(path + 2, "/");
		len = strlen(path);
		while (len && path[len - 1] == '/')
			len--;
		if (len == 1 && path[0] == '.')
			len = 0;
		paths[i] = arena_dup(s->arena, path, len);
		if (!paths[i])
			return error_nomem(&s->err);
	}
	to->paths = paths;
	to->paths_nr = args->nr;
	return 0;
}

/* "-": the document comes in, and --path says which it is. */
static int read_input(struct ops_check_options *to, struct buf *text, struct session *s,
		      const struct args *args)
{
	const struct check_options *o = args->options;
	struct args path = { o, &o->path, 1 };
	int ret;

	for (size_t i = 0; args->nr > 1 && i < args->nr; i++)
		if (!strcmp(args->words[i], "-"))
			return error_set(&s->err, OPS_EUSAGE, "'-' stands alone");
	if (args->nr != 1 || strcmp(args->words[0], "-"))
		return o->path ? error_set(&s->err, OPS_EUSAGE,
					   "--path goes with '-', the document on "
					   "standard input") : plain_paths(to, s, args);
	if (!o->path || o->staged || o->at)
		return error_set(&s->err, OPS_EUSAGE, !o->path ?
				 "'-' needs --path, to know what kind of document it is" :
				 "'-' cannot go with --staged or --at");
	ret = plain_paths(to, s, &path);
	if (ret == 0)
		ret = input_read(text, "-", INPUT_LARGE_MAX, &s->err);
	to->text = text->data;
	to->text_len = text->len;
	return ret;
}

static int read_config(struct ops_check_options *to, struct buf *text, struct session *s,
		       const char *name)
{
	int ret = name ? input_read(text, name, INPUT_FILE_MAX, &s->err) : 0;

	to->config = name ? text->data : NULL;
	to->config_len = text->len;
	return ret;
}

static size_t count(const struct session *s, enum ops_severity severity)
{
	size_t nr = 0;

	for (size_t i = 0; i < ops_findings_count(s->findings); i++)
		nr += ops_findings_at(s->findings, i)->severity == severity;
	return nr;
}

/* The paths of what was looked at, for the format that lists it, and what was fixed. */
struct documents {
	struct arena *arena;
	struct opt_list paths;
	struct ops_fix *fixes;
	size_t fixes_nr;
};

static int add_document(const char *path, void *payload)
{
	struct documents *d = payload;
	const char *copy = arena_str(d->arena, path);

	return copy && opt_list_add(&d->paths, d->arena, copy) ? 0 : OPS_ENOMEM;
}

static int add_fix(const struct ops_fix *fix, void *payload)
{
	struct documents *d = payload;
	struct ops_fix *list, *one;

	if (!(d->fixes_nr & (d->fixes_nr - 1))) {
		list = arena_array(d->arena, d->fixes_nr ? d->fixes_nr * 2 : 1, sizeof(*list));
		if (!list)
			return OPS_ENOMEM;
		if (d->fixes_nr)
			memcpy(list, d->fixes, d->fixes_nr * sizeof(*list));
		d->fixes = list;
	}
	one = &d->fixes[d->fixes_nr++];
	one->line = fix->line;
	one->path = arena_str(d->arena, fix->path);
	one->rule = arena_str(d->arena, fix->rule);
	one->before = arena_str(d->arena, fix->before);
	one->after = fix->after ? arena_str(d->arena, fix->after) : NULL;
	one->refused = fix->refused ? arena_str(d->arena, fix->refused) : NULL;
	return one->path && one->rule && one->before && !one->after == !fix->after &&
	       !one->refused == !fix->refused ? 0 : OPS_ENOMEM;
}

static void show_fixes(struct session *s, const struct documents *d, bool dry_run)
{
	size_t fixed = 0;

	out_list(s->out, "fixes");
	for (size_t i = 0; i < d->fixes_nr; i++) {
		const struct ops_fix *f = &d->fixes[i];

		fixed += !f->refused;
		out_say(s->out, "%s:%u: ", f->path, f->line);
		out_style(s->out, f->refused ? STYLE_DIM : STYLE_GREEN);
		out_say(s->out, "%s", f->refused ? "not fixed" : dry_run ? "would fix" :
			"fixed");
		out_style(s->out, STYLE_PLAIN);
		out_say(s->out, " %s\n  - %s\n", f->rule, f->before);
		if (f->after)
			out_say(s->out, "  + %s\n", f->after);
		if (f->refused)
			out_say(s->out, "  because: %s\n", f->refused);
		out_map(s->out, NULL);
		out_string(s->out, "path", f->path);
		out_number(s->out, "line", f->line);
		out_string(s->out, "rule", f->rule);
		out_string(s->out, "before", f->before);
		out_string(s->out, "after", f->after);
		out_string(s->out, "refused", f->refused);
		out_end(s->out);
	}
	out_end(s->out);
	out_number(s->out, "fixed", (double)fixed);
	out_say(s->out, "%zu %s, %zu not%s\n", fixed, dry_run ? "to be fixed" : "fixed",
		d->fixes_nr - fixed, ops_findings_count(s->findings) ? "; left are:" : "");
}

static const char *plural(size_t nr)
{
	return nr == 1 ? "" : "s";
}

/* `alone`: nothing was named, so that nothing to look at is no answer. */
static void show(struct session *s, const struct ops_check_result *result,
		 const struct ops_findings *suppressed, bool alone)
{
	size_t errors = count(s, OPS_ERROR), warnings = count(s, OPS_WARNING);

	out_number(s->out, "documents", (double)result->documents);
	out_number(s->out, "unreadable", (double)result->unreadable);
	out_number(s->out, "known", (double)result->known);
	out_number(s->out, "untyped", (double)result->untyped);
	out_number(s->out, "other", (double)result->other);
	out_number(s->out, "errors", (double)errors);
	out_number(s->out, "warnings", (double)warnings);
	out_number(s->out, "suppressed", (double)result->suppressed);
	report_findings(s->out, "", s->findings);
	if (suppressed)
		report_suppressed(s->out, suppressed);
	if (result->known)
		out_say(s->out, "%zu %s not changed since %s read; --full reads %s again\n",
			result->known, result->known == 1 ? "was" : "were",
			result->known == 1 ? "it was" : "they were",
			result->known == 1 ? "it" : "them");
	out_say(s->out, "%zu document%s: %zu unreadable, %zu error%s, %zu warning%s",
		result->documents, plural(result->documents), result->unreadable, errors,
		plural(errors), warnings, plural(warnings));
	if (result->suppressed)
		out_say(s->out, ", %zu suppressed", result->suppressed);
	if (result->untyped)
		out_say(s->out, "; %zu of no type: only header and links", result->untyped);
	if (result->other)
		out_say(s->out, "; %zu file%s not looked at", result->other,
			plural(result->other));
	out_say(s->out, "\n");
	if (alone && !result->documents && !ops_findings_count(s->findings))
		out_say(s->talk, "nothing is governed here: name files or directories to check "
			"any Markdown, or give types with --config\n");
}

/* Check, and show it in the form that is asked for. */
static int answer(struct session *s, const struct ops_check_options *asked,
		  enum format format, struct documents *documents)
{
	struct ops_check_result result = { 0 };
	struct buf text = BUF_INIT;
	int ret = ops_repo_check_with(&result, s->findings, s->repo, asked, &s->err);

	if (ret < 0)
		return ret;
	if (format == FORMAT_TEXT || format == FORMAT_JSON) {
		if (asked->fix)
			show_fixes(s, documents, asked->fix == OPS_FIX_SHOW);
		show(s, &result, asked->suppressed,
		     asked->what != OPS_CHECK_REVISION && !asked->paths_nr);
	} else {
		struct report report = { s->command->name, s->findings, asked->suppressed,
					 documents->paths.values, documents->paths.nr };

		format_report(&text, format, &report);
		out_buf(s->out, NULL, &text);
	}
	buf_release(&text);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct check_options *o = args->options;
	struct documents documents = { s->arena, { NULL, 0, 0 }, NULL, 0 };
	enum format format = format_of(o->format);
	struct buf text = BUF_INIT, config = BUF_INIT;
	struct ops_check_options asked = {
		.what = o->staged ? OPS_CHECK_STAGED : o->at ? OPS_CHECK_REVISION :
			OPS_CHECK_WORK_TREE,
		.revision = o->at, .payload = &documents,
		/* That form alone names what nothing is wrong with. */
		.each = format == FORMAT_JUNIT ? add_document : NULL,
		.fix = !o->fix ? OPS_FIX_NOTHING : o->dry_run ? OPS_FIX_SHOW :
			OPS_FIX_WRITE, .fixed = add_fix,
		.suppressed = o->show_suppressed ? ops_findings_new() : NULL,
		.past = !o->full
	};
	int ret = 0;

	if (o->staged && o->at)
		ret = error_set(&s->err, OPS_EUSAGE,
				"--staged and --at cannot go together");
	else if (s->globals->json && o->format && format != FORMAT_JSON)
		ret = error_set(&s->err, OPS_EUSAGE,
				"--json and --format %s cannot go together", o->format);
	else if (o->dry_run && !o->fix)
		ret = error_set(&s->err, OPS_EUSAGE, "--dry-run goes with --fix");
	else if (o->fix && (o->staged || o->at))
		ret = error_set(&s->err, OPS_EUSAGE, "--fix is for the work tree");
	else if (o->show_suppressed && !asked.suppressed)
		ret = error_nomem(&s->err);
	if (ret == 0)
		ret = read_input(&asked, &text, s, args);
	if (ret == 0)
		ret = read_config(&asked, &config, s, o->config);
	if (ret == 0)
		ret = answer(s, &asked, format, &documents);
	ops_findings_free(asked.suppressed);
	buf_release(&text);
	buf_release(&config);
	return ret;
}

const struct command cmd_check[] = {
	{ "check", "Judge documents: the work tree, the index, a revision, files",
	  NEED_REPO | ANSWERS_FINDINGS, usage, options, sizeof(struct check_options),
	  0, ANY_WORDS, run },
	{ .name = NULL }
};
