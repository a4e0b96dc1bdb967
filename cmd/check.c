/* SPDX-License-Identifier: MIT */
/*
 * ops check: judge the documents of the work tree, the index, or a revision.
 *
 * The findings are the answer, so they go to standard output, and report.c does not
 * print them again.  Nothing is changed and no lock is taken.  Paths are counted from the
 * top of the repository, as in the findings themselves.  The forms for other programs
 * are those of formats.c.
 */

#include <string.h>

#include "command.h"
#include "formats.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

struct check_options {
	bool staged;
	const char *at, *format;
};

static const char *const usage[] = {
	"ops check [--staged | --at REV] [--format FORMAT] [PATH...]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "staged", NULL, offsetof(struct check_options, staged),
	  "check what the next git commit would hold" },
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct check_options, at),
	  "check the documents of revision REV" },
	{ OPT_CHOICE, 0, "format", FORMAT_CHOICES, offsetof(struct check_options, format),
	  "how findings are written" },
	OPT_TABLE_END
};

/* Paths as the library wants them: "./a/" is "a"; "." means everything. */
static int plain_paths(const char ***out, size_t *nr, struct session *s,
		       const struct args *args)
{
	const char **paths = arena_array(s->arena, args->nr + 1, sizeof(*paths));

	if (!paths)
		return error_nomem(&s->err);
	*nr = 0;
	for (size_t i = 0; i < args->nr; i++) {
		const char *path = args->words[i];
		size_t len;

		while (!strncmp(path, "./", 2))
			path += 2;
		len = strlen(path);
		while (len && path[len - 1] == '/')
			len--;
		if (!len || (len == 1 && path[0] == '.')) {
			*nr = 0;
			break;
		}
		paths[*nr] = arena_dup(s->arena, path, len);
		if (!paths[(*nr)++])
			return error_nomem(&s->err);
	}
	*out = paths;
	return 0;
}

static size_t count(const struct session *s, enum ops_severity severity)
{
	size_t nr = 0;

	for (size_t i = 0; i < ops_findings_count(s->findings); i++)
		nr += ops_findings_at(s->findings, i)->severity == severity;
	return nr;
}

/* The paths of what was looked at, for the formats that list it. */
struct documents {
	struct arena *arena;
	struct opt_list paths;
};

static int add_document(const char *path, void *payload)
{
	struct documents *d = payload;
	const char *copy = arena_str(d->arena, path);

	return copy && opt_list_add(&d->paths, d->arena, copy) ? 0 : OPS_ENOMEM;
}

static void show(struct session *s, const struct ops_check_result *result)
{
	size_t errors = count(s, OPS_ERROR), warnings = count(s, OPS_WARNING);

	out_number(s->out, "documents", (double)result->documents);
	out_number(s->out, "unreadable", (double)result->unreadable);
	out_number(s->out, "errors", (double)errors);
	out_number(s->out, "warnings", (double)warnings);
	report_findings(s->out, "", s->findings);
	out_say(s->out, "%zu document%s: %zu unreadable, %zu error%s, %zu warning%s\n",
		result->documents, result->documents == 1 ? "" : "s", result->unreadable,
		errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

static int run(struct session *s, const struct args *args)
{
	const struct check_options *o = args->options;
	struct ops_check_result result = { 0, 0 };
	struct documents documents = { s->arena, { NULL, 0, 0 } };
	enum format format = format_of(o->format);
	struct buf text = BUF_INIT;
	const char **paths = NULL;
	size_t nr = 0;
	int ret;

	if (o->staged && o->at)
		return error_set(&s->err, OPS_EUSAGE,
				 "--staged and --at cannot go together");
	if (s->globals->json && o->format && format != FORMAT_JSON)
		return error_set(&s->err, OPS_EUSAGE,
				 "--json and --format %s cannot go together", o->format);
	if ((ret = plain_paths(&paths, &nr, s, args)) < 0)
		return ret;
	ret = ops_repo_check_each(&result, s->findings, s->repo, o->staged ?
			     OPS_CHECK_STAGED : o->at ? OPS_CHECK_REVISION :
			     OPS_CHECK_WORK_TREE, o->at, paths, nr, add_document,
			     &documents, &s->err);
	if (ret < 0)
		return ret;
	if (format == FORMAT_TEXT || format == FORMAT_JSON) {
		show(s, &result);
	} else {
		struct report report = { s->findings, documents.paths.values,
					 documents.paths.nr };

		format_report(&text, format, &report);
		out_buf(s->out, NULL, &text);
	}
	buf_release(&text);
	return 0;
}

const struct command cmd_check[] = {
	{ "check", "Judge the documents of the work tree, the index or a revision",
	  NEED_REPO | ANSWERS_FINDINGS, usage, options, sizeof(struct check_options),
	  0, ANY_WORDS, run },
	{ .name = NULL }
};
