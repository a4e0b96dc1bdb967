/* SPDX-License-Identifier: MIT */
/*
 * A release: nothing in the way, the changelog and the versions in the files that are
 * named, one commit and its tag, and after the approval what comes next.
 *
 * Each step finds what it did before and does it no second time: a heading that is there,
 * a version that is written, a commit by its trailers, a tag by what it is at.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "run/gitwork.h"
#include "text/changelog.h"
#include "util/json.h"

struct log_file {
	const char *path, *text;
	size_t len;
	bool there;
	struct changelog log;
};

static int read_log(struct log_file *f, struct op_call *c, struct ops_error *err)
{
	int ret;

	f->path = c->run->config->standing.changelog.file;
	ret = gitwork_read(&f->text, &f->len, &f->there, c, f->path, err);
	return ret ? ret : changelog_parse(&f->log, c->arena, f->text, f->len, err);
}

static const char *tag_name(struct op_call *c)
{
	const char *template = c->run->config->signals.tag, *version = op_context(c, "version");
	const char *at = strstr(template, "{version}");

	return at && version ? arena_printf(c->arena, "%.*s%s%s", (int)(at - template), template,
					    version, at + strlen("{version}")) : NULL;
}

/* The commit a tag is at; NULL: there is none. */
static int tag_at(const char **out, struct op_call *c, const char *tag, struct ops_error *err)
{
	const char *args[] = { "rev-parse", "-q", "--verify", NULL, NULL };
	struct ops_error found = { 0 };
	int ret;

	args[3] = arena_printf(c->arena, "refs/tags/%s^{commit}", tag);
	if (!args[3])
		return error_nomem(err);
	ret = gitwork_ask(out, c, args, &found);
	if (ret == OPS_EREFUSED) {
		*out = NULL;
		return 0;
	}
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* Whether this run has released already: its commit is there. */
static int released(bool *out, struct op_call *c, struct ops_error *err)
{
	const char *made;
	int ret = gitwork_made(&made, c, "commit", err);

	*out = ret == 0 && made;
	return ret;
}

struct open_work {
	struct op_call *c;
	const struct names *priorities;
	size_t nr;
};

/* Work that keeps a release: begun, of a priority that counts. */
static int look_at_task(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct open_work *w = payload;
	const char *priority = d->doc ? document_text(d, "Priority") : NULL;
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;

	(void)err;
	if (!priority || !names_have(w->priorities, priority) || !state || state->final)
		return 0;
	buf_printf(&w->c->issues, "%s- '%s' is %s, and %s", w->c->issues.len ? "\n" : "", d->id,
		   priority, d->status);
	w->nr++;
	return 0;
}

static void blocks(struct op_call *c, const char *what)
{
	buf_printf(&c->issues, "%s- %s", c->issues.len ? "\n" : "", what);
}

int op_release_check(struct op_call *c, struct ops_error *err)
{
	const char *const status[] = { "status", "--porcelain", "--untracked-files=no",
				       "--ignore-submodules=dirty", NULL };
	struct open_work open = { c, &c->run->config->signals.blocking, 0 };
	const char *version = op_context(c, "version"), *left, *tag, *commit, *newest;
	struct log_file f;
	bool before;
	int ret = released(&before, c, err);

	c->label = "Check";
	if (ret == 0 && before) {
		buf_str(&c->summary, "Nothing was in the way.");
		return 0;
	}
	tag = tag_name(c);
	if (ret == 0)
		ret = tag ? gitwork_ask(&left, c, status, err) : error_nomem(err);
	if (ret == 0)
		ret = read_log(&f, c, err);
	if (ret == 0)
		ret = tag_at(&commit, c, tag, err);
	if (ret == 0)
		ret = world_each(c->run->world, config_type(c->run->config, "task"), false, false,
				 look_at_task, &open, c->run->findings, err);
	if (ret)
		return ret;
	newest = changelog_newest(&f.log);
	if (*left)
		blocks(c, "there are changes that are not committed");
	if (commit)
		blocks(c, arena_printf(c->arena, "tag '%s' is there already", tag));
	if (!changelog_has_entries(&f.log, "Unreleased"))
		blocks(c, "nothing is unreleased in the changelog");
	if (newest && !strcmp(newest, version))
		blocks(c, "the changelog has this version already");
	if (c->issues.len)
		return error_set(err, OPS_EREFUSED, "%s is not ready to be released", version);
	buf_printf(&c->summary, "Nothing is in the way of %s.", version);
	return 0;
}

int op_release_changelog(struct op_call *c, struct ops_error *err)
{
	const char *version = op_context(c, "version"), *tag = tag_name(c);
	char day[DATE_LEN + 1];
	struct log_file f;
	struct buf out = BUF_INIT;
	int ret = tag ? read_log(&f, c, err) : error_nomem(err);

	c->label = "CHANGELOG";
	date_format(day, date_from_epoch(c->run->repo->now));
	if (ret == 0)
		ret = changelog_release(&out, &f.log, version, day, tag, err);
	if (ret == 0)
		ret = gitwork_write(c, f.path, f.there, f.text, f.len, &out, err);
	buf_release(&out);
	if (ret)
		return ret;
	buf_printf(&c->summary, "Unreleased changes became [%s].", version);
	return op_deliver(c, "CHANGELOG", arena_printf(c->arena, "[Unreleased] -> [%s]", version),
			  err);
}

/* The length of a version at `text`; 0: there is none. */
static size_t version_len(const char *text)
{
	size_t len = 0, digits;
	int i;

	for (i = 0; i < 3; i++) {
		digits = strspn(text + len, "0123456789");
		if (!digits)
			return 0;
		len += digits;
		if (i < 2 && text[len++] != '.')
			return 0;
	}
	if (text[len] == '-' && isalnum((unsigned char)text[len + 1]))
		len += 1 + strspn(text + len + 1, "0123456789abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-");
	return len;
}

/* Put the version where the text around it is; *nr places. */
static void put_version(struct buf *out, size_t *nr, const struct version_file *f,
			const char *text, const char *version)
{
	size_t before = strlen(f->before), after = strlen(f->after), len;

	*nr = 0;
	while (*text) {
		len = !strncmp(text, f->before, before) ? version_len(text + before) : 0;
		if (!len || strncmp(text + before + len, f->after, after)) {
			buf_char(out, *text++);
			continue;
		}
		buf_printf(out, "%s%s", f->before, version);
		text += before + len;
		(*nr)++;
		if (!before && !after)
			break;	/* a file that is nothing but its version */
	}
	buf_str(out, text);
}

int op_release_versions(struct op_call *c, struct ops_error *err)
{
	const struct signals *s = &c->run->config->signals;
	const char *version = op_context(c, "version"), *text;
	size_t i, len, places;
	bool there;
	int ret = 0;

	c->label = "Versions";
	for (i = 0; ret == 0 && i < s->files_nr; i++) {
		struct buf out = BUF_INIT;

		ret = gitwork_read(&text, &len, &there, c, s->files[i].path, err);
		if (ret == 0 && !there)
			ret = error_set(err, OPS_EREFUSED, "'%.200s' is not there to write the "
					"version into", s->files[i].path);
		if (ret == 0 && strlen(text) != len)
			ret = error_set(err, OPS_EREFUSED, "'%.200s' is no text",
					s->files[i].path);
		if (ret == 0) {
			put_version(&out, &places, &s->files[i], text, version);
			ret = !places ? error_set(err, OPS_EREFUSED, "'%.200s' has no version like "
						  "'%.60s{version}%.60s'", s->files[i].path,
						  s->files[i].before, s->files[i].after) :
			      gitwork_write(c, s->files[i].path, true, text, len, &out, err);
		}
		buf_release(&out);
		if (ret == 0)
			ret = op_deliver(c, "Version", arena_printf(c->arena, "%s in `%s`", version,
								     s->files[i].path), err);
	}
	if (ret)
		return ret;
	buf_printf(&c->summary, "Wrote %s into %zu file%s.", version, s->files_nr,
		   s->files_nr == 1 ? "" : "s");
	return 0;
}

int op_release_commit(struct op_call *c, struct ops_error *err)
{
	const struct signals *s = &c->run->config->signals;
	const char *version = op_context(c, "version"), *made, *subject;
	const char **files = arena_array(c->arena, s->files_nr + 2, sizeof(*files));
	size_t i, nr = 0;
	int ret;

	c->label = "Release commit";
	subject = arena_printf(c->arena, "chore(release): %s", version);
	if (!files || !subject)
		return error_nomem(err);
	files[nr++] = c->run->config->standing.changelog.file;
	for (i = 0; i < s->files_nr; i++)
		files[nr++] = s->files[i].path;
	ret = gitwork_commit(&made, c, files, nr, subject, op_context(c, "commit_context"), err);
	if (ret)
		return ret;
	buf_printf(&c->summary, "Committed the release.");
	ret = op_deliver(c, "Commit", arena_printf(c->arena, "`%.9s`", made), err);
	return ret ? ret : op_output(c, "commit", made, err);
}

int op_release_tag(struct op_call *c, struct ops_error *err)
{
	const char *tag = tag_name(c), *version = op_context(c, "version"), *made, *at, *said;
	const char *args[] = { "tag", "-a", "--cleanup=whitespace", "-m", NULL, "--", NULL, NULL,
			       NULL };
	struct buf text = BUF_INIT;
	struct log_file f;
	int ret = tag ? gitwork_made(&made, c, "commit", err) : error_nomem(err);

	c->label = "Tag";
	if (ret == 0 && !made)
		ret = error_set(err, OPS_EREFUSED, "the release was not committed here");
	if (ret == 0)
		ret = tag_at(&at, c, tag, err);
	if (ret == 0 && at && strcmp(at, made))
		ret = error_set(err, OPS_EREFUSED, "tag '%.100s' is there already, at %.9s", tag,
				at);
	if (ret == 0)
		ret = read_log(&f, c, err);
	if (ret)
		return ret;
	buf_printf(&text, "%s\n\n", tag);
	changelog_text(&text, &f.log, version);
	args[4] = text.data;
	args[6] = tag;
	args[7] = made;
	if (!at)
		ret = buf_failed(&text) ? error_nomem(err) : gitwork_ask(&said, c, args, err);
	buf_release(&text);
	if (ret)
		return ret;
	buf_printf(&c->summary, "Tagged it %s.", tag);
	ret = op_deliver(c, "Tag", arena_printf(c->arena, "`%s`", tag), err);
	return ret ? ret : op_output(c, "tag", tag, err);
}

int op_publish(struct op_call *c, struct ops_error *err)
{
	const char *push[] = { "push", "-q", "--", "origin", NULL, NULL };
	const char *tag = tag_name(c), *said;
	int ret;

	c->label = "Publish";
	c->type = "Resource";
	push[4] = tag ? arena_printf(c->arena, "refs/tags/%s:refs/tags/%s", tag, tag) : NULL;
	if (!push[4])
		return error_nomem(err);
	ret = gitwork_ask(&said, c, push, err);
	if (ret)
		c->retry = ret == OPS_ETIMEOUT;
	else
		buf_printf(&c->summary, "Pushed %s.", tag);
	return ret;
}

int op_release_open(struct op_call *c, struct ops_error *err)
{
	const char *tag = tag_name(c), *made;
	struct log_file f;
	struct buf out = BUF_INIT;
	const char *files[1];
	int ret = tag ? read_log(&f, c, err) : error_nomem(err);

	c->label = "[Unreleased]";
	if (ret)
		return ret;
	files[0] = f.path;
	ret = changelog_open(&out, &f.log, tag, err);
	if (ret == 0)
		ret = gitwork_write(c, f.path, f.there, f.text, f.len, &out, err);
	buf_release(&out);
	if (ret == 0)
		ret = gitwork_commit(&made, c, files, 1, "docs: open a new [Unreleased]", NULL,
				     err);
	if (ret)
		return ret;
	buf_str(&c->summary, "Opened a new [Unreleased].");
	ret = op_output(c, "commit", made, err);
	return ret ? ret : op_output(c, "next", "Publish the release.", err);
}
