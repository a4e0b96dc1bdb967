/* SPDX-License-Identifier: MIT */
/*
 * Committing finished work: the files that were named, in a conventional commit by the
 * agent; and the entry of the changelog for what users see.
 *
 * Nothing is guessed that changes meaning: the type of the commit is what the context
 * says, else follows from whether users see the change and which files it is.
 */

#include <ctype.h>
#include <string.h>

#include "ops/check.h"
#include "run/gitwork.h"
#include "text/changelog.h"
#include "util/json.h"

#define SUBJECT_MAX 72

/* Whether all the files end, or begin, like that. */
static bool all_are(const char *const *files, size_t nr, const char *start, const char *end)
{
	size_t i, len;

	for (i = 0; i < nr; i++) {
		len = strlen(files[i]);
		if (strncmp(files[i], start, strlen(start)) || len < strlen(end) ||
		    strcmp(files[i] + len - strlen(end), end))
			return false;
	}
	return true;
}

static const char *type_of(struct op_call *c, const char *const *files, size_t nr)
{
	const char *given = op_context(c, "commit_type");

	if (given)
		return given;
	if (all_are(files, nr, "", ".md") || all_are(files, nr, "docs/", ""))
		return "docs";
	if (all_are(files, nr, "t/", "") || all_are(files, nr, "test/", "") ||
	    all_are(files, nr, "tests/", ""))
		return "test";
	return signal_says(c->run->context, "user_facing") ? "feat" : "chore";
}

/* The first line of what was ordered, as the subject of a commit. */
static const char *subject_of(struct op_call *c, const char *type)
{
	const char *scope = op_context(c, "commit_scope");
	const char *text = op_context(c, "commit_subject"), *subject;
	struct buf b = BUF_INIT;
	size_t len, start;

	if (!text)
		text = op_context(c, "task_description");
	if (!text)
		text = c->run->signal;
	len = strcspn(text, "\r\n");
	while (len && strchr(" .", text[len - 1]))
		len--;
	buf_printf(&b, "%s%s%s%s: ", type, scope ? "(" : "", scope ? scope : "", scope ? ")" : "");
	start = b.len;
	if (b.len + len > SUBJECT_MAX && b.len < SUBJECT_MAX - 8) {
		len = SUBJECT_MAX - b.len;
		while (len > 1 && text[len] != ' ')
			len--;
	}
	buf_add(&b, text, len);
	if (b.len > start + 1 && islower((unsigned char)b.data[start + 1]))
		b.data[start] = (char)tolower((unsigned char)b.data[start]);
	subject = buf_failed(&b) ? NULL : arena_str(c->arena, b.data);
	buf_release(&b);
	return subject;
}

/* Headers that do not parse are put right once where it is certain how. */
static int check_headers(struct op_call *c, const char *const *files, size_t nr,
			 enum ops_check_fix fix, struct ops_error *err)
{
	static const char *const about[] = { "yaml.", "doc.", "field.", "section." };
	struct ops_check_options options = { .what = OPS_CHECK_WORK_TREE, .paths = files,
					     .paths_nr = nr, .fix = fix };
	struct ops_findings *found = ops_findings_new();
	struct ops_check_result result;
	const struct ops_finding *f;
	size_t i, k;
	int ret = found ? ops_repo_check_with(&result, found, c->run->repo, &options, err) :
		  error_nomem(err);

	/* The state may be on a branch that is not here; then there is nothing to ask. */
	if (ret == OPS_EENVIRONMENT)
		ret = 0;
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		f = ops_findings_at(found, i);
		for (k = 0; k < 4 && strncmp(f->rule, about[k], strlen(about[k])); k++)
			;
		if (f->severity == OPS_ERROR && k < 4)
			ret = error_set(err, OPS_EREFUSED, "%s: %s:%u: %s", f->rule,
					f->path ? f->path : "", f->line, f->message);
	}
	ops_findings_free(found);
	return ret;
}

/* Documents among the files have headers that hold. */
static int headers_hold(struct op_call *c, const char *const *files, size_t nr,
			struct ops_error *err)
{
	const char **documents = arena_array(c->arena, nr + 1, sizeof(*documents));
	const char *text;
	struct ops_error ignored = { 0 };
	size_t i, len, found = 0;
	bool there;
	int ret = documents ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = gitwork_read(&text, &len, &there, c, files[i], err);
		if (ret == 0 && there && len > 4 && !strncmp(text, "---", 3) &&
		    strlen(files[i]) > 3 && !strcmp(files[i] + strlen(files[i]) - 3, ".md"))
			documents[found++] = files[i];
	}
	if (ret || !found)
		return ret;
	ret = check_headers(c, documents, found, OPS_FIX_NOTHING, err);
	if (ret != OPS_EREFUSED || c->at->attempt > 1)
		return ret;
	c->retry = true;
	if (check_headers(c, documents, found, OPS_FIX_WRITE, &ignored) == OPS_ENOMEM)
		return OPS_ENOMEM;
	return ret;
}

static const char *entry_of(struct op_call *c)
{
	const char *entry = op_context(c, "changelog_entry");

	if (!entry)
		entry = op_context(c, "task_description");
	return entry ? arena_dup(c->arena, entry, strcspn(entry, "\r\n")) : NULL;
}

static const char *section_of(struct op_call *c)
{
	const char *section = op_context(c, "changelog_section");
	const char *type = op_context(c, "commit_type");

	return section ? section : type && !strcmp(type, "fix") ? "Fixed" : "Added";
}

/* Put the entry into the changelog of the work tree. */
static int write_entry(struct op_call *c, struct ops_error *err)
{
	const char *path = c->run->config->standing.changelog.file;
	const char *entry = entry_of(c), *text;
	struct changelog log;
	struct buf out = BUF_INIT;
	size_t len;
	bool there;
	int ret = entry ? gitwork_read(&text, &len, &there, c, path, err) : error_nomem(err);

	if (ret == 0)
		ret = changelog_parse(&log, c->arena, text, len, err);
	if (ret == 0)
		ret = changelog_add(&out, &log, section_of(c), entry, err);
	if (ret == 0)
		ret = gitwork_write(c, path, there, text, len, &out, err);
	buf_release(&out);
	return ret;
}

int op_commit(struct op_call *c, struct ops_error *err)
{
	const struct config *config = c->run->config;
	const char *type, *made, *subject, *said;
	const char **files;
	size_t i, nr;
	bool changed, any = false;
	int ret;

	c->label = "Commit";
	c->for_task = true;
	files = (const char **)(size_t)op_list(c, "changed_files", &nr);
	if (!files)
		return error_nomem(err);
	type = type_of(c, files, nr);
	if (!names_have(&config->standing.messages.types, type))
		return error_set(err, OPS_EREFUSED, "'%.60s' is no type of commit; there are %s",
				 type, names_text(&config->standing.messages.types, c->arena,
						  " and "));
	ret = gitwork_made(&made, c, c->at->step->name, err);
	for (i = 0; ret == 0 && !made && i < nr; i++) {
		ret = gitwork_is_changed(&changed, c, files[i], err);
		if (ret == 0 && !changed)
			ret = error_set(err, OPS_EREFUSED, "'%.200s' is not changed: there is "
					"nothing to commit of it", files[i]);
		any = true;
	}
	if (ret == 0 && !made && !any)
		ret = error_set(err, OPS_EREFUSED, "no file is named");
	if (ret == 0 && !made)
		ret = headers_hold(c, files, nr, err);
	/* Where the rule is that one commit has both, it has. */
	if (ret == 0 && !made && config->standing.changelog.on &&
	    signal_says(c->run->context, "user_facing")) {
		ret = write_entry(c, err);
		files[nr++] = config->standing.changelog.file;
	}
	subject = ret ? NULL : subject_of(c, type);
	if (ret == 0)
		ret = subject ? gitwork_commit(&made, c, files, nr, subject,
					       op_context(c, "commit_context"), err) :
		      error_nomem(err);
	if (ret)
		return ret;
	buf_printf(&c->summary, "Committed %zu file%s.", nr, nr == 1 ? "" : "s");
	said = arena_printf(c->arena, "`%.9s`", made);
	if (!said)
		return error_nomem(err);
	ret = op_deliver(c, "Commit", said, err);
	return ret ? ret : op_output(c, "commit", made, err);
}

int op_changelog(struct op_call *c, struct ops_error *err)
{
	const char *path = c->run->config->standing.changelog.file;
	const char *at = strrchr(path, '/'), *said;
	int ret = write_entry(c, err);

	c->label = "CHANGELOG";
	if (ret)
		return ret;
	buf_printf(&c->summary, "Added an entry to %s.", path);
	said = arena_printf(c->arena, "Entry added under [Unreleased] > %s", section_of(c));
	ret = said ? op_deliver(c, strcmp(at ? at + 1 : path, "CHANGELOG.md") ? path : "CHANGELOG",
				said, err) : error_nomem(err);
	return ret ? ret : op_output(c, "changelog", path, err);
}

int op_commit_changelog(struct op_call *c, struct ops_error *err)
{
	const char *path = c->run->config->standing.changelog.file, *made;
	const char *const files[] = { path };
	bool changed;
	int ret = gitwork_made(&made, c, c->at->step->name, err);

	c->label = "CHANGELOG commit";
	if (ret == 0 && !made)
		ret = gitwork_is_changed(&changed, c, path, err);
	if (ret)
		return ret;
	if (!made && !changed) {
		buf_printf(&c->summary, "%s was committed already.", path);
		return 0;
	}
	ret = gitwork_commit(&made, c, files, 1, "docs: note the change in the changelog", NULL,
			     err);
	if (ret)
		return ret;
	buf_printf(&c->summary, "Committed %s.", path);
	return op_output(c, "commit", made, err);
}
